/**
 * Another rate for a sound: the twin of `resample` in Python's `kickitout.sound.audio`. Ours, for no other resampler
 * gives the same samples. Python's (soxr) is linear and the same everywhere, so all it does lies in what it makes of a
 * single sample. For rates that files often have the export holds that, measured, and the result is Python's to the
 * last digits; for others a sinc under a Kaiser window stands in that is as steep, and comes as near as one hears.
 */

import { bessel } from "./numbers.js";

/**
 * What a single sample becomes, at `per` places for each sample of the source: from the middle on. And the first
 * samples that come out, where they are made otherwise: what each gets from each of the first of the source.
 * @typedef {{per: number, values: Float64Array,
 *   opening: {rows: number, columns: number, gains: Float64Array}}} Response
 */

/** The share of the lower rate's half that is kept: where the filter is half down. */
const PASSED = 0.9557;

/** The filter's reach to each side, in samples of the lower rate. */
const FILTER_REACH = 133;

/** The shape of its window: what is beyond the lower rate's half is 175 dB down. */
const FILTER_BETA = 18.3;

/** Places of the table for each sample; between them a cubic. */
const FILTER_PLACES = 256;

/** @type {Float64Array | null} */
let table = null;

/** The filter at FILTER_PLACES for each sample of the lower rate, from one place before its middle on. */
function filterTable() {
  table ??= Float64Array.from({ length: FILTER_REACH * FILTER_PLACES + 4 }, (_, i) => {
    const at = (i - 1) / FILTER_PLACES;
    const sinc = at === 0 ? PASSED : Math.sin(Math.PI * PASSED * at) / (Math.PI * at);
    const inside = 1 - (at / FILTER_REACH) ** 2;
    return inside < 0 ? 0 : (sinc * bessel(FILTER_BETA * Math.sqrt(inside))) / bessel(FILTER_BETA);
  });
  return table;
}

/**
 * The filter at a distance from its middle, in samples of the lower rate.
 * @param {Float64Array} values @param {number} at
 */
function filterAt(values, at) {
  const place = Math.abs(at) * FILTER_PLACES + 1;
  const k = Math.floor(place);
  if (k + 2 >= values.length) return 0;
  const t = place - k;
  const [a, b, c, d] = [values[k - 1], values[k], values[k + 1], values[k + 2]];
  return (
    (-t * (t - 1) * (t - 2) * a) / 6 + ((t + 1) * (t - 1) * (t - 2) * b) / 2 - ((t + 1) * t * (t - 2) * c) / 2 +
    ((t + 1) * t * (t - 1) * d) / 6
  );
}

/** @param {number} a @param {number} b @returns {number} */
const commonFactor = (a, b) => (b ? commonFactor(b, a % b) : a);

/** How many places for each sample of the source the response of Python's resampler has. */
export const placesOf = (/** @type {number} */ from, /** @type {number} */ to) => to / commonFactor(from, to);

/**
 * Channels at another rate.
 * @param {Float32Array[]} channels @param {number} from Hz @param {number} to Hz
 * @param {Response | null} measured of these two rates; null: the stand-in
 * @returns {Float32Array[]}
 */
export function resample(channels, from, to, measured = null) {
  if (from === to) return channels;
  const n = channels[0].length;
  const count = Math.floor((n * to) / from + 0.5);
  const made = channels.map(() => new Float32Array(count));
  const factor = commonFactor(from, to);
  const [up, down] = [to / factor, from / factor];
  const share = Math.min(1, to / from);
  const filter = filterTable();
  const reach = measured ? (measured.values.length - 1) / measured.per : FILTER_REACH / share;
  const weight = measured
    ? (/** @type {number} */ steps) => measured.values[Math.abs(steps)]
    : (/** @type {number} */ steps) => share * filterAt(filter, (share * steps) / up);
  for (let j = 0; j < count; j++) {
    // Places are whole numbers of steps, `up` of them for each sample of the source.
    const middle = j * down;
    const first = Math.max(0, Math.ceil(middle / up - reach));
    const last = Math.min(n - 1, Math.floor(middle / up + reach));
    const totals = [0, 0];
    for (let i = first; i <= last; i++) {
      const gain = weight(middle - i * up);
      for (let c = 0; c < channels.length; c++) totals[c] += gain * channels[c][i];
    }
    for (let c = 0; c < channels.length; c++) made[c][j] = totals[c];
  }
  if (measured) open(channels, made, measured.opening);
  return made;
}

/**
 * The first samples, where they are made otherwise.
 * @param {Float32Array[]} channels @param {Float32Array[]} made @param {Response["opening"]} opening
 */
function open(channels, made, { rows, columns, gains }) {
  made.forEach((result, c) => {
    for (let j = 0; j < Math.min(rows, result.length); j++) {
      let total = 0;
      for (let i = 0; i < Math.min(columns, channels[c].length); i++) total += gains[j * columns + i] * channels[c][i];
      result[j] = total;
    }
  });
}
