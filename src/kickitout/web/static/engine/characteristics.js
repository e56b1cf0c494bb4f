/** Whether a sound is a kick: the draft's characteristics and the count of hits, as Python's `descriptors.characteristics`. */

import { irfft } from "./fft.js";
import { largest, mean, rint, sum } from "./numbers.js";
import { SAMPLE_RATE } from "./parts.js";
import { LOWEST_HZ, decibels, distinctChannels, spectraOf, squares } from "./spectrum.js";

/** @typedef {import("./spectrum.js").Sound} Sound */

const CLICK_HZ = 1000;
const CLICK_SECONDS = 0.03;
const CLICK_EARLY_SECONDS = 0.05;
const LEAST_CLICK_DB = -50;
const LEAST_CLICK_CONTRAST_DB = 3;
const RUMBLE_HZ = 160;
const LEAST_RUMBLE_SHARE = 0.2;
const SUSTAIN_HZ = 90;
const SUSTAIN_SECONDS = 0.18;
const MOST_SUSTAIN_DB = -11;
const MOST_DECAY_DB = -1;
const MOST_RISE_DB = 12;

const HIT_RISE_DB = 10;
const HIT_LEVEL_DB = -12;
const HIT_FRAMES = 5;

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

/** How many hits follow the first. @param {Float64Array[]} channels free of offset @param {number} rate */
export function laterHits(channels, rate) {
  const frames = framePowers(squares(channels), Math.floor(rate / 50));
  const limit = Math.max(0, largest(frames)) * 10 ** (HIT_LEVEL_DB / 10);
  let count = 0;
  let before = -HIT_FRAMES;
  rises(frames).forEach((rise, i) => {
    if (!(frames[i] > limit && rise >= HIT_RISE_DB)) return;
    if (i - before >= HIT_FRAMES) count++;
    before = i;
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
  const whole = (/** @type {number} */ value) => `${value < 0 ? "-" : ""}${rint(Math.abs(value))}`;
  return [
    clickDb >= LEAST_CLICK_DB ? "" : `no click: ${whole(clickDb)} dB above 1 kHz at the start, at least ${LEAST_CLICK_DB}`,
    contrast >= LEAST_CLICK_CONTRAST_DB
      ? ""
      : `no click: above 1 kHz the start is ${whole(contrast)} dB over the rest, at least ${LEAST_CLICK_CONTRAST_DB}`,
    share >= LEAST_RUMBLE_SHARE
      ? ""
      : `no low rumble: ${whole(100 * share)} % below 160 Hz, at least ${100 * LEAST_RUMBLE_SHARE}`,
    sustain <= MOST_SUSTAIN_DB
      ? ""
      : `more than a low end is sustained: ${whole(sustain)} dB above 90 Hz after 180 ms, at most ${MOST_SUSTAIN_DB}`,
    decay <= MOST_DECAY_DB ? "" : `no decay: the end at ${whole(decay)} dB, at most ${MOST_DECAY_DB}`,
    rise <= MOST_RISE_DB ? "" : `no decay: it rises again by ${whole(rise)} dB, at most ${MOST_RISE_DB}`,
  ].filter(Boolean);
}
