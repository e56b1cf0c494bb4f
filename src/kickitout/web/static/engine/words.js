/** A word for what a kick sounds like, and names of files: as Python's `kickitout.packs.words`. */

import { noteOf } from "./descriptors.js";
import { clamp } from "./numbers.js";

const FURTHEST = 3;
/** A kick that is no further out than this in any direction is `NOTHING`. */
const NEAR = 0.7;
const NOTHING = "solid";

/**
 * Directions in which kicks differ: the descriptor, whether ratios count, and what 16, 50 and 84 of 100 do not exceed.
 * @type {Record<string, [string, boolean, number, number, number]>}
 */
const AXES = {
  pitch: ["pitch_hz", true, 28.7, 44.9, 57.6],
  sweep: ["sweep_octaves", false, 1.14, 2.52, 3.57],
  sweep_time: ["sweep_ms", true, 33.3, 74.7, 195],
  decay: ["decay_ms", true, 130, 220, 410],
  click: ["click_db", false, -29.4, -19.6, -10.5],
  brightness: ["brightness_hz", true, 88.3, 158, 316],
  drive: ["drive", true, 0.0105, 0.0306, 0.118],
  width: ["width_db", false, -50, -40, -30.8],
};
const [, , , USUAL_SWEEP] = AXES.sweep;

/** Which way a kick lies that a word is for. @type {Record<string, Record<string, number>>} */
const WORDS = {
  deep: { pitch: -1 },
  high: { pitch: 1 },
  short: { decay: -1 },
  long: { decay: 1 },
  dark: { brightness: -1 },
  bright: { brightness: 1 },
  soft: { click: -1 },
  clicky: { click: 1 },
  clean: { drive: -1 },
  dirty: { drive: 1 },
  wide: { width: 1 },
  diving: { sweep: 1 },
  level: { sweep: -1 },
  quick: { sweep_time: -1 },
  slow: { sweep_time: 1 },
  punchy: { click: 1, decay: -1 },
  snappy: { brightness: 1, decay: -1, sweep_time: -1 },
  sharp: { click: 1, brightness: 1 },
  dull: { click: -1, brightness: -1 },
  thuddy: { click: -1, brightness: -1, decay: -1 },
  tight: { decay: -1, drive: -1 },
  round: { click: -1, drive: -1, decay: 1 },
  booming: { pitch: -1, decay: 1 },
  heavy: { pitch: -1, drive: 1 },
  warm: { brightness: -1, drive: 1 },
  gritty: { click: 1, brightness: 1, drive: 1 },
  zappy: { sweep: 1, sweep_time: -1 },
  bouncy: { sweep: 1, sweep_time: 1 },
  airy: { width: 1, brightness: 1 },
};

/** Where a value lies on an axis: 0 in the middle, about -1 and 1 at low and high. */
function place([, logarithmic, ...limits], value) {
  const [low, middle, high, here] = [...limits, value].map((one) => (logarithmic ? Math.log(Math.max(one, 1e-9)) : one));
  return clamp((2 * (here - middle)) / (high - low), -FURTHEST, FURTHEST);
}

/** Where a kick lies on each axis, by its descriptors; 0 where it has none. @param {Record<string, number>} described */
function places(described) {
  const here = Object.fromEntries(
    Object.entries(AXES).map(([name, axis]) => [name, axis[0] in described ? place(axis, described[axis[0]]) : 0]),
  );
  // Narrower than mono is still mono, and the less a pitch sweeps, the less is heard of how long it takes.
  const heard = Math.min((described.sweep_octaves ?? 0) / USUAL_SWEEP, 1);
  return { ...here, width: Math.max(here.width, 0), sweep_time: heard * here.sweep_time };
}

/** The word whose direction is nearest to that of a kick with these descriptors. @param {Record<string, number>} described */
export function word(described) {
  const here = places(described);
  if (Math.max(...Object.values(here).map(Math.abs)) < NEAR) return NOTHING;
  let best = "";
  let most = -Infinity;
  for (const [name, way] of Object.entries(WORDS)) {
    const parts = Object.entries(way);
    const along = parts.reduce((sum, [axis, part]) => sum + part * here[axis], 0) / Math.hypot(...Object.values(way));
    if (along > most) [best, most] = [name, along];
  }
  return best;
}

/** The nearest note as file names may hold it everywhere; null for no pitch. @param {number | null} hz */
export const noteName = (hz) => (hz === null ? null : noteOf(hz)[0].replace("#", "sharp"));

/** What the names of a pack's files begin with. @param {string} name */
const prefixOf = (name) => name.toLowerCase().replace(/[ _-]+/g, "_").replace(/^_+|_+$/g, "");

/**
 * Names of files without their ending, `velvet_kick_dark_F1`; a word that is taken with that note has a number.
 * @param {string} name the pack's @param {[string, string | null][]} kicks word and note @returns {string[]}
 */
export function fileStems(name, kicks) {
  /** @type {Map<string, number>} */
  const taken = new Map();
  return kicks.map(([said, note]) => {
    const key = `${said} ${note}`;
    const count = (taken.get(key) ?? 0) + 1;
    taken.set(key, count);
    return [prefixOf(name), "kick", said + (count === 1 ? "" : count), ...(note === null ? [] : [note])].join("_");
  });
}
