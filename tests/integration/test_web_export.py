"""`kick export MODEL --to web`: the page on a plain file server, its kicks beside the Python's, and what is refused."""

import base64
import io
import json
import math
import textwrap
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import soundfile as sf
from PIL import Image

from kickitout import derived
from kickitout.cli.app import run
from kickitout.descriptors import describe
from kickitout.instrument import load, load_for_recipe
from kickitout.kick import read_recipe
from kickitout.packs import texts
from kickitout.packs.words import file_stems, note_name, word
from kickitout.recipes import Encoding, Recipe
from kickitout.web import export
from kickitout.web.studio import Studio
from tests import player
from tests.browser import open_browser
from tests.golden.test_seeds import FIRST

NEEDS_A_SERVER = (
    player.check_a_dropped_file_is_taken_in_and_matched,
    player.check_what_is_no_kick_is_one_clear_line,
    player.check_a_file_of_our_own_is_the_very_kick,
    player.check_a_reload_keeps_the_pads,
)
"""What the page cannot do without one: it says so in one line."""

PAGE_ALONE = (
    player.check_pointer_keys_and_midi_play,
    player.check_a_turn_is_one_step_of_undo,
    player.check_shuffle_leaves_what_is_locked_or_starred,
    player.check_the_loop_plays_in_a_key,
    player.check_new_kicks_are_in_the_key_too,
    player.check_a_beside_b_is_level_matched,
)
"""What the page does by itself, whatever engine it has: here in `make slow`, for each takes seconds."""

CHECKS = [
    pytest.param(check, marks=[pytest.mark.slow] * (check in PAGE_ALONE), id=check.__name__.removeprefix("check_"))
    for check in player.CHECKS
    if check not in NEEDS_A_SERVER
]

NEAR_DB = -60.0


