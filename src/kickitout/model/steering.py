"""Steering: from targets to a sketch that has them.

A seed's own kick is made and measured first. Latents z and scores c (`kickitout.model.controls`) are then taken to be
normal together, with the moments of the whole prior, and the latent moves by

    z' = z + C_zc C_cc^-1 (c' - c)

for targets c' and measurements c (Matheron's rule: Journel and Huijbregts, "Mining Geostatistics", 1978).
If z and c are a draw of all kicks, z' is one of those kicks that have c'; and it is the nearest such, so that a seed
stays recognisable while a control moves, and everything else moves only as far as it is correlated. Where an edit of
the sketch moves next to nothing else, the latent goes a part of the way (SHARES): kicks are not as straight as normal
numbers, and a latent's whole move disturbs what is not correlated at all. What is then still off is corrected in the
sketch (`kickitout.sound.sketch.edits`), measured, and corrected again.

How wild a kick is has no score, and is not searched for: where it is a target, the latent first moves on the straight
line from the mean of all through it, to so many times its own distance, and the kick keeps its fall. So kicks change
evenly and stay recognisable; a search on that line for a distance that is measured leaps to and fro.

A kick stays as loud as it was where no target is about that (LEVELLED): its drive follows its peak (`edits.bounded`),
and is corrected by the loudness that is measured, as far as a clip can do that.

What is measured is read to half a tolerance (`rounded`), and only that decides where the next trial goes. Another
processor, or a browser, sums in another order: its sketches differ in the seventh digit, and what is measured of them
in the fourth. Read exactly, that goes into the next trial and grows, until trials that are as good as each other part;
rounded, nearly all trials begin from the same numbers everywhere.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from kickitout.model import controls
from kickitout.model.prior import Mixture
from kickitout.sound.sketch import anchor, edits
from kickitout.sound.sketch.bend import Sweep, left, sweep_of
from kickitout.sound.sketch.render import full_scale
from kickitout.sound.sketch.sketch import Sketch

Array64 = NDArray[np.float64]
Noise = NDArray[np.floating]
Values = Mapping[str, float]
"""Measurements or targets by control, in the units of their descriptors; a kick without a pitch has
no `pitch`."""

ROUNDS = 6
"""How often a sketch is corrected, at most."""

TOLERANCES = {
    "pitch": 0.0025,  # octaves: 3 cents
    "sweep": 0.03,  # octaves
    "sweep_time": 0.04,  # octaves: 3 %
    "decay": 0.03,  # octaves: 2 %
    "click": 0.2,  # dB
    "brightness": 0.02,  # octaves
    "noise": 0.2,  # dB
    "width": 0.3,  # dB
    "drive": 0.1,  # dB
    controls.WILD: 0.05,  # times
    controls.LOUDNESS: 1.2,  # LU
}
"""What is so near is there: a half or less of what is just noticed."""

READ_TO = 0.5
"""What is measured is rounded to so much of a tolerance. Of 500 kicks of styles, with graphs whose outputs are changed
by a millionth, 99.8 % stay the same within -60 dB so; 99.2 % with a quarter, and 88 % of 200 where nothing is."""

SHARES = {"pitch": 0.75} | dict.fromkeys(("sweep", "sweep_time", "decay", "click", "width"), 0.0)
"""The share of the way to a target that the latent goes; all of it for other controls. Most training kicks are mono:
the way to a width is one to other kicks."""

LOST = 1000.0
"""How many tolerances off something counts that a kick does not have at all."""

SLOPES = (0.3, 3.0)
"""The measured effect of an edit, in terms of its size in the sketch: at least, and at most."""

LONGEST_STEPS = {"click": 12.0, "brightness": 3.0, "noise": 12.0, "width": 60.0, "decay": 1.5}
"""How far one edit goes, on the scale of `_place`."""

WIDEST_SPREAD = 4.0
"""The largest power over that of mid at which mid is spread to the side."""

BOUNDED = ("brightness", "noise", "width")
"""Controls with which what becomes larger than the kick was is clipped (`edits.bounded`), whatever else is asked."""

LEVELLED = (*BOUNDED, "sweep", "sweep_time")
"""Controls that leave the loudness as it is, where no other target is among them. A wilder kick may be softer or
louder: pushed to the same loudness, its overtones grow and shrink in steps."""

PUSHED_DB = 16.0
"""By how much more or less a kick is driven at most so that it is as loud as it was."""

LEAST_EFFECT = 0.1
"""Of a push: where the loudness follows by less, the kick cannot be pushed any further."""

TILT_AN_OCTAVE = 3.0
"""Decibels an octave that lift the brightness by an octave, about: a first guess."""

SHAPERS: Mapping[str, Callable[[Sketch, float], Sketch]] = {
    "decay": lambda sketch, step: edits.decaying(sketch, edits.decay_ms(sketch) * 2.0**step),
    "click": edits.clicked,
    "brightness": lambda sketch, step: edits.tilted(sketch, TILT_AN_OCTAVE * step),
    "noise": edits.dirtied,
}
"""What moves a sketch by a step on the scale of `_place`, where a control has a place of its own."""

BENT = ("sweep", "sweep_time")
"""Controls with which the sound is bent (`kickitout.sound.sketch.bend`)."""

SET = (*BENT, controls.WILD)
"""Controls that are set and not searched for."""

WHERE = ("sweep", "sweep_time", "decay", "noise", controls.WILD)
"""Controls that would change where a kick is heard: it stays there (`kickitout.sound.sketch.anchor`)."""

ANCHORED = ("decay", controls.WILD)
"""Those of them that leave the beginning of the fall where it was: it is over sooner. With others all of it moves."""

HEARD_NEAR = 0.02
"""Octaves, 24 cents: a wilder kick that is heard so near to where it was stays as it is."""

BY_RATIO = ("pitch", "sweep_time", "decay", "brightness")
"""Controls whose edits count in octaves of their values."""

HELD = {
    "frequency": ("pitch",),
    "phase": ("pitch",),
    "log_amplitude": ("pitch", "decay", controls.WILD),
    "drive": ("pitch", "decay", controls.WILD),
}
"""Tracks of a sketch that stay when its latent moves, but for these targets: a kick that is made brighter keeps its
body, and so the pitch that is heard. A wilder one keeps its fall: tracks that go further leap from one pitch to
another."""

USUAL_TIME_MS = 40.0
"""The time of a sweep that a kick without one gets."""

TIMES_MS = (20.0, 80.0)
"""A sweep that is made deeper or shallower has its own time within these, unless another is asked: a shorter one would
be a click, and a longer one outlast the kick."""

SHALLOW = 0.5
"""Octaves: the time of a sweep that is shallower is not the kick's own."""

