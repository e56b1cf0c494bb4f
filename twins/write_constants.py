"""Write src/kickitout/web/static/engine/constants.js from the Python modules: `python -m twins.write_constants`.

The instrument stands twice: in Python, and in JavaScript for pages without a server. What both need as a number, a
name, a table or a sentence is typed once, in Python; the engine imports it from the file that this script writes.
tests/twins/test_constants.py fails where the two do not agree, and where something is typed in both.
"""

import importlib
import json
import math
import re
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

TARGET = Path(__file__).parents[1] / "src/kickitout/web/static/engine/constants.js"

LONGEST_TUPLE = 4
"""Longer sequences are lists for the type checker: nobody takes them apart."""

LARGEST_EXACT = 2**53 - 1
"""The largest whole number that JavaScript's plain numbers hold with all below it."""

WIDTH = 120
"""Characters in a line."""

MODULES = {
    "errors": ("kickitout.errors", "_LONGEST"),
    "kick": ("kickitout.sound.kick", "SAMPLE_RATE KICK_SAMPLES RATES FULL_SCALE"),
    "randomness": ("kickitout.system.randomness", "MAX_SEED"),
    "spectrogram": ("kickitout.sound.spectrogram", "N_FFT HOP_LENGTH N_FRAMES N_BINS"),
    "parts": (
        "kickitout.sound.sketch.parts",
        "BODY_HZ BODY_HOP BODY_POINTS FLOOR FOLLOWED MEMORY FREQUENCIES_HZ USUAL_HZ ONSET_FADE_SAMPLES SIDE_SAMPLES "
        "MADE_BODY_HZ MADE_LEAD MADE_FFT REST_HZ REST_FFT _FFT_SIZE _PADDING _STEP TURNS_PER_HZ",
    ),
    "sketch": (
        "kickitout.sound.sketch.sketch",
        "SCALE LOW_BINS CLICK_FRAMES BAND_EDGES N_BANDS ORIGIN SNAP_START SNAP_SAMPLES SNAP_FADE ATTACK_POINTS "
        "ATTACK_END LEAD_PLACES AIR_SHAPE LONGEST_SAMPLES TAIL_SHAPE "
        "GRAINS GRAIN_PLACES GRAIN_END HARDNESS MOST_DB EDITED ONSET_STEP ONSET_STEPS ONSET_FIRST "
        "LEAST_SLOPE LEAST_PEAK SKETCH_SHAPES",
    ),
    "sketchBands": ("kickitout.sound.sketch.bands", "_LEFT _PADDED"),
    "sketchNoise": ("kickitout.sound.sketch.noise", "NOISE_SCALE"),
    "sketchTail": (
        "kickitout.sound.sketch.tail",
        "FITTED_SECONDS UNFITTED_SECONDS LAST_POINT LAST_FRAME AVERAGED PITCH_POINTS SLOWEST_DB SLOWEST_REST_DB "
        "QUIETEST JOIN JOIN_SAMPLES FIRST_POINT FIRST_FRAME TAIL_FFT _START _POINTS _FRAMES _NEPERS",
    ),
    "sketchOwnTail": (
        "kickitout.sound.sketch.own_tail",
        "LEAD WHOLE_FFT END_SAMPLES LED_POINTS LED_OVER_POINTS LED_FRAMES LED_OVER_FRAMES",
    ),
    "sketchSpread": (
        "kickitout.sound.sketch.spread",
        "REFLECTIONS FALL_SECONDS HIGH_HZ TILT_HZ TILT_DB DARKENING_HZ SPREAD_FFT LONGEST_FFT",
    ),
    "bend": (
        "kickitout.sound.sketch.bend",
        "BENT_HZ BENT_FFT BENT_SECONDS TIMES_MS FROM_SECONDS LEAST_DB MOST_WEIGHT SHALLOW DEEPEST_OCTAVES LEAST_HZ "
        "LEAST_POINTS STEADY",
    ),
    "sketchAnchor": (
        "kickitout.sound.sketch.anchor",
        "REST STEP REST_LINES_FFT LINES_FFT HEARD_HZ LADDER NEAR_OCTAVES MOVES",
    ),
    "edits": (
        "kickitout.sound.sketch.edits",
        "HELD_SECONDS CLICK_HZ CLICK_SECONDS TILT_HZ HEARD_SHARE DIRT_HZ SLOPE_SECONDS LONGEST PEAK_LEVEL DECAY_DB "
        "LEAST_FALL SETTLED_SHARE SETTLED_OCTAVES SETTLED_DB",
    ),
    "transfer": ("kickitout.sound.sketch.transfer", "SOFTEST MOST LOUDEST NOTHING OPENING SMOOTH"),
    "descriptorsBody": (
        "kickitout.measure.descriptors.body",
        "NARROW_HZ WIDE_HZ HIGHEST_HZ RATE_HZ GUESS_SECONDS GUESS_DB GUESS_EVERY STEPS ROUNDS PITCHES_HZ END_SECONDS "
        "SWEEP_TIMES DEEPEST_OCTAVES SHALLOW",
    ),
    "descriptorsCharacteristics": (
        "kickitout.measure.descriptors.characteristics",
        "CLICK_HZ CLICK_SECONDS CLICK_EARLY_SECONDS LEAST_CLICK_DB LEAST_CLICK_CONTRAST_DB RUMBLE_HZ "
        "LEAST_RUMBLE_SHARE SUSTAIN_HZ SUSTAIN_SECONDS MOST_SUSTAIN_DB MOST_DECAY_DB MOST_RISE_DB LACKS",
    ),
    "descriptorsDecay": (
        "kickitout.measure.descriptors.decay",
        "DECAY_DB PEAK_LEVEL SLOPE_SECONDS LEAST_SLOPE_SECONDS LONGEST_MS",
    ),
    "descriptorsEdges": ("kickitout.measure.descriptors.edges", "ONSET_SECONDS ONSET_FLOOR_DB ATTACK_LEVEL"),
    "descriptorsHeard": (
        "kickitout.measure.descriptors.heard",
        "BAND_HZ PADDING OPENING_SHARE NEAR_OCTAVES LEAST_LIKENESS FURTHEST_OCTAVES",
    ),
    "descriptorsLevels": (
        "kickitout.measure.descriptors.levels",
        "OVERSAMPLING _REACH _BETA _BLOCK CLOSELY INTERPOLATIONS TAIL_SECONDS TAIL_FLOOR_DB",
    ),
    "descriptorsLoudness": (
        "kickitout.measure.descriptors.loudness",
        "BLOCK_SECONDS STEP_SECONDS ABSOLUTE_GATE_LUFS RELATIVE_GATE_LU OFFSET_LU SHELF HIGH_PASS",
    ),
    "descriptorsMeasure": (
        "kickitout.measure.descriptors.measure",
        "LAST_DB LEAST_PEAK LEAST_MID NOT_FINITE TIMBRE SWEEP ENDING BODY",
    ),
    "descriptorsPitch": (
        "kickitout.measure.descriptors.pitch",
        "END_DB RELEASE_DB RELEASE_SHARE END_CYCLES END_SECONDS LEAST_CYCLES LEAST_SHARE PITCH_ROUNDS SWEEP_DB "
        "OPENING_CYCLES SWEEP_ROUNDS SHALLOW FIRM LEAST_OCTAVES",
    ),
    "descriptorsSpectrum": ("kickitout.measure.descriptors.spectrum", "LOWEST_HZ NOTHING_DB"),
    "descriptorsStereo": ("kickitout.measure.descriptors.stereo", "LOW_HZ HIGH_HZ WIDTH_LIMIT_DB EMPTY_DB"),
    "descriptorsTable": ("kickitout.measure.descriptors.table", "NOTES A4_HZ LOWEST_NOTE_HZ _NOTE _SIGNS NO_NOTE"),
    "descriptorsTimbre": (
        "kickitout.measure.descriptors.timbre",
        "CLICK_HZ CLICK_SECONDS SPANS LEAD_SECONDS FADE_SECONDS SILENT_DB NOISE_DB FINE",
    ),
    "embedding": (
        "kickitout.measure.embedding",
        "SAMPLES CLICK CLICK_FRAMES CLICK_BINS CLICK_TIMES WHOLE WHOLE_BINS WHOLE_TIMES SIDE_BINS SIDE_TIMES "
        "TEXTURE_BINS TEXTURE_TIMES LOW LOW_BINS LOW_TIMES FLOOR_DB SIDE_FLOOR_DB TEXTURE_FLOOR_DB BODY_HZ BODY_FFT "
        "DECIMATION BODY_MS BODY_FLOOR_DB BODY_EDGE_DB START_SHARES BODY_SWING CHANNEL_BINS CHANNEL_TIMES "
        "ATTACK_STEP ATTACK_STEPS CREST_MS LEAST FURTHEST",
    ),
    "controls": (
        "kickitout.model.controls",
        "QUANTILE SIDE GAIN OF_ONE REACH NARROWEST_DB WIDEST_DB HARDEST_DB GAIN_BEND MONO_DB OUTERMOST KINDS DRIVE "
        "WILD STRETCH FURTHEST LOUDNESS",
    ),
    "steering": (
        "kickitout.model.steering",
        "ROUNDS TOLERANCES READ_TO SHARES HELD LOST SLOPES LONGEST_STEPS "
        "TILT_AN_OCTAVE SET BY_RATIO USUAL_TIME_MS TIMES_MS SHALLOW MOST_LEFT LEAST_DEPTH TRUSTED WHERE "
        "WIDEST_SPREAD BENT ANCHORED HEARD_NEAR BOUNDED LEVELLED PUSHED_DB LEAST_EFFECT",
    ),
    "voice": (
        "kickitout.model.voice",
        "CHOICE COMPONENT ENDLESS NO_ENCODER NO_PRIOR",
    ),
    "noise": ("kickitout.model.noise", "AIR TAIL"),
    "panel": (
        "kickitout.model.panel",
        "NEAR NO_CONTROL THERE_ARE THERE_IS_NONE OUT_OF_RANGE NOT_MET NOT_MEASURED",
    ),
    "variations": (
        "kickitout.instrument.variations",
        "GENTLENESS PINNED ATTEMPTS KEPT END_SAMPLES MATCH_GENERATIONS MATCH_CHILDREN MATCH_STEP "
        "AMOUNT_RANGE KEPT_UNKNOWN",
    ),
    "finishing": (
        "kickitout.instrument.finishing",
        "SHORTEST_MS LONGEST_MS TAPER SETTLED_SECONDS PROCESSING HEARD_DBFS PEAK_DBTP LOWEST_LEVEL LEVELS "
        "_LEVEL_FORMED LEVEL_FORM LEVEL_RANGE TOO_QUIET LEAST_MISS_LU",
    ),
    "recipes": ("kickitout.instrument.recipes", "RECIPE_FORMAT LAST_ATTEMPT MARK_DIGITS"),
    "choice": ("kickitout.model.choice", "SLOPE"),
    "choosing": ("kickitout.instrument.choosing", "CHOICES LATENTS ATTEMPTS REMEMBERED"),
    "instrument": ("kickitout.instrument.instrument", "NONE_PASSES PASSES ASKED INHERITED NEAREST"),
    "excuses": ("kickitout.instrument.excuses", "EXCUSES"),
    "request": ("kickitout.instrument.request", "SEED_RANGE SEEDS_RANGE TWO_PITCHES"),
    "lengths": (
        "kickitout.instrument.lengths",
        "LENGTH_RANGE BEATS_RANGE BPM_RANGE NO_BEATS TWO_LENGTHS BEATS_MISSING BPM_MISSING TEMPI _BEATS",
    ),
    "styles": ("kickitout.instrument.styles", "STYLES ABOUT UNKNOWN CONTROL_MISSING"),
    "marking": ("kickitout.sound.marking", "SOURCE_TYPES MADE MADE_WITH_OTHERS XMP XMP_KIND"),
    "wording": ("kickitout.model.wording", "MODEL_MADE MODEL_CHANGED MODEL_LEFT RIGHTS_CHANGED RIGHTS_LEFT"),
    "wavMarks": (
        "kickitout.sound.wav_marks",
        "ONE_SHOT NO_ROOT ACID_CONSTANT METER BEXT_VERSION DESCRIPTION_BYTES ORIGINATOR_BYTES CUT HISTORY",
    ),
    "originals": ("kickitout.instrument.originals", "FAITHFUL FILE_NEEDED LATENT_DAMAGED MOST_ORIGINALS"),
    "ancestry": ("kickitout.instrument.ancestry", "MOST_ANCESTORS MOST_GENERATIONS BLENDED MOST_TOGETHER"),
    "varying": ("kickitout.instrument.varying", "AMOUNT LEAST_AMOUNT KEPT_AS_IT_IS"),
    "morphing": ("kickitout.instrument.morphing", "NO_LIMIT_DB"),
    "gateRules": ("kickitout.measure.gate.rules", "SILENCE_DBFS RULES AT_MOST AT_LEAST LINE_AT"),
    "gateEdges": (
        "kickitout.measure.gate.edges",
        "OFFSET_SECONDS STEP_SECONDS FLAT FLAT_SECONDS LOUD_TOP QUIET_CHANNEL",
    ),
    "gateSteady": (
        "kickitout.measure.gate.steady",
        "MAINS_HZ HARMONICS HUM_SECONDS HUM_WINDOWS HUM_REST_SECONDS HUM_STEADINESS WINDOW BIN_HZ LEAST_FRAMES "
        "FLOOR_DB NOISE_HZ LINE_HZ NEIGHBOURS FRAME_BINS FRAME_WIDTH FRAME_HZ NOTHING_DB",
    ),
    "gate": ("kickitout.measure.gate.gate", "AUDIBLE"),
    "tasteRules": ("kickitout.measure.taste.rules", "FURTHEST RULES"),
    "taste": (
        "kickitout.measure.taste.taste",
        "WHOLE_SECONDS RUMBLE_HZ BODY_HZ HISS_HZ HISS_SECONDS ATTACK_LEVELS BODY_RATE_HZ SMOOTH_SECONDS LATE_SHARE "
        "SWELL_DB PITCH_DB LOWEST_PITCH_HZ LEAST_TYPICAL",
    ),
    "normalise": (
        "kickitout.library.normalise",
        "PRE_ROLL FADE_SAMPLES REST_SECONDS REST_LEVEL ONSET_LEVEL ATTACK_LEVEL NOISE_MARGIN NOISE_EVENNESS "
        "NOISE_LEVEL GAP WHOLE_LEVEL",
    ),
    "reject": (
        "kickitout.library.reject",
        "UNREADABLE NON_FINITE SILENT TOO_SHORT TOO_LONG LOOP CHANNELS LONGEST_SECONDS QUIET_DB "
        "LONGEST_FILE_SECONDS READ_SECONDS "
        "SHORTEST_SAMPLES SILENCE RATES HIT_RISE_DB HIT_LEVEL_DB HIT_FRAMES MOST_LATER_HITS NOT_TAKEN CHANNELS_FOUND "
        "SECONDS_FOUND MORE_SECONDS LOUD_SECONDS_FOUND NON_FINITE_FOUND SILENT_FOUND HITS_FOUND SOUND_FOUND "
        "SAMPLES_FOUND LONG_FOUND LONGER_FOUND",
    ),
    "sheet": (
        "kickitout.sound.sheet",
        "LOWEST_HZ HIGHEST_HZ QUIETEST_DB LOUDEST_DB _PLOT_WIDTH _WAVE_HEIGHT _SPECTRUM_HEIGHT _INSET _LABEL_HEIGHT "
        "_WAVE_GAP _CARD_WIDTH _CARD_HEIGHT _GAP _MARGIN _AXIS_WIDTH _AXIS_HEIGHT _TITLE_HEIGHT _LEGEND_HEIGHT "
        "_BAR_WIDTH _BESIDE_BAR _PAGE _CARD _TEXT _QUIET_TEXT _LEFT _RIGHT _WINDOWS _ANCHORS _SMOOTHING _DARKEST "
        "_LIGHTER _TO_CONES _TO_LINEAR _THINNEST _TICKS_HZ _SRGB",
    ),
    "words": ("kickitout.packs.words", "FURTHEST AXES NOTHING NEAR WORDS"),
    "texts": ("kickitout.packs.texts", "WIDTH RIGHTS CONTENTS FILE_NAMES AS_HEARD AGAIN NO_PITCH PITCH KICK"),
    "tips": ("kickitout.model.tips", "TIPS"),
    "metrics": ("kickitout.evaluation.metrics.table", "WORDS"),
    "packPlace": ("kickitout.packs.place", "MANIFEST MANIFEST_FORMAT _NAME _RESERVED NO_NAME"),
    "packBuild": ("kickitout.packs.build", "WIDE_SHEET README_FILE LICENCE_FILE SHEET_FILE"),
    "packMake": ("kickitout.packs.make", "MOST_KICKS"),
    "facts": ("kickitout.web.facts", "STEPS LABELS"),
    "names": ("kickitout.instrument.names", "LONGEST LONGEST_STEM NAMELESS _FORBIDDEN _UNFIT"),
    "bodies": ("kickitout.web.bodies", "MOST_BYTES"),
    "remaking": ("kickitout.web.recipes", "SAME_DB SAME_LENGTH"),
    "packing": ("kickitout.web.packing", "PACK_SIZE OF_FILES"),
    "chunks": ("kickitout.sound.reading.chunks", "KNOWN SEARCHED SOUND UNKNOWN_SIZE"),
    "notes": (
        "kickitout.sound.reading.notes",
        "CUT_SHORT NO_LENGTH REPAIRED LEFT_OVER OVER THERE TO_THE_END WRONG_SIZE MORE_THERE NOT_READ FAR_OVER "
        "UNLIKE LONG",
    ),
    "tags": ("kickitout.sound.reading.tags", "BEHIND LOOKED_AT"),
    "riff": ("kickitout.sound.reading.riff", "EXTENSIBLE"),
    "mp3": ("kickitout.sound.reading.mp3", "FRAME_SAMPLES"),
    "audio": ("kickitout.sound.audio", "UNREADABLE NO_SAMPLES RATE_REFUSED OVER_SCALE"),
    "webExport": (
        "kickitout.web.export",
        "MODEL MANIFEST_FILE EMBEDDING_FILE PRIOR_FILE CHOICE_FILE OTHERS_FILE MAP_FILE RESAMPLING VENDORED",
    ),
    "store": ("kickitout.web.store", "MOST_KICKS MOST_SOUNDS"),
    "studio": (
        "kickitout.web.studio",
        "MOST_AT_ONCE SEEDS_OR_N NOT_FOUR PLACE_RANGE TOO_MANY TOO_OLD TOGETHER",
    ),
    "session": ("kickitout.web.session", "ID_DIGITS NO_KICK"),
}
"""What the engine takes from which module, by the name of its object in JavaScript."""

