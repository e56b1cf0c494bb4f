"""The flagship's training: material, the three stages, resuming, and what each step leaves alone."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from kickitout.errors import DamagedFileError, InputError
from kickitout.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.synthesis import synthesise_kick
from kickitout.training.kickgan import KickganStep, divergence, full_scale, slope
from kickitout.training.kickgan_settings import (
    CriticSettings,
    EncoderSettings,
    KickganAugmentationSettings,
    KickganGeneratorSettings,
    KickganLossSettings,
    KickganOptimizerSettings,
    KickganSettings,
    PriorSettings,
    ReconstructionSettings,
)
from kickitout.training.material import played_faster, take_all_apart
from kickitout.training.settings import load_preset

KICKS = 6
WARM = 8


def settings(**changes):
    base = load_preset("dcgan")
    whole = KickganSettings(
        preset="kickgan",
        data=base.data,
        generator=KickganGeneratorSettings(latent_size=6, channels=(8,) * 5, attention=(44,), style_size=16),
        encoder=EncoderSettings(channels=8, divergence=0.003),
        critics=CriticSettings(channels=(4, 4, 8, 8)),
        prior=PriorSettings(components=4, ridge=0.01, shrinkage=0.1),
        reconstruction=ReconstructionSettings(
            warm_samples=WARM, rate=0.001, share=0.5, weight=0.3, deterministic=1.0, powers=1.0, amplitude=2.0,
            frequency=20.0, drift=1.0, start_phase=2.0,
        ),
        loss=KickganLossSettings(
            kind="relativistic", gradient_penalty=1.0, gradient_penalty_every=2, feature_matching=0.0
        ),
        optimizer=KickganOptimizerSettings(
            generator_rate=0.001, critic_rate=0.001, beta1=0.0, beta2=0.99, clip=20.0
        ),
        augmentation=KickganAugmentationSettings(speeds=(1.0,), exchange=0.3, gain_db=3.0),
        averaging=replace(base.averaging, half_life=100),
        budget=base.budget,
        training=replace(base.training, batch_size=4),
    )  # fmt: skip
    return replace(whole, **changes)


@pytest.fixture(scope="module")
def kicks():
    """Six built-in kicks as a library keeps them."""
    sound = np.stack([synthesise_kick(seed)[0] for seed in range(0, 16 * KICKS, 16)])
    return torch.from_numpy(np.round(32767 * sound / np.abs(sound).max(axis=(1, 2), keepdims=True)).astype(np.int16))


@pytest.fixture(scope="module")
def material(kicks):
    return take_all_apart(kicks, (1.0,))


def begin(material, **changes):
    return KickganStep(settings(**changes), material, KICKS, torch.device("cpu"))


def run(trainer, steps):
    return [trainer.step(torch.arange(4 * n, 4 * n + 4) % KICKS) for n in range(steps)]


def same(one, other):
    assert one.keys() == other.keys()
    return all(torch.equal(one[name], other[name]) for name in one)


# Material


def test_material_is_every_kick_once_and_once_at_each_speed(kicks, material):
    assert len(material) == 2 * KICKS
    mid_side = material.mid_side(torch.arange(KICKS))
    left = mid_side[:, 0] + mid_side[:, 1]
    for index in range(KICKS):
        heard = kicks[index].float() / 32767
        mid, side = heard.mean(0), 0.5 * (heard[0] - heard[1])
        assert torch.minimum((mid_side[index, 0] - mid).abs().max(), (mid_side[index, 0] + mid).abs().max()) < 1e-3
        assert torch.minimum((mid_side[index, 1] - side).abs().max(), (mid_side[index, 1] + side).abs().max()) < 1e-3
    assert left.isfinite().all()
    assert material.targets(torch.tensor([1, 2])).powers.shape == (2, 2, 45, 176)


@pytest.mark.parametrize("semitones", [-2.5, 2.5])
def test_a_copy_at_another_speed_is_as_much_higher_and_starts_at_once(semitones):
    time = np.arange(KICK_SAMPLES) / SAMPLE_RATE
    tone = (np.exp(-8.0 * time) * np.sin(2 * np.pi * 100 * time)).astype(np.float32)
    found = played_faster(np.stack([tone, tone]), semitones)
    assert found.shape == (2, KICK_SAMPLES)
    assert found.dtype == np.float32
    spectrum = np.abs(np.fft.rfft(found[0], 1 << 18))
    assert spectrum.argmax() * SAMPLE_RATE / (1 << 18) == pytest.approx(100 * 2 ** (semitones / 12), rel=0.01)
    straight = played_faster(np.stack([tone, tone]), 0.0)
    assert straight == pytest.approx(np.stack([tone, tone]), abs=2e-3)
    end = math.ceil(KICK_SAMPLES / 2 ** (semitones / 12))
    if end < KICK_SAMPLES:
        assert not found[:, end:].any()


# Losses


def test_divergence_is_zero_for_the_standard_normal_and_known_elsewhere():
    zeros = torch.zeros(3, 5)
    assert float(divergence(zeros, zeros)) == 0.0
    assert float(divergence(zeros + 2.0, zeros)) == pytest.approx(5 * 2.0)
    assert float(divergence(zeros, zeros + 1.0)) == pytest.approx(5 * 0.5 * (math.e - 2.0))


def test_the_slope_of_a_linear_score_is_its_weights_square():
    seen = torch.randn(4, 3, requires_grad=True)
    weights = torch.tensor([1.0, 2.0, -2.0], requires_grad=True)
    found = slope(seen @ weights, seen)
    assert found.item() == pytest.approx(9.0)
    found.backward()
    assert weights.grad == pytest.approx(2 * weights.detach())


def test_full_scale_is_of_left_and_right():
    mid_side = torch.randn(3, 2, 100)
    scaled = full_scale(mid_side)
    peak = torch.stack([scaled[:, 0] + scaled[:, 1], scaled[:, 0] - scaled[:, 1]]).abs().amax((0, 2))
    assert peak == pytest.approx(torch.ones(3))
    assert not full_scale(torch.zeros(1, 2, 10)).any()


# Stages


def test_the_auto_encoder_is_alone_at_first_and_the_critics_wait(material):
    trainer = begin(material)
    before = {name: one.clone() for name, one in trainer.networks.weights().items()}
    figures = run(trainer, 1)[0]
    after = trainer.networks.weights()
    assert set(figures) >= {"loss/warm", "term/warm_powers", "term/warm_divergence"}
    assert all(torch.equal(before[name], after[name]) for name in before if name.startswith("critics"))
    assert not all(torch.equal(before[name], after[name]) for name in before if name.startswith("encoder"))


def test_then_comes_the_prior_and_the_encoder_stays_as_it_is(material):
    trainer = begin(material)
    run(trainer, WARM // 4)
    assert trainer.networks.prior is not None
    assert len(trainer.networks.prior.weights) == max(1, KICKS // 4)
    before = {name: one.clone() for name, one in trainer.networks.weights().items()}
    for figures in run(trainer, 2):
        assert {"loss/critics", "loss/generator", "term/generator_kept_powers"} <= set(figures)
        assert all(value.isfinite().all() for value in figures.values())
    after = trainer.networks.weights()
    frozen = [name for name in before if name.startswith(("encoder", "prior"))]
    assert frozen
    assert all(torch.equal(before[name], after[name]) for name in frozen)
    for part in ("generator", "critics", "averaged"):
        assert not all(torch.equal(before[name], after[name]) for name in before if name.startswith(part)), part


def test_penalties_come_at_their_steps(material):
    trainer = begin(material)
    run(trainer, WARM // 4)
    found = ["term/critics_penalty_low" in figures for figures in run(trainer, 4)]
    assert found == [True, False, True, False]


@pytest.mark.parametrize("kind", ["relativistic", "bce", "wasserstein"])
def test_every_loss_trains(material, kind):
    base = settings()
    trainer = begin(material, loss=replace(base.loss, kind=kind, feature_matching=0.1))
    run(trainer, WARM // 4)
    figures = run(trainer, 1)[0]
    assert figures["loss/generator"].isfinite()
    assert "term/generator_matching_short" in figures


def test_training_learns_to_say_kicks_again(material):
    """More likely after thirty steps than after three, by a wide margin."""
    base = settings()
    trainer = begin(material, reconstruction=replace(base.reconstruction, warm_samples=10_000, rate=0.003))
    losses = [float(figures["loss/warm"]) for figures in run(trainer, 30)]
    assert np.mean(losses[-3:]) < np.mean(losses[:3]) - 5.0


@pytest.mark.parametrize("stopped", [1, 3])
def test_a_stopped_training_goes_on_to_the_same_bits(material, stopped):
    whole = begin(material)
    run(whole, 4)
    first = begin(material)
    for n in range(stopped):
        first.step(torch.arange(4 * n, 4 * n + 4) % KICKS)
    weights = {name: one.clone() for name, one in first.networks.weights().items()}
    moments = {name: one.clone() for name, one in first.networks.moments().items()}
    second = begin(material)
    second.networks.load_weights(weights, Path("state"))
    second.networks.load_moments(moments)
    second.samples, second.step_count = first.samples, first.step_count
    for n in range(stopped, 4):
        second.step(torch.arange(4 * n, 4 * n + 4) % KICKS)
    assert same(whole.networks.weights(), second.networks.weights())
    assert same(whole.networks.moments(), second.networks.moments())


def test_generated_kicks_are_the_same_each_time_and_differ(material):
    trainer = begin(material)
    run(trainer, WARM // 4)
    made = trainer.generate(5, "look")
    assert made.shape == (5, 2, KICK_SAMPLES)
    assert torch.equal(made, trainer.generate(5, "look"))
    assert torch.pdist(made.flatten(1)).min() > 1e-3
    assert made.abs().amax((1, 2)) == pytest.approx(torch.ones(5))


def test_a_prior_that_does_not_fit_is_refused(material):
    trainer = begin(material)
    run(trainer, WARM // 4)
    weights = trainer.networks.weights()
    weights["prior.means"] = weights["prior.means"][:, :3]
    with pytest.raises(DamagedFileError, match="state"):
        begin(material).networks.load_weights(weights, Path("state"))


@pytest.mark.parametrize(
    ("section", "change", "named"),
    [
        ("generator", {"channels": (8, 8)}, "generator.channels"),
        ("generator", {"attention": (45,)}, "generator.attention"),
        ("encoder", {"channels": 7}, "encoder.channels"),
        ("loss", {"kind": "hinge"}, "loss.kind"),
        ("prior", {"ridge": 0.0}, "prior.ridge"),
        ("augmentation", {"speeds": (40.0,)}, "augmentation.speeds"),
        ("reconstruction", {"share": 2.0}, "reconstruction.share"),
    ],
)
def test_settings_out_of_range_are_named(section, change, named):
    with pytest.raises(InputError, match=named):
        replace(getattr(settings(), section), **change)
