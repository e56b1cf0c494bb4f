/**
 * A kick as a fixed vector for distances: the twin of Python's `kickitout.measure.embedding`, which explains it. Ours,
 * so that a kick lies in the same place here and there.
 */

import * as constants from "./constants.js";
import { inverse, rfft, transform } from "./fft.js";
import { clamp, hann, largest, mean, peakOf, rint, rise } from "./numbers.js";

const { SAMPLE_RATE } = constants.kick;
const {
  ATTACK_STEP, ATTACK_STEPS, BODY_EDGE_DB, BODY_FFT, BODY_FLOOR_DB, BODY_HZ, BODY_MS, BODY_SWING, CHANNEL_BINS,
  CHANNEL_TIMES, CLICK, CLICK_BINS, CLICK_FRAMES, CLICK_TIMES, CREST_MS, DECIMATION, FLOOR_DB, FURTHEST, LEAST, LOW,
  LOW_BINS, LOW_TIMES, SAMPLES, SIDE_BINS, SIDE_FLOOR_DB, SIDE_TIMES, START_SHARES, TEXTURE_BINS, TEXTURE_FLOOR_DB,
  TEXTURE_TIMES, WHOLE, WHOLE_BINS, WHOLE_TIMES,
} = constants.embedding;

/** @typedef {import("./descriptors/spectrum.js").Sound} Sound */
/** @typedef {import("./fft.js").Spectrum} Spectrum */
/**
 * What was fitted: mean and scale of each feature, and the matrix from these.
 * @typedef {{mean: Float32Array, scale: Float32Array, matrix: Float32Array}} Constants
 */

/** @type {Map<number, Float64Array>} */
const windows = new Map();

/** @param {number} size */
function windowOf(size) {
  if (!windows.has(size)) windows.set(size, hann(size));
  return /** @type {Float64Array} */ (windows.get(size));
}

/**
 * Power in dB over a reference, not under a floor.
 * @param {number} power @param {number} reference @param {number} floor dB
 */
const decibels = (power, reference, floor) => {
  if (reference <= 0 || !(power > 0)) return floor;
  return Math.max(10 * Math.log10(power / reference), floor);
};

/**
 * Short-time spectra of a sound, frame by frame. Two real frames are one complex one.
 * @param {Float64Array} sound @param {readonly [number, number]} grid samples of a window, and from one to the next
 * @returns {Spectrum[]}
 */
function spectra(sound, [size, hop], frames = 1 + Math.floor(sound.length / hop)) {
  const window = windowOf(size);
  const bins = size / 2 + 1;
  const lines = Array.from({ length: frames }, () => ({ re: new Float64Array(bins), im: new Float64Array(bins) }));
  const zr = new Float64Array(size);
  const zi = new Float64Array(size);
  const fill = (/** @type {Float64Array} */ part, /** @type {number} */ p) => {
    const from = p * hop - size / 2;
    const first = Math.max(0, -from);
    const last = p < frames ? Math.min(size, sound.length - from) : first;
    part.fill(0);
    for (let i = first; i < last; i++) part[i] = sound[from + i] * window[i];
  };
  for (let p = 0; p < frames; p += 2) {
    fill(zr, p);
    fill(zi, p + 1);
    transform(zr, zi);
    const [one, other] = [lines[p], lines[p + 1]];
    for (let k = 0; k < bins; k++) {
      const j = (size - k) % size;
      one.re[k] = 0.5 * (zr[k] + zr[j]);
      one.im[k] = 0.5 * (zi[k] - zi[j]);
      if (!other) continue;
      other.re[k] = 0.5 * (zi[k] + zi[j]);
      other.im[k] = 0.5 * (zr[j] - zr[k]);
    }
  }
  return lines;
}

const powersOf = (/** @type {Spectrum[]} */ frames) =>
  frames.map(({ re, im }) => {
    const power = new Float64Array(re.length);
    for (let k = 0; k < power.length; k++) power[k] = re[k] * re[k] + im[k] * im[k];
    return power;
  });

/**
 * Sums over bands and means over times of a value by frame and bin: times by bands, flat.
 * @param {(frame: number, bin: number) => number} value @param {number} frames how many there are
 * @param {readonly number[]} times edges, in frames @param {readonly number[]} bins edges
 */
