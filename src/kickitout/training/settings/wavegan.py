"""The settings of the families `wavegan` and `specgan`: the networks of Donahue, McAuley and Puckette (2019) on
waveforms and on spectrograms. Sections that all families share are in `sections`."""

from dataclasses import dataclass

from kickitout.errors import InputError
from kickitout.training.settings.sections import BudgetSettings, DataSettings, TrainingSettings, one_of, within

WAVEGAN, SPECGAN = "wavegan", "specgan"

MOST_SHUFFLED = 7
"""The shortest map that is phase-shuffled has 8 frames, and a reflection is shorter than what it reflects."""


@dataclass(frozen=True, kw_only=True)
class WaveganGeneratorSettings:
    """The generator's shape."""

    kind: str
    """"wavegan": waveforms. "specgan": spectrograms."""

    latent_size: int
    """Numbers in a latent."""

    channels: int
    """The authors' d: channels before the last layer; every layer before has twice as many."""

    def __post_init__(self) -> None:
        one_of("generator.kind", self.kind, (WAVEGAN, SPECGAN))
        within("generator.latent_size", self.latent_size, 1, 4096)
        within("generator.channels", self.channels, 1, 512)


@dataclass(frozen=True, kw_only=True)
class WaveganCriticSettings:
    """The critic's shape."""

    channels: int
    """The authors' d: channels behind the first layer; every layer after has twice as many."""

    phase_shuffle: int
    """Largest shift in frames of the phase shuffle; 0 for none."""

    def __post_init__(self) -> None:
        within("critic.channels", self.channels, 1, 512)
        within("critic.phase_shuffle", self.phase_shuffle, 0, MOST_SHUFFLED)


@dataclass(frozen=True, kw_only=True)
class WaveganLossSettings:
    """WGAN-GP (Gulrajani et al., 2017)."""

    gradient_penalty: float
    """Lambda: weight of the penalty on the critic's gradients between real and generated kicks."""

    critic_steps: int
    """Steps of the critic for each step of the generator. Every step of the critic shows it a batch of real kicks."""

    def __post_init__(self) -> None:
        within("loss.gradient_penalty", self.gradient_penalty, 0.0, 1e6)
        within("loss.critic_steps", self.critic_steps, 1, 1000)


@dataclass(frozen=True, kw_only=True)
class WaveganOptimizerSettings:
    """Adam, with a learning rate for each network."""

    generator_rate: float
    """Learning rate of the generator."""

    critic_rate: float
    """Learning rate of the critic."""

    beta1: float
    """Decay of the first moment."""

    beta2: float
    """Decay of the second moment."""

    def __post_init__(self) -> None:
        within("optimizer.generator_rate", self.generator_rate, 0.0, 1.0)
        within("optimizer.critic_rate", self.critic_rate, 0.0, 1.0)
        within("optimizer.beta1", self.beta1, 0.0, 0.9999999)
        within("optimizer.beta2", self.beta2, 0.0, 0.9999999)


@dataclass(frozen=True, kw_only=True)
class WaveganSettings:
    """A whole run's settings."""

    preset: str
    data: DataSettings
    generator: WaveganGeneratorSettings
    critic: WaveganCriticSettings
    loss: WaveganLossSettings
    optimizer: WaveganOptimizerSettings
    budget: BudgetSettings
    training: TrainingSettings

    def __post_init__(self) -> None:
        if self.training.precision == "bfloat16":
            remedy = "the penalty on the critic's gradients needs more digits; choose float32 or float64"
            raise InputError("training.precision", self.training.precision, remedy)
