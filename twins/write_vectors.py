"""Write tests/js/vectors/*.json, what Python makes of the inputs of twins/inputs.py: `python -m twins.write_vectors`.

`node --test tests/js` tries the engine on the same inputs and compares. tests/twins/test_vectors.py fails where a file
is not what Python makes now.
"""

import base64
import hashlib
import io
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import NormalDist
from textwrap import fill
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.instrument import excuses, finishing, lengths, morphing, names, originals, styles, variations
from kickitout.instrument.choosing import Chooser
from kickitout.instrument.finishing import PROCESSING, Finish, Processing
from kickitout.instrument.marking import marking_of
from kickitout.instrument.recipes import Derivation, Encoding, ModelIdentity, Recipe, Source
from kickitout.library import normalise, prepare, reject
from kickitout.library.store import content_hash
from kickitout.measure import embedding
from kickitout.measure.descriptors import characteristics, describe
from kickitout.measure.descriptors.table import Note
from kickitout.measure.gate import judge
from kickitout.measure.taste import taste
from kickitout.model import controls, steering, voice
from kickitout.model.bundle import Bundle
from kickitout.model.card import Card
from kickitout.model.noise import TAIL
from kickitout.packs import texts, words
from kickitout.sound import audio, sheet
from kickitout.sound.kick import Kick
from kickitout.sound.sketch import anchor, edits, parts, transfer, view
from kickitout.sound.sketch.bend import Sweep, sweep_of
from kickitout.sound.sketch.own_tail import OwnTail
from kickitout.sound.sketch.render import full_scale, render, render_longest
from kickitout.sound.sketch.sketch import TAIL_SHAPE, Sketch
from kickitout.system import randomness
from kickitout.web import recipes as page_recipes
from kickitout.web.facts import page_name
from twins import inputs

FOLDER = Path(__file__).parents[1] / "tests/js/vectors"

DIGITS = 12
"""Of every number that is not whole: more than any tolerance looks at."""

SAMPLED = 24
"""Values that are kept of an array, evenly spread, beside its norm."""

CHECKSUM = "0123456789abcdef" * 4
VERSION = "1.2.3"


def plain(value: Any) -> Any:
    """A value as JSON holds it, numbers with DIGITS digits; numbers without a value become null."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, float | np.floating):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


def sampled(values: NDArray[Any]) -> dict[str, Any]:
    """An array as some of its values and its norm."""
    flat = np.asarray(values, dtype=np.float64).ravel()
    places = [len(flat) * k // SAMPLED for k in range(SAMPLED)] if len(flat) > SAMPLED else range(len(flat))
    return {"length": len(flat), "values": flat[list(places)], "norm": float(np.linalg.norm(flat))}


def digest(values: NDArray[Any]) -> str:
    """The SHA-256 of an array's bytes."""
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def refused(make: Callable[[], object]) -> str:
    """The sentence with which something is refused, as the page tells it."""
    try:
        make()
    except InputError as error:
        return error.sentence(page_name)
    raise AssertionError("it was not refused")


def said(latent: Sequence[float]) -> Sketch:
    """The test model's sketch of a latent."""
    return Sketch(**inputs.sketch_of(np.array(latent, dtype=np.float32)))


def sketched(one: Sketch) -> dict[str, Any]:
    """A sketch's arrays, sampled."""
    return {name: sampled(array) for name, array in vars(one).items()}


BASE, OTHER = (0.5, -0.25, 0.125), (-1.0, 0.5, 0.75)
"""Latents of two sketches."""


def of_inputs() -> dict[str, Any]:
    """Hashes of what both begin with."""
    return {
        "kicks": {name: digest(sound) for name, sound in inputs.kicks().items()},
        "faulty": {name: digest(sound) for name, sound in inputs.faulty().items() if name != "finite"},
        "sketch": {name: digest(array) for name, array in inputs.sketch_of(np.float32(BASE)).items()},
        "prior": digest(inputs.prior().factors),
    }


def of_randomness() -> dict[str, Any]:
    """Streams, seeds, and the hashes below them."""
    keys = [(0, "latent"), (1, "air"), (12345, "é"), (2**63 - 1, "layer 3")]
    messages = ["", "kick", "x" * 127, "y" * 128, "z" * 300]
    return {
        "streams": [
            {
                "seed": str(seed),
                "purpose": purpose,
                "bits": [str(word) for word in randomness.raw_bits(seed, purpose, 5)],
                "uniform": [float.hex(float(value)) for value in randomness.uniform(seed, purpose, 3)],
                "normal": randomness.normal(seed, purpose, (5,)),
                "another": str(randomness.another_seed(seed, purpose)),
                "attempt": str(randomness.attempt_seed(seed, 2)),
            }
            for seed, purpose in keys
        ],
        "hashes": [
            {
                "text": text,
                "blake2b": hashlib.blake2b(text.encode(), digest_size=16).hexdigest(),
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
            }
            for text in messages
        ],
    }


