/** What the page is told of a kick, and of a model: the twin of Python's `kickitout.web.facts`. */

import * as constants from "./constants.js";
import { shownOf, valuesOf } from "./controls.js";
import { describe } from "./descriptors/measure.js";
import { heardNote } from "./descriptors/table.js";
import { levelRemarks } from "./finishing.js";
import { judge, sorted } from "./gate.js";
import { named, notePart } from "./names.js";
import { clamp } from "./numbers.js";
import { plainSeed } from "./randomness.js";
import { markOf } from "./recipes.js";
import { label } from "./refusal.js";

const { SAMPLE_RATE } = constants.kick;
const { DRIVE, MONO_DB, STRETCH, WILD } = constants.controls;
const { LONGEST_MS, SHORTEST_MS } = constants.finishing;
const { ABOUT, STYLES } = constants.styles;
const { STEPS } = constants.facts;

/**
 * The model and what may be asked of it.
 * @param {import("./model.js").Manifest} manifest @returns {import("./index.js").Facts}
 */
export function stateOf(manifest) {
  const { card } = manifest;
  const offered = new Set(card.controls.map((one) => one.name));
  /** @param {string} name @param {string} unit @param {number} low @param {number} high @param {number} middle */
  const knob = (name, unit, low, high, middle) => {
    return { name, unit, low, high, middle, step: STEPS[unit] ?? 0.01, label: label(name) };
  };
  const controls = card.controls.map((one) => {
    const usual = shownOf(one.quantiles[one.quantiles.length >> 1], one.unit, one.quantiles);
    return knob(one.name, one.unit, one.minimum, one.maximum, clamp(usual, one.minimum, one.maximum));
  });
  if (card.wildness) controls.push(knob(WILD, STRETCH, 0, 1, 0));
  const { name, version, description } = card;
  return {
    model: { name, version, checksum: manifest.checksum, rights: manifest.rights, description },
    controls,
    styles: Object.entries(STYLES).flatMap(([style, asked]) =>
      Object.keys(asked).every((one) => offered.has(one))
        ? [{ name: style, description: ABOUT[/** @type {keyof typeof ABOUT} */ (style)] }]
        : [],
    ),
    length_ms: { low: SHORTEST_MS, high: LONGEST_MS, usual: (1000 * card.n_samples) / card.sample_rate },
    has_encoder: Boolean(card.graphs.encoder),
    vary_controls: true,
    has_map: manifest.map,
    can_reveal: false,
    trainable: false,
    version: manifest.version,
  };
}

/** @typedef {import("./index.js").Kick} Kick */
/**
 * A kick without its recipe, and what else is known of it.
 * @typedef {Omit<Kick, "recipe"> & {attempt: number, passed: boolean}} KickFacts
 */

/**
 * A kick as the page is told of it.
 * @param {import("./voice.js").Voice} voice @param {import("./descriptors/spectrum.js").Sound} sound
 * @param {{recipe: import("./recipes.js").Recipe, remarks: string[], passed: boolean | null,
 *   verb: Kick["verb"], id: string,
 *   base: string, last: string[], drive: number | null}} made
 * @returns {KickFacts}
 */
export function factsOf(voice, sound, { recipe, remarks, last, passed, verb, id, base, drive }) {
  const found = describe(sound);
  const pitch = found.pitch_hz ?? null;
  const [note, cents] = heardNote(pitch) ?? [null, null];
  const values = valuesOf(found);
  if (drive !== null) values[DRIVE.name] = drive;
  const measured = Object.fromEntries(
    [...voice.controls.keys()].flatMap((name) => (name in values ? [[name, voice.shown(name, values[name])]] : [])),
  );
  return {
    id,
    file: `${named(base, notePart(pitch), markOf(recipe, voice.model.manifest))}.wav`,
    seed: plainSeed(recipe.seed),
    attempt: recipe.attempt,
    verb,
    note,
    cents,
    pitch_hz: pitch,
    decay_ms: found.decay_ms ?? null,
    width_db: found.width_db > MONO_DB ? found.width_db : null,
    loudness_lufs: found.loudness_lufs ?? null,
    asked: { ...recipe.controls },
    measured,
    remarks: [...remarks, ...levelRemarks(recipe.processing, found.loudness_lufs ?? null), ...last],
    duration_ms: (1000 * sound[0].length) / SAMPLE_RATE,
    passed: passed ?? sorted(judge(sound).faults, recipe)[0].length === 0,
  };
}
