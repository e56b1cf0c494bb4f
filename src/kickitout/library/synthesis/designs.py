"""The parameters of a designed kick: what they are, their ranges, and how a seed draws them.

A design is a point of a box (`RANGES`). A *style* is a normal distribution over the box, a family some styles by one
name, and a seed draws a style and a point of it. bench/fit_synthesis.py fits the styles to measurements of real kicks
and writes styles.npz.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.library.synthesis.parameters import KICKS_PER_MACHINE, machine_of
from kickitout.system.randomness import uniform

OFF_DB = -60.0
"""A layer at this level is not made."""


@dataclass(frozen=True)
class KickDesign:
    """The parameters of a designed kick. Times in ms, frequencies in Hz, levels in dB relative to a body of 1.

    A layer whose level is `OFF_DB` is absent; the width then means one channel.
    """

    seed: int
    machine: str
    """Name of the machine; the same for sixteen neighbouring seeds."""
    family: str
    polarity: int
    """Sign of the first half-cycle."""
    pitch_hz: float
    """The frequency at which all sweeps end."""
    sweep_octaves: float
    """How far above the end pitch the main sweep starts."""
    sweep_ms: float
    """Time until a tenth of it (in octaves) is left."""
    snap_octaves: float
    """Depth of a second, fast sweep on top of it: the pitch of the click."""
    snap_ms: float
    drift_octaves: float
    """Depth of a third, slow one: the fall of a long body."""
    drift_ms: float
    start_phase: float
    """Of the body, in cycles, 0 to 0.5."""
    attack_ms: float
    hold_ms: float
    decay_ms: float
    """From the end of the hold to -30 dB."""
    decay_curve: float
    """1: straight in dB; below 1: fast then slow; above 1: slow then fast."""
    punch_db: float
    """How much louder the body starts than it holds."""
    punch_ms: float
    """Time until a tenth of that is left."""
    tail_db: float
    """A second, slower decay under the first."""
    tail_ms: float
    gate_ms: float
    """Where the body is cut."""
    release_ms: float
    """How long the cut takes."""
    second_db: float
    """The body's second harmonic."""
    third_db: float
    harmonic_ms: float
    """Time until the harmonics have fallen by 30 dB relative to the body."""
    modes_db: float
    """Modes of a circular membrane, at the pitch of the body."""
    knock_db: float
    """A damped tone above the body: the shell, the box."""
    knock_hz: float
    knock_ms: float
    noise_db: float
    """First click: a burst of noise."""
    noise_hz: float
    noise_octaves: float
    noise_ms: float
    noise_late_ms: float
    chirp_db: float
    """Second click: a falling chirp."""
    chirp_hz: float
    chirp_ms: float
    pulse_db: float
    """Half a sine, as of a trigger's edge."""
    pulse_ms: float
    tick_db: float
    """Third click: three resonances, as of a beater or of a sampled tick."""
    tick_hz: float
    tick_ms: float
    tick_late_ms: float
    low_air_db: float
    """Noise behind the body, about 200 to 2,000 Hz."""
    low_air_hz: float
    low_air_ms: float
    high_air_db: float
    """Noise behind the body, above 2,000 Hz."""
    high_air_hz: float
    high_air_ms: float
    haze_db: float
    """Weak noise to the end."""
    drive_db: float
    """Gain into the saturation; 0: as good as clean."""
    hardness: float
    """0: tanh; 1: hard clipping."""
    asymmetry: float
    compression: float
    """0: none; 1: everything above a tenth of the peak is evened out."""
    compress_attack_ms: float
    clip_db: float
    """How far the last limiter clips the peaks."""
    low_cut_hz: float
    high_cut_hz: float
    low_shelf_db: float
    """Below 70 Hz."""
    boom_db: float
    """Bell at `boom_hz`; likewise the next two."""
    boom_hz: float
    box_db: float
    box_hz: float
    presence_db: float
    presence_hz: float
    high_shelf_db: float
    """Above 5,000 Hz."""
    room_db: float
    room_ms: float
    """Time until the room has fallen by 30 dB."""
    room_hz: float
    """Where the room's spectrum starts to fall."""
    width_db: float
    """Side over mid, as energies over the whole kick."""
    side_hz: float
    """Below it the side vanishes."""
    side_noise: float
    """How much of the side is noise of its own, not the mid delayed."""
    length_ms: float
    """From the onset to the last sample that is not silent."""
    fade_ms: float
    """How long everything fades out before that."""


