"""The page's small pictures: numbers for people, shared bins, places on axes, valid and escaped SVG."""

import math
import re
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kickitout.evaluation.page import plots
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound.sheet import colour_map

HOSTILE = "</svg><script>alert(1)</script>\"'&"

numbers = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60).map(np.array)


def parsed(svg):
    return ElementTree.fromstring(svg)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0"),
        (1.0, "1.00"),
        (0.98765, "0.988"),
        (0.99999, "1.00"),
        (12.345, "12.3"),
        (99.96, "100"),
        (-3.14159, "−3.14"),
        (1234.6, "1,230"),
        (0.00123, "0.00123"),
        (0.000123, "0.000123"),
        (0.000012, "1.20e−05"),
        (2.5e9, "2.50e+09"),
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
    ],
)
def test_numbers_have_three_digits(value, words):
    assert plots.number(value) == words


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.5, "share", "50.0 %"),
        (779.0, "1e-3", "0.779"),
        (3.0, "dB", "3.00 dB"),
        (2.5, "", "2.50"),
        (0.9, "AUC", "0.900"),
    ],
)
def test_quantities_have_the_unit_that_people_use(value, unit, words):
    assert plots.quantity(value, unit) == words


def test_a_set_in_one_bin_does_not_flatten_the_other():
    real = np.linspace(0.0, 100.0, 500)
    svg = parsed(plots.histogram(real, np.full(50, 50.0), logarithmic=False, label="x"))
    heights = [float(y) for y in re.findall(r"V([\d.]+)", svg.find("path").get("d"))]
    assert max(heights) - min(heights) > 0.3 * (max(heights) - 6.0)


@given(st.floats(-1e300, 1e300))
def test_a_number_in_words_is_near_the_number(value):
    text = plots.number(value).replace("−", "-").replace(",", "")
    assert float(text) == pytest.approx(value, rel=6e-3)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_few_round_and_inside(low, span):
    ticks = plots.linear_ticks(low, low + span)
    assert 1 <= len(ticks) <= 5
    assert all(low - 1e-6 * span - 1e-6 <= tick <= low + span * (1 + 1e-6) + 1e-6 for tick in ticks)


@given(st.floats(1e-2, 1e4), st.floats(1.2, 1e4))
def test_logarithmic_ticks_are_few_and_inside(low, ratio):
    ticks = plots.log_ticks(low, low * ratio)
    assert 1 <= len(ticks) <= 5
    assert all(low * 0.99 <= tick <= low * ratio * 1.01 for tick in ticks)


@given(numbers, numbers, st.booleans())
def test_every_number_is_in_one_bin(real, generated, logarithmic):
    bins = plots.shared_bins(real, generated, logarithmic=logarithmic)
    assert np.all(np.diff(bins.edges) > 0.0)
    assert plots.shares(real, bins).sum() == pytest.approx(1.0)
    assert plots.shares(generated, bins).sum() == pytest.approx(1.0)


def test_bins_count_what_lies_in_them():
    bins = plots.shared_bins(np.linspace(0.0, 100.0, 2001), logarithmic=False)
    shares = plots.shares(np.array([bins.edges[3] + 1e-9, bins.edges[3] + 0.1, -1e9, 1e9, np.nan]), bins)
    assert shares[3] == 0.5
    assert (shares[0], shares[-1]) == (0.25, 0.25)


def test_a_logarithmic_axis_has_equal_ratios_and_is_given_up_below_zero():
    values = np.geomspace(20.0, 2000.0, 300)
    edges = plots.shared_bins(values, logarithmic=True).edges
    assert np.allclose(edges[1:] / edges[:-1], edges[1] / edges[0])
    assert not plots.shared_bins(values, np.array([-1.0]), logarithmic=True).logarithmic


def test_sets_without_numbers_have_no_histogram():
    nothing = np.full(5, np.nan)
    assert plots.histogram(nothing, nothing, logarithmic=True, label="x") == ""
    assert "generated-line" not in plots.histogram(np.arange(5.0), nothing, logarithmic=False, label="x")
    assert "generated-line" in plots.histogram(nothing, np.arange(5.0), logarithmic=False, label="x")


@given(numbers, numbers, st.booleans())
def test_histograms_are_valid_and_inside(real, generated, logarithmic):
    svg = parsed(plots.histogram(real, generated, logarithmic=logarithmic, label=HOSTILE))
    assert svg.get("aria-label") == HOSTILE
    width, height = plots.HISTOGRAM_SIZE
    for text in svg.iter("text"):
        assert 0 <= float(text.get("x")) <= width
        assert 0 <= float(text.get("y")) <= height


