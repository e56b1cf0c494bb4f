/**
 * What a sketch sounds like after its 500 ms: the twin of Python's `kickitout.sound.sketch.tail`, which says how. Ours,
 * so that a kick sounds on the same here and there.
 */

import { BELOW, SHARE } from "./bands.js";
import * as constants from "./constants.js";
import { irfft, rfft, transform } from "./fft.js";
import { hann, rint } from "./numbers.js";
import { madeBodyBand, restBand, sweptTone } from "./parts.js";

const { KICK_SAMPLES, SAMPLE_RATE } = constants.kick;
const { BODY_HOP, FLOOR, TURNS_PER_HZ } = constants.parts;
const { HOP_LENGTH, N_BINS, N_FFT, N_FRAMES } = constants.spectrogram;
const { LONGEST_SAMPLES, LOW_BINS, N_BANDS, SCALE, TAIL_SHAPE } = constants.sketch;
const { NOISE_SCALE } = constants.sketchNoise;
const {
  AVERAGED, FIRST_FRAME, FIRST_POINT, FITTED_SECONDS, FRAMES, JOIN, JOIN_SAMPLES, LAST_FRAME, LAST_POINT, NEPERS,
  PITCH_POINTS, POINTS, QUIETEST, SLOWEST_DB, SLOWEST_REST_DB, START, TAIL_FFT, UNFITTED_SECONDS,
} = constants.sketchTail;

/** @typedef {import("./sketch.js").Sketch} Sketch */
/** @typedef {import("./sketch.js").Pair} Pair */
/** @typedef {import("./numbers.js").Numbers} Numbers */

const FRAME_WINDOW = hann(N_FFT);

/** The stretch of a track that lines are laid through. @param {number} hop @param {number} unfitted seconds */
function fitted(hop, unfitted = UNFITTED_SECONDS) {
  const end = KICK_SAMPLES / SAMPLE_RATE - unfitted;
  return [rint(((end - FITTED_SECONDS) * SAMPLE_RATE) / hop), rint((end * SAMPLE_RATE) / hop)];
}

/**
 * A track of log levels that goes on along its own line: what follows `last`.
 * @param {Numbers} track natural logs of amplitudes @param {number} hop samples from one to the next
 * @param {number} last the last that is believed @param {number} count @param {number} slowestDb a second
 * @param {number} unfitted seconds at the end that no line is laid through
 */
function runOn(track, hop, last, count, slowestDb, unfitted = UNFITTED_SECONDS) {
  const [start, end] = fitted(hop, unfitted);
  const middle = 0.5 * (start + end - 1);
  let sum = 0;
  let moved = 0;
  let spread = 0;
  for (let k = start; k < end; k++) {
    sum += track[k];
    moved += track[k] * (k - middle);
    spread += (k - middle) ** 2;
  }
  const slope = Math.min(moved / spread, (slowestDb * NEPERS * hop) / SAMPLE_RATE);
  const height = sum / (end - start) - slope * middle;
  let above = 0;
  for (let k = last - AVERAGED + 1; k <= last; k++) above += (track[k] - (height + slope * k)) / AVERAGED;
  return Float64Array.from({ length: count }, (_, i) => {
    const line = height + slope * (last + i + 1);
    const own = height + slope * last + above;
    return above < 0 ? Math.min(line, own + 0.5 * slope * (i + 1)) : Math.max(line, own + 2 * slope * (i + 1));
  });
}

/** The frequency of a body that goes on, and its level after LAST_POINT. @param {Sketch} one */
function bodyOn(one) {
  const level = Float64Array.from(one.log_amplitude, (value) => Math.log(Math.max(Math.exp(value) - FLOOR, QUIETEST)));
  let total = 0;
  let weight = 0;
  for (let k = LAST_POINT - PITCH_POINTS + 1; k <= LAST_POINT; k++) {
    total += Math.exp(level[k]) * one.frequency[k];
    weight += Math.exp(level[k]);
  }
  const held = total / weight;
  const count = FIRST_POINT + POINTS - LAST_POINT - 1;
  const on = runOn(level, BODY_HOP, LAST_POINT, count, SLOWEST_DB, Math.max(UNFITTED_SECONDS, 1 / held));
  return { held, on };
}

/** The body that goes on, from JOIN to the longest end. @param {Sketch} one */
export function bodyTail(one) {
  const { held, on } = bodyOn(one);
  const known = LAST_POINT + 1 - FIRST_POINT;
  const logAmplitude = new Float64Array(POINTS);
  const frequency = new Float64Array(POINTS).fill(held);
  logAmplitude.set(one.log_amplitude.subarray(FIRST_POINT, LAST_POINT + 1));
  frequency.set(one.frequency.subarray(FIRST_POINT, LAST_POINT + 1));
  on.forEach((value, k) => (logAmplitude[known + k] = Math.log(Math.exp(value) + FLOOR)));
  let turns = 0;
  for (let k = 0; k < FIRST_POINT; k++) turns += one.frequency[k];
  const phase = Math.atan2(one.phase[1], one.phase[0]) + 2 * Math.PI * TURNS_PER_HZ * turns;
  return filtered(sweptTone(logAmplitude, frequency, phase), madeBodyBand(TAIL_FFT));
}

