/**
 * Taste: how typical a kick is of those that producers keep. The twin of Python's `kickitout.measure.taste`, without its
 * words; docs/taste.md explains it. Ours, so that the kick of a seed is the same one there and here.
 */

import * as constants from "./constants.js";
import { findOnset, decibels, distinctChannels, power, spectraOf, squares } from "./descriptors/spectrum.js";
import { lowSignal } from "./descriptors/body.js";
import { names } from "./descriptors/heard.js";
import { stretch } from "./descriptors/timbre.js";
import { inverse } from "./fft.js";
import { hanning, largest, peakOf, rint, rise } from "./numbers.js";

const { SAMPLE_RATE } = constants.kick;
const { NARROW_HZ } = constants.descriptorsBody;
const { LEAST_MID, LEAST_PEAK } = constants.descriptorsMeasure;
const { FURTHEST, RULES } = constants.tasteRules;
const {
  ATTACK_LEVELS, BODY_HZ, BODY_RATE_HZ, HISS_HZ, HISS_SECONDS, LATE_SHARE, LOWEST_PITCH_HZ, PITCH_DB, RUMBLE_HZ,
  SMOOTH_SECONDS, SWELL_DB, WHOLE_SECONDS,
} = constants.taste;

/** @typedef {import("./descriptors/spectrum.js").Sound} Sound */
/** @typedef {import("./fft.js").Spectrum} Spectrum */
/** @typedef {typeof RULES[number]} Rule */

/**
 * What taste measures of a sound, by rule, and how typical it is, 0 to 1; silence has no values.
 * @param {Sound} sound @returns {{measured: Record<string, number>, typical: number}}
 */
export function taste(sound) {
  const measured = measure(sound);
  return { measured, typical: 0.5 + 0.5 * Math.min(...RULES.map((rule) => room(rule, measured[rule.name]))) };
}

/**
 * How far inside its limits a value lies: 1 where it is usual, 0 at a limit, -1 far outside, or where there is none.
 * @param {Rule} rule @param {number | undefined} value
 */
function room({ lowest, usual, highest, logarithmic }, value) {
  if (value === undefined || !Number.isFinite(value)) return -FURTHEST;
  const share = (/** @type {number} */ limit) =>
    logarithmic
      ? Math.log(limit / Math.max(value, 1e-9)) / Math.log(limit / usual)
      : (limit - value) / (limit - usual);
  const limits = [value > usual ? null : lowest, value < usual ? null : highest].filter((limit) => limit !== null);
  return Math.min(1, Math.max(-FURTHEST, Math.min(1, ...limits.map(share))));
}

/** @param {Sound} sound @returns {Record<string, number>} */
function measure(sound) {
  const raw = distinctChannels(sound);
  const peak = Math.max(...raw.map(peakOf));
  if (peak < LEAST_PEAK) return {};
  const channels = raw.map((channel) => channel.map((value) => value / peak));
  const all = squares(channels);
  const onset = findOnset(all, SAMPLE_RATE);
  const { size, lines } = spectraOf(channels, SAMPLE_RATE);
  const n = channels[0].length;
  let whole = 0;
  for (const value of all) whole += value;
  return {
    ...energies(lines, size),
    quiet: decibels(whole / channels.length, WHOLE_SECONDS * SAMPLE_RATE),
    soft: attackMs(channels),
    ...pitch(channels, lines, size, onset),
    ...course(lines, size, n, onset),
    hiss: hissDb(channels, whole, onset),
  };
}

/** Where the energy lies. @param {Spectrum[]} lines @param {number} size */
function energies(lines, size) {
  let whole = 0, low = 0, body = 0;
  for (let k = 0; k < lines[0].re.length; k++) {
    const hz = (k * SAMPLE_RATE) / size;
    let energy = 0;
    for (const { re, im } of lines) energy += re[k] * re[k] + im[k] * im[k];
    whole += energy;
    if (hz >= BODY_HZ[3]) continue;
    low += energy * (1 - rise(hz, RUMBLE_HZ[0], RUMBLE_HZ[1]));
    body += energy * rise(hz, BODY_HZ[0], BODY_HZ[1]) * (1 - rise(hz, BODY_HZ[2], BODY_HZ[3]));
  }
  return { rumble: decibels(low, whole), thin: decibels(body, whole) };
}

/** @param {Float64Array[]} channels scaled to the peak 1 */
function attackMs(channels) {
  const places = ATTACK_LEVELS.map((level) =>
    channels[0].findIndex((_, i) => channels.some((channel) => Math.abs(channel[i]) >= level)),
  );
  return (1000 * (places[1] - places[0])) / SAMPLE_RATE;
}

/**
 * The middle of what an analyser and a tuner hear, whether or not they agree.
 * @param {Float64Array[]} channels @param {Spectrum[]} lines @param {number} size @param {number} onset
 * @returns {Record<string, number>}
 */
