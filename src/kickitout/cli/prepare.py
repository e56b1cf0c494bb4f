"""`kick prepare`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from kickitout.cli.output import Output


def prepare(
    folders: Annotated[list[Path], Parameter(name="DIR")],
    /,
    *,
    out: Annotated[Path, Parameter(name=["--out", "-o"])],
    manifest: Path | None = None,
    licence_class: Annotated[list[str] | None, Parameter(negative=())] = None,
    workers: int | None = None,
    output: Output = Output(),  # noqa: B008
) -> None:
    """Turn folders of samples into a library to train on.

    Example: kick prepare samples -o library
    """
    from kickitout.library.prepare import prepare_folders

    with output.progress("Preparing") as progress:
        report = prepare_folders(
            folders, out, manifest=manifest, licence_classes=licence_class, workers=workers, progress=progress
        )
    output.result(str(report), {"taken": report.taken})
