"""A model as files: card, ONNX graphs, checksums; written whole, verified, run. No code, no pickles, no torch.

A bundle is a folder, or a zip of that folder:

    card.json         what the model is: see `Card`
    MODEL_CARD.md     the same for people, written from the card by `model_card`
    *.onnx            the graphs that the card names
    prior.npz         the distribution of latents, where the card names one
    choice.npz        the network that chooses among latents, where the card names one
    checksums.json    the SHA-256 of every other file; the SHA-256 of this file is the bundle's identity

Zips are read in memory and never unpacked. docs/bundle.md is the reference of the format.
"""

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from kickitout.errors import DamagedFileError, InputError, VersionError
from kickitout.model import arrays, graphs, runtime, trial
from kickitout.model import choice as choices
from kickitout.model import prior as priors
from kickitout.model.archive import DROPPINGS, MAX_BUNDLE_BYTES, read_files
from kickitout.model.card import (
    CARD_FILE,
    CHECKSUMS_FILE,
    GENERATOR,
    MODEL_CARD_FILE,
    PRIOR_SUFFIX,
    Card,
)
from kickitout.model.choice import Choice
from kickitout.model.prior import Mixture
from kickitout.model.wording import model_card
from kickitout.system.files import make_folder, replacing_folder

FORMAT_VERSION = 1


MAX_PRIOR_BYTES = 2**26
"""What a prior may unpack to: 64 MiB, eighty times what the shipped one does."""

MAX_CHOICE_BYTES = 2**22
"""What a network that chooses may unpack to: 4 MiB; the shipped ones have 34 kB."""

MAX_CARD_BYTES = 2**24
"""What a card or the checksums may have: 16 MiB, names of a hundred thousand sources."""

_SHIPPED = Path(__file__).parent / "shipped"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _card_json(card: Card) -> bytes:
    data = card.model_dump(mode="json")
    if card.prior is None:  # cards from before there were any keep their bytes
        del data["prior"]
    if card.choice is None:
        del data["choice"]
    if not card.steady:
        del data["steady"]
    if card.wildness is None:
        del data["wildness"]
    for name in ("by_licence_class", "credits", "synthesised"):
        if not data["trained_on"][name]:
            del data["trained_on"][name]
    return _plain_json(data)


def _plain_json(data: object) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


