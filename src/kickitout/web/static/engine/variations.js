/**
 * Kicks from kicks: variations, and what lies between two: the twin of Python's `kickitout.instrument.variations`, and
 * of `between_processing` in `kickitout.instrument.morphing`. Ours, so that a variation is the same here and there.
 */

import * as constants from "./constants.js";
import { folds, unlevelled } from "./finishing.js";
import { mixed } from "./noise.js";
import { peakOf } from "./numbers.js";
import { ownTail } from "./ownTail.js";
import { takeApart } from "./parts.js";
import { anotherSeed } from "./randomness.js";
import { refusal } from "./refusal.js";
import { setOf } from "./voice.js";
import { asItIs, betweenMoved, moved, rendered } from "./transfer.js";

const { KICK_SAMPLES, SAMPLE_RATE } = constants.kick;
const { DRIVE, WILD } = constants.controls;
const { SET } = constants.steering;
const { AMOUNT_RANGE, ATTEMPTS, GENTLENESS, KEPT, KEPT_UNKNOWN, PINNED } = constants.variations;
const { NO_LIMIT_DB } = constants.morphing;

/** @typedef {import("./sketch.js").Sketch} Sketch */
/** @typedef {import("./voice.js").Voice} Voice */
/** @typedef {import("./descriptors/spectrum.js").Sound} Sound */
/** @typedef {import("./finishing.js").Processing} Processing */

/**
 * A kick that others are made from: its latent, the sketch that it sounds by, its noise, what the model says of that
 * latent before anything is mended (null: not asked yet), of a kick that was taken in its own parts, and sentences on
 * what was asked of it and is not there.
 * @typedef {{latent: Float32Array, sketch: Sketch, noise: import("./voice.js").Noise, own: Sketch | null,
 *   taken: import("./voice.js").Taken | null, remarks?: string[]}} Origin
 */

const WHOLE_MS = (1000 * KICK_SAMPLES) / SAMPLE_RATE;

/**
 * Raises an error for an amount out of range, or a control that the model does not have.
 * @param {Voice} voice @param {number} amount @param {string[]} keep
 */
export function check(voice, amount, keep) {
  if (!(amount >= 0 && amount <= 1)) {
    throw refusal("amount", amount, AMOUNT_RANGE);
  }
  const known = [...voice.controls.keys()];
  for (const name of keep) {
    if (!known.includes(name)) {
      throw refusal("keep", name, KEPT_UNKNOWN, { model: voice.card.name, names: known.join(", ") });
    }
  }
}

/**
 * A kick in a library's form as one to begin with.
 * @param {Voice} voice @param {Sound} sound
 * @param {Float64Array[] | null} whole as loud as it, with what follows; null: nothing does @returns {Promise<Origin>}
 */
export async function takenIn(voice, sound, whole = null) {
  const parts = takeApart(sound);
  const [latent, noise] = [await voice.encode(parts), voice.noise(0n)];
  const said = await voice.sketchOf(latent, noise);
  return { latent, sketch: said, noise, own: said, taken: { parts, said, tail: whole && ownTail(midSideOf(whole)) } };
}

/** @param {ArrayLike<number>[]} stereo @returns {import("./sketch.js").Pair} */
function midSideOf([left, right]) {
  const made = (/** @type {1 | -1} */ sign) =>
    Float64Array.from({ length: left.length }, (_, i) => 0.5 * (left[i] + sign * right[i]));
  return [made(1), made(-1)];
}

/**
 * A variation of a kick; what was asked of it, and what was measured.
 * @param {Voice} voice @param {Origin} origin @param {bigint} seed which way it goes @param {number} amount
 * @param {string[]} keep @param {Record<string, number>} asked in the descriptors' units
 * @param {Processing} processing what is done to it before anybody hears it
 * @returns {Promise<{origin: Origin, asked: Record<string, number>, found: Record<string, number>}>}
 */
