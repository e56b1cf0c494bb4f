/**
 * The quality gate: the twin of Python's `kickitout.measure.gate` with all its rules; docs/quality.md explains them.
 * Ours, so that what passes there passes here.
 */

import * as constants from "./constants.js";
import { rfft } from "./fft.js";
import { filled, fixed } from "./format.js";
import { hann, largest, lastWhere, mean, peakOf, rint, sum } from "./numbers.js";
import { truePeak } from "./descriptors/levels.js";
import {
  decibels, distinctChannels, findOnset, runningMeans, spectraOf, squares,
} from "./descriptors/spectrum.js";

const { SAMPLE_RATE } = constants.kick;
const { LOWEST_HZ } = constants.descriptorsSpectrum;
const { TAIL_FLOOR_DB, TAIL_SECONDS } = constants.descriptorsLevels;
const { EMPTY_DB, HIGH_HZ, LOW_HZ, WIDTH_LIMIT_DB } = constants.descriptorsStereo;
const { EXCUSES } = constants.excuses;
const { AUDIBLE } = constants.gate;
const { AT_LEAST, AT_MOST, LINE_AT, RULES, SILENCE_DBFS } = constants.gateRules;
const { FLAT, FLAT_SECONDS, LOUD_TOP, OFFSET_SECONDS, QUIET_CHANNEL, STEP_SECONDS } = constants.gateEdges;
const {
  BIN_HZ, FLOOR_DB, FRAME_BINS, FRAME_HZ, FRAME_WIDTH, HARMONICS, HUM_REST_SECONDS, HUM_SECONDS, HUM_STEADINESS,
  HUM_WINDOWS, LEAST_FRAMES, LINE_HZ, MAINS_HZ, NEIGHBOURS, NOISE_HZ, NOTHING_DB, WINDOW,
} = constants.gateSteady;

/** @typedef {import("./descriptors/spectrum.js").Sound} Sound */

/** @typedef {typeof RULES[number]} Rule */

/**
 * What is measured of a kick at 44.1 kHz, by rule, and the rules that it fails in their order, with a sentence on each.
 * @param {Sound} sound @returns {{measured: Record<string, number>, faults: {rule: string, words: string}[]}}
 */
export function judge(sound) {
  const { measured, notes } = measure(sound);
  const holds = (/** @type {Rule} */ { name, at_most, limit }) =>
    at_most ? measured[name] <= limit : measured[name] >= limit;
  const failed = RULES.filter((rule) => rule.name in measured && !holds(rule));
  const words = (/** @type {Rule} */ rule) => describe(rule, measured[rule.name], notes[rule.name]);
  return { measured, faults: failed.map((rule) => ({ rule: rule.name, words: words(rule) })) };
}

/** @typedef {{rule: string, words: string}} Fault */

/**
 * The faults that count, and those in rules that a kick may break, since it was asked to: by its recipe.
 * @param {Fault[]} faults @param {Asked} recipe @returns {[Fault[], Fault[]]}
 */
export function sorted(faults, recipe) {
  const rules = excusesOf(recipe).flatMap((one) => one.rules);
  const wanted = (/** @type {Fault} */ { rule }) => rules.includes(rule);
  return [faults.filter((one) => !wanted(one)), faults.filter(wanted)];
}

/** Sentences on the rules that a kick breaks and may break. @param {Asked} recipe @param {Fault[]} faults */
export function excused(recipe, faults) {
  return excusesOf(recipe).flatMap(({ control, rules, words }) => {
    const broken = faults.flatMap(({ rule }) => (rules.includes(rule) ? [rule] : []));
    return broken.length ? [filled(words, { value: recipe.controls?.[control] ?? 0, rules: broken.join(", ") })] : [];
  });
}

/** @typedef {{controls?: Record<string, number> | null}} Asked a recipe */

/** @param {Asked} recipe */
const excusesOf = ({ controls }) => EXCUSES.filter(({ control, above }) => (controls?.[control] ?? above) > above);

/**
 * The reason for failing: what was measured, the limit, and what helps, where anything does.
 * @param {Rule} rule @param {number} measured
 */
