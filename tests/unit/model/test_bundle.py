"""Bundles: written whole, read only if every bit is right."""

import errno
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kickitout.errors import DamagedFileError, InputError, KickItOutError, OutputError, VersionError
from kickitout.model import archive
from kickitout.model import bundle as bundles
from kickitout.model.bundle import Bundle, write_bundle
from kickitout.model.card import Card, Control, Credit, GraphInput, Inverse, TrainedOn
from kickitout.model.wording import model_card, rights_line, sales_answer
from testing.tiny_bundle import constant_graph, tiny_card, tiny_graph, write_tiny_bundle

GRAPH = tiny_graph((1, 2, 4))
FILES = ("card.json", "MODEL_CARD.md", "checksums.json", "generator.onnx")


@pytest.fixture
def folder(tmp_path):
    return write_tiny_bundle(tmp_path / "tiny", output="waveform", graph=GRAPH)


def edit(path, change):
    path.write_bytes(change(path.read_bytes()))


def reseal(folder):
    """Make checksums.json true of whatever is in the folder."""
    names = sorted(path.name for path in folder.iterdir() if path.name != "checksums.json")
    sums = {name: bundles._sha256((folder / name).read_bytes()) for name in names}
    (folder / "checksums.json").write_bytes(bundles._plain_json(sums))


def zipped(folder, target, prefix=""):
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, prefix + path.name)
    return target


# --- round trips and identity


def test_reading_undoes_writing(folder):
    bundle = Bundle.open(folder)
    assert bundle.card == tiny_card("tiny", output="waveform")
    assert {path.name for path in folder.iterdir()} == set(FILES)
    assert bundle.size == sum(path.stat().st_size for path in folder.iterdir())


def test_the_checksum_is_the_identity(tmp_path):
    one = write_tiny_bundle(tmp_path / "a" / "tiny", graph=GRAPH, output="waveform")
    same = write_tiny_bundle(tmp_path / "b" / "tiny", graph=GRAPH, output="waveform")
    other_card = write_tiny_bundle(tmp_path / "c" / "tiny", graph=GRAPH, output="waveform", version="2")
    other_graph = write_tiny_bundle(tmp_path / "d" / "tiny", graph=tiny_graph((1, 2, 4), seed=1), output="waveform")
    checksums = [Bundle.open(path).checksum for path in (one, same, other_card, other_graph)]
    assert checksums[0] == checksums[1]
    assert len(set(checksums)) == 3


@pytest.mark.parametrize("prefix", ["", "tiny/", "any name/"])
def test_a_zip_is_the_same_bundle_as_its_folder(folder, tmp_path, prefix):
    assert Bundle.open(zipped(folder, tmp_path / "tiny.zip", prefix)).checksum == Bundle.open(folder).checksum


def test_what_file_managers_leave_does_not_matter(folder, tmp_path):
    (folder / ".DS_Store").write_bytes(b"finder")
    (folder / "Thumbs.db").write_bytes(b"explorer")
    path = zipped(folder, tmp_path / "tiny.zip", "tiny/")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("__MACOSX/tiny/._card.json", b"finder")
    assert Bundle.open(path).checksum == Bundle.open(folder).checksum


@given(
    st.dictionaries(st.text(min_size=1, max_size=8), st.floats(allow_nan=False, allow_infinity=False), max_size=4),
    st.lists(st.text(max_size=20), max_size=3),
)
def test_a_card_survives_json(measured, limits):
    card = tiny_card(measured=measured, limits=limits)
    assert Card.model_validate_json(card.model_dump_json()) == card


# --- damage


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("as_zip", [False, True])
def test_any_altered_file_is_named(folder, tmp_path, name, as_zip):
    # A changed letter inside, so that JSON stays JSON.
    edit(folder / name, lambda data: data.replace(b"e", b"a", 1))
    path = zipped(folder, tmp_path / "tiny.zip") if as_zip else folder
    with pytest.raises(DamagedFileError, match=r"checksum|lacks") as caught:
        Bundle.open(path)
    assert str(path) in str(caught.value)
    assert name in str(caught.value) or name == "checksums.json"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("length", [0, 1, 40])
def test_any_truncated_file_is_refused(folder, name, length):
    edit(folder / name, lambda data: data[:length])
    with pytest.raises(DamagedFileError, match=name):
        Bundle.open(folder)


@pytest.mark.parametrize("name", FILES)
def test_any_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(DamagedFileError, match=f"lacks {name}"):
        Bundle.open(folder)


def test_a_stranger_among_the_files_is_named(folder):
    (folder / "extra.py").write_text("print('code')")
    with pytest.raises(DamagedFileError, match=r"not its own: extra\.py"):
        Bundle.open(folder)


