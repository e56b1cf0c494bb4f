"""Figures of loudness images: their mean, and one next to its amplitudes."""

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import NDArray

from kickitout.figures.axes import colour_bar, show_frames
from kickitout.figures.style import STYLE, WIDTH
from kickitout.sound.spectrogram import (
    CEILING_DB,
    FLOOR_DB,
    amplitudes,
    image_to_decibels,
    loudness_image,
)


def average_data_point(image: NDArray[np.float32], n_kicks: int) -> Figure:
    """The mean loudness image (2, 176, 257) of `n_kicks` kicks, both channels."""
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 3.0))
        panels = figure.subplots(1, 2, sharey=True)
        shown = None
        for axes, channel, title in zip(panels, image, ("Left", "Right"), strict=True):
            shown = show_frames(axes, image_to_decibels(channel), FLOOR_DB, CEILING_DB)
            axes.set_title(title)
        panels[0].set_ylabel("Frequency (kHz)")
        colour_bar(figure, shown, panels, f"Mean loudness of {n_kicks:,} kicks (dB)")
    return figure


def amplitude_and_loudness(audio: NDArray[np.float32]) -> Figure:
    """The left channel of one kick (2, 22050): amplitudes of the transform, and the loudness that a network learns."""
    image = loudness_image(audio)
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 3.0))
        left, right = figure.subplots(1, 2, sharey=True)
        linear = show_frames(left, amplitudes(image)[0], 0.0, 100.0)
        left.set_title("Amplitude, the loudest 100")
        left.set_ylabel("Frequency (kHz)")
        colour_bar(figure, linear, [left])
        loudness = show_frames(right, image_to_decibels(image)[0], FLOOR_DB, CEILING_DB)
        right.set_title("Loudness in dB")
        colour_bar(figure, loudness, [right])
    return figure
