"""What a sound that was taken in has of its own after its first 500 ms."""

import numpy as np
import pytest

from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.sketch import transfer
from kickitout.sound.sketch.own_tail import LEAD, LED_OVER_POINTS, LED_POINTS, OwnTail, Tracks, led_on
from kickitout.sound.sketch.parts import BODY_POINTS, take_apart
from kickitout.sound.sketch.tail import JOIN, joined

SAMPLES = 70_000


@pytest.fixture(scope="module")
def sound():
    """Mid and side of a kick of 1.6 s at full scale: a tone of 52 Hz that falls by 20 dB a second, and hiss."""
    rng = np.random.default_rng(4)
    seconds = np.arange(SAMPLES) / SAMPLE_RATE
    tone = 10 ** (-seconds) * np.cos(2 * np.pi * 52.0 * seconds)
    mid = tone + 0.01 * 10 ** (-seconds) * rng.standard_normal(SAMPLES)
    side = 0.005 * 10 ** (-seconds) * rng.standard_normal(SAMPLES)
    mid_side = np.stack([mid, side])
    mid_side[:, :44] = 0.0
    return mid_side / np.abs(mid_side[:, :22_050]).sum(axis=0).max()


@pytest.fixture(scope="module")
def apart(sound):
    head = sound[:, :22_050] * np.minimum(1.0, np.arange(22_050, 0, -1) / 441)
    return take_apart(np.stack([head[0] + head[1], head[0] - head[1]]))


def tracks(*, level=0.0, hz=52.0, phase=0.3):
    return Tracks(np.full(BODY_POINTS, level), np.full(BODY_POINTS, hz), phase)


def test_with_nothing_changed_it_is_the_sound_itself(sound, apart):
    tail = OwnTail.of(sound)
    np.testing.assert_allclose(tail.render(), sound[:, JOIN:], atol=1e-12)
    same = tail.changed(tracks(), tracks(), np.zeros((2, 45)))
    np.testing.assert_allclose(same.render(), sound[:, JOIN:], atol=1e-9)
    whole = transfer.as_it_is(apart, tail).render()
    np.testing.assert_allclose(whole, sound, atol=2e-6)


def test_the_body_is_as_much_louder_and_higher_as_the_end_of_its_tracks(sound):
    tail = OwnTail.of(sound)
    made = tail.changed(tracks(), tracks(level=np.log(0.5), hz=58.0))
    for before, after in ((tail.body, made.body),):
        middle = slice(LEAD, LEAD + 30_000)
        np.testing.assert_allclose(np.abs(after[middle]) / np.abs(before[middle]), 0.5, rtol=1e-9)
        turned = np.diff(np.unwrap(np.angle(after[middle]))) * SAMPLE_RATE / (2 * np.pi)
        assert np.median(turned) == pytest.approx(58.0, abs=0.1)


def test_it_begins_at_the_phase_where_the_body_is(sound):
    """A body of other tracks, whole, goes on in the tail without a step."""
    tail = OwnTail.of(sound)
    before, after = tracks(phase=0.0), tracks(hz=60.0, phase=0.0)
    seconds = np.arange(JOIN + 441) / SAMPLE_RATE
    first = np.stack([10 ** (-seconds) * np.cos(2 * np.pi * 60.0 * seconds), np.zeros(JOIN + 441)])
    first *= np.abs(tail.body[LEAD]) / 10 ** (-seconds[JOIN])
    rendered = OwnTail(tail.changed(before, after).body, np.zeros_like(tail.rest_and_side)).render()
    over = rendered[0, :441] - first[0, JOIN:]
    assert np.abs(over).max() < 0.02 * np.abs(tail.body[LEAD])
    whole = joined(first, rendered)[0]
    assert np.abs(np.diff(whole, 2))[JOIN - 300 : JOIN + 800].max() < 1.2 * np.abs(np.diff(whole, 2))[19_000:JOIN].max()


def test_a_gain_of_a_band_is_that_of_its_noise(sound):
    tail = OwnTail.of(sound)
    gains = np.zeros((2, 45))
    gains[:, 30:] = np.log(4.0)
    made = tail.changed(tracks(), tracks(), gains)
    old, new = (np.abs(np.fft.rfft(one.rest_and_side[:, LEAD:], axis=1)) for one in (tail, made))
    hz = np.fft.rfftfreq(tail.rest_and_side.shape[1] - LEAD, 1 / SAMPLE_RATE)
    high, low = hz > 15_000, (hz > 300) & (hz < 1_000)
    for channel in range(2):
        assert np.median(new[channel, high] / old[channel, high]) == pytest.approx(4.0, rel=0.02)
        assert np.median(new[channel, low] / old[channel, low]) == pytest.approx(1.0, rel=0.02)


def test_a_change_is_led_on_by_its_mean_or_along_a_fall():
    at = np.arange(345.0)
    rising, falling = 0.002 * at, -0.002 * at
    learnt = np.where(at > 325, -3.0, 0.0)  # the fade at the end of the model's kicks
    for change in (rising, falling):
        led, slope = led_on(change + learnt, LED_POINTS, LED_OVER_POINTS)
        assert slope == 0.0
        np.testing.assert_array_equal(led[:300], (change + learnt)[:300])
        np.testing.assert_allclose(led[325:], change[LED_POINTS[0] : LED_POINTS[1]].mean())
    led, slope = led_on(falling + learnt, LED_POINTS, LED_OVER_POINTS, falling=True)
    assert slope == pytest.approx(-0.002)
    np.testing.assert_allclose(led, falling, atol=1e-12)
    assert led_on(rising, LED_POINTS, LED_OVER_POINTS, falling=True)[1] == 0.0


def test_what_is_added_ends_with_the_sound(sound):
    tail = OwnTail.of(sound)
    noise = np.random.default_rng(2).standard_normal((2, 67_032))
    filled = tail.filled_up(noise, np.log(np.full((2, 45), 0.1)))
    assert filled.body is tail.body
    added = filled.render() - tail.render()
    assert added[:, 2_000:30_000].std() == pytest.approx(0.1, rel=0.05)
    assert np.abs(added[:, -3:]).max() < 2e-3


def test_between_two_it_goes_over_from_one_to_the_other(sound, apart):
    short = transfer.as_it_is(apart, OwnTail.of(sound[:, :22_050]))
    long = transfer.as_it_is(apart, OwnTail.of(sound))
    energies = []
    for place in (0.0, 0.25, 0.5, 0.75, 1.0):
        whole = transfer.between(short, long, place).render()
        assert whole.shape == (2, SAMPLES)
        energies.append(float(np.square(whole[:, 25_000:]).sum()))
    assert energies[0] < 1e-12
    assert energies == sorted(energies)
    np.testing.assert_allclose(transfer.between(short, long, 1.0).render(), sound, atol=1e-5)