HEAD = """\
/**
 * Generated by `python -m twins.write_constants` from the Python modules; not to be edited. Each object holds what the
 * engine takes from one module, under the names that it has there.
 */

/** @template T @param {T} value @returns {T} */
function frozen(value) {
  for (const part of Object.values(/** @type {object} */ (value))) if (part && typeof part === "object") frozen(part);
  return Object.freeze(value);
}
"""


def plain(value: Any) -> Any:
    """A constant as lists, dictionaries, strings and numbers."""
    if isinstance(value, BaseModel):
        return value.model_dump()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, re.Pattern):
        return value.pattern
    if isinstance(value, range):
        return [value.start, value.stop - 1]
    if isinstance(value, np.ndarray):
        return [steady(one) for one in value.tolist()]
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, Set):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{value!r} has no form in JavaScript")


def steady(value: Any) -> Any:
    """What NumPy computed, to thirteen digits: processors differ in the last three."""
    if isinstance(value, list):
        return [steady(one) for one in value]
    return float(f"{value:.13g}") if isinstance(value, float) else value


def number(value: int | float) -> str:
    """A number so that JavaScript reads the same one."""
    if isinstance(value, int):
        return f"{value}n" if abs(value) > LARGEST_EXACT else str(value)
    if not math.isfinite(value):
        raise ValueError(f"{value} is no constant")
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def type_of(value: Any) -> str:
    """The type of a plain value for the type checker; empty where it sees that by itself."""
    if isinstance(value, bool | int | float | str) or value is None:
        return {bool: "boolean", str: "string", type(None): "null"}.get(type(value), "number")
    types = {type_of(part) for part in (value.values() if isinstance(value, dict) else value)}
    if isinstance(value, list):
        if types == {"number"} and 2 <= len(value) <= LONGEST_TUPLE:
            return f"readonly [{', '.join(['number'] * len(value))}]"
        return f"readonly {types.pop()}[]" if types in ({"number"}, {"string"}) else ""
    if len(types) == 1 and "" not in types:
        return f"Readonly<Record<string, {types.pop()}>>"
    if all(one.startswith("readonly ") and "string" not in one for one in types):
        return "Readonly<Record<string, readonly number[]>>"
    return ""


