/**
 * The instrument of a page without a server, one request at a time: the twin of Python's `kickitout.web.studio`, with
 * what it takes of `kickitout.instrument`.
 */

import * as constants from "./constants.js";
import { Chooser, inTurn } from "./choosing.js";
import { noteHz } from "./descriptors/table.js";
import { factsOf, stateOf } from "./facts.js";
import { wholeOf } from "./finishing.js";
import { filled } from "./format.js";
import { atLevel, finish } from "./finishing.js";
import { excused, judge, sorted } from "./gate.js";
import { sha256 } from "./hashes.js";
import { nearest, remade, takeIn } from "./intake.js";
import { keep } from "./latest.js";
import { lasting, lengthInBeats } from "./lengths.js";
import { derivedBase, morphBase, seeded, stemFor } from "./names.js";
import { Originals, said } from "./originals.js";
import { lengthOf } from "./ownTail.js";
import { packed } from "./pack.js";
import { attemptSeed, freshSeed, readSeed } from "./randomness.js";
import { markingOf } from "./marking.js";
import { plainRecipe, recipeText } from "./recipes.js";
import { refusal } from "./refusal.js";
import { isTooOld } from "./remaking.js";
import { wishesOf } from "./styles.js";
import { between, betweenProcessing, check, varied } from "./variations.js";
import { Voice } from "./voice.js";
import { encodeWav } from "./wav.js";

const { SAMPLE_RATE } = constants.kick;
const { MAX_SEED } = constants.randomness;
const { USUAL_HZ } = constants.parts;
const { PROCESSING } = constants.finishing;
const { FAITHFUL } = constants.originals;
const { AMOUNT, KEPT_AS_IT_IS, LEAST_AMOUNT } = constants.varying;
const { ATTEMPTS } = constants.choosing;
const { ASKED, INHERITED, NEAREST, NONE_PASSES, PASSES } = constants.instrument;
const { SEEDS_RANGE, TWO_PITCHES } = constants.request;
const { MOST_KICKS, MOST_SOUNDS } = constants.store;
const { ID_DIGITS, NO_KICK } = constants.session;
const { MOST_AT_ONCE, NOT_FOUR, PLACE_RANGE, SEEDS_OR_N, TOO_MANY, TOO_OLD } = constants.studio;

/** @typedef {import("./recipes.js").Recipe} Recipe */
/** @typedef {import("./variations.js").Origin} Origin */
/** @typedef {import("./descriptors/spectrum.js").Sound} Sound */
/** @typedef {import("./recipes.js").Beginning} Beginning */
/** @typedef {import("./finishing.js").Processing} Processing */
/** @typedef {import("./originals.js").Given} Given */
/** @typedef {import("./index.js").Kick} Kick */
/**
 * A kick of this page: the files that it is made from, and of one that was itself taken in, which.
 * What the names of files that are made from it begin with is its `base`.
 * @typedef {{id: string, facts: import("./facts.js").KickFacts, recipe: Recipe, given: Given, base: string,
 *   taken: import("./recipes.js").FileBeginning | null}} Held
 */
/**
 * A kick that others are made from, and how their recipes name it; what was asked of it and done to it is asked of them
 * and done to them.
 * @typedef {{origin: Origin, beginning: Beginning, controls: Record<string, number>, processing: Processing}} Original
 */

export class Studio {
  /** @param {import("./model.js").Model} model */
  constructor(model) {
    this.model = model;
    this.manifest = model.manifest;
    this.card = model.card;
    this.voice = new Voice(model);
    this.chooser = new Chooser(this.voice);
    /** @type {Map<string, Held>} */
    this.kicks = new Map();
    /** @type {Map<string, Uint8Array>} */
    this.sounds = new Map();
    this.originals = new Originals(this.voice);
  }

  /** Load the graph, so that the first kick does not wait for it. */
  async warmUp() {
    await this.voice.sketchOf(this.voice.latent(0n), this.voice.noise(0n));
  }

  state() {
    return stateOf(this.manifest);
  }

  results() {
    return { figures: this.card.measured, text: this.manifest.model_card };
  }

  async map() {
    if (!this.manifest.map) {
      throw new Error(`there is no map of ${this.card.name} in this page; kick ui draws one`);
    }
    return JSON.parse(new TextDecoder().decode(await this.model.read(constants.webExport.MAP_FILE)));
  }

