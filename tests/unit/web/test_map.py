"""The map: near kicks stay near, each has room, and it is that of the model."""

import json
import sys
import threading
import time

import numpy as np
import pytest

from kickitout.errors import InputError, MissingExtraError
from kickitout.instrument.instrument import load
from kickitout.web import map as maps
from kickitout.web.map import FIELDS, Maps


@pytest.fixture(scope="module")
def clusters():
    """Forty points around each of five places in ten dimensions, and which place each belongs to."""
    rng = np.random.default_rng(1)
    centres = 8.0 * rng.standard_normal((5, 10))
    which = np.repeat(np.arange(5), 40)
    return centres[which] + rng.standard_normal((200, 10)), which


def nearest(points):
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return apart.argmin(axis=1)


def test_what_lies_together_stays_together(clusters):
    vectors, which = clusters
    places = maps.tsne(vectors, perplexity=15.0, iterations=400)
    assert np.mean(which[nearest(places)] == which) > 0.98
    assert np.array_equal(places, maps.tsne(vectors, perplexity=15.0, iterations=400))
    assert maps.kept_near(vectors, places) > maps.kept_near(vectors, maps.principal(vectors))


def test_points_that_lie_on_each_other_are_spread_and_groups_stay_groups():
    rng = np.random.default_rng(2)
    centres = np.array([[0.0, 0.0], [9.0, 1.0], [3.0, 8.0]])
    group = np.arange(240) % 3
    points = centres[group] + 0.3 * rng.standard_normal((240, 2))
    places = maps.spread(points)
    assert places.min() == 0.0
    assert places.max() == 1.0
    apart = np.linalg.norm(places[:, None] - places[None], axis=2) + 9.0 * np.eye(240)
    assert apart.min() > 0.5 * maps.ROOM / np.sqrt(240)
    assert np.mean(group[apart.argmin(axis=1)] == group) > 0.97


def test_a_map_is_turned_so_that_values_grow_to_the_right_and_downwards():
    rng = np.random.default_rng(3)
    plane = rng.standard_normal((300, 2))
    right, down = plane[:, 1] + 5.0, -plane[:, 0]
    right[7] = np.nan
    found = maps.turned(plane, right, down)
    known = np.isfinite(right)
    assert np.corrcoef(found[known, 0], right[known])[0, 1] > 0.99
    assert np.corrcoef(found[:, 1], down)[0, 1] > 0.99
    assert np.linalg.norm(found, axis=1) == pytest.approx(np.linalg.norm(plane - plane.mean(axis=0), axis=1))


def test_the_shipped_map_is_that_of_the_shipped_model(tmp_path):
    instrument = load()
    found = maps.shipped_map(instrument)
    assert found is not None, "python bench/draw_map.py draws it"
    assert found["fields"] == list(FIELDS)
    assert len(found["points"]) == 2000
    columns = list(zip(*found["points"], strict=True))
    assert list(columns[0]) == sorted(set(columns[0]))
    assert all(0.0 <= place <= 1.0 for axis in columns[1:3] for place in axis)
    assert found["explained"]["kept_near"] > 3.0 * found["explained"]["kept_near_by_principal_components"]
    # The first kicks of the map are the model's own.
    from kickitout.measure.descriptors import describe

    for seed, _, _, pitch, decay, *_ in found["points"][:3]:
        described = describe(instrument.kick(seed).audio)
        assert round(described["decay_ms"], 1) == decay
        assert pitch is None or round(described["pitch_hz"], 1) == pitch


def test_a_map_of_another_model_is_not_taken(tmp_path):
    instrument = load()
    path = tmp_path / "map.json"
    assert maps.read_map(path, instrument) is None
    maps.write_map(path, instrument, maps.shipped_map(instrument))
    assert maps.read_map(path, instrument) == maps.shipped_map(instrument)
    text = path.read_text()
    for damaged in (json.dumps(json.loads(text) | {"checksum": "0" * 64}), text[:-9], "[]", ""):
        path.write_text(damaged)
        assert maps.read_map(path, instrument) is None


def test_a_map_of_few_kicks_is_drawn():
    drawn = maps.draw(load(gate=False), count=40)
    assert [row[0] for row in drawn["points"]] == list(range(40))
    assert all(len(row) == len(FIELDS) for row in drawn["points"])
    json.dumps(drawn, allow_nan=False)
    with pytest.raises(InputError, match="only 5 of its kicks pass the gate"):
        maps.draw(load(gate=False), count=5)


def test_without_scikit_learn_the_install_line_comes_before_any_kick_is_made(monkeypatch):
    instrument = load()
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setattr(instrument, "kick", None)
    with pytest.raises(MissingExtraError, match=r"map of a model of your own .*pip install 'kickitout\[analysis\]'"):
        maps.draw(instrument)
    found = maps.shipped_map(instrument)
    assert found is not None
    assert Maps(instrument).get() == found


def test_a_map_that_is_not_there_is_drawn_once_in_the_background(monkeypatch):
    go, calls = threading.Event(), []

    def drawer(instrument):
        calls.append(instrument)
        go.wait(5.0)
        return {"points": []}

    monkeypatch.setattr(maps, "shipped_map", lambda instrument: None)
    found = Maps(load(), drawer=drawer)
    assert found.get() is None
    assert found.get() is None
    go.set()
    until = time.monotonic() + 5.0
    while found.get() is None and time.monotonic() < until:
        time.sleep(0.01)
    assert found.get() == {"points": []}
    assert len(calls) == 1


def test_who_asks_is_told_why_there_is_no_map(monkeypatch):
    go = threading.Event()

    def drawer(instrument):
        go.wait(5.0)
        raise InputError("model", "draft", "no kick passes")

    monkeypatch.setattr(maps, "shipped_map", lambda instrument: None)
    found = Maps(load(), drawer=drawer)
    assert found.get() is None
    go.set()
    found._thread.join()
    with pytest.raises(InputError, match="no kick passes"):
        found.get()


@pytest.mark.parametrize(("gate", "times"), [(True, 1), (False, 2)])
def test_a_map_that_was_drawn_is_kept_where_all_its_kicks_passed_the_gate(gate, times, tmp_path, monkeypatch):
    instrument, calls = load(gate=gate), []
    drawn = maps.shipped_map(instrument)

    def drawer(instrument):
        calls.append(instrument)
        return drawn

    monkeypatch.setattr(maps, "shipped_map", lambda instrument: None)
    for _ in range(2):
        one = Maps(instrument, tmp_path / "there" / "maps", drawer)
        one.get()
        if one._thread is not None:
            one._thread.join()
        assert one.get() == drawn
    assert len(calls) == times


def test_where_a_map_cannot_be_kept_it_is_there_all_the_same(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    drawn = maps.shipped_map(load())
    monkeypatch.setattr(maps, "shipped_map", lambda instrument: None)
    one = Maps(load(), tmp_path / "file" / "maps", lambda instrument: drawn)
    one.get()
    one._thread.join()
    assert one.get() == drawn


def test_a_model_none_of_whose_kicks_pass_is_not_waited_for(monkeypatch):
    def fails(seed):
        time.sleep(0.01)
        raise InputError("model", "draft", "no kick passes")

    instrument = load()
    monkeypatch.setattr(instrument, "kick", fails)
    begun = time.monotonic()
    with pytest.raises(InputError, match="only 0 of its kicks pass the gate"):
        maps.draw(instrument, seconds=0.1)
    assert 0.3 <= time.monotonic() - begun < 2.0
