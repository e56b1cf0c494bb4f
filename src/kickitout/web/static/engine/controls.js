/**
 * What a person may ask of a kick, its scores, quantiles and tables: the twin of Python's `kickitout.model.controls`.
 * Ours, so that a quantile is the same value here and there.
 */

import * as constants from "./constants.js";
import { describe } from "./descriptors/measure.js";
import { clamp, interpolate, normalQuantile, normalShare, search } from "./numbers.js";

const {
  FURTHEST, GAIN, GAIN_BEND, HARDEST_DB, KINDS, LOUDNESS, MONO_DB, NARROWEST_DB, OUTERMOST, QUANTILE, REACH, SIDE,
  STRETCH, WIDEST_DB,
} = constants.controls;

/**
 * The values of controls in described features; a kick without one lacks it.
 * @param {Record<string, number>} described @returns {Record<string, number>}
 */
export function valuesOf(described) {
  /** @type {Record<string, number>} */
  const found = {};
  for (const { name, descriptor } of KINDS) {
    if (described[descriptor] !== undefined) found[name] = described[descriptor];
  }
  if (found.width !== undefined) found.width = Math.max(found.width, MONO_DB);
  return found;
}

/**
 * The values of controls in a kick at 44.1 kHz, and its loudness if it has one.
 * @param {import("./descriptors/spectrum.js").Sound} sound
 * @param {readonly string[] | null} names others may be absent, and are not measured; null: all
 * @returns {Record<string, number>}
 */
export function measure(sound, names = null) {
  const kinds = [...KINDS, { name: LOUDNESS, descriptor: "loudness_lufs" }];
  const only = names && kinds.filter(({ name }) => names.includes(name)).map(({ descriptor }) => descriptor);
  const described = describe(sound, only);
  const { loudness_lufs: loudness } = described;
  return { ...valuesOf(described), ...(loudness === undefined ? {} : { [LOUDNESS]: loudness }) };
}

/** @param {readonly number[]} table */
const indices = (table) => table.map((_, i) => i);

/** The score of a value by a table of percentiles. @param {number} value @param {readonly number[]} table */
export function score(value, table) {
  const first = search(table, value, true);
  const last = search(table, value, false) - 1;
  const place = last >= first ? 0.5 * (first + last) : interpolate(value, table, indices(table));
  return normalQuantile(Math.min(Math.max(place / (table.length - 1), OUTERMOST), 1 - OUTERMOST));
}

/**
 * What a person asks for in the feature's own unit.
 * @param {number} asked @param {string} unit @param {readonly number[]} table
 */
export function valueOf(asked, unit, table) {
  if (unit === SIDE) return asked > 0 ? NARROWEST_DB + asked * (WIDEST_DB - NARROWEST_DB) : MONO_DB;
  if (unit === GAIN) return (HARDEST_DB * Math.expm1(GAIN_BEND * asked)) / Math.expm1(GAIN_BEND);
  if (unit === STRETCH) return 1 + asked * (FURTHEST - 1);
  if (unit !== QUANTILE) return asked;
  const place = REACH[0] + asked * (REACH[1] - REACH[0]);
  return interpolate(place * (table.length - 1), indices(table), table);
}

/**
 * A value as its control has it: the inverse of `valueOf`, within the control's travel.
 * @param {number} value @param {string} unit @param {readonly number[]} table
 */
export function shownOf(value, unit, table) {
  if (unit === SIDE) return clamp((value - NARROWEST_DB) / (WIDEST_DB - NARROWEST_DB), 0, 1);
  if (unit === GAIN) {
    return clamp(Math.log1p((Math.max(value, 0) * Math.expm1(GAIN_BEND)) / HARDEST_DB) / GAIN_BEND, 0, 1);
  }
  if (unit === STRETCH) return clamp((value - 1) / (FURTHEST - 1), 0, 1);
  return unit === QUANTILE ? clamp((quantileOf(value, table) - REACH[0]) / (REACH[1] - REACH[0]), 0, 1) : value;
}

/**
 * Where a feature's own value lies on a control from 0 to 1, straight between the percentiles of a table.
 * @param {number} value @param {readonly number[]} table
 */
export const dialOf = (value, table) =>
  clamp((interpolate(value, table, indices(table)) / (table.length - 1) - REACH[0]) / (REACH[1] - REACH[0]), 0, 1);

/** The quantile of a value in a table. @param {number} value @param {readonly number[]} table */
export const quantileOf = (value, table) => normalShare(score(value, table));
