// The page's one state, and its undo and redo. States and pads are never changed, only replaced.

/**
 * @typedef {object} Settings what a pad's kick is to have
 * @property {Record<string, number>} controls
 * @property {string|null} note
 * @property {string|null} style
 * @property {number|null} length_ms
 * @property {number|null} bpm with beats, the length, as a loop
 * @property {string|null} beats
 * @property {string|null} level "peak:-1", "lufs:-14"; null: the usual, or that of the kick it was made from
 *
 * @typedef {object} Pad
 * @property {import("../engine/index.js").Kick|null} kick
 * @property {Settings} settings
 * @property {number|string|null} seed digits where no number holds it; null: the kick was made from another
 * @property {import("../engine/index.js").Kick|null} origin the kick that the knobs turn, where there is no seed
 * @property {boolean} star
 * @property {boolean} lock
 * @property {boolean} chosen a person put this kick here, or changed it by itself: nothing replaces it unasked
 * @property {boolean} pending a kick was requested and is not here yet
 *
 * @typedef {Record<number, Partial<Pad>>} Changes by pad
 * @typedef {{pads: Pad[], selected: number, scope: "pad"|"all"}} State scope: which pads the knobs turn
 * @typedef {Pick<State, "pads"|"selected">} Moment what undo goes back to
 * @typedef {(state: State, before: State) => void} Listener
 * @typedef {ReturnType<typeof createStore>} Store
 */

export const PADS = 16;
const MOST_STEPS = 200;

/** @type {Settings} */
export const NOTHING = Object.freeze({
  controls: Object.freeze({}),
  note: null,
  style: null,
  length_ms: null,
  bpm: null,
  beats: null,
  level: null,
});

/** @returns {Pad} */
export const emptyPad = () => ({
  kick: null,
  settings: NOTHING,
  seed: null,
  origin: null,
  star: false,
  lock: false,
  chosen: false,
  pending: false,
});

export function createStore() {
  /** @type {State} */
  let state = { pads: Array.from({ length: PADS }, emptyPad), selected: 0, scope: "pad" };
  /** @type {Moment[]} */
  let past = [];
  /** @type {Moment[]} */
  let future = [];
  /** @type {string|null} */
  let gesture = null;
  /** @type {Set<Listener>} */
  const listeners = new Set();

  /** @param {State} next */
  function replace(next) {
    const before = state;
    state = next;
    for (const listener of listeners) listener(state, before);
  }

  /** @param {Changes} changes */
  const withPads = (changes) => state.pads.map((pad, index) => (index in changes ? { ...pad, ...changes[index] } : pad));

  /** @param {Moment[]} from @param {Moment[]} to */
  function step(from, to) {
    const moment = from.pop();
    if (!moment) return false;
    gesture = null;
    to.push({ pads: state.pads, selected: state.selected });
    replace({ ...state, ...moment });
    return true;
  }

  return {
    get: () => state,

    /** Calls `listener(state, before)` after each change. @param {Listener} listener */
    subscribe(listener) {
      listeners.add(listener);
    },

    /** Changes what undo does not take back. @param {Partial<State>} patch */
    set(patch) {
      replace({ ...state, ...patch });
    },

    /**
     * Changes pads, as one step of undo; changes of the same gesture, such as one turn of a knob, are one step together.
     * @param {Changes} changes
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

    /** Brings in what a change requested: no step of its own. @param {Changes} changes */
    fill(changes) {
      replace({ ...state, pads: withPads(changes) });
    },

    undo: () => step(past, future),
    redo: () => step(future, past),
    /** Forgets all steps: what the page began with is not undone. */
    forget() {
      past = [];
      future = [];
      replace({ ...state });
    },

    canUndo: () => past.length > 0,
    canRedo: () => future.length > 0,
  };
}
