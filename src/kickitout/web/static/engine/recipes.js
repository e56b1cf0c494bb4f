/**
 * All that makes a kick again: the twin of Python's `kickitout.instrument.recipes`. Ours, for the text in a file is the
 * same.
 */

import * as constants from "./constants.js";
import { commentOf } from "./comments.js";
import { sha256 } from "./hashes.js";
import { plainSeed, readSeed } from "./randomness.js";
import { Real, json } from "./json.js";

const { SAMPLE_RATE } = constants.kick;
const { MAX_SEED } = constants.randomness;
const { LONGEST_MS, PROCESSING, SHORTEST_MS } = constants.finishing;
const { LAST_ATTEMPT, MARK_DIGITS, RECIPE_FORMAT } = constants.recipes;

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
 * `kickitout` is the version that made it, where that was another; `asDrawn` says that the first was asked for, whatever
 * gate and taste say of it.
 * @typedef {{seed: bigint, attempt: number, controls: Record<string, number>, derivation: Derivation | null,
 *   processing: Processing, asDrawn?: boolean, kickitout?: string}} Recipe
 */

/** No recipe of ours goes deeper. */
const DEEPEST = 64;

/** @param {Beginning} beginning @returns {beginning is FileBeginning} */
export const isFile = (beginning) => "content" in beginning;

/** What becomes JSON, by names; see `json`. @typedef {Record<string, unknown>} Plain */

/** @param {Recipe} recipe @param {import("./model.js").Manifest} manifest @returns {Plain} */
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
    as_drawn: recipe.asDrawn || undefined,
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
      peak_dbtp: new Real(processing.peak_dbtp),
      loudness_lufs: real(processing.loudness_lufs),
      mono: processing.mono || undefined,
      loop: processing.loop || undefined,
    },
  };
}

/** @param {Beginning} one @param {import("./model.js").Manifest} manifest @returns {Plain} */
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
 * A short mark of all that was asked of a kick; null where nothing was.
 * @param {Recipe} recipe @param {import("./model.js").Manifest} manifest
 */
export function markOf(recipe, manifest) {
  const { as_drawn, controls, derivation, processing } = plain(recipe, manifest);
  if (!as_drawn && !controls && !derivation && isUsual(recipe.processing)) return null;
  const text = json({ as_drawn, controls, derivation, processing });
  return sha256(new TextEncoder().encode(text)).slice(0, MARK_DIGITS);
}

/** @param {Processing} processing */
const isUsual = (processing) =>
  Object.entries(PROCESSING).every(([name, value]) => processing[/** @type {keyof Processing} */ (name)] === value);

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

/** @param {Plain} value @returns {Plain} */
function told(value) {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) => (part === undefined ? [] : [[name, toldPart(part)]])),
  );
}

/** @param {unknown} value @returns {unknown} */
function toldPart(value) {
  if (value instanceof Real) return value.value;
  if (typeof value === "bigint") return plainSeed(value);
  if (value === null || typeof value !== "object") return value;
  return Array.isArray(value) ? value.map(toldPart) : told({ ...value });
}

// Read again ----------------------------------------------------------------------------------------------------------

/**
 * An object in which nothing is that is not known.
 * @param {unknown} value @param {string[]} names @returns {value is Record<string, unknown>}
 */
const only = (value, names) =>
  value !== null && typeof value === "object" && Object.keys(value).every((name) => names.includes(name));

/** @param {unknown} value @returns {value is number} */
const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** @param {unknown} value @returns {value is number | null} */
const isLevel = (value) => value === null || (isNumber(value) && value <= 0);

/** @param {unknown} value @returns {value is string[] | null} */
const isNames = (value) => value === null || (Array.isArray(value) && value.every((name) => typeof name === "string"));

/** @param {unknown} value @returns {value is "vary" | "morph" | "match"} */
const isVerb = (value) => value === "vary" || value === "morph" || value === "match";

/** @param {unknown} value @returns {value is Record<string, number>} */
const isNumbers = (value) => value !== null && typeof value === "object" && Object.values(value).every(isNumber);

const PROCESSING_FIELDS = Object.keys(PROCESSING);

