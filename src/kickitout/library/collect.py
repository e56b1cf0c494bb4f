"""Rebuild a collection of kicks from its public origins, with git.

A manifest names a repository, a commit and a path for each kick. Of each repository only the named commit's tree and
the named files are transferred (partial, shallow fetch). Git's hashes guarantee the bytes of that commit; the file is
also compared with the manifest (rate, channels, blob, SHA-256). Each kick is decoded, cut to
its onset and to 1 s, and written as FLAC of 16 bits under the name that the manifest gives it.
"""

import csv
import hashlib
import io
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from kickitout.errors import AudioFileError, InputError, KickItOutError, OutputError
from kickitout.library import reject
from kickitout.library.manifest import LICENCE_CLASSES, MANIFEST_NAME, read_manifest
from kickitout.library.normalise import PRE_ROLL, cut_to, estimate_offset, find_onset, strip_constant_lead
from kickitout.sound import audio
from kickitout.sound.kick import SAMPLE_RATE
from kickitout.system.files import describe_os_error, make_folder, write_text

Progress = Callable[[int, int], None]
"""Called with (done, total)."""

GITHUB = "https://github.com/"
SCHEMES = ("https://", "http://", "ssh://", "git://", "file://")
NEEDED = ("file", "origin", "commit", "original_path")
LONGEST_SAMPLES = SAMPLE_RATE
"""Samples kept of each kick: 1 s."""

GIT_SECONDS = 900.0
"""Time limit of one call of git."""

FAILURES = "failed.csv"

_ORIGIN = re.compile(r"[A-Za-z0-9_][\w.-]*/[A-Za-z0-9_.][\w.-]*")
_ELSEWHERE = re.compile(r"[a-z]+:[A-Za-z0-9][\w.+-]*")
"""An origin that is no repository: a package of Debian, say."""

_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_NO_NETWORK = re.compile(
    r"could not resolve|network is unreachable|failed to connect|couldn't connect|connection (timed out|refused)", re.I
)
_LFS = b"version https://git-lfs.github.com/spec/"


class GitError(Exception):
    """A call of git failed; never leaves this module."""


@dataclass(frozen=True)
class Failure:
    """A kick that was not collected, and why."""

    file: str
    origin: str
    reason: str


@dataclass(frozen=True)
class Collected:
    """The result of a run: kicks fetched now, present before, and failed."""

    fetched: int
    there: int
    failures: list[Failure]


def _check_row(manifest: Path, row: dict[str, str]) -> None:
    """Raise `InputError` for an unsafe row: its values become addresses, arguments and file names."""
    path = PurePosixPath(row["file"])
    if path.is_absolute() or ".." in path.parts or "\\" in row["file"] or ":" in row["file"] or path.suffix != ".flac":
        remedy = "the file {file!r} is not a .flac name inside the folder; correct that row"
        raise InputError("manifest", manifest, remedy, file=row["file"][:80])
    if _ELSEWHERE.fullmatch(row["origin"]):
        return
    if not _ORIGIN.fullmatch(row["origin"]):
        remedy = "the origin {origin!r} of {file} is not owner/name; correct that row"
        raise InputError("manifest", manifest, remedy, origin=row["origin"][:80], file=row["file"])
    if not _COMMIT.fullmatch(row["commit"]):
        remedy = "the commit {commit!r} of {file} is not a full hash; correct that row"
        raise InputError("manifest", manifest, remedy, commit=row["commit"][:80], file=row["file"])


