"""A model as files: card, ONNX graphs, checksums; written whole, verified, run. No code, no pickles, no torch.

A bundle is a folder, or a zip of that folder:

    card.json         what the model is: see `Card`
    MODEL_CARD.md     the same for people, written from the card by `model_card`
    *.onnx            the graphs that the card names
    prior.npz         the distribution of latents, where the card names one
    checksums.json    the SHA-256 of every other file; the SHA-256 of this file is the bundle's identity

Zips are read in memory and never unpacked. docs/bundle.md is the reference of the format.
"""

import hashlib
import json
import os
import threading
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from kickitout.errors import DamagedFileError, InputError, VersionError
from kickitout.model import arrays
from kickitout.model import prior as priors
from kickitout.model.card import (
    CARD_FILE,
    CHECKSUMS_FILE,
    GENERATOR,
    MODEL_CARD_FILE,
    PRIOR_SUFFIX,
    Card,
)
from kickitout.model.prior import Mixture
from kickitout.model.wording import model_card
from kickitout.system.files import describe_os_error, make_folder, replacing_folder

FORMAT_VERSION = 1


MAX_BUNDLE_BYTES = 2**30
"""A bundle is read into memory; what claims to be larger than 1 GiB (a zip bomb, say) is refused unread."""

MAX_PRIOR_BYTES = 2**28
"""What a prior may unpack to: 256 MiB."""


# What file managers leave in folders that people look into. Never read.
_DROPPINGS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _card_json(card: Card) -> bytes:
    data = card.model_dump(mode="json")
    if card.prior is None:  # cards from before there were any keep their bytes
        del data["prior"]
    if card.wildness is None:
        del data["wildness"]
    return _plain_json(data)


def _plain_json(data: object) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


# --- the card in words ------------------------------------------------------------------------------------------------


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
    found = {entry.name for entry in folder.iterdir()} - _DROPPINGS
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
        files: the bytes of exactly the graphs and the prior that the card names.
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
        files: the bytes of exactly the graphs and the prior that the card names.

    Raises:
        InputError: something that is not a bundle is in the way.
        OutputError: the machine refuses to write.
    """
    contents = seal(card, files)
    _refuse_foreign(folder)
    make_folder(folder.parent)
    with replacing_folder(folder, "the bundle ") as new:
        for name, data in contents.items():
            _write_synced(new / name, data)


# --- reading ----------------------------------------------------------------------------------------------------------


def _read_folder(folder: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    entries = [entry for entry in sorted(folder.iterdir()) if entry.name not in _DROPPINGS]
    if not {CARD_FILE, CHECKSUMS_FILE} & {entry.name for entry in entries}:
        return files  # not a bundle at all, whatever else is in there
    for entry in entries:
        if not entry.is_file():
            raise DamagedFileError(f"{entry} does not belong in a bundle: only plain files do; export the model again")
        total += entry.stat().st_size
        if total > MAX_BUNDLE_BYTES:
            raise DamagedFileError(f"{folder} is larger than {MAX_BUNDLE_BYTES:,} bytes: no bundle is")
        files[entry.name] = entry.read_bytes()
    return files


def _zip_member_name(path: Path, member: str) -> str:
    """The plain name of a zip's member: at the top, or in one folder (as most zip programs pack a folder)."""
    parts = PurePosixPath(member).parts
    if "\\" in member or ":" in member or member.startswith("/") or ".." in parts or not 1 <= len(parts) <= 2:
        raise DamagedFileError(f"{path} holds the unsafe name {member!r}; nothing was read from it")
    return parts[-1]


