/**
 * A word for what a kick sounds like, and names of files: the twin of Python's `kickitout.packs.words`. Ours, so that a
 * kick has the same name here and there.
 */

import * as constants from "./constants.js";
import { named } from "./names.js";
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

/** What the names of a pack's files begin with. @param {string} name */
const prefixOf = (name) => name.toLowerCase().replace(/[ _-]+/g, "_").replace(/^_+|_+$/g, "");

/** What the name of a kick's file tells in a pack. @typedef {{word: string, seed: bigint, note: string | null, mark: string | null}} Title */

/**
 * Names of files without their ending, `velvet_kick_dark_17_F#`; a name that is taken has a number behind its word.
 * @param {string} name the pack's @param {Title[]} kicks @returns {string[]}
 */
export function fileStems(name, kicks) {
  /** @type {Map<string, number>} */
  const taken = new Map();
  return kicks.map((one) => {
    const key = Object.values(one).join(" ");
    const count = (taken.get(key) ?? 0) + 1;
    taken.set(key, count);
    const said = one.word + (count === 1 ? "" : count);
    return named(`${prefixOf(name)}_kick_${said}_${one.seed}`, one.note, one.mark);
  });
}
