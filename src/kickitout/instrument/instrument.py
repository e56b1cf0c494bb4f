"""The instrument: seeds in, kicks out.

A kick depends on its seed, its model and the controls alone. What makes that true: latents and noise come from
`randomness` by (seed, purpose); the graph runs one kick a call on one thread; Griffin-Lim starts from phases of the
same seed (see `kickitout.model.voice`). Threads work on different kicks, so they change how long it takes, never what
comes out.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError, VersionError
from kickitout.instrument.finishing import PROCESSING, SHORTEST_MS, Processing
from kickitout.instrument.models import find_model, models_at_hand
from kickitout.instrument.recipes import Derivation, ModelIdentity, Recipe, own_version, plain
from kickitout.measure.descriptors import Note
from kickitout.measure.gate import judge
from kickitout.model.bundle import Bundle
from kickitout.model.reconstruction import reconstruct
from kickitout.model.voice import Voice
from kickitout.sound.kick import Kick
from kickitout.sound.sketch.parts import USUAL_HZ, take_apart
from kickitout.system import randomness
from kickitout.system.workers import available_processors, in_threads

MAX_COUNT = 1_000_000
"""The most kicks of one call."""


ATTEMPTS = 16
"""How often a kick that does not pass the gate is drawn again, less one. Of the shipped model's one in 25 fails."""


# --- which models there are -------------------------------------------------------------------------------------------


# --- from seed to kick ------------------------------------------------------------------------------------------------


SEED_RANGE = "out of range; seeds go from 0 to {most}"
SEEDS_RANGE = "the last of {count} kicks would be out of range; seeds go from 0 to {most}"
TWO_PITCHES = "give either {note} or {pitch}, not both"
LENGTH_RANGE = "out of range; the model {model} makes kicks of {longest:g} ms: give {shortest:g} to {longest:g}"
NONE_PASSES = "none of {attempts} kicks of {model} {demand} (the last: {reason}); try something else"
WITHOUT_GATE = ", or leave the gate out: {gate:off}"
WITHOUT_KNOWN = ", or leave out {unique_against}"
PASSES = "passes the gate"


def check_seeds(seed: int, n: int) -> None:
    """Raise `InputError` unless kicks seed..seed+n-1 can be made."""
    if not 1 <= n <= MAX_COUNT:
        raise InputError("n", n, "out of range; give 1 to {most:,}", most=MAX_COUNT)
    if not 0 <= seed <= randomness.MAX_SEED:
        raise InputError("seed", seed, SEED_RANGE, most=randomness.MAX_SEED)
    if seed + n - 1 > randomness.MAX_SEED:
        raise InputError("seed", seed, SEEDS_RANGE, count=n, most=randomness.MAX_SEED)


def fresh_seed() -> int:
    """A seed that nobody chose, short enough to be typed."""
    return secrets.randbelow(10**9)


Wishes = Mapping[str, float] | Callable[[int], Mapping[str, float]] | None
"""What is asked of kicks: of all the same, or of each by its seed."""


def wished_of(wishes: Wishes, seed: int) -> Mapping[str, float] | None:
    """What is asked of the kick of a seed."""
    return wishes(seed) if callable(wishes) else wishes


Refusal = Callable[[Kick], str | None]
"""Says of a kick why it will not do, in words; None: it will."""