# --- writing ----------------------------------------------------------------------------------------------------------


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _refuse_foreign(folder: Path) -> None:
    """Raise `InputError` unless `folder` is absent, empty, or a bundle that may be replaced."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError("folder", folder, "there is already a file of this name; choose another name")
    found = {entry.name for entry in folder.iterdir()} - DROPPINGS
    if found and not {CARD_FILE, CHECKSUMS_FILE} <= found:
        remedy = "holds other files ({name}, ...); choose a new or empty folder"
        raise InputError("folder", folder, remedy, name=min(found))
    # By name, not by checksums.json: a damaged bundle may be replaced too.
    ours = {CARD_FILE, CHECKSUMS_FILE, MODEL_CARD_FILE}
    strangers = {name for name in found - ours if not name.endswith((".onnx", PRIOR_SUFFIX))}
    if strangers:
        remedy = "holds a file that is not part of a bundle, {name}; move it away or choose another folder"
        raise InputError("folder", folder, remedy, name=min(strangers))


def seal(card: Card, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """All files of a bundle by name, with the checksums: what `write_bundle` writes and `Bundle` takes.

    Args:
        card: what the model is.
        files: the bytes of exactly the graphs, the prior and the choice that the card names.
    """
    if set(card.files) != set(files):
        raise ValueError(f"the card names {sorted(card.files)}, the files are {sorted(files)}")
    contents = {CARD_FILE: _card_json(card), MODEL_CARD_FILE: model_card(card).encode("utf-8"), **files}
    contents[CHECKSUMS_FILE] = _plain_json({name: _sha256(contents[name]) for name in sorted(contents)})
    return contents


def write_bundle(folder: Path, card: Card, files: Mapping[str, bytes]) -> None:
    """Write a bundle; the whole folder appears at once. An older bundle of that name is replaced.

    Args:
        folder: the bundle's folder; absent, empty or a bundle.
        card: what the model is.
        files: the bytes of exactly the graphs, the prior and the choice that the card names.

    Raises:
        InputError: something that is not a bundle is in the way.
        OutputError: the machine refuses to write.
    """
    contents = seal(card, files)
    size = sum(map(len, contents.values()))
    if size > MAX_BUNDLE_BYTES:
        remedy = "a bundle of {size:,} bytes; it can have {most:,}: train a smaller network"
        raise InputError("model", card.name, remedy, size=size, most=MAX_BUNDLE_BYTES)
    _refuse_foreign(folder)
    make_folder(folder.parent)
    with replacing_folder(folder, "the bundle ") as new:
        for name, data in contents.items():
            _write_synced(new / name, data)


# --- reading ----------------------------------------------------------------------------------------------------------


@cache
def _shipped() -> frozenset[str]:
    """The checksums of the models that come with the package: these are ours, wherever a copy of them lies."""
    return frozenset(_sha256(file.read_bytes()) for file in _SHIPPED.glob(f"*/{CHECKSUMS_FILE}"))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; one that names a thing twice is read differently by different programs."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _json_object(path: Path, name: str, data: bytes) -> dict[str, Any]:
    if len(data) > MAX_CARD_BYTES:
        raise DamagedFileError(f"{name} of the bundle {path} is larger than {MAX_CARD_BYTES:,} bytes: none is")
    try:
        value = json.loads(data, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise DamagedFileError(f"{name} of the bundle {path} is not JSON; fetch or export the bundle again") from error
    if not isinstance(value, dict):
        raise DamagedFileError(f"{name} of the bundle {path} is not a JSON object; fetch or export the bundle again")
    return value


def _check_version(path: Path, data: bytes) -> None:
    version = _json_object(path, CARD_FILE, data).get("format_version", FORMAT_VERSION)
    if type(version) is not int:  # true and 1.0 are equal to 1
        raise DamagedFileError(
            f"{CARD_FILE} of the bundle {path}, format_version: no whole number; export the model again"
        )
    if version > FORMAT_VERSION:
        raise VersionError(
            f"the bundle {path} has format {version}, this Kick It Out reads up to format {FORMAT_VERSION}: update it "
            f"(pip install -U kickitout)"
        )


def _verify(path: Path, files: Mapping[str, bytes]) -> None:
    """Raise `DamagedFileError` unless the files are exactly those of checksums.json, bit for bit."""
    expected = _json_object(path, CHECKSUMS_FILE, files[CHECKSUMS_FILE])
    present = set(files) - {CHECKSUMS_FILE}
    for name in sorted(expected.keys() - present):
        raise DamagedFileError(f"the bundle {path} lacks {name}; fetch or export it again")
    for name in sorted(present - expected.keys()):
        raise DamagedFileError(f"the bundle {path} holds a file that is not its own: {name}; move it away")
    for name in sorted(present):
        if _sha256(files[name]) != expected[name]:
            raise DamagedFileError(
                f"{name} of the bundle {path} does not match its checksum; fetch or export the bundle again"
            )


def _parse_card(path: Path, data: bytes) -> Card:
    try:
        return Card.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        where = f"{CARD_FILE} of the bundle {path}" + (f", {place}" if place else "")
        raise DamagedFileError(f"{where}: {first['msg'].lower()}; export the model again") from error


def _read_prior(path: Path, card: Card, data: bytes) -> Mixture:
    source = f"{card.prior} of the bundle {path}"
    prior = priors.from_arrays(arrays.unpack(data, source, most_bytes=MAX_PRIOR_BYTES), source)
    wanted = card.latent_size + len(card.scored)
    if prior.size != wanted:
        raise DamagedFileError(f"{source} is of {prior.size} numbers, its card needs {wanted}; export the model again")
    return prior


def _read_choice(path: Path, card: Card, data: bytes) -> Choice:
    source = f"{card.choice} of the bundle {path}"
    choice = choices.from_arrays(arrays.unpack(data, source, most_bytes=MAX_CHOICE_BYTES), source)
    if choice.size != card.latent_size:
        raise DamagedFileError(
            f"{source} is for latents of {choice.size} numbers, its card has {card.latent_size}; export the model again"
        )
    return choice


class Bundle:
    """A verified model in memory. `Bundle.open` makes one; a graph is loaded at its first run.

    Attributes:
        path: where it was read.
        card: what the model is.
        prior: the distribution of (latent, scores of the card's controls), or None where latents are standard normal.
        choice: what chooses among latents before they are rendered, or None.
        parts: the bytes of the files that the card names, by name.
        checksum: the SHA-256 of checksums.json: the identity of the model, to the bit.
        size: bytes of all files.
    """

    def __init__(self, path: Path, files: Mapping[str, bytes]) -> None:
        _check_version(path, files[CARD_FILE])
        _verify(path, files)
        self.path = path
        self.card = _parse_card(path, files[CARD_FILE])
        self.checksum = _sha256(files[CHECKSUMS_FILE])
        self.size = sum(len(data) for data in files.values())
        for file in self.card.files:
            if file not in files:
                raise DamagedFileError(f"the bundle {path} lacks {file}, which its card names; export it again")
        self.prior = None if self.card.prior is None else _read_prior(path, self.card, files[self.card.prior])
        self.choice = None if self.card.choice is None else _read_choice(path, self.card, files[self.card.choice])
        self.parts = {file: files[file] for file in self.card.files}
        self._graphs = {role: files[file] for role, file in self.card.graphs.items()}
        self._ours = self.checksum in _shipped()
        if not self._ours:
            self._check_graphs()
        self._sessions: dict[str, Any] = {}
        self._outputs: dict[str, list[str]] = {}  # their names, in the graphs' order
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> "Bundle":
        """Read and verify the bundle at `path`, a folder or a zip.

        Raises:
            InputError: there is no bundle.
            DamagedFileError: a file is missing, altered, or not the bundle's own.
            VersionError: it was written by a newer Kick It Out.
        """
        return cls(path, read_files(path))

    def _check_graphs(self) -> None:
        """Raise `DamagedFileError` unless each graph may run: see `kickitout.model.graphs`."""
        wanted = {part.name: tuple(part.shape) for part in self.card.inputs}
        for role, data in self._graphs.items():
            try:
                takes = graphs.check(data)
                if role == GENERATOR and takes != wanted:
                    raise ValueError(f"it takes {takes}, its card says {wanted}")
            except ValueError as error:
                words = " ".join(str(error).split())[:300]
                raise DamagedFileError(
                    f"{self.card.graphs[role]} of the bundle {self.path} is refused: {words}; fetch it from its "
                    f"makers, or export it again"
                ) from error

    def graph(self, role: str) -> bytes:
        """A graph as it is stored: ONNX."""
        return self._graphs[role]

    def generate_raw(self, inputs: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """The first output of the generator graph, which is all there is for an image or a waveform: see `run`."""
        return next(iter(self.run(GENERATOR, inputs).values()))

    def run(self, role: str, inputs: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        """Run a graph on one kick's inputs. Any number of threads may call at once.

        Args:
            role: which graph; one of the card's.
            inputs: float32 arrays; for the generator, with the names and shapes of `card.inputs`.

        Returns:
            Its outputs by name, float32 of the graph's shapes.

        Raises:
            DamagedFileError: the graph does not load, does not run, or does not give finite float32 numbers.
        """
        if role == GENERATOR:
            wanted = {graph_input.name: tuple(graph_input.shape) for graph_input in self.card.inputs}
            given = {name: array.shape for name, array in inputs.items()}
            if given != wanted:
                raise ValueError(f"the graph takes {wanted}, got {given}")
        session = self._open_session(role)
        try:
            results = session.run(None, dict(inputs))
            names = self._outputs[role]
        except Exception as error:  # ONNX Runtime's exceptions have no base of their own
            raise self._bad_graph(role, error) from error
        for result in results:
            if not isinstance(result, np.ndarray) or result.dtype != np.float32 or not np.isfinite(result).all():
                raise self._bad_graph(role, "its output is not finite float32 numbers")
        return dict(zip(names, results, strict=True))

    def _bad_graph(self, role: str, reason: object) -> DamagedFileError:
        file = self.card.graphs[role]
        words = " ".join(str(reason).split())[:200]
        return DamagedFileError(f"{file} of the bundle {self.path} does not run ({words}); export the model again")

    def _open_session(self, role: str) -> Any:
        with self._lock:
            if role not in self._sessions:
                words = "" if self._ours else trial.fault(self._graphs[role])
                if words:
                    raise self._bad_graph(role, words)
                try:
                    session = runtime.open_session(self._graphs[role])
                    self._outputs[role] = [output.name for output in session.get_outputs()]
                    self._sessions[role] = session
                except Exception as error:  # ONNX Runtime's exceptions have no base of their own
                    raise self._bad_graph(role, error) from error
            return self._sessions[role]
