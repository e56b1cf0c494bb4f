"""How long a kick is: in milliseconds, or in beats of a tempo."""

import math
import re

from kickitout.errors import InputError
from kickitout.instrument.finishing import LONGEST_MS, SHORTEST_MS, Processing
from kickitout.model.card import Card

LENGTH_RANGE = "out of range; give {shortest:g} to {longest:g} ms"
MODELS_LENGTH = "out of range; the model {model} makes kicks of {longest:g} ms: give {shortest:g} to {longest:g}"
BEATS_RANGE = (
    "at {bpm:g} beats a minute that is {length:.4g} ms; give a number of beats of {shortest:g} to {longest:g} ms"
)
BPM_RANGE = "not a tempo; give {low:g} to {high:g} beats a minute"
NO_BEATS = "not a number of beats; give a fraction such as 1/2 or a decimal such as 0.75"
TWO_LENGTHS = "a length in ms and one in beats exclude each other; leave out {length_ms} or {bpm} and {beats}"
BEATS_MISSING = "goes with {beats}, which is missing; give both"
BPM_MISSING = "goes with {bpm}, which is missing; give both"

TEMPI = (20.0, 999.0)
"""Beats a minute that a tempo can have: as much as sequencers take."""

_BEATS = re.compile(r"(\d{1,4}(?:\.\d{0,9})?|\.\d{1,9})(?:/(\d{1,4}))?", re.ASCII)


def whole_ms(card: Card) -> float:
    """The length of a model's kicks in ms where none is asked for."""
    return 1000.0 * card.n_samples / card.sample_rate


def longest_ms(card: Card) -> float:
    """The longest kick of a model in ms: of one that outputs sketches 2 s, of others what they make."""
    return LONGEST_MS if card.outputs_sketch else whole_ms(card)


def check_length(length_ms: float, card: Card) -> None:
    """Raise `InputError` for a length that the kicks of a model cannot have."""
    longest = longest_ms(card)
    if not SHORTEST_MS <= length_ms <= longest:  # also for NaN
        facts = {"model": card.name, "shortest": SHORTEST_MS, "longest": longest}
        raise InputError("length_ms", length_ms, LENGTH_RANGE if card.outputs_sketch else MODELS_LENGTH, **facts)


def length_in_beats(bpm: float | None, beats: str | float | None, length_ms: float | None = None) -> float | None:
    """A length in ms that is given as one, or as a number of beats of a tempo; None where neither is.

    Args:
        bpm: beats a minute, 20 to 999.
        beats: a fraction ("1/2") or a decimal.
        length_ms: the length itself.

    Raises:
        InputError: both are given, or half of one, or a value is out of range.
    """
    if bpm is None and beats is None:
        return length_ms
    if length_ms is not None:
        raise InputError("length_ms", length_ms, TWO_LENGTHS)
    if beats is None:
        raise InputError("bpm", bpm, BEATS_MISSING)
    if bpm is None:
        raise InputError("beats", beats, BPM_MISSING)
    if not TEMPI[0] <= bpm <= TEMPI[1]:
        raise InputError("bpm", bpm, BPM_RANGE, low=TEMPI[0], high=TEMPI[1])
    found = 60_000.0 / bpm * _number_of(beats)
    if not SHORTEST_MS <= found <= LONGEST_MS:
        facts = {"bpm": bpm, "length": found, "shortest": SHORTEST_MS, "longest": LONGEST_MS}
        raise InputError("beats", beats, BEATS_RANGE, **facts)
    return found


def lasting(
    processing: Processing,
    card: Card,
    length_ms: float | None = None,
    bpm: float | None = None,
    beats: str | float | None = None,
    own_ms: float | None = None,
) -> Processing:
    """A processing with a length; one in beats is played in a loop. None of the three leaves it as it is.

    Args:
        processing: of a kick.
        card: the model's.
        length_ms, bpm, beats: as of `length_in_beats`.
        own_ms: how long the kick is by itself; None: as the model's are.

    Raises:
        InputError: as `length_in_beats` and `check_length`.
    """
    length = length_in_beats(bpm, beats, length_ms)
    if length is None:
        return processing
    check_length(length, card)
    whole = whole_ms(card) if own_ms is None else own_ms
    changes = {"length_ms": None if length == whole else float(length), "loop": bpm is not None}
    return processing.model_copy(update=changes)


def _number_of(beats: str | float) -> float:
    """How many beats a text or a number means."""
    if isinstance(beats, str):
        found = _BEATS.fullmatch(beats.strip())
        if found is None or (found[2] is not None and int(found[2]) == 0):
            raise InputError("beats", beats, NO_BEATS)
        return float(found[1]) / float(found[2] or 1)
    if not math.isfinite(beats):
        raise InputError("beats", beats, NO_BEATS)
    return float(beats)
