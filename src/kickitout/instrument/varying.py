"""Variations of a kick, with recipes."""

from collections.abc import Collection, Iterator
from functools import partial

from kickitout.instrument import variations
from kickitout.instrument.instrument import Instrument, check_seeds, fresh_seed
from kickitout.instrument.originals import Original, render_kick
from kickitout.instrument.recipes import Derivation
from kickitout.sound.kick import Kick
from kickitout.system import randomness

AMOUNT = 0.3
"""How far a variation goes unless asked otherwise."""


def check_variation(instrument: Instrument, amount: float, keep: Collection[str]) -> None:
    """Raise `InputError` for an amount out of range, or a control that the model does not have."""
    variations.check(instrument.voice, amount, keep)


def vary(
    instrument: Instrument,
    original: Original,
    n: int = 8,
    *,
    seed: int | None = None,
    amount: float = AMOUNT,
    keep: Collection[str] = (),
) -> Iterator[Kick]:
    """Variations of a kick, of the seeds seed, seed + 1, ... seed + n - 1; a fresh seed if None.

    Args:
        instrument: the model.
        original: see `open_original`.
        n: how many.
        seed: which way the first goes.
        amount: how far, from 0, the kick itself, to 1, another one.
        keep: controls that stay as they are, such as `pitch` and `click`. What was asked of the kick stays anyhow.

    Raises:
        InputError: a value out of range, a control that the model does not have, or none of a seed's variations passes
            the gate.
    """
    seed = fresh_seed() if seed is None else seed
    check_seeds(seed, n)
    voice = instrument.voice
    wanted = voice.panel.targets(original.asked)
    check_variation(instrument, amount, keep)
    kept = sorted(set(keep))
    derivation = Derivation(verb="vary", of=[original.beginning], amount=amount, keep=kept or None)

    def make(number: int, attempt: int) -> Kick:
        origin, asked, found = variations.varied(
            voice,
            original.origin,
            randomness.attempt_seed(number, attempt),
            amount,
            kept,
            wanted,
            original.processing.apply,
        )
        recipe = instrument.recipe(number, attempt, original.processing, original.asked, derivation)
        return render_kick(instrument, origin, recipe, voice.panel.remarks(asked, found))

    for number in range(seed, seed + n):
        yield instrument.passing(partial(make, number), "seed", number)