def test_a_folder_inside_is_refused(folder):
    (folder / "sub").mkdir()
    with pytest.raises(DamagedFileError, match="sub"):
        Bundle.open(folder)


def test_a_graph_that_the_card_names_and_nobody_sealed_is_missed(folder):
    (folder / "generator.onnx").unlink()
    reseal(folder)
    with pytest.raises(DamagedFileError, match=r"lacks generator\.onnx, which its card names"):
        Bundle.open(folder)


@pytest.mark.parametrize("name", ["../card.json", "/card.json", "a/b/card.json", "a\\card.json", "C:card.json", ".."])
def test_unsafe_names_in_a_zip_are_refused(folder, tmp_path, name):
    path = zipped(folder, tmp_path / "tiny.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, b"x")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DamagedFileError, match="unsafe name"):
        Bundle.open(path)
    assert sorted(tmp_path.rglob("*")) == before


def test_two_bundles_in_one_zip_are_refused(folder, tmp_path):
    path = zipped(folder, tmp_path / "two.zip", "a/")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("b/card.json", b"{}")
    with pytest.raises(DamagedFileError, match="next to another"):
        Bundle.open(path)


def test_a_zip_that_claims_too_much_is_refused_unread(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_BUNDLE_BYTES", 100)
    with pytest.raises(DamagedFileError, match="100 bytes"):
        Bundle.open(zipped(folder, tmp_path / "tiny.zip"))
    with pytest.raises(DamagedFileError, match="100 bytes"):
        Bundle.open(folder)


def test_unusual_packing_is_refused(folder, tmp_path):
    path = tmp_path / "tiny.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    with pytest.raises(DamagedFileError, match="plain deflate"):
        Bundle.open(path)


def test_every_cut_of_a_zip_is_refused(folder, tmp_path):
    data = zipped(folder, tmp_path / "tiny.zip").read_bytes()
    path = tmp_path / "cut.zip"
    for length in range(2, len(data), 97):
        path.write_bytes(data[:length])
        with pytest.raises(DamagedFileError, match="damaged zip"):
            Bundle.open(path)


def test_every_flipped_byte_of_a_zip_is_refused_or_harmless(folder, tmp_path):
    data = zipped(folder, tmp_path / "tiny.zip").read_bytes()
    checksum = Bundle.open(folder).checksum
    path = tmp_path / "flipped.zip"
    refused = 0
    for at in range(0, len(data), 53):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :])
        try:
            assert Bundle.open(path).checksum == checksum
        except KickItOutError:
            refused += 1
    assert refused > 5


@pytest.mark.parametrize("content", [None, b"", b"not a zip at all"])
def test_what_is_no_bundle_is_wrong_input(tmp_path, content):
    path = tmp_path / "model.zip"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"model\.zip"):
        Bundle.open(path)


def test_a_folder_of_something_else_is_wrong_input(tmp_path):
    (tmp_path / "song.txt").write_text("la")
    with pytest.raises(InputError, match=r"no card\.json"):
        Bundle.open(tmp_path)


# --- versions and cards


def change_card(folder, **changes):
    card = json.loads((folder / "card.json").read_bytes()) | changes
    (folder / "card.json").write_text(json.dumps(card))
    reseal(folder)


def test_a_newer_format_is_told_with_both_versions(folder):
    change_card(folder, format_version=7, new_field="new")
    with pytest.raises(VersionError, match=r"format 7.*up to format 1"):
        Bundle.open(folder)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format_version": 0}, "format_version"),
        ({"format_version": "1"}, "format_version"),
        ({"latent_size": "100"}, "latent_size"),
        ({"latent_size": 99}, "latent"),
        ({"unknown": 1}, "unknown"),
        ({"name": "../up"}, "name"),
        ({"name": "a b"}, "name"),
        ({"sample_rate": 48_000}, "sample_rate"),
        ({"graphs": {"generator": "../generator.onnx"}}, "plain file name"),
        ({"graphs": {"encoder": "generator.onnx"}}, "must name a"),
        ({"output": "loudness-image"}, "needs an inverse"),
        ({"inputs": []}, "inputs"),
        ({"measured": {"x": None}}, "measured"),
    ],
)
def test_a_sealed_card_that_says_nonsense_is_refused(folder, changes, words):
    change_card(folder, **changes)
    with pytest.raises(DamagedFileError, match=words) as caught:
        Bundle.open(folder)
    assert "\n" not in str(caught.value)


