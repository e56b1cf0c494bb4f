"""What a new run begins with: the weights of another run, or those of a model that somebody exported."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from kickitout.errors import InputError
from kickitout.training.run import checkpoint
from kickitout.training.run import folder as run
from kickitout.training.run.graphs import weights_of


@dataclass(frozen=True, eq=False)
class Beginning:
    """What a run begins with.

    Attributes:
        tensors: weights by name.
        source: the file or bundle that they are from.
        samples: how many samples they were shown, in all the runs behind them.
    """

    tensors: dict[str, Tensor]
    source: Path
    samples: int


def read_weights(place: Path) -> Beginning:
    """What a place holds to begin with.

    A bundle has them in its graphs: generator, encoder and prior, in half precision where they are large. It has no
    critics; they begin anew.

    Args:
        place: a run's folder, a file of weights, or a bundle's folder or zip.

    Raises:
        InputError: there is no such thing, or a bundle of a family that cannot begin without its discriminator.
        DamagedFileError, VersionError: see `checkpoint.load_checkpoint` and `Bundle.open`.
    """
    if run.is_bundle(place):
        return _of_bundle(place)
    source = run.resolve_weights(place)
    tensors, state = checkpoint.load_checkpoint(source)
    return Beginning(tensors, source, checkpoint.samples_shown(state))


def _of_bundle(place: Path) -> Beginning:
    # Here, as training from a run or from nothing does without what bundles need.
    from kickitout.model.bundle import Bundle
    from kickitout.model.card import ENCODER, GENERATOR

    bundle = Bundle.open(place)
    if ENCODER not in bundle.card.graphs or bundle.prior is None:
        remedy = "a bundle of the preset {preset} holds its generator alone and cannot be trained; give a run's folder"
        raise InputError("weights", bundle.path, remedy, preset=bundle.card.preset)
    tensors = weights_of(bundle.graph(GENERATOR)) | weights_of(bundle.graph(ENCODER))
    prior = bundle.prior.marginal(bundle.card.latent_size)  # without the controls
    arrays = {name: torch.from_numpy(array) for name, array in prior.arrays().items()}
    tensors |= checkpoint.prefixed("prior", arrays)
    return Beginning(tensors, place, bundle.card.trained_on.samples_shown)
