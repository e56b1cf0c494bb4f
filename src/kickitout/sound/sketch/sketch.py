"""The sketch of a kick: the output of a generator, which `render` turns into sound, and its constants.

A generator of the flagship's family describes a kick as a `Sketch`: tracks of the body, and for rest and side an
envelope, a share of noise, and a part that is predicted with its phase. With X the STFT of rest or side (a periodic
Hann window of 512, frame p centred on sample 128 p for p = 0..175, zeros outside of the sound, phases by the frames'
centres, over SCALE):

    X = E U T + E S N      in the lowest 20 bins, and in all bins of the first 28 frames
    X = E N                elsewhere

Frames of 12 ms describe a click of 1 ms only with matching phases in all bins. So the snap, 256 samples at the onset,
is added to the rest; its content below the body is removed (`parts.without_rumble`); and both are multiplied by the
attack, a gain over the first 24 ms in steps of one sample at the onset to 70 at the end. N is the spectrum of white
noise of power 1, E = exp(B e) the envelope from 45 bands, S = sigmoid(B s) the share of noise, U = low + click what is
predicted, relative to the envelope, and T of bin k in frame p the wave exp(2 pi i k (128 p - ORIGIN) / 512).
`kickitout.training.kickgan.rendering` is the differentiable twin in torch; a test keeps them equal. (Its soft cut,
below which sound fades to nothing, is not repeated here: graphs give the envelope after it.)

Left and right x, at full scale, are driven into a soft clip whose gain follows s, which is x smoothed over three
samples by 1/4, 1/2, 1/4; then the peak is 1 again:

    y = x e^d (1 + (e^(8 d) - 1) s^8)^(-1/8)

Real kicks were limited or clipped by their makers: their loudest 50 ms are 1.5 dB nearer to their peak than those of
kicks whose parts are only summed. With s = x the tops would be flatter than those of real kicks: a sound's highest
frequencies are on its tops as well, and between samples peaks are a little higher than on them. Where a person sets
the drive (`edits.saturated`), s is the larger of both: what is noisy would else stand out of a clip that is driven
hard, and be louder than the body.

A person can make a kick wider (`spread`), and edits can leave its loudness as it was (`bound`): where its click or its
side have grown since, it is driven by as much more, up to MOST_DB, and what stands out is clipped; where they have
shrunk, it is driven by less. Else a few samples would turn all of the kick down, or up.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.sketch.parts import BODY_POINTS
from kickitout.sound.spectrogram import N_BINS, N_FFT, N_FRAMES

Float32Array = NDArray[np.float32]
Signal = NDArray[np.float64]
Spectrum = NDArray[np.complex128]

SCALE = 16.0
"""Spectra are divided by this: noise of power 1 then has about 1 per bin (0.75)."""

LOW_BINS = 20
"""The lowest bins, below 1.7 kHz, described with their phase in all frames."""

CLICK_FRAMES = 28
"""The first frames, 80 ms, described with their phase in all bins."""

BAND_EDGES = (*range(1, 35, 2), *range(35, 257, 8), 257)
"""Band j is the bins from edge j up to, not including, edge j + 1: pairs up to 3 kHz, then eights, six at the end."""

N_BANDS = len(BAND_EDGES) - 1

ORIGIN = 44
"""The sample that predicted phases refer to: a library's kicks begin there (`PRE_ROLL` of its normalising)."""

SNAP_START = 36
"""The sample at which the snap begins: where the fade-in at the onset begins."""

SNAP_SAMPLES = 256
"""Samples of the snap: 5.8 ms."""

SNAP_FADE = 64
"""Samples over which it is faded out."""

ATTACK_POINTS = 64
"""Points of the attack's gain."""

ATTACK_END = 1_084
"""The sample at which the attack is over and its gain 1: 24 ms after the onset."""

LEAD_PLACES = (4, 20, 32, 38, 41, 43)
"""The points before the onset, in samples. Many kicks begin with silence, and many with a little noise."""

AIR_SHAPE = (3, KICK_SAMPLES)
"""The shape of the random numbers of a sketch's noise: for the rest, the side, and the grain in both."""

LONGEST_SAMPLES = 88_200
"""Samples in 2 s: as long as a sketch may sound on (`tail`)."""

TAIL_SHAPE = (2, LONGEST_SAMPLES - KICK_SAMPLES + 2 * N_FFT)
"""The shape of the further random numbers of a sketch that sounds on: for the rest and the side."""

GRAINS = (4, 16, 64)
"""Samples over which the noise swells and fades: from a crackle to a flutter. Longer swells are the envelope's."""

GRAIN_PLACES = (44, 400, 1_200)
"""The samples at which the grain's depth is given; linear between them, held before."""

