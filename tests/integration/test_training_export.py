"""A run becomes a bundle that plays the same without torch."""

import numpy as np
import onnx
import pytest
import torch

from kickitout.errors import InputError
from kickitout.model.bundle import Bundle
from kickitout.sound.kick import KICK_SAMPLES
from kickitout.system import randomness
from kickitout.training.dcgan.networks import build_generator
from kickitout.training.export import export as exporting
from kickitout.training.export.export import LATENT_PURPOSE, export, generator_graph, load_trained
from kickitout.training.loop import train
from kickitout.training.run import folder as run_folder
from kickitout.training.settings.presets import load_preset
from testing.tiny_library import SMALL, make_library


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "run"
    library = make_library(tmp_path_factory.mktemp("library"), kicks=40)
    train(library, folder, load_preset("dcgan", (*SMALL, "budget.samples=64", "training.checkpoint_every_epochs=0.5")))
    return folder


@pytest.fixture(scope="module")
def bundle(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles") / "tiny"
    export(trained, folder, name="tiny")
    return Bundle.open(folder)


def test_onnx_equals_torch(trained, bundle):
    card = bundle.card
    generator = load_trained(trained).generator
    for seed in range(5):
        latent = randomness.normal(seed, LATENT_PURPOSE, (1, card.latent_size))
        with torch.no_grad():
            expected = generator(torch.from_numpy(latent)).numpy()
        assert np.abs(bundle.generate_raw({"latent": latent}) - expected).max() < 1e-4


@pytest.mark.slow
def test_the_full_size_generator_exports_to_at_most_8_MB_before_any_training():
    settings = load_preset("dcgan")
    torch.manual_seed(0)  # among six million random bytes ".py" stands by chance, for some states of the generator
    graph = generator_graph(build_generator(settings.generator, (2, 176, 257)))
    assert len(graph) <= 8 * 2**20
    onnx.checker.check_model(onnx.load_from_string(graph))
    # No path or source line of the machine that exported it.
    assert b".py" not in graph


def test_the_card_says_what_it_was_trained_on(bundle):
    card = bundle.card
    assert card.trained_on.kicks == 32
    assert card.trained_on.by_licence == {"CC0-1.0": 32}
    assert card.trained_on.samples_shown == 64
    assert card.n_samples == KICK_SAMPLES
    assert card.output == "loudness-image"
    assert card.inverse is not None
    assert card.inverse.kind == "griffin-lim"
    assert set(card.measured) >= {"spread/generated", "spread/real"}


def test_an_earlier_checkpoint_can_be_exported(trained, bundle, tmp_path, monkeypatch):
    graph = (bundle.path / exporting.GRAPH_FILE).read_bytes()
    monkeypatch.setattr(exporting, "generator_graph", lambda _: graph)  # seconds, and what it says does not matter here
    early = run_folder.weights_path(trained, 16)
    card = export(trained, tmp_path / "early", name="early", weights=early)
    assert card.trained_on.samples_shown == 16


def test_the_same_run_exports_to_the_same_bytes(trained, bundle, tmp_path):
    export(trained, tmp_path / "again", name="tiny")
    assert Bundle.open(tmp_path / "again").checksum == bundle.checksum


def test_no_run_and_no_checkpoint_are_said(tmp_path):
    with pytest.raises(InputError, match=r"^run .*: not a training run"):
        export(tmp_path, tmp_path / "bundle", name="tiny")
    with pytest.raises(InputError, match=r"^name .*: not a model.s name"):
        export(tmp_path, tmp_path / "bundle", name="../x")
    assert not (tmp_path / "bundle").exists()
