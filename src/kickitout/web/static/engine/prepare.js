/**
 * A decoded sound in a library's form, 44.1 kHz, two channels, cut to its onset, 500 ms, 16 bits, and how it is unlike a
 * kick; or why it is no single sound: the twin of `read_taken` in Python's `kickitout.library.prepare` and of
 * `kickitout.library.normalise`. Ours, so that a file has the same hash here and there.
 */

import * as constants from "./constants.js";
import { lacking, laterHits, loudSeconds } from "./descriptors/characteristics.js";
import { restingOffsets } from "./finishing.js";
import { filled } from "./format.js";
import { sha256 } from "./hashes.js";
import { lastWhere, mean, peakOf, rint } from "./numbers.js";
import { fileRefusal } from "./refusal.js";
import { resample } from "./resampling.js";

const { FULL_SCALE, KICK_SAMPLES, SAMPLE_RATE } = constants.kick;
const {
  ATTACK_LEVEL, FADE_SAMPLES, GAP, NOISE_EVENNESS, NOISE_LEVEL, NOISE_MARGIN, ONSET_LEVEL, PRE_ROLL, WHOLE_LEVEL,
} = constants.normalise;
const {
  CHANNELS, CHANNELS_FOUND, HITS_FOUND, LONGEST_FILE_SECONDS, LONGEST_SECONDS, LONGER_FOUND, LONG_FOUND, LOOP, LOUD_SECONDS_FOUND,
  MORE_SECONDS, MOST_LATER_HITS, NON_FINITE, NON_FINITE_FOUND, NOT_TAKEN, RATES, SAMPLES_FOUND, SECONDS_FOUND, SHORTEST_SAMPLES, SILENCE, SILENT,
  SILENT_FOUND, SOUND_FOUND, TOO_LONG, TOO_SHORT,
} = constants.reject;
const { LONG, UNLIKE } = constants.notes;
const { LONGEST_SAMPLES } = constants.sketch;

/** @typedef {import("./descriptors/spectrum.js").Sound} Sound */
/** Left and right of a kick in a library's form, but whole, 2 s at most. @typedef {[Int16Array, Int16Array]} Samples */

/** @param {string} file @param {string} reason @param {string} detail */
export const notTaken = (file, reason, detail) => fileRefusal(file, NOT_TAKEN, { reason, detail });

/**
 * A sound in a library's form, but whole, and notes on how it is unlike a kick.
 * @param {import("./reading.js").Decoded} decoded @param {string} name for messages
 * @param {(rate: number) => Promise<import("./resampling.js").Response | null>} responseOf see resampling.js
 * @returns {Promise<{samples: Samples, notes: import("./reading.js").Note[]}>}
 */
export async function prepared({ rate, seconds, channels }, name, responseOf) {
  /** @param {string} reason @param {string} template @param {Record<string, number>} fields */
  const refused = (reason, template, fields = {}) => notTaken(name, reason, filled(template, fields));
  if (channels.length > 2) throw refused(CHANNELS, CHANNELS_FOUND, { channels: channels.length });
  const [low, high] = RATES;
  if (!(rate >= low && rate <= high)) throw fileRefusal(name, constants.audio.RATE_REFUSED, { rate, low, high });
  const most = LONGEST_FILE_SECONDS;
  if (seconds > most) throw refused(TOO_LONG, SECONDS_FOUND, { seconds, most });
  const n = channels[0].length;
  if (n === 0) throw fileRefusal(name, constants.audio.NO_SAMPLES);
  if (!channels.every((channel) => channel.every(Number.isFinite))) throw refused(NON_FINITE, NON_FINITE_FOUND);
  if (n / rate > most) throw refused(TOO_LONG, MORE_SECONDS, { most });
  if (!channels.some((channel) => range(channel) >= SILENCE)) {
    throw refused(SILENT, SILENT_FOUND);
  }
  const free = channels.map((channel) => {
    const middle = mean(channel);
    return Float64Array.from(channel, (value) => value - middle);
  });
  const loud = n / rate > LONGEST_SECONDS ? loudSeconds(free, rate) : 0;
  if (loud > LONGEST_SECONDS) throw refused(TOO_LONG, LOUD_SECONDS_FOUND, { seconds: loud, most: LONGEST_SECONDS });
  const hits = laterHits(free, rate);
  if (hits > MOST_LATER_HITS) throw refused(LOOP, HITS_FOUND, { hits: 1 + hits });
  const found = normalised(channels, rate, rate === SAMPLE_RATE ? null : await responseOf(rate));
  if (typeof found === "number") throw refused(TOO_SHORT, SAMPLES_FOUND, { n: found, rate });
  const { samples } = found;
  const end = 1 + Math.max(...samples.map((channel) => lastWhere(channel, (value) => value !== 0)));
  if (end < SHORTEST_SAMPLES) throw refused(TOO_SHORT, SOUND_FOUND, { ms: end / 44.1 });
  return { samples: found.whole ?? samples, notes: unlikeness(samples, found.seconds) };
}

