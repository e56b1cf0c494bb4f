"""The flagship's networks: shapes, independence of company, second derivatives, what critics see, and export."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from kickitout.library.synthesis import synthesise_kick
from kickitout.sound.sketch.parts import BODY_POINTS, take_apart
from kickitout.training.kickgan import knots
from kickitout.training.kickgan.analysis import targets
from kickitout.training.kickgan.critic_networks import LowBandCritic, PartsCritic, SpectrumCritic, build_critics
from kickitout.training.kickgan.networks import NOISE_SHAPE, Attention, KickganEncoder, KickganGenerator
from kickitout.training.kickgan.rendering import render
from kickitout.training.kickgan.sketch import Sketch
from kickitout.training.settings.kickgan import FRAMES

LATENT = 12
CHANNELS = (16, 16, 16, 24, 24)


def generator(seed=0, **more):
    torch.manual_seed(seed)
    return KickganGenerator(LATENT, CHANNELS, style_size=32, **more).eval()


def draws(count, seed=1):
    torch.manual_seed(seed)
    return torch.randn(count, LATENT), torch.randn(count, *NOISE_SHAPE)


@pytest.fixture(scope="module")
def kicks():
    """Eight built-in kicks as targets, and as mid and side (8, 2, 22050)."""
    parts = [take_apart(synthesise_kick(seed)[0]) for seed in range(0, 128, 16)]
    columns = [np.stack([getattr(one, name) for one in parts]) for name in ("rest", "side", "log_amplitude")]
    rest, side, log_amplitude = (torch.from_numpy(column) for column in columns)
    frequency = torch.from_numpy(np.stack([one.frequency for one in parts]))
    phase = torch.tensor([one.phase for one in parts])
    sound = np.stack([synthesise_kick(seed)[0] for seed in range(0, 128, 16)])
    mid_side = np.stack([sound.mean(axis=1), 0.5 * (sound[:, 0] - sound[:, 1])], axis=1)
    return targets(rest, side, log_amplitude, frequency, phase), torch.from_numpy(mid_side)


def test_levels_double_to_the_frames_of_the_sketch():
    assert FRAMES == (11, 22, 44, 88, 176)
    assert sum(FRAMES) == NOISE_SHAPE[1]


def test_a_sketch_has_its_shapes_and_renders_to_half_a_second():
    with torch.no_grad():
        sketch = generator()(*draws(3))
        sound = render(sketch, torch.randn(3, 3, 22_050))
    assert sketch.envelope.shape == sketch.noise_share.shape == (3, 2, 45, 176)
    assert sketch.low.shape == (3, 2, 2, 20, 176)
    assert sketch.click.shape == (3, 2, 2, 257, 28)
    assert sketch.log_amplitude.shape == sketch.frequency.shape == (3, 345)
    assert sketch.phase.shape == (3, 2)
    assert (sketch.frequency > 0).all()
    assert sound.shape == (3, 2, 22_050)
    assert sound.isfinite().all()
    assert float(sound[..., :36].abs().max()) < 1e-3 * float(sound.abs().max())  # nothing before the gate


def test_a_kick_does_not_depend_on_its_company():
    network = generator()
    latent, noise = draws(4)
    with torch.no_grad():
        together, alone = network(latent, noise), network(latent[2:3], noise[2:3])
    for name in Sketch.__dataclass_fields__:
        one = getattr(alone, name)
        apart = (getattr(together, name)[2:3] - one).abs()
        assert (apart <= (1e-5 * one.abs()).clamp(min=1e-5)).all(), name


def test_layer_noise_changes_nothing_until_its_strength_is_learned():
    network = generator()
    latent, noise = draws(2)
    with torch.no_grad():
        before = network(latent, noise).envelope
        assert torch.equal(network(latent, 0.0 * noise).envelope, before)
        for name, parameter in network.named_parameters():
            if name.endswith("noise.weight"):
                parameter.fill_(0.5)
        assert not torch.equal(network(latent, noise).envelope, network(latent, 0.0 * noise).envelope)


def test_chance_moves_all_but_the_pitch():
    """It may shake the frequency about the lines that the code draws."""
    network = generator()
    latent, noise = draws(2)
    with torch.no_grad():
        network.chance.weight.fill_(0.1)
        one, other = network(latent, noise), network(latent, -noise)
        assert not torch.equal(one.envelope, other.envelope)
        assert not torch.equal(one.log_amplitude, other.log_amplitude)
        assert torch.equal(one.frequency, other.frequency)
        nn.init.normal_(network.tracks.weight, std=0.3)
        one, other = network(latent, noise), network(latent, -noise)
    apart = (one.frequency.log() - other.frequency.log()) / 0.5
    assert apart.abs().max() > 0.1
    assert (apart @ network.onto.T).abs().max() < 1e-3


def test_every_parameter_of_generator_and_encoder_learns(kicks):
    found, _ = kicks
    torch.manual_seed(0)
    encoder, network = KickganEncoder(LATENT, 16), generator()
    for module in network.modules():
        if isinstance(module, Attention):  # it starts as the identity, behind which nothing learns in the first step
            nn.init.normal_(module.project.weight, std=0.1)
    nn.init.normal_(encoder.attention.project.weight, std=0.1)
    for last in (network.attack[-1], network.snap[-1]):  # so do these, as nothing
        nn.init.normal_(last.weight, std=0.1)
    mean, log_variance = encoder(found)
    assert mean.shape == log_variance.shape == (8, LATENT)
    sketch = network(mean + (0.5 * log_variance).exp(), draws(8)[1])
    sum(getattr(sketch, name).square().mean() for name in Sketch.__dataclass_fields__).backward()
    for module in (encoder, network):
        for name, parameter in module.named_parameters():
            assert parameter.grad is not None, name
            assert parameter.grad.abs().max() > 0.0, name


def test_the_encoder_tells_kicks_apart_and_does_not_depend_on_company(kicks):
    found, _ = kicks
    torch.manual_seed(0)
    encoder = KickganEncoder(LATENT, 16).eval()
    with torch.no_grad():
        mean, _ = encoder(found)
        one = type(found)(**{name: getattr(found, name)[5:6] for name in type(found).__dataclass_fields__})
        assert encoder(one)[0] == pytest.approx(mean[5:6], abs=1e-4)
    assert (torch.pdist(mean) > 1e-3).all()


@pytest.mark.parametrize("name", ["parts", "click", "long", "middle", "short", "low"])
def test_critics_judge_each_kick_and_have_second_derivatives(name, kicks):
    found, sound = kicks
    torch.manual_seed(0)
    critic = build_critics((4, 8, 8, 8), 8)[name]
    parts = (found.powers, found.log_amplitude, found.frequency)
    seen = (critic.see(*parts) if name == "parts" else critic.see(sound)).requires_grad_()
    verdict = critic(seen)
    assert verdict.score.shape == (8,)
    assert len(verdict.features) == 4
    (slope,) = torch.autograd.grad(verdict.score.sum(), seen, create_graph=True)
    slope.square().sum().backward()
    learned = [parameter.grad for parameter in critic.parameters() if parameter.grad is not None]
    assert learned
    assert all(gradient.isfinite().all() for gradient in learned)


def test_a_critic_that_sees_spread_knows_a_collapsed_batch(kicks):
    _, sound = kicks
    torch.manual_seed(0)
    critic = SpectrumCritic(512, 128, 257, 173, (4, 8, 8, 8), spread=True)
    blind = SpectrumCritic(512, 128, 257, 173, (4, 8, 8, 8))
    with torch.no_grad():
        for one, sees in ((critic, True), (blind, False)):
            seen = one.see(sound[:4])
            collapsed = one.see(sound[:1].repeat(4, 1, 1))
            assert (abs(one(seen).score[0] - one(collapsed).score[0]) > 1e-6) == sees


def test_the_critic_of_the_parts_is_left_out_where_nobody_wants_it():
    assert list(build_critics((4, 8, 8, 8), 0)) == ["click", "long", "middle", "short", "low"]
    assert next(iter(build_critics((4, 8, 8, 8), 8))) == "parts"


def test_critics_see_what_they_are_there_for(kicks):
    """A polarity turned is another waveform and the same sizes; what is above the low band is not seen there."""
    _, sound = kicks
    critic = SpectrumCritic(512, 128, 257, 173, (4, 8, 8, 8))
    before, after = critic.see(sound), critic.see(-sound)
    torch.testing.assert_close(before[:, :2], after[:, :2], rtol=0, atol=1e-6)
    torch.testing.assert_close(before[:, 2:6], -after[:, 2:6], rtol=0, atol=1e-6)
    low = LowBandCritic((4, 4))
    time = torch.arange(22_050) / 44_100
    high_tone = torch.sin(2 * torch.pi * 6_000 * time).expand(1, 2, -1)
    low_tone = torch.sin(2 * torch.pi * 60 * time).expand(1, 2, -1)
    assert low.see(high_tone)[:, :2, 20:-20].abs().max() < 0.01 * low.see(low_tone)[:, :2].abs().max()


class _Player(nn.Module):
    """What a bundle's graph is: it ends at the sketch."""

    def __init__(self) -> None:
        super().__init__()
        self.generator = generator()

    def forward(self, latent, noise):
        return tuple(vars(self.generator(latent, noise)).values())


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
@pytest.mark.slow  # the one of a run does, and says the same, in test_training_export_kickgan.py
def test_an_untrained_generator_goes_through_onnx():
    import onnxruntime

    player = _Player().eval()
    inputs = draws(1)
    names = ["latent", "layer_noise"]
    program = torch.onnx.export(player, inputs, dynamo=True, input_names=names, verbose=False)
    assert program is not None
    session = onnxruntime.InferenceSession(program.model_proto.SerializeToString())
    with torch.no_grad():
        expected = player(*inputs)
    found = session.run(None, {name: value.numpy() for name, value in zip(names, inputs, strict=True)})
    for ours, theirs in zip(expected, found, strict=True):
        scale = float(ours.abs().max())
        np.testing.assert_allclose(theirs, ours.numpy(), rtol=0, atol=1e-5 * max(scale, 1.0), equal_nan=False)


