"""The instrument: seeds in, kicks out.

A kick depends on its seed, its model and the controls alone. How that is ensured: latents and noise come from
`randomness` by (seed, purpose); the graph runs one kick per call on one thread; Griffin-Lim starts from phases of the
same seed (see `kickitout.model.voice`). Threads work on different kicks, so they change the time it takes, never the
kicks.
"""

import copy
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError, VersionError
from kickitout.instrument import excuses
from kickitout.instrument.choosing import ATTEMPTS, REMEMBERED, Chooser
from kickitout.instrument.excuses import excused
from kickitout.instrument.finished import finished, finishing_of
from kickitout.instrument.finishing import PROCESSING, Processing
from kickitout.instrument.models import find_model, models_at_hand
from kickitout.instrument.recipes import Derivation, ModelIdentity, Recipe, own_version, plain
from kickitout.instrument.request import Request, check_seeds, check_stems, seeds_from
from kickitout.library.known import KnownKicks
from kickitout.measure.gate import Fault, judge
from kickitout.model.bundle import Bundle
from kickitout.model.reconstruction import reconstruct
from kickitout.model.voice import Voice
from kickitout.sound.kick import Kick
from kickitout.sound.sketch.parts import take_apart
from kickitout.system import randomness
from kickitout.system.workers import available_processors, in_threads

NONE_PASSES = "none of {attempts} kicks of {model} {demand} (the last: {reason}); try something else"
WITHOUT_GATE = ", or leave the gate out: {gate:off}"
WITHOUT_KNOWN = ", or leave out {unique_against}"
PASSES = "passes the gate"
GATE = "gate:"
"""What remarks begin with that say what a kick breaks of the gate, and why it is there all the same."""

INHERITED = "gate: {reason}; what it is made from does not pass in this either"
NEAREST = "gate: {reason}; none of {attempts} passes, and this one comes nearest"
ASKED = "gate: {reason}; this comes of what was asked"

Refusal = Callable[[Kick], str | None]
"""Returns the reason to refuse a kick, in words, or None to accept it."""