function describe(rule, measured, note = "") {
  const limit = shown(rule, rule.limit);
  const more = [0, 1, 2, 3].find((digits) => shown(rule, measured, digits) !== shown(rule, rule.limit, digits)) ?? 0;
  const bound = filled(rule.at_most ? AT_MOST : AT_LEAST, { "": limit });
  const text = `${filled(rule.sentence, { "": shown(rule, measured, more), note })}, ${bound}`;
  return rule.remedy ? `${text}; ${rule.remedy}` : text;
}

/** A value with its unit. @param {Rule} rule @param {number} value */
function shown({ digits, unit }, value, moreDigits = 0) {
  const number = fixed(value, digits + moreDigits);
  return `${Number(number) ? number : number.replace("-", "")} ${unit}`.trimEnd();
}

/** @param {Sound} audio @returns {{measured: Record<string, number>, notes: Record<string, string>}} */
function measure(audio) {
  let wrong = 0;
  for (const channel of audio) for (const value of channel) if (!Number.isFinite(value)) wrong++;
  if (wrong) return { measured: { finite: wrong }, notes: {} };
  const sound = distinctChannels(audio);
  const peak = Math.max(...sound.map(peakOf));
  const level = Math.max(-200, 20 * Math.log10(Math.max(peak, 1e-10)));
  if (level < SILENCE_DBFS) return { measured: { finite: 0, sound: level }, notes: {} };
  const n = sound[0].length;
  const size = new Float64Array(n);
  for (const channel of sound) for (let i = 0; i < n; i++) size[i] = Math.max(size[i], Math.abs(channel[i]));
  const first = size.findIndex((value) => value >= AUDIBLE * peak);
  const last = lastWhere(size, (value) => value >= AUDIBLE * peak) + 1;
  const heard = sound.map((channel) => channel.subarray(first, last));
  const power = squares(sound);
  const tail = runningMeans(power, Math.max(1, rint(TAIL_SECONDS * SAMPLE_RATE)));
  const step = Math.max(1, rint(STEP_SECONDS * SAMPLE_RATE));
  /** @type {Record<string, number>} */
  const found = {
    finite: 0,
    sound: level,
    start: (100 * largest(size.subarray(0, step))) / peak,
    onset: (1000 * findOnset(power, SAMPLE_RATE)) / SAMPLE_RATE,
    clipping: 100 * flatShare(heard),
    true_peak: 20 * Math.log10(truePeak(heard) / Math.min(peak, 1)),
    end: (100 * largest(size.subarray(Math.max(0, last - step), last))) / largest(size.subarray(0, last)),
    tail: Math.max(TAIL_FLOOR_DB, decibels(tail[tail.length - 1], largest(tail))),
  };
  const offset = offsetShare(heard);
  if (offset !== null) found.offset = 100 * offset;
  Object.assign(found, lowEnd(heard));
  const hum = humDb(heard);
  if (hum !== null) found.hum = hum;
  const lasting = steady(heard);
  if (lasting === null) return { measured: found, notes: {} };
  const { noise, line, lineHz, frame_lines } = lasting;
  return { measured: { ...found, noise, line, frame_lines }, notes: { line: filled(LINE_AT, { hz: lineHz }) } };
}

// Single samples ------------------------------------------------------------------------------------------------------

/**
 * The median of means over 100 ms, as a share of the peak; null for less than two windows.
 * @param {Float64Array[]} sound
 */
function offsetShare(sound) {
  const n = sound[0].length;
  const length = rint(OFFSET_SECONDS * SAMPLE_RATE);
  const hop = Math.floor(length / 2);
  if (n < length + hop) return null;
  const window = hann(length);
  const whole = sum(window);
  const medians = sound.map((channel) => {
    const means = [];
    for (let from = 0; from + length <= n; from += hop) {
      let total = 0;
      for (let i = 0; i < length; i++) total += channel[from + i] * window[i];
      means.push(total / whole);
    }
    means.sort((a, b) => a - b);
    const half = means.length >> 1;
    return means.length % 2 ? means[half] : 0.5 * (means[half - 1] + means[half]);
  });
  return peakOf(medians) / Math.max(...sound.map(peakOf));
}

/** How much of its flattest half-wave a sound spends at one level, 0 to 1. @param {Float64Array[]} sound */
function flatShare(sound) {
  const peaks = sound.map(peakOf);
  const limit = QUIET_CHANNEL * Math.max(...peaks);
  return Math.max(...sound.filter((_, c) => peaks[c] >= limit).map(flatShareOf));
}