def of_numbers() -> dict[str, Any]:
    """Transforms of several lengths, and what is NumPy's elsewhere."""
    sizes = [8, 12, 30, 360, 1024, 25_000, 27_000, 32_768, 75_000]
    places = [-1.0, 0.0, 0.3, 1.0, 2.5, 9.0, 20.0]
    knots, heights = [0.0, 1.0, 4.0, 9.0], [2.0, -1.0, 3.0, 0.5]
    matrix = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.25], [0.5, -0.25, 2.0]])
    phase = np.array([0.0, 3.0, -3.0, -0.5, 2.9, -2.9, 3.0])
    normal = NormalDist()
    shares = [1e-6, 0.005, 0.2, 0.5, 0.9, 0.9999]
    return {
        "rfft": {
            str(n): sampled(np.fft.rfft(randomness.uniform(n, "test fft", n) - 0.5).view(np.float64)) for n in sizes
        },
        "interpolated": np.interp(places, knots, heights),
        "places": places,
        "solved": np.linalg.solve(matrix, [1.0, 2.0, 3.0]),
        "factor": np.linalg.cholesky(matrix),
        "unwrapped": np.unwrap(phase),
        "gradient": np.gradient(phase),
        "hanning": np.hanning(9)[1:-1],
        "rounded": [round(value) for value in (-1.5, -0.5, 0.5, 1.5, 2.5, 2.4999)],
        "quantiles": [normal.inv_cdf(share) for share in shares],
        "shares": [normal.cdf(value) for value in (-5.0, -1.5, -0.1, 0.0, 0.7, 3.5)],
    }


TEMPLATES: list[tuple[str, dict[str, Any]]] = [
    ("{name!r} is {value:g} of {whole:,}", {"name": "it's", "value": 0.1 + 0.2, "whole": 1_234_567}),
    ("{a:.0f} {b:.0f} {c:.1f} {d:.1f} {e:.2f}", {"a": 0.5, "b": 1.5, "c": 0.25, "d": 0.35, "e": -0.005}),
    ("{a:.3g} {b:.3g} {c:.3g} {d:.3g}", {"a": 1234.5, "b": 0.00012345, "c": 0.000012345, "d": 100.0}),
    ("{a:g} {b:g} {c:g} {d:g}", {"a": 1e-5, "b": 1e15, "c": 2.0, "d": -0.1}),
    ("{a:,.0f} Hz, {b:.1f}", {"a": 15_734.4, "b": 1234.56}),
]


def of_format() -> dict[str, Any]:
    """Templates filled in."""
    return {"filled": [[template, fields, template.format(**fields)] for template, fields in TEMPLATES]}


DESCRIBED = {
    "brightness_hz",
    "click_db",
    "loudness_lufs",
    "width_db",
    "decay_ms",
    "pitch_hz",
    "end_pitch_hz",
    "sweep_octaves",
    "sweep_ms",
    "noise",
}
"""The descriptors that the engine measures."""


def of_descriptors() -> dict[str, Any]:
    """Descriptors of the kicks, whether they are kicks, and notes."""
    notes = ["F#", "Eb1", "C4", "b2", "A-1", "B#1", "Cb1"]
    return {
        "kicks": {
            name: {one: value for one, value in describe(sound).items() if one in DESCRIBED}
            for name, sound in inputs.kicks().items()
        },
        "reasons": {
            **{name: list(characteristics(sound).reasons) for name, sound in inputs.kicks().items()},
            "hum": list(characteristics(inputs.faulty()["hum"] - inputs.kicks()["plain"]).reasons),
        },
        "hits": {
            "one": reject.later_hits(inputs.kicks()["plain"], 44_100),
            "many": reject.later_hits(_loop(inputs.kicks()["snappy"]), 44_100),
            "waves": reject.later_hits(_waves(), 44_100),
        },
        "notes": {note: Note.read(note).hz(55.0) for note in notes},
        "refused": {note: refused(lambda note=note: Note.read(note)) for note in ("H", "C99")},
    }


def _waves() -> inputs.Sound:
    """A kick over 5 Hz: the level rises with each half-wave, and one hit is heard."""
    kick = inputs.kicks()["plain"]
    return (kick + np.cos(10.0 * np.pi * np.arange(kick.shape[1]) / 44_100)).astype(np.float32)


def _loop(sound: inputs.Sound) -> inputs.Sound:
    """Three hits, 6000 samples apart."""
    found = sound.copy()
    for start in (6000, 12_000):
        found[:, start:] += sound[:, : sound.shape[1] - start]
    return found


def of_gate() -> dict[str, Any]:
    """Verdicts on sounds with one fault each, and on the kicks."""
    found = {}
    for name, sound in (inputs.faulty() | inputs.kicks()).items():
        verdict = judge(sound)
        found[name] = {
            "measured": verdict.measured,
            "faults": [fault.rule for fault in verdict.faults],
            "words": [fault.words for fault in verdict.faults],
        }
    return found


