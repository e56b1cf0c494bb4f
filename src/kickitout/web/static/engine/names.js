/**
 * Names that somebody gave to files, made fit to be shown and to stand in a file's name: the twin of Python's
 * `kickitout.instrument.names`.
 */

import * as constants from "./constants.js";
import { heardNote } from "./descriptors/table.js";

const { FORBIDDEN, LONGEST, LONGEST_STEM, NAMELESS, UNFIT } = constants.names;

/** What Python's `isprintable` does not take: all kinds of "other" and of separators but the space. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** The last part of a path without what no file's name may hold everywhere, of a decent length. @param {string} name */
export function plainName(name) {
  const last = String(name).split(/[/\\]/).at(-1) ?? "";
  const kept = last.normalize("NFC").replace(UNPRINTABLE, "").replace(new RegExp(FORBIDDEN, "g"), "_");
  return [...kept].slice(-LONGEST).join("").replace(/^[ .]+|[ .]+$/g, "") || NAMELESS;
}

/** A file's name without its ending. @param {string} file */
export function stemOf(file) {
  const dot = file.lastIndexOf(".");
  return dot > 0 ? file.slice(0, dot) : file;
}

/** A text in the letters that names of our files have. @param {string} text */
export const fit = (text) =>
  text.normalize("NFKD").replace(/\p{Mn}/gu, "").replace(new RegExp(UNFIT, "g"), "_").replace(/^[_-]+|[_-]+$/g, "");

/** As much of a stem as the names of what is made from it begin with. @param {string} stem */
export const shortStem = (stem) => fit(stem).slice(0, LONGEST_STEM) || stemOf(NAMELESS);

/** What the names of files begin with that are made from the file of a name. @param {string} file */
export const stemFor = (file) => shortStem(stemOf(plainName(file)));

/** What the name of a seed's kick begins with. @param {string} model @param {bigint} seed */
export const seeded = (model, seed) => `${shortStem(model)}_kick_${seed}`;

/** What the name of a morph between four kicks begins with. @param {string} model */
export const morphBase = (model) => `${shortStem(model)}_morph`;

/**
 * What the name of a variation or a match begins with, by the stem of what it was made from.
 * @param {string} stem @param {"vary" | "match"} verb @param {bigint} seed
 */
export const derivedBase = (stem, verb, seed) => `${shortStem(stem)}_${verb === "match" ? "match" : `vary_${seed}`}`;

/** The note that is nearest to a pitch, without its octave; null of none. @param {number | null} hz */
export const notePart = (hz) => heardNote(hz)?.[0].replace(/[-0-9]+$/, "") ?? null;

/**
 * The name of a kick's file without its ending: one rule for command line, page and packs.
 * @param {string} base @param {string | null} note @param {string | null} mark
 */
export const named = (base, note, mark) => [base, note, mark].filter((part) => part !== null).join("_");
