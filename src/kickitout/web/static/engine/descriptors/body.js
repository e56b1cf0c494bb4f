/**
 * The body of a kick: one swept low tone, followed from cycle to cycle. The twin of Python's
 * `kickitout.measure.descriptors.body`, which explains it. Ours, so that it agrees with Python.
 */

import * as constants from "../constants.js";
import { inverse, irfft } from "../fft.js";
import { clamp, hanning, gainOf, interpolateAll, largest, lastWhere, rint, rise, sum, unwrap } from "../numbers.js";

const { SAMPLE_RATE } = constants.kick;
const {
  DEEPEST_OCTAVES, END_SECONDS, GUESS_DB, GUESS_EVERY, GUESS_SECONDS, HIGHEST_HZ, NARROW_HZ, PITCHES_HZ, RATE_HZ,
  ROUNDS, SHALLOW, STEPS, SWEEP_TIMES, WIDE_HZ,
} = constants.descriptorsBody;

/** @typedef {import("../fft.js").Spectrum} Spectrum */
/**
 * The fundamental over time: its times, levels and phases, the time up to which it is believed, the first guess of its
 * pitch, and the low end that it was found in.
 * @typedef {{time: Float64Array, level: Float64Array, phase: Float64Array, end: number, guess: number,
 *   signal: Float64Array, rate: number}} Body
 */

/**
 * The body in a spectrum of `size` of a channel of n samples; null for less than 20 ms.
 * @param {Spectrum} spectrum @param {number} size @param {number} n @param {number} onset @returns {Body | null}
 */
export function findBody(spectrum, size, n, onset) {
  const factor = 2 ** Math.max(0, Math.floor(Math.log2(SAMPLE_RATE / RATE_HZ)));
  const rate = SAMPLE_RATE / factor;
  const small = Math.floor(size / factor);
  const first = Math.ceil(onset / factor);
  const last = Math.ceil(n / factor);
  if (last - first < 0.02 * rate) return null;
  const half = small / 2;
  const band = (/** @type {readonly [number, number, number, number]} */ edges) => {
    const re = new Float64Array(small);
    const im = new Float64Array(small);
    for (let k = 0; k < half; k++) {
      const hz = (k * SAMPLE_RATE) / size;
      const gain = 2 * rise(hz, edges[0], edges[1]) * (1 - rise(hz, edges[2], edges[3]));
      re[k] = gain * spectrum.re[k];
      im[k] = gain * spectrum.im[k];
    }
    inverse(re, im);
    const cut = (/** @type {Float64Array} */ values) => values.slice(first, last).map((value) => value / factor);
    return { re: cut(re), im: cut(im) };
  };
  const narrow = band(NARROW_HZ);
  const wide = band(WIDE_HZ);
  const { signal } = lowSignal(spectrum, size, n, onset);
  const whole = (n - onset) / SAMPLE_RATE;
  let level = narrow.re.map((value, i) => Math.hypot(value, narrow.im[i]));
  const guess = guessPitch(narrow, level, rate);
  if (guess === null) {
    const time = level.map((_, i) => i / rate);
    return { time, level, phase: new Float64Array(0), end: whole - END_SECONDS, guess: 0, signal, rate };
  }
  let { time, phase } = guessPhase(wide, guess, rate);
  for (let round = 0; round < ROUNDS; round++) ({ time, phase, level } = follow(time, phase, signal, rate));
  const offset = first / rate - onset / SAMPLE_RATE;
  const end = whole - Math.max(END_SECONDS, 1 / guess);
  return { time: time.map((value) => value + offset), level, phase, end, guess, signal, rate };
}

/**
 * What lies below 1 kHz in the spectrum of one channel, from the onset on, and its rate in Hz.
 * @param {Spectrum} spectrum @param {number} size @param {number} n @param {number} onset
 */
export function lowSignal(spectrum, size, n, onset) {
  const factor = 2 ** Math.max(0, Math.floor(Math.log2(SAMPLE_RATE / RATE_HZ)));
  const small = Math.floor(size / factor);
  const [re, im] = [new Float64Array(small / 2 + 1), new Float64Array(small / 2 + 1)];
  for (let k = 0; k < small / 2; k++) {
    const gain = 1 - rise((k * SAMPLE_RATE) / size, HIGHEST_HZ[0], HIGHEST_HZ[1]);
    re[k] = gain * spectrum.re[k];
    im[k] = gain * spectrum.im[k];
  }
  const sound = irfft(re, im, small).slice(Math.ceil(onset / factor), Math.ceil(n / factor));
  return { signal: sound.map((value) => value / factor), rate: SAMPLE_RATE / factor };
}