@dataclass(frozen=True)
class Range:
    """The least and the greatest value of a parameter, and whether octaves or differences count."""

    low: float
    high: float
    logarithmic: bool = False

    def at(self, place: float) -> float:
        """The value at `place`, 0 to 1."""
        if self.logarithmic:
            return float(self.low * (self.high / self.low) ** place)
        return float(self.low + (self.high - self.low) * place)

    def place(self, value: float) -> float:
        """Where a value lies, 0 to 1; values beyond the ends count as these."""
        held = min(max(value, self.low), self.high)
        if self.logarithmic:
            return math.log(held / self.low) / math.log(self.high / self.low)
        return (held - self.low) / (self.high - self.low)


def _level(high: float = 6.0) -> Range:
    return Range(OFF_DB, high)


def _times(low: float, high: float) -> Range:
    return Range(low, high, logarithmic=True)


RANGES: Mapping[str, Range] = {
    "pitch_hz": Range(26.0, 130.0, True),
    "sweep_octaves": Range(0.0, 4.0),
    "sweep_ms": _times(6.0, 250.0),
    "snap_octaves": Range(0.0, 5.0),
    "snap_ms": _times(0.8, 25.0),
    "drift_octaves": Range(0.0, 0.8),
    "drift_ms": _times(150.0, 900.0),
    "start_phase": Range(0.0, 0.5),
    "attack_ms": _times(0.05, 20.0),
    "hold_ms": Range(0.0, 200.0),
    "decay_ms": _times(30.0, 1200.0),
    "decay_curve": _times(0.5, 2.2),
    "punch_db": Range(0.0, 14.0),
    "punch_ms": _times(4.0, 120.0),
    "tail_db": _level(-6.0),
    "tail_ms": _times(100.0, 1500.0),
    "gate_ms": _times(50.0, 900.0),
    "release_ms": _times(3.0, 150.0),
    "second_db": _level(0.0),
    "third_db": _level(0.0),
    "harmonic_ms": _times(15.0, 1000.0),
    "modes_db": _level(0.0),
    "knock_db": _level(),
    "knock_hz": Range(80.0, 900.0, True),
    "knock_ms": _times(6.0, 250.0),
    "noise_db": _level(),
    "noise_hz": Range(300.0, 14_000.0, True),
    "noise_octaves": Range(0.3, 3.0),
    "noise_ms": _times(0.7, 70.0),
    "noise_late_ms": Range(0.0, 8.0),
    "chirp_db": _level(),
    "chirp_hz": Range(500.0, 14_000.0, True),
    "chirp_ms": _times(0.6, 25.0),
    "pulse_db": _level(),
    "pulse_ms": _times(0.05, 2.0),
    "tick_db": _level(),
    "tick_hz": Range(500.0, 7_000.0, True),
    "tick_ms": _times(0.7, 40.0),
    "tick_late_ms": Range(0.0, 12.0),
    "low_air_db": _level(),
    "low_air_hz": Range(200.0, 2_000.0, True),
    "low_air_ms": _times(8.0, 700.0),
    "high_air_db": _level(),
    "high_air_hz": Range(2_000.0, 14_000.0, True),
    "high_air_ms": _times(5.0, 700.0),
    "haze_db": Range(-100.0, -36.0),
    "drive_db": Range(-12.0, 30.0),
    "hardness": Range(0.0, 1.0),
    "asymmetry": Range(0.0, 1.0),
    "compression": Range(0.0, 1.0),
    "compress_attack_ms": _times(0.5, 40.0),
    "clip_db": Range(0.0, 10.0),
    "low_cut_hz": Range(8.0, 70.0, True),
    "high_cut_hz": Range(800.0, 24_000.0, True),
    "low_shelf_db": Range(-12.0, 12.0),
    "boom_db": Range(-12.0, 12.0),
    "boom_hz": Range(70.0, 250.0, True),
    "box_db": Range(-18.0, 14.0),
    "box_hz": Range(200.0, 1_000.0, True),
    "presence_db": Range(-18.0, 18.0),
    "presence_hz": Range(1_000.0, 5_000.0, True),
    "high_shelf_db": Range(-24.0, 18.0),
    "room_db": _level(-3.0),
    "room_ms": _times(8.0, 500.0),
    "room_hz": Range(600.0, 14_000.0, True),
    "width_db": _level(-3.0),
    "side_hz": Range(70.0, 700.0, True),
    "side_noise": Range(0.0, 1.0),
    "length_ms": _times(70.0, 499.0),
    "fade_ms": _times(1.0, 200.0),
}
"""What a parameter can be, in the order of the box's axes."""

