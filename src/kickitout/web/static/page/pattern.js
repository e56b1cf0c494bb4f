// What the loop plays and when: rows of steps, and their times. Plain data, without sound.

import { NAMES } from "./notes.js";
import { SCALES } from "./bass.js";
import { partsOf } from "./settings.js";
import { PADS } from "./store.js";

export const STEPS = 16;
/** Beats per minute. */
export const [SLOWEST, FASTEST] = [40, 240];
/** Where the second of two steps lies between its neighbours, in per cent: 50 is straight, 67 a triplet. */
export const [STRAIGHT, MOST_SWING] = [50, 75];
export const MOST_LANES = 4;
/** Kick and bass at once must not clip: kicks play 6 dB down in the loop, and only there. */
export const KICK_LEVEL = 0.5;

/**
 * @typedef {object} Lane a row of kicks
 * @property {number|null} pad null: the selected one
 * @property {boolean[]} steps
 * @property {boolean} mute
 *
 * @typedef {object} Pattern
 * @property {number} bpm
 * @property {number} swing per cent
 * @property {number} key pitch class
 * @property {import("./bass.js").Scale} scale
 * @property {Lane[]} lanes one at least
 * @property {(number|null)[]} bass by step: the scale's degree, or silence
 * @property {boolean} bassOn
 * @property {boolean} tune whether pads are tuned to the key
 */

const silent = () => Array.from({ length: STEPS }, () => false);

/** A row of a pad, which plays nothing yet. @param {number|null} pad @returns {Lane} */
export const laneOf = (pad) => ({ pad, steps: silent(), mute: false });

/** What a loop begins with. @param {boolean} tune @returns {Pattern} */
export const usual = (tune) => ({
  bpm: 124,
  swing: STRAIGHT,
  key: 5,
  scale: "minor",
  lanes: [{ ...laneOf(null), steps: silent().map((_, step) => step % 4 === 0) }],
  bass: Array.from({ length: STEPS }, (_, step) => (step % 4 === 2 ? 0 : null)),
  bassOn: true,
  tune,
});

/** @param {unknown} value @returns {value is import("./bass.js").Scale} */
export const isScale = (value) => typeof value === "string" && value in SCALES;

/** @param {unknown} value @param {number} low @param {number} high @param {number} given */
const within = (value, low, high, given) => (typeof value === "number" && value >= low && value <= high ? value : given);

/** A row of steps as it was kept, or null. @template T @param {unknown} row @param {(step: unknown) => T} read */
const readRow = (row, read) => (Array.isArray(row) && row.length === STEPS ? row.map(read) : null);

/** Rows of kicks as they were kept, or null. @param {unknown} found @returns {Lane[]|null} */
function readLanes(found) {
  if (!Array.isArray(found)) return null;
  const lanes = found.slice(0, MOST_LANES).flatMap((one) => {
    const { pad, steps, mute } = partsOf(one);
    const row = readRow(steps, Boolean);
    const known = pad === null || (Number.isInteger(pad) && Number(pad) >= 0 && Number(pad) < PADS);
    return row && known ? [{ pad: pad === null ? null : Number(pad), steps: row, mute: mute === true }] : [];
  });
  return lanes.length ? lanes : null;
}

/**
 * A pattern from anything that was kept; of what is not whole, the usual.
 * @param {unknown} found @param {boolean} tune whether pads are tuned where nothing was kept @returns {Pattern}
 */
export function readPattern(found, tune) {
  const kept = partsOf(found);
  const given = usual(tune);
  // Before there were several rows, `kick` was the one.
  const row = readRow(kept.kick, Boolean);
  return {
    bpm: within(kept.bpm, SLOWEST, FASTEST, given.bpm),
    swing: within(kept.swing, STRAIGHT, MOST_SWING, given.swing),
    key: typeof kept.key === "number" && kept.key in NAMES ? kept.key : given.key,
    scale: isScale(kept.scale) ? kept.scale : given.scale,
    lanes: readLanes(kept.lanes) ?? (row ? [{ ...laneOf(null), steps: row }] : given.lanes),
    bass: readRow(kept.bass, (degree) => (typeof degree === "number" && degree in SCALES.minor ? degree : null)) ?? given.bass,
    bassOn: typeof kept.bassOn === "boolean" ? kept.bassOn : given.bassOn,
    tune: typeof kept.tune === "boolean" ? kept.tune : given.tune,
  };
}

/** Seconds from one step to the next, straight. @param {{bpm: number}} pattern */
export const stepLength = ({ bpm }) => 60 / bpm / 4;

/** How much later than straight a step comes, in seconds. @param {Pick<Pattern, "bpm"|"swing">} pattern @param {number} step */
export function lateness(pattern, step) {
  return step % 2 === 0 ? 0 : (2 * pattern.swing / 100 - 1) * stepLength(pattern);
}

/**
 * The pads that play at a step, each once, and how loud: together never louder than one alone may be.
 * @param {readonly Lane[]} lanes @param {number} step @param {number} selected
 * @returns {{pad: number, level: number}[]}
 */
export function hitsAt(lanes, step, selected) {
  const pads = new Set(lanes.flatMap(({ pad, steps, mute }) => (steps[step] && !mute ? [pad ?? selected] : [])));
  return [...pads].map((pad) => ({ pad, level: KICK_LEVEL / pads.size }));
}