MOST_LEFT = 2.0
"""Octaves of a sweep that are left at most when a tuned kick has settled, where a time is asked and no depth: a deep
fall that outlasts the kick has no pitch."""

TRUSTED = 1.5
"""A decay that is measured counts where it is within this factor of that of the body's track."""

LEAST_DEPTH = 1.0
"""Octaves of a sweep whose time is asked for: of a shallower one it would not be heard."""


@dataclass(frozen=True, eq=False)
class Joint:
    """Latents and scores as if they were normal together.

    Attributes:
        mean: (latents + scores,).
        covariance: (latents + scores, latents + scores).
        tables: percentiles by control, in the order of the scores (`controls.percentiles`).
    """

    mean: Array64
    covariance: Array64
    tables: Mapping[str, list[float]]

    @classmethod
    def of(cls, prior: Mixture, tables: Mapping[str, list[float]]) -> "Joint":
        """The moments of a prior over latents with the scores of `tables` behind."""
        return cls(*prior.moments(), tables)

    @property
    def latents(self) -> int:
        """How many numbers a latent has."""
        return len(self.mean) - len(self.tables)

    def scores(self, values: Values) -> Array64:
        """Scores of what was measured, NaN where a kick has no such thing: (scores,)."""
        found = [controls.scores(np.array([values.get(name, math.nan)]), table) for name, table in self.tables.items()]
        return np.concatenate(found)

    def expected(self, latent: Array64) -> Array64:
        """The scores that kicks of a latent have in the mean: (scores,)."""
        own, across = self.covariance[: self.latents, : self.latents], self.covariance[: self.latents, self.latents :]
        return self.mean[self.latents :] + np.linalg.solve(own, latent - self.mean[: self.latents]) @ across

    def stretched(self, latent: Array64, times: float) -> Array64:
        """The latent that lies so many times as far from the mean of all, on the same side: (latents,)."""
        mean = self.mean[: self.latents]
        return np.asarray(mean + times * (latent - mean))

    def moved(
        self, latent: Array64, found: Values, targets: Values, shares: Mapping[str, float] = MappingProxyType({})
    ) -> Array64:
        """The latent of kicks that have the targets, nearest to one whose kick was measured: (latents,).

        What that kick does not have is taken to be what such latents have in the mean. Where `shares` says so, only
        that share of the way is gone.
        """
        places = [place for place, name in enumerate(self.tables) if name in targets]
        at = [self.latents + place for place in places]
        has = self.scores(found)
        has = np.where(np.isfinite(has), has, self.expected(latent))[places]
        share = np.array([shares.get(name, 1.0) for name in self.tables if name in targets])
        step = np.linalg.solve(self.covariance[np.ix_(at, at)], share * (self.scores(targets)[places] - has))
        return np.asarray(latent + self.covariance[: self.latents, at] @ step)


