"""The network that chooses among latents (`kickitout.model.choice`), fitted to what a model's kicks turn out to be.

Kicks are drawn, and judged twice: by taste, and by a critic, a classifier of real training kicks that taste keeps
against draws that it keeps. The critic only ever judges draws that it has not seen. Both verdicts are then learnt as
functions of the latent, by a network that has to tell all that was measured of a kick as well: that is left out of what
is stored, and without it a few thousand verdicts are too few.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from kickitout.errors import InputError
from kickitout.library import normalise
from kickitout.library.store import Library
from kickitout.measure.descriptors import DESCRIPTORS, describe
from kickitout.measure.embedding import embed
from kickitout.measure.taste import RULES, taste
from kickitout.model import arrays
from kickitout.model.bundle import Bundle
from kickitout.model.card import Card
from kickitout.model.choice import SLOPE, Choice
from kickitout.model.voice import Voice
from kickitout.sound.kick import FULL_SCALE, SAMPLE_RATE
from kickitout.system.randomness import another_seed, permutation
from kickitout.system.workers import available_processors

Array = NDArray[np.float64]
Finish = Callable[[NDArray[np.float32]], NDArray[np.float32]]

DRAWS = 4000
"""Kicks that are drawn and judged."""

HIDDEN = (64, 64)
FOLDS = 5

LEAST_REAL = 100
"""With fewer real kicks that taste keeps there is no critic: it would know them by heart."""

LEAST_VERDICTS = 50
"""With fewer draws that taste keeps, or does not, there is nothing to learn."""

WIDTH = 1.2
"""How many times as wide as a model's own the distribution of latents is among which is chosen."""

LIKELY = 1.0
"""From this chance on taste itself decides."""

CAPPED = 0.9
"""The quantile of the odds from which on a latent is always taken."""

LEFT_OUT = ("onset_ms", "decay_extrapolated", "length_extrapolated", "dc", "true_peak_db", "last_ms")
"""Descriptors that nobody hears."""

CHOICE_FILE = "choice.npz"

NO_SKETCHES = "takes a second for a kick and does not choose among them; give a model that outputs sketches"

FURTHEST = 8.0
"""A feature counts as so many standard deviations from the mean at most."""

NEAREST = 3.0
"""The same where a network learns the features."""

CRITIC_UNITS, CRITIC_EPOCHS, CRITIC_RATE, CRITIC_DECAY, CRITIC_ROUNDS = 32, 30, 3e-3, 0.05, 2
EPOCHS, RATE, DECAY = 60, 4e-3, 0.1

FEATURES_WEIGHT = 3.0
"""Of the error in the features against the other two: they tell the network most of what it knows."""

BATCH = 256


@dataclass(frozen=True)
class Draws:
    """Kicks of a model, judged.

    Attributes:
        latents: (n, latent_size).
        keeps: whether taste keeps each, (n,).
        features: see `features`, (n, f).
    """

    latents: Array
    keeps: NDArray[np.bool_]
    features: Array


@dataclass(frozen=True)
class Fitted:
    """A network, and how good it is.

    Attributes:
        choice: the network.
        figures: for the card: `choice/kept`, the share of draws that taste keeps; `choice/accepted`, the share of
            latents that are taken; `choice/kept_of_accepted`, of these; `choice/keep_auc`, how well the network tells
            which draws are kept; `choice/critic_auc`, how well the critic tells draws from real kicks;
            `choice/odds_explained`, the share of the variance of its log odds that the network knows. All of draws that
            what judges has not seen.
    """

    choice: Choice
    figures: dict[str, float]


def features(audio: NDArray[np.float32]) -> Array:
    """What a critic looks at in a kick of a library, (2, 22050): the embedding, audible descriptors, and what taste
    measures."""
    found, tasted = describe(audio), taste(audio).measured
    values = [
        np.log2(max(found[one.name], 1e-3)) if one.logarithmic and one.name in found else found.get(one.name, np.nan)
        for one in DESCRIPTORS
        if one.name not in LEFT_OUT
    ]
    return np.concatenate([embed(audio), values, [tasted.get(rule.name, np.nan) for rule in RULES]])


