"""Chosen kicks as a pack: a zip of their files unchanged, named as `kick pack` names them."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np

from kickitout.errors import InputError
from kickitout.instrument.instrument import Instrument
from kickitout.instrument.recipes import Encoding
from kickitout.measure.descriptors import describe
from kickitout.packs import texts
from kickitout.packs.build import LICENCE_FILE, README_FILE, SHEET_FILE, PackKick, title_of, write_sheet
from kickitout.packs.make import MOST_KICKS
from kickitout.packs.place import MANIFEST, check_name, write_archive
from kickitout.packs.playing import loudness
from kickitout.packs.words import Title, file_stems
from kickitout.sound import audio
from kickitout.system.files import make_folder, write_text
from kickitout.web.store import Held

PACK_SIZE = "out of range; a pack has 1 to {most} kicks"

SILENT_DB = -200.0

OF_FILES = (
    "Some kicks in this pack hold sound of files that were dropped onto the page ({names}). Whose that sound is, Kick "
    "It Out does not know: sell them only if these files are yours to sell. To make these kicks again, name their "
    "files too: kick generate --from FILE --original THEIRS."
)


def check_pack(name: str, count: int) -> None:
    """Raise `InputError` for a name that no folder can have, or a number of kicks that is no pack's."""
    check_name(name)
    if not 1 <= count <= MOST_KICKS:
        raise InputError("ids", count, PACK_SIZE, most=MOST_KICKS)


def pack(instrument: Instrument, name: str, kicks: Sequence[tuple[Held, bytes]], folder: Path) -> bytes:
    """The zip of a pack: its files byte for byte, README.txt, LICENSE.txt, sheet.png and pack.json.

    Args:
        instrument: the model that made the kicks.
        name: the pack's: see `check_pack`.
        kicks: with their files.
        folder: an empty one to build it in.
    """
    inside = make_folder(folder / "pack")
    sounds = [_decoded(folder / "sound", data) for _, data in kicks]
    found = [describe(one) for one in sounds]
    titles = [title_of(described, held.recipe) for described, (held, _) in zip(found, kicks, strict=True)]
    stems = list(file_stems(name, titles))
    rows = []
    for (held, data), described, title, stem in zip(kicks, found, titles, stems, strict=True):
        (inside / f"{stem}.wav").write_bytes(data)
        rows.append(_row(held, f"{stem}.wav", title, described))
    write_sheet(inside, name, list(zip(stems, sounds, strict=True)))
    card, checksum = instrument.bundle.card, instrument.bundle.checksum
    given = sorted({file for held, _ in kicks for file in held.sources})
    write_text(inside / README_FILE, texts.readme(name, card, checksum, Encoding(), rows))
    write_text(inside / LICENCE_FILE, texts.licence(name, card) + _of_files(given))
    files = [*(row["file"] for row in rows), SHEET_FILE, README_FILE, LICENCE_FILE, MANIFEST]
    arguments = {"ids": [held.id for held, _ in kicks]}
    write_text(inside / MANIFEST, texts.manifest(name, card, checksum, arguments, rows, files))
    archive = folder / "pack.zip"
    write_archive(inside, archive, name)
    return archive.read_bytes()


def _decoded(path: Path, data: bytes) -> "np.ndarray[Any, np.dtype[np.float32]]":
    """The sound of a file, left and right."""
    path.write_bytes(data)
    sound = audio.read(path)[0]
    return sound if sound.shape[0] == 2 else np.repeat(sound, 2, axis=0)


def _row(held: Held, file: str, title: Title, described: dict[str, float]) -> dict[str, Any]:
    return asdict(
        PackKick(
            file=file,
            word=title.word,
            note=title.note,
            pitch_hz=described.get("pitch_hz"),
            seed=held.recipe.seed,
            attempt=held.recipe.attempt or 0,
            true_peak_db=described.get("true_peak_db", SILENT_DB),
            loudness_lufs=loudness(described),
            remarks=tuple(held.facts["remarks"]),
        )
    )


def _of_files(names: Sequence[str]) -> str:
    """The note on rights where a user's own sounds went in."""
    if not names:
        return ""
    return "\n" + fill(OF_FILES.format(names=", ".join(names)), texts.WIDTH) + "\n"
