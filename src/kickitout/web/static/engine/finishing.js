/**
 * Post-processing of a model's sound (DC, mono fold, fades, peak): the twin of Python's
 * `kickitout.instrument.finishing`, with `estimate_offset` and `heard_part` of `kickitout.library.normalise`. Ours, so
 * that it agrees with Python.
 */

import * as constants from "./constants.js";
import { deviation, lastWhere, mean, peakOf, rint } from "./numbers.js";
import { decibels, runningMeans, squares } from "./descriptors/spectrum.js";

const { KICK_SAMPLES, SAMPLE_RATE } = constants.kick;
const { PRE_ROLL, REST_LEVEL, REST_SECONDS } = constants.normalise;
const { SETTLED_SECONDS, TAPER } = constants.finishing;

/** @typedef {import("./descriptors/spectrum.js").Sound} Sound */

/**
 * @typedef {{dc_free: boolean, silence_db: number | null, side_db: number | null, length_ms: number | null,
 *   fade_ms: number, peak_dbfs: number}} Processing
 */

/** Half a cosine from 1, which is left out, to 0 at the last. @param {number} length */
function fadeOut(length) {
  return Float64Array.from({ length }, (_, i) => 0.5 + 0.5 * Math.cos((Math.PI * (i + 1)) / Math.max(length, 1)));
}

/** How much of an offset is left so many samples after the whole of a kick: half a cosine. @param {number} over */
function settling(over) {
  const share = Math.min(Math.max(over / (SETTLED_SECONDS * SAMPLE_RATE), 0), 1);
  return 0.5 + 0.5 * Math.cos(Math.PI * share);
}

/** The constant under each channel. @param {Sound} sound */
function offsets(sound) {
  const restless = Math.max(...sound.map((channel) => deviation(channel)));
  if (Math.max(...sound.map((channel) => deviation(channel, 0, PRE_ROLL))) <= REST_LEVEL * restless) {
    return sound.map((channel) => mean(channel, 0, PRE_ROLL));
  }
  return restingOffsets(sound, SAMPLE_RATE);
}

/**
 * The constant under each channel: where the sound comes to rest, or its mean.
 * @param {ArrayLike<number>[]} channels @param {number} rate Hz
 */
export function restingOffsets(channels, rate) {
  const n = channels[0].length;
  const length = Math.max(1, rint(REST_SECONDS * rate));
  const count = Math.floor(n / length);
  if (count >= 4) {
    const movement = Array.from({ length: count }, (_, i) => {
      const from = n - (count - i) * length;
      return Math.max(...channels.map((channel) => deviation(channel, from, from + length)));
    });
    if (movement[count - 1] <= REST_LEVEL * Math.max(...movement)) {
      return channels.map((channel) => mean(channel, n - length, n));
    }
  }
  return channels.map((channel) => mean(channel));
}

/**
 * Where a sound is heard: its first sample, and the one behind its last.
 * @param {Float64Array[]} sound @param {number} silenceDb
 */
function heardPart(sound, silenceDb) {
  const power = squares(sound);
  const length = Math.min(rint(REST_SECONDS * SAMPLE_RATE), power.length);
  const means = runningMeans(power, length);
  let loudest = 0;
  for (const value of means) loudest = Math.max(loudest, value);
  const limit = 10 ** (silenceDb / 10) * loudest;
  const first = mean(power, 0, Math.min(PRE_ROLL, power.length)) < limit ? PRE_ROLL : 0;
  return [first, lastWhere(means, (value) => value >= limit) + length];
}

/** How many samples a kick has that is finished so; null: as the model gives it. @param {Processing} processing */
export const samplesOf = ({ length_ms }) => (length_ms === null ? null : rint((length_ms * SAMPLE_RATE) / 1000));

/** The same without a length: what a kick is judged by, and steered by. @param {Processing} processing */
export const wholeOf = (processing) => (processing.length_ms === null ? processing : { ...processing, length_ms: null });

/** The energy of the side over that of mid, in dB. @param {Sound} sound @param {number[]} offset */
function sideOverMid([left, right], offset) {
  const [mid, side] = [1, -1].map((sign) => {
    let total = 0;
    for (let i = 0; i < left.length; i++) total += (left[i] - offset[0] + sign * (right[i] - offset[1])) ** 2;
    return total;
  });
  return decibels(side, mid);
}

/**
 * A kick finished; silence stays silence.
 * @param {Sound} sound @param {Processing} processing
 * @param {Sound | null} whole where it sounds on, the kick as the model gives it: offset and side are those of that
 * @returns {Sound}
 */
export function finish(sound, processing, whole = null) {
  const samples = samplesOf(processing);
  const kept = Math.min(samples ?? Infinity, sound[0].length);
  let fade = rint((processing.fade_ms * SAMPLE_RATE) / 1000);
  if (samples !== null) fade = Math.max(fade, rint(TAPER * Math.min(kept, KICK_SAMPLES)));
  const measured = whole ?? sound;
  const offset = processing.dc_free ? offsets(measured) : [0, 0];
  const folded = processing.side_db !== null && sideOverMid(measured, offset) < processing.side_db;
  // What is behind the end of a kick that sounds on is not heard, and what is before it does not depend on it.
  const n = whole ? kept : sound[0].length;
  const result = sound.map((channel, c) => {
    const made = new Float64Array(n);
    for (let i = 0; i < n; i++) made[i] = channel[i] - offset[c] * (whole ? settling(i - whole[0].length) : 1);
    return made;
  });
  if (folded) {
    for (let i = 0; i < n; i++) result[0][i] = result[1][i] = 0.5 * (result[0][i] + result[1][i]);
  }
  const length = Math.min(fade, kept);
  const window = new Float64Array(kept).fill(1);
  window.set(fadeOut(length), kept - length);
  if (processing.silence_db !== null) {
    const [first, last] = heardPart(result, processing.silence_db);
    window.fill(0, 0, Math.min(first, kept));
    if (last < kept) {
      const rest = rint(SAMPLE_RATE * REST_SECONDS);
      fadeOut(rest).forEach((gain, i) => (window[last - rest + i] *= gain));
      window.fill(0, last);
    }
  }
  for (const channel of result) for (let i = 0; i < n; i++) channel[i] *= i < kept ? window[i] : 0;
  const peak = Math.max(...result.map(peakOf));
  const before = Math.max(...sound.map(peakOf));
  const gain = peak <= 1e-9 * before ? 0 : 10 ** (processing.peak_dbfs / 20) / peak;
  return /** @type {Sound} */ (
    result.map((channel) => {
      const made = new Float32Array(kept);
      for (let i = 0; i < kept; i++) made[i] = channel[i] * gain;
      return made;
    })
  );
}
