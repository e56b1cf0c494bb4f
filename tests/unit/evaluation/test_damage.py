"""Known damage: it does what it says, by as much as it says, to each kick alone, and the same again."""

import math

import numpy as np
import pytest

from kickitout.evaluation import damage as damages
from kickitout.evaluation.damage import BY_NAME, DAMAGES, replaced
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.spectrogram import stft

ON_SOUND = [one for one in DAMAGES if one.apply is not None]
WHOLE_SET = {"average", "few-modes", "repeats", "mono"}
EACH = [one for one in ON_SOUND if one.name not in WHOLE_SET]
WITH_CHANCE = {
    "griffin-lim-window",
    "griffin-lim-rounds",
    "time-smear",
    "pre-echo",
    "tone",
    "frame-lines",
    "hum",
    "noise",
}

names = {"ids": lambda one: one.name}


@pytest.fixture(scope="module")
def kicks():
    """Three kicks, the last one mono."""
    chosen = [synthesise_kick(seed)[0] for seed in range(0, 320, 16)]
    chosen.sort(key=lambda kick: -np.abs(kick[:, 17640:]).max())  # the longest first
    stereo = [kick for kick in chosen if (kick[0] != kick[1]).any()]
    mono = [kick for kick in chosen if (kick[0] == kick[1]).all()]
    return np.stack([*stereo[:2], mono[0]])


def sine(hz, gain=(1.0, 1.0)):
    """A tone that fades in and out, (1, 2, 22050)."""
    window = np.hanning(KICK_SAMPLES)
    tone = 0.5 * window * np.sin(2 * np.pi * hz * np.arange(KICK_SAMPLES) / SAMPLE_RATE)
    return (np.array(gain)[None, :, None] * tone).astype(np.float32)


def level_db(after, before):
    return 10 * math.log10(max(1e-20, (after.astype(float) ** 2).sum()) / (before.astype(float) ** 2).sum())


def correlation(kick):
    left, right = kick.astype(float)
    return left @ right / math.sqrt((left @ left) * (right @ right))


def loudest_hz(kick):
    return float(np.argmax(np.abs(np.fft.rfft(kick[0], 2**18))) * SAMPLE_RATE / 2**18)


# The table


@pytest.mark.parametrize("one", DAMAGES, **names)
def test_every_damage_has_six_levels_on_one_axis_and_words_for_each(one):
    steps = np.diff(one.levels)
    assert len(one.levels) >= 6
    assert (steps > 0).all() or (steps < 0).all()
    assert one.words
    assert one.unit
    assert len({one.describe(level) for level in one.levels}) == len(one.levels)
    assert (one.apply is None) == (one.pool in ("training", "other"))


def test_names_are_unique_and_the_damages_of_the_issue_are_there():
    assert len(BY_NAME) == len(DAMAGES)
    assert 512 in BY_NAME["griffin-lim-window"].levels
    assert {
        "wrong-phase",
        "low-pass",
        "tone",
        "quantisation",
        "time-smear",
        "few-modes",
        "copies",
        "other-sounds",
    } <= set(BY_NAME)


# Laws of all


@pytest.mark.parametrize("one", ON_SOUND, **names)
def test_damage_keeps_the_form_leaves_its_input_alone_and_repeats(one, kicks):
    before, level = kicks.copy(), one.levels[2]
    first = one.apply(kicks, level, 1)
    assert (kicks == before).all()
    assert first.shape == kicks.shape
    assert first.dtype == np.float32
    assert np.isfinite(first).all()
    assert (first == one.apply(kicks, level, 1)).all()
    assert (first != kicks).any()


@pytest.mark.parametrize("one", EACH, **names)
def test_what_becomes_of_a_kick_does_not_depend_on_its_neighbours(one, kicks):
    level = one.levels[-1]
    assert (one.apply(kicks, level, 3)[1] == one.apply(kicks[1:2], level, 3)[0]).all()
    other = one.apply(kicks[1:2], level, 4)[0]
    assert (one.apply(kicks, level, 3)[1] != other).any() == (one.name in WITH_CHANCE)


@pytest.mark.parametrize("one", ON_SOUND, **names)
def test_silence_is_damaged_without_a_fault(one):
    assert np.isfinite(one.apply(np.zeros((2, 2, KICK_SAMPLES), dtype=np.float32), one.levels[-1], 0)).all()


