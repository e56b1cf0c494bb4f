/**
 * What a sound that was taken in has of its own after its first 500 ms: the twin of Python's
 * `kickitout.sound.sketch.own_tail`, which says how it is joined. Ours, so that it is joined the same here and there.
 */

import { BELOW, SHARE } from "./bands.js";
import * as constants from "./constants.js";
import { inverse, irfft, rfft } from "./fft.js";
import { bodyBand } from "./parts.js";

const { SAMPLE_RATE } = constants.kick;
const { BODY_HOP, TURNS_PER_HZ } = constants.parts;
const { N_BINS, N_FFT, N_FRAMES } = constants.spectrogram;
const { AVERAGED, JOIN, LAST_POINT, TAIL_FFT } = constants.sketchTail;
const { END_SAMPLES, LEAD, LED_FRAMES, LED_OVER_FRAMES, WHOLE_FFT } = constants.sketchOwnTail;

/** @typedef {import("./sketch.js").Pair} Pair */
/** @typedef {import("./numbers.js").Numbers} Numbers */
/** A body: its tracks, and its phase at the first point. @typedef {{logAmplitude: Numbers, frequency: Numbers, phase: number}} Tracks */
/**
 * A sound from LEAD samples before the join on: its body, analytic, and what is beside it.
 * @typedef {{re: Float64Array, im: Float64Array, beside: Pair}} OwnTail
 */

/** That of a sound of 500 ms or more. @param {Pair} midSide @returns {OwnTail} */
export function ownTail([mid, side]) {
  const band = bodyBand(WHOLE_FFT);
  const lines = rfft(mid, WHOLE_FFT);
  const re = new Float64Array(WHOLE_FFT);
  const im = new Float64Array(WHOLE_FFT);
  band.forEach((gain, k) => {
    re[k] = lines.re[k] * gain;
    im[k] = lines.im[k] * gain;
  });
  inverse(re, im);
  const own = (/** @type {Float64Array} */ values) => values.slice(JOIN - LEAD, mid.length);
  const body = { re: own(re), im: own(im) };
  return { ...body, beside: [own(mid).map((value, i) => value - body.re[i]), own(side)] };
}

/** How many samples the whole sound has. @param {OwnTail} tail */
export const lengthOf = ({ re }) => JOIN - LEAD + re.length;

/** The phase of a body at the join. @param {Tracks} tracks */
function phaseAtJoin({ frequency, phase }) {
  const [point, over] = [Math.floor(JOIN / BODY_HOP), JOIN % BODY_HOP];
  let turns = (over / BODY_HOP) * frequency[point];
  for (let k = 0; k < point; k++) turns += frequency[k];
  return phase + 2 * Math.PI * TURNS_PER_HZ * turns;
}

/** By how much a track is another at its end. @param {Numbers} before @param {Numbers} after */
function changeAtEnd(before, after) {
  let total = 0;
  for (let k = LAST_POINT - AVERAGED + 1; k <= LAST_POINT; k++) total += after[k] - before[k];
  return total / AVERAGED;
}

/**
 * A change that goes over to what it is led on by, and the slope of that from value to value.
 * @param {Float64Array} change natural logs @param {readonly number[]} fitted between which of its values it is measured
 * @param {readonly number[]} over between which it goes over
 * @param {boolean} falling whether one that falls goes on to fall; else it is held at its mean
 * @returns {{led: Float64Array, slope: number}}
 */
export function ledOn(change, [start, end], over, falling = false) {
  const middle = 0.5 * (start + end - 1);
  let [mean, moved, spread] = [0, 0, 0];
  for (let k = start; k < end; k++) {
    mean += change[k] / (end - start);
    moved += change[k] * (k - middle);
    spread += (k - middle) ** 2;
  }
  const slope = falling ? Math.min(moved / spread, 0) : 0;
  const led = change.map((value, k) => {
    const share = Math.min(Math.max((k - over[0]) / (over[1] - over[0]), 0), 1);
    return value + share * (mean + slope * (k - middle) - value);
  });
  return { led, slope };
}

