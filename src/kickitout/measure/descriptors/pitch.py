"""The end pitch of a body, and the sweep that leads to it."""

import math

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors.body import DEEPEST_OCTAVES, GUESS_EVERY, PITCHES_HZ, STEPS, Body, fit_octaves, line
from kickitout.measure.descriptors.decay import peak_place

Signal = NDArray[np.float64]

END_DB = (-40.0, -30.0)
"""The end pitch is measured before the body falls below the first of these, or the second if it is not a tone there."""

RELEASE_DB = -10.0
RELEASE_SHARE = 0.35
"""A body that falls from -10 to -40 dB within this share of the time that it took to -10 dB was released by a gate: its
pitch is that before -10 dB."""

END_CYCLES = 4.0
END_SECONDS = (0.05, 0.2)
"""The stretch on which it is measured, in seconds: END_CYCLES cycles within these limits, and not before the peak."""

LEAST_CYCLES = 1.5

LEAST_SHARE = 0.7
"""The least share of the low end (below 1 kHz) that a tone with its second and third harmonic explains where a kick has
a pitch."""

PITCH_ROUNDS = 5

SWEEP_DB = -30.0
"""The sweep is fitted to the body until it has fallen by this much."""

OPENING_CYCLES = 0.3
"""The weight of measurements rises over this first part of a cycle, whose average is incomplete."""

SWEEP_ROUNDS = 6

SHALLOW = 5e-4
"""The least variance in radians that a step of an octave of depth, or of a factor of e in time, must explain."""

FIRM = 100.0
"""The same for a step of the end pitch alone, which was measured before."""

LEAST_OCTAVES = 0.1
"""A shallower sweep has no time."""


def end_pitch(body: Body) -> float | None:
    """The pitch in Hz at which the body ends; None if it does not end in a steady tone.

    A least-squares fit of a decaying tone to the low end itself, not to its analytic signal, which knows neither edges
    nor negative frequencies well at one or two cycles: amplitude and phase change linearly (their slopes correct
    frequency and decay, in five rounds), and second and third harmonic and an offset are fitted with it.
    """
    if not body.guess_hz:
        return None
    for level in (RELEASE_DB, *END_DB) if _is_released(body) else END_DB:
        hz, share = _pitch_before(body, level)
        if PITCHES_HZ[0] <= hz <= PITCHES_HZ[1] and share >= LEAST_SHARE:
            return hz
    return None


def _is_released(body: Body) -> bool:
    """Whether the body is held and then released: the fall at the end comes from a gate and has no pitch of its own."""
    top, first = float(body.level.max()), peak_place(body)
    held, gone = (
        float(body.time[np.flatnonzero(body.level >= top * 10.0 ** (decibels / 20.0))[-1]])
        for decibels in (RELEASE_DB, END_DB[0])
    )
    return gone <= body.end and gone - held < RELEASE_SHARE * (held - float(body.time[first]))


def _pitch_before(body: Body, decibels: float) -> tuple[float, float]:
    """The pitch in Hz before the body falls below a level, and the share of the low end there that it explains."""
    top, first = float(body.level.max()), peak_place(body)
    last = int(np.flatnonzero(body.level >= top * 10.0 ** (decibels / 20.0))[-1])
    end = min(float(body.time[last]), body.end)
    length = min(max(END_CYCLES / body.guess_hz, END_SECONDS[0]), END_SECONDS[1])
    start = max(float(body.time[first]), end - length)
    offset = float(body.time[0])
    places = np.arange(max(0, math.ceil((start - offset) * body.rate)), int((end - offset) * body.rate) + 1)
    places = places[places < len(body.signal)]
    half = 0.5 * len(places) / body.rate
    if 2.0 * half * body.guess_hz < LEAST_CYCLES:
        return 0.0, 0.0
    time = (places - places.mean()) / body.rate
    window = np.hanning(len(places) + 2)[1:-1]
    at = places / body.rate + offset
    phase = np.interp(at, body.time, body.phase)
    level = np.log(np.interp(at, body.time, np.maximum(body.level, 1e-9 * top)))
    turning, falling = line(time, phase, window)[0], line(time, level, window)[0]
    bend = _bend(time, phase, window)
    turning, share = _fit_tone(body.signal[places], time, half, window, turning, falling, bend)
    return turning / (2.0 * np.pi), share


def _bend(time: Signal, phase: Signal, window: Signal) -> float:
    """Half the second derivative of a phase, by weighted least squares; never a rise of the pitch."""
    slope, height = line(time, phase, window)
    square = time * time
    lean, mean = line(time, square, window)
    left = square - lean * time - mean
    return min(0.0, float((window * left * (phase - slope * time - height)).sum() / (window * left * left).sum()))


