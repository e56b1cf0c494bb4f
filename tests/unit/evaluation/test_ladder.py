"""The ladder: draws that do not mix, ranks that are Spearman's, verdicts that follow from figures, and what ships."""

import importlib
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from bench import ladder_tables
from kickitout.evaluation import ladder
from kickitout.evaluation.damage import BY_NAME, DAMAGES
from kickitout.evaluation.ladder import Cell, Climb, badness, rank_correlation, stand
from kickitout.evaluation.metrics import METRICS, Metric
from kickitout.evaluation.sets import from_arrays
from kickitout.library.synthesis import machine_of, synthesise_kick

LOW_PASS, TONE = BY_NAME["low-pass"], BY_NAME["tone"]
FLOOR = np.linspace(0.9, 1.1, 24)


def rising(levels, start=1.0, step=1.0):
    """Figures that grow with the level, a little apart by seed: (levels, seeds)."""
    return start + step * np.arange(levels)[:, None] + 0.01 * np.arange(3)


def standing(values, better="lower", real=None, damage=LOW_PASS, floor=FLOOR):
    return stand(damage, np.asarray(values, dtype=float), floor, better, real)


# Ranks


@pytest.mark.parametrize("seed", range(5))
def test_the_rank_correlation_is_spearmans_with_ties_and_gaps(seed):
    generator = np.random.default_rng(seed)
    levels = np.repeat(np.arange(7.0), 3)
    values = np.round(levels + generator.normal(0, 2, 21))
    assert rank_correlation(levels, values) == pytest.approx(spearmanr(levels, values).statistic)
    values[generator.permutation(21)[:5]] = np.nan
    known = np.isfinite(values)
    assert rank_correlation(levels, values) == pytest.approx(spearmanr(levels[known], values[known]).statistic)


def test_what_cannot_be_ranked_is_said():
    levels = np.arange(9.0)
    assert rank_correlation(levels, np.ones(9)) == 0.0
    assert math.isnan(rank_correlation(levels, np.where(levels < 5, levels, np.nan)))


# Before one damage


def test_a_metric_orders_what_it_follows_whichever_way_is_better():
    up = rising(7)
    assert standing(up).correlation == pytest.approx(spearmanr(np.repeat(np.arange(7), 3), up.ravel()).statistic)
    assert standing(up).orders
    assert not standing(up[::-1]).orders
    assert not standing(up, "higher").orders
    assert standing(-up, "higher", floor=-FLOOR).orders
    assert standing(5.0 - up, "real", real=5.0).orders
    assert standing(up, "real", real=0.0).orders
    assert not standing(up, "real", real=10.0).orders


def test_what_is_seen_lies_beyond_every_undamaged_draw_in_every_seed_and_stays_there():
    values = rising(7, start=0.5, step=0.25)  # 0.5 0.75 1.0 1.25 ...
    assert standing(values).seen_from == 3
    assert standing(values).words == "a low-pass at 4000 Hz"
    assert standing(values).catches
    values[3, 1] = 1.05
    assert standing(values).seen_from == 4
    values[6, 0] = 1.0
    assert standing(values).seen_from is None
    assert standing(values).words == ""
    assert not standing(values).catches


def test_a_missing_figure_is_not_seen():
    values = rising(7)
    values[5, 2] = np.nan
    assert standing(values).seen_from == 6
    assert standing(np.full((7, 3), np.nan)).seen_from is None
    assert not standing(np.full((7, 3), np.nan)).orders


def test_badness_grows_with_the_distance_from_what_is_wanted():
    values = np.array([0.2, 0.5, 0.9])
    assert badness(values, "lower", None).tolist() == [0.2, 0.5, 0.9]
    assert badness(values, "higher", None).tolist() == [-0.2, -0.5, -0.9]
    assert badness(values, "real", 0.5) == pytest.approx([0.3, 0.0, 0.4])
    assert np.isnan(badness(values, "real", None)).all()


# Placing


def climb(**values):
    standings = {name: standing(rows, damage=BY_NAME[name]) for name, rows in values.items()}
    claims = tuple(values)
    return Climb("m", "lower", claims, FLOOR, None, standings)


def test_figures_are_placed_between_rungs():
    steps = climb(**{"low-pass": rising(7, start=1.0)})
    assert steps.locate(1.05) == "like undamaged kicks"
    assert steps.locate(1.5) == "nearer to real than a low-pass at 12000 Hz"
    assert steps.locate(2.5) == "between a low-pass at 12000 Hz and a low-pass at 8000 Hz"
    assert steps.locate(2.01) == "as far from real as a low-pass at 12000 Hz"
    assert steps.locate(99.0) == "further from real than a low-pass at 500 Hz"
    assert steps.locate(math.nan) == ""


def test_where_figures_saturate_the_mildest_damage_is_named():
    full = np.minimum(rising(7), 4.0)
    assert climb(**{"low-pass": full}).locate(4.0) == "as far from real as a low-pass at 4000 Hz"


