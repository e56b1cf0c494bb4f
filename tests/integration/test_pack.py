"""`kick pack` and `--unique-against`, from the command line to the files."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import mutagen.wave
import numpy as np
import pytest
from PIL import Image
from sfzlint.parser import SFZValidatorConfig, validate
from wavinfo import WavInfoReader

from kickitout.cli.app import run
from kickitout.errors import InputError
from kickitout.instrument import choosing
from kickitout.instrument.instrument import load
from kickitout.instrument.recipes import Recipe
from kickitout.library.duplicates import find_repeated
from kickitout.library.known import KnownKicks, fingerprint_of
from kickitout.library.normalise import normalise
from kickitout.measure.descriptors import describe, note_of
from kickitout.measure.gate import judge
from kickitout.model.bundle import Bundle
from kickitout.model.wording import rights_line, sales_answer
from kickitout.packs import build, make_pack, playing
from kickitout.sound import audio, wav_chunks
from kickitout.sound.kick import Kick, midi_note, read_recipe
from testing.tiny_bundle import write_tiny_bundle
from testing.tiny_sketch import write_sketch_bundle

N = 4
TEXTS = {"README.txt", "LICENSE.txt", "pack.json", "sheet.png"}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_sketch_bundle(tmp_path_factory.mktemp("models") / "sketchy")


@pytest.fixture(scope="module")
def velvet(model, tmp_path_factory):
    """A tuned pack with all layouts: its folder, and the pack."""
    folder = tmp_path_factory.mktemp("packs") / "Velvet"
    notes, layouts = ["A1", "C2"], ["wav", "sfz", "dspreset", "multisample", "strudel", "chain"]
    made = make_pack(
        "Velvet", folder, n=N, notes=notes, layouts=layouts, zipped=True, seed=3, model=model, gate=False
    )  # fmt: skip
    return folder, made


@pytest.fixture
def pack(model, tmp_path, monkeypatch):
    """Run `kick pack --model sketchy ...` in an empty folder; gives the exit code."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: run(["pack", "--no-gate", "--model", str(model), *map(str, arguments)])


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()
    }


def one_error(capsys):
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("kick: ")
    assert err.count("\n") == 1
    return err


# --- what is in it


def test_the_folder_holds_what_the_pack_says(velvet):
    folder, made = velvet
    assert set(contents(folder)) == set(made.files)
    assert set(made.files) >= TEXTS
    assert len(made.kicks) == N
    stem = next(Path(name).stem for name in made.presets if "_kit" not in name)
    kinds = (".sfz", ".dspreset", ".multisample")
    assert set(made.presets) == {f"{one}{kind}" for one in ("velvet_kit", stem) for kind in kinds} | {
        "strudel.json",
        "velvet_chain.wav",
    }
    assert len([name for name in made.files if name.startswith("layers/")]) == playing.FILES
    manifest = json.loads((folder / "pack.json").read_text())
    assert manifest["files"] == list(made.files)
    assert [one["file"] for one in manifest["kicks"]] == [one.file for one in made.kicks]


def test_kicks_are_tuned_in_turn_and_named_by_what_is_measured(velvet):
    folder, made = velvet
    for number, kick in enumerate(made.kicks):
        described = describe(*audio.read(folder / kick.file))
        assert note_of(described["pitch_hz"])[0] == ("A1", "C2")[number % 2]
        assert kick.note == "AC"[number % 2]
        mark = Recipe.read(folder / kick.file).mark
        assert kick.file == f"velvet_kick_{kick.word}_{kick.seed}_{kick.note}_{mark}.wav"
        assert described["loudness_lufs"] == pytest.approx(kick.loudness_lufs, abs=0.01)


def test_each_has_the_true_peak_of_a_single_kick(velvet):
    folder, made = velvet
    for kick in made.kicks:
        described = describe(*audio.read(folder / kick.file))
        assert described["true_peak_db"] == pytest.approx(kick.true_peak_db, abs=0.001)
        assert -1.4 < kick.true_peak_db <= -0.999


