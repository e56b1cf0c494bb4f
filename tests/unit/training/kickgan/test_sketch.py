"""Body, click and air in torch: transforms equal their twins, the truth is the likeliest, graphs say the same."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from kickitout.library.normalise import PRE_ROLL
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound import spectrogram
from kickitout.sound.sketch import parts
from kickitout.sound.sketch.noise import grained
from kickitout.sound.sketch.parts import made_body, take_apart, without_rumble
from kickitout.sound.sketch.render import attack_gain, attack_places, snap_window
from kickitout.sound.sketch.sketch import GRAIN_END, ORIGIN
from kickitout.sound.sketch.view import onset
from kickitout.training.kickgan import analysis, likelihood, rendering, tables
from kickitout.training.kickgan import sketch as bca
from kickitout.training.kickgan.emphasis import emphasis
from kickitout.training.kickgan.sketch import Sketch, Targets

EXACT = 1e-5  # float32 sums over 512 samples
SILENT = -30.0  # a logit or log amplitude of nothing
QUIET = 1e-10  # the power of what is left of silence: far below LEAST_POWER
LOSSES = [
    likelihood.deterministic_loss,
    likelihood.power_loss,
    likelihood.amplitude_loss,
    likelihood.frequency_loss,
    likelihood.drift_loss,
    likelihood.start_phase_loss,
    likelihood.attack_loss,
    likelihood.wide_loss,
]


def white(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def sketch(b=2, seed=0, level=-2.0):
    return Sketch(
        envelope=white(b, 2, 45, 176, seed=seed) + level,
        noise_share=white(b, 2, 45, 176, seed=seed + 1),
        low=white(b, 2, 2, 20, 176, seed=seed + 2),
        click=white(b, 2, 2, 257, 28, seed=seed + 3),
        attack=0.5 * white(b, 64, seed=seed + 8),
        snap=0.1 * white(b, 256, seed=seed + 7),
        log_amplitude=white(b, 345, seed=seed + 4) - 2.0,
        frequency=60.0 * torch.exp(0.3 * white(b, 345, seed=seed + 5)),
        phase=white(b, 2, seed=seed + 6),
        wide=torch.ones(b, 1),
        grain=torch.rand(b, 3, 3, generator=torch.Generator().manual_seed(seed + 9)),
        drive=torch.rand(b, 1, generator=torch.Generator().manual_seed(seed + 10)),
    )


def change(one: Sketch, **fields) -> Sketch:
    return dataclasses.replace(one, **fields)


@pytest.fixture(scope="module")
def kicks():
    return [take_apart(synthesise_kick(seed)[0]) for seed in range(6)]


@pytest.fixture(scope="module")
def real(kicks) -> Targets:
    def stack(name):
        return torch.from_numpy(np.stack([getattr(p, name) for p in kicks]))

    phase = torch.tensor([p.phase for p in kicks], dtype=torch.float32)
    return analysis.targets(stack("rest"), stack("side"), stack("log_amplitude"), stack("frequency"), phase)


def exact_sketch(found: Targets) -> Sketch:
    """The sketch that says all there is: the envelope from the powers, and with no noise where the phase is known."""
    envelope = 0.5 * torch.log(found.powers + QUIET)
    heard = (tables.BAND_INTERPOLATION @ rendering.fade_out(envelope)).exp()[:, None]
    low = found.low / heard[..., :20, :]
    click = found.click / heard[..., :28]
    click[..., :20, :] = 0.0
    return Sketch(
        envelope=envelope,
        noise_share=torch.full_like(envelope, SILENT),
        low=low,
        click=click,
        attack=torch.zeros(len(click), 64),
        snap=torch.zeros(len(click), 256),
        log_amplitude=found.log_amplitude,
        frequency=found.frequency,
        phase=torch.stack([found.phase.cos(), found.phase.sin()], dim=1),
        wide=2.0 * found.wide - 1.0,
        grain=torch.zeros(len(click), 3, 3),
        drive=torch.zeros(len(click), 1),
    )


# Fixed tensors


def test_bands_are_pairs_then_eights():
    assert tables.BAND_POOLING.shape == (45, 257)
    assert tables.BAND_INTERPOLATION.shape == (257, 45)
    assert tables.BAND_SIZES.tolist() == [2.0] * 17 + [8.0] * 27 + [6.0]
    members = (tables.BAND_POOLING > 0).sum(0)
    assert members[0] == 0
    assert (members[1:] == 1).all()


def test_pooling_and_interpolation_keep_constants_and_slopes():
    torch.testing.assert_close(tables.BAND_POOLING.sum(1), torch.ones(45))
    torch.testing.assert_close(tables.BAND_INTERPOLATION.sum(1), torch.ones(257))
    bins = torch.arange(257.0)
    again = tables.BAND_INTERPOLATION @ (tables.BAND_POOLING @ bins)
    torch.testing.assert_close(again[2:253], bins[2:253], rtol=1e-5, atol=1e-3)


def test_the_region_is_the_lowest_bins_and_the_first_frames():
    assert int(tables.DETERMINISTIC.sum()) == 20 * 176 + 257 * 28 - 20 * 28
    assert tables.DETERMINISTIC[19, 175]
    assert tables.DETERMINISTIC[256, 27]
    assert not tables.DETERMINISTIC[20, 28]


# Transforms


def test_the_transform_is_scipys():
    sound = white(1, 2, 22_050)
    transform = ShortTimeFFT(hann(512, sym=False), hop=128, fs=44_100)
    expected = transform.stft(sound[0].double().numpy(), p0=0, p1=175).swapaxes(1, 2) / 16
    assert np.abs(analysis.stft(sound)[0, :, :175].numpy() - expected).max() < EXACT


def test_the_transform_is_the_houses_without_its_first_frame():
    sound = white(1, 2, 22_050)
    ours = analysis.stft(sound)[0].numpy()
    assert np.abs(ours[:, :175] - spectrogram.stft(sound[0].numpy())[:, 1:] / 16).max() < EXACT
    assert not ours[:, 175].any()


NO_SIGN = 1.0 - 2.0 * (torch.arange(257) % 2)  # from phases at the centres to phases at the starts


def alone(spectrum):
    """The sound of a spectrum, complex128 (b, 2, 176, 257), with no noise."""
    whole = spectrum * NO_SIGN
    parts = whole[:, :, :28], whole[:, :, 28:]
    return rendering.noise_through(
        torch.zeros(len(spectrum), 2, 22_050).double(), torch.zeros(whole.shape).double(), *parts
    )


def test_the_inverse_is_exact():
    sound = white(2, 2, 22_050).double()
    assert float((alone(analysis.stft(sound)) - sound).abs().max()) < 1e-12


def test_the_inverse_of_any_spectrum_is_the_nearest_sound():
    wanted = torch.complex(white(1, 2, 176, 257), white(1, 2, 176, 257, seed=1)).to(torch.complex128)
    wanted[..., [0, 256]] = wanted[..., [0, 256]].real.to(torch.complex128)
    weights = torch.full((257,), 2.0, dtype=torch.float64)
    weights[[0, 256]] = 1.0
    sound = alone(wanted).requires_grad_()
    difference = analysis.stft(sound) - wanted
    (weights * (difference.real.square() + difference.imag.square())).sum().backward()
    assert float(sound.grad.abs().max()) < 1e-9


def test_white_noise_has_the_power_1_a_bin():
    nothing = torch.zeros(8, 2, 28, 257, dtype=torch.complex64), torch.zeros(8, 2, 148, 20, dtype=torch.complex64)
    made = rendering.noise_through(white(8, 2, 22_050), torch.ones(8, 2, 176, 257), *nothing)
    power = analysis.stft(made).abs().square()[:, :, 4:170]
    assert float(power.mean()) == pytest.approx(1.0, abs=0.02)
    torch.testing.assert_close(power.mean((0, 1, 2))[1:], torch.ones(256), rtol=0, atol=0.2)


def test_targets_are_the_spectrum_and_its_powers(kicks, real):
    sound = torch.from_numpy(np.stack([kicks[3].rest, kicks[3].side]))[None]
    spectrum = analysis.stft(sound)[0].transpose(1, 2)  # (2, 257, 176)
    power = spectrum.abs().square()
    spectrum = spectrum / tables.carrier().T
    torch.testing.assert_close(torch.complex(real.low[3, 0], real.low[3, 1]), spectrum[:, :20])
    torch.testing.assert_close(torch.complex(real.click[3, 0], real.click[3, 1]), spectrum[..., :28])
    torch.testing.assert_close(real.powers[3, :, 0], power[:, 1:3].mean(1))
    torch.testing.assert_close(real.powers[3, :, 17], power[:, 35:43].mean(1))
    torch.testing.assert_close(real.powers[3, :, 44], power[:, 251:257].mean(1))


def test_what_is_steady_looks_still():
    """A tone at a bin's frequency, and a click at the onset, keep their phases from frame to frame."""
    time = torch.arange(22_050, dtype=torch.float64)
    tone = torch.cos(2.0 * math.pi * 7 / 512 * time + 0.4)
    click = torch.zeros(22_050, dtype=torch.float64)
    click[ORIGIN] = 1.0
    spectrum = analysis.stft(torch.stack([tone, click])[None])[0] / tables.carrier()
    of_tone = spectrum[0, 4:168, 7].angle()
    torch.testing.assert_close(of_tone, of_tone[:1].expand(164), rtol=0, atol=1e-6)
    heard = spectrum[1, :2]  # the frames that the click is in
    torch.testing.assert_close(heard.angle(), torch.zeros(2, 257).double(), rtol=0, atol=1e-5)