GRAIN_END = 3_600
"""From here on noise is even, as in the tails of real kicks: 82 ms."""

HARDNESS = 8
"""How hard the soft clip at the end is: its knee is within the last 3 dB."""

MOST_DB = 16.0
"""By how much more it is driven at most: beyond, a kick would be flat."""

UNBENT = 1e-17
"""Adding this to 1 gives 1."""

ONSET_STEP = 8
"""Samples of a step in which the onset is measured: 0.2 ms."""

ONSET_STEPS = 80
"""The number of steps; the last ends 13.6 ms after the onset."""

ONSET_FIRST = ORIGIN - 5 * ONSET_STEP
"""The sample at which the first step begins: the onset is at the beginning of a step."""

LEAST_SLOPE = 1e-10
"""Added to the mean squares of differences: -100 dB, low enough to distinguish silence before the onset from faint
noise."""

LEAST_PEAK = 1e-3
"""A sound with a lower peak is not scaled to full scale: it is near silence."""

SKETCH_SHAPES: Mapping[str, tuple[int, ...]] = {
    "envelope": (2, N_BANDS, N_FRAMES),
    "noise_share": (2, N_BANDS, N_FRAMES),
    "low": (2, 2, LOW_BINS, N_FRAMES),
    "click": (2, 2, N_BINS, CLICK_FRAMES),
    "attack": (ATTACK_POINTS,),
    "snap": (SNAP_SAMPLES,),
    "log_amplitude": (BODY_POINTS,),
    "frequency": (BODY_POINTS,),
    "phase": (2,),
    "wide": (1,),
    "grain": (len(GRAINS), len(GRAIN_PLACES)),
    "drive": (1,),
}
"""The shapes of a sketch's arrays by name, in their order."""

EDITED: Mapping[str, tuple[int, ...]] = {"limited": (1,), "spread": (1,), "bound": (1,), "shift": (BODY_POINTS,)}
"""The shapes of further arrays, zeros where no edit gives them: no model does."""


@dataclass(frozen=True, eq=False)
class Sketch:
    """A generator's description of one kick. All are float32; leading axes of length 2 are (rest, side).

    Attributes:
        envelope: natural log of amplitude in the bands, (2, 45, 176); in silence it is far below any sound.
        noise_share: logit of the share of the amplitude that is noise, (2, 45, 176).
        low: real and imaginary part (axis 0) of the lowest bins over the envelope, (2, 2, 20, 176).
        click: the same for all bins of the first frames, (2, 2, 257, 28).
        attack: natural log of the gain of rest and side at its points (`attack_places`), linear between, (64,).
        snap: a short waveform added to the rest at the onset, (256,), multiplied by `snap_window`.
        log_amplitude: of the body, log(amplitude + FLOOR), (345,).
        frequency: of the body in Hz, (345,).
        phase: of the body at its first point, as (cosine, sine) of any length but 0, (2,).
        wide: above 0 if there is a side at all, (1,): a mono kick has none, not a quiet one.
        grain: depth of the modulation of the noise's log amplitude for each of GRAINS at GRAIN_PLACES, (3, 3).
        drive: natural log of the gain into the soft clip, 0 or more, (1,).
        limited: how much of the sound itself bounds the clip, (1,): 0 as models say, 1 where the drive was set.
        spread: amplitude over that of mid of a side made of mid itself (`spread`), (1,): 0 as models say.
        bound: one over the peak at which its drive is its own, (1,): 0, as models say, where it is at any.
        shift: by how many Hz the low end of the whole is shifted at the body's points (`bend`), (345,): 0 as models
            say.
    """

    envelope: Float32Array
    noise_share: Float32Array
    low: Float32Array
    click: Float32Array
    attack: Float32Array
    snap: Float32Array
    log_amplitude: Float32Array
    frequency: Float32Array
    phase: Float32Array
    wide: Float32Array
    grain: Float32Array
    drive: Float32Array
    limited: Float32Array = field(default_factory=lambda: np.zeros(1, dtype=np.float32))
    spread: Float32Array = field(default_factory=lambda: np.zeros(1, dtype=np.float32))
    bound: Float32Array = field(default_factory=lambda: np.zeros(1, dtype=np.float32))
    shift: Float32Array = field(default_factory=lambda: np.zeros(BODY_POINTS, dtype=np.float32))

    @property
    def drive_db(self) -> float:
        """The gain into the soft clip in decibels."""
        return 20.0 * float(self.drive[0]) / math.log(10.0)

    def __post_init__(self) -> None:
        found = {one.name: getattr(self, one.name).shape for one in fields(self)}
        if found != {**SKETCH_SHAPES, **EDITED}:
            raise ValueError(f"a sketch has the shapes {dict(SKETCH_SHAPES)}; got {found}")
