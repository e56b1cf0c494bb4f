"""From a sketch to sound: rest and side, snap, attack, body and clip, and the stems that sum to it."""

import threading
from collections import deque
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.sketch.bands import at_bins, overlap_added, waves_at_starts, window_gain
from kickitout.sound.sketch.bend import bent
from kickitout.sound.sketch.clip import clip_gain, clip_of, driven, to_stereo
from kickitout.sound.sketch.noise import noise_spectrum
from kickitout.sound.sketch.parts import made_body, onset_fade, without_rumble
from kickitout.sound.sketch.sketch import (
    AIR_SHAPE,
    ATTACK_END,
    ATTACK_POINTS,
    CLICK_FRAMES,
    LEAD_PLACES,
    LEAST_PEAK,
    LOW_BINS,
    ORIGIN,
    SCALE,
    SNAP_FADE,
    SNAP_SAMPLES,
    SNAP_START,
    Float32Array,
    Signal,
    Sketch,
)
from kickitout.sound.sketch.spread import spread, spread_gain
from kickitout.sound.sketch.tail import JOIN, body_tail, joined, rest_tail
from kickitout.sound.spectrogram import N_FFT, hann

KEPT = 4
"""Sketches whose mid and side are kept, 0.4 MB each."""

_LATEST = threading.local()
"""For each thread the latest sketches, their noise, and their mid and side before the clip."""


def rest_waveforms(sketch: Sketch, noise: NDArray[np.floating]) -> Signal:
    """Rest and side of a sketch, before snap and attack.

    Args:
        sketch: the output of a generator.
        noise: standard normal numbers, (3, 22050).

    Returns:
        (2, 22050); the side of what has none is silent.
    """
    channels = 2 if sketch.wide > 0.0 else 1
    amplitude = at_bins(sketch.envelope[:channels].transpose(0, 2, 1))
    np.exp(amplitude, out=amplitude)  # E: (2, 176, 257)
    share = sketch.noise_share[:channels].transpose(0, 2, 1)
    noisy = amplitude.copy()
    noisy[:, :CLICK_FRAMES] *= _sigmoid(at_bins(share[:, :CLICK_FRAMES]))
    noisy[:, CLICK_FRAMES:, :LOW_BINS] *= _sigmoid(at_bins(share[:, CLICK_FRAMES:], LOW_BINS))

    spectrum = noise_spectrum(noise, sketch.grain, channels) * noisy
    # The inverse needs phases by the frames' starts: the noise has them, the predicted part is rotated to them.
    low = (sketch.low[0] + 1j * sketch.low[1])[:channels].transpose(0, 2, 1)  # (2, 176, 20)
    predicted = (sketch.click[0] + 1j * sketch.click[1])[:channels].transpose(0, 2, 1)  # (2, 28, 257)
    predicted[..., :LOW_BINS] += low[:, :CLICK_FRAMES]
    wave = waves_at_starts()
    spectrum[:, :CLICK_FRAMES] += amplitude[:, :CLICK_FRAMES] * predicted * wave[:CLICK_FRAMES]
    later = low[:, CLICK_FRAMES:] * wave[CLICK_FRAMES:, :LOW_BINS]
    spectrum[:, CLICK_FRAMES:, :LOW_BINS] += amplitude[:, CLICK_FRAMES:, :LOW_BINS] * later
    result = np.zeros((2, KICK_SAMPLES))
    frames = np.fft.irfft(spectrum, N_FFT)
    frames *= hann(N_FFT) * SCALE
    np.multiply(overlap_added(frames), window_gain(), out=result[:channels])
    return result


def _sigmoid(logits: Float32Array) -> Float32Array:
    return np.asarray(1.0 / (1.0 + np.exp(-np.maximum(logits, np.float32(-80.0)))), dtype=np.float32)


def snap_window() -> Signal:
    """The snap's window, (256,): the fade-in at the onset, and half a cosine down over the last 64 samples."""
    window = onset_fade()[SNAP_START : SNAP_START + SNAP_SAMPLES].copy()
    window[-SNAP_FADE:] = 0.5 - 0.5 * np.cos(np.pi * np.arange(SNAP_FADE, 0, -1) / SNAP_FADE)
    return window


def attack_places() -> Signal:
    """The points of the attack's gain in samples, (64,): LEAD_PLACES, then from the onset on, each step 7 % longer."""
    growth = 4.0  # the last step is e^4 as long as the first
    even = np.linspace(0.0, 1.0, ATTACK_POINTS - len(LEAD_PLACES) + 1)[:-1]
    return np.concatenate([LEAD_PLACES, ORIGIN + (ATTACK_END - ORIGIN) * np.expm1(growth * even) / np.expm1(growth)])


@lru_cache(maxsize=1)
def _attack_ends() -> Signal:
    """The same and ATTACK_END, (65,): read only."""
    return np.append(attack_places(), ATTACK_END)


def attack_gain(attack: NDArray[np.floating]) -> Signal:
    """The gain of all samples of rest and side, (22050,), from its log at the points, (64,).

    Before the first point it is held; after the last it goes to 1 at ATTACK_END.
    """
    gain = np.ones(KICK_SAMPLES)  # exp(0) behind the end
    within = np.interp(np.arange(ATTACK_END), _attack_ends(), np.append(attack, 0.0))
    np.exp(within, out=gain[:ATTACK_END])
    return gain


def render_rest_and_side(sketch: Sketch, noise: NDArray[np.floating]) -> Signal:
    """Rest and side of a sketch as they sound, with snap and attack, before the soft clip: (2, 22050)."""
    rest = rest_waveforms(sketch, noise)
    rest[0, SNAP_START : SNAP_START + SNAP_SAMPLES] += sketch.snap * snap_window()
    rest[0] = without_rumble(rest[0])
    rest *= attack_gain(sketch.attack)
    return rest


