"""`kick collect` against repositories on this disk."""

import csv
import hashlib
import json
import os
import shutil
import subprocess
from collections import Counter

import numpy as np
import pytest
import soundfile

from kickitout.cli.app import run
from kickitout.errors import InputError, KickItOutError
from kickitout.library import collect as collect_module
from kickitout.library.collect import collect
from kickitout.library.prepare import prepare_folders
from kickitout.library.splits import KIT_SPLITS
from kickitout.library.store import Library
from kickitout.library.synthesis import synthesise_kick

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

RATE = 44_100
COLUMNS = ("file", "source", "kit", "origin", "commit", "original_path", "licence", "licence_class", "orig_sample_rate")


def git(folder, *arguments):
    identity = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    environment = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, env=environment, check=True)
    return done.stdout.decode().strip()


def origin(base, name, files):
    """A repository `base/name` with `files` (path to samples); returns the commit. A second commit takes them away."""
    folder = base / name
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet")
    git(folder, "config", "uploadpack.allowFilter", "true")
    for path, (samples, rate) in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(samples, bytes):
            (folder / path).write_bytes(samples)
        else:
            soundfile.write(str(folder / path), samples.T, rate, subtype="PCM_16")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "kicks")
    commit = git(folder, "rev-parse", "HEAD")
    git(folder, "rm", "--quiet", "-r", ".")
    git(folder, "commit", "--quiet", "--message", "gone")
    return commit


def row(file, name, commit, path, **facts):
    known = {
        "file": file,
        "source": name.replace("/", "__"),
        "kit": "kit",
        "origin": name,
        "commit": commit,
        "original_path": path,
        "licence": "CC0-1.0",
        "licence_class": "clean",
    }
    return known | facts


def write_manifest(path, rows):
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(dict.fromkeys([*COLUMNS, *(key for one in rows for key in one)])))
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def origins(tmp_path_factory):
    """Two repositories of two kicks each, and their rows."""
    base = tmp_path_factory.mktemp("origins")
    first = origin(
        base,
        "alice/kicks",
        {
            "808/Bäss Drum 01.wav": (0.5 * synthesise_kick(0)[0], RATE),
            "808/long.wav": (np.pad(synthesise_kick(16)[0], ((0, 0), (9_000, 80_000))), RATE),
            "README.md": (b"hello", 0),
        },
    )
    second = origin(base, "bob/more-kicks.git", {"k.wav": (synthesise_kick(32)[0][:1], RATE)})
    rows = [
        row("alice/one.flac", "alice/kicks", first, "808/Bäss Drum 01.wav", orig_sample_rate="44100"),
        row("alice/deep/two.flac", "alice/kicks", first, "808/long.wav", licence_class="share-alike"),
        row("bob/three.flac", "bob/more-kicks.git", second, "k.wav"),
    ]
    return base, rows


@pytest.fixture
def url(origins):
    return origins[0].as_uri()


def test_kicks_come_from_their_origins(origins, url, tmp_path):
    _, rows = origins
    folder = tmp_path / "kicks"
    seen = []
    done = collect(
        write_manifest(tmp_path / "m.csv", rows),
        folder,
        base_url=url,
        progress=lambda *numbers: seen.append(numbers),
    )
    assert (done.fetched, done.there, done.failures) == (3, 0, [])
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    one, rate = soundfile.read(str(folder / "alice" / "one.flac"), always_2d=True)
    assert rate == RATE
    assert soundfile.info(str(folder / "alice" / "one.flac")).subtype == "PCM_16"
    expected = 0.5 * synthesise_kick(0)[0].T
    # The digital silence before the onset is cut, and no more than 1 ms of it was there.
    assert np.abs(one - expected[len(expected) - len(one) :]).max() < 1e-4
    two = soundfile.info(str(folder / "alice" / "deep" / "two.flac"))
    assert two.frames == RATE  # a second at most
    assert soundfile.info(str(folder / "bob" / "three.flac")).channels == 1
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_the_manifest_of_what_was_collected_leads_to_a_library(origins, url, tmp_path):
    base, rows = origins
    folder = tmp_path / "kicks"
    collect(write_manifest(tmp_path / "m.csv", rows), folder, base_url=url)
    collected = read_rows(folder / "manifest.csv")
    assert [one["file"] for one in collected] == [one["file"] for one in rows]
    original = subprocess.run(
        ["git", "-C", str(base / "alice/kicks"), "cat-file", "blob", collected[0]["git_blob"]],
        capture_output=True,
        check=True,
    ).stdout
    assert collected[0]["sha256"] == hashlib.sha256(original).hexdigest()
    prepare_folders([folder], tmp_path / "library", workers=1)
    library = Library.open(tmp_path / "library")
    assert {entry.origin for entry in library.entries} == {
        f"{one['origin']}@{one['commit']}:{one['original_path']}" for one in rows
    }
    assert {entry.licence_class for entry in library.entries} == {"clean", "share-alike"}


