"""What the page asks for, done: the same files as those of the command line, and kept within bounds."""

import io
import json
import re
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from kickitout.cli.app import run
from kickitout.errors import InputError
from kickitout.instrument import ancestry, variations
from kickitout.instrument.instrument import load
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound.kick import Kick, read_recipe
from kickitout.web import session as sessions
from kickitout.web.session import UnknownKickError
from kickitout.web.store import Store
from kickitout.web.studio import Studio, sent
from testing.tiny_bundle import write_tiny_bundle


def made(tasks):
    return [task() for task in tasks]


def command(*words):
    """Run a verb in this process."""
    assert run([*map(str, words), "--quiet"]) == 0


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """A kick's file without a recipe, as any other program writes it."""
    path = tmp_path_factory.mktemp("foreign") / "my kick.flac"
    soundfile.write(path, load().kick(31).audio.T, 44_100, subtype="PCM_16")
    return path


@pytest.fixture(scope="module")
def taken(studio, foreign):
    return studio.take_in(f"C:\\Users\\me\\{foreign.name}", foreign.read_bytes())


# The same bytes as the command line's ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, []),
        ({"controls": {"click": 0.7, "decay": 250}}, ["--decay", "250", "--click", "0.7"]),
        ({"note": "F#", "controls": {"wild": 0.2}}, ["--note", "F#", "--wild", "0.2"]),
        ({"style": "edm", "length_ms": 300.0}, ["--style", "edm", "--length", "300"]),
        ({"level": "lufs:-20"}, ["--level", "lufs:-20"]),
        ({"bpm": 128, "beats": "1/2"}, ["--bpm", "128", "--beats", "1/2"]),
    ],
)
def test_made_kicks_are_those_of_generate(studio, tmp_path, asked, words):
    kicks = made(studio.make(seeds=[7, 8], **asked))
    command("generate", "-n", 2, "--seed", 7, "-o", tmp_path, *words)
    for held in kicks:
        assert studio.wav(held.id) == (tmp_path / held.file).read_bytes()


def test_variations_are_those_of_vary(studio, tmp_path):
    (origin,) = made(studio.make(seeds=[11], controls={"decay": 300.0}))
    (tmp_path / origin.file).write_bytes(studio.wav(origin.id))
    wishes = {"level": "peak:-3", "style": "edm", "bpm": 150, "beats": "3/2"}
    kicks = made(studio.vary(origin.id, n=2, amount=0.4, keep=["pitch"], seed=5, **wishes))
    options = ["--amount", 0.4, "--keep", "pitch"]
    options += [word for name, value in wishes.items() for word in (f"--{name}", value)]
    command("vary", tmp_path / origin.file, "-n", 2, "--seed", 5, "-o", tmp_path, *options)
    for held in kicks:
        assert studio.wav(held.id) == (tmp_path / held.file).read_bytes()
        assert held.facts["verb"] == "vary"


def test_a_file_is_taken_in_as_vary_by_nothing_gives_it(studio, taken, foreign, tmp_path):
    command("vary", foreign, "-n", 1, "--amount", 0, "--seed", 0, "-o", tmp_path)
    assert re.fullmatch(r"my_kick_vary_0(_[A-G]#?)?_[0-9a-f]{4}\.wav", taken.file)
    assert studio.wav(taken.id) == (tmp_path / taken.file).read_bytes()
    assert taken.facts["verb"] == "file"
    kicks = made(studio.vary(taken.id, n=1, seed=3, length_ms=200))
    command("vary", foreign, "-n", 1, "--seed", 3, "-o", tmp_path, "--length", 200)
    assert studio.wav(kicks[0].id) == (tmp_path / kicks[0].file).read_bytes()


def test_the_nearest_is_that_of_match(studio, taken, foreign, tmp_path, monkeypatch):
    monkeypatch.setattr(variations, "MATCH_GENERATIONS", 4)
    found = studio.match(taken.id)
    command("match", foreign, "-o", tmp_path)
    assert studio.wav(found.held.id) == (tmp_path / found.held.file).read_bytes()
    assert found.held.file.startswith("my_kick_match_")
    assert found.distance < found.usual[1]
    assert found.usual[0] < found.usual[1]
    # What comes of it replays without the file: the match is the model's own.
    assert not found.held.sources
    assert taken.sources == {foreign.name}


