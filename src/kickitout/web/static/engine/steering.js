/**
 * From what is asked of a kick to a sketch that has it: the twin of Python's `kickitout.model.steering`, which explains
 * it. Ours, so that a kick of the same controls is the same here and there.
 */

import * as constants from "./constants.js";
import { score } from "./controls.js";
import { clamp, rint, solve } from "./numbers.js";
import { anchored, fallingSooner, heardHz, lowRest, lowWave, moved } from "./anchor.js";
import { left, sweepOf } from "./bend.js";
import {
  bounded, clicked, decayMs, decaying, dirtied, folded, middleHz, pushed, resweep, settled, settlingSeconds,
  spreadBy, swept, tilted, widened,
} from "./edits.js";
import { fullScale } from "./sketch.js";

const { LOUDNESS, MONO_DB, WILD } = constants.controls;
const { STEP } = constants.sketchAnchor;
const {
  ANCHORED, BENT, BOUNDED, BY_RATIO, HEARD_NEAR, HELD, LEAST_DEPTH, LEAST_EFFECT, LEVELLED, LONGEST_STEPS, LOST,
  MOST_LEFT, PUSHED_DB, READ_TO, ROUNDS, SET, SHALLOW, SHARES, SLOPES, TILT_AN_OCTAVE, TIMES_MS, TOLERANCES, TRUSTED,
  USUAL_TIME_MS, WHERE, WIDEST_SPREAD,
} = constants.steering;

/** @typedef {import("./sketch.js").Sketch} Sketch */
/** @typedef {Record<string, number>} Values */
/** @typedef {{sketch: Sketch, values: Values, miss: number}} Mended */

/** @type {Record<string, (sketch: Sketch, step: number) => Sketch>} */
const shapers = {
  decay: (sketch, step) => decaying(sketch, decayMs(sketch) * 2 ** step),
  click: clicked,
  brightness: (sketch, step) => tilted(sketch, TILT_AN_OCTAVE * step),
  noise: dirtied,
};

/** Latents and scores as if they were normal together. */
export class Joint {
  /**
   * @param {import("./prior.js").Mixture} prior
   * @param {Record<string, readonly number[]>} tables in the order of the scores
   */
  constructor(prior, tables) {
    const { mean, covariance } = prior.moments();
    this.mean = mean;
    this.covariance = covariance;
    this.tables = tables;
    this.names = Object.keys(tables);
    this.size = mean.length;
    this.latents = this.size - this.names.length;
  }

  /** The scores that kicks of a latent have in the mean. @param {Float64Array} latent */
  expected(latent) {
    const n = this.latents;
    const own = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) own[i * n + j] = this.covariance[i * this.size + j];
    const pull = solve(own, latent.map((value, i) => value - this.mean[i]));
    return this.names.map((_, place) => {
      let total = this.mean[n + place];
      for (let i = 0; i < n; i++) total += pull[i] * this.covariance[i * this.size + n + place];
      return total;
    });
  }

  /** The latent that lies so many times as far from the mean of all. @param {Float64Array} latent @param {number} times */
  stretched(latent, times) {
    return latent.map((value, i) => this.mean[i] + times * (value - this.mean[i]));
  }

  /**
   * The latent of kicks that have what is asked, nearest to one whose kick was measured.
   * @param {Float64Array} latent @param {Values} found @param {Values} asked @param {Values} shares
   */
  moved(latent, found, asked, shares) {
    const places = this.names.flatMap((name, place) => (name in asked ? [place] : []));
    const has = places.map((place) => {
      const name = this.names[place];
      return name in found ? score(found[name], this.tables[name]) : this.expected(latent)[place];
    });
    const away = places.map((place, i) => {
      const name = this.names[place];
      return (shares[name] ?? 1) * (score(asked[name], this.tables[name]) - has[i]);
    });
    const at = places.map((place) => this.latents + place);
    const step = solve(at.flatMap((i) => at.map((j) => this.covariance[i * this.size + j])), away);
    return latent.map((value, i) =>
      at.reduce((all, j, k) => all + this.covariance[i * this.size + j] * step[k], value),
    );
  }
}

/**
 * The names of what `steer` asks to be measured: what is asked, and the loudness where it may be kept.
 * @param {Values} asked
 */
export function watched(asked) {
  const names = Object.keys(asked);
  return names.every((name) => LEVELLED.includes(name)) ? [...names, LOUDNESS] : names;
}