def test_what_is_not_ordered_or_not_claimed_is_no_rung():
    assert climb(**{"low-pass": rising(7)[::-1]}).locate(5.0) == ""
    both = climb(**{"low-pass": rising(7), "tone": rising(7, start=20.0)})
    alone = Climb("m", "lower", ("low-pass",), FLOOR, None, both.standings)
    assert "tone" in both.locate(21.5)
    assert alone.locate(21.5) == "further from real than a low-pass at 500 Hz"


def test_a_metric_that_compares_with_the_real_set_is_placed_by_its_distance():
    rows = 0.5 - 0.05 * np.arange(7)[:, None] + 0.001 * np.arange(3)
    floor = np.linspace(0.48, 0.52, 24)
    one = Climb("m", "real", ("low-pass",), floor, 0.5, {"low-pass": standing(rows, "real", 0.5, floor=floor)})
    assert one.locate(0.37) == one.locate(0.63) == one.locate(0.77, real=0.9)
    assert one.locate(0.37) == "between a low-pass at 8000 Hz and a low-pass at 4000 Hz"


# The whole


def metric(name, better="lower"):
    return Metric(name, "words", "", better, "", 1)


@pytest.fixture
def built():
    """A ladder of three metrics and two damages: one good, one that goes the wrong way, one that says nothing."""
    found = {}
    for cell in ladder.cells([LOW_PASS, TONE]):
        level = list(BY_NAME[cell.damage].levels).index(cell.level) + 1 if cell.damage else 0
        noise = 0.001 * cell.seed
        found[cell] = {"good": (level + noise, None), "wrong": (-level + noise, None)}
        if level:
            found[cell]["never undamaged"] = (1.0, None)
    metrics = [metric(name) for name in ("good", "wrong", "never undamaged")]
    claims = {"good": ("low-pass",), "wrong": ("low-pass", "tone")}
    return ladder.build(found, {"kicks": 7}, metrics, claims)


def test_verdicts_follow_from_the_figures(built):
    assert list(built.climbs) == ["good", "wrong"]
    assert [one.name for one in built.damages] == ["low-pass", "tone"]
    assert built.climbs["good"].kept_claims == ("low-pass",)
    assert [one.metric for one in built.dropped] == ["wrong"]
    assert [one.metric for one in built.catchers("tone")] == ["good"]
    assert built.climbs["good"].standings["tone"].seen_from == 0


def test_a_damage_that_lacks_a_cell_is_left_out():
    found = {cell: {"good": (float(cell.level), None)} for cell in ladder.cells([LOW_PASS, TONE])}
    del found[Cell("tone", -40, 2)]
    assert [one.name for one in ladder.build(found, {}, [metric("good")], {}).damages] == ["low-pass"]


def test_a_ladder_comes_back_from_its_text(built):
    text = built.to_json()
    again = ladder.from_json(text)
    assert again.to_json() == text
    assert again.settings == built.settings
    for name, one in built.climbs.items():
        other = again.climbs[name]
        assert (other.better, other.claims, other.real) == (one.better, one.claims, one.real)
        assert other.floor == pytest.approx(one.floor)
        for damage, before in one.standings.items():
            after = other.standings[damage]
            assert after.values == pytest.approx(before.values)
            assert (after.seen_from, after.orders) == (before.seen_from, before.orders)


def test_damages_that_changed_since_are_left_out(built):
    text = built.to_json().replace('"tone": [-80', '"tone": [-81')
    assert [one.name for one in ladder.from_json(text).damages] == ["low-pass"]


def test_the_tables_say_what_was_found(built):
    damages = ladder_tables.damages_table(built)
    assert "| a low-pass at 16000 Hz | `good` | 1 |" in damages
    metrics = ladder_tables.metrics_table(built)
    assert "low-pass -0.99 (not ordered)" in metrics
    assert metrics.count("**dropped**") == 1
    assert "| `good` | **1** | **1** |" in ladder_tables.matrix(built)
    assert "| `wrong` | · | · |" in ladder_tables.matrix(built)


# Cells of real sets


@pytest.fixture(scope="module")
def train():
    """Thirty-two kicks of eight kits."""
    seeds = [16 * machine + number for machine in range(8) for number in range(4)]
    kicks = np.stack([synthesise_kick(seed)[0] for seed in seeds])
    return from_arrays(kicks, name="train", kits=[machine_of(seed) for seed in seeds], workers=1)


def test_a_draw_and_its_rest_are_all_kicks_and_come_from_half_the_kits(train):
    drawn, rest = ladder.draw(train, 1, count=10)
    assert (len(drawn), len(rest)) == (10, 22)
    assert set(drawn.hashes) | set(rest.hashes) == set(train.hashes)
    assert len(set(drawn.kits)) <= 4
    assert drawn.hashes == ladder.draw(train, 1, count=10)[0].hashes
    assert drawn.hashes != ladder.draw(train, 2, count=10)[0].hashes


