"""`kick vary`, `kick morph` and `kick match`: kicks from kicks."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from kickitout.cli.controls import Controls
from kickitout.cli.making import Lengths, Written, report
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
    style: str | None = None,
    sheet: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    lengths: Lengths = Lengths(),  # noqa: B008
    controls: Controls = Controls(),  # noqa: B008
    written: Written = Written(),  # noqa: B008
    output: Output = Output(),  # noqa: B008
) -> None:
    """Make variations of a kick: a generated one, or any file that holds one sound.

    A kick that the model made is reproduced exactly from its recipe. Of any other sound the sound itself is kept, and
    the changes that the model makes are applied to it: with --amount 0 it stays as it is, apart from the note, the
    controls or the style that you ask for. What is unlike a kick is said, not refused. Either all files are written or
    none.

    For example:

        kick vary my_kick.wav -n 8 --amount 0.3 --keep pitch,decay
        kick vary my_kick.wav -n 1 --amount 0 --note F#

    Parameters
    ----------
    file
        The kick to vary.
    count
        The number of variations.
    amount
        The amount of variation, from 0, the kick itself, to 1, another kick.
    keep
        Controls to keep unchanged, separated by commas, such as pitch,sweep,sweep_time,decay,click,brightness,noise,
        drive,width.
    folder
        The folder for the files; created if it does not exist.
    seed
        The seed of the first variation. If not given: a random seed.
    model
        The model: a name that `kick models` lists, or the folder or zip of a bundle. If not given: the default model.
    gate
        Redraw variations that fail the quality gate, in a rule that the file itself does not fail; --no-gate keeps
        them.
    style
        A family of kicks to move to: 808, techno, acoustic, analog, cinematic, beatbox, heavy or edm. Controls that are
        given override the style's.
    sheet
        Write sheet.png to the folder: pictures of the first 64 variations.
    """
    from kickitout.instrument import exports, originals, varying
    from kickitout.instrument import instrument as instruments
    from kickitout.instrument.finishing import PROCESSING
    from kickitout.instrument.names import derived_base, plain_name
    from kickitout.instrument.request import Request, seeds_from

    seeds = seeds_from(seed, count)
    mono = written.finished(PROCESSING).mono
    wishes = Request(seeds=seeds, note=controls.note, style=style, controls=controls.given, mono=mono)
    lengths.check()
    encoding = written.encoding()
    instrument = instruments.load(model, gate=gate)
    original = written.original(originals.open_original(instrument, file))
    original = original.lasting(instrument.bundle.card, *lengths.given)
    kept = listed(keep)
    varying.check_variation(instrument, amount, kept)
    wishes.check(instrument.voice.panel)
    bases = [derived_base(original.stem, "vary", number) for number in seeds]
    exports.prepare_derived(folder, instrument, bases, encoding, sheet=sheet)
    output.message(f"{count:,} variations of {file} by {amount:g}, seeds {seeds[0]} to {seeds[-1]}")
    kicks = varying.vary(instrument, original, count, seed=seeds[0], amount=amount, keep=kept, wishes=wishes)
    made = exports.write_together(folder, bases, kicks, encoding, written.longest_name)
    title = f"{plain_name(file.name)} by {amount:g}, seeds {seeds[0]} to {seeds[-1]}" if sheet else None
    report(made, count, folder, output, sheet=title, label="Making variations", together=True)


def morph(
    first: Path,
    second: Path,
    *,
    steps: Whole = 9,
    folder: Annotated[Path, Parameter(name=["--out", "-o"])] = Path("kicks"),
    model: str | None = None,
    gate: bool = True,
    sheet: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    lengths: Lengths = Lengths(),  # noqa: B008
    written: Written = Written(),  # noqa: B008
    output: Output = Output(),  # noqa: B008
) -> None:
    """Morph one kick into another in steps of equal size.

    The first file is the first kick itself and the last is the second, even if they fail the quality gate. Any file
    that holds one sound will do: what is unlike a kick is said, not refused. Either all files are written or none.

    For example:

        kick morph soft.wav hard.wav --steps 9 -o between

    Parameters
    ----------
    first
        The kick to start from.
    second
        The kick to end with.
    steps
        The number of kicks, including both ends: 2 to 1000.
    folder
        The folder for the files; created if it does not exist.
    model
        The model: a name that `kick models` lists, or the folder or zip of a bundle. If not given: the default model.
    gate
        Replace a kick that fails the quality gate, in a rule that neither file itself fails, by one close to the path;
        --no-gate keeps it.
    sheet
        Write sheet.png to the folder: pictures of the first 64 kicks.
    """
    from kickitout.instrument import exports, morphing, originals
    from kickitout.instrument import instrument as instruments
    from kickitout.instrument.names import plain_name

    morphing.check_steps(steps)
    lengths.check()
    encoding = written.encoding()
    instrument = instruments.load(model, gate=gate)
    ends = [
        written.original(originals.open_original(instrument, file)).lasting(instrument.bundle.card, *lengths.given)
        for file in (first, second)
    ]
    digits = len(str(steps))
    bases = [f"{ends[0].stem}_to_{ends[1].stem}_{number:0{digits}}" for number in range(1, steps + 1)]
    exports.prepare_derived(folder, instrument, bases, encoding, sheet=sheet)
    output.message(f"{steps:,} kicks from {first} to {second}")
    kicks = morphing.morph(instrument, ends[0], ends[1], steps)
    made = exports.write_together(folder, bases, kicks, encoding, written.longest_name)
    title = f"from {plain_name(first.name)} to {plain_name(second.name)}" if sheet else None
    report(made, steps, folder, output, sheet=title, label="Making kicks", together=True)


def match(
    file: Path,
    *,
    folder: Annotated[Path, Parameter(name=["--out", "-o"])] = Path("kicks"),
    seed: Whole = 0,
    model: str | None = None,
    lengths: Lengths = Lengths(),  # noqa: B008
    written: Written = Written(),  # noqa: B008
    output: Output = Output(),  # noqa: B008
) -> None:
    """Find the kick of the model that is nearest to a given kick, or to any other file that holds one sound.

    Prints the distance of the match and, for comparison, those of unrelated kicks: a kick no nearer than these is
    not a match. The result is the model's own kick and holds nothing of the file's sound: whoever may sell the model's
    kicks may sell it.

    For example:

        kick match my_kick.wav -o matched

    Parameters
    ----------
    file
        The kick to match.
    folder
        The folder for the file; created if it does not exist.
    seed
        The seed of the search and of the noise in the kick.
    model
        The model: a name that `kick models` lists, or the folder or zip of a bundle. If not given: the default model.
    """
    from kickitout.instrument import exports, matching, originals
    from kickitout.instrument import instrument as instruments
    from kickitout.instrument.finishing import PROCESSING
    from kickitout.instrument.lengths import lasting
    from kickitout.instrument.names import derived_base, stem_for
    from kickitout.instrument.request import check_seeds

    check_seeds(seed, 1)
    encoding = written.encoding()
    instrument = instruments.load(model, gate=False)
    processing = lasting(written.finished(PROCESSING), instrument.bundle.card, *lengths.given)
    base = derived_base(stem_for(file.name), "match", seed)
    originals.source_of(file)
    exports.prepare_derived(folder, instrument, [base], encoding)
    with output.progress("Searching") as progress:
        found = matching.match(instrument, file, seed=seed, processing=processing, progress=progress)
    ((path, kick),) = exports.write_named(folder, [base], [found.kick], encoding, written.longest_name)
    words = (
        f"{path}: distance {found.distance:.1f}; the encoder alone {found.before:.1f}; unrelated kicks "
        f"{found.usual[1]:.1f} in the median, one in twenty below {found.usual[0]:.1f}"
    )
    for remark in kick.remarks:
        output.message(remark)
    data = {
        "file": str(path),
        "recipe": kick.recipe,
        "remarks": list(kick.remarks),
        "distance": found.distance,
        "encoder_distance": found.before,
    }
    output.result(words, data | {"others_5_percent": found.usual[0], "others_median": found.usual[1]})