MONOTONE = [
    "wrong-phase", "wrong-phase-low", "pre-echo", "short-tail", "low-pass", "high-pass", "tone", "frame-lines", "hum",
    "offset", "noise", "blur", "quantisation", "clipping", "narrow", "average",
]  # fmt: skip


@pytest.mark.parametrize("name", MONOTONE)
def test_a_higher_level_changes_more(name, kicks):
    one = BY_NAME[name]
    reference = kicks[:1]
    if name == "pre-echo":  # the kick is moved aside: compare with the faintest
        reference = one.apply(reference, -300.0, 0)
    if name in ("low-pass", "high-pass"):  # what is left, as their delays say little
        changes = [-level_db(one.apply(reference, level, 0), reference) for level in one.levels]
    else:
        whole = kicks if name == "average" else kicks[:1]
        changes = [level_db(one.apply(whole, level, 0)[:1] - reference, reference) for level in one.levels]
    assert (np.diff(changes) > 0).all(), changes


# What each does


def test_low_and_high_pass_keep_what_they_should_and_take_the_rest():
    for hz, corner, gain in ((500, 4000, 0), (4000, 500, -100), (4000, 4000, -3)):
        assert level_db(BY_NAME["low-pass"].apply(sine(hz), corner, 0), sine(hz)) == pytest.approx(
            gain, abs=45 if gain < -50 else 0.3
        )
    for hz, corner, gain in ((500, 50, 0), (50, 50, -3), (50, 200, -48)):
        assert level_db(BY_NAME["high-pass"].apply(sine(hz), corner, 0), sine(hz)) == pytest.approx(gain, abs=1.0)


def test_filters_do_not_ring_before_they_are_struck():
    click = np.zeros((1, 2, KICK_SAMPLES), dtype=np.float32)
    click[..., 5000] = 1.0
    for name, level in (("low-pass", 1000), ("high-pass", 100)):
        found = BY_NAME[name].apply(click, level, 0)
        assert level_db(found[..., :4990], found) < -40


@pytest.mark.parametrize("degrees", [30, 90, 135, 180])
def test_a_turned_channel_keeps_its_magnitudes_and_correlates_by_the_cosine(degrees, kicks):
    mono = kicks[2:]
    found = BY_NAME["wrong-phase"].apply(mono, degrees, 0)
    assert correlation(found[0]) == pytest.approx(math.cos(math.radians(degrees)), abs=0.02)
    assert found[0, 0] == pytest.approx(mono[0, 0], abs=1e-6)
    assert level_db(found[:, 1], mono[:, 1]) == pytest.approx(0, abs=0.1)


def test_the_low_phase_turns_the_low_end_alone():
    turn = BY_NAME["wrong-phase-low"].apply
    assert correlation(turn(sine(60), 180, 0)[0]) == pytest.approx(-1, abs=1e-3)
    assert correlation(turn(sine(1000), 180, 0)[0]) == pytest.approx(1, abs=1e-3)


def test_griffin_lim_parts_the_channels_and_more_rounds_fit_the_magnitudes_better(kicks):
    mono = kicks[2:]
    wanted = np.abs(stft(mono))
    misfits = []
    for rounds in (30, 3, 0):
        found = BY_NAME["griffin-lim-rounds"].apply(mono, rounds, 0)
        misfits.append(np.linalg.norm(np.abs(stft(found)) - wanted) / np.linalg.norm(wanted))
        assert abs(correlation(found[0])) < 0.7
    assert misfits == sorted(misfits)


def test_a_smear_is_an_all_pass_that_delays(kicks):
    found = BY_NAME["time-smear"].apply(kicks[:1], 4.0, 0)
    before, after = (np.abs(np.fft.rfft(x[0, 0], 65536)) for x in (kicks, found))
    assert np.linalg.norm(after - before) < 0.02 * np.linalg.norm(before)
    click = np.zeros((1, 2, KICK_SAMPLES), dtype=np.float32)
    click[..., 1000] = 1.0
    energy = BY_NAME["time-smear"].apply(click, 8.0, 0)[0, 0] ** 2
    late = 1000 + round(0.008 * SAMPLE_RATE)
    assert energy[990 : late + 50].sum() > 0.97 * energy.sum()


def test_a_pre_echo_stands_as_high_as_it_says(kicks):
    found = BY_NAME["pre-echo"].apply(kicks, -20.0, 0)
    before = np.abs(found[..., :882]).max(axis=(1, 2)) / np.abs(kicks).max(axis=(1, 2))
    assert before == pytest.approx(0.1, rel=1e-3)
    assert (found[..., 882:] == kicks[..., :-882]).all()


