// Where a tool puts what it makes: on the selected pad while that is free or holds what the tool put there, else on the
// next free one.

import { isFree, held, nextFree } from "./free.js";

/** @typedef {import("./store.js").Pad} Pad */

/** What tells whether a pad still holds the kick that was put there, as it was. @param {Pad} pad */
const markOf = ({ seed, origin, settings: { controls, style, length_ms, beats, level } }) =>
  JSON.stringify([origin?.id ?? seed, controls, style, length_ms, beats, level]);

/**
 * @param {{store: import("./store.js").Store, making: import("./making.js").Making}} tools
 * @param {string} what the tool makes, for questions
 * @param {() => number[]} never pads that it must not take
 */
export function createSpot({ store, making }, what, never = () => []) {
  /** @type {string|null} */
  let mine = null;

  /** The pad that comes next; null: the person is asked. */
  function next() {
    const { pads, selected } = store.get();
    if (mine !== null && markOf(pads[selected]) === mine && !held(pads[selected])) return selected;
    const taken = never();
    if (isFree(pads[selected]) && !taken.includes(selected)) return selected;
    return nextFree(pads.map((pad, index) => (taken.includes(index) ? { ...pad, lock: true } : pad)), selected + 1);
  }

  return {
    next,
    /** The pad, selected; null: there is no room, and the person gives none. */
    async take() {
      const { selected } = store.get();
      const found = next() ?? (await making.placeFor(selected + 1, what, never()));
      if (found !== null && found !== selected) store.set({ selected: found });
      return found;
    },
    /** To be called when it was put there. @param {number} index */
    put(index) {
      mine = markOf(store.get().pads[index]);
    },
  };
}
