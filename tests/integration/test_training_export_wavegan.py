"""Runs of `wavegan` and `specgan` become bundles that play the same without torch, and are evaluated as any other."""

import numpy as np
import pytest
import torch

from kickitout.errors import InputError
from kickitout.model.bundle import Bundle
from kickitout.model.voice import Voice
from kickitout.sound.kick import KICK_SAMPLES
from kickitout.system import randomness
from kickitout.training.export.export import LATENT_PURPOSE, export, load_trained
from kickitout.training.loop import train
from kickitout.training.run.initial_weights import read_weights
from kickitout.training.settings.presets import load_preset
from kickitout.training.wavegan.trainer import WaveganNetworks
from testing.tiny_library import WAVEGAN, make_library

OUTPUTS = {"wavegan": ("waveform", (1, 2, KICK_SAMPLES)), "specgan": ("loudness-image", (1, 2, 128, 175))}


@pytest.fixture(scope="module", params=OUTPUTS)
def trained(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "run"
    library = make_library(tmp_path_factory.mktemp("library"), kicks=12, validation=4)
    # So many channels that some weights are stored in half precision.
    changes = (*WAVEGAN, "generator.channels=8", "budget.samples=32", "optimizer.generator_rate=0.01")
    train(library, folder, load_preset(request.param, changes))
    return folder


@pytest.fixture(scope="module")
def bundle(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles") / "tiny"
    export(trained, folder, name="tiny")
    return Bundle.open(folder)


def test_the_card_says_what_comes_out_of_the_graph(bundle):
    card = bundle.card
    outputs, shape = OUTPUTS[card.preset]
    assert card.output == outputs
    assert (card.inverse is None) == (outputs == "waveform")
    assert card.trained_on.samples_shown == 32
    assert card.limits
    assert set(card.measured) >= {"spread/generated", "spread/real", "validation/generator"}
    latent = randomness.normal(0, LATENT_PURPOSE, (1, card.latent_size))
    assert bundle.generate_raw({"latent": latent}).shape == shape


def test_onnx_equals_torch_but_for_the_half_precision_of_its_weights(trained, bundle):
    networks = load_trained(trained).networks
    assert isinstance(networks, WaveganNetworks)
    for seed in range(5):
        latent = randomness.normal(seed, LATENT_PURPOSE, (1, bundle.card.latent_size))
        with torch.no_grad():
            expected = networks.representation.heard(networks.generator(torch.from_numpy(latent))).numpy()
        made = bundle.generate_raw({"latent": latent})
        assert np.abs(made - expected).max() < 2e-3
        assert np.abs(made - expected).max() > 0
        assert expected.std() > 1e-2


def test_a_bundle_plays_two_channels_that_depend_on_the_seed(bundle):
    voice = Voice(bundle)
    first, again, other = (voice.render(seed).sound for seed in (1, 1, 2))
    assert first.shape == (2, KICK_SAMPLES)
    assert np.isfinite(first).all()
    assert np.array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3
    assert np.array_equal(first[0], first[1]) == (bundle.card.output == "loudness-image")


@pytest.mark.slow  # as test_training_export.py says of the draft
def test_the_same_run_exports_to_the_same_bytes(trained, bundle, tmp_path):
    export(trained, tmp_path / "again", name="tiny")
    assert Bundle.open(tmp_path / "again").checksum == bundle.checksum


def test_a_bundle_without_a_critic_cannot_be_trained_on(bundle):
    with pytest.raises(InputError, match=r"holds its generator alone and cannot be trained; give a run's folder"):
        read_weights(bundle.path)