/**
 * Rest and side that go on, from JOIN to the longest end.
 * @param {Sketch} one @param {Float32Array} noise @param {Float32Array} more the numbers that follow
 * @returns {Pair}
 */
export function restTail(one, noise, more) {
  const { on: body } = bodyOn(one);
  const falling = (((body[body.length - 1] - body[0]) / (body.length - 1)) * SAMPLE_RATE) / (BODY_HOP * NEPERS);
  const slowest = Math.min(Math.max(falling, SLOWEST_REST_DB[0]), SLOWEST_REST_DB[1]);
  const known = LAST_FRAME + 1 - FIRST_FRAME;
  const begin = FIRST_FRAME * HOP_LENGTH - N_FFT / 2;
  const made = [0, 1].map((c) => {
    const levels = Array.from({ length: N_BANDS }, (_, band) => {
      const track = one.envelope.subarray((c * N_BANDS + band) * N_FRAMES, (c * N_BANDS + band + 1) * N_FRAMES);
      const level = new Float32Array(FRAMES);
      level.set(track.subarray(FIRST_FRAME, LAST_FRAME + 1));
      level.set(runOn(track, HOP_LENGTH, LAST_FRAME, FRAMES - known, slowest), known);
      return level;
    });
    const source = new Float32Array(KICK_SAMPLES - begin + TAIL_SHAPE[1]);
    source.set(noise.subarray(c * KICK_SAMPLES + begin, (c + 1) * KICK_SAMPLES));
    source.set(more.subarray(c * TAIL_SHAPE[1], (c + 1) * TAIL_SHAPE[1]), KICK_SAMPLES - begin);
    return shaped(source, levels, noiseAndPredicted(one, c));
  });
  const there = one.wide[0] > 0 ? 1 : 0;
  const side = made[1].slice(JOIN - START, LONGEST_SAMPLES - START).map((value) => value * there);
  return [filtered(made[0], restBand(TAIL_FFT)), side];
}

/**
 * Noise in bands, from START on.
 * @param {Float32Array} source white, from half a frame before @param {Float32Array[]} levels natural logs by band
 * @param {Float64Array} low what the lowest lines are multiplied with
 */
function shaped(source, levels, low) {
  const total = new Float64Array((FRAMES + 3) * HOP_LENGTH);
  const re = new Float64Array(N_FFT);
  const im = new Float64Array(N_FFT);
  for (let p = 0; p < FRAMES; p++) {
    for (let i = 0; i < N_FFT; i++) re[i] = source[p * HOP_LENGTH + i] * (FRAME_WINDOW[i] / NOISE_SCALE);
    im.fill(0);
    transform(re, im);
    for (let k = 0; k < N_BINS; k++) {
      const below = levels[BELOW[k]][p];
      const gain = Math.exp(below + SHARE[k] * (levels[BELOW[k] + 1][p] - below)) * (k < LOW_BINS ? low[k] : 1);
      const other = (N_FFT - k) % N_FFT;
      re[k] *= gain;
      im[k] *= gain;
      if (other !== k) {
        re[other] *= gain;
        im[other] *= gain;
      }
    }
    transform(im, re);
    // Every sample of what is kept lies in four frames, whose squared windows sum to 3/2.
    for (let i = 0; i < N_FFT; i++) total[p * HOP_LENGTH + i] += (re[i] / N_FFT) * FRAME_WINDOW[i] * (SCALE / 1.5);
  }
  return total.subarray(N_FFT / 2);
}

/**
 * The level of the lowest lines over their envelope, noise and prediction together, at the end.
 * @param {Sketch} one @param {number} c rest or side
 */
function noiseAndPredicted(one, c) {
  const [start] = fitted(HOP_LENGTH);
  return Float64Array.from({ length: LOW_BINS }, (_, k) => {
    let total = 0;
    for (let p = start; p <= LAST_FRAME; p++) {
      const at = (c * N_BANDS + BELOW[k]) * N_FRAMES + p;
      const share = one.noise_share[at] + SHARE[k] * (one.noise_share[at + N_FRAMES] - one.noise_share[at]);
      total += (1 + Math.exp(-Math.max(share, -80))) ** -2;
      for (const part of [0, 2]) total += one.low[((part + c) * LOW_BINS + k) * N_FRAMES + p] ** 2;
    }
    return Math.sqrt(total / (LAST_FRAME + 1 - start));
  });
}

/** A tail, from START on, through a filter: what is heard of it. @param {Float64Array} wave @param {Float64Array} band */
function filtered(wave, band) {
  const { re, im } = rfft(wave, TAIL_FFT);
  for (let k = 0; k < re.length; k++) {
    re[k] *= band[k];
    im[k] *= band[k];
  }
  return irfft(re, im, TAIL_FFT).slice(JOIN - START, LONGEST_SAMPLES - START);
}

/** A sound of 500 ms that goes over to its tail. @param {Float64Array} first @param {Float64Array} tail */
export function joined(first, tail) {
  const result = new Float64Array(JOIN + tail.length);
  result.set(first.subarray(0, JOIN));
  result.set(tail, JOIN);
  for (let i = 0; i < JOIN_SAMPLES; i++) {
    const over = (i + 1) / (JOIN_SAMPLES + 1);
    result[JOIN + i] = (1 - over) * first[JOIN + i] + over * tail[i];
  }
  return result;
}
