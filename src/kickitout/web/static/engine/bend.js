/**
 * Another sweep, by shifting the low end of a sound by another number of hertz at each time: the twin of Python's
 * `kickitout.sound.sketch.bend`, which explains it. Ours, so that a sweep that is asked for is the same here and there.
 */

import * as constants from "./constants.js";
import { inverse, rfft } from "./fft.js";
import { clamp } from "./numbers.js";

const { SAMPLE_RATE } = constants.kick;
const { BODY_HOP, BODY_POINTS, ONSET_FADE_SAMPLES } = constants.parts;
const { ORIGIN } = constants.sketch;
const {
  BENT_FFT, BENT_HZ, BENT_SECONDS, DEEPEST_OCTAVES, FROM_SECONDS, LEAST_DB, LEAST_HZ, LEAST_POINTS, MOST_WEIGHT,
  SHALLOW, STEADY, TIMES_MS,
} = constants.bend;

/**
 * End pitch in Hz, depth in octaves and time in ms of a sweep.
 * @typedef {{pitch: number, depth: number, time: number}} Sweep
 */

/** @returns {Sweep} */
const steady = () => ({ pitch: STEADY[0], depth: STEADY[1], time: STEADY[2] });

/** @param {number} value @param {number} first @param {number} last */
const rise = (value, first, last) => 0.5 - 0.5 * Math.cos(Math.PI * clamp((value - first) / (last - first), 0, 1));

/** Gains of the bins by size and step. @type {Map<string, Float64Array>} */
const bands = new Map();

/** @param {number} size @param {number} step */
function band(size, step) {
  const key = `${size} ${step}`;
  const known = bands.get(key);
  if (known) return known;
  const [lowest, low, high, highest] = BENT_HZ;
  const made = Float64Array.from({ length: size / 2 + 1 }, (_, k) => {
    const hz = (k * SAMPLE_RATE) / (step * size);
    return 2 * rise(hz, lowest, low) * (1 - rise(hz, high, highest));
  });
  bands.set(key, made);
  return made;
}

/**
 * The analytic signal of what is bent of a sound of every STEPth sample.
 * @param {Float64Array} wave @param {number} step
 */
function lowEnd(wave, step) {
  const size = BENT_FFT / step;
  const gains = band(size, step);
  const lines = rfft(wave, size);
  const re = new Float64Array(size), im = new Float64Array(size);
  for (let k = 0; k < gains.length; k++) {
    re[k] = lines.re[k] * gains[k];
    im[k] = lines.im[k] * gains[k];
  }
  inverse(re, im);
  return { re, im };
}

/**
 * A sound of every `step`-th sample with its low end shifted by Hz at the body's points.
 * @param {Float64Array} wave @param {ArrayLike<number>} shift @param {number} step @returns {Float64Array}
 */
export function bent(wave, shift, step = 1) {
  if (Array.from(shift).every((hz) => hz === 0)) return wave;
  const { re, im } = lowEnd(wave, step);
  const turns = new Float64Array(wave.length);
  let whole = 0;
  for (let i = 0; i < wave.length; i++) {
    const at = Math.min((i * step) / BODY_HOP, BODY_POINTS - 1);
    const k = Math.min(Math.floor(at), BODY_POINTS - 2);
    turns[i] = whole += shift[k] + (at - k) * (shift[k + 1] - shift[k]);
  }
  return wave.map((value, i) => {
    const phase = 2 * Math.PI * (turns[i] - whole) * (step / SAMPLE_RATE);
    const [first, last] = ONSET_FADE_SAMPLES;
    return value + (re[i] * (Math.cos(phase) - 1) - im[i] * Math.sin(phase)) * rise(i * step, first, last);
  });
}

/** The share of a sweep that is left. @param {number} time ms @param {number} seconds */
export function left(time, seconds) {
  const falls = -1000 / time;
  const end = 10 ** (falls * BENT_SECONDS);
  return Math.max(10 ** (falls * Math.max(seconds, 0)) - end, 0) / (1 - end);
}

