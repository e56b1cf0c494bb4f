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
import re
import threading
import zipfile
import zlib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kickitout.errors import DamagedFileError, InputError, VersionError
from kickitout.model import arrays
from kickitout.model import prior as priors
from kickitout.model.controls import PERCENTILES, QUANTILE
from kickitout.model.prior import Mixture
from kickitout.sound.kick import KICK_SAMPLES
from kickitout.system.files import describe_os_error, make_folder, replacing_folder

FORMAT_VERSION = 1
CARD_FILE = "card.json"
MODEL_CARD_FILE = "MODEL_CARD.md"
CHECKSUMS_FILE = "checksums.json"
GENERATOR = "generator"
"""The role of the graph that makes a kick out of the inputs."""

ENCODER = "encoder"
"""The role of the graph that finds the latent of a kick."""

PRIOR_SUFFIX = ".npz"

MAX_BUNDLE_BYTES = 2**30
"""A bundle is read into memory; what claims to be larger than 1 GiB (a zip bomb, say) is refused unread."""

MAX_PRIOR_BYTES = 2**28
"""What a prior may unpack to: 256 MiB."""

FREE_LICENCES = frozenset({"CC0-1.0", "Public-Domain", "Unlicense"})
"""Licences that ask nothing of anybody who uses the sound."""

