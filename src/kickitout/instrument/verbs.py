"""The verbs of `kick` as Python functions.

Each takes a model as a name that `kick models` lists, as the folder or zip of a bundle, or as a loaded
`Instrument`; None is the default model.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

from kickitout.instrument import matching, morphing, originals, varying
from kickitout.instrument.finishing import PROCESSING
from kickitout.instrument.instrument import Instrument, load
from kickitout.instrument.lengths import lasting
from kickitout.instrument.matching import Matched
from kickitout.instrument.request import Request, seeds_from
from kickitout.sound.kick import Kick

Model = str | Path | Instrument | None


def _instrument(model: Model, *, gate: bool, taste: bool | None = None) -> Instrument:
    if isinstance(model, Instrument):
        return model.accepting(gate=gate, taste=taste)
    return load(model, gate=gate, taste=taste is None or taste)


def generate(
    n: int = 1,
    *,
    seed: int | None = None,
    model: Model = None,
    note: str | None = None,
    style: str | None = None,
    controls: Mapping[str, float] | None = None,
    length_ms: float | None = None,
    bpm: float | None = None,
    beats: str | float | None = None,
    level: str | None = None,
    mono: bool = False,
    threads: int | None = None,
    gate: bool = True,
    as_drawn: bool = False,
    unique_against: str | Path | None = None,
) -> list[Kick]:
    """Make the kicks of seeds seed, seed + 1, ... seed + n - 1.

    Args:
        n: 1 to 1,000,000. All are held in memory: 176 kB each.
        seed: 0 to 2^63 - 1; None: a random one, which the kicks' recipes name.
        model: a name that `kick models` lists, the folder or zip of a bundle, or an `Instrument`; None: the default.
        note: the end pitch as a note: `F#1`, or `F#` for the model's usual octave.
        style: a family of kicks (`kickitout.instrument.styles`); controls and note take precedence over it.
        controls: targets by control: see `Instrument.kick`.
        length_ms: the length in ms, 30 to 2,000; None: 500. The same kick is cut, or sounds on.
        bpm, beats: the length as a number of beats (`"1/2"`, 0.75) of a tempo in beats a minute; the WAV files say that
            they are loops.
        level: `peak:-1` (true peak in dBTP) or `lufs:-14` (loudness in LUFS, as far as a true peak of -1 dBTP allows);
            None: peak:-1.
        mono: whether left and right become their mean, and files have one channel.
        threads: 1 to 1024; None: one per processor. The kicks do not depend on it.
        gate: whether kicks that fail the quality gate are drawn again.
        as_drawn: whether a seed stands for its first kick, whatever gate and taste say of it.
        unique_against: a folder, searched to any depth; kicks that duplicate one in it are drawn again.

    Raises:
        InputError: a value is out of range, or the model, style, control or folder does not exist.
        DamagedFileError, VersionError: the model cannot be used.
    """
    request = Request(
        seeds=seeds_from(seed, n),
        note=note,
        style=style,
        controls=controls or {},
        length_ms=length_ms,
        bpm=bpm,
        beats=beats,
        level=level,
        mono=mono,
        gate=gate,
        as_drawn=as_drawn,
        unique_against=None if unique_against is None else Path(unique_against),
    )
    return list(_instrument(model, gate=gate).kicks(request, threads=threads))


def vary(
    source: str | Path | Kick,
    n: int = 8,
    *,
    amount: float = varying.AMOUNT,
    keep: Collection[str] = (),
    seed: int | None = None,
    note: str | None = None,
    style: str | None = None,
    controls: Mapping[str, float] | None = None,
    length_ms: float | None = None,
    bpm: float | None = None,
    beats: str | float | None = None,
    level: str | None = None,
    model: Model = None,
    gate: bool = True,
) -> list[Kick]:
    """Make n variations of a kick: see `kickitout.instrument.varying.vary`.

    Args:
        source: a kick that the model made, or any file that holds one sound.
        n: the number of variations.
        amount: the amount of variation, from 0, the kick itself, to 1, another kick.
        keep: controls to keep unchanged, such as `pitch` and `click`.
        seed: the seed of the first variation; None: a random one.
        note, style, controls: what to move to, as of `generate`; also with amount 0.
        length_ms, bpm, beats: as `generate`; None: as long as the kick. A file sounds on as far as it does.
        level: as `generate`; None: that of the kick.
        model: a name that `kick models` lists, the folder or zip of a bundle, or an `Instrument`; None: the default.
        gate: whether variations that fail the quality gate are drawn again.

    Raises:
        InputError: a value is out of range, the model, style or control does not exist, or the file is not one sound.
        AudioFileError: the file is not audio.
    """
    instrument = _instrument(model, gate=gate)
    seeds = seeds_from(seed, n)
    wishes = Request(seeds=seeds, note=note, style=style, controls=controls or {})
    wishes.check(instrument.voice.panel)
    original = originals.open_original(instrument, source).at(level)
    original = original.lasting(instrument.bundle.card, length_ms, bpm, beats)
    return list(varying.vary(instrument, original, n, seed=seeds[0], amount=amount, keep=keep, wishes=wishes))


def morph(
    one: str | Path | Kick,
    other: str | Path | Kick,
    steps: int = 9,
    *,
    length_ms: float | None = None,
    bpm: float | None = None,
    beats: str | float | None = None,
    level: str | None = None,
    model: Model = None,
    gate: bool = True,
) -> list[Kick]:
    """Morph one kick into another in steps of equal size to the ear: see `kickitout.instrument.morphing.morph`.

    Length and level are as of `vary`.

    Raises:
        InputError: a value is out of range, the model does not exist, or a file is not one sound.
        AudioFileError: the file is not audio.
    """
    instrument = _instrument(model, gate=gate)
    card = instrument.bundle.card
    ends = [
        originals.open_original(instrument, end).at(level).lasting(card, length_ms, bpm, beats) for end in (one, other)
    ]
    return list(morphing.morph(instrument, ends[0], ends[1], steps))


def match(
    file: str | Path,
    *,
    seed: int = 0,
    length_ms: float | None = None,
    bpm: float | None = None,
    beats: str | float | None = None,
    level: str | None = None,
    model: Model = None,
) -> Matched:
    """Find the kick of the model that is nearest to a given kick: see `kickitout.instrument.matching.match`; length and
    level as of `generate`.

    Raises:
        InputError: the seed is out of range, the model does not exist, or the file is not one sound.
        AudioFileError: the file is not audio.
    """
    instrument = _instrument(model, gate=False)
    processing = lasting(PROCESSING.at(level), instrument.bundle.card, length_ms, bpm, beats)
    return matching.match(instrument, Path(file), seed=seed, processing=processing)
