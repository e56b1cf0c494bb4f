"""Variations of a kick, with recipes."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import cache

from kickitout.instrument import variations
from kickitout.instrument.instrument import Instrument
from kickitout.instrument.originals import Original, original_kick, render_kick
from kickitout.instrument.recipes import Derivation
from kickitout.instrument.request import Request, seeds_from
from kickitout.sound.kick import Kick
from kickitout.system import randomness

AMOUNT = 0.3
"""How far a variation goes by default."""

LEAST_AMOUNT = 1e-6
"""The amount of a kick that is only moved to new controls: a variation by 0 would ignore them."""

KEPT_AS_IT_IS = "gate: the kick itself does not pass it ({reason}); it is kept as it is"


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
    wishes: Request | None = None,
) -> Iterator[Kick]:
    """Variations of a kick, of the seeds seed, seed + 1, ... seed + n - 1; a fresh seed if None.

    Args:
        instrument: the model.
        original: see `open_original`.
        n: how many.
        seed: which way the first goes.
        amount: how far, from 0, the kick itself, to 1, another one.
        keep: controls that stay as they are, such as `pitch` and `click`, besides those of the kick's own recipe.
        wishes: note, style and controls to move to, over those of the kick; of the rest of it nothing is used.

    Raises:
        InputError: a value out of range, a control that the model does not have, or none of a seed's variations of a
            kick that the model made passes the gate. A file that was taken in is not refused, nor any kick at amount 0:
            a remark says what does not pass.
    """
    seeds = seeds_from(seed, n)
    check_variation(instrument, amount, keep)
    voice = instrument.voice
    kept = sorted(set(keep))
    inherited = faults_of(instrument, original)

    def variation(number: int) -> Kick:
        given = {} if wishes is None else wishes.controls_of(voice.panel, number)
        far = max(amount, LEAST_AMOUNT) if given else amount
        controls = {**original.controls, **given}
        wanted = voice.panel.targets(controls)
        derivation = Derivation(verb="vary", of=[original.source], amount=far, keep=kept or None)

        def make(attempt: int) -> Kick:
            drawn = randomness.attempt_seed(number, attempt)
            finish = original.processing.unlevelled
            origin, targets, measured = variations.varied(voice, original.origin, drawn, far, kept, wanted, finish)
            recipe = instrument.recipe(number, attempt, original.processing, controls, derivation)
            remarks = (*original.remarks, *voice.panel.remarks(targets, measured))
            return render_kick(instrument, origin, recipe, remarks)

        if far == 0.0:
            return remarked(instrument, make(0))
        return instrument.passing(make, "seed", number, inherited, or_nearest=original.origin.is_taken_in)

    yield from map(variation, seeds)


def faults_of(instrument: Instrument, *originals: Original) -> Callable[[], frozenset[str]]:
    """Gives the rules of the gate that any of these kicks breaks, as it is; measured when it is asked for, once."""

    @cache
    def broken() -> frozenset[str]:
        kicks = (original_kick(instrument, one) for one in originals)
        return frozenset(fault.rule for kick in kicks for fault in instrument.faults(kick))

    return broken


def remarked(instrument: Instrument, kick: Kick) -> Kick:
    """A kick that is nobody's to refuse, with a remark where it does not pass the gate."""
    for fault in instrument.faults(kick):
        return replace(kick, remarks=(*kick.remarks, KEPT_AS_IT_IS.format(reason=fault.words)), whole=None)
    return replace(kick, whole=None)
