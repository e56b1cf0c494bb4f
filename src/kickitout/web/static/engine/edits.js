/**
 * Sketches changed in one thing at a time: the twin of Python's `kickitout.sound.sketch.edits`. Ours, so that a control
 * moves a kick here as there.
 */

import * as constants from "./constants.js";
import { clamp } from "./numbers.js";
import { BAND_CENTRES } from "./bands.js";

const { SAMPLE_RATE } = constants.kick;
const { HOP_LENGTH, N_FFT, N_FRAMES } = constants.spectrogram;
const { BODY_HOP, BODY_POINTS, FREQUENCIES_HZ } = constants.parts;
const { N_BANDS, ORIGIN } = constants.sketch;
const { CLICK_HZ, CLICK_SECONDS, HELD_SECONDS, SLOPE_SECONDS, TILT_HZ } = constants.edits;

/** @typedef {import("./sketch.js").Sketch} Sketch */
/**
 * End pitch in Hz, depth in octaves and time in ms of a sweep.
 * @typedef {{pitch: number, depth: number, time: number}} Sweep
 */

const POINT_SECONDS = Float64Array.from(
  { length: BODY_POINTS },
  (_, k) => Math.max(k * BODY_HOP - ORIGIN, 0) / SAMPLE_RATE,
);
const FRAME_SECONDS = Float64Array.from({ length: N_FRAMES }, (_, p) => (p * HOP_LENGTH - ORIGIN) / SAMPLE_RATE);
const BAND_HZ = BAND_CENTRES.map((centre) => (centre * SAMPLE_RATE) / N_FFT);

const nepers = (/** @type {number} */ decibels) => (decibels * Math.LN10) / 20;

/**
 * A sketch whose sweep, measured as `found`, becomes `wanted`.
 * @param {Sketch} sketch @param {Sweep} found @param {Sweep} wanted @returns {Sketch}
 */
export function resweep(sketch, found, wanted) {
  const frequency = sketch.frequency.map((hz, k) => {
    const ms = 1000 * POINT_SECONDS[k];
    const octaves =
      Math.log2(wanted.pitch / found.pitch) +
      wanted.depth * 10 ** (-ms / wanted.time) -
      found.depth * 10 ** (-ms / found.time);
    return clamp(hz * 2 ** octaves, ...FREQUENCIES_HZ);
  });
  return { ...sketch, frequency };
}

/**
 * A sketch that lasts `ratio` times as long, from its first 30 ms on.
 * @param {Sketch} sketch @param {number} ratio @returns {Sketch}
 */
export function lasting(sketch, ratio) {
  return {
    ...sketch,
    log_amplitude: stretched(sketch.log_amplitude, POINT_SECONDS, ratio, true),
    envelope: stretched(sketch.envelope, FRAME_SECONDS, ratio, true),
    noise_share: stretched(sketch.noise_share, FRAME_SECONDS, ratio, false),
  };
}

/**
 * Tracks, one behind the other, read at other times; behind their ends they fall on as before, or are held.
 * @param {Float32Array} tracks @param {Float64Array} seconds of their points @param {number} ratio
 * @param {boolean} falls
 */
function stretched(tracks, seconds, ratio, falls) {
  const n = seconds.length;
  const last = seconds[n - 1];
  const step = last - seconds[n - 2];
  const back = Math.round(SLOPE_SECONDS / step);
  const result = new Float32Array(tracks.length);
  for (let i = 0; i < n; i++) {
    const at = seconds[i] > HELD_SECONDS ? HELD_SECONDS + (seconds[i] - HELD_SECONDS) / ratio : seconds[i];
    let k = 0;
    while (k < n - 2 && seconds[k + 1] <= at) k++;
    const share = seconds[k + 1] > seconds[k] ? clamp((at - seconds[k]) / (seconds[k + 1] - seconds[k]), 0, 1) : 0;
    const beyond = Math.max(at - last, 0);
    for (let from = 0; from < tracks.length; from += n) {
      let value = tracks[from + k] + share * (tracks[from + k + 1] - tracks[from + k]);
      if (falls) {
        const slope = Math.min((tracks[from + n - 1] - tracks[from + n - 1 - back]) / (back * step), 0);
        value += slope * beyond;
      }
      result[from + i] = value;
    }
  }
  return result;
}

/**
 * A sketch whose envelope is moved: by nepers that depend on channel, band and frame.
 * @param {Sketch} sketch @param {(channel: number, band: number, frame: number) => number} gain @returns {Sketch}
 */
function moved(sketch, gain) {
  const envelope = sketch.envelope.slice();
  for (let c = 0; c < 2; c++) {
    for (let j = 0; j < N_BANDS; j++) {
      for (let p = 0; p < N_FRAMES; p++) envelope[(c * N_BANDS + j) * N_FRAMES + p] += gain(c, j, p);
    }
  }
  return { ...sketch, envelope };
}

/** A sketch with a click so much louder. @param {Sketch} sketch @param {number} decibels @returns {Sketch} */
export function clicked(sketch, decibels) {
  const [start, end] = CLICK_SECONDS;
  const gain = nepers(decibels);
  const early = FRAME_SECONDS.map((t) => clamp((end - t) / (end - start), 0, 1));
  const result = moved(sketch, (_, j, p) => (BAND_HZ[j] > CLICK_HZ ? gain * early[p] : 0));
  return { ...result, snap: sketch.snap.map((value) => value * Math.exp(gain)) };
}

/**
 * A sketch that is brighter: from 150 Hz on louder by so many decibels with each octave.
 * @param {Sketch} sketch @param {number} decibelsAnOctave
 */
export function tilted(sketch, decibelsAnOctave) {
  const gain = BAND_HZ.map((hz) => Math.log2(Math.max(hz, TILT_HZ) / TILT_HZ) * nepers(decibelsAnOctave));
  return moved(sketch, (_, j) => gain[j]);
}

/** A sketch with so much more beside its body. @param {Sketch} sketch @param {number} decibels */
export function dirtied(sketch, decibels) {
  const [start, end] = CLICK_SECONDS;
  const gain = nepers(decibels);
  const late = FRAME_SECONDS.map((t) => clamp((t - start) / (end - start), 0, 1));
  return moved(sketch, (_, j, p) => (BAND_HZ[j] > CLICK_HZ ? gain * late[p] : gain));
}

/** A sketch with a side that is so much louder. @param {Sketch} sketch @param {number} decibels @returns {Sketch} */
export function widened(sketch, decibels) {
  const gain = nepers(decibels);
  return { ...moved(sketch, (c) => (c ? gain : 0)), wide: Float32Array.of(1) };
}

/** A sketch without a side. @param {Sketch} sketch @returns {Sketch} */
export const folded = (sketch) => ({ ...sketch, wide: Float32Array.of(-1) });
