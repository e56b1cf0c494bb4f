"""Fetch the page's third-party scripts: `python vendoring/vendor.py`.

vendor.lock.json names npm packages by exact version and SHA-512, and the few files of each that the page needs. They go
to src/kickitout/web/static/vendor, with their licences; git ignores that folder, and a wheel is not built without it
(hatch_build.py). Nothing of a package is run. Standard library alone: it works before anything is installed.
"""

import argparse
import base64
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
from pathlib import Path, PurePosixPath
from typing import Any

HERE = Path(__file__).parent
LOCK = HERE / "vendor.lock.json"
TARGET = HERE.parent / "src" / "kickitout" / "web" / "static" / "vendor"

STAMP = "vendor.json"
"""Says what the folder holds, so that a second run has nothing to do, and a changed lock is seen."""

REGISTRY = "https://registry.npmjs.org"
SECONDS = 120
MOST_BYTES = 200 * 2**20
"""What a package, or a file of it, may be at most."""


class VendorError(Exception):
    """A package cannot be fetched, or is not what the lock says."""


def read_lock(path: Path = LOCK) -> list[dict[str, Any]]:
    """The packages of the lock."""
    packages: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["packages"]
    return packages


def stamp_of(packages: list[dict[str, Any]]) -> str:
    """What stands in the folder that holds these packages."""
    held = {one["name"]: {"version": one["version"], "integrity": one["integrity"]} for one in packages}
    files = {one["name"]: sorted(one["files"].values()) for one in packages}
    return json.dumps({"packages": held, "files": files}, indent=1, sort_keys=True) + "\n"


def is_whole(target: Path = TARGET, lock: Path = LOCK) -> bool:
    """Whether a folder holds what the lock asks for."""
    packages = read_lock(lock)
    stamp = target / STAMP
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != stamp_of(packages):
        return False
    return all(
        (target / one["name"] / name).is_file() for one in packages for name in (*one["files"].values(), "LICENSE")
    )


def fetch(name: str, version: str) -> bytes:
    """The tarball of a package: by npm where that is at hand (it knows the mirrors of the house), else over https."""
    npm = shutil.which("npm")
    if npm is not None:
        with tempfile.TemporaryDirectory() as folder:
            command = [npm, "pack", "--silent", "--ignore-scripts", f"{name}@{version}", "--pack-destination", folder]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS)
            tarballs = list(Path(folder).glob("*.tgz"))
            if done.returncode == 0 and len(tarballs) == 1:
                return tarballs[0].read_bytes()
    address = f"{REGISTRY}/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:
            data: bytes = answer.read(MOST_BYTES + 1)
    except (urllib.error.URLError, OSError) as error:
        raise VendorError(f"{name} {version} cannot be fetched from {address} ({error}); see to the network") from error
    return data


def check(name: str, data: bytes, integrity: str) -> None:
    """Raise `VendorError` unless these bytes have the integrity that the lock names."""
    kind, _, wanted = integrity.partition("-")
    if kind != "sha512":
        raise VendorError(f"{name}: the lock's integrity is no sha512; write it as npm tells it")
    found = base64.b64encode(hashlib.sha512(data).digest()).decode("ascii")
    if len(data) > MOST_BYTES or found != wanted:
        raise VendorError(f"{name}: its SHA-512 is not that of the lock; nothing was taken from it")


def extract(name: str, data: bytes, files: dict[str, str]) -> dict[str, bytes]:
    """The wanted files of a package by their new names. Nothing else is unpacked."""
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        for member in archive:
            inside = "/".join(PurePosixPath(member.name).parts[1:])
            if inside not in files or not member.isfile() or member.size > MOST_BYTES:
                continue
            stream = archive.extractfile(member)
            if stream is not None:
                found[files[inside]] = stream.read()
    missing = sorted(set(files.values()) - found.keys())
    if missing:
        raise VendorError(f"{name} holds no {missing[0]}; the lock names another version's files")
    return found


def vendor(target: Path = TARGET, lock: Path = LOCK) -> bool:
    """Fill the folder, all at once; False where it is whole already."""
    if is_whole(target, lock):
        return False
    packages = read_lock(lock)
    target.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".vendor-", dir=target.parent))
    try:
        for one in packages:
            name, version = one["name"], one["version"]
            data = fetch(name, version)
            check(f"{name} {version}", data, one["integrity"])
            contents = extract(f"{name} {version}", data, one["files"])
            if one["licence"] is not None:
                contents["LICENSE"] = (lock.parent / one["licence"]).read_bytes()
            for file, content in contents.items():
                path = new / name / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        (new / STAMP).write_text(stamp_of(packages), encoding="utf-8")
        new.chmod(0o755)  # a temporary folder is closed to others
        old = Path(f"{new}.old")
        if target.exists():
            target.rename(old)
        new.replace(target)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return True


def main() -> int:
    """Fetch, or say in one line why not."""
    parser = argparse.ArgumentParser(description="Fetch the page's third-party scripts.")
    parser.add_argument("--check", action="store_true", help="only say whether they are there")
    given = parser.parse_args()
    if given.check:
        whole = is_whole()
        print(f"{TARGET}: {'whole' if whole else 'missing; run python vendoring/vendor.py'}")
        return 0 if whole else 1
    try:
        print(f"{TARGET}: {'fetched' if vendor() else 'is whole already'}")
    except (VendorError, OSError, tarfile.TarError, subprocess.TimeoutExpired) as error:
        print(f"vendor: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
