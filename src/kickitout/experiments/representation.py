"""What the draft's loudness image and Griffin-Lim lose of real kicks, by window and hop.

Each kick goes through the image and back: its own magnitudes, with phases that are found again. The channels begin from
phases of their own, as where each is inverted for itself, or from the same. A control keeps the true phases: it shows
that the image itself loses nothing that is heard.

Measured in the result, and compared with the kick:

- heard pitch in cents (`pitch_hz`, as everywhere in Kick It Out), and how many kicks that had one have none;
- the correlation of left and right below 150 Hz (`low_correlation`), and what mono loses there (`mono_loss_db`);
- the correlation of the low band with the kick's own, below 150 Hz, whatever the delay (at most 10 ms) or the polarity:
  how much of the body is there at all;
- spectral convergence, ||S' - S|| / ||S|| of the magnitudes of a window of 2,048 samples, which sees the body's pitch;
- waveform SNR after the best gain.
"""

import dataclasses
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.experiments.intervals import OVER_KITS, median_over_kits, share_over_kits
from kickitout.experiments.place import Found, Place, kits_of, spread_over
from kickitout.experiments.rows import Row, Rows
from kickitout.library.store import Library
from kickitout.measure.descriptors import describe
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.spectrogram import amplitudes, griffin_lim, istft, loudness_image, stft
from kickitout.system.randomness import uniform

LOW_HZ = 150.0
"""The band of the body: below."""

LATEST = round(0.01 * SAMPLE_RATE)
"""The largest delay at which low bands are compared."""

SEEN = (2048, 256)
"""Window and hop of the spectral convergence: bins of 21.5 Hz."""

PLAIN, FAST = 0.0, 0.99
"""Momentum of Griffin and Lim's iteration, and of the fast one."""

MEASURES = ("pitch_cents", "low_correlation", "mono_loss_db", "body_correlation", "convergence", "snr_db")
"""What is measured of each kick, in the result's names."""

Kick = NDArray[np.float32]


@dataclass(frozen=True)
class Settings:
    """The full size.

    Attributes:
        split: of the library, whose kicks are measured.
        kicks: at most so many, evenly spread over it.
        windows, hops: samples, in pairs; the draft's come first.
        iterations: of Griffin-Lim.
        seed: of the phases that channels begin from where each has its own.
    """

    split: str = "validation"
    kicks: int = 48
    windows: tuple[int, ...] = (512, 512, 256, 1024, 2048, 2048, 4096)
    hops: tuple[int, ...] = (128, 64, 64, 256, 512, 256, 1024)
    iterations: int = 100
    seed: int = 0


QUICK = Settings(kicks=4, windows=(512, 2048), hops=(128, 512), iterations=10)


@dataclass(frozen=True)
class Way:
    """A way there and back: window, hop, inverse, and how the channels begin."""

    n_fft: int
    hop_length: int
    inverse: str
    start: str

    @property
    def name(self) -> str:
        """Its name in the results."""
        return f"w{self.n_fft}h{self.hop_length}_{self.inverse}_{self.start}"


def ways(settings: Settings) -> list[Way]:
    """All ways of the settings: for each size the true phase, plain Griffin-Lim from both starts, and the fast one."""
    found = []
    for n_fft, hop_length in zip(settings.windows, settings.hops, strict=True):
        found.append(Way(n_fft, hop_length, "true", "phase"))
        found += [Way(n_fft, hop_length, *how) for how in (("plain", "own"), ("plain", "same"), ("fast", "same"))]
    return found


def there_and_back(kick: Kick, way: Way, settings: Settings) -> Kick:
    """A kick (2, n) through its loudness image and back, on its own scale, (2, n)."""
    sizes = {"n_fft": way.n_fft, "hop_length": way.hop_length}
    spectrum = stft(kick, **sizes)
    scale = np.float32(np.abs(spectrum).max() / 100.0)
    magnitudes = amplitudes(loudness_image(kick, **sizes))
    if way.inverse == "true":
        return istft(magnitudes * scale * np.exp(1j * np.angle(spectrum)), kick.shape[1], **sizes)
    phase = None
    if way.start == "own":
        phase = 2.0 * np.pi * uniform(settings.seed, "experiments/phase", magnitudes.size).reshape(magnitudes.shape)
    momentum = FAST if way.inverse == "fast" else PLAIN
    found = griffin_lim(
        magnitudes,
        kick.shape[1],
        iterations=settings.iterations,
        momentum=momentum,
        initial_phase=phase,
        **sizes,
    )
    return found * scale