function cells(value, frames, times, bins) {
  const result = new Float64Array((times.length - 1) * (bins.length - 1));
  for (let t = 0; t + 1 < times.length; t++) {
    const last = Math.min(times[t + 1], frames);
    for (let b = 0; b + 1 < bins.length; b++) {
      let total = 0;
      for (let p = times[t]; p < last; p++) for (let k = bins[b]; k < bins[b + 1]; k++) total += value(p, k);
      result[t * (bins.length - 1) + b] = total / (last - times[t]);
    }
  }
  return result;
}

/**
 * How much log power moves from frame to frame and from bin to bin in cells.
 * @param {Float64Array[]} powers @param {number} reference
 */
function movement(powers, reference) {
  const [first, last] = [TEXTURE_BINS[0], TEXTURE_BINS[TEXTURE_BINS.length - 1]];
  const levels = powers.map((frame) => {
    const level = new Float64Array(frame.length);
    for (let k = first; k <= last; k++) level[k] = decibels(frame[k], reference, TEXTURE_FLOOR_DB);
    return level;
  });
  /** @param {number} p @param {number} k */
  const inTime = (p, k) => (levels[p + 1][k] - 2 * levels[p][k] + levels[p - 1][k]) ** 2;
  /** @param {number} p @param {number} k */
  const inFrequency = (p, k) => (levels[p][k + 1] - levels[p][k]) ** 2;
  const bands = TEXTURE_BINS.length - 1;
  return [inTime, inFrequency].map((value) =>
    cells(value, powers.length, TEXTURE_TIMES, TEXTURE_BINS).map((total, i) => {
      const b = i % bands;
      return Math.sqrt(total / (TEXTURE_BINS[b + 1] - TEXTURE_BINS[b]));
    }),
  );
}

const BODY_MASK = Float64Array.from({ length: BODY_FFT / DECIMATION / 2 }, (_, k) => {
  const hz = (k * SAMPLE_RATE) / BODY_FFT;
  return (rise(hz, BODY_HZ[0], BODY_HZ[1]) * (1 - rise(hz, BODY_HZ[2], BODY_HZ[3]))) / DECIMATION;
});

/** The body of a sound as an analytic signal at 1,378 Hz. @param {Float64Array} sound @returns {Spectrum} */
function bodyOf(sound) {
  const { re, im } = rfft(sound, BODY_FFT);
  const size = BODY_FFT / DECIMATION;
  const r = new Float64Array(size);
  const i = new Float64Array(size);
  for (let k = 0; k < BODY_MASK.length; k++) {
    r[k] = 2 * re[k] * BODY_MASK[k];
    i[k] = 2 * im[k] * BODY_MASK[k];
  }
  inverse(r, i);
  const count = Math.ceil(SAMPLES / DECIMATION);
  return { re: r.subarray(0, count), im: i.subarray(0, count) };
}

/**
 * Values as far as they are known; for the rest the last ones that were, or the first ones to be.
 * @param {number[]} values @param {number[]} known shares, 0 to 1
 */
function hold(values, known) {
  let held = 0, unknown = 1;
  values.forEach((value, i) => {
    held += unknown * known[i] * value;
    unknown *= 1 - known[i];
  });
  held /= Math.max(1 - unknown, LEAST);
  return values.map((value, i) => (held += known[i] * (value - held)));
}

/**
 * Envelope, pitch, smoothness, first swing and start phase of a body.
 * @param {Spectrum} body @returns {ArrayLike<number>[]}
 */
