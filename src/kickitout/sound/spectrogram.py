"""The draft's representation of a kick and its inverse: STFT, loudness image, Griffin-Lim.

The loudness image of a kick `x` of shape (2, n), with |X| the magnitudes of its STFT (window 512, hop 128):

    A = 100 |X| / max |X|              amplitudes 0..100; one maximum for both channels, so the balance is kept
    L = 20 log10 A                     loudness in dB, kept within FLOOR_DB = -120 and CEILING_DB = 40
    image = (L + 120) / 80 - 1         within [-1, 1]; the floor, and digital silence, are -1

The draft also sets amplitudes below 10e-10 (-180 dB) to zero before the logarithm. That gate lies below the floor
of -120 dB, so it is the floor that decides; `amplitudes` makes everything at the floor exactly zero again.

Framing. Frames are those of `scipy.signal.ShortTimeFFT(win, hop, fs).stft(x)` with a periodic Hann window: every
frame that touches the signal, zeros assumed outside of it. With 512 and 128, frame 0 is centred on sample -128,
frame p on sample 128 (p - 1), and 22,050 samples give 176 frames of 257 bins. Phases refer to the centre of each
frame. Each sample lies in a full set of overlapping windows, so `istft` gives the signal back exactly.

Arrays put frames before bins: (..., n_frames, n_bins).
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.system.randomness import uniform

N_FFT = 512
"""Samples in a window, 11.6 ms; bins are 86.1 Hz apart."""

HOP_LENGTH = 128
"""Samples from one frame to the next, 2.9 ms."""

N_FRAMES = 176
"""Frames of 22,050 samples."""

N_BINS = N_FFT // 2 + 1
"""Frequency bins from 0 Hz to half the sample rate: 257."""

FLOOR_DB, CEILING_DB = -120.0, 40.0
"""The range of the loudness image, in dB relative to an amplitude of 1 (the loudest amplitude is 100)."""

_GATE = 10e-10  # the draft's noise gate, as written there


@lru_cache(maxsize=8)
def hann(n_fft: int) -> NDArray[np.float64]:
    """The periodic Hann window, shape (n_fft,): 0 at index 0, 1 at n_fft / 2. Read-only."""
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(n_fft) / n_fft)
    window.flags.writeable = False
    return window


def _check_sizes(n_fft: int, hop_length: int) -> None:
    if n_fft < 4 or n_fft % 2 or hop_length < 1 or n_fft % hop_length or n_fft < 2 * hop_length:
        raise ValueError(
            f"n_fft must be even and a multiple of hop_length with at least two hops; got {n_fft} and {hop_length}"
        )


def first_frame(n_fft: int = N_FFT, hop_length: int = HOP_LENGTH) -> int:
    """The index p of the first frame, which is centred on sample p * hop_length; negative: before the signal."""
    return -((n_fft // 2 - 1) // hop_length)


def count_frames(n_samples: int, n_fft: int = N_FFT, hop_length: int = HOP_LENGTH) -> int:
    """How many frames touch `n_samples` samples."""
    # The window's first value is 0: a frame whose only sample inside the signal is its first does not touch it.
    last = (n_samples - 2 + n_fft // 2) // hop_length
    return last - first_frame(n_fft, hop_length) + 1


def _pad(audio: NDArray[Any], n_frames: int, n_fft: int, hop_length: int) -> NDArray[Any]:
    """(..., n) -> (..., blocks, hop_length): zeros on both sides, so that frames are runs of whole blocks."""
    n_blocks = n_frames - 1 + n_fft // hop_length
    before = n_fft // 2 - first_frame(n_fft, hop_length) * hop_length
    padded = np.zeros((*audio.shape[:-1], n_blocks * hop_length), dtype=audio.dtype)
    padded[..., before : before + audio.shape[-1]] = audio
    return padded.reshape(*audio.shape[:-1], n_blocks, hop_length)


def _frames(blocks: NDArray[Any], window: NDArray[Any]) -> NDArray[Any]:
    """(..., blocks, hop) -> windowed frames (..., n_frames, n_fft), as a new array."""
    n_blocks, hop_length = blocks.shape[-2:]
    n_frames = n_blocks + 1 - window.size // hop_length
    strides = (*blocks.strides[:-2], blocks.strides[-2], blocks.strides[-1])
    shape = (*blocks.shape[:-2], n_frames, window.size)
    view = np.lib.stride_tricks.as_strided(blocks, shape, strides, writeable=False)
    return np.asarray(view * window)


def _overlap_add(frames: NDArray[Any], hop_length: int) -> NDArray[Any]:
    """Frames (..., n_frames, n_fft) -> their sum in place, (..., blocks, hop)."""
    n_frames, n_fft = frames.shape[-2:]
    per_frame = n_fft // hop_length
    parts = frames.reshape(*frames.shape[:-1], per_frame, hop_length)
    blocks = np.zeros((*frames.shape[:-2], n_frames - 1 + per_frame, hop_length), dtype=frames.dtype)
    for part in range(per_frame):
        blocks[..., part : part + n_frames, :] += parts[..., part, :]
    return blocks


def _crop(blocks: NDArray[Any], n_samples: int, n_fft: int, hop_length: int) -> NDArray[Any]:
    """Undo `_pad`: (..., blocks, hop) -> a view (..., n_samples)."""
    before = n_fft // 2 - first_frame(n_fft, hop_length) * hop_length
    return blocks.reshape(*blocks.shape[:-2], -1)[..., before : before + n_samples]


def _synthesis_window(n_fft: int, hop_length: int) -> NDArray[np.float64]:
    """The dual window: Hann over the sum of all squared Hann windows that overlap there (Griffin and Lim, eq. 6)."""
    window = hann(n_fft)
    total = np.tile((window**2).reshape(-1, hop_length).sum(axis=0), n_fft // hop_length)
    return np.asarray(window / total)


def _centre_signs(n_bins: int) -> NDArray[np.float32]:
    """(-1)^k: turns phases that refer to a frame's start into phases that refer to its centre, and back."""
    return np.where(np.arange(n_bins) % 2 == 0, np.float32(1.0), np.float32(-1.0))


