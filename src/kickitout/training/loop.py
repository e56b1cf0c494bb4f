"""The training loop: real kicks in, better networks out, and a run's folder that can be stopped at any moment.

All bookkeeping comes first, then the compute, so that a start and a resume are the same path. Progress is counted in
samples: real kicks shown to the discriminator, over all processes.
"""

import dataclasses
import math
import os
import signal
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from kickitout.errors import InputError, KickItOutError
from kickitout.interrupts import held_signals
from kickitout.library.store import Library
from kickitout.training import checkpoint, draws, run, validation
from kickitout.training.augmentation import Augmentation
from kickitout.training.averaging import AveragedWeights
from kickitout.training.data import as_float, describe_data, divide, load_waveforms
from kickitout.training.distributed import World, agree, average_gradients, join_world
from kickitout.training.metrics import Averages, MetricsLog
from kickitout.training.networks.base import Discriminator, Generator, gradients_wanted
from kickitout.training.networks.dcgan import build_discriminator, build_generator
from kickitout.training.objective import Moment, Objective
from kickitout.training.representations.base import Representation
from kickitout.training.representations.loudness_image import LoudnessImage
from kickitout.training.settings import Settings

DTYPES = {"float32": torch.float32, "float64": torch.float64, "bfloat16": torch.float32}
"""Precision settings to the type of weights and data; "bfloat16" is mixed precision over float32."""

Network = TypeVar("Network", bound=nn.Module)
Say = Callable[[str], None]
Progress = Callable[[int, int], None]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a call of `train` ended.

    Attributes:
        samples: real kicks shown in the run so far.
        finished: the budget is used up; False when somebody stopped it.
    """

    samples: int
    finished: bool


def channels_last(network: Network) -> Network:
    """Lay a network's weights out channels last: what the CPU's and the GPU's convolutions are fastest with."""
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack it
    return network


class Networks:
    """All that learns: generator, discriminators, their optimizers, averaged weights.

    Args:
        settings: the run's.
        representation: gives the networks their shape.
        device: where they live.
    """

    def __init__(self, settings: Settings, representation: Representation, device: torch.device) -> None:
        dtype = DTYPES[settings.training.precision]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.training.seed)
            generator: Generator = build_generator(settings.generator, representation.shape)
            discriminator: Discriminator = build_discriminator(settings.discriminator, representation.shape)
        self.generator: Generator = channels_last(generator.to(device, dtype))
        discriminator = channels_last(discriminator.to(device, dtype))
        self.discriminators = nn.ModuleDict({"image": discriminator})
        self.averaged: AveragedWeights | None = None
        if settings.averaging.half_life:
            self.averaged = AveragedWeights(self.generator, settings.averaging.half_life)
        optimizer = settings.optimizer
        betas = (optimizer.beta1, optimizer.beta2)
        self.generator_optimizer = torch.optim.Adam(self.generator.parameters(), optimizer.generator_rate, betas)
        self.discriminator_optimizer = torch.optim.Adam(
            self.discriminators.parameters(), optimizer.discriminator_rate, betas
        )

    @property
    def best_generator(self) -> Generator:
        """The averaged generator where there is one."""
        if self.averaged is None:
            return self.generator
        assert isinstance(self.averaged.network, Generator)
        return self.averaged.network

    def weights(self) -> dict[str, Tensor]:
        """All networks' tensors by name."""
        tensors = checkpoint.prefixed("generator", self.generator.state_dict())
        tensors |= checkpoint.prefixed("discriminators", self.discriminators.state_dict())
        if self.averaged is not None:
            tensors |= checkpoint.prefixed("averaged", self.averaged.network.state_dict())
        return tensors

    def load_weights(self, tensors: dict[str, Tensor], source: Path) -> None:
        """Take in `weights()`. Raises `InputError` if they do not fit."""
        checkpoint.load_network(self.generator, checkpoint.part(tensors, "generator"), source)
        checkpoint.load_network(self.discriminators, checkpoint.part(tensors, "discriminators"), source)
        if self.averaged is not None:
            # A run without an average starts its average from its weights.
            average = checkpoint.part(tensors, "averaged") or checkpoint.part(tensors, "generator")
            checkpoint.load_network(self.averaged.network, average, source)

    def moments(self) -> dict[str, Tensor]:
        """Both optimizers' tensors by name."""
        return {
            **checkpoint.prefixed("generator_optimizer", checkpoint.optimizer_tensors(self.generator_optimizer)),
            **checkpoint.prefixed(
                "discriminator_optimizer", checkpoint.optimizer_tensors(self.discriminator_optimizer)
            ),
        }

    def load_moments(self, tensors: dict[str, Tensor]) -> None:
        """Take in `moments()`."""
        checkpoint.load_optimizer(self.generator_optimizer, checkpoint.part(tensors, "generator_optimizer"))
        checkpoint.load_optimizer(self.discriminator_optimizer, checkpoint.part(tensors, "discriminator_optimizer"))


