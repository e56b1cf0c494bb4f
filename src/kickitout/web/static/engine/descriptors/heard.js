/**
 * The heard pitch of a kick: the twin of Python's `kickitout.measure.descriptors.heard`, which explains it. Ours, so
 * that it agrees with Python.
 */

import * as constants from "../constants.js";
import { irfft, rfft } from "../fft.js";
import { rise } from "../numbers.js";
import { fftSize } from "./spectrum.js";

const { PITCHES_HZ } = constants.descriptorsBody;
const { BAND_HZ, FURTHEST_OCTAVES, LEAST_LIKENESS, NEAR_OCTAVES, OPENING_SHARE, PADDING } = constants.descriptorsHeard;

/** The heard pitch in Hz; null of a sound without one. @param {import("./body.js").Body} body */
export function heardPitch(body) {
  const named = names(body.signal, body.rate);
  if (named === null) return null;
  const [analyser, tuner, likeness] = named;
  if (likeness < LEAST_LIKENESS || Math.abs(Math.log2(analyser / tuner)) > FURTHEST_OCTAVES) return null;
  return Math.sqrt(analyser * tuner);
}

/**
 * What an analyser and what a tuner says, in Hz, and the likeness of the sound one such period later; null where there
 * is no peak or no period.
 * @param {Float64Array} signal the low end, as `lowSignal` has it @param {number} rate of it, Hz
 * @returns {[number, number, number] | null}
 */
export function names(signal, rate) {
  const size = fftSize(PADDING * signal.length);
  const { re, im } = rfft(signal, size);
  const gains = re.map((_, k) => {
    const hz = (k * rate) / size;
    return rise(hz, BAND_HZ[0], BAND_HZ[1]) * (1 - rise(hz, BAND_HZ[2], BAND_HZ[3]));
  });
  const powers = re.map((value, k) => value * value + im[k] * im[k]);
  const [low, high] = PITCHES_HZ.map((hz) => Math.ceil((hz * size) / rate));
  const at = highest(powers, low, high, () => true);
  const shortest = Math.ceil(rate / PITCHES_HZ[1]);
  const longest = Math.min(Math.floor(rate / PITCHES_HZ[0]), signal.length - 2);
  const later = rfft(opened(signal), size);
  const [keptRe, keptIm] = [later.re, later.im].map((values) => values.map((value, k) => value * gains[k]));
  const keptPowers = keptRe.map((value, k) => value * value + keptIm[k] * keptIm[k]);
  const alike = irfft(keptPowers, new Float64Array(powers.length), size);
  const lag = highest(alike, shortest, longest, () => true);
  if (at === null || lag === null || alike[0] <= 0) return null;
  const around = powers.slice(at - 1, at + 2).map((value) => Math.log(Math.max(value, 1e-300)));
  const analyser = (between(around, at) * rate) / size;
  const kept = irfft(keptRe, keptIm, size);
  const likeness = likenessOf(kept.subarray(0, signal.length), alike, longest + 2);
  const best = highest(likeness, shortest, longest, (one) => Math.abs(Math.log2(one / lag)) < NEAR_OCTAVES);
  if (best === null) return null;
  return [analyser, rate / between(likeness.subarray(best - 1, best + 2), best), likeness[best]];
}

/** A sound that fades in until a share of its energy has come. @param {Float64Array} sound */
function opened(sound) {
  const energy = new Float64Array(sound.length);
  let whole = 0;
  for (let i = 0; i < sound.length; i++) energy[i] = whole += sound[i] * sound[i];
  const place = energy.findIndex((value) => value >= OPENING_SHARE * whole);
  return sound.map((value, i) => value * Math.min(i / Math.max(place, 1), 1) ** 2);
}

/**
 * The place of the largest value above both its neighbours, of those that may be; null where there is none.
 * @param {Float64Array} values @param {number} first @param {number} last @param {(place: number) => boolean} may
 */
function highest(values, first, last, may) {
  let best = null;
  for (let i = Math.max(first, 1); i <= Math.min(last, values.length - 2); i++) {
    const top = values[i] > values[i - 1] && values[i] >= values[i + 1];
    if (top && may(i) && (best === null || values[i] > values[best])) best = i;
  }
  return best;
}

/**
 * Where the parabola through a maximum and its neighbours has its top.
 * @param {Float64Array} three @param {number} middle
 */
function between(three, middle) {
  const bend = three[0] - 2 * three[1] + three[2];
  return middle + (bend < 0 ? (0.5 * (three[0] - three[2])) / bend : 0);
}

/**
 * The correlation of a sound with itself at the first lags.
 * @param {Float64Array} sound @param {Float64Array} alike @param {number} count
 */
function likenessOf(sound, alike, count) {
  const n = sound.length;
  const sums = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) sums[i + 1] = sums[i] + sound[i] * sound[i];
  return Float64Array.from({ length: Math.min(count, n + 1) }, (_, lag) => {
    const energies = sums[n - lag] * (sums[n] - sums[lag]);
    return alike[lag] / Math.sqrt(Math.max(energies, 1e-300));
  });
}