# Tracks


def test_knots_are_dense_at_first_and_lines_run_straight_between_them():
    places = knots.places()
    assert places[0] == 0
    assert places[-1] == pytest.approx(BODY_POINTS - 1)
    steps = places.diff()
    assert (steps.diff() > 0).all()
    assert float(steps[-1] / steps[0]) == pytest.approx(math.e**3, rel=0.1)
    lines = generator().between.double()
    torch.testing.assert_close(lines @ places, torch.arange(BODY_POINTS, dtype=torch.float64), rtol=0, atol=1e-4)
    torch.testing.assert_close(lines.sum(1), torch.ones(BODY_POINTS, dtype=torch.float64), rtol=0, atol=1e-6)


def test_an_untrained_generators_pitch_is_steady():
    """What the convolution adds to the tracks begins as nothing: they bend at knots only."""
    with torch.no_grad():
        track = generator()(*draws(3)).frequency.log()
    smooth = PartsCritic(8).smooth
    torch.testing.assert_close(track @ smooth, track, rtol=0, atol=1e-4)


def test_the_critic_of_the_parts_does_not_see_tracks_shake(kicks):
    found, _ = kicks
    critic = PartsCritic(8)
    shaking = 0.1 * torch.randn(BODY_POINTS, generator=torch.Generator().manual_seed(1))
    shaking -= shaking @ critic.smooth  # what no line between knots is
    one = critic.see(found.powers, found.log_amplitude, found.frequency)
    other = critic.see(found.powers, found.log_amplitude, found.frequency * torch.exp(shaking))
    torch.testing.assert_close(one, other, rtol=0, atol=1e-4)
