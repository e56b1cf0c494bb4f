/** All that makes a kick again, in the words of Python's `kickitout.recipes`: the same text in the file. */

import * as constants from "./constants.js";
import { commentOf } from "./comments.js";
import { plainSeed, readSeed } from "./randomness.js";
import { Real, json } from "./wav.js";

const { SAMPLE_RATE } = constants.kick;
const { MAX_SEED } = constants.randomness;
const { SHORTEST_MS } = constants.finishing;
const { LAST_ATTEMPT, RECIPE_FORMAT } = constants.recipes;

/** @typedef {import("./finishing.js").Processing} Processing */

/**
 * A file that was taken in: its name, and the hash of what it held.
 * @typedef {{file: string, content: string}} FileBeginning
 */

/** What another kick was made from. @typedef {Recipe | FileBeginning} Beginning */

/**
 * How a kick was made from others: an amount of a variation or the place of a morph, or the latent of a match.
 * @typedef {{verb: "vary" | "morph" | "match", of: Beginning[], amount: number | null, keep: string[] | null,
 *   latent?: string}} Derivation
 */

/**
 * `kickitout` is the version that made it, where that was another.
 * @typedef {{seed: bigint, attempt: number, controls: Record<string, number>, derivation: Derivation | null,
 *   processing: Processing, kickitout?: string}} Recipe
 */

/** No recipe of ours goes deeper. */
const DEEPEST = 64;

/** @param {Beginning} beginning @returns {beginning is FileBeginning} */
export const isFile = (beginning) => "content" in beginning;

/** @param {Recipe} recipe @param {import("./model.js").Manifest} manifest */
function plain(recipe, manifest) {
  const { card, checksum, version } = manifest;
  const { derivation, processing } = recipe;
  const names = Object.keys(recipe.controls);
  const real = (/** @type {number | null} */ value) => (value === null ? null : new Real(value));
  return {
    format: RECIPE_FORMAT,
    kickitout: recipe.kickitout ?? version,
    model: { name: card.name, version: card.version, checksum },
    seed: recipe.seed,
    attempt: recipe.attempt || undefined,
    controls: names.length
      ? Object.fromEntries(names.map((name) => [name, new Real(recipe.controls[name])]))
      : undefined,
    derivation: derivation
      ? {
          verb: derivation.verb,
          of: derivation.of.map((one) => plainBeginning(one, manifest)),
          amount: real(derivation.amount) ?? undefined,
          keep: derivation.keep ?? undefined,
          latent: derivation.latent,
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

/** @param {Beginning} one @param {import("./model.js").Manifest} manifest */
const plainBeginning = (one, manifest) =>
  isFile(one) ? { file: one.file, content: one.content } : { recipe: plain(one, manifest) };

/**
 * A recipe as it stands in a 24-bit WAV file.
 * @param {Recipe} recipe @param {import("./model.js").Manifest} manifest
 */
export function recipeText(recipe, manifest) {
  return json({ ...plain(recipe, manifest), file: { format: "wav", bits: "24", rate: SAMPLE_RATE } });
}

/**
 * What a kick was made from as one text: the same for the same.
 * @param {Beginning} one @param {import("./model.js").Manifest} manifest
 */
export const beginningText = (one, manifest) => json(plainBeginning(one, manifest));

/**
 * A recipe as plain JSON; seeds that no number holds are told as text.
 * @param {Recipe} recipe @param {import("./model.js").Manifest} manifest
 */
export const plainRecipe = (recipe, manifest) => told(plain(recipe, manifest));

/** @param {any} value @returns {any} */
function told(value) {
  if (value instanceof Real) return value.value;
  if (typeof value === "bigint") return plainSeed(value);
  if (Array.isArray(value)) return value.map(told);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) => (part === undefined ? [] : [[name, told(part)]])),
  );
}

// Read again ----------------------------------------------------------------------------------------------------------

/** Nothing is there that is not known. */
const only = (/** @type {any} */ value, /** @type {string[]} */ names) =>
  value !== null && typeof value === "object" && Object.keys(value).every((name) => names.includes(name));

const isNumber = (/** @type {unknown} */ value) => typeof value === "number" && Number.isFinite(value);
const atMost = (/** @type {any} */ value, /** @type {number} */ most) => value === null || (isNumber(value) && value <= most);