def test_all_are_equally_loud_where_that_is_asked(pack):
    assert pack("--name", "a", "-n", 3, "--seed", 5, "--level", "lufs:-30") == 0
    for path in Path("a").glob("*.wav"):
        assert describe(*audio.read(path))["loudness_lufs"] == pytest.approx(-30.0, abs=0.02)
    assert "Each has -30 LUFS" in " ".join(Path("a/README.txt").read_text().split())


def test_no_kick_repeats_another(velvet):
    folder, made = velvet
    samples = [normalise(*audio.read(folder / kick.file)).samples for kick in made.kicks]
    prints = np.stack([fingerprint_of(one) for one in samples])
    assert not find_repeated(prints, lambda index: samples[index]).any()


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.slow)], ids=["some", "all"])
def test_every_file_is_made_again_to_the_same_bytes(velvet, model, tmp_path, step):
    folder, _ = velvet
    waves = sorted(path for path in folder.rglob("*.wav") if path.name != "velvet_chain.wav")
    assert len(waves) == N + playing.FILES
    for number, path in enumerate(waves[::step]):
        place = tmp_path / str(number)
        assert run(["generate", "--from", str(path), "--model", str(model), "-o", str(place), "--quiet"]) == 0
        assert [one.read_bytes() for one in place.iterdir()] == [path.read_bytes()]


def test_strangers_read_the_root_and_the_rights(velvet, model):
    folder, made = velvet
    rights = rights_line(Bundle.open(model).card)
    for kick in made.kicks:
        read = WavInfoReader(folder / kick.file)
        assert read.smpl.midi_note == round(midi_note(kick.pitch_hz))
        assert wav_chunks.sampler_note(wav_chunks.parse((folder / kick.file).read_bytes())) == pytest.approx(
            midi_note(kick.pitch_hz), abs=0.1
        )
        assert read.info.copyright == rights
        assert json.loads(read.info.comment)["seed"] == kick.seed
        assert (read.fmt.channel_count, read.fmt.bits_per_sample, read.data.frame_count) == (2, 24, 22_050)
        found = mutagen.wave.WAVE(folder / kick.file)
        assert (found.info.channels, found.info.sample_rate, found.info.length) == (2, 44_100, 0.5)
        chunks = [chunk.id for chunk in wav_chunks.parse((folder / kick.file).read_bytes())]
        assert sorted(chunks) == sorted(set(chunks))


def test_the_texts_say_what_it_is(velvet, model):
    folder, made = velvet
    card = Bundle.open(model).card
    words = " ".join((folder / "LICENSE.txt").read_text().split())
    assert sales_answer(card) in words
    readme = (folder / "README.txt").read_text()
    for part in (card.name, "kick generate --from", *(kick.file for kick in made.kicks), *made.presets):
        assert part in readme
    assert max(map(len, readme.splitlines())) <= 100
    with Image.open(folder / "sheet.png") as picture:
        assert picture.format == "PNG"


def test_presets_play_files_that_are_there(velvet):
    folder, made = velvet
    for name in made.presets:
        path = folder / name
        if path.suffix == ".sfz":
            said = []
            sfz = validate(
                path,
                err_cb=lambda severity, message, token, file, said=said: said.append(message),
                config=SFZValidatorConfig(file_path=path),
            )
            assert said == []
            samples = [str(region["sample"]) for region in sfz.regions]
        elif path.suffix == ".multisample":
            with zipfile.ZipFile(path) as archive:
                inside = {one: archive.read(one) for one in archive.namelist()}
            text = inside.pop("multisample.xml").decode()
            outside = {one.name: one for one in folder.rglob("*.wav")}
            assert {name: outside[name].read_bytes() for name in inside} == inside
            samples = [one.get("file") for one in ElementTree.fromstring(text).iter("sample")]
            assert sorted(samples) == sorted(inside)
            samples = [outside[sample].relative_to(folder) for sample in samples]
        elif path.suffix == ".dspreset":
            samples = [one.get("path") for one in ElementTree.parse(path).iter("sample")]
        else:
            continue
        assert len(samples) == (N if "_kit" in name else playing.FILES + 1)
        assert all((folder / sample).is_file() for sample in samples)


