"""The builder of a pack: kicks drawn, chosen, named, and written with presets and texts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.instrument.devices import shortener
from kickitout.instrument.names import note_part
from kickitout.instrument.recipes import Encoding, Recipe
from kickitout.measure.descriptors import describe
from kickitout.packs import chain, playing, presets, strudel, texts
from kickitout.packs.candidates import FACTOR, ROUNDS, Candidate, Draw, pitch_of
from kickitout.packs.place import MANIFEST, write_zip
from kickitout.packs.presets import FORMATS
from kickitout.packs.words import Title, file_prefix, file_stems, word
from kickitout.sound.kick import Kick, midi_note
from kickitout.sound.marking import Marking
from kickitout.sound.sheet import draw_sheet, save_png
from kickitout.system.files import make_folder, write_text

SHEET_FILE, README_FILE, LICENCE_FILE = "sheet.png", "README.txt", "LICENSE.txt"
LAYERS_FOLDER = "layers"

STRUDEL, CHAIN = "strudel", "chain"
"""Layouts that are no sampler's preset."""

WIDE_SHEET = 32
"""From so many kicks on a sheet has eight columns."""

IN_TUNE = 0.1
"""Semitones. A root that is so near to a note is written as that note. The chunk holds a note and what is above it,
which many samplers do not read: of a kick 1 cent under F they would take E."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class PackKick:
    """A kick of a pack.

    Attributes:
        file: its name in the pack's folder.
        word: for its timbre.
        note: the nearest note as in its name; None of an unpitched one.
        pitch_hz: measured; None of an unpitched one.
        seed, attempt: which kick of the model it is.
        true_peak_db: its true peak in dBTP.
        loudness_lufs: its loudness in LUFS.
        remarks: sentences on targets that were missed.
    """

    file: str
    word: str
    note: str | None
    pitch_hz: float | None
    seed: int
    attempt: int
    true_peak_db: float
    loudness_lufs: float
    remarks: tuple[str, ...] = ()


def has_presets(layouts: Sequence[str]) -> bool:
    """Whether any of some layouts is a sampler's."""
    return not FORMATS.keys().isdisjoint(layouts)


def _sampler_root(root: float) -> float:
    """The root note of a file for samplers, as a MIDI note."""
    nearest = float(round(root))
    return nearest if abs(root - nearest) <= IN_TUNE else round(root, 4)


def title_of(described: Mapping[str, float], recipe: Recipe) -> Title:
    """What the name of a kick's file tells in a pack, by its descriptors and its recipe."""
    return Title(word(described), recipe.seed, note_part(pitch_of(described)), recipe.mark)


def write_sheet(folder: Path, name: str, kicks: Sequence[tuple[str, NDArray[np.float32]]]) -> None:
    """Write the contact sheet of a pack: of names of files and kicks, (2, n) at 44.1 kHz."""
    columns = 8 if len(kicks) >= WIDE_SHEET else 4
    save_png(draw_sheet(kicks, title=f"{name}, {len(kicks)} kicks", columns=columns), folder / SHEET_FILE)


