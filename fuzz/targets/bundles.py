"""Bundles, as folders and zips: cards, priors, graphs, checksums; opened, played, shown."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from fuzz.mutation import NUMBERS_64, damaged
from fuzz.parcel import Parcel, files_below, write_files
from fuzz.rules import FindError, tried
from fuzz.structure import restructured, to_json
from fuzz.targets import Target
from kickitout.instrument.instrument import Instrument
from kickitout.model.bundle import Bundle
from kickitout.model.wording import model_card

ARRAYS = ((1,), (0,), (4, 4), (2, 2, 2), (10**6,), (3, 0, 2))
OPERATORS = (
    "Loop", "If", "Scan", "ConstantOfShape", "Tile", "Expand", "Range", "RandomNormal", "NonZero", "Resize", "Pad",
    "MatMul", "Conv", "Identity", "Cast", "Gather", "EyeLike", "StringNormalizer", "Nothing", "Exp", "Pow", "Mod",
)  # fmt: skip
TEXTS = ("", "latent", "kick", "a" * 300, "\0", "../generator.onnx", "/etc/hostname", "ai.onnx.ml", "é", "%s")


def _fields(message: Any) -> list[tuple[Any, Any]]:
    """All fields that are set of a protobuf message, and of the messages inside: (message, field)."""
    found = []
    for field, value in message.ListFields():
        found.append((message, field))
        if field.type == field.TYPE_MESSAGE:
            for one in list(value) if field.is_repeated else [value]:
                found += _fields(one)
    return found


def damaged_graph(dice: Random, data: bytes) -> bytes:
    """An ONNX graph with fields changed, doubled or left out."""
    import onnx

    model = onnx.ModelProto()
    model.ParseFromString(data)
    for _ in range(dice.choice((1, 1, 2, 4))):
        message, field = dice.choice(_fields(model))
        value = getattr(message, field.name)
        if field.is_repeated:
            change = dice.randrange(3)
            if change == 0 and value:
                del value[dice.randrange(len(value))]
            elif change == 1 and value and field.type == field.TYPE_MESSAGE:
                value.add().CopyFrom(dice.choice(list(value)))
            elif value and field.type != field.TYPE_MESSAGE:
                value[dice.randrange(len(value))] = _other(dice, field)
        elif dice.random() < 0.2:
            message.ClearField(field.name)
        elif field.type != field.TYPE_MESSAGE:
            setattr(message, field.name, _other(dice, field))
    return model.SerializeToString()


def _other(dice: Random, field: Any) -> Any:
    if field.type == field.TYPE_STRING:
        return dice.choice(OPERATORS if field.name == "op_type" else TEXTS)
    if field.type == field.TYPE_BYTES:
        return dice.randbytes(dice.choice((0, 1, 8, 64))) if dice.random() < 0.5 else b"latent"
    if field.type in (field.TYPE_FLOAT, field.TYPE_DOUBLE):
        return dice.choice((0.0, -1.0, 1e30, float("nan"), float("inf")))
    if field.type == field.TYPE_ENUM:
        return dice.choice(list(field.enum_type.values_by_number))
    number = dice.choice((*NUMBERS_64, -1, -2))
    bits = 31 if field.type in (field.TYPE_INT32, field.TYPE_UINT32) else 63
    return number if number < 2**bits else 2**bits - 1


def damaged_arrays(dice: Random, data: bytes) -> bytes:
    """An npz with other arrays under its names, or more or fewer of them."""
    with np.load(io.BytesIO(data)) as file:
        found = {name: file[name] for name in file.files}
    name = dice.choice(list(found))
    change = dice.randrange(6)
    if change == 0:
        del found[name]
    elif change == 1:
        found[name] = np.zeros(dice.choice(ARRAYS), dice.choice(("<f4", ">f4", "<f8", "<i8", "|b1", "<U3")))
    elif change == 2:
        found[name] = np.full_like(found[name], dice.choice((np.nan, np.inf, 0.0, -1.0, 1e30)))
    elif change == 3:
        found[dice.choice(("extra", "a/b", "../x", "é"))] = found[name]
    elif change == 4:
        found[name] = found[name][..., :-1]
    else:
        found[name] = found[name].T.copy(order="F") if found[name].ndim > 1 else found[name][::-1]
    stream = io.BytesIO()
    (np.savez if dice.random() < 0.5 else np.savez_compressed)(stream, **found)
    return stream.getvalue()


def sealed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with sums that are right, as anybody can write them."""
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "checksums.json"}
    return {**files, "checksums.json": json.dumps(sums).encode()}


