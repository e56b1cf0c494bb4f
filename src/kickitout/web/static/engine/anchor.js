/**
 * Where a body is heard, and bodies that stay there: the twin of Python's `kickitout.sound.sketch.anchor`, which
 * explains it. Ours, so that a kick that is driven, longer or swept otherwise has the same track here and there.
 */

import * as constants from "./constants.js";
import { bent } from "./bend.js";
import { irfft, rfft } from "./fft.js";
import { clamp, rint } from "./numbers.js";
import { besideBody } from "./sketch.js";

const { SAMPLE_RATE } = constants.kick;
const { BODY_HOP, BODY_POINTS, FLOOR, FREQUENCIES_HZ } = constants.parts;
const { HARDNESS, ORIGIN } = constants.sketch;
const { HEARD_HZ, LADDER, LINES_FFT, MOVES, NEAR_OCTAVES, REST, REST_LINES_FFT, STEP } = constants.sketchAnchor;

/** @typedef {import("./sketch.js").Sketch} Sketch */

const COUNTED = (BODY_POINTS * BODY_HOP) / STEP;
const UNHEARD = Math.ceil(ORIGIN / STEP);

/** @type {{parts: unknown[], rest: Float64Array} | null} */
let last = null;

/**
 * The low end of a sketch's rest at every STEPth sample. The last is kept: most edits leave it as it is.
 * @param {Sketch} sketch @param {Float32Array} air
 */
export function lowRest(sketch, air) {
  const parts = [air, ...REST.map((name) => sketch[/** @type {keyof Sketch} */ (name)])];
  if (last === null || parts.some((part, i) => part !== last?.parts[i])) last = { parts, rest: madeRest(sketch, air) };
  return last.rest;
}

/** @param {Sketch} sketch @param {Float32Array} air */
function madeRest(sketch, air) {
  const count = REST_LINES_FFT / STEP;
  const { re, im } = rfft(besideBody(sketch, air)[0], REST_LINES_FFT);
  const [low, turned] = [re, im].map((values) => values.slice(0, count / 2 + 1).map((value) => value / STEP));
  return irfft(low, turned, count).slice(0, COUNTED);
}

/**
 * Where a sketch is heard: the peak of its spectrum, in Hz.
 * @param {Sketch} sketch @param {Float64Array | null} rest its `lowRest`; without, its body alone
 */
export function heardHz(sketch, rest = null) {
  let wave = lowWave(sketch, rest);
  const peak = wave.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const drive = sketch.drive[0];
  if (peak > 0 && drive > 0) {
    const bend = Math.expm1(HARDNESS * drive);
    wave = wave.map((value) => (value / peak) * (1 + bend * (value / peak) ** HARDNESS) ** (-1 / HARDNESS));
  }
  const { re, im } = rfft(wave, LINES_FFT);
  const power = (/** @type {number} */ k) => re[k] * re[k] + im[k] * im[k];
  const width = SAMPLE_RATE / (STEP * LINES_FFT);
  const [low, high] = HEARD_HZ.map((hz) => rint(hz / width));
  let at = low;
  for (let k = low; k < high; k++) if (power(k) > power(at)) at = k;
  const [before, here, after] = [at - 1, at, at + 1].map((k) => Math.log(Math.max(power(k), 1e-300)));
  const bend = before - 2 * here + after;
  return (at + (bend < 0 ? clamp((0.5 * (before - after)) / bend, -0.5, 0.5) : 0)) * width;
}

/**
 * The low end of a sketch at every STEPth sample, before the clip.
 * @param {Sketch} sketch @param {Float64Array | null} rest
 */
export function lowWave(sketch, rest = null) {
  const wave = bodyOf(sketch);
  return bent(rest ? wave.map((value, i) => value + rest[i]) : wave, sketch.shift, STEP);
}

/** The body at every STEPth sample. @param {Sketch} sketch */
function bodyOf({ log_amplitude: levels, frequency, phase }) {
  const amplitude = Float64Array.from(levels, (value) => Math.max(Math.exp(value) - FLOOR, 0));
  const wave = new Float64Array(COUNTED);
  const each = BODY_HOP / STEP;
  const start = Math.atan2(phase[1], phase[0]);
  let turned = 0;
  for (let k = 0; k < BODY_POINTS; k++) {
    const step = frequency[k] * ((2 * Math.PI * BODY_HOP) / SAMPLE_RATE);
    const grows = k + 1 < BODY_POINTS ? amplitude[k + 1] - amplitude[k] : 0;
    for (let i = 0; i < each; i++) {
      const share = (i * STEP) / BODY_HOP;
      wave[k * each + i] = (amplitude[k] + grows * share) * Math.cos(start + turned + step * share);
    }
    turned += step;
  }
  return wave.fill(0, 0, UNHEARD);
}

/**
 * A sketch that is heard at a frequency as its track falls there sooner.
 * @param {Sketch} sketch @param {number} hz @param {Float64Array | null} rest
 */
export function anchored(sketch, hz, rest = null) {
  let [best, least] = [sketch, Infinity];
  for (const quicker of LADDER) {
    const one = quicker > 0 ? fallingSooner(sketch, hz, quicker) : sketch;
    const off = Math.abs(Math.log2(heardHz(one, rest) / hz));
    if (off < least) [best, least] = [one, off];
    if (off <= NEAR_OCTAVES) break;
  }
  return best;
}

/**
 * A sketch whose track falls to a frequency the sooner.
 * @param {Sketch} sketch @param {number} hz @param {number} quicker powers of ten a second @returns {Sketch}
 */
export function fallingSooner(sketch, hz, quicker) {
  const frequency = sketch.frequency.map((value, k) => {
    const seconds = Math.max(k * BODY_HOP - ORIGIN, 0) / SAMPLE_RATE;
    return clamp(hz * 2 ** (Math.log2(value / hz) * 10 ** (-quicker * seconds)), ...FREQUENCIES_HZ);
  });
  return { ...sketch, frequency };
}

/**
 * A sketch that is heard at a frequency as all of its track is moved there.
 * @param {Sketch} sketch @param {number} hz @param {Float64Array | null} rest
 */
export function moved(sketch, hz, rest = null) {
  let [best, least, octaves] = [sketch, Infinity, 0];
  for (let move = 0; move < MOVES; move++) {
    const one = move ? higher(sketch, octaves) : sketch;
    const off = Math.log2(hz / heardHz(one, rest));
    if (Math.abs(off) < least) [best, least] = [one, Math.abs(off)];
    if (least <= NEAR_OCTAVES) break;
    octaves += move < MOVES / 2 ? off : 0.5 * off;
  }
  return best;
}

/** @param {Sketch} sketch @param {number} octaves @returns {Sketch} */
function higher(sketch, octaves) {
  const ratio = 2 ** octaves;
  return {
    ...sketch,
    frequency: sketch.frequency.map((value) => clamp(value * ratio, ...FREQUENCIES_HZ)),
    shift: sketch.shift.map((value) => value * ratio),
  };
}