/**
 * What a sound has that no kick has, or lacks.
 * @param {Samples} samples @param {number} seconds that it lasts, also behind what is taken
 */
function unlikeness(samples, seconds) {
  /** @type {import("./reading.js").Note[]} */
  const notes = [];
  const reasons = lacking(heard(samples));
  if (reasons.length) notes.push([UNLIKE, reasons.join("; ")]);
  const [heardMs, most] = [KICK_SAMPLES, LONGEST_SAMPLES].map((count) => (1000 * count) / SAMPLE_RATE);
  if (1000 * seconds > heardMs) {
    notes.push([LONG, filled(1000 * seconds <= most ? LONG_FOUND : LONGER_FOUND, { seconds, heard: heardMs, most })]);
  }
  return notes;
}

/** How far a channel moves. @param {Float32Array} channel */
function range(channel) {
  let low = Infinity, high = -Infinity;
  for (const value of channel) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return high - low;
}

/** A kick in a library's form as it is heard. @param {Samples} samples @returns {Sound} */
export function heard(samples) {
  return /** @type {Sound} */ (samples.map((channel) => Float32Array.from(channel, (value) => value / FULL_SCALE)));
}

/** The first 500 ms of a sound that was taken whole, in a library's form. @param {Samples} samples @returns {Samples} */
export function headOf(samples) {
  if (samples[0].length === KICK_SAMPLES) return samples;
  return /** @type {Samples} */ (quantised(cutTo(heard(samples), 0)));
}

/** A sound that was taken whole, as loud as its head is. @param {Samples} samples */
export function atHeadsScale(samples) {
  const whole = heard(samples);
  const peak = Math.max(...cutTo(whole, 0).map(peakOf));
  return whole.map((channel) => Float64Array.from(channel, (value) => value / peak));
}

/** The name of a prepared kick: SHA-256 of its samples, little-endian, left then right. @param {Samples} samples */
export function contentHash(samples) {
  const length = samples[0].length;
  const view = new DataView(new ArrayBuffer(4 * length));
  samples.forEach((channel, c) => channel.forEach((value, i) => view.setInt16(2 * (c * length + i), value, true)));
  return sha256(new Uint8Array(view.buffer));
}

/**
 * From any form to that of a library; the number of samples where nothing is left of them at this rate.
 * @param {Float32Array[]} channels @param {number} rate Hz @param {import("./resampling.js").Response | null} response
 * @returns {{samples: Samples, whole: Samples | null, seconds: number} | number}
 */
function normalised(channels, rate, response) {
  const moving = withoutConstantLead(channels);
  const offsets = restingOffsets(moving, rate);
  const centred = moving.map((channel, c) => channel.map((value) => value - offsets[c]));
  const atRate = resample(centred, rate, SAMPLE_RATE, response);
  if (!atRate.some((channel) => channel.some((value) => value !== 0))) return moving[0].length;
  const { onset, end, last } = boundsOf(atRate);
  const start = onset - PRE_ROLL;
  const length = Math.min(last + FADE_SAMPLES, atRate[0].length) - start;
  return {
    samples: both(quantised(cutTo(atRate, start))),
    whole: length > KICK_SAMPLES + FADE_SAMPLES ? both(quantised(cutTo(atRate, start, Math.min(length, LONGEST_SAMPLES)))) : null,
    seconds: (end - onset) / SAMPLE_RATE,
  };
}