class _Quiet(SimpleHTTPRequestHandler):
    """As `python -m http.server`, without its words."""

    def log_message(self, format, *args):
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The export of the shipped model, two folders deep: any path will do."""
    target = tmp_path_factory.mktemp("site") / "some where" / "kicks"
    assert run(["export", "kickgan", "--to", "web", "-o", str(target), "--quiet"]) == 0
    return target


@pytest.fixture(scope="module")
def address(folder) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder.parent.parent)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/some%20where/kicks/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def browser():
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    studio = Studio(load("kickgan"))
    yield studio
    studio.close()


@pytest.fixture(scope="module")
def engine(browser, address):
    """The engine alone: a function that asks it, and gives what the page is told of each kick with its file."""
    page = browser.new_page()
    page.goto(address + "LICENSE.txt")
    page.evaluate("async () => { window.kicks = await (await import('./static/engine/browser.js')).open(); }")

    def ask(method, *given):
        made, _ = page.evaluate(player.CALL, [method, *given])
        return [(kick, base64.b64decode(data)) for kick, data in made]

    ask.page = page
    yield ask
    page.close()


def heard(data):
    return sf.read(io.BytesIO(data), dtype="float64")[0]


def apart_db(data, reference):
    one, other = heard(data), heard(reference)
    assert one.shape == other.shape
    return 20.0 * np.log10(max(np.sqrt(np.mean((one - other) ** 2)), 1e-12) / np.sqrt(np.mean(other**2)))


def told(data):
    """All behind the sound: the recipe and its program, byte for byte."""
    return data[data.index(b"LIST", 44 + int.from_bytes(data[40:44], "little")) :]


def assert_same(made, held, studio):
    """The same file name, recipe, facts, and sound."""
    for (kick, data), other in zip(made, held, strict=True):
        reference = studio.wav(other.id)
        assert apart_db(data, reference) < NEAR_DB
        assert told(data) == told(reference)
        assert data[:40] == reference[:40]
        for name in ("seed", "attempt", "verb", "asked", "duration_ms", "passed", "note", "remarks"):
            assert kick[name] == other.facts[name], name
        if other.facts["verb"] != "morph":  # named by the hash of its bytes
            assert kick["file"] == other.facts["file"]
        for name in ("loudness_lufs", "decay_ms"):
            assert kick[name] == pytest.approx(other.facts[name], rel=1e-3), name
        assert kick["measured"] == pytest.approx(other.facts["measured"], rel=1e-3, abs=1e-3)


# The page -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", CHECKS)
def test_the_page_does_it_without_a_server(browser, address, check):
    with player.opened(browser, address) as page:
        check(page)


def test_what_needs_a_server_cannot_be_pressed(browser, address):
    with player.opened(browser, address) as page:
        assert page.locator("#open-file").is_disabled()
        assert page.locator("#reveal").is_disabled()
        assert page.locator("#shuffle").is_enabled()


# The engine -----------------------------------------------------------------------------------------------------------


def test_random_numbers_are_the_golden_ones(engine):
    asked = [[str(seed), purpose] for seed, purpose in FIRST]
    found = engine.page.evaluate(
        """async asked => {
          const { rawBits, normal } = await import("./static/engine/randomness.js");
          return asked.map(([seed, purpose]) => {
            const words = rawBits(seed, purpose, 4);
            const bits = [0, 1, 2, 3].map(i => ((BigInt(words[2 * i + 1]) << 32n) | BigInt(words[2 * i])).toString());
            return [bits, [...normal(seed, purpose, 4)]];
          });
        }""",
        asked,
    )
    for (bits, normal), first in zip(found, FIRST.values(), strict=True):
        assert [int(word) for word in bits] == first["bits"]
        assert normal == pytest.approx(first["normal"], rel=1e-6)


def test_kicks_of_seeds_are_the_same_as_in_python(engine, studio):
    seeds = [*range(48), 10**9 + 7, 2**63 - 1]
    made = engine("make", {"seeds": [str(seed) for seed in seeds]})
    held = [task() for task in studio.make(seeds=seeds)]
    assert made[-1][0]["seed"] == str(2**63 - 1)  # no JavaScript number holds it
    assert_same(made, held, studio)


@pytest.mark.parametrize(
    "asked",
    [
        {"controls": {"pitch": 50.0}},
        {"controls": {"decay": 250.0}},
        {"controls": {"click": 0.7, "width": 0.9}},
        {"controls": {"wild": 0.7}},
        {"note": "F#"},
        {"length_ms": 200.0},
    ],
    ids=str,
)
def test_kicks_of_wishes_are_the_same(engine, studio, asked):
    seeds = [2, 3, 5, 7]
    assert_same(
        engine("make", {"seeds": seeds, **asked}), [task() for task in studio.make(seeds=seeds, **asked)], studio
    )


def test_kicks_of_a_style_have_what_it_asks(engine, studio):
    """Not bit for bit the same: of several wishes at once the last bits of a graph may decide which trial is taken."""
    ((kick, _),) = engine("make", {"seeds": [3], "style": "heavy"})
    (task,) = studio.make(seeds=[3], style="heavy")
    assert kick["asked"] == pytest.approx(dict(task().facts["asked"]), rel=1e-9)
    for name, wish in kick["asked"].items():
        tolerance = 0.05 if wish <= 1.0 else 0.1 * wish
        assert kick["remarks"] or kick["measured"][name] == pytest.approx(wish, abs=tolerance)


def test_variations_and_morphs_are_the_same_and_python_makes_them_again(engine, studio, tmp_path):
    corners = engine("make", {"seeds": [0, 1, 2, 4]})
    held = [task() for task in studio.make(seeds=[0, 1, 2, 4])]
    names, others = [kick["id"] for kick, _ in corners], [one.id for one in held]
    varied = {"n": 2, "amount": 0.4, "seed": 5, "keep": ["pitch"]}
    made = engine("vary", names[0], varied)
    assert_same(made, [task() for task in studio.vary(others[0], **varied)], studio)
    moved = {"n": 1, "amount": 0.0, "seed": 5, "controls": {"click": 0.6}}
    assert_same(engine("vary", names[1], moved), [task() for task in studio.vary(others[1], **moved)], studio)
    square = engine("morph", {"corners": names, "x": 0.3, "y": 0.6})
    assert_same(square, [studio.morph(others, 0.3, 0.6)], studio)
    assert engine("morph", {"corners": names, "x": 1, "y": 0})[0][0]["id"] == names[1]
    for number, (_, data) in enumerate([*made, *square]):
        path = tmp_path / f"{number}.wav"
        path.write_bytes(data)
        recipe = Recipe.read(path)
        again = derived.replay(load_for_recipe(path, recipe), recipe).encode(bits="24")
        assert apart_db(data, again) < NEAR_DB


def test_what_it_cannot_do_is_said(engine):
    state = engine.page.evaluate("() => window.kicks.state()")
    assert (state["has_encoder"], state["trainable"]) == (False, False)
    for method, given, words in (
        ("file", ["mine.wav", []], "taking in a file needs Kick It Out on this computer"),
        ("match", ["0"], "matching needs Kick It Out on this computer"),
        ("reveal", ["0"], "download the file instead"),
        ("make", [{"n": 65}], "n: 65 kicks at once; ask for 1 to 64"),
        ("make", [{"seeds": [-1]}], "seed -1 is out of range"),
        ("make", [{"n": 1, "controls": {"weight": 1}}], "has no control 'weight'"),
        ("make", [{"n": 1, "controls": {"click": 2}}], "click 2 is out of range"),
        ("make", [{"n": 1, "note": "H1"}], "'H1' is no note"),
        ("make", [{"n": 1, "style": "polka"}], "style 'polka' is none"),
        ("vary", ["nothing", {}], "there is no kick 'nothing'"),
        ("pack", [{"name": "a/b", "ids": []}], "cannot be in the names of files everywhere"),
    ):
        said = engine.page.evaluate(
            "([method, given]) => window.kicks[method](...given).then(() => null, error => error.message)",
            [method, given],
        )
        assert said is not None
        assert words in said


def test_a_pack_is_as_the_servers(engine, studio, tmp_path):
    kicks = engine("make", {"seeds": [0, 2, str(2**63 - 1)]})
    kicks += engine("vary", kicks[0][0]["id"], {"n": 2, "amount": 0.1, "seed": 5})
    found = engine.page.evaluate(
        """async ids => {
          const blob = await window.kicks.pack({ name: "Night Shift", ids });
          return [...new Uint8Array(await blob.arrayBuffer())];
        }""",
        [kick["id"] for kick, _ in kicks],
    )
    with zipfile.ZipFile(io.BytesIO(bytes(found))) as archive:
        assert archive.testzip() is None
        files = {name.removeprefix("Night Shift/"): archive.read(name) for name in archive.namelist()}
    held = [task() for task in studio.make(seeds=[0, 2, 2**63 - 1])]
    held += [task() for task in studio.vary(held[0].id, n=2, amount=0.1, seed=5)]
    with zipfile.ZipFile(io.BytesIO(studio.pack("Night Shift", [one.id for one in held]))) as archive:
        wanted = {name.removeprefix("Night Shift/"): archive.read(name) for name in archive.namelist()}
    assert files.keys() == wanted.keys()
    manifest, other = (json.loads(one["pack.json"]) for one in (files, wanted))
    assert manifest.keys() == other.keys()
    assert manifest["asked"] == {"ids": [kick["id"] for kick, _ in kicks]}
    assert {**manifest, "asked": None, "kicks": None} == {**other, "asked": None, "kicks": None}
    for row, wish, (_, data) in zip(manifest["kicks"], other["kicks"], kicks, strict=True):
        assert files[row["file"]] == data
        assert row.keys() == wish.keys()
        for name, value in wish.items():
            assert row[name] == (pytest.approx(value, rel=1e-3) if isinstance(value, float) else value), name
    assert files["LICENSE.txt"] == wanted["LICENSE.txt"]
    again = "with the same version, to what is heard (-60 dB or less apart):"
    told = texts.readme(
        "Night Shift",
        studio.instrument.bundle.card,
        studio.instrument.bundle.checksum,
        Encoding(),
        manifest["kicks"],
        levelled=False,
    )
    assert files["README.txt"].decode() == told.replace(
        "to the same bytes with the same version on the same machine:", again
    )
    (tmp_path / "sheet.png").write_bytes(files["sheet.png"])
    (tmp_path / "wanted.png").write_bytes(wanted["sheet.png"])
    drawn, sheet = (
        np.asarray(Image.open(tmp_path / f"{name}.png").convert("RGB"), float) for name in ("sheet", "wanted")
    )
    assert drawn.shape == sheet.shape
    top, left = 70 + 28, 24 + 34 + 10  # the first card's plots: waveform, gap, spectrogram
    apart = np.abs(drawn - sheet)[top : top + 200, left : left + 300]
    assert apart.mean() < 1.0


def test_words_for_sounds_are_pythons(engine, studio):
    described = [
        {name: value for name, value in describe(kick.audio).items() if math.isfinite(value)}
        for kick in (studio.instrument.kick(seed, attempt=0) for seed in range(40))
    ]
    described += [{}, {"width_db": -60.0, "decay_ms": 0.0}, {"pitch_hz": 44.9, "decay_ms": 220.0}]
    found = engine.page.evaluate(
        """async described => {
          const { word, noteName, fileStems } = await import("./static/engine/words.js");
          return fileStems("Night_ shift", described.map(one => [word(one), noteName(one.pitch_hz ?? null)]));
        }""",
        described,
    )
    names = [(word(one), note_name(one.get("pitch_hz"))) for one in described]
    wanted = list(file_stems("Night_ shift", names))
    assert found == wanted
    assert len({name.split("_")[3].rstrip("0123456789") for name in found}) >= 10


def test_paragraphs_break_as_in_python(engine):
    given = [
        "a well-known 24-bit half-and-half one-to-one-hundred state-of-the-art sound " * 5,
        "  one  two   three - four -- five --from FILE e-mail " * 6,
        "x" * 99 + " y " + "w" * 100 + " z",
    ]
    found = engine.page.evaluate(
        """async given => {
          const { fill } = await import("./static/engine/texts.js");
          return given.map(fill);
        }""",
        given,
    )
    assert found == [textwrap.fill(one, texts.WIDTH) for one in given]


# The verb -------------------------------------------------------------------------------------------------------------


def test_the_folder_holds_what_it_needs_and_nothing_else(folder):
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert export.MARK in page
    assert "Content-Security-Policy" in page
    assert 'content="server"' not in page
    assert (folder / "static/vendor/onnxruntime-web/LICENSE").is_file()
    assert not (folder / "static/engine/server.js").exists()
    assert {path.suffix for path in folder.rglob("*") if path.is_file()} <= {
        ".html", ".js", ".css", ".svg", ".json", ".f32", ".onnx", ".wasm", ".txt", ""
    }  # fmt: skip
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 25e6
    manifest = json.loads((folder / "model/model.json").read_text(encoding="utf-8"))
    assert manifest["checksum"] == load("kickgan").bundle.checksum


def test_an_export_is_replaced_and_anything_else_is_not(folder, tmp_path, capsys):
    assert run(["export", "kickgan", "--to", "web", "-o", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["map"] is True
    other = tmp_path / "mine"
    other.mkdir()
    (other / "index.html").write_text("my page")
    assert run(["export", "kickgan", "--to", "web", "-o", str(other)]) == 2
    assert "no page of Kick It Out" in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "index.html"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["draft"], "which the page in a browser cannot play"),
        (["nowhere"], "is neither a model nor a bundle"),
        (["kickgan", "--name", "mine"], "--name is for bundles"),
    ],
)
def test_what_cannot_be_exported_is_refused_in_one_line(arguments, words, tmp_path, capsys):
    assert run(["export", *arguments, "--to", "web", "-o", str(tmp_path / "page")]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_without_the_runtime_the_line_to_run_is_told(tmp_path):
    static = tmp_path / "static"
    (static / "engine").mkdir(parents=True)
    for name in ("index.html", "engine/browser.js", "engine/worker.js"):
        (static / name).write_text(export.SERVER_MARK)
    with pytest.raises(export.DamagedFileError, match=r"run python vendoring/vendor\.py"):
        export.export_web("kickgan", tmp_path / "page", static=static)
    assert not (tmp_path / "page").exists()


def test_the_recipe_in_a_file_is_the_command_lines(engine, tmp_path):
    ((_, data),) = engine("make", {"seeds": [11], "controls": {"pitch": 50.0}})
    (tmp_path / "one.wav").write_bytes(data)
    kick = load("kickgan").kick(11, controls={"pitch": 50.0})
    found = read_recipe(tmp_path / "one.wav")
    assert found is not None
    assert {name: value for name, value in found.items() if name != "file"} == kick.recipe
