"""Checkpoints come back as they were, and a damaged one says so."""

import json
import re

import pytest
import torch
from safetensors.torch import save_file

from kickitout.errors import DamagedFileError, InputError, OutputError, VersionError
from kickitout.training.run import checkpoint


def some_tensors() -> dict[str, torch.Tensor]:
    image = torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last)
    return {"a.weight": image, "a.count": torch.tensor(7), "b": torch.randn(3, dtype=torch.float64)}


def test_round_trip_keeps_every_bit_type_and_word(tmp_path):
    tensors, state = some_tensors(), {"samples": 32, "words": "größer", "nested": {"x": [1, 2.5]}}
    checkpoint.save_checkpoint(tmp_path / "c.safetensors", tensors, state)
    loaded, header = checkpoint.load_checkpoint(tmp_path / "c.safetensors")
    assert loaded.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert loaded[name].dtype == tensor.dtype
        assert torch.equal(loaded[name], tensor)
    assert {key: header[key] for key in state} == state


def test_the_same_state_is_the_same_bytes(tmp_path):
    tensors = some_tensors()
    for name in ("one", "two"):
        checkpoint.save_checkpoint(tmp_path / name, tensors, {"samples": 1})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("keep", [0, 4, 20, 0.5, 0.99])
def test_a_truncated_checkpoint_is_named_with_a_mend(tmp_path, keep):
    path = tmp_path / "c.safetensors"
    checkpoint.save_checkpoint(path, some_tensors(), {"samples": 1})
    data = path.read_bytes()
    path.write_bytes(data[: keep if isinstance(keep, int) else int(keep * len(data))])
    with pytest.raises(DamagedFileError, match=re.escape(f"{path} is truncated or damaged")) as caught:
        checkpoint.load_checkpoint(path)
    assert "delete it" in str(caught.value)


def test_a_missing_a_foreign_and_a_newer_checkpoint(tmp_path):
    path = tmp_path / "c.safetensors"
    with pytest.raises(InputError, match="there is no such checkpoint"):
        checkpoint.load_checkpoint(path)
    save_file({"x": torch.zeros(1)}, path)
    with pytest.raises(InputError, match=r"^weights .*: not a checkpoint of Kick It Out"):
        checkpoint.load_checkpoint(path)
    save_file({"x": torch.zeros(1)}, path, {"kickitout": json.dumps({"format_version": 99})})
    with pytest.raises(VersionError, match="has format 99, this version reads up to 1"):
        checkpoint.load_checkpoint(path)


def test_nothing_half_written_stays_when_the_disk_is_full(tmp_path, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "c.safetensors"
    checkpoint.save_checkpoint(path, some_tensors(), {"samples": 1})
    before = path.read_bytes()
    monkeypatch.setattr("kickitout.system.files.os.fsync", full)
    with pytest.raises(OutputError, match="no space left"):
        checkpoint.save_checkpoint(path, some_tensors(), {"samples": 2})
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_adam_goes_on_as_if_nothing_had_happened():
    def make() -> tuple[torch.nn.Module, torch.optim.Adam]:
        torch.manual_seed(0)
        layer = torch.nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)
        return layer, torch.optim.Adam(layer.parameters(), 0.01, (0.5, 0.999))

    def step(layer: torch.nn.Module, adam: torch.optim.Adam, seed: int) -> None:
        torch.manual_seed(seed)
        adam.zero_grad()
        layer(torch.randn(2, 3, 8, 8)).square().mean().backward()
        adam.step()

    layer, adam = make()
    step(layer, adam, 1)
    other, other_adam = make()
    other.load_state_dict(layer.state_dict())
    checkpoint.load_optimizer(other_adam, checkpoint.optimizer_tensors(adam))
    step(layer, adam, 2)
    step(other, other_adam, 2)
    assert all(torch.equal(a, b) for a, b in zip(layer.parameters(), other.parameters(), strict=True))


def test_weights_of_another_shape_are_refused(tmp_path):
    with pytest.raises(InputError, match="does not fit these networks"):
        checkpoint.load_network(torch.nn.Linear(2, 2), {"weight": torch.zeros(3, 3)}, tmp_path)