def test_a_cut_tail_is_silent_after_its_length_and_the_same_before_its_fade(kicks):
    found = BY_NAME["short-tail"].apply(kicks, 60, 0)
    end = round(0.060 * SAMPLE_RATE)
    assert not found[..., end:].any()
    assert (found[..., : end - 441] == kicks[..., : end - 441]).all()


@pytest.mark.parametrize(("semitones", "ratio"), [(12, 2.0), (4, 2 ** (1 / 3))])
def test_detuned_tones_are_as_much_higher_and_shorter(semitones, ratio):
    found = BY_NAME["detuned"].apply(sine(200), semitones, 0)
    assert loudest_hz(found[0]) == pytest.approx(200 * ratio, rel=1e-3)
    assert not found[..., math.ceil(KICK_SAMPLES / ratio) + 1 :].any()


@pytest.mark.parametrize(("name", "hz"), [("tone", 5512.5), ("hum", 50.0), ("frame-lines", None)])
def test_lines_stand_where_they_should(name, hz, kicks):
    added = BY_NAME[name].apply(kicks[:1], -40.0, 0) - kicks[:1]
    power = np.abs(np.fft.rfft(added[0, 0])) ** 2
    grid = np.arange(len(power)) * SAMPLE_RATE / KICK_SAMPLES
    if hz is None:
        spacing = SAMPLE_RATE / 128
        apart = np.abs(grid - spacing * np.maximum(1, np.round(grid / spacing)))
        assert power[apart < 45].sum() > 0.95 * power.sum()
    else:
        assert np.abs(loudest_hz(added[0]) - hz) < 1
        if name == "tone":
            assert np.abs(added).max() == pytest.approx(0.01 * np.abs(kicks[0]).max(), rel=0.1)


def test_noise_has_the_spectrum_of_the_kick_and_not_its_shape(kicks):
    found = BY_NAME["noise"].apply(kicks[:1], 0.0, 0) - kicks[:1]
    before, after = (np.abs(np.fft.rfft(x[0]))[:, 1:-1] for x in (kicks, found))
    assert np.abs(after - before).max() < 1e-3 * before.max()
    assert level_db(found[..., 11025:], found) > -6  # half of it lies in the second half


def test_few_values_are_left_of_few_bits(kicks):
    found = BY_NAME["quantisation"].apply(kicks[:1], 4, 0)
    assert len(np.unique(found)) <= 2**4
    assert 0.0 in found


def test_clipping_stops_at_its_limit(kicks):
    peak = np.abs(kicks[0]).max()
    found = BY_NAME["clipping"].apply(kicks[:1], 6, 0)
    assert np.abs(found).max() == pytest.approx(peak * 10 ** (-6 / 20), rel=1e-5)


def test_narrow_takes_side_and_leaves_mid(kicks):
    stereo = kicks[:1]
    half, none = (BY_NAME["narrow"].apply(stereo, share, 0) for share in (0.5, 1.0))
    for found in (half, none):
        assert found.mean(axis=1) == pytest.approx(stereo.mean(axis=1), abs=1e-6)
    assert half[0, 0] - half[0, 1] == pytest.approx(0.5 * (stereo[0, 0] - stereo[0, 1]), abs=1e-6)
    assert (none[:, 0] == none[:, 1]).all()


def test_kicks_on_the_way_to_their_average_come_closer(kicks):
    def spread(audio):
        return np.stack([20 * np.log10(np.abs(stft(kick, 2048, 256)) + 1e-3) for kick in audio]).std(axis=0).mean()

    spreads = [spread(kicks), *(spread(BY_NAME["average"].apply(kicks, share, 0)) for share in (0.35, 0.75, 1.0))]
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[-1] < 0.5 * spreads[0]


def test_few_modes_are_as_few_as_said_and_nearly_the_same():
    audio = np.concatenate([sine(50 + 10 * i, (1.0, 0.5)) for i in range(8)])
    for times, count in ((2, 4), (4, 2), (64, 1)):
        found = BY_NAME["few-modes"].apply(audio, times, 0)
        # The nearest original of each, and how near it is.
        products = np.abs(np.einsum("ncs,mcs->nm", found, audio))
        norms = np.linalg.norm(found.reshape(8, -1), axis=1)[:, None] * np.linalg.norm(audio.reshape(8, -1), axis=1)
        assert len(set((products / norms).argmax(axis=1).tolist())) == count
        assert (products / norms).max(axis=1).min() > 0.999
        assert len({one.tobytes() for one in found}) == 8