def _fit_tone(
    sound: Signal, time: Signal, half: float, window: Signal, turning: float, falling: float, bend: float
) -> tuple[float, float]:
    """Radians per second at the middle of a stretch, and the share of its energy that the fitted tones explain."""
    share = 0.0
    for _ in range(PITCH_ROUNDS):
        level = np.exp(np.clip(falling * time, -20.0, 20.0))
        turned = np.exp(1j * (turning * time + bend * time * time))
        tone_shape = level * turned
        second = tone_shape * turned
        columns = (tone_shape, time / half * tone_shape, second, second * turned)
        shapes = np.stack([part for x in columns for part in (x.real, -x.imag)] + [np.ones(len(time))])
        # Halfway between equal weight in time and weight by amplitude.
        weight = window / level
        matrix = np.einsum("in,jn->ij", shapes * weight, shapes)
        matrix += np.eye(len(matrix)) * (1e-10 * float(np.trace(matrix)) + 1e-300)
        fitted = np.linalg.solve(matrix, np.einsum("in,n->i", shapes * weight, sound))
        tone, change = complex(fitted[0], fitted[1]), complex(fitted[2], fitted[3])
        whole = float((weight * sound * sound).sum())
        left = float((weight * (sound - np.einsum("i,in->n", fitted, shapes)) ** 2).sum())
        if not whole > 0.0 or tone == 0.0:
            return turning, 0.0
        share = 1.0 - left / whole
        step = change / tone / half
        limit = 0.5 * abs(turning)
        step *= min(1.0, limit / abs(step)) if step else 1.0
        turning, falling = turning + step.imag, falling + step.real
    return turning, share


def sweep(body: Body, pitch: float) -> tuple[float, float] | None:
    """Depth in octaves and time in ms of the sweep down to `pitch`: frequency pitch 2^(depth 10^(-t / time)).

    Fitted to the phase of the fundamental (Gauss and Newton, robust), from a first fit to its frequency. None where
    the body is too short.
    """
    top = float(body.level.max())
    last = int(np.flatnonzero(body.level >= top * 10.0 ** (SWEEP_DB / 20.0))[-1]) + 1
    last = min(last, int(np.searchsorted(body.time, body.end)))
    if last < 16:
        return None
    time, phase = np.maximum(body.time[:last], 0.0), body.phase[:last]
    cycles = (np.arange(last) / STEPS) / OPENING_CYCLES
    spacing = np.gradient(body.time[:last])
    spacing = np.maximum(spacing, 1e-9)
    weight = np.minimum(cycles, 1.0) ** 2 * np.minimum(body.level[:last] / top, 0.5) * spacing + 1e-12
    hz = np.gradient(phase) / spacing / (2.0 * np.pi)
    octaves = np.log2(np.maximum(hz, 0.3 * pitch) / pitch)
    depth, period = fit_octaves(time[::GUESS_EVERY], octaves[::GUESS_EVERY], weight[::GUESS_EVERY])
    return _fit_phase(time, phase, weight / weight.sum(), pitch, depth, period)


def _fit_phase(
    time: Signal, phase: Signal, weight: Signal, pitch: float, depth: float, period: float
) -> tuple[float, float]:
    """Depth in octaves and time in ms of the sweep whose summed frequency is nearest to a phase."""
    steps = np.diff(time)
    end = pitch
    for number in range(SWEEP_ROUNDS):
        left_octaves = 10.0 ** (-time / period)
        track = np.exp2(depth * left_octaves)
        by_depth = math.log(2.0) * end * track * left_octaves
        by_period = by_depth * (depth * math.log(10.0) / period) * time
        rows = np.stack([end * track, by_depth, by_period, track])
        sums = np.cumsum(0.5 * (rows[:, 1:] + rows[:, :-1]) * steps, axis=1) * (2.0 * np.pi)
        sums = np.concatenate([np.zeros((4, 1)), sums], axis=1)
        left = phase - sums[0]
        counted = weight
        if number > 1:
            off = left - float((weight * left).sum())
            usual = math.sqrt(float((weight * off * off).sum())) + 1e-3
            counted = weight / (1.0 + (off / (1.5 * usual)) ** 2)
        shapes = np.concatenate([np.ones((1, len(time))), sums[1:]])
        matrix = np.einsum("in,jn->ij", shapes * counted, shapes)
        right = np.einsum("in,n->i", shapes * counted, left)
        matrix += np.diag([1e-12, SHALLOW, SHALLOW, FIRM / pitch**2])
        right -= np.array([0.0, SHALLOW * depth, 0.0, FIRM / pitch**2 * (end - pitch)])
        _, deeper, longer, higher = np.linalg.solve(matrix, right).tolist()
        end += min(max(higher, -0.2 * end), 0.2 * end)
        depth = min(max(depth + min(max(deeper, -0.7), 0.7), 0.0), DEEPEST_OCTAVES)
        period = min(max(period * math.exp(min(max(longer, -0.5), 0.5)), 0.003), 0.4)
    return depth, 1000.0 * period
