"""Shared by the verbs that make kicks: how files are written, and the report on them."""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from kickitout.cli.output import Output
from kickitout.cli.values import Whole
from kickitout.errors import InputError

if TYPE_CHECKING:
    from kickitout.instrument.devices import Device
    from kickitout.instrument.finishing import Processing
    from kickitout.instrument.originals import Original
    from kickitout.instrument.recipes import Encoding, Recipe
    from kickitout.library.known import KnownKicks
    from kickitout.sound.kick import Kick

ON_SHEET = 64
"""The largest number of kicks on a sheet."""

ENCODED = ("rate", "bits", "format")
"""The options that are fields of `Encoding`, too."""


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

    mono: bool | None = None
    """Write one channel: the mean of left and right, as loud as it may be. If not given: left and right."""

    plain: Annotated[bool, Parameter(negative=(), show_default=False)] = False
    """Write nothing but the sound into WAV files, for samplers that refuse tags: no recipe, no root note, no rights."""

    profile: Literal["digitakt", "octatrack", "sp404", "m8", "mpc"] | None = None
    """The sampler that the files are for: sets rate, bits, channels, and how long names may be. Other options override
    it."""

    level: str | None = None
    """The level: a true peak in dBTP, such as peak:-1, or a loudness in LUFS, such as lufs:-14, as far as a true peak
    of -1 dBTP allows. If not given: peak:-1, or that of the kick that others are made from."""

    def encoding(self, recipe: "Recipe | None" = None) -> "Encoding":
        """The given values, else the profile's, else those of the recipe, else the defaults. Raises `InputError`."""
        from kickitout.instrument.recipes import choose_encoding

        given: dict[str, Any] = {name: value for name in ENCODED if (value := getattr(self, name)) is not None}
        if self.plain:
            given["plain"] = True
        if self.device is not None:
            if given.setdefault("format", "wav") != "wav":
                raise InputError("format", self.format, "a {profile} has WAV files; leave one of both out")
            given = {"rate": self.device.rate, "bits": self.device.bits} | given
        return choose_encoding(recipe, given)

    @property
    def device(self) -> "Device | None":
        """The sampler that was named."""
        from kickitout.instrument.devices import device

        return None if self.profile is None else device(self.profile)

    @property
    def longest_name(self) -> int | None:
        """Characters of a file's name without its ending; None: any number."""
        return None if self.device is None else self.device.longest_name

    def finished(self, processing: "Processing") -> "Processing":
        """A processing with the level and the channels that were asked for, or the profile's. Raises `InputError`."""
        processing, mono = processing.at(self.level), self.mono
        if mono is None and self.device is not None:
            mono = self.device.channels == 1
        return processing if mono in (None, processing.mono) else processing.model_copy(update={"mono": mono})

    def original(self, original: "Original") -> "Original":
        """A kick to begin with whose variations have the channels that were asked for."""
        return replace(original, processing=self.finished(original.processing))


@Parameter(name="*")
@dataclass(frozen=True)
class Lengths:
    """How long files are."""

    length: float | None = None
    """The length of the files in ms, 30 to 2000. The same kick is cut, or sounds on; its last quarter, 125 ms at most,
    fades out. If not given: 500, or that of the kick that others are made from."""

    bpm: float | None = None
    """A tempo in beats a minute: with --beats, the length. WAV files tell samplers to play them as a loop."""

    beats: str | None = None
    """The length in beats of --bpm: a fraction such as 1/2, or a decimal."""

    @property
    def given(self) -> tuple[float | None, float | None, str | None]:
        """Milliseconds, tempo and beats, as functions take them."""
        return self.length, self.bpm, self.beats

    def check(self) -> None:
        """Raise `InputError` for what is no length of any kick."""
        from kickitout.instrument.lengths import length_in_beats

        length_in_beats(self.bpm, self.beats, self.length)


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
    redrawn_for: str | None = "did not pass the gate at first",
    together: bool = False,
) -> None:
    """Write kicks as they are made and report on them; with `sheet`, the title, also draw them.

    `redrawn_for`: why kicks were drawn again; None: that is how kicks are chosen, and not said. `together`: `made`
    writes all or nothing, so nothing is there before it has ended.

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
    if again and redrawn_for is not None:
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