def test_repeats_and_mono_are_as_many_as_said_and_leave_the_rest():
    audio = np.concatenate([sine(50 + 10 * i, (1.0, 0.5)) for i in range(8)])
    for share, count in ((0.25, 2), (0.5, 4), (1.0, 8)):
        found = BY_NAME["repeats"].apply(audio, share, 3)
        shapes = found[:, 0] / np.abs(found[:, 0]).max(axis=1, keepdims=True)
        products = shapes @ shapes.T
        like = (products / np.sqrt(np.outer(products.diagonal(), products.diagonal())) > 0.9999).sum(axis=1)
        assert np.sort(like).tolist() == [1] * (8 - count) + [count] * count
        mono = BY_NAME["mono"].apply(audio, share, 3)
        folded = (mono[:, 0] == mono[:, 1]).all(axis=1)
        assert folded.sum() == count
        assert (mono[~folded] == audio[~folded]).all()
        assert mono[folded] == pytest.approx(audio[folded].mean(axis=1, keepdims=True).repeat(2, axis=1))


@pytest.mark.parametrize("octaves", [0.5, 1.0])
def test_a_glide_starts_as_many_octaves_up_and_ends_at_the_right_pitch(octaves):
    t = np.arange(KICK_SAMPLES) / SAMPLE_RATE
    tone = np.sin(2 * np.pi * 100 * t).astype(np.float32)[None, None].repeat(2, axis=1)
    found = BY_NAME["swept"].apply(tone, octaves, 0)[0, 0].astype(np.float64)
    crossings = np.flatnonzero((found[:-1] < 0.0) & (found[1:] >= 0.0))
    periods = np.diff(crossings) / SAMPLE_RATE
    assert 1.0 / periods[0] == pytest.approx(100 * 2 ** (octaves * np.exp(-crossings[0] / SAMPLE_RATE / 0.03)), rel=0.2)
    assert 1.0 / periods[20] == pytest.approx(100.0, rel=0.02)


def test_replacement_takes_a_share_once_each_and_grows():
    smaller, larger = (replaced(100, 300, share, 5) for share in (0.1, 0.5))
    for (out, taken), count in ((smaller, 10), (larger, 50)):
        assert len(set(out.tolist())) == len(set(taken.tolist())) == count
        assert out.max() < 100
        assert taken.max() < 300
    assert set(smaller[0].tolist()) < set(larger[0].tolist())
    assert set(smaller[1].tolist()) < set(larger[1].tolist())
    assert len(replaced(100, 300, 0.001, 5)[0]) == 1
    with pytest.raises(ValueError, match="the pool holds 3"):
        replaced(100, 3, 0.5, 5)


def test_other_sounds_differ_by_seed_and_repeat():
    assert (damages.other_sounds(3, 1) == damages.other_sounds(3, 1)).all()
    assert (damages.other_sounds(3, 1) != damages.other_sounds(3, 2)).any(axis=(1, 2)).all()


GOLDEN = {
    "wrong-phase": 5.3737, "wrong-phase-low": 5.3737, "time-smear": 5.8292, "pre-echo": 5.3168, "short-tail": 1.6714,
    "detuned": 4.7401, "low-pass": 5.5520, "high-pass": 5.4778, "tone": 5.5017, "frame-lines": 5.4973, "hum": 5.5029,
    "offset": 5.5224, "noise": 5.6175, "blur": 1.4192, "quantisation": 5.5026, "clipping": 4.5077, "narrow": 5.5024,
    "average": 5.4827, "few-modes": 5.4733, "repeats": 5.2729, "mono": 5.5024, "swept": 5.5535,
}  # fmt: skip
"""Sums of a few samples. Griffin-Lim is held by its own tests: a hundred rounds enlarge the last bit."""


def test_the_numbers_stay():
    audio = sine(100, (1.0, 0.8))
    sums = {
        name: float(np.abs(BY_NAME[name].apply(audio, BY_NAME[name].levels[2], 7)[0, :, 5000:17000:1000]).sum())
        for name in GOLDEN
    }
    assert sums == pytest.approx(GOLDEN, abs=2e-3)
