"""The page's requests carried out: kicks made, varied, morphed, matched, taken in and packed. No web in here.

What makes more than one kick gives tasks, one a kick, so that whoever has threads can share them out. The same seed and
controls give the same file as the command line: the sound that plays is the one that is saved.
"""

import shutil
import tempfile
import weakref
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from kickitout.errors import InputError, KickItOutError
from kickitout.instrument import ancestry, matching, morphing, originals, varying
from kickitout.instrument.finishing import PROCESSING
from kickitout.instrument.instrument import Instrument
from kickitout.instrument.names import derived_base, morph_base, plain_name, seeded, stem_for
from kickitout.instrument.request import Request, seeds_from
from kickitout.library.prepare import read_taken
from kickitout.library.store import content_hash
from kickitout.web import packing, recipes
from kickitout.web.belongings import kept, make_place
from kickitout.web.reader import Reader
from kickitout.web.session import Session
from kickitout.web.store import Held, Store

SEEDS_OR_N = "give either {seeds} or {n}, not both"
NOT_FOUR = "a morph has four corners; give four kicks"
PLACE_RANGE = "out of range; give 0 to 1"
TOO_MANY = "out of range; 1 to {most} kicks can be made at once"
TOO_OLD = "derived from other kicks too many times; save them and drop the files in to go on from there"

TOGETHER = "hold more than {most:,} kicks that they were made from; ask for fewer at once"

MOST_AT_ONCE = 64
"""Kicks of one request."""


Task = Callable[[], Held]

Search = Callable[[], Held | None]


@dataclass(frozen=True)
class Nearest:
    """The model's kick that is nearest to another: see `kickitout.instrument.matching.Matched`."""

    held: Held
    distance: float
    usual: tuple[float, float]


