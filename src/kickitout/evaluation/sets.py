"""Sets of kicks with all measurements that figures are computed from.

All kicks, real or generated, are prepared alike: brought to the library's form (cut to the onset, full scale, 16 bits)
and measured one by one, so no figure depends on how they were stored. Only the gate sees a sound unprepared. A set is
ordered by the content of its kicks, so the order of files does not matter.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from kickitout.errors import AudioFileError, InputError
from kickitout.evaluation.spectra import PROFILE_SIZE, profile
from kickitout.library import reject
from kickitout.library.normalise import normalise
from kickitout.library.scan import Candidate, scan
from kickitout.library.store import Library, content_hash
from kickitout.library.walk import NO_AUDIO, printable, skipped_words
from kickitout.measure.descriptors import DESCRIPTORS, characteristics, describe
from kickitout.measure.embedding import EMBEDDING_SIZE, embed
from kickitout.measure.fingerprint import FINGERPRINT_SIZE, fingerprint
from kickitout.measure.gate import judge
from kickitout.measure.taste import taste
from kickitout.sound import audio
from kickitout.sound.kick import FULL_SCALE, KICK_SAMPLES, SAMPLE_RATE
from kickitout.system.randomness import permutation
from kickitout.system.workers import available_processors, in_order, open_workers

Progress = Callable[[int, int], None]
"""Called with (done, total)."""

LONGEST_SECONDS = 10.0
"""How much of a file is read: a kick is shorter."""

LEAST_PEAK = 1e-4
"""A sound with a lower peak-to-peak range (-80 dB of full scale) counts as silence: scaling would amplify noise."""


@dataclass(frozen=True)
class KickSet:
    """Kicks and their measurements, one row for each kick, in the order of their content hashes.

    Attributes:
        name: the set's name in reports.
        files: the name of each kick.
        kits: the kit of each kick: the unit of resampling and of cross-validation.
        hashes: SHA-256 of the prepared samples.
        samples: int16 (n, 2, 22050): cut to the onset, at full scale.
        embeddings: float64 (n, d), see `kickitout.measure.embedding`.
        fingerprints: float32 (n, 288), see `kickitout.measure.fingerprint`.
        descriptors: float64 (n,) by name, NaN where undefined for a kick; see `kickitout.measure.descriptors`.
        is_kick: bool (n,), whether it has the draft's defining characteristics.
        faults: names of the gate's rules that the unprepared sound fails; see `kickitout.measure.gate`.
        profiles: float32 (n, p), see `spectra.profile`.
        refused: (file, reason) of files that could not be read or were not looked at.
        notes: on its folder, in sentences.
    """

    name: str
    files: tuple[str, ...]
    kits: tuple[str, ...]
    hashes: tuple[str, ...]
    samples: NDArray[np.int16]
    embeddings: NDArray[np.float64]
    fingerprints: NDArray[np.float32]
    descriptors: dict[str, NDArray[np.float64]]
    is_kick: NDArray[np.bool_]
    faults: tuple[tuple[str, ...], ...]
    profiles: NDArray[np.float32]
    refused: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.files)

    def audio(self, index: int) -> NDArray[np.float32]:
        """One kick as float32 (2, 22050) within [-1, 1]."""
        return np.asarray(self.samples[index].astype(np.float32) / FULL_SCALE, dtype=np.float32)

    def keeps(self) -> list[bool]:
        """Whether a producer would keep each kick, by the rules of taste."""
        return [taste(self.audio(index)).keeps for index in range(len(self))]

    def select(self, indices: Iterable[int], name: str | None = None) -> "KickSet":
        """The kicks at `indices`, each at most once, in the set's own order."""
        kept = np.unique(np.fromiter(indices, dtype=np.int64))
        return KickSet(
            name=self.name if name is None else name,
            files=tuple(self.files[i] for i in kept),
            kits=tuple(self.kits[i] for i in kept),
            hashes=tuple(self.hashes[i] for i in kept),
            samples=self.samples[kept],
            embeddings=self.embeddings[kept],
            fingerprints=self.fingerprints[kept],
            descriptors={key: values[kept] for key, values in self.descriptors.items()},
            is_kick=self.is_kick[kept],
            faults=tuple(self.faults[i] for i in kept),
            profiles=self.profiles[kept],
            refused=self.refused,
            notes=self.notes,
        )

    def draw(self, count: int, seed: int = 0) -> "KickSet":
        """`count` of the kicks at random, or all if there are no more; the same ones for the same seed."""
        return self.select(permutation(seed, "evaluation/draw", len(self))[:count])


@dataclass(frozen=True)
class Sound:
    """One sound to be measured: its name, its kit, and either its file or its samples.

    Attributes:
        path: the file, if no samples are given.
        samples: int16 (2, n), already in the library's form; measured as they are.
        raw: float32 (2, n) at 44.1 kHz, straight from a generator.
    """

    file: str
    kit: str
    path: Path | None = None
    samples: NDArray[np.int16] | None = None
    raw: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class _Row:
    """The measurements of one sound; if `refused` states why it could not be read, there are none."""

    file: str
    kit: str
    samples: NDArray[np.int16] | None = None
    embedding: NDArray[np.float64] | None = None
    fingerprint: NDArray[np.float32] | None = None
    profile: NDArray[np.float32] | None = None
    descriptors: dict[str, float] | None = None
    is_kick: bool = False
    faults: tuple[str, ...] = ()
    refused: str = ""


