// What the browser keeps between visits: a few small choices, and the pads. Nothing where it keeps nothing.

import { askOf } from "./ask.js";
import { PADS } from "./store.js";

/** All pads of all models together: browsers keep two bytes a letter. */
const MOST_LETTERS = 95_000;
/** Pads are written when nothing has changed for so long: not at each step of a knob. */
const PAUSE_MS = 400;

/** A kept choice, or `otherwise`. */
export function recall(name, otherwise) {
  try {
    const text = localStorage.getItem(`kick.${name}`);
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return otherwise;
  }
}

/** Keeps a choice. */
export function keep(name, value) {
  try {
    localStorage.setItem(`kick.${name}`, JSON.stringify(value));
  } catch {
    // Private windows may refuse; the choice then holds until the page is closed.
  }
}

// --- pads ---

/**
 * A pad as it is kept: recipes in place of kicks.
 * @typedef {object} KeptPad
 * @property {object} recipe of its kick
 * @property {object|null} origin recipe of the kick that the knobs turn, where that is another
 * @property {import("./store.js").Ask} ask
 * @property {number|string|null} seed
 * @property {boolean} star
 * @property {boolean} lock
 * @property {boolean} pending
 */

/** @returns {KeptPad|null} null: there is nothing that makes its kick again */
function keptPad({ kick, ask, seed, origin, star, lock, pending }) {
  if (!kick?.recipe) return null;
  const other = origin && origin.id !== kick.id ? origin.recipe : null;
  return { recipe: kick.recipe, origin: other ?? null, ask, seed, star, lock, pending };
}

/** A kept pad from anything that JSON may be. @returns {KeptPad|null} */
function readPad(found) {
  if (typeof found?.recipe !== "object" || found.recipe === null) return null;
  const { recipe, origin, seed, star, lock, pending } = found;
  return {
    recipe,
    origin: typeof origin === "object" ? origin : null,
    ask: askOf(found.ask),
    seed: Number.isSafeInteger(seed) || /^\d{1,19}$/.test(seed) ? seed : null,
    star: star === true,
    lock: lock === true,
    pending: pending === true,
  };
}

const lettersOf = (data) => JSON.stringify(data).length;

/** What fits: the longest unused models go first, then the longest pads. */
function fitted([latest, ...others]) {
  while (others.length && lettersOf([latest, ...others]) > MOST_LETTERS) others.pop();
  while (lettersOf([latest]) > MOST_LETTERS) {
    const letters = latest.pads.map(lettersOf);
    latest.pads[letters.indexOf(Math.max(...letters))] = null;
  }
  return [latest, ...others];
}

/** What is kept of all models, the one that was played last at first. */
function visits() {
  const found = recall("pads", []);
  return Array.isArray(found) ? found : [];
}

/** The pads as they were when the page was left. @returns {{selected: number, pads: (KeptPad|null)[]} | null} */
export function recallPads(model) {
  const found = visits().find((one) => one?.model === model);
  if (!Array.isArray(found?.pads)) return null;
  const pads = Array.from({ length: PADS }, (_, index) => readPad(found.pads[index]));
  const selected = Number.isInteger(found.selected) && found.selected >= 0 && found.selected < PADS ? found.selected : 0;
  return pads.some((pad) => pad !== null) ? { selected, pads } : null;
}

function keepPads(model, { pads, selected }) {
  const others = visits().filter((one) => one?.model !== model);
  keep("pads", fitted([{ model, selected, pads: pads.map(keptPad) }, ...others]));
}

/** Keeps the pads from now on, after each change and when the page is left. Of two tabs the one that wrote last wins. */
export function followPads(store, model) {
  let timer = 0;
  function write() {
    clearTimeout(timer);
    timer = 0;
    keepPads(model, store.get());
  }
  store.subscribe((state, before) => {
    if (state.pads === before.pads && state.selected === before.selected) return;
    clearTimeout(timer);
    timer = setTimeout(write, PAUSE_MS);
  });
  const left = () => timer && write();
  addEventListener("pagehide", left);
  document.addEventListener("visibilitychange", left);
  write();
}