function pitch(channels, lines, size, onset) {
  const [left, right] = [channels[0], channels[channels.length - 1]];
  const mid = left.map((value, i) => value + right[i]);
  const side = left.map((value, i) => value - right[i]);
  const sign = power(mid) < LEAST_MID * power(side) ? -1 : 1;
  const [a, b] = [lines[0], lines[lines.length - 1]];
  const middle = {
    re: a.re.map((value, k) => 0.5 * (value + sign * b.re[k])),
    im: a.im.map((value, k) => 0.5 * (value + sign * b.im[k])),
  };
  const { signal, rate } = lowSignal(middle, size, left.length, onset);
  const named = signal.length >= 0.02 * rate ? names(signal, rate) : null;
  return named ? { pitch: Math.sqrt(named[0] * named[1]) } : {};
}

/**
 * How the body goes on: when it comes, whether its level and its pitch rise again.
 * @param {Spectrum[]} lines @param {number} size @param {number} n @param {number} onset
 * @returns {Record<string, number>}
 */
function course(lines, size, n, onset) {
  const factor = 2 ** Math.max(0, Math.floor(Math.log2(SAMPLE_RATE / BODY_RATE_HZ)));
  const small = Math.floor(size / factor);
  const rate = SAMPLE_RATE / factor;
  const [first, last] = [Math.ceil(onset / factor), Math.ceil(n / factor)];
  const window = hanning(rint(SMOOTH_SECONDS * rate));
  const count = last - first;
  if (count <= window.length) return {};
  const unsmoothed = new Float64Array(count);
  const turns = { re: new Float64Array(count - 1), im: new Float64Array(count - 1) };
  for (const line of lines) {
    const { re, im } = band(line, size, small);
    for (let i = 0; i < count; i++) {
      const [x, y] = [re[first + i], im[first + i]];
      unsmoothed[i] += x * x + y * y;
      if (i === 0) continue;
      const [before, behind] = [re[first + i - 1], im[first + i - 1]];
      turns.re[i - 1] += x * before + y * behind;
      turns.im[i - 1] += y * before - x * behind;
    }
  }
  const powers = smoothed(unsmoothed, window);
  const top = largest(powers);
  if (top <= 0) return {};
  const levels = powers.map((value) => 10 * Math.log10(Math.max(value / top, 1e-12)));
  const [re, im] = [smoothed(turns.re, window), smoothed(turns.im, window)];
  const octaves = re.map((value, i) =>
    Math.log2(Math.max((Math.atan2(im[i], value) * rate) / (2 * Math.PI), LOWEST_PITCH_HZ)),
  );
  return {
    late: (1000 * powers.findIndex((value) => value >= LATE_SHARE * top)) / rate,
    swell: swellDb(levels.subarray(powers.indexOf(top))),
    rise: riseOctaves(octaves, powers, levels),
  };
}

/** The analytic signal of the body's band at a lower rate. @param {Spectrum} line @param {number} size @param {number} small */
function band(line, size, small) {
  const [re, im] = [new Float64Array(small), new Float64Array(small)];
  for (let k = 0; k < small / 2; k++) {
    const hz = (k * SAMPLE_RATE) / size;
    const gain = 2 * rise(hz, NARROW_HZ[0], NARROW_HZ[1]) * (1 - rise(hz, NARROW_HZ[2], NARROW_HZ[3]));
    re[k] = gain * line.re[k];
    im[k] = gain * line.im[k];
  }
  inverse(re, im);
  return { re, im };
}

/** Values under a window around each, as long as they are. @param {Float64Array} values @param {Float64Array} window */
function smoothed(values, window) {
  const reach = Math.floor((window.length - 1) / 2);
  return values.map((_, i) => {
    let total = 0;
    for (let k = 0; k < window.length; k++) {
      const place = i + reach - k;
      if (place >= 0 && place < values.length) total += window[k] * values[place];
    }
    return total;
  });
}

/** The largest rise after the first of these levels. @param {Float64Array} levels */
function swellDb(levels) {
  let [lowest, most] = [Infinity, 0];
  for (const level of levels) {
    lowest = Math.min(lowest, level);
    if (level > SWELL_DB) most = Math.max(most, level - lowest);
  }
  return most;
}

/**
 * How far the pitch lies over the lowest before it, the mean weighted by power.
 * @param {Float64Array} octaves @param {Float64Array} powers @param {Float64Array} levels from the sample before on
 */
function riseOctaves(octaves, powers, levels) {
  let [lowest, risen, whole] = [Infinity, 0, 0];
  for (let i = 0; i < octaves.length; i++) {
    whole += powers[i + 1];
    if (levels[i + 1] <= PITCH_DB) continue;
    lowest = Math.min(lowest, octaves[i]);
    risen += (octaves[i] - lowest) * powers[i + 1];
  }
  return whole > 0 ? risen / whole : 0;
}

/** @param {Float64Array[]} channels @param {number} whole @param {number} onset */
function hissDb(channels, whole, onset) {
  const late = stretch(channels, onset, HISS_SECONDS[0], HISS_SECONDS[1]);
  if (!late) return decibels(0, whole);
  let energy = 0;
  for (let k = Math.ceil(HISS_HZ / late.step); k < late.energy.length; k++) energy += late.energy[k];
  return decibels(energy / (late.energy.length - 1), whole);
}
