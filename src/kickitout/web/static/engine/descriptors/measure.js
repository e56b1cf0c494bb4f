/**
 * The measured features of a kick that the page shows and the controls set: the twin of Python's
 * `kickitout.measure.descriptors.measure`; docs/descriptors.md defines them. Ours, so that they agree with Python.
 */

import * as constants from "../constants.js";
import { clamp, gainOf, largest, peakOf, sum } from "../numbers.js";
import { findBody } from "./body.js";
import { fallMs } from "./decay.js";
import { heardPitch } from "./heard.js";
import { loudnessOf } from "./loudness.js";
import { endPitch, sweep } from "./pitch.js";
import { decibels, distinctChannels, findOnset, power, spectraOf, squares } from "./spectrum.js";
import { noise, stretch } from "./timbre.js";

const { DECAY_DB } = constants.descriptorsDecay;
const { BODY, ENDING, LAST_DB, LEAST_MID, LEAST_PEAK, NOT_FINITE, SWEEP, TIMBRE } = constants.descriptorsMeasure;
const { LEAST_OCTAVES } = constants.descriptorsPitch;
const { LOWEST_HZ } = constants.descriptorsSpectrum;
const { WIDTH_LIMIT_DB } = constants.descriptorsStereo;
const { CLICK_HZ, CLICK_SECONDS, SILENT_DB, SPANS } = constants.descriptorsTimbre;
const { SAMPLE_RATE } = constants.kick;

const LOUD = "loudness_lufs";

/** @typedef {import("./spectrum.js").Sound} Sound */
/** @typedef {import("../fft.js").Spectrum} Spectrum */

/**
 * The features of a kick by the names of Python's descriptors; a name is absent where there is no answer.
 * @param {Sound} sound
 * @param {readonly string[] | null} only others may be absent, too: what they alone need is not measured; null: all
 * @returns {Record<string, number>}
 */
export function describe(sound, only = null) {
  const raw = distinctChannels(sound);
  if (!raw.every((channel) => channel.every(Number.isFinite))) throw new Error(NOT_FINITE);
  const peak = Math.max(...raw.map(peakOf));
  if (peak < LEAST_PEAK) return {};
  const wanted = (/** @type {readonly string[]} */ names) => only === null || names.some((name) => only.includes(name));
  const channels = raw.map((channel) => channel.map((value) => value / peak));
  const onset = findOnset(squares(channels), SAMPLE_RATE);
  const result = wanted(TIMBRE) ? timbre(channels, onset) : {};
  const [left, right] = [channels[0], channels[channels.length - 1]];
  const mid = left.map((value, i) => 0.5 * (value + right[i]));
  const side = left.map((value, i) => 0.5 * (value - right[i]));
  result.width_db = clamp(decibels(power(side), power(mid)), -WIDTH_LIMIT_DB, WIDTH_LIMIT_DB);
  if (!wanted([LOUD, ...BODY])) return result;
  const { size, lines } = spectraOf(channels, SAMPLE_RATE);
  if (wanted([LOUD])) {
    const lufs = loudnessOf(lines, peak, size, channels[0].length, 3 - channels.length);
    if (lufs !== null) result[LOUD] = lufs;
  }
  if (!wanted(BODY)) return result;
  const turned = power(mid) < LEAST_MID * power(side);
  const [a, b] = [lines[0], lines[lines.length - 1]];
  const sign = turned ? -1 : 1;
  const middle = {
    re: a.re.map((value, k) => 0.5 * (value + sign * b.re[k])),
    im: a.im.map((value, k) => 0.5 * (value + sign * b.im[k])),
  };
  return { ...result, ...bodyFeatures(turned ? side : mid, middle, size, onset, wanted) };
}

/** Brightness and click. @param {Float64Array[]} channels @param {number} onset */
function timbre(channels, onset) {
  /** @type {Record<string, number>} */
  const result = {};
  const spans = Object.entries(SPANS);
  const found = Object.fromEntries(spans.map(([name, span]) => [name, stretch(channels, onset, ...span)]));
  const loudest = Math.max(0, ...Object.values(found).map((part) => (part ? part.meanPower : 0)));
  const opening = found.brightness_hz;
  if (opening && opening.meanPower > loudest * 10 ** (SILENT_DB / 10)) {
    const first = Math.ceil(LOWEST_HZ / opening.step);
    let whole = 0;
    let weighted = 0;
    for (let k = first; k < opening.energy.length; k++) {
      whole += opening.energy[k];
      weighted += opening.energy[k] * k * opening.step;
    }
    if (whole > 0) result.brightness_hz = weighted / whole;
  }
  const start = stretch(channels, onset, 0, CLICK_SECONDS);
  if (start) {
    const first = Math.ceil(CLICK_HZ / start.step);
    result.click_db = decibels(sum(start.energy, first), sum(start.energy));
  }
  return result;
}

/**
 * The features of the body in one channel with its spectrum.
 * @param {Float64Array} channel @param {Spectrum} middle @param {number} size @param {number} onset
 * @param {(names: readonly string[]) => boolean} wanted whether any of them is asked for
 */
function bodyFeatures(channel, middle, size, onset, wanted) {
  const body = findBody(middle, size, channel.length, onset);
  if (body === null || largest(body.level) < gainOf(LAST_DB)) return {};
  /** @type {Record<string, number>} */
  const result = {};
  const fall = fallMs(body, DECAY_DB);
  if (fall !== null) result.decay_ms = fall;
  const pitch = wanted(["pitch_hz"]) ? heardPitch(body) : null;
  if (pitch !== null) result.pitch_hz = pitch;
  const end = wanted(ENDING) ? endPitch(body) : null;
  if (end === null) return result;
  result.end_pitch_hz = end;
  const swept = wanted(SWEEP) ? sweep(body, end) : null;
  if (swept !== null) {
    result.sweep_octaves = swept[0];
    if (swept[0] >= LEAST_OCTAVES) result.sweep_ms = swept[1];
  }
  const share = wanted(["noise"]) ? noise(channel.subarray(onset), body) : null;
  if (share !== null) result.noise = share;
  return result;
}
