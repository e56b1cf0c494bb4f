"""What a sound is, and that all verbs agree."""

import os

import numpy as np
import pytest

from kickitout.cli import inspect as inspect_module
from kickitout.errors import AudioFileError, InputError
from kickitout.library import known, neighbours, prepare, reject
from kickitout.library.one_shot import read_one_shot
from kickitout.library.reject import RejectedError
from kickitout.library.scan import Candidate
from kickitout.library.store import content_hash
from kickitout.library.synthesis import synthesise_kick, synthesise_other
from kickitout.sound import audio

RATE = 44_100


def kick(seed=0):
    return 0.8 * synthesise_kick(seed)[0]


def behind(sound, tail):
    """A kick and what follows it."""
    longer = np.zeros((2, sound.shape[1] + tail.shape[1]), np.float32)
    longer[:, : sound.shape[1]] = sound
    longer[:, -tail.shape[1] :] += tail
    return longer


def tail(seconds, start_db, end_db, seed=1):
    """Noise that fades from one level to another, in dB."""
    n = round(seconds * RATE)
    level = 10 ** (np.linspace(start_db, end_db, n) / 20)
    return (np.random.default_rng(seed).standard_normal((2, n)) * level).astype(np.float32)


def rhythm(seconds, every):
    n = round(seconds * RATE)
    sound = np.zeros((2, n), np.float32)
    for start in range(0, n - 22_050, round(every * RATE)):
        sound[:, start : start + 22_050] += kick()
    return sound


def short_kick():
    return kick()[:, :5_000] * np.linspace(1.0, 0.0, 5_000, dtype=np.float32) ** 2


def rhythm_of(sound, times, every):
    start = round(every * RATE)
    found = np.zeros((2, start * times + sound.shape[1]), np.float32)
    for hit in range(times):
        found[:, hit * start : hit * start + sound.shape[1]] += sound
    return found


GOOD = {
    "silence behind": lambda: behind(kick(), np.zeros((2, 10 * RATE), np.float32)),
    "a room behind": lambda: behind(kick(), tail(10, -30, -80)),
    "noise behind": lambda: behind(kick(), tail(8, -55, -55)),
    "silence before": lambda: np.concatenate([np.zeros((2, 8 * RATE), np.float32), kick()], axis=1),
}

UNLIKE = {
    "a snare": lambda: synthesise_other(3)[0],
    "a hat": lambda: synthesise_other(1)[0],
    "a held low tone": lambda: np.tile(np.sin(2 * np.pi * 55 * np.arange(2 * RATE) / RATE), (2, 1)) * 0.5,
}
"""One sound, and no kick."""

BAD = {
    "a song": (lambda: behind(kick(), tail(8, -15, -15)), "too long"),
    "a rhythm": (lambda: rhythm(10, 0.5), "too long"),
    "three hits and silence": (lambda: behind(rhythm(2, 0.6), np.zeros((2, 6 * RATE), np.float32)), "loop"),
    "half a minute and more": (lambda: behind(kick(), np.zeros((2, 31 * RATE), np.float32)), "too long"),
    "three hits close together": (lambda: behind(rhythm_of(short_kick(), 3, 0.14), np.zeros((2, RATE))), "loop"),
    "silence": (lambda: np.zeros((2, 6 * RATE), np.float32), "silent"),
}


@pytest.fixture
def saved(tmp_path):
    def save(sound):
        audio.write(tmp_path / "sound.wav", sound, RATE, bits="24")
        return tmp_path / "sound.wav"

    return save


def verdicts(path):
    """Whether each verb takes a file."""
    outcome = prepare.prepare_file(Candidate(path, str(path), "a", "b"))
    yield outcome.kick is not None
    if outcome.kick is not None:
        prepare.read_kick(path)
        yield True
    else:
        with pytest.raises(InputError, match=outcome.reason):
            prepare.read_kick(path)
        yield False
    yield not isinstance(neighbours._embeddings([path])[0][1], str)
    yield not isinstance(known._fingerprints([path])[0][1], str)
    found = inspect_module._measure(path)
    assert found["is_kick"] or outcome.reason in " ".join(found["reasons"]) or outcome.reason == "not a kick"
    yield found["is_kick"]


@pytest.mark.parametrize("name", GOOD)
def test_silence_and_a_quiet_tail_do_not_count(saved, name):
    path = saved(GOOD[name]())
    assert set(verdicts(path)) == {True}
    long = read_one_shot(path).prepared.audio
    short = read_one_shot(saved(kick())).prepared.audio
    assert np.abs(long[:, :8_000] - short[:, :8_000]).max() < 0.05


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_one_shot_is_refused_by_all_for_the_same_reason(saved, name):
    make, reason = BAD[name]
    path = saved(make())
    assert set(verdicts(path)) == {False}
    assert prepare.prepare_file(Candidate(path, "a", "b", "c")).reason == reason


