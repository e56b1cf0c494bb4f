"""The page without a server: a folder that any file server can serve, in which the model plays in the browser.

    index.html         the page, set to play the browser's engine, with a content security policy of its own
    static/            its scripts and styles, and the third-party files that play here, with their licences
    model/             model.json (the card and what the page shows of it), the graphs, the prior, what chooses and the
                       embedding's constants as plain float32, and the map where there is one
    model/resampling/  for rates that files often have, what `audio.resample` makes of a single sample
    LICENSE.txt        whose all this is

docs/web-export.md says how to host it and what differs from the server.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kickitout.errors import DamagedFileError, InputError, MissingExtraError, OutputError
from kickitout.instrument import matching
from kickitout.instrument.instrument import Instrument, load
from kickitout.instrument.recipes import own_version
from kickitout.measure import embedding
from kickitout.model.bundle import Bundle
from kickitout.model.card import ENCODER, GENERATOR
from kickitout.model.choice import Choice
from kickitout.model.prior import Mixture
from kickitout.model.wording import model_card, rights_line, sales_answer
from kickitout.sound.audio import response
from kickitout.sound.kick import SAMPLE_RATE
from kickitout.system.files import describe_os_error, make_folder, replacing_folder
from kickitout.web.map import SECONDS, draw, shipped_map
from kickitout.web.pages import INDEX, STATIC

PAGE = "index.html"
MODEL = "model"
"""The model's folder in the page; in it are these files, and a folder."""

MANIFEST_FILE = "model.json"
EMBEDDING_FILE = "embedding.f32"
PRIOR_FILE = "prior.f32"
CHOICE_FILE = "choice.f32"
OTHERS_FILE = "others.f32"
MAP_FILE = "map.json"
RESAMPLING = "resampling"

MANIFEST = f"{MODEL}/{MANIFEST_FILE}"
LICENCE_FILE = "LICENSE.txt"

RESAMPLED = (48_000, 88_200, 96_000)
"""Rates in Hz that files often have: of these the page resamples as Python does, and so names what a file holds by the
same hash. Others it resamples nearly so."""

MARK = '<meta name="kick-engine" content="browser">'
"""Stands in the page of every export; by it and the manifest a folder is known as one."""

SERVER_MARK = '<meta name="kick-engine" content="server">'

VENDORED = {
    "onnxruntime-web": ("ort.js", "ort-wasm-simd-threaded.wasm", "LICENSE"),
    "fflate": ("fflate.js", "LICENSE"),
    "marked": ("marked.js", "LICENSE"),
}
"""The third-party files of an export, by package: what plays the model, zips packs, and reads the model's card."""

LEFT_OUT = ("vendor", "engine/server.js", INDEX)
"""What an export leaves out: of the third-party files it takes those of `VENDORED`; its own HTML lies above."""

VENDOR_LINE = "python vendoring/vendor.py"

POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self' blob:; base-uri 'none'; form-action 'none'; object-src 'none'"
)
"""What the page may load: nothing from anywhere else."""


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        folder: where.
        model: the model's name and version.
        version: of the model.
        bytes: of all files.
        has_map: whether the page has a map.
    """

    folder: Path
    model: str
    version: str
    bytes: int
    has_map: bool


def export_web(
    model: str | Path,
    folder: Path,
    *,
    static: Path = STATIC,
    log: Callable[[str], None] = lambda text: None,
    map_seconds: float = SECONDS,
) -> Exported:
    """Write the page of a model.

    Args:
        model: a name that `kick models` lists, or the folder or zip of a bundle.
        folder: new, empty, or a page that was exported before.
        static: the files of the page.
        log: called with a line before each long step.
        map_seconds: of a model whose map is not shipped, as many kicks come onto the map as can be made in this time.

    Raises:
        InputError: there is no such model, it cannot be played in a browser, or the folder holds something else.
        DamagedFileError: the model is damaged, or the page's scripts are missing.
        VersionError: the model was written by a newer Kick It Out.
        OutputError: the machine refuses to write.
    """
    instrument = load(model)
    bundle = instrument.bundle
    _check_playable(bundle)
    _check_static(static)
    _check_folder(folder)
    page = _page(static)
    drawn = _map_of(instrument, map_seconds, log)
    make_folder(folder.resolve().parent)
    with replacing_folder(folder, "the page ") as new:
        _copy_static(static, new / "static")
        _write_model(instrument, new / MODEL, drawn)
        (new / PAGE).write_text(page, encoding="utf-8")
        (new / LICENCE_FILE).write_text(_rights(bundle), encoding="utf-8")
        size = sum(file.stat().st_size for file in new.rglob("*") if file.is_file())
    return Exported(folder, bundle.card.name, bundle.card.version, size, drawn is not None)


def _map_of(instrument: Instrument, seconds: float, log: Callable[[str], None]) -> dict[str, Any] | None:
    """The map of a model; None where too few of its kicks pass the gate, or the extra that draws maps is missing."""
    drawn = shipped_map(instrument)
    if drawn is not None:
        return drawn
    log(f"drawing the map of {instrument.name}, which takes about {seconds:.0f} s")
    try:
        return draw(instrument, seconds=seconds)
    except (InputError, MissingExtraError) as error:
        log(f"the page has no map: {error}")
        return None


# What can be exported -------------------------------------------------------------------------------------------------


def _check_playable(bundle: Bundle) -> None:
    """Raise `InputError` where a browser cannot play a model."""
    card = bundle.card
    if not card.outputs_sketch:
        remedy = (
            "its output is a {output}, which a browser cannot play; export one whose output is a sketch, as kickgan"
        )
        raise InputError("model", card.name, remedy, output=card.output)
    unknown = [one.name for one in card.inputs if one.kind == "control"]
    if unknown:
        remedy = "the page cannot set {control}, which is an input of its network; export another model"
        raise InputError("model", card.name, remedy, control=unknown[0])


def _check_static(static: Path) -> None:
    """Raise `DamagedFileError` where a part of the page is missing."""
    for name in (INDEX, "engine/browser.js", "engine/worker.js"):
        if not (static / name).is_file():
            raise DamagedFileError(f"this copy of Kick It Out holds no page ({name} is missing); reinstall it")
    for package, name in _vendored():
        if not (static / "vendor" / package / name).is_file():
            raise DamagedFileError(
                f"{package}, which the page in the browser needs, is not there ({name} is missing); run "
                f"{VENDOR_LINE} in the sources, or install Kick It Out from a wheel"
            )


def _vendored() -> Iterator[tuple[str, str]]:
    """Package and name of each third-party file of an export."""
    return ((package, name) for package, names in VENDORED.items() for name in names)


def _check_folder(folder: Path) -> None:
    """Raise `InputError` unless a folder is absent, empty, or an export of ours."""
    if not folder.exists() and not folder.is_symlink():
        return
    if folder.is_symlink() or not folder.is_dir():
        raise InputError("folder", folder, "there is already a file of this name; choose another name")
    try:
        ours = (folder / MANIFEST).is_file() and MARK in (folder / PAGE).read_text(encoding="utf-8", errors="replace")
        empty = next(folder.iterdir(), None) is None
    except OSError as error:
        raise OutputError(f"cannot read {folder}: {describe_os_error(error)}; choose another folder") from error
    if not ours and not empty:
        raise InputError("folder", folder, "already there and not a page of Kick It Out; choose another folder")


# What is written ------------------------------------------------------------------------------------------------------


def _page(static: Path) -> str:
    """The page's HTML, set to play the browser's engine."""
    html = (static / INDEX).read_text(encoding="utf-8")
    if html.count(SERVER_MARK) != 1:
        raise DamagedFileError(f"the page holds {html.count(SERVER_MARK)} lines {SERVER_MARK}, not one; reinstall it")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    return html.replace(SERVER_MARK, f"{policy}\n  {MARK}")


def _copy_static(static: Path, target: Path) -> None:
    def unwanted(path: str, names: list[str]) -> set[str]:
        inside = Path(path).relative_to(static)
        return {name for name in names if (inside / name).as_posix() in LEFT_OUT or name.startswith(".")}

    shutil.copytree(static, target, ignore=unwanted)
    for package, name in _vendored():
        place = target / "vendor" / package / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(static / "vendor" / package / name, place)


def _write_model(instrument: Instrument, target: Path, drawn: dict[str, Any] | None) -> None:
    target.mkdir()
    bundle = instrument.bundle
    card, prior = bundle.card, bundle.prior
    for role in {GENERATOR, ENCODER} & card.graphs.keys():
        (target / card.graphs[role]).write_bytes(bundle.graph(role))
    fitted = embedding.constants()
    numbers = [fitted.mean, fitted.scale, fitted.matrix.ravel()]
    (target / EMBEDDING_FILE).write_bytes(np.concatenate(numbers).astype("<f4").tobytes())
    if prior is not None:
        (target / PRIOR_FILE).write_bytes(packed_prior(prior))
    if bundle.choice is not None:
        (target / CHOICE_FILE).write_bytes(packed_choice(bundle.choice))
    if drawn is not None:
        (target / MAP_FILE).write_text(json.dumps(drawn, separators=(",", ":")), encoding="utf-8")
    others = matching.others(instrument) if ENCODER in card.graphs else []
    if others:
        (target / OTHERS_FILE).write_bytes(np.concatenate(others).astype("<f4").tobytes())
    features, size = fitted.matrix.shape
    manifest = {
        "version": own_version(),
        "checksum": bundle.checksum,
        "rights": rights_line(card),
        "licence": f"{sales_answer(card)}\n",
        "card": card.model_dump(mode="json"),
        "prior": None if prior is None else {"count": len(prior.weights), "size": prior.size},
        "choice": None if bundle.choice is None else {"sizes": bundle.choice.sizes},
        "embedding": {"features": features, "size": size},
        "others": len(others) or None,
        "resampling": _write_responses(target / RESAMPLING),
        "map": drawn is not None,
        "model_card": model_card(card),
    }
    (target / MANIFEST_FILE).write_text(json.dumps(manifest, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def _write_responses(target: Path) -> dict[int, tuple[int, ...]]:
    """What `audio.response` gives of each rate, as float64: its first part, then its second, with its shape."""
    target.mkdir()
    shapes = {}
    for rate in RESAMPLED:
        whole, opening = response(rate, SAMPLE_RATE)
        (target / f"{rate}.f64").write_bytes(np.append(whole, opening).astype("<f8").tobytes())
        shapes[rate] = opening.shape
    return shapes


def packed_prior(prior: Mixture) -> bytes:
    """Weights, means and the lower triangles of the factors, row by row: little-endian float32."""
    rows, columns = np.tril_indices(prior.size)
    numbers = [prior.weights, prior.means.ravel(), prior.factors[:, rows, columns].ravel()]
    return np.concatenate(numbers).astype("<f4").tobytes()


def packed_choice(choice: Choice) -> bytes:
    """Weights, row by row, and biases layer by layer, then the limits: little-endian float32."""
    return b"".join(array.astype("<f4").tobytes() for array in choice.arrays().values())


def _rights(bundle: Bundle) -> str:
    card = bundle.card
    return (
        "Kick It Out: MIT licence; https://opensource.org/license/mit\n\n"
        f"The model {card.name} {card.version} ({bundle.checksum[:12]}): {sales_answer(card)}\n\n"
        + "".join(f"{package}: MIT licence, static/vendor/{package}/LICENSE\n" for package in VENDORED)
    )