@pytest.mark.parametrize("with_file", [False, True])
@pytest.mark.parametrize(("x", "y"), [(0.3, 0.6), (0.0, 0.5), (0.25, 1.0)])
def test_a_place_on_the_square_is_made_again_from_its_file(studio, taken, foreign, tmp_path, with_file, x, y):
    corners = [held.id for held in made(studio.make(seeds=[1, 2, 3, 4]))]
    if with_file:
        corners[2] = taken.id
    held = studio.morph(corners, x, y)
    path = tmp_path / held.file
    path.write_bytes(studio.wav(held.id))
    original = ["--original", foreign] if held.sources else []
    command("generate", "--from", path, "-o", tmp_path / "again", *original)
    assert (tmp_path / "again" / held.file).read_bytes() == path.read_bytes()


def test_corners_of_the_square_are_the_kicks_themselves(studio, taken):
    corners = [*(held.id for held in made(studio.make(seeds=[1, 2, 3]))), taken.id]
    places = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)]
    assert [studio.morph(corners, x, y).id for x, y in places] == corners


def test_the_square_has_no_jumps(studio):
    corners = [held.id for held in made(studio.make(seeds=[1, 2, 3, 4]))]
    heard = [soundfile.read(io.BytesIO(studio.wav(studio.morph(corners, x, 0.5).id)))[0] for x in (0.5, 0.501, 0.9)]
    near, far = (float(np.abs(heard[0] - other).max()) for other in heard[1:])
    assert near < 0.25 * far


# What is told ---------------------------------------------------------------------------------------------------------


def test_a_kick_is_told_in_the_units_in_which_it_is_asked(studio):
    (held,) = made(studio.make(seeds=[7], note="F#1", controls={"decay": 250.0, "click": 0.7}))
    facts = held.facts
    json.dumps(facts, allow_nan=False)
    assert (facts["id"], facts["seed"], facts["verb"]) == (held.id, 7, "generate")
    assert facts["note"] == "F#1"
    assert abs(facts["cents"]) < 15.0
    assert facts["measured"]["decay"] == pytest.approx(250.0, rel=0.08)
    assert facts["measured"]["click"] == pytest.approx(0.7, abs=0.1)
    assert facts["asked"]["decay"] == 250.0
    assert set(facts["measured"]) <= set(studio.instrument.voice.panel.names)
    assert facts["passed"] is True
    assert facts["duration_ms"] == 500.0


def test_a_mono_kick_has_no_width(studio):
    (held,) = made(studio.make(seeds=[7], controls={"width": 0.0}))
    assert held.facts["width_db"] is None


# What is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "^seeds: give either seeds or n, not both$"),
        ({"n": 2, "seeds": [1]}, "^seeds: give either seeds or n, not both$"),
        ({"n": 0}, "^n 0: out of range; 1 to 64 kicks"),
        ({"n": 65}, "out of range; 1 to 64 kicks can be made at once"),
        ({"seeds": []}, "out of range; 1 to 64 kicks can be made at once"),
        ({"seeds": [-1]}, "out of range"),
        ({"seeds": [2**63]}, "out of range"),
        ({"n": 1, "controls": {"boom": 1.0}}, "^boom 1: not a control of the model"),
        ({"n": 1, "controls": {"click": 1.5}}, "^click 1.5: out of range"),
        ({"n": 1, "note": "H"}, "^note H: not a note"),
        ({"n": 1, "note": "F", "controls": {"pitch": 50.0}}, "^note F: give either note or pitch, not both$"),
        ({"n": 1, "style": "polka"}, "polka"),
        ({"n": 1, "length_ms": 5.0}, "out of range"),
        ({"n": 1, "bpm": 128.0}, "goes with beats, which is missing"),
    ],
)
def test_requests_that_make_no_sense_are_refused_before_a_kick_is_made(studio, asked, words):
    with pytest.raises(InputError, match=words):
        studio.make(**asked)