def low_band(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """What lies below `LOW_HZ`, with an edge of a fifth: (..., n) -> (..., n)."""
    size = 2 * signal.shape[-1]
    hz = np.fft.rfftfreq(size, 1.0 / SAMPLE_RATE)
    fall = np.clip((1.1 * LOW_HZ - hz) / (0.2 * LOW_HZ), 0.0, 1.0)
    gain = 0.5 - 0.5 * np.cos(np.pi * fall)
    return np.asarray(np.fft.irfft(np.fft.rfft(signal, size) * gain, size)[..., : signal.shape[-1]])


def body_correlation(true: Kick, found: Kick) -> float:
    """The largest correlation of the low bands of two kicks' mid, at any delay up to `LATEST`, of either polarity."""
    x, y = (low_band(kick.astype(np.float64).mean(axis=0)) for kick in (true, found))
    energy = float(np.sqrt((x @ x) * (y @ y)))
    if energy <= 0.0:
        return 0.0
    size = 2 * KICK_SAMPLES
    crossed = np.fft.irfft(np.fft.rfft(x, size) * np.conj(np.fft.rfft(y, size)), size)
    near = np.concatenate([crossed[: LATEST + 1], crossed[-LATEST:]])
    return float(np.abs(near).max()) / energy


def snr_db(true: Kick, found: Kick) -> float:
    """Signal over error after the best gain, which may be negative: magnitudes know no polarity."""
    x, y = true.astype(np.float64).ravel(), found.astype(np.float64).ravel()
    gain = float(x @ y) / max(float(y @ y), 1e-30)
    error = float(((x - gain * y) ** 2).sum())
    return float(10.0 * np.log10(float(x @ x) / max(error, 1e-30)))


def convergence(true: Kick, found: Kick) -> float:
    """The spectral convergence of `SEEN`'s magnitudes."""
    x, y = (np.abs(stft(kick, *SEEN)) for kick in (true, found))
    return float(np.linalg.norm(y - x) / np.linalg.norm(x))


def measure(true: Kick, found: Kick, pitch: float | None) -> Row:
    """The measures of a kick that came back; `pitch` is the true one's, None where it has none."""
    described = describe(found)
    heard = described.get("pitch_hz")
    cents = None if pitch is None or heard is None else abs(1200.0 * float(np.log2(heard / pitch)))
    return {
        "pitch_cents": cents,
        "pitch_lost": pitch is not None and heard is None,
        "low_correlation": described.get("low_correlation"),
        "mono_loss_db": described.get("mono_loss_db"),
        "body_correlation": body_correlation(true, found),
        "convergence": convergence(true, found),
        "snr_db": snr_db(true, found),
    }


def measure_kick(library: Library, settings: Settings, key: str) -> Row:
    """The measures of one kick of a library in all ways, by the ways' names."""
    kick = library.audio(int(key))
    described = describe(kick)
    pitch = described.get("pitch_hz")
    row: Row = {way.name: measure(kick, there_and_back(kick, way, settings), pitch) for way in ways(settings)}
    row["real"] = {name: described.get(name) for name in ("pitch_hz", "low_correlation", "mono_loss_db")}
    return row


def _numbers(values: list[float | None]) -> list[float]:
    return [np.nan if value is None else value for value in values]


def summary(measured: list[Row], kits: list[str]) -> dict[str, Any]:
    """The figures of one way over all kicks."""
    figures: dict[str, Any] = {
        name: median_over_kits(_numbers([row[name] for row in measured]), kits) for name in MEASURES
    }
    pitched = [place for place, row in enumerate(measured) if row["pitch_cents"] is not None or row["pitch_lost"]]
    of_pitched = [kits[place] for place in pitched]
    lost = [measured[place]["pitch_lost"] for place in pitched]
    near = [not flag and measured[place]["pitch_cents"] <= 50.0 for place, flag in zip(pitched, lost, strict=True)]
    figures["pitch_lost_percent"] = share_over_kits(lost, of_pitched)
    figures["pitch_held_percent"] = share_over_kits(near, of_pitched)
    return figures


def run(settings: Settings, place: Place) -> Found:
    """Measure the kicks of a split in all ways."""
    library = place.library
    indices = spread_over(library, settings.split, settings.kicks)
    kits = kits_of(library, indices)
    made_with = [dataclasses.asdict(settings), library.fingerprint]
    rows = Rows(place.folder / "kicks.jsonl", lambda key: made_with)
    measured = rows.fill(map(str, indices), partial(measure_kick, library, settings), place.progress)
    figures: dict[str, Any] = {
        way.name: {
            "n_fft": way.n_fft,
            "hop_length": way.hop_length,
            "bin_hz": SAMPLE_RATE / way.n_fft,
            "inverse": way.inverse,
            "start": way.start,
            **summary([row[way.name] for row in measured], kits),
        }
        for way in ways(settings)
    }
    real = [row["real"] for row in measured]
    figures["real"] = {name: median_over_kits(_numbers([row[name] for row in real]), kits) for name in real[0]}
    figures["constants"] = {"low_hz": LOW_HZ, "seen": SEEN[0]}
    figures["ways"] = [way.name for way in ways(settings)]
    pitched = sum(row["pitch_hz"] is not None for row in real)
    counts = {"kicks": len(indices), "kits": len(set(kits)), "pitched": pitched}
    return Found(figures, OVER_KITS, counts)
