"""Which kicks train."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from kickitout.errors import InputError
from kickitout.training.run import data
from kickitout.training.run.data import Division, as_float, describe_data, divide, load_waveforms, shown
from kickitout.training.settings.presets import load_preset
from kickitout.training.settings.sections import MaterialSettings
from testing.tiny_library import make_library


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return make_library(tmp_path_factory.mktemp("library"), kicks=30, validation=10)


def settings(*changes):
    return load_preset("dcgan", changes).data


def test_the_plain_division_is_80_20_of_train_and_validation_and_depends_on_the_seed_alone(library):
    division = divide(library, settings(), seed=0)
    assert len(division.train) == 24
    assert sorted(division.train + division.validation) == list(range(30))
    assert divide(library, settings(), seed=0) == division
    assert divide(library, settings(), seed=1) != division


def test_held_out_splits_never_train(library):
    entries = [
        dataclasses.replace(entry, split=split)
        for entry, split in zip(library.entries, ["test", "sibling", "unseen", "train", "validation"] * 6, strict=True)
    ]
    other = type(library)(library.folder, entries)
    for division_kind in ("plain", "kit"):
        division = divide(other, settings(f"data.division={division_kind}"), seed=0)
        used = {entries[index].split for index in division.train + division.validation}
        assert used == {"train", "validation"}


def test_the_kit_division_is_the_librarys(library):
    division = divide(library, settings("data.division=kit"), seed=0)
    assert division.train == list(range(20))
    assert division.validation == list(range(20, 30))


def test_waveforms_are_the_librarys_to_the_bit(library):
    waveforms = load_waveforms(library, [3, 5])
    assert waveforms.dtype == torch.int16
    assert np.array_equal(as_float(waveforms, torch.float32)[1].numpy(), library.audio(5))


def test_what_it_trained_on_is_counted(library):
    division = divide(library, settings(), seed=0)
    data = describe_data(library, division, settings())
    assert data["kicks"] == 24
    assert data["by_licence"] == {"CC0-1.0": 24}
    assert data["by_source"] == {"builtin": 24}
    assert data["credits"] == [{"source": "builtin", "licence": "CC0-1.0", "origin": "", "kicks": 24}]
    assert data["library_fingerprint"] == library.fingerprint


def test_each_source_is_credited_by_licence_and_repository(library):
    said = [("pack", "MIT", "a/b@c1:x.wav"), ("pack", "MIT", "a/b@c1:y.wav"), ("pack", "CC0-1.0", "a/b@c1:z.wav")]
    names = ("source", "licence", "origin")
    entries = [
        dataclasses.replace(entry, split="train", **dict(zip(names, facts, strict=True)))
        for entry, facts in zip(library.entries, said, strict=False)
    ]
    few = type(library)(library.folder, entries)
    data = describe_data(few, Division([0, 1, 2], []), settings())
    assert data["credits"] == [
        {"source": "pack", "licence": "CC0-1.0", "origin": "a/b", "kicks": 1},
        {"source": "pack", "licence": "MIT", "origin": "a/b", "kicks": 2},
    ]


def with_splits(library, *splits):
    """The first kicks of a library, in these splits."""
    entries = [dataclasses.replace(entry, split=split) for entry, split in zip(library.entries, splits, strict=False)]
    return type(library)(library.folder, entries)


def test_nothing_to_train_on_is_said_with_the_mend(library):
    with pytest.raises(
        InputError, match=r"0 kicks of the licence classes attribution to train on.*data\.licence_classes"
    ):
        divide(library, settings('data.licence_classes=["attribution"]'), seed=0)


@pytest.mark.parametrize("division", ["plain", "kit"])
@pytest.mark.parametrize("splits", [[], ["train"], ["test"], ["validation"]])
def test_one_kick_is_too_few_and_how_many_are_needed_is_said(library, division, splits):
    with pytest.raises(InputError, match=r"to train on, 2 are needed \(one to validate with\); prepare more kicks$"):
        divide(with_splits(library, *splits), settings(f"data.division={division}"), seed=0)


def test_a_library_that_is_not_finished_is_named_as_such(library):
    with pytest.raises(InputError, match="run kick prepare again"):
        divide(with_splits(library, *["unassigned"] * 8), settings("data.division=kit"), seed=0)


@pytest.mark.parametrize("division", ["plain", "kit"])
def test_two_kicks_of_whatever_splits_are_one_to_train_on_and_one_to_validate_with(library, division):
    """Libraries of before small ones had splits of their own: a draw by hash for each kick."""
    names = ["train", "sibling", "validation", "test", "unseen"]
    drawn = np.random.default_rng(0)
    for kicks in [*range(2, 31)] * 3:
        small = with_splits(library, *drawn.choice(names, kicks, p=[0.7, 0.05, 0.1, 0.1, 0.05]))
        found = divide(small, settings(f"data.division={division}"), seed=0)
        assert found.train
        assert found.validation
        assert not set(found.train) & set(found.validation)
        assert found.train + found.validation == [*sorted(found.train), *sorted(found.validation)]
        kept = {small.entries[index].split for index in found.train} <= {"train", "validation"}
        assert kept or "divides its kicks anew" in found.remark
        assert divide(small, settings(f"data.division={division}"), seed=0) == found


def test_where_none_validates_siblings_do_and_else_as_few_training_kicks_as_can_be(library):
    kit = settings("data.division=kit")
    splits = [*["train"] * 18, "sibling", "sibling", "test"]
    found = divide(with_splits(library, *splits), kit, seed=0)
    assert found.train == list(range(18))
    assert len(found.validation) == 2
    assert set(found.validation) == {18, 19}
    assert "18 to train on, 2 to validate with" in found.remark
    for kicks, held_out in ((2, 1), (12, 1), (20, 2), (29, 2)):
        found = divide(with_splits(library, *["train"] * kicks, "test"), kit, seed=0)
        assert (len(found.train), len(found.validation)) == (kicks - held_out, held_out)


def test_a_library_that_is_not_small_keeps_its_test_kicks_out(library):
    large = type(library)(library.folder, with_splits(library, *["test"] * 30).entries * 6)
    with pytest.raises(InputError, match="0 kicks to train on"):
        divide(large, settings("data.division=kit"), seed=0)


def test_what_the_splits_allow_is_not_remarked_on(library):
    assert divide(library, settings(), seed=0).remark == ""
    assert divide(library, settings("data.division=kit"), seed=0).remark == ""


def material(taste=0.0, synthesised=0, share=0.0):
    return MaterialSettings(taste=taste, synthesised=synthesised, synthesised_share=share)


def test_without_taste_and_synthesis_kicks_are_shown_as_they_are(library):
    found = shown(library, [3, 5], material(), seed=0)
    assert found.weights is None
    assert torch.equal(found.kicks, load_waveforms(library, [3, 5]))


def test_synthesised_kicks_have_their_share_and_depend_on_the_seed(library):
    found = shown(library, [3, 5, 6], material(synthesised=4, share=0.25), seed=1)
    assert found.kicks.shape == (7, 2, 22050)
    assert np.allclose(found.weights, [0.25] * 3 + [0.0625] * 4)
    assert torch.equal(found.kicks[:3], load_waveforms(library, [3, 5, 6]))
    assert torch.equal(found.kicks, shown(library, [3, 5, 6], material(synthesised=4, share=0.25), seed=1).kicks)
    other = shown(library, [3, 5, 6], material(synthesised=4, share=0.25), seed=2)
    assert not any(torch.equal(one, two) for one in other.kicks[3:] for two in found.kicks[3:])
    assert found.kicks[3:].abs().amax((1, 2)).min() > 0


def test_a_kick_that_fails_the_rules_of_taste_is_shown_more_seldom(library, monkeypatch):
    kept = {index: index in (4, 7) for index in (3, 4, 5, 7)}
    by_sound = {library.audio(index).tobytes(): kept[index] for index in kept}
    monkeypatch.setattr(data, "taste", lambda audio: SimpleNamespace(keeps=by_sound[audio.tobytes()]))
    assert np.allclose(shown(library, list(kept), material(taste=0.75), seed=0).weights, [0.1, 0.4, 0.1, 0.4])
    assert np.allclose(shown(library, list(kept), material(taste=1.0), seed=0).weights, [0.0, 0.5, 0.0, 0.5])
    # Where it would leave nothing, all are shown alike.
    assert np.allclose(shown(library, [3, 5], material(taste=1.0), seed=0).weights, [0.5, 0.5])
