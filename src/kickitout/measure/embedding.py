"""A kick as a vector for distances between sets; only a mean, a scale and a rotation are fitted.

`features` measures five families, each independent of gain, with a floor of 60 to 80 dB under the loudest:

- *timbre*: log power of mid in cells of time and frequency at three resolutions, 6 ms windows for the click, 23 ms for
  all of it, 93 ms for the low end (log-mel statistics);
- *side*: the same of side over mid, in coarser cells;
- *texture*: how much log power moves from frame to frame and from bin to bin within cells, which tells noise from
  tones, and the crest of the waveform and its differences, which tells a click from a smear of the same spectrum;
- *low*: the body (25 to 150 Hz) as an analytic signal: envelope, instantaneous frequency, how smoothly it turns, its
  first swing, and its start phase. None depends on a threshold, which would make similar kicks jump apart;
- *channels*: correlation and phase between left and right in bands.

The last two detect what magnitudes miss: Griffin-Lim with a short window, a wrong phase in one channel.

`embed` standardises them, takes the principal components of each family, and whitens these together with some
shrinkage. Its constants were fitted on the training split of a library by bench/fit_embedding.py and are stored next to
this file. A vector depends on its kick alone, not on a batch or on threads.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLES = 22_050
"""Samples that are measured: 500 ms at 44.1 kHz from the kick's first sample; a shorter kick is padded with silence."""

SAMPLE_RATE = 44_100

CLICK = (256, 64)
"""Window and hop of the fine resolution."""

CLICK_FRAMES = 33
"""Its frames: centred on 0 to 46 ms."""

CLICK_BINS = (1, 2, 3, 4, 6, 8, 11, 15, 21, 29, 40, 55, 76, 105)
"""Band edges in bins of 172 Hz, to 18 kHz."""

CLICK_TIMES = (0, 1, 2, 3, 4, 6, 9, 14, 21, 33)

WHOLE = (1024, 256)
"""Window and hop of the middle resolution, which covers all of the kick."""

WHOLE_BINS = (1, 2, 3, 4, 5, 7, 9, 12, 16, 21, 28, 37, 49, 65, 86, 114, 151, 200, 265, 350, 420)
"""Band edges in bins of 43 Hz, to 18 kHz."""

WHOLE_TIMES = (0, 2, 4, 8, 14, 22, 32, 44, 58, 72, 87)
"""Edges of the times in frames of 5.8 ms."""

SIDE_BINS = (1, 3, 7, 16, 28, 49, 86, 151, 265, 420)
SIDE_TIMES = (0, 4, 14, 32, 58, 87)

TEXTURE_BINS = (4, 12, 28, 65, 114, 200, 420)
TEXTURE_TIMES = (2, 8, 22, 44, 86)

LOW = (4096, 1024)
"""Window and hop of the coarse resolution."""

LOW_BINS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 19, 24, 30, 40)
"""Band edges in bins of 11 Hz, from 22 to 430 Hz."""

LOW_TIMES = (0, 2, 5, 9, 14, 22)

FLOOR_DB = -70.0
"""Cells of mid that are quieter than this against the loudest count as this."""

SIDE_FLOOR_DB = -60.0
"""Cells of side that are quieter than this against the loudest of mid count as this."""

TEXTURE_FLOOR_DB = -80.0
"""Bins that are quieter than this against the loudest cell do not move."""

BODY_HZ = (5.0, 25.0, 150.0, 250.0)
"""The body lies between the second and the third; to the first and the fourth its edges fall as half cosines."""

BODY_FFT = 24_576
DECIMATION = 32
"""The body is kept at 1,378 Hz."""

BODY_MS = (0, 4, 8, 12, 18, 26, 36, 50, 70, 95, 130, 175, 230, 300, 390, 500)
"""Edges of the times at which the body is described."""

BODY_FLOOR_DB = -50.0
BODY_EDGE_DB = 6.0
"""The weight of a pitch rises from 0 at the floor to 1 at this far above it."""

START_SHARES = (0.3, 0.7)
"""A body starts while its envelope rises between these shares of its maximum."""

BODY_SWING = 24
"""Samples of the body's first swing, at 1,378 Hz: 17 ms."""

CHANNEL_BINS = (1, 2, 4, 10, 47, 186, 420)
"""Band edges for the correlation of the channels, in bins of 43 Hz: to 86, 172, 430 Hz, 2, 8, 18 kHz."""

CHANNEL_TIMES = (0, 8, 30, 87)

ATTACK_STEP = 32
"""Samples of a step of the attack's envelope: 0.7 ms."""

