"""Whether each control does what its name says: the second table of docs/instrument.md, "Controls by ear".

    python bench/check_controls.py MODEL [--seeds 12] [--steps 12] [--only drive,width] [--no-gate]
    python bench/check_controls.py --truth

Each control moves over all of its travel in equal steps of its dial, for each of several seeds, with all else open.
What comes out is measured by code of its own, in plain NumPy: none of `kickitout.measure` is used. A dial of Hz or ms
is turned by ratio, as the page's is. A seed must stay the same kick over all of a travel: the last column counts those
that do not.

--truth holds the measures of sweep, sweep time and decay against built-in kicks, of which each alone is changed.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from kickitout.instrument import instrument as instruments
from kickitout.instrument.instrument import Instrument
from kickitout.instrument.request import Request
from kickitout.library.synthesis import kick_parameters, render_kick

Signal = NDArray[np.float64]

RATE = 44_100
LEAST_SPEARMAN = 0.9
INAUDIBLE_SIDE_DB = -30.0
"""A softer side is mono to everybody."""

LOUD = ("drive", "click", "decay")
"""Controls that may change the loudness."""

LENGTHS_MS = {"decay": 2000.0}
"""How long a kick is while a control moves: a decay of more than 500 ms is heard in a longer file alone."""

TUNED = ("pitch",)
"""Controls that may move the heard pitch."""


def band(sound: Signal, low: float, high: float) -> Signal:
    """What of a sound (n,) lies between two frequencies in Hz, cut in its spectrum, with fades of a third octave."""
    size = 2 * len(sound)
    hz = np.fft.rfftfreq(size, 1.0 / RATE)
    octaves = np.log2(np.maximum(hz, 1e-3))
    gain = np.clip(3.0 * (octaves - np.log2(low)) + 0.5, 0.0, 1.0) if low > 0.0 else np.ones_like(hz)
    gain = gain * np.clip(3.0 * (np.log2(high) - octaves) + 0.5, 0.0, 1.0)
    return np.asarray(np.fft.irfft(np.fft.rfft(sound, size) * gain, size)[: len(sound)])


def db(power: float) -> float:
    return 10.0 * float(np.log10(max(power, 1e-20)))


def mid(audio: Signal) -> Signal:
    return 0.5 * (audio[0] + audio[1])


def onset(audio: Signal) -> int:
    size = np.abs(audio).max(axis=0)
    return int(np.argmax(size >= 0.05 * size.max()))


def peak_hz(audio: Signal) -> float:
    """The peak of the spectrum of mid between 25 and 250 Hz."""
    spectrum = np.abs(np.fft.rfft(mid(audio), 1 << 18))
    hz = np.fft.rfftfreq(1 << 18, 1.0 / RATE)
    inside = (hz > 25.0) & (hz < 250.0)
    return float(hz[inside][spectrum[inside].argmax()])


def rates(audio: Signal) -> tuple[Signal, Signal, Signal]:
    """Time in seconds after the onset, frequency in octaves over 1 Hz, and energy of the low end, below 1 kHz: the
    turns of its analytic signal, averaged by energy over 2 ms."""
    low = band(mid(audio), 15.0, 1000.0)
    spectrum = np.fft.fft(low, 2 * len(low))
    spectrum[len(low) :] = 0.0
    turning = np.fft.ifft(spectrum)[: len(low)]
    energy = np.abs(turning[1:]) ** 2
    hz = np.angle(turning[1:] * np.conj(turning[:-1])) * RATE / (2.0 * np.pi)
    window = np.ones(88) / 88.0
    weight = np.convolve(energy, window, mode="same")
    smooth = np.convolve(hz * energy, window, mode="same") / np.maximum(weight, 1e-30)
    return (np.arange(len(hz)) - onset(audio)) / RATE, np.log2(np.maximum(smooth, 10.0)), weight


def sweep_octaves(audio: Signal) -> float:
    """How far the low end's mean frequency by energy in the first 30 ms lies above that of its end, the last third of
    what is within 30 dB of its loudest and 250 ms, in octaves."""
    time, octaves, weight = rates(audio)
    end = float(time[np.flatnonzero((weight > 1e-3 * weight.max()) & (time < 0.25))[-1]])
    first, last = (time > 0.0) & (time < 0.03), (time > max(end / 1.5, 0.03)) & (time <= max(end, 0.04))
    means = [float((octaves * weight)[part].sum() / max(weight[part].sum(), 1e-30)) for part in (first, last)]
    return means[0] - means[1]


def sweep_time(audio: Signal) -> float:
    """The time T of the nearest a + d 10^(-t / T) to the low end's octaves, weighted by amplitude; log2 of seconds."""
    time, octaves, weight = rates(audio)
    kept = ((time > 0.002) & (time < 0.3) & (weight > 1e-3 * weight.max())).nonzero()[0][::22]
    time, octaves, weight = time[kept], octaves[kept], np.minimum(np.sqrt(weight[kept] / weight.max()), 0.5)
    errors = []
    times = np.geomspace(0.004, 0.6, 60)
    for one in times:
        shapes = np.stack([10.0 ** (-time / one), np.ones_like(time)], axis=1)
        ridge = np.diag([3e-4 * weight.sum(), 0.0])  # no depth out of nothing
        depth, end = np.linalg.solve(shapes.T @ (weight[:, None] * shapes) + ridge, shapes.T @ (weight * octaves))
        left = octaves - shapes @ np.array([depth, end])
        errors.append(float((weight * left**2).sum() + ridge[0, 0] * depth**2) if depth >= 0.0 else np.inf)
    return float(np.log2(times[int(np.argmin(errors))]))


