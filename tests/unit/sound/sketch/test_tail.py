"""Sketches that sound on after their 500 ms: no seam, their own decay, their own pitch."""

import numpy as np
import pytest

from kickitout.sound.sketch import tail
from kickitout.sound.sketch.clip import to_stereo
from kickitout.sound.sketch.parts import BODY_POINTS, FLOOR
from kickitout.sound.sketch.render import render, render_longest, stems
from kickitout.sound.sketch.sketch import SKETCH_SHAPES, TAIL_SHAPE, Sketch
from kickitout.system import randomness
from testing.tiny_sketch import air

RATE = 44_100


def some_sketch(*, fall_db=-50.0, hiss_db=-60.0, hz=50.0, fade_db=0.0, side=True):
    """A body that falls by so many dB a second, and by `fade_db` in its last 8 ms; noise on it that falls as fast."""
    found = {name: np.zeros(shape, dtype=np.float32) for name, shape in SKETCH_SHAPES.items()}
    seconds = np.arange(BODY_POINTS) * 64 / RATE
    level = fall_db * seconds + fade_db * np.clip((seconds - 0.491) / 0.008, 0.0, 1.0)
    found["log_amplitude"][:] = np.log(10.0 ** (level / 20.0) + FLOOR)
    frames = np.arange(176) * 128 / RATE
    fading = fade_db * np.clip((frames - 0.491) / 0.008, 0.0, 1.0)
    found["envelope"][:] = (hiss_db + fall_db * frames + fading) * np.log(10.0) / 20.0
    found["noise_share"][:] = 9.0
    found["frequency"][:] = hz
    found["phase"][:] = (1.0, 0.0)
    found["wide"][:] = 1.0 if side else -1.0
    return Sketch(**found)


def more(seed=3):
    return randomness.normal(seed, "tail", TAIL_SHAPE)


def level_db(sound, start, end, band):
    """The level of a stretch of time, in seconds, within a band in Hz, in dB."""
    piece = sound[round(start * RATE) : round(end * RATE)] * np.hanning(round(end * RATE) - round(start * RATE))
    power = np.square(np.abs(np.fft.rfft(piece)))
    hz = np.fft.rfftfreq(len(piece), 1.0 / RATE)
    return 10.0 * np.log10(power[(hz >= band[0]) & (hz < band[1])].sum() + 1e-30)


def trends(sound, band):
    """What the levels before 480 ms, and those after 500 ms, say of the level at 500 ms, in dB."""
    found = []
    for first, last in ((0.30, 0.47), (0.51, 0.68)):
        starts = np.arange(first, last - 0.05, 0.01)
        levels = [level_db(sound, start, start + 0.06, band) for start in starts]
        _, height = np.polyfit(starts + 0.03 - 0.5, levels, 1)
        found.append(height)
    return found


@pytest.mark.parametrize("fade_db", [0.0, -30.0])
@pytest.mark.parametrize("hz", [38.0, 57.3])
def test_there_is_no_seam(fade_db, hz):
    """Also where the model fades its last milliseconds out."""
    made = render_longest(some_sketch(hz=hz, fade_db=fade_db), air(3), more())[0]
    before, after = trends(made, (20.0, 200.0))
    assert after == pytest.approx(before, abs=0.3)
    bands = [(400.0, 1000.0), (1000.0, 3000.0), (3000.0, 9000.0), (9000.0, 20_000.0)]
    apart = [np.subtract(*trends(made, band)) for band in bands]
    assert np.abs(apart).max() < 2.5  # noise: its levels are a draw
    assert abs(np.mean(apart)) < 1.0
    # A click would be far above the noise that is there.
    assert level_db(made, 0.45, 0.55, (200.0, 20_000.0)) < level_db(made, 0.2, 0.3, (200.0, 20_000.0))


@pytest.mark.parametrize("fall_db", [-90.0, -40.0, -20.0])
def test_the_body_falls_on_as_it_fell_and_keeps_its_pitch(fall_db):
    sketch = some_sketch(fall_db=fall_db, hiss_db=-120.0, hz=52.0)
    made = render_longest(sketch, air(3), more())[0]
    early, late = (level_db(made, at, at + 0.2, (20.0, 200.0)) for at in (0.2, 0.8))
    assert late - early == pytest.approx(0.6 * fall_db, abs=0.5)
    tone = made[2000:50_000]
    cycles = np.flatnonzero((tone[:-1] < 0.0) & (tone[1:] >= 0.0))
    assert np.diff(cycles) == pytest.approx(np.full(len(cycles) - 1, RATE / 52.0), abs=1.6)


def test_a_level_that_does_not_fall_fades_all_the_same():
    made = render_longest(some_sketch(fall_db=0.0, hiss_db=-40.0), air(3), more())[0]
    assert level_db(made, 1.8, 1.98, (20.0, 200.0)) < level_db(made, 0.3, 0.48, (20.0, 200.0)) - 9.0
    assert level_db(made, 1.8, 1.98, (1000.0, 9000.0)) < level_db(made, 0.3, 0.48, (1000.0, 9000.0)) - 35.0


@pytest.mark.parametrize("above", [-12.0, 12.0])
def test_a_track_meets_its_line_and_never_rises(above):
    """What happens to a level behind the line moves it for a while only."""
    track = np.linspace(0.0, -3.0, BODY_POINTS)
    track[tail.LAST_POINT - tail.AVERAGED + 1 :] += above * np.log(10.0) / 20.0
    on = tail.run_on(track, 64, tail.LAST_POINT, 1000, -1.0)
    assert (np.diff(on) < 0.0).all()
    slope = -3.0 / (BODY_POINTS - 1)
    assert on[-1] == pytest.approx(slope * (tail.LAST_POINT + 1000), abs=1e-9)


def test_until_it_sounds_on_it_is_the_same_to_the_bit_and_no_side_comes_of_none():
    for side in (True, False):
        sketch = some_sketch(fade_db=-20.0, side=side)
        first, longest = render(sketch, air(3)), render_longest(sketch, air(3), more())
        np.testing.assert_array_equal(longest[:, : tail.JOIN], first[:, : tail.JOIN])
        assert longest[1].any() == side


def test_stems_that_sound_on_sum_to_the_sound():
    sketch = some_sketch()
    parts = stems(sketch, air(3), more())
    np.testing.assert_allclose(parts.sum(axis=0), to_stereo(render_longest(sketch, air(3), more())), atol=1e-9)
