"""What a kick's file says of where it comes from, by its recipe and the card of its model."""

from kickitout.instrument.names import plain_name
from kickitout.instrument.recipes import Recipe, Source
from kickitout.model.card import Card
from kickitout.model.wording import MODEL_CHANGED, MODEL_LEFT, MODEL_MADE, RIGHTS_CHANGED, RIGHTS_LEFT, rights_line
from kickitout.sound.marking import MADE, MADE_WITH_OTHERS, Marking


def marking_of(card: Card, recipe: Recipe) -> Marking:
    """What the file of a kick says: a model made it, changed somebody's sound, or left such a sound as it is."""
    files, made = _holds(recipe)
    facts = {"model": card.name, "version": card.version, "files": ", ".join(sorted(files))}
    if not files:
        return Marking(MODEL_MADE.format(**facts), rights_line(card), MADE)
    if made:
        rights = RIGHTS_CHANGED.format(**facts, rights=rights_line(card))
        return Marking(MODEL_CHANGED.format(**facts), rights, MADE_WITH_OTHERS)
    return Marking(MODEL_LEFT.format(**facts), RIGHTS_LEFT.format(**facts))


def _holds(recipe: Recipe) -> tuple[set[str], bool]:
    """The files whose sound is in a kick, and whether a model's is; of a match none of the file's is."""
    derivation = recipe.derivation
    if derivation is None or derivation.verb == "match":
        return set(), True
    if derivation.amount == 0.0 or (derivation.verb == "morph" and derivation.amount == 1.0):
        return _source_holds(derivation.of[int(derivation.amount)])
    files: set[str] = set()
    return files.union(*(_source_holds(one)[0] for one in derivation.of)), True


def _source_holds(source: Source) -> tuple[set[str], bool]:
    return ({plain_name(source.file or "")}, False) if source.recipe is None else _holds(source.recipe)