def decay(audio: Signal) -> float:
    """How long the low end takes from its loudest 20 ms, of the first 250, to 30 dB below; where the file ends before,
    by the straight line to its end; log2 of seconds."""
    low = band(mid(audio), 20.0, 200.0)
    level = np.convolve(low * low, np.ones(882) / 882.0, mode="same")
    level = 10.0 * np.log10(np.maximum(level, 1e-20))
    top = int(level[: round(0.25 * RATE)].argmax())
    last = len(level) - 1764  # the end is faded, and half of the last window empty
    below = np.flatnonzero(level[top:last] < level[top] - 30.0)
    if len(below):
        return float(np.log2(max(below[0] / RATE, 1e-3)))
    fallen = level[top] - level[last - 882 : last].mean()
    return float(np.log2((last - 441 - top) / RATE * 30.0 / max(fallen, 3.0)))


def click(audio: Signal) -> float:
    """Energy above 1 kHz in the first 30 ms, over all energy there, in dB."""
    start = onset(audio)
    part = slice(max(start - 44, 0), start + 1323)
    high = sum(float((band(one, 1000.0, 20_000.0)[part] ** 2).sum()) for one in audio)
    return db(high / float((audio[:, part] ** 2).sum()))


def brightness(audio: Signal) -> float:
    """The centroid of the power spectrum of the first 50 ms, in octaves."""
    start = onset(audio)
    part = audio[:, max(start - 44, 0) : start + 2205]
    part = part * np.hanning(2 * part.shape[1])[part.shape[1] :]
    power = (np.abs(np.fft.rfft(part, 1 << 14, axis=1)) ** 2).sum(axis=0)
    hz = np.fft.rfftfreq(1 << 14, 1.0 / RATE)
    return float(np.log2((power * hz).sum() / power.sum()))


def noise(audio: Signal) -> float:
    """Energy above 250 Hz over the energy below, all of the kick, in dB."""
    high = sum(float((band(one, 250.0, 20_000.0) ** 2).sum()) for one in audio)
    low = sum(float((band(one, 15.0, 250.0) ** 2).sum()) for one in audio)
    return db(high / low)


def crest(audio: Signal) -> float:
    """Peak over the root of the mean square, in dB."""
    return 20.0 * float(np.log10(np.abs(audio).max() / np.sqrt((audio**2).mean())))


def width(audio: Signal) -> float:
    """Side over mid in dB, where it is heard."""
    side = 0.5 * (audio[0] - audio[1])
    return max(db(float((side**2).sum()) / float((mid(audio) ** 2).sum())), INAUDIBLE_SIDE_DB)


