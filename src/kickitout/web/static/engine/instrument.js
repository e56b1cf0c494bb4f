/** The instrument of a page without a server: what `kick ui` answers, made here. One request at a time. */

import { MONO_DB, QUANTILE, WILD, valuesOf } from "./controls.js";
import { describe, noteHz, noteOf } from "./descriptors.js";
import { wildness } from "./embedding.js";
import { PROCESSING, SHORTEST_MS } from "./finishing.js";
import { judge } from "./gate.js";
import { sha256 } from "./hashes.js";
import { clamp } from "./numbers.js";
import { packed } from "./pack.js";
import { SAMPLE_RATE, USUAL_HZ } from "./parts.js";
import { MAX_SEED, attemptSeed, freshSeed, plainSeed, readSeed } from "./randomness.js";
import { ancestors, recipeText } from "./recipes.js";
import { STYLES, wishesOf } from "./styles.js";
import { between, betweenProcessing, check, varied } from "./variations.js";
import { Voice } from "./voice.js";
import { encodeWav } from "./wav.js";

/** @typedef {import("./recipes.js").Recipe} Recipe */
/** @typedef {import("./variations.js").Origin} Origin */
/** @typedef {import("./spectrum.js").Sound} Sound */
/** A kick of this page. @typedef {{id: string, facts: Record<string, any>, recipe: Recipe}} Held */
/** A kick that others are made from. @typedef {{origin: Origin, recipe: Recipe}} Original */

const ATTEMPTS = 16;
const MOST_AT_ONCE = 64;
const MOST_KICKS = 4096;
const MOST_SOUNDS = 512;
const MOST_ORIGINALS = 64;
const MOST_ANCESTORS = 128;
const MOST_GENERATIONS = 24;
const LONGEST_STEM = 60;
const AMOUNT = 0.3;
/** How far a kick goes that is only moved to what is asked of it: nowhere, but a variation by nothing asks nothing. */
const LEAST_AMOUNT = 1e-6;
const STEPS = { [QUANTILE]: 0.01, Hz: 0.1, ms: 1, octaves: 0.01 };
const LABELS = { sweep_time: "Sweep time" };

/** Keep something as the latest of a map that is not to grow beyond a number. */
function keep(map, key, value, most) {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
}

