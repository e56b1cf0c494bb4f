"""Designed kicks: from a design to sound.

With t counted from the onset at 1 ms:

    frequency   f(t) = pitch 2^(sweep 10^(-t / sweep_ms) + snap 10^(-t / snap_ms) + drift 10^(-t / drift_ms))
    body        sine of the summed frequency, two harmonics, modes of a membrane; punch, hold, decay, tail, gate
    clicks      a burst of noise, a falling chirp, a pulse, a tick of three resonances; a knock under them
    air         two bands of noise with their own decays, and a weak haze to the end
    drive       tanh to hard clipping, with a bias
    equaliser   cuts, shelves and bells of minimum phase; a room of decaying noise
    dynamics    a compressor that lets the attack through, then a clipping limiter
    side        what lies above `side_hz`, as other reflections and other noise, at exactly `width_db` under the mid
"""

import numpy as np
from numpy.typing import NDArray

from kickitout.library.synthesis.designs import OFF_DB, KickDesign, kick_design
from kickitout.library.synthesis.signals import (
    DECAY_DB,
    NEPERS,
    ONSET,
    Signal,
    decaying,
    fade_in,
    fade_out,
    milliseconds,
    shaped_noise,
    to_full_scale,
)
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.system.randomness import uniform

N = KICK_SAMPLES - ONSET
SIZE = 32_768
"""Samples of the transforms: the kick and room for what filters ring."""

Spectrum = NDArray[np.complex128]


def design_kick(seed: int) -> tuple[NDArray[np.float32], KickDesign]:
    """The designed kick of this seed and its parameters.

    Returns:
        (audio, design): float32 of shape (2, 22050), onset at 1 ms, the largest sample at full scale.
    """
    design = kick_design(seed)
    return render_design(design), design


def render_design(design: KickDesign) -> NDArray[np.float32]:
    """The sound of a design, float32 of shape (2, 22050). Noise and reflections come from its seed."""
    p = design
    n = min(N, round(p.length_ms * SAMPLE_RATE / 1000.0))
    ms = MS[:n]
    driven = _driven(p, _body(p, ms) + _clicks(p, n) + _air(p, n))
    equaliser = _equaliser(p)
    spectrum = np.fft.rfft(driven, SIZE) * equaliser
    audio = np.zeros((2, KICK_SAMPLES))
    sound = audio[:, ONSET : ONSET + n]
    if p.room_db <= OFF_DB and p.width_db <= OFF_DB:
        mid = np.fft.irfft(spectrum, SIZE)[:n]
        sound[:] = _limited(p, mid * _compression(p, mid))
    else:
        high_pass = _high_pass(p.side_hz)
        high = spectrum * high_pass
        if p.room_db > OFF_DB:
            spectrum += high * _room(p, "mid")
        mid = np.fft.irfft(spectrum, SIZE)[:n]
        gain = _compression(p, mid)
        sound[:] = _limited(p, mid * gain)
        if p.width_db > OFF_DB:
            _widen(p, sound, gain * _side(p, high, equaliser * high_pass, n))
    sound *= p.polarity * fade_out(n, round(p.fade_ms * SAMPLE_RATE / 1000.0))
    return to_full_scale(audio)


def _widen(p: KickDesign, sound: Signal, side: Signal) -> None:
    """Add the side to both channels, at `width_db` under the mid after the fade that follows."""
    fade = fade_out(side.size, round(p.fade_ms * SAMPLE_RATE / 1000.0))
    reach = np.square(fade * sound[0]).sum() / max(np.square(fade * side).sum(), 1e-30)
    side *= np.sqrt(reach) * _gain(p.width_db)
    sound[0] += side
    sound[1] -= side


def _gain(db: float) -> float:
    """A level as an amplitude; OFF_DB is none."""
    return 0.0 if db <= OFF_DB else float(10.0 ** (db / 20.0))


MS = milliseconds(N)
MS.setflags(write=False)
GRID_HZ = np.concatenate([[1.0], np.geomspace(4.0, SAMPLE_RATE / 2.0, 383)])
"""Where the equaliser is computed; between these it is interpolated."""


def _phase(p: KickDesign, ms: Signal) -> Signal:
    """The summed frequency in radians; the start phase at the onset."""
    octaves = p.sweep_octaves * np.exp((-np.log(10.0) / p.sweep_ms) * ms)
    octaves += p.drift_octaves * np.exp((-np.log(10.0) / p.drift_ms) * ms)
    n = int(np.searchsorted(ms, 8.0 * p.snap_ms))
    octaves[:n] += p.snap_octaves * np.exp((-np.log(10.0) / p.snap_ms) * ms[:n])
    step = np.minimum(p.pitch_hz * np.exp2(octaves), 12_000.0) * (2.0 * np.pi / SAMPLE_RATE)
    phase = np.cumsum(step)
    return np.asarray(phase - step[0] + 2.0 * np.pi * p.start_phase)


