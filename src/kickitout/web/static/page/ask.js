// What is asked of a pad's kick, as plain data: changed, sent to the engine, and read from what others wrote.

import { NOTHING } from "./store.js";

/** The control that a note sets. */
export const PITCH = "pitch";

/** @typedef {import("./store.js").Ask} Ask */

/**
 * The ask with one control set, or reset.
 * @param {Ask} ask @param {string} name @param {number|null} value @returns {Ask}
 */
export function withControl(ask, name, value) {
  const controls = Object.fromEntries(Object.entries(ask.controls).filter(([other]) => other !== name));
  if (value !== null) controls[name] = value;
  return { ...ask, controls, note: name === PITCH && value !== null ? null : ask.note };
}

/**
 * The ask with a note, which is a pitch: it takes the pitch knob's place.
 * @param {Ask} ask @param {string|null} note @returns {Ask}
 */
export const withNote = (ask, note) => ({ ...(note ? withControl(ask, PITCH, null) : ask), note });

/** The wish that the engine takes. @param {Ask} ask */
export function wishOf(ask) {
  /** @type {import("../engine/index.js").Wish} */
  const wish = {};
  if (Object.keys(ask.controls).length) wish.controls = ask.controls;
  if (ask.note) wish.note = ask.note;
  if (ask.style) wish.style = ask.style;
  if (ask.length_ms !== null) wish.length_ms = ask.length_ms;
  return wish;
}

/** @param {unknown} value */
const number = (value) => (typeof value === "number" && Number.isFinite(value) ? value : null);
/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : null);

/** An object's own values by name; none of anything else. @param {unknown} found @returns {Record<string, unknown>} */
export const partsOf = (found) => (typeof found === "object" && found !== null ? { ...found } : {});

/** An ask from anything that JSON may be. @param {unknown} found @returns {Ask} */
export function askOf(found) {
  const { controls, note, style, length_ms } = partsOf(found);
  const numbers = Object.entries(partsOf(controls)).flatMap(([name, value]) => {
    const one = number(value);
    return one === null ? [] : [/** @type {const} */ ([name, one])];
  });
  return { controls: Object.fromEntries(numbers), note: text(note), style: text(style), length_ms: number(length_ms) };
}

/**
 * What a recipe says was requested of the kick of a seed: notes and styles stand there as controls.
 * @param {import("../engine/index.js").PlainRecipe} recipe @returns {Ask}
 */
export const askOfRecipe = ({ controls, processing }) =>
  askOf({ ...NOTHING, controls, length_ms: processing?.length_ms });
