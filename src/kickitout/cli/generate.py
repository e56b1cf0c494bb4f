"""`kick generate`."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from kickitout.cli.output import Output
from kickitout.cli.values import Whole
from kickitout.cli.wishes import Wishes
from kickitout.errors import InputError

_ON_SHEET = 64


def generate(
    *,
    count: Annotated[Whole | None, Parameter(name=["--count", "-n"])] = None,
    folder: Annotated[Path, Parameter(name=["--out", "-o"])] = Path("kicks"),
    seed: Whole | None = None,
    model: str | None = None,
    source: Annotated[Path | None, Parameter(name="--from")] = None,
    rate: Whole | None = None,
    bits: Literal["16", "24", "32f"] | None = None,
    format: Literal["wav", "flac", "aiff"] | None = None,
    threads: Whole | None = None,
    gate: bool = True,
    sheet: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    wishes: Wishes = Wishes(),  # noqa: B008
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
    rate
        Sample rate in Hz, 8000 to 192000; 44100 if not given.
    bits
        Word length; 24 if not given.
    format
        File format; wav if not given.
    threads
        How many kicks to make at a time; one a processor if not given. The kicks do not depend on it.
    gate
        Draw a kick again that does not pass the quality gate (`kick inspect` says why); --no-gate gives the first.
    sheet
        Draw the kicks, or the first 64 of them, as sheet.png in the folder.
    """
    from kickitout import exports, recipes
    from kickitout import instrument as instruments

    given = {"format": format, "bits": bits, "rate": rate}
    recipe = None
    if source is not None:
        if count is not None or seed is not None or wishes != Wishes():
            raise InputError(
                f"--from {source} makes one kick, of the seed and the controls in its recipe; leave out -n, --seed and "
                "controls"
            )
        recipe = recipes.Recipe.read(source)
    first, n = (recipe.seed, 1) if recipe else (seed, 16 if count is None else count)
    if first is None:
        first = instruments.fresh_seed()
    instruments.check_seeds(first, n)
    instruments.check_threads(threads)
    encoding = recipes.choose_encoding(recipe, {name: value for name, value in given.items() if value is not None})
    if source and recipe:
        instrument = instruments.load_for_recipe(source, recipe, model)
    else:
        instrument = instruments.load(model, gate=gate)
    seeds = range(first, first + n)
    controls = recipe.controls if recipe else wishes.controls(instrument.usual_pitch)
    exports.prepare_folder(folder, instrument, seeds, encoding, sheet=sheet, controls=controls)
    output.message(
        f"{instrument.name} {instrument.bundle.card.version}: "
        + (f"seed {first}" if n == 1 else f"{n:,} kicks, seeds {first} to {first + n - 1}")
    )

    drawn = []
    done = again = 0
    remarks: dict[str, list[str]] = {}
    written = exports.write_kicks(
        instrument,
        seeds,
        folder,
        encoding,
        threads=threads,
        processing=recipe.processing if recipe else None,
        controls=controls,
        attempt=(recipe.attempt or 0) if recipe else None,
    )
    try:
        with output.progress("Making kicks") as progress:
            for path, kick in written:
                done += 1
                again += recipe is None and "attempt" in kick.recipe
                progress(done, n)
                output.result(str(path), {"file": str(path), "recipe": kick.recipe, "remarks": list(kick.remarks)})
                for remark in kick.remarks:
                    remarks.setdefault(remark.partition(":")[0], []).append(f"{path.name}: {remark}")
                if sheet and done <= _ON_SHEET:
                    drawn.append((path.name, kick.audio))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"stopped; {done:,} of {n:,} kicks are whole and stay in {folder}") from None
    if again:
        output.message(f"{again:,} of {n:,} did not pass the gate at first and were drawn again")
    for told in remarks.values():
        output.message(told[0] + (f" (and {len(told) - 1:,} more like it)" if len(told) > 1 else ""))
    if sheet:
        from kickitout.sheet import draw_sheet, save_png

        picture = folder / exports.SHEET_FILE
        save_png(draw_sheet(drawn, title=f"{instrument.name}, seeds {first} to {first + len(drawn) - 1}"), picture)
        output.result(str(picture), {"sheet": str(picture)})
