"""`kick export MODEL --to web`: the page on a plain file server, its kicks beside the Python's, and what is refused."""

import base64
import io
import json
import math
import struct
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

from kickitout.cli.app import run
from kickitout.errors import InputError
from kickitout.instrument import originals
from kickitout.instrument.instrument import load, load_for_recipe
from kickitout.instrument.names import note_part
from kickitout.instrument.recipes import Encoding, Recipe
from kickitout.library.synthesis import synthesise_other
from kickitout.measure.descriptors import describe
from kickitout.model.bundle import write_bundle
from kickitout.packs import texts
from kickitout.packs.words import Title, file_stems, word
from kickitout.sound import wav_chunks
from kickitout.sound.kick import read_recipe
from kickitout.web import export
from kickitout.web.facts import page_name
from kickitout.web.studio import Studio
from testing import player, tiny_sketch
from testing.mutilated import id3
from tests.golden.test_seeds import FIRST

PAGE_ALONE = (
    player.check_pointer_keys_and_midi_play,
    player.check_a_turn_is_one_step_of_undo,
    player.check_shuffle_leaves_what_is_locked_or_starred,
    player.check_the_loop_plays_in_a_key,
    player.check_new_kicks_are_in_the_key_too,
    player.check_a_beside_b_is_level_matched,
    player.check_files_have_the_level_and_the_beats_that_are_asked,
    player.check_a_dropped_file_is_taken_in_and_matched,
    player.check_a_file_of_our_own_is_the_very_kick,
    player.check_a_reload_keeps_the_pads,
    player.check_variations_keep_what_is_kept,
    player.check_morph_goes_between_its_corners,
    player.check_the_map_is_browsed_by_hovering_and_keys,
    player.check_keys_alone_do_it_all,
    player.check_starred_kicks_become_a_pack,
    player.check_nothing_is_overwritten_unasked,
    player.check_a_knob_says_what_it_does_and_what_it_cannot,
    player.check_what_is_no_kick_is_one_clear_line,
    player.check_a_pad_is_dragged_out_as_its_file,
)
"""What the page does by itself, whatever engine it has, or what the engine is tried for below: here in `make slow`, for
each takes seconds."""

CHECKS = [
    pytest.param(check, marks=[pytest.mark.slow] * (check in PAGE_ALONE), id=check.__name__.removeprefix("check_"))
    for check in player.CHECKS
]

ON_ONE_PAGE = (*player.LOOKS, player.check_a_knob_changes_the_kick)
"""Those that leave the pads as they found them: to open a page takes as long as all that these do."""

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
def studio() -> Iterator[Studio]:
    studio = Studio(load("kickgan"))
    yield studio
    studio.close()


@pytest.fixture(scope="module")
def engine(browser, address):
    """The engine alone: a function that asks it, and gives what the page is told of each kick with its file."""
    page = browser.new_page()
    page.goto(address + "LICENSE.txt")
    page.evaluate(player.OPEN)

    def ask(method, *given):
        made, _ = page.evaluate(player.CALL, [method, *given])
        return [(kick, base64.b64decode(data)) for kick, data in made]

    def drop(name, data):
        made, _ = page.evaluate(player.DROP, [name, base64.b64encode(data).decode()])
        return [(kick, base64.b64decode(data)) for kick, data in made]

    ask.drop = drop

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
def test_the_page_does_it_without_a_server(request, check):
    check(request.getfixturevalue("shared" if check in ON_ONE_PAGE else "page"))


def test_what_needs_a_server_cannot_be_pressed(shared):
    assert shared.locator("#reveal").is_disabled()
    assert shared.locator("#open-file").is_enabled()
    assert shared.locator("#shuffle").is_enabled()


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