def _padded(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    result = np.zeros((2, KICK_SAMPLES), dtype=np.int16)
    length = min(samples.shape[1], KICK_SAMPLES)
    result[:, :length] = samples[:, :length]
    return result


def bring_to_form(sound: NDArray[np.float32], sample_rate: int) -> NDArray[np.int16]:
    """A decoded sound (1 or 2 channels, n) in the library's form, int16 (2, 22050).

    Unlike in `normalise`, silence is valid: a generator that makes silence is judged for it.
    """
    if reject.peak_to_peak(sound) < LEAST_PEAK:
        return np.zeros((2, KICK_SAMPLES), dtype=np.int16)
    return normalise(sound, sample_rate).samples


def _read(path: Path) -> tuple[NDArray[np.float32], int]:
    """A file's sound (1 or 2 channels, n) and rate. Raises `AudioFileError`."""
    info = audio.probe(path)
    if info.channels > 2:
        remedy = "has {channels} channels; give a file with one or two"
        raise AudioFileError(path, remedy, channels=info.channels, reason=reject.CHANNELS)
    sound, rate = audio.read(path, max_seconds=LONGEST_SECONDS)
    if not np.isfinite(sound).all():
        raise AudioFileError(path, "holds samples that are not numbers; give another", reason=reject.NON_FINITE)
    return sound, rate


def _measure_any(sound: Sound) -> _Row:
    """The same of a file, whatever is the matter with it: one among many must not end the work."""
    if sound.path is None:
        return _measure_one(sound)
    try:
        return _measure_one(sound)
    except Exception as error:
        return _Row(sound.file, sound.kit, refused=reject.fault(error))


def _measure_one(sound: Sound) -> _Row:
    if sound.samples is not None:
        samples = _padded(sound.samples)
        in_form = samples.astype(np.float32) / np.float32(FULL_SCALE)
        as_it_came, rate = in_form, SAMPLE_RATE
    else:
        try:
            raw, rate = (sound.raw, SAMPLE_RATE) if sound.path is None else _read(sound.path)
        except AudioFileError as error:
            return _Row(sound.file, sound.kit, refused=error.reason)
        if raw is None or not np.isfinite(raw).all():
            return _Row(sound.file, sound.kit, refused=reject.NON_FINITE)
        as_it_came = np.ascontiguousarray(np.broadcast_to(raw, (2, raw.shape[1])), dtype=np.float32)
        try:
            samples = bring_to_form(raw, rate)
        except reject.RejectedError as error:
            return _Row(sound.file, sound.kit, refused=error.reason)
        in_form = samples.astype(np.float32) / np.float32(FULL_SCALE)
    return _Row(
        file=sound.file,
        kit=sound.kit,
        samples=samples,
        embedding=embed(in_form),
        fingerprint=fingerprint(in_form),
        profile=profile(in_form),
        descriptors=describe(in_form),
        is_kick=characteristics(in_form).is_kick,
        faults=tuple(fault.rule for fault in judge(as_it_came, rate).faults),
    )


def _measure_chunk(sounds: Sequence[Sound]) -> list[_Row]:
    # A linear algebra library splits sums over threads: with one thread the result is the same to the bit.
    with threadpool_limits(1):
        return [_measure_any(sound) for sound in sounds]


def _stack(rows: Sequence[Any], shape: tuple[int, ...], kind: type) -> NDArray[Any]:
    return np.stack(rows) if rows else np.zeros((0, *shape), dtype=kind)


def _collect(name: str, rows: Iterable[_Row]) -> KickSet:
    kept: list[tuple[str, _Row]] = []
    refused = []
    for row in rows:
        if row.samples is None:
            refused.append((row.file, row.refused))
        else:
            kept.append((content_hash(row.samples), row))
    kept.sort(key=lambda one: (one[0], one[1].kit, one[1].file))
    table = [row for _, row in kept]
    measured = [row.descriptors or {} for row in table]
    return KickSet(
        name=name,
        files=tuple(row.file for row in table),
        kits=tuple(row.kit for row in table),
        hashes=tuple(digest for digest, _ in kept),
        samples=_stack([row.samples for row in table], (2, KICK_SAMPLES), np.int16),
        embeddings=_stack([row.embedding for row in table], (EMBEDDING_SIZE,), np.float64),
        fingerprints=_stack([row.fingerprint for row in table], (FINGERPRINT_SIZE,), np.float32),
        descriptors={
            one.name: np.array([row.get(one.name, np.nan) for row in measured], dtype=np.float64) for one in DESCRIPTORS
        },
        is_kick=np.array([row.is_kick for row in table], dtype=np.bool_),
        faults=tuple(row.faults for row in table),
        profiles=_stack([row.profile for row in table], (PROFILE_SIZE,), np.float32),
        refused=tuple(sorted(refused)),
    )


def measure(
    sounds: Sequence[Sound],
    *,
    name: str,
    workers: int | None = None,
    progress: Progress = lambda done, total: None,
) -> KickSet:
    """Measure sounds, in several processes if there are many.

    Args:
        sounds: the sounds to measure; those that cannot be read are listed in `refused`.
        name: the set's name.
        workers: processes; None: as many as there are cores. The result does not depend on it.
        progress: called with (done, total).

    Raises:
        InputError: fewer than one worker.
        KickItOutError: a worker was stopped from outside.
    """
    count = available_processors() if workers is None else workers
    if count < 1:
        raise InputError("workers", count, "too few; give at least 1")
    rows = []
    progress(0, len(sounds))
    with open_workers(count, len(sounds)) as executor:
        for row in in_order(executor, _measure_chunk, sounds, 4 * count):
            rows.append(row)
            progress(len(rows), len(sounds))
    return _collect(name, rows)


def from_arrays(
    kicks: NDArray[np.float32],
    *,
    name: str,
    files: Sequence[str] | None = None,
    kits: Sequence[str] | None = None,
    workers: int | None = None,
    progress: Progress = lambda done, total: None,
) -> KickSet:
    """A set of kicks straight from a generator.

    Args:
        kicks: float32 (n, 2, length) at 44.1 kHz.
        name: the set's name.
        files: the name of each kick; by default its number.
        kits: the kit of each; by default each kick is a kit of its own.
        workers, progress: see `measure`.
    """
    names = [f"{number:05d}" for number in range(len(kicks))] if files is None else list(files)
    sounds = [
        Sound(file, kit, raw=kick)
        for file, kit, kick in zip(names, names if kits is None else kits, kicks, strict=True)
    ]
    return measure(sounds, name=name, workers=workers, progress=progress)


def _kits_of(candidates: Sequence[Candidate]) -> list[str]:
    """Folders are kits, unless there is only one: then each file is a kit of its own."""
    kits = [f"{one.source}/{one.kit}" for one in candidates]
    return kits if len(set(kits)) > 1 else [one.file for one in candidates]


def from_folder(
    folder: str | Path, *, workers: int | None = None, progress: Progress = lambda done, total: None
) -> KickSet:
    """All audio files below a folder; those that cannot be read, and what is no file, are listed in `refused`.

    A file's kit is its folder (or the kit that a manifest.csv states); if all are in one folder, each is its own kit.

    Raises:
        InputError: the folder is missing, or holds no audio that can be read.
    """
    root = Path(folder)
    found = scan([root])
    if not found.candidates:
        raise InputError("path", root, NO_AUDIO, skipped=skipped_words(found.skipped))
    # Names are relative to the folder: the same kicks in another place are the same set.
    names = [printable(one.path.relative_to(root).as_posix()) for one in found.candidates]
    kits = _kits_of(found.candidates)
    sounds = [Sound(file, kit, path=one.path) for file, kit, one in zip(names, kits, found.candidates, strict=True)]
    result = measure(sounds, name=str(root), workers=workers, progress=progress)
    if not len(result):
        file, reason = result.refused[0]
        remedy = "holds no readable audio ({file}: {reason}); give WAV, AIFF, FLAC, OGG or MP3 files"
        raise InputError("path", root, remedy, file=file, reason=reason)
    skipped = [(printable(one.path.relative_to(root).as_posix()), one.why) for one in found.skipped]
    others = [f"{found.other_files:,} other files of {root} are not audio by name."] if found.other_files else []
    notes = [printable(note) for note in (*others, *found.notes)]
    return replace(result, refused=tuple(sorted([*result.refused, *skipped])), notes=tuple(notes))


def from_library(
    folder: str | Path,
    split: str,
    *,
    licence_classes: Collection[str] | None = None,
    workers: int | None = None,
    progress: Progress = lambda done, total: None,
) -> KickSet:
    """The kicks of one split of a prepared library.

    Raises:
        InputError: there is no library, or the split has no such kicks.
        DamagedFileError, VersionError: as their names say.
    """
    library = Library.open(folder)
    name = f"{folder}:{split}" + (f"@{','.join(sorted(licence_classes))}" if licence_classes else "")
    chosen = library.select({split}, licence_classes)
    if not chosen:
        there = ", ".join(sorted({entry.split for entry in library.entries})) or "none"
        raise InputError("split", name, "holds no kicks; the splits of this library are: {there}", there=there)
    sounds = []
    for index in chosen:
        entry = library.entries[index]
        # Reports are shared: the name of a kick must not reveal where its file was on the disk.
        name_of = f"{entry.source}/{Path(entry.file).name}"
        sounds.append(Sound(name_of, f"{entry.source}/{entry.kit}", samples=library.integers(index)))
    return measure(sounds, name=name, workers=workers, progress=progress)
