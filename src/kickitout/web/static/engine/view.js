/**
 * What an encoder looks at in a kick, and sounds whose bands are made louder: the twin of `view` and what it needs in
 * Python's `kickitout.sound.sketch.sketch`, and of `equalised` in `kickitout.sound.sketch.transfer`. Ours, so that a
 * kick has the same latent.
 */

import * as constants from "./constants.js";
import { BELOW, SHARE } from "./bands.js";
import { COS, SIN, overlapAdded, spectra } from "./sketch.js";

const { HOP_LENGTH, N_BINS, N_FFT, N_FRAMES } = constants.spectrogram;
const { BODY_POINTS } = constants.parts;
const {
  BAND_EDGES, CLICK_FRAMES, LEAST_SLOPE, LOW_BINS, N_BANDS, ONSET_FIRST, ONSET_STEP, ONSET_STEPS, ORIGIN, SCALE,
} = constants.sketch;

/** @typedef {import("./sketch.js").Pair} Pair */

/** The encoder's inputs and their shapes. */
export const VIEW_SHAPES = [
  { name: "powers", shape: [1, 2, N_BANDS, N_FRAMES] },
  { name: "low", shape: [1, 2, 2, LOW_BINS, N_FRAMES] },
  { name: "click", shape: [1, 2, 2, N_BINS, CLICK_FRAMES] },
  { name: "onset", shape: [1, 2, ONSET_STEPS] },
  { name: "log_amplitude", shape: [1, BODY_POINTS] },
  { name: "frequency", shape: [1, BODY_POINTS] },
  { name: "phase", shape: [1] },
];

/** Mean power in the bands, frame by frame: two arrays of N_BANDS x N_FRAMES. @param {{re: Pair, im: Pair}} lines */
function powersOf({ re, im }) {
  return [0, 1].map((c) => {
    const result = new Float64Array(N_BANDS * N_FRAMES);
    for (let p = 0; p < N_FRAMES; p++) {
      for (let j = 0; j < N_BANDS; j++) {
        let total = 0;
        for (let k = BAND_EDGES[j]; k < BAND_EDGES[j + 1]; k++) {
          total += re[c][p * N_BINS + k] ** 2 + im[c][p * N_BINS + k] ** 2;
        }
        result[j * N_FRAMES + p] = total / (BAND_EDGES[j + 1] - BAND_EDGES[j]);
      }
    }
    return result;
  });
}

/** Two sounds' spectra, and their powers in the bands. @param {Pair} sounds */
export function bandsOf(sounds) {
  const lines = spectra(sounds, SCALE);
  return { lines, powers: powersOf(lines) };
}

/**
 * Two sounds whose bands are louder, frame by frame, by natural logs of gains: two arrays of N_BANDS x N_FRAMES.
 * @param {{re: Pair, im: Pair}} lines the sounds' spectra @param {Float64Array[]} logGains @returns {Pair}
 */
export function equalised(lines, logGains) {
  const scaled = (/** @type {Pair} */ pair) => /** @type {Pair} */ (pair.map((values) => values.slice()));
  const [re, im] = [scaled(lines.re), scaled(lines.im)];
  for (let c = 0; c < 2; c++) {
    for (let p = 0; p < N_FRAMES; p++) {
      for (let k = 0; k < N_BINS; k++) {
        const at = BELOW[k] * N_FRAMES + p;
        const gain = Math.exp(logGains[c][at] + SHARE[k] * (logGains[c][at + N_FRAMES] - logGains[c][at]));
        re[c][p * N_BINS + k] *= gain;
        im[c][p * N_BINS + k] *= gain;
      }
    }
  }
  return overlapAdded(re, im, SCALE);
}

/** How sharply a rest begins, and in how many blows. @param {Float32Array} rest */
function onsetOf(rest) {
  const slope = (/** @type {number} */ i) => rest[i] - rest[i - 1];
  /** @type {((i: number) => number)[]} */
  const squares = [(i) => slope(i) ** 2, (i) => (slope(i) - slope(i - 1)) ** 2];
  const result = new Float32Array(2 * ONSET_STEPS);
  squares.forEach((square, row) => {
    for (let step = 0; step < ONSET_STEPS; step++) {
      let total = 0;
      for (let i = 0; i < ONSET_STEP; i++) total += square(ONSET_FIRST + step * ONSET_STEP + i);
      result[row * ONSET_STEPS + step] = 0.5 * Math.log(total / ONSET_STEP + LEAST_SLOPE);
    }
  });
  return result;
}

/**
 * Spectra that stand still as their predicted waves do: real parts, then imaginary ones, bins by frames.
 * @param {{re: Pair, im: Pair}} lines @param {number} bins @param {number} frames
 */
function still({ re, im }, bins, frames) {
  const result = new Float32Array(4 * bins * frames);
  for (let c = 0; c < 2; c++) {
    for (let k = 0; k < bins; k++) {
      for (let p = 0; p < frames; p++) {
        const step = ((((p * HOP_LENGTH - ORIGIN) * k) % N_FFT) + N_FFT) % N_FFT;
        const sign = k & 1 ? -1 : 1;
        const [r, i] = [re[c][p * N_BINS + k], im[c][p * N_BINS + k]];
        result[(c * bins + k) * frames + p] = sign * (r * COS[step] + i * SIN[step]);
        result[((2 + c) * bins + k) * frames + p] = sign * (i * COS[step] - r * SIN[step]);
      }
    }
  }
  return result;
}

/** What an encoder looks at in a kick that was taken apart. @param {import("./parts.js").Parts} parts */
export function viewOf(parts) {
  const { lines, powers } = bandsOf([new Float64Array(parts.rest), new Float64Array(parts.side)]);
  return {
    powers: Float32Array.from([...powers[0], ...powers[1]]),
    low: still(lines, LOW_BINS, N_FRAMES),
    click: still(lines, N_BINS, CLICK_FRAMES),
    onset: onsetOf(parts.rest),
    log_amplitude: parts.logAmplitude,
    frequency: parts.frequency,
    phase: Float32Array.of(parts.phase),
  };
}