def zipped(files: dict[str, bytes], top: str = "") -> bytes:
    """A zip of the files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(top + name), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


class Bundles(Target):
    """See the module."""

    def __init__(self, base: Path) -> None:
        super().__init__(base)
        self.bases = {path.name: files_below(path) for path in sorted(base.iterdir()) if path.is_dir()}

    @classmethod
    def build(cls, base: Path) -> None:
        """Models of all three kinds of output."""
        from testing.tiny_bundle import constant_graph, write_tiny_bundle
        from testing.tiny_sketch import write_sketch_bundle

        write_sketch_bundle(base / "sketchy")
        write_sketch_bundle(base / "plain", controlled=False)
        silent = {"wave": np.full((1, 2, 2_000), 0.1), "image": np.full((1, 2, 16, 257), -20.0)}
        write_tiny_bundle(base / "wave", output="waveform", graph=constant_graph(silent["wave"]), n_samples=2_000)
        write_tiny_bundle(base / "image", graph=constant_graph(silent["image"]), n_samples=2_000)

    def seeds(self) -> list[bytes]:
        """Each as a folder and as a zip."""
        kinds = ({"zip": False, "seal": False}, {"zip": True, "seal": True}, {"zip": True, "seal": False, "top": "a/"})
        return [Parcel(name, {}, kind).to_bytes() for name in self.bases for kind in kinds]

    def mutate(self, dice: Random, seeds: list[bytes]) -> bytes:
        """One file or two; the zip itself now and then."""
        parcel = Parcel.from_bytes(dice.choice(seeds))
        parcel.options["seal"] = dice.random() < 0.85
        files = self.bases[parcel.base]
        for _ in range(dice.choice((1, 1, 1, 2))):
            name = dice.choice(sorted(files))
            parcel.replace(name, files[name], self._damaged(dice, name, files[name]))
        if dice.random() < 0.05:
            parcel.changes[dice.choice(sorted(files))] = None
        if dice.random() < 0.05:
            parcel.changes[dice.choice(("stray.txt", "a.onnx", ".DS_Store", "é.onnx"))] = (0, 0, b"stray")
        if parcel.options["zip"] and dice.random() < 0.3:
            parcel.options["dice"] = dice.randrange(2**32)
            parcel.options["top"] = dice.choice(("", "a/", "../", "/", "C:", "a/b/", "__MACOSX/", "é/"))
        return parcel.to_bytes()

    def _damaged(self, dice: Random, name: str, data: bytes) -> bytes:
        if dice.random() < 0.1:
            return damaged(dice, data)
        if name.endswith(".json"):
            return to_json(restructured(dice, json.loads(data)))
        if name.endswith(".onnx"):
            return damaged_graph(dice, data)
        return damaged_arrays(dice, data) if name.endswith(".npz") else damaged(dice, data)

    def run(self, data: bytes, place: Path) -> None:
        """Open, show, play."""
        parcel = Parcel.from_bytes(data)
        files = parcel.files(self.bases[parcel.base])
        files = sealed(files) if parcel.options["seal"] else files
        path = place / "model"
        if parcel.options["zip"]:
            packed = zipped(files, parcel.options.get("top", ""))
            dice = parcel.options.get("dice")
            path = place / "model.zip"
            path.write_bytes(packed if dice is None else damaged(Random(dice), packed))
        else:
            write_files(path, files)
        bundle = tried(Bundle.open, path)
        if bundle is None:
            return
        model_card(bundle.card)
        instrument = tried(Instrument, bundle, gate=False)
        if instrument is None:
            return
        for seed in (0, 1):
            kick = tried(instrument.kick, seed)
            if kick is not None and not np.isfinite(kick.audio).all():
                raise FindError("law", "a kick of numbers that are none")
        for control in bundle.card.controls[:2]:
            tried(instrument.kick, 2, controls={control.name: control.minimum})