/** @param {Float64Array} channel */
function flatShareOf(channel) {
  const least = FLAT_SECONDS * SAMPLE_RATE;
  const loud = LOUD_TOP * peakOf(channel);
  let found = 0;
  let from = 0;
  for (let i = 1; i <= channel.length; i++) {
    if (i < channel.length && channel[i] > 0 === channel[i - 1] > 0) continue;
    if (i - from >= least) {
      const levels = channel.slice(from, i).map(Math.abs).sort();
      let below = 0;
      for (let j = 0; j < levels.length; j++) {
        if (levels[j] < loud) continue;
        while (levels[below] < FLAT * levels[j]) below++;
        const flat = j + 1 - below;
        if (flat >= least) found = Math.max(found, flat / levels.length);
      }
    }
    from = i;
  }
  return found;
}

// The low end ---------------------------------------------------------------------------------------------------------

/**
 * Correlation and mono loss below 150 Hz; nothing where there is no low end.
 * @param {Float64Array[]} sound @returns {Record<string, number>}
 */
function lowEnd(sound) {
  if (sound.length === 1) return { low_correlation: 1, mono_loss: 0 };
  const { size, lines } = spectraOf(sound, SAMPLE_RATE);
  const [left, right] = lines;
  const edges = [LOWEST_HZ, LOW_HZ, HIGH_HZ].map((hz) => Math.ceil((hz * size) / SAMPLE_RATE));
  const total = left.re.length;
  const bands = [[edges[0], edges[1]], [edges[1], edges[2]], [edges[2], total]].map(([from, to]) => {
    let own = 0, other = 0, cross = 0;
    for (let k = from; k < to; k++) {
      own += left.re[k] ** 2 + left.im[k] ** 2;
      other += right.re[k] ** 2 + right.im[k] ** 2;
      cross += left.re[k] * right.re[k] + left.im[k] * right.im[k];
    }
    const mid = Math.max(0, 0.25 * (own + other) + 0.5 * cross);
    const side = Math.max(0, 0.25 * (own + other) - 0.5 * cross);
    return { own, other, cross, mid, side };
  });
  const whole = bands.reduce((all, band) => all + band.mid + band.side, 0);
  const low = bands[0];
  /** @type {Record<string, number>} */
  const found = {};
  if (low.mid + low.side > 0 && decibels(low.mid + low.side, whole) >= EMPTY_DB) {
    found.mono_loss = Math.min(WIDTH_LIMIT_DB, decibels(low.mid + low.side, low.mid));
    const loud = Math.sqrt(low.own * low.other);
    if (loud > 0) found.low_correlation = Math.min(Math.max(low.cross / loud, -1), 1);
  }
  return found;
}

// What is steady ------------------------------------------------------------------------------------------------------

const powerDb = (/** @type {number} */ power) => Math.max(NOTHING_DB, 10 * Math.log10(Math.max(power, 1e-30)));

/** The tones of both mains, and what turns each back under a window. */
const TONES = (() => {
  const length = rint(HUM_SECONDS * SAMPLE_RATE);
  const window = hann(length);
  const scale = 2 / sum(window);
  const tones = new Set(MAINS_HZ.flatMap((base) => Array.from({ length: HARMONICS }, (_, k) => base * (k + 1))));
  return [...tones].map((hz) => {
    const cos = new Float64Array(length);
    const sin = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      const angle = (2 * Math.PI * hz * i) / SAMPLE_RATE;
      cos[i] = Math.cos(angle) * scale * window[i];
      sin[i] = -Math.sin(angle) * scale * window[i];
    }
    return { hz, cos, sin };
  });
})();