def of_excuses() -> dict[str, Any]:
    """What counts of what a kick breaks, and what is said of the rest, by what was asked."""
    found = []
    for name in ("clipping", "tail"):
        verdict = judge(inputs.faulty()[name])
        for asked in ({}, {"drive": 0.5}, {"decay": 500.0}, {"decay": 620.0, "drive": 0.01}):
            recipe = {"controls": asked}
            counting, wanted = verdict.sorted(excuses.excused(recipe))
            found.append([name, asked, [fault.rule for fault in counting], excuses.remarks(recipe, wanted)])
    return {"cases": found}


def of_taste() -> dict[str, Any]:
    """What taste says of sounds with faults, and of the kicks."""
    found = {}
    for name, sound in (inputs.faulty() | inputs.kicks()).items():
        if name != "finite":
            said = taste(sound)
            found[name] = {"measured": said.measured, "typical": said.typical}
    return found


def of_embedding() -> dict[str, Any]:
    """Features of two kicks before they are whitened."""
    return {name: embedding.features(inputs.kicks()[name]) for name in ("plain", "wide")}


def of_parts() -> dict[str, Any]:
    """Kicks taken apart."""
    found = {}
    for name, sound in inputs.kicks().items():
        apart = parts.take_apart(-sound if name == "wide" else sound)
        found[name] = {
            "log_amplitude": sampled(apart.log_amplitude),
            "frequency": sampled(apart.frequency),
            "phase": float(apart.phase),
            "rest": sampled(apart.rest),
            "side": sampled(apart.side),
            "polarity": int(apart.polarity),
            "side_sign": int(apart.side_sign),
        }
    return found


def of_sketch() -> dict[str, Any]:
    """Sketches as they sound, what an encoder looks at, and sketches changed."""
    one, air = said(BASE), inputs.noise(7)["air"]
    apart = parts.take_apart(inputs.kicks()["wide"])
    looked_at = view.view(apart)
    found, wanted = Sweep(50.0, 1.5, 60.0), Sweep(44.0, 2.0, 40.0)
    rest = anchor.low_rest(one, air)
    wide = edits.spread_by(edits.bounded(one, 0.6 * full_scale(one, air)), 0.4)
    # A body that stands and then falls: made longer, it stands at the end of its track.
    falling = np.minimum(200.0 - np.arange(len(one.log_amplitude)), 0.0) / 16.0
    standing = replace(one, log_amplitude=falling.astype(np.float32))
    changed = {
        "resweep": edits.resweep(one, found, wanted),
        "steadied": edits.steadied(one),
        "settled": edits.settled(one, edits.middle_hz(one), 44.0),
        "shorter": edits.lasting(one, 0.6),
        "longer": edits.lasting(one, 1.7),
        "decaying": edits.decaying(one, 150.0),
        "leaning": edits.decaying(standing, 900.0),
        "swept": edits.swept(one, found, wanted),
        "clicked": edits.clicked(one, 4.0),
        "tilted": edits.tilted(one, 1.5),
        "dirtied": edits.dirtied(one, -3.0),
        "widened": edits.widened(one, 6.0),
        "spread": edits.spread_by(one, 0.25),
        "bounded": edits.bounded(one, 0.5),
        "pushed": edits.pushed(edits.bounded(one, 0.5), 4.0),
        "saturated": edits.saturated(one, 9.0),
        "folded": edits.folded(one),
        "anchored": anchor.anchored(edits.saturated(one, 20.0), 0.9 * anchor.heard_hz(one, rest), rest),
        "moved": anchor.moved(edits.swept(one, found, wanted), 44.0, rest),
    }
    return {
        "rendered": sampled(render(one, air)),
        "mono": sampled(render(edits.folded(one), air)),
        "longest": sampled(render_longest(edits.lasting(one, 2.5), air, randomness.normal(7, TAIL, TAIL_SHAPE))),
        "driven": sampled(render(edits.saturated(one, 20.0), air)),
        "full_scale": full_scale(one, air),
        "decay_ms": edits.decay_ms(one),
        "sweep": vars(sweep_of(anchor.low_wave(one, rest), anchor.STEP)),
        "bent": sampled(render(edits.swept(one, found, wanted), air)),
        "bent_longest": sampled(
            render_longest(edits.swept(one, found, wanted), air, randomness.normal(7, TAIL, TAIL_SHAPE))
        ),
        "heard_hz": [anchor.heard_hz(one), anchor.heard_hz(one, rest)],
        "wide": sampled(render(wide, air)),
        "wide_longest": sampled(render_longest(wide, air, randomness.normal(7, TAIL, TAIL_SHAPE))),
        "view": {name: sampled(array) for name, array in vars(looked_at).items()},
        "changed": {name: sketched(after) for name, after in changed.items()},
    }