/**
 * The mean frequency before the low band has fallen by 30 dB; null where that is no kick's.
 * @param {Spectrum} narrow @param {Float64Array} level @param {number} rate Hz
 */
function guessPitch(narrow, level, rate) {
  const top = largest(level);
  if (top <= 0) return null;
  let last = lastWhere(level, (value) => value >= top * gainOf(GUESS_DB));
  last = Math.max(8, Math.min(last, level.length - rint(END_SECONDS * rate)));
  let from = Math.max(level.indexOf(top), last - rint(GUESS_SECONDS * rate));
  if (last - from < 8) from = 0;
  const phase = new Float64Array(last - from);
  for (let i = 0; i < phase.length; i++) phase[i] = Math.atan2(narrow.im[from + i], narrow.re[from + i]);
  unwrap(phase);
  const time = phase.map((_, i) => i / rate);
  const hz = line(time, phase, hanning(phase.length))[0] / (2 * Math.PI);
  return hz >= PITCHES_HZ[0] / 2 && hz <= PITCHES_HZ[1] ? hz : null;
}

/**
 * Slope and height of the straight line through points, by weighted least squares.
 * @param {ArrayLike<number>} x @param {ArrayLike<number>} y @param {ArrayLike<number>} weight
 * @returns {[number, number]}
 */
export function line(x, y, weight) {
  let whole = 0, middle = 0, height = 0;
  for (let i = 0; i < x.length; i++) {
    whole += weight[i];
    middle += weight[i] * x[i];
    height += weight[i] * y[i];
  }
  middle /= whole;
  height /= whole;
  let variance = 0, shared = 0;
  for (let i = 0; i < x.length; i++) {
    const apart = x[i] - middle;
    variance += weight[i] * apart * apart;
    shared += weight[i] * apart * (y[i] - height);
  }
  const slope = variance > 0 ? shared / variance : 0;
  return [slope, height - slope * middle];
}

/**
 * Depth and time (s) of the sweep nearest to octaves above an end.
 * @param {Float64Array} time @param {Float64Array} octaves @param {Float64Array} weight @returns {[number, number]}
 */
export function fitOctaves(time, octaves, weight) {
  const n = time.length;
  const shapes = SWEEP_TIMES.map((period) => time.map((t) => 10 ** (-t / period)));
  let depth = 0;
  let best = 0;
  let counted = weight;
  for (let round = 0; round < 3; round++) {
    const total = Math.max(sum(counted), 1e-300);
    let most = -Infinity;
    for (let p = 0; p < shapes.length; p++) {
      let square = SHALLOW;
      let common = 0;
      for (let i = 0; i < n; i++) {
        const share = counted[i] / total;
        square += shapes[p][i] * shapes[p][i] * share;
        common += shapes[p][i] * share * octaves[i];
      }
      const here = clamp(common / square, 0, DEEPEST_OCTAVES);
      const gain = 2 * here * common - here * here * square;
      if (gain > most) {
        most = gain;
        best = p;
        depth = here;
      }
    }
    const nearest = shapes[best];
    counted = weight.map((value, i) => value / (1 + ((octaves[i] - depth * nearest[i]) / 0.3) ** 2));
  }
  return [depth, SWEEP_TIMES[best]];
}

/** Every fourth of numbers from one on. @param {Float64Array} values */
export const everyFourth = (values, from = 0) => {
  const result = new Float64Array(Math.max(0, Math.ceil((values.length - from) / GUESS_EVERY)));
  for (let i = 0; i < result.length; i++) result[i] = values[from + GUESS_EVERY * i];
  return result;
};

/**
 * The phase of a sweep down to a pitch fitted to the frequency of the wide band, and its times.
 * @param {Spectrum} wide @param {number} pitch Hz @param {number} rate Hz
 */
