"""`kick vary`, `kick morph` and `kick match`: kicks from kicks."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from kickitout.cli.making import Written, tell
from kickitout.cli.output import Output
from kickitout.cli.values import Whole, listed


def vary(
    file: Path,
    *,
    count: Annotated[Whole, Parameter(name=["--count", "-n"])] = 8,
    amount: float = 0.3,
    keep: str = "",
    folder: Annotated[Path, Parameter(name=["--out", "-o"])] = Path("kicks"),
    seed: Whole | None = None,
    model: str | None = None,
    gate: bool = True,
    sheet: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    written: Written = Written(),  # noqa: B008
    output: Output = Output(),  # noqa: B008
) -> None:
    """Make variations of a kick: one of ours, or any file that is a kick.

    A kick that the model made is known to the bit. Of any other the sound itself is kept, and what the model would
    change is done to it: a variation by nothing is the kick as it was.

    For example:

        kick vary my_kick.wav -n 8 --amount 0.3 --keep pitch,decay

    Parameters
    ----------
    file
        The kick.
    count
        How many variations.
    amount
        How far they go, from 0, the kick itself, to 1, another kick.
    keep
        Controls that stay as they are, with commas between: pitch,sweep,sweep_time,decay,click,brightness,drive,width.
    folder
        The folder for the files; it is made if it is not there.
    seed
        The seed of the first variation; a fresh one if not given.
    model
        A name that `kick models` lists, or the folder or zip of a bundle.
    gate
        Draw a variation again that does not pass the quality gate; --no-gate gives the first.
    sheet
        Draw the variations as sheet.png in the folder.
    """
    from kickitout.instrument import exports, originals, varying
    from kickitout.instrument import instrument as instruments

    first = instruments.fresh_seed() if seed is None else seed
    instruments.check_seeds(first, count)
    encoding = written.encoding()
    instrument = instruments.load(model, gate=gate)
    original = originals.open_original(instrument, file)
    kept = listed(keep)
    varying.check_variation(instrument, amount, kept)
    names = [f"{file.stem}_vary_{number}.{encoding.format}" for number in range(first, first + count)]
    exports.prepare_place(folder, instrument, names, [original.beginning], encoding, sheet=sheet)
    output.message(f"{count:,} variations of {file} by {amount:g}, seeds {first} to {first + count - 1}")
    kicks = varying.vary(instrument, original, count, seed=first, amount=amount, keep=kept)
    title = f"{file.name} by {amount:g}, seeds {first} to {first + count - 1}" if sheet else None
    tell(exports.write(folder, names, kicks, encoding), count, folder, output, sheet=title, label="Making variations")


def morph(
    first: Path,
    second: Path,
    *,
    steps: Whole = 9,
    folder: Annotated[Path, Parameter(name=["--out", "-o"])] = Path("kicks"),
    model: str | None = None,
    gate: bool = True,
    sheet: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    written: Written = Written(),  # noqa: B008
    output: Output = Output(),  # noqa: B008
) -> None:
    """Go from one kick to another in steps that are equally large.

    The first file is the first kick itself, and the last the second, whatever the gate says of them.

    For example:

        kick morph soft.wav hard.wav --steps 9 -o between

    Parameters
    ----------
    first
        The kick to begin with.
    second
        The kick to end with.
    steps
        How many kicks, both ends among them: 2 to 1000.
    folder
        The folder for the files; it is made if it is not there.
    model
        A name that `kick models` lists, or the folder or zip of a bundle.
    gate
        Look beside the way where a kick does not pass the quality gate; --no-gate takes it as it is.
    sheet
        Draw the kicks as sheet.png in the folder.
    """
    from kickitout.instrument import exports, morphing, originals
    from kickitout.instrument import instrument as instruments

    morphing.check_steps(steps)
    encoding = written.encoding()
    instrument = instruments.load(model, gate=gate)
    ends = [originals.open_original(instrument, file) for file in (first, second)]
    digits = len(str(steps))
    names = [f"{first.stem}_to_{second.stem}_{number:0{digits}}.{encoding.format}" for number in range(1, steps + 1)]
    exports.prepare_place(folder, instrument, names, [end.beginning for end in ends], encoding, sheet=sheet)
    output.message(f"{steps:,} kicks from {first} to {second}")
    made = exports.write(folder, names, morphing.morph(instrument, ends[0], ends[1], steps), encoding)
    title = f"from {first.name} to {second.name}" if sheet else None
    tell(made, steps, folder, output, sheet=title, label="Making kicks")


def match(
    file: Path,
    *,
    folder: Annotated[Path, Parameter(name=["--out", "-o"])] = Path("kicks"),
    seed: Whole = 0,
    model: str | None = None,
    written: Written = Written(),  # noqa: B008
    output: Output = Output(),  # noqa: B008
) -> None:
    """Find the kick that the model can make which is nearest to a file's.

    The distance is told, beside that of kicks that have nothing to do with it: what is no nearer than these was not
    found. The match is the model's own, without a trace of the file's sound: whoever may sell the model's kicks may
    sell it.

    For example:

        kick match my_kick.wav -o matched

    Parameters
    ----------
    file
        The kick.
    folder
        The folder for the file; it is made if it is not there.
    seed
        The seed of the search and of the noise in the kick.
    model
        A name that `kick models` lists, or the folder or zip of a bundle.
    """
    from kickitout.instrument import exports, matching, originals
    from kickitout.instrument import instrument as instruments

    instruments.check_seeds(seed, 1)
    encoding = written.encoding()
    instrument = instruments.load(model, gate=False)
    name = f"{file.stem}_match.{encoding.format}"
    beginning = originals.beginning_of(file)
    exports.prepare_place(folder, instrument, [name], [beginning], encoding)
    with output.progress("Searching") as progress:
        found = matching.match(instrument, file, seed=seed, progress=progress)
    ((path, kick),) = exports.write(folder, [name], [found.kick], encoding)
    words = (
        f"{path}: distance {found.distance:.1f}; the encoder alone {found.before:.1f}; kicks that have nothing to do "
        f"with it {found.usual[1]:.1f} in the median, one in twenty below {found.usual[0]:.1f}"
    )
    data = {"file": str(path), "recipe": kick.recipe, "distance": found.distance, "encoder_distance": found.before}
    output.result(words, data | {"others_5_percent": found.usual[0], "others_median": found.usual[1]})