@dataclass(frozen=True, eq=False)
class Corrected:
    """A sketch, its measurements, and how far the worst of it, rounded, is from its target, in tolerances."""

    sketch: Sketch
    values: Values
    miss: float


@dataclass(frozen=True, eq=False)
class Steered(Corrected):
    """The same with the latent of the sketch."""

    latent: Array64


def watched(targets: Values) -> list[str]:
    """The names of what `steer` asks to be measured: the targets, and the loudness where it may be kept."""
    return [*targets, *([controls.LOUDNESS] if targets.keys() <= {*LEVELLED} else [])]


def steer(
    latent: Array64,
    targets: Values,
    joint: Joint,
    sketch_at: Callable[[Array64], Sketch],
    measure: Callable[[Sketch], Values],
    *,
    settles: bool = True,
    air: Noise | None = None,
) -> Steered:
    """The sketch near a latent's own that comes closest to the targets.

    Args:
        latent: of the kick to begin with.
        targets: values by control, in the descriptors' own units; at least one.
        joint: of the model.
        sketch_at: the sketch of a latent.
        measure: the measurements of a sketch's sound, those that are `watched` at least.
        settles: whether a kick with a pitch among its targets settles on it (`edits.settled`), unless a sweep time is
            among them too; else the way it falls is its own.
        air: the noise that sketches are rendered with; None: the loudness may change with any target, and where a kick
            is heard is read from its body alone.
    """
    own, rests = sketch_at(latent), anchor.Rests(air)
    heard = rests.heard_hz(own)
    levels = air is not None and targets.keys() <= {*LEVELLED} and own.limited[0] == 0.0
    known = rounded(measure(own)) if levels else None
    loudness = None if known is None else known.get(controls.LOUDNESS)
    peak = full_scale(own, air) if air is not None and levels else None
    body = own
    if controls.WILD in targets:
        latent = joint.stretched(latent, targets[controls.WILD])
        own = sketch_at(latent)
    scored = {name: value for name, value in targets.items() if name != controls.WILD}
    if any(SHARES.get(name, 1.0) > 0.0 for name in scored):
        latent = joint.moved(latent, rounded(measure(own)) if known is None else known, scored, SHARES)
        own = sketch_at(latent)
    first = _with_body(own, body, targets)
    if air is not None and peak is None and any(name in targets for name in BOUNDED):
        kept = first.log_amplitude is body.log_amplitude
        peak = full_scale(body if kept else first, air)
    if peak is not None:
        first = edits.bounded(first, peak)
    if "decay" in targets:
        first = _lasting(first, targets["decay"], rounded(measure(first)).get("decay"))
        if "pitch" not in targets:
            # A kick that glides for as long as it sounds would end far below. It settles, and then its sweep is set.
            first = anchor.anchored(first, heard, rests.of(first))
    first = _swept(first, targets, rests, heard)
    found = correct(first, targets, measure, settles=settles, rests=rests, heard=heard, loudness=loudness)
    values = {**found.values, **{name: value for name, value in targets.items() if name in SET}}
    miss = max(misses(rounded(values), targets).values(), default=0.0)
    return Steered(found.sketch, values, miss, latent)


