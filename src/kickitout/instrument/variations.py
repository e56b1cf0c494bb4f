"""Kicks from kicks: variations of one, what lies between two, and the nearest that a model makes.

A kick to begin with is an `Origin`. One that the model made is known to the bit: its latent z, its noise. For one that
was taken in, the encoder estimates z, and its own parts are kept: changes of the model's sketch are transferred to
them (`kickitout.sound.sketch.transfer`). With m the mean of the prior and z* the latent of a seed, a variation by the
amount a has

    z' = m + cos(pi a^(3/2) / 2) (z - m) + sin(pi a^(3/2) / 2) (z* - m),

so that amount 0 is the kick itself and amount 1 the seed's own kick, and no amount is less likely than its ends. What
is to be kept is measured first, and becomes a target of the variation (`kickitout.model.steering`).
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.measure.embedding import embed
from kickitout.model.controls import DRIVE
from kickitout.model.noise import AIR, TAIL, Noise, mixed
from kickitout.model.steering import SET, Steered
from kickitout.model.voice import Array, Finish, Sketched, Voice, set_of
from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.sketch import transfer
from kickitout.sound.sketch.clip import to_stereo
from kickitout.sound.sketch.own_tail import OwnTail
from kickitout.sound.sketch.parts import Parts, take_apart
from kickitout.sound.sketch.sketch import Sketch
from kickitout.sound.sketch.transfer import Moved
from kickitout.system import randomness

AMOUNT_RANGE = "out of range; give 0 (the kick itself) to 1 (an unrelated one)"
KEPT_UNKNOWN = "not a control of the model {model}; it has {names}"

GENTLENESS = 1.5
"""The power of the amount that the angle grows with: what is nearest to a kick is what people look for most."""

PINNED = {
    "frequency": {"pitch", "sweep", "sweep_time"},
    "shift": {"pitch", "sweep", "sweep_time"},
    "log_amplitude": {"decay"},
    "drive": {DRIVE.name},
    "limited": {DRIVE.name},
}
"""Tracks of a sketch that a variation takes over as they are where what they decide is kept."""

ATTEMPTS = 4
"""Variations that are tried where something is kept: the one that keeps it best is taken."""

KEPT = 3.0
"""What is kept is there within so many tolerances of `steering`: 9 cents, 6 % of a decay. Else other ways are tried."""

GRID_STEPS = 12
"""Places between two kicks at which they are measured, for each step."""

MOST_STEPS = 32
"""More steps than this are laid straight between so many."""

SMALLEST_TRIED = 48
"""So many sizes are tried for the smallest step between two kicks,"""

SMALLEST_SHARE = 8.0
"""from an equal share of the whole way over this on."""

END_SAMPLES = 220
"""A sound that was taken in and ends sooner than asked fades out over its last 5 ms."""

MATCH_GENERATIONS = 24
MATCH_CHILDREN = 8
"""Kicks that are tried in each generation of a match: half are one draw, half the same turned round."""

MATCH_STEP = 0.35
"""How far the first are from the encoder's latent, in standard deviations of the prior."""


@dataclass(frozen=True, eq=False)
class Origin:
    """A kick that others are made from.

    Attributes:
        latent: (latent_size,).
        sketch: its sketch.
        noise: the noise of its sound.
        parts: of a kick that was taken in, else None.
        reference: the model's sketch of that kick when it was taken in, else None.
        tail: what that kick has of its own after the 500 ms; None: nothing.
    """

    latent: Array
    sketch: Sketch
    noise: Noise
    parts: Parts | None = None
    reference: Sketch | None = None
    tail: OwnTail | None = None

    @property
    def is_taken_in(self) -> bool:
        """Whether something of a sound that was taken in is in it."""
        return self.parts is not None

    @property
    def own_samples(self) -> int:
        """How long it is where no length is asked for."""
        return KICK_SAMPLES if self.tail is None else self.tail.samples

    @classmethod
    def of(cls, made: Sketched) -> "Origin":
        """A kick that the model made."""
        return cls(made.latent, made.sketch, made.noise)


def taken_in(voice: Voice, audio: Array, whole: NDArray[np.float64] | None = None) -> Origin:
    """A kick in a library's form, (2, 22050), as one to begin with.

    Args:
        voice: the model's.
        audio: the kick.
        whole: as loud as it, with what follows, (2, n); None: nothing does.

    Raises:
        InputError: the model has no encoder.
        ValueError: another shape, or samples that are not finite.
    """
    parts = take_apart(audio)
    latent, noise = voice.encode(parts), voice.noise(0)
    sketch = voice.sketch_of(latent, noise)
    tail = None if whole is None else OwnTail.of(_to_mid_side(whole))
    return Origin(latent, sketch, noise, parts, sketch, tail)


