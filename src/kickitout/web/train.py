"""Training from the page: `kick prepare` and `kick train` as child processes, and what they have written so far.

Every folder of kicks has a folder of its own here, with its library and a run for each preset, so that what was begun
can be resumed at any time. Only one child runs at a time. Nothing of torch is imported.
"""

import hashlib
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from kickitout.errors import InputError, KickItOutError, MissingExtraError
from kickitout.instrument.models import models_at_hand
from kickitout.model.card import CARD_FILE
from kickitout.system.files import make_folder, make_private_folder, write_text
from kickitout.system.locks import Lock, lock
from kickitout.training.run.folder import METRICS_FILE, is_run
from kickitout.training.settings.presets import preset_names
from kickitout.web import runs
from kickitout.web.children import STOPPED, Child, failure
from kickitout.web.metrics import MetricsFile, thinned

MODULES = ("torch", "safetensors")
"""What training needs."""

JOB_FILE = "job.json"
LIBRARY, RUNS, MODELS = "library", "runs", "models"


GOODBYE_SECONDS = 20.0
"""How long a child may take to save when the server ends; it goes on saving if it takes longer."""

ELSEWHERE = "another kick ui trains here{who}; use its page, or end it, or start this one with another folder"

MINUTES_RANGE = "out of range; give more than 0, to 100000"
NOT_YET = "nothing has been trained yet; start it first"

LONGEST_NAME = 40
"""Characters of a folder's name that a model made from it is called by."""

REPORT = "report"
"""What a child does that prepares a folder, and nothing after that; the others do what their phase says."""

WORKING: tuple["Phase", ...] = ("preparing", "training", "exporting")

Phase = Literal["idle", "preparing", "training", "exporting", "stopping", "stopped", "finished", "failed"]


def trainable() -> bool:
    """Whether what training needs is installed."""
    return all(find_spec(name) is not None for name in MODULES)


@dataclass(frozen=True)
class Job:
    """A request to train.

    Attributes:
        folder: of the kicks.
        preset: its name; None: that of the model that it starts from.
        minutes: after which it ends, in total.
        start: the model that it starts from; None: from nothing.
    """

    folder: str
    preset: str | None
    minutes: float
    start: str | None


