"""The settings of the flagship's family, `kickgan`. Sections that all families share are in `sections`."""

from dataclasses import dataclass

from kickitout.errors import InputError
from kickitout.sound.spectrogram import N_FRAMES
from kickitout.training.settings.sections import (
    AveragingSettings,
    BudgetSettings,
    DataSettings,
    MaterialSettings,
    TrainingSettings,
    one_of,
    within,
)

LEVELS = 5
"""Levels of the generator: 11, 22, 44, 88 and 176 frames."""

FRAMES = tuple(N_FRAMES >> (LEVELS - 1 - level) for level in range(LEVELS))
"""Frames at each level."""

HEADS = 4
"""Heads of self-attention: they divide every number of channels."""

CRITIC_LAYERS = 4


@dataclass(frozen=True, kw_only=True)
class KickganGeneratorSettings:
    """The generator's shape."""

    kind: str
    """"kickgan"."""

    latent_size: int
    """Numbers in a latent."""

    channels: tuple[int, ...]
    """Channels at 11, 22, 44, 88 and 176 frames."""

    attention: tuple[int, ...]
    """Numbers of frames at which self-attention stands; empty for none."""

    style_size: int
    """Numbers in a style."""

    def __post_init__(self) -> None:
        one_of("generator.kind", self.kind, ("kickgan",))
        within("generator.latent_size", self.latent_size, 1, 1024)
        within("generator.style_size", self.style_size, 1, 4096)
        _widths("generator.channels", self.channels, LEVELS)
        if not set(self.attention) <= set(FRAMES):
            known = ", ".join(map(str, FRAMES))
            raise InputError("generator.attention", list(self.attention), "choose from {known}", known=known)


@dataclass(frozen=True, kw_only=True)
class EncoderSettings:
    """The encoder's shape, and the price of information in its codes."""

    channels: int
    """Channels of all layers."""

    divergence: float
    """Weight of the Kullback-Leibler divergence of codes from the standard normal distribution."""

    def __post_init__(self) -> None:
        _widths("encoder.channels", (self.channels,), 1)
        within("encoder.divergence", self.divergence, 0.0, 1e3)


@dataclass(frozen=True, kw_only=True)
class CriticSettings:
    """The critics' shape. Critics are built only by runs that reach their stage."""

    channels: tuple[int, ...]
    """Channels behind each halving convolution, for all critics of waveforms alike."""

    parts_channels: int
    """Channels of the critic of the parts of kicks; 0 for none."""

    at_once: int
    """How many of the four critics of whole waveforms take part in a step, in turns."""

    def __post_init__(self) -> None:
        _widths("critics.channels", self.channels, CRITIC_LAYERS)
        if self.parts_channels:
            _widths("critics.parts_channels", (self.parts_channels,), 1)
        if self.at_once not in (1, 2, 4):
            raise InputError("critics.at_once", self.at_once, "out of range; give 1, 2 or 4")


