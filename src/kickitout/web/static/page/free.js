// Which pads may take a kick that nobody told where to go.

/** @typedef {import("./store.js").Pad} Pad */

/** Whether what fills many pads leaves a pad alone: locked, or starred for the pack. @param {Pick<Pad, "lock"|"star">} pad */
export const held = (pad) => pad.lock || pad.star;

/**
 * Whether a kick may come onto a pad unasked: nobody has chosen, changed, locked or starred what is there.
 * @param {Pick<Pad, "lock"|"star"|"chosen">} pad
 */
export const isFree = (pad) => !pad.chosen && !held(pad);

/**
 * The first free pad, in the order of the pads from one on, all around; null: there is none.
 * @param {readonly Pad[]} pads @param {number} first
 */
export function nextFree(pads, first) {
  const order = pads.map((_, step) => (first + step) % pads.length);
  return order.find((index) => isFree(pads[index])) ?? null;
}

/** The pad to ask for where none is free: the next one that is not held, else the first. @param {readonly Pad[]} pads @param {number} first */
export function leastLoss(pads, first) {
  const order = pads.map((_, step) => (first + step) % pads.length);
  return order.find((index) => !held(pads[index])) ?? first % pads.length;
}
