// The loop: 16 steps of kick and bass, scheduled ahead on the audio clock.

import { SCALES, bassNotes, playBass } from "./bass.js";
import { button, byId, el, setText } from "./dom.js";
import { partsOf } from "./settings.js";
import { keep, recall } from "./memory.js";
import { NAMES, hertz, nameOf, pretty } from "./notes.js";

const STEPS = 16;
/** Beats per minute. */
const [SLOWEST, FASTEST] = [40, 240];
const TICK_MS = 25;
const AHEAD_S = 0.12;
/** Hidden pages wake once a second at most. */
const AHEAD_HIDDEN_S = 1.6;
/** Kick and bass at once must not clip: the kick plays 6 dB down in the loop, and only there. */
const KICK_LEVEL = 0.5;

/**
 * @typedef {object} Pattern
 * @property {number} bpm
 * @property {number} key pitch class
 * @property {import("./bass.js").Scale} scale
 * @property {boolean[]} kick by step
 * @property {(number|null)[]} bass by step: the scale's degree, or silence
 * @property {boolean} bassOn
 * @property {boolean} tune whether pads are tuned to the key
 */

/** @returns {Pattern} */
const usual = () => ({
  bpm: 124,
  key: 5,
  scale: "minor",
  kick: Array.from({ length: STEPS }, (_, step) => step % 4 === 0),
  bass: Array.from({ length: STEPS }, (_, step) => (step % 4 === 2 ? 0 : null)),
  bassOn: true,
  tune: false,
});

/** @param {unknown} value @returns {value is import("./bass.js").Scale} */
const isScale = (value) => typeof value === "string" && value in SCALES;

/** A row of steps as it was kept, or null. @template T @param {unknown} row @param {(step: unknown) => T} read */
const readRow = (row, read) => (Array.isArray(row) && row.length === STEPS ? row.map(read) : null);

/** The pattern as it was kept; of what is not whole, the usual. @returns {Pattern} */
function remembered() {
  const { bpm, key, scale, kick, bass, bassOn, tune } = partsOf(recall("loop"));
  const given = usual();
  return {
    bpm: typeof bpm === "number" && bpm >= SLOWEST && bpm <= FASTEST ? bpm : given.bpm,
    key: typeof key === "number" && key in NAMES ? key : given.key,
    scale: isScale(scale) ? scale : given.scale,
    kick: readRow(kick, Boolean) ?? given.kick,
    bass: readRow(bass, (degree) => (typeof degree === "number" && degree in SCALES.minor ? degree : null)) ?? given.bass,
    bassOn: typeof bassOn === "boolean" ? bassOn : given.bassOn,
    tune: tune === true,
  };
}

/**
 * @param {{store: import("./store.js").Store, audio: import("./audio.js").Player, onKey: (name: string|null) => void,
 *   flash: (pad: number, level: number) => void}} tools
 */
