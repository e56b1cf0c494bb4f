"""From a name to a pack: arguments checked, kicks built, and the whole folder put in place at once."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from kickitout.errors import InputError
from kickitout.instrument.finishing import PROCESSING, USUAL_LEVEL
from kickitout.instrument.instrument import Instrument, load, threads_for
from kickitout.instrument.lengths import lasting, length_in_beats
from kickitout.instrument.recipes import Encoding
from kickitout.instrument.request import check_seeds, fresh_seed
from kickitout.library.known import KnownKicks
from kickitout.packs.build import CHAIN, STRUDEL, Builder, PackKick, Progress, has_presets
from kickitout.packs.candidates import FACTOR, ROUNDS, Draw, Pitch
from kickitout.packs.place import check_archive, check_folder, check_name, write_archive
from kickitout.packs.presets import FORMATS
from kickitout.system.files import make_folder, replacing, replacing_folder

LAYOUTS = ("wav", *FORMATS, STRUDEL, CHAIN)
"""What a pack may hold; the WAV files are always there: the presets play them."""


MOST_KICKS = 256


@dataclass(frozen=True)
class Pack:
    """A pack that was written.

    Attributes:
        folder: where it is.
        archive: the zip next to it, if one was requested.
        seed: that of the first candidate; the same seed gives the same pack.
        kicks: in the order of the keys.
        presets: names of the sampler presets.
        files: names of all files in the folder.
        remarks: sentences on instruments that could not be made.
        known: the kicks that its own were compared with, if there were to be no others like them.
    """

    folder: Path
    archive: Path | None
    seed: int
    kicks: tuple[PackKick, ...]
    presets: tuple[str, ...]
    files: tuple[str, ...]
    remarks: tuple[str, ...]
    known: KnownKicks | None = None


def make_pack(
    name: str,
    folder: str | Path | None = None,
    *,
    n: int = 64,
    notes: Sequence[str] = (),
    layouts: Sequence[str] = ("wav",),
    instruments: int | None = None,
    zipped: bool = False,
    unique_against: str | Path | None = None,
    root: bool = True,
    seed: int | None = None,
    model: str | Path | None = None,
    gate: bool = True,
    as_drawn: bool = False,
    length_ms: float | None = None,
    bpm: float | None = None,
    beats: str | float | None = None,
    level: str | None = None,
    encoding: Encoding | None = None,
    mono: bool = False,
    longest_name: int | None = None,
    threads: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Pack:
    """Make a sample pack. The same arguments and the same seed give the same bytes on the same machine.

    Args:
        name: 1 to 40 letters, digits, spaces, - and _; the files' names begin with it.
        folder: where the pack goes; None: `name` in the current folder. It must be absent, empty or an earlier
            pack of Kick It Out, which is replaced.
        n: the number of kicks, 1 to 256.
        notes: notes to tune the kicks to in turn, such as "F#1", or "F" for the model's usual octave. If there are
            none, the kicks are not tuned.
        layouts: any of "wav", "sfz", "dspreset", "multisample", "strudel" and "chain"; the WAV files are always
            included.
        instruments: how many of the most typical kicks become instruments with velocity layers and round robins.
            None: one, if the layouts have presets and the model can vary kicks.
        zipped: whether a zip of the folder is written next to it.
        unique_against: a folder, searched to any depth; kicks that duplicate one in it are drawn again.
        root: whether the files hold their root note for samplers.
        seed: that of the first candidate, 0 to 2^63 - 1; None: a random one.
        model: a name that `kick models` lists, or the folder or zip of a bundle; None: the default model.
        gate: whether kicks that fail the quality gate are drawn again.
        as_drawn: whether a seed stands for its first kick, whatever gate and taste say of it.
        length_ms: the length in ms, 30 to 2,000; None: 500.
        bpm, beats: the length as a number of beats ("1/2", 0.75) of a tempo in beats a minute, as loops.
        level: `peak:-1` (true peak in dBTP) or `lufs:-14` (loudness in LUFS, as far as a true peak of -1 dBTP allows);
            None: peak:-1.
        encoding: the word length and sample rate of the WAV files; None: 24 bits, 44,100 Hz.
        mono: whether left and right become their mean, and files have one channel.
        longest_name: characters of a file's name without its ending; None: any number.
        threads: 1 to 1024; None: one per processor. The pack does not depend on it.
        progress: called with (done, total).

    Raises:
        InputError: a value is out of range, the folder holds something else, the model cannot be tuned, or too few
            of its kicks qualify. Nothing is written then.
        DamagedFileError, VersionError: the model cannot be used.
        OutputError: the pack cannot be written.
    """
    folder = Path(name) if folder is None else Path(folder)
    archive = folder.parent / f"{name}.zip" if zipped else None
    encoding = Encoding() if encoding is None else encoding
    first = fresh_seed() if seed is None else seed
    _check(name, n, layouts, instruments, first, encoding)
    workers, processing = threads_for(threads), PROCESSING.at(level).model_copy(update={"mono": mono})
    length_in_beats(bpm, beats, length_ms)
    check_folder(folder)
    if archive is not None:
        check_archive(archive, name)
    known = None
    if unique_against is not None:
        known = KnownKicks.below(Path(unique_against), leave_out=[folder])
    instrument = load(
        model, gate=gate and not as_drawn, taste=not as_drawn, known=None if known is None else known.refuse
    )
    playable = _playable(instrument, layouts, instruments, n)
    processing = lasting(processing, instrument.bundle.card, length_ms, bpm, beats)
    draw = Draw(instrument, first, _pitches(instrument, notes), workers, processing, as_drawn=as_drawn)
    builder = Builder(name, draw, n, encoding, root, layouts, playable, progress, longest_name)
    chosen = builder.chosen()
    asked = {"n": n, "notes": list(notes), "layouts": list(layouts), "seed": first, "level": level or USUAL_LEVEL}
    lengths = {"length_ms": length_ms, "bpm": bpm, "beats": beats}
    asked |= {name: value for name, value in lengths.items() if value is not None}
    asked |= {"as_drawn": True} if as_drawn else {}
    make_folder(folder.parent)
    with ExitStack() as stack:
        zip_file = None if archive is None else stack.enter_context(replacing(archive))
        new = stack.enter_context(replacing_folder(folder, "the pack "))
        builder.write(new, chosen, asked)
        if zip_file is not None:
            write_archive(new, zip_file, name)
    return Pack(
        folder,
        archive,
        first,
        tuple(builder.kicks),
        tuple(builder.presets),
        tuple(sorted(builder.files)),
        tuple(builder.remarks),
        known,
    )


def _check(name: str, n: int, layouts: Sequence[str], instruments: int | None, seed: int, encoding: Encoding) -> None:
    """Raise `InputError` for an unusable value before any work is done."""
    check_name(name)
    if not 1 <= n <= MOST_KICKS:
        raise InputError("n", n, "out of range; a pack has 1 to {most} kicks", most=MOST_KICKS)
    for layout in layouts:
        if layout not in LAYOUTS:
            raise InputError("layout", layout, "unknown; choose {known}, separated by commas", known=", ".join(LAYOUTS))
    if instruments is not None and not 0 <= instruments <= n:
        remedy = "out of range; give 0 to {most}, the number of kicks in the pack"
        raise InputError("instruments", instruments, remedy, most=n)
    if instruments and not has_presets(layouts):
        raise InputError(
            "instruments", instruments, "needs presets; add one of {formats} to {layout}", formats=", ".join(FORMATS)
        )
    if encoding.format != "wav":
        remedy = "packs hold WAV files, which all samplers read; leave {format} out"
        raise InputError("format", encoding.format, remedy)
    check_seeds(seed, ROUNDS * FACTOR * n)


def _playable(instrument: Instrument, layouts: Sequence[str], instruments: int | None, n: int) -> int:
    """The number of instruments to make."""
    if instruments and not instrument.bundle.card.outputs_sketch:
        remedy = "the model {name} cannot vary kicks; choose another {model}, or 0 instruments"
        raise InputError("instruments", instruments, remedy, name=instrument.name)
    if instruments is None:
        return int(has_presets(layouts) and instrument.bundle.card.outputs_sketch)
    return instruments


def _pitches(instrument: Instrument, notes: Sequence[str]) -> list[Pitch]:
    """The pitches to tune kicks to. Raises `InputError` for what is not a note or out of the model's range."""
    if notes and "pitch" not in instrument.voice.panel.names:
        remedy = "the model {name} cannot be tuned; choose another {model}, or leave {notes} out"
        raise InputError("notes", list(notes), remedy, name=instrument.name)
    pitches = []
    for note in notes:
        try:
            pitches.append(Pitch.of(instrument.voice.panel.note_hz(note)))
            instrument.voice.panel.targets({"pitch": pitches[-1].hz})
        except InputError as error:
            raise InputError("notes", list(notes), "{error}", error=error) from error
    return pitches