/** @param {any} value @returns {Processing | null} */
function readProcessing(value) {
  if (!only(value, ["dc_free", "silence_db", "side_db", "length_ms", "fade_ms", "peak_dbfs"])) return null;
  const { dc_free, silence_db = null, side_db = null, length_ms = null, fade_ms, peak_dbfs } = value;
  const right =
    typeof dc_free === "boolean" && atMost(silence_db, 0) && atMost(side_db, 0) && isNumber(fade_ms) && fade_ms >= 0 &&
    isNumber(peak_dbfs) && peak_dbfs <= 0 && (length_ms === null || (isNumber(length_ms) && length_ms >= SHORTEST_MS));
  return right ? { dc_free, silence_db, side_db, length_ms, fade_ms, peak_dbfs } : null;
}

/** @returns {Derivation | null} */
function readDerivation(/** @type {any} */ value, manifest, deep) {
  if (!only(value, ["verb", "of", "amount", "keep", "latent"])) return null;
  const { verb, of, amount = null, keep = null, latent = null } = value;
  if (!["vary", "morph", "match"].includes(verb) || !Array.isArray(of) || of.length !== (verb === "morph" ? 2 : 1)) return null;
  if ((amount === null) !== (verb === "match") || (latent === null) === (verb === "match")) return null;
  if (amount !== null && !(isNumber(amount) && amount >= 0 && amount <= 1)) return null;
  if (latent !== null && typeof latent !== "string") return null;
  if (keep !== null && !(Array.isArray(keep) && keep.every((name) => typeof name === "string"))) return null;
  const beginnings = of.map((one) => {
    if (only(one, ["recipe"])) return readRecipe(one.recipe, manifest, deep + 1);
    const { file, content } = only(one, ["file", "content"]) ? one : {};
    return typeof file === "string" && typeof content === "string" ? { file, content } : null;
  });
  if (beginnings.includes(null)) return null;
  return { verb, of: /** @type {Beginning[]} */ (beginnings), amount, keep, ...(latent === null ? {} : { latent }) };
}

/**
 * A recipe of a whole kick from plain JSON; null where it is damaged, of another model, or that of a part of a kick.
 * @param {any} value @param {import("./model.js").Manifest} manifest @returns {Recipe | null}
 */
export function readRecipe(value, manifest, deep = 0) {
  const known = ["format", "kickitout", "model", "seed", "attempt", "controls", "derivation", "processing", "stem", "file"];
  if (deep > DEEPEST || !only(value, known) || value.format !== RECIPE_FORMAT) return null;
  const { kickitout, model, seed, attempt = null, controls = null, derivation = null, stem = null } = value;
  if (model?.checksum !== manifest.checksum || typeof kickitout !== "string" || stem !== null) return null;
  const processing = readProcessing(value.processing);
  const number = readNumber(seed);
  const made = derivation === null ? null : readDerivation(derivation, manifest, deep);
  if (!processing || number === null || (derivation !== null && !made)) return null;
  if (attempt !== null && !(Number.isInteger(attempt) && attempt >= 1 && attempt <= LAST_ATTEMPT)) return null;
  if (controls !== null && !(only(controls, Object.keys(controls)) && Object.values(controls).every(isNumber))) return null;
  const recipe = { seed: number, attempt: attempt ?? 0, controls: { ...controls }, derivation: made, processing };
  return kickitout === manifest.version ? recipe : { ...recipe, kickitout };
}

/** @param {unknown} seed @returns {bigint | null} */
function readNumber(seed) {
  if (typeof seed !== "number" && !(typeof seed === "string" && /^\d{1,19}$/.test(seed))) return null;
  try {
    return readSeed(seed) <= MAX_SEED ? readSeed(seed) : null;
  } catch {
    return null;
  }
}

/**
 * The recipe in a sound file, if it is one that makes a kick of this model.
 * @param {DataView} view @param {import("./model.js").Manifest} manifest
 */
export function recipeIn(view, manifest) {
  const text = commentOf(view);
  if (text === null || !text.startsWith("{")) return null;
  try {
    // Seeds may have more digits than a number holds. In a text every quote has a backslash before it: this is a name.
    return readRecipe(JSON.parse(text.replace(/"seed":\s*(\d{16,19})(?=[,}\s])/g, '"seed":"$1"')), manifest);
  } catch {
    return null;
  }
}
