"""Body, click and air: the output of the decoder (a sketch) and the data of real kicks that it is compared with.

The parts of a kick are those of `kickitout.sound.sketch.parts`. The body is given by its tracks. Rest and side are
given by their STFT X: a periodic Hann window of 512, frame p centred on sample 128 p for p = 0..175, zeros outside of
the sound, phases that refer to the frames' centres, all divided by SCALE = 16. It is modelled as

    X = E U T + E S N      in the deterministic region: the lowest 20 bins, and all bins of the first 28 frames
    X = E N                elsewhere

with N complex noise of power 1, the envelope E = exp(B e) from 45 bands (B interpolates between the bands' centres),
the share of noise S = sigmoid(B s), and U = low + click what is predicted with its phase, relative to the envelope.
The click sits at a fixed place and the lowest bins move slowly: there a phase can be learned. Elsewhere is the air.
T of bin k in frame p is exp(2 pi i k (128 p - ORIGIN) / 512), a wave at the bin's own frequency that starts with the
kick: what is left to U moves slowly from frame to frame, for a steady tone as well as for a click. (By the frames'
centres the phase of bin k would advance by a quarter of k turns a frame, which no up-sampling network can follow.)

Sounds here are pairs (rest, side), shape (batch, 2, 22050). Sketches have bins before frames, as convolutions over
time like it; inside, and in `spectra`, frames come before bins, as transforms do.
"""

from dataclasses import dataclass

from torch import Tensor

SWING_POINTS = 16
"""Points of the body's first swing: 23 ms. Later phases follow from a pitch that is not known to the degree."""

LEAST_POWER = 1e-6
"""What every power is likened with at least: the spectrum of white noise 60 dB below the peak."""

VANISHING = -7.0
"""The log amplitude in a spectrum around which sound fades to nothing: that of `LEAST_POWER`, or of a tone at
-79 dB."""

SILENT_POWER = 1e-9
"""A mean power below this is silence: white noise 90 dB below the peak."""

SILENT = -9.5
"""The log amplitude that silence should be below: after the fading it is some 135 dB below the peak."""

ATTACK_GAINS = (-8.0, 3.0)
"""The range of the attack's log gains: -70 to 26 dB."""

LEAST_SIDE = 1e-9
"""A side of a lower mean square is none: 90 dB below the peak."""

STEEPNESS = 2.5
"""How fast it fades: far below VANISHING the amplitude falls with the power 1 + STEEPNESS."""


@dataclass(frozen=True, eq=False)
class Sketch:
    """The output of a decoder for a batch of kicks. Axis 1 of the first two is (rest, side), axis 2 of the next two.

    Attributes:
        envelope: natural log of amplitude in the bands, (b, 2, 45, 176).
        noise_share: logit of the share of the amplitude that is noise, (b, 2, 45, 176); seen in the region only.
        low: real and imaginary part of the lowest bins over the envelope, (b, 2, 2, 20, 176).
        click: the same for all bins of the first frames, (b, 2, 2, 257, 28); added to `low` where both are.
        attack: natural log of the gain of rest and side at its points, (b, 64).
        snap: a short waveform of its own at the onset, in the rest, (b, 256).
        log_amplitude: of the body, log(amplitude + FLOOR), (b, 345).
        frequency: of the body in Hz, above 0, (b, 345).
        phase: of the body at its first point, as (cosine, sine) of any length but 0, (b, 2).
        wide: logit of there being a side at all, (b, 1).
        grain: how deep the noise's log amplitude moves in each of the grains at their places, (b, 3, 3).
        drive: natural log of the gain into the soft clip, 0 or more, (b, 1).
    """

    envelope: Tensor
    noise_share: Tensor
    low: Tensor
    click: Tensor
    attack: Tensor
    snap: Tensor
    log_amplitude: Tensor
    frequency: Tensor
    phase: Tensor
    wide: Tensor
    grain: Tensor
    drive: Tensor


@dataclass(frozen=True, eq=False)
class Targets:
    """The data of a batch of real kicks that sketches are compared with. Axes as in `Sketch`.

    Attributes:
        low: real and imaginary part of the lowest bins of X over T, (b, 2, 2, 20, 176).
        click: the same for all bins of the first frames, (b, 2, 2, 257, 28).
        powers: mean of |X|^2 over each band, (b, 2, 45, 176).
        onset: see `kickitout.sound.sketch.view.onset`, of the rest, (b, 2, 80).
        attack: the log gain by which the rest's differences are louder than the frames of X imply, at the points of the
            attack, (b, 64).
        log_amplitude: of the body, (b, 345).
        frequency: of the body in Hz, (b, 345).
        phase: of the body at its first point in radians, (b,).
        wide: 1 where there is a side, 0 where there is none, (b, 1).
    """

    low: Tensor
    click: Tensor
    powers: Tensor
    onset: Tensor
    attack: Tensor
    log_amplitude: Tensor
    frequency: Tensor
    phase: Tensor
    wide: Tensor
