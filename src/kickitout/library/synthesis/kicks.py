"""Kicks: from parameters to sound.

How a kick is built, with t counted from the onset at 1 ms and E(t) the envelope of the body:

    frequency   f(t) = pitch 2^(sweep 10^(-t / sweep_ms) + snap 10^(-t / snap_ms))
    body        sine of the summed frequency, its second harmonic, and modes of a circular membrane
    click       a noise burst, an impulse or a blip in the first milliseconds; air: filtered noise with its own decay
    drive       tanh with a bias around body, click and air, undone in level: the fundamental's amplitude stays E(t)
    room        early reflections of click, air and modes, not of the body
    side        air, click and reflections that differ left and right, high-passed: the low end stays mono
    end         cut at `length_ms` with a fade; digital silence after it; peak at full scale
"""

import numpy as np
from numpy.typing import NDArray

from kickitout.library.synthesis.parameters import KICKS_PER_MACHINE, KickParameters, kick_parameters
from kickitout.library.synthesis.signals import (
    DECAY_DB,
    NEPERS,
    ONSET,
    Signal,
    band_gain,
    decaying,
    fade_in,
    fade_out,
    high_pass_gain,
    high_passed,
    milliseconds,
    shaped_noise,
    to_full_scale,
)
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.system.randomness import uniform


def synthesise_kick(seed: int) -> tuple[NDArray[np.float32], KickParameters]:
    """The kick of this seed and its parameters.

    Returns:
        (audio, parameters): float32 of shape (2, 22050), onset at 1 ms, the largest sample at full scale.
    """
    parameters = kick_parameters(seed)
    return render_kick(parameters), parameters


def render_kick(parameters: KickParameters) -> NDArray[np.float32]:
    """The sound of these parameters, float32 of shape (2, 22050). Noise and reflections come from their seed."""
    p = parameters
    n = min(KICK_SAMPLES - ONSET, round(p.length_ms * SAMPLE_RATE / 1000.0))
    ms = milliseconds(n)
    level = _body_level(p, ms)
    envelope = np.exp(level)
    phase = _phase(p, ms)
    body = np.sin(phase)
    if p.harmonic_level > 0.0:
        body += p.harmonic_level * np.sin(2.0 * phase)
    body *= envelope
    modes = _modes(p, phase, level)
    attack = fade_in(ms, p.attack_ms)
    click, air = _click(p, "mid", n), _air(p, "mid", n)
    over = click + air
    dry = _driven(p, attack * (body + modes) + over, envelope)
    mid = dry + _reflections(p, "mid", over + attack * modes)

    audio = np.zeros((2, KICK_SAMPLES))
    sound = audio[:, ONSET : ONSET + n]
    sound[:] = p.polarity * mid
    if p.width > 0.0:
        side = _click(p, "side", n) + _air(p, "side", n) + _reflections(p, "side", over + attack * modes)
        side = p.width * high_passed(side)
        sound[0] += side
        sound[1] -= side
    sound *= fade_out(n, round(0.02 * SAMPLE_RATE))
    return to_full_scale(audio)


def _body_level(p: KickParameters, ms: Signal) -> Signal:
    """Logarithm of the body's envelope: 0 until the hold ends, DECAY_DB at `decay_ms` after the peak."""
    place = np.maximum(0.0, ms - p.attack_ms - p.hold_ms) * (1.0 / (p.decay_ms - p.hold_ms))
    if p.decay_curve != 1.0:
        # Shifted a little from 0: a power below 1 starts with infinite slope, which would click.
        start = 0.05**p.decay_curve
        place = ((place + 0.05) ** p.decay_curve - start) / (1.05**p.decay_curve - start)
    return np.asarray(np.maximum((NEPERS * DECAY_DB) * place, NEPERS * -200.0))


def _phase(p: KickParameters, ms: Signal) -> Signal:
    """The summed frequency in radians; 0 at the onset."""
    octaves = p.sweep_octaves * np.exp((-np.log(10.0) / p.sweep_ms) * ms)
    if p.snap_octaves > 0.0:
        n = int(np.searchsorted(ms, 12.0 * p.snap_ms))  # 1e-12 remains then
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
            n = int(np.searchsorted(-level, NEPERS * 70.0 / faster))  # until 70 dB down; the level only falls
            tone = np.sin(ratio * phase[:n])
            tone *= np.exp(faster * level[:n])
            modes[:n] += (p.mode_level * amplitude) * tone
    return modes


def _driven(p: KickParameters, signal: Signal, envelope: Signal) -> Signal:
    """tanh with a bias, undone so that the body's fundamental keeps its amplitude and no offset appears.

    The curve's effect on the fundamental and on the mean depends on the level alone: it is measured on one cycle at a
    few levels and compensated along the envelope.
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
        # A half-sine and a weaker one of opposite sign; that of the side is delayed a little.
        length = max(3, round(p.click_ms * SAMPLE_RATE / 1000.0))
        pulse = np.sin(np.pi * np.arange(1, 2 * length) / length)
        pulse[length:] *= 0.4
        late = 0 if channel == "mid" else length // 2 + 3
        pulse = pulse[: n - late] * p.click_level
        click[late : late + pulse.size] = pulse if channel == "mid" else 0.5 * pulse
        return click
    n_click = min(n, round(2.0 * p.click_ms * SAMPLE_RATE / 1000.0))  # until -60 dB
    ms = milliseconds(n_click)
    fall = decaying(ms, p.click_ms)
    if p.click_kind == "blip" and channel == "mid":
        frequency = p.click_hz * np.exp2(-ms / p.click_ms)
        tone = np.sin(2.0 * np.pi * np.cumsum(frequency) / SAMPLE_RATE)
        click[:n_click] = p.click_level * fall * tone
    else:
        share = 0.5 if p.click_kind == "blip" else 1.0
        noise = shaped_noise(p.seed, f"synthesis/click/{channel}", n_click, lambda hz: band_gain(hz, p.click_hz, 1.3))
        click[:n_click] = (share * p.click_level) * fall * noise
    return click


def _air(p: KickParameters, channel: str, n: int) -> Signal:
    """Noise behind the body."""
    air = np.zeros(n)
    if p.air_level > 0.0:
        n_air = min(n, round(2.5 * p.air_ms * SAMPLE_RATE / 1000.0))  # until -75 dB
        noise = shaped_noise(
            p.seed,
            f"synthesis/air/{channel}",
            n_air,
            lambda hz: high_pass_gain(hz, 180.0) / (1.0 + (hz / p.air_hz) ** 2),
        )
        ms = milliseconds(n_air)
        air[:n_air] = p.air_level * noise * decaying(ms, p.air_ms)
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