def of_transfer() -> dict[str, Any]:
    """Kicks that were taken in, changed as a sketch changes, and what lies between two."""
    one, other, air = said(BASE), said(OTHER), inputs.noise(7)["air"]
    found = {}
    ends = []
    for name in ("plain", "wide"):
        apart = parts.take_apart(inputs.kicks()[name])
        moved = transfer.moved(apart, one, other, air)
        ends.append(moved)
        found[name] = {
            "as_it_is": sampled(transfer.as_it_is(apart).render()),
            "log_amplitude": sampled(moved.log_amplitude),
            "frequency": sampled(moved.frequency),
            "rendered": sampled(moved.render()),
        }
    wide = edits.spread_by(edits.bounded(other, 0.5), 0.4)
    widened = transfer.moved(parts.take_apart(inputs.kicks()["plain"]), one, wide, air)
    own = inputs.kicks()["wide"].astype(np.float64)
    whole = np.concatenate([own, 0.25 * own, 0.0625 * own], axis=1)
    mid_side = 0.5 * np.stack([whole[0] + whole[1], whole[0] - whole[1]])
    tails = [OwnTail.of(mid_side[:, :length]) for length in LENGTHS]
    apart = parts.take_apart(whole[:, :22_050])
    more = randomness.normal(7, TAIL, TAIL_SHAPE)
    longer = [transfer.moved(apart, one, other, air, tails[0], more), transfer.as_it_is(apart, tails[1])]
    return {
        "moved": found,
        "between": sampled(transfer.between(ends[0], ends[1], 0.3).render()),
        "widened": sampled(widened.render()),
        "longer": [sampled(end.render()) for end in (*longer, transfer.between(longer[0], longer[1], 0.3))],
    }


LENGTHS = (60_000, 22_050)
"""Of a kick that goes on, and of one that does not."""


def of_prior() -> dict[str, Any]:
    """Points of the prior, with and without something known, and its moments."""
    prior, size = inputs.prior(), inputs.LATENT
    normals = randomness.normal(3, "test prior", (1, size)).astype(np.float64)
    mean, covariance = prior.moments()
    given = prior.given({3: 0.5, 5: -1.0}).marginal(size)
    return {
        "points": [prior.marginal(size).points(np.array([choice]), normals)[0] for choice in (0.1, 0.9)],
        "given": [given.points(np.array([choice]), normals)[0] for choice in (0.1, 0.9)],
        "mean": mean,
        "covariance": covariance,
    }


def of_choice() -> dict[str, Any]:
    """What is chosen among latents, and which of some seeds' kicks are taken."""
    made = inputs.choice()
    latents = [randomness.normal(seed, "test choice", (inputs.LATENT,)) for seed in range(6)]
    chooser = Chooser(voice.Voice(cast(Bundle, inputs.Bundle(made))))
    return {
        "outputs": [made.outputs(latent) for latent in latents],
        "chances": [made.chance(latent) for latent in latents],
        "taken": [list(islice(chooser.taken(seed), 12)) for seed in range(8)],
    }


def of_controls() -> dict[str, Any]:
    """Scores, quantiles, styles."""
    table = inputs.table(30.0, 80.0)
    flat = [1.0] * 40 + table[40:]
    values = [20.0, 30.0, 41.7, 60.0, 80.0, 99.0]
    offered = inputs.card().controls
    lacking = [one for one in offered if one.name != "width"]
    all_names = [*offered, *(SimpleNamespace(**{**vars(offered[2]), "name": name}) for name in _OTHERS)]
    return {
        "scores": controls.scores(np.array(values), table),
        "shared": controls.scores(np.array([1.0]), flat),
        "values": [controls.value(share, unit, table) for unit in controls.OF_ONE for share in (0.0, 0.33, 1.0)],
        "shown": [
            controls.shown(value, unit, table) for unit in controls.OF_ONE for value in (-30.0, -11.0, 7.0, 55.0)
        ],
        "quantiles": [controls.quantile(value, table) for value in values],
        "measured": {name: controls.measure(sound) for name, sound in inputs.kicks().items()},
        "styles": {style: styles.controls_of(style, 9, all_names) for style in styles.STYLES},
        "refused": [
            refused(lambda: styles.controls_of("polka", 9, offered)),
            refused(lambda: styles.controls_of("cinematic", 9, [*lacking, *all_names[5:]])),
        ],
    }


_OTHERS = ("sweep", "sweep_time", "brightness", "noise")
"""Controls that the test model does not have."""


