"""Random numbers of training, each a function of (seed, purpose, samples shown).

Nothing random is carried from step to step (after Karras et al., EDM2): a run that is resumed at a count of samples
draws what the uninterrupted run draws there, and every process draws the whole batch's numbers and takes its share.
"""

import hashlib
from dataclasses import dataclass

import torch
from torch import Tensor

from kickitout.system import randomness


def generator_at(seed: int, purpose: str, samples: int) -> torch.Generator:
    """A CPU generator keyed by (seed, purpose, samples shown)."""
    digest = hashlib.blake2b(f"{seed}\x1f{purpose}\x1f{samples}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "big") >> 1)


def latents(seed: int, purpose: str, samples: int, shape: tuple[int, ...]) -> Tensor:
    """Standard normal latents of `shape`, float32 on the CPU."""
    return torch.randn(shape, generator=generator_at(seed, purpose, samples))


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
