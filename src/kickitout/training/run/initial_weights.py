"""The initial weights of a new run: those of another run, or of an exported model."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from kickitout.errors import InputError
from kickitout.training.run import checkpoint
from kickitout.training.run import folder as run_folder
from kickitout.training.run.graphs import weights_of


@dataclass(frozen=True, eq=False)
class InitialWeights:
    """The weights that a run starts from.

    Attributes:
        tensors: weights by name.
        source: their file or bundle.
        samples: shown to the networks so far, in all runs that led to these weights.
    """

    tensors: dict[str, Tensor]
    source: Path
    samples: int


def read_weights(place: Path) -> InitialWeights:
    """Read the weights to start from.

    A bundle has them in its graphs: generator, encoder and prior, in half precision where they are large. It has no
    critics; they begin anew.

    Args:
        place: a run's folder, a file of weights, or a bundle's folder or zip.

    Raises:
        InputError: there is no such thing, or a bundle of a family that cannot begin without its discriminator.
        DamagedFileError, VersionError: see `checkpoint.load_checkpoint` and `Bundle.open`.
    """
    if run_folder.is_bundle(place):
        return _of_bundle(place)
    source = run_folder.resolve_weights(place)
    tensors, state = checkpoint.load_checkpoint(source)
    return InitialWeights(tensors, source, checkpoint.samples_shown(state))


def _of_bundle(place: Path) -> InitialWeights:
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
    return InitialWeights(tensors, place, bundle.card.trained_on.samples_shown)
