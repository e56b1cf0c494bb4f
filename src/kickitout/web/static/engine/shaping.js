/** Sketches changed in one thing at a time, as Python's `kickitout.shaping` changes them. */

import { clamp } from "./numbers.js";
import { BODY_HOP, BODY_POINTS, FREQUENCIES_HZ, SAMPLE_RATE } from "./parts.js";
import { BANDS, BAND_CENTRES, FRAMES, HOP, N_FFT, ORIGIN } from "./sketch.js";

/** @typedef {import("./sketch.js").Sketch} Sketch */
/**
 * End pitch in Hz, depth in octaves and time in ms of a sweep.
 * @typedef {{pitch: number, depth: number, time: number}} Sweep
 */

const HELD_SECONDS = 0.03;
const CLICK_HZ = 1000;
const CLICK_SECONDS = [0.025, 0.045];
const TILT_HZ = 150;
const SLOPE_SECONDS = 0.1;

const POINT_SECONDS = Float64Array.from(
  { length: BODY_POINTS },
  (_, k) => Math.max(k * BODY_HOP - ORIGIN, 0) / SAMPLE_RATE,
);
const FRAME_SECONDS = Float64Array.from({ length: FRAMES }, (_, p) => (p * HOP - ORIGIN) / SAMPLE_RATE);
const BAND_HZ = BAND_CENTRES.map((centre) => (centre * SAMPLE_RATE) / N_FFT);

const nepers = (decibels) => (decibels * Math.LN10) / 20;

/**
 * A sketch whose sweep, measured as `found`, becomes `wanted`.
 * @param {Sketch} sketch @param {Sweep} found @param {Sweep} wanted
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

/** A sketch that lasts `ratio` times as long, from its first 30 ms on. @param {Sketch} sketch @param {number} ratio */
export function lasting(sketch, ratio) {
  return {
    ...sketch,
    log_amplitude: stretched(sketch.log_amplitude, POINT_SECONDS, ratio, true),
    envelope: stretched(sketch.envelope, FRAME_SECONDS, ratio, true),
    noise_share: stretched(sketch.noise_share, FRAME_SECONDS, ratio, false),
  };
}

/** Tracks, one behind the other, read at other times; behind their ends they fall on as before, or are held. */
function stretched(tracks, seconds, ratio, falls) {
  const n = seconds.length;
  const last = seconds[n - 1];
  const step = last - seconds[n - 2];
  const back = Math.round(SLOPE_SECONDS / step);
  const result = new Float32Array(tracks.length);
  let k = 0;
  for (let i = 0; i < n; i++) {
    const at = seconds[i] > HELD_SECONDS ? HELD_SECONDS + (seconds[i] - HELD_SECONDS) / ratio : seconds[i];
    k = 0;
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

/** A sketch whose envelope is moved: by nepers that depend on channel, band and frame. */
function moved(sketch, gain) {
  const envelope = sketch.envelope.slice();
  for (let c = 0; c < 2; c++) {
    for (let j = 0; j < BANDS; j++) {
      for (let p = 0; p < FRAMES; p++) envelope[(c * BANDS + j) * FRAMES + p] += gain(c, j, p);
    }
  }
  return { ...sketch, envelope };
}

/** A sketch with a click so much louder. @param {Sketch} sketch @param {number} decibels */
export function clicked(sketch, decibels) {
  const [start, end] = CLICK_SECONDS;
  const gain = nepers(decibels);
  const early = FRAME_SECONDS.map((t) => clamp((end - t) / (end - start), 0, 1));
  const result = moved(sketch, (_, j, p) => (BAND_HZ[j] > CLICK_HZ ? gain * early[p] : 0));
  return { ...result, snap: sketch.snap.map((value) => value * Math.exp(gain)) };
}

/** A sketch that is brighter: from 150 Hz on louder by so many decibels with each octave. */
export function tilted(sketch, decibelsAnOctave) {
  const gain = BAND_HZ.map((hz) => Math.log2(Math.max(hz, TILT_HZ) / TILT_HZ) * nepers(decibelsAnOctave));
  return moved(sketch, (_, j) => gain[j]);
}

/** A sketch with so much more beside its body. */
export function dirtied(sketch, decibels) {
  const [start, end] = CLICK_SECONDS;
  const gain = nepers(decibels);
  const late = FRAME_SECONDS.map((t) => clamp((t - start) / (end - start), 0, 1));
  return moved(sketch, (_, j, p) => (BAND_HZ[j] > CLICK_HZ ? gain * late[p] : gain));
}

/** A sketch with a side that is so much louder. */
export function widened(sketch, decibels) {
  const gain = nepers(decibels);
  return { ...moved(sketch, (c) => (c ? gain : 0)), wide: Float32Array.of(1) };
}

/** A sketch without a side. */
export const folded = (sketch) => ({ ...sketch, wide: Float32Array.of(-1) });