def stft(audio: NDArray[Any], n_fft: int = N_FFT, hop_length: int = HOP_LENGTH) -> NDArray[np.complex64]:
    """Short-time Fourier transform: real (..., n) -> complex64 (..., n_frames, n_bins).

    Computed in float64: quiet bins keep their precision next to loud ones. Equal to SciPy's
    `ShortTimeFFT(hann, hop_length, fs).stft(audio)` with the last two axes swapped.

    Raises:
        ValueError: sizes that do not fit together, or a signal shorter than half a window.
    """
    return _stft(audio, n_fft, hop_length).astype(np.complex64)


def _stft(audio: NDArray[Any], n_fft: int, hop_length: int) -> NDArray[np.complex128]:
    _check_sizes(n_fft, hop_length)
    n_samples = audio.shape[-1]
    if n_samples < n_fft // 2:
        raise ValueError(f"a signal of {n_samples} samples is shorter than half a window of {n_fft}")
    blocks = _pad(audio.astype(np.float64), count_frames(n_samples, n_fft, hop_length), n_fft, hop_length)
    spectrum = np.fft.rfft(_frames(blocks, hann(n_fft)))
    spectrum *= _centre_signs(n_fft // 2 + 1)
    return np.asarray(spectrum, dtype=np.complex128)


def istft(
    spectrum: NDArray[np.complexfloating[Any, Any]],
    n_samples: int,
    n_fft: int = N_FFT,
    hop_length: int = HOP_LENGTH,
) -> NDArray[np.float32]:
    """Inverse of `stft`: complex (..., n_frames, n_bins) -> float32 (..., n_samples).

    For a spectrum that is no signal's STFT, the signal whose STFT is nearest to it in the least-squares sense
    (Griffin and Lim 1984, eq. 6).

    Raises:
        ValueError: the number of frames or bins is not that of `n_samples` samples.
    """
    _check_shape(spectrum, n_samples, n_fft, hop_length)
    frames = np.fft.irfft(spectrum * _centre_signs(n_fft // 2 + 1), n=n_fft)
    frames *= _synthesis_window(n_fft, hop_length)
    blocks = _overlap_add(frames, hop_length)
    return _crop(blocks, n_samples, n_fft, hop_length).astype(np.float32)


def _check_shape(spectrum: NDArray[Any], n_samples: int, n_fft: int, hop_length: int) -> None:
    _check_sizes(n_fft, hop_length)
    expected = (count_frames(n_samples, n_fft, hop_length), n_fft // 2 + 1)
    if spectrum.shape[-2:] != expected:
        raise ValueError(f"{n_samples} samples have (frames, bins) {expected}; got {spectrum.shape[-2:]}")


def loudness_image(audio: NDArray[np.float32], n_fft: int = N_FFT, hop_length: int = HOP_LENGTH) -> NDArray[np.float32]:
    """The draft's image of a kick: float32 (channels, n) -> (channels, n_frames, n_bins) within [-1, 1].

    A stereo kick of 22,050 samples gives (2, 176, 257). The image does not contain the level of the kick, only the
    relative levels of its channels, frames and bins. Silence is -1 everywhere. The equation is in the module's
    docstring.
    """
    magnitudes = np.abs(_stft(audio, n_fft, hop_length))
    loudest = float(magnitudes.max(initial=0.0))
    if loudest == 0.0:
        return np.full(magnitudes.shape, -1.0, dtype=np.float32)
    scaled = magnitudes * (100.0 / loudest)
    scaled[scaled < _GATE] = 0.0
    return _loudness_to_image(_decibels(scaled))


def _decibels(amplitude: NDArray[np.float64]) -> NDArray[np.float64]:
    floor = 10.0 ** (FLOOR_DB / 20.0)
    return np.asarray(20.0 * np.log10(np.maximum(amplitude, floor)))


def _loudness_to_image(loudness_db: NDArray[np.float64]) -> NDArray[np.float32]:
    image = (loudness_db - FLOOR_DB) * (2.0 / (CEILING_DB - FLOOR_DB)) - 1.0
    return np.clip(image, -1.0, 1.0).astype(np.float32)


def image_to_decibels(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Values of a loudness image -> dB, FLOOR_DB..CEILING_DB, same shape; values beyond [-1, 1] are clipped."""
    unit = (np.clip(image, -1.0, 1.0).astype(np.float64) + 1.0) * 0.5
    return (unit * (CEILING_DB - FLOOR_DB) + FLOOR_DB).astype(np.float32)


def amplitudes(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Inverse of the loudness coding: image (any shape) -> amplitudes 0..100 of the same shape.

    Gated: what lies at the floor (-1 or below) becomes exactly 0.
    """
    linear = 10.0 ** (image_to_decibels(image).astype(np.float64) / 20.0)
    linear[image <= -1.0] = 0.0
    return linear.astype(np.float32)


def griffin_lim(
    amplitudes: NDArray[np.float32],
    n_samples: int,
    *,
    iterations: int = 100,
    momentum: float = 0.0,
    initial_phase: NDArray[np.floating[Any]] | None = None,
    n_fft: int = N_FFT,
    hop_length: int = HOP_LENGTH,
) -> NDArray[np.float32]:
    """A signal whose STFT has about these magnitudes: (channels, n_frames, n_bins) -> float32 (channels, n_samples).

    With P1 the projection onto the STFTs of signals of `n_samples` samples (`stft` of `istft`) and P2 the one
    onto the given magnitudes (keep the phase), it iterates

        c_i = P1(P2(t_(i-1))),    t_i = c_i + momentum (c_i - c_(i-1))

    Momentum 0 is Griffin and Lim, "Signal estimation from modified short-time Fourier transform" (1984): the
    error of the magnitudes never grows. Momentum 0.99 is Perraudin, Balazs and Søndergaard, "A fast Griffin-Lim
    algorithm" (2013): the error fluctuates and ends lower. All channels go through one batch, in float32.

    Args:
        amplitudes: magnitudes, at least 0, on any scale; the signal comes out on the same scale.
        n_samples: samples of the signal.
        iterations: how often to project; 0 uses the initial phase as it is.
        momentum: at least 0.
        initial_phase: radians, of a shape that broadcasts to that of `amplitudes`, referring to the frames' centres
            as in `stft`. None: random phases from a fixed stream, the same for every channel, so that equal
            channels stay equal.

    Raises:
        ValueError: the shape is not that of `n_samples` samples, or a number is out of range.
    """
    _check_shape(amplitudes, n_samples, n_fft, hop_length)
    if iterations < 0 or momentum < 0.0:
        raise ValueError(f"iterations and momentum must be at least 0; got {iterations} and {momentum}")
    if initial_phase is None:
        n_frames, n_bins = amplitudes.shape[-2:]
        turns = uniform(0, "griffin-lim", n_frames * n_bins).reshape(n_frames, n_bins)
        initial_phase = 2.0 * np.pi * turns
    phasors = np.exp(1j * np.asarray(initial_phase, dtype=np.float64)).astype(np.complex64)
    # Inside the loop phases refer to the frames' starts, which saves a pass over the spectrum.
    target = np.ascontiguousarray(amplitudes, dtype=np.float32)
    magnitudes = target * (phasors * _centre_signs(n_fft // 2 + 1))
    analysis = hann(n_fft).astype(np.float32)
    synthesis = _synthesis_window(n_fft, hop_length).astype(np.float32)

    def signal_of(spectrum: NDArray[np.complex64]) -> NDArray[np.float32]:
        frames = np.fft.irfft(spectrum, n=n_fft).astype(np.float32, copy=False)
        frames *= synthesis
        return np.asarray(_crop(_overlap_add(frames, hop_length), n_samples, n_fft, hop_length))

    previous: NDArray[np.complex64] | None = None
    for _ in range(iterations):
        blocks = _pad(signal_of(magnitudes), target.shape[-2], n_fft, hop_length)
        consistent = np.fft.rfft(_frames(blocks, analysis)).astype(np.complex64, copy=False)
        if momentum == 0.0 or previous is None:
            magnitudes = _impose(target, consistent)
        else:
            # (1 + m) c - m p, up to a positive factor that the phase does not see.
            previous *= np.float32(-momentum / (1.0 + momentum))
            previous += consistent
            magnitudes = _impose(target, previous)
        previous = consistent
    return np.array(signal_of(magnitudes), dtype=np.float32)


def _impose(magnitudes: NDArray[np.float32], spectrum: NDArray[np.complex64]) -> NDArray[np.complex64]:
    """`spectrum` with these magnitudes instead of its own; a bin that is exactly 0 has the phase 0."""
    squares = spectrum.real**2
    squares += spectrum.imag**2
    np.sqrt(squares, out=squares)
    lost = squares == 0.0
    squares[lost] = 1.0
    result = spectrum * np.divide(magnitudes, squares, out=squares)
    if lost.any():
        result[lost] = magnitudes[lost]
    return result
