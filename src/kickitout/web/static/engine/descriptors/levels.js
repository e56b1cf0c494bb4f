/**
 * True peaks: the twin of that part of Python's `kickitout.measure.descriptors.levels`. Ours, so that a level is the
 * same here and there.
 */

import * as constants from "../constants.js";
import { bessel, peakOf, sum } from "../numbers.js";

const { BETA, BLOCK, CLOSELY, INTERPOLATIONS, OVERSAMPLING, REACH } = constants.descriptorsLevels;

/** @type {Map<string, Float64Array[]>} */
const interpolations = new Map();

/**
 * Taps of a sinc under a Kaiser window: the values between two samples.
 * @param {number} oversampling @param {number} reach @param {number} beta
 */
function interpolation(oversampling, reach, beta) {
  const key = `${oversampling} ${reach} ${beta}`;
  const known = interpolations.get(key);
  if (known) return known;
  const made = Array.from({ length: oversampling - 1 }, (_, p) => {
    const taps = Float64Array.from({ length: 2 * reach }, (_, k) => {
      const place = (p + 1) / oversampling + (reach - 1) - k;
      const sinc = place === 0 ? 1 : Math.sin(Math.PI * place) / (Math.PI * place);
      return (sinc * bessel(beta * Math.sqrt(Math.max(0, 1 - (place / reach) ** 2)))) / bessel(beta);
    });
    const whole = sum(taps);
    return taps.map((tap) => tap / whole);
  });
  interpolations.set(key, made);
  return made;
}

/**
 * The largest value with points between neighbouring samples: three, if four times oversampled.
 * @param {Float64Array[]} channels
 */
export function truePeak(channels, oversampling = OVERSAMPLING, reach = REACH, beta = BETA) {
  let peak = Math.max(...channels.map(peakOf));
  if (channels[0].length < 2 || peak === 0) return peak;
  const samples = peak;
  for (const channel of channels) {
    const blocks = Math.ceil(channel.length / BLOCK);
    const padded = new Float64Array(blocks * BLOCK + 2 * reach);
    padded.set(channel, reach);
    const size = new Float64Array(blocks + 1);
    const bend = new Float64Array(blocks + 2);
    for (let i = 0; i < blocks * BLOCK; i++) {
      const at = reach + i;
      const block = Math.floor(i / BLOCK);
      size[block] = Math.max(size[block], Math.abs(padded[at]));
      const curve = Math.abs(padded[at + 1] - 2 * padded[at] + padded[at - 1]);
      bend[block + 1] = Math.max(bend[block + 1], curve);
    }
    for (let block = 0; block < blocks; block++) {
      const near = Math.max(bend[block], bend[block + 1], bend[block + 2]);
      if (!(Math.max(size[block], size[block + 1]) + 2 * near > samples)) continue;
      for (let i = 0; i <= BLOCK; i++) {
        const at = block * BLOCK + i;
        for (const taps of interpolation(oversampling, reach, beta)) {
          let value = 0;
          for (let k = 0; k < 2 * reach; k++) value += padded[at + k] * taps[k];
          peak = Math.max(peak, Math.abs(value));
        }
      }
    }
  }
  return peak;
}

/**
 * The highest true peak that several interpolations find, so that no meter finds a higher one.
 * @param {Float64Array[]} channels
 */
export const highestTruePeak = (channels) =>
  Math.max(...INTERPOLATIONS.map(([reach, beta]) => truePeak(channels, CLOSELY, reach, beta)));