function low({ re, im }) {
  const n = re.length;
  const edges = BODY_MS.map((ms) => rint((ms * SAMPLE_RATE) / DECIMATION / 1000));
  const square = re.map((value, i) => value * value + im[i] * im[i]);
  const turnRe = new Float64Array(n - 1), turnIm = new Float64Array(n - 1);
  for (let i = 0; i + 1 < n; i++) {
    turnRe[i] = re[i + 1] * re[i] + im[i + 1] * im[i];
    turnIm[i] = im[i + 1] * re[i] - re[i + 1] * im[i];
  }
  const changeRe = new Float64Array(n - 2), changeIm = new Float64Array(n - 2), root = new Float64Array(n - 2);
  for (let i = 0; i + 2 < n; i++) {
    const r = turnRe[i + 1] * turnRe[i] + turnIm[i + 1] * turnIm[i];
    const m = turnIm[i + 1] * turnRe[i] - turnRe[i + 1] * turnIm[i];
    root[i] = Math.sqrt(Math.hypot(r, m));
    changeRe[i] = root[i] > 0 ? r / root[i] : 0;
    changeIm[i] = root[i] > 0 ? m / root[i] : 0;
  }
  const within = (/** @type {Float64Array} */ values) =>
    edges.slice(0, -1).map((_, j) => {
      const to = j + 2 < edges.length ? Math.min(edges[j + 1], values.length - 1) : values.length;
      let total = 0;
      for (let i = Math.min(edges[j], values.length - 1); i < to; i++) total += values[i];
      return total;
    });
  const top = largest(square);
  const level = within(square).map((power, j) => decibels(power / (edges[j + 1] - edges[j]), top, BODY_FLOOR_DB));
  const heard = level.map((db) => clamp((db - BODY_FLOOR_DB) / BODY_EDGE_DB, 0, 1));
  const step = SAMPLE_RATE / DECIMATION / (2 * Math.PI);
  const [turnedRe, turnedIm] = [within(turnRe), within(turnIm)];
  const pitch = turnedRe.map((value, j) => Math.log2(clamp(Math.atan2(turnedIm[j], value) * step, 10, 400)));
  const [changedRe, changedIm, sizes] = [within(changeRe), within(changeIm), within(root)];
  const rough = changedRe.map((value, j) => {
    const steadiness = sizes[j] > 0 ? Math.hypot(value, changedIm[j]) / sizes[j] : 1;
    return Math.log10(clamp(1 - steadiness, 1e-4, 1));
  });
  const loudest = Math.max(Math.sqrt(top), LEAST);
  const size = square.map((value) => Math.sqrt(value) / loudest);
  const twice = re.map((value, i) => 2 * Math.atan2(im[i], value));
  const swing = size.subarray(0, BODY_SWING).map((value, i) => value * Math.cos(twice[i]));
  let startRe = 0, startIm = 0, most = 0, before = 0;
  for (let i = 0; i < n; i++) {
    most = Math.max(most, size[i]);
    const reached = clamp((most - START_SHARES[0]) / (START_SHARES[1] - START_SHARES[0]), 0, 1);
    startRe += (reached - before) * Math.cos(twice[i]);
    startIm += (reached - before) * Math.sin(twice[i]);
    before = reached;
  }
  return [level, hold(pitch, heard), hold(rough, heard), swing, [startRe, startIm]];
}

/**
 * How far left and right are from one signal in bands and times.
 * @param {Spectrum[][]} spectra of mid and side, frame by frame @param {Spectrum[]} bodies of mid and side
 * @returns {ArrayLike<number>[]}
 */
function channels([mid, side], bodies) {
  const frames = mid.length;
  /** @param {(frame: number, bin: number) => number} value */
  const part = (value) => cells(value, frames, CHANNEL_TIMES, CHANNEL_BINS);
  // With L = M + S and R = M - S, L conj R = |M|^2 - |S|^2 + S conj M - M conj S, and so on.
  const own = part((p, k) => mid[p].re[k] ** 2 + mid[p].im[k] ** 2);
  const other = part((p, k) => side[p].re[k] ** 2 + side[p].im[k] ** 2);
  const along = part((p, k) => 2 * (mid[p].re[k] * side[p].re[k] + mid[p].im[k] * side[p].im[k]));
  const crossIm = part((p, k) => 2 * (side[p].im[k] * mid[p].re[k] - side[p].re[k] * mid[p].im[k]));
  const crossRe = own.map((value, i) => value - other[i]);
  const left = own.map((value, i) => value + other[i] + along[i]);
  const right = own.map((value, i) => value + other[i] - along[i]);
  const floor = 1e-7 * Math.max(largest(left), largest(right));
  const sizes = left.map((value, i) => Math.sqrt((value + floor) * (right[i] + floor)));
  const lost = sizes.map((size, i) => {
    const agreement = size > 0 ? (crossRe[i] + floor) / size : 1;
    return Math.log10(clamp(1 - agreement, 1e-3, 2));
  });
  const quadrature = sizes.map((size, i) => {
    const share = size > 0 ? crossIm[i] / size : 0;
    return Math.log10(clamp(Math.abs(share), 1e-2, 1));
  });
  const energy = bodies.map(({ re, im }) => re.reduce((all, value, i) => all + value * value + im[i] * im[i], 0));
  const loss = energy[0] > 0 ? decibels(energy[1], energy[0], -40) : -40;
  return [lost, quadrature, [Math.min(loss, 20)]];
}

