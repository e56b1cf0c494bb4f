/**
 * From a model's sketch of a kick to its sound: the twin of Python's `kickitout.sound.sketch.sketch`. Ours, so that it
 * agrees with Python.
 */

import * as constants from "./constants.js";
import { transform } from "./fft.js";
import { BELOW, SHARE } from "./bands.js";
import { clamp, hann, interpolateAll } from "./numbers.js";
import { bent } from "./bend.js";
import { ONSET_FADE_GAINS, madeBody, withoutRumble } from "./parts.js";
import { spread, spreadGain } from "./spread.js";
import { bodyTail, joined, restTail } from "./tail.js";

const { KICK_SAMPLES } = constants.kick;
const { HOP_LENGTH, N_BINS, N_FFT, N_FRAMES } = constants.spectrogram;
const {
  ATTACK_END, ATTACK_POINTS, CLICK_FRAMES, GRAINS, GRAIN_END, GRAIN_PLACES, HARDNESS, LEAD_PLACES,
  LEAST_PEAK, LOW_BINS, MOST_DB, N_BANDS, ORIGIN, SCALE, SNAP_FADE, SNAP_SAMPLES,
  SNAP_START,
} = constants.sketch;
const { LEFT, PADDED } = constants.sketchBands;
const { NOISE_SCALE } = constants.sketchNoise;
const { JOIN, NEPERS } = constants.sketchTail;

/**
 * What a model says of a kick; the arrays of Python's `Sketch`, flat, in C order.
 * @typedef {Record<"envelope" | "noise_share" | "low" | "click" | "attack" | "snap" | "log_amplitude" | "frequency" |
 *   "phase" | "wide" | "grain" | "drive" | "limited" | "spread" | "bound" | "shift",
 *   Float32Array>} Sketch
 */

/** @typedef {[Float64Array, Float64Array]} Pair */

const FRAME_WINDOW = hann(N_FFT);

/** Predicted waves by whole steps of a 512th of a turn. */
export const COS = Float64Array.from({ length: N_FFT }, (_, i) => Math.cos((2 * Math.PI * i) / N_FFT));
export const SIN = Float64Array.from({ length: N_FFT }, (_, i) => Math.sin((2 * Math.PI * i) / N_FFT));

/** One over the sum of the squared windows over each sample. */
const LEVEL = (() => {
  const total = new Float64Array(PADDED);
  for (let p = 0; p < N_FRAMES; p++) for (let i = 0; i < N_FFT; i++) total[p * HOP_LENGTH + i] += FRAME_WINDOW[i] ** 2;
  return Float64Array.from({ length: KICK_SAMPLES }, (_, i) => 1 / total[LEFT + i]);
})();

const GRAIN_LINES = GRAIN_PLACES.map((_, j) =>
  Float32Array.from(
    interpolateAll(
      Array.from({ length: KICK_SAMPLES }, (_, i) => i),
      [...GRAIN_PLACES, GRAIN_END],
      [0, 1, 2, 3].map((k) => (k === j ? 1 : 0)),
    ),
  ),
);

const SNAP_WINDOW = Float64Array.from({ length: SNAP_SAMPLES }, (_, i) => {
  const left = SNAP_SAMPLES - i;
  return left <= SNAP_FADE ? 0.5 - 0.5 * Math.cos((Math.PI * left) / SNAP_FADE) : ONSET_FADE_GAINS[SNAP_START + i];
});

const ATTACK_PLACES = (() => {
  const count = ATTACK_POINTS - LEAD_PLACES.length;
  const later = Array.from(
    { length: count },
    (_, i) => ORIGIN + ((ATTACK_END - ORIGIN) * Math.expm1((4 * i) / count)) / Math.expm1(4),
  );
  return [...LEAD_PLACES, ...later, ATTACK_END];
})();

const PLACES = Array.from({ length: KICK_SAMPLES }, (_, i) => i);

/**
 * Short-time spectra of two sounds: frames by frames, each of N_BINS lines.
 * @param {Pair} sounds @param {number} scale
 * @returns {{re: Pair, im: Pair}}
 */
