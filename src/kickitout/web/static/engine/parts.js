/**
 * A kick taken apart into body, rest and side, and the body made again: the twin of Python's
 * `kickitout.sound.sketch.parts`, which has the equations. Ours, so that a kick that is taken in here and there has the
 * same parts.
 */

import * as constants from "./constants.js";
import { inverse, irfft, rfft } from "./fft.js";
import { firstWhere, peakOf, rise } from "./numbers.js";

const { KICK_SAMPLES, SAMPLE_RATE } = constants.kick;
const {
  BODY_HOP, BODY_HZ, BODY_POINTS, FFT_SIZE, FLOOR, FOLLOWED, FREQUENCIES_HZ, ONSET_FADE_SAMPLES, MADE_BODY_HZ, MADE_FFT,
  MADE_LEAD, MEMORY, PADDING, REST_FFT, REST_HZ, SIDE_SAMPLES, STEP, TURNS_PER_HZ, USUAL_HZ,
} = constants.parts;

/**
 * A kick taken apart: the arrays of Python's `Parts`.
 * @typedef {{logAmplitude: Float32Array, frequency: Float32Array, phase: number, rest: Float32Array,
 *   side: Float32Array, polarity: 1 | -1, sideSign: 1 | -1}} Parts
 */

/** @typedef {{re: Float64Array, im: Float64Array}} Points */
/** @typedef {import("./numbers.js").Numbers} Numbers */

/** What opens body, rest and side. */
export const ONSET_FADE_GAINS = Float64Array.from({ length: KICK_SAMPLES }, (_, i) => rise(i, ...ONSET_FADE_SAMPLES));

/** Gains of the lines of a transform: nothing below the body, all above it. @param {number} size */
export const restBand = (size) =>
  Float64Array.from({ length: size / 2 + 1 }, (_, k) => rise((k * SAMPLE_RATE) / size, ...REST_HZ));

/** Gains of the lines of a transform: all of the body, nothing above it. @param {number} size */
export const madeBodyBand = (size) =>
  Float64Array.from({ length: size / 2 + 1 }, (_, k) => 1 - rise((k * SAMPLE_RATE) / size, ...MADE_BODY_HZ));

const REST_BAND = restBand(REST_FFT);
const MADE_BODY_BAND = madeBodyBand(MADE_FFT);

/**
 * The swept tone of tracks, before the gate.
 * @param {Numbers} logAmplitude @param {Numbers} frequency Hz @param {number} phase radians, at the first point
 */
export function sweptTone(logAmplitude, frequency, phase) {
  const points = logAmplitude.length;
  const result = new Float64Array(points * BODY_HOP);
  const amplitude = Float64Array.from(logAmplitude, (value) => Math.max(Math.exp(value) - FLOOR, 0));
  let at = phase;
  for (let k = 0; k < points; k++) {
    const step = frequency[k] * (2 * Math.PI * TURNS_PER_HZ);
    const climb = k + 1 < points ? amplitude[k + 1] - amplitude[k] : 0;
    for (let i = 0; i < BODY_HOP; i++) {
      const between = i / BODY_HOP;
      result[k * BODY_HOP + i] = Math.cos(at + step * between) * (amplitude[k] + climb * between);
    }
    at += step;
  }
  return result;
}

/** A track held for MADE_LEAD points at both ends. @param {Numbers} track */
function held(track) {
  const result = new Float64Array(track.length + 2 * MADE_LEAD);
  result.fill(track[0], 0, MADE_LEAD);
  result.set(track, MADE_LEAD);
  result.fill(track[track.length - 1], MADE_LEAD + track.length);
  return result;
}

/**
 * The body of tracks that were made: without what bends in them leave above its band.
 * @param {Numbers} logAmplitude @param {Numbers} frequency Hz @param {number} phase radians, at the first point
 */
export function madeBody(logAmplitude, frequency, phase) {
  const lead = 2 * Math.PI * TURNS_PER_HZ * MADE_LEAD * frequency[0];
  const { re, im } = rfft(sweptTone(held(logAmplitude), held(frequency), phase - lead), MADE_FFT);
  for (let k = 0; k < re.length; k++) {
    re[k] *= MADE_BODY_BAND[k];
    im[k] *= MADE_BODY_BAND[k];
  }
  const start = MADE_LEAD * BODY_HOP;
  const result = irfft(re, im, MADE_FFT).slice(start, start + KICK_SAMPLES);
  for (let i = 0; i < KICK_SAMPLES; i++) result[i] *= ONSET_FADE_GAINS[i];
  return result;
}

/**
 * The body of measured tracks.
 * @param {Numbers} logAmplitude @param {Numbers} frequency Hz @param {number} phase radians, at the first point
 */
export function bodyWave(logAmplitude, frequency, phase) {
  const result = sweptTone(logAmplitude, frequency, phase).slice(0, KICK_SAMPLES);
  for (let i = 0; i < KICK_SAMPLES; i++) result[i] *= ONSET_FADE_GAINS[i];
  return result;
}

/** A rest that is made, without what it should not have below the body. @param {Float64Array} rest */
export function withoutRumble(rest) {
  const { re, im } = rfft(rest, REST_FFT);
  for (let k = 0; k < re.length; k++) {
    re[k] *= REST_BAND[k];
    im[k] *= REST_BAND[k];
  }
  return irfft(re, im, REST_FFT).slice(0, KICK_SAMPLES);
}

// Taken apart ---------------------------------------------------------------------------------------------------------

