/**
 * What a model sounds like, from a seed to a latent and from a latent to sound: the twin of Python's
 * `kickitout.model.voice`. Ours, so that a seed is the same kick here and there.
 */

import * as constants from "./constants.js";
import { anchored, heardHz, lowRest } from "./anchor.js";
import { measure, score, shownOf, valueOf } from "./controls.js";
import { saturated, steadied } from "./edits.js";
import { finish, samplesOf, unlevelled } from "./finishing.js";
import { filled } from "./format.js";
import { keep } from "./latest.js";
import { withTail } from "./noise.js";
import { cholesky } from "./numbers.js";
import { normal, uniform } from "./randomness.js";
import { refusal } from "./refusal.js";
import { render, renderLongest, toStereo } from "./sketch.js";
import { Joint, misses, steer, watched } from "./steering.js";
import { moved, rendered } from "./transfer.js";
import { VIEW_SHAPES, viewOf } from "./view.js";

const { DRIVE, GAIN, LOUDNESS, OF_ONE, STRETCH, WILD } = constants.controls;
const { AIR_SHAPE, EDITED, SKETCH_SHAPES, TAIL_SHAPE } = constants.sketch;
const { KICK_SAMPLES } = constants.kick;
const { AIR, TAIL } = constants.noise;
const { END_SAMPLES } = constants.variations;
const { CHOICE, COMPONENT, ENDLESS, NO_ENCODER, NO_PRIOR } = constants.voice;
const { NEAR, NOT_MEASURED, NOT_MET, NO_CONTROL, OUT_OF_RANGE, THERE_ARE, THERE_IS_NONE } = constants.panel;

/** @typedef {import("./sketch.js").Sketch} Sketch */
/** @typedef {import("./descriptors/spectrum.js").Sound} Sound */
/** @typedef {import("./finishing.js").Processing} Processing */
/** @typedef {Record<string, number>} Values */
/**
 * A control as somebody sets it: its unit, its descriptor's percentiles, and its range.
 * @typedef {{unit: string, table: readonly number[], low: number, high: number}} Setting
 */
/** @typedef {import("./noise.js").Noise} Noise */
/** @typedef {{latent: Float32Array, sketch: Sketch, noise: Noise, found: Values}} Said */
/**
 * A kick that was taken in: its own parts, to which is done what the model changes, what the model says of it, and what
 * it has of its own after the 500 ms.
 * @typedef {{parts: import("./parts.js").Parts, said: Sketch, tail: import("./ownTail.js").OwnTail | null}} Taken
 */

/** A sound that ends, and is silent behind that. @param {Sound} sound @param {number} samples @returns {Sound} */
function endedAt(sound, samples) {
  return /** @type {Sound} */ (
    sound.map((channel) => {
      const made = new Float32Array(samples);
      made.set(channel);
      for (let i = 0; i < END_SAMPLES; i++) made[channel.length - END_SAMPLES + i] *= 1 - (i + 1) / END_SAMPLES;
      return made;
    })
  );
}

/** Seeds whose noise is kept, 290 kB each. */
const MOST_NOISES = 16;

/** Arrays of a sketch that no model gives. @returns {Record<string, Float32Array>} */
const unedited = () =>
  Object.fromEntries(Object.entries(EDITED).map(([name, shape]) => [name, new Float32Array(sizeOf(shape))]));

/** The number of elements of an array of a shape. @param {readonly number[]} shape */
const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);

/** What stands behind a number of a unit. @param {string} unit */
const endingOf = (unit) => (/** @type {readonly string[]} */ (OF_ONE).includes(unit) ? "" : ` ${unit}`);

/** What is set of what is asked, and not searched for, so that a kick has it. @param {Values} asked @returns {Values} */
export const setOf = (asked) =>
  Object.fromEntries([DRIVE.name, WILD].flatMap((name) => (name in asked ? [[name, asked[name]]] : [])));

/**
 * A sketch with the drive that is asked, if it is, heard where it was.
 * @param {Sketch} sketch @param {Values} asked @param {Noise} noise
 */
function drivenTo(sketch, asked, noise) {
  if (!(DRIVE.name in asked)) return sketch;
  const rest = lowRest(sketch, noise[AIR]);
  return anchored(saturated(sketch, asked[DRIVE.name]), heardHz(sketch, rest), rest);
}

