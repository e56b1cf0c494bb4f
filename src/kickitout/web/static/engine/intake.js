/**
 * Kicks that come from outside, files that somebody gives, what is nearest to a kick, and recipes that are given back:
 * the twin of that part of Python's `kickitout.web.studio`.
 */

import * as constants from "./constants.js";
import { matched, packedLatent } from "./matching.js";
import { derivedBase, plainName, stemFor } from "./names.js";
import { contentHash, headOf, heard, prepared } from "./prepare.js";
import { soundIn } from "./reading.js";
import { readRecipe, recipeIn } from "./recipes.js";
import { fileRefusal, refusal } from "./refusal.js";
import { baseOf, filesOf, holdsAtMost, isTooOld, isWellNamed, soundsAlike, takenBy } from "./remaking.js";

const { PROCESSING } = constants.finishing;
const { FAITHFUL } = constants.originals;
const { READ_SECONDS } = constants.reject;
const { BLENDED, MOST_TOGETHER } = constants.ancestry;
const { TOGETHER } = constants.studio;

/** @typedef {import("./studio.js").Studio} Studio */
/** @typedef {import("./studio.js").Held} Held */
/** @typedef {import("./originals.js").Given} Given */
/** @typedef {import("./reading.js").Decoded} Decoded */
/** @typedef {import("./recipes.js").Recipe} Recipe */

/** The model's kick that is nearest to one: as `kick match`. @param {Studio} studio @param {Held} held */
export async function nearest(studio, held) {
  const { voice } = studio;
  voice.checkEncoder();
  const file = held.taken ? held.taken.file : held.facts.file;
  const samples = held.taken ? held.given[held.taken.content] : (await reread(studio, file, held)).samples;
  const { latent, sketch, noise, distance, usual } = await matched(voice, heard(headOf(samples)), 0n, PROCESSING);
  const of = [{ file, content: contentHash(samples) }];
  const verb = /** @type {const} */ ("match");
  const derivation = { verb, of, amount: null, keep: null, latent: packedLatent(latent) };
  const recipe = { seed: 0n, attempt: 0, controls: {}, derivation, processing: PROCESSING };
  const origin = { latent, sketch, noise, own: sketch, taken: null };
  return { kick: studio.hold({ origin, recipe }, "match", derivedBase(stemFor(file), "match", 0n)), distance, usual };
}

/** A kick in a library's form. @param {Studio} studio @param {string} file @param {Held} held */
async function reread(studio, file, held) {
  const { buffer, byteOffset, byteLength } = await studio.wav(held.id);
  return inForm(studio, file, soundIn(new DataView(buffer, byteOffset, byteLength), READ_SECONDS));
}

/**
 * A sound in a library's form.
 * @param {Studio} studio @param {string} name for messages @param {Decoded | null} decoded
 */
function inForm({ model }, name, decoded) {
  if (!decoded) throw fileRefusal(name, constants.audio.UNREADABLE, { words: "not a sound" });
  return prepared(decoded, name, (rate) => model.response(rate));
}

/**
 * A file that somebody gave: a kick of this model by its recipe, any other taken in as `kick vary --amount 0` does it.
 * @param {Studio} studio @param {string} name @param {ArrayBuffer} bytes
 * @param {Decoded | null} decoded by the browser, where it is no WAV or AIFF
 */
export async function takeIn(studio, name, bytes, decoded) {
  const file = plainName(name);
  const view = new DataView(bytes);
  const sound = decoded ?? soundIn(view, READ_SECONDS);
  const own = sound && (await ownOf(studio, view, sound));
  if (own) return { kick: own };
  studio.voice.checkEncoder();
  const { samples, notes } = await inForm(studio, file, sound);
  const taken = { file, content: contentHash(samples) };
  const given = { [taken.content]: samples };
  const origin = await studio.originals.of(taken, given);
  const original = { origin, beginning: taken, controls: {}, processing: FAITHFUL };
  const made = await studio.variation(original, 0n, 0, []);
  const said = [...(sound?.notes ?? []), ...notes].map(([kind, words]) => `${kind}: ${file}: ${words}`);
  const kick = { ...made, origin: { ...made.origin, remarks: [...said, ...(made.origin.remarks ?? [])] } };
  return { kick: studio.hold(kick, "file", derivedBase(stemFor(file), "vary", 0n), given, taken) };
}

/**
 * The kick that this model made and wrote to a file; null of any other file, and of one of which nothing more can be
 * made: that is taken in, and so it goes on.
 * @param {Studio} studio @param {DataView} view @param {Decoded} sound what is in it
 */
async function ownOf(studio, view, sound) {
  const recipe = recipeIn(view, studio.manifest);
  return recipe && !isTooOld([recipe]) ? again(studio, recipe, {}, sound) : null;
}

/**
 * Kicks by their recipes as the page was told them: null for one that is another model's, or damaged, or needs a file
 * that no kick here was made from.
 * @param {Studio} studio @param {unknown[]} recipes
 */
export async function remade(studio, recipes) {
  if (!holdsAtMost(recipes, MOST_TOGETHER)) throw refusal("recipes", null, TOGETHER, { most: MOST_TOGETHER });
  const given = Object.assign({}, ...[...studio.kicks.values()].map((one) => one.given));
  const kicks = [];
  for (const one of recipes) {
    const recipe = readRecipe(one, studio.manifest);
    kicks.push(recipe && !isTooOld([recipe], BLENDED) ? await again(studio, recipe, given) : null);
  }
  return kicks;
}

/**
 * The kick of a recipe that somebody gave; null where it cannot be made, or sounds unlike a file.
 * @param {Studio} studio @param {Recipe} recipe @param {Given} all what was taken in @param {Decoded | null} like
 */
async function again(studio, recipe, all, like = null) {
  const files = filesOf(recipe);
  if (!isWellNamed(recipe) || !files.every(({ content }) => Object.hasOwn(all, content))) return null;
  const given = Object.fromEntries(files.map(({ content }) => [content, all[content]]));
  try {
    const origin = await studio.originals.of(recipe, given);
    if (like && !soundsAlike(like, studio.sounding(origin, recipe), recipe.processing.mono ? 1 : 2)) return null;
    const taken = takenBy(recipe);
    const verb = taken ? "file" : recipe.derivation?.verb ?? "generate";
    return studio.hold({ origin, recipe }, verb, baseOf(studio.card.name, recipe), given, taken);
  } catch {
    return null; // numbers that no kick of ours was made with
  }
}