def test_a_chain_and_strudel_play_the_kicks(velvet):
    folder, made = velvet
    files = [kick.file for kick in made.kicks]
    assert json.loads((folder / "strudel.json").read_text())["velvet_bd"] == [quote(file) for file in files]
    read = WavInfoReader(folder / "velvet_chain.wav")
    starts = [cue.sample_offset for cue in read.cues.cues]
    assert [f"{read.cues.label_and_note(cue.name)[0]}.wav" for cue in read.cues.cues] == files
    whole = audio.read(folder / "velvet_chain.wav")[0]
    for start, file in zip(starts, files, strict=True):
        sound = audio.read(folder / file)[0]
        np.testing.assert_array_equal(whole[:, start : start + sound.shape[1]], sound)


def test_an_instrument_is_softer_and_darker_at_low_velocities(velvet):
    folder, made = velvet
    root = ElementTree.parse(folder / next(name for name in made.presets if "_kit" not in name and "dsp" in name))
    layers = [[describe(*audio.read(folder / s.get("path"))) for s in group] for group in root.iter("group")]
    assert [len(layer) for layer in layers] == [playing.ROBINS] * playing.LAYERS
    for below, above in pairwise(layers):
        assert max(one["loudness_lufs"] for one in below) < min(one["loudness_lufs"] for one in above)
    bright = [np.median([one["brightness_hz"] for one in layer]) for layer in layers]
    assert bright[0] < bright[-1]
    pitches = [one["pitch_hz"] for layer in layers for one in layer]
    assert 1200.0 * np.log2(max(pitches) / min(pitches)) < 50.0


def test_the_shipped_model_s_kicks_pass_the_gate(tmp_path):
    made = make_pack("a", tmp_path / "a", n=2, notes=["F", "G"], layouts=["sfz"], seed=2)
    assert [kick.note for kick in made.kicks] == ["F", "G"]
    waves = sorted((tmp_path / "a").rglob("*.wav"))
    assert len(waves) == 2 + playing.FILES
    assert all(judge(*audio.read(path)).passes for path in waves)


# --- how it is asked


def test_the_same_seed_is_the_same_pack_and_the_same_archive(pack, capsys):
    arguments = ("--name", "Low End", "-n", 2, "--zip")
    assert pack(*arguments) == 0
    seed = next(word for word in capsys.readouterr().err.split("--seed ")[1].split())
    assert pack(*arguments, "--seed", seed, "-o", "again/Low End", "--threads", 1) == 0
    assert contents("Low End") == contents("again/Low End")
    assert Path("Low End.zip").read_bytes() == Path("again/Low End.zip").read_bytes()
    with zipfile.ZipFile("Low End.zip") as archive:
        held = {name.removeprefix("Low End/"): archive.read(name) for name in archive.namelist()}
    assert held == contents("Low End")
    assert pack("--name", "Low End", "-n", 1, "--zip", "--seed", 99) == 0  # an older pack of ours is replaced
    assert {path.name for path in Path().iterdir()} == {"Low End", "Low End.zip", "again"}


def test_one_thread_makes_the_same_notes_presets_and_layers(velvet, pack):
    folder, _ = velvet
    layouts = ("--notes", "A1,C2", "--layout", "wav,sfz,dspreset,multisample,strudel,chain", "--zip")
    assert pack("--name", "Velvet", "-n", N, *layouts, "--seed", 3, "--threads", 1) == 0
    assert contents("Velvet") == contents(folder)
    assert Path("Velvet.zip").read_bytes() == folder.with_suffix(".zip").read_bytes()