class Instrument:
    """A model that plays. `load` makes one.

    Args:
        bundle: a verified model.
        gate: whether kicks that fail the gate (`kickitout.measure.gate`) are drawn again.
        taste: whether a seed stands for the first of its kicks that producers would keep
            (`kickitout.instrument.choosing`). Models that output no sketch take a while for each kick: they do not
            choose.
        known: refuses kicks that exist already (`KnownKicks.refuse`); they are drawn again, too.
    """

    def __init__(self, bundle: Bundle, *, gate: bool = True, taste: bool = True, known: Refusal | None = None) -> None:
        for graph_input in bundle.card.inputs:
            if graph_input.kind == "control":
                raise VersionError(
                    f"the model {bundle.card.name} has the control {graph_input.name}, which this Kick It Out "
                    f"({own_version()}) cannot set: update it (pip install -U kickitout)"
                )
        self.bundle = bundle
        self.gate = gate
        self.taste = taste
        self.known = known
        self.voice = Voice(bundle)
        self._chooser = Chooser(self.voice)
        self._stands_for = lru_cache(maxsize=REMEMBERED)(self._bare_number)

    @property
    def name(self) -> str:
        """The model's name, as in file names."""
        return self.bundle.card.name

    def kick(
        self,
        seed: int,
        processing: Processing = PROCESSING,
        controls: Mapping[str, float] | None = None,
        *,
        attempt: int | None = None,
        as_drawn: bool = False,
        redrawn: bool = False,
    ) -> Kick:
        """The kick of one seed.

        Args:
            seed: 0 to 2^63 - 1.
            processing: post-processing of the network's sound.
            controls: targets by the names that the model's card lists, such as `pitch` (Hz), `sweep`
                (octaves), `sweep_time` and `decay` (ms), and from 0 to 1 `click`, `brightness` and `noise` (from the
                5th to the 90th percentile of the training kicks), `drive` (clean to hard-clipped), `width` (mono to a
                side 6 dB below the middle) and `wild` (the seed's own kick to one 2.5 times as far from usual). Those
                left out take values that are typical of real kicks with the given ones. Targets that are missed are
                listed in the kick's `remarks`.
            attempt: the number of one of the seed's kicks, from 0 on, whatever gate and taste say of it; None: the
                first, or with taste the first that producers would keep, and with a gate the first of these that
                passes. They are judged with nothing asked, so that a control never makes another kick of a seed: what
                is done to the chosen one is judged too, and said in a remark.
            as_drawn: whether the recipe says that the first was asked for, whatever gate and taste say of it. Without
                an `attempt`, it is taken then.
            redrawn: whether a kick that fails the gate with what is asked is drawn again instead, as for a style, whose
                values nobody chose. Known kicks always are.

        Raises:
            InputError: the seed or a control is out of range, or the model has no such control; or none of the seed's
                kicks passes the gate.
            DamagedFileError: the model's graph does not run.
        """
        check_seeds(seed, 1)

        def make(number: int) -> Kick:
            return self._made(seed, number, processing, controls, as_drawn)

        if attempt is None and as_drawn and self.known is None:
            attempt = 0
        if attempt is not None:
            return make(attempt)
        attempts = range(ATTEMPTS) if as_drawn else self._attempts(seed)
        if not controls or redrawn or not self.gate or self.known is not None:
            return self.passing(make, "seed", seed, attempts=attempts)
        return self.told(make(self._stands_for(seed, self.taste, as_drawn)))

    def _bare_number(self, seed: int, taste: bool, as_drawn: bool) -> int:
        """The number of the kick that a seed stands for with a gate, with nothing asked. Kept: who turns a knob asks
        for it again each time."""
        player = self.accepting(gate=True, taste=taste)
        attempts = range(ATTEMPTS) if as_drawn else player._attempts(seed)
        bare = player.passing(
            lambda number: player._made(seed, number, PROCESSING, None), "seed", seed, attempts=attempts
        )
        return int(bare.recipe.get("attempt", 0))

    def _attempts(self, seed: int) -> Iterable[int]:
        """The numbers of a seed's kicks in the order in which they are tried."""
        if not (self.taste and self.bundle.card.outputs_sketch):
            return range(ATTEMPTS)
        return self._chooser.attempts(seed)

    def _made(
        self,
        seed: int,
        attempt: int,
        processing: Processing,
        controls: Mapping[str, float] | None,
        as_drawn: bool = False,
    ) -> Kick:
        number, width = randomness.attempt_seed(seed, attempt), self.voice.width(attempt)
        rendering = self.voice.render(number, controls, processing.unlevelled, width=width)
        recipe = self.recipe(seed, attempt, processing, controls, as_drawn=as_drawn)
        remarks = self.voice.panel.remarks(rendering.targets, rendering.measured)
        drive_db = None if rendering.sketched is None else rendering.sketched.sketch.drive_db
        longer = partial(self.voice.longer, rendering)
        return finished(self.bundle.card, recipe, rendering.sound, longer, remarks, drive_db)

    def recipe(
        self,
        seed: int,
        attempt: int,
        processing: Processing,
        controls: Mapping[str, float] | None = None,
        derivation: Derivation | None = None,
        *,
        as_drawn: bool = False,
    ) -> Recipe:
        """The recipe of a kick of this model; attempt 0 is the first."""
        card = self.bundle.card
        return Recipe(
            format=1,
            kickitout=own_version(),
            model=ModelIdentity(name=card.name, version=card.version, checksum=self.bundle.checksum),
            seed=seed,
            attempt=attempt or None,
            as_drawn=as_drawn or None,
            controls=plain(controls),
            derivation=derivation,
            processing=processing,
        )

    def stems(self, kick: Kick) -> dict[str, Kick]:
        """The parts of a kick that this model made from a seed: `body`, `click` and `air`, which sum to it.

        Each is as loud as it is in the kick, and its recipe names the part.

        Raises:
            InputError: the model has no stems, or did not make the kick from a seed.
        """
        check_stems(self.bundle.card)
        recipe = Recipe.model_validate(kick.recipe)
        if recipe.model.checksum != self.bundle.checksum or recipe.derivation is not None:
            raise InputError("kick", None, "only a kick that this model made from a seed has stems; give such a kick")
        attempt = recipe.attempt or 0
        number, width = randomness.attempt_seed(recipe.seed, attempt), self.voice.width(attempt)
        rendering = self.voice.render(number, recipe.controls, recipe.processing.unlevelled, width=width)
        assert rendering.sketched is not None
        _, finish = finishing_of(recipe.processing, rendering.sound, partial(self.voice.longer, rendering))
        made = {}
        for place, (name, part) in enumerate(self.voice.stems(rendering.sketched, recipe.processing.samples).items()):
            # The offset is removed once, from the body.
            audio = finish.apply(part, without_offset=place > 0).astype(np.float32)
            made[name] = Kick(audio, kick.sample_rate, kick.recipe | {"stem": name}, marking=kick.marking)
        return made

    def passing(
        self,
        make: Callable[[int], Kick],
        what: str,
        value: int,
        inherited: Callable[[], Collection[str]] = tuple,
        *,
        attempts: Iterable[int] | None = None,
        or_nearest: bool = False,
    ) -> Kick:
        """The first of several kicks that breaks no rule of the gate and is no known one; the very first if no kick is
        ever refused.

        Args:
            make: a kick by the number of the attempt, from 0 on.
            what, value: what the kick is made from, for the message: ("seed", 5).
            inherited: gives the rules of the gate that what it is made from breaks itself: they are not held against
                it, a remark says so. Asked for only where a kick breaks one.
            attempts: the numbers of the attempts in their order; None: from 0 on.
            or_nearest: where none passes, take the one that breaks the fewest rules, with a remark: what somebody
                brought along is not refused.

        Raises:
            InputError: none of ATTEMPTS kicks passes.
        """
        attempts = range(ATTEMPTS) if attempts is None else attempts
        if not self.gate and self.known is None:
            return make(next(iter(attempts)))
        reason: str | None = None
        nearest: tuple[int, Kick] | None = None
        for attempt in attempts:
            kick = make(attempt)
            faults, wanted = self._sorted(kick)
            own = [fault for fault in faults if fault.rule not in inherited()] if faults else []
            reason = self.known(kick.without_length) if self.known is not None and not own else None
            if not own and reason is None:
                kick = _remarked(kick, INHERITED.format(reason=faults[0].words)) if faults else kick
                return replace(_as_asked(kick, wanted), whole=None)
            if own:
                reason = own[0].words
                if nearest is None or len(own) < nearest[0]:
                    remark = NEAREST.format(reason=reason, attempts=ATTEMPTS)
                    nearest = len(own), _remarked(kick, remark)
        if or_nearest and nearest is not None:
            return nearest[1]
        facts = {"attempts": ATTEMPTS, "model": self.name, "demand": self.demand, "reason": reason}
        raise InputError(what, value, NONE_PASSES + (WITHOUT_GATE if self.gate else WITHOUT_KNOWN), **facts)

    @property
    def demand(self) -> str:
        """The conditions for every kick, in words; empty without a gate and known kicks."""
        return " and ".join([PASSES] * self.gate + ["is new"] * (self.known is not None))

    def faults(self, kick: Kick) -> tuple[Fault, ...]:
        """The rules of the gate that a kick breaks, but for what was asked of it (`excuses`); none without a gate.
        One with a length is judged as it is without: a length never makes it another kick."""
        return self._sorted(kick)[0]

    def _sorted(self, kick: Kick) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
        """The rules that a kick breaks: but for what was asked of it, and what was asked. None without a gate."""
        if not self.gate:
            return (), ()
        return judge(kick.without_length.audio, kick.sample_rate).sorted(excused(kick.recipe))

    def told(self, kick: Kick) -> Kick:
        """A kick of a seed, with remarks on what the gate finds in it of what was asked, and beyond that."""
        faults, wanted = self._sorted(kick)
        kick = _as_asked(kick, wanted)
        return replace(_remarked(kick, ASKED.format(reason=faults[0].words)) if faults else kick, whole=None)

    def accepting(self, *, gate: bool, taste: bool | None = None, known: Refusal | None = None) -> "Instrument":
        """The same model with or without a gate, with or without taste (None: as it is), and with other known
        kicks."""
        other = copy.copy(self)
        other.gate, other.known = gate, known
        other.taste = self.taste if taste is None else taste
        return other

    def maker(self, request: Request) -> Callable[[int], Kick]:
        """What makes the kick of each seed of a request.

        Raises:
            InputError: the model does not support the request, or `unique_against` is not a folder.
        """
        request.check(self.voice.panel)
        known = self.known
        if request.unique_against is not None:
            folder = request.unique_against
            known = (KnownKicks.below(folder) if isinstance(folder, Path) else folder).refuse
        gate = self.gate if request.gate is None else request.gate
        bare = request.as_drawn
        player = self.accepting(gate=gate and not bare, taste=self.taste and not bare, known=known)
        return partial(player.requested, request)

    def kicks(self, request: Request, *, threads: int | None = None) -> Iterator[Kick]:
        """The kicks of a request in the order of its seeds, made lazily.

        Args:
            request: the seeds, and how their kicks should sound.
            threads: 1 to 1024; None: one per processor. The kicks do not depend on it.

        Raises:
            InputError: the model does not support the request, the number of threads is out of range, or
                `unique_against` is not a folder; later: none of a seed's kicks passes the gate.
            DamagedFileError: the model's graph does not work.
        """
        return in_threads(self.maker(request), request.seeds, threads_for(threads))

    def requested(self, request: Request, seed: int) -> Kick:
        """The kick of one seed, with the note, style, controls and length of a request."""
        panel = self.voice.panel
        controls, redrawn = request.controls_of(panel, seed), request.style is not None
        processing = request.processing(panel.card)
        return self.kick(seed, processing, controls, as_drawn=request.as_drawn, redrawn=redrawn)

    def generate(
        self,
        n: int = 1,
        *,
        seed: int | None = None,
        note: str | None = None,
        style: str | None = None,
        controls: Mapping[str, float] | None = None,
        length_ms: float | None = None,
        bpm: float | None = None,
        beats: str | float | None = None,
        level: str | None = None,
        threads: int | None = None,
        as_drawn: bool = False,
    ) -> list[Kick]:
        """The kicks of seeds seed, seed + 1, ... seed + n - 1, from a random seed if None. The rest as in `Request`.

        Raises:
            InputError, DamagedFileError: as `Request` and `kicks`.
        """
        seeds = seeds_from(seed, n)
        request = Request(
            seeds=seeds,
            note=note,
            style=style,
            controls=controls or {},
            length_ms=length_ms,
            bpm=bpm,
            beats=beats,
            level=level,
            as_drawn=as_drawn,
        )
        return list(self.kicks(request, threads=threads))

    def encode(self, kick: NDArray[np.float32]) -> NDArray[np.float32]:
        """The latent, (latent_size,), whose kick is most like a given one.

        Args:
            kick: left and right at 44.1 kHz, (2, 22050), normalised like a library's kicks: the onset is at sample 44.

        Raises:
            InputError: the model has no encoder.
            ValueError: the shape is another, or samples are not finite.
        """
        return self.voice.encode(take_apart(kick))

    def reconstruct(self, kick: NDArray[np.float32], seed: int = 0) -> NDArray[np.float32]:
        """A kick as `encode` takes it, encoded and made again: (2, 22050) with its own peak, polarity and sides.

        The noise in it is that of `seed`; there is no post-processing.

        Raises:
            InputError, ValueError: as `encode`, or a seed out of range.
        """
        check_seeds(seed, 1)
        return reconstruct(self.voice, kick, seed)


