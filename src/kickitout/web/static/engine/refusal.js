/**
 * Wrong input in the page's words: the twin of `InputError.sentence` in Python's `kickitout.errors`, with the names of
 * `kickitout.web.facts`. Ours, so that both engines say the same.
 */

import * as constants from "./constants.js";
import { filled, general, repr } from "./format.js";

const { LABELS } = constants.facts;
const { LONGEST } = constants.errors;

/** What the page calls a parameter: the label of its knob. @param {string} name */
export function label(name) {
  const words = name.replaceAll("_", " ");
  return LABELS[name] ?? words[0].toUpperCase() + words.slice(1).toLowerCase();
}

/** A value as messages show it. @param {unknown} value */
function shown(value) {
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : general(value, 6);
  if (typeof value !== "string") return String(value);
  const text = value.length <= LONGEST ? value : `${value.slice(0, LONGEST - 3)}...`;
  return /^[^\p{C}\p{Z}]+$/u.test(text) ? text : repr(text);
}

/**
 * An error that names the thing, its value and the remedy.
 * @param {string} what a parameter by its name in Python @param {unknown} value null: there is none
 * @param {string} remedy a template; its fields are facts, or other parameters
 * @param {Record<string, unknown>} facts
 */
export function refusal(what, value, remedy, facts = {}) {
  return worded(value === null ? label(what) : `${label(what)} ${shown(value)}`, remedy, facts);
}

/**
 * An error about a file, whose name is shown as it is.
 * @param {string} file @param {string} remedy @param {Record<string, unknown>} facts
 */
export function fileRefusal(file, remedy, facts = {}) {
  return worded(`${label("file")} ${file}`, remedy, facts);
}

/** @param {string} head @param {string} remedy @param {Record<string, unknown>} facts */
function worded(head, remedy, facts) {
  const things = [...remedy.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, label(name)]);
  return new Error(`${head}: ${filled(remedy, { ...Object.fromEntries(things), ...facts })}`);
}