class Training:
    """What is trained, one at a time, by one server at a time. Any number of threads may call at once.

    Args:
        home: where libraries and runs are kept.
        program: what starts `kick`.
    """

    def __init__(self, home: Path, program: Sequence[str] = (sys.executable, "-m", "kickitout")) -> None:
        self.home = home
        self._program = tuple(program)
        self._lock = threading.RLock()
        self._held: Lock | None = None
        self._child: Child | None = None
        self._phase: Phase = "idle"
        self._error: str | None = None
        self._job: Job | None = None
        self._rows = MetricsFile()
        self._elsewhere()

    def _elsewhere(self) -> str | None:
        """Why nothing can be trained here, or None. What another server had comes here as soon as that has ended."""
        if self.home.is_dir():  # else there is nothing to take up, and no other
            try:
                self._own()
            except KickItOutError as error:
                return str(error)
        return None

    def _own(self) -> None:
        """Be the only server that trains here, and take up what the last one has left. Raises `InputError`."""
        with self._lock:
            if self._held is None:
                self._held = lock(make_private_folder(self.home), "folder", ELSEWHERE)
                self._restore()

    def _restore(self) -> None:
        """Take up what the last session trained: to be resumed, or at work still if its server was killed."""
        try:
            self._job = Job(**json.loads((self.home / JOB_FILE).read_text(encoding="utf-8")))
            self._phase = "stopped"
        except (OSError, ValueError, TypeError):
            self._job = None
        child, job = Child.find(self.home), self._job
        if child is None:
            return
        before, self._child = self._phase, child
        self._phase = next((phase for phase in WORKING if phase == child.task), "preparing")
        if job is None or child.task in (REPORT, "exporting"):
            self._start_thread(self._follow_aside, child, before)
        else:
            self._start_thread(self._follow, job, child)

    # Requests

    def report(self, folder: str) -> dict[str, Any]:
        """Prepare a folder of kicks, and say what is in it: the report of `kick prepare`.

        Raises:
            MissingExtraError: training is not installed.
            InputError: there is no such folder, nothing in it can be used, or something else is under way.
            KickItOutError: the child failed.
        """
        place = self._checked(folder)
        with self._lock:
            self._must_be_idle()
            before, wrong = self._phase, self._error
            child = self._begin("preparing", self._prepare(place), REPORT)
        code = child.wait()
        with self._lock:
            self._ended(child)
            self._phase, self._error = before, wrong
        if code != 0:
            raise failure(code, child.error)
        found: dict[str, Any] = json.loads(child.out.splitlines()[-1])
        return found

    def start(self, folder: str, preset: str | None, minutes: float, start: str | None) -> dict[str, Any]:
        """Prepare a folder and train on it; what was begun with the same preset goes on.

        Raises:
            MissingExtraError, InputError: as `report`, or there is no such preset or model.
        """
        place = self._checked(folder)
        if preset is not None and preset not in preset_names():
            raise InputError("preset", preset[:50], "unknown; choose {known}", known=", ".join(preset_names()))
        if start is not None and start not in models_at_hand():
            raise InputError("start", start[:50], "not a model; choose {known}", known=", ".join(models_at_hand()))
        if not 0.0 < minutes <= 100_000.0:
            raise InputError("minutes", minutes, MINUTES_RANGE)
        job = Job(str(place), preset, minutes, start)
        with self._lock:
            self._must_be_idle()
            self._run(job)
        return self.status()

    def stop(self) -> dict[str, Any]:
        """Ask the child to save and stop. Raises `InputError` where nothing runs."""
        with self._lock:
            if self._child is None or self._phase not in WORKING:
                raise InputError("training", None, "nothing is being trained; start it first")
            self._phase = "stopping"
            self._child.interrupt()
        return self.status()

    def resume(self, minutes: float | None = None) -> dict[str, Any]:
        """Go on with what was stopped, or with what is finished for so many minutes more.

        Raises:
            MissingExtraError: training is not installed.
            InputError: there is nothing to go on with, or something is under way.
        """
        _check_installed()
        with self._lock:
            self._must_be_idle()
            if self._job is None:
                raise InputError("training", None, NOT_YET)
            job = self._job
            if minutes is not None:
                if not 0.0 < minutes <= 100_000.0:
                    raise InputError("minutes", minutes, MINUTES_RANGE)
                rows = self._rows.read(self._run_folder(job) / METRICS_FILE)
                used = max((float(row.get("seconds", 0.0)) for row in rows), default=0.0) / 60.0
                job = Job(job.folder, job.preset, used + minutes, job.start)
            self._run(job)
        return self.status()

    def export(self) -> dict[str, Any]:
        """Make a model of the run as it is now: `kick export` begins, and `models` has it when it has ended.

        Raises:
            MissingExtraError: training is not installed.
            InputError: there is nothing to make a model of, or something is under way.
        """
        _check_installed()
        with self._lock:
            self._must_be_idle()
            job, before = self._job, self._phase
            if job is None or not self._run_folder(job).is_dir():
                raise InputError("training", None, NOT_YET)
            child = self._begin("exporting", self._export(job))
            self._start_thread(self._follow_aside, child, before)
        return self.status()

    def models(self) -> dict[str, Path]:
        """The bundles that were made of runs, by name."""
        return {card.parent.name: card.parent for card in sorted(self.home.glob(f"*/{MODELS}/*/{CARD_FILE}"))}

    def close(self) -> None:
        """Let the child save and stop."""
        with self._lock:
            child, held = self._child, self._held
        if child is not None:
            child.interrupt()
            with suppress(subprocess.TimeoutExpired):
                child.wait(GOODBYE_SECONDS)
        if held is not None:
            held.release()

    # What there is to see

    def status(self) -> dict[str, Any]:
        """What is under way, and the figures so far."""
        elsewhere = self._elsewhere()
        with self._lock:
            job, phase, error = self._job, self._phase, elsewhere or self._error
            rows = [] if job is None else self._rows.read(self._run_folder(job) / METRICS_FILE)
        bundle = None if job is None else self._bundle(job)
        return {
            "phase": phase,
            "error": error,
            "job": None if job is None else asdict(job),
            "presets": preset_names(),
            "models": list(models_at_hand()),
            "metrics": thinned(rows),
            "sheet": None if job is None or (found := self.sheet()) is None else found.stem,
            "kicks": [] if job is None else [path.stem for path in self.kicks()],
            "model": None if bundle is None else bundle.name,
            "bundle": str(bundle) if bundle is not None and bundle.is_dir() else None,
        }

    def sheet(self) -> Path | None:
        """The last picture of what the run makes, or None."""
        job = self._job
        return None if job is None else max((self._run_folder(job) / "sheets").glob("*.png"), default=None)

    def kicks(self) -> list[Path]:
        """The last kicks that the run made to be listened to."""
        job = self._job
        if job is None:
            return []
        last = max((self._run_folder(job) / "audio").glob("*"), default=None)
        return [] if last is None else sorted(last.glob("*.wav"))

    # Children

    def _checked(self, folder: str) -> Path:
        _check_installed()
        try:
            place = Path(folder).expanduser()
            if folder.strip() and place.is_absolute() and place.is_dir():
                return place.resolve()
        except (OSError, ValueError, RuntimeError):  # a name that no file can have, or the home of nobody
            pass
        raise InputError("folder", folder, "does not exist; give the full path of a folder of kicks")

    def _must_be_idle(self) -> None:
        self._own()
        if self._child is not None:
            raise InputError("training", None, "already running; stop it first")

    def _place(self, folder: Path | str) -> Path:
        return self.home / hashlib.sha256(str(folder).encode("utf-8", "surrogateescape")).hexdigest()[:12]

    def _run_folder(self, job: Job) -> Path:
        return runs.latest(self._first_run(job))

    def _first_run(self, job: Job) -> Path:
        return self._place(job.folder) / RUNS / f"{job.preset or 'own'}_{job.start or 'new'}"

    def _prepare(self, folder: Path | str) -> list[str]:
        return ["prepare", str(folder), "-o", str(make_folder(self._place(folder)) / LIBRARY), "--json"]

    def _train(self, job: Job) -> list[str]:
        library = self._place(job.folder) / LIBRARY
        run, earlier = runs.continued(self._first_run(job), library)
        words = ["train", str(library), "-o", str(run), "--minutes", f"{job.minutes:.6g}"]
        if job.preset is not None and not is_run(run):  # a run in the folder goes on with its own settings
            words += ["--preset", job.preset]
        if earlier is not None or job.start is not None:
            words += ["--from", str(earlier or job.start)]
        return [*words, "--json"]

    def _model_name(self, job: Job) -> str:
        """What the model of a run is called: as its folder of kicks, and as no other model."""
        name = re.sub(r"[^a-z0-9]+", "-", Path(job.folder).name.lower()).strip("-")[:LONGEST_NAME] or "own"
        place = self._place(job.folder)
        others = {one for one, path in self.models().items() if path.parents[1] != place}
        return f"{name}-{place.name[:4]}" if name in others or name in models_at_hand() else name

    def _bundle(self, job: Job) -> Path:
        """Where the model of a run lies, if it was made."""
        return self._place(job.folder) / MODELS / self._model_name(job)

    def _export(self, job: Job) -> list[str]:
        run, bundle, library = self._run_folder(job), self._bundle(job), self._place(job.folder) / LIBRARY
        make_folder(bundle.parent)
        words = ["export", str(run), "-o", str(bundle), "--name", bundle.name]
        if runs.fits(run, library):  # else kicks came since, and its own have to do
            words += ["--library", str(library)]
        return [*words, "--json"]

    def _begin(self, phase: Phase, words: list[str], task: str = "") -> Child:
        """Start a verb."""
        self._child = Child.begin(self.home, task or phase, [*self._program, *words])
        self._phase, self._error = phase, None
        return self._child

    def _ended(self, child: Child) -> None:
        child.forget()
        self._child = None

    def _run(self, job: Job) -> None:
        write_text(make_private_folder(self.home) / JOB_FILE, json.dumps(asdict(job)) + "\n", private=True)
        self._job = job
        self._start_thread(self._follow, job, self._begin("preparing", self._prepare(job.folder)))

    def _start_thread(self, work: Callable[..., None], *arguments: object) -> None:
        threading.Thread(target=work, args=arguments, name="training", daemon=True).start()

    def _follow(self, job: Job, child: Child) -> None:
        """Wait for the library, then for the run; keep what became of it."""
        code = child.wait()
        with self._lock:
            if code != 0 or self._phase != "preparing":
                self._end(code, child)
                return
            try:
                told = json.loads(child.out.splitlines()[-1])
            except (IndexError, ValueError):  # it ended well and said nothing: it was no `kick prepare` to its end
                self._end(1, child)
                return
            if few := runs.few_kicks(job.folder, told):
                self._ended(child)
                self._phase, self._error = "failed", few
                return
            try:
                child = self._begin("training", self._train(job))
            except KickItOutError as error:
                self._child, self._phase, self._error = None, "failed", str(error)
                return
        code = child.wait()
        with self._lock:
            self._end(code, child)

    def _follow_aside(self, child: Child, before: Phase) -> None:
        """Wait for a bundle, or a report that nobody waits for any more; what the run is, is as it was before."""
        code = child.wait()
        with self._lock:
            stopped = self._phase == "stopping" or code == STOPPED
            self._ended(child)
            self._phase = before
            if code != 0 and not stopped:
                self._error = str(failure(code, child.error))

    def _end(self, code: int, child: Child) -> None:
        self._ended(child)
        if code == 0 and self._phase != "stopping":
            self._phase = "finished"
        elif self._phase == "stopping" or code == STOPPED:
            self._phase = "stopped"
        else:
            self._phase, self._error = "failed", str(failure(code, child.error))


def _check_installed() -> None:
    if not trainable():
        raise MissingExtraError("training", "train")
