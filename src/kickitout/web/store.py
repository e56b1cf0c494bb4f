"""The kicks of a session: what each is and how it is made again, and the sounds of the latest.

Both are bounded. A kick whose sound is gone is made again from its recipe, to the same bytes; one that is forgotten is
gone, which takes thousands of others since its last use.
"""

import hashlib
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kickitout.instrument.names import stem_for
from kickitout.instrument.originals import Samples
from kickitout.instrument.recipes import Recipe

MOST_KICKS = 4096
MOST_SOUNDS = 512
"""132 kB each."""


@dataclass(frozen=True, eq=False)
class Held:
    """A kick of the session.

    Attributes:
        id: the first 16 hexadecimal digits of the SHA-256 of its file.
        recipe: by which it is made again.
        samples: the kicks that were taken in to make it, by their content hash.
        facts: for the page (`kickitout.web.facts`).
        base: what the name of its file begins with, and those of files that are made from it.
        taken: of a file that was taken in, the content hash and its name; else None.
    """

    id: str
    recipe: Recipe
    samples: Mapping[str, Samples]
    facts: Mapping[str, Any]
    base: str
    taken: tuple[str, str] | None = None

    @property
    def file(self) -> str:
        """What its file is called."""
        return str(self.facts["file"])

    @property
    def stem(self) -> str:
        """What the names of files that are made from it begin with."""
        return self.base if self.taken is None else stem_for(self.taken[1])

    @property
    def sources(self) -> set[str]:
        """The names of the files whose sound is in it."""
        return set(_files(self.recipe)) if self.samples else set()


def _files(recipe: Recipe) -> Iterator[str]:
    derivation = recipe.derivation
    for one in () if derivation is None or derivation.verb == "match" else derivation.of:
        if one.file is not None:
            yield one.file
        if one.recipe is not None:
            yield from _files(one.recipe)


def _key(recipe: Recipe) -> bytes:
    return hashlib.sha256(recipe.model_dump_json().encode()).digest()


class Store:
    """The kicks by id; the longest unused go first. Any number of threads may call at once."""

    def __init__(self, most_kicks: int = MOST_KICKS, most_sounds: int = MOST_SOUNDS) -> None:
        self._most_kicks, self._most_sounds = most_kicks, most_sounds
        self._kicks: OrderedDict[str, Held] = OrderedDict()
        self._ids: dict[bytes, str] = {}  # by recipe
        self._sounds: OrderedDict[str, bytes] = OrderedDict()
        # What was taken in, by content hash, for as long as a kick of the session holds it.
        self._samples: weakref.WeakValueDictionary[str, Samples] = weakref.WeakValueDictionary()
        self._lock = threading.Lock()

    def add(self, held: Held, sound: bytes) -> Held:
        """Keep a kick; the one that is there already if it is the same."""
        with self._lock:
            held = self._kicks.setdefault(held.id, held)
            self._kicks.move_to_end(held.id)
            self._samples.update(held.samples)
            self._ids[_key(held.recipe)] = held.id
            while len(self._kicks) > self._most_kicks:
                name, gone = self._kicks.popitem(last=False)
                self._ids.pop(_key(gone.recipe), None)
                self._sounds.pop(name, None)
            self._keep(held.id, sound)
            return held

    def _keep(self, name: str, sound: bytes) -> None:
        self._sounds[name] = sound
        self._sounds.move_to_end(name)
        while len(self._sounds) > self._most_sounds:
            self._sounds.popitem(last=False)

    def get(self, name: str) -> Held | None:
        """The kick of an id, or None where there is none."""
        with self._lock:
            if name in self._kicks:
                self._kicks.move_to_end(name)
            return self._kicks.get(name)

    def of(self, recipe: Recipe) -> Held | None:
        """The kick of a recipe, without how a file of it was written, or None where there is none."""
        with self._lock:
            name = self._ids.get(_key(recipe))
        return None if name is None else self.get(name)

    def samples(self) -> dict[str, Samples]:
        """All that was taken in to make the kicks that are there, by content hash."""
        with self._lock:
            return dict(self._samples)

    def sound(self, name: str) -> bytes | None:
        """The file of a kick, or None where it is to be made again."""
        with self._lock:
            if name in self._sounds:
                self._sounds.move_to_end(name)
            return self._sounds.get(name)

    def keep_sound(self, name: str, sound: bytes) -> None:
        """Keep the file of a kick that was made again."""
        with self._lock:
            if name in self._kicks:
                self._keep(name, sound)
