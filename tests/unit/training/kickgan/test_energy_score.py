"""Energy scores: the truth scores best, and what is compared hears what it should."""

import math
from dataclasses import fields, replace
from functools import cache

import pytest
import torch

from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.sketch.sketch import ONSET_STEPS
from kickitout.training.kickgan import energy_score as scores
from kickitout.training.kickgan.energy_score import Looks, distances, energy_score, look, pitch_weights
from kickitout.training.kickgan.sketch import SWING_POINTS

POINTS = 345


def white(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def looks(count, seed=0, level=0.1, **tracks):
    """Of decaying noise, with tracks of a body."""
    fall = torch.exp(-torch.arange(KICK_SAMPLES) / 4000.0)
    sound = level * white(count, 2, KICK_SAMPLES, seed=seed) * fall
    log_amplitude = tracks.get("log_amplitude", torch.linspace(-0.5, -6.0, POINTS).expand(count, -1))
    frequency = tracks.get("frequency", torch.full((count, POINTS), 55.0))
    return look(sound, log_amplitude, frequency, tracks.get("phase", torch.zeros(count)))


def total(parts):
    return float(sum(part.mean() for part in parts.values()))


LOUD = torch.ones(4, POINTS)


def test_a_distance_is_symmetric_and_next_to_nothing_from_itself():
    one, other = looks(4, 0), looks(4, 1)
    there, back = distances(one, other, LOUD), distances(other, one, LOUD)
    assert there.keys() == {*one.spectra, "onset", "grain", "amplitude", "frequency", "shake", "swing"}
    for name, part in there.items():
        assert part.shape == (4,)
        torch.testing.assert_close(part, back[name])
    assert total(distances(one, one, LOUD)) < 0.02 * total(there)


def test_what_differs_in_one_thing_is_told_by_that_part():
    base = {"log_amplitude": white(4, POINTS, seed=3) - 3.0, "frequency": 60.0 + white(4, POINTS, seed=4)}
    one = looks(4, **base)
    louder = distances(one, looks(4, **(base | {"log_amplitude": base["log_amplitude"] + 0.7})), LOUD)
    higher = distances(one, looks(4, **(base | {"frequency": base["frequency"] * 2.0})), LOUD)
    # Early points count more, but a mean of roots of means over stretches is a little less than 1.
    counted = float(scores._of_stretches(scores._EARLY.square()[None]))
    assert counted == pytest.approx(1.0, abs=0.01)
    expected = 0.7 * counted * scores.AMPLITUDE, math.log(2.0) * counted * scores.FREQUENCY
    assert louder["amplitude"] == pytest.approx(torch.full((4,), expected[0]), abs=0.01)
    assert higher["frequency"] == pytest.approx(torch.full((4,), expected[1]), abs=0.01)
    turned = distances(one, looks(4, **base, phase=torch.full((4,), math.pi)), LOUD)
    assert turned["swing"] == pytest.approx(torch.full((4,), 2.0 * scores.SWING), abs=0.01)
    # A root that starts a little above 0 leaves a thousandth of its weight everywhere. A pitch moves the phase too.
    assert max(float(part.max()) for name, part in louder.items() if name != "amplitude") < 0.01
    assert max(float(part.max()) for name, part in higher.items() if name not in {"frequency", "swing"}) < 0.01
    assert max(float(part.max()) for name, part in turned.items() if name != "swing") < 0.01


def test_the_swing_is_the_bodys_phase_at_its_points():
    """A steady 55 Hz: each point of 64 samples is that much further."""
    found = looks(1, phase=torch.full((1,), 0.3)).swing[0]
    expected = 0.3 + 2.0 * math.pi * 55.0 * 64 / 44_100 * torch.arange(SWING_POINTS)
    torch.testing.assert_close(found, torch.stack([expected.cos(), expected.sin()]), atol=1e-5, rtol=0.0)


def test_an_error_of_the_first_points_counts_more_than_one_of_the_last():
    base = {"log_amplitude": torch.full((4, POINTS), -1.0), "frequency": torch.full((4, POINTS), 60.0)}
    one = looks(4, **base)
    for name, track in base.items():
        part = name.removeprefix("log_")
        early, late = track.clone(), track.clone()
        early[:, :16] *= 1.2
        late[:, -16:] *= 1.2
        found = [distances(one, looks(4, **(base | {name: moved})), LOUD)[part] for moved in (early, late)]
        assert (found[0] > 2.0 * found[1]).all()


def test_a_shake_is_told_apart_from_the_lines_that_it_is_about():
    frequency = 60.0 + white(4, POINTS, seed=4)
    shaking = 0.1 * (-1.0) ** torch.arange(POINTS)
    found = distances(looks(4, frequency=frequency), looks(4, frequency=frequency * torch.exp(shaking)), LOUD)
    # Up and down by 0.1: as deep, and steps of twice that, of which next to nothing is lines between knots.
    assert found["shake"] == pytest.approx(torch.full((4,), 0.3 * scores.SHAKE), rel=0.05)
    assert float(found["frequency"].max()) < 0.1 * float(found["shake"].min())


def test_twice_as_loud_is_the_same_step_in_all_log_powers():
    found = distances(looks(4, level=0.1), looks(4, level=0.2), LOUD)
    for name, resolution in scores.RESOLUTIONS.items():
        if resolution.low:
            continue  # its noise is near the floor
        expected = resolution.sizes * math.log(2.0)
        assert 0.5 * expected < float(found[f"{name}_sizes"].mean()) <= expected + 2e-3


def test_silence_has_no_gradient_that_is_not_finite():
    silent = torch.zeros(2, 2, KICK_SAMPLES, requires_grad=True)
    tracks = torch.full((2, POINTS), -20.0), torch.full((2, POINTS), 55.0), torch.zeros(2)
    found = distances(look(silent, *tracks), look(torch.zeros_like(silent), *tracks), LOUD[:2])
    torch.stack([part.sum() for part in found.values()]).sum().backward()
    assert silent.grad is not None
    assert silent.grad.isfinite().all()


def on_tracks(values):
    """Looks that differ in their log amplitude alone, (b, 345)."""
    nothing = torch.zeros(len(values), 1, 2, 129, 17)
    return Looks(
        {"click_sizes": nothing},
        torch.zeros(len(values), 2, ONSET_STEPS),
        torch.zeros(len(values), 2, scores.GRAIN_STEPS),
        values,
        torch.zeros(len(values), POINTS),
        torch.zeros(len(values), 2, SWING_POINTS),
    )


@cache
def score(spread):
    """Of draws that vary by so much beside kicks that vary by 1."""
    count = 4000
    real, drawn = (white(some, POINTS // 15, seed=some).repeat(1, 15) for some in (count, 2 * count))
    parts = energy_score(on_tracks(real), on_tracks(spread * drawn), torch.ones(count, POINTS))
    return float(parts["amplitude"])


@pytest.mark.parametrize("wrong", [0.0, 0.5, 2.0])
def test_the_true_spread_scores_best(wrong):
    """Kicks that vary by 1: draws that vary less or more score worse, however near their mean is."""
    assert score(wrong) > 1.03 * score(1.0)


def test_a_shift_scores_worse_than_none():
    count = 2000
    real, drawn = white(count, POINTS), white(2 * count, POINTS, seed=1)
    loud = torch.ones(count, POINTS)
    right = energy_score(on_tracks(real), on_tracks(drawn), loud)["amplitude"]
    shifted = energy_score(on_tracks(real), on_tracks(drawn + 0.5), loud)["amplitude"]
    assert shifted > right


def test_the_score_is_that_of_its_three_distances():
    """Half of: from the kick to one draw, to the other, less from one to the other. Its gradient too."""
    real, drawn = looks(2, 0), looks(4, 1)
    moved = {name: spectrum.requires_grad_() for name, spectrum in drawn.spectra.items()}
    one, other = (Looks(*(part_of(getattr(drawn, field.name), rows) for field in fields(Looks))) for rows in HALVES)
    loud = LOUD[:2]
    near, also, apart = distances(real, one, loud), distances(real, other, loud), distances(one, other, loud)
    expected = {name: 0.5 * (near[name] + also[name] - apart[name]).mean() for name in near}
    found = energy_score(real, drawn, loud)
    assert found.keys() == expected.keys()
    gradients = [
        torch.autograd.grad(torch.stack([*parts.values()]).sum(), [*moved.values()]) for parts in (found, expected)
    ]
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(*gradients)


HALVES = slice(0, 2), slice(2, 4)


def part_of(value, rows):
    """Some rows of a tensor, or of all tensors by name."""
    return {name: part[rows] for name, part in value.items()} if isinstance(value, dict) else value[rows]


def test_the_pitch_matters_where_the_body_is_loud():
    weights = pitch_weights(torch.linspace(0.0, -12.0, POINTS).expand(2, -1))
    assert weights.shape == (2, POINTS)
    assert (weights.diff(dim=1) <= 0).all()
    assert float(weights.max()) <= 3.0
    assert pitch_weights(torch.full((1, POINTS), -1.0)) == pytest.approx(torch.ones(1, POINTS))


def test_resolutions_fit_the_sound():
    found = looks(2)
    for name, resolution in scores.RESOLUTIONS.items():
        for kind, weight, pairs in (("sizes", resolution.sizes, 1), ("phases", resolution.phases, 2)):
            assert (f"{name}_{kind}" in found.spectra) == (weight > 0.0)
            if weight > 0.0:
                spectrum = found.spectra[f"{name}_{kind}"]
                assert (*spectrum.shape[:3], spectrum.shape[4]) == (2, pairs, 2, resolution.bins)


def test_a_click_counts_more_than_a_hiss_behind_it():
    """The same step of log powers, in the first 6 ms below 1 kHz or as many cells late and high."""
    quiet = looks(2)
    spectrum = quiet.spectra["short_sizes"]

    def stepped(bins, frames):
        changed = spectrum.clone()
        changed[..., frames, bins] += 1.0
        moved = replace(quiet, spectra=quiet.spectra | {"short_sizes": changed})
        return float(distances(quiet, moved, LOUD[:2])["short_sizes"].mean())

    assert stepped(slice(0, 4), slice(0, 8)) > 5.0 * stepped(slice(40, 44), slice(100, 108))


def test_the_onset_is_how_loud_differences_are_step_by_step():
    """A blow of one sample is heard in its step alone, its second difference louder than its first."""
    sound = torch.zeros(1, 2, KICK_SAMPLES)
    sound[0, 0, 44 + 8 + 3] = 0.5  # in the second step behind the onset
    attack = look(sound, torch.zeros(1, POINTS), torch.full((1, POINTS), 55.0), torch.zeros(1)).onset[0]
    assert attack.shape == (2, ONSET_STEPS)
    assert attack[:, 6].tolist() == pytest.approx(
        [0.5 * math.log(2 * 0.25 / 8), 0.5 * math.log(6 * 0.25 / 8)], abs=1e-3
    )
    quiet = torch.arange(ONSET_STEPS) != 6
    assert attack[:, quiet].max() < -9.0


def test_the_grain_is_how_loud_second_differences_are():
    """Even noise and noise in blows, equally loud: the steps of the second are further apart."""
    even = 0.1 * white(4, 2, KICK_SAMPLES, seed=5)
    blows = even * math.sqrt(8.0) * (torch.arange(KICK_SAMPLES) // 64 % 8 == 0)
    tracks = torch.zeros(4, POINTS), torch.full((4, POINTS), 55.0), torch.zeros(4)
    found = [look(sound, *tracks).grain for sound in (even, blows)]
    assert found[0].shape == (4, 2, scores.GRAIN_STEPS)
    assert float(found[0].std(-1).mean()) < 0.5 < 2.0 < float(found[1].std(-1).mean())