def written(value: Any, indent: str) -> str:
    """A plain value in JavaScript, in one line where it fits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float):
        return number(value)
    inner = f"{indent}  "
    if isinstance(value, list):
        parts, marks = [written(part, inner) for part in value], "[]"
    else:
        parts = [f"{_key(name)}: {written(part, inner)}" for name, part in value.items()]
        marks = "{}"
    line = ", ".join(parts)
    room = 1 if marks == "[]" else 3
    if len(indent) + len(line) + room < 80 and "\n" not in line:
        return f"[{line}]" if marks == "[]" else f"{{ {line} }}"
    lines = _filled(parts, inner) if isinstance(value, list) and all(len(part) < 20 for part in parts) else parts
    return marks[0] + "".join(f"\n{inner}{one}," for one in lines) + f"\n{indent}{marks[1]}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else json.dumps(name)


def _filled(parts: list[str], indent: str) -> list[str]:
    """Short parts, as many in a line as fit."""
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]}, {part}" if lines[-1] else part
        if len(indent) + len(longer) >= WIDTH:
            lines.append(part)
        else:
            lines[-1] = longer
    return lines


def constants() -> dict[str, dict[str, Any]]:
    """Plain values by the engine's names of modules and by their own, a leading underscore left out."""
    return {
        name: {one.lstrip("_"): plain(getattr(importlib.import_module(module), one)) for one in names.split()}
        for name, (module, names) in MODULES.items()
    }


def render() -> str:
    """The file."""
    parts = [HEAD]
    for name, values in constants().items():
        lines = [f"/** Of Python's `{MODULES[name][0]}`. */", f"export const {name} = frozen({{"]
        for one, value in values.items():
            text = written(value, "  ")
            if isinstance(value, list | dict) and (hint := type_of(value)):
                text = f"/** @type {{{hint}}} */ ({text})"
            lines.append(f"  {one}: {text},")
        parts.append("\n".join([*lines, "});"]) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
