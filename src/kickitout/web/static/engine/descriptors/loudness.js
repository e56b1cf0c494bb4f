/**
 * Loudness of ITU-R BS.1770-4: the twin of Python's `kickitout.measure.descriptors.loudness`, which says where the
 * filters are from. Ours, so that it agrees with Python.
 */

import * as constants from "../constants.js";
import { irfft } from "../fft.js";
import { mean, rint } from "../numbers.js";
import { distinctChannels, spectraOf } from "./spectrum.js";

const { SAMPLE_RATE } = constants.kick;
const { ABSOLUTE_GATE_LUFS, BLOCK_SECONDS, HIGH_PASS, OFFSET_LU, RELATIVE_GATE_LU, SHELF, STEP_SECONDS } =
  constants.descriptorsLoudness;

/** @typedef {import("../fft.js").Spectrum} Spectrum */

/** @type {Map<number, Spectrum>} */
const responses = new Map();

/** The response of BS.1770's two filters on the lines of a transform. @param {number} size */
function response(size) {
  const known = responses.get(size);
  if (known) return known;
  let k = Math.tan((Math.PI * SHELF.hz) / SAMPLE_RATE);
  let q = SHELF.q;
  const high = 10 ** (SHELF.db / 20);
  const band = high ** SHELF.band;
  let a0 = 1 + k / q + k * k;
  const shelf = [
    [(high + (band * k) / q + k * k) / a0, (2 * (k * k - high)) / a0, (high - (band * k) / q + k * k) / a0],
    [1, (2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0],
  ];
  k = Math.tan((Math.PI * HIGH_PASS.hz) / SAMPLE_RATE);
  q = HIGH_PASS.q;
  a0 = 1 + k / q + k * k;
  const highPass = [[1, -2, 1], [1, (2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0]];
  const made = { re: new Float64Array(size / 2 + 1).fill(1), im: new Float64Array(size / 2 + 1) };
  for (let line = 0; line <= size / 2; line++) {
    const angle = (-2 * Math.PI * line) / size;
    const at = (/** @type {number[]} */ c) => [
      c[0] + c[1] * Math.cos(angle) + c[2] * Math.cos(2 * angle),
      c[1] * Math.sin(angle) + c[2] * Math.sin(2 * angle),
    ];
    for (const [b, a] of [shelf, highPass]) {
      const [br, bi] = at(b);
      const [ar, ai] = at(a);
      const size2 = ar * ar + ai * ai;
      const [r, i] = [(br * ar + bi * ai) / size2, (bi * ar - br * ai) / size2];
      const before = made.re[line];
      made.re[line] = before * r - made.im[line] * i;
      made.im[line] = before * i + made.im[line] * r;
    }
  }
  responses.set(size, made);
  return made;
}

/**
 * Integrated loudness in LUFS of left and right; null where no block is above the gate.
 * @param {import("./spectrum.js").Sound} sound
 */
export function loudnessOfSound(sound) {
  const channels = distinctChannels(sound);
  const { size, lines } = spectraOf(channels, SAMPLE_RATE);
  return loudnessOf(lines, 1, size, channels[0].length, 3 - channels.length);
}

/**
 * Integrated loudness in LUFS of spectra times a gain; null where no block is above the gate.
 * @param {Spectrum[]} lines of the channels @param {number} gain @param {number} size of the transforms
 * @param {number} n samples @param {number} copies how many channels each stands for
 */
export function loudnessOf(lines, gain, size, n, copies) {
  const filter = response(size);
  const energy = new Float64Array(n + 1);
  for (const { re, im } of lines) {
    const r = re.map((value, k) => gain * (value * filter.re[k] - im[k] * filter.im[k]));
    const i = im.map((value, k) => gain * (re[k] * filter.im[k] + value * filter.re[k]));
    const weighted = irfft(r, i, size);
    for (let at = 0; at < n; at++) energy[at + 1] += weighted[at] * weighted[at];
  }
  for (let at = 0; at < n; at++) energy[at + 1] = energy[at] + copies * energy[at + 1];
  const length = BLOCK_SECONDS * SAMPLE_RATE;
  const count = 1 + Math.max(0, rint((n - length) / (STEP_SECONDS * SAMPLE_RATE)));
  let blocks = Array.from({ length: count }, (_, i) => {
    const from = Math.min(Math.trunc(i * STEP_SECONDS * SAMPLE_RATE), n);
    const to = Math.min(Math.trunc((i * STEP_SECONDS + BLOCK_SECONDS) * SAMPLE_RATE), n);
    return (energy[to] - energy[from]) / length;
  });
  const lufs = (/** @type {number} */ square) => OFFSET_LU + 10 * Math.log10(square);
  for (const gate of [ABSOLUTE_GATE_LUFS, null]) {
    const limit = gate ?? lufs(mean(blocks)) + RELATIVE_GATE_LU;
    blocks = blocks.filter((block) => block > 10 ** ((limit - OFFSET_LU) / 10));
    if (!blocks.length) return null;
  }
  return lufs(mean(blocks));
}
