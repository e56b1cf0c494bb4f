/** How long a kick is, in milliseconds or in beats of a tempo: the twin of Python's `kickitout.instrument.lengths`. */

import * as constants from "./constants.js";
import { refusal } from "./refusal.js";

const { LONGEST_MS, SHORTEST_MS } = constants.finishing;
const { BEATS, BEATS_MISSING, BEATS_RANGE, BPM_MISSING, BPM_RANGE, LENGTH_RANGE, NO_BEATS, TEMPI, TWO_LENGTHS } =
  constants.lengths;

/** @typedef {import("./finishing.js").Processing} Processing */
/** A length as it may be asked for. @typedef {{length_ms?: number | null, bpm?: number | null, beats?: string | number | null}} Length */

const FORMED = new RegExp(`^(?:${BEATS})$`);

/** How many beats a text or a number means. @param {string | number} beats */
function numberOf(beats) {
  if (typeof beats === "number") {
    if (!Number.isFinite(beats)) throw refusal("beats", beats, NO_BEATS);
    return beats;
  }
  const found = FORMED.exec(beats.trim());
  if (!found || (found[2] !== undefined && Number(found[2]) === 0)) throw refusal("beats", beats, NO_BEATS);
  return Number(found[1]) / Number(found[2] ?? 1);
}

/** A length in ms that is given as one, or as a number of beats; null where neither is. @param {Length} asked */
export function lengthInBeats({ length_ms = null, bpm = null, beats = null }) {
  if (bpm === null && beats === null) return length_ms;
  if (length_ms !== null) throw refusal("length_ms", length_ms, TWO_LENGTHS);
  if (beats === null) throw refusal("bpm", bpm, BEATS_MISSING);
  if (bpm === null) throw refusal("beats", beats, BPM_MISSING);
  if (!(bpm >= TEMPI[0] && bpm <= TEMPI[1])) throw refusal("bpm", bpm, BPM_RANGE, { low: TEMPI[0], high: TEMPI[1] });
  const found = (60_000 / bpm) * numberOf(beats);
  if (!(found >= SHORTEST_MS && found <= LONGEST_MS)) {
    throw refusal("beats", beats, BEATS_RANGE, { bpm, length: found, shortest: SHORTEST_MS, longest: LONGEST_MS });
  }
  return found;
}

/**
 * A processing with a length; one in beats is played in a loop. Nothing asked leaves it as it is.
 * @param {Processing} processing @param {Length} asked
 * @param {number} ownMs how long the kick is by itself @returns {Processing}
 */
export function lasting(processing, asked, ownMs) {
  const length = lengthInBeats(asked);
  if (length === null) return processing;
  if (!(length >= SHORTEST_MS && length <= LONGEST_MS)) {
    throw refusal("length_ms", length, LENGTH_RANGE, { longest: LONGEST_MS, shortest: SHORTEST_MS });
  }
  const loop = (asked.bpm ?? null) !== null;
  return { ...processing, length_ms: length === ownMs ? null : length, loop };
}
