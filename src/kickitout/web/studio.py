"""What the page asks for, done: kicks made, varied, morphed, matched, taken in and packed. No web in here.

What makes more than one kick gives tasks, one a kick, so that whoever has threads can share them out. The same seed and
controls give the same file as the command line: what is heard is what is saved.
"""

import hashlib
import shutil
import tempfile
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from kickitout import derived, exports, styles
from kickitout.derived import Original, Samples
from kickitout.errors import InputError, KickItOutError
from kickitout.finishing import PROCESSING, Processing
from kickitout.instrument import Instrument, check_seeds, fresh_seed, wished_of
from kickitout.kick import Kick
from kickitout.library.prepare import read_kick
from kickitout.library.store import content_hash
from kickitout.recipes import Beginning, Encoding, Recipe
from kickitout.web import packing
from kickitout.web.facts import facts_of
from kickitout.web.names import plain_name
from kickitout.web.store import Held, Store

MOST_AT_ONCE = 64
"""Kicks of one request."""

MOST_ORIGINALS = 64
"""Kicks that are kept ready to be varied and morphed: half a megabyte each."""

LEAST_AMOUNT = 1e-6
"""How far a kick goes that is only moved to what is asked of it: nowhere, but a variation by nothing asks nothing."""

MOST_ANCESTORS = 128
"""Kicks that a kick is made from, all told: its recipe holds theirs, and grows with them."""

MOST_GENERATIONS = 24

ID_DIGITS = 16

GATED = frozenset({"generate", "vary"})
"""What is drawn again until it passes the gate."""

LONGEST_STEM = 60
"""Characters of a file's name that go into those of its variations."""

Task = Callable[[], Held]


class UnknownKickError(KickItOutError):
    """There is no kick of that id, or not any more."""


@dataclass(frozen=True)
class Nearest:
    """The model's kick that is nearest to another: see `kickitout.derived.Matched`."""

    held: Held
    distance: float
    usual: tuple[float, float]


