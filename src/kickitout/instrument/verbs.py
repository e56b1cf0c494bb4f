"""What `kick` does, for Python: the same verbs as functions.

Each takes a model as a name that `kick models` lists, as the folder or zip of a bundle, or as an `Instrument` that was
loaded before; None is the default model.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

from kickitout.instrument import matching, morphing, originals, styles, varying
from kickitout.instrument.finishing import PROCESSING
from kickitout.instrument.instrument import Instrument, Refusal, Wishes, check_seeds, check_threads, fresh_seed, load
from kickitout.instrument.matching import Matched
from kickitout.library.known import KnownKicks
from kickitout.sound.kick import Kick

Model = str | Path | Instrument | None


def _instrument(model: Model, *, gate: bool, known: Refusal | None = None) -> Instrument:
    if isinstance(model, Instrument):
        return Instrument(model.bundle, gate=gate, known=known)
    return load(model, gate=gate, known=known)


def generate(
    n: int = 1,
    *,
    seed: int | None = None,
    model: Model = None,
    note: str | None = None,
    style: str | None = None,
    controls: Mapping[str, float] | None = None,
    length_ms: float | None = None,
    threads: int | None = None,
    gate: bool = True,
    unique_against: str | Path | None = None,
) -> list[Kick]:
    """Make n kicks, of the seeds seed, seed + 1, ... seed + n - 1.

    Args:
        n: 1 to 1,000,000. All are held in memory: 176 kB each.
        seed: 0 to 2^63 - 1; None: a fresh one (the kicks' recipes name it).
        model: which.
        note: the end pitch as a note: `F#1`, or `F#` for the octave that is usual for the model.
        style: a family of kicks (`kickitout.instrument.styles`); what is asked beside goes before it.
        controls: what is wished of the kicks: see `Instrument.kick`.
        length_ms: where they are cut; None: 500 ms.
        threads: None: one a processor. The kicks do not depend on it.
        gate: whether kicks that do not pass the quality gate are drawn again.
        unique_against: a folder; a kick that is a duplicate of one below it is drawn again.

    Raises:
        InputError: a value is out of range, or there is no such model, style, control or folder.
        DamagedFileError, VersionError: the model cannot be used.
    """
    known = None if unique_against is None else KnownKicks.below(Path(unique_against)).refuse
    instrument = _instrument(model, gate=gate, known=known)
    seed = fresh_seed() if seed is None else seed
    check_seeds(seed, n)
    check_threads(threads)
    given = instrument.with_note(controls or {}, note)
    asked: Wishes = given
    if style is not None:
        name, offered = style, instrument.bundle.card.controls

        def asked(one: int) -> dict[str, float]:
            return styles.wishes(name, one, offered) | given

    processing = PROCESSING.model_copy(update={"length_ms": instrument.check_length(length_ms)})
    return list(instrument.kicks(range(seed, seed + n), threads=threads, processing=processing, controls=asked))


def vary(
    source: str | Path | Kick,
    n: int = 8,
    *,
    amount: float = varying.AMOUNT,
    keep: Collection[str] = (),
    seed: int | None = None,
    model: Model = None,
    gate: bool = True,
) -> list[Kick]:
    """Make n variations of a kick: see `kickitout.instrument.varying.vary`.

    Args:
        source: a kick that the model made, or any file that is a kick.
        n: how many.
        amount: how far, from 0, the kick itself, to 1, another one.
        keep: controls that stay as they are, such as `pitch` and `click`.
        seed: which way the first goes; None: a fresh one.
        model: which.
        gate: whether variations that do not pass the quality gate are drawn again.

    Raises:
        InputError: a value out of range, no such model or control, or a file that is no kick.
        AudioFileError: a file that is no audio.
    """
    instrument = _instrument(model, gate=gate)
    original = originals.open_original(instrument, source)
    return list(varying.vary(instrument, original, n, seed=seed, amount=amount, keep=keep))


def morph(
    one: str | Path | Kick, other: str | Path | Kick, steps: int = 9, *, model: Model = None, gate: bool = True
) -> list[Kick]:
    """Make kicks from one to another, in steps that are equally large to the ear: see
    `kickitout.instrument.morphing.morph`.

    Raises:
        InputError: a value out of range, no such model, or a file that is no kick.
        AudioFileError: a file that is no audio.
    """
    instrument = _instrument(model, gate=gate)
    ends = [originals.open_original(instrument, end) for end in (one, other)]
    return list(morphing.morph(instrument, ends[0], ends[1], steps))


def match(file: str | Path, *, seed: int = 0, model: Model = None) -> Matched:
    """Find the model's kick that is nearest to a file's: see `kickitout.instrument.matching.match`.

    Raises:
        InputError: a seed out of range, no such model, or a file that is no kick.
        AudioFileError: a file that is no audio.
    """
    return matching.match(_instrument(model, gate=False), Path(file), seed=seed)
