"""Sounds of our own making whose truth is known: kicks, stereo sines, and sounds that are not kicks.

They fill the built-in library, so that everything runs with no data at hand, and they are the ground truth of tests:
each kick comes with the parameters that made it.

A seed names a sound for ever; all its numbers come from `kickitout.system.randomness`. Sixteen neighbouring seeds make
one *machine* (`machine_of`): its kicks share a family, a click and a stereo picture and lie around common values, as
the kicks of one real drum machine or kit do. The spread of pitch, decay and width over many machines follows 1,748 real
kicks (end pitch 29, 53 and 108 Hz at the 5th, 50th and 95th percentile; about 60 % mono).

How a kick is built, with t counted from the onset at 1 ms and E(t) the envelope of the body:

    frequency   f(t) = pitch 2^(sweep 10^(-t / sweep_ms) + snap 10^(-t / snap_ms))
    body        sine of the summed frequency, its second harmonic, and modes of a circular membrane
    click       a noise burst, an impulse or a blip in the first milliseconds; air: filtered noise with its own decay
    drive       tanh with a bias around body, click and air, undone in level: the fundamental's amplitude stays E(t)
    room        early reflections of click, air and modes, not of the body
    side        air, click and reflections that differ left and right, high-passed: the low end stays mono
    end         cut at `length_ms` with a fade; digital silence after it; peak at full scale
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.system.randomness import uniform

ONSET = 44
"""Samples of digital silence before every sound: 1 ms."""

KICKS_PER_MACHINE = 16

DECAY_DB = -30.0
"""`decay_ms` is the time from the body's peak to this level."""

SIDE_LOWEST_HZ = 150.0
"""Below this the side is at least 40 dB under the mid: the low end is mono."""

_NEPERS = float(np.log(10.0)) / 20.0
"""What a decibel is as a natural logarithm."""

Signal = NDArray[np.float64]
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class KickParameters:
    """What made a kick. Times in ms, frequencies in Hz, levels as amplitudes beside a body of 1."""

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
    """Rise of the body from nothing to its peak."""
    hold_ms: float
    """How long the body stays at its peak."""
    decay_ms: float
    """From the body's peak, the hold included, to -30 dB. May exceed what 500 ms hold: the end is then cut."""
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
    """Level of what differs between left and right; 0: mono."""
    length_ms: float
    """From the onset to the last sample that is not silent."""
    polarity: int
    """Sign of the first half-cycle."""


@dataclass(frozen=True)
class SineParameters:
    """What made a stereo sine: frequency in Hz, amplitudes of both channels, start phase in radians."""

    seed: int
    frequency_hz: float
    level_left: float
    level_right: float
    phase: float


def machine_of(seed: int) -> str:
    """Name of the machine that a kick comes from: its kit."""
    return f"machine-{seed // KICKS_PER_MACHINE:04d}"


# Parameters --------------------------------------------------------------------------------------------------------


def _quantile(place: float, points: Points, *, logarithmic: bool = True) -> float:
    """Value at `place` (0..1) of a distribution given by (place, value) points, straight between them."""
    places = [point[0] for point in points]
    values = np.array([point[1] for point in points])
    if logarithmic:
        return float(np.exp(np.interp(place, places, np.log(values))))
    return float(np.interp(place, places, values))


class _Draws:
    """Named uniform numbers of one kick: near its machine's, and uniform over all machines."""

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
        """A number that has nothing to do with the machine."""
        next(self._machine)
        return float(next(self._kick))


def _choose(place: float, choices: Sequence[tuple[str, float]]) -> str:
    """The choice at `place` (0..1) when they lie side by side with their shares as widths."""
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

# What sets the families apart: modes, air, drive, room, as distributions that are straight between their points.
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
    # A sweep that outlasts the body, or starts too high, is heard as a laser and not as a kick.
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
    # Until -75 dB; `cut` says how far it is shortened towards the point where the decay has been heard.
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