def of_voice() -> dict[str, Any]:
    """Kicks of the test model, of its seeds and of controls, variations, and what lies between; with the steering."""
    made = voice.Voice(inputs.Bundle())  # type: ignore[arg-type]
    requested: list[dict[str, float]] = [{"pitch": 48.0}, {"decay": 180.0, "click": 0.6}, {"width": 0.0, "pitch": 60.0}]
    requested += [{"width": 0.7, "click": 0.4}, {"drive": 0.6}, {"drive": 0.4, "decay": 150.0}]
    requested += [
        {"decay": 400.0, "width": 0.5},
        {"wild": 0.6},
        {"wild": 1.0, "width": 0.9},
        {"wild": 0.4, "drive": 0.5},
    ]
    spoken = []
    for asked in requested:
        one = made.sketched(4, made.panel.targets(asked), PROCESSING.unlevelled)
        spoken.append(
            {
                "asked": asked,
                "latent": one.latent,
                "found": dict(one.measured),
                "sketch": sketched(one.sketch),
                "remarks": list(made.panel.remarks(made.panel.targets(asked), one.measured)),
            }
        )
    bent: list[dict[str, float]] = [{"sweep": 3.0}, {"sweep_time": 60.0}, {"sweep": 1.0, "sweep_time": 90.0}]
    first, second = (variations.Origin.of(made.sketched(seed)) for seed in (4, 5))
    wide = inputs.kicks()["wide"]
    taken, goes_on = variations.taken_in(made, wide), variations.taken_in(made, wide, _twice(wide).astype(np.float64))
    varied = {
        "free": variations.varied(made, first, 8, 0.4)[0],
        "kept": variations.varied(made, first, 8, 0.4, ["decay"], None, PROCESSING.unlevelled)[0],
        "taken": variations.varied(made, taken, 8, 0.4)[0],
        "goes on": variations.varied(made, goes_on, 8, 0.4)[0],
    }
    mono = PROCESSING.model_copy(update={"mono": True})
    folded = variations.as_heard(made, first, mono.folds)
    assert folded is not first  # it has a side
    mixed = {
        "own": variations.between(made, first, second, 0.3),
        "folded": variations.between(made, folded, second, 0.3),
        "taken": variations.between(made, first, taken, 0.3),
        "goes on": variations.between(made, taken, goes_on, 0.3),
    }
    values = {"pitch": 51.3, "decay": 222.2, "click": -21.0, "width": -33.3}
    short = PROCESSING.model_copy(update={"length_ms": 200.0, "silence_db": None})
    long = variations.between(made, first, second, 0.3)
    return {
        "latents": [made.latent(seed) for seed in (4, 5)],
        "narrowed": made.latent(4, {"pitch": 48.0, "click": 0.9}),
        "said": spoken,
        "bent": [
            {"targets": targets, "sketch": sketched(made.sketched(4, targets, PROCESSING.unlevelled).sketch)}
            for targets in bent  # the test model's card lists no such controls
        ],
        "rounded": steering.rounded(values),
        "misses": steering.misses(values, {"pitch": 50.0, "click": -19.0, "width": -30.0, "sweep": 1.0}),
        "remarks": list(
            made.panel.remarks({"pitch": 50.0, "click": -19.0, "decay": 100.0}, {"pitch": 55.5, "click": -30.0})
        ),
        "varied": {
            name: {"latent": one.latent, "sound": sampled(variations.sound(made, one))} for name, one in varied.items()
        },
        "between": {
            name: {"latent": one.latent, "sound": sampled(variations.sound(made, one))} for name, one in mixed.items()
        },
        "longer": sampled(variations.sound(made, long, 60_000)),
        "ended": sampled(variations.sound(made, goes_on, 60_000)),
        "processing": morphing.between_processing(PROCESSING, short, 0.25).model_dump(),
        "encoded": made.encode(parts.take_apart(inputs.kicks()["wide"])),
        "refused": [
            refused(lambda: made.panel.targets({"boom": 1.0})),
            refused(lambda: made.panel.targets({"pitch": 500.0})),
            refused(lambda: made.panel.targets({"click": -0.1})),
            refused(lambda: variations.check(made, 1.5, [])),
            refused(lambda: variations.check(made, 0.5, ["boom"])),
        ],
    }


PROCESSINGS: dict[str, dict[str, Any]] = {
    "usual": {},
    "faithful": originals.FAITHFUL.model_dump(),
    "short": {"length_ms": 120.0, "peak_dbtp": -3.0},
    "quiet": {"loudness_lufs": -30.0},
    "loud": {"loudness_lufs": -5.0, "silence_db": None},
    "folded": {"side_db": 0.0, "silence_db": -30.0},
    "mono": {"mono": True, "length_ms": 200.0},
}


