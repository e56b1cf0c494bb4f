"""A listening test: equally loud, blind, and scored by hand-made answers."""

import json
import re

import numpy as np
import pytest

from kickitout.errors import InputError
from kickitout.library.synthesis import synthesise_kick
from kickitout.measure.descriptors.loudness import loudness_of
from kickitout.sound import audio
from paper import build, site
from paper.listening.build import Item, equally_loud, synthesised, write_test
from paper.listening.score import score, wilson


@pytest.fixture
def items():
    sounds = [synthesise_kick(16 * seed)[0] * gain for seed, gain in enumerate((1.0, 0.3, 0.6, 0.9, 0.5, 0.2))]
    systems = ("real", "flagship", "draft", "real", "real", "image")
    return [Item(system, str(place), sound) for place, (system, sound) in enumerate(zip(systems, sounds, strict=True))]


def test_all_are_equally_loud_and_none_clips(items):
    sounds = equally_loud([item.sound for item in items])
    levels = [loudness_of(sound, 44_100) for sound in sounds]
    assert max(levels) - min(levels) < 0.1
    peaks = [float(np.abs(sound).max()) for sound in sounds]
    assert max(peaks) <= 10 ** (-1.0 / 20) + 1e-3
    assert max(peaks) > 0.7  # as loud as the one with the highest crest allows


def test_without_a_library_there_are_kicks_of_our_own():
    items = synthesised(2)
    assert [item.system for item in items] == ["synthesis"] * 2
    assert items[0].file != items[1].file
    key = {"1": {"system": "synthesis", "name": ""}, "2": {"system": "image", "name": ""}}
    answers = [{"keep": [], "abx": [{"a": "1", "b": "2", "x": "a", "answer": "a"}]}]
    assert score(key, answers)["abx"]["image"]["percent"] == 100.0


def test_the_site_has_the_sounds_that_its_page_names():
    page = (build.DOCS / "research" / "paper-sounds.md").read_text(encoding="utf-8")
    drawn = {f"{system}-{seed}" for system in ("draft", "flagship") for seed in range(site.EACH)}
    assert set(re.findall(rf'src="\.\./{site.SOUNDS}/([\w-]+)\.wav"', page)) == {"synthesis", *site.WAYS, *drawn}
    assert f'href="../{site.LISTENING}/index.html"' in page


def test_silence_cannot_be_made_as_loud():
    with pytest.raises(InputError, match="silent"):
        equally_loud([np.zeros((2, 22050), np.float32)])


def test_a_page_names_its_sounds_and_no_system(items, tmp_path):
    folder = tmp_path / "test"
    key = write_test(folder, items[:4], [(items[4], items[5])], 0)
    page = (folder / "index.html").read_text()
    tests = json.loads(re.search(r"const TESTS = (\{.*\});", page)[1])
    named = {*tests["keep"], *(file for pair in tests["abx"] for file in pair)}
    assert named == {path.name for path in folder.glob("*.wav")} == set(json.loads(key.read_text()))
    assert not re.search(r"flagship|draft|wavegan|image|real\b", page, re.IGNORECASE)
    assert not re.search(r"https?://|src=", page)
    samples, rate = audio.read(folder / tests["keep"][0])
    assert (samples.shape[0], rate) == (2, 44_100)
    with pytest.raises(InputError, match="not empty"):
        write_test(folder, items[:4], [], 0)


def test_answers_are_scored_by_the_key():
    key = {name: {"system": system, "name": ""} for name, system in (("1", "real"), ("2", "flagship"), ("3", "image"))}
    answers = [
        {
            "keep": [{"file": "1", "keep": True}, {"file": "2", "keep": number > 0}],
            "abx": [{"a": "1", "b": "3", "x": "b", "answer": "b"}, {"a": "3", "b": "1", "x": "a", "answer": "a"}],
        }
        for number in range(4)
    ]
    found = score(key, answers)
    assert found["keep"]["real"]["percent"] == 100.0
    assert found["keep"]["flagship"]["percent"] == 75.0
    assert found["abx"]["image"]["percent"] == 100.0
    assert found["abx"]["image"]["by_chance"] == pytest.approx(0.5**8)


def test_wilsons_interval_holds_its_share():
    low, high = wilson(7, 10)
    assert (low, high) == (pytest.approx(0.3968, abs=1e-3), pytest.approx(0.8922, abs=1e-3))
    assert wilson(0, 5)[0] == 0.0