class Studio:
    """An instrument, and the kicks that were made with it. Any number of threads may call at once.

    Args:
        instrument: the model.
        store: where the kicks are kept; None: one of the usual size.
        reader: reads files; None: one of its own.
    """

    def __init__(self, instrument: Instrument, store: Store | None = None, reader: Reader | None = None) -> None:
        self.instrument = instrument
        self.reader = Reader() if reader is None else reader
        self.session = Session(instrument, Store() if store is None else store)
        self.folder = make_place()
        # Also when another model is played and nobody asks this one any more.
        self._clear = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def close(self) -> None:
        """Remove the folder of what was taken in, and end who read it."""
        self.reader.close()
        self._clear()

    def warm_up(self) -> None:
        """Load what the first kicks need: graphs, tables, libraries."""
        try:
            self._make(Request(seeds=[0]), 0)
        except KickItOutError:
            return  # the first request for a kick reports it

    def kick(self, name: str) -> Held:
        """The kick of an id. Raises `UnknownKickError`."""
        return self.session.kick(name)

    def wav(self, name: str) -> bytes:
        """The file of a kick; made again where it is not kept any more. Raises `UnknownKickError`."""
        return self.session.wav(name)

    def make(
        self,
        *,
        seeds: Sequence[int] | None = None,
        n: int | None = None,
        controls: Mapping[str, float] | None = None,
        note: str | None = None,
        style: str | None = None,
        length_ms: float | None = None,
        bpm: float | None = None,
        beats: str | float | None = None,
        level: str | None = None,
        as_drawn: bool = False,
    ) -> list[Task]:
        """The kicks of the given seeds, or n of random ones: as `kick generate`.

        Raises:
            InputError: a value is out of range, or the model has no such control or style.
        """
        if (seeds is None) == (n is None):
            raise InputError("seeds", None, SEEDS_OR_N)
        _check_count(len(seeds or ()) if n is None else n, "n" if seeds is None else "seeds")
        panel = self.instrument.voice.panel
        request = Request(
            seeds=seeds_from(n=n or 1) if seeds is None else seeds,
            note=note,
            style=style,
            controls=panel.ordered(controls or {}),
            length_ms=length_ms,
            bpm=bpm,
            beats=beats,
            level=level,
            as_drawn=as_drawn,
        )
        request.check(panel)
        return [partial(self._make, request, seed) for seed in request.seeds]

    def _make(self, request: Request, seed: int) -> Held:
        kick = self.instrument.maker(request)(seed)
        return self.session.hold(kick, "generate", seeded(self.instrument.name, seed), gated=not request.as_drawn)

    def vary(
        self,
        name: str,
        *,
        n: int,
        amount: float = varying.AMOUNT,
        keep: Collection[str] = (),
        seed: int | None = None,
        controls: Mapping[str, float] | None = None,
        note: str | None = None,
        style: str | None = None,
        length_ms: float | None = None,
        bpm: float | None = None,
        beats: str | float | None = None,
        level: str | None = None,
    ) -> list[Task]:
        """Variations of a kick: as `kick vary`.

        Controls, note and style are added to those of the kick, a length and a level take the place of its own; with an
        amount of 0 the variations are the kick itself, moved to these.

        Raises:
            UnknownKickError: there is no such kick.
            InputError: a value is out of range, or there is no such control.
        """
        held = self.kick(name)
        _check_count(n, "n")
        panel = self.instrument.voice.panel
        request = Request(
            seeds=seeds_from(seed, n),
            note=note,
            style=style,
            controls=panel.ordered(controls or {}),
            length_ms=length_ms,
            bpm=bpm,
            beats=beats,
            level=level,
        )
        originals.check_sketches(self.instrument)
        varying.check_variation(self.instrument, amount, keep)
        _check_ancestors([held])
        request.check(panel)
        return [partial(self._vary, held, one, amount, tuple(keep), request) for one in request.seeds]

    def _vary(self, held: Held, seed: int, amount: float, keep: Collection[str], wishes: Request) -> Held:
        original = self.session.original(held).at(wishes.level)
        original = original.lasting(self.instrument.bundle.card, wishes.length_ms, wishes.bpm, wishes.beats)
        (kick,) = varying.vary(self.instrument, original, 1, seed=seed, amount=amount, keep=keep, wishes=wishes)
        base = derived_base(held.stem, "vary", seed)
        return self.session.hold(kick, "vary", base, held.samples)

    def morph(self, corners: Sequence[str], x: float, y: float, level: str | None = None) -> Held:
        """The kick at a place on a square between four: the first at (0, 0), the second at (1, 0), the third at (0, 1).

        Raises:
            UnknownKickError: there is no such kick.
            InputError: other than four corners, a place that is not on the square, or a level that is none.
        """
        if len(corners) != 4:
            raise InputError("corners", len(corners), NOT_FOUR)
        for axis, place in (("x", x), ("y", y)):
            if not 0.0 <= place <= 1.0:
                raise InputError(axis, place, PLACE_RANGE)
        PROCESSING.at(level)
        held = [self.kick(name) for name in corners]
        if x in (0.0, 1.0) and y in (0.0, 1.0):
            return held[int(x) + 2 * int(y)]
        originals.check_sketches(self.instrument)
        _check_ancestors(held)
        a, b, c, d = (self.session.original(one).at(level) for one in held)
        upper = morphing.blend(self.instrument, a, b, x)
        whole = morphing.blend(self.instrument, upper, morphing.blend(self.instrument, c, d, x), y)
        samples = {name: one for corner in held for name, one in corner.samples.items()}
        return self.session.hold(
            originals.kick_of(self.instrument, whole), "morph", morph_base(self.instrument.name), samples
        )

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
                samples, _ = read_taken(path)
        else:
            content, file = held.taken
            samples = held.samples[content]
        found = matching.match_samples(self.instrument, samples, file)
        made = self.session.hold(found.kick, "match", derived_base(stem_for(file), "match", 0))
        return Nearest(made, found.distance, found.usual)

    def take_in(self, name: str, data: bytes) -> Held:
        """A file that somebody gave, as `kick vary --amount 0` gives it; one of our own is the very kick that it was.

        Args:
            name: what it was called; nothing but letters for messages and file names: no file has it.
            data: its bytes.

        Raises:
            InputError: it is no single sound, or the model cannot take one in.
            AudioFileError: it is no audio.
        """
        name = plain_name(name)
        with self._file(data, name) as path:
            own = self._own(path)
            if own is not None:
                return own
            samples, notes = self.reader.taken(path)
        original = originals.take_in(self.instrument, samples, name, notes)
        (kick,) = varying.vary(self.instrument, original, 1, seed=0, amount=0.0)
        content = content_hash(samples)
        samples = self.session.store.samples().get(content, samples)
        base = derived_base(stem_for(name), "vary", 0)
        return self.session.hold(kick, "file", base, {content: samples}, (content, name))

    def _own(self, path: Path) -> Held | None:
        """The kick that this model made and wrote to a file; None of any other file.

        A kick that was made from so many that nothing more can be made of it is taken in: so it goes on.
        """
        recipe = self.reader.recipe(path)
        if recipe is None or not originals.is_own(self.instrument, recipe) or ancestry.is_too_old(recipe):
            return None
        return self.session.from_recipe(recipe, {}, partial(self.reader.sound, path))

    def replay(self, recipes: Sequence[object]) -> list[Search]:
        """Kicks made again from recipes that a page hands back; None where one cannot be: it is another model's or
        damaged, or it needs a file that no kick of this session was made from.

        Raises:
            InputError: none, or too many, or they were made from too many others.
        """
        _check_count(len(recipes), "recipes")
        if ancestry.kicks_in(recipes, ancestry.MOST_TOGETHER) is None:
            raise InputError("recipes", None, TOGETHER, most=ancestry.MOST_TOGETHER)
        return [partial(self._replayed, one) for one in recipes]

    def _replayed(self, data: object) -> Held | None:
        recipe = recipes.recipe_of(data)
        return None if recipe is None else self.session.from_recipe(recipe, self.session.store.samples())

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
        """Bytes as a file of ours for as long as it is read. Errors call it by the name `shown`."""
        with kept(self.folder, data) as path:
            try:
                yield path
            except InputError as error:
                if error.value == path:
                    error.value = Path(shown)
                raise


def _check_count(n: int, name: str) -> None:
    if not 1 <= n <= MOST_AT_ONCE:
        raise InputError(name, n, TOO_MANY, most=MOST_AT_ONCE)


def _check_ancestors(kicks: Sequence[Held]) -> None:
    """Raise `InputError` where a kick made from these would drag too many recipes along."""
    if ancestry.is_too_old(*(one.recipe for one in kicks)):
        raise InputError("kicks", None, TOO_OLD)


def sent(held: Held) -> dict[str, Any]:
    """A kick as the page receives it: its facts, and the recipe that the page can hand back."""
    return {**held.facts, "recipe": held.recipe.for_javascript()}