ATTACK_STEPS = 20
CREST_MS = (0, 6, 20, 60, 150, 500)

EMBEDDING_SIZE = 64

LEAST = 1e-30
"""Used instead of 0 in denominators."""

FURTHEST = 6.0
"""Features are limited to this distance from their means, in standard deviations."""

CONSTANTS = "embedding.npz"
"""The file of fitted constants, next to this one."""

Float64Array = NDArray[np.float64]


def _decibels(power: NDArray[Any], reference: float, floor_db: float) -> Float64Array:
    """Power in dB relative to the reference, at least the floor; everything is at the floor if the reference is
    silence."""
    if reference <= 0.0:
        return np.full(power.shape, floor_db)
    return np.asarray(10.0 * np.log10(np.maximum(power / reference, 10.0 ** (floor_db / 10.0))), dtype=np.float64)


def _spectra(sides: NDArray[np.float32], resolution: tuple[int, int], frames: int) -> NDArray[np.complex64]:
    """Hann windows centred on multiples of the hop: (2, n) -> (2, frames, bins)."""
    window, hop = resolution
    needed = window + hop * (frames - 1)
    padded = np.zeros((2, needed), dtype=np.float32)
    kept = sides[:, : needed - window // 2]
    padded[:, window // 2 : window // 2 + kept.shape[1]] = kept
    view = np.lib.stride_tricks.sliding_window_view(padded, window, axis=1)[:, ::hop]
    return np.fft.rfft(view * np.hanning(window + 1)[:-1].astype(np.float32), axis=2).astype(np.complex64)


def _power(spectrum: NDArray[np.complex64]) -> NDArray[np.float32]:
    return np.asarray(spectrum.real**2 + spectrum.imag**2, dtype=np.float32)


def _cells(values: NDArray[Any], times: tuple[int, ...], bins: tuple[int, ...]) -> NDArray[Any]:
    """Sums over bands, means over times: (..., frames, bins) -> (..., len(times) - 1, len(bins) - 1)."""
    bands = np.add.reduceat(values[..., : bins[-1]], bins[:-1], axis=-1)
    pooled = np.add.reduceat(bands[..., : times[-1], :], times[:-1], axis=-2)
    return np.asarray(pooled / np.diff((*times[:-1], min(times[-1], values.shape[-2])))[:, None])


def _movement(power: NDArray[np.float32], reference: float) -> tuple[Float64Array, Float64Array]:
    """Root mean square steps in dB in cells of (frames, bins), from frame to frame and from bin to bin."""
    level = _decibels(power, reference, TEXTURE_FLOOR_DB)
    area = np.outer(np.diff(TEXTURE_TIMES), np.diff(TEXTURE_BINS))
    first, last = TEXTURE_TIMES[0], TEXTURE_TIMES[-1]
    # Second differences in time: a steady decay is not texture.
    in_time = np.diff(level[first - 1 : last + 1], 2, axis=0) ** 2
    in_frequency = np.diff(level[first:last, : TEXTURE_BINS[-1] + 1], axis=1) ** 2
    times = tuple(t - first for t in TEXTURE_TIMES)
    widths = np.diff(times)[:, None]
    moved = [_cells(x, times, TEXTURE_BINS) * widths / area for x in (in_time, in_frequency)]
    return np.sqrt(moved[0]), np.sqrt(moved[1])


@cache
def _body_mask() -> Float64Array:
    frequencies = np.arange(BODY_FFT // DECIMATION // 2) * (SAMPLE_RATE / BODY_FFT)
    rise, fall = (
        0.5 - 0.5 * np.cos(np.pi * np.clip((frequencies - low) / (high - low), 0.0, 1.0))
        for low, high in (BODY_HZ[:2], BODY_HZ[2:])
    )
    return np.asarray(rise * (1.0 - fall) / DECIMATION)


def _bodies(sides: NDArray[np.float32]) -> NDArray[np.complex128]:
    """The bodies of mid and side as analytic signals at 1,378 Hz: (2, n) -> (2, 690)."""
    spectrum = np.fft.rfft(sides.astype(np.float64), BODY_FFT, axis=1)[:, : len(_body_mask())]
    bodies = np.fft.ifft(2.0 * spectrum * _body_mask(), BODY_FFT // DECIMATION, axis=1)
    return np.asarray(bodies[:, : -(-SAMPLES // DECIMATION)], dtype=np.complex128)


def _hold(values: Float64Array, known: Float64Array) -> Float64Array:
    """Values (n,) weighted by how well they are known, 0 to 1 (n,); unknown ones are replaced by the last known ones,
    or at the start by the first; 0 if none is known."""
    held, unknown = 0.0, 1.0
    for value, share in zip(values, known, strict=True):
        held += unknown * share * value
        unknown *= 1.0 - share
    held /= max(1.0 - unknown, LEAST)
    result = np.empty_like(values)
    for place, (value, share) in enumerate(zip(values, known, strict=True)):
        held += share * (value - held)
        result[place] = held
    return result


def _low(body: NDArray[np.complex128]) -> list[Float64Array]:
    """Envelope, pitch, smoothness, first swing and start phase of a body (690,)."""
    edges = [round(ms * SAMPLE_RATE / DECIMATION / 1000.0) for ms in BODY_MS]
    # Sums within times of |b|^2, of one step's turn, and of that turn's own turn: the pitch and how steady it is.
    turn = body[1:] * body[:-1].conj()
    change = turn[1:] * turn[:-1].conj()
    root = np.sqrt(np.abs(change))
    change = np.divide(change, root, out=np.zeros_like(change), where=root > 0.0)
    square = body.real**2 + body.imag**2
    power, turned, changed, sizes = (
        np.add.reduceat(x, [min(e, len(x) - 1) for e in edges[:-1]]) for x in (square, turn, change, root)
    )
    level = _decibels(power / np.diff(edges), float(square.max()), BODY_FLOOR_DB)
    audible = np.clip((level - BODY_FLOOR_DB) / BODY_EDGE_DB, 0.0, 1.0)
    step = SAMPLE_RATE / DECIMATION / (2.0 * np.pi)
    pitch = np.log2(np.clip(np.angle(turned) * step, 10.0, 400.0))
    rough = 1.0 - np.divide(np.abs(changed), sizes, out=np.ones_like(sizes), where=sizes > 0.0)
    rough = np.log10(np.clip(rough, 1e-4, 1.0))
    size = np.sqrt(square)
    size /= max(float(size.max()), LEAST)
    # Twice the phase is the same for both polarities of a kick.
    turned_twice = np.exp(2j * np.angle(body))
    swing = (size * turned_twice.real)[:BODY_SWING]
    start = _start(size, turned_twice)
    return [level, _hold(pitch, audible), _hold(rough, audible), swing, np.array([start.real, start.imag])]


def _start(size: Float64Array, turned_twice: NDArray[np.complex128]) -> complex:
    """Twice the start phase of a body, as a number within the unit circle: the mean over the rises of its running
    maximum between START_SHARES of the largest.

    The position of a threshold would jump by a whole swing between two similar kicks.

    Args:
        size: the envelope, whose largest is 1, (n,).
        turned_twice: the square of the body divided by that of its envelope, (n,).
    """
    low, high = START_SHARES
    reached = np.clip((np.maximum.accumulate(size) - low) / (high - low), 0.0, 1.0)
    return complex(np.sum(np.diff(reached, prepend=0.0) * turned_twice))


def _channels(spectra: NDArray[np.complex64], bodies: NDArray[np.complex128]) -> list[Float64Array]:
    """Differences between left and right in bands and times: correlation and phase."""
    mid, side = spectra[0], spectra[1]
    left, right = mid + side, mid - side
    cross = _cells(left * right.conj(), CHANNEL_TIMES, CHANNEL_BINS)
    energies = [_cells(_power(x), CHANNEL_TIMES, CHANNEL_BINS) for x in (left, right)]
    floor = 1e-7 * float(max(energies[0].max(), energies[1].max()))
    # Cells 70 dB under the loudest count as equal channels.
    size = np.sqrt((energies[0] + floor) * (energies[1] + floor))
    agreement = np.divide(cross.real + floor, size, out=np.ones_like(size), where=size > 0.0)
    quadrature = np.divide(cross.imag, size, out=np.zeros_like(size), where=size > 0.0)
    lost = np.log10(np.clip(1.0 - agreement, 1e-3, 2.0))
    energy = (bodies.real**2 + bodies.imag**2).sum(axis=1)
    loss = _decibels(energy[1:], float(energy[0]), -40.0) if energy[0] > 0.0 else np.full(1, -40.0)
    return [lost.ravel(), np.log10(np.clip(np.abs(quadrature), 1e-2, 1.0)).ravel(), np.minimum(loss, 20.0)]


def _attack(mid: NDArray[np.float32]) -> list[Float64Array]:
    """The envelope of the first 15 ms in steps of 0.7 ms, and crests, of the differences of mid (22050,).

    Differences raise the highs by 6 dB per octave, so that the body does not mask the click.
    """
    slope = np.diff(mid, prepend=mid[:1]).astype(np.float64)
    steps = (slope[: ATTACK_STEP * ATTACK_STEPS].reshape(ATTACK_STEPS, ATTACK_STEP) ** 2).mean(axis=1)
    edges = [round(ms * SAMPLE_RATE / 1000.0) for ms in CREST_MS]
    bend = np.diff(slope, prepend=slope[:1])
    crests = []
    for wave in (slope, bend):
        square = wave**2
        silence = 1e-8 * float(square.max())
        for first, last in pairwise(edges):
            loudest, mean = float(square[first:last].max()), float(square[first:last].mean())
            crests.append(np.log10((loudest + silence) / (mean + silence)) if silence > 0.0 else 0.0)
    return [_decibels(steps, float(steps.max()), SIDE_FLOOR_DB), np.array(crests)]


def _families(audio: NDArray[np.float32]) -> dict[str, list[Float64Array]]:
    audible = np.zeros((2, SAMPLES), dtype=np.float32)
    kept = audio[:, :SAMPLES].astype(np.float32)
    peak = float(np.abs(kept).max(initial=0.0))
    if peak > 0.0:
        audible[:, : kept.shape[1]] = kept / np.float32(peak)
    sides = np.stack([audible[0] + audible[1], audible[0] - audible[1]]) * np.float32(0.5)

    fine = _spectra(sides, CLICK, CLICK_FRAMES)
    whole = _spectra(sides, WHOLE, WHOLE_TIMES[-1])
    coarse = _spectra(sides, LOW, LOW_TIMES[-1])
    power = _power(whole)
    click = _cells(_power(fine[0]), CLICK_TIMES, CLICK_BINS)
    body = _cells(power[0], WHOLE_TIMES, WHOLE_BINS)
    low = _cells(_power(coarse[0]), LOW_TIMES, LOW_BINS)
    side_cells = _cells(power[1], SIDE_TIMES, SIDE_BINS)
    # Mid is silent if left is minus right: the loudest of both is the reference for side.
    loudest = max(float(body.max()), float(side_cells.max()))
    bodies = _bodies(sides)
    moved = _movement(power[0], loudest)
    return {
        "timbre": [
            _decibels(click, float(click.max()), FLOOR_DB),
            _decibels(body, loudest, FLOOR_DB),
            _decibels(low, float(low.max()), FLOOR_DB),
        ],
        "side": [_decibels(side_cells, loudest, SIDE_FLOOR_DB)],
        "texture": [*moved, *_attack(sides[0])],
        "low": _low(bodies[0]),
        "channels": _channels(whole, bodies),
    }


def features(audio: NDArray[np.float32]) -> Float64Array:
    """The features of a kick at 44.1 kHz that begins at its onset, before whitening. (2, n) -> (F,).

    In dB, octaves, powers of ten and shares; every number is bounded, silence included.
    """
    return np.concatenate([part.ravel() for parts in _families(audio).values() for part in parts])


@cache
def families() -> dict[str, slice]:
    """The slice of each family in the result of `features`."""
    silence = _families(np.zeros((2, 1), dtype=np.float32))
    sizes = {name: sum(part.size for part in parts) for name, parts in silence.items()}
    ends = np.cumsum(list(sizes.values()))
    return {name: slice(int(end) - size, int(end)) for (name, size), end in zip(sizes.items(), ends, strict=True)}


@dataclass(frozen=True)
class Constants:
    """The fitted constants.

    Attributes:
        mean, scale: of each feature, (F,).
        matrix: from standardised features to the embedding, (F, D).
        library: the fingerprint of the library it was fitted on.
        count: the number of its training kicks.
    """

    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    matrix: NDArray[np.float32]
    library: str
    count: int


@cache
def constants() -> Constants:
    """The constants that `embed` uses."""
    with (files(__package__) / CONSTANTS).open("rb") as stream, np.load(stream, allow_pickle=False) as data:
        return Constants(
            data["mean"], data["scale"], data["matrix"], str(data["library"].item()), int(data["count"].item())
        )


def embed(audio: NDArray[np.float32]) -> Float64Array:
    """The whitened vector of a kick at 44.1 kHz that begins at its onset. (2, n) -> (D,), float64.

    Over training kicks each number has the mean 0 and a variance of about 1. Distances between kicks are Euclidean.
    """
    fitted = constants()
    standard = np.clip((features(audio) - fitted.mean) / fitted.scale, -FURTHEST, FURTHEST)
    # einsum, not a matrix product: the result must not depend on the threads of a linear algebra library.
    return np.asarray(np.einsum("f,fd->d", standard, fitted.matrix.astype(np.float64)))
