"""The training loop: real kicks in, better networks out, and a run's folder that can be stopped at any moment.

All bookkeeping comes first, then the compute, so that a start and a resume are the same path. Progress is counted in
samples: real kicks shown to the networks, over all processes.
"""

import dataclasses
import math
import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch

from kickitout.errors import InputError, KickItOutError
from kickitout.library.store import Library
from kickitout.system.interrupts import held_signals
from kickitout.system.memory import keep_freed_memory
from kickitout.training.blocks.distributed import World, agree, join_world
from kickitout.training.dcgan.trainer import DcganTrainer
from kickitout.training.kickgan.trainer import KickganTrainer
from kickitout.training.run import checkpoint, draws
from kickitout.training.run import folder as run_folder
from kickitout.training.run.data import describe_data, divide, load_waveforms, shown
from kickitout.training.run.initial_weights import InitialWeights, read_weights
from kickitout.training.run.metrics import Averages, MetricsLog
from kickitout.training.run.threads import Threads
from kickitout.training.run.validation import save_examples
from kickitout.training.settings.dcgan import DcganSettings
from kickitout.training.settings.presets import Settings
from kickitout.training.settings.sections import AS_THEY_ARE
from kickitout.training.settings.wavegan import WaveganSettings
from kickitout.training.trainer import Trainer
from kickitout.training.wavegan.trainer import WaveganTrainer

UNITS = 10_000
"""The least that a progress bar counts to."""

