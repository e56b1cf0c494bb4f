"""Everything random in training is a function of (seed, purpose, samples shown)."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from kickitout.training.blocks.distributed import World
from kickitout.training.run import draws
from kickitout.training.run.draws import Moment


@given(count=st.integers(2, 60), batch=st.integers(1, 50), seed=st.integers(0, 2**32))
def test_every_pass_shows_every_kick_once_whatever_the_batch_size(count, batch, seed):
    shown: list[int] = []
    while len(shown) < 3 * count:
        shown += draws.batch_indices(seed, len(shown), batch, count)
    for start in range(0, 3 * count, count):
        assert sorted(shown[start : start + count]) == list(range(count))


def test_passes_differ_and_seeds_differ():
    first, second = draws.batch_indices(0, 0, 20, 20), draws.batch_indices(0, 20, 20, 20)
    assert first != second
    assert first != draws.batch_indices(1, 0, 20, 20)


def test_latents_are_keyed_by_seed_purpose_and_samples():
    keys = [(0, "a", 0), (1, "a", 0), (0, "b", 0), (0, "a", 16)]
    made = [draws.latents(*key, (4, 3)) for key in keys]
    for index, latents in enumerate(made):
        assert torch.equal(latents, draws.latents(*keys[index], (4, 3)))
        assert all(not torch.equal(latents, other) for other in made[index + 1 :])


def test_processes_share_one_batch():
    like = torch.zeros(1)
    alone = Moment(3, 64, 4, 16, World(0, 1).share(16)).latents("latent", 5, like)
    parts = [Moment(3, 64, 4, 16, World(rank, 4).share(16)).latents("latent", 5, like) for rank in range(4)]
    assert torch.equal(alone, torch.cat(parts))


@given(seed=st.integers(0, 2**32), batch=st.integers(1, 64))
def test_weighted_kicks_are_shown_as_often_as_their_weights_say(seed, batch):
    weights = np.array([0.0, 3.0, 1.0, 0.0, 4.0])
    shown = draws.weighted_indices(seed, 7, batch, weights)
    assert shown == draws.weighted_indices(seed, 7, batch, weights)
    counts = np.bincount(shown, minlength=5)
    # Spread evenly within a batch: no kick is further from its share than one at either end of it.
    assert counts.sum() == batch
    assert np.abs(counts - batch * weights / weights.sum()).max() <= 2.0
    assert counts[0] == counts[3] == 0


def test_weighted_batches_differ():
    weights = np.ones(50)
    assert draws.weighted_indices(0, 0, 20, weights) != draws.weighted_indices(0, 20, 20, weights)
    assert draws.weighted_indices(0, 0, 20, weights) != draws.weighted_indices(1, 0, 20, weights)