def _as_asked(kick: Kick, wanted: Iterable[Fault]) -> Kick:
    """A kick with a remark where the gate found what was asked for."""
    for words in excuses.remarks(kick.recipe, wanted):
        kick = _remarked(kick, words)
    return kick


def _remarked(kick: Kick, remark: str) -> Kick:
    return replace(kick, remarks=(*kick.remarks, remark), whole=None)


def threads_for(threads: int | None) -> int:
    """The number of threads that is given, or one per processor. Raises `InputError` for one out of range."""
    check_threads(threads)
    return available_processors() if threads is None else threads


def check_threads(threads: int | None) -> None:
    """Raise `InputError` for a number of threads out of range."""
    if threads is not None and not 1 <= threads <= 1024:
        raise InputError("threads", threads, "out of range; give 1 to 1024, or leave it out")


def load(
    model: str | Path | None = None, *, gate: bool = True, taste: bool = True, known: Refusal | None = None
) -> Instrument:
    """Load a model: a name that `kick models` lists, or the folder or zip of a bundle; None is the default model.

    With `gate`, kicks that fail the quality gate are drawn again; with `taste`, a seed stands for the first of its
    kicks that producers would keep; with `known` (`KnownKicks.refuse`), so are those that
    duplicate an existing kick.

    Raises:
        InputError: the model does not exist.
        DamagedFileError: one of its files is missing or altered.
        VersionError: it was written by a newer Kick It Out.
    """
    return Instrument(Bundle.open(find_model(model)), gate=gate, taste=taste, known=known)


def load_for_recipe(path: Path, recipe: Recipe, model: str | Path | None = None) -> Instrument:
    """The instrument that made the kick at `path`: `model`, or the shipped one of the recipe's name. It has neither
    gate nor taste: the recipe names the attempt.

    Raises:
        InputError: the model is not installed, or its checksum differs.
        DamagedFileError, VersionError: it cannot be used.
    """
    made_by = f"{recipe.model.name} {recipe.model.version} ({recipe.model.checksum[:12]})"
    shipped = models_at_hand()
    if model is None and recipe.model.name not in shipped:
        remedy = "made by {made_by}, which is not installed; give its bundle as {model}"
        raise InputError("file", path, remedy, made_by=made_by)
    instrument = load(recipe.model.name if model is None else model, gate=False, taste=False)
    card, checksum = instrument.bundle.card, instrument.bundle.checksum
    if checksum != recipe.model.checksum:
        remedy = "made by {made_by}, not by {other}; give the bundle that made it as {model}"
        other = f"{card.name} {card.version} ({checksum[:12]})"
        raise InputError("file", path, remedy, made_by=made_by, other=other)
    return instrument
