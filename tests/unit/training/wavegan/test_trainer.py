"""The order of WGAN-GP's steps."""

import numpy as np
import pytest
import torch

from kickitout.library.synthesis import synthesise_kick
from kickitout.sound.kick import FULL_SCALE
from kickitout.training.blocks.distributed import World
from kickitout.training.settings.presets import load_preset
from kickitout.training.wavegan.trainer import WaveganTrainer
from testing.tiny_library import WAVEGAN


def build(preset: str, *changes: str) -> WaveganTrainer:
    audio = np.stack([synthesise_kick(seed)[0] for seed in range(9)])
    kicks = torch.from_numpy(np.rint(audio * FULL_SCALE).astype(np.int16))
    trainer = WaveganTrainer(load_preset(preset, (*WAVEGAN, *changes)), World(0, 1), torch.device("cpu"))
    trainer.prepare(kicks[:6], kicks[6:])
    return trainer


def changed(trainer: WaveganTrainer, before: dict[str, torch.Tensor], part: str) -> set[bool]:
    """Whether tensors of a network moved: all, none, or some. What is added to all scores alike has no gradient."""
    return {
        not torch.equal(tensor, before[name])
        for name, tensor in trainer.weights().items()
        if name.startswith(f"{part}.") and name != "critic.score.bias"
    }


@pytest.mark.parametrize("preset", ["wavegan", "specgan"])
def test_every_step_moves_all_of_the_critic_and_every_third_all_of_the_generator(preset):
    trainer = build(preset, "loss.critic_steps=3")
    for step in range(1, 7):
        before = {name: tensor.clone() for name, tensor in trainer.weights().items()}
        figures = trainer.step(torch.arange(4))
        assert changed(trainer, before, "critic") == {True}
        assert changed(trainer, before, "generator") == {step % 3 == 0}
        assert ("loss/generator" in figures) == (step % 3 == 0)
        assert trainer.samples == 4 * step  # the generator's step shows no kick


def test_without_a_penalty_the_critic_runs_away_and_with_it_its_slope_stays_near_1():
    """Where real and generated kicks lie a distance D apart, the loss -s D + 10 (s - 1)^2 of a slope s is lowest at
    1 + D / 20; D begins at a kick's own norm, about 35."""
    slopes = {}
    for weight in (0.0, 10.0):
        changes = (f"loss.gradient_penalty={weight}", "loss.critic_steps=1000", "optimizer.critic_rate=0.003")
        trainer = build("wavegan", *changes)
        for _ in range(40):
            figures = trainer.step(torch.arange(4))
        assert float(figures["term/discriminator_adversarial"]) < 0  # real kicks score higher
        sound = trainer.held_out.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(trainer.networks.critic(sound).score.sum(), sound)
        slopes[weight] = float(gradient.flatten(1).norm(dim=1).mean())
    assert slopes[0.0] > 100
    assert 1 < slopes[10.0] < 4


def test_the_normalisation_is_part_of_the_weights():
    trainer = build("specgan")
    weights = trainer.weights()
    assert weights["representation.mean"].shape == (128,)
    assert weights["representation.mean"].std() > 0
    assert (weights["representation.deviation"] > 0).all()
