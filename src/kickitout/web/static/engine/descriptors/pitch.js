/**
 * The end pitch of a body, and the sweep that leads to it: the twin of Python's `kickitout.measure.descriptors.pitch`.
 * Ours, so that it agrees with Python.
 */

import * as constants from "../constants.js";
import { clamp, gradient, hanning, interpolateAll, largest, search, solve, sum } from "../numbers.js";
import { everyFourth, fitOctaves, line } from "./body.js";
import { lastAbove, peakPlace } from "./decay.js";

const { DEEPEST_OCTAVES, PITCHES_HZ, STEPS } = constants.descriptorsBody;
const {
  END_CYCLES, END_DB, END_SECONDS, FIRM, LEAST_CYCLES, LEAST_SHARE, OPENING_CYCLES, PITCH_ROUNDS, RELEASE_DB,
  RELEASE_SHARE, SHALLOW, SWEEP_DB, SWEEP_ROUNDS,
} = constants.descriptorsPitch;

/** @typedef {import("./body.js").Body} Body */

/** The pitch at which a body ends; null where it ends in no steady tone. @param {Body} body */
export function endPitch(body) {
  if (!body.guess) return null;
  for (const db of isReleased(body) ? [RELEASE_DB, ...END_DB] : END_DB) {
    const [hz, share] = pitchBefore(body, db);
    if (hz >= PITCHES_HZ[0] && hz <= PITCHES_HZ[1] && share >= LEAST_SHARE) return hz;
  }
  return null;
}

/** Whether a body is held and then let go. @param {Body} body */
function isReleased(body) {
  const begin = body.time[peakPlace(body)];
  const held = body.time[lastAbove(body, RELEASE_DB)];
  const gone = body.time[lastAbove(body, END_DB[0])];
  return gone <= body.end && gone - held < RELEASE_SHARE * (held - begin);
}

/**
 * The pitch before the body falls below a level, and the share of the low end there that it explains.
 * @param {Body} body @param {number} db @returns {[number, number]}
 */
function pitchBefore(body, db) {
  const top = largest(body.level);
  const end = Math.min(body.time[lastAbove(body, db)], body.end);
  const length = clamp(END_CYCLES / body.guess, ...END_SECONDS);
  const start = Math.max(body.time[peakPlace(body)], end - length);
  const offset = body.time[0];
  const from = Math.max(0, Math.ceil((start - offset) * body.rate));
  const to = Math.min(Math.trunc((end - offset) * body.rate) + 1, body.signal.length);
  const count = Math.max(0, to - from);
  const half = (0.5 * count) / body.rate;
  if (2 * half * body.guess < LEAST_CYCLES) return [0, 0];
  const centre = from + (count - 1) / 2;
  const time = Float64Array.from({ length: count }, (_, i) => (from + i - centre) / body.rate);
  const window = hanning(count);
  const at = Float64Array.from({ length: count }, (_, i) => (from + i) / body.rate + offset);
  const phase = interpolateAll(at, body.time, body.phase);
  const level = interpolateAll(at, body.time, body.level.map((value) => Math.max(value, 1e-9 * top))).map(Math.log);
  const turning = line(time, phase, window)[0];
  const falling = line(time, level, window)[0];
  const sound = body.signal.subarray(from, to);
  const [found, share] = fitTone(sound, time, half, window, turning, falling, bendOf(time, phase, window));
  return [found / (2 * Math.PI), share];
}

/**
 * Half the second derivative of a phase; never a rise of the pitch.
 * @param {Float64Array} time @param {Float64Array} phase @param {Float64Array} window
 */
function bendOf(time, phase, window) {
  const [slope, height] = line(time, phase, window);
  const square = time.map((t) => t * t);
  const [lean, middle] = line(time, square, window);
  let shared = 0, own = 0;
  for (let i = 0; i < time.length; i++) {
    const left = square[i] - lean * time[i] - middle;
    shared += window[i] * left * (phase[i] - slope * time[i] - height);
    own += window[i] * left * left;
  }
  return Math.min(0, shared / own);
}