export function spectra(sounds, scale) {
  const padded = sounds.map((sound) => {
    const made = new Float64Array(PADDED);
    made.set(sound, LEFT);
    return made;
  });
  const re = /** @type {Pair} */ ([new Float64Array(N_FRAMES * N_BINS), new Float64Array(N_FRAMES * N_BINS)]);
  const im = /** @type {Pair} */ ([new Float64Array(N_FRAMES * N_BINS), new Float64Array(N_FRAMES * N_BINS)]);
  const zr = new Float64Array(N_FFT);
  const zi = new Float64Array(N_FFT);
  for (let p = 0; p < N_FRAMES; p++) {
    // Two real sounds are one complex one.
    for (let i = 0; i < N_FFT; i++) {
      const gain = FRAME_WINDOW[i] / scale;
      zr[i] = padded[0][p * HOP_LENGTH + i] * gain;
      zi[i] = padded[1][p * HOP_LENGTH + i] * gain;
    }
    transform(zr, zi);
    for (let k = 0; k < N_BINS; k++) {
      const other = (N_FFT - k) % N_FFT;
      const at = p * N_BINS + k;
      re[0][at] = 0.5 * (zr[k] + zr[other]);
      im[0][at] = 0.5 * (zi[k] - zi[other]);
      re[1][at] = 0.5 * (zi[k] + zi[other]);
      im[1][at] = 0.5 * (zr[other] - zr[k]);
    }
  }
  return { re, im };
}

/** Two sounds of short-time spectra. @param {Pair} re @param {Pair} im @param {number} scale @returns {Pair} */
export function overlapAdded(re, im, scale) {
  const total = [new Float64Array(PADDED), new Float64Array(PADDED)];
  const zr = new Float64Array(N_FFT);
  const zi = new Float64Array(N_FFT);
  for (let p = 0; p < N_FRAMES; p++) {
    for (let k = 0; k < N_BINS; k++) {
      const at = p * N_BINS + k;
      const edge = k === 0 || k === N_BINS - 1;
      const aR = re[0][at], aI = edge ? 0 : im[0][at], bR = re[1][at], bI = edge ? 0 : im[1][at];
      zr[k] = aR - bI;
      zi[k] = aI + bR;
      if (!edge) {
        zr[N_FFT - k] = aR + bI;
        zi[N_FFT - k] = bR - aI;
      }
    }
    transform(zi, zr);
    for (let i = 0; i < N_FFT; i++) {
      const gain = (FRAME_WINDOW[i] * scale) / N_FFT;
      total[0][p * HOP_LENGTH + i] += zr[i] * gain;
      total[1][p * HOP_LENGTH + i] += zi[i] * gain;
    }
  }
  return /** @type {Pair} */ (
    total.map((one) => {
      const made = new Float64Array(KICK_SAMPLES);
      for (let i = 0; i < KICK_SAMPLES; i++) made[i] = one[LEFT + i] * LEVEL[i];
      return made;
    })
  );
}

/** Noise that swells and fades. @param {Float32Array} noise @param {Float32Array} grain @returns {Pair} */
function grained(noise, grain) {
  const third = noise.subarray(2 * KICK_SAMPLES);
  const sums = new Float64Array(KICK_SAMPLES + 1);
  for (let i = 0; i < KICK_SAMPLES; i++) sums[i + 1] = sums[i] + third[i];
  const likeness = GRAINS.map((a) => GRAINS.map((b) => Math.sqrt(Math.min(a, b) / Math.max(a, b))));
  const result = /** @type {Pair} */ ([new Float64Array(KICK_SAMPLES), new Float64Array(KICK_SAMPLES)]);
  const depth = [0, 0, 0];
  for (let i = 0; i < KICK_SAMPLES; i++) {
    let moved = 0;
    let variance = 0;
    for (let g = 0; g < 3; g++) {
      depth[g] = 0;
      for (let j = 0; j < 3; j++) depth[g] += grain[3 * g + j] * GRAIN_LINES[j][i];
      const reach = GRAINS[g] / 2;
      moved +=
        (depth[g] * (sums[Math.min(i + reach, KICK_SAMPLES)] - sums[Math.max(i - reach, 0)])) / Math.sqrt(GRAINS[g]);
    }
    for (let g = 0; g < 3; g++) for (let h = 0; h < 3; h++) variance += depth[g] * likeness[g][h] * depth[h];
    const gain = Math.exp(moved - variance);
    result[0][i] = noise[i] * gain;
    result[1][i] = noise[KICK_SAMPLES + i] * gain;
  }
  return result;
}

/** Spectra of the noises that sounded last: while a knob turns, only what it changes is made again. */
const noiseSpectra = /** @type {{noise: Float32Array, grain: string, made: {re: Pair, im: Pair}}[]} */ ([]);
const MOST_NOISES = 4;

/** @param {Float32Array} noise @param {Float32Array} grain */
function spectraOfNoise(noise, grain) {
  const key = grain.join();
  const known = noiseSpectra.find((one) => one.noise === noise && one.grain === key);
  if (known) return known.made;
  const made = spectra(grained(noise, grain), NOISE_SCALE);
  noiseSpectra.unshift({ noise, grain: key, made });
  noiseSpectra.length = Math.min(noiseSpectra.length, MOST_NOISES);
  return made;
}

