/**
 * Which of a seed's kicks it stands for: the first that a producer would keep. The twin of Python's
 * `kickitout.instrument.choosing`, which explains it. Ours, so that a seed is the same kick here and there.
 */

import * as constants from "./constants.js";
import { keep } from "./latest.js";
import { attemptSeed } from "./randomness.js";
import { taste } from "./taste.js";

const { ATTEMPTS, CHOICES, REMEMBERED, WILD_FROM } = constants.choosing;
const { WILD } = constants.controls;

/** How far kicks may leave what is typical, 0 to 1. @param {Record<string, number>} controls */
export function leaveOf(controls) {
  return Math.min(1, Math.max(0, ((controls[WILD] ?? 0) - WILD_FROM) / (1 - WILD_FROM)));
}

/** The numbers of attempts as they come. */
export async function* inTurn() {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) yield attempt;
}

export class Chooser {
  /** @param {(seed: bigint) => Promise<import("./descriptors/spectrum.js").Sound>} sound what the model makes of a seed */
  constructor(sound) {
    this.sound = sound;
    /** @type {Map<string, number>} */
    this.known = new Map();
  }

  /** How typical one of a seed's kicks is. @param {bigint} seed @param {number} attempt */
  async typical(seed, attempt) {
    const key = `${seed} ${attempt}`;
    const found = this.known.get(key) ?? taste(await this.sound(attemptSeed(seed, attempt))).typical;
    keep(this.known, key, found, REMEMBERED);
    return found;
  }

  /**
   * The numbers of the kicks of a seed, in the order in which they are taken.
   * @param {bigint} seed @param {number} leave how far a kick may leave what is typical, 0 to 1
   */
  async *attempts(seed, leave) {
    /** @type {{typical: number, attempt: number}[]} */
    const others = [];
    for (let attempt = 0; attempt < CHOICES; attempt++) {
      const typical = await this.typical(seed, attempt);
      if (typical >= 0.5 * (1 - leave)) yield attempt;
      else others.push({ typical, attempt });
    }
    others.sort((one, other) => other.typical - one.typical || one.attempt - other.attempt);
    for (const { attempt } of others) yield attempt;
    for (let attempt = CHOICES; attempt < ATTEMPTS; attempt++) yield attempt;
  }
}