def test_what_is_not_there_is_told(studio):
    with pytest.raises(UnknownKickError, match="there is no kick"):
        studio.vary("0" * 16, n=1)
    ids = [held.id for held in made(studio.make(seeds=[1, 2, 3]))]
    with pytest.raises(UnknownKickError):
        studio.morph([*ids, "0" * 16], 0.5, 0.5)
    with pytest.raises(InputError, match="give four"):
        studio.morph(ids, 0.5, 0.5)
    for x in (-0.1, 1.1, float("nan")):
        with pytest.raises(InputError, match="out of range"):
            studio.morph([*ids, ids[0]], x, 0.5)
    with pytest.raises(InputError, match="amount"):
        studio.vary(ids[0], n=1, amount=2.0)
    with pytest.raises(InputError, match="boom"):
        studio.vary(ids[0], n=1, keep=["boom"])


def test_what_is_no_kick_is_told_by_its_own_name(studio):
    with pytest.raises(InputError, match=r"^file song.mp3: cannot be read as audio"):
        studio.take_in("../song.mp3", b"nothing of the kind")
    assert list(studio.folder.iterdir()) == []


def test_a_file_that_the_gate_refuses_is_taken_with_a_remark(studio):
    left, right = 0.8 * synthesise_kick(12)[0]
    held = studio.take_in("mine.wav", Kick(np.stack([left, -right])).encode())
    assert any(one.startswith("gate: the kick itself does not pass it (left and") for one in held.facts["remarks"])
    assert held.facts["passed"] is False
    (same,) = made(studio.vary(held.id, n=1, amount=0.0))
    assert same.facts["passed"] is False
    (varied,) = made(studio.vary(held.id, n=1, amount=0.1, seed=1))
    assert varied.facts["passed"] is False
    assert varied.facts["remarks"][-1].endswith("what it is made from does not pass in this either")


def test_kicks_of_kicks_of_kicks_end_somewhere(studio, monkeypatch, tmp_path):
    monkeypatch.setattr(ancestry, "MOST_GENERATIONS", 3)
    (held,) = made(studio.make(seeds=[1]))
    for seed in range(3):
        (held,) = made(studio.vary(held.id, n=1, seed=seed))
    with pytest.raises(InputError, match="derived from other kicks too many times"):
        studio.vary(held.id, n=1)


def test_the_deepest_kick_is_made_again_from_its_file(studio, tmp_path):
    (held,) = made(studio.make(seeds=[1]))
    for seed in range(ancestry.MOST_GENERATIONS):
        (held,) = made(studio.vary(held.id, n=1, seed=seed, amount=0.05))
    path = tmp_path / "deep.wav"
    path.write_bytes(studio.wav(held.id))
    command("generate", "--from", path, "-o", tmp_path / "again")
    assert (tmp_path / "again" / "deep.wav").read_bytes() == path.read_bytes()


def test_a_model_without_sketches_plays_and_says_what_it_cannot(tmp_path):
    one = Studio(load(write_tiny_bundle(tmp_path / "tiny"), gate=False))
    kicks = made(one.make(seeds=[1, 2]))
    assert len({one.wav(held.id) for held in kicks}) == 2
    with pytest.raises(InputError, match="cannot vary kicks"):
        one.vary(kicks[0].id, n=1)
    with pytest.raises(InputError, match="cannot vary kicks"):
        one.morph([kicks[0].id] * 4, 0.5, 0.5)
    one.close()
    assert not one.folder.exists()


# What is kept ---------------------------------------------------------------------------------------------------------


def test_a_sound_that_is_gone_is_made_again_to_the_bit(foreign):
    one = Studio(load(), Store(most_sounds=1))
    kicks = made(one.make(seeds=[1, 2], controls={"decay": 200.0}))
    kicks += [one.take_in(foreign.name, foreign.read_bytes())]
    kicks += made(one.vary(kicks[2].id, n=1, seed=1))
    kicks += [one.morph([held.id for held in kicks], 0.4, 0.4)]
    kicks += made(one.vary(kicks[4].id, n=1, seed=2))
    kicks += made(one.make(seeds=[3]))
    for held in kicks[:-1]:
        assert one.session.store.sound(held.id) is None
        assert sessions._id_of(one.wav(held.id)) == held.id
    one.close()


def test_the_longest_unused_kicks_are_forgotten():
    one = Studio(load(), Store(most_kicks=3))
    kicks = made(one.make(seeds=[1, 2, 3]))
    one.kick(kicks[0].id)
    made(one.make(seeds=[4]))
    assert one.kick(kicks[0].id) is kicks[0]
    with pytest.raises(UnknownKickError, match="make it again from its seed"):
        one.wav(kicks[1].id)
    assert [one.session.store.of(held.recipe) for held in kicks[:2]] == [kicks[0], None]
    one.close()


