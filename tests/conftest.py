"""What all tests share: where the real kicks and the other sounds are, if they are here."""

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

from kickitout.instrument import matching, models, variations
from kickitout.instrument.instrument import Instrument
from kickitout.library.prepare import prepare_folders
from kickitout.library.report import Report
from kickitout.system.workers import available_processors
from testing import costs, sharing

# How long an example takes is the machine's business, and that of the tests beside it. `make test` tries a few of them,
# others each time; `make slow` tries many.
settings.register_profile("house", deadline=None, max_examples=10)
settings.register_profile("thorough", deadline=None, max_examples=300)
settings.load_profile(os.environ.get("EXAMPLES", "house"))

# Five thousand tests and all that they import stay: to look for garbage among them takes up to a tenth of the time.
gc.set_threshold(20_000, 20, 20)


_meter, _bill = costs.Meter(), costs.Bill()

BEGUN_FIRST = (
    "tests/environments/",
    "tests/integration/",
    "tests/unit/training/",
    "tests/unit/evaluation/",
    "tests/unit/instrument/",
    "tests/unit/experiments/",
)
"""Where the files are that take longest: one that is begun last is waited for by all other workers."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files stay whole, and in the order of this run within both halves."""
    items.sort(key=lambda item: not item.nodeid.startswith(BEGUN_FIRST))


def pytest_collection_finish() -> None:
    """What is there now is no garbage, and was used by no test."""
    gc.collect()
    gc.freeze()
    _meter.read()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest) -> Iterator[object]:
    """What a fixture for several tests takes is not the cost of the first of them."""
    if fixturedef.scope == "function":
        return (yield)
    with _meter.sharing(f"{request.node.nodeid}: the fixture {fixturedef.argname}".removeprefix(": ")):
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[object]) -> None:
    """The last report of a test tells what it took."""
    if call.when == "teardown":
        item.user_properties += _meter.read()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Reports come from all workers."""
    if report.when == "teardown":
        _bill.add(report)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Names what takes long, so that it is seen when `make test` grows. It fails nothing: a busy machine takes up to
    twice the processor time."""
    for line in _bill.lines():
        terminalreporter.write_line(line)


def _folder(variable: str) -> Path:
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"the environment variable {variable} names no folder")
    return Path(value)


@pytest.fixture(scope="session")
def kicks_folder() -> Path:
    """The folder of real kicks with its manifest.csv."""
    return _folder("KICKS")


@pytest.fixture(scope="session")
def other_folder() -> Path:
    """The folder of real sounds that are not kicks."""
    return _folder("OTHER")


@pytest.fixture(scope="session")
def real_library(kicks_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    """The library of all real kicks, and what was told of making it. Twenty seconds: once for all workers."""
    return sharing.once(tmp_path_factory, "real library", lambda folder: prepare_folders([kicks_folder], folder))


@pytest.fixture(scope="session")
def library_v2(kicks_folder: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The library of both collections, with the classes and the splits that data/kicks.csv states."""
    more, manifest = _folder("KICKS_MORE"), request.config.rootpath / "data" / "kicks.csv"

    def make(folder: Path) -> None:
        for kicks in (kicks_folder, more):
            prepare_folders([kicks], folder, manifest=manifest)

    return sharing.once(tmp_path_factory, "library v2", make)[0]


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests read and write no cache of this user; what one of them has tried is known to all, children included."""
    folder, _ = sharing.once(tmp_path_factory, "cache", lambda made: made.mkdir())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KICK_CACHE", str(folder))
        yield


@pytest.fixture(autouse=True)
def _torch_as_new() -> Iterator[None]:
    """Torch's own random numbers and number of threads are the same for each test, whatever ran before it; and after
    it, for what is made for several tests is made before this is called."""
    _renew_torch()
    yield
    _renew_torch()


def _renew_torch() -> None:
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(0)
        torch.set_num_threads(_THREADS)


# Fixed, for children too: training shares the processors with other work only where nobody has fixed its threads.
_THREADS = int(os.environ.setdefault("OMP_NUM_THREADS", str(available_processors())))


@pytest.fixture(scope="session", autouse=True)
def _nobody_waits_for_the_disk() -> Iterator[None]:
    """What is written must outlive a power cut, but not what a test writes: to wait until the disk has it takes ten
    milliseconds and more, for each of thousands of files. Tests of a disk that fails put their own in its place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _others_of_a_model_once() -> Iterator[None]:
    """A match is held beside a hundred kicks of its model: seconds for each instrument of it that is loaded anew."""
    make, known = matching.others, {}

    def others(instrument: Instrument) -> list[NDArray[np.float64]]:
        kicks = instrument.bundle.checksum, matching.OTHERS
        if kicks not in known:
            known[kicks] = make(instrument)
        return known[kicks]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "others", others)
        yield


@pytest.fixture
def short_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that ask for a match, and not how near it comes: a search of two generations, held beside four kicks.
    All of it takes up to ten seconds."""
    monkeypatch.setattr(variations, "MATCH_GENERATIONS", 2)
    monkeypatch.setattr(matching, "OTHERS", 4)


@pytest.fixture(scope="session")
def hearing_interrupts() -> Callable[[], object] | None:
    """For `Popen(preexec_fn=...)`: a shell that runs the tests in the background ignores Ctrl-C, and children inherit
    that; this lets the child hear it again."""
    if sys.platform == "win32":
        return None
    return _hear_interrupts


def _hear_interrupts() -> object:
    return signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of shipped models."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setattr(models, "MODELS_FOLDER", folder)
    return folder