def render(sketch: Sketch, noise: NDArray[np.floating]) -> Signal:
    """Mid and side of a sketch: body and rest, spread to the side where that was asked for, driven into the soft clip
    at full scale, so that the louder of left and right has the peak 1; near silence stays near silence.

    (2, 22050); `noise` as in `rest_waveforms`.
    """
    mid_side = _unclipped(sketch, noise)
    scale = _full_scale(mid_side)
    return driven(mid_side / scale, *_clip(sketch, scale))


def full_scale(sketch: Sketch, noise: NDArray[np.floating]) -> float:
    """The peak of left and right of a sketch before the clip."""
    return _full_scale(_unclipped(sketch, noise))


def render_longest(sketch: Sketch, noise: NDArray[np.floating], more: NDArray[np.floating]) -> Signal:
    """Mid and side of a sketch that sounds on for 2 s (`tail`): (2, 88200). Up to `tail.JOIN` they are `render`'s.

    Args:
        sketch, noise: as in `render`.
        more: further standard normal numbers, `sketch.TAIL_SHAPE`.
    """
    whole = render_rest_and_side(sketch, noise)
    whole[0] = bent(whole[0] + _body(sketch), sketch.shift)
    gain = _spread_gain(sketch, whole[0])
    first = _widened(whole.copy(), gain)
    last = rest_tail(sketch, noise, more)
    last[0] += body_tail(sketch)
    scale = _full_scale(first)
    clip = _clip(sketch, scale)
    # The clip looks one sample ahead, and scales by the loudest: what comes before is clipped alone.
    longest = driven(_widened(joined(whole, last), gain) / scale, *clip)
    longest[:, :JOIN] = driven(first / scale, *clip)[:, :JOIN]
    return longest


def _unclipped(sketch: Sketch, noise: NDArray[np.floating]) -> Signal:
    """Mid and side before the clip, (2, 22050), read-only. The latest are kept: who steers asks for some again."""
    latest: deque[tuple[Sketch, NDArray[np.floating], Signal]] = vars(_LATEST).setdefault("found", deque(maxlen=KEPT))
    for one, air, found in latest:
        if one is sketch and air is noise:
            return found
    mid_side = render_rest_and_side(sketch, noise)
    mid_side[0] = bent(mid_side[0] + _body(sketch), sketch.shift)
    mid_side = _widened(mid_side, _spread_gain(sketch, mid_side[0]))
    mid_side.flags.writeable = False
    latest.append((sketch, noise, mid_side))
    return mid_side


def _spread_gain(sketch: Sketch, mid: Signal) -> float:
    return spread_gain(mid, spread(mid), float(sketch.spread[0])) if sketch.spread[0] > 0.0 else 0.0


def _widened(mid_side: Signal, gain: float) -> Signal:
    """Mid and side (..., 2, n), with mid spread to the side by a gain."""
    if gain > 0.0:
        mid_side[..., 1, :] += gain * spread(mid_side[..., 0, :])
    return mid_side


def _clip(sketch: Sketch, scale: float) -> tuple[float, float]:
    """The drive into the clip, and how much of the sound itself bounds it, for a sketch whose full scale is `scale`."""
    return clip_of(float(sketch.drive[0]), float(sketch.limited[0]), float(sketch.bound[0]), scale)


def _body(sketch: Sketch) -> Signal:
    cosine, sine = sketch.phase.astype(np.float64)
    return made_body(sketch.log_amplitude, sketch.frequency, float(np.arctan2(sine, cosine)))


def _full_scale(mid_side: Signal) -> float:
    """What mid and side (2, n) are divided by to be at full scale."""
    # The larger of |mid + side| and |mid - side| is |mid| + |side|.
    return max(float(np.abs(mid_side).sum(axis=0).max()), LEAST_PEAK)


STEMS = ("body", "click", "air")
"""The parts that sum to a sketch's sound: the swept tone, the part predicted with its phase, and noise."""


def stems(sketch: Sketch, noise: NDArray[np.floating], more: NDArray[np.floating] | None = None) -> Signal:
    """Left and right of STEMS, (3, 2, 22050), which sum to `render`: each with the gain that the clip has there.

    With `more`, as in `render_longest`, they sum to that: (3, 2, 88200).
    """
    whole = render_rest_and_side(sketch, noise)
    silence: Float32Array = np.zeros(AIR_SHAPE, dtype=np.float32)
    click = render_rest_and_side(sketch, silence)
    body = np.zeros_like(whole)
    body[0] = _body(sketch)
    for part in (whole, click, body):
        part[0] = bent(part[0], sketch.shift)
    gain = _spread_gain(sketch, body[0] + whole[0])
    scale = _full_scale(_widened(body + whole, gain))
    if more is not None:
        air = rest_tail(sketch, noise, more)
        whole, click = joined(whole, air), joined(click, np.zeros_like(air))
        body = joined(body, np.stack([body_tail(sketch), np.zeros_like(air[1])]))
    parts = _widened(np.stack([body, click, whole - click]), gain)
    scaled = np.stack([to_stereo(part) for part in parts]) / scale
    whole_stereo, (drive, limited) = scaled.sum(axis=0), _clip(sketch, scale)
    clipped = np.exp(drive) * clip_gain(whole_stereo, drive, limited)
    loudest = float(np.abs(whole_stereo * clipped).max(initial=0.0))
    clipped *= float(np.abs(whole_stereo).max(initial=0.0)) / loudest if loudest > 0.0 else 1.0
    return np.asarray(scaled * clipped)