# Kicks -------------------------------------------------------------------------------------------------------------


def synthesise_kick(seed: int) -> tuple[NDArray[np.float32], KickParameters]:
    """The kick of this seed and its truth.

    Returns:
        (audio, parameters): float32 of shape (2, 22050), onset at 1 ms, the largest sample at full scale.
    """
    parameters = kick_parameters(seed)
    return render_kick(parameters), parameters


def render_kick(parameters: KickParameters) -> NDArray[np.float32]:
    """The sound of these parameters, float32 of shape (2, 22050). Noise and reflections come from their seed."""
    p = parameters
    n = min(KICK_SAMPLES - ONSET, round(p.length_ms * SAMPLE_RATE / 1000.0))
    ms = _milliseconds(n)
    level = _body_level(p, ms)
    envelope = np.exp(level)
    phase = _phase(p, ms)
    body = np.sin(phase)
    if p.harmonic_level > 0.0:
        body += p.harmonic_level * np.sin(2.0 * phase)
    body *= envelope
    modes = _modes(p, phase, level)
    attack = _rise(ms, p.attack_ms)
    click, air = _click(p, "mid", n), _air(p, "mid", n)
    over = click + air
    dry = _driven(p, attack * (body + modes) + over, envelope)
    mid = dry + _reflections(p, "mid", over + attack * modes)

    audio = np.zeros((2, KICK_SAMPLES))
    sound = audio[:, ONSET : ONSET + n]
    sound[:] = p.polarity * mid
    if p.width > 0.0:
        side = _click(p, "side", n) + _air(p, "side", n) + _reflections(p, "side", over + attack * modes)
        side = p.width * _high_passed(side)
        sound[0] += side
        sound[1] -= side
    sound *= _fall(n, round(0.02 * SAMPLE_RATE))
    return _to_full_scale(audio)


def _milliseconds(n: int) -> Signal:
    """The times of `n` samples."""
    return np.asarray(np.arange(n, dtype=np.float64) * (1000.0 / SAMPLE_RATE))


def _body_level(p: KickParameters, ms: Signal) -> Signal:
    """Logarithm of the body's envelope: 0 until the hold ends, DECAY_DB at `decay_ms` after the peak."""
    place = np.maximum(0.0, ms - p.attack_ms - p.hold_ms) * (1.0 / (p.decay_ms - p.hold_ms))
    if p.decay_curve != 1.0:
        # Bent a little beside its start: a power below 1 alone starts with infinite slope, which would click.
        start = 0.05**p.decay_curve
        place = ((place + 0.05) ** p.decay_curve - start) / (1.05**p.decay_curve - start)
    return np.asarray(np.maximum((_NEPERS * DECAY_DB) * place, _NEPERS * -200.0))


def _falling(ms: Signal, decay_ms: float) -> Signal:
    """An exponential envelope: 1 at 0, DECAY_DB at `decay_ms`."""
    return np.asarray(np.exp((_NEPERS * DECAY_DB / decay_ms) * ms))


def _phase(p: KickParameters, ms: Signal) -> Signal:
    """The summed frequency in radians; 0 at the onset."""
    octaves = p.sweep_octaves * np.exp((-np.log(10.0) / p.sweep_ms) * ms)
    if p.snap_octaves > 0.0:
        n = int(np.searchsorted(ms, 12.0 * p.snap_ms))  # what is left then is a millionth of a millionth
        octaves[:n] += p.snap_octaves * np.exp((-np.log(10.0) / p.snap_ms) * ms[:n])
    step = (2.0 * np.pi * p.pitch_hz / SAMPLE_RATE) * np.exp2(octaves)
    phase = np.cumsum(step)
    return np.asarray(phase - step[0])


