"""The model's kick that is nearest to a given one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kickitout.instrument import variations
from kickitout.instrument.finishing import PROCESSING, Processing
from kickitout.instrument.instrument import Instrument
from kickitout.instrument.names import plain_name
from kickitout.instrument.originals import Samples, check_sketches, pack_latent, remarks_on, render_kick
from kickitout.instrument.recipes import Derivation, Source
from kickitout.instrument.request import check_seeds
from kickitout.library.normalise import as_float, head_of
from kickitout.library.prepare import read_taken
from kickitout.library.store import content_hash
from kickitout.measure.embedding import embed
from kickitout.sound.kick import Kick

OTHERS = 100
"""Kicks from which the usual distance is measured."""


@dataclass(frozen=True, eq=False)
class Matched:
    """The model's kick that is nearest to another.

    Attributes:
        kick: the kick.
        distance: between the embeddings of both.
        before: the same for the encoder's estimate alone.
        usual: the same for kicks that have nothing to do with it: the 5th percentile and the median of 100.
    """

    kick: Kick
    distance: float
    before: float
    usual: tuple[float, float]


@lru_cache(maxsize=2)
def others(instrument: Instrument) -> list[NDArray[np.float64]]:
    """The embeddings of kicks that have nothing to do with any: of the first 100 seeds."""
    return [np.asarray(embed(instrument.kick(number, attempt=0).audio)) for number in range(OTHERS)]


def match(
    instrument: Instrument,
    path: Path,
    *,
    seed: int = 0,
    processing: Processing = PROCESSING,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Matched:
    """The kick of the model that is nearest to a file's, finished as `processing` says.

    Raises:
        InputError: the file is no kick, the model cannot take one in, or the seed is out of range.
    """
    check_seeds(seed, 1)
    check_sketches(instrument)
    samples, notes = read_taken(path)
    file = plain_name(path.name)
    found = match_samples(instrument, samples, file, seed=seed, processing=processing, progress=progress)
    return replace(found, kick=replace(found.kick, remarks=(*remarks_on(file, notes), *found.kick.remarks)))


def match_samples(
    instrument: Instrument,
    samples: Samples,
    file: str,
    *,
    seed: int = 0,
    processing: Processing = PROCESSING,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Matched:
    """The same of a kick that `read_taken` reads, int16 (2, n); `file` is its name, as `plain_name` gives it.

    Raises:
        InputError: the model cannot take one in, or the seed is out of range.
    """
    check_seeds(seed, 1)
    check_sketches(instrument)
    audio = as_float(head_of(samples))
    found = variations.matched(instrument.voice, audio, seed, processing.unlevelled, progress)
    source = Source(file=file, content=content_hash(samples))
    derivation = Derivation(verb="match", of=[source], latent=pack_latent(found.origin.latent))
    recipe = instrument.recipe(seed, 0, processing, derivation=derivation)
    target = embed(processing.unlevelled(audio))
    apart = [float(np.linalg.norm(other - target)) for other in others(instrument)]
    usual = float(np.percentile(apart, 5)), float(np.median(apart))
    return Matched(render_kick(instrument, found.origin, recipe), found.distance, found.before, usual)