/**
 * Radians per second in the middle of a stretch, and the share of its energy that the fitted tones explain.
 * @param {Float64Array} sound @param {Float64Array} time seconds @param {number} half of its length in seconds
 * @param {Float64Array} window @param {number} firstTurning radians a second
 * @param {number} firstFalling nepers a second
 * @param {number} bend see `bendOf` @returns {[number, number]}
 */
function fitTone(sound, time, half, window, firstTurning, firstFalling, bend) {
  const n = time.length;
  let turning = firstTurning;
  let falling = firstFalling;
  let share = 0;
  const shapes = Array.from({ length: 9 }, () => new Float64Array(n));
  shapes[8].fill(1);
  const weight = new Float64Array(n);
  for (let round = 0; round < PITCH_ROUNDS; round++) {
    for (let i = 0; i < n; i++) {
      const t = time[i];
      const level = Math.exp(clamp(falling * t, -20, 20));
      const angle = turning * t + bend * t * t;
      const c1 = level * Math.cos(angle), s1 = level * Math.sin(angle);
      shapes[0][i] = c1;
      shapes[1][i] = -s1;
      shapes[2][i] = (t / half) * c1;
      shapes[3][i] = -(t / half) * s1;
      shapes[4][i] = level * Math.cos(2 * angle);
      shapes[5][i] = -level * Math.sin(2 * angle);
      shapes[6][i] = level * Math.cos(3 * angle);
      shapes[7][i] = -level * Math.sin(3 * angle);
      weight[i] = window[i] / level;
    }
    const { matrix, right } = normalEquations(shapes, weight, sound);
    let trace = 0;
    for (let i = 0; i < 9; i++) trace += matrix[10 * i];
    for (let i = 0; i < 9; i++) matrix[10 * i] += 1e-10 * trace + 1e-300;
    const fitted = solve(matrix, right);
    let whole = 0, left = 0;
    for (let i = 0; i < n; i++) {
      let made = 0;
      for (let j = 0; j < 9; j++) made += fitted[j] * shapes[j][i];
      whole += weight[i] * sound[i] * sound[i];
      left += weight[i] * (sound[i] - made) ** 2;
    }
    const size = fitted[0] ** 2 + fitted[1] ** 2;
    if (!(whole > 0) || size === 0) return [turning, 0];
    share = 1 - left / whole;
    let stepRe = (fitted[2] * fitted[0] + fitted[3] * fitted[1]) / size / half;
    let stepIm = (fitted[3] * fitted[0] - fitted[2] * fitted[1]) / size / half;
    const length = Math.hypot(stepRe, stepIm);
    const part = length ? Math.min(1, (0.5 * Math.abs(turning)) / length) : 1;
    stepRe *= part;
    stepIm *= part;
    turning += stepIm;
    falling += stepRe;
  }
  return [turning, share];
}

/**
 * Weighted sums of products of shapes with each other and with what they are to give.
 * @param {Float64Array[]} shapes @param {Float64Array} weight @param {Float64Array} wanted
 */
function normalEquations(shapes, weight, wanted) {
  const count = shapes.length;
  const matrix = new Float64Array(count * count);
  const right = new Float64Array(count);
  for (let a = 0; a < count; a++) {
    const own = shapes[a];
    for (let b = 0; b <= a; b++) {
      const other = shapes[b];
      let total = 0;
      for (let i = 0; i < weight.length; i++) total += own[i] * weight[i] * other[i];
      matrix[a * count + b] = matrix[b * count + a] = total;
    }
    for (let i = 0; i < weight.length; i++) right[a] += own[i] * weight[i] * wanted[i];
  }
  return { matrix, right };
}

/**
 * Depth in octaves and time in ms of the sweep down to a pitch; null where the body is too short.
 * @param {Body} body @param {number} pitch Hz @returns {[number, number] | null}
 */
