"""What a sketch sounds like after its 500 ms: how it goes on where a longer kick is asked for.

A sketch ends after 500 ms. What it would do then is read from what it does before: from its tracks over
FITTED_SECONDS a straight line is laid, body and bands each having their own, and the tracks go on along it:

    body    log amplitude on its line, at the mean frequency of its last PITCH_POINTS, its phase summed on
    rest    white noise in the bands, each on its line; what was predicted with its phase counts to the noise

Most long training kicks were cut to 500 ms with a short fade, which the model has learnt: in the last 10 ms bodies fall
and bands splash. So tracks are believed until LAST_POINT and LAST_FRAME only, and from JOIN on, 480 ms, the sound goes
over to the one that goes on, within JOIN_SAMPLES. Before that it is the same to the bit.

A level that lies above its line when it leaves the tracks meets the line by falling twice as steeply, one below by
falling half as steeply: nothing ever rises again. All is made up to the longest length and then cut, so that every
shorter kick is the beginning of the longer ones.
"""

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.sketch.bands import at_bins
from kickitout.sound.sketch.noise import NOISE_SCALE
from kickitout.sound.sketch.parts import (
    BODY_HOP,
    FLOOR,
    MADE_LEAD,
    TURNS_PER_HZ,
    made_body_band,
    rest_band,
    swept_tone,
)
from kickitout.sound.sketch.sketch import LONGEST_SAMPLES, SCALE, Float32Array, Signal, Sketch
from kickitout.sound.spectrogram import HOP_LENGTH, N_FFT, hann

FITTED_SECONDS = 0.12
"""Lines are laid through a stretch of this length, as for an extrapolated decay (`measure.descriptors.decay`)."""

UNFITTED_SECONDS = 0.03
"""It ends so much before the end of the 500 ms, or one cycle of the body's pitch, whichever is longer."""

LAST_POINT = 335
"""The last point of the body's tracks that is believed: 486 ms."""

LAST_FRAME = 165
"""The last frame of the bands that is believed: 479 ms."""

AVERAGED = 8
"""The level at the end of a track is the mean of so many points or frames, seen from its line."""

PITCH_POINTS = 64
"""The pitch that is held is the mean of the last 93 ms."""

SLOWEST_DB = -7.5
"""Decibels a second that a body falls at least: 30 dB in 4 s, beyond which no decay is measured."""

SLOWEST_REST_DB = (-60.0, -30.0)
"""The same for the rest, whose noise is not to outlast the body: as the body between these."""

QUIETEST = 1e-7
"""Amplitudes are taken to be at least this: -140 dB."""

JOIN = 21_168
"""The sample at which a sound that goes on parts from one that does not: 480 ms."""

JOIN_SAMPLES = 441
"""Samples over which it parts: 10 ms."""

FIRST_POINT = 280
FIRST_FRAME = 140
"""Where the tail is begun: at sample 17,920, 73 ms before it is heard, as its filters take time to settle."""

TAIL_FFT = 75_000
"""Samples of the transforms of its filters: from there to the longest end, and room to ring."""

