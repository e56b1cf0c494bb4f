"""Designed kicks: what the parameters say is measured in the sound, and what all kicks promise."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.library import synthesis as syn
from kickitout.library.synthesis import designs
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE

SEEDS = range(0, 640, 16)  # one kick each of forty machines
CENTS = 4.0

OFF = {name: designs.OFF_DB for name in designs.AXES if name.endswith("_db") and designs.RANGES[name].low == -60.0}
FLAT = dict.fromkeys(("low_shelf_db", "boom_db", "box_db", "presence_db", "high_shelf_db", "punch_db"), 0.0)
BARE = {
    **OFF,
    **FLAT,
    "haze_db": -100.0,
    "drive_db": -12.0,
    "asymmetry": 0.0,
    "compression": 0.0,
    "clip_db": 0.0,
    "low_cut_hz": 8.0,
    "high_cut_hz": 24_000.0,
    "gate_ms": 900.0,
    "length_ms": 499.0,
    "fade_ms": 5.0,
    "start_phase": 0.0,
    "polarity": 1,
}
"""What makes a design a body alone."""


def bare(seed=0, **changes):
    return replace(syn.kick_design(seed), **{**BARE, **changes})


def place(ms):
    return syn.ONSET + round(ms * SAMPLE_RATE / 1000)


def fundamental(audio, highest_hz):
    """The analytic signal of what lies below `highest_hz` (soft edge): its angle is phase, its size is envelope."""
    size = 65_536
    spectrum = np.fft.fft(audio.mean(axis=0).astype(np.float64), size)
    hz = np.arange(size) * SAMPLE_RATE / size
    gain = np.clip((highest_hz - hz) / (0.2 * highest_hz), 0.0, 1.0) * np.clip((hz - 5.0) / 5.0, 0.0, 1.0)
    return np.fft.ifft(2.0 * spectrum * gain)[: audio.shape[1]]


def frequency(audio, highest_hz):
    return np.diff(np.unwrap(np.angle(fundamental(audio, highest_hz)))) * SAMPLE_RATE / (2 * np.pi)


def energy(signal, low_hz, high_hz):
    power = np.square(np.abs(np.fft.rfft(signal.astype(np.float64), 65_536)))
    hz = np.fft.rfftfreq(65_536, 1.0 / SAMPLE_RATE)
    return power[(hz >= low_hz) & (hz < high_hz)].sum()


@pytest.fixture(scope="module")
def kicks():
    return [syn.design_kick(seed) for seed in SEEDS]


# Promises that hold for every kick


def test_every_kick_is_float32_stereo_at_full_scale_from_one_millisecond_to_its_length(kicks):
    for audio, design in kicks:
        assert audio.dtype == np.float32
        assert audio.shape == (2, KICK_SAMPLES)
        assert np.abs(audio).max() == 1.0
        assert not audio[:, : syn.ONSET].any()
        end = place(design.length_ms)
        assert not audio[:, end + 1 :].any()
        assert np.abs(audio[:, end - 2 : end]).max() < 0.01


@given(st.integers(0, 2**63 - 1))
def test_any_seed_makes_a_kick_within_the_ranges(seed):
    audio, design = syn.design_kick(seed)
    assert np.isfinite(audio).all()
    assert np.abs(audio).max() == 1.0
    for name, limits in designs.RANGES.items():
        assert limits.low - 1e-6 <= getattr(design, name) <= limits.high + 1e-6
    assert design.family in designs.FAMILIES


@given(st.lists(st.floats(0.0, 1.0), min_size=len(designs.AXES), max_size=len(designs.AXES)), st.integers(0, 99))
def test_any_point_of_the_box_makes_a_sound(places, seed):
    audio = syn.render_design(designs.design_at(np.array(places), seed=seed, family="techno"))
    assert np.isfinite(audio).all()
    assert np.abs(audio).max() == 1.0
    assert not audio[:, : syn.ONSET].any()


def test_a_seed_is_one_kick_for_ever_and_in_any_order():
    forwards = [syn.design_kick(seed) for seed in (5, 6, 7)]
    backwards = [syn.design_kick(seed) for seed in (7, 6, 5)][::-1]
    for (audio, design), (again, same) in zip(forwards, backwards, strict=True):
        np.testing.assert_array_equal(audio, again)
        assert design == same
        np.testing.assert_array_equal(syn.render_design(design), audio)


def test_places_and_values_are_inverse():
    for limits in designs.RANGES.values():
        for at in (0.0, 0.2, 0.5, 1.0):
            assert limits.place(limits.at(at)) == pytest.approx(at, abs=1e-12)
        assert limits.place(limits.high + 1.0) == 1.0


def test_a_machine_shares_family_polarity_and_whether_it_is_stereo():
    for machine in range(12):
        kit = [syn.kick_design(16 * machine + index) for index in range(16)]
        assert {design.machine for design in kit} == {syn.machine_of(16 * machine)}
        assert len({(design.family, design.polarity, design.width_db > designs.OFF_DB) for design in kit}) == 1
        assert len({design.pitch_hz for design in kit}) == 16


def test_negative_seeds_are_refused():
    with pytest.raises(ValueError, match="at least 0"):
        syn.design_kick(-1)


def test_the_spread_is_that_of_modern_kicks():
    many = [syn.kick_design(seed) for seed in range(0, 24_000, 16)]
    low, middle, high = np.percentile([design.pitch_hz for design in many], (2.5, 50, 97.5))
    assert 32.0 < low < 45.0 < middle < 60.0 < high < 115.0
    assert {design.family for design in many} == set(designs.FAMILIES)
    assert np.mean([design.width_db == designs.OFF_DB for design in many]) == pytest.approx(
        designs.MONO_SHARE, abs=0.04
    )
    assert 0.15 < np.mean([design.width_db > -30.0 for design in many]) < 0.40
    starts = [
        design.pitch_hz * 2.0 ** (design.sweep_octaves + design.snap_octaves + design.drift_octaves) for design in many
    ]
    assert np.percentile(starts, 10) < 400.0
    assert np.percentile(starts, 90) > 1_500.0
    known = designs.styles()
    assert known.shares.sum() == pytest.approx(1.0)
    correlations = known.factor @ known.factor.T
    np.testing.assert_allclose(np.diag(correlations), 1.0, atol=1e-4)


# The truth, measured


@pytest.mark.parametrize("seed", SEEDS[::4])
def test_the_pitch_after_the_sweep_is_what_the_design_says(seed):
    design = bare(seed, sweep_ms=20.0, snap_ms=5.0, drift_octaves=0.0, decay_ms=500.0, decay_curve=1.0)
    z = fundamental(syn.render_design(design), 1.6 * design.pitch_hz)
    phase = np.unwrap(np.angle(z))
    start, end = place(120.0), place(400.0)
    hz = (phase[end] - phase[start]) / (2 * np.pi) * SAMPLE_RATE / (end - start)
    assert abs(1200 * np.log2(hz / design.pitch_hz)) < CENTS


def test_the_sweep_is_what_the_design_says():
    design = bare(pitch_hz=50.0, sweep_octaves=2.0, sweep_ms=100.0, snap_octaves=0.0, drift_octaves=0.4, drift_ms=300.0)
    hz = frequency(syn.render_design(replace(design, decay_ms=900.0, attack_ms=0.5)), 500.0)
    for ms in (40.0, 80.0, 160.0, 300.0):
        expected = 50.0 * 2 ** (2.0 * 10 ** (-ms / 100.0) + 0.4 * 10 ** (-ms / 300.0))
        assert hz[place(ms) - 5 : place(ms) + 5].mean() == pytest.approx(expected, rel=0.015)


@pytest.mark.parametrize("decay_ms", [120.0, 250.0, 400.0])
def test_the_decay_is_what_the_design_says(decay_ms):
    design = bare(pitch_hz=60.0, sweep_octaves=0.1, snap_octaves=0.0, drift_octaves=0.0, decay_ms=decay_ms)
    design = replace(design, hold_ms=40.0, attack_ms=0.5, hardness=0.0)
    envelope = np.abs(fundamental(syn.render_design(design), 110.0))
    peak = np.median(envelope[place(15.0) : place(35.0)])
    after = np.flatnonzero(envelope[place(40.5) :] < peak * 10 ** (syn.DECAY_DB / 20))
    assert after[0] * 1000 / SAMPLE_RATE == pytest.approx(decay_ms, rel=0.06)


def test_the_gate_ends_the_body():
    design = bare(pitch_hz=60.0, decay_ms=900.0, gate_ms=150.0, release_ms=20.0)
    envelope = np.abs(fundamental(syn.render_design(design), 150.0))
    assert envelope[place(230.0)] < 1e-2 * envelope[place(140.0)]
    open_end = np.abs(fundamental(syn.render_design(replace(design, gate_ms=900.0)), 150.0))
    assert open_end[place(230.0)] > 0.5 * open_end[place(140.0)]


@pytest.mark.parametrize("width_db", [-40.0, -27.0, -15.0])
def test_the_width_is_what_the_design_says_and_the_low_end_is_mono(kicks, width_db):
    for _, design in kicks[::5]:
        left, right = syn.render_design(replace(design, width_db=width_db, side_hz=150.0)).astype(np.float64)
        mid, side = 0.5 * (left + right), 0.5 * (left - right)
        measured = 10 * np.log10(np.square(side).sum() / np.square(mid).sum())
        assert measured == pytest.approx(width_db, abs=0.05)
        # A thousandth, but for the ends of what is cut.
        assert energy(side, 0.0, 60.0) < 1e-3 * energy(mid, 0.0, 60.0)


def test_no_width_is_one_channel(kicks):
    mono = [audio for audio, design in kicks if design.width_db == designs.OFF_DB]
    assert len(mono) > 8
    for left, right in mono:
        np.testing.assert_array_equal(left, right)


def test_each_click_brightens_the_start():
    quiet = bare(snap_octaves=0.0, sweep_octaves=0.5, attack_ms=3.0)
    start = slice(syn.ONSET, place(20.0))

    def brightness(design):
        sound = syn.render_design(design)[0, start]
        return energy(sound, 1_000.0, 20_000.0) / energy(sound, 0.0, 20_000.0)

    dark = brightness(quiet)
    for layer, changes in {
        "noise_db": {"noise_hz": 4_000.0, "noise_ms": 8.0},
        "chirp_db": {"chirp_hz": 6_000.0},
        "pulse_db": {"pulse_ms": 0.15},
        "tick_db": {"tick_hz": 3_000.0, "tick_ms": 6.0},
    }.items():
        levels = [brightness(replace(quiet, **{layer: level}, **changes)) for level in (-18.0, -9.0, 0.0)]
        assert dark < levels[0] < levels[1] < levels[2]


def test_drive_adds_harmonics_and_clipping_lowers_the_crest():
    clean = bare(pitch_hz=60.0, sweep_octaves=0.1, snap_octaves=0.0, decay_ms=300.0, hold_ms=50.0, hardness=0.5)

    def harmonics(design):
        sound = syn.render_design(design)[0]
        return energy(sound, 100.0, 20_000.0) / energy(sound, 0.0, 20_000.0)

    shares = [harmonics(replace(clean, drive_db=drive)) for drive in (-12.0, 0.0, 10.0, 25.0)]
    assert shares == sorted(shares)
    assert shares[-1] > 0.05
    # Without asymmetry there are odd harmonics alone.
    driven = syn.render_design(replace(clean, drive_db=15.0))[0]
    bent = syn.render_design(replace(clean, drive_db=15.0, asymmetry=1.0))[0]
    assert energy(bent, 110.0, 130.0) > 10.0 * energy(driven, 110.0, 130.0)
    punchy = replace(clean, punch_db=10.0, punch_ms=15.0)
    crests = []
    for clip in (0.0, 4.0, 8.0):
        sound = syn.render_design(replace(punchy, clip_db=clip))
        crests.append(1.0 / np.sqrt(np.square(sound).mean()))
    assert crests == sorted(crests, reverse=True)


def test_compression_lets_the_attack_through_and_holds_the_rest_down():
    design = bare(pitch_hz=60.0, sweep_octaves=0.2, snap_octaves=0.0, decay_ms=600.0, hold_ms=150.0)
    plain, compressed = (
        np.abs(fundamental(syn.render_design(replace(design, compression=amount, compress_attack_ms=15.0)), 150.0))
        for amount in (0.0, 0.6)
    )
    early, late = place(12.0), place(120.0)
    assert compressed[late] / compressed[early] < 0.8 * plain[late] / plain[early]


def test_polarity_turns_the_wave_over():
    design = syn.kick_design(40)
    np.testing.assert_array_equal(
        syn.render_design(replace(design, polarity=-1)), -syn.render_design(replace(design, polarity=1))
    )