def _git(arguments: Sequence[str], *, folder: Path, stdin: bytes = b"") -> bytes:
    """The output of git. Raises `GitError` with git's last words, or `KickItOutError` where there is no network."""
    environment = {**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true"}
    command = ["git", "-c", "credential.helper=", "-c", "core.longpaths=true", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(
            command, input=stdin, capture_output=True, env=environment, timeout=GIT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git took longer than {GIT_SECONDS:.0f} s") from error
    except OSError as error:
        raise KickItOutError(
            f"git cannot be started ({describe_os_error(error)}); install git and try again"
        ) from error
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["git failed without a word"]
        words = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1])
        raise GitError(" ".join(words.removeprefix("fatal: ").removeprefix("error: ").split()))
    return done.stdout


@contextmanager
def _origin(folder: Path, url: str, commit: str) -> Iterator[Path]:
    """A bare repository with the tree of one commit and its files as promised objects; removed afterwards."""
    try:
        place = Path(tempfile.mkdtemp(prefix=".git-", dir=folder))
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {describe_os_error(error)}; choose another place") from error
    try:
        _git(["init", "--quiet", "--bare"], folder=place)
        for name, value in (("url", url), ("promisor", "true"), ("partialclonefilter", "blob:none")):
            _git(["config", f"remote.origin.{name}", value], folder=place)
        _git(["fetch", "--quiet", "--no-tags", "--depth=1", "--filter=blob:none", "origin", commit], folder=place)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _blobs(place: Path, commit: str) -> dict[str, str]:
    """The blob of each path in a commit."""
    listing = _git(["ls-tree", "-r", "-z", commit], folder=place)
    blobs = {}
    for line in listing.split(b"\0"):
        head, _, path = line.partition(b"\t")
        if path and head.split()[1] == b"blob":
            blobs[path.decode("utf-8", "surrogateescape")] = head.split()[2].decode()
    return blobs


def _decode(data: bytes, row: dict[str, str], folder: Path) -> None:
    """Turn the bytes of an original file into the FLAC file that the row names. Raises `AudioFileError`."""
    suffix = PurePosixPath(row["original_path"]).suffix
    with tempfile.NamedTemporaryFile(prefix=".original-", suffix=suffix, dir=folder, delete=False) as stream:
        original = Path(stream.name)
        stream.write(data)
    try:
        info = audio.probe(original)
        for column, value in (("orig_sample_rate", info.sample_rate), ("orig_channels", info.channels)):
            if row.get(column) and row[column] != str(value):
                remedy = "{column} is {found}, the manifest says {listed}"
                facts = {"column": column, "found": value, "listed": row[column]}
                raise AudioFileError(row["file"], remedy, reason="not as described", **facts)
        samples, rate = audio.read(original, max_seconds=60.0)
    finally:
        original.unlink(missing_ok=True)
    if samples.shape[0] > 2:
        raise AudioFileError(row["file"], "{found} channels", found=samples.shape[0], reason=reject.CHANNELS)
    if not np.isfinite(samples).all() or reject.peak_to_peak(samples) < reject.SILENCE:
        raise AudioFileError(row["file"], "silent or not finite", reason=reject.SILENT)
    moving, _ = strip_constant_lead(samples)
    if not audio.resample(moving, rate, SAMPLE_RATE).any():
        detail = reject.SAMPLES_FOUND.format(n=moving.shape[1], rate=rate)
        raise AudioFileError(row["file"], detail, reason=reject.TOO_SHORT)
    # The offset is removed only for the onset search; the kick itself keeps it.
    centred = (moving - estimate_offset(moving, rate)[:, None]).astype(np.float32)
    start = max(0, find_onset(audio.resample(centred, rate, SAMPLE_RATE)) - PRE_ROLL)
    kick = audio.resample(moving, rate, SAMPLE_RATE)
    kick = cut_to(kick, start, min(LONGEST_SAMPLES, kick.shape[1] - start))
    target = folder / row["file"]
    make_folder(target.parent)
    audio.write(target, np.clip(kick, -1.0, 1.0), SAMPLE_RATE, bits="16", format="flac")


def _fetch(folder: Path, url: str, rows: Sequence[dict[str, str]]) -> Iterator[tuple[dict[str, str], str]]:
    """Fetch the rows of one origin and commit: each row with the reason for its failure, empty on success.

    Fills in the rows' `git_blob` and `sha256`.
    """
    commit = rows[0]["commit"]
    with _origin(folder, url, commit) as place:
        blobs = _blobs(place, commit)
        missing_blobs = sorted({blobs[row["original_path"]] for row in rows if row["original_path"] in blobs})
        try:
            # All at once: otherwise git would fetch them one by one.
            command = ["fetch", "--quiet", "--no-tags", "--depth=1", "--filter=blob:none", "--stdin", "origin"]
            _git(command, folder=place, stdin="".join(f"{blob}\n" for blob in missing_blobs).encode())
        except GitError:
            pass  # an older git or server: one by one
        for row in rows:
            blob = blobs.get(row["original_path"])
            if blob is None:
                yield row, f"the commit has no file {row['original_path']}"
                continue
            try:
                data = _git(["cat-file", "blob", blob], folder=place)
            except GitError as error:
                yield row, str(error)
                continue
            facts = {"git_blob": blob, "sha256": hashlib.sha256(data).hexdigest()}
            wrong = [name for name, value in facts.items() if row.get(name) not in (None, "", value)]
            if wrong:
                yield row, f"{wrong[0]} is {facts[wrong[0]]}, the manifest says {row[wrong[0]]}"
                continue
            if data.startswith(_LFS):
                yield row, "the repository holds only a Git LFS pointer to it"
                continue
            try:
                _decode(data, row, folder)
            except AudioFileError as error:
                yield row, error.problem() if error.reason != "unreadable" else "cannot be read as audio"
                continue
            row |= facts
            yield row, ""


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


def _write_kept(
    folder: Path, columns: Sequence[str], rows: Sequence[dict[str, str]], have: Sequence[dict[str, str]]
) -> None:
    """Write the folder's manifest.csv: the rows whose files are present, in the given order."""
    kept = {id(row) for row in have}
    _write_csv(folder / MANIFEST_NAME, columns, [row for row in rows if id(row) in kept])


def _known_facts(path: Path) -> dict[str, dict[str, str]]:
    """The facts that an earlier run wrote about each file."""
    return {row["file"]: row for row in read_manifest(path)} if path.exists() else {}


def collect(
    manifest: str | Path,
    destination: str | Path,
    *,
    base_url: str = GITHUB,
    licence_classes: Collection[str] | None = None,
    progress: Progress = lambda done, total: None,
) -> Collected:
    """Fetch the kicks of a manifest into a folder for `kick prepare`.

    Kicks that are present already are not fetched again; the folder's manifest.csv has the given columns, and the git
    blob and the SHA-256 of each original file. Failed origins are listed, and so are those that are no repository
    (`debian:hydrogen-drumkits`); they do not stop the others.

    Args:
        manifest: CSV with the columns file, origin, commit and original_path.
        destination: the folder.
        base_url: the address before `owner/name`.
        licence_classes: take only these.
        progress: called with (done, total).

    Raises:
        InputError: the manifest, a row in it, or an option is wrong.
        KickItOutError: there is no git, or no network.
        OutputError: the folder cannot be written.
    """
    if not base_url.startswith(SCHEMES):
        raise InputError("base_url", base_url, "unknown; begin with {known}", known=" or ".join(SCHEMES))
    for word in licence_classes or ():
        if word not in LICENCE_CLASSES:
            raise InputError("licence_classes", word, "unknown; choose {known}", known=", ".join(LICENCE_CLASSES))
    source = Path(manifest)
    rows = read_manifest(source)
    missing = [name for name in NEEDED if rows and name not in rows[0]]
    if missing or not rows:
        lacking = f"no column {missing[0]!r}" if missing else "no rows"
        remedy = "has {lacking}; these columns are needed: {needed}"
        raise InputError("manifest", source, remedy, lacking=lacking, needed=", ".join(NEEDED))
    rows = [r for r in rows if licence_classes is None or r.get("licence_class", "unknown") in licence_classes]
    for row in rows:
        _check_row(source, row)
    if not rows:
        remedy = "{manifest} lists no kick of this class; choose another {licence_classes}"
        raise InputError("licence_classes", list(licence_classes or ()), remedy, manifest=source)
    if shutil.which("git") is None:
        raise KickItOutError("git is not installed, and kicks are fetched with it; install git and try again")
    folder = make_folder(Path(destination))
    known = _known_facts(folder / MANIFEST_NAME)
    columns = list(dict.fromkeys([*rows[0], "git_blob", "sha256"]))
    there = [row for row in rows if (folder / row["file"]).is_file()]
    for row in there:
        earlier = known.get(row["file"], {})
        row |= {name: earlier.get(name, row.get(name, "")) for name in ("git_blob", "sha256")}
    groups: dict[tuple[str, str], list[dict[str, str]]] = {}
    present = {id(row) for row in there}
    failures: list[Failure] = []
    for row in rows:
        if id(row) in present:
            continue
        if _ELSEWHERE.fullmatch(row["origin"]):
            reason = (
                f"{row['origin']} {row['commit']} is no repository; take {row['original_path']} from there yourself"
            )
            failures.append(Failure(row["file"], row["origin"], reason))
        else:
            groups.setdefault((row["origin"], row["commit"]), []).append(row)
    have = list(there)
    done, total = len(there) + len(failures), len(rows)
    progress(done, total)
    for (origin, _), group in sorted(groups.items()):
        url = f"{base_url.rstrip('/')}/{origin}"
        left = {id(row): row for row in group}
        try:
            for row, reason in _fetch(folder, url, group):
                del left[id(row)]
                if reason:
                    failures.append(Failure(row["file"], origin, reason))
                else:
                    have.append(row)
                done += 1
                progress(done, total)
        except GitError as error:
            if _NO_NETWORK.search(str(error)):
                raise KickItOutError(
                    f"git cannot reach {url} ({error}); what is in {folder} stays, and the same command goes on"
                ) from error
            failures += [Failure(row["file"], origin, str(error)) for row in left.values()]
            done += len(left)
            progress(done, total)
        finally:
            _write_kept(folder, columns, rows, have)
    _write_kept(folder, columns, rows, have)
    listed = [vars(failure) for failure in failures]
    _write_csv(folder / FAILURES, ("file", "origin", "reason"), listed)
    return Collected(len(have) - len(there), len(there), failures)