/**
 * The sketch near a latent's own that comes nearest to what is asked.
 * @param {Float64Array} latent @param {Values} asked @param {Joint} joint
 * @param {(latent: Float64Array) => Promise<Sketch>} say @param {(sketch: Sketch) => Values} hear
 * @param {boolean} settles whether a kick settles on a pitch that is asked
 * @param {Float32Array | null} air the noise that sketches sound by; null: where a kick is heard is read from its body
 * @returns {Promise<Mended & {latent: Float64Array}>}
 */
export async function steer(latent, asked, joint, say, hear, settles = true, air = null) {
  let at = latent;
  let own = await say(at);
  const where = heardHz(own, air && lowRest(own, air));
  const levels = air && Object.keys(asked).every((name) => LEVELLED.includes(name)) && own.limited[0] === 0;
  const known = levels ? rounded(hear(own)) : null;
  const loudness = known?.[LOUDNESS] ?? null;
  let peak = levels ? fullScale(own, air) : null;
  const kept = own;
  if (WILD in asked) {
    at = joint.stretched(at, asked[WILD]);
    own = await say(at);
  }
  const scored = Object.fromEntries(Object.entries(asked).filter(([name]) => name !== WILD));
  if (Object.keys(scored).some((name) => (SHARES[name] ?? 1) > 0)) {
    at = joint.moved(at, known ?? rounded(hear(own)), scored, SHARES);
    own = await say(at);
  }
  let first = withBody(own, kept, asked);
  if (air && peak === null && BOUNDED.some((name) => name in asked)) {
    peak = fullScale(first.log_amplitude === kept.log_amplitude ? kept : first, air);
  }
  if (peak !== null) first = bounded(first, peak);
  if ("decay" in asked) {
    first = lastingFor(first, asked.decay, rounded(hear(first)).decay);
    if (!("pitch" in asked)) first = anchored(first, where, air && lowRest(first, air));
  }
  const found = mend(withSweep(first, asked, air, where), asked, hear, settles, air, where, loudness);
  const set = Object.fromEntries(Object.entries(asked).filter(([name]) => SET.includes(name)));
  const values = { ...found.values, ...set };
  const miss = Math.max(0, ...Object.values(misses(rounded(values), asked)));
  return { ...found, values, miss, latent: at };
}

/**
 * A sketch, whose kick decays in `has` ms, that lasts as long as it takes to decay in `wanted`.
 * @param {Sketch} sketch @param {number} wanted @param {number | undefined} has
 */
function lastingFor(sketch, wanted, has) {
  const track = decayMs(sketch);
  const known = has !== undefined && 1 / TRUSTED < has / track && has / track < TRUSTED;
  return decaying(sketch, known ? (track * wanted) / has : wanted);
}

/**
 * A sketch with the sweep that is asked, if one is: what is not asked of it stays the sketch's own.
 * @param {Sketch} sketch @param {Values} asked @param {Float32Array | null} air @param {number} where it is heard in Hz
 */
function withSweep(sketch, asked, air, where) {
  if (!BENT.some((name) => name in asked)) return sketch;
  const sweepIn = (/** @type {Sketch} */ one) => sweepOf(lowWave(one, air && lowRest(one, air)), STEP);
  const own = sweepIn(sketch);
  const usual = own.depth >= SHALLOW ? clamp(own.time, ...TIMES_MS) : USUAL_TIME_MS;
  const time = asked.sweep_time ?? usual;
  const most = MOST_LEFT / Math.max(left(time, settlingSeconds(sketch)), 1e-6);
  const depth = asked.sweep ?? Math.min(Math.max(own.depth, LEAST_DEPTH), most);
  const sooner = time < own.time ? fallingSooner(sketch, where, 1000 / time - 1000 / own.time) : sketch;
  const has = sooner === sketch ? own : sweepIn(sooner);
  return swept(sooner, has, { pitch: has.pitch, depth, time });
}

/**
 * A sketch with the tracks of another's body where nothing is asked about them.
 * @param {Sketch} sketch @param {Sketch} body @param {Values} asked @returns {Sketch}
 */
function withBody(sketch, body, asked) {
  const result = { ...sketch };
  for (const [track, names] of Object.entries(HELD)) {
    const name = /** @type {keyof Sketch} */ (track);
    if (!names.some((one) => one in asked)) result[name] = body[name];
  }
  return result;
}

