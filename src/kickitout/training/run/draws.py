"""Random numbers of training, each a function of (seed, purpose, samples shown).

Nothing random is carried from step to step (after Karras et al., EDM2): a run that is resumed at a count of samples
draws what the uninterrupted run draws there, and every process draws the whole batch's numbers and takes its share.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from kickitout.system import randomness


def generator_at(seed: int, purpose: str, samples: int, device: torch.device | None = None) -> torch.Generator:
    """A generator keyed by (seed, purpose, samples shown), on the CPU if no device is given."""
    digest = hashlib.blake2b(f"{seed}\x1f{purpose}\x1f{samples}".encode(), digest_size=8).digest()
    return torch.Generator(device or "cpu").manual_seed(int.from_bytes(digest, "big") >> 1)


def latents(
    seed: int, purpose: str, samples: int, shape: tuple[int, ...], device: torch.device | None = None
) -> Tensor:
    """Standard normal latents of `shape`, float32, drawn where they are needed: on the CPU if no device is given.

    A GPU's numbers are others than a CPU's. A step draws millions of them: made on the CPU, a GPU would wait for them.
    """
    return torch.randn(shape, generator=generator_at(seed, purpose, samples, device), device=device)


def batch_indices(seed: int, samples: int, batch_size: int, count: int) -> list[int]:
    """Which of `count` kicks are the samples `samples` .. `samples + batch_size - 1`.

    Each pass over the kicks is a permutation of its own; a batch may end one pass and begin the next, so that every
    kick is shown equally often whatever the batch size.
    """
    indices: list[int] = []
    position = samples
    while len(indices) < batch_size:
        epoch, start = divmod(position, count)
        order = randomness.permutation(seed, f"epoch {epoch}", count)
        part = order[start : start + batch_size - len(indices)].tolist()
        indices += part
        position += len(part)
    return indices


def weighted_indices(seed: int, samples: int, batch_size: int, weights: NDArray[np.float64]) -> list[int]:
    """Which kicks are the samples `samples` .. `samples + batch_size - 1`, each drawn as often as its weight says.

    The numbers that choose are spread evenly within a batch, so that its shares are as near to the weights as can be.

    Args:
        seed: of the run.
        samples: shown before.
        batch_size: kicks that are chosen.
        weights: of all kicks, none negative, (kicks,).
    """
    reached = np.cumsum(weights)
    generator = generator_at(seed, "weighted", samples)
    places = (torch.arange(batch_size) + torch.rand(batch_size, generator=generator, dtype=torch.float64)) / batch_size
    chosen = np.searchsorted(reached, places.numpy() * reached[-1], side="right")
    order = torch.randperm(batch_size, generator=generator).numpy()
    return [int(index) for index in np.minimum(chosen, len(weights) - 1)[order]]


@dataclass(frozen=True)
class Moment:
    """Where in the run a step is, and which part of its batch is this process's: the key of all its random numbers.

    Attributes:
        seed: of the run.
        samples: real kicks shown to the networks before this step.
        step: steps before this one.
        batch_size: of all processes together.
        share: this process's part of the batch.
    """

    seed: int
    samples: int
    step: int
    batch_size: int
    share: slice

    def latents(self, purpose: str, size: int, like: Tensor) -> Tensor:
        """This process's latents, shape (its share, size)."""
        whole = latents(self.seed, purpose, self.samples, (self.batch_size, size))
        return whole[self.share].to(like.device, like.dtype)

    def whole_numbers(self, purpose: str, count: int) -> list[int]:
        """`count` whole numbers that are the same in all processes."""
        generator = generator_at(self.seed, purpose, self.samples)
        return torch.randint(0, 2**31, (count,), generator=generator).tolist()

    def generator(self, purpose: str) -> torch.Generator:
        """A generator of CPU random numbers for `purpose`."""
        return generator_at(self.seed, purpose, self.samples)

    def uniform(self, purpose: str, like: Tensor) -> Tensor:
        """A number in [0, 1) for each of this process's kicks, (its share,)."""
        whole = torch.rand(self.batch_size, generator=self.generator(purpose))
        return whole[self.share].to(like.device, like.dtype)
