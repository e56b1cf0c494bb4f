"""The controls of a bundle measured anew, without the run that it came from.

What a control measures may change from one version of Kick It Out to the next; graphs and the distribution of latents
do not. So latents are drawn from that, their kicks measured, and tables and prior made of them as at an export.
"""

from collections.abc import Collection
from pathlib import Path

import numpy as np

from kickitout.errors import InputError
from kickitout.model import arrays, controls
from kickitout.model.bundle import Bundle, seal, write_bundle
from kickitout.model.card import Card
from kickitout.model.voice import Voice
from kickitout.training.export.controls import controlled, decided, play, quantile_limits

NOT_MEASURED = "has no controls that could be measured: it needs a prior, and a graph that ends at a sketch"
NOT_KEPT = "not a control of the model {model}; it has {names}"


def remeasured(bundle: Bundle, kicks: int, keep: Collection[str] = ()) -> tuple[Card, dict[str, bytes]]:
    """The card and the files of a bundle with controls that are measured anew.

    Args:
        bundle: of a model that outputs sketches.
        kicks: how many are made and measured.
        keep: controls, and `wild`, whose tables stay as they are: those of the training kicks, where the card has
            them. The tables of the others are of the model's own kicks.

    Raises:
        InputError: it has no controls, or none of such a name.
    """
    card = bundle.card
    if not card.outputs_sketch or bundle.prior is None or card.prior is None:
        raise InputError("model", card.name, NOT_MEASURED)
    tables = {control.name: control.quantiles for control in card.scored}
    tables |= {} if card.wildness is None else {controls.WILD: card.wildness}
    for name in keep:
        if name not in tables:
            raise InputError("keep", name, NOT_KEPT, model=card.name, names=", ".join(tables))
    names = [*(kind.name for kind in controls.KINDS), controls.WILD]
    bare = Card.model_validate(dict(card) | {"controls": [], "wildness": None})
    prior = bundle.prior.marginal(card.latent_size)
    files = dict(bundle.parts) | {card.prior: arrays.pack(prior.arrays())}
    # As they are stored, so that the bundle plays exactly what is measured here.
    played = Bundle(bundle.path, seal(bare, files))
    assert played.prior is not None
    latents, made = play(Voice(played), kicks)
    known = [np.array(tables[name]) if name in keep else mine for name, mine in zip(names, made.T, strict=True)]
    offered, joint = controlled(played.prior, latents, made[:, :-1], known[:-1])
    own = [name for name in names if name not in keep]
    figures = {name: value for name, value in card.measured.items() if not name.startswith("controls/")}
    changes = {
        "controls": offered,
        "wildness": controls.percentiles(known[-1]),
        "measured": figures | decided(joint, offered),
        "limits": quantile_limits(card.limits, own, kicks),
    }
    return Card.model_validate(dict(bare) | changes), files | {card.prior: arrays.pack(joint.arrays())}


def remeasure(bundle: Bundle, destination: Path, kicks: int, keep: Collection[str] = ()) -> Card:
    """Write a bundle with controls that are measured anew; all else stays the same. See `remeasured`."""
    card, files = remeasured(bundle, kicks, keep)
    write_bundle(destination, card, files)
    return card