/**
 * A sketch changed until it has what is asked, or comes no nearer.
 * @param {Sketch} first @param {Values} asked @param {(sketch: Sketch) => Values} hear @param {boolean} settles
 * @param {Float32Array | null} air @param {number} where it is heard in Hz if no pitch is asked
 * @param {number | null} loudness in LUFS, that a bounded sketch is to keep; null: it may change
 * @returns {Mended}
 */
function mend(first, asked, hear, settles, air, where, loudness) {
  const course = new Course(asked, settles, air, where, loudness);
  const searched = Object.fromEntries(Object.entries(asked).filter(([name]) => !SET.includes(name)));
  let sketch = course.kept(first);
  /** @type {Mended | null} */
  let best = null;
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const heard = hear(sketch);
    const values = rounded(heard);
    const miss = Math.max(0, ...Object.values(misses(values, searched)));
    const unlevel = course.unlevel(values);
    if (miss + unlevel < least) {
      best = { sketch, values: heard, miss };
      least = miss + unlevel;
    }
    if (miss <= 1 && (unlevel <= 1 || course.spent)) break;
    sketch = course.next(sketch, values, miss <= 1);
  }
  return /** @type {Mended} */ (best);
}

/**
 * What was measured, as the nearest of values that lie half a tolerance apart.
 * @param {Values} values @returns {Values}
 */
function rounded(values) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const step = READ_TO * TOLERANCES[name];
      return [name, valueAt(name, step * rint(place(name, value) / step))];
    }),
  );
}

/**
 * How far each thing that is asked is off, in tolerances.
 * @param {Values} values @param {Values} asked @returns {Values}
 */
export function misses(values, asked) {
  return Object.fromEntries(
    Object.entries(asked).map(([name, wish]) => {
      if (!(name in values)) return [name, LOST];
      return [name, off(name, values[name], wish)];
    }),
  );
}

/** How far a value is from another, in tolerances. @param {string} name @param {number} value @param {number} wish */
const off = (name, value, wish) => Math.abs(place(name, value) - place(name, wish)) / TOLERANCES[name];

/**
 * A value on the scale on which mends add up: octaves, or decibels of what is there over what is not.
 * @param {string} name @param {number} value
 */
function place(name, value) {
  if (BY_RATIO.includes(name)) return Math.log2(value);
  if (name === "noise") return odds(value);
  if (name === "click") return odds(10 ** (value / 10));
  return value;
}

/** The value at a place: the inverse of `place`. @param {string} name @param {number} at */
function valueAt(name, at) {
  if (BY_RATIO.includes(name)) return 2 ** at;
  const share = 1 / (1 + 10 ** (-at / 10));
  if (name === "noise") return share;
  if (name === "click") return 10 * Math.log10(share);
  return at;
}

/** A share as decibels of it over the rest, within -90 to 60. @param {number} share */
function odds(share) {
  const within = clamp(share, 1e-9, 1 - 1e-6);
  return 10 * Math.log10(within / (1 - within));
}

/** How a sketch is mended: what each mend gave tells how far the next should go. */
class Course {
  /**
   * @param {Values} asked @param {boolean} settles @param {Float32Array | null} air @param {number} where
   * @param {number | null} loudness
   */
  constructor(asked, settles, air, where, loudness) {
    this.asked = { ...asked };
    this.air = air;
    this.where = where;
    this.loudness = loudness;
    this.pushed = 0;
    this.lastPush = 0;
    /** How loud it was before that. @type {number | null} */
    this.was = null;
    this.still = false;
    this.spent = false;
    this.settles = settles && "pitch" in asked && !("sweep_time" in asked);
    /** @type {Values} */
    this.slopes = {};
    /** @type {Record<string, [number, number]>} */
    this.before = {};
    /** What was spread last, and the side that was there then, as powers. @type {[number, number] | null} */
    this.side = null;
  }

  /**
   * How far to move a control in the sketch; 0 for what is not asked or not there.
   * @param {string} name @param {Values} values
   */
  step(name, values) {
    if (!(name in this.asked) || !(name in values)) return 0;
    const here = place(name, values[name]);
    if (name in this.before) {
      const [there, step] = this.before[name];
      if (Math.abs(step) > 1e-6) this.slopes[name] = clamp((here - there) / step, ...SLOPES);
    }
    const longest = LONGEST_STEPS[name] ?? Infinity;
    const step = clamp((place(name, this.asked[name]) - here) / (this.slopes[name] ?? 1), -longest, longest);
    this.before[name] = [here, step];
    return step;
  }

