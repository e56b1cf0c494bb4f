"""`kick export`."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from kickitout.cli.output import Output
from kickitout.system.files import size_in_words


def export(
    run: Path,
    *,
    bundle: Annotated[Path, Parameter(name=["--out", "-o"])],
    name: str | None = None,
    model_version: str = "1",
    description: str = "",
    licence: str = "MIT",
    limit: Annotated[tuple[str, ...], Parameter(name="--limit", negative=())] = (),
    weights: Path | None = None,
    library: Path | None = None,
    to: Literal["bundle", "web"] = "bundle",
    output: Output = Output(),  # noqa: B008
) -> None:
    """Export a training run as a bundle that plays without torch, or a bundle as a web page that needs no server.

    For example:

        kick export runs/mine -o bundles/mine --name mine
        kick export kickgan --to web -o page

    Parameters
    ----------
    run
        The folder of the run. With `--to web`: the folder or zip of a bundle, or a name that `kick models` lists.
    bundle
        The folder to write. An existing one is replaced if it is of the same kind.
    name
        The model's name. If not given: the name of the bundle's folder.
    model_version
        The model's version.
    description
        A sentence that describes the model, for its card.
    licence
        The licence under which you publish the weights.
    limit
        A sentence on a limitation of the model, for its card. Repeatable.
    weights
        The checkpoint of the run to export. If not given: the best one, or the last if none is marked as the best.
    library
        The library of the run, whose kicks define the ranges of the controls, and which of the model's kicks are like
        them. If not given: the model's own kicks do, and seeds are chosen by taste alone.
    to
        `bundle`, or `web`: a folder for any file server, in which the model plays in the browser.
        With `web`, give no other option than --out: the others are for bundles.
    """
    if to == "web":
        given = {"name": name, "description": description, "limit": limit, "weights": weights, "library": library}
        _export_web(run, bundle, [option for option, value in given.items() if value], output)
        return
    from kickitout.errors import MissingExtraError

    try:
        from kickitout.instrument.finishing import PROCESSING
        from kickitout.library.store import Library
        from kickitout.training.export.export import export as export_run
    except ModuleNotFoundError as error:
        raise MissingExtraError("kick export", "train") from error
    card = export_run(
        run,
        bundle,
        name=bundle.resolve().name.lower() if name is None else name,
        version=model_version,
        description=description,
        licence=licence,
        limits=limit,
        weights=weights,
        library=None if library is None else Library.open(library),
        finish=PROCESSING.apply,
    )
    size = sum(file.stat().st_size for file in bundle.iterdir())
    output.result(
        f"{bundle}: {card.name} {card.version}, {size_in_words(size)}; play it with kick generate --model {bundle}",
        {"bundle": str(bundle), "name": card.name, "version": card.version, "bytes": size},
    )


def _export_web(model: Path, folder: Path, needless: list[str], output: Output) -> None:
    """Write the page of a model, and print where it is and how to open it."""
    from kickitout.errors import InputError
    from kickitout.web.export import export_web

    if needless:
        raise InputError(needless[0], None, "is for bundles; leave it out with {to:web}")
    made = export_web(str(model), folder, log=output.message)
    output.result(
        f"{folder}: the page of {made.model} {made.version}, {size_in_words(made.bytes)}; put it on any web server, or "
        f"open it here with python -m http.server -d {folder}",
        {"folder": str(folder), "name": made.model, "version": made.version, "bytes": made.bytes, "map": made.has_map},
    )
