"""The paper's figures: each from the numbers of its results alone, readable in grey, axes with units."""

import math

import numpy as np
import pytest
from matplotlib import rc_context

from kickitout.figures import STYLE, save_figure
from kickitout.figures.experiments import FIGURES, draw
from kickitout.figures.experiments.marks import SERIES, bar
from kickitout.figures.experiments.training import EPOCH, PANELS
from paper import text

RESULTS = text.read_source().results
POINTS = [10, 100]


def of_a_grid():
    """Figures of a grid of two variants, one of which lacks a measure."""
    point = {"value": 1.0, "low": None, "high": 2.0}
    two = {"loss_discriminator": [point, {"value": None}]}
    every = {name: [point, point] for name in PANELS}
    return {
        "cells": ["a_b", "c"],
        "points": POINTS,
        "real": {"precision_percent": {"value": 0.5, "low": None, "high": None}},
        "a_b": {"course": every, "losses": {"samples": POINTS, "loss_generator": [point, point], **two}},
        "c": {"course": {name: course for name, course in every.items() if name != "spread_ratio"}},
    }


def of_sines():
    """Figures of the experiment with empty images."""
    kind = {"real": {"rows_db": [0.0, -100.0]}, "generated_rows_db": [0.0, -90.0]}
    return {"kinds": ["one", "many", "band"], "bin_hz": 86.0, "one": kind, "many": kind, "band": kind}


def of_discriminators():
    """Figures of the experiment that asks discriminators."""
    sets = ["narrow", "long", "mixed"]
    return {"sets": sets, **{name: {"saliency": [[0.0, 1.0], [0.5, 0.2]]} for name in sets}}


def of_the_draft():
    """Figures of the draft's own course."""
    grid = of_a_grid()
    return {**grid, "dcgan": grid["a_b"]}


OTHERS = {"sine": of_sines, "discriminator": of_discriminators}


def figures_of(name):
    """The committed results, or where an experiment has none so far, numbers of the same form."""
    experiment = FIGURES[name].experiment
    if experiment in RESULTS:
        return RESULTS[experiment].figures
    return of_the_draft() if name == "draft-course" else OTHERS.get(experiment, of_a_grid)()


ONE_OF_EACH = list({figure.show: name for name, figure in FIGURES.items()}.values())
"""A figure of each kind: grids of runs are drawn alike."""


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_each_draws_to_the_same_bytes_with_words_on_its_axes(name, tmp_path):
    saved = []
    for place in range(2):
        figure = draw(name, figures_of(name))
        with rc_context(STYLE):
            save_figure(figure, tmp_path / f"{place}.svg", "svg")
        saved.append((tmp_path / f"{place}.svg").read_bytes())
    assert saved[0] == saved[1]
    assert len(saved[0]) < 300_000
    labelled = [axes for axes in figure.axes if axes.axison]
    assert any(axes.get_xlabel() or axes.get_ylabel() for axes in labelled)


def test_series_differ_without_their_colour():
    assert len({(str(style["linestyle"]), style["marker"]) for style in SERIES}) == len(SERIES)
    shades = [style["linestyle"] for style in SERIES]
    assert len({str(shade) for shade in shades}) == len(shades)


def test_the_draft_is_shown_by_its_epochs_beside_log_two_and_real_kicks():
    figure = draw("draft-course", of_the_draft() | {"points": [EPOCH, 10 * EPOCH]})
    losses, spread = figure.axes[:2]
    assert math.log(2.0) in losses.lines[0].get_ydata()
    assert [1.0, 10.0] in [list(map(float, line.get_xdata())) for line in spread.lines]
    assert figure.axes[2].get_xlabel() == "Epochs of the draft"


def test_a_part_that_was_left_out_has_no_panel():
    sines = of_sines() | {"kinds": ["many"]}
    assert len(draw("sine-rows", sines).axes) == 1
    found = of_discriminators() | {"sets": ["mixed"]}
    assert [axes.get_title(loc="left") for axes in draw("saliency", found).axes][:1] == ["Mixed decays"]


def test_a_bar_without_an_interval_has_no_length():
    assert bar({"value": 2.0, "low": None, "high": None}, "value") == (2.0, 0.0, 0.0)
    assert math.isnan(bar({"value": None, "low": None, "high": None}, "value")[0])


def test_the_azimuthal_figure_shows_what_was_found():
    figure = draw("azimuthal", RESULTS["up-convolution"].figures)
    drawn = figure.axes[0].lines[0].get_ydata()
    np.testing.assert_allclose(drawn, RESULTS["up-convolution"].figures["real"]["azimuthal_db"])
