"""Cards of strangers: each number has bounds, and nothing is said twice."""

import json

import numpy as np
import pytest

from kickitout.errors import DamagedFileError
from kickitout.model import bundle as bundles
from kickitout.model.bundle import Bundle
from kickitout.model.voice import Voice
from testing.tiny_bundle import constant_graph, tiny_card, tiny_graph, write_tiny_bundle
from testing.tiny_sketch import write_sketch_bundle

GRAPH = tiny_graph((1, 2, 4))
HUGE = 10**30


def sealed(text, graph=GRAPH):
    """The files of a bundle whose card is this text."""
    files = {"card.json": text.encode(), "generator.onnx": graph}
    sums = {name: bundles._sha256(data) for name, data in files.items()}
    return files | {"checksums.json": json.dumps(sums).encode()}


def open_with(tmp_path, **changes):
    card = tiny_card().model_dump(mode="json") | changes
    del card["prior"], card["wildness"]
    return Bundle(tmp_path, sealed(json.dumps(card)))


INVERSE = {"kind": "griffin-lim", "n_fft": 512, "hop_length": 128, "iterations": 3, "momentum": 0.0}


@pytest.mark.parametrize(
    "changes",
    [
        *({"latent_size": size} for size in (0, -1, 5000, HUGE, 1e999, True, 100.5)),
        *({"n_samples": size} for size in (0, 2**40, HUGE)),
        *({"inverse": INVERSE | {"n_fft": size}} for size in (0, 3, 500, 2**17, HUGE)),
        *({"inverse": INVERSE | {"hop_length": size}} for size in (0, 300, 512, HUGE)),
        *({"inverse": INVERSE | {"iterations": size}} for size in (0, 10**4, HUGE)),
        *({"inverse": INVERSE | {"momentum": size}} for size in (-1, 1, float("nan"), 1e999)),
        {"inputs": [{"name": "latent", "shape": [1, 100], "kind": "latent", "purpose": "x"}] * 17},
        {"inputs": [{"name": "latent", "shape": [1] * 99, "kind": "latent", "purpose": "x"}]},
        {
            "inputs": [
                {"name": "latent", "shape": [1, 100], "kind": "latent", "purpose": "x"},
                {"name": "noise", "shape": [1000, 1000, 1000], "kind": "noise", "purpose": "x"},
            ]
        },
        {"graphs": {f"role {number}": "generator.onnx" for number in range(20)} | {"generator": "generator.onnx"}},
        {"measured": {"x": float("nan")}},
        {"measured": {"x": float("inf")}},
        {"description": "x" * 10**5},
        {"trained_on": {"kicks": HUGE}},
        {"format_version": True},
        {"format_version": 1.0},
        {"format_version": 1e999},
    ],
    ids=lambda changes: json.dumps(changes)[:50],
)
def test_a_card_out_of_bounds_is_damaged_in_one_line(tmp_path, changes):
    with pytest.raises(DamagedFileError, match=r"card\.json") as caught:
        open_with(tmp_path, **changes)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_a_digit_too_many_and_a_name_twice_are_damage(tmp_path):
    plain = tiny_card().model_dump_json()
    assert json.loads(plain)["latent_size"] == 100
    for text in (
        plain.replace('"latent_size":100', f'"latent_size":{"9" * 5000}'),
        plain.replace('"latent_size":100', '"latent_size":7,"latent_size":100'),
        plain.replace('"latent_size":100', '"latent_size":NaN'),
        "[" * 10**5,
        '{"a":' * 10**5,
    ):
        with pytest.raises(DamagedFileError, match=r"card\.json of the bundle"):
            Bundle(tmp_path, sealed(text))


@pytest.mark.parametrize("name", ["size", "pitch"])
def test_a_control_that_nobody_knows_is_refused(tmp_path, name):
    folder = write_sketch_bundle(tmp_path / "sketchy")
    card = json.loads((folder / "card.json").read_text())
    assert card["controls"]
    card["controls"][0] |= {"name": name, "descriptor": "size_m"}
    files = {path.name: path.read_bytes() for path in folder.iterdir()} | {"card.json": json.dumps(card).encode()}
    del files["checksums.json"]
    sums = json.dumps({one: bundles._sha256(data) for one, data in files.items()}).encode()
    with pytest.raises(DamagedFileError, match=f"knows no control {name} that sets size_m"):
        Bundle(tmp_path, files | {"checksums.json": sums})


@pytest.mark.parametrize("level", [0.0, 1e38, -1e38, 1e-45])
def test_a_graph_of_extreme_numbers_makes_a_sound(tmp_path, level):
    graph = constant_graph(np.full((1, 2, 22_050), level))
    bundle = Bundle.open(write_tiny_bundle(tmp_path / "x", output="waveform", graph=graph))
    assert np.isfinite(Voice(bundle).render(0).sound).all()