Say = Callable[[str], None]
Progress = Callable[[int, int], None]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a call of `train` ended.

    Attributes:
        samples: real kicks shown to the networks in the run so far.
        finished: whether the budget is used up; False if the run was stopped.
    """

    samples: int
    finished: bool


def build_trainer(settings: Settings, world: World, device: torch.device) -> Trainer:
    """The trainer of the family that `generator.kind` names.

    Args:
        settings: the run's.
        world: this process's place.
        device: where the networks live.

    Raises:
        InputError: the batch cannot be divided among the processes.
    """
    if isinstance(settings, DcganSettings):
        return DcganTrainer(settings, world, device)
    if isinstance(settings, WaveganSettings):
        return WaveganTrainer(settings, world, device)
    return KickganTrainer(settings, world, device)


def choose_device(setting: str) -> torch.device:
    """The device that a setting names. Raises `InputError` for CUDA where there is none."""
    if setting == "cuda" and not torch.cuda.is_available():
        raise InputError("training.device", setting, "torch sees no CUDA device here; set training.device=cpu")
    if setting == "auto":
        setting = "cuda" if torch.cuda.is_available() else "cpu"
    if setting == "cpu":
        return torch.device("cpu")
    # Products in TF32, as convolutions are by default; and the quickest convolution of each shape is looked for once.
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.benchmark = True
    return torch.device(setting, int(os.environ.get("LOCAL_RANK", "0")))


VALIDATION_COST = 4
"""A validation comes after so many real kicks for each that it generates, at the earliest, and a checkpoint after one.
An epoch of a few kicks is over with every step: without this, their run would spend its time on looking."""


def crossed(before: int, after: int, every: float) -> bool:
    """Whether a multiple of `every` lies in (before, after]."""
    return math.floor(after / every) > math.floor(before / every)


class Session:
    """One call of `train`: from opening the run's folder to its last line.

    Args:
        library: what to train on.
        folder: of the run, new or to be resumed.
        settings: the resolved settings.
        weights: a run, a file of weights or a bundle to start a new run from, or None.
        say: receives messages for people.
        until_end: holds what is given back when the session ends: the lock of the run's folder, torch's threads.
    """

    def __init__(
        self,
        library: Library,
        folder: Path,
        settings: Settings,
        weights: Path | None,
        say: Say,
        until_end: ExitStack,
    ) -> None:
        self.settings, self.folder, self.say = settings, folder, say
        training = settings.training
        if training.threads:
            torch.set_num_threads(training.threads)
        keep_freed_memory()
        device = choose_device(training.device)
        self.world = join_world(device)
        self.threads = Threads(free=not training.threads and device.type == "cpu" and self.world.size == 1)
        until_end.callback(self.threads.restore)
        division = divide(library, settings.data, training.seed)
        self.remarks = (division.remark,) if division.remark else ()
        material = getattr(settings, "material", AS_THEY_ARE)
        data = describe_data(library, division, settings.data)
        if material.synthesised:
            data["synthesised"] = material.synthesised
        self.record = run_folder.RunRecord(settings, data)
        initial = None if weights is None else read_weights(weights)
        self.trainer = build_trainer(settings, self.world, device)
        self.log: MetricsLog | None = None
        self._said = False
        self._open(until_end)
        self._start(initial)
        self.shown = shown(library, division.train, material, training.seed)
        held_out = load_waveforms(library, division.validation)
        self.trainer.prepare(self.shown.kicks, held_out, self.shown.weights)
        self.epoch = len(division.train)
        for remark in self.remarks:
            say(remark)

    def _open(self, until_end: ExitStack) -> None:
        if self.world.leads:  # before anything is read: another process may be writing it
            until_end.enter_context(run_folder.open_folder(self.folder))
        self.resumes = run_folder.is_run(self.folder)
        if self.resumes:
            run_folder.check_same_run(run_folder.read_record(self.folder), self.record, self.folder)
        if self.world.leads:
            run_folder.write_record(self.folder, self.record)

    def _start(self, initial: InitialWeights | None) -> None:
        self.seconds_before = 0.0
        self.samples_before = 0
        self.best: float | None = None
        latest = run_folder.latest_state(self.folder) if self.resumes else None
        if latest is not None:
            tensors, state = checkpoint.load_checkpoint(latest)
            try:
                self.trainer.restore(tensors, state, latest)
                warnings = _changes(state, self.trainer.device)
                self.seconds_before = state["seconds"]
            except (KeyError, TypeError, IndexError, RuntimeError) as error:
                raise checkpoint.damaged(latest, error) from error
            for warning in warnings:
                self.say(f"warning: {warning}")
            self.samples_before = state.get("samples_before", 0)
            self.best = state.get("best")
            self.say(f"resuming {self.folder} at {self.trainer.samples} samples")
        elif initial is not None:
            self.trainer.load_weights(initial.tensors, initial.source)
            self.samples_before = initial.samples
            self.say(f"starting from the weights of {initial.source}")

    def train(self, progress: Progress) -> Outcome:
        """Train until the budget is used up or the run is stopped; the last state is always saved."""
        trainer, training = self.trainer, self.settings.training
        start, begun = time.monotonic(), trainer.samples  # however short the time, one step is made
        averages = Averages()
        self.log = MetricsLog(self.folder, trainer.samples) if self.world.leads else None
        checkpoint_every = max(training.checkpoint_every_epochs * self.epoch, training.spread_kicks)
        validate_every = max(training.validate_every_epochs * self.epoch, VALIDATION_COST * training.spread_kicks)

        def seconds() -> float:
            return self.seconds_before + time.monotonic() - start

        def write_averages() -> str:
            """Write a line; return what is wrong with it, or nothing."""
            values = averages.take()
            if values and self.log is not None:
                self.log.write("train", trainer.samples, self._where(seconds()) | values)
            return _divergence(values, trainer.samples)

        try:
            with held_signals(signal.SIGINT, signal.SIGTERM) as stop_wanted:
                while not (finished := self._used_up(time.monotonic() - start if trainer.samples > begun else 0.0)):
                    if agree(stop_wanted(), trainer.device):
                        break
                    self._share_processors(seconds())
                    before = trainer.samples
                    averages.add(trainer.step(torch.tensor(self._indices(before)[trainer.share])))
                    after = trainer.samples
                    done = self._used_up(time.monotonic() - start)
                    save = crossed(before, after, checkpoint_every) or done
                    alarm = ""
                    if save or crossed(before, after, training.log_every):
                        # A checkpoint closes a line, so that a resumed run's lines are an uninterrupted run's.
                        alarm = write_averages()
                    if not alarm and (crossed(before, after, validate_every) or done):
                        alarm = self._validate(seconds())
                    if agree(bool(alarm), trainer.device):
                        averages.take()
                        self._rescue(alarm or "another process raised an alarm", seconds())
                    elif save:
                        self._save(seconds())
                    progress(*self._progress(time.monotonic() - start))
                if not finished:
                    if alarm := write_averages():
                        raise _lost(alarm)
                    self._save(seconds())
        finally:
            if self.log is not None:
                self.log.close()
        return Outcome(trainer.samples, finished)

    def _indices(self, samples: int) -> list[int]:
        """The kicks of the batch after `samples` samples, as places in those shown."""
        training, weights = self.settings.training, self.shown.weights
        if weights is None:
            return draws.batch_indices(training.seed, samples, training.batch_size, self.epoch)
        return draws.weighted_indices(training.seed, samples, training.batch_size, weights)

    def _share_processors(self, seconds: float) -> None:
        """Leave processors to other work, or take them back; the metrics say from where on."""
        if (note := self.threads.look()) and self.log is not None:
            self.say(note)
            values = self._where(seconds) | {"threads": torch.get_num_threads()}
            self.log.write("threads", self.trainer.samples, values)

    def _where(self, seconds: float) -> dict[str, Any]:
        samples = self.trainer.samples
        return {"step": self.trainer.step_count, "epoch": samples / self.epoch, "seconds": round(seconds, 3)}

    def _limits(self, seconds: float) -> list[tuple[float, float]]:
        """(used, limit) of each limit of the budget that holds."""
        budget, samples = self.settings.budget, self.trainer.samples
        pairs = [(samples, budget.samples), (samples / self.epoch, budget.epochs), (seconds, 60 * budget.minutes)]
        return [(used, limit) for used, limit in pairs if limit > 0]

    def _used_up(self, seconds: float) -> bool:
        over = any(used >= limit for used, limit in self._limits(seconds))
        return agree(over, self.trainer.device)

    def _progress(self, seconds: float) -> tuple[int, int]:
        """(done, total) in steps so fine that the rate of the last seconds shows in them."""
        used, limit = max(self._limits(seconds), key=lambda pair: pair[0] / pair[1])
        total = max(round(limit), UNITS)
        return round(total * used / limit), total

    def _validate(self, seconds: float) -> str:
        """Validate, log the figures, keep the state if it is the best; return what is wrong, or nothing."""
        if self.log is None:
            return ""
        samples, where = self.trainer.samples, self._where(seconds)
        found = self.trainer.validate()
        remarks = (*self.remarks, *found.left_out)
        self.log.write("validation", samples, where | found.values | ({"remarks": remarks} if remarks else {}))
        missing = save_examples(self.folder, samples, found.waveforms)
        better = found.figure is not None and not found.alarm and (self.best is None or found.figure < self.best)
        self.say(
            f"epoch {where['epoch']:.1f}, {samples} samples, {where['seconds']:.0f} s: {found.sentence}"
            + (" (the best so far)" if better else "")
            + (f" (not installed here, so not written: {', '.join(missing)})" if missing else "")
        )
        if found.left_out and not self._said:
            self._said = True
            self.say("; ".join(found.left_out))
        if found.figure is None and not found.alarm:
            # A best state of a time when fewer kicks were compared is none.
            self.best = None
            run_folder.best_path(self.folder).unlink(missing_ok=True)
        if better:
            self.best = found.figure
            full = self.trainer.weights() | self.trainer.moments()
            checkpoint.save_checkpoint(run_folder.best_path(self.folder), full, self._state(seconds))
        return found.alarm and f"{found.alarm} after {samples} samples"

    def _rescue(self, alarm: str, seconds: float) -> None:
        """Go back to the best state and on from there, or raise `KickItOutError`."""
        trainer, best = self.trainer, run_folder.best_path(self.folder)
        if not best.is_file() or not trainer.rescue(*checkpoint.load_checkpoint(best), best):
            raise _lost(alarm)
        self.say(f"{alarm}: back to the best state, after {trainer.samples} samples, and on with care")
        if self.log is not None:
            self.log.close()
            self.log = MetricsLog(self.folder, trainer.samples)
            self.log.write("rescue", trainer.samples, self._where(seconds) | {"reason": alarm})
        if self.world.leads:
            run_folder.forget_states_after(self.folder, trainer.samples)
        self._save(seconds)

    def _state(self, seconds: float) -> dict[str, Any]:
        state = self.trainer.state() | _machine(self.trainer.device)
        before = {"seconds": seconds, "samples_before": self.samples_before}
        return state | before | {"settings": self.record.settings.preset, "best": self.best}

    def _save(self, seconds: float) -> None:
        if not self.world.leads:
            return
        trainer, state = self.trainer, self._state(seconds)
        weights = trainer.weights()
        if self.settings.training.keep_weights:
            checkpoint.save_checkpoint(run_folder.weights_path(self.folder, trainer.samples), weights, state)
        full = weights | trainer.moments()
        checkpoint.save_checkpoint(run_folder.state_path(self.folder, trainer.samples), full, state)
        run_folder.forget_old_states(self.folder)


def _machine(device: torch.device) -> dict[str, Any]:
    """What the last bits of a run depend on, apart from its state."""
    return {"torch": torch.__version__, "threads": torch.get_num_threads(), "device": device.type}


def _changes(state: dict[str, Any], device: torch.device) -> list[str]:
    """Why a run resumed from `state` may differ from an uninterrupted one, one sentence each."""
    return [
        f"the run was trained with {key} {state[key]}, this is {now}: the result may differ in the last bits"
        for key, now in _machine(device).items()
        if state[key] != now
    ]


def _divergence(values: dict[str, float], samples: int) -> str:
    """The fault in a line of figures, or an empty text."""
    wrong = [(name, value) for name, value in values.items() if not math.isfinite(value)]
    return f"training has diverged: {wrong[0][0]} is {wrong[0][1]} after {samples} samples" if wrong else ""


def _lost(alarm: str) -> KickItOutError:
    return KickItOutError(
        f"{alarm}; lower the learning rates (optimizer.generator_rate=...) and start from an earlier checkpoint"
    )


def train(
    library: Library,
    folder: Path,
    settings: Settings,
    *,
    weights: Path | None = None,
    say: Say = lambda text: None,
    progress: Progress = lambda done, total: None,
) -> Outcome:
    """Train on `library` into the run `folder`; a run that is there already is resumed.

    Args:
        library: a prepared library.
        folder: of the run.
        settings: resolved settings.
        weights: a run's folder or a weights file to start a new run from.
        say: receives messages for people.
        progress: called with (done, total) after each step.

    Raises:
        InputError: settings, library and folder do not fit together.
        KickItOutError: training diverged, a checkpoint is damaged, or the machine refuses to write.
    """
    # Numbers next to nothing cost a CPU a hundred times as much as others, and the tails of kicks are full of them.
    # First of all, as threads inherit it.
    torch.set_flush_denormal(True)
    try:
        with ExitStack() as until_end:
            return Session(library, folder, settings, weights, say, until_end).train(progress)
    finally:
        torch.set_flush_denormal(False)