def in_form(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """A sound as a library would hold it, (2, 22050)."""
    return np.asarray(normalise.normalise(sound, SAMPLE_RATE).samples.astype(np.float32) / FULL_SCALE, np.float32)


def real_features(library: Library, kicks: Iterable[int]) -> Array | None:
    """Features of those of some training kicks that taste keeps, (m, f); None of none."""
    sounds = map(library.audio, kicks)
    found = [features(kick) for kick in sounds if taste(kick).keeps]
    return np.array(found) if found else None


# The critic ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Scale:
    """What numbers are standardised by."""

    mean: Array
    spread: Array

    @classmethod
    def of(cls, values: Array) -> "_Scale":
        known = np.isfinite(values)
        count = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, values, 0.0).sum(axis=0) / count
        spread = np.sqrt((np.where(known, values - mean, 0.0) ** 2).sum(axis=0) / count)
        return cls(np.asarray(mean), np.where(spread > 1e-6, spread, 1.0))

    def apply(self, values: Array) -> Array:
        return np.asarray((values - self.mean) / self.spread)


def _scaled(values: Array, reference: Array, furthest: float = FURTHEST) -> Array:
    """Standardised by a reference; absent values are its means."""
    scaled = _Scale.of(reference).apply(values)
    return np.asarray(np.clip(np.where(np.isfinite(values), scaled, 0.0), -furthest, furthest))


def _seen(values: Array, reference: Array) -> Tensor:
    """What a critic sees: features, standardised, and for each whether it is absent."""
    both = np.concatenate([_scaled(values, reference), ~np.isfinite(values)], axis=1)
    return torch.from_numpy(both).float()


def _critic(inputs: Tensor, real: Tensor, seed: int) -> nn.Module:
    """A classifier of real kicks (1) against draws (0), both of the same weight."""
    torch.manual_seed(seed)
    critic = nn.Sequential(
        nn.Dropout(0.2),
        nn.Linear(inputs.shape[1], CRITIC_UNITS),
        nn.LeakyReLU(SLOPE),
        nn.Dropout(0.5),
        nn.Linear(CRITIC_UNITS, 1),
        nn.Flatten(0),
    )
    weight = _even(real)
    optimiser = torch.optim.AdamW(critic.parameters(), lr=CRITIC_RATE, weight_decay=CRITIC_DECAY)
    for _ in range(CRITIC_EPOCHS):
        for rows in torch.split(torch.randperm(len(inputs)), BATCH):
            loss = functional.binary_cross_entropy_with_logits(critic(inputs[rows]), real[rows], weight[rows])
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
    return critic.eval()


def _even(real: Tensor) -> Tensor:
    """Weights with which real kicks and draws count the same."""
    return torch.where(real > 0.0, 0.5 / real.mean(), 0.5 / (1.0 - real.mean()))


def critic_odds(real: Array, draws: Array, *, seed: int = 0) -> tuple[Array, float]:
    """The log odds, real against drawn, of draws (n, f) by critics that have not seen them; and the area under the ROC
    curve of all of them, real ones too.

    Args:
        real: features of real kicks, (m, f).
        draws: features of draws that taste keeps, (n, f).
        seed: of folds and critics.
    """
    both = np.concatenate([real, draws])
    is_real = torch.from_numpy(np.arange(len(both)) < len(real)).float()
    logits = torch.zeros(len(both))
    for turn in range(CRITIC_ROUNDS):
        fold = np.concatenate([folds(len(real), seed + turn), folds(len(draws), seed + turn + 100)])
        for number in range(FOLDS):
            seen = torch.from_numpy(fold != number)
            inputs = _seen(both, both[fold != number])
            critic = _critic(inputs[seen], is_real[seen], seed + FOLDS * turn + number)
            with torch.no_grad():
                logits[~seen] += critic(inputs[~seen]) / CRITIC_ROUNDS
    slope, offset = _line(logits, is_real, _even(is_real))
    numbers = slope * logits.numpy().astype(np.float64) + offset
    return numbers[len(real) :], area(numbers[: len(real)], numbers[len(real) :])


def _line(logits: Tensor, aims: Tensor, weight: Tensor | None = None) -> tuple[float, float]:
    """Slope and offset that make logits calibrated (Platt, "Probabilistic outputs for support vector machines", 1999):
    those of verdicts (0 or 1) that nothing had seen which gave the logits."""
    line = torch.tensor([1.0, 0.0], requires_grad=True)
    optimiser = torch.optim.LBFGS([line], max_iter=50)

    def loss() -> Tensor:
        optimiser.zero_grad()
        found = functional.binary_cross_entropy_with_logits(line[0] * logits + line[1], aims, weight)
        torch.autograd.backward(found)
        return found

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    slope, offset = line.tolist()
    return max(slope, 0.0), offset


def folds(count: int, seed: int) -> NDArray[np.int64]:
    """The fold of each of so many, 0..FOLDS - 1."""
    return np.asarray(permutation(seed, "choice/folds", count) % FOLDS)


