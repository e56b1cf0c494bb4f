"""Edits of a sketch, one property at a time, that bring a measured value to a requested one.

A latent determines a kick as a whole; a request concerns one property. So a control first moves the latent to where
such kicks are, and the remaining error is corrected here, in the sketch, before it is rendered: the body is two tracks,
the rest an envelope, and each control changes one of them.

With p the end pitch, d the depth in octaves and T the time of a sweep (`descriptors.pitch`), and t the time after the
onset, the body's frequency is p 2^(d 10^(-t / T)) times a residual of its own; with another pitch, depth and time,

    f'(t) = f(t) (p' / p) 2^(d' 10^(-t / T') - d 10^(-t / T))

which keeps that residual. A kick that is to be tuned must not glide on while it sounds: it settles. With m the
mean of its track once SETTLED_SHARE of the body's energy has come (`middle_hz`), o(t) = log2(f(t) / m), and m' another,

    f'(t) = m' 2^(o(t) 10^(-k t))

with the least k >= 0 for which the track stays within SETTLED_OCTAVES of m' from that time on: the fall begins as far
above as before, and is over earlier. In a kick that lasts r times as long, tracks and envelope have at the time t the
values at HELD + (t - HELD) / r, from HELD on. Click, brightness and noise are gains of parts of the envelope. A side
that is too loud is turned down; to one that is too quiet the kick itself is spread (`kickitout.sound.sketch.spread`).
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.sketch.bands import band_centres
from kickitout.sound.sketch.bend import Sweep, shift_between
from kickitout.sound.sketch.parts import BODY_HOP, BODY_POINTS, FLOOR, FREQUENCIES_HZ
from kickitout.sound.sketch.sketch import N_BANDS, ORIGIN, Sketch
from kickitout.sound.spectrogram import HOP_LENGTH, N_FFT, N_FRAMES

Float32Array = NDArray[np.float32]
Signal = NDArray[np.float64]

HELD_SECONDS = 0.030
"""Length of the attack, which stays the same in a kick that is made longer or shorter."""

CLICK_HZ = 1000.0
"""The click lies above this, as in its descriptor."""

CLICK_SECONDS = (0.025, 0.045)
"""A click's gain is full up to the first and gone at the second."""

TILT_HZ = 150.0
"""Brightness tilts the rest about this frequency, the upper edge of the body."""

HEARD_SHARE = 0.95
"""Another sweep brings the low end no further down than to this share of the body's middle."""

DIRT_HZ = (150.0, 300.0)
"""Noise is raised above the second frequency, and not below the first: there the body is heard, and where it is."""

SLOPE_SECONDS = 0.1
"""After its end a track continues with the slope of the last stretch of this length, never upwards."""

LONGEST = 12.0
"""A kick is made longer or shorter by this factor at most."""


PEAK_LEVEL = 0.9
"""A body's peak is where it first reaches this share of its largest amplitude."""

DECAY_DB = -30.0
"""A decay ends where the body has fallen by this much."""

LEAST_FALL = -2.0
"""The slowest fall behind the end, natural log a second: 30 dB in 1.7 s."""

SETTLED_SHARE = 0.3
"""A kick that is tuned has settled when so much of its body's energy has come."""

SETTLED_OCTAVES = 0.25 / 12.0
"""What is so near to its pitch has settled: a quarter of a semitone."""

SETTLED_DB = -40.0
"""What is further below the body's highest level need not settle."""


def _point_seconds() -> Signal:
    """The times of the body's points after the onset, never before it: (345,)."""
    return np.maximum(np.arange(BODY_POINTS) * BODY_HOP - ORIGIN, 0) / SAMPLE_RATE


def _frame_seconds() -> Signal:
    """The times of the frames' centres after the onset: (176,)."""
    return (np.arange(N_FRAMES) * HOP_LENGTH - ORIGIN) / SAMPLE_RATE


def _band_hz() -> Signal:
    """The middles of the bands in Hz: (45,)."""
    return band_centres() * (SAMPLE_RATE / N_FFT)


