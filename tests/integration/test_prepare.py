"""`kick prepare` from folders to a library: what is taken, what is refused, and that nothing is ever lost."""

import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pytest
import soundfile

from kickitout.cli.app import run
from kickitout.errors import InputError, KickItOutError, OutputError
from kickitout.library import prepare as prepare_module
from kickitout.library import writer
from kickitout.library.prepare import prepare_builtin, prepare_folders
from kickitout.library.store import FORMAT, Library
from kickitout.library.synthesis import design_kick, synthesise_kick, synthesise_other, synthesise_sine
from kickitout.sound import audio
from kickitout.system import workers
from kickitout.system.workers import available_processors

RATE = 44_100


def sound(seed):
    return synthesise_kick(seed)[0]


def save(path, samples, rate=RATE, subtype="PCM_16", format=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        suffixes = {".wav": "WAV", ".aiff": "AIFF", ".flac": "FLAC", ".ogg": "OGG", ".mp3": "MP3"}
        soundfile.write(
            stream, np.asarray(samples).T, rate, format=format or suffixes[path.suffix.lower()], subtype=subtype
        )
    return path


def rejections(library):
    lines = (library / "rejections.jsonl").read_text("utf-8").splitlines()
    return {row["file"].replace("\\", "/").rsplit("/", 1)[-1]: row["reason"] for row in map(json.loads, lines)}


def contents(library):
    """Every file of a library by name, as bytes."""
    return {p.relative_to(library): p.read_bytes() for p in sorted(library.rglob("*")) if p.is_file()}


def kick_command(*arguments):
    """The exit code of the command line."""
    return run([str(argument) for argument in arguments])


@pytest.fixture
def samples(tmp_path):
    """Two kits of four kicks."""
    for seed in range(8):
        save(tmp_path / "samples" / f"kit {seed % 2}" / f"kick {seed}.wav", 0.8 * sound(40 * seed))
    return tmp_path / "samples"


# What is taken ----------------------------------------------------------------------------------------------------


def test_unusual_but_good_files_are_taken(tmp_path):
    root = tmp_path / "samples"
    save(root / "8 kHz.wav", audio.resample(sound(0), RATE, 8_000), 8_000)
    save(root / "192 kHz.wav", audio.resample(sound(16), RATE, 192_000), 192_000)
    save(root / "8 bit.wav", sound(32), subtype="PCM_U8")
    save(root / "24 bit.aiff", sound(48), subtype="PCM_24")
    save(root / "32 bit.wav", sound(80), subtype="PCM_32")
    save(root / "float over full scale.wav", 4 * sound(96), subtype="FLOAT")
    save(root / "double.wav", sound(112), subtype="DOUBLE")
    save(root / "mono.flac", sound(136)[:1])
    save(root / "vorbis.ogg", sound(144), subtype="VORBIS")
    save(root / "lossy.mp3", sound(160), subtype="MPEG_LAYER_III")
    save(root / "upper case.WAV", sound(176))
    save(root / "太鼓 — Bass Drum 'n' Übung.wav", sound(192))
    save(root.joinpath(*["deep"] * 20) / "kick.wav", sound(208))
    save(root / ("f" * 200) / ("g" * 200) / ("k" * 240 + ".wav"), sound(224))
    report = prepare_folders([root], tmp_path / "library", workers=1)
    assert report.run.rejected == {}
    library = Library.open(tmp_path / "library")
    assert len(library) == report.run.taken == 14
    rates = {entry.file.replace("\\", "/").rsplit("/", 1)[-1]: entry.original_rate for entry in library.entries}
    assert rates["8 kHz.wav"] == 8_000
    assert rates["192 kHz.wav"] == 192_000
    for index, entry in enumerate(library.entries):
        assert np.abs(library.audio(index)).max() == 1.0
        assert entry.split != "unassigned"
        assert entry.original_channels == (1 if "mono" in entry.file else 2)


def test_each_bad_file_is_listed_with_its_reason(tmp_path, capsys):
    root = tmp_path / "samples"
    save(root / "good.wav", sound(0))
    save(root / "ten channels.wav", np.tile(sound(16), (5, 1)))
    save(root / "silence.wav", np.zeros((2, 20_000)))
    save(root / "constant.wav", np.full((1, 20_000), 0.25))
    save(root / "dither.wav", 1e-5 * np.random.default_rng(0).standard_normal((1, 20_000)), subtype="FLOAT")
    save(root / "nan.wav", np.where(np.arange(22_050) == 500, np.nan, sound(32)), subtype="FLOAT")
    save(root / "infinite.wav", np.where(np.arange(22_050) == 500, np.inf, sound(48)), subtype="FLOAT")
    save(root / "five seconds.wav", np.tile(sound(64), (1, 10)))
    save(root / "loop.wav", np.tile(sound(0), (1, 4)))
    save(root / "hat.wav", synthesise_other(1)[0])
    save(root / "tick.wav", np.pad(sound(64)[:, 44:400], ((0, 0), (44, 0))))
    save(root / "the same.wav", 0.5 * sound(0))
    save(root / "shifted.aiff", np.pad(0.7 * sound(0), ((0, 0), (99, 0))), subtype="PCM_24")
    save(root / "no samples.wav", np.zeros((2, 0)))
    (root / "zero bytes.wav").write_bytes(b"")
    (root / "text.wav").write_text("this is no audio at all, whatever its name says\n" * 20)
    whole = save(root / "truncated.flac", sound(80)).read_bytes()
    (root / "truncated.flac").write_bytes(whole[:60])
    (root / "readme.txt").write_text("hello")
    assert kick_command("prepare", root, "-o", tmp_path / "library", "--workers", "1", "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["run"]["found"] == 17
    assert data["run"]["not_audio"] == 1
    assert data["run"]["taken"] + sum(data["run"]["rejected"].values()) == data["run"]["found"]
    assert rejections(tmp_path / "library") == {
        "ten channels.wav": "more than two channels",
        "silence.wav": "silent",
        "constant.wav": "silent",
        "dither.wav": "silent",
        "nan.wav": "non-finite",
        "infinite.wav": "non-finite",
        "five seconds.wav": "too long",
        "loop.wav": "loop",
        "hat.wav": "not a kick",
        "tick.wav": "too short",
        "the same.wav": "near duplicate",
        "shifted.aiff": "near duplicate",
        "no samples.wav": "empty",
        "zero bytes.wav": "unreadable",
        "text.wav": "unreadable",
        "truncated.flac": "unreadable",
    }


def test_the_same_samples_at_another_place_are_an_exact_duplicate(samples, tmp_path):
    original = samples / "kit 0" / "kick 0.wav"
    (samples / "kit 1" / "z copy.wav").write_bytes(original.read_bytes())
    report = prepare_folders([samples], tmp_path / "library", workers=1)
    assert report.run.rejected == {"exact duplicate": 1}
    (line,) = map(json.loads, (tmp_path / "library" / "rejections.jsonl").read_text("utf-8").splitlines())
    assert line["detail"] == f"of {original}"


def test_a_header_is_enough_for_a_long_file(tmp_path):
    # Two hours that are not there: a header's promise, and a hole in place of the samples.
    root = tmp_path / "samples"
    save(root / "kick.wav", sound(0))
    path = save(root / "two hours.wav", np.zeros((1, 1)), rate=8_000)
    data = bytearray(path.read_bytes())
    size = 2 * 3_600 * 8_000 * 2
    data[4:8] = (size + len(data) - 10).to_bytes(4, "little")
    data[40:44] = size.to_bytes(4, "little")
    with path.open("wb") as stream:
        stream.write(data)
        stream.truncate(size + 44)
    start = time.process_time()
    prepare_folders([root], tmp_path / "library", workers=1)
    assert rejections(tmp_path / "library") == {"two hours.wav": "too long"}
    assert time.process_time() - start < 5


def test_a_manifest_travels_along(samples, tmp_path):
    lines = ["file,source,kit,origin,commit,original_path,licence,licence_class"]
    for path in sorted(samples.rglob("*.wav"))[:6]:
        name = path.relative_to(samples).as_posix()
        number = int(path.stem.split()[1])
        kind = "clean" if number < 4 else "share-alike"
        lines.append(f"{name},owner/pack,808,owner/pack,{'c' * 40},BD/{number}.wav,CC0-1.0,{kind}")
    lines.append(f"gone.wav,owner/pack,808,owner/pack,{'c' * 40},BD/gone.wav,CC0-1.0,clean")
    manifest = tmp_path / "facts.csv"
    manifest.write_text("\n".join(lines) + "\n", "utf-8")
    report = prepare_folders(
        [samples], tmp_path / "library", manifest=manifest, licence_classes=["clean", "share-alike"], workers=1
    )
    library = Library.open(tmp_path / "library")
    assert len(library) == 6
    assert report.run.left_out_by_licence == 2
    ((gone, why),) = report.run.skipped
    assert (gone.endswith("gone.wav"), why) == (True, "named in the manifest, not there")
    for entry in library.entries:
        assert (entry.source, entry.kit, entry.licence) == ("owner/pack", "808", "CC0-1.0")
        assert entry.origin.startswith(f"owner/pack@{'c' * 40}:BD/")
    # What was left out by its licence is taken when it is asked for.
    assert prepare_folders([samples], tmp_path / "library", workers=1).run.taken == 2


def say(samples, **facts):
    """Write a manifest of all samples: each column by the number of the kit and of the kick."""
    lines = [",".join(["file", "source", "kit", *facts])]
    for path in sorted(samples.rglob("*.wav")):
        kit, kick = int(path.parent.name.split()[1]), int(path.stem.split()[1])
        said = [value(kit, kick) if callable(value) else value for value in facts.values()]
        lines.append(",".join([path.relative_to(samples).as_posix(), "pack", f"kit {kit}", *said]))
    (samples / "manifest.csv").write_text("\n".join(lines) + "\n", "utf-8")


def test_a_corrected_licence_reaches_kicks_that_are_there_and_moves_nothing(samples, tmp_path):
    library = tmp_path / "library"
    say(samples, licence="CC0-1.0", licence_class="clean")
    prepare_folders([samples], library, workers=1)
    before = Library.open(library)
    wrong = {entry.file for entry in before.entries if entry.kit == "kit 0"}
    assert 0 < len(wrong) < len(before)

    class_now = {0: "unknown"}
    say(
        samples,
        licence=lambda kit, _: "unknown" if kit in class_now else "CC0-1.0",
        licence_class=lambda kit, _: class_now.get(kit, "clean"),
    )
    report = prepare_folders([samples], library, licence_classes=["clean"], workers=1)
    after = Library.open(library)
    assert report.run.corrected == len(wrong)
    assert any("stay in the library" in note for note in report.run.notes)
    assert {entry.file for entry in after.entries if entry.licence_class == "unknown"} == wrong
    assert {entry.file for entry in after.entries if entry.licence == "unknown"} == wrong
    assert after.fingerprint == before.fingerprint
    assert prepare_folders([samples], library, workers=1).run.corrected == 0


def test_a_manifest_that_is_silent_about_classes_takes_none_away(samples, tmp_path):
    say(samples, licence="CC0-1.0", licence_class="clean")
    prepare_folders([samples], tmp_path / "library", workers=1)
    say(samples, licence="")
    report = prepare_folders([samples], tmp_path / "library", workers=1)
    assert report.run.corrected == 0
    assert {entry.licence_class for entry in Library.open(tmp_path / "library").entries} == {"clean"}


def test_a_manifest_may_say_the_split_of_a_kit(tmp_path):
    # Twelve kits: fewer than ten would be split by file.
    samples = tmp_path / "samples"
    for number in range(12):
        save(samples / f"kit {number}" / f"kick {number}.wav", sound(16 * number))
    asked = {2: "test", 5: "unseen", 7: "TEST", 9: "dev"}
    say(samples, kit_split=lambda kit, _: asked.get(kit, ""))
    report = prepare_folders([samples], tmp_path / "library", workers=1)
    splits = {entry.kit: entry.split for entry in Library.open(tmp_path / "library").entries}
    assert (splits["kit 2"], splits["kit 5"], splits["kit 7"]) == ("test", "unseen", "test")
    assert set(splits.values()) == {"train", "validation", "test", "unseen"}
    assert any("kit_split of 1 kits not used (first: pack/kit 9)" in note for note in report.run.notes)
    # A kit that has a split keeps it, whatever is said later.
    say(samples, kit_split="train")
    prepare_folders([samples], tmp_path / "library", workers=1)
    assert {entry.kit: entry.split for entry in Library.open(tmp_path / "library").entries} == splits


# Adding, stopping, going on ---------------------------------------------------------------------------------------


def test_a_second_run_does_nothing(samples, tmp_path):
    prepare_folders([samples], tmp_path / "library", workers=1)
    before = contents(tmp_path / "library")
    report = prepare_folders([samples], tmp_path / "library", workers=1)
    assert (report.run.known, report.run.taken) == (8, 0)
    after = contents(tmp_path / "library")
    assert {name for name in after if after[name] != before[name]} == {type(next(iter(after)))("report.json")}


def test_a_run_looks_at_new_files_only_and_moves_nothing(samples, tmp_path, monkeypatch):
    library = tmp_path / "library"
    (samples / "bad.wav").write_bytes(b"bad")
    prepare_folders([samples], library, workers=1)
    before = contents(library)
    lines = (library / "manifest.jsonl").read_bytes()
    looked_at = []
    real = prepare_module.prepare_file
    monkeypatch.setattr(
        prepare_module, "prepare_file", lambda one, **how: looked_at.append(one.path.name) or real(one, **how)
    )
    save(samples / "kit 0" / "another.wav", sound(800))
    save(samples / "kit 2" / "and one more.wav", sound(816))
    report = prepare_folders([samples], library, workers=1)
    assert sorted(looked_at) == ["and one more.wav", "another.wav"]
    assert (report.run.known, report.run.taken) == (9, 2)
    after = contents(library)
    assert all(after[name] == before[name] for name in before if name.parts[0] == "shards")
    assert (library / "manifest.jsonl").read_bytes().startswith(lines)


def refuse_to_open(patch, ending, fault):
    """The machine does not give files whose names end so."""
    real = os.open

    def failing(path, *arguments, **options):
        if str(path).endswith(ending):
            raise fault
        return real(path, *arguments, **options)

    patch.setattr(os, "open", failing)


@pytest.mark.parametrize("fault", [PermissionError(13, "Permission denied"), OSError(5, "Input/output error")])
def test_what_the_machine_did_not_give_is_tried_again(samples, tmp_path, monkeypatch, capsys, fault):
    library = tmp_path / "library"
    with monkeypatch.context() as patch:
        refuse_to_open(patch, "kick 3.wav", fault)
        report = prepare_folders([samples], library, workers=1)
        assert kick_command("prepare", samples, "-o", library, "--workers", "1") == 0
    (file, why), *others = report.run.not_read
    assert not others
    assert file.endswith("kick 3.wav")
    assert fault.strerror.lower() in why
    assert report.run.found == 8 == report.run.taken + len(report.run.not_read)
    assert not (library / "rejections.jsonl").exists()
    told = capsys.readouterr().out
    assert "not read this time (the next run tries again):" in told
    assert "kick 3.wav: cannot be read" in told
    after = prepare_folders([samples], library, workers=1).run
    assert (after.known, after.taken, after.not_read) == (7, 1, [])


def test_nothing_read_is_no_library(samples, tmp_path, monkeypatch):
    refuse_to_open(monkeypatch, ".wav", OSError(5, "Input/output error"))
    with pytest.raises(InputError, match=r"holds no usable kick \(8 not read\)"):
        prepare_folders([samples], tmp_path / "library", workers=1)
    assert not (tmp_path / "library").exists()


def test_a_touched_file_is_known_by_its_sound(samples, tmp_path):
    prepare_folders([samples], tmp_path / "library", workers=1)
    for path in samples.rglob("*.wav"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    report = prepare_folders([samples], tmp_path / "library", workers=1)
    assert (report.run.known, report.run.taken, sum(report.run.rejected.values())) == (8, 0, 0)


def test_the_number_of_workers_changes_no_byte(tmp_path, monkeypatch):
    root = tmp_path / "samples"
    for seed in range(11):
        save(root / f"{seed % 5}" / f"{seed:02d}.wav", sound(seed))
    monkeypatch.setattr(writer, "SHARD_SIZE", 5)
    prepare_folders([root], tmp_path / "one", workers=1)
    prepare_folders([root], tmp_path / "two", workers=2)
    with ThreadPoolExecutor(3) as executor:
        prepare_folders([root], tmp_path / "three", executor=executor, in_flight=2)
    assert contents(tmp_path / "one") == contents(tmp_path / "two") == contents(tmp_path / "three")


def test_tasks_wait_in_bounded_numbers(samples, tmp_path):
    class Counting(Executor):
        """Keeps tasks until their results are asked for."""

        waiting = 0
        most = 0

        def submit(self, fn, /, *args, **kwargs):
            outer = self

            class Lazy(Future):
                def result(self, timeout=None):
                    outer.waiting -= 1
                    return fn(*args, **kwargs)

            self.waiting += 1
            self.most = max(self.most, self.waiting)
            return Lazy()

    executor = Counting()
    report = prepare_builtin("sines", 40, tmp_path / "library", executor=executor, in_flight=3)
    assert report.run.taken + report.run.rejected["exact duplicate"] == 40
    assert executor.most == 3


def stop_after(count):
    def progress(done, total):
        if done == count:
            raise KeyboardInterrupt

    return progress


def test_ctrl_c_keeps_what_is_done_and_the_next_run_goes_on(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        prepare_builtin("kicks", 12, tmp_path / "stopped", workers=1, progress=stop_after(5))
    stopped = Library.open(tmp_path / "stopped")
    assert len(stopped) == 5
    assert {entry.split for entry in stopped.entries} == {"unassigned"}
    stopped.audio(4)
    report = prepare_builtin("kicks", 12, tmp_path / "stopped", workers=1)
    assert report.run.known == 5
    prepare_builtin("kicks", 12, tmp_path / "whole", workers=1)
    stopped, whole = Library.open(tmp_path / "stopped"), Library.open(tmp_path / "whole")
    assert stopped.fingerprint == whole.fingerprint
    assert [e.content_hash for e in stopped.entries] == [e.content_hash for e in whole.entries]
    assert (tmp_path / "stopped" / "splits.json").read_bytes() == (tmp_path / "whole" / "splits.json").read_bytes()


def test_written_every_moment_it_is_the_same_library_in_as_few_shards(samples, tmp_path, monkeypatch):
    whole, often = tmp_path / "whole", tmp_path / "often"
    prepare_folders([samples], whole, workers=1)
    calls, flush = [], writer.LibraryWriter.flush
    monkeypatch.setattr(writer, "FLUSH_SECONDS", 0.0)
    monkeypatch.setattr(writer.LibraryWriter, "flush", lambda self: calls.append(len(self)) or flush(self))
    prepare_folders([samples], often, workers=1)
    assert calls[:8] == list(range(1, 9))
    assert contents(often) == contents(whole)


KILLED = """
import sys
from kickitout.library import writer
from kickitout.library.prepare import prepare_builtin
if __name__ == "__main__":
    writer.SHARD_SIZE = 4
    prepare_builtin("kicks", 4000, sys.argv[1], workers=2)
"""


# Both leave whole shards, and nothing else.
@pytest.mark.parametrize("how", [pytest.param("kill", marks=pytest.mark.slow), "interrupt"])
def test_a_killed_run_leaves_a_valid_library(tmp_path, how, hearing_interrupts):
    if how == "interrupt" and sys.platform == "win32":
        pytest.skip("no such signal")
    script, library = tmp_path / "script.py", tmp_path / "library"
    script.write_text(textwrap.dedent(KILLED), "utf-8")
    process = subprocess.Popen(
        [sys.executable, str(script), str(library)],
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=hearing_interrupts,
    )
    try:
        deadline = time.monotonic() + 120
        while not (library / "shards" / "00002.npz").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        if how == "kill":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers as well
        words = process.stderr.read().decode()  # ends when the workers have ended too
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
    if how == "interrupt":
        assert words.count("Traceback") == 1  # the script's own; workers say nothing
        assert "KeyboardInterrupt" in words
    left = Library.open(library)
    assert len(left) >= 8
    expected = prepare_builtin("kicks", len(left), tmp_path / "expected", workers=1)
    assert expected.run.taken + sum(expected.run.rejected.values()) == len(left)
    whole = Library.open(tmp_path / "expected")
    for index, entry in enumerate(whole.entries):
        assert left.entries[index].content_hash == entry.content_hash
        assert np.array_equal(left.integers(index), whole.integers(index))
    again = prepare_builtin("kicks", len(left) + 4, library, workers=1)
    assert again.run.known + again.run.taken + sum(again.run.rejected.values()) == len(left) + 4
    assert len({entry.content_hash for entry in Library.open(library).entries}) == len(Library.open(library))


def test_a_full_disk_is_one_line_and_loses_nothing(samples, tmp_path, monkeypatch, capsys):
    library = tmp_path / "library"
    prepare_folders([samples], library, workers=1)
    save(samples / "kit 3" / "new.wav", sound(900))
    real = os.fsync

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert kick_command("prepare", samples, "-o", library, "--workers", "1") == 1
    words = capsys.readouterr().err.strip()
    assert "no space left on device" in words
    assert len(words.splitlines()) == 1
    monkeypatch.setattr("os.fsync", real)
    assert len(Library.open(library)) == 8
    assert prepare_folders([samples], library, workers=1).run.taken == 1


def test_a_worker_that_is_killed_is_one_line(tmp_path):
    with pytest.raises(KickItOutError, match="try again with one worker"):
        list(workers.in_order(DyingExecutor(), prepare_module.prepare_chunk, [1, 2], 4))


class DyingExecutor(Executor):
    """An executor whose worker has gone."""

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        future.set_exception(BrokenProcessPool("gone"))
        return future


# Bad input --------------------------------------------------------------------------------------------------------


def one_line(capsys):
    words = capsys.readouterr().err.strip()
    assert len(words.splitlines()) == 1
    assert "Traceback" not in words
    return words


def test_a_missing_folder(tmp_path, capsys):
    assert kick_command("prepare", tmp_path / "nowhere", "-o", tmp_path / "library") == 2
    assert "nowhere: does not exist" in one_line(capsys)
    assert not (tmp_path / "library").exists()


def test_a_folder_without_audio(tmp_path, capsys):
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "thesis.txt").write_text("x")
    assert kick_command("prepare", tmp_path / "papers", "-o", tmp_path / "library") == 2
    assert "papers: holds no audio files" in one_line(capsys)
    assert not (tmp_path / "library").exists()


def test_nothing_left(tmp_path, capsys):
    save(tmp_path / "samples" / "silence.wav", np.zeros((1, 9_000)))
    save(tmp_path / "samples" / "hat.wav", synthesise_other(1)[0])
    assert kick_command("prepare", tmp_path / "samples", "-o", tmp_path / "library") == 2
    words = one_line(capsys)
    assert "samples: holds no usable kick (" in words
    assert "1 silent" in words
    assert "1 not a kick" in words
    assert not (tmp_path / "library").exists()


def test_what_is_unlike_a_kick_is_kept_on_request_also_by_a_later_run(tmp_path, capsys):
    root, library = tmp_path / "samples", tmp_path / "library"
    save(root / "kick.wav", sound(0))
    save(root / "hat.wav", synthesise_other(1)[0])
    save(root / "silence.wav", np.zeros((1, 9_000)))
    assert kick_command("prepare", root, "-o", library) == 0
    assert "--keep-all" in capsys.readouterr().out
    assert rejections(library) == {"hat.wav": "not a kick", "silence.wav": "silent"}
    for taken in (1, 0):  # the second time nothing is left to take
        assert kick_command("prepare", root, "-o", library, "--keep-all", "--json") == 0
        data = json.loads(capsys.readouterr().out)
        assert data["run"]["taken"] == taken
        assert [(file.rpartition("/")[2], kind) for file, kind, _ in data["run"]["noted"]] == [
            ("hat.wav", "unlike a kick")
        ] * taken
        assert data["library"]["kicks"] == 2
        assert rejections(library) == {"silence.wav": "silent"}
    assert kick_command("prepare", root / "hat.wav", "-o", tmp_path / "other") == 2
    assert "give another, or take it all the same with --keep-all" in one_line(capsys)
    assert kick_command("prepare", "--builtin", "kicks", "--keep-all", "-o", tmp_path / "other") == 2
    assert "--keep-all: goes with folders of samples" in one_line(capsys)


def test_a_bad_file_named_directly(tmp_path, capsys):
    save(tmp_path / "kick.wav", sound(0))
    (tmp_path / "text.wav").write_text("no audio")
    assert kick_command("prepare", tmp_path / "kick.wav", tmp_path / "text.wav", "-o", tmp_path / "library") == 2
    words = one_line(capsys)
    assert "text.wav: not usable as a kick (unreadable: cannot be read as audio" in words


def test_a_good_file_named_directly(tmp_path):
    save(tmp_path / "kick.wav", sound(0))
    assert prepare_folders([tmp_path / "kick.wav"], tmp_path / "library", workers=1).run.taken == 1


def test_output_into_the_folder_of_samples(samples, capsys):
    assert kick_command("prepare", samples, "-o", samples) == 2
    assert ": the samples are there; choose another folder for the library" in one_line(capsys)
    assert kick_command("prepare", samples, "-o", samples / "." / "kit 0" / "..") == 2
    one_line(capsys)


def test_output_inside_the_folder_of_samples_is_not_taken_for_samples(samples):
    prepare_folders([samples], samples / "library", workers=1)
    report = prepare_folders([samples], samples / "library", workers=1)
    assert (report.run.found, report.run.known, report.run.not_audio) == (8, 8, 0)


def test_output_that_is_a_file_or_holds_other_things(samples, tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    assert kick_command("prepare", samples, "-o", tmp_path / "file") == 2
    assert "file: there is already a file of this name" in one_line(capsys)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "thesis.txt").write_text("x")
    assert kick_command("prepare", samples, "-o", tmp_path / "papers") == 2
    assert "not empty and holds no library" in one_line(capsys)


def test_output_that_cannot_be_written(samples, tmp_path, monkeypatch, capsys):
    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    assert kick_command("prepare", samples, "-o", tmp_path / "library") == 1
    assert "permission denied" in one_line(capsys)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--licence-class", "free"], "--licence-class free: unknown; choose clean"),
        (
            ["--licence-class", "clean"],
            "--licence-class clean: none of the 8 files is of this class; choose",
        ),
        (["--workers", "0"], "--workers 0: too few; give at least 1"),
        (["--manifest", "gone.csv"], "--manifest gone.csv: cannot be read"),
        (["--builtin", "kicks"], "--builtin"),
        (["--builtin", "snares"], "snares"),
        (["--colour", "red"], "--colour"),
        (["--workers", "2.5"], "2.5"),
    ],
)
def test_wrong_options(samples, tmp_path, capsys, options, words):
    assert kick_command("prepare", samples, "-o", tmp_path / "library", *options) == 2
    assert words in one_line(capsys)
    assert not (tmp_path / "library").exists()


def test_no_folder_at_all(tmp_path, capsys):
    assert kick_command("prepare", "-o", tmp_path / "library") == 2
    assert "folders: give either folders of samples, or --builtin kicks or --builtin sines" in one_line(capsys)


def test_a_manifest_without_its_column(samples, tmp_path, capsys):
    (tmp_path / "wrong.csv").write_text("name,kind\nx,y\n")
    assert kick_command("prepare", samples, "-o", tmp_path / "library", "--manifest", tmp_path / "wrong.csv") == 2
    assert "no column 'file'" in one_line(capsys)


def test_a_damaged_library_is_named(samples, tmp_path, capsys):
    library = tmp_path / "library"
    prepare_folders([samples], library, workers=1)
    shard = library / "shards" / "00000.npz"
    shard.write_bytes(shard.read_bytes()[:100])
    save(samples / "new.wav", sound(900))
    assert kick_command("prepare", samples, "-o", library) == 1
    assert "00000.npz is truncated or altered" in one_line(capsys)


def test_a_newer_library_is_named(samples, tmp_path, capsys):
    library = tmp_path / "library"
    prepare_folders([samples], library, workers=1)
    (library / "library.json").write_text(json.dumps({"format": FORMAT, "version": 99}))
    assert kick_command("prepare", samples, "-o", library) == 1
    assert "update kickitout" in one_line(capsys)


# Built-in sounds --------------------------------------------------------------------------------------------------


def test_built_in_kicks_are_the_designed_ones(tmp_path, capsys):
    assert kick_command("prepare", "--builtin", "kicks", "-n", 12, "--seed", 7, "-o", tmp_path / "library") == 0
    assert "kicks " in capsys.readouterr().out
    library = Library.open(tmp_path / "library")
    for index, entry in enumerate(library.entries):
        seed = int(entry.file.rsplit("/", 1)[-1])
        assert 7 <= seed < 19
        assert np.abs(library.audio(index) - design_kick(seed)[0]).max() < 1e-4
        assert (entry.source, entry.kit, entry.licence_class) == ("builtin", f"machine-{seed // 16:04d}", "clean")
    assert (tmp_path / "library" / "contact-sheet.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((tmp_path / "library" / "report.json").read_text("utf-8"))["library"]["kicks"] == len(library)


def test_built_in_sines_skip_the_kick_test(tmp_path):
    report = prepare_builtin("sines", 8, tmp_path / "library", workers=1)
    assert report.run.taken == 8
    library = Library.open(tmp_path / "library")
    assert np.abs(library.audio(3) / np.abs(library.audio(3)).max() - sine(3)).max() < 1e-4


def sine(seed):
    wave = synthesise_sine(seed)[0]
    return wave / np.abs(wave).max()


@pytest.mark.parametrize(
    ("kind", "n", "seed"), [("snares", 1, 0), ("kicks", 0, 0), ("kicks", 1, -1), ("kicks", 2, 2**63)]
)
def test_wrong_numbers_for_built_in_sounds(tmp_path, kind, n, seed):
    with pytest.raises(InputError):
        prepare_builtin(kind, n, tmp_path / "library", seed=seed)
    assert not (tmp_path / "library").exists()


def test_adding_built_in_kicks_to_a_library_of_files(samples, tmp_path):
    for seed in range(2):
        save(samples / "designed" / f"kick {seed}.wav", 0.8 * design_kick(seed)[0])
    prepare_folders([samples], tmp_path / "library", workers=1)
    before = Library.open(tmp_path / "library").entries
    # Seeds 0 and 1 are in the folder already, there as files.
    report = prepare_builtin("kicks", 4, tmp_path / "library", workers=1)
    assert report.run.rejected["exact duplicate"] + report.run.rejected["near duplicate"] >= 2
    assert len(before) == 10
    assert Library.open(tmp_path / "library").entries[:10] == before


def test_writing_needs_a_place(tmp_path, monkeypatch):
    def refuse(path, data):
        raise OutputError(f"cannot write {path}: read-only")

    monkeypatch.setattr(writer, "write_bytes", refuse)
    with pytest.raises(OutputError):
        prepare_builtin("kicks", 4, tmp_path / "library", workers=1)
    assert len(Library.open(tmp_path / "library")) == 0


def test_there_is_a_core():
    assert available_processors() >= 1


# Real kicks -------------------------------------------------------------------------------------------------------


def drawn(kicks_folder, folder, count):
    """A folder with so many of the real kicks, the same each time, and with what the manifest says of them."""
    with (kicks_folder / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        names, *rows = csv.reader(stream)
    rows = random.Random(0).sample(rows, count)
    for row in rows:
        to = folder / row[names.index("file")]
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(kicks_folder / row[names.index("file")], to)
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([names, *rows])
    return folder


def assert_taken_and_known_again(folder, library, report):
    assert report.run.found == report.run.taken + sum(report.run.rejected.values())
    taken = report.run.taken + report.run.rejected["exact duplicate"] + report.run.rejected["near duplicate"]
    assert taken >= 0.95 * report.run.found
    start = time.process_time()
    again = prepare_folders([folder], library)
    assert again.run.known == report.run.found
    assert time.process_time() - start < 5


@pytest.mark.kicks
def test_real_kicks_are_taken_and_known_again(kicks_folder, tmp_path):
    folder = drawn(kicks_folder, tmp_path / "kicks", 100)
    report = prepare_folders([folder], tmp_path / "library", workers=1)
    assert report.run.found == 100
    assert_taken_and_known_again(folder, tmp_path / "library", report)
    classes = {row[0]: row[1] for row in stated(folder, "file", "licence_class")}
    for entry in Library.open(tmp_path / "library").entries:
        assert entry.licence_class == classes[Path(entry.file).relative_to(folder).as_posix()]


def stated(folder, *columns):
    """Columns of a folder's manifest."""
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        return [[row[name] for name in columns] for row in csv.DictReader(stream)]


@pytest.mark.slow
@pytest.mark.kicks
def test_all_real_kicks(kicks_folder, real_library, tmp_path):
    prepared, report = real_library
    library = shutil.copytree(prepared, tmp_path / "library")
    assert_taken_and_known_again(kicks_folder, library, report)
    assert sum(path.stat().st_size for path in library.rglob("*") if path.is_file()) <= 40e6
    table = {row["split"]: row for row in report.library["splits"]}
    for name in ("validation", "test"):
        assert table[name]["kicks"] >= 150
        assert table[name]["kits"] >= 15
        assert table[name]["licence_classes"]["clean"] >= 30
    assert table["unseen"]["kicks"] >= 200
    assert table["unseen"]["sources"] >= 8
    assert "clean" not in table["unseen"]["licence_classes"]
