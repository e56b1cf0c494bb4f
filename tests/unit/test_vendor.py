"""The third-party scripts of the page: fetched by version and hash, all at once, and only what is wanted."""

import base64
import hashlib
import importlib.util
import io
import json
import tarfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "vendoring" / "vendor.py"


@pytest.fixture(scope="module")
def vendor():
    spec = importlib.util.spec_from_file_location("vendor", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tarball(files):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def integrity(data):
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


@pytest.fixture
def world(tmp_path, vendor, monkeypatch):
    """A lock of one package, its tarball, and where it goes."""
    data = tarball({"package/dist/one.mjs": b"export {};", "package/other.js": b"no", "package/../../evil.js": b"no"})
    monkeypatch.setattr(vendor, "fetch", lambda name, version: data)
    (tmp_path / "licence.txt").write_text("MIT")
    lock = tmp_path / "lock.json"
    package = {
        "name": "one",
        "version": "1.2.3",
        "integrity": integrity(data),
        "files": {"dist/one.mjs": "one.js"},
        "licence": "licence.txt",
    }
    lock.write_text(json.dumps({"packages": [package]}))
    return lock, package, tmp_path / "static" / "vendor"


def test_only_what_is_wanted_is_taken_with_its_licence(vendor, world):
    lock, _, target = world
    assert vendor.vendor(target, lock)
    found = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert found == {"one/one.js", "one/LICENSE", "vendor.json"}
    assert (target / "one/one.js").read_bytes() == b"export {};"
    assert not vendor.vendor(target, lock)  # nothing left to do
    assert [path.name for path in target.parent.iterdir()] == ["vendor"]


def test_another_lock_fetches_again(vendor, world):
    lock, package, target = world
    vendor.vendor(target, lock)
    (target / "one/one.js").unlink()
    assert not vendor.is_whole(target, lock)
    assert vendor.vendor(target, lock)
    lock.write_text(json.dumps({"packages": [package | {"version": "1.2.4"}]}))
    assert not vendor.is_whole(target, lock)


def test_other_bytes_are_refused_and_what_was_there_stays(vendor, world, monkeypatch):
    lock, package, target = world
    vendor.vendor(target, lock)
    lock.write_text(json.dumps({"packages": [package | {"version": "2.0.0"}]}))
    monkeypatch.setattr(vendor, "fetch", lambda name, version: tarball({"package/dist/one.mjs": b"evil"}))
    with pytest.raises(vendor.VendorError, match="its SHA-512 is not that of the lock"):
        vendor.vendor(target, lock)
    assert (target / "one/one.js").read_bytes() == b"export {};"
    assert [path.name for path in target.parent.iterdir()] == ["vendor"]


def test_a_missing_file_and_another_kind_of_hash_are_told(vendor, world):
    lock, package, target = world
    lock.write_text(json.dumps({"packages": [package | {"files": {"dist/two.mjs": "two.js"}}]}))
    with pytest.raises(vendor.VendorError, match=r"holds no two\.js"):
        vendor.vendor(target, lock)
    lock.write_text(json.dumps({"packages": [package | {"integrity": "sha1-abc"}]}))
    with pytest.raises(vendor.VendorError, match="no sha512"):
        vendor.vendor(target, lock)
    assert not target.exists()


def test_the_lock_names_exact_versions_and_hashes(vendor):
    for package in vendor.read_lock():
        assert package["version"].replace(".", "").isdigit()
        assert len(base64.b64decode(package["integrity"].removeprefix("sha512-"))) == 64
        assert package["licence"] is None or (SCRIPT.parent / package["licence"]).is_file()
        assert package["licence"] is not None or "LICENSE" in package["files"].values()