def _envelope(p: KickDesign, ms: Signal) -> Signal:
    """Amplitude of the body: attack, punch, hold, decay with a tail, gate."""
    place = np.maximum(0.0, ms - p.attack_ms - p.hold_ms) * (1.0 / p.decay_ms)
    if p.decay_curve != 1.0:
        # Shifted a little from 0: a power below 1 starts with infinite slope, which would click.
        start = 0.05**p.decay_curve
        place = ((place + 0.05) ** p.decay_curve - start) / (1.05**p.decay_curve - start)
    envelope = np.exp(np.maximum((NEPERS * DECAY_DB) * place, NEPERS * -200.0))
    if p.tail_db > OFF_DB:
        envelope += _gain(p.tail_db) * decaying(ms, p.tail_ms)
    if p.punch_db > 0.0:
        envelope *= 1.0 + (_gain(p.punch_db) - 1.0) * np.exp((-np.log(10.0) / p.punch_ms) * ms)
    gate = round(p.gate_ms * SAMPLE_RATE / 1000.0)
    if gate < ms.size:
        release = round(p.release_ms * SAMPLE_RATE / 1000.0)
        length = min(ms.size, gate + release)
        fall = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, release + 1) / release)
        envelope[gate:length] *= fall[: length - gate]
        envelope[length:] = 0.0
    return envelope * fade_in(ms, p.attack_ms)


# Modes of an ideal circular membrane: frequency over the fundamental (zeros of Bessel functions), level, and how much
# faster than the body they decay.
_MEMBRANE = ((1.594, 0.6, 1.8), (2.136, 0.4, 2.6), (2.653, 0.25, 3.2), (3.600, 0.15, 4.5))


def _body(p: KickDesign, ms: Signal) -> Signal:
    phase = _phase(p, ms)
    body = np.sin(phase)
    levels = (_gain(p.second_db), _gain(p.third_db))
    if max(levels) > 0.0:
        fall = decaying(ms, p.harmonic_ms)
        body += fall * (levels[0] * np.sin(2.0 * phase) + levels[1] * np.sin(3.0 * phase))
    if p.modes_db > OFF_DB:
        n = int(np.searchsorted(ms, 2.0 * p.decay_ms))
        for ratio, level, faster in _MEMBRANE:
            fall = decaying(ms[:n], p.decay_ms / (faster - 1.0))
            body[:n] += (_gain(p.modes_db) * level) * fall * np.sin(ratio * phase[:n])
    body *= _envelope(p, ms)
    if p.knock_db > OFF_DB:
        near = ms[: round(2.0 * p.knock_ms * SAMPLE_RATE / 1000.0)]
        tone = np.sin((2.0 * np.pi * p.knock_hz / 1000.0) * (near + 2.0 * (1.0 - np.exp(-near / 4.0))))
        body[: near.size] += _gain(p.knock_db) * tone * decaying(near, p.knock_ms)
    return body


def _burst(into: Signal, late_ms: float, sound: Signal) -> None:
    """Add `sound` from `late_ms` on."""
    start = round(late_ms * SAMPLE_RATE / 1000.0)
    sound = sound[: into.size - start]
    into[start : start + sound.size] += sound


def _clicks(p: KickDesign, n: int) -> Signal:
    clicks = np.zeros(n)
    if p.noise_db > OFF_DB:
        _burst(clicks, p.noise_late_ms, _gain(p.noise_db) * _noise_click(p, "mid"))
    if p.chirp_db > OFF_DB:
        ms = MS[: round(2.5 * p.chirp_ms * SAMPLE_RATE / 1000.0)]
        frequency = p.chirp_hz * np.exp2((-3.0 / p.chirp_ms) * ms)
        tone = np.sin((2.0 * np.pi / SAMPLE_RATE) * np.cumsum(frequency))
        _burst(clicks, 0.0, _gain(p.chirp_db) * tone * decaying(ms, p.chirp_ms))
    if p.pulse_db > OFF_DB:
        length = max(2, round(p.pulse_ms * SAMPLE_RATE / 1000.0))
        pulse = np.sin(np.pi * np.arange(1, 2 * length) / length)
        pulse[length:] *= 0.4
        _burst(clicks, 0.0, _gain(p.pulse_db) * pulse)
    if p.tick_db > OFF_DB:
        _burst(clicks, p.tick_late_ms, _gain(p.tick_db) * _tick(p))
    return clicks