def _lasting(sketch: Sketch, wanted: float, has: float | None) -> Sketch:
    """A sketch, whose kick decays in `has` ms, that lasts as much longer or shorter as it takes to decay in `wanted`:
    by what its body's track says where that knows better, as of a kick that sounds on at the end of the file."""
    track = edits.decay_ms(sketch)
    known = has is not None and 1.0 / TRUSTED < has / track < TRUSTED
    return edits.decaying(sketch, track * wanted / has if known and has is not None else wanted)


def _swept(sketch: Sketch, targets: Values, rests: anchor.Rests, heard: float) -> Sketch:
    """A sketch with the sweep among the targets, if there is one: what is not asked of it stays the sketch's own.

    A body that takes longer to fall to `heard` Hz than is asked falls there sooner first: bent that far, it would be
    torn.
    """
    if not any(name in targets for name in BENT):
        return sketch
    own = sweep_of(anchor.low_wave(sketch, rests.of(sketch)), anchor.STEP)
    usual = min(max(own.time, TIMES_MS[0]), TIMES_MS[1]) if own.depth >= SHALLOW else USUAL_TIME_MS
    time = targets.get("sweep_time", usual)
    most = MOST_LEFT / max(float(left(time, np.array(edits.settling_seconds(sketch)))), 1e-6)
    depth = targets.get("sweep", min(max(own.depth, LEAST_DEPTH), most))
    if time < own.time:
        sketch = anchor.quicker(sketch, heard, 1000.0 / time - 1000.0 / own.time)
        own = sweep_of(anchor.low_wave(sketch, rests.of(sketch)), anchor.STEP)
    return edits.swept(sketch, own, Sweep(own.pitch, depth, time))


def _with_body(sketch: Sketch, body: Sketch, targets: Values) -> Sketch:
    """A sketch with the tracks of another's body where no target is about them."""
    kept = {track: getattr(body, track) for track, names in HELD.items() if not any(name in targets for name in names)}
    return replace(sketch, **kept)


def correct(
    sketch: Sketch,
    targets: Values,
    measure: Callable[[Sketch], Values],
    *,
    settles: bool = True,
    rests: anchor.Rests | None = None,
    heard: float | None = None,
    loudness: float | None = None,
) -> Corrected:
    """A sketch edited until it has the targets, or gets no closer.

    Args:
        sketch: to begin with.
        targets, measure, settles: as those of `steer`.
        rests: of sketches with their noise; None: where a kick is heard is read from its body alone.
        heard: where in Hz it is to be heard if no pitch is among the targets; None: where it is.
        loudness: in LUFS, that a bounded sketch is to keep; None: it may change.
    """
    rests = anchor.Rests(None) if rests is None else rests
    course = _Course(targets, settles, rests, rests.heard_hz(sketch) if heard is None else heard, loudness)
    best: Corrected | None = None
    least = math.inf
    searched = {name: value for name, value in targets.items() if name not in SET}
    sketch = course.kept(sketch)
    for _ in range(ROUNDS):
        measured = measure(sketch)
        values = rounded(measured)
        miss, unlevel = max(misses(values, searched).values(), default=0.0), course.unlevel(values)
        if miss + unlevel < least:
            best, least = Corrected(sketch, measured, miss), miss + unlevel
        if miss <= 1.0 and (unlevel <= 1.0 or course.spent):
            break
        sketch = course.next(sketch, values, still=miss <= 1.0)
    assert best is not None
    return best


