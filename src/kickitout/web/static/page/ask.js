// What is asked of a pad's kick, as plain data: changed, sent to the engine, and read from what others wrote.

import { NOTHING } from "./store.js";

/** @typedef {import("./store.js").Ask} Ask */

/** The ask with one control set, or let go. @param {Ask} ask @returns {Ask} */
export function withControl(ask, name, value) {
  const controls = Object.fromEntries(Object.entries(ask.controls).filter(([other]) => other !== name));
  if (value !== null) controls[name] = value;
  return { ...ask, controls, note: name === "pitch" && value !== null ? null : ask.note };
}

/** The ask with a note, which is a pitch: it takes the pitch knob's place. @param {Ask} ask @returns {Ask} */
export const withNote = (ask, note) => ({ ...(note ? withControl(ask, "pitch", null) : ask), note });

/** The wish that the engine takes. @param {Ask} ask */
export function wishOf(ask) {
  const wish = {};
  if (Object.keys(ask.controls).length) wish.controls = ask.controls;
  if (ask.note) wish.note = ask.note;
  if (ask.style) wish.style = ask.style;
  if (ask.length_ms !== null) wish.length_ms = ask.length_ms;
  return wish;
}

const number = (value) => (Number.isFinite(value) ? value : null);
const text = (value) => (typeof value === "string" ? value : null);

/** An ask from anything that JSON may be. @returns {Ask} */
export function askOf(found) {
  const { controls, note, style, length_ms } = found ?? {};
  return {
    controls: Object.fromEntries(Object.entries(controls ?? {}).filter(([, value]) => Number.isFinite(value))),
    note: text(note),
    style: text(style),
    length_ms: number(length_ms),
  };
}

/** What a recipe tells that was asked of the kick of a seed: notes and styles stand there as controls. @returns {Ask} */
export const askOfRecipe = ({ controls, processing }) =>
  askOf({ ...NOTHING, controls, length_ms: processing?.length_ms });
