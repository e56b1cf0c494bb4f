"""The texts of a pack: README.txt, LICENSE.txt and its manifest."""

import json
from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from kickitout.instrument.finishing import Processing
from kickitout.instrument.recipes import Encoding, own_version
from kickitout.model.card import Card
from kickitout.model.wording import sales_answer
from kickitout.packs.place import MANIFEST_FORMAT
from kickitout.sound.kick import KICK_SAMPLES

WIDTH = 100
"""Characters in a line."""

RIGHTS = (
    "Rights in the sample pack {name}",
    "All sounds in this pack were made with Kick It Out {version} and the model {model} {model_version}. Kick It Out "
    "claims no right to them.",
    "Can I use them in music, and sell it? Can I sell the pack? {answer}",
    "The model's card (MODEL_CARD.md beside the model) counts the {kicks:,} kicks that it was trained on by licence "
    "and by source.",
)
"""The paragraphs of LICENSE.txt."""

CONTENTS = (
    "{count} kick drums, {bits} {channels} WAV at {rate:,} Hz, {ms:g} ms each, made with Kick It Out {version} and the "
    "model {model} {model_version} ({checksum}). What you may do with them stands in LICENSE.txt, what they look like "
    "in sheet.png, what was measured of each in pack.json."
)
FILE_NAMES = (
    "File names hold a word for the sound, the seed, the note that is nearest to the pitch, without an octave, and, "
    "where anything was asked, a short mark of it; a kick without a note has no pitch. {level}"
)
PLAYED = (
    "These files play the kicks. A kit has one kick on each key from MIDI key 36 on (C1 where middle C is C3), a chain "
    "all kicks in slices of one length, strudel.json their names for Strudel."
)
AS_HEARD = "Each is as it was heard: nothing was done to its level."
TO_A_PEAK = "The true peak of each is {peak:g} dBTP."
TO_A_LOUDNESS = "Each has {lufs:g} LUFS, as far as a true peak of {peak:g} dBTP allows."
AGAIN = ("  kick generate --from FILE -o again", "", "Kicks, in the order of the keys (seed, pitch, loudness):", "")
NO_PITCH = "no pitch"
PITCH = "{hz:.1f} Hz"
KICK = "  {file}  {seed}  {pitch}  {lufs:.1f} LUFS"


def level_words(processing: Processing) -> str:
    """A sentence on the level that the kicks of a pack have."""
    if processing.loudness_lufs is None:
        return TO_A_PEAK.format(peak=processing.peak_dbtp)
    return TO_A_LOUDNESS.format(lufs=processing.loudness_lufs, peak=processing.peak_dbtp)


def licence(name: str, card: Card) -> str:
    """LICENSE.txt: whose the kicks are, as far as the model's card knows."""
    facts = {
        "name": name,
        "version": own_version(),
        "model": card.name,
        "model_version": card.version,
        "answer": sales_answer(card),
        "kicks": card.trained_on.kicks,
    }
    return "\n\n".join(fill(paragraph.format(**facts), WIDTH) for paragraph in RIGHTS) + "\n"


def readme(
    name: str,
    card: Card,
    checksum: str,
    encoding: Encoding,
    kicks: Sequence[Mapping[str, Any]],
    presets: Sequence[str] = (),
    instruments: int = 0,
    *,
    level: str = AS_HEARD,
    mono: bool = False,
) -> str:
    """README.txt: what is in the pack, and how each kick is made again.

    Args:
        name: the pack's.
        card, checksum: the model's.
        encoding: how its files are written.
        kicks: as in the manifest.
        presets: files for samplers.
        instruments: how many of these are instruments.
        level: a sentence on how loud they are.
        mono: whether the files have one channel.
    """
    bits = "32-bit float" if encoding.bits == "32f" else f"{encoding.bits}-bit"
    parts = [
        name,
        "=" * len(name),
        "",
        fill(
            CONTENTS.format(
                count=len(kicks),
                bits=bits,
                channels="mono" if mono else "stereo",
                rate=encoding.rate,
                ms=1000.0 * KICK_SAMPLES / 44_100,
                version=own_version(),
                model=card.name,
                model_version=card.version,
                checksum=checksum[:12],
            ),
            WIDTH,
        ),
        "",
        fill(FILE_NAMES.format(level=level), WIDTH),
        "",
    ]
    if presets:
        words = PLAYED
        if instruments:
            words += (
                " An instrument is one kick over all keys, in tune, softer and darker at low velocities, with round "
                "robins; its files are in the folder `layers`."
            )
        parts += [fill(words, WIDTH), "", *(f"  {preset}" for preset in presets), ""]
    parts += [
        "To make any of these files again, to the same bytes with the same version on the same machine:",
        "",
        *AGAIN,
    ]
    longest = max(len(kick["file"]) for kick in kicks)
    for kick in kicks:
        pitch = NO_PITCH if kick["pitch_hz"] is None else PITCH.format(hz=kick["pitch_hz"])
        file, seed = f"{kick['file']:<{longest}}", f"{kick['seed']:>19}"
        parts.append(KICK.format(file=file, seed=seed, pitch=f"{pitch:>8}", lufs=kick["loudness_lufs"]))
    return "\n".join(parts) + "\n"


def manifest(
    name: str,
    card: Card,
    checksum: str,
    arguments: Mapping[str, Any],
    kicks: Sequence[Mapping[str, Any]],
    files: Sequence[str],
) -> str:
    """pack.json: what the pack was made by, its kicks, and its files; by this file a pack is known as ours."""
    data = {
        "format": MANIFEST_FORMAT,
        "kickitout": own_version(),
        "name": name,
        "model": {"name": card.name, "version": card.version, "checksum": checksum},
        "asked": dict(arguments),
        "kicks": [dict(kick) for kick in kicks],
        "files": sorted(files),
    }
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
