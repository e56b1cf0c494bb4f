"""The kicks of a session: each held by its id, and made again from its recipe, to the bit."""

import hashlib
from collections.abc import Mapping

from kickitout.errors import InputError, KickItOutError
from kickitout.instrument import names, originals
from kickitout.instrument.instrument import GATE, Instrument
from kickitout.instrument.originals import Memory, Original, Samples
from kickitout.instrument.recipes import Encoding, Recipe, Source
from kickitout.sound.kick import Kick
from kickitout.web import recipes
from kickitout.web.desk import go_on
from kickitout.web.facts import facts_of
from kickitout.web.store import Held, Store

NO_KICK = "there is no kick {id!r}, or not any more; make it again from its seed"

ID_DIGITS = 16

GATED = frozenset({"generate", "vary"})
"""What is drawn again until it passes the gate."""


class UnknownKickError(KickItOutError):
    """There is no kick of that id, or not any more."""


class _Memory(Memory):
    """What a kick is made from, no further for who has gone: a long recipe takes seconds."""

    def get(self, source: Source) -> Original | None:
        """A kick that is still known, or None. Raises `GivenUpError`."""
        go_on()
        return super().get(source)


class Session:
    """The kicks that were made with an instrument. Any number of threads may call at once.

    Args:
        instrument: the model.
        store: where the kicks are kept.
    """

    def __init__(self, instrument: Instrument, store: Store) -> None:
        self.instrument = instrument
        self.store = store
        self._memory = _Memory()

    def kick(self, name: str) -> Held:
        """The kick of an id. Raises `UnknownKickError`."""
        held = self.store.get(name)
        if held is None:
            raise UnknownKickError(NO_KICK.format(id=name[:ID_DIGITS]))
        return held

    def wav(self, name: str) -> bytes:
        """The file of a kick; made again where it is not kept any more. Raises `UnknownKickError`."""
        held = self.kick(name)
        data = self.store.sound(name)
        if data is None:
            data = self.replay(held.recipe, held.samples).encode(**Encoding().model_dump())
            assert _id_of(data) == name, "a kick that was made again is another"
            self.store.keep_sound(name, data)
        return data

    def replay(self, recipe: Recipe, samples: Mapping[str, Samples]) -> Kick:
        """The kick of a recipe, to the bit."""
        if recipe.derivation is None:
            return originals.replay(self.instrument, recipe)
        made = originals.original_of(self.instrument, recipe, samples, memory=self._memory)
        return originals.kick_of(self.instrument, self._memory.keep(made.source, made))

    def original(self, held: Held) -> Original:
        """A kick as one that others are made from."""
        if held.taken is None:
            originals.check_sketches(self.instrument)
            source = Source(recipe=held.recipe.model_copy(update={"file": None}))
        else:
            content, name = held.taken
            source = Source(file=name, content=content)
        found = self._memory.get(source)
        if found is None:
            if held.taken is None:
                found = originals.original_of(self.instrument, held.recipe, held.samples, held.stem, self._memory)
            else:
                found = originals.take_in(self.instrument, held.samples[content], name)
            self._memory.keep(source, found)
        return found

    def from_recipe(
        self, recipe: Recipe, given: Mapping[str, Samples], like: recipes.Sound | None = None
    ) -> Held | None:
        """The kick of a recipe that somebody gave, or None where it cannot be made, or sounds unlike a file."""
        if not originals.is_own(self.instrument, recipe, given) or not recipes.is_well_named(recipe):
            return None
        recipe = recipe.model_copy(update={"file": None})
        known = None if like is not None else self.store.of(recipe)
        if known is not None:
            return known
        samples = {content: given[content] for content in recipes.contents(recipe)}
        try:
            kick = self.replay(recipe, samples)
        except (InputError, ArithmeticError, ValueError):  # numbers that no kick of ours was made with
            return None
        if like is not None and not recipes.sounds_alike(like, kick):
            return None
        taken = recipes.taken_in(recipe)
        if recipe.derivation is None and recipe.controls and not recipe.as_drawn:
            kick = self.instrument.told(kick)  # as when it was made
        verb = "generate" if recipe.derivation is None else recipe.derivation.verb
        return self.hold(kick, verb if taken is None else "file", self._base_of(recipe), samples, taken, gated=False)

    def _base_of(self, recipe: Recipe) -> str:
        """What the name of a kick's file begins with, as it did when the kick was made."""
        derivation = recipe.derivation
        if derivation is None:
            return names.seeded(self.instrument.name, recipe.seed)
        if derivation.verb == "morph":
            return names.morph_base(self.instrument.name)
        (one,) = derivation.of
        stem = names.stem_for(one.file or "") if one.recipe is None else self._base_of(one.recipe)
        return names.derived_base(stem, derivation.verb, recipe.seed)

    def hold(
        self,
        kick: Kick,
        verb: str,
        base: str,
        samples: Mapping[str, Samples] | None = None,
        taken: tuple[str, str] | None = None,
        *,
        gated: bool = True,
    ) -> Held:
        """Keep a kick. The name of its file begins with `base`. `gated`: whether its verb drew it again until it passed
        the gate, where there is one; what was asked of it may break that all the same, and its remarks say so."""
        data = kick.encode(**Encoding().model_dump())
        name = _id_of(data)
        recipe = Recipe.model_validate(kick.recipe)
        card = self.instrument.bundle.card
        broken = any(remark.startswith(GATE) for remark in kick.remarks)
        passed = gated and self.instrument.gate and verb in GATED and not broken
        facts = facts_of(card, kick, recipe, name=name, base=base, verb=verb, passed=passed)
        return self.store.add(Held(name, recipe, samples or {}, facts, base, taken), data)


def _id_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:ID_DIGITS]