export class Instrument {
  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
    this.manifest = model.manifest;
    this.card = model.card;
    this.voice = new Voice(model);
    /** @type {Map<string, Held>} */
    this.kicks = new Map();
    /** @type {Map<string, Uint8Array>} */
    this.sounds = new Map();
    /** @type {Map<string, Original>} */
    this.originals = new Map();
  }

  /** Load the graph, so that the first kick does not wait for it. */
  async warmUp() {
    await this.voice.sketchOf(this.voice.latent(0n), this.voice.noise(0n));
  }

  state() {
    const { card } = this;
    const offered = new Set(card.controls.map((one) => one.name));
    const knob = (name, unit, low, high, middle) => {
      const words = name.replaceAll("_", " ");
      const label = LABELS[name] ?? words[0].toUpperCase() + words.slice(1);
      return { name, unit, low, high, middle, step: STEPS[unit] ?? 0.01, label };
    };
    const controls = card.controls.map((one) => {
      const usual = one.unit === QUANTILE ? 0.5 : one.quantiles[one.quantiles.length >> 1];
      return knob(one.name, one.unit, one.minimum, one.maximum, clamp(usual, one.minimum, one.maximum));
    });
    if (card.wildness) controls.push(knob(WILD, QUANTILE, 0, 1, 0.5));
    const { name, version, description } = card;
    return {
      model: { name, version, checksum: this.manifest.checksum, rights: this.manifest.rights, description },
      controls,
      styles: Object.entries(STYLES).flatMap(([style, asked]) =>
        Object.keys(asked).every((one) => offered.has(one))
          ? [{ name: style, description: Object.keys(asked).join(", ") }]
          : [],
      ),
      length_ms: { low: SHORTEST_MS, high: (1000 * card.n_samples) / card.sample_rate },
      has_encoder: false, // taking in files and matching need a server
      vary_controls: true,
      has_map: this.manifest.map,
      can_reveal: false,
      trainable: false,
      version: this.manifest.version,
    };
  }

  results() {
    return { figures: this.card.measured, text: this.manifest.model_card };
  }

  async map() {
    if (!this.manifest.map) {
      throw new Error(`there is no map of ${this.card.name} in this page; kick ui draws one`);
    }
    return JSON.parse(new TextDecoder().decode(await this.model.read("map.json")));
  }

  // Kicks that are there

  /** @param {string} id @returns {Held} */
  held(id) {
    const found = this.kicks.get(id);
    if (!found) throw new Error(`there is no kick '${String(id).slice(0, 16)}', or not any more; make it again from its seed`);
    keep(this.kicks, id, found, MOST_KICKS);
    return found;
  }

  /** The file of a kick; made again where it is not kept any more. @param {string} id @returns {Promise<Uint8Array>} */
  async wav(id) {
    const held = this.held(id);
    let data = this.sounds.get(id);
    if (!data) {
      const { origin, recipe } = await this.original(id);
      data = this.encoded(this.sounding(origin, recipe), recipe);
    }
    keep(this.sounds, held.id, data, MOST_SOUNDS);
    return data;
  }

  /** A kick as one that others are made from. @param {string} id @returns {Promise<Original>} */
  async original(id) {
    const found = this.originals.get(id) ?? { origin: await this.originOf(this.held(id).recipe), recipe: this.held(id).recipe };
    keep(this.originals, id, found, MOST_ORIGINALS);
    return found;
  }

  /** @param {Recipe} recipe @returns {Promise<Origin>} */
  async originOf(recipe) {
    const { derivation } = recipe;
    const number = attemptSeed(recipe.seed, recipe.attempt);
    const asked = this.voice.asked(recipe.controls);
    if (!derivation) return this.said(await this.voice.say(number, asked, recipe.processing), asked);
    const ends = [];
    for (const one of derivation.of) ends.push(await this.originOf(one));
    if (derivation.verb === "morph") return between(this.voice, ends[0], ends[1], derivation.amount);
    const { amount, keep: kept } = derivation;
    return (await varied(this.voice, ends[0], number, amount, kept ?? [], asked, recipe.processing)).origin;
  }

  /** @returns {Origin} */
  said({ latent, sketch, noise }, asked) {
    return { latent, sketch, noise, own: Object.keys(asked).length ? null : sketch };
  }

  // New ones

  /** The kicks of seeds, or n of fresh ones: as `kick generate`. */
  async make({ seeds = undefined, n = undefined, controls = {}, note = undefined, style = undefined, length_ms = undefined }) {
    if ((seeds === undefined) === (n === undefined)) throw new Error("seeds or n: give one of both");
    const first = freshSeed();
    checkCount(seeds ? seeds.length : n, seeds ? "seeds" : "n");
    const numbers = seeds ? seeds.map(readSeed) : Array.from({ length: n }, (_, i) => first + BigInt(i));
    const given = this.given(controls ?? {}, note ?? null);
    const processing = { ...PROCESSING, length_ms: this.length(length_ms ?? null) };
    const kicks = [];
    for (const seed of numbers) {
      const wishes = { ...(style ? wishesOf(style, seed, this.card.controls) : {}), ...given };
      kicks.push(await this.made(seed, wishes, processing));
    }
    return { kicks };
  }

  /** What is asked, in the order in which the command line has it: recipes keep the order. */
  given(controls, note) {
    this.voice.asked(controls);
    /** @type {Record<string, number>} */
    const given = {};
    for (const name of this.voice.controls.keys()) if (name in controls) given[name] = controls[name];
    if (note === null) return given;
    if ("pitch" in given) throw new Error(`note ${note} and pitch ${given.pitch} are two pitches; give one`);
    const table = this.voice.controls.get("pitch")?.table;
    given.pitch = noteHz(note, table ? table[table.length >> 1] : USUAL_HZ);
    this.voice.asked(given);
    return given;
  }

  length(ms) {
    const longest = (1000 * this.card.n_samples) / this.card.sample_rate;
    if (ms !== null && !(ms >= SHORTEST_MS && ms <= longest)) {
      throw new Error(
        `length_ms ${ms} is out of range: the model ${this.card.name} makes kicks of ${longest} ms; give ${SHORTEST_MS} to ${longest}`,
      );
    }
    return ms === longest ? null : ms;
  }

  /** @param {bigint} seed @param {Record<string, number>} wishes @param {import("./finishing.js").Processing} processing */
  async made(seed, wishes, processing) {
    const asked = this.voice.asked(wishes);
    const kick = await this.passing(`seed ${seed}`, async (attempt) => {
      const said = await this.voice.say(attemptSeed(seed, attempt), asked, processing);
      const recipe = { seed, attempt, controls: wishes, derivation: null, processing };
      return { origin: this.said(said, asked), recipe, remarks: this.voice.remarks(asked, said.found) };
    });
    return this.hold(kick, "generate", `${this.card.name}_kick_${seed}.wav`);
  }

  /** Variations of a kick: as `kick vary`. */
  async vary(id, { n = 8, amount: far = AMOUNT, keep: kept = [], seed = undefined, controls = {}, note = undefined }) {
    const held = this.held(id);
    checkCount(n, "n");
    const first = seed === undefined || seed === null ? freshSeed() : readSeed(seed);
    if (first + BigInt(n) - 1n > MAX_SEED) throw new Error(`seed ${first} with n ${n} is out of range; seeds go to ${MAX_SEED}`);
    check(this.voice, far, kept);
    checkAncestors([held]);
    const given = this.given(controls ?? {}, note ?? null);
    const amount = Object.keys(given).length ? Math.max(far, LEAST_AMOUNT) : far;
    const { origin, recipe: of } = await this.original(id);
    const wishes = { ...of.controls, ...given };
    const asked = this.voice.asked(wishes);
    const names = [...new Set(kept)].sort();
    const derivation = { verb: /** @type {const} */ ("vary"), of: [of], amount, keep: names.length ? names : null };
    const kicks = [];
    for (let number = first; number < first + BigInt(n); number++) {
      const kick = await this.passing(`seed ${number}`, async (attempt) => {
        const way = attemptSeed(number, attempt);
        const found = await varied(this.voice, origin, way, amount, names, asked, of.processing);
        const recipe = { ...of, seed: number, attempt, controls: wishes, derivation };
        return { origin: found.origin, recipe, remarks: this.voice.remarks(found.asked, found.found) };
      });
      const stem = held.facts.file.replace(/\.[^.]*$/, "").slice(0, LONGEST_STEM);
      kicks.push(this.hold(kick, "vary", `${stem}_vary_${number}.wav`));
    }
    return { kicks };
  }

  /** The kick at a place on a square between four. */
  async morph({ corners, x, y }) {
    if (corners.length !== 4) throw new Error(`corners: ${corners.length} kicks; give four`);
    for (const [axis, place] of Object.entries({ x, y })) {
      if (!(place >= 0 && place <= 1)) throw new Error(`${axis} ${place} is out of range; give 0 to 1`);
    }
    const held = corners.map((id) => this.held(id));
    if ([0, 1].includes(x) && [0, 1].includes(y)) return { kick: held[x + 2 * y].facts };
    checkAncestors(held);
    const ends = [];
    for (const id of corners) ends.push(await this.original(id));
    const upper = await this.blend(ends[0], ends[1], x);
    const lower = await this.blend(ends[2], ends[3], x);
    const whole = await this.blend(upper, lower, y);
    return { kick: this.hold({ ...whole, remarks: [] }, "morph", null) };
  }

  /** What lies between two kicks: the first itself at place 0, the other at 1. @returns {Promise<Original>} */
  async blend(one, other, place) {
    if (place === 0) return one;
    if (place === 1) return other;
    const recipe = {
      seed: 0n,
      attempt: 0,
      controls: {},
      derivation: { verb: /** @type {const} */ ("morph"), of: [one.recipe, other.recipe], amount: place, keep: null },
      processing: betweenProcessing(one.recipe.processing, other.recipe.processing, place),
    };
    return { origin: await between(this.voice, one.origin, other.origin, place), recipe };
  }

  match() {
    throw new Error("matching needs Kick It Out on this computer: run kick ui there, or kick match");
  }

  file() {
    throw new Error("taking in a file needs Kick It Out on this computer: run kick ui there, or kick vary");
  }

  reveal() {
    throw new Error("a page in a browser cannot open folders; download the file instead");
  }

  /** A pack of kicks as a zip. @returns {Promise<Uint8Array>} */
  async pack({ name, ids }) {
    const kicks = [];
    for (const id of new Set(ids)) kicks.push({ facts: this.held(id).facts, data: await this.wav(id) });
    return packed(name, kicks, this.manifest);
  }

  // What becomes of a kick

  /** The first of several that passes the gate. */
  async passing(what, make) {
    let reason = "";
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const kick = await make(attempt);
      const sound = this.sounding(kick.origin, kick.recipe);
      const { faults } = judge(sound);
      if (!faults.length) return { ...kick, passed: true };
      reason = faults[0].says;
    }
    throw new Error(
      `${what}: none of ${ATTEMPTS} kicks of ${this.card.name} passes the gate (the last: ${reason}); ask for something else`,
    );
  }

  /** @param {Origin} origin @param {Recipe} recipe @returns {Sound} */
  sounding(origin, recipe) {
    return this.voice.finished(origin.sketch, origin.noise, recipe.processing);
  }

  encoded(sound, recipe) {
    return encodeWav(sound, SAMPLE_RATE, recipeText(recipe, this.manifest), `Kick It Out ${this.manifest.version}`);
  }

  /** Keep a kick, and what the page is told of it. */
  hold({ origin, recipe, remarks, passed = null }, verb, file) {
    const sound = this.sounding(origin, recipe);
    const data = this.encoded(sound, recipe);
    const id = sha256(data).slice(0, 16);
    const known = this.kicks.get(id);
    const facts = known?.facts ?? this.facts(sound, { recipe, remarks, passed, verb, id, file });
    keep(this.kicks, id, known ?? { id, facts, recipe }, MOST_KICKS);
    keep(this.sounds, id, data, MOST_SOUNDS);
    keep(this.originals, id, { origin, recipe }, MOST_ORIGINALS);
    return facts;
  }

  facts(sound, { recipe, remarks, passed, verb, id, file }) {
    const found = describe(sound);
    const pitch = found.pitch_hz ?? null;
    const [note, cents] = pitch === null ? [null, null] : noteOf(pitch);
    const values = valuesOf(found);
    if (this.card.wildness) values[WILD] = wildness(sound, this.model.embedding);
    const measured = Object.fromEntries(
      [...this.voice.controls.keys()].flatMap((name) => (name in values ? [[name, this.voice.shown(name, values[name])]] : [])),
    );
    return {
      id,
      file: file ?? `${this.card.name}_${verb}_${id.slice(0, 8)}.wav`,
      seed: plainSeed(recipe.seed),
      attempt: recipe.attempt,
      verb,
      note,
      cents,
      pitch_hz: pitch,
      decay_ms: found.decay_ms ?? null,
      width_db: found.width_db > MONO_DB ? found.width_db : null,
      loudness_lufs: found.loudness_lufs ?? null,
      asked: { ...recipe.controls },
      measured,
      remarks,
      duration_ms: (1000 * sound[0].length) / SAMPLE_RATE,
      passed: passed ?? judge(sound).faults.length === 0,
    };
  }
}

function checkCount(n, name) {
  if (!(Number.isInteger(n) && n >= 1 && n <= MOST_AT_ONCE)) {
    throw new Error(`${name}: ${n} kicks at once; ask for 1 to ${MOST_AT_ONCE}`);
  }
}

/** @param {Held[]} kicks */
function checkAncestors(kicks) {
  const sizes = kicks.map((one) => ancestors(one.recipe));
  const count = sizes.reduce((total, one) => total + one.count, 0);
  if (count > MOST_ANCESTORS || Math.max(...sizes.map((one) => one.depth)) > MOST_GENERATIONS) {
    throw new Error("these kicks were made from kicks too many times over; begin again with a kick of a seed");
  }
}
