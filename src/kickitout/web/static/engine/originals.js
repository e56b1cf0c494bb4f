/**
 * Kicks that others are made from, made again from their recipes or from files that were taken in; the latest are kept.
 * The twin of `original_of` in Python's `kickitout.instrument.originals`.
 */

import * as constants from "./constants.js";
import { keep } from "./latest.js";
import { unpackedLatent } from "./matching.js";
import { atHeadsScale, headOf, heard } from "./prepare.js";
import { attemptSeed } from "./randomness.js";
import { beginningText, isFile } from "./recipes.js";
import { refusal } from "./refusal.js";
import { between, takenIn, varied } from "./variations.js";

const { KICK_SAMPLES } = constants.kick;
const { FILE_NEEDED, MOST_ORIGINALS } = constants.originals;

/** @typedef {import("./recipes.js").Recipe} Recipe */
/** @typedef {import("./recipes.js").Beginning} Beginning */
/** @typedef {import("./variations.js").Origin} Origin */
/**
 * Kicks that were taken in, by the hash of what they hold.
 * @typedef {Record<string, import("./prepare.js").Samples>} Given
 */

export class Originals {
  /** @param {import("./voice.js").Voice} voice */
  constructor(voice) {
    this.voice = voice;
    this.manifest = voice.model.manifest;
    /** @type {Map<string, Origin>} */
    this.known = new Map();
  }

  /** Remember a kick that was just made. @param {Beginning} beginning @param {Origin} origin */
  keep(beginning, origin) {
    keep(this.known, beginningText(beginning, this.manifest), origin, MOST_ORIGINALS);
  }

  /** @param {Beginning} beginning @param {Given} given @returns {Promise<Origin>} */
  async of(beginning, given) {
    const known = this.known.get(beginningText(beginning, this.manifest));
    const origin = known ?? (await (isFile(beginning) ? this.taken(beginning, given) : this.made(beginning, given)));
    this.keep(beginning, origin);
    return origin;
  }

  /** @param {import("./recipes.js").FileBeginning} beginning @param {Given} given */
  taken({ file, content }, given) {
    if (!given[content]) throw refusal("originals", file, FILE_NEEDED);
    const samples = given[content];
    const whole = samples[0].length > KICK_SAMPLES ? atHeadsScale(samples) : null;
    return takenIn(this.voice, heard(headOf(samples)), whole);
  }

  /** @param {Recipe} recipe @param {Given} given @returns {Promise<Origin>} */
  async made(recipe, given) {
    const { voice } = this;
    const { derivation } = recipe;
    const number = attemptSeed(recipe.seed, recipe.attempt);
    const asked = voice.asked(recipe.controls);
    if (!derivation) {
      return said(voice, await voice.say(number, asked, recipe.processing, voice.width(recipe.attempt)), asked);
    }
    if (derivation.verb === "match") {
      const latent = unpackedLatent(derivation.latent ?? "", voice.card.latent_size);
      const noise = voice.noise(recipe.seed);
      const sketch = await voice.sketchOf(latent, noise);
      return { latent, sketch, noise, own: sketch, taken: null };
    }
    const ends = [];
    for (const one of derivation.of) ends.push(await this.of(one, given));
    const amount = /** @type {number} */ (derivation.amount);
    if (derivation.verb === "morph") return between(voice, ends[0], ends[1], amount);
    const made = await varied(voice, ends[0], number, amount, derivation.keep ?? [], asked, recipe.processing);
    return { ...made.origin, remarks: voice.remarks(made.asked, made.found) };
  }
}

/**
 * What a model said, as a kick to begin with.
 * @param {import("./voice.js").Voice} voice @param {import("./voice.js").Said} made
 * @param {Record<string, number>} asked
 * @returns {Origin}
 */
export function said(voice, { latent, sketch, noise, found }, asked) {
  const own = Object.keys(asked).length ? null : sketch;
  return { latent, sketch, noise, own, taken: null, remarks: voice.remarks(asked, found) };
}