@given(
    st.binary(max_size=60)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_any_bytes_as_a_card_are_refused_in_words(data):
    files = {"card.json": data, "checksums.json": json.dumps({"card.json": bundles._sha256(data)}).encode()}
    with pytest.raises(KickItOutError, match=r"card\.json"):
        Bundle(Path("x"), files)


def test_a_card_made_in_python_is_checked_too():
    with pytest.raises(ValidationError, match="latent"):
        tiny_card(latent_size=7)


def test_every_field_of_a_card_is_in_the_documentation():
    text = (Path(__file__).parents[3] / "docs" / "bundle.md").read_text(encoding="utf-8")
    parts = (Card, GraphInput, Inverse, Control, TrainedOn)
    assert not [name for part in parts for name in part.model_fields if f"`{name}`" not in text]


# --- writing


def listing(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_bundle_replaces_an_old_one_whole(folder, tmp_path):
    (folder / ".DS_Store").write_bytes(b"finder")
    write_bundle(folder, tiny_card("tiny", output="waveform", version="2"), {"generator.onnx": GRAPH})
    assert Bundle.open(folder).card.version == "2"
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_a_damaged_bundle_can_be_replaced(folder):
    (folder / "checksums.json").write_bytes(b"")
    write_tiny_bundle(folder, output="waveform", graph=GRAPH)
    assert Bundle.open(folder).card.name == "tiny"


@pytest.mark.parametrize("stranger", ["song.wav", "sub/thing.txt"])
def test_a_folder_of_something_else_is_not_replaced(tmp_path, folder, stranger):
    for place in (tmp_path / "mine", folder):
        path = place / stranger
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"precious")
        before = listing(place)
        with pytest.raises(InputError, match=Path(stranger).parts[0]):
            write_bundle(place, tiny_card(output="waveform"), {"generator.onnx": GRAPH})
        assert listing(place) == before


def test_a_file_in_the_way_is_not_replaced(tmp_path):
    (tmp_path / "tiny").write_bytes(b"precious")
    with pytest.raises(InputError, match="there is already a file of this name"):
        write_tiny_bundle(tmp_path / "tiny", output="waveform", graph=GRAPH)
    assert (tmp_path / "tiny").read_bytes() == b"precious"


@pytest.mark.parametrize("fails_at", [1, 2, 3, 4])
def test_a_full_disk_leaves_the_old_bundle_and_nothing_else(folder, tmp_path, monkeypatch, fails_at):
    before = listing(folder)
    calls = []
    write = bundles._write_synced

    def full(path, data):
        calls.append(path)
        if len(calls) == fails_at:
            path.write_bytes(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, data)

    monkeypatch.setattr(bundles, "_write_synced", full)
    with pytest.raises(OutputError, match="no space left"):
        write_tiny_bundle(folder, output="waveform", graph=GRAPH, version="2")
    assert len(calls) == fails_at
    assert listing(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


@pytest.mark.parametrize("error", [PermissionError(errno.EACCES, "Permission denied"), KeyboardInterrupt()])
def test_what_stops_between_the_renames_puts_the_old_bundle_back(folder, tmp_path, monkeypatch, error):
    before = listing(folder)
    rename = Path.rename

    def refuse(self, target):
        if self.suffix == ".tmp":
            raise error
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputError if isinstance(error, OSError) else KeyboardInterrupt):
        write_tiny_bundle(folder, output="waveform", graph=GRAPH, version="2")
    assert listing(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_graphs_and_card_must_agree(tmp_path):
    with pytest.raises(ValueError, match="the card names"):
        write_bundle(tmp_path / "x", tiny_card(output="waveform"), {"other.onnx": GRAPH})
    assert not (tmp_path / "x").exists()


# --- words


def test_the_model_card_says_what_the_card_says():
    text = model_card(tiny_card())
    for words in (
        "# tiny 1",
        "5 kicks",
        "| CC0-1.0 | 3 |",
        "| a/b | 5 |",
        "spread | 0.25",
        "It is noise.",
        "100 latent",
    ):
        assert words in text
    assert "Griffin-Lim (plain, 3 iterations)" in text
    assert sales_answer(tiny_card()) in text


@pytest.mark.parametrize(
    ("kicks", "by_licence", "answer"),
    [
        (0, {}, "Yes: no recording"),
        (5, {"CC0-1.0": 3, "Public-Domain": 2}, "Yes, as far as"),
        (5, {"CC0-1.0": 4, "CC-BY-4.0": 1}, "Take it as a no"),
        (5, {"unknown": 5}, "Take it as a no"),
        (5, {"CC0-1.0": 4}, "Take it as a no"),  # the licence of one is not noted
    ],
)
def test_whether_it_can_be_sold_depends_on_every_kick(kicks, by_licence, answer):
    trained_on = TrainedOn(
        kicks=kicks, by_licence=by_licence, by_source={}, samples_shown=1, library_fingerprint="f", splits=["train"]
    )
    card = tiny_card(trained_on=trained_on)
    assert sales_answer(card).startswith(answer)
    line = rights_line(card)
    assert line.startswith(f"Made with the model {card.name} {card.version}")
    assert ("not for sale" in line) == answer.startswith("Take it as a no")
    assert ("to sell" in line) == answer.startswith("Yes")
    assert "\n" not in line


CREDITS = [
    Credit(source="a__b", licence="CC0-1.0", origin="a/b", kicks=3),
    Credit(source="c__d", licence="CC-BY-4.0", origin="c/d", kicks=1),
    Credit(source="mine", licence="MIT", origin="", kicks=1),
]


@pytest.mark.parametrize(
    ("classes", "licences", "answer"),
    [
        ({"clean": 3, "attribution": 2}, {"CC0-1.0": 3, "CC-BY-4.0": 1, "MIT": 1}, "Yes, with credit"),
        ({"clean": 3, "unknown": 2}, {"CC0-1.0": 3, "CC-BY-4.0": 1, "MIT": 1}, "Take it as a no"),
        ({"clean": 3, "attribution": 2}, {"CC0-1.0": 3, "CC-BY-4.0": 1, "CC-BY-NC-4.0": 1}, "Take it as a no"),
        ({"clean": 3, "attribution": 2}, {"CC0-1.0": 3, "CC-BY-4.0": 1}, "Take it as a no"),  # one is not noted
        ({}, {"CC0-1.0": 3, "CC-BY-4.0": 1, "MIT": 1}, "Take it as a no"),
    ],
)
def test_where_licences_ask_for_credit_the_credits_are_in_the_answer(classes, licences, answer):
    trained_on = TrainedOn(
        kicks=5,
        by_licence=licences,
        by_licence_class=classes,
        by_source={},
        credits=CREDITS,
        samples_shown=1,
        library_fingerprint="f",
        splits=["train"],
    )
    card = tiny_card(trained_on=trained_on)
    said = sales_answer(card)
    assert said.startswith(answer)
    assert ("c/d (CC-BY-4.0), mine (MIT)" in said) == answer.startswith("Yes")
    assert ("with the credits of its model card" in rights_line(card)) == answer.startswith("Yes")
    text = model_card(card)
    assert "| c__d | CC-BY-4.0 | c/d | 1 |" in text
    assert "| a__b | CC0-1.0 | a/b | 3 |" in text


def test_kicks_of_our_own_synthesis_are_told_of_where_there_are_any():
    plain = tiny_card()
    made = plain.model_copy(update={"trained_on": plain.trained_on.model_copy(update={"synthesised": 1_200})})
    assert "Beside them 1,200 kicks that Kick It Out's own synthesis designs" in model_card(made)
    assert "own synthesis" not in model_card(plain)


# --- running


def test_the_graph_runs_and_one_kick_does_not_depend_on_the_last(folder):
    bundle = Bundle.open(folder)
    latents = np.random.default_rng(1).standard_normal((3, 1, 100)).astype(np.float32)
    first = [bundle.generate_raw({"latent": latent}) for latent in latents]
    again = [bundle.generate_raw({"latent": latent}) for latent in latents[::-1]][::-1]
    assert first[0].shape == (1, 2, 4)
    assert first[0].dtype == np.float32
    np.testing.assert_array_equal(first, again)
    assert len({kick.tobytes() for kick in first}) == 3


@pytest.mark.parametrize(
    "inputs", [{}, {"latent": np.zeros((2, 100), np.float32)}, {"z": np.zeros((1, 100), np.float32)}]
)
def test_inputs_that_the_card_does_not_name_are_refused(folder, inputs):
    with pytest.raises(ValueError, match="the graph takes"):
        Bundle.open(folder).generate_raw(inputs)


@pytest.mark.parametrize("cut", [0, 1, 100, len(GRAPH) // 2, len(GRAPH) - 1])
def test_a_sealed_but_truncated_graph_is_refused_in_one_line(folder, capfd, cut):
    edit(folder / "generator.onnx", lambda data: data[:cut])
    reseal(folder)
    with pytest.raises(DamagedFileError, match=r"generator\.onnx.*(does not run|is refused)") as caught:
        Bundle.open(folder).generate_raw({"latent": np.zeros((1, 100), np.float32)})
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_graph_that_gives_no_numbers_is_refused(tmp_path, value):
    path = write_tiny_bundle(tmp_path / "bad", output="waveform", graph=constant_graph(np.full((1, 2, 4), value)))
    with pytest.raises(DamagedFileError, match="not finite"):
        Bundle.open(path).generate_raw({"latent": np.zeros((1, 100), np.float32)})


def test_a_bundle_is_read_once(folder):
    bundle = Bundle.open(folder)
    shutil.rmtree(folder)
    assert bundle.generate_raw({"latent": np.zeros((1, 100), np.float32)}).shape == (1, 2, 4)
