/**
 * What a kick sounds like above its body: stretches of its spectrum, and what does not repeat with each cycle. The twin
 * of Python's `kickitout.measure.descriptors.timbre`. Ours, so that it agrees with Python.
 */

import * as constants from "../constants.js";
import { rfft } from "../fft.js";
import { gradient, interpolateAll, largest, rint, search, sum } from "../numbers.js";
import { cyclesOf, readAt } from "./body.js";
import { lastAbove } from "./decay.js";
import { fftSize } from "./spectrum.js";

const { SAMPLE_RATE } = constants.kick;
const { STEPS } = constants.descriptorsBody;
const { NOISE_DB, FADE_SECONDS, FINE, LEAD_SECONDS } = constants.descriptorsTimbre;

/**
 * The energy of a stretch by spectral lines, the step between these in Hz, and its mean power.
 * @typedef {{energy: Float64Array, step: number, meanPower: number}} Stretch
 */

/**
 * The energy spectrum of a stretch after the onset; null where the sound has ended.
 * @param {Float64Array[]} channels @param {number} onset @param {number} start seconds @param {number} end seconds
 * @returns {Stretch | null}
 */
export function stretch(channels, onset, start, end) {
  const fade = Math.max(1, rint(Math.min(FADE_SECONDS, (end - start) / 3) * SAMPLE_RATE));
  const opening = start === 0;
  const first = opening
    ? onset - rint(LEAD_SECONDS * SAMPLE_RATE)
    : onset + rint(start * SAMPLE_RATE) - Math.floor(fade / 2);
  const last = onset + rint(end * SAMPLE_RATE) + fade - Math.floor(fade / 2);
  const length = last - first;
  const begin = Math.max(0, first);
  const count = Math.min(last, channels[0].length) - begin;
  if (count < 2) return null;
  const size = fftSize(length);
  const energy = new Float64Array(size / 2 + 1);
  for (const channel of channels) {
    const part = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const place = begin + i - first;
      let gain = 1;
      if (place >= length - fade) gain = 0.5 + 0.5 * Math.cos((Math.PI * (place - length + fade + 0.5)) / fade);
      if (!opening && place < fade) gain *= 0.5 + 0.5 * Math.cos((Math.PI * (fade - 1 - place + 0.5)) / fade);
      part[i] = channel[begin + i] * gain;
    }
    const { re, im } = rfft(part, size);
    for (let k = 0; k < energy.length; k++) energy[k] += re[k] * re[k] + im[k] * im[k];
  }
  return { energy, step: SAMPLE_RATE / size, meanPower: sum(energy) / length };
}

/**
 * The share of a sound's energy that does not repeat with each cycle; null where there are too few.
 * @param {Float64Array} sound from the onset on @param {import("./body.js").Body} body
 */
export function noise(sound, body) {
  const top = largest(body.level);
  const last = Math.min(lastAbove(body, NOISE_DB) + 1, search(body.time, body.end));
  if (last <= 2 * STEPS) return null;
  const cycles = cyclesOf(body.phase, last);
  const turn = STEPS * FINE;
  const count = Math.trunc(cycles[last - 1] * STEPS) * FINE;
  if (count < 2 * turn) return null;
  const grid = Float64Array.from({ length: count }, (_, i) => i / turn);
  const time = interpolateAll(grid, cycles, body.time.subarray(0, last));
  const heard = readAt(time, sound, SAMPLE_RATE);
  const level = interpolateAll(grid, cycles, body.level.subarray(0, last));
  const pace = gradient(time);
  let whole = 0, apart = 0;
  for (let i = 0; i + turn < count; i++) {
    const here = heard[i];
    const later = heard[i + turn] * (level[i] / Math.max(level[i + turn], 1e-9 * top));
    const weight = pace[i] * Math.min(1, level[i + turn] / Math.max(level[i], 1e-9 * top));
    whole += weight * (here * here + later * later);
    apart += weight * (here - later) ** 2;
  }
  return whole > 0 ? Math.min(1, apart / whole) : null;
}