def sound(voice: Voice, origin: Origin, samples: int | None = None) -> Array:
    """Left and right of a kick, before they are finished: (2, n).

    With `samples`, at least so many, where it is to sound on. One that was taken in has its own end, and is silent
    behind it.
    """
    if origin.parts is None:
        return voice.stereo(origin.sketch, origin.noise, samples)
    made = to_stereo(_moved(origin, origin.sketch, origin.tail).render()).astype(np.float32)
    missing = 0 if samples is None else samples - made.shape[1]
    if missing <= 0:
        return made
    made[:, -END_SAMPLES:] *= np.linspace(1.0, 0.0, END_SAMPLES + 1, dtype=np.float32)[1:]
    return np.pad(made, ((0, 0), (0, missing)))


def head(voice: Voice, origin: Origin) -> Array:
    """The first 500 ms of a kick's sound, by which it is measured and judged: (2, 22050)."""
    return _head(voice, origin, origin.sketch)


def _head(voice: Voice, origin: Origin, one: Sketch) -> Array:
    if origin.parts is None:
        return voice.stereo(one, origin.noise)
    return to_stereo(_moved(origin, one).render()).astype(np.float32)


def _moved(origin: Origin, one: Sketch, tail: OwnTail | None = None) -> Moved:
    """The parts of a kick that was taken in, as they are with another sketch."""
    assert origin.parts is not None
    assert origin.reference is not None
    more = None if tail is None else origin.noise[TAIL]
    return transfer.moved(origin.parts, origin.reference, one, origin.noise[AIR], tail, more)


