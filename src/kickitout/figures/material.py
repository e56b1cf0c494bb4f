"""The data of figures: kicks, a run's metrics, generated kicks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.spectrogram import (
    N_BINS,
    N_FRAMES,
    loudness_image,
)
from kickitout.system.files import describe_os_error
from kickitout.training.run.folder import METRICS_FILE
from kickitout.training.run.folder import read_metrics as read_run_metrics


class Kicks(Protocol):
    """Kicks that a figure can be drawn from, such as a `Library`."""

    def __len__(self) -> int: ...

    def audio(self, index: int, samples: int = KICK_SAMPLES) -> NDArray[np.float32]:
        """One kick, float32 (2, samples)."""
        ...


class BuiltinKicks:
    """The first kicks of the built-in synthesiser, for figures without a library."""

    def __init__(self, count: int = 64) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def audio(self, index: int, samples: int = KICK_SAMPLES) -> NDArray[np.float32]:
        """A kick by a seed far enough from the last one to come from another machine."""
        from kickitout.library.synthesis import KICKS_PER_MACHINE, synthesise_kick

        audio, _ = synthesise_kick(index * (KICKS_PER_MACHINE + 1))
        return _fit_length(audio, samples)


@dataclass(frozen=True)
class Material:
    """The data of figures; None for what was not given."""

    kicks: Kicks
    metrics: Sequence[dict[str, Any]] | None = None
    generated: Sequence[NDArray[np.float32]] | None = None


def gather(library: Path | None, run: Path | None, generated: Path | None) -> Material:
    """Read the data of figures: a library (None: the built-in kicks), a training run, a folder of generated kicks.

    Raises:
        InputError: something is missing or empty.
        DamagedFileError, VersionError: as `Library.open` and `read_metrics`.
    """
    kicks: Kicks = BuiltinKicks()
    if library is not None:
        from kickitout.library.store import Library

        kicks = Library.open(library)
        if not len(kicks):
            raise InputError("library", library, "holds no kicks; add some with kick prepare")
    return Material(
        kicks=kicks,
        metrics=None if run is None else read_metrics(run),
        generated=None if generated is None else read_kicks(generated),
    )


def read_metrics(run: Path) -> list[dict[str, Any]]:
    """The lines of a run's metrics.jsonl. An incomplete last line is left out: the run may be writing it.

    Raises:
        InputError: there is no run, or it has written nothing yet.
        DamagedFileError: a line is not a JSON object.
    """
    try:
        rows = read_run_metrics(run)
    except OSError as error:
        remedy = "not a training run ({file}: {words}); give the folder of a run of kick train"
        raise InputError("run", run, remedy, file=METRICS_FILE, words=describe_os_error(error)) from error
    if not rows:
        raise InputError("run", run, "has no metrics yet, {file} is empty; let it train for a while", file=METRICS_FILE)
    return rows


def read_kicks(folder: Path, limit: int = 16) -> list[NDArray[np.float32]]:
    """The first audio files of a folder by name, each float32 (2, 22050): mono doubled, cut or padded to 500 ms.

    Raises:
        InputError: there is no such folder, or no audio in it.
        AudioFileError: one of the files cannot be read.
    """
    from kickitout.library.walk import audio_files
    from kickitout.sound.audio import read, resample

    if not folder.is_dir():
        raise InputError("generated", folder, "not a folder; make one with kick generate")
    files = [path for path in audio_files(folder).paths if path.parent == folder]
    if not files:
        raise InputError("generated", folder, "holds no audio files; make some with kick generate")
    kicks = []
    for path in files[:limit]:
        samples, rate = read(path, max_seconds=2.0)
        stereo = np.repeat(samples, 2, axis=0) if samples.shape[0] == 1 else samples[:2]
        kicks.append(_fit_length(resample(stereo, rate, SAMPLE_RATE), KICK_SAMPLES))
    return kicks


def _fit_length(audio: NDArray[np.float32], samples: int) -> NDArray[np.float32]:
    """(2, n) cut or padded with zeros to (2, samples)."""
    result = np.zeros((2, samples), dtype=np.float32)
    n = min(samples, audio.shape[1])
    result[:, :n] = audio[:, :n]
    return result


def mean_loudness_image(kicks: Kicks) -> NDArray[np.float32]:
    """The mean of all kicks' loudness images, (2, 176, 257): the draft's "average data point"."""
    total = np.zeros((2, N_FRAMES, N_BINS))
    for index in range(len(kicks)):
        total += loudness_image(kicks.audio(index))
    return (total / max(1, len(kicks))).astype(np.float32)


def typical_kick(kicks: Kicks, among: int = 32) -> int:
    """The index of the kick whose loudness image is nearest to the mean, among `among` spread over all."""
    candidates = np.unique(np.linspace(0, len(kicks) - 1, min(among, len(kicks))).round().astype(int))
    images = np.stack([loudness_image(kicks.audio(int(index))) for index in candidates])
    distances = np.square(images - images.mean(axis=0)).sum(axis=(1, 2, 3))
    return int(candidates[np.argmin(distances)])
