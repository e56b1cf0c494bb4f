"""Rivals of body, click and air: the same encoder, trunk, score and prior, another way to say a kick.

Each is a generator with the trunk of `KickganGenerator` and other heads. What it says becomes sound without a body:

- complex STFT: every bin of every frame with its phase, and noise under an envelope in bands;
- PQMF: sixteen bands at a sixteenth of the rate, eight samples of each a frame, and noise under a gain in each band.

They have no likelihoods, so they train by energy scores alone, of the waveforms: compare them with the trial without a
warm start. The tracks that the score also looks at are constant here, and teach nothing.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from scipy.optimize import minimize_scalar
from scipy.signal import firwin
from torch import Tensor, nn
from torch.nn import functional as F

from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.sketch.parts import BODY_POINTS, USUAL_HZ
from kickitout.sound.sketch.sketch import N_BANDS
from kickitout.sound.spectrogram import N_BINS, N_FRAMES
from kickitout.training.kickgan import rendering, tables
from kickitout.training.kickgan import trainer as kickgan
from kickitout.training.kickgan.networks import KickganGenerator

BANDS = 16
SAMPLES = 8  # of a band in a frame
TAPS = 16 * BANDS + 1


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a rival says of a batch, with as much of `Sketch` as training looks at.

    Attributes:
        parts: what becomes sound.
        log_amplitude, frequency: constant, (b, 345).
        phase: constant, (b, 2).
        wide: constant, (b, 1).
    """

    parts: tuple[Tensor, ...]
    log_amplitude: Tensor
    frequency: Tensor
    phase: Tensor
    wide: Tensor


class _Rival(KickganGenerator):
    """The trunk; heads are added below."""

    def _predict(self, *parts: Tensor) -> Prediction:
        one = parts[0].new_ones(len(parts[0]), 1)
        tracks = one.expand(-1, BODY_POINTS)
        return Prediction(parts, 0.0 * tracks, USUAL_HZ * tracks, one.expand(-1, 2), 0.0 * one)


class ComplexStft(_Rival):
    """All of the spectrum with its phase."""

    def __init__(self, latent_size: int, channels: Sequence[int], *others: object) -> None:
        super().__init__(latent_size, channels, *others)  # type: ignore[arg-type]
        self.bins = nn.Conv2d(channels[-1], 2 * 2 * N_BINS, (1, 3), padding=(0, 1))
        self.air = nn.Conv2d(channels[-1], 2 * N_BANDS, 1)

    def _sketch(self, image: Tensor, style: Tensor, sure: Tensor) -> Prediction:  # type: ignore[override]
        pairs = self.bins(image).float().reshape(-1, 2, 2, N_BINS, N_FRAMES)
        level = 2.0 * self.air(image).float().reshape(-1, 2, N_BANDS, N_FRAMES) - 5.0
        return self._predict(0.1 * pairs, level)

    @staticmethod
    def play(prediction: Prediction, noise: Tensor) -> Tensor:
        """(b, 3, 22050) -> mid and side, (b, 2, 22050)."""
        pairs, level = prediction.parts
        frames = pairs.transpose(3, 4)
        wave = tables.carrier() * (1.0 - 2.0 * (torch.arange(N_BINS) % 2).float())
        predicted = torch.complex(frames[:, 0].contiguous(), frames[:, 1].contiguous()) * wave
        amplitude = (rendering.fade_out(level).transpose(2, 3) @ tables.BAND_INTERPOLATION.T).exp()
        return rendering.noise_through(noise[:, :2], amplitude, predicted, predicted[:, :, N_FRAMES:, :1])


def prototype() -> Tensor:
    """The low pass of a cosine-modulated bank (Nguyen, "Near-perfect-reconstruction pseudo-QMF banks", 1994), its edge
    such that the bank gives back what goes in: (TAPS,)."""

    def leak(edge: float) -> float:
        taps = firwin(TAPS, edge, window=("kaiser", 9.0))
        likeness = torch.from_numpy(taps)
        apart = [float((likeness[step:] * likeness[:-step]).sum()) for step in range(2 * BANDS, TAPS, 2 * BANDS)]
        return max(map(abs, apart)) / float(likeness.square().sum())

    edge = minimize_scalar(leak, bounds=(0.5 / BANDS, 0.7 / BANDS), method="bounded").x
    return torch.from_numpy(firwin(TAPS, edge, window=("kaiser", 9.0))).float()


def synthesis_filters() -> Tensor:
    """(BANDS, 1, TAPS)."""
    band = torch.arange(BANDS)[:, None]
    angle = (2 * band + 1) * (math.pi / (2 * BANDS)) * (torch.arange(TAPS) - (TAPS - 1) / 2)
    return (2.0 * BANDS * prototype() * torch.cos(angle - (-1.0) ** band * (math.pi / 4)))[:, None]


class Pqmf(_Rival):
    """Sub-bands as waveforms."""

    filters = synthesis_filters()

    def __init__(self, latent_size: int, channels: Sequence[int], *others: object) -> None:
        super().__init__(latent_size, channels, *others)  # type: ignore[arg-type]
        self.samples = nn.Conv2d(channels[-1], 2 * BANDS * SAMPLES, (1, 3), padding=(0, 1))
        self.air = nn.Conv2d(channels[-1], 2 * BANDS, 1)

    def _sketch(self, image: Tensor, style: Tensor, sure: Tensor) -> Prediction:  # type: ignore[override]
        samples = self.samples(image).float().reshape(-1, 2, BANDS, SAMPLES, N_FRAMES)
        level = 2.0 * self.air(image).float().reshape(-1, 2, BANDS, N_FRAMES) - 5.0
        return self._predict(0.1 * samples.transpose(3, 4).flatten(3), level)

    @staticmethod
    def play(prediction: Prediction, noise: Tensor) -> Tensor:
        """(b, 3, 22050) -> mid and side, (b, 2, 22050)."""
        samples, level = prediction.parts  # (b, 2, BANDS, 1408), (b, 2, BANDS, 176)
        count = samples.shape[-1]
        white = F.pad(noise[:, :2], (0, count * BANDS - KICK_SAMPLES)).reshape(len(noise), 2, BANDS, count)
        gain = F.interpolate(level.flatten(0, 1), count, mode="linear").reshape(samples.shape).exp()
        banded = (samples + gain * white / math.sqrt(BANDS)).flatten(0, 1)
        sound = F.conv_transpose1d(banded, Pqmf.filters, stride=BANDS, padding=(TAPS - 1) // 2)
        return F.pad(sound, (0, max(0, KICK_SAMPLES - sound.shape[-1])))[..., :KICK_SAMPLES].reshape(
            -1, 2, KICK_SAMPLES
        )


def takes_over(rival: type[ComplexStft] | type[Pqmf]) -> Callable[[], None]:
    """Lets a rival take the place of `KickganGenerator` in this process."""

    def patch() -> None:
        vars(kickgan).update(
            KickganGenerator=rival,
            render=rival.play,
            finished=lambda sound, prediction: rendering.full_scale(sound),
        )

    return patch