export class Voice {
  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
    this.card = model.card;
    this.prior = model.prior;
    /** Those with a score, in the order of the prior's numbers after the latent. */
    this.scored = this.card.controls.filter((one) => one.unit !== GAIN);
    /** @type {Map<string, Setting>} */
    this.controls = new Map(
      this.card.controls.map((one) => [
        one.name,
        { unit: one.unit, table: one.quantiles, low: one.minimum, high: one.maximum },
      ]),
    );
    if (this.card.wildness) {
      this.controls.set(WILD, { unit: STRETCH, table: [], low: 0, high: 1 });
    }
    const latentInput = this.card.inputs.find((one) => one.kind === "latent");
    this.purpose = latentInput?.purpose ?? "latent";
    /** @type {Joint | null} */
    this.together = null;
    /** @type {Float64Array | null} */
    this.mean = null;
    /** Noise by seed: while a knob turns it is the same. @type {Map<string, Noise>} */
    this.noises = new Map();
    /**
     * What the model says of seeds of which nothing is asked.
     * @type {Map<string, {latent: Float32Array, sketch: Sketch}>}
     */
    this.plain = new Map();
    /**
     * Finished sounds of sketches that are still held.
     * @type {WeakMap<Sketch, {noise: Noise, taken: Taken | null, key: string, sound: Sound}>}
     */
    this.sounds = new WeakMap();
    /** The latest sound of a model's sketch. @type {{sketch: Sketch, noise: Noise, sound: Sound} | null} */
    this.latest = null;
    /** What was measured of these. @type {WeakMap<Sound, Values>} */
    this.measured = new WeakMap();
  }

  /** @returns {Joint} */
  joint() {
    if (!this.prior) throw new Error(filled(NO_PRIOR, { model: this.card.name }));
    this.together ??= new Joint(
      this.prior,
      Object.fromEntries(this.scored.map((one) => [one.name, one.quantiles])),
    );
    return this.together;
  }

  /**
   * The latent of a seed, drawn from those that are likely to have what is asked.
   * @param {bigint} seed @returns {Float32Array}
   */
  latent(seed, asked = /** @type {Values} */ ({})) {
    const size = this.card.latent_size;
    const normals = normal(seed, this.purpose, size);
    if (!this.prior) return normals;
    const [choice] = uniform(seed, COMPONENT, 1);
    const scores = new Map();
    this.scored.forEach((one, place) => {
      if (one.name in asked) scores.set(size + place, score(asked[one.name], one.quantiles));
    });
    const point = scores.size ? this.prior.pointGiven(scores, choice, normals) : this.prior.point(choice, normals);
    return Float32Array.from(point);
  }

  /**
   * How many times as wide as the model's own the distribution is that one of a seed's kicks is drawn from. The first,
   * 0, is the model's own. @param {number} attempt
   */
  width(attempt) {
    return this.model.choice && attempt ? this.model.choice.width : 1;
  }

  /** The latent of a seed, further from the mean of all. @param {bigint} seed @param {number} width */
  wideLatent(seed, width) {
    const latent = this.latent(seed);
    if (width === 1) return latent;
    this.mean ??= this.meanLatent();
    const { mean } = this;
    return latent.map((value, i) => mean[i] + width * (value - mean[i]));
  }

  /**
   * Whether the latent of a seed is worth a kick, by lot. Without a choice, all are.
   * @param {bigint} seed @param {number} width
   */
  isTaken(seed, width) {
    const { choice } = this.model;
    if (!choice) return true;
    const [lot] = uniform(seed, CHOICE, 1);
    return lot < choice.chance(this.wideLatent(seed, width));
  }

  /** All that is random in a sound beside its latent. @param {bigint} seed @returns {Noise} */
  noise(seed) {
    const key = String(seed);
    const known = this.noises.get(key);
    if (known) return known;
    const inputs = this.card.inputs.filter((one) => one.kind === "noise");
    const made = inputs.map((one) => [one.name, normal(seed, one.purpose, sizeOf(one.shape))]);
    const drawn = { ...Object.fromEntries(made), [AIR]: normal(seed, AIR, sizeOf(AIR_SHAPE)) };
    const noise = withTail(drawn, () => normal(seed, TAIL, sizeOf(TAIL_SHAPE)));
    keep(this.noises, key, noise, MOST_NOISES);
    return noise;
  }

  /**
   * What the model says of a latent, with a body that falls for good where its card says so.
   * @param {ArrayLike<number>} latent @param {Noise} noise @returns {Promise<Sketch>}
   */
  async sketchOf(latent, noise) {
    const inputs = Object.fromEntries(
      this.card.inputs.map((one) => [one.name, one.kind === "latent" ? Float32Array.from(latent) : noise[one.name]]),
    );
    const outputs = await this.model.run("generator", inputs, this.card.inputs);
    for (const [name, shape] of Object.entries(SKETCH_SHAPES)) {
      if (outputs[name]?.length !== sizeOf(shape)) {
        throw new Error(`the model ${this.card.name} does not give what its card says; export it again`);
      }
    }
    const said = /** @type {Sketch} */ ({ ...outputs, ...unedited() });
    return this.card.steady ? steadied(said) : said;
  }

  /**
   * Left and right of a sketch, of 500 ms, or of 2 s where it is to sound on.
   * @param {Sketch} sketch @param {Noise} noise @param {number | null} samples @returns {Sound}
   */
  stereo(sketch, noise, samples = null) {
    const soundsOn = samples !== null && samples > KICK_SAMPLES;
    if (!soundsOn && this.latest?.sketch === sketch && this.latest.noise === noise) return this.latest.sound;
    const sound = toStereo(soundsOn ? renderLongest(sketch, noise[AIR], noise[TAIL]) : render(sketch, noise[AIR]));
    if (!sound.every((channel) => channel.every(Number.isFinite))) {
      throw new Error(filled(ENDLESS, { model: this.card.name }));
    }
    if (!soundsOn) this.latest = { sketch, noise, sound };
    return sound;
  }

  /**
   * Left and right as they sound: the model's own, or a kick's that was taken in, which has its own end and is silent
   * behind it; 0 samples: the first 500 ms of that.
   * @param {Sketch} sketch @param {Noise} noise @param {Taken | null} taken @param {number | null} samples
   * @returns {Sound}
   */
  sounding(sketch, noise, taken, samples = null) {
    if (!taken) return this.stereo(sketch, noise, samples);
    const tail = samples === 0 ? null : taken.tail;
    const sound = toStereo(rendered(moved(taken.parts, taken.said, sketch, noise[AIR], tail, tail && noise[TAIL])));
    return samples !== null && samples > sound[0].length ? endedAt(sound, samples) : sound;
  }

  /** Raises an error where the model has no encoder. */
  checkEncoder() {
    if (!this.card.graphs.encoder) {
      throw refusal("model", this.card.name, NO_ENCODER);
    }
  }

  /** The latent whose kick is most like one that was taken apart. @param {import("./parts.js").Parts} parts */
  async encode(parts) {
    this.checkEncoder();
    const { latent_mean: latent } = await this.model.run("encoder", viewOf(parts), VIEW_SHAPES);
    if (latent?.length !== this.card.latent_size || !latent.every(Number.isFinite)) {
      throw new Error(`the model ${this.card.name} does not give what its card says; export it again`);
    }
    return latent;
  }

  /**
   * What the model says for a seed, steered to what is asked, in the descriptors' units.
   * @param {bigint} seed @param {Values} asked @param {Processing} processing @returns {Promise<Said>}
   */
  async say(seed, asked, processing, width = 1) {
    if (Object.keys(asked).every((name) => name === DRIVE.name)) {
      const { latent, sketch } = await this.saidOf(seed, width);
      const noise = this.noise(seed);
      return { latent, sketch: drivenTo(sketch, asked, noise), noise, found: { ...asked } };
    }
    const noise = this.noise(seed);
    // The seed's own latent is begun with again and again while a knob turns.
    const found = await this.steer(await this.saidOf(seed, width), noise, asked, processing);
    const has = { ...found.values, ...setOf(asked) };
    return { latent: Float32Array.from(found.latent), sketch: found.sketch, noise, found: has };
  }

  /**
   * Left and right of a seed of which nothing is asked, before they are finished.
   * @param {bigint} seed @param {number} width of the distribution of its latent
   */
  async plainSound(seed, width = 1) {
    const { sketch } = await this.saidOf(seed, width);
    return this.stereo(sketch, this.noise(seed));
  }

  /** What the model says of a seed of which nothing is asked. @param {bigint} seed @param {number} width */
  async saidOf(seed, width) {
    const key = `${seed} ${width}`;
    const known = this.plain.get(key);
    if (known) return known;
    const latent = this.wideLatent(seed, width);
    const said = { latent, sketch: await this.sketchOf(latent, this.noise(seed)) };
    keep(this.plain, key, said, MOST_NOISES);
    return said;
  }

  /**
   * A latent's sketch, steered to what is asked. `pin` is done to a sketch as soon as the model has said it.
   * @param {{latent: Float32Array, sketch: Sketch | null}} start @param {Noise} noise @param {Values} asked
   * @param {Processing} processing @param {Taken | null} taken
   */
  steer(
    start,
    noise,
    asked,
    processing,
    pin = (/** @type {Sketch} */ one) => one,
    taken = null,
    settles = true,
  ) {
    const begun = new Float64Array(start.latent);
    const hear = (/** @type {Sketch} */ one) =>
      this.heard(this.finished(one, noise, processing, taken, unlevelled), names);
    const say = async (/** @type {Float64Array} */ place) =>
      drivenTo(pin(place === begun && start.sketch ? start.sketch : await this.sketchOf(place, noise)), asked, noise);
    const searched = Object.fromEntries(Object.entries(asked).filter(([name]) => name !== DRIVE.name));
    const names = watched(searched);
    return steer(begun, searched, this.joint(), say, hear, settles, noise[AIR]);
  }

  /**
   * Left and right of a sketch as they are heard, or without their level (`unlevelled`).
   * @param {Sketch} sketch @param {Noise} noise @param {Processing} processing @param {Taken | null} taken
   * @param {boolean} whole or the first 500 ms, by which a kick is measured and judged
   */
  finished(sketch, noise, processing, taken = null, how = finish, whole = how === finish) {
    const key = `${how === finish} ${whole} ${JSON.stringify(processing)}`;
    const known = this.sounds.get(sketch);
    if (known && known.noise === noise && known.taken === taken && known.key === key) return known.sound;
    const first = this.sounding(sketch, noise, taken, whole ? null : 0);
    const samples = how === finish ? samplesOf(processing) : null;
    const soundsOn = samples !== null && samples > first[0].length;
    const sound = soundsOn
      ? finish(this.sounding(sketch, noise, taken, samples), processing, first)
      : how(first, processing);
    this.sounds.set(sketch, { noise, taken, key, sound });
    return sound;
  }

  /**
   * What is measured of a sound, by the names of the model's controls, and its loudness.
   * @param {Sound} sound @param {readonly string[] | null} names those alone, and sooner; null: all
   * @returns {Values}
   */
  heard(sound, names = null) {
    const values = this.measured.get(sound) ?? measure(sound, names);
    if (names === null) this.measured.set(sound, values);
    return Object.fromEntries(
      Object.entries(values).filter(
        ([name]) => (this.controls.has(name) || name === LOUDNESS) && (names === null || names.includes(name)),
      ),
    );
  }

  /** What is wished of controls in the units of their descriptors, in the order of the card. @param {Values} wishes */
  asked(wishes) {
    const known = [...this.controls.keys()];
    for (const [name, value] of Object.entries(wishes)) {
      const control = this.controls.get(name);
      if (!control) {
        const there = known.length ? filled(THERE_ARE, { names: known.join(", ") }) : THERE_IS_NONE;
        throw refusal(name, value, NO_CONTROL, { model: this.card.name, known: there });
      }
      if (typeof value !== "number" || !(value >= control.low && value <= control.high)) {
        const { low, high } = control;
        const facts = { model: this.card.name, low, high, unit: endingOf(control.unit) };
        throw refusal(name, value, OUT_OF_RANGE, facts);
      }
    }
    /** @type {Values} */
    const result = {};
    for (const [name, { unit, table }] of this.controls) {
      if (name in wishes) result[name] = valueOf(wishes[name], unit, table);
    }
    return result;
  }

  /** A value of a control in the unit that people set it in. @param {string} name @param {number} value */
  shown(name, value) {
    const { unit, table } = /** @type {Setting} */ (this.controls.get(name));
    return shownOf(value, unit, table);
  }

  /**
   * Sentences on what was asked and is not what was measured.
   * @param {Values} asked @param {Values} found @returns {string[]}
   */
  remarks(asked, found) {
    return Object.entries(misses(found, asked)).flatMap(([name, miss]) => {
      if (!(miss > NEAR)) return [];
      if (!(name in found)) return [filled(NOT_MEASURED, { name })];
      const { unit } = /** @type {Setting} */ (this.controls.get(name));
      const [target, made] = [asked[name], found[name]].map((value) => this.shown(name, value));
      return [filled(NOT_MET, { name, target, made, unit: endingOf(unit) })];
    });
  }

  /** The mean of all latents. @returns {Float64Array} */
  meanLatent() {
    return this.prior ? this.joint().mean.slice(0, this.card.latent_size) : new Float64Array(this.card.latent_size);
  }

  /** The Cholesky factor of the covariance of all latents, row by row. @returns {Float64Array} */
  latentFactor() {
    const size = this.card.latent_size;
    const joint = this.prior ? this.joint() : null;
    const own = Float64Array.from({ length: size * size }, (_, at) => {
      const [i, j] = [Math.floor(at / size), at % size];
      return joint ? joint.covariance[i * joint.size + j] : Number(i === j);
    });
    return /** @type {Float64Array} */ (cholesky(own, size));
  }
}