def resweep(sketch: Sketch, found: Sweep, wanted: Sweep) -> Sketch:
    """A sketch whose sweep, measured as `found`, becomes `wanted`; the module's docstring has the equation.

    The body's frequency stays within FREQUENCIES_HZ: a deep sweep to a high pitch is cut there.
    """
    seconds = _point_seconds()
    octaves = np.log2(wanted.pitch / found.pitch) + sum(
        sign * one.depth * 10.0 ** (-1000.0 * seconds / one.time) for sign, one in ((1.0, wanted), (-1.0, found))
    )
    frequency = np.clip(sketch.frequency * np.exp2(octaves), *FREQUENCIES_HZ)
    shift = sketch.shift * np.float32(wanted.pitch / found.pitch)
    return held(replace(sketch, frequency=frequency.astype(np.float32), shift=shift))


def swept(sketch: Sketch, found: Sweep, wanted: Sweep) -> Sketch:
    """A sketch whose sound's sweep, `found`, becomes `wanted`, at its own pitch (`kickitout.sound.sketch.bend`)."""
    return held(replace(sketch, shift=sketch.shift + shift_between(found, wanted)))


def held(sketch: Sketch) -> Sketch:
    """A sketch whose shift brings the body down to HEARD_SHARE of its middle and no further: where the body does not
    follow the fit of its sweep, as behind the end of a short kick, it would fall below its end and rise again."""
    room = np.maximum(sketch.frequency - HEARD_SHARE * middle_hz(sketch), 0.0)
    return replace(sketch, shift=np.maximum(sketch.shift, -room).astype(np.float32))


def steadied(sketch: Sketch) -> Sketch:
    """A sketch whose body falls for good: from its peak on neither its level nor its pitch rises again.

    Each track becomes the mean of the highest that is still to come and the lowest that there was: what it would be
    without its hollows, and without its swells. Generators let both waver by a few decibels for tens of milliseconds,
    which real bodies seldom do.
    """
    level, frequency = sketch.log_amplitude.copy(), sketch.frequency.copy()
    peak = int(np.argmax(level))
    for track in (level, frequency):
        fall = track[peak:].astype(np.float64)
        to_come = np.maximum.accumulate(fall[::-1])[::-1]
        track[peak:] = 0.5 * (to_come + np.minimum.accumulate(fall))
    return replace(sketch, log_amplitude=level, frequency=frequency)


def settled(sketch: Sketch, middle: float, wanted: float) -> Sketch:
    """A sketch whose track has its middle at `middle` Hz and settles on `wanted` Hz; the docstring above has how."""
    seconds, level = _point_seconds(), _levels(sketch)
    octaves = np.log2(sketch.frequency.astype(np.float64) / middle)
    counts = (seconds >= _settling_time(seconds, level)) & (level >= level.max() * 10.0 ** (SETTLED_DB / 20.0))
    excess = np.log10(np.maximum(np.abs(octaves[counts]), SETTLED_OCTAVES) / SETTLED_OCTAVES)
    quicker = float((excess / np.maximum(seconds[counts], 1e-3)).max(initial=0.0))
    frequency = np.clip(wanted * np.exp2(octaves * 10.0 ** (-quicker * seconds)), *FREQUENCIES_HZ)
    shift = sketch.shift * np.float32(wanted / middle)
    return held(replace(sketch, frequency=frequency.astype(np.float32), shift=shift))


def middle_hz(sketch: Sketch) -> float:
    """The mean frequency of a body in Hz, in octaves and by energy, from the time on at which a tuned kick settles."""
    seconds, level = _point_seconds(), _levels(sketch)
    weight = level * level * (seconds >= _settling_time(seconds, level))
    octaves = np.log2(sketch.frequency.astype(np.float64))
    return float(np.exp2((weight * octaves).sum() / max(float(weight.sum()), 1e-300)))


def settling_seconds(sketch: Sketch) -> float:
    """The time in seconds after the onset at which a tuned kick has settled."""
    return _settling_time(_point_seconds(), _levels(sketch))


def _levels(sketch: Sketch) -> Signal:
    """The amplitude of the body at its points: (345,)."""
    return np.asarray(np.maximum(np.exp(sketch.log_amplitude.astype(np.float64)) - FLOOR, 0.0))


def _settling_time(seconds: Signal, level: Signal) -> float:
    """The time in seconds at which SETTLED_SHARE of the body's energy has come."""
    energy = np.cumsum(level * level)
    return float(seconds[int(np.argmax(energy >= SETTLED_SHARE * energy[-1]))])