/**
 * Rest and side of a sketch, before snap and attack.
 * @param {Sketch} one @param {Float32Array} noise @returns {Pair}
 */
function restWaveforms(one, noise) {
  const source = spectraOfNoise(noise, one.grain);
  const re = /** @type {Pair} */ ([new Float64Array(N_FRAMES * N_BINS), new Float64Array(N_FRAMES * N_BINS)]);
  const im = /** @type {Pair} */ ([new Float64Array(N_FRAMES * N_BINS), new Float64Array(N_FRAMES * N_BINS)]);
  for (let c = 0; c < 2; c++) {
    for (let p = 0; p < N_FRAMES; p++) {
      const bandAt = (/** @type {Float32Array} */ values, /** @type {number} */ k) => {
        const at = (c * N_BANDS + BELOW[k]) * N_FRAMES + p;
        return values[at] + SHARE[k] * (values[at + N_FRAMES] - values[at]);
      };
      const early = p < CLICK_FRAMES;
      for (let k = 0; k < N_BINS; k++) {
        const at = p * N_BINS + k;
        const amplitude = Math.exp(bandAt(one.envelope, k));
        let noisy = amplitude;
        if (early || k < LOW_BINS) noisy /= 1 + Math.exp(-Math.max(bandAt(one.noise_share, k), -80));
        re[c][at] = source.re[c][at] * noisy;
        im[c][at] = source.im[c][at] * noisy;
        if (!early && k >= LOW_BINS) continue;
        let pr = 0;
        let pi = 0;
        if (k < LOW_BINS) {
          pr = one.low[(c * LOW_BINS + k) * N_FRAMES + p];
          pi = one.low[((2 + c) * LOW_BINS + k) * N_FRAMES + p];
        }
        if (early) {
          pr += one.click[(c * N_BINS + k) * CLICK_FRAMES + p];
          pi += one.click[((2 + c) * N_BINS + k) * CLICK_FRAMES + p];
        }
        const step = ((((p * HOP_LENGTH - ORIGIN) * k) % N_FFT) + N_FFT) % N_FFT;
        const gain = k & 1 ? -amplitude : amplitude;
        re[c][at] += gain * (pr * COS[step] - pi * SIN[step]);
        im[c][at] += gain * (pr * SIN[step] + pi * COS[step]);
      }
    }
  }
  return overlapAdded(re, im, SCALE);
}

/** Rest and side of a sketch as they sound, before the soft clip. @param {Sketch} one @param {Float32Array} noise */
export function besideBody(one, noise) {
  const [rest, side] = restWaveforms(one, noise);
  for (let i = 0; i < SNAP_SAMPLES; i++) rest[SNAP_START + i] += one.snap[i] * SNAP_WINDOW[i];
  const clean = withoutRumble(rest);
  const gain = interpolateAll(PLACES, ATTACK_PLACES, [...one.attack, 0]);
  const there = one.wide[0] > 0 ? 1 : 0;
  for (let i = 0; i < KICK_SAMPLES; i++) {
    const factor = Math.exp(gain[i]);
    clean[i] *= factor;
    side[i] *= factor * there;
  }
  return /** @type {Pair} */ ([clean, side]);
}

/** The body of a sketch. @param {Sketch} one */
export function bodyOf(one) {
  return madeBody(one.log_amplitude, one.frequency, Math.atan2(one.phase[1], one.phase[0]));
}

/** The larger peak of left and right of mid and side. @param {Pair} midSide */
export function peakOfSides([mid, side]) {
  let peak = 0;
  for (let i = 0; i < mid.length; i++) peak = Math.max(peak, Math.abs(mid[i]) + Math.abs(side[i]));
  return peak;
}

/** Mid and side of a sketch, with a peak of 1 in left or right. @param {Sketch} one @param {Float32Array} noise */
export function render(one, noise) {
  const sides = unclipped(one, noise);
  const peak = peakFor(sides);
  return driven(both(sides, peak), ...clipOf(one.drive[0], one.limited[0], one.bound[0], peak));
}

/** The peak of left and right of a sketch before the clip. @param {Sketch} one @param {Float32Array} noise */
export const fullScale = (one, noise) => peakFor(unclipped(one, noise));

/** @param {Pair} sides */
const peakFor = (sides) => Math.max(peakOfSides(sides), LEAST_PEAK);

/** Both over a peak. @param {Pair} sides @param {number} peak @returns {Pair} */
const both = ([mid, side], peak) => [mid.map((value) => value / peak), side.map((value) => value / peak)];

