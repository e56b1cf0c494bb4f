"""What is not as a file says is said by the verbs that take it, and the worst files end none of them."""

import json
import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from kickitout.cli.app import run
from kickitout.errors import InputError
from kickitout.library.normalise import normalise
from kickitout.library.prepare import prepare_folders, read_kick, read_taken
from kickitout.library.reject import RejectedError
from kickitout.library.store import Library
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound import audio
from kickitout.sound.reading import notes
from testing.mutilated import with_bytes

RATE = 44_100


def wav(samples, rate=RATE, bits="24"):
    return audio.encode(np.atleast_2d(samples).astype(np.float32), rate, bits=bits)


def shifted(kick, samples):
    return np.stack([np.pad(kick[0], (0, samples)), np.pad(kick[0], (samples, 0))])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Kicks each with something to say, two good ones, and what no verb can use."""
    kicks = [synthesise_kick(16 * seed)[0] for seed in range(8)]
    whole = wav(kicks[0])
    made = {
        "a good.wav": wav(kicks[6]),
        "cut.wav": whole[: len(whole) * 3 // 4],
        "piped.wav": with_bytes(wav(kicks[1]), whole.index(b"data") + 4, b"\xff" * 4),
        "left.wav": wav(np.stack([kicks[2][0], 0 * kicks[2][0]])),
        "inverted.wav": wav(np.stack([kicks[3][0], -kicks[3][0]])),
        "late.wav": wav(shifted(kicks[4], 882)),
        "loud.wav": wav(1e30 * kicks[5], bits="32f"),
        "two samples.wav": wav(np.array([[0.5, -0.5]]), 192_000),
        "one step.wav": wav(np.pad([[0.5]], ((0, 0), (500, 0))), 192_000),
        "fast.wav": with_bytes(wav(kicks[7]), 24, struct.pack("<I", 10**9)),
        "z good.wav": wav(kicks[7]),
    }
    monkeypatch.chdir(tmp_path)
    Path("samples").mkdir()
    for name, data in made.items():
        Path("samples", name).write_bytes(data)
    return tmp_path


SAID = {
    "cut.wav": notes.CUT_SHORT,
    "piped.wav": notes.NO_LENGTH,
    "left.wav": notes.ONE_SIDED,
    "inverted.wav": notes.INVERTED,
    "late.wav": notes.LATE,
    "loud.wav": notes.OVER,
}


def test_prepare_says_what_it_took_and_refuses_the_rest_by_name(folder, capsys):
    assert run(["prepare", "samples", "-o", "library", "--workers", "1", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)["run"]
    assert {Path(file).name: kind for file, kind, _ in report["noted"]} == SAID
    refused = {Path(file).name: why for file, why in report["refused"]}
    assert refused == {
        "two samples.wav": "too short: 2 samples at 192000 Hz",
        "one step.wav": "too short: 2 samples at 192000 Hz",
        "fast.wav": "unreadable: has a sample rate of 1000000000 Hz; give one of 2000 to 1000000 Hz",
    }
    assert report["taken"] == 8
    assert run(["prepare", "samples", "-o", "other", "--workers", "1"]) == 0
    out = capsys.readouterr().out
    assert "with something to say of the file (" in out
    assert "1 one channel late" in out
    assert "late.wav: one channel late: the right comes 20.0 ms after the left" in out


def test_channels_are_repaired_on_wish(folder):
    names = ["left.wav", "inverted.wav", "late.wav"]
    files = [Path("samples", name) for name in names]
    plain = prepare_folders(files, "plain", workers=1)
    mended = prepare_folders(files, "mended", workers=1, repair_channels=True)
    assert [row[1:] for row in mended.run.noted] == [row[1:] for row in plain.run.noted]
    assert plain.library["true_stereo"] == 3
    assert mended.library["true_stereo"] == 0
    library = Library.open(Path("mended"))
    assert all(np.array_equal(*library.integers(index)) for index in range(3))


def test_inspect_says_it_too_and_names_what_it_cannot_use(folder, capsys):
    run(["inspect", "samples", "--json"])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    said = {Path(one["file"]).name: [note["kind"] for note in one["notes"]] for one in found if "notes" in one}
    assert {name: kinds[0] for name, kinds in said.items() if kinds} == SAID
    fast = next(one for one in found if Path(one["file"]).name == "fast.wav")
    assert "1000000000 Hz" in fast["error"]
    short = next(one for one in found if Path(one["file"]).name == "two samples.wav")
    assert not short["is_kick"]
    assert short["reasons"] == ["too short: 2 samples at 192000 Hz"]
    run(["inspect", "samples/late.wav"])
    assert "\n  one channel late: the right comes 20.0 ms after the left\n" in capsys.readouterr().out


def test_whoever_takes_a_kick_in_is_told(folder):
    for name, kind in SAID.items():
        samples, said = read_taken(Path("samples", name))
        assert [note.kind for note in said] == [kind]
        # A kick that goes on is faded where a library's end.
        np.testing.assert_array_equal(samples[:, :21_600], read_kick(Path("samples", name))[:, :21_600])
    with pytest.raises(
        InputError, match=r"two samples\.wav: not usable as a kick \(too short: 2 samples at 192000 Hz\)"
    ):
        read_kick(Path("samples", "two samples.wav"))


@pytest.mark.parametrize("rate", [2_000, 8_000, 48_000, 192_000, 1_000_000])
def test_sounds_of_a_few_samples_are_prepared_or_too_short(rate):
    for n in range(2, 12):
        sound = np.zeros((1, n), np.float32)
        sound[0, 0::2] = 0.5
        if n * RATE > 8 * rate:
            assert np.abs(normalise(sound, rate).samples).max() == 32_767
            continue
        with suppress(RejectedError):  # and nothing else
            assert np.abs(normalise(sound, rate).samples).max() == 32_767


@pytest.mark.parametrize("gain", [1e-30, 1e-3, 1e6, 1e30, 1e38])
def test_no_level_changes_what_is_prepared(gain):
    """To the rounding to 16 bits; the gain that was applied is what it takes to come back to full scale."""
    kick = synthesise_kick(0)[0]
    kick /= np.abs(kick).max()
    plain, other = normalise(kick, 48_000), normalise((kick * np.float32(gain)).astype(np.float32), 48_000)
    assert np.abs(plain.samples.astype(int) - other.samples).max() <= 1
    assert plain.gain_db - other.gain_db == pytest.approx(20.0 * np.log10(gain), abs=1e-3)
