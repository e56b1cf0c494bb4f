"""Which models there are: the shipped ones by name, and anybody's by folder or zip."""

import difflib
from pathlib import Path

from kickitout.errors import DamagedFileError, InputError
from kickitout.model.card import CARD_FILE

MODELS_FOLDER = Path(__file__).parents[1] / "model" / "shipped"
"""The bundles that are shipped, one folder each."""


PREFERENCE = ("kickgan", "draft")
"""Which shipped model plays when none is asked for: the first of these that is there, then any other, by name."""


def models_at_hand() -> dict[str, Path]:
    """The shipped models by name, the default one first."""
    found = {path.parent.name: path.parent for path in sorted(MODELS_FOLDER.glob(f"*/{CARD_FILE}"))}
    first = [name for name in PREFERENCE if name in found]
    return {name: found[name] for name in [*first, *(name for name in found if name not in first)]}


def find_model(model: str | Path | None = None) -> Path:
    """Where a model lies: a shipped one by name, or a bundle's folder or zip; None is the default model.

    A shipped name goes before a folder of that name: write `./name` for the folder.

    Raises:
        InputError: there is no such model.
        DamagedFileError: none was asked for, and none is shipped with this copy.
    """
    shipped = models_at_hand()
    if model is None:
        if not shipped:
            raise DamagedFileError(
                "this copy of Kick It Out holds no model; reinstall it, or choose a bundle as the model"
            )
        return next(iter(shipped.values()))
    if str(model) in shipped:
        return shipped[str(model)]
    path = Path(model)
    if str(model) and path.exists():
        return path
    close = difflib.get_close_matches(str(model), shipped, n=1)
    guess = f"did you mean {close[0]}? " if close else ""
    remedy = "neither a model nor a bundle; {guess}installed models: {known}"
    raise InputError("model", str(model), remedy, guess=guess, known=", ".join(shipped) or "none")
