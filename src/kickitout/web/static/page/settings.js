// A pad's settings as plain data: changed, sent to the engine, and read from what others wrote.

import { NOTHING } from "./store.js";

/** The control that a note sets. */
export const PITCH = "pitch";

/** @typedef {import("./store.js").Settings} Settings */

/**
 * Settings with one control set, or reset.
 * @param {Settings} settings @param {string} name @param {number|null} value @returns {Settings}
 */
export function withControl(settings, name, value) {
  const controls = Object.fromEntries(Object.entries(settings.controls).filter(([other]) => other !== name));
  if (value !== null) controls[name] = value;
  return { ...settings, controls, note: name === PITCH && value !== null ? null : settings.note };
}

/**
 * Settings with a note, which is a pitch: it takes the pitch knob's place.
 * @param {Settings} settings @param {string|null} note @returns {Settings}
 */
export const withNote = (settings, note) => ({ ...(note ? withControl(settings, PITCH, null) : settings), note });

/** What is requested of the engine. @param {Settings} settings */
export function requestOf(settings) {
  /** @type {import("../engine/index.js").KickRequest} */
  const request = {};
  if (Object.keys(settings.controls).length) request.controls = settings.controls;
  if (settings.note) request.note = settings.note;
  if (settings.style) request.style = settings.style;
  if (settings.length_ms !== null) request.length_ms = settings.length_ms;
  return request;
}

/** @param {unknown} value */
const number = (value) => (typeof value === "number" && Number.isFinite(value) ? value : null);
/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : null);

/** An object's own values by name; none of anything else. @param {unknown} found @returns {Record<string, unknown>} */
export const partsOf = (found) => (typeof found === "object" && found !== null ? { ...found } : {});

/** Settings from anything that JSON may be. @param {unknown} found @returns {Settings} */
export function settingsOf(found) {
  const { controls, note, style, length_ms } = partsOf(found);
  const numbers = Object.entries(partsOf(controls)).flatMap(([name, value]) => {
    const one = number(value);
    return one === null ? [] : [/** @type {const} */ ([name, one])];
  });
  return { controls: Object.fromEntries(numbers), note: text(note), style: text(style), length_ms: number(length_ms) };
}

/**
 * What a recipe says was requested of the kick of a seed: notes and styles stand there as controls.
 * @param {import("../engine/index.js").PlainRecipe} recipe @returns {Settings}
 */
export const settingsOfRecipe = ({ controls, processing }) =>
  settingsOf({ ...NOTHING, controls, length_ms: processing?.length_ms });
