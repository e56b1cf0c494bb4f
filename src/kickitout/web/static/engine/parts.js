/** The body of a kick, as Python's `kickitout.parts` makes it. */

import { irfft, rfft } from "./fft.js";
import { rise } from "./numbers.js";

export const SAMPLE_RATE = 44100;
export const KICK_SAMPLES = 22050;
export const BODY_HOP = 64;
export const BODY_POINTS = 345;
export const FLOOR = 1e-4;
export const FREQUENCIES_HZ = [10, 340];
export const USUAL_HZ = 55;

const GATE_SAMPLES = [43, 59];
const MADE_BODY_HZ = [200, 300];
const MADE_LEAD = 32;
const MADE_FFT = 27000;
const REST_HZ = [35, 90];
const REST_FFT = 25000;
export const TURNS_PER_HZ = BODY_HOP / SAMPLE_RATE;

/** What opens body, rest and side. */
export const GATE = Float64Array.from({ length: KICK_SAMPLES }, (_, i) => rise(i, ...GATE_SAMPLES));

const REST_BAND = Float64Array.from({ length: REST_FFT / 2 + 1 }, (_, k) =>
  rise((k * SAMPLE_RATE) / REST_FFT, ...REST_HZ),
);

const MADE_BODY_BAND = Float64Array.from(
  { length: MADE_FFT / 2 + 1 },
  (_, k) => 1 - rise((k * SAMPLE_RATE) / MADE_FFT, ...MADE_BODY_HZ),
);

/** The swept tone of tracks, before the gate. */
function wave(logAmplitude, frequency, phase) {
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

/** Tracks held for MADE_LEAD points at both ends. */
function held(track) {
  const result = new Float64Array(track.length + 2 * MADE_LEAD);
  result.fill(track[0], 0, MADE_LEAD);
  result.set(track, MADE_LEAD);
  result.fill(track[track.length - 1], MADE_LEAD + track.length);
  return result;
}

/** The body of tracks that were made: without what bends in them leave above its band. @returns {Float64Array} */
export function madeBody(logAmplitude, frequency, phase) {
  const lead = 2 * Math.PI * TURNS_PER_HZ * MADE_LEAD * frequency[0];
  const { re, im } = rfft(wave(held(logAmplitude), held(frequency), phase - lead), MADE_FFT);
  for (let k = 0; k < re.length; k++) {
    re[k] *= MADE_BODY_BAND[k];
    im[k] *= MADE_BODY_BAND[k];
  }
  const start = MADE_LEAD * BODY_HOP;
  const result = irfft(re, im, MADE_FFT).slice(start, start + KICK_SAMPLES);
  for (let i = 0; i < KICK_SAMPLES; i++) result[i] *= GATE[i];
  return result;
}

/** The body of measured tracks. @returns {Float64Array} */
export function bodyWave(logAmplitude, frequency, phase) {
  const result = wave(logAmplitude, frequency, phase).slice(0, KICK_SAMPLES);
  for (let i = 0; i < KICK_SAMPLES; i++) result[i] *= GATE[i];
  return result;
}

/** A rest that is made, without what it should not have below the body. @returns {Float64Array} */
export function withoutRumble(rest) {
  const { re, im } = rfft(rest, REST_FFT);
  for (let k = 0; k < re.length; k++) {
    re[k] *= REST_BAND[k];
    im[k] *= REST_BAND[k];
  }
  return irfft(re, im, REST_FFT).slice(0, KICK_SAMPLES);
}