class Trainer:
    """One step after the other: the part of the loop that computes.

    Args:
        settings: the run's.
        world: this process's place.
        device: where the networks live.
    """

    def __init__(self, settings: Settings, world: World, device: torch.device) -> None:
        self.settings = settings
        self.device = device
        self.share = world.share(settings.training.batch_size)
        self.dtype = DTYPES[settings.training.precision]
        self.representation: Representation = LoudnessImage()
        self.networks = Networks(settings, self.representation, device)
        self.augmentation = Augmentation(settings.augmentation)
        self.objective = Objective(settings.loss, self.augmentation)
        self.samples = 0
        self.step_count = 0

    def step(self, waveforms: Tensor) -> dict[str, Tensor]:
        """Show this process's share of a batch, int16 (share, 2, n), to the networks and improve them.

        Returns:
            Losses and terms by name, detached, this process's mean.
        """
        training, networks = self.settings.training, self.networks
        batch_size = training.batch_size
        moment = Moment(training.seed, self.samples, self.step_count, batch_size, self.share)
        with torch.no_grad():
            real = self.representation.encode(as_float(waveforms.to(self.device), self.dtype))
        latent = moment.latents("latent", networks.generator.latent_size, real)
        with self._precision():
            fake = networks.generator(latent)

        # Discriminators
        gradients_wanted(networks.discriminators, True)
        with self._precision():
            terms, sure = self.objective.discriminator_terms(networks.discriminators, real, fake.detach(), moment)
        figures = _improve(networks.discriminator_optimizer, networks.discriminators, terms, "discriminator")

        # Generator
        gradients_wanted(networks.discriminators, False)
        with self._precision():
            terms = self.objective.generator_terms(networks.discriminators, real, fake, latent, moment)
        figures |= _improve(networks.generator_optimizer, networks.generator, terms, "generator")

        self.samples += batch_size
        self.step_count += 1
        if self.augmentation.settings.target > 0:
            self.augmentation.adapt(float(sure), batch_size)
            figures["augmentation/strength"] = torch.tensor(self.augmentation.strength)
        if networks.averaged is not None:
            networks.averaged.update(networks.generator, batch_size, self.samples)
        return figures

    def _precision(self) -> Any:
        if self.settings.training.precision == "bfloat16":
            return torch.autocast(self.device.type, torch.bfloat16)
        return nullcontext()

    def state(self) -> dict[str, Any]:
        """What a checkpoint's header says."""
        return {
            "samples": self.samples,
            "step": self.step_count,
            "augmentation_strength": self.augmentation.strength,
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
            "device": self.device.type,
        }

    def restore(self, tensors: dict[str, Tensor], state: dict[str, Any], source: Path) -> list[str]:
        """Become what a checkpoint says.

        Returns:
            Why the resumed run may differ from an uninterrupted one in the last bits, one sentence each.
        """
        self.networks.load_weights(tensors, source)
        self.networks.load_moments(tensors)
        self.samples = state["samples"]
        self.step_count = state["step"]
        self.augmentation.strength = state["augmentation_strength"]
        now = self.state()
        return [
            f"the run was trained with {key} {state[key]}, this is {now[key]}: the result may differ in the last bits"
            for key in ("torch", "threads", "device")
            if state[key] != now[key]
        ]


