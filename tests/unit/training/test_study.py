"""The insides of networks: images before training, kernels, scores."""

import numpy as np
import pytest
import torch

from kickitout.errors import InputError
from kickitout.experiments.kernels import ends
from kickitout.instrument.models import models_at_hand
from kickitout.training import study
from kickitout.training.dcgan.networks import build_generator
from kickitout.training.loop import train
from kickitout.training.settings.presets import load_preset, settings_from, to_data, with_budget
from testing.tiny_library import SMALL, WAVEGAN, make_library

SHAPE = (2, 176, 257)


def test_interpolation_doubles_without_transposed_convolutions():
    settings = load_preset("dcgan", [*SMALL, "generator.upsampling=interpolated"]).generator
    generator = build_generator(settings, SHAPE)
    transposed = [module for module in generator.modules() if isinstance(module, torch.nn.ConvTranspose2d)]
    assert len(transposed) == 2  # the first block, which draws four pixels of one, and the last, which keeps the size
    assert generator(torch.zeros(2, 100)).shape == (2, *SHAPE)


def test_runs_of_before_have_transposed_convolutions():
    data = to_data(load_preset("dcgan"))
    assert data["generator"].pop("upsampling") == "transposed"
    assert settings_from(data, source="a run") == load_preset("dcgan")


def test_untrained_images_depend_on_the_seed_alone():
    settings = load_preset("dcgan", SMALL)
    first, again, other = (study.untrained_images(settings, 3, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.shape == (3, *SHAPE)
    assert not np.allclose(first, other)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    library = make_library(folder / "library", 12, 4)
    settings = with_budget(load_preset("dcgan", SMALL), samples=16, epochs=None, minutes=None)
    train(library, folder / "run", settings)
    return folder / "run"


def test_a_run_is_heard_seen_and_asked(run):
    kicks = study.kicks_of_run(run, 3)
    assert kicks.shape == (3, 2, 22050)
    assert np.isfinite(kicks).all()
    np.testing.assert_array_equal(kicks, study.kicks_of_run(run, 3))
    assert study.images_of_run(run, 2).shape == (2, *SHAPE)
    scores = study.discriminator_scores(run, kicks)
    assert scores.shape == (3,)
    assert ((scores > 0.0) & (scores < 1.0)).all()
    salient = study.saliency(run, kicks)
    assert salient.shape == SHAPE
    assert salient.max() == pytest.approx(1.0)


def test_spectral_norm_is_part_of_a_discriminators_kernels(run):
    kernels = study.kernels_of_run(run)
    first = kernels["discriminators.image.blocks.0.0.weight"]
    assert first.shape[1:] == (2, 4, 4)
    largest = np.linalg.svd(first.reshape(len(first), -1), compute_uv=False)[0]
    assert largest == pytest.approx(1.0, rel=0.05)
    assert ends(kernels) == {
        "generator_first": "generator.blocks.0.0.weight",
        "generator_last": "generator.blocks.8.weight",
        "discriminators_first": "discriminators.image.blocks.0.0.weight",
        "discriminators_last": "discriminators.image.blocks.7.0.weight",
    }


def test_the_kernels_of_a_bundle_are_its_graphs():
    kernels = study.kernels_of_bundle(models_at_hand()["draft"])
    assert kernels["blocks.8.weight"].shape == (8, 2, 3, 3)
    assert all(kernel.ndim == 4 for kernel in kernels.values())


def test_only_loudness_images_have_such_a_discriminator(tmp_path):
    library = make_library(tmp_path / "library", 12, 4)
    settings = with_budget(load_preset("wavegan", WAVEGAN), samples=4, epochs=None, minutes=None)
    train(library, tmp_path / "run", settings)
    assert study.kicks_of_run(tmp_path / "run", 2).shape == (2, 2, 22050)
    with pytest.raises(InputError, match="preset dcgan"):
        study.images_of_run(tmp_path / "run", 2)
    with pytest.raises(InputError, match="preset dcgan"):
        study.discriminator_scores(tmp_path / "run", np.zeros((1, 2, 22050), np.float32))
