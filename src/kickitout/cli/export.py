"""`kick export`."""

from pathlib import Path
from typing import Annotated

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
    output: Output = Output(),  # noqa: B008
) -> None:
    """Turn a training run into a bundle: a folder that `kick generate --model` plays without torch.

    For example:

        kick export runs/mine -o bundles/mine --name mine

    Parameters
    ----------
    run
        The folder of the run.
    bundle
        The bundle's folder, new or a bundle that may be replaced.
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
    """
    from kickitout.errors import MissingExtraError

    try:
        from kickitout.library.store import Library
        from kickitout.training.export import export as export_run
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