def decay_ms(sketch: Sketch) -> float:
    """The time in ms from the peak of a body's amplitude to 30 dB below, by its track and its slope at the end."""
    return 1000.0 * (_fallen(sketch) - _peak_seconds(sketch))


def decaying(sketch: Sketch, milliseconds: float) -> Sketch:
    """A sketch that lasts so much longer or shorter, within LONGEST, that its body decays in so many milliseconds.

    Where that is after the end of its track, the body leans so far that it falls there along its own slope.
    """
    peak = _peak_seconds(sketch)
    start = max(peak, HELD_SECONDS)
    whole = 0.001 * milliseconds - max(HELD_SECONDS - peak, 0.0)
    ratio = whole / max(_fallen(sketch) - start, 1e-3)
    longer = lasting(sketch, min(max(ratio, 1.0 / LONGEST), LONGEST))
    return _leaned(longer, _peak_seconds(longer) + 0.001 * milliseconds)


def _leaned(sketch: Sketch, end: float) -> Sketch:
    """A sketch whose body has fallen by DECAY_DB after `end` seconds, where its track is over by then: it falls faster
    from its loudest point on, evenly. The fall of a body that was made much longer lies behind its track, which stands
    still: nothing in it says when the body is to be over."""
    seconds, track = _point_seconds(), sketch.log_amplitude.astype(np.float64)
    left = end - float(seconds[-1])
    if left <= 0.0:
        return sketch
    top = max(float(seconds[int(track.argmax())]), HELD_SECONDS)
    lacking = float(track.max()) + _nepers(DECAY_DB) - float(track[-1])
    own = (lacking - _last_slope(track) * left) / (end - top)
    least = (lacking - LEAST_FALL * left) / max(float(seconds[-1]) - top, SLOPE_SECONDS)
    track += min(max(own, least), 0.0) * np.maximum(seconds - top, 0.0)
    return replace(sketch, log_amplitude=track.astype(np.float32))


def _last_slope(track: Signal) -> float:
    """The slope of a body's track at its end, natural log a second."""
    seconds = _point_seconds()
    step = float(seconds[-1] - seconds[-2])
    back = round(SLOPE_SECONDS / step)
    return float(track[-1] - track[-1 - back]) / (back * step)


def _peak_seconds(sketch: Sketch) -> float:
    """When the body has reached its peak."""
    level = _levels(sketch)
    return float(_point_seconds()[int(np.argmax(level >= PEAK_LEVEL * level.max()))])


def _fallen(sketch: Sketch) -> float:
    """When the body has fallen by DECAY_DB for good, seconds; after its end it falls on as it does in `lasting`."""
    seconds, track = _point_seconds(), sketch.log_amplitude.astype(np.float64)
    aim = float(track.max()) + _nepers(DECAY_DB)
    last = int(np.flatnonzero(track >= aim)[-1])
    if last < BODY_POINTS - 1:
        share = (track[last] - aim) / (track[last] - track[last + 1])
        return float(seconds[last] + share * (seconds[last + 1] - seconds[last]))
    return float(seconds[-1] + (aim - track[-1]) / min(_last_slope(track), LEAST_FALL))


def lasting(sketch: Sketch, ratio: float) -> Sketch:
    """A sketch that lasts `ratio` times as long, from 1 / LONGEST to LONGEST; its first 30 ms stay.

    Raises:
        ValueError: another ratio.
    """
    if not 1.0 / LONGEST <= ratio <= LONGEST:
        raise ValueError(f"a kick is made 1/{LONGEST:g} to {LONGEST:g} times as long; got {ratio}")
    points, frames = _point_seconds(), _frame_seconds()
    return replace(
        sketch,
        log_amplitude=_stretched(sketch.log_amplitude, points, ratio),
        envelope=_stretched(sketch.envelope, frames, ratio),
        noise_share=_stretched(sketch.noise_share, frames, ratio, falls=False),
    )