def rounded(values: Values) -> dict[str, float]:
    """What was measured, as the nearest of values that lie half a tolerance apart."""
    return {name: _rounded(name, value) for name, value in values.items()}


def _rounded(name: str, value: float) -> float:
    step = READ_TO * TOLERANCES[name]
    return _value(name, step * round(_place(name, value) / step))


def misses(values: Values, targets: Values) -> dict[str, float]:
    """How far each target is missed, in tolerances."""
    return {name: _off(name, values[name], target) if name in values else LOST for name, target in targets.items()}


def _off(name: str, value: float, target: float) -> float:
    return abs(_place(name, value) - _place(name, target)) / TOLERANCES[name]


def _place(name: str, value: float) -> float:
    """A value on the scale on which edits add up: octaves, or decibels of what is there over what is not."""
    if name in BY_RATIO:
        return math.log2(value)
    if name == "noise":
        return _odds(value)
    if name == "click":
        return _odds(10.0 ** (value / 10.0))
    return value


def _value(name: str, place: float) -> float:
    """The value at a place: the inverse of `_place`."""
    if name in BY_RATIO:
        return float(2.0**place)
    share = float(1.0 / (1.0 + 10.0 ** (-place / 10.0)))
    if name == "noise":
        return share
    if name == "click":
        return 10.0 * math.log10(share)
    return place


def _odds(share: float) -> float:
    """A share as decibels of it over the rest, within -90..60."""
    share = min(max(share, 1e-9), 1.0 - 1e-6)
    return 10.0 * math.log10(share / (1.0 - share))


