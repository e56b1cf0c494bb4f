"""Kicks that others are made from: opened, taken in, or made again by their recipes."""

import base64
import binascii
import threading
from collections import OrderedDict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.instrument import ancestry, names, variations
from kickitout.instrument.finished import finished
from kickitout.instrument.finishing import Processing
from kickitout.instrument.instrument import Instrument
from kickitout.instrument.lengths import lasting
from kickitout.instrument.names import plain_name
from kickitout.instrument.recipes import Recipe, Source
from kickitout.instrument.variations import Origin
from kickitout.library.normalise import as_float, at_heads_scale, head_of
from kickitout.library.prepare import read_taken
from kickitout.library.store import content_hash
from kickitout.model.card import Card
from kickitout.sound.audio import Note
from kickitout.sound.kick import KICK_SAMPLES, Kick
from kickitout.system import randomness

Samples = NDArray[np.int16]


MOST_ORIGINALS = 64
"""Kicks that are kept ready to be varied and morphed."""

NO_SKETCHES = "it has no encoder, so it cannot vary kicks; choose another model"
FILE_NEEDED = "this kick was made from that file; give it to make the kick again"
LATENT_DAMAGED = "its latent is damaged, not {size} finite numbers; give another file"

FAITHFUL = Processing(dc_free=False, silence_db=None, side_db=None)
"""Post-processing of a kick that was taken in, and of its variations: a level and a final fade only."""


@dataclass(frozen=True, eq=False)
class Original:
    """A kick that others are made from, and how its recipe names it.

    Attributes:
        source: how recipes name it.
        origin: for `kickitout.instrument.variations`.
        controls: those of its recipe, in the units of the model's card: its variations keep them.
        processing: its post-processing, and that of what is made from it.
        name: for messages and file names.
        remarks: sentences on its file, which what is made from it repeats.
    """

    source: Source
    origin: Origin
    controls: Mapping[str, float]
    processing: Processing
    name: str
    remarks: tuple[str, ...] = ()

    @property
    def stem(self) -> str:
        """What the names of files that are made from it begin with: of one of ours, without its note and its mark."""
        recipe = self.source.recipe
        return names.short_stem(self.name if recipe is None else names.base_of(self.name, recipe.mark))

    def lasting(
        self, card: Card, length_ms: float | None = None, bpm: float | None = None, beats: str | float | None = None
    ) -> "Original":
        """The same, and what is made from it, with a length: see `lengths.lasting`. Raises `InputError`.

        One that was taken in sounds on as far as its file does, and is silent behind that.
        """
        own_ms = 1000.0 * self.origin.own_samples / card.sample_rate
        return replace(self, processing=lasting(self.processing, card, length_ms, bpm, beats, own_ms))

    def at(self, level: str | None) -> "Original":
        """The same, and what is made from it, at a level: see `Processing.at`. Raises `InputError`."""
        return replace(self, processing=self.processing.at(level))


def open_original(instrument: Instrument, source: str | Path | Kick) -> Original:
    """A kick to begin with: one that this model made, by its recipe; any other is taken in, and so is one that was
    made from so many that nothing more can be made of it: so it goes on.

    Args:
        instrument: the model.
        source: a kick that the model made, or any file that `kick prepare` takes as a kick.

    Raises:
        InputError: the file is no kick, or the model cannot take in a kick.
        AudioFileError: it is no audio.
    """
    if isinstance(source, Kick):
        recipe = Recipe.model_validate(source.recipe) if source.recipe else None
        name = "kick"
    else:
        recipe, name = Recipe.find(Path(source)), Path(source).stem
    check_sketches(instrument)
    if recipe is not None and is_own(instrument, recipe) and not ancestry.is_too_old(recipe):
        return original_of(instrument, recipe, name=name)
    if isinstance(source, Kick):
        raise InputError("source", None, "this kick was not made by this model; save it and give its file")
    samples, notes = read_taken(Path(source))
    return take_in(instrument, samples, plain_name(Path(source).name), notes)