def _noise_click(p: KickDesign, channel: str) -> Signal:
    n = round(2.0 * p.noise_ms * SAMPLE_RATE / 1000.0)
    ms = MS[: max(n, 16)]

    def gain(hz: Signal) -> Signal:
        distance = np.log2(np.maximum(hz, 1.0) / p.noise_hz) / p.noise_octaves
        return np.asarray(np.exp(-0.5 * distance**2))

    noise = shaped_noise(p.seed, f"synthesis/design/noise/{channel}", ms.size, gain)
    return np.asarray(2.0 * noise * decaying(ms, p.noise_ms))


def _tick(p: KickDesign) -> Signal:
    ms = MS[: round(2.0 * p.tick_ms * SAMPLE_RATE / 1000.0) + 16]
    draws = uniform(p.seed, "synthesis/design/tick", 5)
    tick = np.sin((2.0 * np.pi / 1000.0 * p.tick_hz) * ms) * decaying(ms, p.tick_ms)
    for ratio, level, share in ((1.3 + draws[0], draws[1], 0.7), (2.4 + 2.0 * draws[2], 0.7 * draws[3], 0.5)):
        hz = min(p.tick_hz * ratio, 18_000.0)
        tick += level * np.sin((2.0 * np.pi / 1000.0 * hz) * ms) * decaying(ms, share * p.tick_ms)
    return np.asarray(tick)


def _air(p: KickDesign, n: int) -> Signal:
    air = np.zeros(n)
    for name, level, corner, decay_ms in (
        ("low", p.low_air_db, p.low_air_hz, p.low_air_ms),
        ("high", p.high_air_db, p.high_air_hz, p.high_air_ms),
    ):
        if level > OFF_DB:
            _burst(air, 0.0, _gain(level) * _air_band(p, name, corner, decay_ms, "mid"))
    if p.haze_db > -99.0:
        noise = shaped_noise(p.seed, "synthesis/design/haze", n, lambda hz: 1.0 / (1.0 + hz / 2_000.0))
        air += 10.0 ** (p.haze_db / 20.0) * noise
    return air


def _air_band(p: KickDesign, name: str, corner_hz: float, decay_ms: float, channel: str) -> Signal:
    ms = MS[: round(2.5 * decay_ms * SAMPLE_RATE / 1000.0)]

    def gain(hz: Signal) -> Signal:
        ratio = (hz / corner_hz) ** 2
        return np.asarray(ratio / (1.0 + ratio**2))

    noise = shaped_noise(p.seed, f"synthesis/design/{name} air/{channel}", ms.size, gain)
    return np.asarray(noise * decaying(ms, decay_ms))


def _driven(p: KickDesign, signal: Signal) -> Signal:
    """Saturation; its level follows the gain, so that more drive is denser and not only louder."""
    gain = 10.0 ** (p.drive_db / 20.0)
    bias = 0.7 * p.asymmetry
    hot = gain * signal + bias
    soft = np.tanh(hot) - np.tanh(bias)
    if p.hardness > 0.0:
        soft = (1.0 - p.hardness) * soft + p.hardness * (np.clip(hot, -1.0, 1.0) - bias)
    return np.asarray(soft / min(gain, 1.0))


def _equaliser(p: KickDesign) -> Spectrum:
    """Its response on the bins of the transform: cascaded analogue sections, which do not ring before the onset."""
    s = 1j * GRID_HZ
    total = np.zeros(s.size, dtype=np.complex128)
    total += np.log(s**2 / (s**2 + 1.414 * p.low_cut_hz * s + p.low_cut_hz**2))
    total -= np.log(s**2 / p.high_cut_hz**2 + 1.414 * s / p.high_cut_hz + 1.0)
    for centre, level, q in (
        (p.boom_hz, p.boom_db, 1.2),
        (p.box_hz, p.box_db, 1.0),
        (p.presence_hz, p.presence_db, 0.9),
    ):
        a = 10.0 ** (level / 40.0)
        x = s / centre
        total += np.log((x**2 + a / q * x + 1.0) / (x**2 + x / (a * q) + 1.0))
    a = 10.0 ** (p.low_shelf_db / 40.0)
    total += np.log((s + 70.0 * a) / (s + 70.0 / a))
    a = 10.0 ** (p.high_shelf_db / 40.0)
    total += np.log((1.0 + s * a / 5_000.0) / (1.0 + s / (a * 5_000.0)))
    return _on_bins(total)


