/**
 * Post-processing of a model's sound (DC, mono fold, fades, level): the twin of Python's
 * `kickitout.instrument.finishing`, with `estimate_offset` and `heard_part` of `kickitout.library.normalise`. Ours, so
 * that it agrees with Python.
 */

import * as constants from "./constants.js";
import { filled } from "./format.js";
import { refusal } from "./refusal.js";
import { deviation, lastWhere, mean, peakOf, rint } from "./numbers.js";
import { highestTruePeak } from "./descriptors/levels.js";
import { loudnessOfSound } from "./descriptors/loudness.js";
import { decibels, runningMeans, squares } from "./descriptors/spectrum.js";

const { KICK_SAMPLES, SAMPLE_RATE } = constants.kick;
const { PRE_ROLL, REST_LEVEL, REST_SECONDS } = constants.normalise;
const {
  HEARD_DBFS, LEAST_MISS_LU, LEVEL_FORM, LEVEL_FORMED, LEVEL_RANGE, LEVELS, LOWEST_LEVEL, PEAK_DBTP, SETTLED_SECONDS,
  TAPER, TOO_QUIET,
} = constants.finishing;

/** @typedef {import("./descriptors/spectrum.js").Sound} Sound */

/**
 * @typedef {{dc_free: boolean, silence_db: number | null, side_db: number | null, length_ms: number | null,
 *   fade_ms: number, peak_dbtp: number, loudness_lufs: number | null, mono: boolean, loop: boolean}} Processing
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

/** The same without a length: what a kick is judged by. @param {Processing} processing @returns {Processing} */
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

/** Whether a kick is heard in mono: asked to be, or its side is left out. @param {Sound} sound @param {Processing} processing */
export function folds(sound, processing) {
  const { dc_free, mono, side_db } = processing;
  return mono || (side_db !== null && sideOverMid(sound, dc_free ? offsets(sound) : [0, 0]) < side_db);
}

/**
 * All but the level; silence where there is nothing but rounding.
 * @param {Sound} sound @param {Processing} processing
 * @param {Sound | null} whole where it sounds on, the kick as the model gives it: offset and side are those of that
 */
function shaped(sound, processing, whole = null) {
  const samples = samplesOf(processing);
  const kept = Math.min(samples ?? Infinity, sound[0].length);
  let fade = rint((processing.fade_ms * SAMPLE_RATE) / 1000);
  if (samples !== null) fade = Math.max(fade, rint(TAPER * Math.min(kept, KICK_SAMPLES)));
  const measured = whole ?? sound;
  const offset = processing.dc_free ? offsets(measured) : [0, 0];
  const folded = folds(measured, processing);
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
  const made = result.map((channel) => channel.subarray(0, kept));
  for (const channel of made) for (let i = 0; i < kept; i++) channel[i] *= window[i];
  const peak = Math.max(...made.map(peakOf));
  const before = Math.max(...sound.map(peakOf));
  if (peak <= 1e-9 * before) for (const channel of made) channel.fill(0);
  return made;
}

/** @param {Float64Array[]} channels @param {number} gain @returns {Sound} */
function amplified(channels, gain) {
  return /** @type {Sound} */ (
    channels.map((channel) => {
      const made = new Float32Array(channel.length);
      for (let i = 0; i < channel.length; i++) made[i] = channel[i] * gain;
      return made;
    })
  );
}

/**
 * A kick finished; silence stays silence.
 * @param {Sound} sound @param {Processing} processing
 * @param {Sound | null} whole where it sounds on, the kick as the model gives it
 * @returns {Sound}
 */
export function finish(sound, processing, whole = null) {
  const { peak_dbtp: highest, loudness_lufs: wanted } = processing;
  const result = shaped(sound, processing, whole);
  const mono = result[0].every((value, i) => value === result[1][i]);
  const peak = highestTruePeak(mono ? result.slice(0, 1) : result);
  if (peak === 0) return amplified(result, 0);
  const most = 10 ** (highest / 20) / peak;
  const loud = wanted === null ? null : loudnessOfSound(amplified(result, 1 / peak));
  const gain = wanted === null || loud === null ? most : Math.min(most, 10 ** ((wanted - loud) / 20) / peak);
  return amplified(result, gain);
}

/**
 * The same in stereo, without level and length: what controls and distances are measured on.
 * @param {Sound} sound @param {Processing} processing @returns {Sound}
 */
export function unlevelled(sound, processing) {
  const result = shaped(sound, { ...wholeOf(processing), mono: false });
  const peak = Math.max(...result.map(peakOf));
  return amplified(result, peak > 0 ? 10 ** (HEARD_DBFS / 20) / peak : 0);
}

/**
 * A sentence where a finished kick is not as loud as it was to be.
 * @param {Processing} processing @param {number | null} made LUFS
 */
export function levelRemarks({ peak_dbtp: peak, loudness_lufs: wanted }, made) {
  if (wanted === null || made === null || wanted - made < LEAST_MISS_LU) return [];
  return [filled(TOO_QUIET, { wanted, made, peak })];
}

const ONE_LEVEL = new RegExp(`^(?:${LEVEL_FORMED})$`);

/**
 * The same at another level, such as `peak:-1` or `lufs:-14`; null leaves it as it is.
 * @param {Processing} processing @param {string | null} level @returns {Processing}
 */
export function atLevel(processing, level) {
  if (level === null) return processing;
  const found = ONE_LEVEL.exec(level);
  if (!found) throw refusal("level", level, LEVEL_FORM);
  const value = Number(found[2]) + 0;
  if (!(value >= LOWEST_LEVEL && value <= 0)) throw refusal("level", level, LEVEL_RANGE, { low: LOWEST_LEVEL });
  return { ...processing, peak_dbtp: PEAK_DBTP, loudness_lufs: null, [LEVELS[found[1]]]: value };
}