/** @param {unknown} value @returns {Processing | null} */
function readProcessing(value) {
  if (!only(value, PROCESSING_FIELDS)) return null;
  const { dc_free, silence_db = null, side_db = null, length_ms = null, fade_ms } = value;
  const { peak_dbtp, loudness_lufs = null, mono = false, loop = false } = value;
  if (typeof dc_free !== "boolean" || typeof mono !== "boolean" || !isLevel(silence_db) || !isLevel(side_db)) return null;
  if (typeof loop !== "boolean") return null;
  if (!isNumber(fade_ms) || fade_ms < 0 || !isNumber(peak_dbtp) || peak_dbtp > 0) return null;
  if (!isLevel(loudness_lufs)) return null;
  if (length_ms !== null && !(isNumber(length_ms) && length_ms >= SHORTEST_MS && length_ms <= LONGEST_MS)) return null;
  return { dc_free, silence_db, side_db, length_ms, fade_ms, peak_dbtp, loudness_lufs, mono, loop };
}

/**
 * @param {unknown} value @param {import("./model.js").Manifest} manifest @param {number} deep
 * @returns {Derivation | null}
 */
function readDerivation(value, manifest, deep) {
  if (!only(value, ["verb", "of", "amount", "keep", "latent"])) return null;
  const { verb, of, amount = null, keep = null, latent = null } = value;
  if (!isVerb(verb) || !Array.isArray(of) || of.length !== (verb === "morph" ? 2 : 1)) return null;
  if ((amount === null) !== (verb === "match") || (latent === null) === (verb === "match")) return null;
  if (amount !== null && !(isNumber(amount) && amount >= 0 && amount <= 1)) return null;
  if (latent !== null && typeof latent !== "string") return null;
  if (!isNames(keep)) return null;
  const beginnings = of.flatMap((one) => readBeginning(one, manifest, deep) ?? []);
  if (beginnings.length !== of.length) return null;
  return { verb, of: beginnings, amount, keep, ...(latent === null ? {} : { latent }) };
}

/**
 * @param {unknown} value @param {import("./model.js").Manifest} manifest @param {number} deep
 * @returns {Beginning | null}
 */
function readBeginning(value, manifest, deep) {
  if (only(value, ["recipe"])) return readRecipe(value.recipe, manifest, deep + 1);
  if (!only(value, ["file", "content"])) return null;
  const { file, content } = value;
  return typeof file === "string" && typeof content === "string" ? { file, content } : null;
}

const RECIPE_FIELDS = [
  "format", "kickitout", "model", "seed", "attempt", "as_drawn", "controls", "derivation", "processing", "stem", "file",
];

/** @param {unknown} value @param {string} name */
const partOf = (value, name) =>
  value !== null && typeof value === "object" ? Object.entries(value).find(([one]) => one === name)?.[1] : undefined;

/**
 * A recipe of a whole kick from plain JSON; null where it is damaged, of another model, or that of a part of a kick.
 * @param {unknown} value @param {import("./model.js").Manifest} manifest @returns {Recipe | null}
 */
export function readRecipe(value, manifest, deep = 0) {
  if (deep > DEEPEST || !only(value, RECIPE_FIELDS) || value.format !== RECIPE_FORMAT) return null;
  const { kickitout, model, seed, attempt = null, controls = null, derivation = null, stem = null } = value;
  const { as_drawn = null } = value;
  if (partOf(model, "checksum") !== manifest.checksum || typeof kickitout !== "string" || stem !== null) return null;
  const processing = readProcessing(value.processing);
  const number = readNumber(seed);
  const made = derivation === null ? null : readDerivation(derivation, manifest, deep);
  if (!processing || number === null || (derivation !== null && !made)) return null;
  if (attempt !== null && !(isNumber(attempt) && Number.isInteger(attempt))) return null;
  if (attempt !== null && !(attempt >= 1 && attempt <= LAST_ATTEMPT)) return null;
  if (controls !== null && !isNumbers(controls)) return null;
  if (as_drawn !== null && as_drawn !== true) return null;
  const recipe = { seed: number, attempt: attempt ?? 0, controls: { ...controls }, derivation: made, processing };
  const drawn = as_drawn === null ? recipe : { ...recipe, asDrawn: as_drawn };
  return kickitout === manifest.version ? drawn : { ...drawn, kickitout };
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