def check_sketches(instrument: Instrument) -> None:
    """Raise `InputError` where the model cannot vary kicks."""
    if not instrument.bundle.card.outputs_sketch:
        raise InputError("model", instrument.name, NO_SKETCHES)


def is_own(instrument: Instrument, recipe: Recipe, given: Container[str] = ()) -> bool:
    """Whether a recipe is that of a whole kick of this very model, and needs no file that is not given.

    Args:
        instrument: the model.
        recipe: any.
        given: kicks that were taken in, by their `content_hash`.
    """
    if recipe.stem is not None or recipe.model.checksum != instrument.bundle.checksum:
        return False
    derivation = recipe.derivation
    if derivation is None or derivation.verb == "match":
        return True
    return all(
        one.content in given if one.recipe is None else is_own(instrument, one.recipe, given) for one in derivation.of
    )


def remarks_on(file: str, notes: Iterable[Note]) -> tuple[str, ...]:
    """Sentences on a file that is not as it says."""
    return tuple(f"{note.kind}: {file}: {note.words}" for note in notes)


def take_in(instrument: Instrument, samples: Samples, file: str, notes: Iterable[Note] = ()) -> Original:
    """A kick that no recipe makes, int16 (2, n) as `read_taken` reads it; `file` is its name by `plain_name`.

    Raises:
        InputError: the model has no encoder.
    """
    source = Source(file=file, content=content_hash(samples))
    whole = at_heads_scale(samples) if samples.shape[1] > KICK_SAMPLES else None
    origin = variations.taken_in(instrument.voice, as_float(head_of(samples)), whole)
    return Original(source, origin, {}, FAITHFUL, Path(file).stem, remarks_on(file, notes))


def _bare(recipe: Recipe) -> Recipe:
    """A recipe without the encoding of its file, which does not matter to what is made from it."""
    return recipe.model_copy(update={"file": None})


def replay(instrument: Instrument, recipe: Recipe, files: Iterable[Path] = ()) -> Kick:
    """The kick of a recipe.

    Args:
        instrument: the model that made it.
        recipe: as it stands in the kick's file.
        files: kicks that were taken in when it was made, in any order.

    Raises:
        InputError: a kick that was taken in is not among the files.
    """
    if recipe.derivation is None:
        attempt, as_drawn = recipe.attempt or 0, bool(recipe.as_drawn)
        kick = instrument.kick(recipe.seed, recipe.processing, recipe.controls, attempt=attempt, as_drawn=as_drawn)
        return kick if recipe.stem is None else instrument.stems(kick)[recipe.stem]
    given = {content_hash(samples): samples for samples, _ in map(read_taken, files)}
    return kick_of(instrument, original_of(instrument, recipe, given))


def kick_of(instrument: Instrument, original: Original) -> Kick:
    """A kick that `original_of` made again, as it was when it was made first."""
    if original.source.recipe is None:
        raise ValueError(f"{original.name} was taken in: no recipe makes it")
    return render_kick(instrument, original.origin, original.source.recipe)


def original_kick(instrument: Instrument, original: Original) -> Kick:
    """What a kick to begin with is judged by: its finished 500 ms, without a recipe."""
    sound = original.processing.whole.apply(variations.head(instrument.voice, original.origin))
    return Kick(sound, instrument.bundle.card.sample_rate)


class Memory:
    """Kicks that were made again of late, by how recipes name them. Any number of threads may call at once.

    Args:
        most: how many are kept, half a megabyte each; the longest unused go first.
    """

    def __init__(self, most: int = MOST_ORIGINALS) -> None:
        self._most = most
        self._known: OrderedDict[str, Original] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, source: Source) -> Original | None:
        """A kick that is still known, or None."""
        key = source.model_dump_json()
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def keep(self, source: Source, original: Original) -> Original:
        """Remember a kick; the kick."""
        with self._lock:
            self._known[source.model_dump_json()] = original
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return original


