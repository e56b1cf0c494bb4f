"""Pictures of the paper that need no results: a kick of our own synthesis, and what the shipped models draw.

They are the same on every machine up to the last bits of a sound, which no picture shows.
"""

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import NDArray

from kickitout.figures import STYLE, amplitude_and_loudness, defining_characteristics
from kickitout.figures.axes import colour_bar, show_log_spectrogram
from kickitout.figures.experiments.marks import PAGE
from kickitout.instrument.models import models_at_hand
from kickitout.library.synthesis import synthesise_kick
from kickitout.model.bundle import Bundle
from kickitout.model.voice import Voice

EXAMPLE = 73
"""The seed of the synthesised kick that pictures show: all its parts are plain to see."""

OUTPUTS = 6
"""Kicks of each model: seeds from 0 on, none chosen."""

MODELS = {"draft": "Draft", "kickgan": "Flagship"}


def as_drawn(name: str, count: int) -> list[NDArray[np.float32]]:
    """The first kicks of a shipped model as it draws them, without gate and taste."""
    voice = Voice(Bundle.open(models_at_hand()[name]))
    return [voice.render(seed).sound for seed in range(count)]


def outputs() -> Figure:
    """Spectrograms of the first kicks of the draft and of the flagship, in rows."""
    with rc_context(STYLE):
        figure = Figure(figsize=(PAGE, 3.3))
        panels = figure.subplots(len(MODELS), OUTPUTS, sharex=True, sharey=True)
        shown = None
        for row, (name, words) in zip(panels, MODELS.items(), strict=True):
            for axes, sound in zip(row, as_drawn(name, OUTPUTS), strict=True):
                shown = show_log_spectrogram(axes, sound)
                axes.set_xticks([0, 250], ["0", "250"])
            row[0].set_ylabel(f"{words}: frequency (Hz)", fontsize=8)
        for axes in panels[-1]:
            axes.set_xlabel("Time (ms)", fontsize=8)
        colour_bar(figure, shown, panels, "Level (dB)")
    return figure


def _example() -> NDArray[np.float32]:
    return synthesise_kick(EXAMPLE)[0]


PICTURES: Mapping[str, Callable[[], Figure]] = {
    "defining-characteristics": lambda: defining_characteristics(_example()),
    "amplitude-and-loudness": lambda: amplitude_and_loudness(_example()),
    "outputs": outputs,
}
"""The pictures by name."""