def _improve(
    optimizer: torch.optim.Optimizer, network: nn.Module, terms: dict[str, Tensor], name: str
) -> dict[str, Tensor]:
    """One optimizer step on the sum of `terms`; returns the loss and its terms, detached."""
    total = torch.stack(list(terms.values())).sum()
    optimizer.zero_grad(set_to_none=True)
    total.backward()  # type: ignore[no-untyped-call]
    average_gradients(network.parameters())
    optimizer.step()
    figures = {f"term/{name}_{term}": value.detach() for term, value in terms.items()}
    return {f"loss/{name}": total.detach(), **figures}


def choose_device(setting: str) -> torch.device:
    """The device that a setting names. Raises `InputError` for CUDA where there is none."""
    if setting == "cuda" and not torch.cuda.is_available():
        raise InputError("training.device=cuda: torch sees no CUDA device here; use training.device=cpu")
    if setting == "auto":
        setting = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(setting, int(os.environ.get("LOCAL_RANK", "0"))) if setting == "cuda" else torch.device("cpu")


def crossed(before: int, after: int, every: float) -> bool:
    """Whether a multiple of `every` lies in (before, after]."""
    return math.floor(after / every) > math.floor(before / every)


class Session:
    """One call of `train`: from opening the run's folder to its last line.

    Args:
        library: what to train on.
        folder: of the run, new or to be resumed.
        settings: the resolved settings.
        weights: a file of weights to start a new run from, or None.
        say: takes sentences for people.
    """

    def __init__(self, library: Library, folder: Path, settings: Settings, weights: Path | None, say: Say) -> None:
        self.settings, self.folder, self.say = settings, folder, say
        training = settings.training
        if training.threads:
            torch.set_num_threads(training.threads)
        device = choose_device(training.device)
        self.world = join_world(device)
        division = divide(library, settings.data, training.seed)
        self.record = run.RunRecord(settings, describe_data(library, division, settings.data))
        source = None if weights is None else run.resolve_weights(weights)
        self.trainer = Trainer(settings, self.world, device)
        self._open()
        self._start(source)
        self.kicks = load_waveforms(library, division.train)
        if device.type == "cuda":
            self.kicks = self.kicks.to(device)
        self.epoch = len(division.train)
        self._prepare_validation(load_waveforms(library, division.validation))

    def _open(self) -> None:
        self.resumes = run.is_run(self.folder)
        if self.resumes:
            run.check_same_run(run.read_record(self.folder), self.record, self.folder)
        if self.world.leads:
            run.open_folder(self.folder)
            run.write_record(self.folder, self.record)

    def _start(self, source: Path | None) -> None:
        self.seconds_before = 0.0
        latest = run.latest_state(self.folder) if self.resumes else None
        if latest is not None:
            tensors, state = checkpoint.load_checkpoint(latest)
            for warning in self.trainer.restore(tensors, state, latest):
                self.say(f"warning: {warning}")
            self.seconds_before = state["seconds"]
            self.say(f"resuming {self.folder} at {self.trainer.samples} samples")
        elif source is not None:
            self.trainer.networks.load_weights(checkpoint.load_checkpoint(source)[0], source)
            self.say(f"starting from the weights of {source}")

    def _prepare_validation(self, held_out: Tensor) -> None:
        trainer, training = self.trainer, self.settings.training
        self.held_out = validation.encode_all(trainer.representation, held_out, trainer.device, trainer.dtype)
        some = self.kicks[draws.batch_indices(training.seed, 0, min(training.spread_kicks, self.epoch), self.epoch)]
        real = validation.encode_all(trainer.representation, some, trainer.device, trainer.dtype)
        self.real_spread = validation.spread(real)
        size = trainer.networks.generator.latent_size
        latents = draws.latents(training.seed, "examples", 0, (training.spread_kicks, size))
        pictured = min(training.validation_kicks, training.spread_kicks)
        self.examples = validation.Examples(latents.to(trainer.device, trainer.dtype), pictured)

    def train(self, progress: Progress) -> Outcome:
        """Train until the budget is used up or somebody stops it; the last state is always saved."""
        trainer, training = self.trainer, self.settings.training
        start = time.monotonic()
        averages = Averages()
        log = MetricsLog(self.folder, trainer.samples) if self.world.leads else None
        checkpoint_every = max(training.checkpoint_every_epochs * self.epoch, 1.0)
        validate_every = max(training.validate_every_epochs * self.epoch, 1.0)

        def seconds() -> float:
            return self.seconds_before + time.monotonic() - start

        def write_averages() -> None:
            values = averages.take()
            if values and log is not None:
                log.write("train", trainer.samples, self._where(seconds()) | values)
            _refuse_divergence(values, trainer.samples)

        try:
            with held_signals(signal.SIGINT, signal.SIGTERM) as stop_wanted:
                while not (finished := self._used_up(time.monotonic() - start)):
                    if agree(stop_wanted(), trainer.device):
                        break
                    before = trainer.samples
                    indices = draws.batch_indices(training.seed, before, training.batch_size, self.epoch)
                    averages.add(trainer.step(self.kicks[indices[trainer.share]]))
                    after = trainer.samples
                    done = self._used_up(time.monotonic() - start)
                    save = crossed(before, after, checkpoint_every) or done
                    if save or crossed(before, after, training.log_every):
                        # A checkpoint closes a line, so that a resumed run's lines are an uninterrupted run's.
                        write_averages()
                    if crossed(before, after, validate_every) or done:
                        self._validate(log, seconds())
                    if save:
                        self._save(seconds())
                    progress(*self._progress(time.monotonic() - start))
                if not finished:
                    write_averages()
                    self._save(seconds())
        finally:
            if log is not None:
                log.close()
        return Outcome(trainer.samples, finished)

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
        used, limit = max(self._limits(seconds), key=lambda pair: pair[0] / pair[1])
        return round(1000 * used / limit), 1000

    def _validate(self, log: MetricsLog | None, seconds: float) -> None:
        if log is None:
            return
        trainer, networks = self.trainer, self.trainer.networks
        images = validation.generate_all(networks.best_generator, self.examples.latents)
        values = validation.validation_losses(
            networks.discriminators, trainer.objective.adversarial, self.held_out, images[: len(self.held_out)]
        )
        made = validation.spread(images)
        ratio = made / self.real_spread if self.real_spread > 0 else float("nan")
        values |= {"spread/generated": made, "spread/real": self.real_spread, "spread/ratio": ratio}
        collapsed = ratio < self.settings.training.alarm_spread
        where = self._where(seconds)
        log.write("validation", trainer.samples, where | values | {"alarm/collapse": collapsed})
        missing = self.examples.save(self.folder, trainer.samples, trainer.representation, images)
        self.say(
            f"epoch {where['epoch']:.1f}, {trainer.samples} samples, {where['seconds']:.0f} s: "
            f"validation loss generator {values['validation/generator']:.3f}, "
            f"discriminator {values['validation/discriminator']:.3f}, spread {made:.3f} of {self.real_spread:.3f}"
            + (" (alarm: the generator has collapsed, its kicks are nearly all the same)" if collapsed else "")
            + (f" (not installed here, so not written: {', '.join(missing)})" if missing else "")
        )

    def _save(self, seconds: float) -> None:
        if not self.world.leads:
            return
        trainer, networks = self.trainer, self.trainer.networks
        state = trainer.state() | {"seconds": seconds, "settings": self.record.settings.preset}
        weights = networks.weights()
        if self.settings.training.keep_weights:
            checkpoint.save_checkpoint(run.weights_path(self.folder, trainer.samples), weights, state)
        full = weights | networks.moments()
        checkpoint.save_checkpoint(run.state_path(self.folder, trainer.samples), full, state)
        run.forget_old_states(self.folder)


def _refuse_divergence(values: dict[str, float], samples: int) -> None:
    for name, value in values.items():
        if not math.isfinite(value):
            raise KickItOutError(
                f"training has diverged: {name} is {value} after {samples} samples; lower the learning rates "
                "(--set optimizer.generator_rate=...) and start from an earlier checkpoint with --from"
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
        say: takes sentences for people.
        progress: called with (done, total) after each step.

    Raises:
        InputError: settings, library and folder do not fit together.
        KickItOutError: training diverged, a checkpoint is damaged, or the machine refuses to write.
    """
    return Session(library, folder, settings, weights, say).train(progress)
