// The page's one state, and its undo and redo. States and pads are never changed, only replaced.

/**
 * @typedef {object} Ask what is asked of a pad's kick
 * @property {Record<string, number>} controls
 * @property {string|null} note
 * @property {string|null} style
 * @property {number|null} length_ms
 *
 * @typedef {object} Pad
 * @property {import("../engine/index.js").Kick|null} kick
 * @property {Ask} ask
 * @property {number|string|null} seed digits where no number holds it; null: the kick was made from another
 * @property {import("../engine/index.js").Kick|null} origin the kick that the knobs turn, where there is no seed
 * @property {boolean} star
 * @property {boolean} lock
 * @property {boolean} pending a kick was asked for and is not here yet
 */

export const PADS = 16;
const MOST_STEPS = 200;

/** @type {Ask} */
export const NOTHING = Object.freeze({ controls: Object.freeze({}), note: null, style: null, length_ms: null });

/** @returns {Pad} */
export const emptyPad = () => ({
  kick: null,
  ask: NOTHING,
  seed: null,
  origin: null,
  star: false,
  lock: false,
  pending: false,
});

export function createStore() {
  let state = { pads: Array.from({ length: PADS }, emptyPad), selected: 0, scope: "pad", corners: null };
  let past = [];
  let future = [];
  let gesture = null;
  const listeners = new Set();

  function replace(next) {
    const before = state;
    state = next;
    for (const listener of listeners) listener(state, before);
  }

  const withPads = (changes) => state.pads.map((pad, index) => (index in changes ? { ...pad, ...changes[index] } : pad));

  function step(from, to) {
    if (from.length === 0) return false;
    gesture = null;
    to.push({ pads: state.pads, selected: state.selected });
    replace({ ...state, ...from.pop() });
    return true;
  }

  return {
    get: () => state,

    /** Calls `listener(state, before)` after each change. */
    subscribe(listener) {
      listeners.add(listener);
    },

    /** Changes what undo does not take back. */
    set(patch) {
      replace({ ...state, ...patch });
    },

    /**
     * Changes pads, as one step of undo; changes of the same gesture, such as one turn of a knob, are one step together.
     * @param {Record<number, Partial<Pad>>} changes by pad
     * @param {string|null} name of the gesture
     */
    change(changes, name = null) {
      if (name === null || name !== gesture) {
        past.push({ pads: state.pads, selected: state.selected });
        past = past.slice(-MOST_STEPS);
      }
      gesture = name;
      future = [];
      replace({ ...state, pads: withPads(changes) });
    },

    /** Brings in what a change asked for: no step of its own. */
    fill(changes) {
      replace({ ...state, pads: withPads(changes) });
    },

    undo: () => step(past, future),
    redo: () => step(future, past),
    /** Lets go of all steps: what the page began with is not undone. */
    forget() {
      past = [];
      future = [];
      replace({ ...state });
    },

    canUndo: () => past.length > 0,
    canRedo: () => future.length > 0,
  };
}