  // Kicks that are there

  /** @param {string} id @returns {Held} */
  held(id) {
    const found = this.kicks.get(id);
    if (!found) throw new Error(filled(NO_KICK, { id: String(id).slice(0, ID_DIGITS) }));
    keep(this.kicks, id, found, MOST_KICKS);
    return found;
  }

  /** The file of a kick; made again where it is not kept any more. @param {string} id @returns {Promise<Uint8Array>} */
  async wav(id) {
    const held = this.held(id);
    let data = this.sounds.get(id);
    if (!data) {
      const { origin } = await this.original(held);
      data = this.encoded(this.sounding(origin, held.recipe), held.recipe);
    }
    keep(this.sounds, held.id, data, MOST_SOUNDS);
    return data;
  }

  /**
   * A kick as one that others are made from, at a level; null: at its own.
   * @param {Held} held @param {string | null} level @returns {Promise<Original>}
   */
  async original({ recipe, given, taken }, level = null) {
    const processing = atLevel(taken ? FAITHFUL : recipe.processing, level);
    const origin = await this.originals.of(taken ?? recipe, given);
    if (taken) return { origin, beginning: taken, controls: {}, processing };
    return { origin, beginning: recipe, controls: recipe.controls, processing };
  }

  // New ones

  /**
   * The kicks of the given seeds, or n of random ones: as `kick generate`.
   * @param {{seeds?: import("./randomness.js").Seed[], n?: number, controls?: Record<string, number> | null,
   *   note?: string | null, style?: string | null, level?: string | null,
   *   as_drawn?: boolean} & import("./lengths.js").Length} wish
   */
  async make({ seeds, n, controls, note, style, level, as_drawn, ...length }) {
    if ((seeds === undefined) === (n === undefined)) throw refusal("seeds", null, SEEDS_OR_N);
    const first = freshSeed();
    const count = seeds ? seeds.length : (n ?? 0);
    checkCount(count, seeds ? "seeds" : "n");
    const numbers = seeds ? seeds.map(readSeed) : Array.from({ length: count }, (_, i) => first + BigInt(i));
    const given = this.given(controls ?? {}, note ?? null);
    const processing = lasting(atLevel(PROCESSING, level ?? null), length, this.wholeMs);
    const kicks = [];
    for (const seed of numbers) {
      const wishes = { ...this.drawn(style, seed), ...given };
      kicks.push(await this.made(seed, wishes, processing, as_drawn ?? false, Boolean(style)));
    }
    return { kicks };
  }

  /**
   * What is asked, in the order in which the command line has it: recipes keep the order.
   * @param {Record<string, number>} controls @param {string | null} note
   */
  given(controls, note) {
    this.voice.asked(controls);
    /** @type {Record<string, number>} */
    const given = {};
    for (const name of this.voice.controls.keys()) if (name in controls) given[name] = controls[name];
    if (note === null) return given;
    if ("pitch" in given) throw refusal("note", note, TWO_PITCHES);
    const table = this.voice.controls.get("pitch")?.table;
    given.pitch = noteHz(note, table ? table[table.length >> 1] : USUAL_HZ);
    this.voice.asked(given);
    return given;
  }

  /** How long the model's kicks are. */
  get wholeMs() {
    return (1000 * this.card.n_samples) / this.card.sample_rate;
  }

  /** What a style asks of a seed; nothing without one. @param {string | null | undefined} style @param {bigint} seed */
  drawn(style, seed) {
    return style ? wishesOf(style, seed, this.card.controls) : {};
  }