LEVELS = ("peak:-1", "peak:-0.3", "lufs:-14", "lufs:-0")
NO_LEVELS = ("", "-14", "peak:", "peak:1", "lufs:-61", "lufs:-1e1", "LUFS:-14", "peak:-1 ")
NO_LENGTH: dict[str, Any] = {"bpm": None, "beats": None}
ASKED_LENGTHS: tuple[dict[str, Any], ...] = (
    {},
    {"length_ms": 321.0},
    {"bpm": 128.0, "beats": " 1/2"},
    {"bpm": 90.0, "beats": ".75"},
    {"bpm": 120, "beats": 2.5},
)
NO_LENGTHS: tuple[dict[str, Any], ...] = (
    {"bpm": 120.0, "beats": "1/2", "length_ms": 200.0},
    {"bpm": 120.5},
    {"beats": "1/2"},
    {"bpm": 1000.0, "beats": "1"},
    {"bpm": 120.0, "beats": "1/0"},
    {"bpm": 120.0, "beats": "half"},
    {"bpm": 120.0, "beats": -1.0},
    {"bpm": 120.0, "beats": "1/64"},
)
LONGER = Processing(length_ms=800.0)


def _twice(sound: inputs.Sound) -> inputs.Sound:
    """A sound that goes on with itself, softly."""
    return np.concatenate([sound, np.float32(0.25) * sound], axis=1)


def of_finishing() -> dict[str, Any]:
    """Kicks finished in several ways."""
    return {
        "made": [
            {"kick": kick, "processing": changes, "sound": sampled(Processing(**changes).apply(sound))}
            for kick, sound in inputs.kicks().items()
            for changes in PROCESSINGS.values()
        ],
        "longer": {name: sampled(LONGER.apply(_twice(sound), sound)) for name, sound in inputs.kicks().items()},
        "offset": sampled(PROCESSING.apply(inputs.faulty()["offset"])),
        "silence": sampled(PROCESSING.apply(np.zeros((2, 22_050), dtype=np.float32))),
        "taper": finishing.TAPER,
        "levels": [[level, PROCESSING.at(level).model_dump()] for level in (None, *LEVELS)],
        "refused": [[level, refused(partial(PROCESSING.at, level))] for level in NO_LEVELS],
        "lengths": [[given, lengths.length_in_beats(**NO_LENGTH | given)] for given in ASKED_LENGTHS],
        "refused_lengths": [
            [given, refused(partial(lengths.length_in_beats, **NO_LENGTH | given))] for given in NO_LENGTHS
        ],
        "looped": lengths.lasting(PROCESSING, inputs.Bundle().card, bpm=128.0, beats="1/2").model_dump(),
        "missed": PROCESSING.at("lufs:-5").remarks(Finish(np.zeros(2), False, np.zeros(0), 1.0, 9.21)),
    }


OPENING = 500
"""Samples at the start that soxr makes otherwise."""


def of_resampling() -> dict[str, Any]:
    """A kick at other rates."""
    sound, rates = inputs.kicks()["wide"], (22_050, 32_000, 48_000, 96_000)
    return {str(rate): sampled(audio.resample(sound, rate, 44_100)[:, OPENING:]) for rate in rates}


def of_prepare() -> dict[str, Any]:
    """Kicks in a library's form, by the hash of their samples, and files that are not taken."""
    plain_kick = inputs.kicks()["plain"]
    late = np.concatenate([np.full((2, 3000), 0.01, dtype=np.float32), 0.5 * plain_kick], axis=1)
    silent = np.concatenate([plain_kick, np.zeros((2, 5 * 44_100), dtype=np.float32)], axis=1)
    sounds: dict[str, tuple[inputs.Sound, int]] = {
        "endless": (np.concatenate([plain_kick, np.zeros((2, 30 * 44_100), dtype=np.float32)], axis=1), 44_100),
        "three": (np.concatenate([plain_kick, plain_kick[:1]]), 44_100),
        "rate": (plain_kick, 1000),
        "long": (np.tile(plain_kick, 9), 44_100),
        "nan": (inputs.faulty()["finite"], 44_100),
        "silent": (np.zeros((2, 4000), dtype=np.float32), 44_100),
        "loop": (_loop(inputs.kicks()["snappy"]), 44_100),
        "short": (np.where(np.arange(3000) == 500, np.float32(0.5), np.float32(0.0))[None].repeat(2, axis=0), 44_100),
    }
    tone = inputs.faulty()["hum"] - plain_kick
    odd = {"tone": tone, "long": np.tile(tone, 3), "longer": np.tile(tone, 5), "plain": plain_kick}
    return {
        "hashes": {
            **{
                name: content_hash(normalise.normalise(sound, 44_100).samples) for name, sound in inputs.kicks().items()
            },
            "late": content_hash(normalise.normalise(late, 44_100).samples),
            "followed": content_hash(_taken(silent)),
        },
        "heads": content_hash(normalise.head_of(normalise.normalise(np.tile(tone, 3), 44_100).taken)),
        "noted": {name: _noted(sound) for name, sound in odd.items()},
        "refused": {name: _refusal(sound, rate) for name, (sound, rate) in sounds.items()},
    }


