/**
 * What a model changes, done to a kick that it did not make: the twin of Python's `kickitout.sound.sketch.transfer`,
 * which has the equations. Ours, so that a kick that was taken in varies the same here and there.
 */

import * as constants from "./constants.js";
import { bent } from "./bend.js";
import { clamp } from "./numbers.js";
import { changedTail, filledUp, gainsLedOn, ledOn, mixedTails, tailRendered } from "./ownTail.js";
import { bodyWave, madeBody } from "./parts.js";
import { besideBody, bodyOf, clipOf, driven, peakOfSides } from "./sketch.js";
import { spread, spreadGain } from "./spread.js";
import { joined, restTail } from "./tail.js";
import { bandsOf, equalised } from "./view.js";

const { BODY_HOP, BODY_POINTS, FLOOR, FREQUENCIES_HZ } = constants.parts;
const { LEAST_PEAK } = constants.sketch;
const { LOUDEST, MOST, NOTHING, OPENING, SMOOTH, SOFTEST } = constants.transfer;
const { LED_OVER_POINTS, LED_POINTS } = constants.sketchOwnTail;
const { SAMPLE_RATE } = constants.kick;
const { N_FRAMES } = constants.spectrogram;
const { N_BANDS } = constants.sketch;

/** @typedef {import("./parts.js").Parts} Parts */
/** @typedef {import("./sketch.js").Sketch} Sketch */
/** @typedef {import("./sketch.js").Pair} Pair */
/** @typedef {import("./ownTail.js").OwnTail} OwnTail */

/**
 * A kick's parts, changed, at its own full scale and with its own polarity and sides.
 * @typedef {{logAmplitude: Float64Array, frequency: Float64Array, phase: number, beside: Pair, drive: number,
 *   limited: number, spread: number, bound: number, shift: Float64Array, tail: OwnTail | null}} Moved
 */

/** What is measured of a kick once, however often it is changed. @type {WeakMap<Parts, ReturnType<typeof bandsOf>>} */
const ownBands = new WeakMap();
/**
 * The same for what the model says of it.
 * @type {WeakMap<Sketch, {noise: Float32Array, made: ReturnType<typeof heard>}>}
 */
const saidBefore = new WeakMap();
/** Its parts as they are. @type {WeakMap<Parts, Moved>} */
const unchanged = new WeakMap();

/** Mid and side of changed parts. @param {Moved} moved @returns {Pair} */
export function rendered({ logAmplitude, frequency, phase, beside, drive: own, limited: ownLimit, tail, ...wish }) {
  const body = madeBody(logAmplitude, frequency, phase);
  const first = bent(beside[0].map((value, i) => value + body[i]), wish.shift);
  const end = tail && tailRendered(tail);
  const mid = end ? joined(first, end[0]) : first;
  let side = end ? joined(beside[1], end[1]) : beside[1];
  if (wish.spread > 0) {
    const more = spread(mid);
    const gain = spreadGain(mid, more, wish.spread);
    side = side.map((value, i) => value + gain * more[i]);
  }
  const [drive, limited] = clipOf(own, ownLimit, wish.bound, peakOfSides([mid, side]));
  const level = Math.exp(own - drive);
  const [low, high] = [mid, side].map((values) => values.map((value) => value * level));
  return drive > 0 ? driven([low, high], drive, limited) : [mid, side];
}

/**
 * A kick's parts, not changed; not to be written into.
 * @param {Parts} parts @param {OwnTail | null} tail what it has of its own after the 500 ms @returns {Moved}
 */
export function asItIs(parts, tail = null) {
  const known = unchanged.get(parts);
  if (known) return { ...known, tail };
  const logAmplitude = new Float64Array(parts.logAmplitude);
  const frequency = new Float64Array(parts.frequency);
  const phase = parts.phase + (parts.polarity > 0 ? 0 : Math.PI);
  // What bends in the tracks leave above the body's band counts to the rest, which takes it off again.
  const [wave, body] = [bodyWave, madeBody].map((made) => made(logAmplitude, frequency, phase));
  const rest = Float64Array.from(parts.rest, (value, i) => parts.polarity * value + wave[i] - body[i]);
  const side = Float64Array.from(parts.side, (value) => parts.polarity * parts.sideSign * value);
  /** @type {Moved} */
  const made = {
    logAmplitude, frequency, phase, beside: [rest, side], drive: 0, limited: 0, spread: 0, bound: 0,
    shift: new Float64Array(BODY_POINTS), tail: null,
  };
  unchanged.set(parts, made);
  return { ...made, tail };
}

