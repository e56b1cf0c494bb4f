"""The table of metrics and `evaluate`: perfect scores, the worst ones, the order of kicks, too few of them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from kickitout.evaluation.metrics import METRICS, evaluate
from kickitout.evaluation.sets import KickSet
from kickitout.evaluation.spectra import PROFILE_SIZE
from kickitout.measure.descriptors import DESCRIPTORS
from kickitout.measure.embedding import EMBEDDING_SIZE
from kickitout.measure.fingerprint import FINGERPRINT_SIZE

MEANT_LOW = ("auc_trees", "auc_linear", "frechet", "kernel", "wasserstein", "azimuthal", "lines")


def a_set(seed, count=120, shift=0.0, name="set"):
    """Made-up kicks with all that is measured of them; fingerprints are far apart, so no two are one sound."""
    rng = np.random.Generator(np.random.Philox(key=seed))
    hashes = tuple(sorted(f"{seed:04d}{value:060x}" for value in rng.integers(0, 2**62, count)))
    descriptors = {one.name: np.exp(rng.standard_normal(count) + shift) for one in DESCRIPTORS}
    descriptors["pitch_hz"][: count // 10] = np.nan
    descriptors["width_db"] = np.where(rng.random(count) < 0.5, -60.0, -20.0 + shift * rng.random(count))
    return KickSet(
        name=name,
        files=tuple(f"{number}.wav" for number in range(count)),
        kits=tuple(f"{seed}/{number // 4}" for number in range(count)),
        hashes=hashes,
        samples=np.zeros((count, 2, 4096), dtype=np.int16),
        embeddings=rng.standard_normal((count, EMBEDDING_SIZE)) + shift,
        fingerprints=rng.random((count, FINGERPRINT_SIZE)).astype(np.float32),
        descriptors=descriptors,
        is_kick=rng.random(count) < (0.9 if shift == 0.0 else 0.1),
        faults=tuple(("dc",) if value < 0.2 else () for value in rng.random(count)),
        profiles=(rng.standard_normal((count, PROFILE_SIZE)) + 3.0 * shift).astype(np.float32),
    )


def shuffled(kicks, seed=9):
    """The same kicks in another order (a `KickSet` made by its makers has but one)."""
    order = np.random.Generator(np.random.Philox(key=seed)).permutation(len(kicks))
    names = {field: tuple(getattr(kicks, field)[i] for i in order) for field in ("files", "kits", "hashes", "faults")}
    arrays = {f: getattr(kicks, f)[order] for f in ("samples", "embeddings", "fingerprints", "is_kick", "profiles")}
    return replace(kicks, **names, **arrays, descriptors={k: v[order] for k, v in kicks.descriptors.items()})


@pytest.fixture(scope="module")
def real():
    return a_set(1)


@pytest.fixture(scope="module")
def own(real):
    return evaluate(real, real, real, resamples=8)


@pytest.fixture(scope="module")
def twin(real):
    return evaluate(a_set(2), real, a_set(3), resamples=8)


@pytest.fixture(scope="module")
def far(real):
    return evaluate(a_set(2, shift=5.0), real, a_set(3), resamples=8)


def test_the_table_is_whole():
    for name, metric in METRICS.items():
        assert name == metric.name
        assert metric.words
        assert metric.blind
        assert metric.better in ("lower", "higher", "real")
        assert metric.least >= 1


def test_everything_is_measured_with_its_interval(twin):
    assert set(twin.figures) == set(METRICS)
    assert not twin.missing
    for figure in twin.figures.values():
        assert np.isfinite([figure.value, figure.low, figure.high]).all()
        assert figure.low <= figure.value <= figure.high


GOLDEN = {
    "auc_trees": (0.467, 0.406, 0.529),
    "auc_linear": (0.532, 0.484, 0.572),
    "frechet": (18.454, 14.282, 23.063),
    "frechet_infinity": (-0.616, -3.938, 2.706),
    "kernel": (0.358, -0.396, 1.198),
    "precision": (0.833, 0.785, 0.864),
    "recall": (0.800, 0.768, 0.863),
    "density": (1.215, 0.941, 1.367),
    "coverage": (0.975, 0.938, 0.989),
    "wasserstein": (0.145, 0.120, 0.195),
    "unpitched": (0.100, 0.031, 0.152),
    "mono": (0.500, 0.465, 0.544),
    "diversity": (49.488, 46.374, 52.325),
    "near_copies": (0.058, 0.033, 0.087),
    "characteristics": (0.850, 0.806, 0.892),
    "gate": (0.825, 0.782, 0.877),
    "azimuthal": (0.136, 0.105, 0.172),
    "lines": (0.499, 0.409, 0.610),
    "frame_lines": (0.024, 0.007, 0.038),
    "periodic": (0.033, 0.012, 0.052),
}
"""Of made-up sets: the value and its interval. Those of real kicks (tests/golden/test_floors.py) take the library."""


@pytest.mark.parametrize("name", GOLDEN)
def test_figures_stay(twin, name):
    figure = twin.figures[name]
    assert (figure.value, figure.low, figure.high) == pytest.approx(GOLDEN[name], rel=0.03, abs=0.015)


@pytest.mark.parametrize("name", METRICS)
def test_a_set_against_itself_is_perfect(own, name):
    figure, metric = own.figures[name], METRICS[name]
    perfect = metric.perfect if metric.perfect is not None else figure.real
    # The real set is its own training set: all of it is copied, as far from real as can be.
    assert figure.value == pytest.approx(perfect, abs=1e-9)


@pytest.mark.parametrize("name", MEANT_LOW)
def test_a_set_far_away_scores_worse(twin, far, name):
    assert far.figures[name].low > twin.figures[name].high


def test_a_set_far_away_shares_nothing(far):
    assert all(far.figures[name].value == 0.0 for name in ("precision", "recall", "density", "coverage"))
    assert far.figures["auc_trees"].value > 0.99


def test_shares_are_those_of_the_sets(twin, real):
    generated = a_set(2)
    for name, have in (("characteristics", lambda s: s.is_kick), ("gate", lambda s: [not f for f in s.faults])):
        assert twin.figures[name].value == pytest.approx(np.mean(have(generated)))
        assert twin.figures[name].real == pytest.approx(np.mean(have(real)))
    assert twin.figures["unpitched"].value == pytest.approx(0.1)


def test_the_order_of_kicks_changes_nothing(twin, real):
    # Trees split at equal gains by the order; sets made by their makers have one.
    names = [name for name in METRICS if name != "auc_trees"]
    again = evaluate(shuffled(a_set(2)), shuffled(real), shuffled(a_set(3)), resamples=8, only=names)
    for name in names:
        assert again.figures[name].value == pytest.approx(twin.figures[name].value, rel=1e-6, abs=1e-6), name


def test_the_same_sets_give_the_same_bits(twin, real):
    again = evaluate(a_set(2), real, a_set(3), resamples=8)
    assert again.figures == twin.figures


@pytest.mark.parametrize("count", [0, 1, 3, 12, 40])
def test_too_few_kicks_are_said_with_the_number_needed(count, real):
    few = evaluate(a_set(4, count), real, a_set(3), resamples=3)
    assert set(few.figures) | set(few.missing) == set(METRICS)
    for name, words in few.missing.items():
        assert f"needs {METRICS[name].least} " in words
        assert f"there are {count}" in words
    assert all(METRICS[name].least <= count for name in few.figures)


def test_without_training_kicks_copies_are_missing(real):
    assert "training" in evaluate(a_set(2), real, resamples=0, only=["copies"]).missing["copies"]


def test_absent_descriptors_are_said_or_left_out(real):
    unpitched = replace(real, descriptors={**real.descriptors, "pitch_hz": np.full(len(real), np.nan)})
    result = evaluate(unpitched, real, resamples=3, only=["wasserstein", "wasserstein/pitch_hz", "unpitched"])
    assert "wasserstein/pitch_hz" in result.missing
    assert np.isfinite(result.figures["wasserstein"].value)
    assert result.figures["unpitched"].value == 1.0


def constant(kicks):
    """The first kick, as often as there are kicks."""
    chosen = np.zeros(len(kicks), dtype=int)
    arrays = {f: getattr(kicks, f)[chosen] for f in ("samples", "embeddings", "fingerprints", "is_kick", "profiles")}
    descriptors = {k: v[chosen] for k, v in kicks.descriptors.items()}
    return replace(kicks, **arrays, descriptors=descriptors, faults=(kicks.faults[0],) * len(kicks))


@pytest.mark.parametrize("which", ["generated", "real"])
def test_a_set_of_one_repeated_kick_divides_nothing_by_zero(which, real):
    same, other = constant(real), a_set(2)
    with np.errstate(divide="raise", invalid="raise"):
        result = evaluate(*((same, other) if which == "generated" else (other, same)), resamples=3)
    assert all(np.isfinite(figure.value) for figure in result.figures.values())


def test_two_sets_of_the_same_repeated_kick_are_not_told_apart(real):
    result = evaluate(constant(real), constant(real), resamples=3, only=["auc_trees"])
    assert result.figures["auc_trees"].value == 0.5


def test_a_single_kit_cannot_be_judged_by_a_classifier(real):
    assert (
        "auc_trees" in evaluate(replace(a_set(2), kits=("one",) * 120), real, resamples=0, only=["auc_trees"]).missing
    )


def test_figures_are_plain_json(twin):
    data = json.loads(json.dumps(twin.to_json(), allow_nan=False))
    assert data["figures"]["frechet"]["value"] == twin.figures["frechet"].value


def test_single_kicks_have_their_own_numbers(twin, real):
    assert {name: values.shape for name, values in twin.per_kick.items()} == dict.fromkeys(
        ("score", "typicality", "nearest", "nearest_distance"), (120,)
    )
