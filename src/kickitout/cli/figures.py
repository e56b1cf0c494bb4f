"""`kick figures`."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from kickitout.cli.output import Output


def figures(
    *,
    library: Path | None = None,
    run: Path | None = None,
    generated: Path | None = None,
    folder: Annotated[Path, Parameter(name=["--out", "-o"])] = Path("figures"),
    only: Annotated[list[str] | None, Parameter(consume_multiple=True, negative=())] = None,
    format: Literal["png", "svg", "pdf"] = "png",
    output: Output = Output(),  # noqa: B008
) -> None:
    """Draw the figures of the paper and the documentation.

    Without a library, the kicks of the built-in synthesiser are drawn. Figures whose input is not given are left out.

    For example:

        kick figures --library library --run run --generated kicks -o figures

    Parameters
    ----------
    library
        A library made by `kick prepare`.
    run
        The folder of a run of `kick train`, for training-curves.
    generated
        A folder of generated kicks, for real-and-generated.
    folder
        The folder for the figures; created if it does not exist.
    only
        The names of the figures to draw: average-data-point, amplitude-and-loudness, defining-characteristics,
        training-curves, real-and-generated.
    format
        The file format; svg and pdf are vector graphics.
    """
    from kickitout import figures as drawings
    from kickitout.system.files import make_folder

    material = drawings.gather(library, run, generated)
    names = drawings.drawable(material, only or ())
    make_folder(folder)
    with output.progress("Drawing figures") as progress:
        for done, name in enumerate(names, start=1):
            path = folder / f"{name}.{format}"
            drawings.save_figure(drawings.draw(name, material), path, format)
            progress(done, len(names))
            output.result(str(path), {"figure": name, "file": str(path)})