def test_json_names_each_file_and_quiet_is_quiet(pack, capsys):
    assert pack("--name", "a", "-n", 3, "--seed", 1, "--layout", "sfz", "--instruments", 0, "--json", "--quiet") == 0
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [set(line) >= {"file", "word", "note", "loudness_lufs"} for line in lines] == [True, True, True, False]
    assert lines[3] == {"preset": str(Path("a/a_kit.sfz"))}
    assert all(Path(line["file"]).is_file() for line in lines[:3])
    assert err == ""


def test_a_mono_pack_for_a_sampler_has_one_channel_short_names_and_nothing_but_sound(pack):
    assert pack("--name", "Velvet Fog", "-n", 2, "--profile", "mpc", "--mono", "--plain", "--layout", "chain") == 0
    waves = sorted(Path("Velvet Fog").glob("*.wav"))
    assert len(waves) == 3
    for path in waves:
        assert len(path.stem) <= 16
        assert [chunk.id for chunk in wav_chunks.parse(path.read_bytes())] == ["fmt ", "data"]
        sound, rate = audio.read(path)
        assert (sound.shape[0], rate) == (1, 44_100)
        assert np.abs(sound).max() <= 10.0 ** (-0.99 / 20.0)
    assert "16-bit mono WAV" in (Path("Velvet Fog") / "README.txt").read_text()


def test_without_a_root_no_sampler_is_told_one(pack):
    assert pack("--name", "a", "-n", 2, "--no-root", "--bits", 16, "--rate", 48_000) == 0
    for path in Path("a").glob("*.wav"):
        assert WavInfoReader(path).smpl is None
        assert wav_chunks.sampler_note(wav_chunks.parse(path.read_bytes())) is None
        info = audio.probe(path)
        assert (info.subtype, info.sample_rate) == ("PCM_16", 48_000)
        assert "root" not in read_recipe(path)["file"]


def test_without_notes_kicks_stay_as_they_come(pack, model):
    assert pack("--name", "a", "-n", 3, "--seed", 5) == 0
    player = load(model, gate=False)
    for path in Path("a").glob("*.wav"):
        recipe = read_recipe(path)
        assert "controls" not in recipe
        came = player.kick(recipe["seed"]).audio
        made, _ = audio.read(path)
        assert np.abs(made - came).max() < 1e-6


def test_as_drawn_takes_each_seeds_first_kick(model, tmp_path):
    made = make_pack("a", tmp_path / "a", n=2, seed=1, model=model, as_drawn=True)
    for kick in made.kicks:
        recipe = Recipe.read(tmp_path / "a" / kick.file)
        assert recipe.as_drawn
        assert recipe.attempt is None
        assert kick.file.endswith(f"_{recipe.mark}.wav")
    assert '"as_drawn": true' in (tmp_path / "a" / "pack.json").read_text()


