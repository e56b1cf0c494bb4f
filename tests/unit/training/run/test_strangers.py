"""Checkpoints and runs of strangers: whatever their headers say, one line."""

import json
import struct

import pytest
import torch

from kickitout.errors import DamagedFileError, InputError, KickItOutError
from kickitout.training.run import checkpoint
from kickitout.training.run import folder as runs
from kickitout.training.settings.presets import load_preset

HUGE = 10**30
NONSENSE = ("", "null", "[]", "7", "{}", "NaN", "[" * 10**5, '{"a":' * 10**5, "9" * 5000)


def state(**changes):
    return {"format_version": 1, "samples": 3, **changes}


def written(path, text, tensors=None):
    header = {"__metadata__": {"kickitout": text}} | (tensors or {})
    data = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(data)) + data + bytes(64))
    return path


TENSOR = {"x": {"dtype": "F32", "shape": [16], "data_offsets": [0, 64]}}


def test_the_bytes_here_are_those_of_a_checkpoint(tmp_path):
    tensors, found = checkpoint.load_checkpoint(written(tmp_path / "c", json.dumps(state()), TENSOR))
    assert found == state()
    assert torch.equal(tensors["x"], torch.zeros(16))


@pytest.mark.parametrize(
    "text",
    [
        *NONSENSE,
        *(json.dumps(state(format_version=value)) for value in ("1", None, True, 1.5, float("inf"), [1])),
        *(json.dumps(state(samples=value)) for value in ("3", None, -1, 1.5, float("nan"), HUGE, [3])),
        *(json.dumps(state(**{name: value})) for name in ("step", "rescues", "samples_before") for value in (-1, "x")),
        *(json.dumps(state(**{name: value})) for name in ("seconds", "best") for value in (float("nan"), "x", 1e300)),
        '{"format_version": 1}',
    ],
    ids=lambda text: text[:50],
)
def test_a_header_of_nonsense_is_damage_in_one_line(tmp_path, text):
    with pytest.raises(DamagedFileError, match="delete it") as caught:
        checkpoint.load_checkpoint(written(tmp_path / "c.safetensors", text, TENSOR))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "tensor",
    [
        {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]},
        {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 64]},
        {"dtype": "F32", "shape": [-16], "data_offsets": [0, 64]},
        {"dtype": "F32", "shape": [16], "data_offsets": [64, 0]},
        {"dtype": "F99", "shape": [16], "data_offsets": [0, 64]},
        {"dtype": "C64", "shape": [8], "data_offsets": [0, 64]},
        {"dtype": "F8_E4M3", "shape": [64], "data_offsets": [0, 64]},
        {"dtype": "F32"},
        [],
    ],
    ids=str,
)
def test_a_tensor_of_nonsense_is_damage_in_one_line(tmp_path, tensor):
    path = written(tmp_path / "c.safetensors", json.dumps(state()), {"x": tensor})
    with pytest.raises(DamagedFileError, match="delete it") as caught:
        checkpoint.load_checkpoint(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("size", [2**30, 2**62, 2**64 - 1])
def test_a_header_that_claims_to_be_giant_is_damage(tmp_path, size):
    path = tmp_path / "c.safetensors"
    path.write_bytes(struct.pack("<Q", size) + b"{}" + bytes(100))
    with pytest.raises(DamagedFileError, match="truncated or damaged"):
        checkpoint.load_checkpoint(path)


CREDIT = {"source": "a", "licence": "CC0-1.0", "origin": "", "kicks": 3}


@pytest.fixture
def run(tmp_path):
    facts = {"kicks": 3, "by_licence": {"CC0-1.0": 3}, "by_source": {"a": 3}, "library_fingerprint": "f", "splits": []}
    runs.write_record(tmp_path, runs.RunRecord(load_preset("dcgan"), facts))
    return tmp_path


@pytest.mark.parametrize("text", NONSENSE, ids=lambda text: text[:12])
def test_settings_of_nonsense_are_one_line(run, text):
    (run / runs.SETTINGS_FILE).write_text(text)
    with pytest.raises(DamagedFileError, match=r"settings\.json is damaged") as caught:
        runs.read_record(run)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *((("format_version",), value) for value in (True, "1", 1.0, float("inf"), None)),
        *((("data",), value) for value in (None, [], {}, 7)),
        *((("data", "kicks"), value) for value in (-1, "3", float("nan"), HUGE)),
        *((("data", "by_licence"), value) for value in ([], {"CC0": "many"}, {"CC0": -1})),
        *((("data", "by_licence_class"), value) for value in ([], {"clean": -1})),
        *((("data", "credits"), value) for value in (7, [7], [{"kicks": 3}], [CREDIT | {"kicks": -1}])),
        *((("data", "credits"), [CREDIT | more]) for more in ({"licence": 7}, {"word": "x"})),
        *((("data", "splits"), value) for value in (7, [7])),
        (("data", "library_fingerprint"), 7),
        (("settings",), None),
        (("settings", "training"), [[[]]]),
        (("settings", "training", "batch_size"), HUGE),
        (("settings", "optimizer", "beta1"), float("nan")),
        (("settings", "optimizer", "beta1"), 10**400),
        (("settings", "preset"), 7),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_setting_of_nonsense_is_one_line_that_names_the_file(run, place, value):
    path = run / runs.SETTINGS_FILE
    data = json.loads(path.read_text())
    inside = data
    for name in place[:-1]:
        inside = inside[name]
    inside[place[-1]] = value
    path.write_text(json.dumps(data))
    with pytest.raises(KickItOutError, match=r"settings\.json|optimizer|training") as caught:
        runs.read_record(run)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        *NONSENSE,
        '{"samples": 3}',
        '{"samples": 3, "kind": 7}',
        *(json.dumps({"kind": "training", "samples": value}) for value in ("3", float("nan"), HUGE, True, None)),
    ],
    ids=lambda text: text[:40],
)
def test_a_line_of_figures_of_nonsense_is_named(run, line):
    (run / runs.METRICS_FILE).write_text(f'{{"samples": 1, "kind": "training"}}\n{line}\n')
    with pytest.raises(DamagedFileError, match=r"metrics\.jsonl is damaged in line 2"):
        runs.read_metrics(run)


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 5000, "a = " + "9" * 5000, "a = nan", "", "\0", "a.b.c.d = 1", "[[x]]"]
)
def test_a_preset_of_nonsense_is_one_line(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load_preset(str(path))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    "value", ["nan", "inf", "-inf", "1e999", "1" + "0" * 400, "9" * 5000, "[" * 3000, "[[[1]]]", "{a=1}"]
)
def test_no_setting_takes_what_is_no_number_of_its_own(value):
    for section in ("training", "optimizer", "generator", "data", "averaging"):
        keys = vars(getattr(load_preset("kickgan"), section))
        for key in keys:
            with pytest.raises(InputError) as caught:
                load_preset("kickgan", [f"{section}.{key}={value}"])
            assert len(str(caught.value)) < 600
