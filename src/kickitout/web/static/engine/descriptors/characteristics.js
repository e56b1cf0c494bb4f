/**
 * Whether a sound is a kick, the draft's characteristics and the count of hits: the twin of Python's
 * `kickitout.measure.descriptors.characteristics` and of `later_hits` and `loud_seconds` in `kickitout.library.reject`. Ours, so that both
 * take the same files.
 */

import * as constants from "../constants.js";
import { irfft } from "../fft.js";
import { filled } from "../format.js";
import { largest, mean, rint, sum } from "../numbers.js";
import { decibels, distinctChannels, spectraOf, squares } from "./spectrum.js";

const { SAMPLE_RATE } = constants.kick;
const { LOWEST_HZ } = constants.descriptorsSpectrum;
const {
  CLICK_HZ, CLICK_SECONDS, CLICK_EARLY_SECONDS, LACKS, LEAST_CLICK_DB, LEAST_CLICK_CONTRAST_DB, RUMBLE_HZ,
  LEAST_RUMBLE_SHARE, SUSTAIN_HZ, SUSTAIN_SECONDS, MOST_SUSTAIN_DB, MOST_DECAY_DB, MOST_RISE_DB,
} = constants.descriptorsCharacteristics;
const { HIT_RISE_DB, HIT_LEVEL_DB, HIT_FRAMES, QUIET_DB } = constants.reject;

/** @typedef {import("./spectrum.js").Sound} Sound */

/** Mean power of whole frames. @param {Float64Array} power @param {number} length */
function framePowers(power, length) {
  return Float64Array.from({ length: Math.floor(power.length / length) }, (_, i) =>
    mean(power, i * length, (i + 1) * length),
  );
}

/** How far each 20 ms lies above the quietest of the 80 ms before it, in dB. @param {Float64Array} frames */
function rises(frames) {
  const result = new Float64Array(frames.length);
  const loudest = Math.max(0, largest(frames));
  if (loudest === 0) return result;
  const level = frames.map((value) => 10 * Math.log10(Math.max(value / loudest, 1e-6)));
  for (let i = 5; i < level.length; i++) {
    if (level[i] > -25) result[i] = level[i] - Math.min(...level.subarray(Math.max(2, i - 4), i));
  }
  return result;
}

/** How long a sound lasts from its first to its last loud 20 ms. @param {Float64Array[]} channels free of offset @param {number} rate */
export function loudSeconds(channels, rate) {
  const frames = framePowers(squares(channels), Math.floor(rate / 50));
  const limit = Math.max(0, largest(frames)) * 10 ** (QUIET_DB / 10);
  const first = frames.findIndex((value) => value > limit);
  return first < 0 ? 0 : 0.02 * (frames.findLastIndex((value) => value > limit) - first + 1);
}

/** Which 20 ms are loud and have risen as with a hit. @param {Float64Array[]} channels @param {number} rate */
function risenWithHit(channels, rate) {
  const frames = framePowers(squares(channels), Math.floor(rate / 50));
  const limit = Math.max(0, largest(frames)) * 10 ** (HIT_LEVEL_DB / 10);
  return Array.from(rises(frames), (rise, i) => frames[i] > limit && rise >= HIT_RISE_DB);
}

/** Each sample less the mean of the 20 ms around it. @param {Float64Array} channel @param {number} rate */
function withoutSubsonics(channel, rate) {
  const length = Math.floor(rate / 50);
  const sums = new Float64Array(channel.length + 1);
  channel.forEach((value, i) => (sums[i + 1] = sums[i] + value));
  return channel.map((value, i) => {
    const first = i - Math.floor(length / 2);
    const [from, to] = [Math.max(first, 0), Math.min(first + length, channel.length)];
    return value - (sums[to] - sums[from]) / (to - from);
  });
}

/** How many hits follow the first. @param {Float64Array[]} channels free of offset @param {number} rate */
export function laterHits(channels, rate) {
  const heard = risenWithHit(channels.map((channel) => withoutSubsonics(channel, rate)), rate);
  const risen = risenWithHit(channels, rate).map((is, i) => is && heard[i]);
  let count = 0;
  let last = -HIT_FRAMES;
  risen.forEach((is, i) => {
    // A hit has risen for some frames: what counts is where that begins.
    if (!is || risen[i - 1] || i - last < HIT_FRAMES) return;
    count++;
    last = i;
  });
  return count;
}

/**
 * What a sound of 500 ms lacks to be a kick, in words with the measured number and its limit; nothing of a kick.
 * @param {Sound} sound @returns {string[]}
 */
export function lacking(sound) {
  const channels = distinctChannels(sound);
  const n = channels[0].length;
  const { size, lines } = spectraOf(channels, SAMPLE_RATE);
  /** The power of a band over time. */
  const band = (/** @type {number} */ low, /** @type {number} */ high) => {
    const kept = (/** @type {Float64Array} */ values) =>
      values.map((value, k) => ((k * SAMPLE_RATE) / size >= low && (k * SAMPLE_RATE) / size < high ? value : 0));
    return squares(lines.map(({ re, im }) => irfft(kept(re), kept(im), size).subarray(0, n)));
  };
  const power = squares(channels);
  const total = sum(power);
  const [high, low, over] = [band(CLICK_HZ, Infinity), band(LOWEST_HZ, RUMBLE_HZ), band(SUSTAIN_HZ, Infinity)];
  const [start, early, later] = [CLICK_SECONDS, CLICK_EARLY_SECONDS, SUSTAIN_SECONDS].map((s) => rint(s * SAMPLE_RATE));
  const clickDb = decibels(sum(high, 0, start), sum(power, 0, start));
  const contrast = decibels(mean(high, 0, early), mean(high, early));
  const share = total > 0 ? sum(low) / total : 0;
  const sustain = decibels(sum(over, later), total);
  const frames = framePowers(power, Math.floor(SAMPLE_RATE / 20));
  const decay = total > 0 ? decibels(mean(frames, frames.length - 2), largest(frames)) : 0;
  const rise = Math.max(0, largest(rises(framePowers(power, Math.floor(SAMPLE_RATE / 50)))));
  /** @type {[name: string, holds: boolean, measured: number, limit: number][]} */
  const verdicts = [
    ["click", clickDb >= LEAST_CLICK_DB, clickDb, LEAST_CLICK_DB],
    ["contrast", contrast >= LEAST_CLICK_CONTRAST_DB, contrast, LEAST_CLICK_CONTRAST_DB],
    ["rumble", share >= LEAST_RUMBLE_SHARE, 100 * share, 100 * LEAST_RUMBLE_SHARE],
    ["sustain", sustain <= MOST_SUSTAIN_DB, sustain, MOST_SUSTAIN_DB],
    ["decay", decay <= MOST_DECAY_DB, decay, MOST_DECAY_DB],
    ["rise", rise <= MOST_RISE_DB, rise, MOST_RISE_DB],
  ];
  const failed = verdicts.filter(([, holds]) => !holds);
  return failed.map(([name, , measured, limit]) => filled(LACKS[name], { measured, limit }));
}