@pytest.mark.parametrize("count", [6, pytest.param(48, marks=pytest.mark.slow)])
def test_kicks_of_seeds_are_the_same_as_in_python(engine, studio, count):
    seeds = [*range(count), 10**9 + 7, 2**63 - 1]
    made = engine("make", {"seeds": [str(seed) for seed in seeds]})
    held = [task() for task in studio.make(seeds=seeds)]
    assert made[-1][0]["seed"] == str(2**63 - 1)  # no JavaScript number holds it
    assert_same(made, held, studio)


# What each wish makes of a sketch and of a sound, tests/js holds to Python's vectors; here are two that do most.
WISHES = (
    {"controls": {"decay": 250.0}},
    {"controls": {"click": 0.7, "width": 0.9}},
    {"controls": {"wild": 0.7}},
    {"controls": {"drive": 0.8}},
    {"controls": {"sweep": 2.0}},
    {"note": "F#"},
    {"as_drawn": True},
)


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"controls": {"pitch": 50.0}}, marks=pytest.mark.slow),  # of seed 11 below
        {"bpm": 128, "beats": "1/2", "level": "lufs:-20"},
        *(pytest.param(one, marks=pytest.mark.slow) for one in WISHES),
    ],
    ids=str,
)
@pytest.mark.parametrize("seeds", [[2, 7], pytest.param([3, 5], marks=pytest.mark.slow)], ids=str)
def test_kicks_of_wishes_are_the_same(engine, studio, asked, seeds):
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


@pytest.mark.slow  # tests/js has the vectors of both
def test_variations_and_morphs_are_the_same_and_python_makes_them_again(engine, studio, tmp_path):
    corners = engine("make", {"seeds": [0, 1, 2, 4]})
    held = [task() for task in studio.make(seeds=[0, 1, 2, 4])]
    names, others = [kick["id"] for kick, _ in corners], [one.id for one in held]
    varied = {"n": 2, "amount": 0.4, "seed": 5, "keep": ["pitch"]}
    made = engine("vary", names[0], varied)
    assert_same(made, [task() for task in studio.vary(others[0], **varied)], studio)
    moved = {
        "n": 1,
        "amount": 0.0,
        "seed": 5,
        "controls": {"click": 0.6},
        "bpm": 100,
        "beats": "1.5",
        "level": "peak:-3",
    }
    assert_same(engine("vary", names[1], moved), [task() for task in studio.vary(others[1], **moved)], studio)
    square = engine("morph", {"corners": names, "x": 0.3, "y": 0.6})
    assert_same(square, [studio.morph(others, 0.3, 0.6)], studio)
    assert engine("morph", {"corners": names, "x": 1, "y": 0})[0][0]["id"] == names[1]
    for number, (_, data) in enumerate([*made, *square]):
        path = tmp_path / f"{number}.wav"
        path.write_bytes(data)
        recipe = Recipe.read(path)
        again = originals.replay(load_for_recipe(path, recipe), recipe).encode(bits="24")
        assert apart_db(data, again) < NEAR_DB


def test_what_it_cannot_do_is_said(engine):
    state = engine.page.evaluate("() => window.kicks.state()")
    assert (state["has_encoder"], state["trainable"]) == (True, False)
    for method, given, words in (
        ("match", ["0"], "there is no kick '0'"),
        ("remake", [{"recipes": []}], "Recipes 0: out of range; 1 to 64 kicks"),
        ("reveal", ["0"], "download the file instead"),
        ("make", [{"n": 65}], "Number 65: out of range; 1 to 64 kicks"),
        ("make", [{"seeds": [-1]}], "Seed -1: out of range"),
        ("make", [{"n": 1, "controls": {"weight": 1}}], "Weight 1: not a control of the model"),
        ("make", [{"n": 1, "controls": {"click": 2}}], "Click 2: out of range"),
        ("make", [{"n": 1, "note": "H1"}], "Note H1: not a note"),
        ("make", [{"n": 1, "style": "polka"}], "Style polka: unknown; choose"),
        ("vary", ["nothing", {}], "there is no kick 'nothing'"),
        ("pack", [{"name": "a/b", "ids": []}], "Name a/b: not a file name that works everywhere"),
    ):
        said = engine.page.evaluate(
            "([method, given]) => window.kicks[method](...given).then(() => null, error => error.message)",
            [method, given],
        )
        assert said is not None
        assert words in said