# Modes of an ideal circular membrane: frequency over the fundamental (zeros of Bessel functions), level, and how much
# faster than the body they decay.
_MEMBRANE = ((1.594, 0.6, 1.8), (2.136, 0.4, 2.6), (2.653, 0.25, 3.2), (3.600, 0.15, 4.5))


def _modes(p: KickParameters, phase: Signal, level: Signal) -> Signal:
    modes = np.zeros(phase.size)
    if p.mode_level > 0.0:
        for ratio, amplitude, faster in _MEMBRANE:
            n = int(np.searchsorted(-level, _NEPERS * 70.0 / faster))  # until 70 dB down; the level only falls
            tone = np.sin(ratio * phase[:n])
            tone *= np.exp(faster * level[:n])
            modes[:n] += (p.mode_level * amplitude) * tone
    return modes


def _rise(ms: Signal, attack_ms: float) -> Signal:
    """Half a raised cosine from 0 to 1."""
    n = int(np.searchsorted(ms, attack_ms))
    rise = np.ones(ms.size)
    rise[:n] = 0.5 - 0.5 * np.cos(np.pi * ms[:n] / attack_ms)
    return rise


def _fall(n: int, n_fade: int) -> Signal:
    """Ones that end in half a raised cosine down to 0."""
    n_fade = min(n, n_fade)
    fall = np.ones(n)
    fall[n - n_fade :] = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, n_fade + 1) / n_fade)
    return fall


def _driven(p: KickParameters, signal: Signal, envelope: Signal) -> Signal:
    """tanh with a bias, undone so that the body's fundamental keeps its amplitude and no offset appears.

    What the curve does to the fundamental and to the mean depends on the level alone: it is measured on one cycle
    at a few levels and taken out along the envelope.
    """
    gain = 0.15 + 7.0 * p.drive**2
    bias = 0.6 * p.asymmetry
    levels = np.geomspace(1e-4, 1.0, 20)
    angle = np.arange(96) * (2.0 * np.pi / 96)
    cycle = np.sin(angle) + p.harmonic_level * np.sin(2.0 * angle)
    shaped = np.tanh(gain * levels[:, None] * cycle + bias)
    mean = shaped.mean(axis=1)
    fundamental = 2.0 * (shaped @ np.sin(angle)) / angle.size / levels
    log_envelope = np.log(np.maximum(envelope, 1e-4))
    result = np.tanh(gain * signal + bias)
    result -= np.interp(log_envelope, np.log(levels), mean)
    result /= np.interp(log_envelope, np.log(levels), fundamental)
    return np.asarray(result)


def _click(p: KickParameters, channel: str, n: int) -> Signal:
    """The click of the mid, or its difference between left and right."""
    click = np.zeros(n)
    if p.click_level == 0.0:
        return click
    if p.click_kind == "impulse":
        # A half-sine and a weaker one the other way round; the side's is a little late.
        length = max(3, round(p.click_ms * SAMPLE_RATE / 1000.0))
        pulse = np.sin(np.pi * np.arange(1, 2 * length) / length)
        pulse[length:] *= 0.4
        late = 0 if channel == "mid" else length // 2 + 3
        pulse = pulse[: n - late] * p.click_level
        click[late : late + pulse.size] = pulse if channel == "mid" else 0.5 * pulse
        return click
    n_click = min(n, round(2.0 * p.click_ms * SAMPLE_RATE / 1000.0))  # until -60 dB
    ms = _milliseconds(n_click)
    fall = _falling(ms, p.click_ms)
    if p.click_kind == "blip" and channel == "mid":
        frequency = p.click_hz * np.exp2(-ms / p.click_ms)
        tone = np.sin(2.0 * np.pi * np.cumsum(frequency) / SAMPLE_RATE)
        click[:n_click] = p.click_level * fall * tone
    else:
        share = 0.5 if p.click_kind == "blip" else 1.0
        noise = _noise(p.seed, f"synthesis/click/{channel}", n_click, lambda hz: _band(hz, p.click_hz, 1.3))
        click[:n_click] = (share * p.click_level) * fall * noise
    return click