def original_of(
    instrument: Instrument,
    recipe: Recipe,
    given: Mapping[str, Samples] = MappingProxyType({}),
    name: str = "kick",
    memory: Memory | None = None,
) -> Original:
    """A kick by its recipe, to the bit, as one to begin with. What it holds more than once is made once.

    Args:
        instrument: the model that made it.
        recipe: of a whole kick.
        given: kicks that were taken in when it was made, by their `content_hash`.
        name: for messages and file names.
        memory: kicks that were made already, so that they need not be made again; None: none yet.

    Raises:
        InputError: a kick that was taken in is not among the given.
    """
    memory = Memory() if memory is None else memory
    voice, finish = instrument.voice, recipe.processing.unlevelled
    controls = dict(recipe.controls or {})
    attempt = recipe.attempt or 0
    derivation, number = recipe.derivation, randomness.attempt_seed(recipe.seed, attempt)
    if derivation is None:
        targets = voice.panel.targets(controls)
        origin = Origin.of(voice.sketched(number, targets, finish, width=voice.width(attempt)))
    elif derivation.verb == "match":
        latent = _unpack_latent(derivation.latent or "", instrument.bundle.card.latent_size)
        noise = voice.noise(recipe.seed)
        origin = Origin(latent, voice.sketch_of(latent, noise), noise)
    else:
        ends = [
            memory.get(one) or memory.keep(one, _open_source(instrument, one, given, memory)) for one in derivation.of
        ]
        amount = derivation.amount or 0.0
        if derivation.verb == "morph":
            origin = variations.between(voice, ends[0].origin, ends[1].origin, amount)
        else:
            keep, wanted = derivation.keep or (), voice.panel.targets(controls)
            origin, _, _ = variations.varied(voice, ends[0].origin, number, amount, keep, wanted, finish)
    return Original(Source(recipe=_bare(recipe)), origin, controls, recipe.processing, name)


def _open_source(instrument: Instrument, source: Source, given: Mapping[str, Samples], memory: Memory) -> Original:
    if source.recipe is not None:
        return original_of(instrument, source.recipe, given, memory=memory)
    if source.content is None or source.content not in given:
        raise InputError("originals", Path(source.file) if source.file else None, FILE_NEEDED)
    return take_in(instrument, given[source.content], source.file or "")


def pack_latent(latent: NDArray[np.float32]) -> str:
    """A latent, (latent_size,), as text in a recipe: float32, little endian, base64."""
    return base64.b64encode(latent.astype("<f4").tobytes()).decode("ascii")


def _unpack_latent(text: str, size: int) -> NDArray[np.float32]:
    try:
        latent = np.frombuffer(base64.b64decode(text, validate=True), dtype="<f4")
    except (binascii.Error, ValueError) as error:
        raise InputError("recipe", None, LATENT_DAMAGED, size=size) from error
    if latent.shape != (size,) or not np.isfinite(latent).all():
        raise InputError("recipe", None, LATENT_DAMAGED, size=size)
    return latent.astype(np.float32)


def render_kick(instrument: Instrument, origin: Origin, recipe: Recipe, remarks: tuple[str, ...] = ()) -> Kick:
    """The finished kick of an origin, with its recipe."""

    def sound(samples: int | None = None) -> NDArray[np.float32]:
        return variations.sound(instrument.voice, origin, samples)

    drive_db = origin.sketch.drive_db if origin.parts is None else None
    kick = finished(instrument.bundle.card, recipe, sound(), sound, remarks, drive_db)
    if origin.tail is None:
        return kick
    return replace(kick, whole=recipe.processing.whole.apply(variations.head(instrument.voice, origin)))


def source_of(path: Path) -> Source:
    """How a recipe names a file that is taken in.

    Raises:
        InputError, AudioFileError: it is no kick.
    """
    return Source(file=plain_name(path.name), content=content_hash(read_taken(path)[0]))
