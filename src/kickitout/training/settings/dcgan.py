"""The settings of the `dcgan` family. Sections that all families share are in `sections`."""

from collections.abc import Sequence
from dataclasses import dataclass

from kickitout.errors import InputError
from kickitout.training.settings.sections import (
    AveragingSettings,
    BudgetSettings,
    DataSettings,
    TrainingSettings,
    one_of,
    within,
)

TRANSPOSED, INTERPOLATED = "transposed", "interpolated"


@dataclass(frozen=True, kw_only=True)
class RepresentationSettings:
    """The representation that the networks work on."""

    kind: str
    """"loudness-image": the draft's."""

    def __post_init__(self) -> None:
        one_of("representation.kind", self.kind, ("loudness-image",))


@dataclass(frozen=True, kw_only=True)
class GeneratorSettings:
    """The generator's shape."""

    kind: str
    """"dcgan"."""

    latent_size: int
    """Numbers in a latent."""

    channels: tuple[int, ...]
    """Channels behind each doubling block, from 2 x 2 pixels on."""

    attention: tuple[int, ...]
    """Side lengths in pixels (of the square maps) behind whose block self-attention stands; empty for none."""

    upsampling: str
    """How blocks double: "transposed" convolutions, the draft's, or bilinear interpolation and a convolution
    ("interpolated"). The first block, from one pixel, is a transposed convolution in both."""

    def __post_init__(self) -> None:
        one_of("generator.kind", self.kind, ("dcgan",))
        one_of("generator.upsampling", self.upsampling, (TRANSPOSED, INTERPOLATED))
        within("generator.latent_size", self.latent_size, 1, 4096)
        _channels("generator.channels", self.channels)
        _sides("generator.attention", self.attention)


@dataclass(frozen=True, kw_only=True)
class DiscriminatorSettings:
    """The discriminator's shape."""

    kind: str
    """"dcgan"."""

    channels: tuple[int, ...]
    """Channels behind each halving block, from 128 x 128 pixels on."""

    attention: tuple[int, ...]
    """Side lengths in pixels behind whose block self-attention stands; empty for none."""

    spectral_norm: bool
    """Spectral normalisation of the convolutions (Miyato et al., 2018)."""

    batch_norm: bool
    """Batch normalisation behind the convolutions."""

    phase_shuffle: int
    """Largest shift in frames of the phase shuffle (Donahue et al., 2019); 0 for none."""

    def __post_init__(self) -> None:
        one_of("discriminator.kind", self.kind, ("dcgan",))
        _channels("discriminator.channels", self.channels)
        _sides("discriminator.attention", self.attention)
        within("discriminator.phase_shuffle", self.phase_shuffle, 0, 8)


@dataclass(frozen=True, kw_only=True)
class LossSettings:
    """The adversarial loss and the further terms; a weight of 0 switches a term off."""

    kind: str
    """"bce": binary cross-entropy."""

    double_sigmoid: bool
    """True: the cross-entropy with logits is given probabilities, so that the sigmoid is taken twice."""

    real_label: float
    """Target for real kicks, also the generator's aim (label smoothing where below 1)."""

    fake_label: float
    """Target for generated kicks (label smoothing where above 0)."""

    feature_matching: float
    """Weight of the distance between the batch statistics of the discriminator's features."""

    diversity: float
    """Weight of the mode-seeking term."""

    spectral: float
    """Weight of the spectral regularisation."""

    smoothness: float
    """Weight of the smoothness relative to real data."""

    decay_envelope: float
    """Weight of the distance between decay envelopes."""

    gradient_penalty: float
    """Weight of the zero-centred gradient penalty on real kicks (R1)."""

    gradient_penalty_every: int
    """Steps between two gradient penalties (lazy regularisation; the weight is scaled up to match)."""

    def __post_init__(self) -> None:
        one_of("loss.kind", self.kind, ("bce",))
        within("loss.real_label", self.real_label, 0.5, 1.0)
        within("loss.fake_label", self.fake_label, 0.0, 0.5)
        for name in (*TERMS, "gradient_penalty"):
            within(f"loss.{name}", getattr(self, name), 0.0, 1e6)
        within("loss.gradient_penalty_every", self.gradient_penalty_every, 1, 1000)


TERMS = ("feature_matching", "diversity", "spectral", "smoothness", "decay_envelope")
"""The names of the generator's terms apart from the adversarial one."""


@dataclass(frozen=True, kw_only=True)
class OptimizerSettings:
    """Adam, with a learning rate for each network."""

    generator_rate: float
    """Learning rate of the generator."""

    discriminator_rate: float
    """Learning rate of the discriminator."""

    beta1: float
    """Decay of the first moment."""

    beta2: float
    """Decay of the second moment."""

    def __post_init__(self) -> None:
        within("optimizer.generator_rate", self.generator_rate, 0.0, 1.0)
        within("optimizer.discriminator_rate", self.discriminator_rate, 0.0, 1.0)
        within("optimizer.beta1", self.beta1, 0.0, 0.9999999)
        within("optimizer.beta2", self.beta2, 0.0, 0.9999999)


@dataclass(frozen=True, kw_only=True)
class AugmentationSettings:
    """Augmentation of the images that the discriminator sees, real and generated alike."""

    strength: float
    """Probability of each transform at the start; 0 with `target` 0 switches augmentation off."""

    target: float
    """Share of real kicks that the discriminator may be sure of, in [0, 1): the strength adapts to it (Karras et
    al., 2020); 0 keeps the strength as it is."""

    speed: int
    """Samples shown to the networks in which the strength can go from 0 to 1."""

    def __post_init__(self) -> None:
        within("augmentation.strength", self.strength, 0.0, 1.0)
        within("augmentation.target", self.target, 0.0, 0.999)
        within("augmentation.speed", self.speed, 1, 10**12)


@dataclass(frozen=True, kw_only=True)
class DcganSettings:
    """A whole run's settings."""

    preset: str
    data: DataSettings
    representation: RepresentationSettings
    generator: GeneratorSettings
    discriminator: DiscriminatorSettings
    loss: LossSettings
    optimizer: OptimizerSettings
    augmentation: AugmentationSettings
    averaging: AveragingSettings
    budget: BudgetSettings
    training: TrainingSettings


def _channels(key: str, channels: Sequence[int]) -> None:
    if len(channels) != 8 or not all(1 <= count <= 8192 for count in channels):
        remedy = "give eight numbers from 1 to 8192, one for each block but the last"
        raise InputError(key, list(channels), remedy)


def _sides(key: str, sides: Sequence[int]) -> None:
    allowed = (4, 8, 16, 32, 64, 128)
    for side in sides:
        if side not in allowed:
            remedy = "{side} is not a side of a map; choose from {allowed}"
            raise InputError(key, list(sides), remedy, side=side, allowed=", ".join(map(str, allowed)))