def test_predicted_phases_refer_to_where_a_librarys_kicks_begin():
    assert ORIGIN == PRE_ROLL


# From a sketch to sound


def test_spectra_follow_their_equation():
    one = sketch(1)
    both = rendering.spectra(one)
    heard = (tables.BAND_INTERPOLATION @ rendering.fade_out(one.envelope))[0].exp()  # (2, 257, 176)
    share = torch.sigmoid(tables.BAND_INTERPOLATION @ one.noise_share)[0]
    predicted = torch.zeros(2, 2, 257, 176)
    predicted[:, :, :20] += one.low[0]
    predicted[..., :28] += one.click[0]
    noise = heard * torch.where(tables.DETERMINISTIC, share, torch.ones(()))
    torch.testing.assert_close(both.noise[0].transpose(1, 2), noise, rtol=1e-4, atol=1e-6)
    expected = (heard * torch.complex(predicted[0], predicted[1]) * tables.carrier().T).transpose(1, 2) * NO_SIGN
    torch.testing.assert_close(both.start[0], expected[:, :28], rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(both.later[0], expected[:, 28:, :20], rtol=1e-4, atol=1e-6)


def test_an_exact_sketch_gives_the_click_back_and_the_body_with_it(kicks, real):
    # Up to here all frames that reach a sample are among the first 28.
    known = slice(60, 28 * 128 - 256)
    made = rendering.render(exact_sketch(real), white(6, 3, 22_050))
    mid = np.stack([made_body(p.log_amplitude, p.frequency, p.phase) + without_rumble(p.rest) for p in kicks])
    assert np.abs(made[:, 0, known].numpy() - mid[:, known]).max() < 1e-4
    assert np.abs(made[:, 1, known].numpy() - np.stack([p.side for p in kicks])[:, known]).max() < 1e-4


def test_air_has_the_power_of_what_it_stands_for():
    sound = white(48, 2, 22_050) * torch.exp(-torch.arange(22_050) / 4000.0)
    tracks = torch.zeros(48, 345)
    found = analysis.targets(sound[:, 0], sound[:, 1], tracks, tracks, torch.zeros(48))
    made = rendering.rest_waveforms(exact_sketch(found), white(48, 3, 22_050, seed=1))
    again = analysis.targets(made[:, 0], made[:, 1], tracks, tracks, torch.zeros(48))
    # Above the deterministic bins, behind the click, before all gets as soft as the soft cut.
    late = (slice(None), slice(None), slice(12, 45), slice(34, 120))
    ratio = again.powers[late].mean((0, 1, 3)) / found.powers[late].mean((0, 1, 3))
    assert float((10 * torch.log10(ratio)).abs().max()) < 0.8, ratio


def test_the_body_is_its_numpy_twin():
    one = sketch(3)
    angle = torch.atan2(one.phase[:, 1], one.phase[:, 0])
    expected = made_body(one.log_amplitude.numpy(), one.frequency.numpy(), angle.numpy())
    loudest = np.abs(expected).max()
    assert np.abs(rendering.body(one).numpy() - expected).max() < 2e-6 * loudest


def test_a_long_phase_keeps_its_fraction():
    # 150 Hz for half a second: 75 turns.
    steady = change(sketch(1), log_amplitude=torch.zeros(1, 345), frequency=torch.full((1, 345), 150.0))
    steady = change(steady, phase=torch.tensor([[0.0, -2.0]]))
    n = np.arange(4_000, 18_000)  # away from the low pass's ends
    expected = (1.0 - parts.FLOOR) * np.sin(2 * np.pi * 150.0 * n / 44_100)
    assert np.abs(rendering.body(steady)[0, 4_000:18_000].numpy() - expected).max() < 1e-5


def test_render_adds_body_and_rest_with_the_attacks_gain():
    one, noise = sketch(), white(2, 3, 22_050)
    made = rendering.render(one, noise)
    assert made.shape == (2, 2, 22_050)
    rest = rendering.rest_waveforms(one, noise)
    rest[:, 0, 36:292] += one.snap * torch.from_numpy(snap_window().astype(np.float32))
    rest[:, 0] = torch.from_numpy(np.stack([without_rumble(each) for each in rest[:, 0].double().numpy()]))
    rest = rest * rendering.attack_gain(one.attack)[:, None]
    torch.testing.assert_close(made[:, 0], rendering.body(one) + rest[:, 0])
    torch.testing.assert_close(made[:, 1], rest[:, 1])


def test_the_attacks_gain_is_straight_between_its_points_and_one_behind_them():
    attack = white(3, 64, seed=4)
    found = rendering.attack_gain(attack)
    assert found.shape == (3, 22_050)
    places = attack_places()
    whole = [point for point, place in enumerate(places) if place == round(place)]
    assert {4, 43, 44} <= {places[point] for point in whole}
    torch.testing.assert_close(found[:, places[whole].astype(int)].log(), attack[:, whole])
    torch.testing.assert_close(found[:, 12].log(), 0.5 * (attack[:, 0] + attack[:, 1]))  # between 4 and 20
    assert (found[:, :4] == found[:, 4:5]).all()
    assert (found[:, 1084:] == 1.0).all()
    for gains, log_gains in zip(found, attack, strict=True):
        assert attack_gain(log_gains.numpy()) == pytest.approx(gains.numpy(), rel=1e-5)


def test_what_is_below_the_threshold_vanishes():
    quiet = sketch(1)
    at_floor = bca.LEAST_POWER**0.5
    zeros = torch.zeros(1, 2, 45, 176)
    levels = [math.log(at_floor) + step for step in (6.0, 3.0, 0.0, -3.0)]
    loudness = [
        float(
            rendering.rest_waveforms(change(quiet, envelope=zeros + level), white(1, 3, 22_050)).square().mean().sqrt()
        )
        for level in levels
    ]
    falls_db = -20 * np.diff(np.log10(loudness))
    assert falls_db[0] == pytest.approx(3 * 20 / math.log(10), abs=0.1)  # well above: as the envelope says
    assert falls_db[2] > 3 * falls_db[0] - 6  # well below: with the power 3.5
    silent = change(
        quiet,
        envelope=zeros - 20.0,
        snap=torch.zeros(1, 256),
        log_amplitude=torch.full((1, 345), parts.LOG_FLOOR - 0.1),
    )
    assert float(rendering.render(silent, white(1, 3, 22_050)).abs().max()) < 1e-15


def test_to_stereo_is_the_inverse_of_mid_and_side():
    stereo = white(2, 2, 100)
    left, right = stereo.unbind(1)
    mid_side = torch.stack([(left + right) / 2, (left - right) / 2], dim=1)
    torch.testing.assert_close(rendering.to_stereo(mid_side), stereo)


def test_sound_leads_back_to_every_part_of_a_sketch():
    one = Sketch(**{name: value.requires_grad_() for name, value in vars(sketch(1)).items()})
    rendering.finished(rendering.render(one, white(1, 3, 22_050)), one).square().sum().backward()
    for name, value in vars(one).items():
        if name == "wide":
            assert value.grad is None  # a decision, which its own loss teaches
            continue
        assert value.grad.isfinite().all(), name
        assert value.grad.any(), name
    # The share of noise matters in the region only, whose last band is read by its neighbour's interpolation.
    assert not one.noise_share.grad[:, :, 12:, 28:].any()


# Likelihoods


@pytest.mark.parametrize("loss", LOSSES)
def test_each_kick_has_its_own_loss(loss, real):
    one = sketch(6)
    all_of_them = loss(one, real)
    assert all_of_them.shape == (6,)
    third = Sketch(**{name: value[2:3] for name, value in vars(one).items()})
    alone = loss(third, Targets(**{name: value[2:3] for name, value in vars(real).items()}))
    torch.testing.assert_close(alone, all_of_them[2:3])


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_and_gradients_are_finite_at_the_truth_and_in_silence(loss, real):
    silent = Targets(**{name: torch.zeros_like(value) for name, value in vars(real).items()})
    silent = dataclasses.replace(
        silent, log_amplitude=silent.log_amplitude + parts.LOG_FLOOR, frequency=real.frequency * 0 + 55.0
    )
    for found in (real, silent):
        exact = exact_sketch(found)
        exact = Sketch(**{name: value.detach().clone().requires_grad_() for name, value in vars(exact).items()})
        loss(exact, found).sum().backward()
        for name, value in vars(exact).items():
            assert value.grad is None or value.grad.isfinite().all(), name


def test_deterministic_loss_is_its_equation(real):
    one = sketch(6)
    envelope = tables.BAND_INTERPOLATION @ one.envelope
    variance = (envelope.exp() * torch.sigmoid(tables.BAND_INTERPOLATION @ one.noise_share)).square() + bca.LEAST_POWER
    predicted, found = torch.zeros(6, 2, 2, 257, 176), torch.zeros(6, 2, 2, 257, 176)
    predicted[..., :20, :] += one.low
    predicted[..., :28] += one.click
    found[..., :20, :] = real.low
    found[..., :28] = real.click
    error = (found - envelope.exp()[:, None] * predicted).square().sum(1)
    weights = emphasis(torch.arange(176) * 128 / 44_100, torch.arange(257) * 44_100 / 512)[tables.DETERMINISTIC]
    each = (variance.log() + error / variance)[:, :, tables.DETERMINISTIC] * (weights / weights.mean())
    torch.testing.assert_close(likelihood.deterministic_loss(one, real), each.mean((1, 2)), rtol=1e-4, atol=1e-4)


def test_deterministic_loss_is_least_at_the_truth():
    """Spectra drawn from the model itself: any other sketch is less likely."""
    truth = sketch(8)
    envelope = tables.BAND_INTERPOLATION @ truth.envelope
    deviation = envelope.exp() * torch.sigmoid(tables.BAND_INTERPOLATION @ truth.noise_share)
    predicted = torch.zeros(8, 2, 2, 257, 176)
    predicted[..., :20, :] += truth.low
    predicted[..., :28] += truth.click
    drawn = envelope.exp()[:, None] * predicted + deviation[:, None] * white(8, 2, 2, 257, 176, seed=9) / math.sqrt(2)
    found = Targets(drawn[..., :20, :], drawn[..., :28], *[torch.zeros(1)] * 6, torch.ones(1, 1))
    least = float(likelihood.deterministic_loss(truth, found).mean())
    for other in (
        change(truth, low=0.8 * truth.low),
        change(truth, click=truth.click + 0.2),
        change(truth, noise_share=truth.noise_share + 0.5),
        change(truth, noise_share=truth.noise_share - 0.5),
        change(truth, low=truth.low.flip(1)),
    ):
        assert float(likelihood.deterministic_loss(other, found).mean()) > least + 0.01


def test_power_loss_is_least_at_the_powers(real):
    audible = Targets(**{**vars(real), "powers": real.powers + 1e-5})
    envelope = 0.5 * torch.log(audible.powers - bca.LEAST_POWER)
    truth = change(sketch(6), envelope=envelope.clone().requires_grad_())
    loss = likelihood.power_loss(truth, audible).sum()
    loss.backward()
    assert float(truth.envelope.grad.abs().max()) < 1e-5
    for step in (-0.2, 0.2):
        other = likelihood.power_loss(change(truth, envelope=envelope + step), audible).sum()
        assert float(other) > float(loss.detach()) + 0.01


def test_a_snap_is_taken_off_what_is_left_to_say(kicks, real):
    """Of kicks that are their snap, nothing is left; a snap of nothing leaves all; the side is left alone."""
    one = sketch(6)
    snaps = torch.zeros(6, 2, 22_050)
    snaps[:, 0, 36:292] = one.snap * torch.from_numpy(snap_window().astype(np.float32))
    assert float(snaps.abs().max()) > 0.05
    assert not snaps[:, 1].any()
    found = analysis.targets(snaps[:, 0], snaps[:, 1], one.log_amplitude, one.frequency, one.phase[:, 0])
    left = analysis.without_snap(one, found)
    assert float(left.click.abs().max()) < 1e-5 < 0.01 < float(found.click.abs().max())
    assert float(left.powers.max()) < 1e-9 < 1e-4 < float(found.powers.max())
    kept = analysis.without_snap(exact_sketch(real), real)
    torch.testing.assert_close(kept.click, real.click)
    torch.testing.assert_close(kept.powers, real.powers, rtol=1e-4, atol=1e-7)
    assert torch.equal(analysis.without_snap(sketch(6), real).powers[:, 1], real.powers[:, 1])


def test_silence_that_sounds_is_a_loss_and_what_sounds_is_none(real):
    exact = exact_sketch(real)
    assert float(likelihood.silence_loss(exact, real).abs().max()) == 0.0
    silent = real.powers < bca.SILENT_POWER
    assert silent.any()
    lifted = change(exact, envelope=torch.where(silent, bca.SILENT + 2.0, exact.envelope))
    expected = 2.0 * silent.float().mean((1, 2, 3))
    torch.testing.assert_close(likelihood.silence_loss(lifted, real), expected)
    louder = change(exact, envelope=torch.where(silent, exact.envelope, exact.envelope + 3.0))
    assert float(likelihood.silence_loss(louder, real).abs().max()) == 0.0


def test_silence_that_was_learned_is_not_heard():
    """At SILENT the soft cut leaves less than a hundred-millionth of the power of the quietest sound that counts."""
    left = rendering.fade_out(torch.tensor(bca.SILENT)).exp() ** 2
    assert float(left) < 1e-7 * bca.LEAST_POWER


def test_power_loss_is_the_likelihood_of_drawn_powers():
    """The mean of c exponential powers of mean v: the density's log, up to what does not depend on v, weighed."""
    sizes = tables.BAND_SIZES[:, None].expand(45, 176)
    drawn = torch.distributions.Gamma(sizes, sizes).sample((40,)) * 0.3  # mean 0.3
    density, other = (torch.distributions.Gamma(sizes, sizes / mean) for mean in (0.5, 0.3))
    bins = emphasis(torch.arange(176) * 128 / 44_100, torch.arange(257) * 44_100 / 512)
    weights = tables.BAND_POOLING @ bins
    expected = ((other.log_prob(drawn) - density.log_prob(drawn)) * weights).mean() / (sizes * weights).mean()
    found = Targets(*[torch.zeros(1)] * 2, drawn[:, None], *[torch.zeros(1)] * 5, torch.ones(1, 1))

    def at(power):
        envelope = torch.full((40, 1, 45, 176), 0.5 * math.log(power - bca.LEAST_POWER))
        return likelihood.power_loss(change(sketch(1), envelope=envelope), found).mean()

    assert float(at(0.5) - at(0.3)) == pytest.approx(float(expected), rel=1e-3)


def test_body_losses_are_0_at_the_truth_and_grow(real):
    exact = exact_sketch(real)
    for loss in LOSSES[2:6]:
        torch.testing.assert_close(loss(exact, real), torch.zeros(6), rtol=0, atol=1e-5)
    higher = change(exact, frequency=exact.frequency * 2 ** (1 / 12))
    assert (likelihood.frequency_loss(higher, real) > 0.02).all()
    assert (likelihood.drift_loss(higher, real) > 0.1).all()
    louder = change(exact, log_amplitude=exact.log_amplitude + 0.5)
    torch.testing.assert_close(likelihood.amplitude_loss(louder, real), torch.full((6,), 0.5))
    turned = change(exact, phase=-3.0 * exact.phase)
    torch.testing.assert_close(likelihood.start_phase_loss(turned, real), torch.full((6,), 2.0))


def test_silence_may_be_as_low_as_it_likes(real):
    silent = Targets(**{**vars(real), "log_amplitude": torch.full((6, 345), parts.LOG_FLOOR)})
    lower = change(sketch(6), log_amplitude=torch.full((6, 345), -15.0))
    torch.testing.assert_close(likelihood.amplitude_loss(lower, silent), torch.zeros(6))


def test_the_onset_is_its_numpy_twin(kicks, real):
    for row, one in enumerate(kicks):
        assert real.onset[row].numpy() == pytest.approx(onset(one.rest), abs=1e-3)


def test_steady_noise_has_no_attack():
    """Its differences are as loud as frames say from the first sample on; before, there is nothing."""
    noise = 0.1 * white(200, 22_050, seed=8)
    noise[:, :44] = 0.0
    found = analysis.targets(noise, torch.zeros_like(noise), *[torch.zeros(200, 1)] * 3).attack
    assert found.shape == (200, 64)
    places = attack_places()
    assert found[:, places < 44].max() < -4.0
    late = found[:, places > 400]
    assert float(late.mean()) == pytest.approx(0.0, abs=0.05)
    assert float(found[:, places >= 44].mean(0).abs().max()) < 0.5  # the first frames are half silent


def test_an_attack_gain_is_found_in_what_it_was_put_on():
    """Steady noise, louder for a millisecond than frames of 12 ms can say."""
    noise = 0.1 * white(200, 22_050, seed=9)
    noise[:, 600:644] *= 10.0
    found = analysis.targets(noise, torch.zeros_like(noise), *[torch.zeros(200, 1)] * 3).attack.mean(0)
    places = attack_places()
    inside = (places > 605) & (places < 640)
    beside = ((places > 500) & (places < 570)) | ((places > 670) & (places < 750))
    assert found[inside].min() > 0.5
    assert found[beside].max() < -0.5
    assert float(found[inside].mean() - found[beside].mean()) == pytest.approx(math.log(10.0), abs=0.6)


def test_the_attacks_loss_is_the_mean_distance(real):
    exact = change(exact_sketch(real), attack=real.attack)
    assert not likelihood.attack_loss(exact, real).any()
    assert likelihood.attack_loss(change(exact, attack=real.attack + 0.5), real) == pytest.approx(torch.full((6,), 0.5))


def test_there_is_a_side_or_there_is_none(real):
    """What a sketch says of the side is heard, and asked, of wide kicks alone."""
    one, noise = sketch(2), white(2, 3, 22_050, seed=3)
    made = rendering.render(change(one, wide=torch.tensor([[0.5], [-0.5]])), noise)
    assert made[0, 1].any()
    assert not made[1, 1].any()
    torch.testing.assert_close(made[:, 0], rendering.render(one, noise)[:, 0])
    sides = torch.stack([torch.zeros(22_050), torch.full((22_050,), 1e-5), 1e-2 * white(22_050)])
    assert analysis.has_side(sides)[:, 0].tolist() == [0.0, 0.0, 1.0]

    mono = Targets(**{**vars(real), "wide": torch.zeros(6, 1)})
    loud_side = sketch(6).envelope.clone()
    loud_side[:, 1] += 3.0
    for loss in (likelihood.deterministic_loss, likelihood.power_loss, likelihood.silence_loss):
        torch.testing.assert_close(loss(change(sketch(6), envelope=loud_side), mono), loss(sketch(6), mono))
    assert (
        likelihood.wide_loss(
            change(one, wide=torch.tensor([[3.0], [-3.0]])),
            Targets(**{**vars(real), "wide": torch.tensor([[1.0], [0.0]])}),
        )
        < 0.05
    ).all()


def test_grained_noise_is_its_numpy_twin_and_as_loud_as_before():
    noise, grain = white(6, 3, 22_050, seed=4), 0.6 * torch.rand(6, 3, 3, generator=torch.Generator().manual_seed(5))
    found = rendering.grained(noise, grain)
    assert found.shape == (6, 2, 22_050)
    for row in range(6):
        expected = grained(noise[row].numpy(), grain[row].numpy())
        assert found[row].numpy() == pytest.approx(expected, abs=1e-3)
    assert torch.equal(rendering.grained(noise, torch.zeros(6, 3, 3)), noise[:, :2])
    deep = rendering.grained(white(200, 3, 22_050, seed=6), torch.full((200, 3, 3), 0.25))
    assert float(deep.square().mean()) == pytest.approx(1.0, rel=0.05)
    early, late = deep[..., :1_200], deep[..., GRAIN_END:]
    assert float(early.pow(4).mean() / early.square().mean() ** 2) > 5.0
    assert float(late.pow(4).mean() / late.square().mean() ** 2) == pytest.approx(3.0, abs=0.1)
