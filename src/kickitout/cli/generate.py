"""`kick generate`."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from kickitout.cli.controls import Controls
from kickitout.cli.making import ON_SHEET, Lengths, Written, known_kicks, report
from kickitout.cli.output import Output
from kickitout.cli.values import Whole
from kickitout.errors import InputError


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
    as_drawn: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    style: str | None = None,
    lengths: Lengths = Lengths(),  # noqa: B008
    stems: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    unique_against: Path | None = None,
    sheet: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    controls: Controls = Controls(),  # noqa: B008
    written: Written = Written(),  # noqa: B008
    output: Output = Output(),  # noqa: B008
) -> None:
    """Make kicks. Each is a file of its own and holds the recipe that makes it again.

    A kick depends only on its seed, the model and the options that shape it: `-n 16 --seed 5` makes the kicks of seeds
    5 to 20. A file's name tells model, seed and note, and has a short mark where anything was asked. An existing file
    is replaced only if it is the very same kick.

    For example:

        kick generate -n 16 -o kicks --seed 5 --sheet
        kick generate -n 8 --note F# --decay 250 --click 0.8

    Parameters
    ----------
    count
        The number of kicks, 1 to 1,000,000. If not given: 16.
    folder
        The folder for the files; created if it does not exist.
    seed
        The seed of the first kick, 0 to 9223372036854775807. If not given: a random seed.
    model
        The model: a name that `kick models` lists, or the folder or zip of a bundle. If not given: the default model.
    source
        A kick made by Kick It Out: make it again from its recipe.
    original
        With --from: a file from which `kick vary` or `kick morph` made the kick. Give it once or twice.
    threads
        How many kicks are made at a time: in threads, and 100 and more in processes. If not given: one per processor.
        The kicks do not depend on it.
    gate
        Redraw kicks that fail the quality gate (`kick inspect` shows why they fail); --no-gate keeps them.
    as_drawn
        Take the first kick of each seed, whatever gate and taste say of it. If not given: the first that producers
        would keep (`kick inspect` shows why they would not).
    style
        A family of kicks: 808, techno, acoustic, analog, cinematic, beatbox, heavy or edm. Controls that are given
        override the style's.
    stems
        Write the stems (body, click, air) next to each kick; they sum to it.
    unique_against
        A folder, searched to any depth. Kicks that duplicate one in it are drawn again.
    sheet
        Write sheet.png to the folder: pictures of the first 64 kicks.
    """
    from kickitout.instrument import exports
    from kickitout.instrument import instrument as instruments
    from kickitout.instrument.finishing import PROCESSING
    from kickitout.instrument.request import Request, seeds_from

    if source is not None:
        if (count, seed, style, *lengths.given, stems, as_drawn, controls) != (*[None] * 6, False, False, Controls()):
            raise InputError(
                "source",
                source,
                "makes one kick, of the seed and the controls in its recipe; leave out {count}, {seed}, {style}, "
                "{length}, {bpm}, {beats}, {stems}, {as_drawn} and controls",
            )
        if unique_against is not None:
            raise InputError("unique_against", unique_against, "{source} makes a known kick again; leave one out")
        _replay(source, original, folder, model, written, output, sheet=sheet)
        return
    if original:
        raise InputError("original", original[0], "goes with {source}, which is missing; give both")
    request = Request(
        seeds=seeds_from(seed, 16 if count is None else count),
        note=controls.note,
        style=style,
        controls=controls.given,
        length_ms=lengths.length,
        bpm=lengths.bpm,
        beats=lengths.beats,
        level=written.level,
        mono=written.finished(PROCESSING).mono,
        stems=stems,
        gate=gate,
        as_drawn=as_drawn,
        unique_against=unique_against,
    )
    instruments.check_threads(threads)
    encoding = written.encoding()
    instrument = instruments.load(model)
    own = exports.prepare_folder(folder, instrument, request, encoding, sheet=sheet)
    first, n = request.seeds[0], len(request.seeds)
    if unique_against is not None:
        request = replace(request, unique_against=known_kicks(unique_against, own, output))
    output.message(
        f"{instrument.name} {instrument.bundle.card.version}: "
        + (f"seed {first}" if n == 1 else f"{n:,} kicks, seeds {first} to {first + n - 1}")
    )
    made = exports.write_kicks(instrument, request, folder, encoding, threads=threads, longest=written.longest_name)
    title = f"{instrument.name}, seeds {first} to {first + min(n, ON_SHEET) - 1}"
    reason: str | None = "were untypical or did not pass the gate at first"
    if unique_against is not None:
        reason = f"{reason}, or existed already,"
    if instrument.bundle.choice is not None and not as_drawn:
        reason = None  # nearly every kick is another than its seed's first there
    report(made, n, folder, output, sheet=title if sheet else None, label="Making kicks", redrawn_for=reason)


def _replay(
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
    from kickitout.instrument.names import seeded, with_ending
    from kickitout.instrument.originals import replay
    from kickitout.instrument.recipes import Recipe

    recipe = Recipe.read(source)
    encoding = written.encoding(recipe)
    recipe = recipe.model_copy(update={"processing": written.finished(recipe.processing)})
    instrument = instruments.load_for_recipe(source, recipe, model)
    is_seeds_own = recipe.derivation is None and recipe.stem is None
    name = None if is_seeds_own else with_ending(source.stem, encoding.format)
    exports.prepare_replay(folder, instrument, name, recipe, encoding, sheet=sheet)
    output.message(f"{instrument.name} {instrument.bundle.card.version}: seed {recipe.seed}")
    kick = replay(instrument, recipe, originals)
    if name is None:
        name = exports.file_name(seeded(instrument.name, recipe.seed), kick, encoding)
    made = exports.write(folder, [name], [kick], encoding, written.longest_name)
    report(made, 1, folder, output, sheet=f"{instrument.name}, {name}" if sheet else None, label="Making a kick")
