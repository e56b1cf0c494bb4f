/** All that makes a kick again, in the words of Python's `kickitout.recipes`: the same text in the file. */

import { Real, json } from "./wav.js";

/** @typedef {import("./finishing.js").Processing} Processing */

/**
 * How a kick was made from others.
 * @typedef {{verb: "vary" | "morph", of: Recipe[], amount: number, keep: string[] | null}} Derivation
 */

/**
 * @typedef {{seed: bigint, attempt: number, controls: Record<string, number>, derivation: Derivation | null,
 *   processing: Processing}} Recipe
 */

/** @param {Recipe} recipe @param {import("./model.js").Manifest} manifest */
function plain(recipe, manifest) {
  const { card, checksum, version } = manifest;
  const { derivation, processing } = recipe;
  const names = Object.keys(recipe.controls);
  const real = (/** @type {number | null} */ value) => (value === null ? null : new Real(value));
  return {
    format: 1,
    kickitout: version,
    model: { name: card.name, version: card.version, checksum },
    seed: recipe.seed,
    attempt: recipe.attempt || undefined,
    controls: names.length
      ? Object.fromEntries(names.map((name) => [name, new Real(recipe.controls[name])]))
      : undefined,
    derivation: derivation
      ? {
          verb: derivation.verb,
          of: derivation.of.map((one) => ({ recipe: plain(one, manifest) })),
          amount: new Real(derivation.amount),
          keep: derivation.keep ?? undefined,
        }
      : undefined,
    processing: {
      dc_free: processing.dc_free,
      silence_db: real(processing.silence_db),
      side_db: real(processing.side_db),
      length_ms: real(processing.length_ms),
      fade_ms: new Real(processing.fade_ms),
      peak_dbfs: new Real(processing.peak_dbfs),
    },
  };
}

/** A recipe as it stands in a 24-bit WAV file. @param {Recipe} recipe @param {import("./model.js").Manifest} manifest */
export function recipeText(recipe, manifest) {
  return json({ ...plain(recipe, manifest), file: { format: "wav", bits: "24", rate: 44100 } });
}

/** How many recipes a recipe holds, itself among them, and how deep they lie. @param {Recipe} recipe */
export function ancestors(recipe) {
  const of = (recipe.derivation?.of ?? []).map(ancestors);
  return {
    count: 1 + of.reduce((total, one) => total + one.count, 0),
    depth: 1 + Math.max(0, ...of.map((one) => one.depth)),
  };
}
