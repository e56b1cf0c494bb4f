// The 16 pads: hit, seen, starred, locked.

import { RATE } from "./audio.js";
import { byId, el, setText } from "./dom.js";
import { drawWave, fitCanvas, offer } from "./display.js";
import { decayWords, pretty } from "./notes.js";
import { PADS } from "./store.js";

const COLUMNS = 4;
export const CODES = ["Digit1", "Digit2", "Digit3", "Digit4", "KeyQ", "KeyW", "KeyE", "KeyR"].concat(
  ["KeyA", "KeyS", "KeyD", "KeyF", "KeyZ", "KeyX", "KeyC", "KeyV"],
);
const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const INK = [222, 214, 202];
/** @type {Record<string, number|undefined>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS };
/** @type {Record<string, number|undefined>} */
const ENDS = { Home: 0, End: PADS - 1 };
/** The marks of a pad. */
export const MARKS = /** @type {const} */ (["star", "lock"]);

/**
 * A pad's elements, and the id of the kick whose waveform is drawn.
 * @typedef {{cell: HTMLElement, face: HTMLElement, canvas: HTMLCanvasElement, note: HTMLElement, decay: HTMLElement,
 *   letter: HTMLElement, star: HTMLElement, lock: HTMLElement, drawn: string|null}} Slot
 */

/** What is written on a pad's key. @param {number} index */
const letterOf = (index) => CODES[index].slice(-1);

/**
 * @param {{store: import("./store.js").Store, audio: import("./audio.js").Player, hit: (pad: number, velocity?: number) => void,
 *   url: (id: string) => string, longest: number}} tools
 */
export function createPads({ store, audio, hit, url, longest }) {
  const grid = byId("pads");
  const span = Math.round((longest * RATE) / 1000);
  const slots = Array.from({ length: PADS }, (_, index) => makeSlot(index));
  grid.replaceChildren(...slots.map((slot) => slot.cell));

  /** @param {number} index @returns {Slot} */
  function makeSlot(index) {
    const canvas = el("canvas", { class: "pad-wave", "aria-hidden": "true" });
    const note = el("span", { class: "pad-note" });
    const decay = el("span", { class: "pad-decay" });
    const letter = el("kbd", { class: "pad-key" }, letterOf(index));
    const name = el("span", { class: "hidden" }, `Pad ${index + 1} `);
    const face = el(
      "button",
      { type: "button", class: "pad", draggable: "true", tabindex: index === 0 ? 0 : -1 },
      name,
      letter,
      canvas,
      el("span", { class: "pad-words" }, note, " ", decay),
    );
    const star = mark(index, "star", "☆", "★");
    const lock = mark(index, "lock", "", "");
    const cell = el("div", { class: "slot" }, face, star, lock);
    face.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      hit(index);
    });
    // Keyboard and assistive technology click without a pointer.
    face.addEventListener("click", (event) => {
      if (event.detail === 0) hit(index);
    });
    face.addEventListener("focus", () => store.get().selected !== index && store.set({ selected: index }));
    face.addEventListener("dragstart", (event) => offer(event, store.get().pads[index].kick, url));
    face.addEventListener("keydown", (event) => move(event, index));
    return { cell, face, canvas, note, decay, letter, star, lock, drawn: null };
  }

  /** @param {number} index @param {"star"|"lock"} kind @param {string} off @param {string} on */
  function mark(index, kind, off, on) {
    const words = kind === "star" ? `Star pad ${index + 1}` : `Lock pad ${index + 1}`;
    return el("button", {
      type: "button",
      class: `mark mark-${kind}`,
      tabindex: -1,
      "aria-pressed": "false",
      "aria-label": words,
      title: kind === "star" ? "Star: add to the pack; shuffle and vary keep it (K)" : "Lock: shuffle and vary keep it (L)",
      "data-off": off,
      "data-on": on,
      onclick: () => store.change({ [index]: { [kind]: !store.get().pads[index][kind] } }),
    });
  }

  /** Arrow keys move over the grid. @param {KeyboardEvent} event @param {number} index */
  function move(event, index) {
    const step = STEPS[event.key];
    const target = ENDS[event.key] ?? (step === undefined ? undefined : index + step);
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const sideways = step === -1 || step === 1;
    const sameRow = Math.floor(target / COLUMNS) === Math.floor(index / COLUMNS);
    if (target < 0 || target >= PADS || (sideways && !sameRow)) return;
    store.set({ selected: target });
    slots[target].face.focus();
  }

  /** @param {Slot} slot @param {string} id */
  async function drawPad(slot, id) {
    const sound = await audio.load(id);
    if (slot.drawn !== id) return;
    fitCanvas(slot.canvas);
    drawWave(slot.canvas, sound.channels, Math.max(span, sound.channels[0].length), { both: INK, ground: null });
  }

  /** @param {Slot} slot @param {import("./store.js").Pad} pad @param {boolean} selected */
  function show(slot, pad, selected) {
    const { kick } = pad;
    slot.cell.classList.toggle("selected", selected);
    slot.cell.classList.toggle("pending", pad.pending);
    slot.face.tabIndex = selected ? 0 : -1;
    slot.face.setAttribute("aria-current", String(selected));
    for (const kind of MARKS) {
      slot[kind].setAttribute("aria-pressed", String(pad[kind]));
      slot[kind].tabIndex = selected ? 0 : -1;
    }
    if (!kick) return;
    setText(slot.note, kick.note ? pretty(kick.note) : "–");
    setText(slot.decay, decayWords(kick));
    slot.face.title = `${kick.file}: click to play, drag out as a WAV file`;
    if (slot.drawn !== kick.id) {
      slot.drawn = kick.id;
      drawPad(slot, kick.id).catch(() => {});
    }
  }

  /** @param {import("./store.js").State} state @param {import("./store.js").State|null} before */
  function showAll(state, before) {
    state.pads.forEach((pad, index) => {
      const selected = index === state.selected;
      const was = before && before.pads[index] === pad && (index === before.selected) === selected;
      if (!was) show(slots[index], pad, selected);
    });
  }
  store.subscribe(showAll);
  showAll(store.get(), null);

  new ResizeObserver(() => {
    for (const slot of slots) {
      const { drawn } = slot;
      if (drawn && fitCanvas(slot.canvas)) drawPad(slot, drawn).catch(() => {});
    }
  }).observe(grid);

  // Letters as they stand on this keyboard, where the browser tells.
  /** @type {{keyboard?: {getLayoutMap?: () => Promise<Map<string, string>>}}} */ (navigator).keyboard
    ?.getLayoutMap?.()
    .then((layout) => slots.forEach((slot, index) => setText(slot.letter, (layout.get(CODES[index]) ?? "").toUpperCase() || letterOf(index))))
    .catch(() => {});

  return {
    /** A light under a pad that was hit. @param {number} index */
    flash(index, level = 1) {
      const glow = [{ opacity: 0.25 + 0.75 * level }, { opacity: 0 }];
      const { cell } = slots[index];
      cell.animate(glow, { duration: STILL.matches ? 60 : 260, easing: "ease-out", pseudoElement: "::after" });
    },
    focus: (/** @type {number} */ index) => slots[index].face.focus(),
  };
}