_START = FIRST_POINT * BODY_HOP
_POINTS = -(-LONGEST_SAMPLES // BODY_HOP) - FIRST_POINT + MADE_LEAD
_FRAMES = -(-LONGEST_SAMPLES // HOP_LENGTH) - FIRST_FRAME + 3
_NEPERS = float(np.log(10.0)) / 20.0


def run_on(
    track: NDArray[np.floating], hop: int, last: int, count: int, slowest_db: float, unfitted: float = UNFITTED_SECONDS
) -> Signal:
    """A track of log levels that goes on along its own line: (..., n) -> (..., count), what follows `last`.

    Args:
        track: natural logs of amplitudes.
        hop: samples from one of its values to the next.
        last: the index of the last that is believed.
        count: how many to make.
        slowest_db: decibels a second that it falls at least.
        unfitted: seconds at the end that no line is laid through.
    """
    start, end = _fitted(hop, unfitted)
    values = track[..., start:end].astype(np.float64)
    at = np.arange(start, end) - 0.5 * (start + end - 1)
    slope = (values * at).sum(axis=-1) / (at * at).sum()
    slope = np.minimum(slope, slowest_db * _NEPERS * hop / SAMPLE_RATE)[..., None]
    height = values.mean(axis=-1)[..., None] - slope * (0.5 * (start + end - 1))
    near = np.arange(last - AVERAGED + 1, last + 1)
    above = (track[..., near] - (height + slope * near)).mean(axis=-1)[..., None]
    on = np.arange(1, count + 1)
    line = height + slope * (last + on)
    own = height + slope * last + above
    return np.asarray(
        np.where(above < 0.0, np.minimum(line, own + 0.5 * slope * on), np.maximum(line, own + 2.0 * slope * on))
    )


def _fitted(hop: int, unfitted: float = UNFITTED_SECONDS) -> tuple[int, int]:
    """The stretch of a track that lines are laid through, as indices."""
    end = KICK_SAMPLES / SAMPLE_RATE - unfitted
    return round((end - FITTED_SECONDS) * SAMPLE_RATE / hop), round(end * SAMPLE_RATE / hop)


def body_tail(sketch: Sketch) -> Signal:
    """The body that goes on, from JOIN to the longest end: (67032,)."""
    held, on = _body_on(sketch)
    count, frequency = len(on), sketch.frequency.astype(np.float64)
    on = np.log(np.exp(on) + FLOOR)
    tracks = (
        np.concatenate([sketch.log_amplitude[FIRST_POINT : LAST_POINT + 1].astype(np.float64), on]),
        np.concatenate([frequency[FIRST_POINT : LAST_POINT + 1], np.full(count, held)]),
    )
    cosine, sine = sketch.phase.astype(np.float64)
    phase = float(np.arctan2(sine, cosine)) + 2.0 * np.pi * TURNS_PER_HZ * float(frequency[:FIRST_POINT].sum())
    return _filtered(swept_tone(*tracks, phase), made_body_band(TAIL_FFT))


def _body_on(sketch: Sketch) -> tuple[float, Signal]:
    """The frequency in Hz of a body that goes on, and its level after LAST_POINT, natural log: (1075,)."""
    level = np.log(np.maximum(np.exp(sketch.log_amplitude.astype(np.float64)) - FLOOR, QUIETEST))
    believed = slice(LAST_POINT - PITCH_POINTS + 1, LAST_POINT + 1)
    weight = np.exp(level[believed])
    held = float((weight * sketch.frequency[believed]).sum() / weight.sum())
    count = FIRST_POINT + _POINTS - LAST_POINT - 1
    return held, run_on(level, BODY_HOP, LAST_POINT, count, SLOWEST_DB, max(UNFITTED_SECONDS, 1.0 / held))


def rest_tail(sketch: Sketch, noise: NDArray[np.floating], more: NDArray[np.floating]) -> Signal:
    """Rest and side that go on, from JOIN to the longest end: (2, 67032).

    Args:
        sketch: the output of a generator.
        noise: the standard normal numbers of its sound, `sketch.AIR_SHAPE`.
        more: those that follow them, `sketch.TAIL_SHAPE`.
    """
    count = FIRST_FRAME + _FRAMES - LAST_FRAME - 1
    body = _body_on(sketch)[1]
    falling_db = float(body[-1] - body[0]) / (len(body) - 1) * SAMPLE_RATE / (BODY_HOP * _NEPERS)
    slowest = min(max(falling_db, SLOWEST_REST_DB[0]), SLOWEST_REST_DB[1])
    on = run_on(sketch.envelope, HOP_LENGTH, LAST_FRAME, count, slowest)
    level = np.concatenate([sketch.envelope[..., FIRST_FRAME : LAST_FRAME + 1].astype(np.float64), on], axis=-1)
    amplitude = np.exp(at_bins(level.transpose(0, 2, 1).astype(np.float32)))  # (2, frames, 257)
    amplitude[..., : sketch.low.shape[2]] *= _noise_and_predicted(sketch)[:, None]
    begin = FIRST_FRAME * HOP_LENGTH - N_FFT // 2
    source = np.concatenate([noise[:2, begin:], more], axis=1)
    frames = np.lib.stride_tricks.sliding_window_view(source, N_FFT, axis=1)[:, ::HOP_LENGTH][:, :_FRAMES]
    spectrum = np.fft.rfft(frames * (hann(N_FFT) / NOISE_SCALE)) * amplitude
    # Every sample of what is kept lies in four frames, whose squared windows sum to 3/2.
    pieces = np.fft.irfft(spectrum, N_FFT) * (hann(N_FFT) * (SCALE / 1.5))
    total = np.zeros((2, _FRAMES + 3, HOP_LENGTH))
    for part in range(N_FFT // HOP_LENGTH):
        total[:, part : part + _FRAMES] += pieces[..., part * HOP_LENGTH : (part + 1) * HOP_LENGTH]
    made = total.reshape(2, -1)[:, N_FFT // 2 :]
    rest, side = _filtered(made[0], rest_band(TAIL_FFT)), made[1, JOIN - _START : LONGEST_SAMPLES - _START]
    return np.stack([rest, side * (sketch.wide > 0.0)])


def _noise_and_predicted(sketch: Sketch) -> Float32Array:
    """The level of the lowest bins over their envelope, noise and prediction together, at the end: (2, 20)."""
    kept = slice(_fitted(HOP_LENGTH)[0], LAST_FRAME + 1)
    bins = sketch.low.shape[2]
    share = at_bins(sketch.noise_share[..., kept].transpose(0, 2, 1), bins)
    noisy = 1.0 / (1.0 + np.exp(-np.maximum(share, np.float32(-80.0))))
    predicted = np.square(sketch.low[..., kept]).sum(axis=0).transpose(0, 2, 1)
    return np.asarray(np.sqrt((np.square(noisy) + predicted).mean(axis=1)), dtype=np.float32)


def _filtered(wave: Signal, band: Signal) -> Signal:
    """A tail, from _START on, through a filter: what is heard of it, (67032,)."""
    return np.fft.irfft(np.fft.rfft(wave, TAIL_FFT) * band, TAIL_FFT)[JOIN - _START : LONGEST_SAMPLES - _START]


def joined(first: Signal, tail: Signal) -> Signal:
    """A sound of 500 ms, (..., 22050), that goes over to its tail, (..., 67032): (..., 88200)."""
    over = np.arange(1, JOIN_SAMPLES + 1) / (JOIN_SAMPLES + 1)
    both = (1.0 - over) * first[..., JOIN : JOIN + JOIN_SAMPLES] + over * tail[..., :JOIN_SAMPLES]
    return np.concatenate([first[..., :JOIN], both, tail[..., JOIN_SAMPLES:]], axis=-1)
