"""Shapes and laws of the networks of WaveGAN and SpecGAN."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from kickitout.training.blocks.terms import unit_gradient_penalty
from kickitout.training.settings.presets import load_preset
from kickitout.training.wavegan import networks
from kickitout.training.wavegan.networks import IMAGE, WAVEFORM, Layout, WaveganCritic, WaveganGenerator
from kickitout.training.wavegan.trainer import WaveganNetworks

PRESETS = {
    "wavegan": (WAVEFORM, (2, 22_050), [(22,), (88,), (352,), (1_408,), (5_632,), (22_528,)]),
    "specgan": (IMAGE, (1, 128, 128), [(4, 4), (8, 8), (16, 16), (32, 32), (64, 64), (128, 128)]),
}
MEBIBYTE = 2**20


def lengths_of(network: nn.Module, layers: nn.ModuleList, given: torch.Tensor) -> list[tuple[int, ...]]:
    """The sides of what each layer takes and of what the last gives."""
    found: list[tuple[int, ...]] = []
    hooks = [
        layer.register_forward_hook(lambda _, inputs, output: found.extend((inputs[0].shape[2:], output.shape[2:])))
        for layer in layers
    ]
    network(given)
    for hook in hooks:
        hook.remove()
    return [tuple(sides) for sides in (*found[::2], found[-1])]


@pytest.mark.parametrize("name", PRESETS)
def test_the_generator_grows_a_small_map_by_the_stride_of_each_layer(name):
    layout, shape, sides = PRESETS[name]
    generator = WaveganGenerator(5, 2, layout)
    assert lengths_of(generator, generator.layers, torch.randn(3, 5)) == sides
    sound = generator(100 * torch.randn(3, 5))
    assert sound.shape == (3, *shape)
    assert sound.abs().max() <= 1


@pytest.mark.parametrize("name", PRESETS)
def test_the_critic_is_its_mirror_and_gives_one_score_a_kick(name):
    layout, shape, sides = PRESETS[name]
    critic = WaveganCritic(2, layout, shuffle=2)
    assert lengths_of(critic, critic.layers, torch.randn(3, *shape)) == sides[::-1]
    verdict = critic(torch.randn(3, *shape), [1] * critic.draw_count())
    assert verdict.score.shape == (3,)
    assert [feature.shape[1] for feature in verdict.features] == [2, 4, 8, 16, 32]


@pytest.mark.parametrize("name", PRESETS)
def test_the_presets_generator_fits_16_MiB_in_half_precision(name):
    networks = WaveganNetworks(load_preset(name), torch.device("cpu"))
    weights = sum(parameter.numel() for parameter in networks.generator.parameters())
    assert 4_000_000 < weights < 8 * MEBIBYTE
    assert not any(isinstance(module, nn.modules.batchnorm._NormBase) for module in networks.generator.modules())


def test_a_normal_latent_is_taken_as_a_uniform_one():
    """What the first layer sees are the latents' quantiles, from -1 to 1: beyond, nothing changes any more."""
    generator = WaveganGenerator(4, 2, WAVEFORM)
    seen: list[torch.Tensor] = []
    generator.project.register_forward_hook(lambda _, inputs, output: seen.append(inputs[0]))
    normal = torch.distributions.Normal(0.0, 1.0)
    quantiles = torch.tensor([[0.1, 0.25, 0.5, 0.975]])
    generator(normal.icdf(quantiles))
    assert torch.allclose(seen[0], 2 * quantiles - 1, atol=1e-6)
    assert torch.equal(generator(torch.full((1, 4), 10.0)), generator(torch.full((1, 4), 100.0)))


@pytest.mark.parametrize("name", PRESETS)
def test_every_sample_of_both_channels_has_a_say_in_the_score(name):
    layout, shape, _ = PRESETS[name]
    torch.manual_seed(0)
    critic = WaveganCritic(4, layout, shuffle=0)
    sound = torch.randn(2, *shape, requires_grad=True)
    (gradient,) = torch.autograd.grad(critic(sound).score[0], sound)
    assert (gradient[0] != 0).double().mean() > 0.999
    assert (gradient[1] == 0).all()


@pytest.mark.parametrize("name", PRESETS)
def test_phase_shuffle_changes_the_score_only_when_it_is_on(name):
    layout, shape, _ = PRESETS[name]
    sound = torch.randn(2, *shape)
    for most, differs in ((0, False), (2, True), (7, True)):
        torch.manual_seed(0)
        critic = WaveganCritic(2, layout, shuffle=most)
        first, second = (critic(sound, [draw] * critic.draw_count()).score for draw in (0, 1))
        assert bool((first != second).any()) == differs


def gradients_of(loss: torch.Tensor, network: nn.Module) -> list[torch.Tensor]:
    """Of all weights; zeros where the loss does not depend on one."""
    weights = list(network.parameters())
    found = torch.autograd.grad(loss, weights, retain_graph=True, allow_unused=True)
    return [torch.zeros_like(weight) if one is None else one for weight, one in zip(weights, found, strict=True)]


@pytest.mark.parametrize("name", PRESETS)
def test_the_rectification_has_the_gradients_of_torchs_own(name, monkeypatch):
    """Those of the score, and those of the penalty on its gradients."""
    layout, shape, _ = PRESETS[name]
    critic = WaveganCritic(2, layout, shuffle=0).double()
    image = torch.randn(3, *shape, dtype=torch.float64, requires_grad=True)

    def both() -> list[list[torch.Tensor]]:
        score = critic(image).score
        penalty = unit_gradient_penalty(score, image)
        assert penalty > 0.01
        return [gradients_of(score.sum(), critic), gradients_of(penalty, critic)]

    ours = both()
    monkeypatch.setattr(networks, "_leaky_relu", lambda maps: F.leaky_relu(maps, networks.SLOPE))
    torch.testing.assert_close(ours, both(), rtol=1e-12, atol=1e-14)


def test_the_cut_is_at_the_end_and_filled_with_silence():
    layout = Layout(channels=1, start=(1,), sides=(1_000,), kernel=25, stride=4)
    whole = Layout(channels=1, start=(1,), sides=(1_024,), kernel=25, stride=4)
    torch.manual_seed(0)
    generator, critic = WaveganGenerator(3, 2, layout), WaveganCritic(2, layout, shuffle=0)
    latent = torch.randn(2, 3)
    sound = generator(latent)
    generator.layout = critic.layout = whole
    assert torch.equal(generator(latent)[..., :1_000], sound)
    padded = torch.cat([sound, torch.zeros(2, 1, 24)], dim=2)
    judged = critic(padded).score
    critic.layout = layout
    assert torch.equal(critic(sound).score, judged)
