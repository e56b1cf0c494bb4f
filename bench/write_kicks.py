"""The list of the real kicks behind our figures: data/kicks.csv.

    python bench/write_kicks.py LIB KICKS [KICKS ...] [--changes FILE]

Puts the manifests of the folders together, in the order of the files' names, and adds `kit_split`, the split that the
library LIB gave to each kit. A file of changes (columns file, class_now, class_new, why) corrects licence classes that
turned out to be wrong; the licence follows from the reason.
"""

import argparse
import csv
import json
from pathlib import Path

from kickitout.errors import InputError
from kickitout.library.manifest import MANIFEST_NAME, read_manifest
from kickitout.library.store import SPLITS

LIST = Path(__file__).parent.parent / "data" / "kicks.csv"
CC0_AT_ORIGIN = "Creative Commons 0"
SAME_RECORDING = "twin "


def licence_of(change: dict[str, str]) -> str:
    """The licence that the reason for a change of class tells."""
    if CC0_AT_ORIGIN in change["why"]:
        return "CC0-1.0"
    if change["why"].startswith(SAME_RECORDING):
        return change["why"].rpartition(": ")[2]
    return "unknown"


def correct(rows: list[dict[str, str]], changes: Path) -> None:
    """Give the rows the licences and classes that a file of changes has. Raises `InputError` where it does not fit."""
    by_file = {row["file"]: row for row in rows}
    for change in read_manifest(changes):
        row = by_file.get(change["file"])
        if row is None or row["licence_class"] != change["class_now"]:
            remedy = "{file} is not there, or not of class {known}; correct that row"
            raise InputError("changes", changes, remedy, file=change["file"], known=change["class_now"])
        row |= {"licence": licence_of(change), "licence_class": change["class_new"]}


def main() -> None:
    """Write the list, and say how many kicks of each class it has."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path, metavar="LIB")
    parser.add_argument("folders", nargs="+", type=Path, metavar="KICKS")
    parser.add_argument("--changes", type=Path, metavar="FILE")
    given = parser.parse_args()
    rows = [row for folder in given.folders for row in read_manifest(folder / MANIFEST_NAME)]
    rows.sort(key=lambda row: row["file"])
    if given.changes is not None:
        correct(rows, given.changes)
    kits = json.loads((given.library / SPLITS).read_text("utf-8"))["kits"]
    split_of = {(kit["source"], kit["kit"]): kit["split"] for kit in kits}
    for row in rows:
        row["kit_split"] = split_of.get((row["source"], row["kit"]), "")
    with LIST.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    classes = [row["licence_class"] for row in rows]
    print(f"{len(rows)} kicks:", ", ".join(f"{classes.count(name)} {name}" for name in sorted(set(classes))))


if __name__ == "__main__":
    main()
