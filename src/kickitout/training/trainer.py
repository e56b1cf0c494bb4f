"""The interface between a run and a family of networks.

A family (`dcgan`) brings its own networks, losses and measures; the loop brings the data, the budget, the log and the
checkpoints, and knows nothing else of the family.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Validation:
    """The result of a validation.

    Attributes:
        values: figures and alarms by name, in the order of the metrics' line.
        sentence: the same for people; it follows the position in the run.
        waveforms: example kicks, of the same latents or inputs through the whole run, float32 (kicks, 2, 22050).
        figure: the criterion for the best state of the run, lower is better; None where states are not compared.
        alarm: why the run should go back to its best state; empty if all is well.
        left_out: which figures there are too few kicks for, in words.
    """

    values: dict[str, float | bool]
    sentence: str
    waveforms: NDArray[np.float32]
    figure: float | None = None
    alarm: str = ""
    left_out: tuple[str, ...] = ()


class Trainer(Protocol):
    """The part of a run that computes.

    The loop builds it, loads a checkpoint or weights if there are any, calls `prepare` once, then `step`
    again and again. All this happens alike in every process; `validate` in the one that leads only.

    Nothing random is carried from step to step: each number is a function of (seed, purpose, samples), see `draws`.
    With it, `weights`, `moments` and `state` hold all that the next step depends on.

    Attributes:
        samples: real kicks shown to the networks in the run so far, over all processes.
        step_count: steps so far.
    """

    samples: int
    step_count: int

    @property
    def device(self) -> torch.device:
        """Where the networks live."""
        ...

    @property
    def share(self) -> slice:
        """This process's part of a batch that is drawn alike in all processes."""
        ...

    def prepare(self, kicks: Tensor, held_out: Tensor, weights: NDArray[np.float64] | None = None) -> None:
        """Load the kicks to train on and to validate with.

        Args:
            kicks: training kicks, int16 (kicks, 2, 22050) on the CPU; the trainer moves them to its device.
            held_out: kicks that never train, alike.
            weights: how often each training kick is shown, (kicks,); None for all alike. The loop draws accordingly;
                a trainer that learns anything from all kicks at once counts them so.
        """
        ...

    def step(self, indices: Tensor) -> dict[str, Tensor]:
        """Improve the networks once, and count: `samples` by the whole batch, `step_count` by one.

        Args:
            indices: this process's share of the batch, as places in the training kicks, int64 (share,).

        Returns:
            Losses and terms by name, scalars, detached, this process's mean. A name may be missing from some steps.
        """
        ...

    def validate(self) -> Validation:
        """Validate the networks as they are; no later step may depend on whether this was called.

        It is called in one process only, so it must not wait for the others.
        """
        ...

    def weights(self) -> dict[str, Tensor]:
        """All networks' tensors by name."""
        ...

    def load_weights(self, tensors: dict[str, Tensor], source: Path) -> None:
        """Start from `weights()`; `tensors` may hold moments as well. `source` names their file in messages.

        Raises:
            InputError: they do not fit these networks.
        """
        ...

    def moments(self) -> dict[str, Tensor]:
        """The optimizers' tensors by name, none of which is a name of `weights()`."""
        ...

    def state(self) -> dict[str, Any]:
        """The rest of a checkpoint, as JSON data: `samples`, `step`, and what else the family needs."""
        ...

    def restore(self, tensors: dict[str, Tensor], state: dict[str, Any], source: Path) -> None:
        """Continue from a checkpoint: `weights()` and `moments()` in one, and a `state()` that may hold more keys.

        Raises:
            InputError: the tensors do not fit these networks.
        """
        ...

    def rescue(self, tensors: dict[str, Tensor], state: dict[str, Any], source: Path) -> bool:
        """After divergence or collapse: return to an earlier checkpoint, and continue differently from there.

        Returns:
            False if the family does not do that, or has done it too often.
        """
        ...
