"""What the loudness image and Griffin-Lim keep of real kicks: prints the tables of docs/representation.md.

    python bench/representation.py $KICKS

Takes a folder of audio files (recursively, in order of name), 60 of them evenly spread. About three minutes on one
core.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.audio import AUDIO_SUFFIXES, read, resample
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.spectrogram import amplitudes, griffin_lim, istft, loudness_image, stft
from kickitout.system.randomness import uniform

ITERATIONS = 100
LOW_HZ = 150.0

Kick = NDArray[np.float32]


def load_kicks(folder: Path, count: int) -> Iterator[Kick]:
    """Kicks of shape (2, 22050), mono doubled, peak at 1."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in AUDIO_SUFFIXES)
    if not files:
        sys.exit(f"{folder} holds no audio files")
    for index in np.unique(np.linspace(0, len(files) - 1, count).round().astype(int)):
        samples, rate = read(files[index], max_seconds=1.0)
        samples = resample(samples, rate, SAMPLE_RATE)[:, :KICK_SAMPLES]
        kick = np.zeros((2, KICK_SAMPLES), dtype=np.float32)
        kick[:, : samples.shape[1]] = samples[[0, -1]]
        yield kick / np.abs(kick).max()


def band(signal: NDArray[np.float64], low_hz: float, high_hz: float) -> NDArray[np.complex128]:
    """The analytic signal between two frequencies (raised-cosine edges of a fifth), (..., n) -> (..., n)."""
    size = 2 * KICK_SAMPLES
    hz = np.arange(size) * SAMPLE_RATE / size
    rise = np.clip((hz - 0.8 * low_hz) / (0.4 * low_hz), 0.0, 1.0)
    fall = np.clip((1.2 * high_hz - hz) / (0.4 * high_hz), 0.0, 1.0)
    gain = 2.0 * (0.5 - 0.5 * np.cos(np.pi * np.minimum(rise, fall)))
    return np.fft.ifft(np.fft.fft(signal, size) * gain)[..., : signal.shape[-1]]


def pitch_hz(signal: NDArray[np.float64]) -> float:
    """Mean frequency of the band 25..180 Hz from 30 ms on, weighted by power: the phase's speed."""
    z = band(signal, 25.0, 180.0)[round(0.03 * SAMPLE_RATE) :]
    turn = np.angle((z[1:] * np.conj(z[:-1])).sum())
    return max(1.0, float(turn) * SAMPLE_RATE / (2.0 * np.pi))


def snr_db(true: NDArray[np.float64], found: NDArray[np.float64]) -> float:
    """Signal over error after the best gain, which may be negative: magnitudes know no polarity."""
    gain = (true * found).sum() / max((found**2).sum(), 1e-30)
    return 10.0 * np.log10((true**2).sum() / max(((true - gain * found) ** 2).sum(), 1e-30))


def measure(true: Kick, found: Kick) -> list[float]:
    """SNR, pitch error, low-band correlation, what the mono sum loses, spectral convergence at a window of 2048."""
    x, y = true.astype(np.float64), found.astype(np.float64)
    low = band(y, 1.0, LOW_HZ).real
    left, right = low
    correlation = (left * right).sum() / max(np.sqrt((left**2).sum() * (right**2).sum()), 1e-30)
    mono_db = 10.0 * np.log10(max((low.mean(axis=0) ** 2).sum(), 1e-30) / max((low**2).mean(axis=0).sum(), 1e-30))
    seen, true_magnitudes = (np.abs(stft(signal, 2048, 256)) for signal in (y, x))
    convergence = np.linalg.norm(seen - true_magnitudes) / np.linalg.norm(true_magnitudes)
    cents = abs(1200.0 * np.log2(pitch_hz(y[0]) / pitch_hz(x[0])))
    return [snr_db(x[0], y[0]), cents, correlation, mono_db, float(convergence)]


def invert(kick: Kick, n_fft: int, hop_length: int, momentum: float, same_start: bool) -> Kick:
    """Through the loudness image and back with Griffin-Lim, on the kick's own scale."""
    sizes = {"n_fft": n_fft, "hop_length": hop_length}
    true_magnitudes = amplitudes(loudness_image(kick, n_fft, hop_length))
    phase = None
    if not same_start:
        phase = 2.0 * np.pi * uniform(1, "bench/representation", true_magnitudes.size).reshape(true_magnitudes.shape)
    signal = griffin_lim(
        true_magnitudes, KICK_SAMPLES, iterations=ITERATIONS, momentum=momentum, initial_phase=phase, **sizes
    )
    return signal * np.float32(np.abs(stft(kick, **sizes)).max() / 100.0)


def code(kick: Kick, n_fft: int, hop_length: int) -> Kick:
    """Through the loudness image and back with the true phase: what the floor and the rounding lose."""
    spectrum = stft(kick, n_fft, hop_length)
    magnitudes = amplitudes(loudness_image(kick, n_fft, hop_length)) * np.float32(np.abs(spectrum).max() / 100.0)
    return istft(magnitudes * np.exp(1j * np.angle(spectrum)), KICK_SAMPLES, n_fft, hop_length)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kicks", type=Path, metavar="KICKS_FOLDER")
    parser.add_argument("-n", type=int, default=60, help="how many kicks (60)")
    options = parser.parse_args()
    kicks = list(load_kicks(options.kicks, options.n))

    print(f"{len(kicks)} kicks, medians, {ITERATIONS} iterations\n")
    head = (
        "waveform SNR (dB)",
        "pitch error (cents)",
        f"L/R correlation below {LOW_HZ:.0f} Hz",
        "mono sum (dB)",
        "spectral convergence at 2048",
        "ms a kick",
    )
    print("| window / hop | inverse | start of the channels |", " | ".join(head), "|")
    print("|---" * (3 + len(head)) + "|")
    for n_fft, hop_length in ((512, 128), (2048, 256)):
        rows = [("true phase", "-", lambda kick, s=(n_fft, hop_length): code(kick, *s))]
        for inverse, momentum in (("Griffin-Lim", 0.0), ("fast Griffin-Lim", 0.99)):
            for start, same in (("each its own", False), ("the same", True)):
                settings = (n_fft, hop_length, momentum, same)
                rows.append((inverse, start, lambda kick, s=settings: invert(kick, *s)))
        for inverse, start, way in rows:
            began = time.process_time()
            found = [way(kick) for kick in kicks]
            each_ms = 1000.0 * (time.process_time() - began) / len(kicks)
            figures = np.median([measure(kick, back) for kick, back in zip(kicks, found, strict=True)], axis=0)
            snr, cents, correlation, mono, convergence = figures
            print(
                f"| {n_fft} / {hop_length} | {inverse} | {start} | {snr:.1f} | {cents:.1f} | {correlation:.2f} "
                f"| {mono:.1f} | {convergence:.2f} | {each_ms:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
