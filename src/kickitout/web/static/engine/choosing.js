/**
 * Which of a seed's kicks it stands for: the first that a producer would keep. The twin of Python's
 * `kickitout.instrument.choosing`, which explains it. Ours, so that a seed is the same kick here and there.
 */

import * as constants from "./constants.js";
import { keep } from "./latest.js";
import { attemptSeed } from "./randomness.js";
import { taste } from "./taste.js";

const { ATTEMPTS, CHOICES, LATENTS, REMEMBERED } = constants.choosing;
const { LEAST_TYPICAL } = constants.taste;

/** The numbers of attempts as they come. */
export async function* inTurn() {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) yield attempt;
}

export class Chooser {
  /** @param {import("./voice.js").Voice} voice */
  constructor(voice) {
    this.voice = voice;
    /** @type {Map<string, number>} */
    this.known = new Map();
    /** @type {Map<string, boolean>} */
    this.lots = new Map();
    /** The first is the model's own: where the others come from further out, it is none of them. */
    this.first = Number(voice.width(1) !== 1);
  }

  /** How typical one of a seed's kicks is. @param {bigint} seed @param {number} attempt */
  async typical(seed, attempt) {
    const key = `${seed} ${attempt}`;
    const { voice } = this;
    const sound = async () => voice.plainSound(attemptSeed(seed, attempt), voice.width(attempt));
    const found = this.known.get(key) ?? taste(await sound()).typical;
    keep(this.known, key, found, REMEMBERED);
    return found;
  }

  /** @param {bigint} seed @param {number} attempt */
  isTaken(seed, attempt) {
    const key = `${seed} ${attempt}`;
    const { voice } = this;
    const found = this.lots.get(key) ?? voice.isTaken(attemptSeed(seed, attempt), voice.width(attempt));
    keep(this.lots, key, found, REMEMBERED);
    return found;
  }

  /** The numbers of the kicks of a seed whose latents are taken, without end. @param {bigint} seed */
  *taken(seed) {
    for (let attempt = this.first; ; attempt++) {
      if (attempt >= LATENTS || this.isTaken(seed, attempt)) yield attempt;
    }
  }

  /** The numbers of the kicks of a seed, in the order in which they are taken. @param {bigint} seed */
  async *attempts(seed) {
    /** @type {{typical: number, attempt: number}[]} */
    const others = [];
    const taken = this.taken(seed);
    for (let count = 0; count < CHOICES; count++) {
      const attempt = /** @type {number} */ (taken.next().value);
      const typical = await this.typical(seed, attempt);
      if (typical >= LEAST_TYPICAL) yield attempt;
      else others.push({ typical, attempt });
    }
    others.sort((one, other) => other.typical - one.typical || one.attempt - other.attempt);
    for (const { attempt } of others) yield attempt;
    for (let count = CHOICES; count < ATTEMPTS; count++) yield /** @type {number} */ (taken.next().value);
  }
}
