"""The flagship's training: material, the three stages, resuming, and what each step leaves alone."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch as safetensors
import torch

from kickitout.errors import DamagedFileError, InputError
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.training.blocks.distributed import World
from kickitout.training.blocks.terms import gradient_penalty
from kickitout.training.kickgan import trainer as trainer_module
from kickitout.training.kickgan.likelihood import divergence
from kickitout.training.kickgan.material import played_faster, take_all_apart
from kickitout.training.kickgan.rendering import full_scale
from kickitout.training.kickgan.trainer import KickganTrainer
from kickitout.training.run import validation
from kickitout.training.settings.presets import load_preset
from testing.tiny_library import KICKGAN

KICKS = 6
WARM = 8
ALONE = 12
"""Samples before the critics come in: warm ones, and of energy scores."""


def settings(**changes):
    return replace(load_preset("kickgan", KICKGAN), **changes)


@pytest.fixture(scope="module")
def kicks():
    """Six built-in kicks as a library keeps them."""
    sound = np.stack([synthesise_kick(seed)[0] for seed in range(0, 16 * KICKS, 16)])
    return torch.from_numpy(np.round(32767 * sound / np.abs(sound).max(axis=(1, 2), keepdims=True)).astype(np.int16))


@pytest.fixture(scope="module")
def material(kicks):
    return take_all_apart(kicks, (1.0,))


@pytest.fixture(scope="module", autouse=True)
def _taken_apart_once():
    """Dozens of trainers here take the same kicks apart, a fifth of a second each time; none of them changes what
    comes of it."""
    real, known = trainer_module.take_all_apart, {}

    def take(kicks, speeds=()):
        key = kicks.numpy().tobytes(), tuple(speeds)
        if key not in known:
            known[key] = real(kicks, speeds)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer_module, "take_all_apart", take)
        yield


@pytest.fixture(scope="module")
def begin(kicks):
    held_out = kicks[:3]

    def fresh(**changes):
        trainer = KickganTrainer(settings(**changes), World(0, 1), torch.device("cpu"))
        trainer.prepare(kicks, held_out)
        return trainer

    return fresh


def run(trainer, steps):
    return [trainer.step(torch.arange(4 * n, 4 * n + 4) % KICKS) for n in range(steps)]


@pytest.fixture(scope="module")
def alone(begin):
    """The weights, the moments and the state of a run that has just got its prior, before any critic: nobody changes
    them."""
    first = begin()
    run(first, ALONE // 4)
    return clones(first.weights()), clones(first.moments()), first.state()


@pytest.fixture
def handed_on(alone):
    """The weights of such a run."""
    return clones(alone[0])


@pytest.fixture
def after_alone(begin, alone):
    """A run that goes on from there: the same to the bit as one that came there by itself, without the steps."""

    def resumed(**changes):
        trainer, (weights, moments, state) = begin(**changes), alone
        trainer.restore(clones(weights | moments), state, Path("state"))
        return trainer

    return resumed


def clones(tensors):
    return {name: one.clone() for name, one in tensors.items()}


def of_critics(trainer):
    """The names of what a checkpoint holds of critics and of the optimizers of their stage."""
    names = trainer.weights() | trainer.moments()
    return [name for name in names if name.startswith(("critics", "critics_optimizer", "generator_optimizer"))]


def copied(trainer):
    """All tensors of a checkpoint."""
    return clones(trainer.weights() | trainer.moments())


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


def test_the_gradient_penalty_of_a_linear_score_is_its_weights_square():
    seen = torch.randn(4, 3, requires_grad=True)
    weights = torch.tensor([1.0, 2.0, -2.0], requires_grad=True)
    found = gradient_penalty(seen @ weights, seen)
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


def test_the_auto_encoder_is_alone_at_first_and_the_critics_wait(begin):
    trainer = begin()
    before = {name: one.clone() for name, one in trainer.networks.weights().items()}
    figures = run(trainer, 1)[0]
    after = trainer.networks.weights()
    assert set(figures) >= {"loss/warm", "term/warm_powers", "term/warm_divergence"}
    assert not of_critics(trainer)
    assert not all(torch.equal(before[name], after[name]) for name in before if name.startswith("encoder"))


def test_then_draws_are_scored_and_the_encoder_learns_on(begin):
    trainer = begin()
    run(trainer, WARM // 4)
    assert trainer.stage == "energy"
    before = {name: one.clone() for name, one in trainer.networks.weights().items()}
    figures = run(trainer, 1)[0]
    after = trainer.networks.weights()
    assert set(figures) >= {"loss/energy", "term/energy_divergence", "term/energy_low_phases", "term/energy_frequency"}
    assert not of_critics(trainer)
    for part in ("generator", "encoder", "averaged"):
        assert not all(torch.equal(before[name], after[name]) for name in before if name.startswith(part)), part
    assert trainer.stage == "critics"


def test_energy_scores_teach_variety(begin):
    """A decoder that says one thing of each code is told to draw, and comes nearer: what differs between two draws
    grows, and the score falls."""
    base = settings()
    trainer = begin(
        reconstruction=replace(base.reconstruction, warm_samples=0),
        energy=replace(base.energy, samples=10**6, rate=0.003),
    )
    assert not any(one.chance.weight.any() for one in [trainer.networks.generator])
    losses = [float(figures["loss/energy"]) for figures in run(trainer, 30)]
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])
    assert trainer.networks.generator.chance.weight.any()


def test_a_look_while_draws_are_scored_uses_the_codes_as_they_are(begin, monkeypatch):
    monkeypatch.setattr(validation, "LEAST_COMPARED", 3)
    trainer = begin()
    run(trainer, WARM // 4)
    found = trainer.validate()
    assert found.figure is not None
    assert {"validation/middle_sizes", "validation/frequency"} <= found.values.keys()
    assert trainer.networks.prior is None
    weights = trainer.weights()
    assert "prior.means" in weights
    assert not any(name.startswith("wide_prior") for name in weights)
    run(trainer, 1)
    assert "wide_prior.means" in trainer.weights()


def test_then_comes_the_prior_and_the_encoder_stays_as_it_is(begin):
    trainer = begin()
    run(trainer, ALONE // 4)
    assert trainer.networks.prior is not None
    assert len(trainer.networks.prior.weights) == max(1, KICKS // 4)
    trainer.networks.add_critics()
    before = {name: one.clone() for name, one in trainer.networks.weights().items()}
    for figures in run(trainer, 2):
        assert {"loss/critics", "loss/generator", "term/generator_kept_middle_sizes"} <= set(figures)
        assert all(value.isfinite().all() for value in figures.values())
    after = trainer.networks.weights()
    frozen = [name for name in before if name.startswith(("encoder", "prior"))]
    assert frozen
    assert all(torch.equal(before[name], after[name]) for name in frozen)
    for part in ("generator", "critics", "averaged"):
        assert not all(torch.equal(before[name], after[name]) for name in before if name.startswith(part)), part


def test_the_wide_prior_is_of_the_copies_as_well(begin):
    trainer = begin()
    run(trainer, ALONE // 4)
    codes = trainer.priors.codes()[0].double().numpy()
    prior, wide = trainer.networks.prior, trainer.networks.wide_prior
    assert len(codes) == 2 * KICKS
    assert prior.weights @ prior.means == pytest.approx(codes[:KICKS].mean(0), abs=1e-6)
    assert wide.weights @ wide.means == pytest.approx(codes.mean(0), abs=1e-6)


def test_penalties_come_at_their_steps(after_alone):
    trainer = after_alone()
    trainer.step_count = 0
    found = ["term/critics_penalty_low" in figures for figures in run(trainer, 4)]
    assert found == [True, False, True, False]


@pytest.mark.parametrize(
    ("at_once", "period"),
    [pytest.param(1, 4, marks=pytest.mark.slow, id="24 steps"), (2, 2), pytest.param(4, 1, marks=pytest.mark.slow)],
)
def test_critics_take_turns_and_each_has_its_penalties(after_alone, at_once, period):
    base = settings()
    often = replace(base.loss, gradient_penalty_every=3)
    trainer = after_alone(critics=replace(base.critics, at_once=at_once), loss=often)
    trainer.step_count = 0
    asked, penalised = [], []
    for figures in run(trainer, 2 * period * often.gradient_penalty_every):
        names = [name.removeprefix("term/critics_") for name in figures if name.startswith("term/critics_")]
        asked.append({name for name in names if not name.startswith("penalty")})
        penalised += [name for name in names if name.startswith("penalty")]
        assert {f"term/generator_{name}" for name in asked[-1]} <= figures.keys()
    assert all({"parts", "click"} < names and len(names) == at_once + 2 for names in asked)
    assert set.union(*asked[:period]) == {"parts", "click", "long", "middle", "short", "low"}
    in_turns = ("penalty_long", "penalty_middle", "penalty_short", "penalty_low")
    assert {name: penalised.count(name) for name in in_turns} == dict.fromkeys(in_turns, 2)
    assert penalised.count("penalty_parts") == penalised.count("penalty_click") == 2 * period


@pytest.mark.parametrize("kind", ["relativistic", "bce", "wasserstein"])
def test_every_loss_trains(after_alone, kind):
    base = settings()
    trainer = after_alone(loss=replace(base.loss, kind=kind, feature_matching=0.1))
    figures = run(trainer, 1)[0]
    assert figures["loss/generator"].isfinite()
    assert "term/generator_matching_short" in figures


def test_training_learns_to_say_kicks_again(begin):
    """More likely after thirty steps than after three, by a wide margin."""
    base = settings()
    trainer = begin(reconstruction=replace(base.reconstruction, warm_samples=10_000, rate=0.003))
    losses = [float(figures["loss/warm"]) for figures in run(trainer, 30)]
    assert np.mean(losses[-3:]) < np.mean(losses[:3]) - 5.0


@pytest.mark.parametrize("stopped", [pytest.param(1, marks=pytest.mark.slow), 3])
def test_a_stopped_training_goes_on_to_the_same_bits(begin, stopped):
    whole = begin()
    run(whole, 4)
    first = begin()
    for n in range(stopped):
        first.step(torch.arange(4 * n, 4 * n + 4) % KICKS)
    tensors = {name: one.clone() for name, one in (first.weights() | first.moments()).items()}
    second = begin()
    second.restore(tensors, first.state(), Path("state"))
    for n in range(stopped, 4):
        second.step(torch.arange(4 * n, 4 * n + 4) % KICKS)
    assert same(whole.networks.weights(), second.networks.weights())
    assert same(whole.networks.moments(), second.networks.moments())


def test_critics_are_built_by_the_first_step_with_them_and_no_sooner(begin):
    trainer = begin()
    run(trainer, ALONE // 4)
    assert trainer.stage == "critics"
    assert trainer.networks.critics is None
    assert not of_critics(trainer)
    run(trainer, 1)
    names = of_critics(trainer)
    for start in ("critics.click", "critics_optimizer.0", "generator_optimizer.0"):
        assert any(name.startswith(start) for name in names), start


def test_critics_have_the_same_first_weights_whenever_they_are_built(begin):
    """Runs from before critics were optional have untrained ones in all checkpoints, those of the warm start too."""
    whole, early = begin(), begin()
    run(whole, 5)
    early.networks.add_critics()
    run(early, 1)
    assert of_critics(early)
    resumed = begin()
    resumed.restore(copied(early), early.state(), Path("state"))
    for n in range(1, 5):
        resumed.step(torch.arange(4 * n, 4 * n + 4) % KICKS)
    assert same(whole.networks.weights(), resumed.networks.weights())
    assert same(whole.networks.moments(), resumed.networks.moments())


def test_a_rescue_to_before_the_critics_begins_with_new_ones(begin):
    trainer = begin()
    run(trainer, WARM // 4)
    tensors, state = copied(trainer), trainer.state()
    run(trainer, 3)
    assert of_critics(trainer)
    assert trainer.rescue(tensors, state, Path("best"))
    assert not of_critics(trainer)
    assert same(tensors, copied(trainer))


def test_generated_kicks_are_the_same_each_time_and_differ(after_alone):
    trainer = after_alone()
    made = trainer.generate(5, "look")
    assert made.shape == (5, 2, KICK_SAMPLES)
    assert torch.equal(made, trainer.generate(5, "look"))
    assert torch.pdist(made.flatten(1)).min() > 1e-3
    assert made.abs().amax((1, 2)) == pytest.approx(torch.ones(5))


def test_a_prior_that_does_not_fit_is_refused(begin, after_alone):
    weights = after_alone().networks.weights()
    weights["prior.means"] = weights["prior.means"][:, :3]
    with pytest.raises(DamagedFileError, match="state"):
        begin().networks.load_weights(weights, Path("state"))


def test_weights_with_a_prior_skip_the_warm_start(handed_on, kicks):
    second = KickganTrainer(settings(), World(0, 1), torch.device("cpu"))
    second.load_weights(handed_on, Path("weights"))
    second.prepare(kicks, kicks[:2])
    assert "loss/energy" in second.step(torch.arange(4))
    assert "loss/critics" in second.step(torch.arange(4))


def test_weights_with_a_prior_get_one_of_the_new_kicks(handed_on, kicks):
    no_scores = settings(energy=replace(settings().energy, samples=0))
    same_kicks, others = (KickganTrainer(no_scores, World(0, 1), torch.device("cpu")) for _ in range(2))
    for trainer, shown in ((same_kicks, kicks), (others, kicks.flip(0)[:5])):
        trainer.load_weights(handed_on, Path("weights"))
        trainer.prepare(shown, kicks[:2])
        assert "loss/critics" in trainer.step(torch.arange(4))
    assert torch.equal(same_kicks.weights()["prior.means"], handed_on["prior.means"])
    assert not torch.equal(others.weights()["prior.means"], handed_on["prior.means"])


def test_of_few_kicks_the_prior_is_the_start_s_moved_to_them_also_after_a_pause(handed_on, kicks):
    """Fewer kicks than a code has numbers."""
    no_scores = settings(energy=replace(settings().energy, samples=0))
    few = kicks[: settings().generator.latent_size - 1]
    first, second = (KickganTrainer(no_scores, World(0, 1), torch.device("cpu")) for _ in range(2))
    first.load_weights(handed_on, Path("weights"))
    first.prepare(few, kicks[:2])
    moved = first.weights()
    assert moved["prior.means"].shape == handed_on["prior.means"].shape
    assert not torch.equal(moved["prior.means"], handed_on["prior.means"])
    saved = {name: tensor.contiguous() for name, tensor in (moved | first.moments()).items()}
    second.restore(safetensors.load(safetensors.save(saved)), first.state(), Path("state"))
    second.prepare(few, kicks[:2])
    assert torch.equal(second.weights()["start_prior.means"], handed_on["prior.means"])
    assert np.array_equal(second.priors.passing().means, first.priors.passing().means)


def test_the_average_of_weights_from_elsewhere_is_not_forgotten(handed_on, kicks):
    second = KickganTrainer(settings(), World(0, 1), torch.device("cpu"))
    second.load_weights(handed_on, Path("weights"))
    second.prepare(kicks, kicks[:2])
    run(second, 1)
    name = "enter.weight"
    moved = second.networks.generator.state_dict()[name] - handed_on[f"averaged.{name}"]
    followed = second.weights()[f"averaged.{name}"] - handed_on[f"averaged.{name}"]
    decay = 0.5 ** (4 / settings().averaging.half_life)
    torch.testing.assert_close(followed, (1.0 - decay) * moved, rtol=1e-3, atol=1e-7)


def test_a_rescue_goes_back_slows_down_and_draws_other_numbers(after_alone):
    trainer = after_alone()
    tensors = {name: one.clone() for name, one in (trainer.weights() | trainer.moments()).items()}
    state = trainer.state()
    at_first = trainer.step(torch.arange(4))
    assert trainer.rescue(tensors, state, Path("best"))
    assert same(trainer.weights(), {name: one for name, one in tensors.items() if name in trainer.weights()})
    assert trainer.state() == state | {"rescues": 1}
    again = trainer.step(torch.arange(4))
    assert float(at_first["loss/critics"]) != float(again["loss/critics"])
    optimizer = trainer.settings.optimizer
    assert trainer.networks.optimizers["critics"].param_groups[0]["lr"] == 0.5 * optimizer.critic_rate
    assert trainer.networks.optimizers["generator"].param_groups[0]["lr"] == 0.5 * optimizer.generator_rate
    for attempt in range(2, trainer.settings.rescue.attempts + 1):
        assert trainer.rescue(tensors, state, Path("best"))
        assert trainer.rescues == attempt
    assert not trainer.rescue(tensors, state, Path("best"))


def test_the_pitch_gets_its_share_of_the_critics_gradient(begin):
    found = {}
    for share in (0.0, 1.0):
        base = settings()
        keeps_nothing = replace(base.energy, share=0.0)
        trainer = begin(loss=replace(base.loss, pitch_gradient=share), energy=keeps_nothing)
        run(trainer, ALONE // 4 + 1)
        found[share] = trainer.networks.generator.tracks.weight.grad
    of_frequency = slice(2, 4)
    assert not found[0.0][of_frequency].any()
    assert found[0.0][:2].any()
    assert found[1.0][of_frequency].any()


def test_a_collapsed_generator_and_one_that_says_nothing_finite_raise_an_alarm(after_alone, monkeypatch):
    monkeypatch.setattr(validation, "LEAST_COMPARED", 3)
    base = settings()
    trainer = after_alone(training=replace(base.training, alarm_spread=0.0))
    run(trainer, 1)
    found = trainer.validate()
    assert found.alarm == ""
    assert found.figure == found.values["distance"] > 0.0
    assert 0.0 < found.values["spread/ratio"] < 1.0  # the tiny generator's kicks hardly differ
    trainer.settings = settings(training=replace(base.training, alarm_spread=1.0))
    found = trainer.validate()
    assert "collapsed" in found.alarm
    assert "alarm" in found.sentence
    assert found.values["alarm/collapse"]
    # Where states are not compared there is none to go back to: it is said, and that is all.
    monkeypatch.setattr(validation, "LEAST_COMPARED", 4)
    found = trainer.validate()
    assert found.alarm == ""
    assert found.values["alarm/collapse"]
    assert found.figure is None
    assert "distance" not in found.values
    trainer.networks.best_generator.enter.weight.fill_(torch.nan)
    found = trainer.validate()
    assert "not finite" in found.alarm
    assert np.isfinite(found.waveforms).all()


def test_while_the_auto_encoder_is_alone_no_state_is_the_best(begin):
    assert begin().validate().figure is None


@pytest.mark.parametrize(
    ("section", "change", "named"),
    [
        ("generator", {"channels": (8, 8)}, "generator.channels"),
        ("generator", {"attention": (45,)}, "generator.attention"),
        ("encoder", {"channels": 7}, "encoder.channels"),
        ("loss", {"kind": "hinge"}, "loss.kind"),
        ("prior", {"ridge": 0.0}, "prior.ridge"),
        ("augmentation", {"speeds": (40.0,)}, "augmentation.speeds"),
        ("energy", {"share": 2.0}, "energy.share"),
        ("energy", {"samples": -1}, "energy.samples"),
    ],
)
def test_settings_out_of_range_are_named(section, change, named):
    with pytest.raises(InputError, match=named):
        replace(getattr(settings(), section), **change)