class Instrument:
    """A model that plays. `load` makes one.

    Args:
        bundle: a verified model.
        gate: whether a kick that does not pass the gate (`kickitout.measure.gate`) is drawn again.
        known: says which known kick a kick is the same as (`KnownKicks.refuse`): it is then drawn again, too.
    """

    def __init__(self, bundle: Bundle, *, gate: bool = True, known: Refusal | None = None) -> None:
        for graph_input in bundle.card.inputs:
            if graph_input.kind == "control":
                raise VersionError(
                    f"the model {bundle.card.name} has the control {graph_input.name}, which this Kick It Out "
                    f"({own_version()}) cannot set: update it (pip install -U kickitout)"
                )
        self.bundle = bundle
        self.gate = gate
        self.known = known
        self.voice = Voice(bundle)

    @property
    def name(self) -> str:
        """The model's name, as in file names."""
        return self.bundle.card.name

    @property
    def usual_pitch(self) -> float | None:
        """The median pitch of the training kicks in Hz; None for a model that has no such control."""
        tables = {control.name: control.quantiles for control in self.bundle.card.controls}
        return tables["pitch"][len(tables["pitch"]) // 2] if "pitch" in tables else None

    def note_hz(self, note: str) -> float:
        """The pitch of a note in Hz: `F#1`, or `F#` for the octave that is nearest to the model's usual pitch.

        Raises:
            InputError: it is no note.
        """
        return Note.read(note).hz(self.usual_pitch or USUAL_HZ)

    def with_note(self, given: Mapping[str, float], note: str | None) -> dict[str, float]:
        """What is asked of controls, and of a note. Raises `InputError` for no note, or for a note and a pitch."""
        if note is None:
            return dict(given)
        if "pitch" in given:
            raise InputError("note", note, TWO_PITCHES)
        return {**given, "pitch": self.note_hz(note)}

    def kick(
        self,
        seed: int,
        processing: Processing = PROCESSING,
        controls: Mapping[str, float] | None = None,
        *,
        attempt: int | None = None,
    ) -> Kick:
        """The kick of one seed.

        Args:
            seed: 0 to 2^63 - 1.
            processing: what is done to the network's sound.
            controls: what is wished of it, by the names that the model's card lists, such as `pitch` (Hz), `sweep`
                (octaves), `sweep_time` and `decay` (ms), and `click`, `brightness`, `drive`, `width` and `wild` (0 to
                1: quantiles of the training kicks). Any may be left out: it follows what real kicks have that have the
                rest. What cannot be had is told in the kick's `remarks`.
            attempt: which of the seed's kicks, from 0 on, whatever the gate says of it; None: the first, or with a
                gate the first that passes.

        Raises:
            InputError: the seed or a control is out of range, or the model has no such control; or none of the seed's
                kicks passes the gate.
            DamagedFileError: the model's graph does not work.
        """
        check_seeds(seed, 1)

        def make(number: int) -> Kick:
            return self._made(seed, number, processing, controls)

        if attempt is not None:
            return make(attempt)
        return self.passing(make, "seed", seed)

    def _made(self, seed: int, attempt: int, processing: Processing, controls: Mapping[str, float] | None) -> Kick:
        answer = self.voice.answer(randomness.attempt_seed(seed, attempt), controls, processing.apply)
        recipe = self.recipe(seed, attempt, processing, controls)
        return Kick(
            processing.apply(answer.sound),
            self.bundle.card.sample_rate,
            recipe.model_dump(exclude_none=True),
            remarks=self.voice.panel.remarks(answer.asked, answer.found),
        )

    def recipe(
        self,
        seed: int,
        attempt: int,
        processing: Processing,
        controls: Mapping[str, float] | None = None,
        derivation: Derivation | None = None,
    ) -> Recipe:
        """The recipe of a kick of this model; attempt 0 is the first."""
        card = self.bundle.card
        return Recipe(
            format=1,
            kickitout=own_version(),
            model=ModelIdentity(name=card.name, version=card.version, checksum=self.bundle.checksum),
            seed=seed,
            attempt=attempt or None,
            controls=plain(controls),
            derivation=derivation,
            processing=processing,
        )

    def check_stems(self) -> None:
        """Raise `InputError` where the model makes kicks in one piece."""
        if not self.bundle.card.says_sketches:
            raise InputError("model", self.name, "makes kicks in one piece; choose another model, or leave out {stems}")

    def check_length(self, length_ms: float | None) -> float | None:
        """A length in ms that files may be cut to, or None; raise `InputError` for one that this model cannot give."""
        longest = 1000.0 * self.bundle.card.n_samples / self.bundle.card.sample_rate
        if length_ms is not None and not SHORTEST_MS <= length_ms <= longest:
            facts = {"model": self.name, "shortest": SHORTEST_MS, "longest": longest}
            raise InputError("length_ms", length_ms, LENGTH_RANGE, **facts)
        return None if length_ms == longest else length_ms

    def stems(self, kick: Kick) -> dict[str, Kick]:
        """The parts of a kick that this model made from a seed: `body`, `click` and `air`, which sum to it.

        Each is as loud as it is in the kick; the recipe of each says which part of the kick it is.

        Raises:
            InputError: the model has no such parts, or did not make the kick from a seed.
        """
        self.check_stems()
        recipe = Recipe.model_validate(kick.recipe)
        if recipe.model.checksum != self.bundle.checksum or recipe.derivation is not None:
            raise InputError("kick", None, "only a kick that this model made from a seed has stems; give such a kick")
        number = randomness.attempt_seed(recipe.seed, recipe.attempt or 0)
        answer = self.voice.answer(number, recipe.controls, recipe.processing.apply)
        assert answer.said is not None
        finish = recipe.processing.finish(answer.sound)
        made = {}
        for place, (name, part) in enumerate(self.voice.stems(answer.said).items()):
            # The offset is taken off once, of the body.
            audio = finish.apply(part, without_offset=place > 0).astype(np.float32)
            made[name] = Kick(audio, kick.sample_rate, kick.recipe | {"stem": name})
        return made

    def passing(self, make: Callable[[int], Kick], what: str, value: int) -> Kick:
        """The first of several kicks that passes the gate and is new; where neither is asked, the first.

        Args:
            make: a kick by the number of the attempt, from 0 on.
            what, value: the thing that the kick is made of, for the message: ("seed", 5).

        Raises:
            InputError: none of ATTEMPTS kicks passes.
        """
        if not self.gate and self.known is None:
            return make(0)
        reason: str | None = None
        for attempt in range(ATTEMPTS):
            kick = make(attempt)
            reason = self.refusal(kick)
            if reason is None:
                return kick
        facts = {"attempts": ATTEMPTS, "model": self.name, "demand": self.demand, "reason": reason}
        raise InputError(what, value, NONE_PASSES + (WITHOUT_GATE if self.gate else WITHOUT_KNOWN), **facts)

    @property
    def demand(self) -> str:
        """What is asked of every kick, in words; nothing where there is neither a gate nor known kicks."""
        return " and ".join([PASSES] * self.gate + ["is new"] * (self.known is not None))

    def refusal(self, kick: Kick) -> str | None:
        """Why a kick will not do: what fails at the gate, if there is one, or the kick that it repeats; else None."""
        if self.gate:
            verdict = judge(kick.audio, kick.sample_rate)
            if not verdict.passes:
                return verdict.faults[0].words
        return None if self.known is None else self.known(kick)

    def kicks(
        self,
        seeds: Iterable[int],
        *,
        threads: int | None = None,
        processing: Processing = PROCESSING,
        controls: Wishes = None,
    ) -> Iterator[Kick]:
        """The kicks of many seeds, in their order, made by `threads` threads (None: one a processor); see `kick`.

        `controls` may also be a function that gives what is wished of a seed's kick.
        """
        threads = available_processors() if threads is None else threads
        return in_threads(lambda seed: self.kick(seed, processing, wished_of(controls, seed)), seeds, threads)

    def generate(
        self,
        n: int = 1,
        *,
        seed: int | None = None,
        threads: int | None = None,
        controls: Wishes = None,
    ) -> list[Kick]:
        """The kicks of the seeds seed, seed + 1, ... seed + n - 1; a fresh seed if None. `controls` as in `kick`.

        Raises:
            InputError: n, the seed, the number of threads or a control is out of range.
            DamagedFileError: the model's graph does not work.
        """
        seed = fresh_seed() if seed is None else seed
        check_seeds(seed, n)
        check_threads(threads)
        return list(self.kicks(range(seed, seed + n), threads=threads, controls=controls))

    def encode(self, kick: NDArray[np.float32]) -> NDArray[np.float32]:
        """The latent, (latent_size,), whose kick is most like a given one.

        Args:
            kick: left and right at 44.1 kHz, (2, 22050), normalised as a library's kicks are: it begins at sample 44.

        Raises:
            InputError: the model has no encoder.
            ValueError: another shape, or samples that are not finite.
        """
        return self.voice.encode(take_apart(kick))

    def reconstruct(self, kick: NDArray[np.float32], seed: int = 0) -> NDArray[np.float32]:
        """A kick as `encode` takes it, encoded and made again: (2, 22050) with its own peak, polarity and sides.

        The noise in it is that of `seed`; nothing is done to the network's sound.

        Raises:
            InputError, ValueError: as `encode`, or a seed out of range.
        """
        check_seeds(seed, 1)
        return reconstruct(self.voice, kick, seed)


def check_threads(threads: int | None) -> None:
    """Raise `InputError` for a number of threads that makes no sense."""
    if threads is not None and not 1 <= threads <= 1024:
        raise InputError("threads", threads, "out of range; give 1 to 1024, or leave it out")


def load(model: str | Path | None = None, *, gate: bool = True, known: Refusal | None = None) -> Instrument:
    """Load a model: a name that `kick models` lists, or the folder or zip of a bundle; None is the default model.

    With `gate`, kicks that do not pass the quality gate are drawn again; with `known` (`KnownKicks.refuse`), those that
    are the same sound as a kick that is there already.

    Raises:
        InputError: there is no such model.
        DamagedFileError: a file of it is missing or altered.
        VersionError: it was written by a newer Kick It Out.
    """
    return Instrument(Bundle.open(find_model(model)), gate=gate, known=known)


def load_for_recipe(path: Path, recipe: Recipe, model: str | Path | None = None) -> Instrument:
    """The instrument that made the kick at `path`: `model`, or the shipped one of the recipe's name. It has no gate:
    a recipe says which attempt it was.

    Raises:
        InputError: it is not at hand, or is another one (its checksum differs).
        DamagedFileError, VersionError: it cannot be used.
    """
    made_by = f"{recipe.model.name} {recipe.model.version} ({recipe.model.checksum[:12]})"
    shipped = models_at_hand()
    if model is None and recipe.model.name not in shipped:
        remedy = "made by {made_by}, which is not installed; give its bundle as {model}"
        raise InputError("file", path, remedy, made_by=made_by)
    instrument = load(recipe.model.name if model is None else model, gate=False)
    card, checksum = instrument.bundle.card, instrument.bundle.checksum
    if checksum != recipe.model.checksum:
        remedy = "made by {made_by}, not by {other}; give the bundle that made it as {model}"
        other = f"{card.name} {card.version} ({checksum[:12]})"
        raise InputError("file", path, remedy, made_by=made_by, other=other)
    return instrument