/**
 * The envelope of the first 15 ms, and crests, of the differences of mid.
 * @param {Float64Array} mid @returns {ArrayLike<number>[]}
 */
function attack(mid) {
  const slope = mid.map((value, i) => (i ? value - mid[i - 1] : 0));
  const steps = Array.from({ length: ATTACK_STEPS }, (_, j) =>
    mean(slope.subarray(j * ATTACK_STEP, (j + 1) * ATTACK_STEP).map((value) => value * value)),
  );
  const bend = slope.map((value, i) => (i ? value - slope[i - 1] : 0));
  const edges = CREST_MS.map((ms) => rint((ms * SAMPLE_RATE) / 1000));
  const crests = [slope, bend].flatMap((wave) => {
    const square = wave.map((value) => value * value);
    const silence = 1e-8 * largest(square);
    return edges.slice(0, -1).map((from, j) => {
      const stretch = square.subarray(from, edges[j + 1]);
      return silence > 0 ? Math.log10((largest(stretch) + silence) / (mean(stretch) + silence)) : 0;
    });
  });
  const loudest = Math.max(...steps);
  return [steps.map((step) => decibels(step, loudest, SIDE_FLOOR_DB)), crests];
}

/** What is measured of a kick that begins at its onset, not yet whitened. @param {Sound} audio @returns {number[]} */
export function features(audio) {
  const count = Math.min(audio[0].length, SAMPLES);
  const peak = Math.max(...audio.map((channel) => peakOf(channel.subarray(0, SAMPLES))));
  const gain = peak > 0 ? 1 / peak : 0;
  const sides = [1, -1].map((sign) => {
    const made = new Float64Array(SAMPLES);
    for (let i = 0; i < count; i++) made[i] = 0.5 * gain * (audio[0][i] + sign * audio[1][i]);
    return made;
  });
  /** @param {Float64Array[]} powers @param {readonly number[]} times @param {readonly number[]} bins */
  const powerCells = (powers, times, bins) => cells((p, k) => powers[p][k], powers.length, times, bins);
  const whole = sides.map((side) => spectra(side, WHOLE));
  const powers = whole.map(powersOf);
  const click = powerCells(powersOf(spectra(sides[0], CLICK, CLICK_FRAMES)), CLICK_TIMES, CLICK_BINS);
  const body = powerCells(powers[0], WHOLE_TIMES, WHOLE_BINS);
  const deep = powerCells(powersOf(spectra(sides[0], LOW)), LOW_TIMES, LOW_BINS);
  const beside = powerCells(powers[1], SIDE_TIMES, SIDE_BINS);
  const loudest = Math.max(largest(body), largest(beside));
  const bodies = sides.map(bodyOf);
  /** @param {Float64Array} values @param {number} reference @param {number} floor dB */
  const over = (values, reference, floor) => values.map((value) => decibels(value, reference, floor));
  return [
    over(click, largest(click), FLOOR_DB),
    over(body, loudest, FLOOR_DB),
    over(deep, largest(deep), FLOOR_DB),
    over(beside, loudest, SIDE_FLOOR_DB),
    ...movement(powers[0], loudest),
    ...attack(sides[0]),
    ...low(bodies[0]),
    ...channels(whole, bodies),
  ].flatMap((part) => Array.from(part));
}

/** The whitened vector of a kick. @param {Sound} audio @param {Constants} fitted @returns {Float64Array} */
export function embed(audio, fitted) {
  const found = features(audio);
  const size = fitted.matrix.length / found.length;
  const result = new Float64Array(size);
  found.forEach((value, f) => {
    const standard = clamp((value - fitted.mean[f]) / fitted.scale[f], -FURTHEST, FURTHEST);
    for (let d = 0; d < size; d++) result[d] += standard * fitted.matrix[f * size + d];
  });
  return result;
}

/** The distance between two vectors. @param {Float64Array} one @param {Float64Array} other */
export const distance = (one, other) => Math.hypot(...one.map((value, i) => value - other[i]));
