"""Variations of a kick, with recipes."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import partial

from kickitout.instrument import variations
from kickitout.instrument.instrument import Instrument, NonePassesError
from kickitout.instrument.originals import Original, original_kick, render_kick
from kickitout.instrument.recipes import Derivation
from kickitout.instrument.request import seeds_from
from kickitout.sound.kick import Kick
from kickitout.system import randomness

AMOUNT = 0.3
"""How far a variation goes by default."""

FILE_FAILS = (
    "does not pass the gate ({reason}), and none of {attempts} variations of it does; give another file or a larger "
    "{amount}"
)
NONE_OF_FILE = (
    "none of {attempts} variations of it passes the gate (the last: {reason}); try another {seed} or {amount}"
)
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
) -> Iterator[Kick]:
    """Variations of a kick, of the seeds seed, seed + 1, ... seed + n - 1; a fresh seed if None.

    Args:
        instrument: the model.
        original: see `open_original`.
        n: how many.
        seed: which way the first goes.
        amount: how far, from 0, the kick itself, to 1, another one.
        keep: controls that stay as they are, such as `pitch` and `click`, besides those of the kick's own recipe.

    Raises:
        InputError: a value out of range, a control that the model does not have, or none of a seed's variations passes
            the gate. The kick itself, at amount 0, need not: a remark says that it does not.
    """
    seeds = seeds_from(seed, n)
    voice = instrument.voice
    wanted = voice.panel.targets(original.controls)
    check_variation(instrument, amount, keep)
    kept = sorted(set(keep))
    derivation = Derivation(verb="vary", of=[original.source], amount=amount, keep=kept or None)

    def make(number: int, attempt: int) -> Kick:
        origin, targets, measured = variations.varied(
            voice,
            original.origin,
            randomness.attempt_seed(number, attempt),
            amount,
            kept,
            wanted,
            original.processing.unlevelled,
        )
        recipe = instrument.recipe(number, attempt, original.processing, original.controls, derivation)
        remarks = (*original.remarks, *voice.panel.remarks(targets, measured))
        return render_kick(instrument, origin, recipe, remarks)

    for number in seeds:
        if amount == 0.0:
            yield remarked(instrument, make(number, 0))
            continue
        try:
            yield instrument.passing(partial(make, number), "seed", number)
        except NonePassesError as error:
            if original.source.file is None:
                raise
            own = instrument.refusal(original_kick(instrument, original))
            raise error.of_file(original.source.file, NONE_OF_FILE if own is None else FILE_FAILS, own) from error


def remarked(instrument: Instrument, kick: Kick) -> Kick:
    """A kick that is nobody's to refuse, with a remark where it does not pass the gate."""
    reason = instrument.refusal(kick) if instrument.gate else None
    return kick if reason is None else replace(kick, remarks=(*kick.remarks, KEPT_AS_IT_IS.format(reason=reason)))