export async function varied(voice, origin, seed, amount, keep, asked, processing) {
  if (amount === 0) return { origin, asked: {}, found: {} };
  /** @type {Record<string, number>} */
  const kept = {};
  if (keep.length) {
    const sound = voice.finished(origin.sketch, origin.noise, processing, origin.taken, unlevelled);
    const heard = voice.heard(sound);
    for (const [name, value] of Object.entries(heard)) {
      if (keep.includes(name) && !SET.includes(name)) kept[name] = value; // a sweep stays with its track
    }
  }
  const wanted = { ...kept, ...asked };
  const pinned = Object.fromEntries(
    Object.entries(PINNED).flatMap(([field, names]) =>
      names.some((name) => keep.includes(name)) ? [[field, origin.sketch[/** @type {keyof Sketch} */ (field)]]] : [],
    ),
  );
  if (!Object.keys({ ...wanted, ...pinned }).length && !keep.includes(DRIVE.name)) {
    const latent = turned(voice, origin, seed, amount);
    const sketch = await voice.sketchOf(latent, origin.noise);
    return { origin: { ...origin, latent, sketch, own: sketch }, asked: {}, found: {} };
  }
  let best = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const number = attempt ? anotherSeed(seed, `vary ${attempt}`) : seed;
    const start = { latent: turned(voice, origin, number, amount), sketch: null };
    const pin = (/** @type {Sketch} */ one) => ({ ...one, ...pinned });
    const found = await voice.steer(start, origin.noise, wanted, processing, pin, origin.taken, "pitch" in asked);
    if (best === null || found.miss < best.miss) best = found;
    if (best.miss <= KEPT) break;
  }
  const nearest = /** @type {NonNullable<typeof best>} */ (best);
  const made = { ...origin, latent: Float32Array.from(nearest.latent), sketch: nearest.sketch, own: null };
  return { origin: made, asked: wanted, found: { ...nearest.values, ...setOf(wanted) } };
}

/**
 * The latent of a variation: as likely at every amount.
 * @param {Voice} voice @param {Origin} origin @param {bigint} seed @param {number} amount
 */
function turned(voice, origin, seed, amount) {
  const middle = voice.meanLatent();
  const angle = 0.5 * Math.PI * amount ** GENTLENESS;
  const other = voice.latent(seed);
  return origin.latent.map(
    (value, i) => middle[i] + Math.cos(angle) * (value - middle[i]) + Math.sin(angle) * (other[i] - middle[i]),
  );
}

/** What the model says of a kick's latent, before anything is mended. @param {Voice} voice @param {Origin} origin */
async function ownOf(voice, origin) {
  origin.own ??= await voice.sketchOf(origin.latent, origin.noise);
  return origin.own;
}

/**
 * A kick to lay others beside: one of the model's that is finished in mono has no side; that of its sketch would be
 * heard between two of them.
 * @param {Voice} voice @param {{origin: Origin, processing: Processing}} end @returns {Origin}
 */
function asHeard(voice, { origin, processing }) {
  const { sketch, noise, taken } = origin;
  if (taken || !(sketch.wide[0] > 0) || !folds(voice.stereo(sketch, noise), processing)) return origin;
  return { ...origin, sketch: { ...sketch, wide: Float32Array.of(-1) } };
}

/**
 * What lies between two kicks, each as it is heard: the first itself at place 0, the other at 1.
 * @param {Voice} voice @param {{origin: Origin, processing: Processing}[]} ends @param {number} place
 */
export async function between(voice, ends, place) {
  if (place === 0) return ends[0].origin;
  if (place === 1) return ends[1].origin;
  const [one, other] = ends.map((end) => asHeard(voice, end));
  const latent = one.latent.map((value, i) => (1 - place) * value + place * other.latent[i]);
  const [cos, sin] = [Math.cos(0.5 * Math.PI * place), Math.sin(0.5 * Math.PI * place)];
  const noise = mixed(one.noise, other.noise, place);
  const own = await voice.sketchOf(latent, noise);
  if (one.taken || other.taken) {
    const goesOn = [one, other].some((end) => end.taken?.tail);
    const found = betweenMoved(partsOf(voice, one, goesOn), partsOf(voice, other, goesOn), place);
    const head = stereoOf(rendered({ ...found, tail: null }));
    const parts = takeApart(head);
    const peak = Math.max(...head.map(peakOf));
    const tail = goesOn ? ownTail(scaled(rendered(found), 1 / peak)) : null;
    return { latent, noise, own, sketch: own, taken: { parts, said: own, tail } };
  }
  const said = withMends(own, [one, other], [await ownOf(voice, one), await ownOf(voice, other)], place);
  return { latent, noise, own, sketch: withSide(said, [one.sketch, other.sketch], [cos, sin]), taken: null };
}