/** One or two channels as two. @param {Int16Array[]} channels @returns {Samples} */
const both = (channels) => [channels[0], channels[channels.length - 1]];

/** Channels at full scale in 16 bits. @param {Float32Array[]} channels */
function quantised(channels) {
  const gain = FULL_SCALE / Math.max(...channels.map(peakOf));
  return channels.map((channel) => Int16Array.from(channel, (value) => rint(value * gain)));
}

/** Without what never moves at the start, but for one sample of it. @param {Float32Array[]} channels */
function withoutConstantLead(channels) {
  const starts = channels.map((channel) => channel.findIndex((value) => value !== channel[0])).filter((at) => at >= 0);
  const lead = starts.length ? Math.min(...starts) - 1 : channels[0].length;
  return channels.map((channel) => channel.subarray(lead));
}

/** A quantile of ascending numbers, straight between them. @param {Float64Array} sorted @param {number} share */
export function quantile(sorted, share) {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/**
 * The sample at which a sound begins, the one after the last that reaches the onset's level, and the one after the last
 * of a sound that is taken whole.
 * @param {Float32Array[]} channels free of offset
 */
function boundsOf(channels) {
  const level = new Float64Array(channels[0].length);
  for (const channel of channels) channel.forEach((value, i) => (level[i] = Math.max(level[i], Math.abs(value))));
  const peak = peakOf(level);
  // In the precision of the samples, as there.
  const attack = level.findIndex((value) => value >= Math.fround(ATTACK_LEVEL * peak));
  const blocks = Float64Array.from({ length: Math.floor(attack / PRE_ROLL) }, (_, i) =>
    peakOf(level.subarray(i * PRE_ROLL, (i + 1) * PRE_ROLL)),
  ).sort();
  let noise = 0;
  if (blocks.length >= 10) {
    const [least, usual] = [quantile(blocks, 0.05), quantile(blocks, 0.5)];
    noise = NOISE_EVENNESS * least >= usual ? usual : 0;
  }
  const limit = Math.fround(Math.max(ONSET_LEVEL * peak, Math.min(NOISE_MARGIN * noise, NOISE_LEVEL * peak)));
  let begun = attack;
  for (let i = attack; i >= 0; i--) {
    if (level[i] < limit) continue;
    if (begun - i > GAP) break;
    begun = i;
  }
  const [end, last] = [ONSET_LEVEL, WHOLE_LEVEL].map((share) => {
    const least = Math.fround(share * peak);
    return 1 + lastWhere(level, (value) => value >= least);
  });
  return { onset: begun, end, last };
}

/** Half a cosine from 1 down to 0, both left out. @param {number} length */
const fadeOut = (length) =>
  Float32Array.from({ length }, (_, i) => 0.5 + 0.5 * Math.cos((Math.PI * (i + 1)) / (length + 1)));

/**
 * So many samples from one on: padded with zeros, cut with fades.
 * @param {Float32Array[]} channels @param {number} start @param {number} length
 */
function cutTo(channels, start, length = KICK_SAMPLES) {
  const available = channels[0].length;
  const first = Math.max(start, 0);
  const last = Math.min(start + length, available);
  return channels.map((channel) => {
    const made = new Float32Array(length);
    made.set(channel.subarray(first, last), first - start);
    if (start > 0) fadeOut(PRE_ROLL).forEach((gain, i) => (made[PRE_ROLL - 1 - i] *= gain));
    if (start + length < available) {
      fadeOut(FADE_SAMPLES).forEach((gain, i) => (made[length - FADE_SAMPLES + i] *= gain));
    }
    return made;
  });
}
