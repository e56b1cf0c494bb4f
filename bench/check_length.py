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
LOW_END_HZ = 150.0
WINDOW_SECONDS, STEP_SECONDS = 0.05, 0.005
BEFORE, AFTER = (-0.12, -0.02), (0.0, 0.1)
SEAM, ELSEWHERE = 0.5, 0.37
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
    """Milliseconds from the peak of the low end to where it stays 30 dB below, by its analytic signal."""
    size = 1 << 17
    spectrum = np.fft.fft(kick.audio.mean(axis=0).astype(np.float64), size)
    hz = np.fft.fftfreq(size, 1.0 / SAMPLE_RATE)
    spectrum[(hz <= 0.0) | (hz > LOW_END_HZ)] = 0.0
    level = np.abs(np.fft.ifft(spectrum))[: kick.audio.shape[1]]
    first = int(np.argmax(level >= 0.9 * level.max()))
    return 1000.0 * float(np.flatnonzero(level >= 10.0**-1.5 * level.max())[-1] - first) / SAMPLE_RATE


def thirds(sound: Signal, start: float) -> Signal:
    """Third-octave levels of the window that begins at a time, dB: (28,)."""
    piece = sound[round(start * SAMPLE_RATE) :][: round(WINDOW_SECONDS * SAMPLE_RATE)]
    power = np.square(np.abs(np.fft.rfft(piece * np.hanning(len(piece)), 1 << 15)))
    hz = np.fft.rfftfreq(1 << 15, 1.0 / SAMPLE_RATE)
    edges = [(hz >= centre * 2.0 ** (-1 / 6)) & (hz < centre * 2.0 ** (1 / 6)) for centre in THIRDS_HZ]
    return np.asarray(10.0 * np.log10(np.array([power[band].sum() for band in edges]) + 1e-20))


def jump(sound: Signal, place: float) -> Signal:
    """By how much the levels after a place in time lie over the trend before it, dB; NaN where inaudible: (28,)."""
    found = []
    for start, end in (BEFORE, AFTER):
        starts = np.arange(place + start, place + end - WINDOW_SECONDS + 1e-9, STEP_SECONDS)
        levels = np.stack([thirds(sound, start) for start in starts])
        found.append(np.polyfit(starts + 0.5 * WINDOW_SECONDS - place, levels, 1)[1])
    return np.where(found[0] >= found[0].max() + AUDIBLE_DB, found[1] - found[0], np.nan)


def main() -> None:
    """Measure, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--model")
    parser.add_argument("--long-alone", action="store_true", help="leave out what is cut")
    given = parser.parse_args()
    player = load(given.model)
    found: list[float] = []
    for seed in range(0 if given.long_alone else given.seeds):
        for wishes in WISHES[: 3 if seed % 2 == 0 else 1]:
            whole = of_length(player, seed, None, wishes)
            found += [correlation(of_length(player, seed, length, wishes), whole) for length in LENGTHS]
    print(f"cut: {len(found)} cases, correlation at least {min(found, default=math.nan):.6f}")
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
        jumps.append((jump(mid, SEAM), jump(mid, ELSEWHERE)))
    print(f"prefix: {same} of {given.seeds} the same samples")
    for name, values in (("envelope", np.array(decays)), ("descriptor", np.array(own))):
        near = np.abs(values / DECAY_MS - 1.0)
        print(f"decay by the {name}: {len(values)} kicks, median {np.nanmedian(values):.0f} ms, "
              f"{np.mean(near <= 0.1):.0%} within 10 %, {np.mean(near <= 0.2):.0%} within 20 %")  # fmt: skip
    for name, table in zip(("seam", "130 ms earlier, for comparison"), np.swapaxes(np.array(jumps), 0, 1), strict=True):
        known = table[~np.isnan(table)]
        print(
            f"{name}: {len(known)} levels, mean {known.mean():+.2f} dB, median {np.median(known):+.2f} dB, "
            f"half of them within {np.median(np.abs(known)):.2f} dB, {np.mean(np.abs(known) <= 1.0):.0%} within 1 dB"
        )


if __name__ == "__main__":
    main()
