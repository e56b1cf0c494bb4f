/**
 * How a body falls: the twin of Python's `kickitout.measure.descriptors.decay`. Ours, so that it agrees with Python.
 */

import * as constants from "../constants.js";
import { firstWhere, gainOf, largest, lastWhere } from "../numbers.js";
import { line } from "./body.js";

const { LEAST_SLOPE_SECONDS, LONGEST_MS, PEAK_LEVEL, SLOPE_SECONDS } = constants.descriptorsDecay;

/** @typedef {import("./body.js").Body} Body */

/** Where the body has reached its peak. @param {Body} body */
export function peakPlace(body) {
  const limit = PEAK_LEVEL * largest(body.level);
  return firstWhere(body.level, (value) => value >= limit);
}

/** The last place where a body is at least so many decibels against its top. @param {Body} body @param {number} db */
export function lastAbove(body, db) {
  const limit = largest(body.level) * gainOf(db);
  return lastWhere(body.level, (value) => value >= limit);
}

/**
 * From the body's peak to where it stays so many decibels under it, in ms; null where that cannot be said.
 * @param {Body} body @param {number} db @returns {number | null}
 */
export function fallMs(body, db) {
  const top = largest(body.level);
  if (top <= 0) return null;
  const begin = body.time[peakPlace(body)];
  const last = lastAbove(body, db);
  if (body.time[last] <= body.end) return 1000 * (body.time[last] - begin);
  const from = Math.max(begin, body.end - SLOPE_SECONDS);
  /** @type {number[]} */
  const time = [];
  /** @type {number[]} */
  const heights = [];
  for (let i = 0; i < body.time.length; i++) {
    if (body.time[i] < from || body.time[i] > body.end) continue;
    time.push(body.time[i]);
    heights.push(20 * Math.log10(Math.max(body.level[i] / top, 1e-6)));
  }
  if (time.length < 8 || time[time.length - 1] - time[0] < LEAST_SLOPE_SECONDS) return null;
  const [slope, height] = line(time, heights, time.map(() => 1));
  if (slope >= 0) return null;
  const ms = 1000 * (Math.max((db - height) / slope, body.end) - begin);
  return ms <= LONGEST_MS ? ms : null;
}
