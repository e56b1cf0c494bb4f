/**
 * A side made of a kick's own sound, spread over time: the twin of Python's `kickitout.sound.sketch.spread`, which has
 * the filter. Ours, so that a kick is as wide here as there.
 */

import * as constants from "./constants.js";
import { irfft, rfft } from "./fft.js";
import { rise } from "./numbers.js";
import { ONSET_FADE_GAINS } from "./parts.js";

const { KICK_SAMPLES, SAMPLE_RATE } = constants.kick;
const { DARKENING_HZ, FALL_SECONDS, HIGH_HZ, LONGEST_FFT, REFLECTIONS, SPREAD_FFT, TILT_DB, TILT_HZ } =
  constants.sketchSpread;

/** Filters by the size of their transform. @type {Map<number, import("./fft.js").Spectrum>} */
const filters = new Map();

/** The filter at the lines of a real transform. @param {number} size */
function responseOf(size) {
  const known = filters.get(size);
  if (known) return known;
  const count = size / 2 + 1;
  const [re, im] = [new Float64Array(count), new Float64Array(count)];
  const first = Math.abs(REFLECTIONS[0]);
  const last = Math.abs(REFLECTIONS[REFLECTIONS.length - 1]);
  for (const signed of REFLECTIONS) {
    const delay = Math.abs(signed);
    const gain = Math.exp(-(delay - first) / (FALL_SECONDS * SAMPLE_RATE)) * Math.sign(signed);
    const reach = DARKENING_HZ[0] * (DARKENING_HZ[1] / DARKENING_HZ[0]) ** ((delay - first) / (last - first));
    for (let k = 0; k < count; k++) {
      const turn = ((2 * Math.PI) / size) * ((k * delay) % size);
      const level = gain * Math.exp(-((((k * SAMPLE_RATE) / size) / reach) ** 2));
      re[k] += level * Math.cos(turn);
      im[k] -= level * Math.sin(turn);
    }
  }
  for (let k = 0; k < count; k++) {
    const hz = (k * SAMPLE_RATE) / size;
    const level = rise(hz, ...HIGH_HZ) * 10 ** ((TILT_DB / 20) * Math.log2(Math.max(hz, TILT_HZ) / TILT_HZ));
    re[k] *= level;
    im[k] *= level;
  }
  const made = { re, im };
  filters.set(size, made);
  return made;
}

/** Mid through the filter, from the onset on. @param {Float64Array} mid of 500 ms or of the longest kick */
export function spread(mid) {
  const size = mid.length <= KICK_SAMPLES ? SPREAD_FFT : LONGEST_FFT;
  const filter = responseOf(size);
  const { re, im } = rfft(mid, size);
  for (let k = 0; k < re.length; k++) {
    const [a, b] = [re[k], im[k]];
    re[k] = a * filter.re[k] - b * filter.im[k];
    im[k] = a * filter.im[k] + b * filter.re[k];
  }
  const found = irfft(re, im, size).slice(0, mid.length);
  for (let i = 0; i < KICK_SAMPLES; i++) found[i] *= ONSET_FADE_GAINS[i];
  return found;
}

/**
 * What `spread` of mid is multiplied by to have a ratio of amplitudes to it; 0 where it is silent.
 * @param {Float64Array} mid @param {Float64Array} side @param {number} ratio
 */
export function spreadGain(mid, side, ratio) {
  let [own, energy] = [0, 0];
  for (let i = 0; i < mid.length; i++) {
    own += mid[i] * mid[i];
    energy += side[i] * side[i];
  }
  return energy > 0 ? ratio * Math.sqrt(own / energy) : 0;
}
