"""Draw the map of the rooms from the code: `python docs/draw_house.py`.

Writes docs/images/house.svg (the rooms in the order of layers, with the imports that hold them together),
docs/images/imports.svg (who imports whom), docs/images/way.svg (the way of a kick) and the table of rooms in
docs/architecture.md. The order of layers is that of import-linter's contract in pyproject.toml; rooms, their purpose
and their imports are read from the files below src/kickitout. tests/unit/test_docs.py fails where these are stale.
"""

import ast
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from textwrap import wrap

DOCS = Path(__file__).parent
ROOT = DOCS.parent
PACKAGE = ROOT / "src" / "kickitout"
PAGE = DOCS / "architecture.md"
BEGIN, END = "<!-- rooms: written by docs/draw_house.py -->\n", "<!-- end of the rooms -->\n"

INK, SOFT, LINE, GROUND = "#1d1d1f", "#55555a", "#8a8a90", "#ffffff"
COLOURS = ("#fde8d7", "#fdf3d0", "#e4f1d8", "#d8eff0", "#dfe6fa", "#efe2f7")
"""Fills of the boxes, a hue a storey, in turn."""

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
CODE = "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace"


@dataclass(frozen=True)
class Step:
    """One station on the way of a kick: what it is there, which code makes it, which command starts that."""

    name: str
    what: str
    code: tuple[str, ...]
    command: str


WAY = (
    Step(
        "audio files",
        "WAV, AIFF, FLAC, OGG, MP3 of any rate and depth",
        ("library/scan.py", "sound/audio.py"),
        "kick collect, or your own folder",
    ),
    Step(
        "library",
        "2 × 22,050 samples at 44.1 kHz: checked, de-duplicated, split by kit",
        ("library/prepare.py", "library/writer.py"),
        "kick prepare",
    ),
    Step(
        "representation",
        "a sketch: body as tracks, click and air as spectra in bands (or the draft's loudness image)",
        ("training/kickgan/sketch.py", "training/dcgan/loudness_image.py"),
        "kick train",
    ),
    Step(
        "networks",
        "encoder, generator and their losses",
        ("training/kickgan/networks.py", "training/kickgan/trainer.py"),
        "kick train",
    ),
    Step(
        "run",
        "a folder: settings, metrics, checkpoints, sheets, sounds",
        ("training/loop.py", "training/run/"),
        "kick train",
    ),
    Step(
        "bundle",
        "a card, ONNX graphs, a prior, checksums: no code, no torch",
        ("training/export/", "model/bundle.py"),
        "kick export",
    ),
    Step(
        "instrument",
        "seed and controls to latent, latent to sketch, sketch to sound; the gate judges it",
        ("instrument/instrument.py", "model/voice.py", "sound/sketch/render.py"),
        "kick generate, kick ui",
    ),
    Step(
        "WAV file",
        "24-bit stereo with the recipe that makes it again",
        ("instrument/exports.py", "sound/kick.py"),
        "kick generate, kick pack",
    ),
)


# --- what the code says ----------------------------------------------------------------------------------------------