@contextmanager
def _file(sound: inputs.Sound, rate: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.wav"
        sf.write(path, sound.T, rate, subtype="FLOAT")
        yield path


def _taken(sound: inputs.Sound) -> NDArray[np.int16]:
    with _file(sound, 44_100) as path:
        return prepare.read_kick(path)


def _noted(sound: inputs.Sound) -> dict[str, Any]:
    """What is said of a sound that is taken, and its hash."""
    with _file(sound, 44_100) as path:
        samples, notes = prepare.read_taken(path)
    return {"hash": content_hash(samples), "notes": [[note.kind, note.words] for note in notes]}


def _refusal(sound: inputs.Sound, rate: int) -> str:
    """Why `read_kick` does not take a file of these samples."""
    with _file(sound, rate) as path:
        return refused(lambda: prepare.read_kick(path)).replace(str(path), "a.wav")


def _recipe(**changes: Any) -> Recipe:
    model = ModelIdentity(name="test", version="1.0", checksum=CHECKSUM)
    return Recipe(format=1, kickitout=VERSION, model=model, seed=7, processing=PROCESSING, **changes)


def recipes() -> dict[str, Recipe]:
    """Recipes of several kinds, by name."""
    seed, file = _recipe(), Source(file="ä.wav", content="c" * 64)
    drum = Source(file="\U0001f941<&.wav", content="d")
    asked = _recipe(controls={"pitch": 50.0, "click": 0.1 + 0.2}, attempt=3)
    vary = Derivation(verb="vary", of=[Source(recipe=asked)], amount=0.3, keep=["decay"])
    morph = Derivation(verb="morph", of=[Source(recipe=seed), file], amount=1e-7)
    taken = Derivation(verb="vary", of=[file], amount=0.0)
    match = Derivation(verb="match", of=[file], latent="AAAAAA==")
    return {
        "seed": seed.model_copy(update={"seed": randomness.MAX_SEED}),
        "asked": asked,
        "as drawn": _recipe(as_drawn=True),
        "another of its kicks": _recipe(attempt=41),
        "varied": _recipe(derivation=vary),
        "morphed": _recipe(derivation=morph),
        "taken": _recipe(derivation=taken).model_copy(update={"seed": 0}),
        "matched": _recipe(derivation=match),
        "mono": seed.model_copy(update={"processing": PROCESSING.model_copy(update={"mono": True})}),
        "loop": seed.model_copy(
            update={"processing": PROCESSING.model_copy(update={"loop": True, "length_ms": 234.375})}
        ),
        "varied file": _recipe(derivation=Derivation(verb="vary", of=[drum], amount=1.0)),
        "morphed to its end": _recipe(derivation=Derivation(verb="morph", of=[Source(recipe=seed), file], amount=1.0)),
    }


def of_recipes() -> dict[str, Any]:
    """Recipes as they stand in files, files with recipes inside, and sound files of several kinds."""
    sound = np.stack([np.arange(-40, 40), np.arange(80)]).astype(np.float32) / 128
    told = {}
    for name, recipe in recipes().items():
        data = {**recipe.model_dump(exclude_none=True), "file": Encoding().model_dump(exclude_none=True)}
        told[name] = {
            "text": json.dumps(data, ensure_ascii=False, separators=(",", ":")),
            "taken": page_recipes.taken_in(recipe) is not None,
            "named": page_recipes.is_well_named(recipe),
            "contents": sorted(page_recipes.contents(recipe)),
            "mark": recipe.mark,
            "wav": hashlib.sha256(_marked_kick(sound, recipe, "wav")).hexdigest(),
        }
    written = {kind: _marked_kick(sound, recipes()["asked"], kind) for kind in ("wav", "aiff", "flac")}
    kinds = [("WAV", one) for one in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE")]
    kinds += [("AIFF", "PCM_S8"), ("AIFF", "PCM_16"), ("AIFF", "FLOAT"), ("WAVEX", "PCM_24")]
    files = []
    for container, subtype in kinds:
        stream = io.BytesIO()
        sf.write(stream, sound.T, 8000, format=container, subtype=subtype)
        read = sf.read(io.BytesIO(stream.getvalue()), dtype="float32")[0].T
        files.append(
            {"kind": f"{container} {subtype}", "data": _base64(_without_clock(stream.getvalue())), "hash": digest(read)}
        )
    return {
        "told": told,
        "comments": {kind: _base64(data) for kind, data in written.items()},
        "rights": RIGHTS,
        "files": files,
        "names": {name: names.plain_name(name) for name in NAMES},
        "stems": {name: names.stem_for(name) for name in (*NAMES, "k" * 90 + ".wav", "太鼓" * 40 + ".wav")},
    }


RIGHTS = "free, as far as <anybody> & his kicks say: \u00e4"


def _marked_kick(sound: inputs.Sound, recipe: Recipe, kind: str) -> bytes:
    """The file of a kick of these samples and this recipe, which says where it comes from."""
    card = cast(Card, SimpleNamespace(name="test", version="1.0"))
    with (
        patch("kickitout.sound.kick._software", lambda: f"Kick It Out {VERSION}"),
        patch("kickitout.instrument.marking.rights_line", lambda card: RIGHTS),
    ):
        kick = Kick(sound, recipe=recipe.model_dump(exclude_none=True), marking=marking_of(card, recipe))
        return kick.encode(format=kind)


NAMES = [
    "kick.wav",
    "/a/b/kick 1.wav",
    "C:\\kicks\\x.wav",
    "  .hidden. ",
    "a<b>c:d.wav",
    "e\u0301.wav",
    "\u200b\x07",
    "x" * 150 + ".wav",
]


def _without_clock(data: bytes) -> bytes:
    """A file without the time that libsndfile writes with the peak of floats, 12 bytes into its chunk."""
    at = data.find(b"PEAK")
    return data if at < 0 else data[: at + 12] + bytes(4) + data[at + 16 :]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


PARAGRAPHS = [
    "a well-known 24-bit half-and-half one-to-one-hundred state-of-the-art sound " * 5,
    "  one  two   three - four -- five --from FILE e-mail " * 6,
    "x" * 99 + " y " + "w" * 100 + " z",
]


def of_texts() -> dict[str, Any]:
    """Words for kicks, names of files, and the texts of packs."""
    described = [plain(describe(sound)) for sound in inputs.kicks().values()]
    described += [{}, {"width_db": -60.0, "decay_ms": 0.0}, {"pitch_hz": 44.9, "decay_ms": 220.0}]
    marks = [None, "3fa2"]
    titles = [
        words.Title(words.word(one), seed, names.note_part(one.get("pitch_hz")), marks[seed % 2])
        for seed, one in enumerate(described)
    ]
    rows = [
        {
            "file": f"{stem}.wav",
            "word": title.word,
            "note": title.note,
            "pitch_hz": one.get("pitch_hz"),
            "seed": seed,
            "attempt": 0,
            "true_peak_db": -1.0,
            "loudness_lufs": one.get("loudness_lufs", -14.0),
            "remarks": [],
        }
        for seed, (stem, title, one) in enumerate(
            zip(words.file_stems("Night", titles), titles, described, strict=True)
        )
    ]
    card, answer = inputs.card(), "Yes, you can."
    with patch.multiple(texts, own_version=lambda: VERSION, sales_answer=lambda card: answer):
        licence = texts.licence("Night", card)
        readme = texts.readme("Night", card, CHECKSUM, Encoding(), rows)
        manifest = texts.manifest("Night", card, CHECKSUM, {"ids": ["a", "b"]}, rows, ["b.wav", "a.wav"])
    return {
        "described": described,
        "titles": [asdict(title) for title in titles],
        "stems": list(words.file_stems("Night_ shift", [*titles, *titles])),
        "paragraphs": [[text, fill(text, texts.WIDTH)] for text in PARAGRAPHS],
        "licence": licence,
        "readme": readme.splitlines(),
        "manifest": manifest,
        "rows": rows,
        "json": [[value, json.dumps(value)] for value in (0.1, 1e-7, 1.5e300, 123456789.0, 5e-324, 1e16, -0.0)],
    }


def of_sheet() -> dict[str, Any]:
    """The colour map, and a waveform's picture."""
    sound = inputs.kicks()["wide"].astype(np.float64)
    pixels = sheet._waveform_pixels(sound, sound.shape[1])
    return {"map": digest(sheet.colour_map()), "waveform": pixels[::7, ::31].tolist()}


GROUPS: dict[str, Callable[[], dict[str, Any]]] = {
    "inputs": of_inputs,
    "randomness": of_randomness,
    "numbers": of_numbers,
    "format": of_format,
    "descriptors": of_descriptors,
    "gate": of_gate,
    "excuses": of_excuses,
    "taste": of_taste,
    "embedding": of_embedding,
    "parts": of_parts,
    "sketch": of_sketch,
    "transfer": of_transfer,
    "prior": of_prior,
    "choice": of_choice,
    "controls": of_controls,
    "voice": of_voice,
    "finishing": of_finishing,
    "resampling": of_resampling,
    "prepare": of_prepare,
    "recipes": of_recipes,
    "texts": of_texts,
    "sheet": of_sheet,
}


def vectors(name: str) -> dict[str, Any]:
    """The vectors of a group as JSON holds them."""
    found: dict[str, Any] = json.loads(json.dumps(plain(GROUPS[name]()), allow_nan=False))
    return found


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for group in GROUPS:
        text = json.dumps(vectors(group), ensure_ascii=False, separators=(",", ":"))
        (FOLDER / f"{group}.json").write_text(f"{text}\n", encoding="utf-8")
