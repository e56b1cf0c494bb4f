/**
 * A picture of sound over logarithmic frequency, long windows for lows, short ones for highs: the twin of
 * `log_spectrogram` in Python's `kickitout.sound.sheet`. Ours, so that pictures look the same.
 */

import * as constants from "./constants.js";
import { COLOUR_MAP } from "./colours.js";
import { transform } from "./fft.js";

const { HIGHEST_HZ, LOUDEST_DB, LOWEST_HZ, QUIETEST_DB, WINDOWS } = constants.sheet;

/**
 * dB of the louder channel in one window: the left is the real part of what is transformed, the right the imaginary
 * one.
 * @param {Float32Array} left @param {Float32Array} right @param {number} centre sample
 * @param {Float64Array} window @param {number} scale @returns {Float64Array} by bin, a sine at full scale reads 0
 */
function loudness(left, right, centre, window, scale) {
  const length = window.length;
  const size = 2 * length; // zero-padded: smooth over frequency
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  const start = Math.round(centre) - length / 2;
  for (let index = 0; index < length; index += 1) {
    const at = start + index;
    if (at < 0 || at >= left.length) continue;
    real[index] = left[at] * window[index] * scale;
    imaginary[index] = right[at] * window[index] * scale;
  }
  transform(real, imaginary);
  const found = new Float64Array(length + 1);
  for (let bin = 0; bin <= length; bin += 1) {
    const other = (size - bin) % size;
    const even = [0.5 * (real[bin] + real[other]), 0.5 * (imaginary[bin] - imaginary[other])];
    const odd = [0.5 * (imaginary[bin] + imaginary[other]), 0.5 * (real[other] - real[bin])];
    const power = Math.max(even[0] ** 2 + even[1] ** 2, odd[0] ** 2 + odd[1] ** 2, 1e-20);
    found[bin] = 10 * Math.log10(power);
  }
  return found;
}

/** How much each window counts at a frequency: two neighbours share. @param {number} hz @param {number} index */
function weightOf(hz, index) {
  const place = Math.log2(hz);
  const knots = WINDOWS.map(([, best]) => Math.log2(best));
  if (place <= knots[0]) return index === 0 ? 1 : 0;
  if (place >= knots[knots.length - 1]) return index === knots.length - 1 ? 1 : 0;
  const next = knots.findIndex((knot) => knot > place);
  const share = (place - knots[next - 1]) / (knots[next] - knots[next - 1]);
  return index === next ? share : index === next - 1 ? 1 - share : 0;
}

/**
 * The picture of a sound.
 * @param {Float32Array} left
 * @param {Float32Array} right
 * @param {{span: number, width: number, height: number, rate: number}} view span: samples that the width stands for
 * @returns {Uint8ClampedArray<ArrayBuffer>} RGBA, row by row, lows at the bottom
 */
export function spectrogram(left, right, { span, width, height, rate }) {
  const rows = Array.from(
    { length: height },
    (_, row) => LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** ((height - row - 0.5) / height),
  );
  const picture = new Float64Array(width * height);
  WINDOWS.forEach(([samples], index) => {
    const window = Float64Array.from(
      { length: samples },
      (_, place) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (place + 0.5)) / samples),
    );
    const scale = 2 / window.reduce((sum, value) => sum + value, 0);
    const used = rows.map((hz, row) => [row, weightOf(hz, index), (hz * 2 * samples) / rate]).filter(([, w]) => w > 0);
    for (let column = 0; column < width; column += 1) {
      const found = loudness(left, right, ((column + 0.5) * span) / width, window, scale);
      for (const [row, weight, place] of used) {
        const below = Math.min(Math.floor(place), samples - 1);
        const part = place - below;
        picture[row * width + column] += weight * ((1 - part) * found[below] + part * found[below + 1]);
      }
    }
  });
  const pixels = new Uint8ClampedArray(4 * width * height);
  picture.forEach((decibels, index) => {
    const share = Math.min(1, Math.max(0, (decibels - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB)));
    const colour = 3 * Math.round(255 * share);
    pixels.set([COLOUR_MAP[colour], COLOUR_MAP[colour + 1], COLOUR_MAP[colour + 2], 255], 4 * index);
  });
  return pixels;
}