@dataclass
class Builder:
    """Makes a pack; its lists hold what it has made."""

    name: str
    draw: Draw
    n: int
    encoding: Encoding
    root: bool
    layouts: Sequence[str]
    playable: int
    progress: Progress
    longest_name: int | None = None
    kicks: list[PackKick] = field(default_factory=list)
    presets: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._done = 0
        self._total = FACTOR * self.n + self.n + self.playable * playing.FILES
        self._shorter = shortener(self.longest_name)

    def _step(self) -> None:
        self._done += 1
        self._total = max(self._total, self._done)
        self.progress(self._done, self._total)

    def chosen(self) -> list[Candidate]:
        """Draw, and choose. Raises `InputError` where there are too few."""
        count, drawn = FACTOR * self.n, 0
        for _ in range(ROUNDS):
            for number in self.draw.more(drawn, count):
                drawn = number + 1
                self._step()
            chosen = self.draw.chosen(self.n)
            if chosen is not None:
                return chosen
            if not self.draw.kept:  # none of many: more would not help
                break
        raise InputError(
            "n",
            self.n,
            "only {kept} of {drawn} candidates fit the pack (the last that does not: {reason}); ask for fewer, for "
            "other notes, or leave the gate out: {gate:off}",
            kept=len(self.draw.kept),
            drawn=drawn,
            reason=self.draw.reason,
        )

    def write(self, folder: Path, chosen: Sequence[Candidate], arguments: dict[str, Any]) -> None:
        """Write all files of the pack into an empty folder."""
        made = self._write_kicks(folder, chosen)
        if has_presets(self.layouts):
            self._write_kits(folder)
            self._write_instruments(folder, chosen, made)
        if STRUDEL in self.layouts:
            text = strudel.strudel_json(file_prefix(self.name), [kick.file for kick in self.kicks])
            write_text(folder / strudel.FILE, text)
            self._keep(strudel.FILE)
        if CHAIN in self.layouts:
            self._write_chains(folder, made[0].marking)
        write_sheet(
            folder, self.name, [(Path(own.file).stem, kick.audio) for own, kick in zip(self.kicks, made, strict=True)]
        )
        self._write_texts(folder, arguments)

    def _write_kicks(self, folder: Path, chosen: Sequence[Candidate]) -> list[Kick]:
        titles = [title_of(one.described, Recipe.model_validate(one.kick.recipe)) for one in chosen]
        files = (self._shorter(f"{stem}.wav") for stem in file_stems(self.name, titles))
        for one, title, file in zip(chosen, titles, files, strict=True):
            pitch = pitch_of(one.described)
            self._save(folder, file, one.kick, midi_note(pitch or 0.0))
            self.kicks.append(
                PackKick(
                    file=file,
                    word=title.word,
                    note=title.note,
                    pitch_hz=pitch,
                    seed=one.seed,
                    attempt=one.kick.recipe.get("attempt", 0),
                    true_peak_db=one.described["true_peak_db"],
                    loudness_lufs=one.described["loudness_lufs"],
                    remarks=one.kick.remarks,
                )
            )
            self._step()
        return [one.kick for one in chosen]

    def _save(self, folder: Path, file: str, kick: Kick, root: float | None) -> None:
        note = None if root is None or not self.root else _sampler_root(root)
        kick.save(folder / file, **self.encoding.model_copy(update={"root": note}).model_dump())
        self.files.append(file)

    def _write_kits(self, folder: Path) -> None:
        prefix = file_prefix(self.name)
        kits = presets.kits([kick.file for kick in self.kicks])
        for number, kit in enumerate(kits, start=1):
            stem, title = (f"{prefix}_kit", f"{self.name}, a kick a key")
            if len(kits) > 1:
                stem, title = f"{stem}_{number}", f"{title}, {number} of {len(kits)}"
            told = {layout: sampler.kit(title, kit) for layout, sampler in FORMATS.items()}
            self._write_presets(folder, stem, told, [file for _, file in kit])

    def _write_presets(self, folder: Path, stem: str, texts_of: Mapping[str, str], files: Sequence[str]) -> None:
        """Write the presets of the layouts that were chosen; `texts_of` has one for each of FORMATS, and all play the
        same files."""
        for layout, text in texts_of.items():
            if layout not in self.layouts:
                continue
            path, packed = folder / f"{stem}.{layout}", FORMATS[layout].packed
            if packed is None:
                write_text(path, text)
            else:
                sounds = ((Path(file).name, (folder / file).read_bytes()) for file in files)
                write_zip(path, ((packed, text.encode()), *sounds))
            self._keep(path.name)

    def _write_chains(self, folder: Path, marking: Marking | None) -> None:
        """Write all kicks as slices of one file, or of several where there are too many."""
        groups = chain.chains([kick.file for kick in self.kicks])
        bits, rate, plain = self.encoding.bits, self.encoding.rate, bool(self.encoding.plain)
        for number, files in enumerate(groups, start=1):
            stem = f"{file_prefix(self.name)}_chain" + (f"_{number}" if len(groups) > 1 else "")
            file = self._shorter(f"{stem}.wav")
            paths = [folder / one for one in files]
            data = chain.chain(paths, bits=bits, rate=rate, marking=marking, plain=plain)
            (folder / file).write_bytes(data)
            self._keep(file)

    def _keep(self, preset: str) -> None:
        """Note a file that plays kicks of the pack."""
        self.presets.append(preset)
        self.files.append(preset)

    def _write_instruments(self, folder: Path, chosen: Sequence[Candidate], made: Sequence[Kick]) -> None:
        """The instruments: of the most typical kicks, leaving out those that cannot be played softer."""
        order = sorted(range(self.n), key=lambda index: float((chosen[index].embedding ** 2).sum()))
        written = 0
        for index in order:
            if written == self.playable:
                return
            found = self._hits(made[index])
            if found is not None:
                self._write_instrument(folder, self.kicks[index], made[index], found)
                written += 1
        if written < self.playable:
            self.remarks.append(
                f"{written} of {self.playable} instruments: no more kicks of the pack can be played softly"
            )

    def _hits(self, kick: Kick) -> list[playing.Hit] | None:
        """The kicks of an instrument, or None where they fail the gate or do not rise."""
        found: list[playing.Hit] = []
        try:
            for hit in playing.hits(self.draw.instrument, kick, self.draw.threads):
                found.append(hit)
                self._step()
        except InputError:  # no variation passes the gate
            return None
        described = describe(kick.audio, kick.sample_rate)
        levels: dict[int, list[float]] = {playing.LAYERS - 1: [playing.loudness(described)]}
        for hit in found:
            levels.setdefault(hit.layer, []).append(playing.loudness(hit.described))
        return found if playing.rises(levels) else None

    def _write_instrument(self, folder: Path, own: PackKick, kick: Kick, found: list[playing.Hit]) -> None:
        make_folder(folder / LAYERS_FOLDER)
        stem = Path(own.file).stem
        layers = []
        for number, (low, high) in enumerate(presets.velocities(playing.LAYERS)):
            files, roots = [], []
            if number == playing.LAYERS - 1:
                files, roots = [own.file], [midi_note(own.pitch_hz or 0.0)]
            for hit in (hit for hit in found if hit.layer == number):
                file = f"{LAYERS_FOLDER}/" + self._shorter(f"{stem}_v{number + 1}_r{hit.robin + 1}.wav")
                self._save(folder, file, hit.kick, hit.root)
                files.append(file)
                roots.append(hit.root)
            layers.append(presets.Layer(low, high, tuple(files), tuple(roots)))
        title = f"{self.name}, {stem} over all keys"
        told = {layout: sampler.instrument(title, layers) for layout, sampler in FORMATS.items()}
        self._write_presets(folder, stem, told, [file for layer in layers for file in layer.files])

    def _write_texts(self, folder: Path, arguments: dict[str, Any]) -> None:
        bundle = self.draw.instrument.bundle
        kicks = [asdict(kick) for kick in self.kicks]
        self.files += [SHEET_FILE, README_FILE, LICENCE_FILE, MANIFEST]
        about = texts.readme(
            self.name,
            bundle.card,
            bundle.checksum,
            self.encoding,
            kicks,
            self.presets,
            self._instruments(),
            level=texts.level_words(self.draw.processing),
            mono=self.draw.processing.mono,
        )
        write_text(folder / README_FILE, about)
        write_text(folder / LICENCE_FILE, texts.licence(self.name, bundle.card))
        write_text(
            folder / MANIFEST, texts.manifest(self.name, bundle.card, bundle.checksum, arguments, kicks, self.files)
        )

    def _instruments(self) -> int:
        return len({Path(preset).stem for preset in self.presets} & {Path(kick.file).stem for kick in self.kicks})
