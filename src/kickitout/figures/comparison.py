"""Real and generated kicks side by side."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.figures.axes import show_log_spectrogram
from kickitout.figures.style import STYLE, WIDTH


def real_and_generated(
    real: Sequence[NDArray[np.float32]],
    generated: Sequence[NDArray[np.float32]],
    *,
    titles: tuple[str, str] = ("Real", "Generated"),
    columns: int = 4,
) -> Figure:
    """Spectrograms of real kicks on the left, of generated ones on the right; each kick (2, 22050).

    Raises:
        InputError: one of the sides is empty.
    """
    if not real or not generated:
        raise InputError("only", "real-and-generated", "needs at least one real and one generated kick; give both")
    n_rows = -(-max(len(real), len(generated)) // columns)
    with rc_context(STYLE):
        figure = Figure(figsize=(2 * WIDTH, 0.9 + 1.45 * n_rows))
        sides: Any = figure.subfigures(1, 3, wspace=0.03, width_ratios=(1.0, 1.0, 0.11))
        shown = None
        for side, kicks, title in zip(sides[:2], (real, generated), titles, strict=True):
            side.suptitle(title, x=0.02, ha="left", fontsize=12)
            grid = side.subplots(n_rows, columns, sharex=True, sharey=True, squeeze=False)
            for place, axes in enumerate(grid.flat):
                if place < len(kicks):
                    shown = show_log_spectrogram(axes, kicks[place])
                else:
                    axes.set_axis_off()
            grid[0, 0].set_xticks([0, 250, 500])
            for axes in grid[:, 0]:
                axes.set_ylabel("Hz")
            for axes in grid[-1, :]:
                axes.set_xlabel("ms")
        bar = sides[2].colorbar(shown, cax=sides[2].subplots(), label="Level (dB)")
        bar.outline.set_visible(False)
    return figure