def test_a_damaged_cell_is_the_same_kicks_damaged(train):
    drawn, rest = ladder.damaged(Cell("", 0.0, 1), train, count=6)
    after, rest_again = ladder.damaged(Cell("short-tail", 60, 1), train, count=6)
    assert sorted(after.files) == sorted(drawn.files)
    assert rest_again.hashes == rest.hashes
    assert not set(after.hashes) & set(train.hashes)
    assert not after.samples[:, :, 4000:].any()
    assert np.abs(after.samples.astype(int)).max(axis=(1, 2)).tolist() == [32767] * 6


def test_copies_come_from_the_training_kicks_and_other_sounds_do_not(train):
    drawn, rest = ladder.damaged(Cell("", 0.0, 1), train, count=6)
    copied, _ = ladder.damaged(Cell("copies", 0.5, 1), train, count=6)
    assert len(copied) == 6
    assert len(set(copied.hashes) & set(rest.hashes)) == 3
    assert len(set(copied.hashes) & set(drawn.hashes)) == 3
    assert copied.hashes == tuple(sorted(copied.hashes))
    for index, name in enumerate(copied.hashes):  # every row moved with its name
        source = train.hashes.index(name)
        assert copied.files[index] == train.files[source]
        assert (copied.embeddings[index] == train.embeddings[source]).all()
        assert copied.descriptors["decay_ms"][index] == train.descriptors["decay_ms"][source]
    other, _ = ladder.damaged(Cell("other-sounds", 0.5, 1), train, count=6)
    assert sum(file.startswith("other/") for file in other.files) == 3
    assert not set(other.hashes) & set(rest.hashes)


def test_all_cells_are_there_once_and_have_names_of_their_own():
    cells = ladder.cells()
    assert len({cell.key for cell in cells}) == len(cells)
    assert len(ladder.SEEDS) >= 3
    assert set(ladder.SEEDS) <= set(ladder.FLOORS)
    assert len(cells) == len(ladder.FLOORS) + 3 * sum(len(one.levels) for one in DAMAGES)


def test_every_metric_claims_damages_that_there_are():
    assert set(ladder.CLAIMS) == set(METRICS)
    for claims in ladder.CLAIMS.values():
        assert claims
        assert len(set(claims)) == len(claims)
        assert set(claims) <= set(BY_NAME)


def test_dear_metrics_are_asked_where_they_claim():
    assert set(ladder.metrics_for(Cell("", 0.0, 1))) == set(METRICS)
    assert set(METRICS) - set(ladder.metrics_for(Cell("tone", -40, 1))) == set(ladder.COSTLY)
    assert "copies" in ladder.metrics_for(Cell("copies", 0.1, 1))


# What is kept between climbs


@pytest.fixture
def climb_ladder(monkeypatch):
    """The script that climbs, as it finds its own modules."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[3] / "bench"))
    return importlib.import_module("climb_ladder")


def test_every_source_that_kept_cells_are_keyed_by_is_there(climb_ladder):
    sources = [climb_ladder.DAMAGING, climb_ladder.MEASURING, climb_ladder.JUDGING]
    assert len({climb_ladder.digest_of(paths) for paths in sources}) == 3
    for paths in sources:
        for name in paths:
            locate = climb_ladder.PACKAGE / name
            assert locate.is_file() or list(locate.rglob("*.py"))


def test_a_source_that_has_moved_is_an_error_and_not_an_empty_key(climb_ladder):
    with pytest.raises(FileNotFoundError, match="elsewhere is not there"):
        climb_ladder.digest_of(["elsewhere"])


# What ships


@pytest.fixture(scope="module")
def shipped():
    found = ladder.load()
    assert found is not None, "python bench/climb_ladder.py LIB climbs it"
    return found


def test_the_shipped_ladder_is_of_todays_metrics_and_damages(shipped):
    assert set(shipped.climbs) == set(METRICS) - set(ladder.AWAITED)
    assert [one.name for one in shipped.damages] == [one.name for one in DAMAGES]
    assert {name: one.claims for name, one in shipped.climbs.items()} == {
        name: claims for name, claims in ladder.CLAIMS.items() if name not in ladder.AWAITED
    }


def test_every_shipped_metric_orders_a_damage_that_it_claims(shipped):
    assert [one.metric for one in shipped.dropped] == []


def test_every_damage_is_caught(shipped):
    assert [one.name for one in DAMAGES if not shipped.catchers(one.name)] == []


def test_the_drafts_griffin_lim_and_a_wrong_phase_in_one_channel_are_seen(shipped):
    draft = BY_NAME["griffin-lim-window"].levels.index(512)
    for name, level in (("griffin-lim-window", draft), ("wrong-phase", 6), ("wrong-phase-low", 6)):
        assert any(one.standings[name].seen_from <= level for one in shipped.catchers(name))


def test_places_are_in_words_and_unknown_metrics_have_none(shipped):
    assert ladder.locate("no such metric", 1.0) == ""
    assert ladder.locate("frechet", 1e6).startswith("further from real than ")
    assert ladder.locate("frechet", 0.0) == "like undamaged kicks"
    steps = [rung.bad for rung in ladder.rungs("frechet")]
    assert steps == sorted(steps)