class _Course:
    """How a sketch is corrected: the effect of each edit determines the size of the next (a secant a control)."""

    def __init__(
        self, targets: Values, settles: bool, rests: anchor.Rests, heard: float, loudness: float | None
    ) -> None:
        self.targets = dict(targets)
        self.rests, self.heard, self.loudness = rests, heard, loudness
        self.pushed, self.last_push = 0.0, 0.0
        self.was: float | None = None
        self.still = self.spent = False
        self.settles = settles and "pitch" in targets and "sweep_time" not in targets
        self.slopes: dict[str, float] = {}
        self.before: dict[str, tuple[float, float]] = {}
        self.side: tuple[float, float] | None = None

    def _step(self, name: str, values: Values) -> float:
        """How far to move a control in the sketch, on the scale of `_place`; 0 without a target or a measurement."""
        if name not in self.targets or name not in values:
            return 0.0
        here = _place(name, values[name])
        if name in self.before:
            there, step = self.before[name]
            if abs(step) > 1e-6:
                self.slopes[name] = min(max((here - there) / step, SLOPES[0]), SLOPES[1])
        step = (_place(name, self.targets[name]) - here) / self.slopes.get(name, 1.0)
        longest = LONGEST_STEPS.get(name, math.inf)
        step = min(max(step, -longest), longest)
        self.before[name] = (here, step)
        return step

    def next(self, sketch: Sketch, values: Values, *, still: bool) -> Sketch:
        """A sketch, measured, with each control closer to its target; `still`: whether all are there."""
        if "pitch" in self.targets:
            sketch = self._tuned(sketch, values)
        # A kick that sounds on at the end of its file may have no decay that is measured; its body's track has one.
        known = {"decay": edits.decay_ms(sketch), **values} if "decay" in self.targets else values
        for name, shaped in SHAPERS.items():
            if step := self._step(name, known):
                sketch = shaped(sketch, step)
        sketch = self._as_loud(sketch, values)
        self.still = still
        return self._sided(self.kept(sketch), values)

    def unlevel(self, values: Values) -> float:
        """How far a measured kick is from the loudness that it should keep, in tolerances."""
        if self.loudness is None or controls.LOUDNESS not in values:
            return 0.0
        return _off(controls.LOUDNESS, values[controls.LOUDNESS], self.loudness)

    def _as_loud(self, sketch: Sketch, values: Values) -> Sketch:
        """A sketch, measured, pushed further into its clip where it became softer, and less far where louder."""
        if self.spent or self.loudness is None or self.unlevel(values) <= 1.0:
            return sketch
        has, slope = values[controls.LOUDNESS], 1.0
        # What controls do to the loudness says nothing of what the last push did.
        if self.still and self.was is not None and self.last_push != 0.0:
            slope = (has - self.was) / self.last_push
        self.spent = slope < LEAST_EFFECT
        wanted = self.pushed + (self.loudness - has) / min(max(slope, SLOPES[0]), SLOPES[1])
        pushed = self.pushed if self.spent else min(max(wanted, -PUSHED_DB), PUSHED_DB)
        self.was, self.last_push, self.pushed = has, pushed - self.pushed, pushed
        return edits.pushed(sketch, self.last_push)

    def kept(self, sketch: Sketch) -> Sketch:
        """A sketch that is heard where it was, unless a pitch is asked for."""
        if "pitch" in self.targets or not self.targets.keys() & {*WHERE}:
            return sketch
        rest = self.rests.of(sketch)
        if controls.WILD in self.targets:
            off = abs(math.log2(anchor.heard_hz(sketch, rest) / self.heard))
            if off <= HEARD_NEAR:
                return sketch
        keep = anchor.anchored if self.targets.keys() & {*WHERE} <= {*ANCHORED} else anchor.moved
        return keep(sketch, self.heard, rest)

    def _tuned(self, sketch: Sketch, values: Values) -> Sketch:
        """A sketch at the pitch that is asked: first the track is brought there, then moved until it is heard there."""
        first = "pitch" not in self.before
        step, middle = self._step("pitch", values), edits.middle_hz(sketch)
        direct = "pitch" not in values or (self.settles and first)
        wanted = self.targets["pitch"] if direct else middle * 2.0**step
        if self.settles:
            return edits.settled(sketch, middle, wanted)
        return edits.resweep(sketch, Sweep(middle, 0.0, USUAL_TIME_MS), Sweep(wanted, 0.0, USUAL_TIME_MS))

    def _sided(self, sketch: Sketch, values: Values) -> Sketch:
        if "width" not in self.targets:
            return sketch
        if self.targets["width"] <= controls.MONO_DB:
            return edits.folded(sketch)
        spread, has = float(sketch.spread[0]) ** 2, self._power(sketch, values)
        lacking = 10.0 ** (self.targets["width"] / 10.0) - has
        if lacking < 0.0 and spread == 0.0:
            return edits.widened(sketch, self._step("width", values))
        if self.side is not None and abs(spread - self.side[0]) > 1e-9:
            self.slopes["spread"] = min(max((has - self.side[1]) / (spread - self.side[0]), SLOPES[0]), SLOPES[1])
        self.side = (spread, has)
        wanted = spread + lacking / self.slopes.get("spread", 1.0)
        own = sketch if has > 0.0 else edits.folded(sketch)
        return edits.spread_by(own, math.sqrt(min(max(wanted, 0.0), WIDEST_SPREAD)))

    def _power(self, sketch: Sketch, values: Values) -> float:
        """The power of the side over that of mid; 0 where it is inaudible and the model's own."""
        heard = values["width"] > controls.MONO_DB or sketch.spread[0] > 0.0
        return 10.0 ** (values["width"] / 10.0) if heard else 0.0
