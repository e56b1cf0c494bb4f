"""The average kick of a library."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from kickitout.figures.axes import colour_bar, show_frames
from kickitout.figures.experiments.marks import PAGE
from kickitout.sound.spectrogram import CEILING_DB, FLOOR_DB, N_BINS, N_FRAMES


def average(figures: Mapping[str, Any]) -> Figure:
    """The mean loudness image of both channels over time and frequency."""
    figure = Figure(figsize=(PAGE, 2.6))
    panels: Any = figure.subplots(1, 2, sharey=True)
    shown: Any = None
    for axes, channel, words in zip(panels, figures["average_db"], ("Left", "Right"), strict=True):
        shown = show_frames(axes, whole_of(np.array(channel, dtype=np.float32)), FLOOR_DB, CEILING_DB)
        axes.set_title(words, fontsize=9)
    panels[0].set_ylabel("Frequency (kHz)")
    colour_bar(figure, shown, panels, "Mean loudness (dB)")
    return figure


def whole_of(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
    """An image of all frames and bins again: each block repeated. The last ones may have been smaller."""
    for axis, size in enumerate((N_FRAMES, N_BINS)):
        blocks = np.repeat(blocks, -(-size // blocks.shape[axis]), axis=axis)
    return blocks[:N_FRAMES, :N_BINS]
