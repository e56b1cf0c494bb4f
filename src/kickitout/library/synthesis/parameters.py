"""The parameters of a synthesised kick, drawn from a seed.

The spread of pitch, decay and width over many machines follows 1,748 real kicks (end pitch 29, 53 and 108 Hz at the
5th, 50th and 95th percentile; about 60 % mono).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kickitout.library.synthesis.signals import ONSET
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.system.randomness import uniform

KICKS_PER_MACHINE = 16

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class KickParameters:
    """The parameters of a kick. Times in ms, frequencies in Hz, levels as amplitudes relative to a body of 1."""

    seed: int
    machine: str
    """Name of the machine; the same for sixteen neighbouring seeds."""
    family: str
    """ "analogue", "acoustic" or "driven"."""
    pitch_hz: float
    """The frequency at which the sweep ends."""
    sweep_octaves: float
    """How far above the end pitch the main sweep starts."""
    sweep_ms: float
    """Time until a tenth of the main sweep (in octaves) is left."""
    snap_octaves: float
    """Depth of a second, very fast sweep on top of the main one."""
    snap_ms: float
    """Time until a tenth of it is left."""
    attack_ms: float
    """Rise of the body from 0 to its peak."""
    hold_ms: float
    """How long the body stays at its peak."""
    decay_ms: float
    """From the body's peak, the hold included, to -30 dB. May exceed 500 ms: the end is then cut."""
    decay_curve: float
    """1: straight in dB (exponential); below 1: fast then slow; above 1: slow then fast."""
    harmonic_level: float
    """Second harmonic of the body."""
    mode_level: float
    """Membrane modes above the fundamental."""
    click_kind: str
    """ "noise", "impulse", "blip" or "none"."""
    click_level: float
    click_ms: float
    """Time until the click has fallen by 30 dB (the impulse: its length)."""
    click_hz: float
    """Centre of the noise's band or pitch of the blip."""
    air_level: float
    """Noise behind the body."""
    air_ms: float
    """Time until the air has fallen by 30 dB."""
    air_hz: float
    """Where the air's spectrum starts to fall."""
    drive: float
    """0: clean; 1: almost a square wave."""
    asymmetry: float
    """Bias of the drive, 0..1: even harmonics."""
    room_level: float
    room_ms: float
    """The last reflection's delay."""
    width: float
    """Level of the difference between left and right; 0: mono."""
    length_ms: float
    """From the onset to the last sample that is not silent."""
    polarity: int
    """Sign of the first half-cycle."""


def machine_of(seed: int) -> str:
    """Name of the machine that a kick comes from: its kit."""
    return f"machine-{seed // KICKS_PER_MACHINE:04d}"


def _quantile(place: float, points: Points, *, logarithmic: bool = True) -> float:
    """The value at `place` (0..1) of a distribution given by (place, value) points, linear between them."""
    places = [point[0] for point in points]
    values = np.array([point[1] for point in points])
    if logarithmic:
        return float(np.exp(np.interp(place, places, np.log(values))))
    return float(np.interp(place, places, values))