# Made again from what a page was told -----------------------------------------------------------------------------


def through_javascript(data):
    """What JSON becomes in a browser: 5.0 is 5, and no whole number is beyond 2^53."""
    if isinstance(data, dict):
        return {name: through_javascript(part) for name, part in data.items()}
    if isinstance(data, list):
        return [through_javascript(part) for part in data]
    if isinstance(data, float) and data.is_integer():
        return int(data)
    assert not isinstance(data, int) or abs(data) < 2**53
    return data


def told(kicks):
    return through_javascript(json.loads(json.dumps([sent(held)["recipe"] for held in kicks])))


@pytest.fixture(scope="module")
def of_all_kinds(studio, taken):
    """A kick of each verb, and what was made of them."""
    kicks = made(studio.make(seeds=[1, 2, 2**63 - 1], controls={"decay": 200.0}))
    kicks += made(studio.make(seeds=[5], style="edm", length_ms=300.0))
    kicks += made(studio.vary(kicks[0].id, n=1, seed=5, keep=["pitch"]))
    kicks.append(studio.morph([held.id for held in kicks[:4]], 0.3, 0.6))
    kicks += made(studio.vary(kicks[-1].id, n=1, seed=5))
    return [*kicks, taken, *made(studio.vary(taken.id, n=1, seed=6, controls={"decay": 180.0}))]


def test_kicks_are_made_again_to_the_bit_with_all_that_was_told(studio, of_all_kinds):
    again = made(studio.replay(told(of_all_kinds)))
    assert [held.facts for held in again] == [held.facts for held in of_all_kinds]


def test_after_a_restart_all_but_what_needs_a_file_is_back(of_all_kinds, foreign):
    one = Studio(load())
    again = made(one.replay(told(of_all_kinds)))
    assert again[7:] == [None, None]
    assert [held.facts for held in again[:7]] == [held.facts for held in of_all_kinds[:7]]
    held = one.take_in(foreign.name, foreign.read_bytes())
    assert [held.facts for held in made(one.replay(told(of_all_kinds[7:])))] == [
        held.facts,
        of_all_kinds[8].facts,
    ]
    one.close()


def changed(recipe, **fields):
    return {**recipe, **fields}


def test_what_cannot_be_made_again_is_none_of_ours(studio, of_all_kinds, taken):
    recipe, varied, of_file = told([of_all_kinds[0], of_all_kinds[4], taken])
    other = changed(recipe, model=changed(recipe["model"], checksum="0" * 64))
    beginning = {**of_file["derivation"]["of"][0], "file": "../../out.wav"}
    deep = json.loads('{"a":' * 300 + "1" + "}" * 300)
    long = recipe
    for _ in range(ancestry.MOST_GENERATIONS + ancestry.BLENDED):
        long = changed(varied, derivation={**varied["derivation"], "of": [{"recipe": long}]})
    cases = [
        None,
        [],
        "recipe",
        {},
        deep,
        long,
        other,
        changed(varied, derivation={**varied["derivation"], "of": [{"recipe": other}]}),
        changed(of_file, derivation={**of_file["derivation"], "of": [beginning]}),
        changed(recipe, stem="body"),
        changed(recipe, more=1),
        changed(recipe, seed="one"),
        changed(recipe, seed="9" * 19),
        changed(recipe, controls={"boom": 1}),
        changed(recipe, controls={"decay": 1e9}),
        changed(recipe, processing={**recipe["processing"], "fade_ms": 1e308}),
        changed(varied, derivation={**varied["derivation"], "keep": ["boom"]}),
    ]
    assert made(studio.replay(cases)) == [None] * len(cases)
    for wrong in ([], [recipe] * 65):
        with pytest.raises(InputError, match="out of range; 1 to 64 kicks can be made at once"):
            studio.replay(wrong)


def test_recipes_that_hold_too_much_together_are_refused_before_any_work(studio, of_all_kinds, monkeypatch):
    recipe, morphed = told([of_all_kinds[0], of_all_kinds[5]])
    held = ancestry.kicks_in([morphed], 1000)
    assert held > 1
    monkeypatch.setattr(ancestry, "MOST_TOGETHER", 2 * held + 1)
    assert len(studio.replay([morphed, morphed, recipe])) == 3
    with pytest.raises(InputError, match=r"recipes: hold more than \d+ kicks that they were made from; ask for fewer"):
        studio.replay([morphed, morphed, recipe, recipe])


