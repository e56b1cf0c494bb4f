"""Which kicks train."""

import dataclasses

import numpy as np
import pytest
import torch

from kickitout.errors import InputError
from kickitout.training.run.data import as_float, describe_data, divide, load_waveforms
from kickitout.training.settings.presets import load_preset
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
    assert data["library_fingerprint"] == library.fingerprint


def test_nothing_to_train_on_is_said_with_the_mend(library):
    with pytest.raises(InputError, match="0 kicks of the licence classes attribution to train on"):
        divide(library, settings('data.licence_classes=["attribution"]'), seed=0)
    alone = type(library)(library.folder, library.entries[:20])
    with pytest.raises(InputError, match=r"no kicks to validate with .* set data\.division=plain$"):
        divide(alone, settings("data.division=kit"), seed=0)
