"""`kick generate`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from kickitout.cli.making import ON_SHEET, Written, tell
from kickitout.cli.output import Output
from kickitout.cli.values import Whole
from kickitout.cli.wishes import Wishes
from kickitout.errors import InputError

if TYPE_CHECKING:
    from kickitout.instrument.instrument import Refusal


def generate(
    *,
    count: Annotated[Whole | None, Parameter(name=["--count", "-n"])] = None,
    folder: Annotated[Path, Parameter(name=["--out", "-o"])] = Path("kicks"),
    seed: Whole | None = None,
    model: str | None = None,
    source: Annotated[Path | None, Parameter(name="--from")] = None,
    original: Annotated[tuple[Path, ...], Parameter(negative=())] = (),
    threads: Whole | None = None,
    gate: bool = True,
    style: str | None = None,
    length: float | None = None,
    stems: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    unique_against: Path | None = None,
    sheet: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    wishes: Wishes = Wishes(),  # noqa: B008
    written: Written = Written(),  # noqa: B008
    output: Output = Output(),  # noqa: B008
) -> None:
    """Make kicks: each a file of its own that holds the recipe to make it again.

    A kick depends on its seed and the model alone: `-n 16 --seed 5` makes the kicks of the seeds 5 to 20.
    A file of the same name is replaced only if it is the same kick.

    For example:

        kick generate -n 16 -o kicks --seed 5 --sheet
        kick generate -n 8 --note F# --decay 250 --click 0.8

    Parameters
    ----------
    count
        How many kicks, 1 to 1,000,000; 16 if not given.
    folder
        The folder for the files; it is made if it is not there.
    seed
        The seed of the first kick, 0 to 9223372036854775807; a fresh one if not given.
    model
        A name that `kick models` lists, or the folder or zip of a bundle.
    source
        A kick that Kick It Out made: make it again from its recipe.
    original
        With --from: a file that the kick was made from, by `kick vary` or `kick morph`; once or twice.
    threads
        How many kicks to make at a time; one a processor if not given. The kicks do not depend on it.
    gate
        Draw a kick again that does not pass the quality gate (`kick inspect` says why); --no-gate gives the first.
    style
        A family of kicks: analog, cinematic, beatbox, heavy or edm. Controls that are given go before the style's.
    length
        Cut the files to so many ms, the last quarter fading out.
    stems
        Write body, click and air beside each kick, as files of their own that sum to it.
    unique_against
        A folder: a kick that is a duplicate of one below it is drawn again.
    sheet
        Draw the kicks, or the first 64 of them, as sheet.png in the folder.
    """
    from kickitout.instrument import exports, styles
    from kickitout.instrument import instrument as instruments
    from kickitout.instrument.finishing import PROCESSING

    if source is not None:
        if (count, seed, style, length, stems, wishes) != (None, None, None, None, False, Wishes()):
            raise InputError(
                "source",
                source,
                "makes one kick, of the seed and the controls in its recipe; leave out {count}, {seed}, {style}, "
                "{length}, {stems} and controls",
            )
        if unique_against is not None:
            raise InputError("unique_against", unique_against, "{source} makes a known kick again; leave one out")
        _again(source, original, folder, model, written, output, sheet=sheet)
        return
    if original:
        raise InputError("original", original[0], "goes with {source}, which is missing; give both")
    n = 16 if count is None else count
    first = instruments.fresh_seed() if seed is None else seed
    instruments.check_seeds(first, n)
    instruments.check_threads(threads)
    encoding = written.encoding()
    instrument = instruments.load(model, gate=gate)
    seeds = range(first, first + n)
    given = wishes.controls(instrument)
    offered = instrument.bundle.card.controls
    controls: instruments.Wishes = given
    if style is not None:

        def controls(one: int) -> dict[str, float]:
            return styles.wishes(style, one, offered) | given

    processing = PROCESSING.model_copy(update={"length_ms": instrument.check_length(length)})
    if stems:
        instrument.check_stems()
    exports.prepare_folder(folder, instrument, seeds, encoding, sheet=sheet, controls=controls, stems=stems)
    if unique_against is not None:
        own = [folder / exports.file_name(instrument.name, one, encoding) for one in seeds]
        instrument.known = _known(unique_against, own, output)
    output.message(
        f"{instrument.name} {instrument.bundle.card.version}: "
        + (f"seed {first}" if n == 1 else f"{n:,} kicks, seeds {first} to {first + n - 1}")
    )
    made = exports.write_kicks(
        instrument, seeds, folder, encoding, threads=threads, processing=processing, controls=controls, stems=stems
    )
    title = f"{instrument.name}, seeds {first} to {first + min(n, ON_SHEET) - 1}"
    again = "did not pass the gate at first" + (" or were there already" if unique_against is not None else "")
    tell(made, n, folder, output, sheet=title if sheet else None, label="Making kicks", again_for=again)


def _known(place: Path, own: list[Path], output: Output) -> "Refusal":
    """What is there already, but for the files `own` that are about to be written."""
    from kickitout.library.known import KnownKicks

    with output.progress("Listening") as progress:
        known = KnownKicks.below(place, leave_out=own, progress=progress)
    told = f" ({known.refused:,} files are no kicks)" if known.refused else ""
    output.message(f"{len(known.paths):,} kicks to differ from below {place}{told}")
    return known.refuse


def _again(
    source: Path,
    originals: tuple[Path, ...],
    folder: Path,
    model: str | None,
    written: Written,
    output: Output,
    *,
    sheet: bool,
) -> None:
    """Make one kick again from its recipe."""
    from kickitout.instrument import exports
    from kickitout.instrument import instrument as instruments
    from kickitout.instrument.originals import replay
    from kickitout.instrument.recipes import Recipe

    recipe = Recipe.read(source)
    encoding = written.encoding(recipe)
    instrument = instruments.load_for_recipe(source, recipe, model)
    if recipe.derivation is None and recipe.stem is None:
        name = exports.file_name(instrument.name, recipe.seed, encoding)
    else:
        name = f"{source.stem}.{encoding.format}"
    exports.prepare_again(folder, instrument, name, recipe, encoding, sheet=sheet)
    output.message(f"{instrument.name} {instrument.bundle.card.version}: seed {recipe.seed}")
    kick = replay(instrument, recipe, originals)
    made = exports.write(folder, [name], [kick], encoding)
    tell(made, 1, folder, output, sheet=f"{instrument.name}, {name}" if sheet else None, label="Making a kick")
