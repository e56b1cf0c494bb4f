/**
 * Recipes that the page or a file gives back, what is believed of them, and what they tell: the twin of Python's
 * `kickitout.web.recipes`.
 */

import * as constants from "./constants.js";
import { derivedBase, morphBase, plainName, seeded, stemFor } from "./names.js";
import { isFile } from "./recipes.js";
import { resample } from "./resampling.js";

const { RATES, SAMPLE_RATE } = constants.kick;
const { MOST_ANCESTORS, MOST_GENERATIONS } = constants.ancestry;
const { SAME_DB, SAME_LENGTH } = constants.remaking;

/** @typedef {import("./recipes.js").Recipe} Recipe */
/** @typedef {import("./recipes.js").FileBeginning} FileBeginning */
/** @typedef {import("./descriptors/spectrum.js").Sound} Sound */

/**
 * How many recipes a recipe holds, itself among them, and how deep they lie.
 * @param {Recipe} recipe @returns {{count: number, depth: number}}
 */
function ancestors(recipe) {
  const of = (recipe.derivation?.of ?? []).flatMap((one) => (isFile(one) ? [] : [ancestors(one)]));
  return {
    count: 1 + of.reduce((total, one) => total + one.count, 0),
    depth: 1 + Math.max(0, ...of.map((one) => one.depth)),
  };
}

/**
 * Whether a kick made from those of these recipes would hold more than a recipe is to hold.
 * @param {Recipe[]} recipes
 */
export function isTooOld(recipes, more = 0) {
  const sizes = recipes.map(ancestors);
  const count = sizes.reduce((total, one) => total + one.count, 0);
  return count > MOST_ANCESTORS + more || Math.max(...sizes.map((one) => one.depth)) > MOST_GENERATIONS + more;
}

/**
 * Whether JSON that is to be some recipes holds no more of them than `most`; any JSON. Without recursion, and without
 * looking further than it has to: the twin of `kicks_in` in Python's `kickitout.instrument.ancestry`.
 * @param {unknown[]} data @param {number} most
 */
export function holdsAtMost(data, most) {
  let [inside, count] = [data, data.length];
  while (inside.length && count <= most) {
    /** @type {unknown[]} */
    const below = [];
    for (const one of inside) {
      if (one === null || typeof one !== "object") continue;
      if (!Array.isArray(one) && Object.hasOwn(one, "recipe")) count++;
      for (const part of Object.values(one)) below.push(part);
    }
    inside = below;
  }
  return count <= most;
}

/**
 * The files that are needed to make a kick again; of a match none is.
 * @param {Recipe} recipe @returns {FileBeginning[]}
 */
export function filesOf({ derivation }) {
  if (!derivation || derivation.verb === "match") return [];
  return derivation.of.flatMap((one) => (isFile(one) ? [one] : filesOf(one)));
}

/**
 * Whether all files that a recipe names have names as `plainName` gives them: ours are called after them.
 * @param {Recipe} recipe @returns {boolean}
 */
export function isWellNamed({ derivation }) {
  return (derivation?.of ?? []).every((one) => (isFile(one) ? one.file === plainName(one.file) : isWellNamed(one)));
}

/** The file that a kick is nothing but; null of any other. @param {Recipe} recipe @returns {FileBeginning | null} */
export function takenBy({ derivation, seed, controls }) {
  if (derivation?.verb !== "vary" || derivation.amount !== 0) return null;
  if (seed !== 0n || Object.keys(controls).length) return null;
  return isFile(derivation.of[0]) ? derivation.of[0] : null;
}

/**
 * What the name of a kick's file begins with, as it did when the kick was made.
 * @param {string} model @param {Recipe} recipe @returns {string}
 */
export function baseOf(model, { derivation, seed }) {
  if (!derivation) return seeded(model, seed);
  if (derivation.verb === "morph") return morphBase(model);
  const [one] = derivation.of;
  return derivedBase(isFile(one) ? stemFor(one.file) : baseOf(model, one), derivation.verb, seed);
}

/**
 * Whether a file holds the sound of a kick: another program may have changed it, and left the recipe in it.
 * @param {import("./reading.js").Decoded} decoded @param {Sound} sound @param {1 | 2} own channels of the kick's file
 */
export function soundsAlike({ rate, channels }, sound, own = 2) {
  if (channels.length !== own || !(rate >= RATES[0] && rate <= RATES[1])) return false;
  const [left, right = left] = resample(channels, rate, SAMPLE_RATE);
  const heard = [left, right];
  const lengths = [heard[0].length, sound[0].length];
  const n = Math.min(...lengths);
  if (Math.max(...lengths) - n > SAME_LENGTH * n) return false;
  let [apart, all] = [0, 0];
  sound.forEach((channel, c) => {
    for (let i = 0; i < n; i++) apart += (heard[c][i] - channel[i]) ** 2;
    for (const value of channel) all += value * value;
  });
  return apart <= 10 ** (SAME_DB / 10) * all;
}