@dataclass(frozen=True, kw_only=True)
class PriorSettings:
    """The mixture of Gaussians over the codes of the training kicks; one Gaussian of all where the kicks are fewer than
    the numbers of a code."""

    components: int
    """How many Gaussians, at most a quarter as many as there are kicks."""

    ridge: float
    """Added to all variances."""

    shrinkage: float
    """0 to 1: how far each covariance is moved to that of all codes."""

    def __post_init__(self) -> None:
        within("prior.components", self.components, 1, 4096)
        within("prior.ridge", self.ridge, 1e-9, 1e3)
        within("prior.shrinkage", self.shrinkage, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class ReconstructionSettings:
    """The warm start: an auto-encoder that learns likelihoods."""

    warm_samples: int
    """Samples shown to the networks in the warm start."""

    rate: float
    """Learning rate; it falls linearly to a tenth."""

    deterministic: float
    """Weight of the likelihood of the predicted spectrum."""

    powers: float
    """Weight of the likelihood of the pooled powers."""

    silence: float
    """Weight of sound where there should be silence."""

    amplitude: float
    """Weight of the body's log amplitude."""

    frequency: float
    """Weight of the body's frequency."""

    drift: float
    """Weight of the body's phase along the kick."""

    start_phase: float
    """Weight of the body's phase at the start."""

    attack: float
    """Weight of the attack's log gain."""

    wide: float
    """Weight of there being a side; also while draws are scored."""

    def __post_init__(self) -> None:
        within("reconstruction.warm_samples", self.warm_samples, 0, 10**12)
        within("reconstruction.rate", self.rate, 0.0, 1.0)
        for name in (
            "deterministic", "powers", "silence", "amplitude", "frequency", "drift", "start_phase", "attack", "wide",
        ):  # fmt: skip
            within(f"reconstruction.{name}", getattr(self, name), 0.0, 1e4)


@dataclass(frozen=True, kw_only=True)
class EnergySettings:
    """Energy scores: the auto-encoder learns to draw. Alone in a stage, then together with the critics."""

    samples: int
    """Samples shown to the networks after the warm start, before the critics' stage."""

    rate: float
    """Learning rate of the stage; it falls linearly to a tenth."""

    share: float
    """With critics: kicks that are scored in a step, over the batch size."""

    weight: float
    """With critics: weight of the scores."""

    def __post_init__(self) -> None:
        within("energy.samples", self.samples, 0, 10**12)
        within("energy.rate", self.rate, 0.0, 1.0)
        within("energy.share", self.share, 0.0, 1.0)
        within("energy.weight", self.weight, 0.0, 1e4)


@dataclass(frozen=True, kw_only=True)
class KickganLossSettings:
    """The adversarial loss."""

    kind: str
    """"relativistic", "bce" or "wasserstein"."""

    gradient_penalty: float
    """Gamma: weight of the zero-centred gradient penalties on real and on generated kicks (R1 and R2)."""

    gradient_penalty_every: int
    """Steps between two of them (lazy regularisation; the weight is scaled up to match)."""

    feature_matching: float
    """Weight of the distance between the batch statistics of the critics' features."""

    pitch_gradient: float
    """Share of the critics' gradient that reaches the body's frequency: summed to a phase, it is far larger there than
    anywhere else."""

    def __post_init__(self) -> None:
        one_of("loss.kind", self.kind, ("relativistic", "bce", "wasserstein"))
        within("loss.gradient_penalty", self.gradient_penalty, 0.0, 1e6)
        within("loss.gradient_penalty_every", self.gradient_penalty_every, 1, 1000)
        within("loss.feature_matching", self.feature_matching, 0.0, 1e4)
        within("loss.pitch_gradient", self.pitch_gradient, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class KickganOptimizerSettings:
    """Adam in the critics' stage; `clip` holds in all stages."""

    generator_rate: float
    """Learning rate of the generator."""

    critic_rate: float
    """Learning rate of the critics."""

    beta1: float
    """Decay of the first moment; 0 for none, as is usual with gradient penalties."""

    beta2: float
    """Decay of the second moment."""

    clip: float
    """The generator's gradient is scaled down to this norm where it is larger."""

    def __post_init__(self) -> None:
        within("optimizer.generator_rate", self.generator_rate, 0.0, 1.0)
        within("optimizer.critic_rate", self.critic_rate, 0.0, 1.0)
        within("optimizer.beta1", self.beta1, 0.0, 0.9999999)
        within("optimizer.beta2", self.beta2, 0.0, 0.9999999)
        within("optimizer.clip", self.clip, 1e-6, 1e9)


@dataclass(frozen=True, kw_only=True)
class KickganAugmentationSettings:
    """Augmentation of the training kicks."""

    speeds: tuple[float, ...]
    """Semitones by which copies of each kick are played faster (or slower); empty for none."""

    exchange: float
    """Share of the auto-encoder's kicks that get the rest and the side of another kick."""

    gain_db: float
    """Random gain of the kicks that the critics see, up to this many dB either way."""

    def __post_init__(self) -> None:
        for speed in self.speeds:
            within("augmentation.speeds", speed, -12.0, 12.0)
        within("augmentation.exchange", self.exchange, 0.0, 1.0)
        within("augmentation.gain_db", self.gain_db, 0.0, 40.0)


@dataclass(frozen=True, kw_only=True)
class RescueSettings:
    """What happens when training diverges or the generator collapses."""

    attempts: int
    """How often a run may return to its best state; 0 for never."""

    slowing: float
    """Each time all learning rates are multiplied by this."""

    def __post_init__(self) -> None:
        within("rescue.attempts", self.attempts, 0, 100)
        within("rescue.slowing", self.slowing, 0.01, 1.0)


@dataclass(frozen=True, kw_only=True)
class KickganSettings:
    """A whole run's settings."""

    preset: str
    data: DataSettings
    generator: KickganGeneratorSettings
    encoder: EncoderSettings
    critics: CriticSettings
    prior: PriorSettings
    reconstruction: ReconstructionSettings
    energy: EnergySettings
    loss: KickganLossSettings
    optimizer: KickganOptimizerSettings
    augmentation: KickganAugmentationSettings
    material: MaterialSettings
    averaging: AveragingSettings
    rescue: RescueSettings
    budget: BudgetSettings
    training: TrainingSettings

    def __post_init__(self) -> None:
        if self.training.precision == "float64":
            remedy = "kickgan does not train in float64; choose float32 or bfloat16"
            raise InputError("training.precision", self.training.precision, remedy)


def _widths(key: str, channels: tuple[int, ...], count: int) -> None:
    if len(channels) != count or not all(HEADS <= width <= 8192 and width % HEADS == 0 for width in channels):
        remedy = "give {count} multiples of {heads}, at most 8192"
        raise InputError(key, list(channels), remedy, count=count, heads=HEADS)