/** The level of steady mains hum at the end of a sound; null for less than 212 ms. @param {Float64Array[]} sound */
function humDb(sound) {
  const length = rint(HUM_SECONDS * SAMPLE_RATE);
  const step = rint(0.5 * HUM_SECONDS * SAMPLE_RATE);
  const needed = length + (HUM_WINDOWS - 1) * step;
  const end = sound[0].length - rint(HUM_REST_SECONDS * SAMPLE_RATE);
  if (end < needed) return null;
  const steadyPower = TONES.map(({ hz, cos, sin }) => {
    let most = 0;
    for (const channel of sound) {
      const numbers = Array.from({ length: HUM_WINDOWS }, (_, k) => {
        const from = end - needed + k * step;
        let re = 0, im = 0;
        for (let i = 0; i < length; i++) {
          re += channel[from + i] * cos[i];
          im += channel[from + i] * sin[i];
        }
        const turn = (-2 * Math.PI * hz * k * step) / SAMPLE_RATE;
        return [re * Math.cos(turn) - im * Math.sin(turn), re * Math.sin(turn) + im * Math.cos(turn)];
      });
      const [re, im] = [0, 1].map((part) => mean(numbers.map((number) => number[part])));
      const spread = Math.sqrt(mean(numbers.map((number) => (number[0] - re) ** 2 + (number[1] - im) ** 2)));
      most = Math.max(most, Math.max(0, Math.hypot(re, im) - HUM_STEADINESS * spread) ** 2);
    }
    return most;
  });
  const loudest = Math.max(...MAINS_HZ.map((base) => sum(steadyPower.filter((_, i) => TONES[i].hz % base === 0))));
  return powerDb(loudest / Math.max(...sound.map(peakOf)) ** 2);
}

/**
 * Steady noise, lines, and lines of the frame rate; null for a sound of less than 116 ms.
 * @param {Float64Array[]} sound
 */
function steady(sound) {
  const n = sound[0].length;
  const steps = Math.ceil((n - WINDOW) / (WINDOW / 2));
  if (steps < LEAST_FRAMES - 1) return null;
  const bins = WINDOW / 2 + 1;
  const plain = hann(WINDOW);
  const scale = 2 / (sum(plain) * Math.max(...sound.map(peakOf)));
  const part = new Float64Array(WINDOW);
  const [low, high] = NOISE_HZ.map((hz) => rint(hz / BIN_HZ));
  const levels = new Float64Array(bins);
  let quietest = Infinity;
  for (let step = 0; step <= steps; step++) {
    const from = rint((step * (n - WINDOW)) / steps);
    const powers = new Float64Array(bins);
    for (const channel of sound) {
      for (let i = 0; i < WINDOW; i++) part[i] = scale * plain[i] * channel[from + i];
      const { re, im } = rfft(part, WINDOW);
      for (let k = 0; k < bins; k++) powers[k] = Math.max(powers[k], re[k] * re[k] + im[k] * im[k]);
    }
    quietest = Math.min(quietest, sum(powers, low, high));
    for (let k = 0; k < bins; k++) levels[k] += (10 * Math.log10(powers[k] + 10 ** (FLOOR_DB / 10))) / (steps + 1);
  }
  const [line, lineHz] = strongestLine(levels);
  return { noise: powerDb(quietest / 1.5), line, lineHz, frame_lines: frameLinesDb(levels) };
}

/**
 * By how much the strongest bin above 1 kHz exceeds those around it, in dB, and where it is, in Hz.
 * @param {Float64Array} levels @returns {[number, number]}
 */
function strongestLine(levels) {
  const [near, far] = NEIGHBOURS;
  let most = -Infinity;
  let place = 0;
  for (let k = Math.max(far, rint(LINE_HZ / BIN_HZ)); k < levels.length - far; k++) {
    const around = sum(levels, k - far, k - near + 1) + sum(levels, k + near, k + far + 1);
    const excess = levels[k] - around / (2 * (far - near + 1));
    if (excess > most) [most, place] = [excess, k];
  }
  return [Math.max(most, 0), place * BIN_HZ];
}

/**
 * By how much the levels near multiples of the frame rate exceed those halfway between.
 * @param {Float64Array} levels
 */
function frameLinesDb(levels) {
  const half = FRAME_BINS / 2;
  const first = rint(FRAME_HZ[0] / BIN_HZ / FRAME_BINS);
  const last = Math.min(rint(FRAME_HZ[1] / BIN_HZ / FRAME_BINS), Math.floor((levels.length - 1 - half) / FRAME_BINS));
  if (last - first < 4) return 0;
  const on = [];
  const off = [];
  for (let place = 0; place < FRAME_BINS; place++) {
    let total = 0;
    for (let cell = first; cell < last; cell++) total += levels[cell * FRAME_BINS - half + place];
    const around = Math.abs(place - half);
    if (around <= FRAME_WIDTH) on.push(total / (last - first));
    else if (around > FRAME_WIDTH + 1) off.push(total / (last - first));
  }
  return mean(on) - mean(off);
}