@pytest.mark.parametrize("name", UNLIKE)
def test_what_is_unlike_a_kick_is_taken_by_all_who_play_with_a_remark(saved, name):
    path = saved(UNLIKE[name]().astype(np.float32))
    _, notes = prepare.read_taken(path)
    assert notes[0].kind == "unlike a kick"
    assert not isinstance(neighbours._embeddings([path])[0][1], str)
    assert not isinstance(known._fingerprints([path])[0][1], str)
    assert not inspect_module._measure(path)["is_kick"]
    candidate = Candidate(path, str(path), "a", "b")
    refused, kept = prepare.prepare_file(candidate), prepare.prepare_file(candidate, keep_all=True)
    assert (refused.reason, refused.detail) == ("not a kick", notes[0].words)
    assert (kept.kick.facts["content_hash"], kept.notes) == (content_hash(prepare.read_kick(path)), notes[:1])


def test_what_sounds_for_longer_than_is_taken_is_said(saved):
    long = behind(kick(), tail(1.5, -20, -30))
    (note,) = prepare.read_taken(saved(long))[1]
    words = "2.00 s; the model hears the first 500 ms, and the rest is joined to what it makes of them"
    assert (note.kind, note.words) == ("longer than a kick", words)
    assert prepare.read_taken(saved(kick()))[1] == ()
    assert prepare.read_taken(saved(GOOD["silence behind"]()))[1] == ()


def test_no_more_is_decoded_than_may_be_a_sound(saved, monkeypatch):
    asked = []
    real = audio.reading
    monkeypatch.setattr(
        audio,
        "reading",
        lambda path, max_seconds=None: asked.append(max_seconds) or real(path, max_seconds=max_seconds),
    )
    path = saved(behind(kick(), np.zeros((2, 31 * RATE), np.float32)))
    with pytest.raises(RejectedError, match="too long"):
        read_one_shot(path)
    assert asked == []  # the header is enough
    read_one_shot(saved(kick()))
    assert asked == [pytest.approx(30.1)]


FAULTS = [
    PermissionError(13, "Permission denied"),
    OSError(5, "Input/output error"),
    OSError(110, "Connection timed out"),
    FileNotFoundError(2, "No such file or directory"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.strerror)
def test_a_fault_of_the_machine_is_no_verdict_on_the_file(saved, monkeypatch, fault):
    path = saved(kick())

    def failing(*arguments, **options):
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", failing)
        outcome = prepare.prepare_file(Candidate(path, "a", "b", "c"))
        assert outcome.reason == "not read"
        assert fault.strerror.lower() in outcome.detail
        with pytest.raises(AudioFileError, match=f"cannot be read .{fault.strerror.lower()}"):
            prepare.read_kick(path)
    assert prepare.prepare_file(Candidate(path, "a", "b", "c")).kick is not None


def test_no_memory_is_no_verdict_on_the_file_either(saved, monkeypatch):
    path = saved(kick())

    def failing(*arguments, **options):
        raise MemoryError

    monkeypatch.setattr(prepare, "read_one_shot", failing)
    assert prepare.prepare_file(Candidate(path, "a", "b", "c")).reason == "not read"
    with pytest.raises(AudioFileError, match="not enough memory"):
        prepare.read_kick(path)


def test_a_fault_nobody_thought_of_stays_with_its_file(saved, monkeypatch):
    path = saved(kick())

    def failing(*arguments, **options):
        raise IndexError("off by one")

    for module in (prepare, neighbours, known):
        monkeypatch.setattr(module, "read_one_shot" if module is prepare else "read_kick", failing)
    outcome = prepare.prepare_file(Candidate(path, "a", "b", "c"))
    assert (outcome.reason, "IndexError: off by one" in outcome.detail) == ("not read", True)
    assert "off by one" in str(neighbours._embeddings([path])[0][1])
    assert "off by one" in str(known._fingerprints([path])[0][1])


def test_a_range_beyond_that_of_float32_is_a_number(recwarn):
    sound = np.array([[-2.5e38, 2.5e38], [0.0, 1.0]], np.float32)
    assert reject.peak_to_peak(sound) == pytest.approx(5e38)
    assert reject.peak_to_peak(sound[:, :0]) == 0.0
    assert not recwarn.list