AXES = tuple(RANGES)

FAMILIES = ("techno", "house", "trap", "hip-hop", "acoustic", "edm", "hardstyle", "lo-fi")
"""The names of families: which starting ranges of bench/fit_synthesis.py a style fits best."""

STYLES = "styles.npz"
"""The file with the styles, beside this one."""

MONO_SHARE = 0.45
WIDTHS_DB = ((0.0, -55.0), (0.05, -50.0), (0.25, -40.0), (0.5, -32.0), (0.75, -25.0), (0.95, -17.0), (1.0, -12.0))
"""Share of the machines in one channel, and the width of the others as (place, value) points. A quarter of the kicks
are wider than -30 dB: more than of those that the styles were fitted to (12 %), fewer than in modern kits (38 %)."""

SPREAD = 0.85
"""How much of a kick's deviation from its style is its own; the rest it shares with its machine."""


@dataclass(frozen=True)
class Styles:
    """Normal distributions over the box; all share their correlations.

    Attributes:
        families: the name of each style's family.
        shares: how many of the machines belong to each; their sum is 1.
        centres: (styles, axes), places on the box's axes, 0 to 1.
        spreads: (styles, axes), standard deviations.
        factor: (axes, axes), lower triangular: its product with its transpose are the correlations.
        positive: share of the machines whose first half-cycle is positive.
    """

    families: tuple[str, ...]
    shares: NDArray[np.float64]
    centres: NDArray[np.float64]
    spreads: NDArray[np.float64]
    factor: NDArray[np.float64]
    positive: float


@cache
def styles() -> Styles:
    """The styles that come with the package."""
    with files("kickitout.library.synthesis").joinpath(STYLES).open("rb") as stream, np.load(stream) as stored:
        arrays: dict[str, Any] = {name: stored[name] for name in stored.files}
    return Styles(
        families=tuple(FAMILIES[index] for index in arrays["families"].tolist()),
        shares=arrays["shares"].astype(np.float64),
        centres=arrays["centres"].astype(np.float64),
        spreads=arrays["spreads"].astype(np.float64),
        factor=arrays["factor"].astype(np.float64),
        positive=float(arrays["positive"].item()),
    )


def _normal(seed: int, purpose: str, count: int) -> NDArray[np.float64]:
    """Standard normal numbers in float64 (Box and Muller, 1958)."""
    u = uniform(seed, purpose, 2 * count)
    return np.asarray(np.sqrt(-2.0 * np.log1p(-u[:count])) * np.cos(2.0 * np.pi * u[count:]))


def design_at(places: NDArray[np.float64], *, seed: int, family: str, polarity: int = 1) -> KickDesign:
    """The design at a point of the box: `places` (axes,), each 0 to 1."""
    values = {name: RANGES[name].at(float(place)) for name, place in zip(AXES, places, strict=True)}
    return KickDesign(seed=seed, machine=machine_of(seed), family=family, polarity=polarity, **values)


def _width_db(machine: float, kick: float) -> float:
    """The width of a kick whose machine is at one place of all machines, and which is at another within it."""
    if machine < MONO_SHARE:
        return OFF_DB
    place = (machine - MONO_SHARE) / (1.0 - MONO_SHARE) + 0.3 * (kick - 0.5)
    # Folded back at the ends, which keeps the places of all machines together uniform.
    places, widths = np.array(WIDTHS_DB).T
    return float(np.interp(min(abs(place), 2.0 - abs(place)), places, widths))


def kick_design(seed: int) -> KickDesign:
    """The design of this seed, which must be at least 0."""
    if seed < 0:
        raise ValueError(f"a seed is at least 0; got {seed}")
    known = styles()
    machine = seed // KICKS_PER_MACHINE
    which, sign, width = uniform(machine, "synthesis/design/machine", 3).tolist()
    style = min(int(np.searchsorted(np.cumsum(known.shares), which, side="right")), len(known.families) - 1)
    common = _normal(machine, "synthesis/design/common", len(AXES))
    own = _normal(seed, "synthesis/design/own", len(AXES))
    deviation = known.factor @ (math.sqrt(1.0 - SPREAD**2) * common + SPREAD * own)
    places = np.clip(known.centres[style] + known.spreads[style] * deviation, 0.0, 1.0)
    design = design_at(places, seed=seed, family=known.families[style], polarity=1 if sign < known.positive else -1)
    own_width = float(uniform(seed, "synthesis/design/width", 1)[0])
    return replace(design, width_db=_width_db(width, own_width))