def dot(value, floor, perfect=0.0, *, higher=False):
    """Where the dot of a strip lies."""
    svg = parsed(plots.strip((value,) * 3, floor, perfect, higher_is_better=higher, label=HOSTILE))
    return float(svg.find("circle").get("cx"))


@pytest.mark.parametrize(("higher", "perfect"), [(False, 0.0), (True, 1.0), (False, None), (True, None)])
def test_better_is_further_to_the_left(higher, perfect):
    better, worse = (0.9, 0.2) if higher else (0.2, 0.9)
    floor = (0.5, 0.1, 0.95)
    assert dot(better, floor, perfect, higher=higher) < dot(worse, floor, perfect, higher=higher)


def test_perfect_is_at_the_left_end_and_the_worst_at_the_right():
    assert dot(0.0, (5.0, 4.0, 6.0)) == 9.0
    assert dot(8.0, (5.0, 4.0, 6.0)) == plots.STRIP_SIZE[0] - 9.0
    assert dot(42.0, (40.0, 39.0, 60.0), 42.0) == 9.0  # where real kicks are is best, more is worse too
    assert dot(80.0, (40.0, 39.0, 60.0), 42.0) == plots.STRIP_SIZE[0] - 9.0


@pytest.mark.parametrize("value", [(math.nan,) * 3, (math.inf, math.nan, math.nan), (1.0, math.nan, 2.0), (0.0,) * 3])
@pytest.mark.parametrize("floor", [None, (0.0,) * 3, (math.nan,) * 3])
@pytest.mark.parametrize("perfect", [None, 0.0, math.inf])
def test_strips_survive_what_is_no_number(value, floor, perfect):
    svg = plots.strip(value, floor, perfect, higher_is_better=False, label=HOSTILE)
    assert "nan" not in svg
    assert "inf" not in svg
    if svg:
        assert parsed(svg).get("aria-label") == HOSTILE


def test_points_keep_their_shape_and_stay_on_the_map():
    points = np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 4.0]])
    places = plots.place_points(points)
    sides = np.linalg.norm(np.diff(places, axis=0), axis=1)
    assert sides[1] / sides[0] == pytest.approx(4.0 / 3.0, rel=1e-2)
    assert np.all(places >= 0.0)
    assert np.all(places <= np.array(plots.MAP_SIZE))
    assert plots.place_points(np.zeros((0, 2))).shape == (0, 2)
    assert np.allclose(plots.place_points(np.ones((3, 2))), np.array(plots.MAP_SIZE) / 2.0)


def test_a_scatter_has_every_point_of_every_set():
    rng = np.random.Generator(np.random.Philox(key=1))
    sets = [(kind, rng.random((n, 2)) * 100.0) for kind, n in (("training", 7), ("real", 5), ("generated", 3))]
    paths = parsed(plots.scatter(sets, "map")).findall("path")
    assert [path.get("d").count("M") for path in paths] == [7, 5, 3]


def test_a_picture_has_the_sheets_colours_and_the_same_bytes():
    audio, _ = synthesise_kick(3)
    data = plots.thumbnail(audio)
    image = Image.open(BytesIO(data))
    assert image.size == plots.THUMBNAIL_SIZE
    colours = {tuple(colour) for colour in colour_map().tolist()}
    assert {colour for _, colour in image.convert("RGB").getcolors(1000)} <= colours
    assert plots.thumbnail(audio) == data
    assert len(data) < 12_000


@pytest.mark.parametrize("audio", [np.zeros((2, 22_050)), np.full((2, 22_050), np.nan), np.ones((2, 22_050))])
def test_silence_and_nonsense_have_pictures(audio):
    audio = audio.astype(np.float32)
    assert Image.open(BytesIO(plots.thumbnail(audio))).size == plots.THUMBNAIL_SIZE
    parsed(plots.waveform(audio))


def test_a_waveform_is_as_high_as_its_samples():
    audio = np.zeros((2, 22_050), dtype=np.float32)
    audio[1, 11_025] = 1.0
    path = parsed(plots.waveform(audio)).find("path").get("d")
    heights = [float(pair.split()[1].rstrip("Z")) for pair in path[1:].split("L")]
    assert min(heights) == 0.0
    assert max(heights) == pytest.approx(16.4)


@pytest.mark.parametrize(("share", "width"), [(0.0, None), (0.001, 1.5), (0.5, 60.0), (1.0, 120.0), (2.0, 120.0)])
def test_a_bar_is_as_long_as_its_share(share, width):
    bars = parsed(plots.bar(share, "real", HOSTILE)).findall("rect")
    assert [float(bar.get("width")) for bar in bars[1:]] == ([] if width is None else [width])