def _air(p: KickParameters, channel: str, n: int) -> Signal:
    """Noise behind the body."""
    air = np.zeros(n)
    if p.air_level > 0.0:
        n_air = min(n, round(2.5 * p.air_ms * SAMPLE_RATE / 1000.0))  # until -75 dB
        noise = _noise(
            p.seed, f"synthesis/air/{channel}", n_air, lambda hz: _above(hz, 180.0) / (1.0 + (hz / p.air_hz) ** 2)
        )
        ms = _milliseconds(n_air)
        air[:n_air] = p.air_level * noise * _falling(ms, p.air_ms)
    return air


def _reflections(p: KickParameters, channel: str, source: Signal, count: int = 9) -> Signal:
    """Early reflections of `source`: later ones are weaker."""
    result = np.zeros(source.size)
    if p.room_level == 0.0:
        return result
    draws = uniform(p.seed // KICKS_PER_MACHINE, f"synthesis/room/{channel}", 2 * count)
    delays = 1.5 + (p.room_ms - 1.5) * draws[:count] ** 1.5
    signs = np.where(draws[count:] < 0.5, -1.0, 1.0)
    for delay_ms, sign in zip(delays.tolist(), signs.tolist(), strict=True):
        late = round(delay_ms * SAMPLE_RATE / 1000.0)
        gain = sign * p.room_level * 10.0 ** (-1.2 * delay_ms / p.room_ms) / np.sqrt(count) * 1.5
        result[late:] += gain * source[: source.size - late]
    return result


def _to_full_scale(audio: Signal) -> NDArray[np.float32]:
    """The largest sample of both channels becomes 1."""
    return np.asarray(audio / max(audio.max(), -audio.min()), dtype=np.float32)


# Noise and filters -------------------------------------------------------------------------------------------------


def _band(hz: Signal, centre_hz: float, octaves: float) -> Signal:
    """A bell on the logarithmic frequency axis with a broad foot, 0 at 0 Hz."""
    distance = np.log2(np.maximum(hz, 1.0) / centre_hz) / octaves
    return np.asarray((np.exp(-0.5 * distance**2) + 0.12) * _above(hz, 150.0))


def _above(hz: Signal, corner_hz: float) -> Signal:
    """Gain of a fourth-order high-pass."""
    ratio = (hz / corner_hz) ** 4
    return np.asarray(ratio / (1.0 + ratio))


def _noise(seed: int, purpose: str, n: int, gain: Callable[[Signal], Signal]) -> Signal:
    """`n` samples of noise with this gain over frequency (Hz), root mean square 0.5.

    Random phases, given magnitudes: one inverse FFT, and no band is missing by chance.
    """
    size = 256
    while size < n:
        size *= 2
    hz = np.arange(size // 2 + 1, dtype=np.float64) * (SAMPLE_RATE / size)
    magnitude = gain(hz)
    magnitude[[0, -1]] = 0.0
    magnitude *= 0.5 * size / np.sqrt(2.0 * np.square(magnitude).sum())
    angle = (uniform(seed, purpose, hz.size) * (2.0 * np.pi)).astype(np.float32)
    spectrum = np.empty(hz.size, dtype=np.complex64)
    spectrum.real = magnitude * np.cos(angle)
    spectrum.imag = magnitude * np.sin(angle)
    return np.fft.irfft(spectrum, n=size)[:n].astype(np.float64)


@lru_cache(maxsize=1)
def _side_filter() -> NDArray[np.complex128]:
    """Response of the side's high-pass, a digital Butterworth of order 8, on the grid of 32,768 samples.

    It is causal, so nothing rings before the onset.
    """
    z = np.exp(2j * np.pi * np.arange(16_385) / 32_768)
    warped = np.tan(np.pi * 1.6 * SIDE_LOWEST_HZ / SAMPLE_RATE)
    response = np.ones(z.size, dtype=np.complex128)
    s = (z - 1.0) / (z + 1.0 + 1e-12) / warped  # the bilinear transform, corner at 1
    for index in range(4):
        damping = 2.0 * np.sin(np.pi * (2 * index + 1) / 16.0)
        response *= s**2 / (s**2 + damping * s + 1.0)
    return np.asarray(response)


def _high_passed(signal: Signal) -> Signal:
    spectrum = np.fft.rfft(signal, n=32_768) * _side_filter()
    return np.asarray(np.fft.irfft(spectrum, n=32_768)[: signal.size])


# Sines -------------------------------------------------------------------------------------------------------------


def synthesise_sine(seed: int) -> tuple[NDArray[np.float32], SineParameters]:
    """A pure stereo sine and its truth: the draft's sine validation.

    Frequency spread evenly over octaves from 40 Hz to 10 kHz; the louder channel between -12 dB and full scale, the
    other up to 24 dB below it, or equal (one in four). One millisecond of silence as for kicks, then constant to the
    end, but for raised-cosine fades of 2 ms at both ends that keep edges from sounding.

    Returns:
        (audio, parameters): float32 of shape (2, 22050).
    """
    u = uniform(seed, "synthesis/sine", 5)
    frequency = 40.0 * (10_000.0 / 40.0) ** float(u[0])
    loud = 10.0 ** (-12.0 * float(u[1]) / 20.0)
    imbalance_db = -24.0 * max(0.0, (float(u[2]) - 0.25) / 0.75)
    quiet = loud * 10.0 ** (imbalance_db / 20.0)
    left, right = (loud, quiet) if u[3] < 0.5 else (quiet, loud)
    phase = 2.0 * np.pi * float(u[4])
    n = KICK_SAMPLES - ONSET
    n_fade = round(0.002 * SAMPLE_RATE)
    tone = np.sin(phase + 2.0 * np.pi * frequency / SAMPLE_RATE * np.arange(n))
    tone *= _fall(n, n_fade) * _fall(n, n_fade)[::-1]
    audio = np.zeros((2, KICK_SAMPLES), dtype=np.float32)
    audio[:, ONSET:] = np.array([[left], [right]]) * tone
    return audio, SineParameters(seed, frequency, left, right, phase)


# Sounds that are not kicks -----------------------------------------------------------------------------------------


class _Maker:
    """Draws and building blocks for one sound of `n` samples from the onset."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.n = KICK_SAMPLES - ONSET
        self.ms = _milliseconds(self.n)
        self._draws = iter(uniform(seed, "synthesis/other", 64).tolist())
        self._noises = 0

    def between(self, low: float, high: float) -> float:
        """A number drawn evenly over octaves between two positive ones."""
        return float(low * (high / low) ** next(self._draws))

    def noise(self, low_hz: float, high_hz: float) -> Signal:
        """Noise between two frequencies."""
        self._noises += 1
        return _noise(
            self.seed,
            f"synthesis/other/noise/{self._noises}",
            self.n,
            lambda hz: _above(hz, low_hz) / (1.0 + (hz / high_hz) ** 4),
        )

    def tone(self, start_hz: float, end_hz: float | None = None) -> Signal:
        """A sine, gliding evenly over octaves if an end is given."""
        octaves = 0.0 if end_hz is None else np.log2(end_hz / start_hz)
        frequency = start_hz * np.exp2(octaves * self.ms / self.ms[-1])
        return np.asarray(np.sin(2.0 * np.pi * np.cumsum(frequency) / SAMPLE_RATE))

    def falling(self, decay_ms: float, start_ms: float = 0.0) -> Signal:
        """An envelope: 1 at `start_ms`, -30 dB `decay_ms` later, 0 before."""
        after = self.ms - start_ms
        return np.where(after >= 0.0, _falling(np.maximum(after, 0.0), decay_ms), 0.0)

    def swelling(self, attack_ms: float) -> Signal:
        """An envelope that rises from 0 to 1 and stays."""
        return _rise(self.ms, attack_ms)


def _noise_burst(make: _Maker) -> Signal:
    return make.noise(100.0, 16_000.0) * make.falling(make.between(2000.0, 8000.0))


def _closed_hat(make: _Maker) -> Signal:
    return make.noise(make.between(5000.0, 8000.0), 18_000.0) * make.falling(make.between(20.0, 80.0))


def _cymbal(make: _Maker) -> Signal:
    base = make.between(300.0, 500.0)
    ring = sum((np.sign(make.tone(base * ratio)) for ratio in (7.1, 9.6, 11.4, 13.9, 16.2)), np.zeros(make.n))
    return (make.noise(4000.0, 18_000.0) + 0.1 * ring) * make.falling(make.between(500.0, 2000.0))


def _snare(make: _Maker) -> Signal:
    pitch = make.between(170.0, 260.0)
    rattle = make.noise(make.between(700.0, 2000.0), 14_000.0) * make.falling(make.between(100.0, 300.0))
    return 0.5 * make.tone(pitch * 1.2, pitch) * make.falling(make.between(60.0, 150.0)) + rattle


def _clap(make: _Maker) -> Signal:
    gap = make.between(8.0, 14.0)
    hands = sum((make.falling(8.0, index * gap) for index in range(3)), np.zeros(make.n))
    return make.noise(700.0, 6000.0) * (hands + make.falling(make.between(120.0, 300.0), 3.0 * gap))


def _bass_note(make: _Maker) -> Signal:
    pitch = make.between(40.0, 110.0)
    harmonics = (make.tone(pitch * k) / k for k in range(1, 9))
    return sum(harmonics, np.zeros(make.n)) * make.swelling(make.between(3.0, 20.0))


def _rising_sweep(make: _Maker) -> Signal:
    return make.tone(make.between(40.0, 200.0), make.between(1500.0, 8000.0)) * make.swelling(make.between(50.0, 400.0))


def _drum_loop(make: _Maker) -> Signal:
    step = make.between(85.0, 140.0)
    hits = [make.noise(6000.0, 18_000.0), make.noise(900.0, 12_000.0), make.tone(make.between(150.0, 250.0))]
    order = [int(make.between(1.0, 3.999)) - 1 for _ in range(6)]
    sounds = (hits[which] * make.falling(70.0, index * step) for index, which in enumerate(order))
    return sum(sounds, np.zeros(make.n))


def _hum(make: _Maker) -> Signal:
    mains = 50.0 if make.between(1.0, 2.0) < 1.5 else 60.0
    return sum((make.tone(mains * k) / k**1.5 for k in (1, 2, 3, 4, 5, 6)), 0.02 * make.noise(50.0, 12_000.0))


def _pad(make: _Maker) -> Signal:
    root = make.between(110.0, 330.0)
    chord = (make.tone(root * ratio * detune) for ratio in (1.0, 1.25, 1.5, 2.0) for detune in (0.997, 1.003))
    return sum(chord, np.zeros(make.n)) * make.swelling(make.between(80.0, 300.0))


def _high_tom(make: _Maker) -> Signal:
    pitch = make.between(190.0, 380.0)
    skin = sum(
        (level * make.tone(ratio * pitch * 1.15, ratio * pitch) for ratio, level in ((1.0, 1.0), (1.59, 0.4))),
        np.zeros(make.n),
    )
    return skin * make.falling(make.between(150.0, 400.0)) + 0.2 * make.noise(800.0, 8000.0) * make.falling(15.0)


def _bell(make: _Maker) -> Signal:
    base = make.between(500.0, 1800.0)
    partials = ((1.0, 1.0), (2.76, 0.6), (5.40, 0.35), (8.93, 0.2))  # a free bar's modes
    decay = make.between(300.0, 2000.0)
    return sum(
        (
            level * make.tone(base * ratio) * make.falling(decay / ratio)
            for ratio, level in partials
            if base * ratio < 20_000.0
        ),
        np.zeros(make.n),
    )


def _cowbell(make: _Maker) -> Signal:
    base = make.between(480.0, 620.0)
    return (np.sign(make.tone(base)) + np.sign(make.tone(1.48 * base))) * make.falling(make.between(100.0, 300.0))


def _rimshot(make: _Maker) -> Signal:
    tones = make.tone(make.between(450.0, 600.0)) + make.tone(make.between(1500.0, 2000.0))
    return tones * make.falling(make.between(15.0, 40.0)) + 0.4 * make.noise(2000.0, 12_000.0) * make.falling(10.0)


def _shaker(make: _Maker) -> Signal:
    rise = make.between(30.0, 120.0)
    return make.noise(3000.0, 14_000.0) * make.swelling(rise) * make.falling(make.between(60.0, 200.0), 0.0)


def _crackle(make: _Maker) -> Signal:
    picks = make.noise(300.0, 12_000.0)
    return np.where(np.abs(picks) > 1.3, picks, 0.0) + 0.02 * picks


def _reversed_kick(make: _Maker) -> Signal:
    return synthesise_kick(make.seed)[0][0, ONSET:].astype(np.float64)[::-1]


def _voice(make: _Maker) -> Signal:
    pitch = make.between(110.0, 260.0)
    first, second = make.between(350.0, 800.0), make.between(1000.0, 2300.0)
    voiced = np.zeros(make.n)
    for k in range(1, int(5000.0 / pitch)):
        hz = k * pitch
        gain = 1.0 / (1.0 + ((hz - first) / 90.0) ** 2) + 0.5 / (1.0 + ((hz - second) / 120.0) ** 2)
        voiced += gain * make.tone(0.95 * hz, 1.05 * hz)
    return voiced * make.swelling(make.between(20.0, 80.0))


_OTHERS: dict[str, Callable[[_Maker], Signal]] = {
    "noise burst": _noise_burst,
    "closed hat": _closed_hat,
    "open cymbal": _cymbal,
    "snare": _snare,
    "clap": _clap,
    "bass note": _bass_note,
    "rising sweep": _rising_sweep,
    "drum loop": _drum_loop,
    "hum": _hum,
    "pad": _pad,
    "high tom": _high_tom,
    "bell": _bell,
    "cowbell": _cowbell,
    "rimshot": _rimshot,
    "shaker": _shaker,
    "crackle": _crackle,
    "reversed kick": _reversed_kick,
    "voice": _voice,
}

OTHER_KINDS = tuple(_OTHERS)
"""The kinds of sounds that are not kicks, in the order in which seeds go through them."""


def synthesise_other(seed: int) -> tuple[NDArray[np.float32], str]:
    """A sound that is not a kick, to calibrate what tells kicks apart, and its kind (one of OTHER_KINDS).

    Returns:
        (audio, kind): float32 of shape (2, 22050), onset at 1 ms, the largest sample at full scale; a third is stereo.
    """
    if seed < 0:
        raise ValueError(f"a seed is at least 0; got {seed}")
    kind = OTHER_KINDS[seed % len(OTHER_KINDS)]
    make = _Maker(seed)
    sound = _OTHERS[kind](make) * _fall(make.n, round(0.01 * SAMPLE_RATE))
    audio = np.zeros((2, KICK_SAMPLES))
    audio[:, ONSET:] = sound
    if float(uniform(seed, "synthesis/other/stereo", 1)[0]) < 1.0 / 3.0:
        late = 7  # samples: a little width without another sound
        audio[1, ONSET:] = 0.8 * sound
        audio[1, ONSET + late :] += 0.2 * sound[:-late]
    return _to_full_scale(audio), kind
