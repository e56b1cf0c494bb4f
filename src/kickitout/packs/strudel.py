"""strudel.json: the names by which Strudel, the live-coding instrument, finds the kicks of a pack.

strudel.cc/learn/samples says what it holds: names, each of one file, or of several by number.
"""

import json
from collections.abc import Sequence
from urllib.parse import quote

FILE = "strudel.json"
BASE = "_base"
"""The key of the address that all files follow; Strudel puts its own there where a folder is served or on GitHub."""


def strudel_json(name: str, files: Sequence[str]) -> str:
    """All kicks under the pack's name, `velvet_bd:0` and on, and each under its own; `bd` is a bass drum there, so that
    `s("bd").bank("velvet")` finds them."""
    paths = [quote(file) for file in files]  # a sharp would end an address
    own = {file.removesuffix(".wav"): path for file, path in zip(files, paths, strict=True)}
    return json.dumps({BASE: "", f"{name}_bd": paths, **own}, indent=1, ensure_ascii=False) + "\n"
