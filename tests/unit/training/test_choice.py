"""What chooses among latents is learnt: verdicts of taste and of a critic as functions of the latent."""

import numpy as np
import pytest

from kickitout.errors import InputError
from kickitout.instrument.finishing import PROCESSING
from kickitout.model.bundle import Bundle, seal
from kickitout.training.export import choice
from kickitout.training.export.choice import Draws, area, chosen, critic_odds, fit, fitted
from testing.tiny_bundle import write_tiny_bundle
from testing.tiny_sketch import write_sketch_bundle

COUNT = 600


@pytest.fixture(scope="module")
def draws():
    generator = np.random.Generator(np.random.Philox(key=1))
    latents = generator.standard_normal((COUNT, 6)) * 2.0 + 1.0
    features = np.stack([latents[:, 0] ** 2, latents[:, 1], np.full(COUNT, np.nan)], axis=1)
    return Draws(latents, latents[:, 0] > 1.0, features)


def odds_of(draws):
    return np.where(draws.keeps, 1.5 * (draws.latents[:, 1] - 1.0), np.nan)


@pytest.fixture(scope="module")
def learnt(draws):
    return fit(draws, odds_of(draws), width=1.5)


def test_what_is_learnt_is_so_of_latents_that_were_not_shown(learnt):
    generator = np.random.Generator(np.random.Philox(key=2))
    latents = generator.standard_normal((500, 6)) * 2.0 + 1.0
    said = np.array([learnt.choice.outputs(latent) for latent in latents])
    kept = latents[:, 0] > 1.0
    assert area(said[kept, 0], said[~kept, 0]) > 0.97
    assert np.corrcoef(said[:, 1], latents[:, 1])[0, 1] > 0.9
    chances = np.array([learnt.choice.chance(latent) for latent in latents])
    assert chances @ kept / chances.sum() > kept.mean() + 0.25
    assert chances[kept & (latents[:, 1] > 3.0)].mean() > 3.0 * chances[kept & (latents[:, 1] < -1.0)].mean()


def test_its_figures_say_so_too(draws, learnt):
    found = learnt.figures
    assert found["choice/kept"] == draws.keeps.mean()
    assert found["choice/keep_auc"] > 0.97
    assert found["choice/odds_explained"] > 0.8
    chances = [learnt.choice.chance(latent) for latent in draws.latents]
    assert found["choice/accepted"] == pytest.approx(np.mean(chances), abs=0.05)
    assert found["choice/kept_of_accepted"] > 0.9
    assert learnt.choice.width == 1.5


def test_the_same_is_learnt_again(draws, learnt):
    again = fit(draws, odds_of(draws), width=1.5)
    for name, array in again.choice.arrays().items():
        np.testing.assert_array_equal(array, learnt.choice.arrays()[name])


def test_without_a_critic_taste_alone_decides(draws):
    found = fit(draws, np.full(COUNT, np.nan))
    said = np.array([found.choice.outputs(latent) for latent in draws.latents])
    assert (said[:, 1] == found.choice.most).all()
    assert "choice/odds_explained" not in found.figures


def test_what_cannot_be_known_is_not_believed(draws):
    noise = np.random.Generator(np.random.Philox(key=3)).standard_normal(COUNT)
    found = fit(draws, np.where(draws.keeps, 3.0 * noise, np.nan))
    said = np.array([found.choice.outputs(latent)[1] for latent in draws.latents])
    assert said.std() < 0.5
    assert found.figures["choice/odds_explained"] == pytest.approx(0.0, abs=0.05)


def test_a_critic_knows_odds_of_draws_that_it_has_not_seen():
    generator = np.random.Generator(np.random.Philox(key=4))
    real, drawn = generator.standard_normal((400, 5)), generator.standard_normal((800, 5))
    real[:, 0] += 1.0
    odds, known = critic_odds(real, drawn)
    assert known == pytest.approx(0.76, abs=0.04)  # of two normal distributions one standard deviation apart
    assert np.corrcoef(odds, drawn[:, 0] - 0.5)[0, 1] > 0.8
    assert np.polyfit(drawn[:, 0], odds, 1)[0] == pytest.approx(1.0, abs=0.35)


def test_of_what_is_alike_it_knows_nothing():
    generator = np.random.Generator(np.random.Philox(key=5))
    odds, known = critic_odds(generator.standard_normal((300, 5)), generator.standard_normal((600, 5)))
    assert known == pytest.approx(0.5, abs=0.08)
    assert odds.std() < 0.4


def test_a_bundle_gets_one_and_keeps_all_else(tmp_path, monkeypatch):
    monkeypatch.setattr(choice, "LEAST_VERDICTS", 5)
    monkeypatch.setattr(choice, "EPOCHS", 2)
    bundle = Bundle.open(write_sketch_bundle(tmp_path / "sketchy"))
    card, files = chosen(bundle, None, PROCESSING.apply, count=40, width=1.25)
    made = Bundle(tmp_path, seal(card, files))
    assert made.choice is not None
    assert made.choice.width == 1.25
    assert made.choice.size == card.latent_size
    assert {name: data for name, data in files.items() if name != "choice.npz"} == bundle.parts
    assert card.measured.keys() - bundle.card.measured.keys() == {
        f"choice/{name}" for name in ("kept", "accepted", "kept_of_accepted", "keep_auc")
    }
    again, parts = chosen(made, None, PROCESSING.apply, count=40, width=1.25)
    assert (again, parts) == (card, files)


def test_where_taste_has_nothing_to_choose_there_is_none(tmp_path):
    bundle = Bundle.open(write_sketch_bundle(tmp_path / "sketchy"))
    card, files = chosen(bundle, None, PROCESSING.apply, count=4)
    assert card.choice is None
    assert files == bundle.parts


def test_few_real_kicks_make_no_critic(tmp_path, monkeypatch, draws):
    monkeypatch.setattr(choice, "draw", lambda *given: draws)
    monkeypatch.setattr(choice, "EPOCHS", 2)
    real = np.zeros((choice.LEAST_REAL - 1, 3))
    found = fitted(None, real, PROCESSING.apply, count=COUNT)
    assert found is not None
    assert "choice/critic_auc" not in found.figures


def test_a_model_that_outputs_no_sketch_has_none(tmp_path):
    bundle = Bundle.open(write_tiny_bundle(tmp_path / "tiny"))
    with pytest.raises(InputError, match="give a model that outputs sketches"):
        chosen(bundle, None, PROCESSING.apply, count=4)