/**
 * The shift in Hz at the body's points that makes one sweep of another; both end at the pitch that was found.
 * @param {Sweep} found @param {Sweep} wanted
 */
export function shiftBetween(found, wanted) {
  return Float32Array.from({ length: BODY_POINTS }, (_, k) => {
    const seconds = (k * BODY_HOP - ORIGIN) / SAMPLE_RATE;
    const [to, of] = [wanted, found].map(({ depth, time }) => 2 ** (depth * left(time, seconds)));
    return found.pitch * (to - of);
  });
}

/**
 * The sweep of a sound of every `step`-th sample.
 * @param {Float64Array} wave @param {number} step @returns {Sweep}
 */
export function sweepOf(wave, step) {
  const { re, im } = lowEnd(wave, step);
  const rate = SAMPLE_RATE / step;
  const n = wave.length - 1;
  const level = Float64Array.from({ length: n }, (_, i) =>
    Math.sqrt((re[i] ** 2 + im[i] ** 2) * (re[i + 1] ** 2 + im[i + 1] ** 2)),
  );
  const top = level.reduce((most, value) => Math.max(most, value), 0);
  const least = top * 10 ** (LEAST_DB / 10);
  /** @type {{seconds: number, octaves: number, weight: number}[]} */
  const kept = [];
  for (let i = 0; i < n; i++) {
    const seconds = (i + 0.5) / rate - ORIGIN / SAMPLE_RATE;
    const turn = Math.atan2(im[i + 1] * re[i] - re[i + 1] * im[i], re[i + 1] * re[i] + im[i + 1] * im[i]);
    const hz = (turn * rate) / (2 * Math.PI);
    if (seconds < FROM_SECONDS || level[i] < least || hz <= LEAST_HZ) continue;
    kept.push({ seconds, octaves: Math.log2(hz), weight: Math.min(Math.sqrt(level[i] / top), MOST_WEIGHT) });
  }
  if (kept.length < LEAST_POINTS) return steady();
  const fits = TIMES_MS.map((time) => fit(kept, time));
  const errors = fits.map((one) => one.error);
  const best = errors.indexOf(Math.min(...errors));
  let place = best;
  if (best > 0 && best < fits.length - 1) {
    const [before, here, after] = errors.slice(best - 1, best + 2);
    const bow = before - 2 * here + after;
    if (bow > 0) place += clamp((0.5 * (before - after)) / bow, -0.5, 0.5);
  }
  const last = TIMES_MS.length - 1;
  return {
    pitch: 2 ** fits[best].end,
    depth: clamp(fits[best].depth, 0, DEEPEST_OCTAVES),
    time: TIMES_MS[0] * (TIMES_MS[last] / TIMES_MS[0]) ** (place / last),
  };
}

/**
 * Depth and end of a sweep of a time, by weighted least squares, and the error.
 * @param {{seconds: number, octaves: number, weight: number}[]} points @param {number} time ms
 */
function fit(points, time) {
  const falls = points.map(({ seconds }) => left(time, seconds));
  let whole = 0, meanFall = 0, mean = 0;
  points.forEach(({ octaves, weight }, i) => {
    whole += weight;
    meanFall += weight * falls[i];
    mean += weight * octaves;
  });
  meanFall /= whole;
  mean /= whole;
  let across = 0, own = 0;
  points.forEach(({ octaves, weight }, i) => {
    across += weight * (falls[i] - meanFall) * (octaves - mean);
    own += weight * (falls[i] - meanFall) ** 2;
  });
  const depth = Math.max(across / (own + SHALLOW * whole), 0);
  let error = SHALLOW * whole * depth * depth;
  points.forEach(({ octaves, weight }, i) => {
    error += weight * (octaves - mean - depth * (falls[i] - meanFall)) ** 2;
  });
  return { depth, end: mean - depth * meanFall, error };
}
