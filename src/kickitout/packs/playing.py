"""One kick as an instrument: softer and darker at low velocities, and never the same twice."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from kickitout.instrument import originals, varying
from kickitout.instrument.instrument import Instrument
from kickitout.instrument.originals import Original
from kickitout.measure.descriptors import describe
from kickitout.model.controls import QUANTILE, shown
from kickitout.packs.presets import level_db, velocities
from kickitout.sound.kick import Kick, midi_note
from kickitout.system import randomness
from kickitout.system.workers import in_threads

LAYERS = 4
ROBINS = 3
"""Kicks of each layer; the first of the loudest is the kick itself."""

FILES = LAYERS * ROBINS - 1
"""Kicks that are made for an instrument, apart from its own."""

ROBIN_AMOUNT = 0.12
"""How far round robins are from the kick (see `kick vary`): enough that no two hits are the same, no more."""

KEPT = ("pitch", "decay")
"""What all kicks of an instrument share, as far as the model can keep it."""

SOFTER = {"brightness": 0.3, "click": 0.3}
"""The place on the dial of the softest layer as a share of the kick's own: less of what a harder hit brings out."""

LEAST_STEP_DB = 0.5
"""A layer is louder than the one below by this at least."""


@dataclass(frozen=True, eq=False)
class Hit:
    """A kick of an instrument.

    Attributes:
        layer: from 0, the softest, to LAYERS - 1.
        robin: 0 to ROBINS - 1.
        kick: the kick.
        described: its descriptors.
        root: its MIDI note with a fraction; None of an unpitched one.
    """

    layer: int
    robin: int
    kick: Kick
    described: Mapping[str, float]
    root: float | None


def hits(instrument: Instrument, kick: Kick, threads: int) -> Iterator[Hit]:
    """The kicks of an instrument, the softest layer first, all but the last layer's first: that is the kick itself.

    Args:
        instrument: the model.
        kick: one that it made.
        threads: how many are made at a time.

    Raises:
        InputError: no variation passes the gate.
    """
    card = instrument.bundle.card
    original = originals.open_original(instrument, kick)
    described = describe(kick.audio, kick.sample_rate)
    keep = [name for name in KEPT if name in {control.name for control in card.controls}]
    root = midi_note(described.get("pitch_hz", 0.0))
    tops = [high for _, high in velocities(LAYERS)]

    def hit(place: tuple[int, int]) -> Hit:
        layer, robin = place
        softer = replace(original, controls=dict(original.controls) | _softer(instrument, described, layer))
        seed = randomness.another_seed(kick.recipe["seed"], f"hit {layer} {robin}")
        made = _levelled(instrument, softer, seed, keep, loudness(described) + level_db(tops[layer]))
        found = describe(made.audio, made.sample_rate)
        own = midi_note(found.get("pitch_hz", 0.0))
        return Hit(layer, robin, made, found, root if own is None or root is None else own)

    places = [(layer, robin) for layer in range(LAYERS) for robin in range(ROBINS)]
    return in_threads(hit, [place for place in places if place != (LAYERS - 1, 0)], threads)


def _softer(instrument: Instrument, described: Mapping[str, float], layer: int) -> dict[str, float]:
    """The controls of a layer: none for the loudest, then less and less brightness and click."""
    if layer == LAYERS - 1:
        return {}
    targets = {}
    for control in instrument.bundle.card.controls:
        value = described.get(control.descriptor)
        if control.name not in SOFTER or control.unit != QUANTILE or value is None:
            continue
        share = 1.0 - (1.0 - SOFTER[control.name]) * (LAYERS - 1 - layer) / (LAYERS - 1)
        target = share * shown(value, QUANTILE, control.quantiles)
        targets[control.name] = min(max(target, control.minimum), control.maximum)
    return targets


def _levelled(instrument: Instrument, original: Original, seed: int, keep: list[str], wanted_lufs: float) -> Kick:
    """A variation of a loudness in LUFS, as far as its peaks allow."""
    processing = original.processing.model_copy(update={"loudness_lufs": round(min(wanted_lufs, 0.0), 2)})
    levelled = replace(original, processing=processing)
    return next(varying.vary(instrument, levelled, 1, seed=seed, amount=ROBIN_AMOUNT, keep=keep))


def loudness(described: Mapping[str, float]) -> float:
    """Loudness in LUFS (BS.1770-4) among a kick's descriptors; that of silence, -inf."""
    return described.get("loudness_lufs", -math.inf)


def rises(layers: Mapping[int, list[float]]) -> bool:
    """Whether each layer's quietest kick is louder than the loudest one of the layer below: LUFS by layer."""
    ordered = [layers[layer] for layer in sorted(layers)]
    return all(min(above) >= max(below) + LEAST_STEP_DB for below, above in pairwise(ordered))