# Files ----------------------------------------------------------------------------------------------------------------


def pieces(data):
    """The chunks of a WAV file."""
    return [(chunk.id, chunk.data) for chunk in wav_chunks.parse(data)]


def form(chunks):
    return wav_chunks.build([wav_chunks.Chunk(name, data) for name, data in chunks])


def odd_files():
    """Files that are written as few are: with other chunks before the sound, cut off in it, never closed, tagged."""
    first, *others = pieces(player.someones_kick(12))
    yield "chunks before.wav", form([("note", b"odd"), first, ("LIST", b"INFO"), *others])
    yield "cut off.wav", player.someones_kick(13)[:-30_001]
    open_end = bytearray(player.someones_kick(14, subtype="PCM_16"))
    at = open_end.index(b"data") + 4
    open_end[4:8] = open_end[at : at + 4] = b"\xff" * 4
    yield "never closed.wav", bytes(open_end)
    open_end[at : at + 4] = bytes(4)
    yield "no size.wav", bytes(open_end)
    whole = player.someones_kick(15)
    yield "tagged.wav", id3() + whole
    place = whole.index(b"data")
    yield "no pad.wav", whole[:place] + b"LIST" + struct.pack("<I", 9) + b"INFOabcde" + whole[place:]
    yield "more behind.wav", whole + b"\x91" * 100
    aiff = player.someones_kick(16, kind="AIFF")
    yield "cut off.aiff", aiff[:-20_000]
    yield "tagged.flac", id3(40) + player.someones_kick(17, kind="FLAC")


TAKEN = {
    "24 bits.wav": {"seed": 3},
    "8 bits, mono.wav": {"seed": 4, "subtype": "PCM_U8", "channels": 1},
    "32 bits.wav": {"seed": 5, "subtype": "PCM_32", "kind": "WAVEX"},
    "floats.wav": {"seed": 6, "subtype": "FLOAT"},
    "doubles, mono.wav": {"seed": 7, "subtype": "DOUBLE", "channels": 1},
    "one.aiff": {"seed": 8, "kind": "AIFF"},
    "one.flac": {"seed": 9, "kind": "FLAC"},
    "16 bits at 48 kHz.flac": {"seed": 9, "rate": 48_000, "subtype": "PCM_16", "kind": "FLAC"},
    "48 kHz.wav": {"seed": 10, "rate": 48_000},
    "96 kHz, mono.wav": {"seed": 11, "rate": 96_000, "channels": 1},
}
"""Files that are read to the bit as Python reads them."""

NEARLY = {
    "22 kHz.wav": {"seed": 12, "rate": 22_050, "subtype": "PCM_16"},
    "192 kHz.wav": {"seed": 13, "rate": 192_000},
    "one.ogg": {"seed": 14, "subtype": "VORBIS", "kind": "OGG"},
    "one.mp3": {"seed": 15, "subtype": "MPEG_LAYER_III", "kind": "MP3"},
}
"""Files whose rate or coding is another program's work here: the same sound, but not to the bit."""


def test_files_are_taken_in_as_in_python(engine, studio):
    """The same bytes: the hash of what was taken in is in the recipe."""
    files = [(name, player.someones_kick(**made)) for name, made in TAKEN.items()] + list(odd_files())
    for name, data in files:
        made, held = engine.drop(name, data), studio.take_in(name, data)
        assert_same(made, [held], studio)
        assert made[0][0]["verb"] == "file"