def test_a_second_run_fetches_what_is_missing(origins, url, tmp_path):
    _, rows = origins
    folder = tmp_path / "kicks"
    manifest = write_manifest(tmp_path / "m.csv", rows)
    collect(manifest, folder, base_url=url)
    before = (folder / "manifest.csv").read_bytes()
    (folder / "bob" / "three.flac").unlink()
    stamp = (folder / "alice" / "one.flac").stat().st_mtime_ns
    done = collect(manifest, folder, base_url=url)
    assert (done.fetched, done.there) == (1, 2)
    assert (folder / "alice" / "one.flac").stat().st_mtime_ns == stamp
    assert (folder / "manifest.csv").read_bytes() == before


def test_one_licence_class(origins, url, tmp_path):
    _, rows = origins
    done = collect(
        write_manifest(tmp_path / "m.csv", rows), tmp_path / "kicks", base_url=url, licence_classes=["clean"]
    )
    assert done.fetched == 2


def test_failures_are_listed_and_the_rest_goes_on(origins, url, tmp_path, capsys):
    _, rows = origins
    commit = rows[0]["commit"]
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    odd = origin(
        origins[0],
        f"odd/{tmp_path.name}",
        {
            "text.wav": (b"no audio", 0),
            "lfs.wav": (pointer, 0),
            "six.wav": (np.tile(synthesise_kick(0)[0], (3, 1)), RATE),
            "silence.wav": (np.zeros((1, 900)), RATE),
        },
    )
    name = f"odd/{tmp_path.name}"
    bad = [
        row("a/nowhere.flac", "nobody/nothing", "0" * 40, "k.wav"),
        row("a/no-commit.flac", "alice/kicks", "1" * 40, "k.wav"),
        row("a/no-path.flac", "alice/kicks", commit, "no such kick.wav"),
        row("a/rate.flac", "alice/kicks", commit, "808/long.wav", orig_sample_rate="48000"),
        row("a/blob.flac", "alice/kicks", commit, "808/long.wav", git_blob="2" * 40),
        row("a/text.flac", name, odd, "text.wav"),
        row("a/lfs.flac", name, odd, "lfs.wav"),
        row("a/six.flac", name, odd, "six.wav"),
        row("a/silence.flac", name, odd, "silence.wav"),
    ]
    manifest = write_manifest(tmp_path / "m.csv", [*bad, *rows])
    arguments = ["collect", str(manifest), "-o", str(tmp_path / "kicks"), "--base-url", url]
    assert run([*arguments, "--json"]) == 1
    spoken = capsys.readouterr()
    data = json.loads(spoken.out)
    assert data["fetched"] == 3
    reasons = {one["file"]: one["reason"] for one in data["failed"]}
    assert set(reasons) == {one["file"] for one in bad}
    assert "no file no such kick.wav" in reasons["a/no-path.flac"]
    assert reasons["a/rate.flac"] == "orig_sample_rate is 44100, the manifest says 48000"
    assert reasons["a/blob.flac"].startswith("git_blob is ")
    assert reasons["a/text.flac"] == "cannot be read as audio"
    assert "LFS pointer" in reasons["a/lfs.flac"]
    assert reasons["a/six.flac"] == "6 channels"
    assert reasons["a/silence.flac"] == "silent or not finite"
    assert len(spoken.err.strip().splitlines()) == len(bad)
    assert {one["file"] for one in read_rows(tmp_path / "kicks" / "failed.csv")} == set(reasons)
    assert len(read_rows(tmp_path / "kicks" / "manifest.csv")) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"file": "../outside.flac"}, "inside the folder"),
        ({"file": "/etc/outside.flac"}, "inside the folder"),
        ({"file": "c:\\outside.flac"}, "inside the folder"),
        ({"file": "kick.wav"}, ".flac"),
        ({"origin": "--upload-pack=touch/x"}, "owner/name"),
        ({"origin": "ext::sh/x"}, "owner/name"),
        ({"origin": "a/../b"}, "owner/name"),
        ({"commit": "main"}, "is not a full hash"),
        ({"commit": ""}, "is not a full hash"),
    ],
)
def test_rows_that_must_not_be_followed(tmp_path, change, words):
    manifest = write_manifest(tmp_path / "m.csv", [row("k.flac", "a/b", "0" * 40, "k.wav") | change])
    with pytest.raises(InputError, match=words):
        collect(manifest, tmp_path / "kicks", base_url="file:///nowhere/")
    assert not (tmp_path / "kicks").exists()