export function sweep(body, pitch) {
  const top = largest(body.level);
  const last = Math.min(lastAbove(body, SWEEP_DB) + 1, search(body.time, body.end));
  if (last < 16) return null;
  const time = body.time.slice(0, last).map((t) => Math.max(t, 0));
  const phase = body.phase.slice(0, last);
  const spacing = gradient(body.time.subarray(0, last)).map((value) => Math.max(value, 1e-9));
  const weight = spacing.map(
    (value, i) =>
      Math.min(i / STEPS / OPENING_CYCLES, 1) ** 2 * Math.min(body.level[i] / top, 0.5) * value + 1e-12,
  );
  const turning = gradient(phase);
  const octaves = turning.map((value, i) =>
    Math.log2(Math.max(value / spacing[i] / (2 * Math.PI), 0.3 * pitch) / pitch),
  );
  const [depth, period] = fitOctaves(everyFourth(time), everyFourth(octaves), everyFourth(weight));
  const whole = sum(weight);
  return fitPhase(time, phase, weight.map((value) => value / whole), pitch, depth, period);
}

/**
 * Depth in octaves and time in ms of the sweep whose summed frequency is nearest to a phase.
 * @param {Float64Array} time @param {Float64Array} phase @param {Float64Array} weight @param {number} pitch Hz
 * @param {number} firstDepth @param {number} firstPeriod seconds @returns {[number, number]}
 */
function fitPhase(time, phase, weight, pitch, firstDepth, firstPeriod) {
  const n = time.length;
  let depth = firstDepth;
  let period = firstPeriod;
  let end = pitch;
  const sums = Array.from({ length: 4 }, () => new Float64Array(n));
  const rows = Array.from({ length: 4 }, () => new Float64Array(n));
  const ones = new Float64Array(n).fill(1);
  for (let round = 0; round < SWEEP_ROUNDS; round++) {
    for (let i = 0; i < n; i++) {
      const left = 10 ** (-time[i] / period);
      const track = 2 ** (depth * left);
      const byDepth = Math.LN2 * end * track * left;
      rows[0][i] = end * track;
      rows[1][i] = byDepth;
      rows[2][i] = byDepth * ((depth * Math.LN10) / period) * time[i];
      rows[3][i] = track;
    }
    for (let r = 0; r < 4; r++) {
      let total = 0;
      for (let i = 1; i < n; i++) {
        total += 0.5 * (rows[r][i] + rows[r][i - 1]) * (time[i] - time[i - 1]);
        sums[r][i] = total * 2 * Math.PI;
      }
    }
    const left = phase.map((value, i) => value - sums[0][i]);
    let counted = weight;
    if (round > 1) {
      let middle = 0;
      for (let i = 0; i < n; i++) middle += weight[i] * left[i];
      let square = 0;
      for (let i = 0; i < n; i++) square += weight[i] * (left[i] - middle) ** 2;
      const usual = Math.sqrt(square) + 1e-3;
      counted = weight.map((value, i) => value / (1 + ((left[i] - middle) / (1.5 * usual)) ** 2));
    }
    const { matrix, right } = normalEquations([ones, sums[1], sums[2], sums[3]], counted, left);
    [1e-12, SHALLOW, SHALLOW, FIRM / pitch ** 2].forEach((value, i) => (matrix[5 * i] += value));
    right[1] -= SHALLOW * depth;
    right[3] -= (FIRM / pitch ** 2) * (end - pitch);
    const [, deeper, longer, higher] = solve(matrix, right);
    end += clamp(higher, -0.2 * end, 0.2 * end);
    depth = clamp(depth + clamp(deeper, -0.7, 0.7), 0, DEEPEST_OCTAVES);
    period = clamp(period * Math.exp(clamp(longer, -0.5, 0.5)), 0.003, 0.4);
  }
  return [depth, 1000 * period];
}