  /**
   * @param {bigint} seed
   * @param {Record<string, number>} wishes @param {import("./finishing.js").Processing} processing
   * @param {boolean} asDrawn whether it is the first, whatever gate and taste say of it
   * @param {boolean} redrawn whether one that fails the gate with what is asked is drawn again
   */
  async made(seed, wishes, processing, asDrawn, redrawn) {
    const maker = (/** @type {Record<string, number>} */ controls) => {
      const asked = this.voice.asked(controls);
      return async (/** @type {number} */ attempt) => {
        const width = this.voice.width(attempt);
        const found = await this.voice.say(attemptSeed(seed, attempt), asked, processing, width);
        const recipe = { seed, attempt, controls, derivation: null, processing };
        return { origin: said(this.voice, found, asked), recipe: asDrawn ? { ...recipe, asDrawn } : recipe };
      };
    };
    const make = maker(wishes);
    const hold = (/** @type {Parameters<Studio["hold"]>[0]} */ kick) =>
      this.hold(kick, "generate", seeded(this.card.name, seed));
    if (asDrawn) return hold(await make(0));
    const attempts = this.chooser.attempts(seed);
    if (redrawn || !Object.keys(wishes).length) return hold(await this.passing("seed", seed, make, null, attempts));
    const bare = await this.passing("seed", seed, maker({}), null, attempts);
    return hold(this.judged(await make(bare.recipe.attempt)));
  }

  /**
   * A kick with what was asked of it, whatever the gate says of that, with a remark where it says anything.
   * @template {{origin: Origin, recipe: Recipe}} T @param {T} kick
   */
  judged(kick) {
    const { faults: found } = judge(this.whole(kick.origin, kick.recipe.processing));
    const [faults, wanted] = sorted(found, kick.recipe);
    const origin = asAsked(kick, wanted);
    if (!faults.length) return { ...kick, origin, passed: true };
    return failing({ ...kick, origin }, filled(ASKED, { reason: faults[0].words }));
  }

  /**
   * Variations of a kick: as `kick vary`.
   * @param {string} id
   * @param {{n?: number, amount?: number, keep?: string[], seed?: import("./randomness.js").Seed | null,
   *   controls?: Record<string, number> | null, note?: string | null, style?: string | null,
   *   level?: string | null} & import("./lengths.js").Length} wish
   */
  async vary(id, { n = 8, amount = AMOUNT, keep: kept = [], seed, controls, note, style, level, ...length }) {
    const held = this.held(id);
    checkCount(n, "n");
    const first = seed === undefined || seed === null ? freshSeed() : readSeed(seed);
    if (first + BigInt(n) - 1n > MAX_SEED) {
      throw refusal("seed", first, SEEDS_RANGE, { count: n, most: MAX_SEED });
    }
    check(this.voice, amount, kept);
    checkAncestors([held]);
    const given = this.given(controls ?? {}, note ?? null);
    this.drawn(style, first);
    lengthInBeats(length);
    const original = await this.original(held, level ?? null);
    const tail = original.origin.taken?.tail;
    const ownMs = tail ? (1000 * lengthOf(tail)) / SAMPLE_RATE : this.wholeMs;
    original.processing = lasting(original.processing, length, ownMs);
    const stem = held.taken ? stemFor(held.taken.file) : held.base;
    const names = [...new Set(kept)].sort();
    const kicks = [];
    for (let number = first; number < first + BigInt(n); number++) {
      const wishes = { ...this.drawn(style, number), ...given };
      const far = Object.keys(wishes).length ? Math.max(amount, LEAST_AMOUNT) : amount;
      const asked = { ...original, controls: { ...original.controls, ...wishes } };
      const kick = await this.variation(asked, number, far, names);
      kicks.push(this.hold(kick, "vary", derivedBase(stem, "vary", number), held.given));
    }
    return { kicks };
  }

  /** @param {Original} original @param {bigint} seed @param {number} amount @param {string[]} names what is kept */
  async variation(original, seed, amount, names) {
    const { origin, beginning, controls, processing } = original;
    const asked = this.voice.asked(controls);
    const keeping = names.length ? names : null;
    const derivation = { verb: /** @type {const} */ ("vary"), of: [beginning], amount, keep: keeping };
    const make = async (/** @type {number} */ attempt) => {
      const found = await varied(this.voice, origin, attemptSeed(seed, attempt), amount, names, asked, processing);
      const recipe = { seed, attempt, controls, derivation, processing };
      return { origin: { ...found.origin, remarks: this.voice.remarks(found.asked, found.found) }, recipe };
    };
    if (amount === 0) return this.remarked(await make(0));
    return this.passing("seed", seed, make, original);
  }

  /**
   * A kick that is nobody's to refuse, with a remark where it does not pass the gate.
   * @template {{origin: Origin & {remarks: string[]}, recipe: Recipe}} T @param {T} kick
   */
  remarked(kick) {
    const { faults: found } = judge(this.whole(kick.origin, kick.recipe.processing));
    const [faults] = sorted(found, kick.recipe);
    return faults.length ? failing(kick, filled(KEPT_AS_IT_IS, { reason: faults[0].words })) : { ...kick, passed: true };
  }

