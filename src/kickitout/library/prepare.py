"""From folders of samples to a prepared library."""

import signal
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import AudioFileError, InputError
from kickitout.library import reject
from kickitout.library.duplicates import DuplicateIndex
from kickitout.library.normalise import Prepared, quantise
from kickitout.library.one_shot import OneShot, read_one_shot, unlikeness
from kickitout.library.reject import RejectedError
from kickitout.library.report import Report, Run, contact_sheet, split_notes, summarise, write_report
from kickitout.library.scan import Candidate, scan
from kickitout.library.shards import decode, encode
from kickitout.library.splits import BY_FILE, KIT_SPLITS, KitName, assign
from kickitout.library.store import CONTACT_SHEET, content_hash
from kickitout.library.synthesis import design_kick, machine_of, synthesise_sine
from kickitout.library.walk import NO_AUDIO, printable, skipped_words
from kickitout.library.writer import LibraryWriter, NewKick
from kickitout.measure.descriptors import characteristics, describe
from kickitout.measure.fingerprint import fingerprint
from kickitout.sound import audio
from kickitout.sound.audio import Note
from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.reading.notes import UNLIKE
from kickitout.system.interrupts import held_signals
from kickitout.system.randomness import MAX_SEED
from kickitout.system.workers import available_processors, in_order, open_workers

Progress = Callable[[int, int], None]
"""Called with (done, total)."""


@dataclass(frozen=True)
class Outcome:
    """The outcome for one file: a kick, or a reason and a detail."""

    candidate: Candidate
    key: str
    kick: NewKick | None = None
    reason: str = ""
    detail: str = ""
    notes: tuple[Note, ...] = ()


def _kick_test(sound: OneShot, *, keep_all: bool) -> tuple[Note, ...]:
    """What a sound lacks to be a kick, as a note; without `keep_all`, raise `RejectedError` instead."""
    verdict = characteristics(sound.prepared.audio)
    if verdict.is_kick:
        return ()
    lacks = "; ".join(verdict.reasons)
    if not keep_all:
        raise RejectedError(reject.NOT_A_KICK, lacks)
    return (Note(UNLIKE, lacks),)


def _examine(candidate: Candidate, sound: OneShot) -> NewKick:
    """All measurements."""
    audio_in_form = sound.prepared.audio
    facts: dict[str, Any] = {
        "content_hash": content_hash(sound.prepared.samples),
        "file": candidate.file,
        "source": candidate.source,
        "kit": candidate.kit,
        "origin": candidate.origin,
        "licence": candidate.licence,
        "licence_class": candidate.licence_class,
        "gain_db": round(sound.prepared.gain_db, 3),
        "onset_shift": sound.prepared.onset_shift,
        "original_rate": sound.sample_rate,
        "original_channels": sound.channels,
        "true_stereo": sound.prepared.true_stereo,
        "length": sound.planes.shape[2],
        "descriptors": {name: round(value, 4) for name, value in describe(audio_in_form).items()},
    }
    return NewKick(facts, sound.planes, fingerprint(audio_in_form))


def prepare_file(candidate: Candidate, *, repair_channels: bool = False, keep_all: bool = False) -> Outcome:
    """Decode, normalise and examine one file; never raises because of one file, whatever is the matter with it."""
    key = candidate.key
    try:
        sound = read_one_shot(candidate.path, repair_channels=repair_channels)
        notes = (*sound.notes, *_kick_test(sound, keep_all=keep_all))
        return Outcome(candidate, key, kick=_examine(candidate, sound), notes=notes)
    except RejectedError as error:
        return Outcome(candidate, key, reason=error.reason, detail=error.detail)
    except AudioFileError as error:
        return Outcome(candidate, key, reason=error.reason, detail=error.problem())
    except Exception as error:  # one file among many must not end the work, and another version may read it
        return Outcome(candidate, key, reason=reject.NOT_READ, detail=reject.fault(error))


def read_kick(path: Path) -> NDArray[np.int16]:
    """The samples of `read_taken`, int16 (2, 22050)."""
    return read_taken(path)[0]


def read_taken(path: Path) -> tuple[NDArray[np.int16], tuple[Note, ...]]:
    """A one-shot's file in a library's form, int16 (2, 22050), and notes on it: also how it is unlike a kick.

    Raises:
        InputError: it is no single sound, with the reason.
        AudioFileError: it is not audio, or could not be read.
    """
    try:
        sound = read_one_shot(path)
        notes = (*sound.notes, *unlikeness(sound))
    except RejectedError as error:
        raise InputError("file", path, reject.NOT_TAKEN, reason=error.reason, detail=error.detail) from error
    except MemoryError as error:
        raise AudioFileError(path, audio.NOT_OPENED, words=reject.fault(error), reason=reject.NOT_READ) from error
    return sound.prepared.samples, notes


