/**
 * A word for what a kick sounds like, and names of files: the twin of Python's `kickitout.packs.words`. Ours, so that a
 * kick has the same name here and there.
 */

import * as constants from "./constants.js";
import { noteOf } from "./descriptors/table.js";
import { clamp } from "./numbers.js";

const { AXES, FURTHEST, NEAR, NOTHING, WORDS } = constants.words;

/**
 * Where a value lies on an axis: 0 in the middle, about -1 and 1 at low and high.
 * @param {typeof AXES.pitch} axis @param {number} value
 */
function place(axis, value) {
  const [low, middle, high, here] = [axis.low, axis.middle, axis.high, value].map((one) =>
    axis.logarithmic ? Math.log(Math.max(one, 1e-9)) : one,
  );
  return clamp((2 * (here - middle)) / (high - low), -FURTHEST, FURTHEST);
}

/**
 * Where a kick lies on each axis, by its descriptors; 0 where it has none.
 * @param {Record<string, number>} described @returns {Record<string, number>}
 */
function places(described) {
  /** @type {Record<string, number>} */
  const here = {};
  for (const [name, axis] of Object.entries(AXES)) {
    here[name] = axis.descriptor in described ? place(axis, described[axis.descriptor]) : 0;
  }
  // Narrower than mono is still mono, and the less a pitch sweeps, the less is heard of how long it takes.
  const heard = Math.min((described.sweep_octaves ?? 0) / AXES.sweep.middle, 1);
  return { ...here, width: Math.max(here.width, 0), sweep_time: heard * here.sweep_time };
}

/**
 * The word whose direction is nearest to that of a kick with these descriptors.
 * @param {Record<string, number>} described
 */
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
