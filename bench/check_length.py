"""Measure what a length does to a kick, for docs/instrument.md: `python bench/check_length.py --seeds 40`.

cut     the correlation of a cut kick, before its fade, with the start of the uncut one, with and without controls
prefix  whether a kick of 1,200 ms begins with the very samples of that of 500 ms, up to 475 ms
decay   where a kick of 1,200 ms with --decay 900 has fallen by 30 dB, by an envelope that is not the descriptor's
seam    third-octave levels at 500 ms by the trend before and by the trend after, in bands within 40 dB of the loudest
"""

import argparse
import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kickitout.instrument.finishing import PROCESSING
from kickitout.instrument.instrument import Instrument, load
from kickitout.measure.descriptors import describe
from kickitout.sound.kick import SAMPLE_RATE, Kick

LENGTHS = (40.0, 80.0, 200.0, 400.0, 499.0)
WISHES: tuple[Mapping[str, float] | None, ...] = (
    None,
    {"pitch": 50.0, "click": 0.8},
    {"decay": 200.0, "brightness": 0.8},
)
LONG_MS, DECAY_MS = 1200.0, 900.0
WINDOW_SECONDS, STEP_SECONDS = 0.06, 0.01
BEFORE, AFTER = (0.30, 0.475), (0.51, 0.685)
THIRDS_HZ = 1000.0 * 2.0 ** (np.arange(-15, 13) / 3.0)
AUDIBLE_DB = -40.0

Signal = NDArray[np.float64]


def of_length(player: Instrument, seed: int, length: float | None, wishes: Mapping[str, float] | None) -> Kick:
    """The kick of a seed with a length."""
    return player.kick(seed, PROCESSING.model_copy(update={"length_ms": length}), wishes)


def correlation(cut: Kick, whole: Kick) -> float:
    """Of a cut kick up to its fade with the start of the uncut one."""
    kept = cut.audio.shape[1] - math.ceil(0.25 * cut.audio.shape[1])
    one, other = (kick.audio[:, :kept].astype(np.float64).ravel() for kick in (cut, whole))
    return float(one @ other / math.sqrt((one @ one) * (other @ other)))


def fall_ms(kick: Kick) -> float:
    """Milliseconds from the loudest 40 ms to where the low end stays 30 dB below it: by a moving mean square."""
    spectrum = np.fft.rfft(kick.audio.mean(axis=0).astype(np.float64))
    spectrum[np.fft.rfftfreq(kick.audio.shape[1], 1.0 / SAMPLE_RATE) > 150.0] = 0.0
    low = np.fft.irfft(spectrum, kick.audio.shape[1])
    size = round(0.04 * SAMPLE_RATE)
    power = np.convolve(low**2, np.hanning(size) / np.hanning(size).sum(), mode="same")
    first = int(np.argmax(power >= 0.81 * power.max()))
    return 1000.0 * float(np.flatnonzero(power >= 1e-3 * power.max())[-1] - first) / SAMPLE_RATE


def thirds(sound: Signal, start: float) -> Signal:
    """Third-octave levels of the window that begins at a time, dB: (28,)."""
    piece = sound[round(start * SAMPLE_RATE) :][: round(WINDOW_SECONDS * SAMPLE_RATE)]
    power = np.square(np.abs(np.fft.rfft(piece * np.hanning(len(piece)), 1 << 15)))
    hz = np.fft.rfftfreq(1 << 15, 1.0 / SAMPLE_RATE)
    edges = [(hz >= centre * 2.0 ** (-1 / 6)) & (hz < centre * 2.0 ** (1 / 6)) for centre in THIRDS_HZ]
    return np.asarray(10.0 * np.log10(np.array([power[band].sum() for band in edges]) + 1e-20))


def at_the_seam(sound: Signal, stretch: tuple[float, float]) -> Signal:
    """What the trend of a stretch says of the levels at 500 ms: (28,)."""
    starts = np.arange(stretch[0], stretch[1] - WINDOW_SECONDS, STEP_SECONDS)
    levels = np.stack([thirds(sound, start) for start in starts])
    return np.asarray(np.polyfit(starts + 0.5 * WINDOW_SECONDS - 0.5, levels, 1)[1])


def main() -> None:
    """Measure, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--model")
    given = parser.parse_args()
    player = load(given.model)
    found: list[float] = []
    for seed in range(given.seeds):
        for wishes in WISHES[: 3 if seed % 2 == 0 else 1]:
            whole = of_length(player, seed, None, wishes)
            found += [correlation(of_length(player, seed, length, wishes), whole) for length in LENGTHS]
    print(f"cut: {len(found)} cases, correlation at least {min(found):.6f}")
    same, decays, own, jumps = 0, [], [], []
    for seed in range(given.seeds):
        wishes = {"decay": DECAY_MS}
        whole, long = (of_length(player, seed, length, wishes) for length in (None, LONG_MS))
        kept = round(0.475 * SAMPLE_RATE)
        same += int(np.array_equal(whole.audio[:, :kept], long.audio[:, :kept]))
        if whole.remarks:
            continue  # the seed has no such decay, and says so
        decays.append(fall_ms(long))
        own.append(describe(long.audio, SAMPLE_RATE).get("decay_ms", math.nan))
        mid = long.audio.mean(axis=0).astype(np.float64)
        before, after = at_the_seam(mid, BEFORE), at_the_seam(mid, AFTER)
        jumps.append(np.where(before >= before.max() + AUDIBLE_DB, after - before, np.nan))
    print(f"prefix: {same} of {given.seeds} the same samples")
    for name, values in (("envelope", np.array(decays)), ("descriptor", np.array(own))):
        near = np.abs(values / DECAY_MS - 1.0)
        print(f"decay by the {name}: {len(values)} kicks, median {np.nanmedian(values):.0f} ms, "
              f"{np.mean(near <= 0.1):.0%} within 10 %, {np.mean(near <= 0.2):.0%} within 20 %")  # fmt: skip
    table = np.array(jumps)
    known = ~np.isnan(table)
    means = [float(np.nanmean(table[:, band])) for band in range(table.shape[1]) if known[:, band].sum() >= 8]
    print(
        f"seam: {known.sum()} levels, mean {table[known].mean():+.2f} dB, "
        f"median size {np.median(np.abs(table[known])):.2f} dB; "
        f"largest mean of a band {max(means, key=abs, default=math.nan):+.2f} dB"
    )


if __name__ == "__main__":
    main()
