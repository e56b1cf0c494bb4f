// What a person typed for a knob: a value within its range, or the sentence that says why not.

import { controls, panel } from "../engine/constants.js";
import { refusal } from "../engine/refusal.js";

const NUMBER = /^([-+]?(?:\d+\.?\d*|\.\d+))\s*(?:hz|ms|oct(?:aves)?|db)?$/i;
const { NARROWEST_DB, OF_ONE, SIDE, WIDEST_DB } = controls;
/** A width as its knob shows it. */
const DECIBELS = /^-|db$/i;
const NOT_A_NUMBER = "not a number; give {low:g} to {high:g}{unit}";

/**
 * Reads what was typed. Whoever types the end of a range as the page shows it, rounded, means that end.
 * @param {string} text @param {{name: string, unit: string, low: number, high: number, step: number}} control
 * @param {string} model its name
 * @returns {{value: number|null, error: null} | {value: null, error: Error}} a value of null: reset
 */
export function readTyped(text, { name, unit, low, high, step }, model) {
  const words = text.trim().replace(",", ".").replace("−", "-");
  if (words === "") return { value: null, error: null };
  if (unit === SIDE && DECIBELS.test(words)) return inDecibels(words, { name, model });
  const facts = { model, low, high, unit: /** @type {readonly string[]} */ (OF_ONE).includes(unit) ? "" : ` ${unit}` };
  const value = Number(NUMBER.exec(words)?.[1] ?? NaN);
  if (Number.isNaN(value)) return { value: null, error: refusal(name, text.trim(), NOT_A_NUMBER, facts) };
  if (value < low - step / 2 || value > high + step / 2) return { value: null, error: refusal(name, value, panel.OUT_OF_RANGE, facts) };
  return { value: Math.min(high, Math.max(low, value)), error: null };
}

/**
 * A width in dB as its share of the knob's travel.
 * @param {string} words @param {{name: string, model: string}} of @returns {ReturnType<typeof readTyped>}
 */
function inDecibels(words, { name, model }) {
  const facts = { model, low: NARROWEST_DB, high: WIDEST_DB, unit: " dB" };
  const db = Number(NUMBER.exec(words)?.[1] ?? NaN);
  if (Number.isNaN(db)) return { value: null, error: refusal(name, words, NOT_A_NUMBER, facts) };
  if (db < NARROWEST_DB || db > WIDEST_DB) return { value: null, error: refusal(name, db, panel.OUT_OF_RANGE, facts) };
  return { value: (db - NARROWEST_DB) / (WIDEST_DB - NARROWEST_DB), error: null };
}