def area(high: Array, low: Array) -> float:
    """The probability that a number of `high` exceeds one of `low`, ties counting half."""
    if not len(high) or not len(low):
        return 0.5
    ordered = np.sort(low)
    places = np.searchsorted(ordered, high, "left") + np.searchsorted(ordered, high, "right")
    return float(places.mean()) / (2.0 * len(low))


# The network --------------------------------------------------------------------------------------------------------


def _network(latents: Tensor, keeps: Tensor, odds: Tensor, learnt: Tensor, seed: int) -> nn.Sequential:
    """The network of latents (n, d): two numbers, then features. Odds are NaN where they are not known."""
    torch.manual_seed(seed)
    sizes = [latents.shape[1], *HIDDEN]
    parts: list[nn.Module] = []
    for first, last in pairwise(sizes):
        parts += [nn.Linear(first, last), nn.LeakyReLU(SLOPE), nn.Dropout(0.1)]
    network = nn.Sequential(*parts, nn.Linear(sizes[-1], 2 + learnt.shape[1]))
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * -(-len(latents) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    known = torch.isfinite(odds)
    for _ in range(EPOCHS):
        for rows in torch.split(torch.randperm(len(latents)), BATCH):
            said = network(latents[rows])
            loss = functional.binary_cross_entropy_with_logits(said[:, 0], keeps[rows])
            loss = loss + FEATURES_WEIGHT * functional.mse_loss(said[:, 2:], learnt[rows])
            if (has := known[rows]).any():
                loss = loss + functional.mse_loss(said[:, 1][has], odds[rows][has])
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
            schedule.step()
    return network.eval()


def _stored(network: nn.Sequential, inputs: _Scale, slopes: Array, offsets: Array) -> tuple[list[Array], list[Array]]:
    """Weights (in, out) and biases of a network that takes latents as they are, and says its first two numbers times
    slopes plus offsets."""
    linear = [part for part in network if isinstance(part, nn.Linear)]
    weights = [part.weight.detach().numpy().T.astype(np.float64) for part in linear]
    biases = [part.bias.detach().numpy().astype(np.float64) for part in linear]
    biases[0] = biases[0] - (inputs.mean / inputs.spread) @ weights[0]
    weights[0] = weights[0] / inputs.spread[:, None]
    weights[-1] = weights[-1][:, :2] * slopes
    biases[-1] = biases[-1][:2] * slopes + offsets
    return weights, biases


def _lines(said: Array, keeps: NDArray[np.bool_], odds: Array) -> tuple[Array, Array]:
    """Slopes and offsets, (2,) each, from what networks said of latents that they had not seen, (n, 2), to logits and
    log odds: what was learnt by heart is worth nothing, and does not count. Without a critic the odds are 1."""
    slope, offset = _line(torch.from_numpy(said[:, 0]).float(), torch.from_numpy(keeps).float())
    known = np.isfinite(odds)
    if not known.any():
        return np.array([slope, 0.0]), np.array([offset, 0.0])
    apart = said[known, 1] - said[known, 1].mean()
    steep = max(float(apart @ odds[known]) / float(apart @ apart), 0.0)
    return np.array([slope, steep]), np.array([offset, odds[known].mean() - steep * said[known, 1].mean()])


def fit(draws: Draws, odds: Array, *, width: float = 1.0, seed: int = 0) -> Fitted:
    """The network that says of latents whether taste keeps their kicks, and their log odds.

    Args:
        draws: what it learns from.
        odds: log odds of each, (n,); NaN where they are not known: all, where there is no critic.
        width: of the distribution that the latents come from.
        seed: of all that is random.
    """
    by_latent = _Scale.of(draws.latents)
    learnt = _scaled(draws.features, draws.features, NEAREST)
    told = [by_latent.apply(draws.latents), draws.keeps, _Scale.of(odds).apply(odds), learnt]
    latents, keeps, wanted, aims = (torch.from_numpy(one).float() for one in told)
    fold, said = folds(len(draws.keeps), seed), np.zeros((len(draws.keeps), 2))
    for number in range(FOLDS):
        seen = torch.from_numpy(fold != number)
        network = _network(latents[seen], keeps[seen], wanted[seen], aims[seen], seed + number)
        with torch.no_grad():
            said[fold == number] = network(latents[~seen])[:, :2].numpy()
    slopes, offsets = _lines(said, draws.keeps, odds)
    said = said * slopes + offsets
    most = float(np.quantile(said[draws.keeps, 1], CAPPED))
    weights, biases = _stored(_network(latents, keeps, wanted, aims, seed), by_latent, slopes, offsets)
    choice = Choice(tuple(weights), tuple(biases), LIKELY, most, width)
    return Fitted(choice, _figures(choice, said, draws.keeps, odds))


def _figures(choice: Choice, said: Array, keeps: NDArray[np.bool_], odds: Array) -> dict[str, float]:
    """How good a network is, by what others that had not seen a latent said of it, (n, 2)."""
    kept = 1.0 / (1.0 + np.exp(-said[:, 0]))
    chances = np.minimum(1.0, kept / choice.likely) * np.exp(np.minimum(0.0, said[:, 1] - choice.most))
    found = {
        "choice/kept": float(keeps.mean()),
        "choice/accepted": float(chances.mean()),
        "choice/kept_of_accepted": float(chances @ keeps / chances.sum()),
        "choice/keep_auc": area(said[keeps, 0], said[~keeps, 0]),
    }
    if (known := np.isfinite(odds)).any():
        left = float(np.mean((odds[known] - said[known, 1]) ** 2))
        found["choice/odds_explained"] = 1.0 - left / float(np.var(odds[known]))
    return found


# Draws --------------------------------------------------------------------------------------------------------------


def draw(voice: Voice, count: int, finish: Finish, width: float = 1.0) -> Draws:
    """Kicks of a model, of seeds that nobody is likely to give, judged by taste as they are drawn, and measured as they
    are finished.

    Args:
        voice: of a model that outputs sketches.
        count: how many.
        finish: what the instrument does to a sound.
        width: of the distribution of latents.
    """
    with ThreadPoolExecutor(available_processors()) as executor:
        judged = executor.map(partial(_judged, voice, finish, width), range(count))
        latents, keeps, found = zip(*judged, strict=True)
    return Draws(np.array(latents, dtype=np.float64), np.array(keeps), np.array(found))


def _judged(voice: Voice, finish: Finish, width: float, number: int) -> tuple[NDArray[np.float32], bool, Array]:
    seed = another_seed(number, "choice/fit")
    latent = voice.latent(seed, width=width)
    sound = voice.sound(latent, seed)
    return latent, taste(sound, SAMPLE_RATE).keeps, features(in_form(finish(sound)))


def fitted(
    voice: Voice, real: Array | None, finish: Finish, *, count: int = DRAWS, width: float = WIDTH, seed: int = 0
) -> Fitted | None:
    """What chooses among a model's latents; None where its draws are all alike to taste: there is nothing to choose.

    Args:
        voice: of a model that outputs sketches.
        real: `real_features`; None, or fewer than LEAST_REAL: without a critic.
        finish: what the instrument does to a sound.
        count: how many kicks are drawn.
        width: how many times as wide as the model's own the distribution is among which is chosen.
        seed: of all that is random but the draws.
    """
    draws = draw(voice, count, finish, width)
    kept = int(draws.keeps.sum())
    if min(kept, count - kept) < LEAST_VERDICTS:
        return None
    odds = np.full(count, np.nan)
    if real is None or len(real) < LEAST_REAL:
        return fit(draws, odds, width=width, seed=seed)
    odds[draws.keeps], known = critic_odds(real, draws.features[draws.keeps], seed=seed)
    found = fit(draws, odds, width=width, seed=seed)
    return replace(found, figures=found.figures | {"choice/critic_auc": known})


# Into a bundle ------------------------------------------------------------------------------------------------------


def chosen(
    bundle: Bundle,
    real: Array | None,
    finish: Finish,
    *,
    count: int = DRAWS,
    width: float = WIDTH,
    seed: int = 0,
) -> tuple[Card, dict[str, bytes]]:
    """The card and the files of a bundle with a network that chooses, fitted anew; all else stays the same.

    Args:
        bundle: of a model that outputs sketches.
        real, finish, count, width, seed: as in `fitted`.

    Raises:
        InputError: the model outputs no sketch.
    """
    card = bundle.card
    if not card.outputs_sketch:
        raise InputError("model", card.name, NO_SKETCHES)
    files = {name: data for name, data in bundle.parts.items() if name != card.choice}
    figures = {name: value for name, value in card.measured.items() if not name.startswith("choice/")}
    found = fitted(Voice(bundle), real, finish, count=count, width=width, seed=seed)
    changes: dict[str, object] = {"choice": None, "measured": figures}
    if found is not None:
        known = {name: float(f"{value:.4g}") for name, value in found.figures.items()}
        changes = {"choice": CHOICE_FILE, "measured": figures | known}
        files[CHOICE_FILE] = arrays.pack(found.choice.arrays())
    return Card.model_validate(dict(card) | changes), files