def test_a_kick_without_a_pitch_has_no_note(model, tmp_path, monkeypatch):
    def deaf(audio, rate=44_100):
        return {name: value for name, value in describe(audio, rate).items() if "pitch" not in name}

    monkeypatch.setattr(build, "describe", deaf)
    monkeypatch.setattr("kickitout.packs.candidates.describe", deaf)
    made = make_pack("a", tmp_path / "a", n=2, seed=1, model=model, gate=False)
    for kick in made.kicks:
        assert kick.note is None
        assert kick.file.removesuffix(".wav").split("_")[2].startswith(kick.word)
        assert len(kick.file.split("_")) == 4  # the pack, "kick", the word and the number; nothing was asked
        assert wav_chunks.sampler_note(wav_chunks.parse((tmp_path / "a" / kick.file).read_bytes())) is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--name", "a/b"), "--name a/b: not a file name that works everywhere"),
        (("--name", "a", "-n", 0), "-n 0: out of range; a pack has 1 to 256 kicks"),
        (("--name", "a", "-n", 257), "-n 257: out of range"),
        (("--name", "a", "--notes", "H"), "--notes H: note H: not a note"),
        (("--name", "a", "--notes", "F,C9"), "--notes F, C9: pitch 8372"),
        (("--name", "a", "--layout", "wav,exs"), "--layout exs: unknown; choose wav"),
        (
            ("--name", "a", "--instruments", 1),
            "--instruments 1: needs presets; add one of sfz, dspreset",
        ),
        (("--name", "a", "-n", 2, "--layout", "sfz", "--instruments", 3), "--instruments 3: out of range; give 0 to 2"),
        (("--name", "a", "--format", "flac"), "--format flac: packs hold WAV files"),
        (("--name", "a", "--seed", 2**63), "--seed"),
        (("--name", "a", "--unique-against", "absent"), "--unique-against absent: not a folder"),
        (("--name", "a", "--threads", 0), "--threads 0: out of range"),
        (("-n", 3), "--name"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(pack, capsys, arguments, words):
    assert pack(*arguments) == 2
    assert words in one_error(capsys)
    assert list(Path().iterdir()) == []


def test_models_that_cannot_say_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    noise = write_tiny_bundle(tmp_path / "noise")
    asked = ["pack", "--no-gate", "--name", "a", "-n", "2", "--model", str(noise)]
    assert run([*asked, "--notes", "F"]) == 2
    assert "cannot be tuned" in one_error(capsys)
    assert run([*asked, "--layout", "sfz", "--instruments", "1"]) == 2
    assert "cannot vary kicks" in one_error(capsys)
    assert not Path("a").exists()
    assert run([*asked, "--layout", "sfz"]) == 0
    assert [path.name for path in Path("a").glob("*.sfz")] == ["a_kit.sfz"]


def test_what_is_not_ours_is_left_alone(pack, capsys):
    Path("a").mkdir()
    Path("a/mine.wav").write_text("mine")
    assert pack("--name", "a", "-n", 2) == 2
    assert "-o a: already there and not a pack" in one_error(capsys)
    assert contents("a") == {"mine.wav": b"mine"}
    Path("b.zip").write_text("mine")
    assert pack("--name", "b", "-n", 2, "--zip") == 2
    assert "-o b.zip: already there" in one_error(capsys)
    assert {path.name for path in Path().iterdir()} == {"a", "b.zip"}


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [(OSError(28, "No space left on device"), 1, "no space left on device"), (KeyboardInterrupt(), 130, "stopped")],
)
def test_a_pack_that_fails_while_it_is_written_leaves_the_old_one(pack, monkeypatch, capsys, error, code, words):
    assert pack("--name", "a", "-n", 3, "--seed", 1) == 0
    before = contents("a")
    capsys.readouterr()
    save, saved = Kick.save, []

    def fail_at_the_second(self, path, **options):
        if saved:
            raise error
        saved.append(path)
        save(self, path, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Kick, "save", fail_at_the_second)
        assert pack("--name", "a", "-n", 3, "--seed", 9, "--zip") == code
    assert len(saved) == 1
    assert words in one_error(capsys)
    assert contents("a") == before
    assert {path.name for path in Path().iterdir()} == {"a"}


def test_too_few_kicks_are_told(model, tmp_path, monkeypatch):
    monkeypatch.setattr("kickitout.packs.candidates.in_tune", lambda described, pitch: False)
    with pytest.raises(InputError, match=r"only 0 of 6 candidates .*it cannot be tuned to A1"):
        make_pack("a", tmp_path / "a", n=2, notes=["A1"], seed=1, model=model, gate=False)
    assert list(tmp_path.iterdir()) == []