_BINS_HZ = np.arange(SIZE // 2 + 1) * (SAMPLE_RATE / SIZE)
_BINS_HZ.setflags(write=False)


def _on_bins(logarithm: Spectrum) -> Spectrum:
    """A response on the bins, from its logarithm on the grid; 0 at 0 Hz."""
    level = np.interp(_BINS_HZ, GRID_HZ, logarithm.real)
    angle = np.interp(_BINS_HZ, GRID_HZ, np.unwrap(logarithm.imag))
    size = np.exp(level)
    response = np.empty(_BINS_HZ.size, dtype=np.complex128)
    response.real = size * np.cos(angle)
    response.imag = size * np.sin(angle)
    response[0] = 0.0
    return response


def _high_pass(corner_hz: float) -> Spectrum:
    """A fourth-order Butterworth high-pass, twice: -6 dB at its corner."""
    s = 1j * GRID_HZ / corner_hz
    total = np.zeros(s.size, dtype=np.complex128)
    for damping in (0.7654, 1.8478):
        total += 2.0 * np.log(s**2 / (s**2 + damping * s + 1.0))
    return _on_bins(total)


def _reflections(p: KickDesign, channel: str, decay_ms: float, corner_hz: float) -> Spectrum:
    """The response of a small room: decaying noise from 0.8 ms on, of unit energy."""
    n = min(SIZE - N - 64, round(2.0 * decay_ms * SAMPLE_RATE / 1000.0) + 64)
    noise = shaped_noise(
        p.seed, f"synthesis/design/room/{channel}", n, lambda hz: 1.0 / (1.0 + (hz / corner_hz) ** 2)
    ) * decaying(MS[:n], decay_ms)
    noise *= fade_out(n, n // 4)
    noise /= np.sqrt(np.square(noise).sum())
    response = np.zeros(SIZE)
    response[35 : 35 + n] = noise
    return np.asarray(np.fft.rfft(response))


def _room(p: KickDesign, channel: str) -> Spectrum:
    return _gain(p.room_db) * _reflections(p, channel, p.room_ms, p.room_hz)


def _compression(p: KickDesign, signal: Signal) -> Signal:
    """The gain of a compressor over time: 4 to 1 above a threshold, after `compress_attack_ms`; release 60 ms."""
    if p.compression <= 0.0:
        return np.ones(signal.size)
    hop = 64
    frames = -(-signal.size // hop)
    padded = np.zeros(frames * hop)
    padded[: signal.size] = np.abs(signal)
    level = 20.0 * np.log10(padded.reshape(frames, hop).max(axis=1) + 1e-6)
    # The crest of a low tone is longer than a frame: the maximum of 12 ms is its level.
    held = np.maximum.reduce(
        [np.concatenate([np.full(min(k, frames), -120.0), level[: max(0, frames - k)]]) for k in range(9)]
    )
    threshold = held.max() - 20.0 * p.compression
    wanted = np.minimum(0.0, -0.75 * (held - threshold))
    rise, fall = (1.0 - np.exp(-1000.0 * hop / SAMPLE_RATE / ms) for ms in (p.compress_attack_ms, 60.0))
    now, gains = 0.0, []
    for target in wanted.tolist():
        now += (rise if target < now else fall) * (target - now)
        gains.append(now)
    places = np.arange(frames) * hop
    return np.asarray(10.0 ** (np.interp(np.arange(signal.size), places, gains) / 20.0))


def _limited(p: KickDesign, signal: Signal) -> Signal:
    """Peaks above the ceiling are rounded off; the ceiling is `clip_db` under the peak."""
    if p.clip_db <= 0.0:
        return signal
    ceiling = np.abs(signal).max() * 10.0 ** (-p.clip_db / 20.0) + 1e-12
    x = np.clip(signal / (1.5 * ceiling), -1.0, 1.0)
    return np.asarray(ceiling * 1.5 * (x - x * x * x / 3.0))


def _side(p: KickDesign, high: Spectrum, response: Spectrum, n: int) -> Signal:
    """The difference between left and right before its level: reflections of the mid's upper band, and noise."""
    spread = _reflections(p, "side", min(p.room_ms, 40.0), p.room_hz)
    room = _gain(p.room_db) * _reflections(p, "side room", p.room_ms, p.room_hz) if p.room_db > OFF_DB else 0.0
    total = high * (1.0 - p.side_noise) * (0.5 * spread + room)
    if p.side_noise > 0.0:
        noise = np.zeros(n)
        if p.noise_db > OFF_DB:
            _burst(noise, p.noise_late_ms, _gain(p.noise_db) * _noise_click(p, "side"))
        if p.low_air_db > OFF_DB:
            _burst(noise, 0.0, _gain(p.low_air_db) * _air_band(p, "low", p.low_air_hz, p.low_air_ms, "side"))
        if p.high_air_db > OFF_DB:
            _burst(noise, 0.0, _gain(p.high_air_db) * _air_band(p, "high", p.high_air_hz, p.high_air_ms, "side"))
        total = total + p.side_noise * np.fft.rfft(noise, SIZE) * response
    return np.fft.irfft(total, SIZE)[:n]
