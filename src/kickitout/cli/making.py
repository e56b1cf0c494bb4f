"""Shared by the verbs that make kicks: how files are written, and the report on them."""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cyclopts import Parameter

from kickitout.cli.output import Output
from kickitout.cli.values import Whole

if TYPE_CHECKING:
    from kickitout.instrument.recipes import Encoding, Recipe
    from kickitout.library.known import KnownKicks
    from kickitout.sound.kick import Kick

ON_SHEET = 64
"""The largest number of kicks on a sheet."""


@Parameter(name="*")
@dataclass(frozen=True)
class Written:
    """How files are written."""

    rate: Whole | None = None
    """The sample rate in Hz, 8000 to 192000. If not given: 44100."""

    bits: Literal["16", "24", "32f"] | None = None
    """The word length in bits; 32f is floating point. If not given: 24."""

    format: Literal["wav", "flac", "aiff"] | None = None
    """The file format. If not given: wav."""

    level: str | None = None
    """The level: a true peak in dBTP, such as peak:-1, or a loudness in LUFS, such as lufs:-14, as far as a true peak
    of -1 dBTP allows. If not given: peak:-1, or that of the kick that others are made from."""

    def encoding(self, recipe: "Recipe | None" = None) -> "Encoding":
        """The given values, else those of the recipe, else the defaults. Raises `InputError`."""
        from kickitout.instrument.recipes import choose_encoding

        given = {
            field.name: value
            for field in fields(self)
            if field.name != "level" and (value := getattr(self, field.name)) is not None
        }
        return choose_encoding(recipe, given)


def known_kicks(place: Path, leave_out: Sequence[Path], output: Output) -> "KnownKicks":
    """The kicks that exist already, except those about to be written; says how many there are.

    Raises:
        InputError: there is no such folder.
    """
    from kickitout.library.known import KnownKicks

    with output.progress("Listening") as progress:
        known = KnownKicks.below(place, leave_out=leave_out, progress=progress)
    report_known(known, place, output)
    return known


def report_known(known: "KnownKicks", place: Path, output: Output) -> None:
    """Say how many kicks new ones are compared with, and which files are none."""
    output.message(f"comparing with {len(known.paths):,} kicks in {place}")
    output.refused(known.refused, "files are not one sound")
    output.refused([(one.path, one.why) for one in known.skipped], "skipped")
    output.others(known.others)


def report(
    made: "Generator[tuple[Path, Kick]]",
    count: int,
    folder: Path,
    output: Output,
    *,
    sheet: str | None,
    label: str,
    redrawn_for: str = "did not pass the gate at first",
    together: bool = False,
) -> None:
    """Write kicks as they are made and report on them; with `sheet`, the title, also draw them.

    `redrawn_for`: why kicks were drawn again. `together`: `made` writes all or nothing, so nothing is there before it
    has ended.

    Raises:
        KeyboardInterrupt: with the number of finished kicks.
    """
    drawn = []
    results = []
    done = again = 0
    remarks: dict[str, list[str]] = {}
    try:
        with output.progress(label) as progress, closing(made):
            for path, kick in made:
                whole = "stem" not in kick.recipe
                done += whole
                again += whole and "attempt" in kick.recipe
                progress(done, count)
                result = {"file": str(path), "recipe": kick.recipe, "remarks": list(kick.remarks)}
                if together:
                    results.append(result)
                else:
                    output.result(str(path), result)
                for remark in kick.remarks:
                    remarks.setdefault(remark.partition(":")[0], []).append(f"{path.name}: {remark}")
                if sheet is not None and whole and done <= ON_SHEET:
                    drawn.append((path.name, kick.audio))
    except KeyboardInterrupt:
        finished = f"{done:,} of {count:,} kicks are finished and stay in {folder}"
        raise KeyboardInterrupt(f"stopped; {'no kick is written' if together else finished}") from None
    for result in results:
        output.result(str(result["file"]), result)
    if again:
        output.message(f"{again:,} of {count:,} {redrawn_for} and were drawn again")
    for sentences in remarks.values():
        more = len(sentences) - 1
        output.message(sentences[0] + (f" (and {more:,} more like it)" if more else ""))
    if sheet is not None:
        from kickitout.instrument.exports import SHEET_FILE
        from kickitout.sound.sheet import draw_sheet, save_png

        picture = folder / SHEET_FILE
        save_png(draw_sheet(drawn, title=sheet), picture)
        output.result(str(picture), {"sheet": str(picture)})
