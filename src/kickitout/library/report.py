"""The report of `kick prepare` on a run and the library: counts, distributions, the split table, a sheet."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kickitout.library.reject import NOT_A_KICK, REASONS
from kickitout.library.rejections import rejections
from kickitout.library.splits import (
    LEAST_KICKS,
    LEAST_KITS,
    LEAST_SOURCES,
    LEAST_TO_TRAIN,
    SMALL_LIBRARY,
    SPLITS,
)
from kickitout.library.store import CONTACT_SHEET, REJECTIONS, REPORT, UNASSIGNED, Entry, Library
from kickitout.system.files import write_text
from kickitout.system.randomness import fraction

LISTED = 10
"""Files of a kind that the text names; all of them are in the data."""

SHEET_KICKS = 48
PERCENTILES = (5, 25, 50, 75, 95)


@dataclass
class Run:
    """The result of one run: found = known + taken + all rejected + not read.

    Attributes:
        found, known, taken: how many files.
        rejected: how many by reason.
        left_out_by_licence: how many of other licence classes.
        not_audio: how many files are not audio by name.
        notes: in words.
        refused: the rejected files, each with the reason.
        noted: what is to be said of files that were taken, each with a phrase of
            `kickitout.sound.reading.notes` and words.
        not_read: files that the machine did not give, each with the reason: the next run tries them again.
        skipped: what was not looked at, each with the reason: pipes, links to nothing, folders that cannot be read.
        corrected: kicks that were there and whose licence or class the manifest now states otherwise.
    """

    found: int = 0
    known: int = 0
    taken: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    left_out_by_licence: int = 0
    not_audio: int = 0
    notes: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    noted: list[tuple[str, str, str]] = field(default_factory=list)
    not_read: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    corrected: int = 0


@dataclass(frozen=True)
class Report:
    """A run and the library after it.

    `library` holds plain data: kicks, sources, kits, true_stereo, licence_classes, splits (one row each), by_source
    (kicks and rejections by reason), rejected (by reason), decay_ms and pitch_hz (percentiles).
    """

    run: Run
    library: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"run": {**vars(self.run), "rejected": dict(self.run.rejected)}, "library": self.library}


def split_table(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """One row for each split: split, kicks, kits, sources, and kicks by licence class."""
    rows = []
    for split in (*SPLITS, UNASSIGNED):
        members = [entry for entry in entries if entry.split == split]
        if members or split != UNASSIGNED:
            rows.append(
                {
                    "split": split,
                    "kicks": len(members),
                    "kits": len({(entry.source, entry.kit) for entry in members}),
                    "sources": len({entry.source for entry in members}),
                    "licence_classes": dict(sorted(Counter(entry.licence_class for entry in members).items())),
                }
            )
    return rows


def _percentiles(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    return {str(p): round(float(v), 1) for p, v in zip(PERCENTILES, np.percentile(values, PERCENTILES), strict=True)}


def split_notes(entries: Sequence[Entry], by_file: int) -> list[str]:
    """Which aims the splits miss, in words; `by_file` kits are spread over the splits."""
    if not entries:
        return []
    notes = []
    if by_file:
        notes.append(
            f"{by_file} {'kit is' if by_file == 1 else 'kits are'} split by file: with so few kits, validation and "
            "test hold siblings of the training kicks and flatter"
        )
    if len(entries) < SMALL_LIBRARY:
        return notes + _notes_on_few(Counter(entry.split for entry in entries))
    short = []
    for row in split_table(entries):
        name = row["split"]
        least = [
            (row[what], what, numbers[name])
            for numbers, what in ((LEAST_KICKS, "kicks"), (LEAST_KITS, "kits"), (LEAST_SOURCES, "sources"))
            if name in numbers
        ]
        if any(have < needed for have, _, needed in least):
            have = " of ".join(f"{have} {what}" for have, what, _ in least)
            short.append(f"{name} {have} (at least {' of '.join(str(needed) for _, _, needed in least)})")
    if short:
        notes.append(f"too small for figures that count: {', '.join(short)}")
    return notes


def _notes_on_few(kicks: Counter[str]) -> list[str]:
    """What a small library, with so many kicks in each split, cannot do."""
    if kicks.total() < LEAST_TO_TRAIN:
        return [f"training needs {LEAST_TO_TRAIN} kicks at least, there is {kicks.total()}; add more"]
    if kicks["test"]:
        return [f"{kicks['test']} kicks for tests are too few for figures that count: that takes {LEAST_KICKS['test']}"]
    return [
        f"fewer than {SMALL_LIBRARY} kicks: none is held out for tests (--test-split holds some of a new library "
        f"out), and as few as can be validate: {kicks['validation']} of {kicks.total()}"
    ]


def summarise(library: Library) -> dict[str, Any]:
    """The content of a library as plain data."""
    entries = library.entries
    by_source: dict[str, dict[str, Any]] = {}

    def row(source: str) -> dict[str, Any]:
        return by_source.setdefault(source, {"kicks": 0, "rejected": {}})

    for entry in entries:
        row(entry.source)["kicks"] += 1
    rejected: Counter[str] = Counter()
    for one in rejections(library.folder / REJECTIONS):
        rejected[one.reason] += 1
        reasons = row(one.source)["rejected"]
        reasons[one.reason] = reasons.get(one.reason, 0) + 1
    return {
        "kicks": len(entries),
        "fingerprint": library.fingerprint,
        "sources": len({entry.source for entry in entries}),
        "kits": len({(entry.source, entry.kit) for entry in entries}),
        "true_stereo": sum(entry.true_stereo for entry in entries),
        "licence_classes": dict(sorted(Counter(entry.licence_class for entry in entries).items())),
        "decay_ms": _percentiles([e.descriptors["decay_ms"] for e in entries if "decay_ms" in e.descriptors]),
        "pitch_hz": _percentiles([e.descriptors["pitch_hz"] for e in entries if "pitch_hz" in e.descriptors]),
        "unpitched": sum("pitch_hz" not in entry.descriptors for entry in entries if entry.described >= 2),
        "pitch_not_measured": sum(entry.described < 2 for entry in entries),
        "rejected": {reason: rejected[reason] for reason in REASONS if rejected[reason]},
        "by_source": dict(sorted(by_source.items())),
        "splits": split_table(entries),
    }


def _spread(percentiles: dict[str, float], unit: str) -> str:
    return " / ".join(f"{value:.0f}" for value in percentiles.values()) + f" {unit}" if percentiles else "none"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines: the first column left-aligned, the last free, numbers right-aligned."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(
            cell.ljust(width) if i in (0, len(row) - 1) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _listed(heading: str, files: Sequence[tuple[str, str]]) -> list[str]:
    """Files, each with the reason, as lines: the first few."""
    if not files:
        return []
    lines = [f"{heading}:", *(f"  {file}: {why}" for file, why in files[:LISTED])]
    return lines if len(files) <= LISTED else [*lines, f"  and {len(files) - LISTED:,} more (--json lists all)"]


def to_text(report: Report, folder: Path) -> str:
    """The report as text for people."""
    run, library = report.run, report.library
    places = " / ".join(str(p) for p in PERCENTILES)
    kicks = library["kicks"]
    stereo = f"{library['true_stereo']} ({100 * library['true_stereo'] / kicks:.0f} %)" if kicks else "0"
    rejected = sum(run.rejected.values())
    lines = [
        f"{folder}: kicks {kicks}, kits {library['kits']}, sources {library['sources']}, true stereo {stereo}",
        f"this run: {run.found} files found, {run.known} known before, {run.taken} taken, {rejected} rejected"
        + "".join(
            f"; {count} {words}"
            for count, words in (
                (run.left_out_by_licence, "of other licence classes left out"),
                (run.corrected, "with another licence than before"),
                (len(run.not_read), "not read this time"),
                (len(run.skipped), "skipped"),
                (run.not_audio, "other files"),
            )
            if count
        ),
        f"decay ({places} %): {_spread(library['decay_ms'], 'ms')}",
        f"pitch ({places} %): {_spread(library['pitch_hz'], 'Hz')}, unpitched {library['unpitched']}"
        + (f", of an earlier version and not measured {unknown}" if (unknown := library["pitch_not_measured"]) else ""),
    ]
    if library["rejected"]:
        lines.append(f"rejected in all {sum(library['rejected'].values())} (see {REJECTIONS}):")
        lines += _columns([(reason, str(count), "") for reason, count in library["rejected"].items()])
    lines.append("sources:")
    largest = sorted(library["by_source"].items(), key=lambda item: (-item[1]["kicks"], item[0]))
    rows = [("source", "kicks", "rejected")]
    rows += [
        (name, str(row["kicks"]), ", ".join(f"{count} {reason}" for reason, count in row["rejected"].items()))
        for name, row in largest[:20]
    ]
    lines += _columns(rows)
    if len(largest) > 20:
        lines.append(f"  and {len(largest) - 20} more (see {REPORT})")
    lines.append("splits:")
    table = [("split", "kicks", "kits", "sources", "licence classes")]
    for row in library["splits"]:
        classes = ", ".join(f"{word} {count}" for word, count in row["licence_classes"].items())
        table.append((row["split"], str(row["kicks"]), str(row["kits"]), str(row["sources"]), classes))
    lines += _columns(table)
    kinds = Counter(kind for _, kind, _ in run.noted)
    counts = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    lines += _listed(
        f"taken, with something to say of the file ({counts})",
        [(file, f"{kind}: {words}") for file, kind, words in run.noted],
    )
    lines += _listed("not read this time (the next run tries again)", run.not_read)
    lines += _listed("skipped", run.skipped)
    lines += _listed("rejected in this run", run.refused)
    lines += [f"note: {note}" for note in run.notes]
    if run.rejected[NOT_A_KICK]:
        lines.append("note: --keep-all also takes what is not a kick")
    return "\n".join(lines)


def contact_sheet(library: Library) -> None:
    """Draw up to 48 kicks of a library, drawn by hash over the kits, as contact-sheet.png. Raises `OutputError`."""
    from kickitout.sound.sheet import draw_sheet, save_png

    def draw(index: int) -> float:
        return fraction("sheet\x1f" + library.entries[index].content_hash)

    by_kit: dict[tuple[str, str], list[int]] = {}
    for index in sorted(range(len(library)), key=draw):
        entry = library.entries[index]
        by_kit.setdefault((entry.source, entry.kit), []).append(index)
    # The first of each kit, then the second of each, and so on.
    turns = sorted((turn, draw(index), index) for kit in by_kit.values() for turn, index in enumerate(kit))
    chosen = [index for _, _, index in turns[:SHEET_KICKS]]
    kicks = [(Path(library.entries[index].file).stem, library.audio(index)) for index in chosen]
    image = draw_sheet(kicks, title=f"{len(chosen)} of {len(library)} kicks", columns=6)
    save_png(image, library.folder / CONTACT_SHEET)


def write_report(report: Report, folder: Path) -> None:
    """Write report.json. Raises `OutputError`."""
    write_text(folder / REPORT, json.dumps(report.to_json(), ensure_ascii=False, indent=1) + "\n")
