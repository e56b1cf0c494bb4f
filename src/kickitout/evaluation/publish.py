"""A report as files: a page and its data."""

import json
from pathlib import Path

from kickitout.errors import InputError, OutputError
from kickitout.evaluation.data import DATA_FILE, PAGE_FILE, to_json
from kickitout.evaluation.report import MARK, Report
from kickitout.system.files import make_folder, write_text


def report_files(place: Path) -> tuple[Path, Path]:
    """Where the page and the data of a report go: `place` is a folder, or the page's file if it ends in .html."""
    if place.suffix.lower() in (".html", ".htm"):
        return place, place.with_suffix(".json")
    return place / PAGE_FILE, place / DATA_FILE


def check_place(place: Path) -> None:
    """Check that a report can be written to `place`, before it is made.

    Raises:
        InputError: another file, not written by an evaluation, has that name.
        OutputError: it cannot be written.
    """
    for path in report_files(place):
        if path.is_dir():
            raise InputError("report", place, "{path} is a folder; choose another name", path=path)
        make_folder(path.parent)
        if path.exists():
            try:
                with path.open("rb") as stream:
                    ours = MARK.encode() in stream.read(4096)
            except OSError as error:
                raise OutputError(f"cannot read {path}: {error.strerror}; choose another place") from error
            if not ours:
                remedy = "{name} is already there and was not written by an evaluation; choose another name"
                raise InputError("report", place, remedy, name=path.name)


def write(report: Report, place: Path) -> tuple[Path, Path]:
    """Write the page and the data, each whole or not at all; see `check_place` first. Returns where they are.

    Raises:
        OutputError: a file cannot be written.
    """
    from kickitout.evaluation.page.html import render

    page, data = report_files(place)
    text = render(report)
    write_text(data, json.dumps({"made_by": MARK, **to_json(report)}, ensure_ascii=False, indent=1) + "\n")
    write_text(page, text)
    return page, data
