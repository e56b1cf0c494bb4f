// What the browser keeps between visits: a few small choices, and the pads. Nothing where it keeps nothing.

import { settingsOf, partsOf } from "./settings.js";
import { PADS } from "./store.js";

/** All pads of all models together: browsers keep two bytes a letter. */
const MOST_LETTERS = 95_000;
/** Pads are written when nothing has changed for so long: not at each step of a knob. */
const PAUSE_MS = 400;

/**
 * What was kept by a name: anything that JSON may be, for others write there too; null: nothing.
 * @param {string} name @returns {unknown}
 */
export function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(`kick.${name}`) ?? "null");
  } catch {
    return null;
  }
}

/** Keeps a choice. @param {string} name @param {unknown} value */
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
 * @property {import("./store.js").Settings} settings
 * @property {number|string|null} seed
 * @property {boolean} star
 * @property {boolean} lock
 * @property {boolean} chosen
 * @property {boolean} pending
 */

/** @param {import("./store.js").Pad} pad @returns {KeptPad|null} null: there is nothing that makes its kick again */
function keptPad({ kick, settings, seed, origin, star, lock, chosen, pending }) {
  if (!kick?.recipe) return null;
  const other = origin && origin.id !== kick.id ? origin.recipe : null;
  return { recipe: kick.recipe, origin: other ?? null, settings, seed, star, lock, chosen, pending };
}

/** A seed, or null. @param {unknown} found */
function readSeed(found) {
  if (typeof found === "number") return Number.isSafeInteger(found) ? found : null;
  return typeof found === "string" && /^\d{1,19}$/.test(found) ? found : null;
}

/** A kept pad from anything that JSON may be. @param {unknown} found @returns {KeptPad|null} */
function readPad(found) {
  const { recipe, origin, settings, seed, star, lock, chosen, pending } = partsOf(found);
  if (typeof recipe !== "object" || recipe === null) return null;
  return {
    recipe,
    origin: typeof origin === "object" ? origin : null,
    settings: settingsOf(settings),
    seed: readSeed(seed),
    star: star === true,
    lock: lock === true,
    // Of pads that were kept before this was known, nothing is lost.
    chosen: chosen !== false,
    pending: pending === true,
  };
}

/** What is kept of a model. @typedef {{model: string, selected: number, pads: (KeptPad|null)[]}} Visit */

/** @param {unknown} data */
const lettersOf = (data) => JSON.stringify(data).length;

/**
 * What fits: the longest unused models go first, then the longest pads.
 * @param {Visit} latest @param {unknown[]} others
 */
function fitted(latest, others) {
  while (others.length && lettersOf([latest, ...others]) > MOST_LETTERS) others.pop();
  while (lettersOf([latest]) > MOST_LETTERS) {
    const letters = latest.pads.map(lettersOf);
    latest.pads[letters.indexOf(Math.max(...letters))] = null;
  }
  return [latest, ...others];
}

/** What is kept of all models, the one that was played last first. @returns {unknown[]} */
function visits() {
  const found = recall("pads");
  return Array.isArray(found) ? found : [];
}

/**
 * The pads as they were when the page was left.
 * @param {string} model its checksum @returns {{selected: number, pads: (KeptPad|null)[]} | null}
 */
export function recallPads(model) {
  const found = partsOf(visits().find((one) => partsOf(one).model === model));
  const kept = found.pads;
  if (!Array.isArray(kept)) return null;
  const pads = Array.from({ length: PADS }, (_, index) => readPad(kept[index]));
  const place = typeof found.selected === "number" ? found.selected : 0;
  const selected = Number.isInteger(place) && place >= 0 && place < PADS ? place : 0;
  return pads.some((pad) => pad !== null) ? { selected, pads } : null;
}

/** @param {string} model @param {import("./store.js").Moment} moment */
function keepPads(model, { pads, selected }) {
  const others = visits().filter((one) => partsOf(one).model !== model);
  keep("pads", fitted({ model, selected, pads: pads.map(keptPad) }, others));
}

/**
 * Keeps the pads from now on, after each change and when the page is left. Of two tabs the one that wrote last wins.
 * @param {import("./store.js").Store} store @param {string} model its checksum
 */
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