class _Draws:
    """Uniform random numbers of one kick: near its machine's, and uniform over all machines."""

    _SPREAD = 0.4

    def __init__(self, seed: int) -> None:
        self._machine = iter(uniform(seed // KICKS_PER_MACHINE, "synthesis/machine", 64).tolist())
        self._kick = iter(uniform(seed, "synthesis/kick", 64).tolist())

    def shared(self) -> float:
        """A number that all kicks of the machine have."""
        next(self._kick)
        return float(next(self._machine))

    def near(self) -> float:
        """A number near the machine's."""
        place = float(next(self._machine)) + self._SPREAD * (float(next(self._kick)) - 0.5)
        # Folded back at the ends, which keeps the numbers of all machines together uniform.
        return min(abs(place), 2.0 - abs(place))

    def own(self) -> float:
        """A number independent of the machine."""
        next(self._machine)
        return float(next(self._kick))


def _choose(place: float, choices: Sequence[tuple[str, float]]) -> str:
    """The choice at `place` (0..1) on a line that the choices share by their weights."""
    for name, share in choices:
        if place < share:
            return name
        place -= share
    return choices[-1][0]


# Shares of families and clicks; distributions as (place, value) points.
_FAMILIES = (("analogue", 0.42), ("acoustic", 0.30), ("driven", 0.28))
_CLICKS = (("noise", 0.42), ("impulse", 0.26), ("blip", 0.27), ("none", 0.05))
_MONO_SHARE = 0.6
_POSITIVE_SHARE = 0.56
_PITCH_HZ = ((0.0, 27.0), (0.05, 30.0), (0.5, 53.0), (0.95, 106.0), (1.0, 115.0))
_SWEEP_OCTAVES = ((0.0, 0.15), (0.2, 0.7), (0.5, 1.5), (0.8, 2.4), (1.0, 3.6))
_SWEEP_MS = ((0.0, 8.0), (0.5, 45.0), (0.9, 140.0), (1.0, 260.0))
_HIGHEST_START_HZ = 600.0
_SNAP_OCTAVES = ((0.0, 0.0), (0.4, 0.0), (0.8, 1.0), (1.0, 2.2))
_SNAP_MS = ((0.0, 2.0), (1.0, 9.0))
_ATTACK_MS = ((0.0, 0.2), (0.6, 0.8), (1.0, 4.0))
_HOLD_MS = ((0.0, 0.0), (0.4, 0.0), (0.8, 30.0), (1.0, 110.0))
_DECAY_MS = ((0.0, 45.0), (0.05, 75.0), (0.5, 220.0), (0.9, 470.0), (0.97, 620.0), (1.0, 900.0))
_DECAY_CURVE = ((0.0, 0.65), (0.5, 1.0), (1.0, 1.6))
_HARMONIC = ((0.0, 0.0), (0.5, 0.08), (1.0, 0.4))
_CLICK_LEVEL = ((0.0, 0.06), (0.5, 0.38), (1.0, 1.1))
_CLICK_MS = {
    "noise": ((0.0, 2.0), (0.5, 9.0), (1.0, 35.0)),
    "impulse": ((0.0, 0.12), (1.0, 0.9)),
    "blip": ((0.0, 3.0), (1.0, 16.0)),
    "none": ((0.0, 1.0), (1.0, 1.0)),
}
_CLICK_HZ = ((0.0, 700.0), (0.5, 2600.0), (1.0, 9000.0))
_AIR_MS = ((0.0, 15.0), (0.5, 120.0), (1.0, 500.0))
_AIR_HZ = ((0.0, 500.0), (0.5, 3000.0), (1.0, 14000.0))
_ROOM_MS = ((0.0, 8.0), (1.0, 70.0))
_WIDTH = ((0.0, 0.1), (0.5, 0.8), (1.0, 2.5))
_CUT = ((0.0, 0.0), (0.6, 0.0), (1.0, 1.0))

# Modes, air, drive and room by family, as piecewise linear distributions.
_MODES = {
    "analogue": ((0.0, 0.0), (0.7, 0.0), (1.0, 0.1)),
    "acoustic": ((0.0, 0.1), (1.0, 0.8)),
    "driven": ((0.0, 0.0), (0.6, 0.0), (1.0, 0.3)),
}
_AIR = {
    "analogue": ((0.0, 0.0), (0.2, 0.002), (0.7, 0.02), (1.0, 0.08)),
    "acoustic": ((0.0, 0.01), (1.0, 0.22)),
    "driven": ((0.0, 0.0), (0.2, 0.004), (1.0, 0.15)),
}
_DRIVE = {
    "analogue": ((0.0, 0.0), (1.0, 0.35)),
    "acoustic": ((0.0, 0.0), (1.0, 0.4)),
    "driven": ((0.0, 0.35), (1.0, 1.0)),
}
_ROOM = {
    "analogue": ((0.0, 0.0), (0.7, 0.0), (1.0, 0.2)),
    "acoustic": ((0.0, 0.05), (1.0, 0.6)),
    "driven": ((0.0, 0.0), (0.5, 0.0), (1.0, 0.4)),
}


def kick_parameters(seed: int) -> KickParameters:
    """The parameters of the kick with this seed, which must be at least 0."""
    if seed < 0:
        raise ValueError(f"a seed is at least 0; got {seed}")
    draw = _Draws(seed)
    family = _choose(draw.shared(), _FAMILIES)
    click_kind = _choose(draw.shared(), _CLICKS)
    mono = draw.shared() < _MONO_SHARE
    polarity = 1 if draw.shared() < _POSITIVE_SHARE else -1
    pitch_hz = _quantile(draw.near(), _PITCH_HZ)
    sweep_octaves = _quantile(draw.near(), _SWEEP_OCTAVES, logarithmic=False)
    sweep_ms = _quantile(draw.near(), _SWEEP_MS)
    snap_octaves = _quantile(draw.near(), _SNAP_OCTAVES, logarithmic=False)
    snap_ms = _quantile(draw.near(), _SNAP_MS)
    attack_ms = _quantile(draw.near(), _ATTACK_MS)
    decay_ms = _quantile(draw.near(), _DECAY_MS)
    # A sweep that outlasts the body, or starts too high, sounds like a laser, not like a kick.
    sweep_ms = min(sweep_ms, 0.4 * decay_ms)
    sweep_octaves = min(sweep_octaves, float(np.log2(_HIGHEST_START_HZ / pitch_hz)))
    hold_ms = min(0.4 * decay_ms, _quantile(draw.near(), _HOLD_MS, logarithmic=False))
    decay_curve = _quantile(draw.near(), _DECAY_CURVE)
    harmonic_level = _quantile(draw.near(), _HARMONIC, logarithmic=False)
    mode_level = _quantile(draw.near(), _MODES[family], logarithmic=False)
    click_level = 0.0 if click_kind == "none" else _quantile(draw.near(), _CLICK_LEVEL)
    click_ms = _quantile(draw.near(), _CLICK_MS[click_kind])
    click_hz = _quantile(draw.near(), _CLICK_HZ)
    air_level = _quantile(draw.near(), _AIR[family], logarithmic=False)
    air_ms = min(1.3 * decay_ms, _quantile(draw.near(), _AIR_MS))
    air_hz = _quantile(draw.near(), _AIR_HZ)
    drive = _quantile(draw.near(), _DRIVE[family], logarithmic=False)
    asymmetry = draw.near() ** 2
    room_level = _quantile(draw.near(), _ROOM[family], logarithmic=False)
    room_ms = _quantile(draw.near(), _ROOM_MS)
    width = _quantile(draw.near(), _WIDTH)
    cut = _quantile(draw.near(), _CUT, logarithmic=False)
    # Until -75 dB; `cut` shortens it by a share of the way to the end of the decay.
    rung_out = decay_ms * 2.5 ** (1.0 / decay_curve)
    shortest = attack_ms + 1.15 * decay_ms + 20.0
    longest = 1000.0 * (KICK_SAMPLES - ONSET) / SAMPLE_RATE
    length_ms = min(longest, max(shortest, rung_out + cut * (shortest - rung_out)))
    return KickParameters(
        seed=seed,
        machine=machine_of(seed),
        family=family,
        pitch_hz=pitch_hz,
        sweep_octaves=sweep_octaves,
        sweep_ms=sweep_ms,
        snap_octaves=snap_octaves,
        snap_ms=snap_ms,
        attack_ms=attack_ms,
        hold_ms=hold_ms,
        decay_ms=decay_ms,
        decay_curve=decay_curve,
        harmonic_level=harmonic_level,
        mode_level=mode_level,
        click_kind=click_kind,
        click_level=click_level,
        click_ms=click_ms,
        click_hz=click_hz,
        air_level=air_level,
        air_ms=air_ms,
        air_hz=air_hz,
        drive=drive,
        asymmetry=asymmetry,
        room_level=room_level,
        room_ms=room_ms,
        width=0.0 if mono else width,
        length_ms=length_ms,
        polarity=polarity,
    )
