"""The sections of settings that all families of networks share, and the checks that all sections use."""

from collections.abc import Sequence
from dataclasses import dataclass

from kickitout.errors import InputError


def one_of(key: str, value: str, allowed: Sequence[str]) -> None:
    """Raise `InputError`, naming the key, unless a value is among some."""
    if value not in allowed:
        raise InputError(key, value, "unknown; choose {known}", known=" or ".join(allowed))


def within(key: str, value: float, low: float, high: float) -> None:
    """Raise `InputError`, naming the key, unless a value is between two others."""
    if not low <= value <= high:  # also false for NaN
        raise InputError(key, value, "out of range; give {low:g} to {high:g}", low=low, high=high)


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """Which kicks train and which validate."""

    division: str
    """"plain": the draft's random division by file, drawn from the library's `train` and `validation` splits (the
    others stay held out for evaluation). "kit": the library's own `train` and `validation` splits."""

    training_share: float
    """Share of the kicks that train, with the plain division."""

    licence_classes: tuple[str, ...]
    """Only these licence classes; empty for all."""

    def __post_init__(self) -> None:
        one_of("data.division", self.division, ("plain", "kit"))
        within("data.training_share", self.training_share, 0.05, 0.95)


@dataclass(frozen=True, kw_only=True)
class MaterialSettings:
    """What is shown beside the library's kicks, and how often each kick is."""

    taste: float
    """0 to 1: how much more seldom a kick is shown that fails the rules of taste (`kickitout.measure.taste`): at 0 as
    often as the others, at 1 never."""

    synthesised: int
    """Kicks of our own synthesis that train beside those of the library; 0 for none."""

    synthesised_share: float
    """Share of these among the kicks shown."""

    def __post_init__(self) -> None:
        within("material.taste", self.taste, 0.0, 1.0)
        within("material.synthesised", self.synthesised, 0, 100_000)
        within("material.synthesised_share", self.synthesised_share, 0.0, 0.99)


AS_THEY_ARE = MaterialSettings(taste=0.0, synthesised=0, synthesised_share=0.0)
"""Of runs from before there was such a section: the library's kicks, all alike."""


@dataclass(frozen=True, kw_only=True)
class AveragingSettings:
    """Averaged weights of the generator."""

    half_life: int
    """Samples shown to the networks after which a weight's influence has halved; 0 keeps no average."""

    def __post_init__(self) -> None:
        within("averaging.half_life", self.half_life, 0, 10**12)


@dataclass(frozen=True, kw_only=True)
class BudgetSettings:
    """When a run ends: at the first limit that is reached. Only these settings may change when a run is resumed."""

    samples: int
    """Real kicks shown to the networks; 0 for no limit."""

    epochs: float
    """Passes over the training kicks; 0 for no limit."""

    minutes: float
    """Minutes of wall-clock time of this call; 0 for no limit."""

    def __post_init__(self) -> None:
        within("budget.samples", self.samples, 0, 10**15)
        within("budget.epochs", self.epochs, 0, 1e9)
        within("budget.minutes", self.minutes, 0, 1e7)
        if not (self.samples or self.epochs or self.minutes):
            raise InputError("budget", None, "the run would never end; give {samples}, {epochs} or {minutes}")


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """How the loop runs."""

    seed: int
    """Seed of everything random in the run."""

    batch_size: int
    """Kicks a step, over all processes."""

    precision: str
    """"float32", "float64", or "bfloat16" (mixed: bfloat16 products, float32 weights)."""

    device: str
    """"auto" (CUDA where there is one), "cpu" or "cuda"."""

    threads: int
    """Threads of torch on the CPU; 0: torch's own choice, fewer while other work keeps the processors busy."""

    log_every: int
    """Samples shown to the networks between two lines of training figures."""

    validate_every_epochs: float
    """Epochs between two validations."""

    validation_kicks: int
    """Kicks in the picture and the audio of a validation."""

    spread_kicks: int
    """Generated kicks whose spread is measured at a validation."""

    checkpoint_every_epochs: float
    """Epochs between two checkpoints; the weights of each are kept."""

    keep_weights: bool
    """Keep the weights of every checkpoint for later study (without the optimizers' state)."""

    alarm_spread: float
    """The collapse alarm: the spread of generated kicks below this share of the real one."""

    def __post_init__(self) -> None:
        within("training.seed", self.seed, 0, 2**63 - 1)
        within("training.batch_size", self.batch_size, 2, 65_536)
        one_of("training.precision", self.precision, ("float32", "float64", "bfloat16"))
        one_of("training.device", self.device, ("auto", "cpu", "cuda"))
        within("training.threads", self.threads, 0, 1024)
        within("training.log_every", self.log_every, 1, 10**12)
        within("training.validate_every_epochs", self.validate_every_epochs, 0.001, 1e9)
        within("training.validation_kicks", self.validation_kicks, 1, 256)
        within("training.spread_kicks", self.spread_kicks, 2, 65_536)
        within("training.checkpoint_every_epochs", self.checkpoint_every_epochs, 0.001, 1e9)
        within("training.alarm_spread", self.alarm_spread, 0.0, 1.0)
