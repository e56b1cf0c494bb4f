/**
 * Names that somebody gave to files, made fit to be shown and to stand in a file's name: the twin of Python's
 * `kickitout.instrument.names`.
 */

import * as constants from "./constants.js";

const { FORBIDDEN, LONGEST, LONGEST_STEM, NAMELESS, STEM_BYTES } = constants.names;

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

/** What the names of files begin with that are made from one: not too long for a file's name. @param {string} file */
export function stemFor(file) {
  const kept = [...stemOf(file)].slice(0, LONGEST_STEM);
  while (new TextEncoder().encode(kept.join("")).length > STEM_BYTES) kept.pop();
  return kept.join("");
}