  /**
   * A sketch, measured, with each control nearer to what is asked.
   * @param {Sketch} sketch @param {Values} values @param {boolean} still whether all are there
   */
  next(sketch, values, still) {
    let result = "pitch" in this.asked ? this.tuned(sketch, values) : sketch;
    // A kick that sounds on at the end of its file may have no decay that is measured; its body's track has one.
    const known = "decay" in this.asked ? { decay: decayMs(result), ...values } : values;
    for (const [name, shaped] of Object.entries(shapers)) {
      const step = this.step(name, known);
      if (step) result = shaped(result, step);
    }
    result = this.asLoud(result, values);
    this.still = still;
    return this.sided(this.kept(result), values);
  }

  /** How far a measured kick is from the loudness that it should keep, in tolerances. @param {Values} values */
  unlevel(values) {
    if (this.loudness === null || !(LOUDNESS in values)) return 0;
    return off(LOUDNESS, values[LOUDNESS], this.loudness);
  }

  /**
   * A sketch, measured, pushed further into its clip where it became softer, and less far where louder.
   * @param {Sketch} sketch @param {Values} values
   */
  asLoud(sketch, values) {
    if (this.spent || this.loudness === null || this.unlevel(values) <= 1) return sketch;
    const has = values[LOUDNESS];
    const known = this.still && this.was !== null && this.lastPush !== 0;
    const slope = known && this.was !== null ? (has - this.was) / this.lastPush : 1;
    this.spent = slope < LEAST_EFFECT;
    const wanted = this.pushed + (this.loudness - has) / clamp(slope, ...SLOPES);
    const to = this.spent ? this.pushed : clamp(wanted, -PUSHED_DB, PUSHED_DB);
    this.was = has;
    this.lastPush = to - this.pushed;
    this.pushed = to;
    return pushed(sketch, this.lastPush);
  }

  /** A sketch that is heard where it was, unless a pitch is asked. @param {Sketch} sketch */
  kept(sketch) {
    if ("pitch" in this.asked || !WHERE.some((name) => name in this.asked)) return sketch;
    const rest = this.air && lowRest(sketch, this.air);
    if (WILD in this.asked && Math.abs(Math.log2(heardHz(sketch, rest) / this.where)) <= HEARD_NEAR) return sketch;
    const others = WHERE.some((name) => !ANCHORED.includes(name) && name in this.asked);
    return (others ? moved : anchored)(sketch, this.where, rest);
  }

  /**
   * A sketch at the pitch that is asked: first the track is brought there, then moved until it is heard there.
   * @param {Sketch} sketch @param {Values} values
   */
  tuned(sketch, values) {
    const first = !("pitch" in this.before);
    const step = this.step("pitch", values);
    const middle = middleHz(sketch);
    const direct = !("pitch" in values) || (this.settles && first);
    const wanted = direct ? this.asked.pitch : middle * 2 ** step;
    if (this.settles) return settled(sketch, middle, wanted);
    const sweep = { depth: 0, time: USUAL_TIME_MS };
    return resweep(sketch, { pitch: middle, ...sweep }, { pitch: wanted, ...sweep });
  }

  /** @param {Sketch} sketch @param {Values} values */
  sided(sketch, values) {
    if (!("width" in this.asked)) return sketch;
    if (this.asked.width <= MONO_DB) return folded(sketch);
    const spread = sketch.spread[0] ** 2;
    const has = values.width > MONO_DB || spread > 0 ? 10 ** (values.width / 10) : 0;
    const lacking = 10 ** (this.asked.width / 10) - has;
    if (lacking < 0 && spread === 0) return widened(sketch, this.step("width", values));
    if (this.side && Math.abs(spread - this.side[0]) > 1e-9) {
      this.slopes.spread = clamp((has - this.side[1]) / (spread - this.side[0]), ...SLOPES);
    }
    this.side = [spread, has];
    const wanted = spread + lacking / (this.slopes.spread ?? 1);
    return spreadBy(has > 0 ? sketch : folded(sketch), Math.sqrt(clamp(wanted, 0, WIDEST_SPREAD)));
  }
}