BUILTIN = ("kicks", "sines")
"""The kinds of sounds that `prepare_builtin` makes."""


def _builtin_key(kind: str, seed: int) -> str:
    return f"builtin-{kind}-{seed}"


def synthesise_one(kind: str, seed: int) -> Outcome:
    """One built-in kick or sine."""
    if kind == "kicks":
        audio_in_form, kit = design_kick(seed)[0], machine_of(seed)
    else:
        audio_in_form, kit = synthesise_sine(seed)[0], f"sines-{seed // 16:04d}"
    candidate = Candidate(
        path=Path(),
        file=f"builtin/{kind}/{seed:08d}",
        source="builtin",
        kit=kit,
        origin=f"kickitout:{kind}:{seed}",
        licence="CC0-1.0",
        licence_class="clean",
    )
    key = _builtin_key(kind, seed)
    integers, gain_db = quantise(audio_in_form)
    stereo = bool((integers[0] != integers[1]).any())
    prepared = Prepared(integers, gain_db, 0, stereo, integers.shape[1] / SAMPLE_RATE)
    sound = OneShot(prepared, encode(integers), SAMPLE_RATE, 2)
    try:
        if kind == "kicks":
            _kick_test(sound, keep_all=False)
        return Outcome(candidate, key, kick=_examine(candidate, sound))
    except RejectedError as error:
        return Outcome(candidate, key, reason=error.reason, detail=error.detail)


def synthesise_chunk(items: Sequence[tuple[str, int]]) -> list[Outcome]:
    """`synthesise_one` for several (kind, seed): one task of an executor."""
    return [synthesise_one(kind, seed) for kind, seed in items]


def prepare_chunk(
    candidates: Sequence[Candidate], *, repair_channels: bool = False, keep_all: bool = False
) -> list[Outcome]:
    """`prepare_file` for several files: one task of an executor."""
    return [prepare_file(one, repair_channels=repair_channels, keep_all=keep_all) for one in candidates]


class _Intake:
    """Processes outcomes in order: rejects, finds duplicates, stores."""

    def __init__(self, writer: LibraryWriter, run: Run, *, look_for_near: bool = True) -> None:
        self.writer = writer
        self.run = run
        self.look_for_near = look_for_near
        self.by_hash = {entry.content_hash: index for index, entry in enumerate(writer.library.entries)}
        self.index = DuplicateIndex(writer.library.kick_fingerprints())

    def take(self, outcome: Outcome) -> None:
        """Store one kick, or list it as rejected, and mark it as seen; a file that was not read is not judged."""
        kick = outcome.kick
        if kick is None:
            if outcome.candidate.named:
                facts = {"reason": outcome.reason, "detail": outcome.detail}
                remedies = {reject.NOT_READ: "{detail}", reject.NOT_A_KICK: reject.LACKING}
                remedy = remedies.get(outcome.reason, reject.NOT_TAKEN)
                raise InputError("file", Path(outcome.candidate.file), remedy, **facts)
            if outcome.reason == reject.NOT_READ:
                self.run.not_read.append((outcome.candidate.file, outcome.detail))
                return
            self._reject(outcome, outcome.reason, outcome.detail)
        elif (name := kick.facts["content_hash"]) in self.by_hash:
            first = self.writer.file(self.by_hash[name])
            if first == outcome.candidate.file:  # modified, or seen by a run that was killed
                self.run.known += 1
            else:
                self._reject(outcome, reject.EXACT_DUPLICATE, f"of {first}")
        elif (near := self._near(kick)) is not None:
            self._reject(outcome, reject.NEAR_DUPLICATE, f"of {self.writer.file(near)}")
        else:
            self.by_hash[name] = len(self.writer)
            self.index.add(kick.fingerprint)
            self.run.taken += 1
            self.writer.add(kick)
        if kick is not None:
            self.run.noted += ((outcome.candidate.file, note.kind, note.words) for note in outcome.notes)
        # After `add`: its flush must not mark a file as seen before its outcome is being written.
        if outcome.key:
            self.writer.mark_seen(outcome.key)

    def _near(self, kick: NewKick) -> int | None:
        if not self.look_for_near:
            return None
        return self.index.find(kick.fingerprint, decode(kick.planes), self.writer.integers)

    def _reject(self, outcome: Outcome, reason: str, detail: str) -> None:
        self.writer.reject(outcome.candidate.file, outcome.candidate.source, reason, detail)
        self.run.rejected[reason] += 1
        self.run.refused.append((outcome.candidate.file, f"{reason}: {detail}" if detail else reason))