@pytest.mark.slow
def test_files_of_other_rates_and_codings_sound_the_same(engine, studio):
    for name, made in NEARLY.items():
        data = player.someones_kick(**made)
        ((kick, found),) = engine.drop(f"../{name}", data)
        held = studio.take_in(f"../{name}", data)
        # The mark at the name's end is of all that the recipe says, the hash of what was taken in with it.
        assert kick["file"].rsplit("_", 1)[0] == held.facts["file"].rsplit("_", 1)[0]
        assert apart_db(found, studio.wav(held.id)) < NEAR_DB


@pytest.mark.slow  # a file that is taken in, and variations, are tried in tests/js
def test_what_comes_of_a_file_is_the_same_and_python_makes_it_again(engine, studio, tmp_path, capsys):
    data = player.someones_kick(3, rate=48_000)
    (tmp_path / "mine.wav").write_bytes(data)
    taken, held = engine.drop("mine.wav", data), studio.take_in("mine.wav", data)
    mono, other = (
        engine.drop("b.wav", player.someones_kick(4, channels=1)),
        studio.take_in("b.wav", player.someones_kick(4, channels=1)),
    )
    ids, others = [taken[0][0]["id"], mono[0][0]["id"]], [held.id, other.id]
    made = []
    for wish in (
        {"n": 2, "amount": 0.4, "seed": 5},
        {"n": 1, "amount": 0.3, "seed": 6, "keep": ["pitch", "decay"]},
        {"n": 1, "amount": 0.0, "seed": 7, "controls": {"decay": 250.0}, "length_ms": 200},
    ):
        varied = engine("vary", ids[0], wish)
        assert_same(varied, [task() for task in studio.vary(others[0], **wish)], studio)
        made += varied
    assert_same(
        engine("vary", ids[1], {"n": 1, "amount": 0.5, "seed": 8}),
        [task() for task in studio.vary(others[1], n=1, amount=0.5, seed=8)],
        studio,
    )
    corners = engine("make", {"seeds": [0, 1]})
    held_corners = [task().id for task in studio.make(seeds=[0, 1])]
    square = engine("morph", {"corners": [*ids, *(kick["id"] for kick, _ in corners)], "x": 0.3, "y": 0.6})
    assert_same(square, [studio.morph([*others, *held_corners], 0.3, 0.6)], studio)
    for number, (_, found) in enumerate([*taken, *made]):
        (tmp_path / f"{number}.wav").write_bytes(found)
        again = ["generate", "--from", str(tmp_path / f"{number}.wav"), "--original", str(tmp_path / "mine.wav")]
        assert run([*again, "-o", str(tmp_path / "again"), "--quiet"]) == 0
        assert apart_db(found, (tmp_path / f"again/{number}.wav").read_bytes()) < NEAR_DB


@pytest.mark.slow  # two whole searches: 40 s
def test_the_nearest_is_that_of_python(engine, studio, tmp_path):
    data = player.someones_kick(5)
    ((taken, _),) = engine.drop("mine.wav", data)
    order, found = engine.page.evaluate(
        """async id => {
          const order = [];
          const match = window.kicks.match(id).finally(() => order.push("match"));
          await window.kicks.make({ seeds: [77] });
          order.push("make");
          const found = await match;
          return [order, found];
        }""",
        taken["id"],
    )
    assert order == ["make", "match"]  # nobody waits for the seconds that it takes
    wanted = studio.match(studio.take_in("mine.wav", data).id)
    assert found["distance"] == pytest.approx(wanted.distance, rel=1e-4)
    assert found["usual"] == pytest.approx(wanted.usual, rel=1e-4)
    kick, derivation = found["kick"], wanted.held.recipe.derivation
    # The last bits of a latent are the machine's, and so is the mark.
    assert (kick["verb"], kick["file"][:-8]) == ("match", wanted.held.file[:-8])
    assert kick["file"].startswith("mine_match_")
    assert kick["recipe"]["derivation"]["of"] == [one.model_dump(exclude_none=True) for one in derivation.of]
    latents = [
        np.frombuffer(base64.b64decode(one), dtype="<f4")
        for one in (kick["recipe"]["derivation"]["latent"], derivation.latent)
    ]
    assert latents[0] == pytest.approx(latents[1], abs=1e-3)
    sound = bytes(engine.page.evaluate("async id => [...new Uint8Array(await window.kicks.wav(id))]", kick["id"]))
    assert apart_db(sound, studio.wav(wanted.held.id)) < NEAR_DB
    (tmp_path / "match.wav").write_bytes(sound)
    assert run(["generate", "--from", str(tmp_path / "match.wav"), "-o", str(tmp_path / "again"), "--quiet"]) == 0
    assert apart_db(sound, (tmp_path / "again/match.wav").read_bytes()) < NEAR_DB
    # The match is the model's own: it comes back without the file, and varies as any other.
    again = engine("remake", {"recipes": [kick["recipe"]]})
    assert again == [(kick, sound)]
    assert engine("vary", kick["id"], {"n": 1, "seed": 4})[0][0]["verb"] == "vary"


