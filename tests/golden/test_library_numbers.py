"""Numbers that libraries on people's disks rest on: the stored bytes, the splits' draws, what descriptors measure."""

from dataclasses import asdict

import numpy as np
import pytest

from kickitout.library.shards import decode, encode
from kickitout.library.splits import split_of_file
from kickitout.library.store import content_hash
from kickitout.measure.descriptors import characteristics, describe
from kickitout.measure.fingerprint import fingerprint

RATE = 44_100


def a_kick():
    """A swept sine with a click, the right channel a little different: written as a formula, so nothing moves it."""
    t = np.arange(22_050) / RATE
    body = np.exp(-10 * t) * np.sin(2 * np.pi * (50 * t + 2 * (1 - np.exp(-40 * t))))
    click = 0.3 * np.exp(-500 * t) * np.cos(2 * np.pi * 3_000 * t)
    return (0.8 * np.stack([body + click, body + 0.5 * click])).astype(np.float32)


def test_stored_bytes():
    samples = np.array([[1, -2, 300, 0], [1, -2, 301, 0]], dtype=np.int16)
    planes = [[[2, 7, 98], [0, 0, 2]], [[0, 0, 2], [0, 0, 0]]]
    assert encode(samples).tolist() == planes
    assert decode(np.array(planes, dtype=np.uint8)).tolist() == [[1, -2, 300], [1, -2, 301]]


def test_content_hash():
    samples = np.arange(-4, 4, dtype=np.int16).reshape(2, 4)
    expected = "eebf62ed1d18b8a447bbdcc8cc48e72da27539760e5135fc376c16e1a1c75de7"
    assert content_hash(samples) == expected


def test_the_draws_of_the_splits():
    drawn = [split_of_file(f"{number:064x}", "train") for number in range(60)]
    assert [number for number, split in enumerate(drawn) if split == "sibling"] == [7, 11, 13, 41]
    by_file = [split_of_file(f"{number:064x}", "by file") for number in range(12)]
    assert by_file == [
        "train",
        "train",
        "train",
        "train",
        "train",
        "train",
        "train",
        "validation",
        "train",
        "train",
        "train",
        "validation",
    ]


def test_descriptors():
    assert describe(a_kick()) == pytest.approx(
        {
            "dc": 0.00193,
            "true_peak_db": -1.18764,
            "onset_ms": 0.0,
            "pre_echo_db": -100.0,
            "attack_ms": 1.31519,
            "crest_db": 5.71481,
            "tail_db": -42.86808,
            "last_ms": 499.95465,
            "brightness_hz": 95.63249,
            "centroid_early_hz": 202.16345,
            "centroid_middle_hz": 85.23769,
            "centroid_late_hz": 54.77356,
            "click_db": -26.02315,
            "loudness_lufs": -16.44922,
            "width_db": -39.39201,
            "width_low_db": -60.0,
            "width_mid_db": -41.07309,
            "width_high_db": -9.44294,
            "mono_loss_db": 0.0,
            "low_correlation": 1.0,
            "decay_ms": 348.71662,
            "decay_extrapolated": 0.0,
            "length_ms": 692.64361,
            "length_extrapolated": 1.0,
            "end_pitch_hz": 50.0,
            "sweep_octaves": 1.54958,
            "sweep_ms": 66.88873,
            "noise": 0.00354,
        },
        rel=1e-4,
        abs=1e-3,
    )


def test_characteristics():
    assert asdict(characteristics(a_kick())) == pytest.approx(
        {
            "click": True,
            "click_db": -26.14292,
            "click_contrast_db": 55.91429,
            "rumble": True,
            "rumble_share": 0.98479,
            "sustain_db": -22.72355,
            "decay": True,
            "decay_db": -36.38643,
            "rise_db": 0.0,
        },
        rel=1e-4,
        abs=1e-3,
    )


def test_fingerprint():
    vector = fingerprint(a_kick())
    assert vector[::24].tolist() == pytest.approx(
        [0.83005, 0.0, 0.0, 0.91573, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], abs=1e-4
    )
    assert float(vector.mean()) == pytest.approx(0.08382, abs=1e-5)