  /**
   * The kick at a place on a square between four.
   * @param {{corners: string[], x: number, y: number, level?: string | null}} place
   */
  async morph({ corners, x, y, level }) {
    if (corners.length !== 4) throw refusal("corners", corners.length, NOT_FOUR);
    for (const [axis, place] of Object.entries({ x, y })) {
      if (!(place >= 0 && place <= 1)) throw refusal(axis, place, PLACE_RANGE);
    }
    atLevel(PROCESSING, level ?? null);
    const held = corners.map((id) => this.held(id));
    if ([0, 1].includes(x) && [0, 1].includes(y)) return { kick: this.told(held[x + 2 * y]) };
    checkAncestors(held);
    const ends = [];
    for (const one of held) ends.push(await this.original(one, level ?? null));
    const upper = await this.blend(ends[0], ends[1], x);
    const lower = await this.blend(ends[2], ends[3], x);
    const whole = await this.blend(upper, lower, y);
    const kick = { origin: whole.origin, recipe: /** @type {Recipe} */ (whole.beginning) };
    return { kick: this.hold(kick, "morph", morphBase(this.card.name), Object.assign({}, ...held.map((one) => one.given))) };
  }

  /**
   * What lies between two kicks: the first itself at place 0, the other at 1.
   * @param {Original} one @param {Original} other @param {number} place @returns {Promise<Original>}
   */
  async blend(one, other, place) {
    if (place === 0) return one;
    if (place === 1) return other;
    const processing = betweenProcessing(one.processing, other.processing, place);
    const of = [one.beginning, other.beginning];
    const derivation = { verb: /** @type {const} */ ("morph"), of, amount: place, keep: null };
    const beginning = { seed: 0n, attempt: 0, controls: {}, derivation, processing };
    const origin = await between(this.voice, [one, other], place);
    return { origin, beginning, controls: {}, processing };
  }

  /** @param {string} id */
  match(id) {
    return nearest(this, this.held(id));
  }

  /** @param {string} name @param {ArrayBuffer} bytes @param {import("./reading.js").Decoded | null} decoded */
  file(name, bytes, decoded = null) {
    return takeIn(this, name, bytes, decoded);
  }

  /** @param {{recipes: unknown[]}} wish */
  async remake({ recipes }) {
    checkCount(Array.isArray(recipes) ? recipes.length : 0, "recipes");
    return { kicks: await remade(this, recipes) };
  }

  reveal() {
    throw new Error("a page in a browser cannot open folders; download the file instead");
  }

  /** A pack of kicks as a zip. @param {{name: string, ids: string[]}} wish */
  async pack({ name, ids }) {
    const kicks = [];
    for (const id of new Set(ids)) {
      const { facts, recipe } = this.held(id);
      kicks.push({ facts, recipe, data: await this.wav(id) });
    }
    return packed(name, kicks, this.manifest);
  }

  // What becomes of a kick

  /**
   * The first of several that passes the gate, but for the rules that what it is made from breaks itself. Where none
   * does and something that was taken in is in it, the one that breaks the fewest: what somebody brought is not refused.
   * @template {{origin: Origin, recipe: Recipe}} T
   * @param {string} what the thing that the kick is made of, for the message @param {bigint} value of it @param {(attempt: number) => Promise<T>} make
   * @param {Original | null} original what it is made from
   * @param {AsyncIterable<number>} attempts their numbers in their order
   */
  async passing(what, value, make, original = null, attempts = inTurn()) {
    let reason = "";
    /** @type {Set<string> | null} */
    let inherited = null;
    /** @type {{broken: number, kick: T & {passed: boolean}} | null} */
    let best = null;
    for await (const attempt of attempts) {
      const kick = await make(attempt);
      const { faults: found } = judge(this.whole(kick.origin, kick.recipe.processing));
      const [faults, wanted] = sorted(found, kick.recipe);
      if (!faults.length) return { ...kick, origin: asAsked(kick, wanted), passed: true };
      inherited ??= new Set(original ? this.brokenBy(original) : []);
      const own = faults.filter(({ rule }) => !inherited?.has(rule));
      if (!own.length) return failing(kick, filled(INHERITED, { reason: faults[0].words }));
      reason = own[0].words;
      if (!best || own.length < best.broken) {
        best = { broken: own.length, kick: failing(kick, filled(NEAREST, { reason, attempts: ATTEMPTS })) };
      }
    }
    if (original?.origin.taken && best) return best.kick;
    const model = this.card.name;
    throw refusal(what, value, NONE_PASSES, { attempts: ATTEMPTS, model, demand: PASSES, reason });
  }

