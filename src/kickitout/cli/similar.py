"""`kick similar`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from kickitout.cli.output import Output
from kickitout.cli.values import Whole
from kickitout.errors import InputError


def similar(
    file: Path,
    folder: Path,
    /,
    *,
    count: Annotated[Whole, Parameter(name=["--count", "-n"])] = 10,
    output: Output = Output(),  # noqa: B008
) -> None:
    """List the sounds in a folder that are nearest to a given one, with their distances, the nearest first.

    Identical sounds have the distance 0; unrelated kicks are about 10 apart. Files that do not hold one sound or cannot
    be read are listed at the end, each with the reason. That the given file is unlike a kick is said, not refused.

    For example:

        kick similar my_kick.wav ~/samples -n 5

    Parameters
    ----------
    file
        The kick, or other sound, to compare with.
    folder
        The folder to search, to any depth.
    count
        The number of files to list.
    """
    from kickitout.library.neighbours import similar as search

    if count < 1:
        raise InputError("count", count, "too few; give at least 1")
    with output.progress("Listening") as progress:
        result = search(file, folder, progress=progress)
    for remark in result.remarks:
        output.message(remark)
    for path, distance in result.found[:count]:
        output.result(f"{distance:6.2f}  {path}", {"file": str(path), "distance": distance})
    output.refused(result.refused, "files are not one sound")
    output.refused([(one.path, one.why) for one in result.skipped], "skipped")
    output.others(result.others)