def silence(seconds=0.3):
    return np.zeros((int(44_100 * seconds), 2))


def written(sound, kind="WAV", rate=44_100):
    stream = io.BytesIO()
    sf.write(stream, sound, rate, subtype=None if kind in ("MP3", "OGG") else "PCM_16", format=kind)
    return stream.getvalue()


@pytest.mark.slow  # tests/js holds remarks to Python's
def test_what_is_unlike_a_kick_is_taken_with_pythons_remarks(engine, studio):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (44_100, 2))
    for name, sound in {"snare.wav": synthesise_other(3)[0].T, "noise.wav": noise}.items():
        ((kick, _),) = engine.drop(name, written(sound))
        wanted = studio.take_in(name, written(sound)).facts
        assert kick["remarks"] == wanted["remarks"]
        assert kick["remarks"][0].startswith(f"unlike a kick: {name}: no ")
        assert (kick["passed"], kick["id"]) == (wanted["passed"], wanted["id"])


def test_what_is_no_single_sound_is_refused_in_pythons_words(engine, studio):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (22_050, 2))
    kick = heard(player.someones_kick(3))
    claims = bytearray(written(kick))
    claims[-4 * len(kick) - 4 : -4 * len(kick)] = (2**32 - 1).to_bytes(4, "little")
    refused = {
        "silent.wav": written(silence()),
        "empty.wav": written(silence(0.0)),
        "short.wav": written(np.concatenate([kick[:300], silence(0.1)])),
        "long.wav": written(silence(4.5)),
        "long.flac": written(np.concatenate([kick, silence(31.0)]), "FLAC"),
        "loop.wav": written(np.concatenate([kick] * 4)),
        "three.wav": written(noise[:, [0, 1, 0]]),
        "slow.wav": written(kick, rate=1000),
    }
    for name, data in refused.items():
        with pytest.raises(InputError) as wanted:
            studio.take_in(f"C:\\{name}", data)
        assert refusal(engine, f"C:\\{name}", data) == wanted.value.sentence(page_name), name
    for junk in (b"", b"RIFF", b"nothing of the kind", b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff", b"FORM" + bytes(40)):
        words = refusal(engine, "bad\n<name>.mp3", junk)
        assert words.startswith("File bad_name_.mp3: cannot be read as audio")
        assert "\n" not in words
    for name, kind in (("long.mp3", "MP3"), ("long.ogg", "OGG")):
        assert "not usable as a kick (too long: " in refusal(engine, name, written(silence(31.0), kind))
    assert engine.drop("claims hours.wav", bytes(claims))[0][0]["verb"] == "file"


def refusal(engine, name, data):
    """What is said of a file that is not taken."""
    asked = [name, base64.b64encode(data).decode()]
    return engine.page.evaluate(f"asked => ({player.DROP})(asked).then(() => null, error => error.message)", asked)


# Kicks that come back -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_file_of_our_own_is_the_very_kick(engine, address, browser, studio):
    kicks = engine("make", {"seeds": [5, str(2**63 - 1)], "controls": {"decay": 250.0}})
    kicks += engine("vary", kicks[0][0]["id"], {"n": 1, "seed": 3, "keep": ["pitch"]})
    kicks += engine("morph", {"corners": [kicks[0][0]["id"], kicks[1][0]["id"]] * 2, "x": 0.4, "y": 0.0})
    kicks += engine("vary", kicks[-1][0]["id"], {"n": 1, "seed": 3})
    (task,) = studio.make(seeds=[5], controls={"decay": 250.0})
    in_python = studio.wav(task().id)
    page = browser.new_page()
    page.goto(address + "LICENSE.txt")
    page.evaluate(player.OPEN)

    def made(script, *given):
        return [(kick, base64.b64decode(data)) for kick, data in page.evaluate(script, list(given))[0]]

    def dropped(name, data):
        return made(player.DROP, name, base64.b64encode(data).decode())

    # Another engine, as after a reload.
    for kick, data in kicks[1:4:2]:
        assert dropped("from my folder.wav", data) == [(kick, data)]
    assert dropped("from Python.wav", in_python) == kicks[:1]
    kick = load("kickgan").kick(5, controls={"decay": 250.0})
    for file_format, bits in (("flac", "24"), ("flac", "16"), ("aiff", "24")):
        data = kick.encode(format=file_format, bits=bits)
        assert dropped(f"one.{file_format}", data) == kicks[:1]
    # A damaged one is a sound as any other.
    data = data.replace(b'"seed":5', b'"seed":x')
    assert dropped("damaged.aiff", data)[0][0]["verb"] == "file"
    assert made(player.CALL, "remake", {"recipes": [kick["recipe"] for kick, _ in kicks]}) == kicks
    # What another program changed, and left the recipe in it, is another sound.
    softer = io.BytesIO()
    sf.write(softer, 0.5 * heard(kicks[0][1]), 44_100, subtype="PCM_24", format="WAV")
    changed = form([*pieces(softer.getvalue()), pieces(kicks[0][1])[-1]])
    assert dropped("softer.wav", changed)[0][0]["verb"] == "file"
    page.close()


def test_what_cannot_be_made_again_is_none(engine):
    ((kick, _),) = engine("make", {"seeds": [6]})
    ((varied, _),) = engine("vary", kick["id"], {"n": 1, "seed": 3})
    recipe, of_kick = kick["recipe"], varied["recipe"]
    lost = {"file": "lost.wav", "content": "0" * 64}
    deep = recipe
    for _ in range(40):
        deep = {**of_kick, "derivation": {**of_kick["derivation"], "of": [{"recipe": deep}]}}
    strange = [
        None, 5, [], {}, "text",
        {**recipe, "model": {**recipe["model"], "checksum": "0" * 64}},
        {**recipe, "seed": -1}, {**recipe, "seed": 2**63}, {**recipe, "seed": 1.5}, {**recipe, "seed": "x"},
        {**recipe, "controls": {"reverb": 1}}, {**recipe, "controls": {"decay": 1e9}}, {**recipe, "stem": "body"},
        {**recipe, "more": 1}, {**recipe, "processing": {**recipe["processing"], "peak_dbtp": 3}},
        {**of_kick, "derivation": {**of_kick["derivation"], "of": [lost]}},
        {**of_kick, "derivation": {**of_kick["derivation"], "amount": 2}},
        {**of_kick, "derivation": {"verb": "match", "of": [lost], "latent": "AAAA"}},
        deep,
    ]  # fmt: skip
    text = json.dumps([*strange, recipe])
    found = engine.page.evaluate("async text => (await kicks.remake({ recipes: JSON.parse(text) })).kicks", text)
    assert found == [*[None] * len(strange), kick]


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
          const { word, fileStems } = await import("./static/engine/words.js");
          const { notePart } = await import("./static/engine/names.js");
          const title = one => ({ word: word(one), seed: 7n, note: notePart(one.pitch_hz ?? null), mark: null });
          return fileStems("Night_ shift", described.map(title));
        }""",
        described,
    )
    names = [Title(word(one), 7, note_part(one.get("pitch_hz")), None) for one in described]
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
        ".html", ".js", ".css", ".svg", ".json", ".f32", ".f64", ".onnx", ".wasm", ".txt", ""
    }  # fmt: skip
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 28e6
    manifest = json.loads((folder / "model/model.json").read_text(encoding="utf-8"))
    assert manifest["checksum"] == load("kickgan").bundle.checksum


def test_an_export_is_replaced_and_anything_else_is_not(folder, tmp_path, capsys):
    assert run(["export", "kickgan", "--to", "web", "-o", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["map"] is True
    other = tmp_path / "mine"
    other.mkdir()
    (other / "index.html").write_text("my page")
    assert run(["export", "kickgan", "--to", "web", "-o", str(other)]) == 2
    assert "not a page of Kick It Out" in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "index.html"]


def test_a_model_without_an_encoder_is_exported(tmp_path):
    names = {"generator": "generator.onnx"}
    offered, joint = tiny_sketch.with_controls()
    made = {name: data for name, data in tiny_sketch.files(joint).items() if name != "encoder.onnx"}
    write_bundle(tmp_path / "plain", tiny_sketch.sketch_card("plain", controls=offered, graphs=names), made)
    said = []
    made = export.export_web(tmp_path / "plain", tmp_path / "page", log=said.append, map_seconds=0.2)
    manifest = json.loads((tmp_path / "page/model/model.json").read_text(encoding="utf-8"))
    assert (manifest["others"], manifest["card"]["graphs"]) == (None, names)
    assert not (tmp_path / "page/model/others.f32").exists()
    # Its kicks are noise: none passes the gate.
    assert (made.has_map, manifest["map"], (tmp_path / "page/model/map.json").exists()) == (False, False, False)
    assert said[0].startswith("drawing the map of plain")
    assert said[1].startswith("the page has no map: model plain: only ")


def test_a_model_of_ones_own_has_a_map_too(tmp_path, monkeypatch):
    monkeypatch.setattr(export, "shipped_map", lambda instrument: None)
    monkeypatch.setattr(export, "draw", lambda instrument, seconds: {"fields": ["seed"], "points": [[int(seconds)]]})
    assert export.export_web("kickgan", tmp_path / "page").has_map
    manifest = json.loads((tmp_path / "page/model/model.json").read_text(encoding="utf-8"))
    assert manifest["map"] is True
    assert json.loads((tmp_path / "page/model/map.json").read_text(encoding="utf-8"))["points"] == [[60]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["draft"], "which a browser cannot play"),
        (["nowhere"], "model nowhere: neither a model nor a bundle"),
        (["kickgan", "--name", "mine"], "--name: is for bundles; leave it out with --to web"),
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
    for folder in ("engine", "page"):
        (static / folder).mkdir(parents=True)
    for name in ("page/index.html", "engine/browser.js", "engine/worker.js"):
        (static / name).write_text(export.SERVER_MARK)
    with pytest.raises(export.DamagedFileError, match=r"run python vendoring/vendor\.py"):
        export.export_web("kickgan", tmp_path / "page", static=static)
    assert not (tmp_path / "page").exists()


def test_the_recipe_and_the_sound_of_a_file_are_the_command_lines(engine, tmp_path):
    ((told, data),) = engine("make", {"seeds": [11], "controls": {"pitch": 50.0}})
    (tmp_path / "one.wav").write_bytes(data)
    kick = load("kickgan").kick(11, controls={"pitch": 50.0})
    assert apart_db(data, kick.encode()) < NEAR_DB
    found = read_recipe(tmp_path / "one.wav")
    assert found is not None
    assert {name: value for name, value in found.items() if name != "file"} == kick.recipe == told["recipe"]
