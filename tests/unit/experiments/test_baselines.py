"""What stands beside the networks: images without one."""

import dataclasses
from functools import partial

import pytest

from kickitout.experiments import baselines
from kickitout.experiments.place import Place
from kickitout.experiments.results import rounded
from kickitout.training import images
from kickitout.training.dcgan.loudness_image import LoudnessImage
from kickitout.training.wavegan import representations
from testing.tiny_library import make_library

SETTINGS = dataclasses.replace(baselines.QUICK, generated=2, real=2)


@pytest.fixture(autouse=True)
def _few_iterations(monkeypatch):
    monkeypatch.setattr(images, "LoudnessImage", partial(LoudnessImage, iterations=2))
    monkeypatch.setattr(representations, "ITERATIONS", 2)


def test_what_images_reach_is_measured_once_and_kept(tmp_path, monkeypatch):
    make_library(tmp_path / "library", 8, 2, siblings=2)
    place = Place(tmp_path / "work", tmp_path / "library", rows=tmp_path / "kept.jsonl", quick=True)
    first = baselines.without_networks(SETTINGS, place)
    assert list(first) == ["average_dcgan", "average_specgan", "returned_dcgan", "returned_specgan"]
    assert all(one["kicks"]["value"] == 2 for one in first.values())
    for preset in ("dcgan", "specgan"):  # one kick is kept or refused
        assert first[f"average_{preset}"]["kept_percent"]["value"] in (0.0, 100.0)
    monkeypatch.delattr(baselines, "_measure")
    assert rounded(baselines.without_networks(SETTINGS, place)) == rounded(first)


def test_a_library_that_holds_none_out_has_nothing_beside(tmp_path):
    make_library(tmp_path / "library", 16, 6)
    assert baselines.without_networks(SETTINGS, Place(tmp_path / "work", tmp_path / "library")) == {}


def test_the_nearest_look_counts():
    course = {"frechet": [{"value": 5.0}, {"value": 3.0}, {"value": 4.0}]}
    assert baselines.nearest({"cells": ["a", "b"], "a": {"course": course}, "b": {"course": {}}}) == {"a": 3.0}
