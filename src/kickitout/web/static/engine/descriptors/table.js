/** Notes of equal temperament: the twin of Python's `kickitout.measure.descriptors.table`. */

import * as constants from "../constants.js";
import { rint } from "../numbers.js";
import { refusal } from "../refusal.js";

const { A4_HZ, LOWEST_NOTE_HZ, NOTES, NO_NOTE, SIGNS } = constants.descriptorsTable;
const NOTE_FORM = new RegExp(`^(?:${constants.descriptorsTable.NOTE})$`);

/** The nearest note, and how far above it in cents. @param {number} hz @returns {[string, number]} */
export function noteOf(hz) {
  const place = 69 + 12 * Math.log2(hz / A4_HZ);
  const number = Math.floor(place + 0.5);
  return [`${NOTES[((number % 12) + 12) % 12]}${Math.floor(number / 12) - 1}`, 100 * (place - number)];
}

/** The note at which a pitch is heard; null without one, and of one that is too low. @param {number | null} hz */
export const heardNote = (hz) => (hz === null || hz < LOWEST_NOTE_HZ ? null : noteOf(hz));

/**
 * The pitch of a note that somebody named; without an octave in the one nearest to `near` Hz.
 * @param {string} text @param {number} near Hz
 */
export function noteHz(text, near) {
  const found = NOTE_FORM.exec(text.trim());
  if (!found) {
    throw refusal("note", text.trim().slice(0, 40), NO_NOTE);
  }
  const [, letter, sign, octave] = found;
  const raw = NOTES.indexOf(letter.toUpperCase()) + SIGNS[sign];
  const number = ((raw % 12) + 12) % 12;
  const height = octave === undefined
    ? rint((69 + 12 * Math.log2(near / A4_HZ) - number) / 12) - 1
    : Number(octave) + Math.floor(raw / 12);
  return A4_HZ * 2 ** ((number + 12 * (height + 1) - 69) / 12);
}