def test_wrong_manifests_and_options(tmp_path, capsys):
    (tmp_path / "short.csv").write_text("file,origin\nk.flac,a/b\n")
    (tmp_path / "empty.csv").write_text("file,origin,commit,original_path\n")
    for name, words in (
        ("short.csv", "no column 'commit'"),
        ("empty.csv", "no rows"),
        ("gone.csv", "cannot be read"),
    ):
        assert run(["collect", str(tmp_path / name), "-o", str(tmp_path / "kicks")]) == 2
        assert words in capsys.readouterr().err
    good = write_manifest(tmp_path / "m.csv", [row("k.flac", "a/b", "0" * 40, "k.wav")])
    for options, words in (
        (["--base-url", "ext::sh -c x"], "--base-url 'ext::sh -c x': unknown; begin with https://"),
        (["--licence-class", "free"], "--licence-class free: unknown; choose clean"),
        (["--licence-class", "unknown"], "lists no kick of this class; choose another --licence-class"),
    ):
        assert run(["collect", str(good), "-o", str(tmp_path / "kicks"), *options]) == 2
        assert words in capsys.readouterr().err


def test_without_git(tmp_path, monkeypatch, capsys):
    manifest = write_manifest(tmp_path / "m.csv", [row("k.flac", "a/b", "0" * 40, "k.wav")])
    monkeypatch.setattr(collect_module.shutil, "which", lambda name: None)
    assert run(["collect", str(manifest), "-o", str(tmp_path / "kicks")]) == 1
    assert "git is not installed" in capsys.readouterr().err


def test_without_a_network(tmp_path, origins, url):
    _, rows = origins
    manifest = write_manifest(tmp_path / "m.csv", [row("k.flac", "a/b", "0" * 40, "k.wav"), *rows])
    with pytest.raises(KickItOutError, match="git cannot reach http://localhost:1/"):
        collect(manifest, tmp_path / "kicks", base_url="http://localhost:1/")
    # What comes later is tried again by the next run.
    assert collect(manifest, tmp_path / "kicks", base_url=url).fetched == 3


def test_output_that_is_a_file(tmp_path, origins, url):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="there is already a file of this name"):
        collect(write_manifest(tmp_path / "m.csv", origins[1]), tmp_path / "file", base_url=url)


def test_our_own_manifest_can_be_followed(request):
    manifest = request.config.rootpath / "data" / "kicks.csv"
    rows = collect_module.read_manifest(manifest)
    for one in rows:
        collect_module._check_row(manifest, one)
    assert len(rows) == 1992
    classes = Counter(one["licence_class"] for one in rows)
    assert classes == {"clean": 686, "attribution": 161, "share-alike": 95, "unknown": 1050}
    assert len({one["file"] for one in rows}) == len(rows)
    # These sets have no licence stated at their source, though the rest of it has.
    oramics = [one for one in rows if one["source"] == "oramics__sampled"]
    unstated = [one for one in oramics if "tr_808_samples" in one["file"] or "tr_909" in one["file"]]
    assert len(unstated) == 6
    assert {(one["licence"], one["licence_class"]) for one in unstated} == {("unknown", "unknown")}
    # Each kit is in one split, so that `kick prepare` can follow.
    splits = {(one["source"], one["kit"], one["kit_split"]) for one in rows}
    assert len(splits) == len({kit[:2] for kit in splits})
    assert {split for _, _, split in splits} == {*KIT_SPLITS, ""}


def test_what_is_in_no_repository_is_listed_and_the_rest_goes_on(origins, url, tmp_path):
    _, rows = origins
    away = row("b/kick.flac", "debian:some-kits", "1.0-1", "usr/share/kick.wav")
    manifest = write_manifest(tmp_path / "m.csv", [away, *rows])
    done = collect(manifest, tmp_path / "kicks", base_url=url)
    assert done.fetched == len(rows)
    (failure,) = done.failures
    assert failure.file == "b/kick.flac"
    assert "debian:some-kits 1.0-1 is no repository; take usr/share/kick.wav" in failure.reason