def test_what_recipes_of_a_page_have_in_common_is_made_once(of_all_kinds, monkeypatch):
    one = Studio(load())
    made = []
    sketched = one.instrument.voice.sketched
    monkeypatch.setattr(
        one.instrument.voice, "sketched", lambda seed, *rest, **more: made.append(seed) or sketched(seed, *rest, **more)
    )
    (varied,) = told([of_all_kinds[4]])
    again = [{**varied, "seed": seed} for seed in range(6)]
    assert len({held.id for held in [task() for task in one.replay(again)]}) == 6
    assert len(made) == 1
    one.close()


# Our own, dropped ---------------------------------------------------------------------------------------------------


def test_a_file_of_our_own_is_the_very_kick(studio, of_all_kinds):
    one = Studio(load())
    for held in of_all_kinds[:7]:
        again = one.take_in("renamed.wav", studio.wav(held.id))
        assert again.facts == held.facts
        assert one.wav(again.id) == studio.wav(held.id)
    flac = load().kick(12, controls={"decay": 250.0}).encode(format="flac", bits="16")
    assert (taken := one.take_in("12.flac", flac)).facts["verb"] == "generate"
    assert taken.id == made(one.make(seeds=[12], controls={"decay": 250.0}))[0].id
    for held in of_all_kinds[7:]:  # these need another's file
        assert one.take_in("mine.wav", studio.wav(held.id)).facts["verb"] == "file"
    one.close()


def test_a_file_of_our_own_that_was_changed_is_taken_in(studio, of_all_kinds, monkeypatch):
    kick = load().kick(1, controls={"decay": 200.0})
    shorter = kick.audio * np.exp(-np.arange(22_050) / 4000.0).astype(np.float32)
    assert studio.take_in("edited.wav", replace(kick, audio=shorter).encode()).facts["verb"] == "file"
    # One that was made from too many goes on as a file.
    monkeypatch.setattr(ancestry, "MOST_GENERATIONS", 1)
    assert studio.take_in("old.wav", studio.wav(of_all_kinds[4].id)).facts["verb"] == "file"


# Packs ----------------------------------------------------------------------------------------------------------------


def test_a_pack_holds_the_files_as_they_were_heard(studio, taken):
    kicks = [*made(studio.make(seeds=[21, 22], controls={"pitch": 50.0})), taken]
    data = studio.pack("My Pack", [held.id for held in (*kicks, kicks[0])])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    sounds = {name: held for name, held in files.items() if name.endswith(".wav")}
    assert sorted(sounds.values()) == sorted(studio.wav(held.id) for held in kicks)
    assert all(name.startswith("My Pack/my_pack_kick_") for name in sounds)
    others = {name.removeprefix("My Pack/") for name in files.keys() - sounds.keys()}
    assert others == {"README.txt", "LICENSE.txt", "pack.json", "sheet.png"}
    assert b"nothing was done to its level" in files["My Pack/README.txt"].replace(b"\n", b" ")
    assert b"my kick.flac" in files["My Pack/LICENSE.txt"]
    manifest = json.loads(files["My Pack/pack.json"])
    assert {f"My Pack/{name}" for name in manifest["files"]} == set(files)
    assert [row["seed"] for row in manifest["kicks"]] == [21, 22, 0]
    assert data == studio.pack("My Pack", [held.id for held in kicks])


@pytest.mark.parametrize(("name", "count"), [("../out", 1), ("", 1), ("con", 1), ("Fine", 0)])
def test_a_pack_that_cannot_be_is_refused(studio, name, count):
    ids = [held.id for held in made(studio.make(seeds=[1]))][:count]
    with pytest.raises(InputError, match=r"^name .*: not a file name|^ids 0: out of range; a pack has 1 to 256"):
        studio.pack(name, ids)


def test_the_recipe_in_a_file_says_which_model_made_it(studio, tmp_path):
    (held,) = made(studio.make(seeds=[1]))
    path = tmp_path / held.file
    path.write_bytes(studio.wav(held.id))
    assert read_recipe(path)["model"]["checksum"] == studio.instrument.bundle.checksum