def _stretched(track: Float32Array, seconds: Signal, ratio: float, *, falls: bool = True) -> Float32Array:
    """A track (..., n) read at other times; after its end it falls on as before, or is held."""
    source = np.where(seconds > HELD_SECONDS, HELD_SECONDS + (seconds - HELD_SECONDS) / ratio, seconds)
    step = seconds[-1] - seconds[-2]
    place = np.interp(source, seconds, np.arange(len(seconds)))
    below = np.minimum(place.astype(np.int64), len(seconds) - 2)
    share = (place - below).astype(np.float32)
    result = track[..., below] + share * (track[..., below + 1] - track[..., below])
    if falls:
        back = round(SLOPE_SECONDS / step)
        slope = np.minimum((track[..., -1:] - track[..., -1 - back : -back]) / (back * step), 0.0)
        result = result + slope * np.maximum(source - seconds[-1], 0.0)
    return np.asarray(result, dtype=np.float32)


def clicked(sketch: Sketch, decibels: float) -> Sketch:
    """A sketch with a louder click: the rest above 1 kHz for 25 ms, and the snap."""
    start, end = CLICK_SECONDS
    early = np.clip((end - _frame_seconds()) / (end - start), 0.0, 1.0)
    gain = np.outer(_band_hz() > CLICK_HZ, early) * _nepers(decibels)
    return replace(
        sketch,
        envelope=(sketch.envelope + gain).astype(np.float32),
        snap=(sketch.snap * np.exp(_nepers(decibels))).astype(np.float32),
    )


def tilted(sketch: Sketch, decibels_an_octave: float) -> Sketch:
    """A sketch with a brighter rest: from 150 Hz on louder by a number of decibels per octave."""
    octaves = np.log2(np.maximum(_band_hz(), TILT_HZ) / TILT_HZ)
    gain = np.broadcast_to(octaves[:, None] * _nepers(decibels_an_octave), (N_BANDS, N_FRAMES))
    return replace(sketch, envelope=(sketch.envelope + gain).astype(np.float32))


def dirtied(sketch: Sketch, decibels: float) -> Sketch:
    """A sketch with more rest relative to its body: below 1 kHz, and at all frequencies after the click."""
    late = np.clip((_frame_seconds() - CLICK_SECONDS[0]) / (CLICK_SECONDS[1] - CLICK_SECONDS[0]), 0.0, 1.0)
    hz = _band_hz()[:, None]
    above = np.clip((hz - DIRT_HZ[0]) / (DIRT_HZ[1] - DIRT_HZ[0]), 0.0, 1.0)
    gain = np.where(hz > CLICK_HZ, late, above) * _nepers(decibels)
    return replace(sketch, envelope=(sketch.envelope + gain).astype(np.float32))


def saturated(sketch: Sketch, decibels: float) -> Sketch:
    """A sketch that is driven into its soft clip by a gain, 0 or more, instead of its own, and bounded there."""
    gain = np.array([_nepers(decibels)], dtype=np.float32)
    return replace(sketch, drive=gain, limited=np.ones_like(sketch.limited))


def spread_by(sketch: Sketch, ratio: float) -> Sketch:
    """A sketch whose mid is spread to the side as well (`kickitout.sound.sketch.spread`): by a ratio of amplitudes."""
    return replace(sketch, spread=np.array([ratio], dtype=np.float32))


def bounded(sketch: Sketch, peak: float) -> Sketch:
    """A sketch whose own drive is that at a peak: `kickitout.sound.sketch.sketch` has what happens at others."""
    return replace(sketch, bound=np.array([1.0 / peak], dtype=np.float32))


def pushed(sketch: Sketch, decibels: float) -> Sketch:
    """A bounded sketch that is driven by so many decibels more or less."""
    return replace(sketch, bound=(sketch.bound * np.exp(_nepers(decibels))).astype(np.float32))


def widened(sketch: Sketch, decibels: float) -> Sketch:
    """A sketch with a louder side."""
    envelope = sketch.envelope.copy()
    envelope[1] += np.float32(_nepers(decibels))
    return replace(sketch, envelope=envelope, wide=np.ones_like(sketch.wide))


def folded(sketch: Sketch) -> Sketch:
    """A sketch without a side."""
    return replace(sketch, wide=-np.ones_like(sketch.wide), spread=np.zeros_like(sketch.spread))


def _nepers(decibels: float) -> float:
    return decibels * float(np.log(10.0)) / 20.0