def _read_zip(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            members = [info for info in members if not info.filename.startswith("__MACOSX/")]
            if sum(info.file_size for info in members) > MAX_BUNDLE_BYTES:
                raise DamagedFileError(f"{path} unpacks to more than {MAX_BUNDLE_BYTES:,} bytes: no bundle does")
            files: dict[str, bytes] = {}
            tops = set()
            for info in members:
                name = _zip_member_name(path, info.filename)
                if name in _DROPPINGS:
                    continue
                if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise DamagedFileError(f"{path} packs {info.filename} in an unusual way; zip it as plain deflate")
                tops.add(info.filename[: -len(name)])
                if name in files or len(tops) > 1:
                    raise DamagedFileError(f"{path} holds {info.filename} next to another bundle or folder; keep one")
                # The size in the directory is only a claim: reading stops there.
                with archive.open(info) as stream:
                    files[name] = stream.read(info.file_size)
            return files
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise DamagedFileError(f"{path} is a damaged zip ({error}); fetch or export the bundle again") from error


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(2)


def _read_files(path: Path) -> dict[str, bytes]:
    try:
        if path.is_dir():
            files = _read_folder(path)
        elif not path.exists():
            raise InputError("model", path, "does not exist; kick models lists the installed models")
        elif _first_bytes(path) != b"PK":
            remedy = "not a bundle: neither a folder nor a zip; kick models lists the installed models"
            raise InputError("model", path, remedy)
        else:
            files = _read_zip(path)
    except OSError as error:
        raise DamagedFileError(f"the bundle {path} cannot be read: {describe_os_error(error)}") from error
    if CARD_FILE not in files and CHECKSUMS_FILE not in files:
        remedy = "not a bundle: it holds no {card}; kick models lists the installed models"
        raise InputError("model", path, remedy, card=CARD_FILE)
    for name in (CARD_FILE, CHECKSUMS_FILE):
        if name not in files:
            raise DamagedFileError(f"the bundle {path} lacks {name}; fetch or export it again")
    return files


def _json_object(path: Path, name: str, data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DamagedFileError(f"{name} of the bundle {path} is not JSON; fetch or export the bundle again") from error
    if not isinstance(value, dict):
        raise DamagedFileError(f"{name} of the bundle {path} is not a JSON object; fetch or export the bundle again")
    return value


def _check_version(path: Path, data: bytes) -> None:
    version = _json_object(path, CARD_FILE, data).get("format_version")
    if isinstance(version, int) and not isinstance(version, bool) and version > FORMAT_VERSION:
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
    wanted = card.latent_size + len(card.controls)
    if prior.size != wanted:
        raise DamagedFileError(f"{source} is of {prior.size} numbers, its card needs {wanted}; export the model again")
    return prior


class Bundle:
    """A verified model in memory. `Bundle.open` makes one; a graph is loaded at its first run.

    Attributes:
        path: where it was read.
        card: what the model is.
        prior: the distribution of (latent, scores of the card's controls), or None where latents are standard normal.
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
        self._graphs = {role: files[file] for role, file in self.card.graphs.items()}
        self._sessions: dict[str, Any] = {}
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> "Bundle":
        """Read and verify the bundle at `path`, a folder or a zip.

        Raises:
            InputError: there is no bundle.
            DamagedFileError: a file is missing, altered, or not the bundle's own.
            VersionError: it was written by a newer Kick It Out.
        """
        return cls(path, _read_files(path))

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
            names = [output.name for output in session.get_outputs()]
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
                import onnxruntime  # a fifth of a second: only when a kick is made

                options = onnxruntime.SessionOptions()
                # One thread a call: sums are then made in one order, whatever the machine and the load.
                options.intra_op_num_threads = 1
                options.inter_op_num_threads = 1
                options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
                options.use_deterministic_compute = True
                options.log_severity_level = 4  # fatal only: failures are raised and reported once, by us
                try:
                    self._sessions[role] = onnxruntime.InferenceSession(
                        self._graphs[role], sess_options=options, providers=["CPUExecutionProvider"]
                    )
                except Exception as error:  # ONNX Runtime's exceptions have no base of their own
                    raise self._bad_graph(role, error) from error
            return self._sessions[role]