/**
 * A kick's parts, changed as a model's sketch changes.
 * @param {Parts} parts @param {Sketch} before what the model says of the kick
 * @param {Sketch} after and of the variation
 * @param {Float32Array} noise what both sound by @param {OwnTail | null} tail as in `asItIs`
 * @param {Float32Array | null} more with a tail, the numbers that follow `noise` @returns {Moved}
 */
export function moved(parts, before, after, noise, tail = null, more = null) {
  const own = asItIs(parts, tail);
  if (before === after) return own;
  const bands = ownBands.get(parts) ?? bandsOf(own.beside);
  ownBands.set(parts, bands);
  const known = saidBefore.get(before);
  const old = known?.noise === noise ? known.made : heard(before, noise);
  saidBefore.set(before, { noise, made: old });
  const made = heard(after, noise);
  const changes = logGains(bands.powers, old.bands.powers, made.bands.powers);
  const [gains, added] = tail ? changes.map(gainsLedOn) : changes;
  const [kept, lent] = [equalised(bands.lines, gains), equalised(made.bands.lines, added)];
  const mono = parts.side.every((value) => value === 0);
  const beside = /** @type {Pair} */ (
    kept.map((values, c) =>
      // A mono kick has no side to be changed; it gets the model's.
      values.map((value, i) => (mono && c === 1 ? made.beside[1][i] : value + lent[c][i]) * opening(i)),
    )
  );
  const ownFrequency = own.frequency.map(Math.log);
  const [rise, turn] = [
    changeOf(own.logAmplitude, old.logAmplitude, made.logAmplitude),
    changeOf(ownFrequency, old.logFrequency, made.logFrequency),
  ];
  const level = tail ? ledOn(rise, LED_POINTS, LED_OVER_POINTS, true) : { led: rise, slope: 0 };
  const pitch = tail ? ledOn(turn, LED_POINTS, LED_OVER_POINTS).led : turn;
  const tracks = {
    logAmplitude: own.logAmplitude.map((value, k) => value + level.led[k]),
    frequency: ownFrequency.map((value, k) => Math.exp(value + pitch[k])),
    phase: own.phase,
  };
  const goesOn = (/** @type {OwnTail} */ end, /** @type {Float32Array} */ following) => {
    const [held, gained] = [atEnd(gains), atEnd(added)];
    if (mono) gained[1].fill(0);
    const model = restTail(after, noise, following).map((values) => values.map((value) => value / made.peak));
    const changed = changedTail(end, own, tracks, held, (level.slope * SAMPLE_RATE) / BODY_HOP);
    return filledUp(changed, /** @type {Pair} */ (model), gained);
  };
  return {
    ...tracks,
    beside,
    // What was set is the kick's own drive; else the model's changes by as much as its sketch does.
    drive: after.limited[0] > 0 ? after.drive[0] : Math.max(after.drive[0] - before.drive[0], 0),
    limited: after.limited[0],
    spread: after.spread[0],
    bound: after.bound[0] > 0 ? 1 : 0, // of its own, at full scale
    shift: Float64Array.from(after.shift, (hz, k) => hz - before.shift[k]),
    tail: tail && more && goesOn(tail, more),
  };
}

/** Gains in the bands as they are at their end. @param {Float64Array[]} logGains */
const atEnd = (logGains) =>
  logGains.map((values) => Float64Array.from({ length: N_BANDS }, (_, band) => values[(band + 1) * N_FRAMES - 1]));

/**
 * By how much a track of a kick changes as the model's does: no further than to the model's own.
 * @param {Float64Array} own @param {Float64Array} before @param {Float64Array} after
 */
function changeOf(own, before, after) {
  const change = smoothed(after.map((value, k) => value - before[k]));
  return own.map((value, k) => within(value + change[k], value, after[k]) - value);
}