def _asked_splits(candidates: Sequence[Candidate], run: Run) -> dict[KitName, str]:
    """The split that manifests ask for each kit; what cannot be followed is noted."""
    asked: defaultdict[KitName, set[str]] = defaultdict(set)
    for one in candidates:
        if one.kit_split:
            asked[one.source, one.kit].add(one.kit_split)
    followed = {kit: next(iter(words)) for kit, words in asked.items() if len(words) == 1 and words <= set(KIT_SPLITS)}
    if odd := sorted(asked.keys() - followed.keys()):
        known = ", ".join(KIT_SPLITS)
        run.notes.append(
            f"kit_split of {len(odd)} kits not used (first: {'/'.join(odd[0])}): it must be one of {known}, and the "
            "same for a whole kit"
        )
    return followed


def _correction_notes(corrected: Sequence[str], licence_classes: Collection[str] | None) -> list[str]:
    """What to say of kicks, by their licence classes now, that are no longer of those asked for: they stay."""
    gone = 0 if licence_classes is None else sum(one not in licence_classes for one in corrected)
    if not gone:
        return []
    remedy = "train with data.licence_classes to leave them out"
    return [f"{gone} kicks are now of other licence classes and stay in the library: {remedy}"]


def _finish(writer: LibraryWriter, run: Run, *, test_split: bool, asked: Mapping[KitName, str] | None = None) -> Report:
    """Assign new kicks to splits, draw the sheet, write the report."""
    known = {**(asked or {}), **writer.known_splits()}
    splits, kits = assign(writer.library.entries, known, test_split=test_split)
    writer.assign(splits, kits)
    run.notes += split_notes(writer.library.entries, sum(split == BY_FILE for split in kits.values()))
    report = Report(run, summarise(writer.library))
    if run.taken or not (writer.folder / CONTACT_SHEET).exists():
        contact_sheet(writer.library)
    write_report(report, writer.folder)
    return report


def _take_all(
    intake: _Intake,
    work: Callable[[Any], list[Outcome]],
    items: Sequence[Any],
    *,
    workers: int | None,
    executor: Executor | None,
    in_flight: int | None,
    progress: Progress,
) -> None:
    count = available_processors() if workers is None else workers
    if count < 1:
        raise InputError("workers", count, "too few; give at least 1")
    with open_workers(count if executor is None else 1, len(items)) as own:
        outcomes = in_order(executor or own, work, items, in_flight or 4 * max(count, available_processors()))
        progress(0, len(items))
        try:
            with held_signals(signal.SIGINT) as stop_requested:
                for done, outcome in enumerate(outcomes, start=1):
                    intake.take(outcome)
                    intake.writer.flush_if_due()
                    progress(done, len(items))
                    if stop_requested():
                        raise KeyboardInterrupt
        finally:
            intake.writer.flush()


@contextmanager
def _open_writer(folder: Path) -> Iterator[LibraryWriter]:
    """A writer that leaves no empty library behind if the input is wrong."""
    with LibraryWriter(folder) as writer:
        try:
            yield writer
        except InputError:
            writer.discard_if_new()
            raise


def _check_destination(folder: Path, roots: Sequence[Path]) -> None:
    for root in roots:
        with suppress(OSError):
            if root.samefile(folder):
                raise InputError("destination", folder, "the samples are there; choose another folder for the library")


