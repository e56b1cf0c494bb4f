/**
 * What a kick's file says of where it comes from: the twin of Python's `kickitout.instrument.marking` and
 * `kickitout.sound.marking`. Ours, for the files are the same bytes.
 */

import * as constants from "./constants.js";
import { filled } from "./format.js";
import { plainName } from "./names.js";
import { isFile } from "./recipes.js";

const { MADE, MADE_WITH_OTHERS, SOURCE_TYPES, XMP, XMP_KIND } = constants.marking;
const { MODEL_CHANGED, MODEL_LEFT, MODEL_MADE, RIGHTS_CHANGED, RIGHTS_LEFT } = constants.wording;

/** @typedef {import("./recipes.js").Recipe} Recipe */
/** `kind` is IPTC's name; null of a sound in which nothing is a model's. @typedef {{words: string, rights: string, kind: string | null}} Marking */

/** @param {Recipe} recipe @param {import("./model.js").Manifest} manifest @returns {Marking} */
export function markingOf(recipe, { card, rights }) {
  const { files, made } = holds(recipe);
  const names = [...new Set(files)].sort(byCodePoints).join(", ");
  const facts = { model: card.name, version: card.version, files: names, rights };
  if (!files.length) return { words: filled(MODEL_MADE, facts), rights, kind: MADE };
  if (made) {
    return { words: filled(MODEL_CHANGED, facts), rights: filled(RIGHTS_CHANGED, facts), kind: MADE_WITH_OTHERS };
  }
  return { words: filled(MODEL_LEFT, facts), rights: filled(RIGHTS_LEFT, facts), kind: null };
}

/** The order of Python's texts: JavaScript's own compares halves of surrogate pairs. @param {string} a @param {string} b */
function byCodePoints(a, b) {
  const [one, other] = [a, b].map((text) => Array.from(text, (letter) => letter.codePointAt(0) ?? 0));
  const at = one.findIndex((value, i) => value !== other[i]);
  return at < 0 ? one.length - other.length : one[at] - (other[at] ?? -1);
}

/**
 * The files whose sound is in a kick, and whether a model's is; of a match none of the file's is.
 * @param {Recipe} recipe @returns {{files: string[], made: boolean}}
 */
function holds({ derivation }) {
  if (!derivation || derivation.verb === "match") return { files: [], made: true };
  const { amount, of, verb } = derivation;
  const parts = of.map((one) => (isFile(one) ? { files: [plainName(one.file)], made: false } : holds(one)));
  if (amount === 0 || (verb === "morph" && amount === 1)) return parts[amount];
  return { files: parts.flatMap(({ files }) => files), made: true };
}

/** All in one line, the kind first: a field that is too short for all cuts the end. @param {Marking} marking */
export const markingText = ({ words, rights, kind }) => `${kind === null ? "" : `${kind}: `}${words} ${rights}`;

const escaped = (/** @type {string} */ text) =>
  text.replaceAll("&", "&amp;").replaceAll(">", "&gt;").replaceAll("<", "&lt;");

/** The XMP packet that says so, without a time: the same for the same. @param {Marking} marking @param {string} software */
export function xmpPacket({ words, rights, kind }, software) {
  return filled(XMP, {
    kind: kind === null ? "" : filled(XMP_KIND, { uri: SOURCE_TYPES + kind }),
    words: escaped(words),
    rights: escaped(rights),
    software: escaped(software),
  });
}