function guessPhase(wide, pitch, rate) {
  const n = wide.re.length;
  const stepRe = new Float64Array(n - 1);
  const stepIm = new Float64Array(n - 1);
  for (let i = 0; i + 1 < n; i++) {
    stepRe[i] = wide.re[i + 1] * wide.re[i] + wide.im[i + 1] * wide.im[i];
    stepIm[i] = wide.im[i + 1] * wide.re[i] - wide.re[i + 1] * wide.im[i];
  }
  const window = hanning(15);
  const smooth = (/** @type {Float64Array} */ values) =>
    values.map((_, i) => {
      let total = 0;
      for (let j = 0; j < 15; j++) {
        const at = i + 7 - j;
        if (at >= 0 && at < values.length) total += values[at] * window[j];
      }
      return total;
    });
  const re = smooth(stepRe);
  const im = smooth(stepIm);
  const time = Float64Array.from({ length: n }, (_, i) => i / rate);
  const octaves = re.map((value, i) => {
    const hz = Math.atan2(im[i], value) * (rate / (2 * Math.PI));
    return Math.log2(Math.max(hz, 0.25 * pitch) / pitch);
  });
  const size = re.map((value, i) => Math.hypot(value, im[i]) + 1e-300);
  const [depth, period] = fitOctaves(everyFourth(time, 1), everyFourth(octaves), everyFourth(size));
  const track = time.map((t) => Math.min(pitch * 2 ** (depth * 10 ** (-t / period)), 0.4 * rate));
  const phase = new Float64Array(n);
  let total = 0;
  for (let i = 1; i < n; i++) {
    total += 0.5 * (track[i] + track[i - 1]);
    phase[i] = (total * 2 * Math.PI) / rate;
  }
  return { time, phase };
}

/** Phases as cycles since the first that never go back. @param {Float64Array} phase @param {number} count */
export function cyclesOf(phase, count = phase.length) {
  const result = new Float64Array(count);
  let most = -Infinity;
  for (let i = 0; i < count; i++) {
    most = Math.max(most, phase[i] - phase[0]);
    result[i] = most / (2 * Math.PI);
  }
  return result;
}

/**
 * A signal of a rate read at times.
 * @param {Float64Array} times @param {Float64Array} signal @param {number} rate Hz
 */
export function readAt(times, signal, rate) {
  return times.map((t) => {
    const place = t * rate;
    if (place <= 0) return signal[0];
    if (place >= signal.length - 1) return signal[signal.length - 1];
    const below = Math.floor(place);
    return signal[below] + (place - below) * (signal[below + 1] - signal[below]);
  });
}

/**
 * The fundamental at equal steps of a guessed phase.
 * @param {Float64Array} time @param {Float64Array} phase @param {Float64Array} signal @param {number} rate Hz
 */
function follow(time, phase, signal, rate) {
  const cycles = cyclesOf(phase);
  const count = Math.max(2, Math.floor(cycles[cycles.length - 1] * STEPS));
  const grid = Float64Array.from({ length: count }, (_, i) => i / STEPS);
  const at = interpolateAll(grid, cycles, time);
  const sound = readAt(at, signal, rate);
  const sumRe = new Float64Array(count + 1);
  const sumIm = new Float64Array(count + 1);
  const turnedRe = new Float64Array(count);
  const turnedIm = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const angle = 2 * Math.PI * (grid[i] % 1);
    turnedRe[i] = 2 * sound[i] * Math.cos(angle);
    turnedIm[i] = -2 * sound[i] * Math.sin(angle);
    sumRe[i + 1] = sumRe[i] + turnedRe[i];
    sumIm[i + 1] = sumIm[i] + turnedIm[i];
  }
  const level = new Float64Array(count);
  const angles = new Float64Array(count);
  const reach = STEPS / 2;
  for (let i = 0; i < count; i++) {
    // A cycle around each step, its first and last counting half; nothing beyond the ends.
    const from = Math.max(i - reach, 0), to = Math.min(i + reach, count - 1);
    let re = sumRe[to + 1] - sumRe[from], im = sumIm[to + 1] - sumIm[from];
    if (i - reach >= 0) {
      re -= 0.5 * turnedRe[i - reach];
      im -= 0.5 * turnedIm[i - reach];
    }
    if (i + reach < count) {
      re -= 0.5 * turnedRe[i + reach];
      im -= 0.5 * turnedIm[i + reach];
    }
    re /= STEPS;
    im /= STEPS;
    level[i] = Math.hypot(re, im);
    angles[i] = Math.atan2(im, re);
  }
  unwrap(angles);
  return { time: at, phase: angles.map((value, i) => 2 * Math.PI * grid[i] + value), level };
}