/** The same of gains in the bands, frame by frame. @param {Float64Array[]} logGains */
export const gainsLedOn = (logGains) =>
  logGains.map((values) => {
    const result = new Float64Array(values.length);
    for (let at = 0; at < values.length; at += N_FRAMES) {
      result.set(ledOn(values.subarray(at, at + N_FRAMES), LED_FRAMES, LED_OVER_FRAMES).led, at);
    }
    return result;
  });

/**
 * The same behind a body that was changed.
 * @param {OwnTail} tail @param {Tracks} before @param {Tracks} after
 * @param {Float64Array[] | null} logGains of rest and side in the bands, natural logs
 * @param {number} slope by how much the body's log level is changed more with each second @returns {OwnTail}
 */
export function changedTail(tail, before, after, logGains = null, slope = 0) {
  const rise = changeAtEnd(before.logAmplitude, after.logAmplitude);
  const shift = changeAtEnd(before.frequency, after.frequency);
  const turn = phaseAtJoin(after) - phaseAtJoin(before);
  const re = new Float64Array(tail.re.length);
  const im = new Float64Array(tail.re.length);
  for (let i = 0; i < re.length; i++) {
    const seconds = (i - LEAD) / SAMPLE_RATE;
    const angle = turn + 2 * Math.PI * shift * seconds;
    const level = Math.exp(rise + slope * seconds);
    const [cos, sin] = [level * Math.cos(angle), level * Math.sin(angle)];
    re[i] = tail.re[i] * cos - tail.im[i] * sin;
    im[i] = tail.re[i] * sin + tail.im[i] * cos;
  }
  const { beside } = tail;
  const gained = logGains && /** @type {Pair} */ (beside.map((values, c) => equalised(values, logGains[c])));
  return { re, im, beside: gained ?? beside };
}

/**
 * The same with a share of rest and side of another, from the join on, by gains in the bands; it ends where this ends.
 * @param {OwnTail} tail @param {Pair} sounds @param {Float64Array[]} logGains @returns {OwnTail}
 */
export function filledUp(tail, sounds, logGains) {
  const length = tail.re.length - LEAD;
  const beside = tail.beside.map((values, c) => {
    const made = values.slice();
    equalised(sounds[c].slice(0, length), logGains[c]).forEach((value, i) => {
      made[LEAD + i] += value * Math.min(1, (length - 1 - i) / (END_SAMPLES - 1));
    });
    return made;
  });
  return { ...tail, beside: /** @type {Pair} */ (beside) };
}

/** A tail through a filter without delay, whose gains are those of the bands. @param {Float64Array} values @param {Float64Array} logGains */
function equalised(values, logGains) {
  const bins = Float64Array.from({ length: N_BINS }, (_, k) => {
    const below = logGains[BELOW[k]];
    return below + SHARE[k] * (logGains[BELOW[k] + 1] - below);
  });
  const { re, im } = rfft(values, TAIL_FFT);
  for (let k = 0; k < re.length; k++) {
    const at = k * (N_FFT / TAIL_FFT);
    const below = Math.min(Math.floor(at), N_BINS - 2);
    const gain = Math.exp(bins[below] + (at - below) * (bins[below + 1] - bins[below]));
    re[k] *= gain;
    im[k] *= gain;
  }
  return irfft(re, im, TAIL_FFT).slice(0, values.length);
}

/** Mid and side from the join on. @param {OwnTail} tail @returns {Pair} */
export function tailRendered({ re, beside: [rest, side] }) {
  return [rest.slice(LEAD).map((value, i) => value + re[LEAD + i]), side.slice(LEAD)];
}

/**
 * Shares of two tails: of the bodies, and of what is beside them.
 * @param {OwnTail[]} tails @param {number[]} bodies @param {number[]} others @returns {OwnTail}
 */
export function mixedTails(tails, bodies, others) {
  const length = Math.max(...tails.map((tail) => tail.re.length));
  const sum = (/** @type {Float64Array[]} */ parts, /** @type {number[]} */ shares) =>
    Float64Array.from({ length }, (_, i) => parts.reduce((all, part, n) => all + shares[n] * (part[i] ?? 0), 0));
  return {
    re: sum(tails.map((tail) => tail.re), bodies),
    im: sum(tails.map((tail) => tail.im), bodies),
    beside: [sum(tails.map((tail) => tail.beside[0]), others), sum(tails.map((tail) => tail.beside[1]), others)],
  };
}