def _to_mid_side(stereo: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.stack([0.5 * (stereo[0] + stereo[1]), 0.5 * (stereo[0] - stereo[1])]).astype(np.float64)


# Variations ----------------------------------------------------------------------------------------------------------


def check(voice: Voice, amount: float, keep: Collection[str]) -> None:
    """Raise `InputError` for an amount out of range, or a control that the model does not have."""
    if not 0.0 <= amount <= 1.0:
        raise InputError("amount", amount, AMOUNT_RANGE)
    known = voice.panel.names
    for name in keep:
        if name not in known:
            raise InputError("keep", name, KEPT_UNKNOWN, model=voice.card.name, names=", ".join(known))


def varied(
    voice: Voice,
    origin: Origin,
    seed: int,
    amount: float,
    keep: Collection[str] = (),
    targets: Mapping[str, float] | None = None,
    finish: Finish = lambda sound: sound,
) -> tuple[Origin, Mapping[str, float], Mapping[str, float]]:
    """A variation of a kick, its targets and its measurements, by control.

    Args:
        voice: the model's.
        origin: the kick.
        seed: of the variation: which way it goes.
        amount: how far, from 0, the kick itself, to 1, another one.
        keep: controls that stay as they are.
        targets: further targets by control, in the descriptors' units.
        finish: post-processing; the targets are those of its result.

    Raises:
        InputError: an amount out of range, or a control that the model does not have.
    """
    check(voice, amount, keep)
    if amount == 0.0:
        return origin, {}, {}
    measured = voice.panel.measure(finish(head(voice, origin)), keep) if keep else {}
    # A sweep stays with its track, and a turned latent is as far from the mean as it was.
    kept = {name: value for name, value in measured.items() if name in keep and name not in SET}
    wanted = kept | dict(targets or {})
    pinned = {field: getattr(origin.sketch, field) for field, names in PINNED.items() if names & {*keep}}
    if not wanted and not pinned and DRIVE.name not in keep:
        latent = _turned(voice, origin, seed, amount)
        return replace(origin, latent=latent, sketch=voice.sketch_of(latent, origin.noise)), {}, {}
    best: Steered | None = None
    for attempt in range(ATTEMPTS):
        number = seed if attempt == 0 else randomness.another_seed(seed, f"vary {attempt}")
        found = voice.steer(
            _turned(voice, origin, number, amount),
            origin.noise,
            wanted,
            finish,
            lambda one: _head(voice, origin, one),
            lambda one: replace(one, **pinned),
            settles="pitch" in (targets or {}),  # a pitch that is kept is not asked for: the kick falls as it did
        )
        if best is None or found.miss < best.miss:
            best = found
        if best.miss <= KEPT:
            break
    assert best is not None
    varied = replace(origin, latent=best.latent.astype(np.float32), sketch=best.sketch)
    return varied, wanted, {**best.values, **set_of(wanted)}


def _turned(voice: Voice, origin: Origin, seed: int, amount: float) -> Array:
    """The latent of a variation: the module's docstring has the equation."""
    mean = voice.mean_latent()
    angle = 0.5 * math.pi * amount**GENTLENESS
    turned = mean + math.cos(angle) * (origin.latent - mean) + math.sin(angle) * (voice.latent(seed) - mean)
    return np.asarray(turned, dtype=np.float32)


# Between two ---------------------------------------------------------------------------------------------------------


def between(voice: Voice, one: Origin, other: Origin, place: float) -> Origin:
    """What lies between two kicks, each `as_heard`: the first itself at place 0, the other at 1."""
    if place in (0.0, 1.0):
        return other if place else one
    latent: Array = ((1.0 - place) * one.latent + place * other.latent).astype(np.float32)
    noise = mixed(one.noise, other.noise, place)
    if one.parts is None and other.parts is None:
        ends = one.sketch, other.sketch
        own = [voice.sketch_of(end.latent, end.noise) for end in (one, other)]
        sketch = _with_side(_with_edits(voice.sketch_of(latent, noise), ends, own, place), ends, place)
        return Origin(latent, sketch, noise)
    goes_on = one.tail is not None or other.tail is not None
    moved = transfer.between(_parts(voice, one, goes_on=goes_on), _parts(voice, other, goes_on=goes_on), place)
    parts = take_apart(to_stereo(replace(moved, tail=None).render()))
    sketch = voice.sketch_of(latent, noise)
    if not goes_on:
        return Origin(latent, sketch, noise, parts, sketch)
    return Origin(latent, sketch, noise, parts, sketch, OwnTail.of(moved.render() / parts.gain))


def as_heard(voice: Voice, origin: Origin, folds: Callable[[Array], bool]) -> Origin:
    """A kick to lay others beside: one of the model's that is finished in mono has no side.

    Its sketch may have one, too soft to be heard. Between two such kicks it would be heard: a side that the model makes
    louder there would come from two mono kicks.

    Args:
        voice: the model's.
        origin: the kick.
        folds: whether its sound is heard in mono (`Processing.folds`).
    """
    if origin.is_taken_in or origin.sketch.wide[0] <= 0.0 or not folds(head(voice, origin)):
        return origin
    return replace(origin, sketch=replace(origin.sketch, wide=-np.ones_like(origin.sketch.wide)))


def _parts(voice: Voice, origin: Origin, *, goes_on: bool) -> Moved:
    """A kick's parts as they sound, with its end as a tail where the kick between is to go on."""
    if origin.parts is not None:
        tail = origin.tail
        if goes_on and tail is None:
            tail = OwnTail.of(transfer.as_it_is(origin.parts).render())
        return _moved(origin, origin.sketch, tail)
    audio = sound(voice, origin)
    parts = take_apart(audio)
    return transfer.as_it_is(parts, OwnTail.of(_to_mid_side(audio / parts.gain)) if goes_on else None)


def _with_edits(sketch: Sketch, ends: tuple[Sketch, Sketch], own: list[Sketch], place: float) -> Sketch:
    """A sketch with each end's share of the edits that steering made in that end (`steering.correct`): of logarithms,
    so that a pitch that is a target of both ends is there between them, too."""
    arrays = {}
    for name, values in vars(sketch).items():
        edited = [np.asarray(getattr(end, name), dtype=np.float64) for end in ends]
        plain = [np.asarray(getattr(end, name), dtype=np.float64) for end in own]
        if name == "frequency":
            shares = [np.log(a / b) for a, b in zip(edited, plain, strict=True)]
            arrays[name] = values * np.exp((1.0 - place) * shares[0] + place * shares[1])
        else:
            shares = [a - b for a, b in zip(edited, plain, strict=True)]
            arrays[name] = values + (1.0 - place) * shares[0] + place * shares[1]
    return Sketch(**{name: np.asarray(values, dtype=np.float32) for name, values in arrays.items()})


def _with_side(sketch: Sketch, ends: tuple[Sketch, Sketch], place: float) -> Sketch:
    """A sketch that has a side where an end has one, the louder the nearer it is: the model would switch it on at
    some place, all at once."""
    angle = 0.5 * math.pi * place
    power = sum(share**2 for share, end in zip((math.cos(angle), math.sin(angle)), ends, strict=True) if end.wide > 0.0)
    if power == 0.0:
        return replace(sketch, wide=-np.ones_like(sketch.wide))
    envelope = sketch.envelope.copy()
    envelope[1] += np.float32(0.5 * math.log(power))
    return replace(sketch, wide=np.ones_like(sketch.wide), envelope=envelope)


def even_places(embedding_at: Callable[[float], NDArray[np.float64]], steps: int) -> list[float]:
    """Places from 0 to 1 between which kicks lie equally far apart.

    Args:
        embedding_at: the embedding of the kick at a place.
        steps: how many places, both ends among them; 2 at least.
    """
    measured = min(steps - 1, MOST_STEPS)
    grid = np.linspace(0.0, 1.0, GRID_STEPS * measured + 1)
    points = np.stack([embedding_at(float(place)) for place in grid])
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    chosen = grid[_even_walk(apart, measured)]
    if measured == steps - 1:
        return [float(place) for place in chosen]
    between = np.interp(np.linspace(0.0, 1.0, steps), np.linspace(0.0, 1.0, measured + 1), chosen)
    return [float(place) for place in between]


def _even_walk(apart: NDArray[np.float64], steps: int) -> list[int]:
    """The walk in so many steps from the first to the last of n points, forwards, whose largest step is the smallest
    multiple of its smallest.

    Args:
        apart: distances between the points, (n, n).
        steps: how many; 1 to n - 1.
    """
    best, ratio = [round(place) for place in np.linspace(0, len(apart) - 1, steps + 1)], math.inf
    # No walk's smallest step is larger than an equal share of the whole way.
    share = float(np.diagonal(apart, 1).sum()) / steps
    if share <= 0.0:
        return best
    for smallest in np.geomspace(share / SMALLEST_SHARE, share, SMALLEST_TRIED):
        walk = _walk(np.where(np.triu(apart, 1) >= smallest, apart, np.inf), steps)
        lengths = [float(apart[a, b]) for a, b in pairwise(walk)]
        if min(lengths) > 0.0 and max(lengths) / min(lengths) < ratio:
            best, ratio = walk, max(lengths) / min(lengths)
    return best


def _walk(apart: NDArray[np.float64], steps: int) -> list[int]:
    """The walk in so many steps from the first to the last of n points whose largest step is smallest.

    Args:
        apart: how far each point is from each, endless where there is no step, (n, n).
        steps: how many.
    """
    largest, before = np.full(len(apart), np.inf), []
    largest[0] = 0.0
    for _ in range(steps):
        ways = np.maximum(largest[:, None], apart)
        before.append(ways.argmin(axis=0))
        largest = ways.min(axis=0)
    walk = [len(apart) - 1]
    for last in reversed(before):
        walk.append(int(last[walk[-1]]))
    return walk[::-1]


# The nearest ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Match:
    """The nearest kick that was found.

    Attributes:
        origin: the kick.
        distance: between its embedding and that of the kick that was matched.
        before: the same for the encoder's estimate.
    """

    origin: Origin
    distance: float
    before: float


def matched(
    voice: Voice, audio: Array, seed: int, finish: Finish, progress: Callable[[int, int], None] = lambda done, all: None
) -> Match:
    """The model's kick that is nearest to one in a library's form, (2, 22050).

    From the encoder's estimate, a simple evolution strategy with mirrored draws and a step of its own for each
    generation (Brockhoff et al., "Mirrored sampling and sequential selection for evolution strategies", PPSN 2010).
    """
    target = embed(finish(audio))
    noise = voice.noise(seed)
    factor = voice.latent_factor()

    def at(latent: NDArray[np.float64]) -> tuple[float, Sketch]:
        one = voice.sketch_of(latent.astype(np.float32), noise)
        return float(np.linalg.norm(embed(finish(voice.stereo(one, noise))) - target)), one

    best = voice.encode(take_apart(audio)).astype(np.float64)
    least, one = at(best)
    before, step = least, MATCH_STEP
    for generation in range(MATCH_GENERATIONS):
        draws = randomness.normal(seed, f"match {generation}", (MATCH_CHILDREN // 2, len(best))).astype(np.float64)
        better = False
        for draw in (*draws, *-draws):
            child = best + step * (factor @ draw)
            distance, sketch = at(child)
            if distance < least:
                nearest, least, one, better = child, distance, sketch, True
        if better:
            best = nearest
        step *= 1.2 if better else 0.8
        progress(generation + 1, MATCH_GENERATIONS)
    return Match(Origin(best.astype(np.float32), one, noise), least, before)