def prepare_folders(
    places: Sequence[str | Path],
    destination: str | Path,
    *,
    manifest: str | Path | None = None,
    licence_classes: Collection[str] | None = None,
    repair_channels: bool = False,
    keep_all: bool = False,
    test_split: bool = False,
    workers: int | None = None,
    executor: Executor | None = None,
    in_flight: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Add the kicks of folders and files to a library, which is created if it does not exist.

    Files that the library knows (by path, size and modification time) are not read again, and stored kicks never
    change; only the licence and its class follow what the manifest says now. The library is valid whenever the run is
    stopped, and the next run continues.

    Args:
        places: folders, searched to any depth, and files.
        destination: the library's folder.
        manifest: a CSV file about the files of the one folder given; without it each folder's manifest.csv is used.
        licence_classes: take only these.
        repair_channels: take files with a silent, inverted or late channel without that fault: see `read_one_shot`.
        keep_all: take every single sound, also one that is unlike a kick, with a note on it; also those that an earlier
            run rejected for that.
        test_split: hold kicks out for tests even from a small library (see `kickitout.library.splits`).
        workers: processes; None: as many as there are cores.
        executor: does the work on the files instead of new processes (a Dask client's `get_executor()`, say).
        in_flight: tasks of eight files that may wait in the executor at a time.
        progress: called with (done, total).

    Raises:
        InputError: a place is missing or holds no usable audio; a named file is rejected; the manifest is wrong.
        OutputError, DamagedFileError, VersionError: as their names say.
    """
    folder = Path(destination)
    roots = [Path(place) for place in places]
    _check_destination(folder, roots)
    found = scan(
        roots,
        manifest=None if manifest is None else Path(manifest),
        licence_classes=licence_classes,
        excluded=[folder],
    )
    if not found.candidates and found.left_out and licence_classes:
        remedy = "none of the {left_out} files is of this class; choose another {licence_classes}"
        raise InputError("licence_classes", list(licence_classes), remedy, left_out=len(found.left_out))
    if not found.candidates:
        raise InputError("path", roots, NO_AUDIO, skipped=skipped_words(found.skipped))
    with _open_writer(folder) as writer:
        everything = [*found.candidates, *found.left_out]
        corrected = writer.correct(everything)
        again = writer.lacking() if keep_all else set()
        new = [one for one in found.candidates if one.key not in writer.seen or (one.file, one.source) in again]
        run = Run(
            found=len(found.candidates),
            known=len(found.candidates) - len(new),
            left_out_by_licence=len(found.left_out),
            not_audio=found.other_files,
            notes=[printable(note) for note in found.notes],
            skipped=[(printable(str(one.path)), one.why) for one in found.skipped],
            corrected=len(corrected),
        )
        run.notes += _correction_notes(corrected, licence_classes)
        intake = _Intake(writer, run)
        work = partial(prepare_chunk, repair_channels=repair_channels, keep_all=keep_all)
        _take_all(intake, work, new, workers=workers, executor=executor, in_flight=in_flight, progress=progress)
        duplicates = run.rejected[reject.EXACT_DUPLICATE] + run.rejected[reject.NEAR_DUPLICATE]
        if not len(writer) or not run.taken + run.known + duplicates:
            each = [*run.rejected.most_common(), *([(reject.NOT_READ, len(run.not_read))] if run.not_read else [])]
            counts = ", ".join(f"{count} {reason}" for reason, count in each)
            raise InputError("path", roots, "holds no usable kick ({counts}); give one with kicks", counts=counts)
        if again:
            writer.forget_lacking()
        return _finish(writer, run, test_split=test_split, asked=_asked_splits(everything, run))


def prepare_builtin(
    kind: str,
    n: int,
    destination: str | Path,
    *,
    seed: int = 0,
    test_split: bool = False,
    workers: int | None = None,
    executor: Executor | None = None,
    in_flight: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Add built-in synthesised sounds to a library: the kicks or sines of seeds `seed` ... `seed + n - 1`.

    Kicks are treated like files, including the kick test and the search for duplicates; sines skip both.

    Raises:
        InputError: an unknown kind, or numbers out of range.
        OutputError, DamagedFileError, VersionError: as their names say.
    """
    if kind not in BUILTIN:
        raise InputError("builtin", kind, "unknown; choose {known}", known=" or ".join(BUILTIN))
    if n < 1:
        raise InputError("n", n, "too few; give at least 1")
    if seed < 0 or seed + n - 1 > MAX_SEED:
        raise InputError("seed", seed, "out of range; give 0 to {most}", most=MAX_SEED - n + 1)
    with _open_writer(Path(destination)) as writer:
        items = [(kind, one) for one in range(seed, seed + n)]
        new = [item for item in items if _builtin_key(*item) not in writer.seen]
        run = Run(found=n, known=n - len(new))
        intake = _Intake(writer, run, look_for_near=kind == "kicks")
        _take_all(
            intake, synthesise_chunk, new, workers=workers, executor=executor, in_flight=in_flight, progress=progress
        )
        return _finish(writer, run, test_split=test_split)
