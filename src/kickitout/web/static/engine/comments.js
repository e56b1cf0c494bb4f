/**
 * What a sound file says in its comment, where a recipe stands: the twin of `read_recipe` in Python's
 * `kickitout.sound.kick`. Ours, for browsers tell nobody what a file says besides its sound.
 */

import { chunksOf, lettersAt } from "./reading.js";

/**
 * The comment of a WAV, AIFF or FLAC file; null where there is none.
 * @param {DataView} view @returns {string | null}
 */
export function commentOf(view) {
  const [form, kind] = [lettersAt(view, 0), lettersAt(view, 8)];
  if (form === "RIFF" && kind === "WAVE") return wavComment(view);
  if (form === "FORM" && (kind === "AIFF" || kind === "AIFC")) return aiffComment(view);
  return form === "fLaC" ? flacComment(view) : null;
}

/** Text up to its first zero. @param {DataView} view @param {number} offset @param {number} length */
function textAt(view, offset, length) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, length);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** The chunks of a name that are there as they claim to be. @param {string} letters */
const whole = (letters) => (/** @type {{letters: string, size: number, claimed: number}} */ one) =>
  one.letters === letters && one.claimed === one.size;

/** @param {DataView} view */
function wavComment(view) {
  const found = chunksOf(view, true)
    .filter(whole("LIST"))
    .filter(({ offset }) => lettersAt(view, offset) === "INFO")
    .flatMap(({ offset, size }) => chunksOf(view, true, offset + 4, offset + size))
    .find(whole("ICMT"));
  return found ? textAt(view, found.offset, found.size) : null;
}

/** @param {DataView} view */
function aiffComment(view) {
  const found = chunksOf(view, false).find(whole("ANNO"));
  return found ? textAt(view, found.offset, found.size) : null;
}

const VORBIS_COMMENT = 4;
const LAST_BLOCK = 128;

/** The blocks before a FLAC file's sound: a byte of kind, three of length. @param {DataView} view */
function flacComment(view) {
  for (let at = 4; at + 4 <= view.byteLength; ) {
    const [kind, length] = [view.getUint8(at), view.getUint32(at) & 0xffffff];
    const end = at + 4 + length;
    if (end > view.byteLength) return null;
    if ((kind & 127) === VORBIS_COMMENT) return vorbisComment(view, at + 4, end);
    if (kind & LAST_BLOCK) return null;
    at = end;
  }
  return null;
}

/**
 * Tags NAME=text, each after its length; the first text is the encoder's name.
 * @param {DataView} view @param {number} at @param {number} end
 */
function vorbisComment(view, at, end) {
  if (at + 8 > end) return null;
  const first = at + 4 + view.getUint32(at, true);
  if (first + 4 > end) return null;
  const count = view.getUint32(first, true);
  at = first + 4;
  for (let i = 0; i < count && at + 4 <= end; i++) {
    const length = view.getUint32(at, true);
    if (at + 4 + length > end) return null;
    if (/^comment=$/i.test(lettersAt(view, at + 4, Math.min(length, 8)))) return textAt(view, at + 12, length - 8);
    at += 4 + length;
  }
  return null;
}