# What file managers leave in folders that people look into. Never read.
_DROPPINGS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Text = Annotated[str, Field(min_length=1)]
Positive = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    """What is read from JSON: nothing is taken for something else, and nothing more is there than is known."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class GraphInput(Part):
    """One input of the generator graph, a float32 tensor.

    `latent` and `noise` are standard normal numbers of (seed, `purpose`): see `randomness.normal`. `control` is a
    value that a person sets.
    """

    name: Text
    shape: list[Positive]  # with the batch of one: [1, latent_size] for the latent
    kind: Literal["latent", "noise", "control"]
    purpose: Text


class Inverse(Part):
    """How a loudness image becomes a waveform: the kind of inverse and its numbers."""

    kind: Literal["griffin-lim"]
    n_fft: Positive
    hop_length: Positive
    iterations: Positive
    momentum: Annotated[float, Field(ge=0.0, lt=1.0)]  # 0: plain Griffin-Lim; 0.99: the fast one


class Control(Part):
    """A value that a person sets: a measured feature of the kick, in its unit or as a quantile of the training kicks.

    `quantiles` are the feature's values that training kicks have at the quantiles 0, 0.01, ... 1.
    """

    name: Name
    descriptor: Text
    unit: Text  # of the descriptor; or "quantile": 0 to 1
    minimum: float
    maximum: float
    quantiles: Annotated[list[float], Field(min_length=PERCENTILES, max_length=PERCENTILES)]

    @model_validator(mode="after")
    def _ascends(self) -> "Control":
        if self.minimum >= self.maximum or any(low > high for low, high in pairwise(self.quantiles)):
            raise ValueError(f"the control {self.name} has a range or quantiles that do not ascend")
        if self.unit == QUANTILE and not 0.0 <= self.minimum < self.maximum <= 1.0:
            raise ValueError(f"the control {self.name} is a quantile: its range lies within 0 to 1")
        return self


class TrainedOn(Part):
    """What the weights have seen."""

    kicks: Count
    by_licence: dict[str, Count]
    by_source: dict[str, Count]
    samples_shown: Count  # kicks shown to the discriminator in all: epochs times kicks
    library_fingerprint: str
    splits: list[str]


class Card(Part):
    """What a model is, in plain data. docs/bundle.md explains every field."""

    format_version: Literal[1] = 1
    name: Name
    version: Text
    description: Text
    preset: Text
    licence: Text  # of the weights
    sample_rate: Literal[44_100] = 44_100  # Hz; every kick inside Kick It Out has this rate
    n_samples: Annotated[int, Field(ge=1, le=44_100 * 60)]
    latent_size: Positive
    inputs: Annotated[list[GraphInput], Field(min_length=1)]
    output: Literal["waveform", "loudness-image", "sketch"]
    inverse: Inverse | None = None
    graphs: dict[str, str]  # role -> file name
    prior: str | None = None  # file name; without one, latents are standard normal
    trained_on: TrainedOn
    measured: dict[str, float] = {}
    controls: list[Control] = []
    # How far training kicks are from their centre, at the quantiles 0, 0.01, ... 1: what the control `wild` sets.
    wildness: Annotated[list[float], Field(min_length=PERCENTILES, max_length=PERCENTILES)] | None = None
    limits: list[str] = []

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "Card":
        if GENERATOR not in self.graphs:
            raise ValueError(f'graphs must name a "{GENERATOR}"')
        for file in self.files:
            if not _FILE_NAME.fullmatch(file) or file in (CARD_FILE, MODEL_CARD_FILE, CHECKSUMS_FILE):
                raise ValueError(f"{file!r} is no plain file name of a graph or a prior")
        if (self.output == "loudness-image") != (self.inverse is not None):
            raise ValueError("a loudness-image needs an inverse, others have none")
        if self.says_sketches and self.n_samples != KICK_SAMPLES:
            raise ValueError(f"a sketch is of {KICK_SAMPLES} samples, got {self.n_samples}")
        if self.prior is not None and not self.prior.endswith(PRIOR_SUFFIX):
            raise ValueError(f"prior: {self.prior!r} does not end with {PRIOR_SUFFIX}")
        if self.controls and self.prior is None:
            raise ValueError("controls need a prior to ask")
        if len({control.name for control in self.controls}) != len(self.controls):
            raise ValueError("controls: two have the same name")
        if self.wildness is not None and (
            self.prior is None or any(low > high for low, high in pairwise(self.wildness))
        ):
            raise ValueError("wildness needs a prior, and quantiles that ascend")
        names = [graph_input.name for graph_input in self.inputs]
        if len(set(names)) != len(names):
            raise ValueError("inputs: two have the same name")
        latents = [graph_input.shape for graph_input in self.inputs if graph_input.kind == "latent"]
        if latents != [[1, self.latent_size]]:
            raise ValueError(f"inputs: exactly one latent of shape [1, {self.latent_size}] is needed, got {latents}")
        return self

    @property
    def says_sketches(self) -> bool:
        """Whether the graph ends at a sketch: such kicks have stems and are varied."""
        return self.output == "sketch"

    @property
    def files(self) -> tuple[str, ...]:
        """The names of all files that the card speaks of."""
        return (*self.graphs.values(), *([] if self.prior is None else [self.prior]))


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


def _table(head: str, rows: Mapping[str, int]) -> list[str]:
    ordered = sorted(rows.items(), key=lambda row: (-row[1], row[0]))
    return [f"| {head} | kicks |", "|---|---|", *(f"| {name} | {count:,} |" for name, count in ordered)]


def _licences(card: Card) -> tuple[dict[str, int], list[str]]:
    """The training kicks by licence, and which of these licences ask something of whoever uses a sound."""
    licences = {name: count for name, count in card.trained_on.by_licence.items() if count}
    untold = card.trained_on.kicks - sum(licences.values())
    if untold > 0:
        licences["no licence noted"] = untold
    return licences, sorted(set(licences) - FREE_LICENCES)


def rights_line(card: Card) -> str:
    """`sales_answer` as one sentence, for the copyright tag of a file."""
    licences, bound = _licences(card)
    made = f"Made with the model {card.name} {card.version}"
    if not licences:
        return f"{made}, trained on no recording of anybody: no rights claimed, free to use and to sell"
    if bound:
        return f"{made}, trained on kicks under terms that bind ({', '.join(bound)}): for research, not for sale"
    return (
        f"{made}: no rights claimed, free to use and to sell as far as its training kicks' own statements go "
        f"({', '.join(sorted(licences))})"
    )


def sales_answer(card: Card) -> str:
    """The answer to "can I sell it?", as far as the statements of the training sources go."""
    licences, bound = _licences(card)
    proviso = (
        "This rests on what the sources say about themselves: a stated licence is no proof of title, and this is no "
        "legal advice."
    )
    if not licences:
        return f"Yes: no recording of anybody went into the training. The weights are under {card.licence}."
    if not bound:
        return (
            f"Yes, as far as the sources' own statements go: every kick in the training is under "
            f"{', '.join(sorted(licences))}, which ask nothing of you. The weights are under {card.licence}; we claim "
            f"no right to what you make with them. {proviso}"
        )
    counted = ", ".join(f"{name} ({licences[name]:,})" for name in bound)
    return (
        f"Take it as a no. Some kicks in the training are under terms that bind, or have no licence that was found: "
        f"{counted}. Use this model for research on your own machine. {proviso}"
    )


def model_card(card: Card) -> str:
    """The card as Markdown for people: the text of MODEL_CARD.md."""
    trained = card.trained_on
    milliseconds = 1000.0 * card.n_samples / card.sample_rate
    lines = [
        f"# {card.name} {card.version}",
        "",
        card.description,
        "",
        f"It makes two-channel kicks of {milliseconds:g} ms at {card.sample_rate:,} Hz from {card.latent_size} latent "
        f"numbers. Preset: `{card.preset}`. Licence of the weights: {card.licence}.",
    ]
    if card.inverse is not None:
        way = f"fast, momentum {card.inverse.momentum:g}" if card.inverse.momentum else "plain"
        lines += [
            "",
            f"The graph ends at a loudness image (window {card.inverse.n_fft}, hop {card.inverse.hop_length}); "
            f"Griffin-Lim ({way}, {card.inverse.iterations} iterations) finds the phases.",
        ]
    if card.says_sketches:
        lines += [
            "",
            "The graph ends at a sketch: the body as tracks of amplitude and frequency, the rest and the stereo side "
            "as a predicted spectrum and an envelope for noise. The noise comes from the seed.",
        ]
    if ENCODER in card.graphs:
        lines += ["", "It can take in a kick: an encoder finds the latent of one."]
    lines += ["", "## What it was trained on", ""]
    lines += [
        f"{trained.kicks:,} kicks (splits: {', '.join(trained.splits) or 'none'}); the training showed "
        f"{trained.samples_shown:,} samples in all. Fingerprint of the library: `{trained.library_fingerprint}`."
    ]
    if trained.by_licence:
        lines += ["", *_table("licence, as the source states it", trained.by_licence)]
    if trained.by_source:
        lines += ["", *_table("source", trained.by_source)]
    lines += ["", "## Can I sell it?", "", sales_answer(card)]
    if card.measured:
        rows = (f"| {name} | {value:.6g} |" for name, value in sorted(card.measured.items()))
        lines += ["", "## Measured", "", "| figure | value |", "|---|---|", *rows]
    if card.controls or card.wildness is not None:
        middle = PERCENTILES // 2
        rows = (
            f"| {c.name} | {c.minimum:g} | {c.maximum:g} | {c.unit} | `{c.descriptor}` | {c.quantiles[middle]:g} |"
            for c in card.controls
        )
        wild = (
            [] if card.wildness is None else [f"| wild | 0 | 1 | quantile | `wildness` | {card.wildness[middle]:g} |"]
        )
        lines += ["", "## Controls", "", "| control | from | to | unit | sets | median |", "|---|---|---|---|---|---|"]
        lines += [*rows, *wild, "", "A quantile counts training kicks: 0.9 is what one in ten of them exceeds."]
    if card.limits:
        lines += ["", "## Limits", "", *(f"- {limit}" for limit in card.limits)]
    return "\n".join(lines) + "\n"


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
        raise InputError(f"{folder} cannot be a bundle: a file is in its way; choose another name with -o")
    found = {entry.name for entry in folder.iterdir()} - _DROPPINGS
    if found and not {CARD_FILE, CHECKSUMS_FILE} <= found:
        raise InputError(f"{folder} holds other files ({min(found)}, ...); choose a new or empty folder with -o")
    # By name, not by checksums.json: a damaged bundle may be replaced too.
    ours = {CARD_FILE, CHECKSUMS_FILE, MODEL_CARD_FILE}
    strangers = {name for name in found - ours if not name.endswith((".onnx", PRIOR_SUFFIX))}
    if strangers:
        raise InputError(f"{folder} holds a file of its own, {min(strangers)}; move it away or choose another -o")


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
                    raise DamagedFileError(f"{path} holds {info.filename} beside another bundle or folder; keep one")
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
            raise InputError(f"there is no bundle at {path}; kick models lists the models at hand")
        elif _first_bytes(path) != b"PK":
            raise InputError(f"{path} is no bundle: neither a folder nor a zip; kick models lists the models at hand")
        else:
            files = _read_zip(path)
    except OSError as error:
        raise DamagedFileError(f"the bundle {path} cannot be read: {describe_os_error(error)}") from error
    if CARD_FILE not in files and CHECKSUMS_FILE not in files:
        raise InputError(f"{path} is no bundle: it holds no {CARD_FILE}; kick models lists the models at hand")
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
                options.log_severity_level = 4  # fatal only: what fails is raised, and said once, by us
                try:
                    self._sessions[role] = onnxruntime.InferenceSession(
                        self._graphs[role], sess_options=options, providers=["CPUExecutionProvider"]
                    )
                except Exception as error:  # ONNX Runtime's exceptions have no base of their own
                    raise self._bad_graph(role, error) from error
            return self._sessions[role]