/**
 * Gains of the lines of a transform up to the band's upper edge; twice, for the analytic signal.
 * @param {number} size
 */
export const bodyBand = (size) =>
  Float64Array.from({ length: Math.ceil((BODY_HZ[3] * size) / SAMPLE_RATE) }, (_, k) => {
    const hz = (k * SAMPLE_RATE) / size;
    return 2 * rise(hz, BODY_HZ[0], BODY_HZ[1]) * (1 - rise(hz, BODY_HZ[2], BODY_HZ[3]));
  });

const BODY_BAND = bodyBand(FFT_SIZE);

/** The parts of a kick. @param {ArrayLike<number>[]} sound left and right, 22050 samples each @returns {Parts} */
export function takeApart([left, right]) {
  const gain = Math.max(peakOf(left), peakOf(right));
  const mid = new Float64Array(KICK_SAMPLES);
  const side = new Float64Array(KICK_SAMPLES);
  for (let i = 0; i < KICK_SAMPLES; i++) {
    const [a, b] = gain > 0 ? [left[i] / gain, right[i] / gain] : [0, 0];
    mid[i] = 0.5 * (a + b);
    side[i] = 0.5 * (a - b);
  }
  const points = lowBand(mid);
  let tracks = tracksOf(points);
  let body = bodyWave(tracks.logAmplitude, tracks.frequency, tracks.phase);
  const polarity = polarityOf(tracks.followed ? body : mid);
  if (polarity < 0) {
    // From the start, so that a kick and the same turned over end at the same numbers.
    for (const one of [mid, side, points.re, points.im]) for (let i = 0; i < one.length; i++) one[i] = -one[i];
    tracks = tracksOf(points);
    body = bodyWave(tracks.logAmplitude, tracks.frequency, tracks.phase);
  }
  const rest = mid.map((value, i) => value - body[i]);
  const sideSign = sideSignOf(side, rest);
  const { logAmplitude, frequency, phase } = tracks;
  const turned = Float32Array.from(side, (value) => sideSign * value);
  return { logAmplitude, frequency, phase, rest: Float32Array.from(rest), side: turned, polarity, sideSign };
}

/** The analytic low band at the body's points and one further. @param {Float64Array} mid @returns {Points} */
function lowBand(mid) {
  const padded = new Float64Array(FFT_SIZE);
  padded.set(mid, PADDING);
  const lines = rfft(padded);
  const re = new Float64Array(FFT_SIZE / STEP);
  const im = new Float64Array(FFT_SIZE / STEP);
  BODY_BAND.forEach((gain, k) => {
    re[k] = lines.re[k] * gain;
    im[k] = lines.im[k] * gain;
  });
  inverse(re, im);
  const every = (/** @type {Float64Array} */ values) =>
    Float64Array.from({ length: BODY_POINTS + 1 }, (_, k) => values[PADDING / STEP + (k * BODY_HOP) / STEP] / STEP);
  return { re: every(re), im: every(im) };
}

/** The sign of the first strong swing. @param {Float64Array} swings */
function polarityOf(swings) {
  const half = 0.5 * peakOf(swings);
  return swings[firstWhere(swings, (value) => Math.abs(value) >= half)] < 0 ? -1 : 1;
}

/** @param {Float64Array} side @param {Float64Array} rest */
function sideSignOf(side, rest) {
  let likeness = 0;
  for (let i = 0; i < SIDE_SAMPLES; i++) likeness += side[i] * rest[i];
  if (likeness === 0) {
    const peak = peakOf(side);
    likeness = side[firstWhere(side, (value) => Math.abs(value) === peak)];
  }
  return likeness < 0 ? -1 : 1;
}

/** Log amplitude, frequency and start phase from the low band at the points. @param {Points} points */
function tracksOf({ re, im }) {
  const amplitude = Float64Array.from({ length: BODY_POINTS }, (_, k) => Math.hypot(re[k], im[k]));
  const logAmplitude = Float32Array.from(amplitude, (value) => Math.log(value + FLOOR));
  const first = amplitude.findIndex((value) => value > FOLLOWED);
  if (first < 0) {
    return { logAmplitude, frequency: new Float32Array(BODY_POINTS).fill(USUAL_HZ), phase: 0, followed: false };
  }
  const turns = re.map((value, k) => Math.atan2(im[k], value) / (2 * Math.PI));
  const [low, high] = FREQUENCIES_HZ.map((hz) => hz * TURNS_PER_HZ);
  const steps = new Float64Array(BODY_POINTS);
  // From point to point towards the phase found there: what limits or a held frequency leave wrong is made up for.
  let phase = turns[first];
  let total = 0;
  let weight = 0;
  for (let k = first; k < BODY_POINTS; k++) {
    let step = total / weight;
    if (amplitude[k] > FOLLOWED) {
      step = turns[k + 1] - phase;
      step = Math.min(Math.max(step - Math.floor(step + 0.5), low), high);
      total = MEMORY * total + amplitude[k] * step;
      weight = MEMORY * weight + amplitude[k];
    }
    steps[k] = step;
    phase += step;
  }
  steps.fill(steps[first], 0, first);
  const frequency = Float32Array.from(steps, (step) => step / TURNS_PER_HZ);
  const start = turns[first] - frequency[0] * TURNS_PER_HZ * first;
  return { logAmplitude, frequency, phase: 2 * Math.PI * (start - Math.floor(start)), followed: true };
}
