"""`kick doctor`."""

import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module, metadata
from pathlib import Path
from typing import NamedTuple

from kickitout.cli.output import Output
from kickitout.errors import KickItOutError
from kickitout.model import runtime
from kickitout.system.files import size_in_words

NEEDED = {
    "numpy": "numpy",
    "onnxruntime": "onnxruntime",
    "soundfile": "soundfile",
    "soxr": "soxr",
    "cyclopts": "cyclopts",
    "rich": "rich",
    "pydantic": "pydantic",
    "pillow": "PIL",
    "fastapi": "fastapi",
    "uvicorn": "uvicorn",
}
"""The packages that the instrument needs, each with the module to import."""

EXTRAS = {
    "train": ("torch", "safetensors", "tensorboard", "onnx", "onnxscript"),
    "analysis": ("scipy", "scikit-learn", "matplotlib"),
}


class Check(NamedTuple):
    """One line of the report; a check that is not `needed` never makes the doctor fail."""

    name: str
    ok: bool
    detail: str
    needed: bool = True


def _attempt(name: str, work: Callable[[], str]) -> Check:
    """A check: `work` returns its detail, or raises its failure."""
    try:
        return Check(name, True, work())
    except KickItOutError as error:
        return Check(name, False, str(error))
    except Exception as error:  # a broken package may raise anything
        return Check(name, False, f"{type(error).__name__}: {error}")


def _part(package: str, module: str) -> str:
    imported = runtime.load() if module == "onnxruntime" else import_module(module)
    library = getattr(imported, "__libsndfile_version__", None)
    return metadata.version(package) + (f" (libsndfile {library})" if library else "")


def _extra(name: str, packages: tuple[str, ...]) -> Check:
    # From the metadata alone: importing torch takes seconds.
    versions = {}
    for package in packages:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            return Check(f"extra {name}", False, f"not installed: pip install 'kickitout[{name}]'", needed=False)
    return Check(f"extra {name}", True, ", ".join(f"{part} {found}" for part, found in versions.items()), needed=False)


def _temporary_folder() -> str:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "kick.tmp").write_bytes(b"kick")
    return tempfile.gettempdir()


def _model(path: Path) -> str:
    from kickitout.model.bundle import Bundle

    bundle = Bundle.open(path)
    return f"{bundle.card.version}, {size_in_words(bundle.size)}, checksum {bundle.checksum[:12]}"


def _self_test() -> str:
    """Make one kick twice, through the file and back."""
    import time

    import numpy as np

    from kickitout.instrument import instrument
    from kickitout.instrument.recipes import Recipe

    started = time.perf_counter()
    player = instrument.load(gate=False, taste=False)
    kick = player.kick(0)
    seconds = time.perf_counter() - started
    if not np.array_equal(kick.audio, player.kick(0).audio):
        raise KickItOutError("the same seed gave two different kicks on this machine")
    if not np.abs(kick.audio).max() > 0.0:
        raise KickItOutError("the kick of seed 0 is silent")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kick.wav"
        kick.save(path)
        if Recipe.read(path).seed != 0:
            raise KickItOutError("the recipe did not come back from the file")
    return f"made the kick of seed 0 with {player.name} in {seconds:.2f} s"


def _checks() -> Iterator[Check]:
    yield Check("kickitout", True, metadata.version("kickitout"))
    yield Check("python", True, f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    for package, module in NEEDED.items():
        yield _attempt(package, lambda package=package, module=module: _part(package, module))  # type: ignore[misc]
    for name, packages in EXTRAS.items():
        yield _extra(name, packages)
    yield _attempt("temporary folder", _temporary_folder)
    yield Check("processors", True, f"{os.cpu_count()}")
    yield from _model_checks()


def _model_checks() -> Iterator[Check]:
    try:
        from kickitout.instrument.models import models_at_hand
    except ImportError as error:
        yield Check("models", False, f"the instrument does not load: {error}")
        return
    for name, path in models_at_hand().items():
        yield _attempt(f"model {name}", lambda path=path: _model(path))  # type: ignore[misc]
    yield _attempt("self-test", _self_test)


def doctor(*, output: Output = Output()) -> int:  # noqa: B008
    """Check what is installed and whether it works. The exit code is 1 if a required part does not.

    For example:

        kick doctor
    """
    broken = 0
    for check in _checks():
        word = "ok" if check.ok else "BROKEN" if check.needed else "-"
        broken |= check.needed and not check.ok
        output.result(f"{word:7}{check.name}: {check.detail}", check._asdict())
    return int(broken)
