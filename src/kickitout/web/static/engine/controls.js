/** What a person may ask of a kick: scores, quantiles and tables, as Python's `kickitout.controls` has them. */

import { describe } from "./descriptors.js";
import { interpolate, normalQuantile, normalShare, search } from "./numbers.js";

export const QUANTILE = "quantile";
export const WILD = "wild";
export const MONO_DB = -40;

const OUTERMOST = 0.005;

/** Controls and the descriptors that they set, in the order of their scores. */
export const KINDS = {
  pitch: "pitch_hz",
  sweep: "sweep_octaves",
  sweep_time: "sweep_ms",
  decay: "decay_ms",
  click: "click_db",
  brightness: "brightness_hz",
  drive: "drive",
  width: "width_db",
};

/**
 * The values of controls in described features; a kick without one lacks it.
 * @param {Record<string, number>} described @returns {Record<string, number>}
 */
export function valuesOf(described) {
  /** @type {Record<string, number>} */
  const found = {};
  for (const [name, descriptor] of Object.entries(KINDS)) {
    if (described[descriptor] !== undefined) found[name] = described[descriptor];
  }
  if (found.width !== undefined) found.width = Math.max(found.width, MONO_DB);
  return found;
}

/** The values of controls in a kick at 44.1 kHz. @param {import("./spectrum.js").Sound} sound */
export const measure = (sound) => valuesOf(describe(sound, { loudness: false }));

/** @param {number[]} table */
const indices = (table) => table.map((_, i) => i);

/** The score of a value by a table of percentiles. @param {number} value @param {number[]} table */
export function score(value, table) {
  const first = search(table, value, true);
  const last = search(table, value, false) - 1;
  const place = last >= first ? 0.5 * (first + last) : interpolate(value, table, indices(table));
  return normalQuantile(Math.min(Math.max(place / (table.length - 1), OUTERMOST), 1 - OUTERMOST));
}

/** What a person asks for in the feature's own unit. */
export const valueOf = (asked, unit, table) =>
  unit === QUANTILE ? interpolate(asked * (table.length - 1), indices(table), table) : asked;

/** The quantile of a value in a table. */
export const quantileOf = (value, table) => normalShare(score(value, table));
