"""The draft's defining characteristics, marked on a kick."""

from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import NDArray

from kickitout.figures.axes import DURATION_MS, colour_bar, show_log_spectrogram
from kickitout.figures.style import BLUE, DARKEST, ORANGE, RED, STYLE, WIDTH
from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.sheet import LOWEST_HZ


def defining_characteristics(audio: NDArray[np.float32]) -> Figure:
    """The draft's defining characteristics, marked on one kick (2, 22050): click, rumble, decay, 500 ms."""
    ms, level_db = level_curve(audio)
    peak = int(np.argmax(level_db))
    below = np.flatnonzero(level_db[peak:] <= level_db[peak] - 30.0)
    end = peak + int(below[0]) if below.size else ms.size - 1
    click_ms = (_onset_ms(audio), _onset_ms(audio) + 10.0)
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 4.6))
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(1.0, 2.0))
        times = np.arange(audio.shape[1]) * 1000.0 / SAMPLE_RATE
        top.axvspan(*click_ms, color=ORANGE, alpha=0.35, linewidth=0)
        top.plot(times, audio.mean(axis=0), color=BLUE, linewidth=0.8)
        envelope = float(np.abs(audio).max()) * 10.0 ** ((level_db - level_db[peak]) / 20.0)
        top.plot(ms[peak:], envelope[peak:], color=RED, linestyle="--", linewidth=1.2)
        fallen = f"30 dB in {ms[end] - ms[peak]:.0f} ms" if below.size else "less than 30 dB in 500 ms"
        top.text(0.98, 0.86, f"overall decay: {fallen}", color=RED, ha="right", transform=top.transAxes)
        top.set_ylabel("Amplitude")
        top.set_ylim(-1.15, 1.15)

        shown = show_log_spectrogram(bottom, audio)
        marks: dict[str, Any] = {"color": "white", "linewidth": 1.0, "linestyle": (0, (3, 2))}
        line = {"arrowstyle": "-", "color": "white", "linewidth": 0.8}
        words: Any = {"color": "white", "bbox": {"facecolor": DARKEST, "alpha": 0.6, "linewidth": 0, "pad": 1.5}}
        bottom.axvline(click_ms[1], **marks)
        bottom.annotate(
            "click: atonal, most of the spectrum",
            (click_ms[1], np.log2(6000.0)),
            (70.0, np.log2(6000.0)),
            va="center",
            arrowprops=line,
            **words,
        )
        bottom.hlines(np.log2(150.0), click_ms[1], ms[end], **marks)
        bottom.vlines(ms[end], np.log2(LOWEST_HZ), np.log2(150.0), **marks)
        bottom.annotate(
            "rumble: low, sustained, decaying",
            (click_ms[1] + 0.25 * (ms[end] - click_ms[1]), np.log2(150.0)),
            (70.0, np.log2(700.0)),
            va="center",
            arrowprops=line,
            **words,
        )
        bottom.annotate(
            "",
            (click_ms[0], np.log2(15_500.0)),
            (DURATION_MS - 1.0, np.log2(15_500.0)),
            arrowprops={"arrowstyle": "<->", "color": "white", "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0},
        )
        bottom.text(0.5 * DURATION_MS, np.log2(13_500.0), "length: 500 ms", ha="center", va="top", **words)
        bottom.set_ylabel("Frequency (Hz)")
        bottom.set_xlabel("Time (ms)")
        bottom.set_xlim(0.0, DURATION_MS)
        colour_bar(figure, shown, [bottom], "Level (dB)")
    return figure


def level_curve(audio: NDArray[np.float32], window_ms: float = 20.0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Level of both channels together, root mean square in windows of `window_ms`: (times in ms, dB)."""
    n_window = round(window_ms * SAMPLE_RATE / 1000.0)
    hop = n_window // 4
    power = np.square(audio.astype(np.float64)).mean(axis=0)
    summed = np.concatenate([[0.0], np.cumsum(power)])
    starts = np.arange(0, max(1, audio.shape[1] - n_window), hop)
    level = (summed[np.minimum(starts + n_window, power.size)] - summed[starts]) / n_window
    return (starts + n_window / 2) * 1000.0 / SAMPLE_RATE, 10.0 * np.log10(np.maximum(level, 1e-12))


def _onset_ms(audio: NDArray[np.float32]) -> float:
    """Where the sound first reaches a hundredth of its peak."""
    loud = np.abs(audio).max(axis=0)
    return float(np.argmax(loud >= 0.01 * loud.max())) * 1000.0 / SAMPLE_RATE