def loudness(audio: Signal) -> float:
    """The loudest 400 ms under the K weighting of ITU-R BS.1770-4, in LUFS: its gates would cut a kick's own tail."""
    hz = np.fft.rfftfreq(2 * audio.shape[1], 1.0 / RATE)
    turn = np.exp(-2j * np.pi * hz / 48_000.0)
    shelf = np.array([1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585])
    high = np.array([1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621])
    gain = np.ones_like(turn)
    for b0, b1, b2, a0, a1, a2 in (shelf, high):
        gain = gain * (b0 + b1 * turn + b2 * turn**2) / (a0 + a1 * turn + a2 * turn**2)
    weighted = np.fft.irfft(np.fft.rfft(audio, 2 * audio.shape[1], axis=1) * gain, axis=1)[:, : audio.shape[1]]
    power = np.concatenate([[0.0], np.cumsum((weighted**2).sum(axis=0))])
    block = round(0.4 * RATE)
    padded = np.concatenate([power, np.full(block, power[-1])])
    return -0.691 + db(float((padded[block:] - padded[:-block]).max()) / block)


def shape(audio: Signal) -> Signal:
    """Levels in 12 bands and 8 stretches of time, in dB, floored 60 dB under the loudest: (96,)."""
    edges = np.geomspace(30.0, 16_000.0, 13)
    start = onset(audio)
    times = start + (np.array([0, 3, 8, 20, 50, 100, 180, 280, 400]) * RATE / 1000.0).astype(int)
    powers = np.array(
        [
            [float((part[a:b] ** 2).sum()) for a, b in pairwise(times)]
            for part in (band(mid(audio), low, top) for low, top in pairwise(edges))
        ]
    )
    return np.maximum(10.0 * np.log10(powers / powers.max() + 1e-12), -60.0).ravel()


MEASURES: dict[str, tuple[Callable[[Signal], float], str]] = {
    "pitch": (lambda audio: float(np.log2(peak_hz(audio))), "peak of the spectrum, octaves"),
    "sweep": (sweep_octaves, "first 30 ms over the end, octaves"),
    "sweep_time": (sweep_time, "of a fitted fall, octaves of time"),
    "decay": (decay, "30 dB below 200 Hz, octaves of time"),
    "click": (click, "above 1 kHz in 30 ms, dB"),
    "brightness": (brightness, "centroid of 50 ms, octaves"),
    "noise": (noise, "above over below 250 Hz, dB"),
    "drive": (lambda audio: -crest(audio), "crest, dB, falling"),
    "width": (width, "side over mid, dB"),
    "wild": (lambda audio: float("nan"), "distance from the mean kick in levels of bands"),
}
"""For each control its measure, which rises with it, and what that is."""


@cache
def player(model: str, gate: bool) -> Instrument:
    return instruments.load(model, gate=gate)


@cache
def usual(model: str) -> tuple[Signal, Signal]:
    """Mean and standard deviation of `shape` over 64 kicks that nobody asked anything of."""
    shapes = np.array(
        [shape(player(model, False).kick(seed).audio.astype(np.float64)) for seed in range(10_000, 10_064)]
    )
    return shapes.mean(axis=0), shapes.std(axis=0) + 3.0


def places(model: str, name: str, steps: int) -> list[float]:
    """The values of a control over its travel; Hz and ms by ratio."""
    panel = player(model, False).voice.panel
    unit, _ = panel._units[name]
    low, high = panel._ranges[name]
    if unit in ("Hz", "ms"):
        return [float(x) for x in np.clip(np.geomspace(low, high, steps), low, high)]
    return [float(x) for x in np.linspace(low, high, steps)]


def course(job: tuple[str, str, int, int, bool]) -> list[tuple[float, float, float, int]]:
    """Measure, spectrum's peak in Hz, loudness and attempts of the kicks of a seed over a control's travel."""
    model, name, seed, steps, gate = job
    rows = []
    made = player(model, gate)
    whole = Request(seeds=range(1), length_ms=LENGTHS_MS.get(name)).processing(made.voice.card)
    for value in places(model, name, steps):
        kick = made.kick(seed, whole, controls={name: value})
        audio = kick.audio.astype(np.float64)
        if name == "wild":
            mean, spread = usual(model)
            measured = float(np.sqrt(np.mean(((shape(audio) - mean) / spread) ** 2)))
        else:
            measured = MEASURES[name][0](audio)
        rows.append((measured, peak_hz(audio), loudness(audio), int(kick.recipe.get("attempt") or 0)))
    return rows