/** @param {import("./sketch.js").Pair} midSide */
const stereoOf = ([mid, side]) => [mid.map((value, i) => value + side[i]), mid.map((value, i) => value - side[i])];

/** @param {import("./sketch.js").Pair} pair @param {number} gain */
const scaled = (pair, gain) =>
  /** @type {import("./sketch.js").Pair} */ (pair.map((values) => values.map((value) => gain * value)));

/**
 * A kick's parts as they sound now: those of one that was taken in, or the model's own taken apart; with its end as a
 * tail where the kick between is to go on.
 * @param {Voice} voice @param {Origin} origin @param {boolean} goesOn
 */
function partsOf(voice, { sketch, noise, taken }, goesOn) {
  if (taken) {
    const { parts, said } = taken;
    const own = goesOn ? taken.tail ?? ownTail(rendered(asItIs(parts))) : null;
    return moved(parts, said, sketch, noise.air, own, own && noise.tail);
  }
  const sound = voice.stereo(sketch, noise);
  const peak = Math.max(...sound.map(peakOf));
  return asItIs(takeApart(sound), goesOn ? ownTail(scaled(midSideOf(sound), 1 / peak)) : null);
}

/**
 * A sketch with each end's share of what was mended in that end.
 * @param {Sketch} said @param {Origin[]} ends @param {Sketch[]} own what the model says of them @param {number} place
 */
function withMends(said, ends, own, place) {
  const shares = [1 - place, place];
  const result = /** @type {Sketch} */ ({});
  for (const name of /** @type {(keyof Sketch)[]} */ (Object.keys(said))) {
    if (ends.every((end, i) => end.sketch[name] === own[i][name])) {
      result[name] = said[name];
      continue;
    }
    result[name] = said[name].map((value, k) => {
      let mended = value;
      ends.forEach((end, i) => {
        const [a, b] = [end.sketch[name][k], own[i][name][k]];
        mended = name === "frequency" ? mended * (a / b) ** shares[i] : mended + shares[i] * (a - b);
      });
      return mended;
    });
  }
  return result;
}

/**
 * A sketch that has a side where an end has one, the louder the nearer it is.
 * @param {Sketch} said @param {Sketch[]} ends @param {number[]} shares @returns {Sketch}
 */
function withSide(said, ends, shares) {
  const power = ends.reduce((total, end, i) => total + (end.wide[0] > 0 ? shares[i] ** 2 : 0), 0);
  if (power === 0) return { ...said, wide: Float32Array.of(-1) };
  const envelope = said.envelope.slice();
  const gain = 0.5 * Math.log(power);
  for (let i = envelope.length / 2; i < envelope.length; i++) envelope[i] += gain;
  return { ...said, wide: Float32Array.of(1), envelope };
}

/** What is done to a kick between two. @param {Processing} one @param {Processing} other @param {number} place */
export function betweenProcessing(one, other, place) {
  const names = /** @type {(keyof Processing)[]} */ (Object.keys(one));
  if (place === 0 || names.every((name) => one[name] === other[name])) return one;
  if (place === 1) return other;
  const limit = (/** @type {number} */ a, /** @type {number} */ b) => (1 - place) * a + place * b;
  const length = limit(one.length_ms ?? WHOLE_MS, other.length_ms ?? WHOLE_MS);
  return {
    dc_free: one.dc_free || other.dc_free,
    silence_db: limit(one.silence_db ?? NO_LIMIT_DB, other.silence_db ?? NO_LIMIT_DB),
    side_db: limit(one.side_db ?? NO_LIMIT_DB, other.side_db ?? NO_LIMIT_DB),
    length_ms: length === WHOLE_MS ? null : length,
    fade_ms: limit(one.fade_ms, other.fade_ms),
    peak_dbtp: limit(one.peak_dbtp, other.peak_dbtp),
    loudness_lufs:
      one.loudness_lufs === null || other.loudness_lufs === null
        ? null
        : limit(one.loudness_lufs, other.loudness_lufs),
    mono: one.mono && other.mono,
    loop: one.loop && other.loop,
  };
}
