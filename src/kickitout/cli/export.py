"""`kick export`."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from kickitout.cli.output import Output


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
    """Turn a training run into a bundle, which plays without torch; or a bundle into a page that needs no server.

    For example:

        kick export runs/mine -o bundles/mine --name mine
        kick export kickgan --to web -o page

    Parameters
    ----------
    run
        The folder of the run; with `--to web` the folder or zip of a bundle, or a name that `kick models` lists.
    bundle
        The folder to write: a new one, or one of the same kind, which is replaced.
    name
        The model's name; the bundle folder's name if not given.
    model_version
        The model's version.
    description
        A sentence about the model for its card.
    licence
        The licence under which you give the weights away.
    limit
        A sentence about a limit or a doubt, for the card; may be given several times.
    weights
        A checkpoint of the run, to export another state; the best one if not given, or the last where none is the best.
    library
        The library of the run, so that a model's controls go by its kicks; without it they go by the model's own.
    to
        `bundle`, or `web`: a folder that any file server serves, in which the model plays in the browser. Of the other
        options it takes none: they are for bundles.
    """
    if to == "web":
        given = {"name": name, "description": description, "limit": limit, "weights": weights, "library": library}
        _export_web(run, bundle, [option for option, value in given.items() if value], output)
        return
    from kickitout.errors import MissingExtraError

    try:
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
    )
    size = sum(file.stat().st_size for file in bundle.iterdir())
    output.result(
        f"{bundle}: {card.name} {card.version}, {size / 1e6:.1f} MB; play it with kick generate --model {bundle}",
        {"bundle": str(bundle), "name": card.name, "version": card.version, "bytes": size},
    )


def _export_web(model: Path, folder: Path, needless: list[str], output: Output) -> None:
    """Write the page of a model, and say where it is and how it is looked at."""
    from kickitout.errors import InputError
    from kickitout.web.export import export_web

    if needless:
        raise InputError(needless[0], None, "is for bundles; leave it out with {to:web}")
    made = export_web(str(model), folder, say=output.message)
    output.result(
        f"{folder}: the page of {made.model} {made.version}, {made.bytes / 1e6:.1f} MB; put it on any web server, or "
        f"look at it here with python -m http.server -d {folder}",
        {"folder": str(folder), "name": made.model, "version": made.version, "bytes": made.bytes, "map": made.has_map},
    )