def told(name: str, courses: Sequence[Sequence[tuple[float, float, float, int]]]) -> str:
    """The row of a control."""
    data = np.array(courses)  # (seeds, steps, 4)
    values, hz, lufs = data[..., 0], data[..., 1], data[..., 2]
    orders = np.array([spearmanr(np.arange(values.shape[1]), one).statistic for one in values])
    mean = np.abs(values[:, -1] - values[:, 0]) / (values.shape[1] - 1)
    largest = np.abs(np.diff(values, axis=1)).max(axis=1) / np.maximum(mean, 1e-9)
    typical = np.abs(np.diff(values.mean(axis=0)))
    cents = 1200.0 * np.abs(np.log2(hz / np.median(hz, axis=1, keepdims=True))).max(axis=1)
    louder = lufs.max(axis=1) - lufs.min(axis=1)
    free = "" if name in TUNED else f"{np.mean(cents < 30.0):.0%}"
    loud = f"{np.mean(np.diff(lufs, axis=1) > -0.3):.0%} of steps do not fall" if name == "drive" else ""
    loud = loud or ("" if name in LOUD else f"{np.mean(louder < 3.0):.0%}")
    return (
        f"| {name} | {MEASURES[name][1]} | {values.mean(axis=0)[0]:.2f} to {values.mean(axis=0)[-1]:.2f} "
        f"| {np.mean(orders >= LEAST_SPEARMAN):.0%} | {typical.max() / max(typical.mean(), 1e-9):.1f} "
        f"| {np.median(largest):.1f} ({np.mean(largest <= 3.0):.0%}) | {np.median(cents):.0f} "
        f"| {free} | {np.median(louder):.1f} | {loud} "
        f"| {np.mean(np.ptp(data[..., 3], axis=1) > 0):.0%} |"
    )


TRUTHS = {
    "sweep": ("sweep_octaves", np.linspace(0.0, 4.0, 9)),
    "sweep_time": ("sweep_ms", np.geomspace(8.0, 250.0, 9)),
    "decay": ("decay_ms", np.geomspace(60.0, 900.0, 9)),
}
"""For a measure the parameter of a built-in kick that it should follow, and values of that."""


def truth_rows() -> Iterator[str]:
    """How the measures follow known parameters of 24 built-in kicks."""
    yield "| measure | parameter | Spearman >= 0.9 | least | largest step over mean step |\n|---|---|---|---|---|"
    for name, (parameter, values) in TRUTHS.items():
        ranks, steps = [], []
        for seed in range(3, 123, 5):
            base = replace(kick_parameters(seed), length_ms=499.0)
            base = replace(base, sweep_octaves=max(base.sweep_octaves, 1.0), hold_ms=min(base.hold_ms, 30.0))
            changes: list[dict[str, Any]] = [{parameter: float(value)} for value in values]
            kicks = [render_kick(replace(base, **change)) for change in changes]
            found = np.array([MEASURES[name][0](kick.astype(np.float64)) for kick in kicks])
            ranks.append(float(spearmanr(values, found).statistic))
            steps.append(np.abs(np.diff(found)).max() / max(abs(found[-1] - found[0]) / (len(values) - 1), 1e-9))
        share = np.mean(np.array(ranks) >= LEAST_SPEARMAN)
        yield f"| {name} | `{parameter}` | {share:.0%} | {min(ranks):.2f} | {np.median(steps):.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?")
    parser.add_argument("--truth", action="store_true", help="hold measures against built-in kicks, and stop")
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--only", default=",".join(MEASURES))
    parser.add_argument("--no-gate", dest="gate", action="store_false")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--courses", action="store_true", help="print the mean course of each control as well")
    given = parser.parse_args()
    if given.truth:
        print("\n".join(truth_rows()))
        return
    print(
        "| control | measured | mean, from to | Spearman >= 0.9 | largest step over mean step: of the mean "
        "| of a seed (at most 3) | pitch moves, cents | under 30 | loudness moves, LU | under 3 | other kicks |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|"
    )
    with ProcessPoolExecutor(given.workers) as pool:
        for name in given.only.split(","):
            jobs = [(given.model, name, seed, given.steps, given.gate) for seed in range(given.seeds)]
            courses = list(pool.map(course, jobs))
            print(told(name, courses), flush=True)
            if given.courses:
                print("    ", np.round(np.array(courses)[..., 0].mean(axis=0), 2).tolist())
                print("    LUFS", np.round(np.array(courses)[..., 2].mean(axis=0), 2).tolist(), flush=True)


if __name__ == "__main__":
    main()
