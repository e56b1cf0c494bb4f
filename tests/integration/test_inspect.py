"""`kick inspect`: what is said about good, strange and bad audio files."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from kickitout.cli.app import run
from kickitout.instrument import instrument
from kickitout.library.synthesis import synthesise_kick, synthesise_other
from kickitout.measure.descriptors import note_of
from kickitout.measure.gate.faults import KNOWN_FAULTS
from kickitout.sound import audio
from testing.tiny_bundle import write_tiny_bundle


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def save_kick(path, seed=1, rate=44_100, **options):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    samples = audio.resample(synthesise_kick(seed)[0], 44_100, rate)
    audio.write(Path(path), 0.9 * samples / np.abs(samples).max(), rate, **options)


def inspect_json(capsys, *paths):
    code = run(["inspect", "--json", *map(str, paths)])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


def test_a_kick_is_called_one_with_all_that_was_measured(capsys):
    save_kick("kick.wav")
    code, [found], err = inspect_json(capsys, "kick.wav")
    assert (code, err) == (0, "")
    assert found["is_kick"] is True
    assert found["reasons"] == []
    assert (found["format"], found["subtype"]) == ("WAV", "PCM_24")
    assert (found["sample_rate"], found["channels"], found["duration_ms"]) == (44_100, 2, 500.0)
    assert found["peak_dbfs"] == pytest.approx(20 * np.log10(0.9), abs=1e-3)
    assert found["descriptors"]["decay_ms"] > 0
    assert found["characteristics"]["click"] is True
    assert found["recipe"] is None
    assert found["gate"]["passes"] is True
    assert found["gate"]["faults"] == []
    assert found["gate"]["measured"]["sound"] == pytest.approx(found["peak_dbfs"])
    assert found["preparation"]["gain_db"] == pytest.approx(-found["peak_dbfs"], abs=1e-3)


def test_taste_says_what_a_producer_would_complain_about(capsys):
    time = np.arange(22_050) / 44_100
    low = np.sin(2 * np.pi * 26.0 * time) * np.exp(-time / 0.1)
    audio.write(Path("low.wav"), np.stack([low, low]).astype(np.float32), 44_100)
    _, [found], _ = inspect_json(capsys, "low.wav")
    liking = found["taste"]
    assert liking["keeps"] is False
    assert 0.0 <= liking["typical"] < 0.5
    assert {"rumble", "pitch"} <= {one["rule"] for one in liking["failures"]}
    assert liking["measured"]["pitch"] == pytest.approx(26.0, rel=0.1)
    assert run(["inspect", "low.wav"]) == 0
    out = capsys.readouterr().out
    assert "  taste: unlike the kicks that producers keep (typical 0." in out
    for one in liking["failures"]:
        assert f"    {one['rule']}: {one['words']}" in out


def test_people_get_groups_rounded_numbers_and_the_note(capsys):
    save_kick("kick.wav", seed=3)
    _, [found], _ = inspect_json(capsys, "kick.wav")
    hz = found["descriptors"]["pitch_hz"]
    assert run(["inspect", "kick.wav"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:3] == ["  a kick", "  gate: passes"]
    assert lines[3] == f"  taste: producers keep such kicks (typical {found['taste']['typical']:.2f})"
    assert [line.split()[0] for line in lines[4:]] == ["pitch", "time", "tone", "stereo", "level"]
    note, cents = re.search(rf"pitch  {hz:.1f} Hz \((\S+) ([+-]\d+) cents\)", lines[4]).groups()
    assert note_of(hz)[0] == note
    assert int(cents) == round(note_of(hz)[1])
    true_peak = float(re.search(r"true peak (-?[\d.]+) dBFS", lines[8])[1])
    assert true_peak == pytest.approx(found["peak_dbfs"], abs=0.15)  # of the file, not of the prepared kick


def test_the_gate_judges_the_file_as_it_is(capsys):
    kick = 0.9 * synthesise_kick(5)[0]
    known = [fault for fault in KNOWN_FAULTS if fault.rule not in ("finite", "sound")]
    for fault in (fault for fault in known if "modulated" not in fault.words):
        audio.write(Path("faulty.wav"), fault.inject(kick, fault.levels[-1], 1), 44_100, bits="32f")
        code, [found], _ = inspect_json(capsys, "faulty.wav")
        assert code == 0
        assert fault.rule in [one["rule"] for one in found["gate"]["faults"]], fault.words
        run(["inspect", "faulty.wav"])
        out = capsys.readouterr().out
        assert "  gate: fails\n" in out
        for one in found["gate"]["faults"]:
            assert f"    {one['rule']}: {one['words']}\n" in out


def test_a_mono_file_is_judged_as_two_equal_sides(capsys):
    kick = 0.9 * synthesise_kick(5)[0]
    audio.write(Path("mono.wav"), kick[:1], 44_100)
    audio.write(Path("two.wav"), kick[[0, 0]], 44_100)
    _, [mono, two], _ = inspect_json(capsys, "mono.wav", "two.wav")
    assert mono["gate"] == two["gate"]
    assert mono["descriptors"] == two["descriptors"]
    run(["inspect", "mono.wav"])
    assert "\n  stereo mono\n" in capsys.readouterr().out


@pytest.mark.parametrize("rate", [2_000, 8_000, 48_000, 96_000, 192_000])
def test_a_file_is_judged_at_its_own_rate(capsys, rate):
    kick = 0.9 * synthesise_kick(5)[0]
    audio.write(Path("good.wav"), audio.resample(kick, 44_100, rate), rate, bits="32f")
    audio.write(Path("late.wav"), audio.resample(np.pad(kick, ((0, 0), (882, 0))), 44_100, rate), rate, bits="32f")
    code, [good, late], _ = inspect_json(capsys, "good.wav", "late.wav")
    assert code == 0
    assert "onset" not in [fault["rule"] for fault in good["gate"]["faults"]]
    assert "onset" in [fault["rule"] for fault in late["gate"]["faults"]]
    assert late["gate"]["measured"]["onset"] == pytest.approx(21.0, abs=1.5)


def test_what_is_no_kick_is_told_why_in_words(capsys):
    refused = 0
    for seed in range(6):
        sound, _ = synthesise_other(seed)
        audio.write(Path("other.wav"), sound, 44_100)
        code, [found], _ = inspect_json(capsys, "other.wav")
        assert code == 0
        assert found["is_kick"] is not bool(found["reasons"])
        refused += not found["is_kick"]
    assert refused >= 4
    run(["inspect", "other.wav"])
    assert capsys.readouterr().out.startswith("other.wav: WAV PCM_24, 44100 Hz, 2 channels")


@pytest.mark.parametrize("rate", [8_000, 22_050, 96_000, 192_000])
@pytest.mark.parametrize("gain_and_lead", [(1.0, 0), (0.01, 5_000)])
def test_rate_level_and_silence_before_it_do_not_change_the_verdict(capsys, rate, gain_and_lead):
    gain, lead = gain_and_lead
    kick, _ = synthesise_kick(2)
    samples = np.pad(gain * audio.resample(kick, 44_100, rate), ((0, 0), (lead, 0))).astype(np.float32)
    audio.write(Path("a.wav"), samples, rate, bits="32f")
    save_kick("plain.wav", seed=2)
    _, [found, plain], _ = inspect_json(capsys, "a.wav", "plain.wav")
    assert found["is_kick"] == plain["is_kick"]
    assert found["descriptors"]["decay_ms"] == pytest.approx(plain["descriptors"]["decay_ms"], abs=5.0)


def test_a_generated_kick_tells_its_model_and_seed(capsys, tmp_path):
    player = instrument.load(write_tiny_bundle(tmp_path / "tiny"), gate=False)
    for name in ("a.wav", "b.flac", "c.aiff"):
        player.kick(77).save(name)
    code, found, _ = inspect_json(capsys, "a.wav", "b.flac", "c.aiff")
    assert code == 0
    assert [one["recipe"]["seed"] for one in found] == [77, 77, 77]
    assert run(["inspect", "a.wav"]) == 0
    assert "made by tiny 1, seed 77" in capsys.readouterr().out


def test_a_folder_of_any_depth_is_searched_and_its_bad_files_are_listed(capsys):
    save_kick("/".join(["deep"] * 20) + "/kick ключ.wav")
    Path("deep/bad.wav").write_text("no sound")
    Path("deep/notes.txt").write_text("no audio by its name")
    code, found, err = inspect_json(capsys, "deep")
    assert (code, err) == (0, "1 not measured:\n1 other files: not audio by name\n")
    assert len(found) == 2
    assert found[0]["is_kick"]
    assert found[1]["file"].endswith("bad.wav")
    assert "cannot be read as audio" in found[1]["error"]
    assert run(["inspect", "deep"]) == 0
    assert "bad.wav: cannot be read as audio" in capsys.readouterr().err


def test_strange_but_good_files_are_measured(capsys):
    kick, _ = synthesise_kick(1)
    soundfile.write("eight.wav", kick.T, 44_100, subtype="PCM_U8")
    soundfile.write("mono.ogg", kick[0], 44_100)
    soundfile.write("ten.wav", np.tile(kick[:1].T, 10), 44_100)
    audio.write(Path("silent.wav"), np.zeros((2, 4410), np.float32), 44_100)
    audio.write(Path("one.wav"), np.ones((1, 1), np.float32) * 0.5, 44_100)
    code, found, err = inspect_json(capsys, "eight.wav", "mono.ogg", "ten.wav", "silent.wav", "one.wav")
    assert (code, err) == (0, "")
    assert [one["channels"] for one in found] == [2, 1, 10, 2, 1]
    assert [one["is_kick"] for one in found[:3]] == [True, True, False]
    assert found[2]["reasons"] == ["more than two channels"]
    assert found[3]["reasons"] == ["silent"]
    assert found[3]["peak_dbfs"] is None
    assert found[4]["is_kick"] is False
    assert found[2]["gate"] is None
    assert [fault["rule"] for fault in found[3]["gate"]["faults"]] == ["sound"]
    assert found[4]["gate"]["passes"] is False
    assert run(["inspect", "ten.wav"]) == 0
    assert "gate: not judged; it takes one or two channels" in capsys.readouterr().out
    assert run(["inspect", "silent.wav"]) == 0
    assert "silent" in capsys.readouterr().out


def test_a_bad_file_named_directly_is_wrong_input_and_the_others_are_measured(capsys):
    save_kick("kick.wav")
    Path("bad.wav").write_text("no sound")
    soundfile.write("nan.wav", np.full((100, 2), np.nan), 44_100, subtype="FLOAT")
    audio.write(Path("empty.wav"), np.zeros((2, 0), np.float32), 44_100)
    code, found, err = inspect_json(capsys, "bad.wav", "kick.wav", "nan.wav", "empty.wav")
    assert code == 2
    assert [one["file"] for one in found] == ["kick.wav"]
    assert [line.split(":")[1] for line in err.splitlines()] == [" file bad.wav", " file nan.wav", " file empty.wav"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["gone.wav"], "path gone.wav: does not exist"),
        (["nothing"], "path nothing: holds no readable audio"),
        (["rubbish"], "path rubbish: holds no readable audio"),
        ([], "requires an argument"),
        (["--unknown", "nothing"], "Unknown option: --unknown"),
    ],
)
def test_wrong_input_is_named(capsys, arguments, words):
    Path("nothing").mkdir()
    Path("rubbish").mkdir()
    Path("rubbish/bad.wav").write_text("no sound")
    assert run(["inspect", *arguments]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1


@pytest.mark.kicks
def test_real_kicks_are_called_kicks(kicks_folder, capsys):
    paths = sorted(kicks_folder.rglob("*.flac"))[::60]
    code, found, _ = inspect_json(capsys, *paths)
    assert code == 0
    assert np.mean([one["is_kick"] for one in found]) >= 0.8