def storeys() -> list[list[str]]:
    """The rooms of each layer, the highest first, as the import-linter contract in pyproject.toml lists them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    found = [[room.strip() for room in layer.replace(":", "|").split("|")] for layer in layers]
    return [rooms for rooms in found if not rooms[0].startswith("__")]


def files_of(room: str) -> list[Path]:
    """The Python files of a room: a folder, or one module."""
    folder = PACKAGE / room
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


def purpose(room: str) -> str:
    """The first sentence of the docstring of a room."""
    folder = PACKAGE / room
    file = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split()).split(". ")[0].removesuffix(".")


def folders_of(room: str) -> list[str]:
    """The folders with Python or page files inside a room, one level deep."""
    folder = PACKAGE / room
    inside = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    return [path.name for path in inside if not path.name.startswith("__")]


def _imported(file: Path) -> Iterator[str]:
    """The rooms that a file imports, by name; its own may be among them."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            inside = node.module == "kickitout"
            names = [f"kickitout.{alias.name}" for alias in node.names] if inside else [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            package, _, rest = name.partition(".")
            if package == "kickitout" and rest:
                yield rest.split(".")[0]


def imports() -> dict[str, list[str]]:
    """For each room, from the highest to the lowest, the rooms that it imports, in the same order."""
    rooms = [room for storey in storeys() for room in storey]
    found = {room: {other for file in files_of(room) for other in _imported(file)} for room in rooms}
    return {room: [other for other in rooms if other != room and other in found[room]] for room in rooms}


def needed(arrows: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """The arrows that no chain of other arrows replaces (the transitive reduction): what the map draws."""

    def reached(room: str) -> set[str]:
        return {far for other in arrows[room] for far in (other, *reached(other))}

    return [
        (room, other)
        for room, others in arrows.items()
        for other in others
        if not any(other in reached(between) for between in others if between != other)
    ]


# --- the table -------------------------------------------------------------------------------------------------------


def table() -> str:
    """The rooms as a Markdown table, the highest first."""
    arrows = imports()
    rows = ["| room | what lives there | folders inside | imports |", "|---|---|---|---|"]
    for room in arrows:
        name = f"`{room}/`" if (PACKAGE / room).is_dir() else f"`{room}.py`"
        inside = ", ".join(f"`{folder}/`" for folder in folders_of(room)) or "–"
        others = ", ".join(f"`{other}`" for other in arrows[room]) or "–"
        rows.append(f"| {name} | {purpose(room)} | {inside} | {others} |")
    return "\n".join(rows) + "\n"


def render_page(page: str) -> str:
    """The architecture page with its table written anew."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + "\n" + table() + "\n" + END + rest.split(END)[1]


# --- pictures --------------------------------------------------------------------------------------------------------


def _text(x: float, y: float, words: str, *, size: float = 14, bold: bool = False, more: str = "") -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}"{weight}{more}>{escape(words)}</text>'


def _box(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="7" fill="{fill}" stroke="{LINE}"/>'


def _picture(width: float, height: float, title: str, parts: list[str]) -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
            f'height="{height:g}" role="img" font-family="{FONT}" fill="{INK}">',
            f"<title>{escape(title)}</title>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            f'orient="auto"><path d="M0 0L8 4L0 8z" fill="{SOFT}"/></marker></defs>',
            f'<rect width="{width:g}" height="{height:g}" fill="{GROUND}"/>',
            *parts,
            "</svg>",
            "",
        ]
    )


WIDTH, GUTTER, GAP, EDGE = 640, 13, 26, 14
"""Of the house: the boxes together, a lane for a long arrow, the space between storeys, the margin."""


def house() -> str:
    """The rooms as boxes, a storey a layer, and the arrows that hold them together."""
    drawn = needed(imports())
    levels = storeys()
    storey_of = {room: number for number, storey in enumerate(levels) for room in storey}
    places: dict[str, tuple[float, float, float, float]] = {}
    parts: list[str] = []
    y = float(EDGE)
    for number, storey in enumerate(levels):
        width = (WIDTH - 12 * (len(storey) - 1)) / len(storey)
        texts = {room: wrap(purpose(room), int((width - 24) / 6.8)) for room in storey}
        height = 34 + 16 * max(len(lines) for lines in texts.values())
        for place, room in enumerate(storey):
            x = EDGE + place * (width + 12)
            places[room] = (x, y, width, height)
            name = f"{room}/" if (PACKAGE / room).is_dir() else f"{room}.py"
            parts.append(_box(x, y, width, height, COLOURS[number % len(COLOURS)]))
            parts.append(_text(x + 12, y + 22, name, size=15, bold=True, more=f' font-family="{CODE}"'))
            for line, words in enumerate(texts[room]):
                parts.append(_text(x + 12, y + 40 + 16 * line, words, size=13, more=f' fill="{SOFT}"'))
        y += height + GAP
    long = [(room, other) for room, other in drawn if storey_of[other] - storey_of[room] > 1]
    parts += [_short(places[room], places[other]) for room, other in drawn if (room, other) not in long]
    parts += [_long(places[room], places[other], lane) for lane, (room, other) in enumerate(long)]
    width = 2 * EDGE + WIDTH + GUTTER * (len(long) + 1)
    return _picture(width, y - GAP + EDGE, "The rooms of Kick It Out, each above those that it imports", parts)


def _arrow(path: str) -> str:
    return f'<path d="{path}" fill="none" stroke="{SOFT}" stroke-width="1.4" marker-end="url(#tip)"/>'


def _short(room: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> str:
    """An arrow to the next storey: from under the middle of the narrower box, straight down where both overlap."""
    low, high = max(room[0], other[0]), min(room[0] + room[2], other[0] + other[2])
    top, bottom = room[1] + room[3], other[1]
    if low < high:
        x = (low + high) / 2
        return _arrow(f"M{x:g} {top:g}L{x:g} {bottom:g}")
    start, end = room[0] + room[2] / 2, other[0] + other[2] / 2
    return _arrow(f"M{start:g} {top:g}L{end:g} {bottom:g}")


def _long(room: tuple[float, float, float, float], other: tuple[float, float, float, float], lane: int) -> str:
    """An arrow past storeys, in a lane of its own on the right: into the side of a box there, else into its top."""
    x = EDGE + WIDTH + GUTTER * (lane + 1)
    start, right = room[1] + room[3] / 2, other[0] + other[2]
    way = f"M{room[0] + room[2]:g} {start:g}L{x:g} {start:g}"
    if right < EDGE + WIDTH:
        above, middle = other[1] - GAP / 2, other[0] + other[2] / 2
        return _arrow(f"{way}L{x:g} {above:g}L{middle:g} {above:g}L{middle:g} {other[1]:g}")
    end = other[1] + 14 + 9 * lane % max(other[3] - 20, 1)
    return _arrow(f"{way}L{x:g} {end:g}L{right:g} {end:g}")


CELL = 34


def matrix() -> str:
    """Who imports whom: a row a room, a dot where it imports the room of the column; none is left of the diagonal."""
    arrows = imports()
    rooms = list(arrows)
    left, top = 132, 112
    size = CELL * len(rooms)
    parts = []
    for row, room in enumerate(rooms):
        y = top + CELL * row
        if row % 2 == 0:
            parts.append(f'<rect x="0" y="{y}" width="{left + size + EDGE}" height="{CELL}" fill="#f5f5f7"/>')
        at = f' text-anchor="end" font-family="{CODE}"'
        parts.append(_text(left - 12, y + CELL / 2 + 5, room, more=at))
        x = left + CELL * row + CELL / 2
        parts.append(
            f'<text transform="translate({x + 4:g} {top - 10}) rotate(-60)" font-size="14" '
            f'font-family="{CODE}">{escape(room)}</text>'
        )
        parts.append(
            f'<rect x="{left + CELL * row + 8}" y="{y + 8}" width="{CELL - 16}" height="{CELL - 16}" fill="#d2d2d7"/>'
        )
        for other in arrows[room]:
            centre = left + CELL * rooms.index(other) + CELL / 2
            parts.append(f'<circle cx="{centre:g}" cy="{y + CELL / 2:g}" r="8" fill="#a3400a"/>')
    return _picture(left + size + EDGE, top + size + EDGE, "Who imports whom among the rooms of Kick It Out", parts)


def way() -> str:
    """The way of a kick from audio files to a WAV file, a station a box."""
    parts: list[str] = []
    y, tops = float(EDGE), []
    for number, step in enumerate(WAY):
        texts = wrap(step.what, 50)
        height = max(34 + 16 * len(texts), 22 + 17 * len(step.code)) + 6
        tops.append((y, height))
        parts.append(_box(EDGE, y, 356, height, COLOURS[number % len(COLOURS)]))
        parts.append(_text(EDGE + 12, y + 22, step.name, size=15, bold=True))
        at = f' text-anchor="end" font-family="{CODE}" fill="{SOFT}"'
        parts.append(_text(EDGE + 344, y + 22, step.command, size=12, more=at))
        for line, words in enumerate(texts):
            parts.append(_text(EDGE + 12, y + 41 + 16 * line, words, size=13, more=f' fill="{SOFT}"'))
        for line, file in enumerate(step.code):
            parts.append(_text(EDGE + 370, y + 22 + 17 * line, file, size=13, more=f' font-family="{CODE}"'))
        y += height + GAP
    for (upper, height), (lower, _) in pairwise(tops):
        parts.append(_arrow(f"M{EDGE + 178} {upper + height:g}L{EDGE + 178} {lower:g}"))
    return _picture(660, y - GAP + EDGE, "The way of a kick, and the files that do each step", parts)


def pictures() -> dict[str, str]:
    """The drawings by file name."""
    return {"house.svg": house(), "imports.svg": matrix(), "way.svg": way()}


if __name__ == "__main__":
    for name, text in pictures().items():
        (DOCS / "images" / name).write_text(text, encoding="utf-8", newline="\n")
    PAGE.write_text(render_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
