"""Presets for samplers, as text: SFZ, DecentSampler, and what Bitwig's and PreSonus's multisample holds.

A kit has one kick a key, from key 36 on (C1 where middle C is C3), untransposed. An instrument is one kick over all
keys, in tune, in layers of velocity, each with round robins.

An instrument is as loud as velocity says: at v of 127 by 20 log10(v / 127) dB. The files of a layer have the level of
its highest velocity, so that they can be used as they are; within a layer the sampler does the rest.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.etree import ElementTree

FIRST_KEY = 36
LAST_KEY = 127
HIGHEST_VELOCITY = 127

RELEASE_SECONDS = 10.0
"""DecentSampler: a key that is let go at once does not cut a kick short."""


@dataclass(frozen=True)
class Layer:
    """What sounds from one velocity to another.

    Attributes:
        low, high: velocities, 1 to 127, both among them.
        files: the round robins, relative to the preset.
        roots: their MIDI notes with fractions; None of unpitched ones.
    """

    low: int
    high: int
    files: tuple[str, ...]
    roots: tuple[float | None, ...]


def velocities(layers: int) -> list[tuple[int, int]]:
    """The lowest and the highest velocity of so many layers, all of a size as far as that goes: 1..127 in all."""
    edges = [round(HIGHEST_VELOCITY * number / layers) for number in range(layers + 1)]
    return [(edges[number] + 1, edges[number + 1]) for number in range(layers)]


def level_db(velocity: int) -> float:
    """The gain in dB of an instrument at a velocity from 1 to 127: 0 at the highest."""
    return 20.0 * math.log10(velocity / HIGHEST_VELOCITY)


def kits(files: Sequence[str]) -> list[list[tuple[int, str]]]:
    """Kicks over the keys, (key, file); a kit that is full is followed by another."""
    room = LAST_KEY - FIRST_KEY + 1
    return [list(enumerate(files[start : start + room], FIRST_KEY)) for start in range(0, len(files), room)]


# SFZ -----------------------------------------------------------------------------------------------------------------


def sfz_kit(title: str, kit: Sequence[tuple[int, str]]) -> str:
    """A kit as an SFZ file."""
    lines = [f"// {title}", "", "<global> loop_mode=one_shot pitch_keytrack=0", ""]
    lines += [f"<region> key={key} sample={file}" for key, file in kit]
    return "\n".join(lines) + "\n"


def sfz_instrument(title: str, layers: Sequence[Layer]) -> str:
    """An instrument as an SFZ file."""
    lines = [f"// {title}", "", "<global> loop_mode=one_shot"]
    for layer in layers:
        low_gain = layer.low / layer.high
        lines += [
            "",
            f"<group> lovel={layer.low} hivel={layer.high} seq_length={len(layer.files)} "
            + (f"amp_velcurve_{layer.low}={low_gain:.6f} " if layer.low < layer.high else "")
            + f"amp_velcurve_{layer.high}=1",
        ]
        for number, (file, root) in enumerate(zip(layer.files, layer.roots, strict=True), start=1):
            lines.append(f"<region> seq_position={number} {_sfz_tuning(root)} sample={file}")
    return "\n".join(lines) + "\n"


def _sfz_tuning(root: float | None) -> str:
    if root is None:
        return "pitch_keytrack=0"
    key, cents = nearest(root)
    return f"pitch_keycenter={key} tune={-cents}"


def nearest(root: float) -> tuple[int, int]:
    """The nearest MIDI note, and by how many cents a root lies above it."""
    key = math.floor(root + 0.5)
    return key, round(100.0 * (root - key))


# DecentSampler -------------------------------------------------------------------------------------------------------


def dspreset_kit(kit: Sequence[tuple[int, str]]) -> str:
    """A kit as a DecentSampler preset."""
    root, groups = _dspreset()
    group = ElementTree.SubElement(groups, "group", ampVelTrack="1", pitchKeyTrack="0")
    for key, file in kit:
        ElementTree.SubElement(group, "sample", path=file, rootNote=f"{key}", loNote=f"{key}", hiNote=f"{key}")
    return _xml(root)


def dspreset_instrument(layers: Sequence[Layer]) -> str:
    """An instrument as a DecentSampler preset."""
    root, groups = _dspreset()
    for layer in layers:
        gain = 20.0 * math.log10(HIGHEST_VELOCITY / layer.high)
        group = ElementTree.SubElement(groups, "group", ampVelTrack="1", volume=f"{gain:.4f}dB")
        group.attrib |= {"seqMode": "round_robin", "seqLength": f"{len(layer.files)}"}
        for number, (file, note) in enumerate(zip(layer.files, layer.roots, strict=True), start=1):
            sample = ElementTree.SubElement(group, "sample", path=file, seqPosition=f"{number}")
            sample.attrib |= dict(_dspreset_tuning(note)) | {"loVel": f"{layer.low}", "hiVel": f"{layer.high}"}
    return _xml(root)


def _dspreset_tuning(root: float | None) -> Iterator[tuple[str, str]]:
    key, cents = (FIRST_KEY, 0) if root is None else nearest(root)
    yield from (("rootNote", f"{key}"), ("loNote", "0"), ("hiNote", f"{LAST_KEY}"))
    yield ("pitchKeyTrack", "0") if root is None else ("tuning", f"{-cents / 100.0:g}")


def _dspreset() -> tuple[ElementTree.Element, ElementTree.Element]:
    root = ElementTree.Element("DecentSampler", minVersion="1.0.0")
    groups = ElementTree.SubElement(root, "groups", attack="0", sustain="1", release=f"{RELEASE_SECONDS:g}")
    return root, groups


def _xml(root: ElementTree.Element) -> str:
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


# multisample ---------------------------------------------------------------------------------------------------------

# github.com/bitwig/multisample has the schema. How much louder velocity makes a sound is the sampler's to say there: a
# layer has the level of its files.

MULTISAMPLE_FILE = "multisample.xml"
MULTISAMPLE_ABOUT = (
    ("generator", "Kick It Out"),
    ("category", "Drums"),
    ("creator", "Kick It Out"),
    ("description", "Kick drums made by a machine-learning model. Each file says which, and whose it is."),
)


def multisample_kit(title: str, kit: Sequence[tuple[int, str]]) -> str:
    """A kit as multisample.xml."""
    root = _multisample(title)
    for key, file in kit:
        sample = ElementTree.SubElement(root, "sample", file=PurePosixPath(file).name)
        ElementTree.SubElement(sample, "key", low=f"{key}", high=f"{key}", root=f"{key}", track="0")
        _multisample_rest(sample, 1, HIGHEST_VELOCITY)
    return _xml(root)


def multisample_instrument(title: str, layers: Sequence[Layer]) -> str:
    """An instrument as multisample.xml."""
    root = _multisample(title)
    for number in range(len(layers)):
        ElementTree.SubElement(root, "group", name=f"layer {number + 1}")
    for number, layer in enumerate(layers):
        for file, note in zip(layer.files, layer.roots, strict=True):
            sample = ElementTree.SubElement(root, "sample", file=PurePosixPath(file).name, group=f"{number}")
            sample.attrib["zone-logic"] = "round-robin"
            key, cents = (FIRST_KEY, 0) if note is None else nearest(note)
            keys = ElementTree.SubElement(sample, "key", low="0", high=f"{LAST_KEY}", root=f"{key}")
            keys.attrib |= {"track": "0" if note is None else "1", "tune": f"{-cents / 100.0:g}"}
            _multisample_rest(sample, layer.low, layer.high)
    return _xml(root)


def _multisample(title: str) -> ElementTree.Element:
    root = ElementTree.Element("multisample", name=title)
    for name, text in MULTISAMPLE_ABOUT:
        ElementTree.SubElement(root, name).text = text
    ElementTree.SubElement(ElementTree.SubElement(root, "keywords"), "keyword").text = "kick"
    return root


def _multisample_rest(sample: ElementTree.Element, low: int, high: int) -> None:
    """What follows a sample's key: velocities, a selector that nothing is chosen by, and no loop."""
    ElementTree.SubElement(sample, "velocity", low=f"{low}", high=f"{high}")
    ElementTree.SubElement(sample, "select", low="0", high="127")
    ElementTree.SubElement(sample, "loop", mode="off")


# The table -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SamplerFormat:
    """How a sampler's presets are written, as text.

    Attributes:
        kit: from a title and (key, file) of each kick.
        instrument: from a title and the layers, from the softest to the loudest.
        packed: what the text is called in a zip together with the files that it names; None: it is a file of its own.
    """

    kit: Callable[[str, Sequence[tuple[int, str]]], str]
    instrument: Callable[[str, Sequence[Layer]], str]
    packed: str | None = None


FORMATS: Mapping[str, SamplerFormat] = {
    "sfz": SamplerFormat(sfz_kit, sfz_instrument),
    "dspreset": SamplerFormat(lambda title, kit: dspreset_kit(kit), lambda title, layers: dspreset_instrument(layers)),
    "multisample": SamplerFormat(multisample_kit, multisample_instrument, MULTISAMPLE_FILE),
}
"""The formats by their file ending, which is also their layout's name. A pack offers whatever is listed here."""
