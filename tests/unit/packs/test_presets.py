"""Presets, read by others' readers: sfzlint for SFZ, ElementTree for DecentSampler."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from sfzlint.parser import SFZValidatorConfig, validate

from kickitout.packs import presets
from kickitout.packs.presets import HIGHEST_VELOCITY, Layer, kits, level_db, velocities

LAYERS = [
    Layer(1, 64, ("layers/a_v1_r1.wav", "layers/a_v1_r2.wav"), (28.97, None)),
    Layer(65, 127, ("a.wav", "layers/a_v2_r2.wav"), (29.0, 29.04)),
]


def read_sfz(text, folder):
    """The regions of an SFZ file with what they have of their group and of all, and what sfzlint says against it."""
    path = Path(folder) / "preset.sfz"
    path.write_text(text)
    said = []
    for file in ("a.wav", "b.wav", *(file for layer in LAYERS for file in layer.files)):
        (path.parent / file).parent.mkdir(exist_ok=True)
        (path.parent / file).touch()
    sfz = validate(
        path,
        err_cb=lambda severity, message, token, file: said.append(f"{severity}: {message}"),
        config=SFZValidatorConfig(file_path=path),
    )
    above, regions = {}, []
    for header in sfz.headers:
        own = {str(key): token.value for key, token in header.items()}
        if header.token == "region":
            regions.append(above.get("global", {}) | above.get("group", {}) | own)
        else:
            above[str(header.token)] = own
    return regions, said


def gain_sfz(region, velocity):
    """The gain of a region at a velocity by its curve: linear between its points, 0 at 0, 1 at 127."""
    points = {0: 0.0, 127: 1.0} | {
        int(key.removeprefix("amp_velcurve_")): float(value)
        for key, value in region.items()
        if key.startswith("amp_velcurve_")
    }
    return float(np.interp(velocity, sorted(points), [points[one] for one in sorted(points)]))


def test_a_kit_has_a_kick_a_key(tmp_path):
    regions, said = read_sfz(presets.sfz_kit("Velvet", [(36, "a.wav"), (37, "b.wav")]), tmp_path)
    assert said == []
    assert [(one["key"], one["sample"], one["pitch_keytrack"]) for one in regions] == [
        (36, "a.wav", 0),
        (37, "b.wav", 0),
    ]
    assert all(one["loop_mode"] == "one_shot" for one in regions)
    root = ElementTree.fromstring(presets.dspreset_kit([(36, "a.wav"), (37, "b.wav")]))
    assert root.tag == "DecentSampler"
    group = root.find("groups/group")
    assert group.get("pitchKeyTrack") == "0"
    found = [(s.get("path"), s.get("loNote"), s.get("hiNote"), s.get("rootNote")) for s in group.iter("sample")]
    assert found == [("a.wav", "36", "36", "36"), ("b.wav", "37", "37", "37")]


def test_a_reader_that_finds_no_fault_would_find_one(tmp_path):
    _, said = read_sfz("<region> key=36 sample=missing.wav\n<region> lovel=400 sample=a.wav\n", tmp_path)
    assert len(said) == 2


def test_a_kit_that_is_full_is_followed_by_another():
    found = kits([f"{number}.wav" for number in range(100)])
    assert [len(kit) for kit in found] == [92, 8]
    assert found[0][0] == (36, "0.wav")
    assert found[0][-1] == (127, "91.wav")
    assert found[1][0] == (36, "92.wav")


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 127])
def test_layers_share_all_velocities(count):
    found = velocities(count)
    assert len(found) == count
    assert [v for low, high in found for v in range(low, high + 1)] == list(range(1, 128))


def test_an_sfz_instrument_is_as_loud_as_velocity_says(tmp_path):
    regions, said = read_sfz(presets.sfz_instrument("Velvet", LAYERS), tmp_path)
    assert said == []
    assert [one["sample"] for one in regions] == [file for layer in LAYERS for file in layer.files]
    assert [one["seq_position"] for one in regions] == [1, 2, 1, 2]
    assert {one["seq_length"] for one in regions} == {2}
    assert [(one.get("pitch_keycenter"), one.get("tune")) for one in regions] == [
        (29, 3),
        (None, None),
        (29, 0),
        (29, -4),
    ]
    assert regions[1]["pitch_keytrack"] == 0
    for velocity in range(1, HIGHEST_VELOCITY + 1):
        sounding = [one for one in regions if one["lovel"] <= velocity <= one["hivel"]]
        assert len(sounding) == 2
        for one in sounding:  # the file has the level of the layer's highest velocity
            heard = level_db(one["hivel"]) + 20.0 * np.log10(gain_sfz(one, velocity))
            assert heard == pytest.approx(level_db(velocity), abs=1e-3)


def test_a_decent_sampler_instrument_is_as_loud_as_velocity_says():
    root = ElementTree.fromstring(presets.dspreset_instrument(LAYERS))
    groups = root.findall("groups/group")
    assert [[s.get("path") for s in group] for group in groups] == [list(layer.files) for layer in LAYERS]
    for group, layer in zip(groups, LAYERS, strict=True):
        assert (group.get("seqMode"), group.get("seqLength"), group.get("ampVelTrack")) == ("round_robin", "2", "1")
        assert [s.get("seqPosition") for s in group] == ["1", "2"]
        assert {(s.get("loVel"), s.get("hiVel")) for s in group} == {(str(layer.low), str(layer.high))}
        volume = float(group.get("volume").removesuffix("dB"))
        for velocity in range(layer.low, layer.high + 1):  # at ampVelTrack 1 the gain is velocity / 127
            heard = level_db(layer.high) + volume + 20.0 * np.log10(velocity / 127)
            assert heard == pytest.approx(level_db(velocity), abs=1e-3)
    samples = list(root.iter("sample"))
    assert [(s.get("rootNote"), s.get("tuning"), s.get("pitchKeyTrack")) for s in samples] == [
        ("29", "0.03", None),
        ("36", None, "0"),
        ("29", "0", None),
        ("29", "-0.04", None),
    ]