def test_more_are_drawn_where_too_few_will_do(model, tmp_path, monkeypatch):
    """As if only one in seven were new, whatever is drawn again for it."""
    monkeypatch.setattr(choosing, "CHOICES", 1)
    monkeypatch.setattr(choosing, "ATTEMPTS", 1)
    monkeypatch.setattr(KnownKicks, "refuse", lambda self, kick: None if kick.recipe["seed"] % 7 == 0 else "no")
    made = make_pack("a", tmp_path / "a", n=3, seed=0, model=model, gate=False, unique_against=tmp_path)
    assert {kick.seed for kick in made.kicks} <= {0, 7, 14, 21, 28, 35}
    monkeypatch.setattr(KnownKicks, "refuse", lambda self, kick: None if kick.recipe["seed"] < 3 else "no")
    with pytest.raises(InputError, match=r"only 3 of 60 candidates .* no kick of seed .* is new"):
        make_pack("b", tmp_path / "b", n=5, seed=0, model=model, gate=False, unique_against=tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent in another way there")
def test_ctrl_c_leaves_nothing(model, tmp_path, hearing_interrupts):
    """Most of its work is what follows the first file: the hits of eight instruments."""
    command = [
        sys.executable,
        "-m",
        "kickitout",
        "pack",
        "--no-gate",
        "--model",
        str(model),
        "--name",
        "a",
        "-n",
        "8",
        "--layout",
        "sfz",
        "--instruments",
        "8",
    ]
    child = subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, env=dict(os.environ), preexec_fn=hearing_interrupts
    )
    until = time.monotonic() + 60.0
    while not any(tmp_path.iterdir()) and time.monotonic() < until:  # it has begun to write
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert err.strip().endswith("stopped; the pack was not written")
    assert list(tmp_path.iterdir()) == []


# --- what is there already


def test_a_pack_differs_from_what_is_there(model, tmp_path):
    def make(name, **options):
        return make_pack(name, tmp_path / name, n=3, seed=4, model=model, gate=False, **options)

    def repeated(name):
        known = KnownKicks.below(tmp_path / "a")
        return [known.find(Kick(audio.read(path)[0])) is not None for path in (tmp_path / name).glob("*.wav")]

    make("a")
    make("b")
    assert repeated("b") == [True] * 3
    new = make("c", unique_against=tmp_path / "a")
    assert repeated("c") == [False] * 3
    assert any(kick.attempt > 0 for kick in new.kicks)
    # The pack that is replaced does not count as there already.
    before = contents(tmp_path / "a")
    make("a", unique_against=tmp_path / "a")
    assert contents(tmp_path / "a") == before


def test_generate_draws_again_what_is_there(model, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def generate(*arguments):
        return run(["generate", "--no-gate", "--model", str(model), "-n", "3", "--seed", "2", *arguments])

    assert generate("-o", "first") == 0
    capsys.readouterr()
    assert generate("-o", "second", "--unique-against", "first") == 0
    told = capsys.readouterr().err
    known = {one.read_bytes() for one in Path("first").iterdir()}
    assert "comparing with 3 kicks in first" in told
    assert "drawn again" in told
    for path in Path("second").iterdir():
        recipe = read_recipe(path)
        assert recipe["attempt"] >= 1
        assert run(["generate", "--from", str(path), "--model", str(model), "-o", "third", "--quiet"]) == 0
        assert Path("third", path.name).read_bytes() == path.read_bytes()
        assert path.read_bytes() not in known
    # The files that are written anew do not count as there already.
    before = contents("first")
    assert generate("-o", "first", "--unique-against", "first") == 0
    assert contents("first") == before
    kick = str(next(Path("first").iterdir()))
    assert run(["generate", "--from", kick, "--model", str(model), "--unique-against", "second"]) == 2
    assert "--unique-against second: --from makes a known kick again" in capsys.readouterr().err
    assert generate("-o", "x", "--unique-against", "absent") == 2
    assert "--unique-against absent: not a folder" in capsys.readouterr().err
