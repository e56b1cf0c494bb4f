"""Bands and spectra of a sketch: the STFT of rest and side, and values in bands at its bins."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.sketch.sketch import BAND_EDGES, N_BANDS, ORIGIN, SCALE, Float32Array, Signal, Spectrum
from kickitout.sound.spectrogram import HOP_LENGTH, N_BINS, N_FFT, N_FRAMES, hann

_LEFT = N_FFT // 2
_PADDED = (N_FRAMES - 1) * HOP_LENGTH + N_FFT


def band_centres() -> Signal:
    """The middles of the bands, in bins: (45,)."""
    edges = np.array(BAND_EDGES, dtype=np.float64)
    return np.asarray(0.5 * (edges[:-1] + edges[1:] - 1.0))


@lru_cache(maxsize=1)
def _bands_around() -> tuple[NDArray[np.int64], Float32Array]:
    """For each bin the band with the next lower centre, and the bin's position between that centre and the next, 0 to
    1: (257,) each. Beyond the first and the last centre values are held."""
    place = np.interp(np.arange(N_BINS), band_centres(), np.arange(N_BANDS))
    below = np.minimum(place.astype(np.int64), N_BANDS - 2)
    return below, (place - below).astype(np.float32)


def at_bins(bands: Float32Array, bins: int = N_BINS) -> Float32Array:
    """Values at the lowest bins from values in the bands, linear between their centres: (..., 45) -> (..., bins).

    No matrix product: its order of summation depends on a library's number of threads, and a seed must give the same
    bytes everywhere.
    """
    below, share = (one[:bins] for one in _bands_around())
    lower = bands[..., below]
    upper = bands[..., below + 1]
    upper -= lower
    upper *= share
    upper += lower
    return upper


@lru_cache(maxsize=1)
def carrier() -> NDArray[np.complex64]:
    """T in the docstring of `kickitout.sound.sketch.sketch`: (176, 257)."""
    steps = np.outer(np.arange(N_FRAMES) * HOP_LENGTH - ORIGIN, np.arange(N_BINS)) % N_FFT  # modulo whole turns
    return np.asarray(np.exp((2j * np.pi / N_FFT) * steps), dtype=np.complex64)


@lru_cache(maxsize=1)
def centre_signs() -> Signal:
    """Factors between phases at the start of a frame and phases at its centre: (257,)."""
    return np.asarray(1.0 - 2.0 * (np.arange(N_BINS) % 2), dtype=np.float64)


@lru_cache(maxsize=1)
def waves_at_starts() -> NDArray[np.complex128]:
    """Factors from phases at the frames' centres to phases at their starts: (176, 257)."""
    return np.asarray(carrier() * centre_signs())


@lru_cache(maxsize=1)
def window_gain() -> Signal:
    """One over the sum of the squared windows over each sample: (22050,). No frame comes before that of sample 0."""
    return 1.0 / overlap_added(np.tile(hann(N_FFT) ** 2, (N_FRAMES, 1)))


def spectrum_of(sound: NDArray[np.floating], scale: float) -> Spectrum:
    """X with phases that still refer to the frames' starts: (c, 22050) -> complex (c, 176, 257), over `scale`."""
    padded = np.zeros((len(sound), _PADDED))
    padded[:, _LEFT : _LEFT + KICK_SAMPLES] = sound
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT, axis=1)[:, ::HOP_LENGTH]
    return np.fft.rfft(frames * (hann(N_FFT) / scale))


def overlap_added(frames: Signal) -> Signal:
    """Frames summed in place: (..., 176, 512) -> (..., 22050)."""
    per_frame = N_FFT // HOP_LENGTH
    total = np.zeros((*frames.shape[:-2], N_FRAMES + per_frame - 1, HOP_LENGTH))
    for part in range(per_frame):
        total[..., part : part + N_FRAMES, :] += frames[..., part * HOP_LENGTH : (part + 1) * HOP_LENGTH]
    return total.reshape(*frames.shape[:-2], -1)[..., _LEFT : _LEFT + KICK_SAMPLES]


def equalised(sounds: NDArray[np.floating], log_gains: Signal) -> Signal:
    """Sounds (2, 22050) with gains by band and frame, given as natural logs, (2, 45, 176)."""
    gains = np.exp(at_bins(log_gains.transpose(0, 2, 1).astype(np.float32)))
    spectrum = spectrum_of(sounds, SCALE) * gains
    return np.asarray(overlap_added(np.fft.irfft(spectrum, N_FFT) * (hann(N_FFT) * SCALE)) * window_gain())