export function createLoop({ store, audio, onKey, flash }) {
  const panel = byId("panel-loop");
  const run = byId("loop-run");
  const bpm = byId("bpm", HTMLInputElement);
  const keyChoice = byId("key", HTMLSelectElement);
  const tune = byId("tune", HTMLInputElement);
  let pattern = remembered();
  let timer = 0;
  let step = 0;
  let next = 0;
  /** @type {{step: number, when: number}[]} */
  const coming = [];

  const kickKeys = Array.from({ length: STEPS }, (_, index) => stepButton(index, "kick"));
  const bassKeys = Array.from({ length: STEPS }, (_, index) => stepButton(index, "bass"));
  const scale = el("select", {}, el("option", { value: "minor" }, "minor"), el("option", { value: "major" }, "major"));
  const bassOn = el("input", { type: "checkbox" });

  /** @param {number} index @param {"kick"|"bass"} row */
  function stepButton(index, row) {
    const key = button("", () => press(index, row), { class: `key step step-${row}` });
    key.addEventListener("keydown", (event) => {
      const keys = row === "kick" ? kickKeys : bassKeys;
      const across = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
      if (across) keys[(index + across + STEPS) % STEPS].focus();
      else if (row === "bass" && event.key === "ArrowUp") press(index, row, 1);
      else if (row === "bass" && event.key === "ArrowDown") press(index, row, -1);
      else if (event.key === "ArrowUp" || event.key === "ArrowDown") bassKeys[index].focus();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return key;
  }

  /**
   * A kick goes on and off; a bass step goes through silence and the notes of the scale.
   * @param {number} index @param {"kick"|"bass"} row
   */
  function press(index, row, by = 1) {
    if (row === "kick") {
      set({ kick: pattern.kick.map((on, place) => (place === index ? !on : on)) });
      return;
    }
    const count = bassNotes(pattern.key, pattern.scale).length + 1;
    const degree = pattern.bass[index];
    const turned = ((degree === null ? 0 : degree + 1) + by + count) % count;
    set({ bass: pattern.bass.map((one, place) => (place !== index ? one : turned === 0 ? null : turned - 1)) });
  }

  /** @param {Partial<Pattern>} patch */
  function set(patch) {
    pattern = { ...pattern, ...patch };
    keep("loop", pattern);
    show();
  }

  function show() {
    const notes = bassNotes(pattern.key, pattern.scale);
    kickKeys.forEach((key, index) => {
      key.setAttribute("aria-pressed", String(pattern.kick[index]));
      key.setAttribute("aria-label", `Kick, step ${index + 1}`);
    });
    bassKeys.forEach((key, index) => {
      const degree = pattern.bass[index];
      const note = degree === null ? null : nameOf(notes[degree]);
      key.setAttribute("aria-pressed", String(note !== null));
      key.setAttribute("aria-label", `Bass, step ${index + 1}: ${note ? pretty(note) : "silent"}`);
      setText(key, note ? pretty(note) : "");
    });
    if (document.activeElement !== bpm) bpm.value = String(pattern.bpm);
    keyChoice.value = String(pattern.key);
    scale.value = pattern.scale;
    bassOn.checked = pattern.bassOn;
    tune.checked = pattern.tune;
  }

  // --- time ---

  const stepLength = () => 60 / pattern.bpm / 4;

  function schedule() {
    const { currentTime } = audio.context;
    const until = currentTime + (document.hidden ? AHEAD_HIDDEN_S : AHEAD_S);
    if (next < currentTime - 0.2) next = currentTime + 0.05; // woken late: go on from now
    while (next < until) {
      sound(step, next);
      coming.push({ step, when: next });
      step = (step + 1) % STEPS;
      next += stepLength();
    }
  }

  /** @param {number} index @param {number} when */
  function sound(index, when) {
    const { selected, pads } = store.get();
    const { kick } = pads[selected];
    if (pattern.kick[index] && kick) audio.play(kick.id, KICK_LEVEL, when);
    const degree = pattern.bass[index];
    if (pattern.bassOn && degree !== null) {
      const hz = hertz(bassNotes(pattern.key, pattern.scale)[degree]);
      playBass(audio.context, audio.context.destination, { hz, when, length: 1.7 * stepLength() });
    }
  }

  function light() {
    if (!timer) return;
    /** @type {number|null} */
    let now = null;
    while (coming.length && coming[0].when <= audio.context.currentTime) now = coming.shift()?.step ?? null;
    if (now !== null) {
      [kickKeys, bassKeys].forEach((keys) => keys.forEach((key, index) => key.classList.toggle("now", index === now)));
      if (pattern.kick[now]) flash(store.get().selected, KICK_LEVEL);
    }
    requestAnimationFrame(light);
  }

  function toggle() {
    if (timer) {
      clearInterval(timer);
      timer = 0;
      coming.length = 0;
      [...kickKeys, ...bassKeys].forEach((key) => key.classList.remove("now"));
    } else {
      audio.wake();
      step = 0;
      next = audio.context.currentTime + 0.06;
      timer = setInterval(schedule, TICK_MS);
      schedule();
      requestAnimationFrame(light);
    }
    run.setAttribute("aria-pressed", String(Boolean(timer)));
  }

  // --- the controls ---

  keyChoice.append(...NAMES.map((name, index) => el("option", { value: index }, pretty(name))));
  run.addEventListener("click", toggle);
  bpm.addEventListener("input", () => {
    const value = Number(bpm.value);
    if (value >= SLOWEST && value <= FASTEST) set({ bpm: value });
  });
  bpm.addEventListener("blur", show);
  /** The note that pads are tuned to, or null. */
  const note = () => (tune.checked ? NAMES[pattern.key] : null);
  keyChoice.addEventListener("change", () => {
    set({ key: Number(keyChoice.value) });
    if (tune.checked) onKey(note());
  });
  tune.addEventListener("change", () => {
    set({ tune: tune.checked });
    onKey(note());
  });
  scale.addEventListener("change", () => {
    if (isScale(scale.value)) set({ scale: scale.value });
  });
  bassOn.addEventListener("change", () => set({ bassOn: bassOn.checked }));

  const numbers = Array.from({ length: STEPS }, (_, index) => el("span", { class: "step-number", "aria-hidden": "true" }, index % 4 === 0 ? index / 4 + 1 : "·"));
  panel.append(
    el("div", { class: "steps" }, ...numbers),
    el("h2", {}, "Kick: the selected pad"),
    el("div", { class: "steps", role: "group", "aria-label": "Kick steps" }, ...kickKeys),
    el("h2", {}, "Bass: press a step to change its note"),
    el("div", { class: "steps", role: "group", "aria-label": "Bass steps" }, ...bassKeys),
    el(
      "div",
      { class: "row" },
      el("label", { class: "field line" }, el("span", {}, "Scale"), scale),
      el("label", { class: "check" }, bassOn, el("span", {}, "Bass")),
      button("Reset pattern", () => set({ kick: usual().kick, bass: usual().bass })),
    ),
    el("p", { class: "quiet" }, "In the loop the kick plays 6 dB quieter, to leave room for the bass. Pads and files are not changed."),
  );
  show();
  return { toggle, note, running: () => Boolean(timer) };
}