class Studio:
    """An instrument, and the kicks that were made with it. Any number of threads may call at once.

    Args:
        instrument: the model.
        store: where the kicks are kept; None: one of the usual size.
    """

    def __init__(self, instrument: Instrument, store: Store | None = None) -> None:
        self.instrument = instrument
        self.store = Store() if store is None else store
        self.folder = Path(tempfile.mkdtemp(prefix="kick-ui-"))
        # Also when another model is played and nobody asks this one any more.
        self._clear = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self._originals: OrderedDict[str, Original] = OrderedDict()
        self._lock = threading.Lock()

    def close(self) -> None:
        """Remove the folder of what was taken in."""
        self._clear()

    def warm_up(self) -> None:
        """Load what the first kicks need: graphs, tables, libraries."""
        try:
            self._make(0, {}, PROCESSING)
        except KickItOutError:
            return  # whoever asks for a kick is told

    # Kicks that are there

    def kick(self, name: str) -> Held:
        """The kick of an id. Raises `UnknownKickError`."""
        held = self.store.get(name)
        if held is None:
            raise UnknownKickError(
                f"there is no kick {name[:ID_DIGITS]!r}, or not any more; make it again from its seed"
            )
        return held

    def wav(self, name: str) -> bytes:
        """The file of a kick; made again where it is not kept any more. Raises `UnknownKickError`."""
        held = self.kick(name)
        data = self.store.sound(name)
        if data is None:
            data = self._made_again(held).encode(**Encoding().model_dump())
            assert _id_of(data) == name, "a kick that was made again is another"
            self.store.keep_sound(name, data)
        return data

    def _made_again(self, held: Held) -> Kick:
        if held.recipe.derivation is None:
            return derived.replay(self.instrument, held.recipe)
        return derived.finished(self.instrument, derived.original_of(self.instrument, held.recipe, held.samples))

    def original(self, held: Held) -> Original:
        """A kick as one that others are made from."""
        if held.taken is None:
            derived.check_sketches(self.instrument)
            beginning = Beginning(recipe=held.recipe.model_copy(update={"file": None}))
        else:
            content, name = held.taken
            beginning = Beginning(file=name, content=content)
        found = self._recall(beginning)
        if found is None:
            if held.taken is None:
                found = derived.original_of(self.instrument, held.recipe, held.samples, held.stem, self._recall)
            else:
                found = derived.take_in(self.instrument, held.samples[content], name)
            with self._lock:
                self._originals[beginning.model_dump_json()] = found
                while len(self._originals) > MOST_ORIGINALS:
                    self._originals.popitem(last=False)
        return found

    def _recall(self, beginning: Beginning) -> Original | None:
        """A kick that others were made from of late, or None."""
        key = beginning.model_dump_json()
        with self._lock:
            if key in self._originals:
                self._originals.move_to_end(key)
            return self._originals.get(key)

    # New ones

    def make(
        self,
        *,
        seeds: Sequence[int] | None = None,
        n: int | None = None,
        controls: Mapping[str, float] | None = None,
        note: str | None = None,
        style: str | None = None,
        length_ms: float | None = None,
    ) -> list[Task]:
        """The kicks of seeds, or n of fresh ones: as `kick generate`.

        Raises:
            InputError: a value is out of range, or the model has no such control or style.
        """
        if (seeds is None) == (n is None):
            raise InputError("seeds or n: give one of both")
        _check_count(len(seeds or ()) if n is None else n, "n" if seeds is None else "seeds")
        if seeds is None:
            first = fresh_seed()
            seeds = range(first, first + (n or 1))
        for seed in seeds:
            check_seeds(seed, 1)
        given = self._given(controls or {}, note)
        offered = self.instrument.bundle.card.controls
        processing = PROCESSING.model_copy(update={"length_ms": self.instrument.check_length(length_ms)})

        def wishes(seed: int) -> dict[str, float]:
            return (styles.wishes(style, seed, offered) if style is not None else {}) | given

        self.instrument.voice.asked(wished_of(wishes, seeds[0]) or {})
        return [partial(self._make, seed, wishes(seed), processing) for seed in seeds]

    def _given(self, controls: Mapping[str, float], note: str | None) -> dict[str, float]:
        """What is asked, in the order in which the command line has it: recipes keep the order."""
        known = self.instrument.voice.control_names
        for name in controls:
            if name not in known:
                self.instrument.voice.asked({name: 0.0})  # says what is wrong with it
        return self.instrument.with_note({name: float(controls[name]) for name in known if name in controls}, note)

    def _make(self, seed: int, controls: Mapping[str, float], processing: Processing) -> Held:
        kick = self.instrument.kick(seed, processing, controls)
        return self._hold(kick, "generate", exports.file_name(self.instrument.name, seed, Encoding()))

    def vary(
        self,
        name: str,
        *,
        n: int,
        amount: float = derived.AMOUNT,
        keep: Collection[str] = (),
        seed: int | None = None,
        controls: Mapping[str, float] | None = None,
        note: str | None = None,
    ) -> list[Task]:
        """Variations of a kick: as `kick vary`.

        What controls and note ask is asked of them beside what was asked of the kick; with an amount of 0 they are the
        kick itself, moved to that.

        Raises:
            UnknownKickError: there is no such kick.
            InputError: a value is out of range, or there is no such control.
        """
        held = self.kick(name)
        _check_count(n, "n")
        first = fresh_seed() if seed is None else seed
        check_seeds(first, n)
        derived.check_sketches(self.instrument)
        derived.check_variation(self.instrument, amount, keep)
        _check_ancestors([held])
        given = self._given(controls or {}, note)
        self.instrument.voice.asked(given)
        if given:
            amount = max(amount, LEAST_AMOUNT)
        return [partial(self._vary, held, one, amount, tuple(keep), given) for one in range(first, first + n)]

    def _vary(self, held: Held, seed: int, amount: float, keep: Collection[str], given: Mapping[str, float]) -> Held:
        original = self.original(held)
        original = replace(original, asked={**original.asked, **given})
        (kick,) = derived.vary(self.instrument, original, 1, seed=seed, amount=amount, keep=keep)
        return self._hold(kick, "vary", f"{held.stem[:LONGEST_STEM]}_vary_{seed}.wav", held.samples)

    def morph(self, corners: Sequence[str], x: float, y: float) -> Held:
        """The kick at a place on a square between four: the first at (0, 0), the second at (1, 0), the third at (0, 1).

        Raises:
            UnknownKickError: there is no such kick.
            InputError: other than four corners, or a place that is not on the square.
        """
        if len(corners) != 4:
            raise InputError(f"corners: {len(corners)} kicks; give four")
        for axis, place in (("x", x), ("y", y)):
            if not 0.0 <= place <= 1.0:
                raise InputError(f"{axis} {place:g} is out of range; give 0 to 1")
        held = [self.kick(name) for name in corners]
        if x in (0.0, 1.0) and y in (0.0, 1.0):
            return held[int(x) + 2 * int(y)]
        derived.check_sketches(self.instrument)
        _check_ancestors(held)
        a, b, c, d = (self.original(one) for one in held)
        upper = derived.blend(self.instrument, a, b, x)
        whole = derived.blend(self.instrument, upper, derived.blend(self.instrument, c, d, x), y)
        samples = {name: one for corner in held for name, one in corner.samples.items()}
        return self._hold(derived.finished(self.instrument, whole), "morph", None, samples)

    def match(self, name: str) -> Nearest:
        """The model's kick that is nearest to one: as `kick match`.

        Raises:
            UnknownKickError: there is no such kick.
            InputError: the model cannot take it in.
        """
        held = self.kick(name)
        if held.taken is None:
            file = held.file
            with self._file(self.wav(name), file) as path:
                samples = read_kick(path)
        else:
            content, file = held.taken
            samples = held.samples[content]
        found = derived.match_samples(self.instrument, samples, file)
        made = self._hold(found.kick, "match", f"{held.stem[:LONGEST_STEM]}_match.wav")
        return Nearest(made, found.distance, found.usual)

    def take_in(self, name: str, data: bytes) -> Held:
        """A file that somebody gave, as `kick vary --amount 0` gives it.

        Args:
            name: what it was called; nothing but letters for messages and file names: no file has it.
            data: its bytes.

        Raises:
            InputError: it is no kick, or the model cannot take one in.
            AudioFileError: it is no audio.
        """
        name = plain_name(name)
        with self._file(data, name) as path:
            samples = read_kick(path)
        original = derived.take_in(self.instrument, samples, name)
        (kick,) = derived.vary(self.instrument, original, 1, seed=0, amount=0.0)
        content = content_hash(samples)
        return self._hold(kick, "file", f"{Path(name).stem}_vary_0.wav", {content: samples}, (content, name))

    def pack(self, name: str, ids: Sequence[str]) -> bytes:
        """The zip of a pack of kicks that are there: see `kickitout.web.packing`.

        Raises:
            UnknownKickError: there is no such kick.
            InputError: a name that no pack can have, or too many kicks or none.
        """
        ids = list(dict.fromkeys(ids))
        packing.check_pack(name, len(ids))
        kicks = [(self.kick(one), self.wav(one)) for one in ids]
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            return packing.pack(self.instrument, name, kicks, Path(folder))

    @contextmanager
    def _file(self, data: bytes, shown: str) -> Iterator[Path]:
        """Bytes as a file of ours for as long as it is read. What is wrong with it is told under the name `shown`."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            path = Path(folder) / "sound"
            path.write_bytes(data)
            try:
                yield path
            except InputError as error:
                raise InputError(str(error).replace(str(path), shown)) from error

    # What becomes of a kick

    def _hold(
        self,
        kick: Kick,
        verb: str,
        file: str | None,
        samples: Mapping[str, Samples] | None = None,
        taken: tuple[str, str] | None = None,
    ) -> Held:
        """Keep a kick. `file` is what its file is called; None: by what it is."""
        data = kick.encode(**Encoding().model_dump())
        name = _id_of(data)
        recipe = Recipe.model_validate(kick.recipe)
        file = f"{self.instrument.name}_{verb}_{name[:8]}.wav" if file is None else file
        card = self.instrument.bundle.card
        passed = self.instrument.gate and verb in GATED
        facts = facts_of(card, kick, recipe, name=name, file=file, verb=verb, passed=passed)
        return self.store.add(Held(name, recipe, samples or {}, facts, taken), data)


def _id_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:ID_DIGITS]


def _check_count(n: int, name: str) -> None:
    if not 1 <= n <= MOST_AT_ONCE:
        raise InputError(f"{name}: {n} kicks at once; ask for 1 to {MOST_AT_ONCE}")


def _check_ancestors(kicks: Sequence[Held]) -> None:
    """Raise `InputError` where a kick made from these would drag too many recipes along."""
    sizes = [_ancestors(one.recipe) for one in kicks]
    if sum(count for count, _ in sizes) > MOST_ANCESTORS or max(depth for _, depth in sizes) > MOST_GENERATIONS:
        raise InputError(
            "these kicks were made from kicks too many times over; save them and drop the files in to go on from there"
        )


def _ancestors(recipe: Recipe) -> tuple[int, int]:
    """How many recipes a recipe holds, itself among them, and how deep they lie."""
    of = () if recipe.derivation is None else recipe.derivation.of
    found = [_ancestors(one.recipe) for one in of if one.recipe is not None]
    return 1 + sum(count for count, _ in found), 1 + max((depth for _, depth in found), default=0)


def sent(held: Held) -> dict[str, Any]:
    """A kick as the page is told of it."""
    return dict(held.facts)
