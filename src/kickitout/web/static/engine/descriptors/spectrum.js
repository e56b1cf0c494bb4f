/**
 * What descriptors and the gate share: spectra of sounds, powers, ratios in decibels, and the onset. The twin of
 * Python's `kickitout.measure.descriptors.spectrum`, with what is needed of `levels` and `edges`. Ours, so that it
 * agrees with Python.
 */

import * as constants from "../constants.js";
import { rfft } from "../fft.js";
import { clamp } from "../numbers.js";

const { ATTACK_LEVEL, ONSET_FLOOR_DB, ONSET_SECONDS } = constants.descriptorsEdges;
const { NOTHING_DB } = constants.descriptorsSpectrum;

/** A sound: left and right. @typedef {[Float32Array, Float32Array]} Sound */

/** Both channels, or one where they are equal. @param {Sound} sound @returns {Float64Array[]} */
export function distinctChannels([left, right]) {
  const same = left.every((value, i) => value === right[i]);
  return (same ? [left] : [left, right]).map((channel) => new Float64Array(channel));
}

/** The sum of squares. @param {ArrayLike<number>} x */
export function power(x) {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += x[i] * x[i];
  return total;
}

/** Squares summed over channels. @param {Float64Array[]} channels */
export function squares(channels) {
  const total = new Float64Array(channels[0].length);
  for (const channel of channels) for (let i = 0; i < total.length; i++) total[i] += channel[i] * channel[i];
  return total;
}

/** The least 2^k or 3 * 2^k from n on. @param {number} n */
export function fftSize(n) {
  let size = 2;
  while (size < n) size *= 2;
  return (size * 3) / 4 >= n ? (size * 3) / 4 : size;
}

/** Spectra of channels, padded by 50 ms, and their size. @param {Float64Array[]} channels @param {number} rate */
export function spectraOf(channels, rate) {
  const size = fftSize(channels[0].length + Math.floor(rate / 20));
  return { size, lines: channels.map((channel) => rfft(channel, size)) };
}

/** The ratio of two powers, from -120 dB to 120. @param {number} part @param {number} whole */
export function decibels(part, whole) {
  if (part <= 0) return NOTHING_DB;
  if (whole <= 0) return -NOTHING_DB;
  return clamp(10 * Math.log10(part / whole), NOTHING_DB, -NOTHING_DB);
}

/**
 * Means over each stretch of `length` that fits; over everything where none does.
 * @param {Float64Array} values @param {number} length
 */
export function runningMeans(values, length) {
  const width = Math.min(length, values.length);
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i] + values[i];
  const result = new Float64Array(values.length - width + 1);
  for (let i = 0; i < result.length; i++) result[i] = Math.max(sums[i + width] - sums[i], 0) / width;
  return result;
}

/**
 * The sample at which a sound of this power begins: where the power of the next 1.5 ms is the largest multiple of that
 * of the last 1.5 ms, before the attack.
 * @param {Float64Array} values @param {number} rate
 */
export function findOnset(values, rate) {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  let attack = 0;
  while (values[attack] < ATTACK_LEVEL ** 2 * most) attack++;
  const length = Math.max(1, Math.round(ONSET_SECONDS * rate));
  const padded = new Float64Array(attack + 1 + 2 * length);
  padded.set(values.subarray(0, attack + 1 + length), length);
  const sums = new Float64Array(padded.length + 1);
  for (let i = 0; i < padded.length; i++) sums[i + 1] = sums[i] + padded[i];
  const means = Float64Array.from({ length: sums.length - length }, (_, i) => sums[i + length] - sums[i]);
  let loudest = 0;
  for (const value of means) loudest = Math.max(loudest, value);
  const silence = 10 ** (ONSET_FLOOR_DB / 10) * loudest;
  let best = 0;
  let ratio = -Infinity;
  for (let i = 0; i <= attack; i++) {
    const here = (means[length + i] + silence) / (Math.max(means[i], 0) + silence);
    if (here > ratio) {
      ratio = here;
      best = i;
    }
  }
  return best;
}
