/**
 * A picture of a waveform, where both channels go in one colour, else left and right in theirs: the twin of
 * `_waveform_pixels` in Python's `kickitout.sound.sheet`. Ours, so that pictures look the same.
 */

import * as constants from "./constants.js";

const { LEFT, RIGHT, THINNEST } = constants.sheet;

/**
 * How much of each pixel a channel's waveform covers, column by column.
 * @param {ArrayLike<number>} channel @param {number} span @param {number} width @param {number} height
 * @returns {Float32Array} height values a column, 0 to 1
 */
function coverage(channel, span, width, height) {
  const covered = new Float32Array(width * height);
  const half = height / 2;
  for (let column = 0; column < width; column += 1) {
    const first = Math.floor((column * span) / width);
    if (first >= channel.length) break;
    const last = Math.min(channel.length - 1, Math.max(first, Math.floor(((column + 1) * span) / width)));
    let low = channel[first];
    let high = low;
    for (let at = first; at <= last; at += 1) {
      if (channel[at] < low) low = channel[at];
      if (channel[at] > high) high = channel[at];
    }
    const top = half * (1 - Math.min(1, Math.max(-1, high)));
    const bottom = half * (1 - Math.min(1, Math.max(-1, low)));
    const thin = Math.max(0, THINNEST - (bottom - top)) / 2;
    for (let row = Math.max(0, Math.floor(top - thin)); row < Math.min(height, bottom + thin); row += 1) {
      const share = Math.min(row + 1, bottom + thin) - Math.max(row, top - thin);
      covered[column * height + row] = Math.min(1, Math.max(0, share));
    }
  }
  return covered;
}

/**
 * The picture of a waveform.
 * @param {ArrayLike<number>[]} channels one, or left and right
 * @param {{span: number, width: number, height: number, both: readonly number[],
 *   ground: readonly number[]|null}} view span: samples that
 *   the width stands for; no ground: transparent
 * @returns {Uint8ClampedArray<ArrayBuffer>} RGBA, row by row
 */
export function waveform(channels, { span, width, height, both, ground }) {
  const left = coverage(channels[0], span, width, height);
  const right = channels[1] ? coverage(channels[1], span, width, height) : left;
  const pixels = new Uint8ClampedArray(4 * width * height);
  for (let column = 0; column < width; column += 1) {
    for (let row = 0; row < height; row += 1) {
      const here = column * height + row;
      const shared = Math.min(left[here], right[here]);
      const parts = [left[here] - shared, right[here] - shared];
      const most = shared + parts[0] + parts[1];
      const at = 4 * (row * width + column);
      for (let colour = 0; colour < 3; colour += 1) {
        const sum = shared * both[colour] + parts[0] * LEFT[colour] + parts[1] * RIGHT[colour];
        pixels[at + colour] = ground ? sum + (1 - most) * ground[colour] : most > 0 ? sum / most : 0;
      }
      pixels[at + 3] = ground ? 255 : 255 * Math.min(1, most);
    }
  }
  return pixels;
}