/** What a sketch sounds like at full scale: the body's tracks, rest and side, and their bands. */
function heard(/** @type {Sketch} */ sketch, /** @type {Float32Array} */ noise) {
  const [rest, side] = besideBody(sketch, noise);
  const body = bodyOf(sketch);
  const peak = Math.max(peakOfSides([rest.map((value, i) => value + body[i]), side]), LEAST_PEAK);
  const beside = /** @type {Pair} */ ([rest, side].map((values) => values.map((value) => value / peak)));
  return {
    logAmplitude: Float64Array.from(sketch.log_amplitude, (value) =>
      Math.log(Math.max(Math.exp(value) - FLOOR, 0) / peak + FLOOR),
    ),
    logFrequency: Float64Array.from(sketch.frequency, (value) =>
      Math.log(clamp(value, FREQUENCIES_HZ[0], FREQUENCIES_HZ[1])),
    ),
    beside,
    peak,
    bands: bandsOf(beside),
  };
}

/**
 * Between two values, whichever is the larger.
 * @param {number} value @param {number} one @param {number} other
 */
const within = (value, one, other) => Math.min(Math.max(value, Math.min(one, other)), Math.max(one, other));

/** What lies between two kicks. @param {Moved} one @param {Moved} other @param {number} place @returns {Moved} */
export function betweenMoved(one, other, place) {
  const share = Math.sin(0.5 * Math.PI * place);
  const left = Math.cos(0.5 * Math.PI * place);
  const apart = other.phase - one.phase;
  const turn = Math.atan2(Math.sin(apart), Math.cos(apart)); // the shorter way round
  const tracks = {
    logAmplitude: one.logAmplitude.map((value, k) => (1 - place) * value + place * other.logAmplitude[k]),
    frequency: one.frequency.map((value, k) =>
      Math.exp((1 - place) * Math.log(value) + place * Math.log(other.frequency[k])),
    ),
    phase: one.phase + place * turn,
  };
  const tails = [one, other].flatMap((end) => (end.tail ? [changedTail(end.tail, end, tracks)] : []));
  return {
    ...tracks,
    tail: tails.length === 2 ? mixedTails(tails, [1 - place, place], [left, share]) : null,
    beside: /** @type {Pair} */ (
      one.beside.map((values, c) => values.map((value, i) => left * value + share * other.beside[c][i]))
    ),
    drive: (1 - place) * one.drive + place * other.drive,
    limited: (1 - place) * one.limited + place * other.limited,
    spread: (1 - place) * one.spread + place * other.spread,
    bound: (1 - place) * one.bound + place * other.bound,
    shift: one.shift.map((hz, k) => (1 - place) * hz + place * other.shift[k]),
  };
}

/** What sounds whose bands were changed are multiplied with: their windows ring before the onset. */
const opening = (/** @type {number} */ i) => clamp((i - OPENING[0]) / (OPENING[1] - OPENING[0]), 0, 1);

/** @param {Float64Array} track */
function smoothed(track) {
  const half = SMOOTH.length >> 1;
  return track.map((_, k) =>
    SMOOTH.reduce((total, gain, j) => total + gain * track[clamp(k + j - half, 0, track.length - 1)], 0),
  );
}

/**
 * Natural logs of gains: of a kick's bands, and of those of the sketch that adds what they lack.
 * @param {Float64Array[]} own @param {Float64Array[]} before @param {Float64Array[]} after
 */
function logGains(own, before, after) {
  let least = 0;
  for (const values of [own, before, after].flat()) {
    for (const value of values) least = Math.max(least, value);
  }
  least = SOFTEST * least + 1e-30;
  const gains = own.map((values) => new Float64Array(values.length));
  const added = own.map((values) => new Float64Array(values.length).fill(NOTHING));
  own.forEach((values, c) => {
    for (let i = 0; i < values.length; i++) {
      const [here, old, made] = [values[i], before[c][i], after[c][i]].map((value) => 0.5 * Math.log(value + least));
      const target = within(here + made - old, here, made);
      gains[c][i] = clamp(target - here, -MOST, LOUDEST);
      if (target - here > LOUDEST) {
        added[c][i] = 0.5 * Math.log(Math.exp(2 * target) - Math.exp(2 * (here + gains[c][i]))) - made;
      }
    }
  });
  return [gains, added];
}