/** Mid and side before the clip, mid not yet spread. @param {Sketch} one @param {Float32Array} noise @returns {Pair} */
function summed(one, noise) {
  const [mid, side] = besideBody(one, noise);
  const body = bodyOf(one);
  for (let i = 0; i < KICK_SAMPLES; i++) mid[i] += body[i];
  return [bent(mid, one.shift), side];
}

/** Mid and side before the clip. @param {Sketch} one @param {Float32Array} noise @returns {Pair} */
function unclipped(one, noise) {
  const sides = summed(one, noise);
  return widened(sides, gainOfSpread(one, sides[0]));
}

/** @param {Sketch} one @param {Float64Array} mid */
const gainOfSpread = (one, mid) => (one.spread[0] > 0 ? spreadGain(mid, spread(mid), one.spread[0]) : 0);

/** Mid and side, with mid spread to the side by a gain. @param {Pair} sides @param {number} gain @returns {Pair} */
function widened([mid, side], gain) {
  if (!(gain > 0)) return [mid, side];
  const more = spread(mid);
  return [mid, side.map((value, i) => value + gain * more[i])];
}

/**
 * Drive, and how much of the sound itself bounds the clip, of what has a bound and a peak.
 * @param {number} drive @param {number} limited @param {number} bound @param {number} peak
 * @returns {[number, number]}
 */
export function clipOf(drive, limited, bound, peak) {
  if (!(bound * peak > 0)) return [drive, limited];
  const grown = Math.log(bound * peak) / NEPERS;
  const more = Math.max(Math.min(grown, MOST_DB) * NEPERS, -drive);
  return [drive + more, Math.max(limited, Math.min(HARDNESS * more, 1))];
}

/**
 * Mid and side of a sketch that sounds on for 2 s; up to JOIN they are those of `render`.
 * @param {Sketch} one @param {Float32Array} noise @param {Float32Array} more the numbers that follow those of `noise`
 * @returns {Pair}
 */
export function renderLongest(one, noise, more) {
  const whole = summed(one, noise);
  const gain = gainOfSpread(one, whole[0]);
  const sides = widened(whole, gain);
  const peak = peakFor(sides);
  const [rest, last] = restTail(one, noise, more);
  const tone = bodyTail(one);
  const tail = rest.map((value, i) => value + tone[i]);
  const clip = clipOf(one.drive[0], one.limited[0], one.bound[0], peak);
  const on = widened([joined(whole[0], tail), joined(whole[1], last)], gain);
  const longest = driven(both(on, peak), ...clip);
  const first = driven(both(sides, peak), ...clip);
  longest.forEach((channel, c) => channel.set(first[c].subarray(0, JOIN)));
  return longest;
}

/**
 * Mid and side of the soft clip of left and right, with the peak that these had.
 * @param {Pair} midSide @param {number} drive @param {number} limited @returns {Pair}
 */
export function driven([mid, side], drive, limited = 0) {
  const n = mid.length;
  const gain = Math.exp(drive);
  const bend = Math.expm1(HARDNESS * drive);
  let before = 0;
  let after = 0;
  const [left, right] = [1, -1].map((sign) => {
    const one = new Float64Array(n);
    let last = mid[0] + sign * side[0];
    let here = last;
    for (let i = 0; i < n; i++) {
      const next = i + 1 < n ? mid[i + 1] + sign * side[i + 1] : here;
      const smooth = 0.5 * here + 0.25 * (last + next);
      const square = limited > 0 ? Math.max(Math.abs(smooth), limited * Math.abs(here)) ** 2 : smooth ** 2;
      const fourth = square * square;
      // The eighth root, HARDNESS being 8.
      one[i] = (here * gain) / Math.sqrt(Math.sqrt(Math.sqrt(1 + bend * fourth * fourth)));
      before = Math.max(before, Math.abs(here));
      after = Math.max(after, Math.abs(one[i]));
      last = here;
      here = next;
    }
    return one;
  });
  const scale = after > 0 ? (0.5 * before) / after : 0.5;
  const result = /** @type {Pair} */ ([new Float64Array(n), new Float64Array(n)]);
  for (let i = 0; i < n; i++) {
    result[0][i] = scale * (left[i] + right[i]);
    result[1][i] = scale * (left[i] - right[i]);
  }
  return result;
}

/**
 * Left and right of mid and side, in the precision that files come from.
 * @param {Pair} midSide @returns {[Float32Array, Float32Array]}
 */
export function toStereo([mid, side]) {
  const left = new Float32Array(mid.length);
  const right = new Float32Array(mid.length);
  for (let i = 0; i < mid.length; i++) {
    left[i] = mid[i] + side[i];
    right[i] = mid[i] - side[i];
  }
  return [left, right];
}
