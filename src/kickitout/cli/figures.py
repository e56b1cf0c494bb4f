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

    Without a library the kicks are those of the built-in synthesiser. Figures that need what was not given are left
    out.

    For example:

        kick figures --library library --run run --generated kicks -o figures

    Parameters
    ----------
    library
        A library of `kick prepare`.
    run
        A run of `kick train`: draws training-curves.
    generated
        A folder of generated kicks: draws real-and-generated.
    folder
        The folder for the figures; it is made if it is not there.
    only
        Names of figures to draw: average-data-point, amplitude-and-loudness, defining-characteristics,
        training-curves, real-and-generated.
    format
        png, or svg or pdf for vectors.
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
