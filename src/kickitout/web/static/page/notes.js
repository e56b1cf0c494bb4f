// Names of notes, and numbers as people read them.

import { controls, descriptorsTable } from "../engine/constants.js";

const { NARROWEST_DB, WIDEST_DB } = controls;
export const NAMES = descriptorsTable.NOTES;
/** MIDI's number of the note that A4_HZ is the frequency of. */
const A4 = 69;

/** Frequency of a MIDI note. @param {number} number */
export const hertz = (number) => descriptorsTable.A4_HZ * 2 ** ((number - A4) / NAMES.length);

/** "F#1" of a MIDI note; middle C is C4. @param {number} number */
export const nameOf = (number) => `${NAMES[((number % 12) + 12) % 12]}${Math.floor(number / 12) - 1}`;

/** The notes between two frequencies, low to high. @param {number} low @param {number} high */
export function notesBetween(low, high) {
  return Array.from({ length: 128 }, (_, number) => ({ name: nameOf(number), hz: hertz(number) })).filter(
    ({ hz }) => hz >= low && hz <= high,
  );
}

/** As it is printed: F♯. @param {string} name */
export const pretty = (name) => name.replace("#", "♯");

/** @param {number} value @param {number} digits */
const signed = (value, digits) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(digits)}`;

/** @param {number|null} value */
export const cents = (value) => (value === null ? "" : `${signed(Math.round(value), 0)} ct`);
/** @param {number} value */
export const decibels = (value) => `${value < 0 ? "−" : ""}${Math.abs(value).toFixed(1)}`;
/** @param {number} value */
const milliseconds = (value) => `${Math.round(value)} ms`;

/**
 * How long a kick decays; a kick that ends before is only known to decay for longer.
 * @param {{decay_ms: number|null, duration_ms: number}} kick
 */
export function decayWords({ decay_ms, duration_ms }) {
  if (decay_ms === null) return "–";
  return decay_ms > duration_ms ? `>${milliseconds(duration_ms)}` : milliseconds(decay_ms);
}

/** A control's value with its unit. @param {number} value @param {string} unit */
export function valueWords(value, unit) {
  switch (unit) {
    case "Hz":
      return `${value.toFixed(1)} Hz`;
    case "ms":
      return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
    case "octaves":
      return `${value.toFixed(2)} oct`;
    case "side":
      return value > 0 ? `${decibels(NARROWEST_DB + value * (WIDEST_DB - NARROWEST_DB))} dB` : "mono";
    default:
      return value.toFixed(2);
  }
}