  /** The rules of the gate that a kick breaks as it is. @param {Original} original */
  brokenBy({ origin, processing }) {
    return judge(this.whole(origin, processing)).faults.map(({ rule }) => rule);
  }

  /** @param {Origin} origin @param {Recipe} recipe @returns {Sound} */
  sounding(origin, recipe) {
    return this.voice.finished(origin.sketch, origin.noise, recipe.processing, origin.taken);
  }

  /** What a kick is judged by: as it is without a length. @param {Origin} origin @param {Processing} processing */
  whole(origin, processing) {
    return this.voice.finished(origin.sketch, origin.noise, wholeOf(processing), origin.taken, finish, false);
  }

  /** The bytes of a kick's file. @param {Sound} sound @param {Recipe} recipe */
  encoded(sound, recipe) {
    const [text, software] = [recipeText(recipe, this.manifest), `Kick It Out ${this.manifest.version}`];
    const channels = recipe.processing.mono ? 1 : 2;
    return encodeWav(sound, SAMPLE_RATE, text, software, markingOf(recipe, this.manifest), channels, recipe.processing.loop);
  }

  /**
   * Keep a kick, and what the page is told of it.
   * @param {{origin: Origin, recipe: Recipe, passed?: boolean, last?: string[]}} kick with remarks to tell last
   * @param {Kick["verb"]} verb @param {string} base what its file's name begins with @param {Given} given
   * @param {import("./recipes.js").FileBeginning | null} taken
   */
  hold({ origin, recipe, passed, last = [] }, verb, base, given = {}, taken = null) {
    const sound = this.sounding(origin, recipe);
    const data = this.encoded(sound, recipe);
    const id = sha256(data).slice(0, ID_DIGITS);
    const known = this.kicks.get(id);
    const drive = origin.taken ? null : (20 * origin.sketch.drive[0]) / Math.LN10;
    const made = { recipe, remarks: origin.remarks ?? [], last, passed: passed ?? null, verb, id, base, drive };
    const facts = known?.facts ?? factsOf(this.voice, sound, made);
    const held = known ?? { id, facts, recipe, given, base, taken };
    keep(this.kicks, id, held, MOST_KICKS);
    keep(this.sounds, id, data, MOST_SOUNDS);
    this.originals.keep(taken ?? recipe, origin);
    return this.told(held);
  }

  /**
   * A kick as the page is told of it, with its recipe, by which it can ask for it again.
   * @param {Held} held @returns {Kick}
   */
  told({ facts, recipe }) {
    return { ...facts, recipe: plainRecipe(recipe, this.manifest) };
  }
}

/**
 * What a kick is made from, with a remark where the gate found what was asked for.
 * @param {{origin: Origin, recipe: Recipe}} kick @param {import("./gate.js").Fault[]} wanted @returns {Origin}
 */
function asAsked({ origin, recipe }, wanted) {
  const more = excused(recipe, wanted);
  return more.length ? { ...origin, remarks: [...(origin.remarks ?? []), ...more] } : origin;
}

/**
 * A kick that does not pass the gate, and why it is there all the same.
 * @template {object} T @param {T} kick @param {string} remark
 */
function failing(kick, remark) {
  return { ...kick, last: [remark], passed: false };
}

/** @param {number} n @param {string} name */
function checkCount(n, name) {
  if (!(Number.isInteger(n) && n >= 1 && n <= MOST_AT_ONCE)) {
    throw refusal(name, n, TOO_MANY, { most: MOST_AT_ONCE });
  }
}

/** @param {Held[]} kicks */
function checkAncestors(kicks) {
  if (isTooOld(kicks.map((one) => one.recipe))) {
    throw refusal("kicks", null, TOO_OLD);
  }
}
