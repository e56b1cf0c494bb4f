// The loop: 16 steps of kicks and bass, scheduled ahead on the audio clock.

import { bassNotes, createBass } from "./bass.js";
import { button, byId, el, setText } from "./dom.js";
import { keep, recall } from "./memory.js";
import { NAMES, hertz, nameOf, pretty } from "./notes.js";
import { FASTEST, KICK_LEVEL, MOST_LANES, MOST_SWING, SLOWEST, STEPS, STRAIGHT } from "./pattern.js";
import { hitsAt, isScale, laneOf, lateness, readPattern, stepLength, usual } from "./pattern.js";

/** @typedef {import("./pattern.js").Pattern} Pattern */
/** @typedef {import("./pattern.js").Lane} Lane */

const TICK_MS = 25;
const AHEAD_S = 0.12;
/** Hidden pages wake once a second at most. */
const AHEAD_HIDDEN_S = 1.6;
/** A bass note lasts longer than its step. */
const BASS_STEPS = 1.7;
/** How loud a kick is taken to be that has no loudness. LUFS */
const USUAL_LUFS = -14;

/**
 * @param {{store: import("./store.js").Store, audio: import("./audio.js").Player, onKey: (name: string|null) => void, onTempo: (bpm: number) => void,
 *   flash: (pad: number, level: number) => void, message: import("./message.js").Message, tuned: boolean}} tools
 *   tuned: whether pads are tuned to the key where the browser keeps no choice
 */
export function createLoop({ store, audio, onKey, onTempo, flash, message, tuned }) {
  const panel = byId("panel-loop");
  const run = byId("loop-run");
  const bpm = byId("bpm", HTMLInputElement);
  const keyChoice = byId("key", HTMLSelectElement);
  const tune = byId("tune", HTMLInputElement);
  const playBass = createBass(audio.context);
  let pattern = readPattern(recall("loop"), tuned);
  keep("loop", pattern);
  let timer = 0;
  let step = 0;
  let next = 0;
  /** @type {{step: number, when: number}[]} */
  const coming = [];

  const scale = el("select", {}, el("option", { value: "minor" }, "minor"), el("option", { value: "major" }, "major"));
  const swing = el("input", { type: "range", min: STRAIGHT, max: MOST_SWING, step: 1, id: "swing" });
  const swung = el("output", { for: "swing" });
  const add = button("Add a pad", () => addLane());
  const lanes = el("div", { class: "lanes" });

  /** @param {Partial<Pattern>} patch */
  function set(patch) {
    pattern = { ...pattern, ...patch };
    keep("loop", pattern);
    show();
  }

  // --- rows of steps ---

  /** What a row of kicks is called. @param {Lane} lane */
  const nameOfLane = ({ pad }) => (pad === null ? "Selected pad" : `Pad ${pad + 1}`);

  /**
   * A row of keys; arrow keys go along it and to the rows beside it.
   * @param {(index: number) => void} press @param {(index: number, by: number) => boolean} turn by up and down; whether it did
   */
  function rowOf(press, turn) {
    const keys = Array.from({ length: STEPS }, (_, index) => button("", () => press(index), { class: "key step" }));
    keys.forEach((key, index) =>
      key.addEventListener("keydown", (event) => {
        const across = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
        const up = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
        if (across) keys[(index + across + STEPS) % STEPS].focus();
        else if (!up) return;
        else if (!turn(index, up)) stepAside(keys, index, -up);
        event.preventDefault();
        event.stopPropagation();
      }),
    );
    return keys;
  }

  /** Goes to the row above or below. @param {HTMLButtonElement[]} keys @param {number} index @param {number} by */
  function stepAside(keys, index, by) {
    const rows = [...laneRows.map((row) => row.keys), bassRow.keys];
    rows[rows.indexOf(keys) + by]?.[index].focus();
  }

  /** @param {number} place @param {Partial<Lane>} patch */
  const setLane = (place, patch) => set({ lanes: pattern.lanes.map((lane, index) => (index === place ? { ...lane, ...patch } : lane)) });

  /** @param {number} place */
  function makeLane(place) {
    const keys = rowOf(
      (index) => {
        const { steps } = pattern.lanes[place];
        setLane(place, { steps: steps.map((on, at) => (at === index ? !on : on)) });
      },
      () => false,
    );
    const mute = button("M", () => setLane(place, { mute: !pattern.lanes[place].mute }), { class: "key mute", title: "Mute" });
    const drop = button("×", () => set({ lanes: pattern.lanes.filter((_, index) => index !== place) }), { class: "key drop-lane", title: "Take this row out" });
    const name = el("span", { class: "lane-name" });
    const head = el("div", { class: "lane-head" }, name, drop, mute);
    const element = el("div", { class: "lane", role: "group" }, head, el("div", { class: "steps" }, ...keys));
    return { element, keys, mute, drop, name };
  }

  function makeBassRow() {
    const keys = rowOf((index) => pressBass(index), (index, by) => {
      pressBass(index, by);
      return true;
    });
    const mute = button("M", () => set({ bassOn: !pattern.bassOn }), { class: "key mute", title: "Mute", "aria-label": "Mute the bass" });
    const head = el("div", { class: "lane-head" }, el("span", { class: "lane-name" }, "Bass"), mute);
    const steps = el("div", { class: "steps" }, ...keys);
    return { element: el("div", { class: "lane", role: "group", "aria-label": "Bass steps" }, head, steps), keys, mute };
  }

  /** @type {ReturnType<typeof makeLane>[]} */
  let laneRows = [];
  const bassRow = makeBassRow();

  /** A bass step goes through silence and the notes of the scale. @param {number} index */
  function pressBass(index, by = 1) {
    const count = bassNotes(pattern.key, pattern.scale).length + 1;
    const degree = pattern.bass[index];
    const turned = ((degree === null ? 0 : degree + 1) + by + count) % count;
    set({ bass: pattern.bass.map((one, place) => (place !== index ? one : turned === 0 ? null : turned - 1)) });
  }

  /** Another row, for the selected pad. */
  function addLane() {
    const { selected } = store.get();
    if (pattern.lanes.some(({ pad }) => pad === selected)) message.say(`Pad ${selected + 1} has a row; select another pad.`);
    else set({ lanes: [...pattern.lanes, laneOf(selected)] });
  }

  function showLanes() {
    if (laneRows.length !== pattern.lanes.length) {
      laneRows = pattern.lanes.map((_, place) => makeLane(place));
      lanes.replaceChildren(...laneRows.map(({ element }) => element));
    }
    pattern.lanes.forEach((lane, place) => {
      const { element, keys, mute, drop, name } = laneRows[place];
      const words = nameOfLane(lane);
      setText(name, words);
      element.setAttribute("aria-label", `${words} steps`);
      drop.hidden = pattern.lanes.length === 1;
      drop.setAttribute("aria-label", `Take out the row of ${words.toLowerCase()}`);
      mute.setAttribute("aria-pressed", String(lane.mute));
      mute.setAttribute("aria-label", `Mute ${words.toLowerCase()}`);
      element.classList.toggle("muted", lane.mute);
      keys.forEach((key, index) => {
        key.setAttribute("aria-pressed", String(lane.steps[index]));
        key.setAttribute("aria-label", `${words}, step ${index + 1}`);
      });
    });
  }

  function show() {
    showLanes();
    const notes = bassNotes(pattern.key, pattern.scale);
    bassRow.keys.forEach((key, index) => {
      const degree = pattern.bass[index];
      const note = degree === null ? null : nameOf(notes[degree]);
      key.setAttribute("aria-pressed", String(note !== null));
      key.setAttribute("aria-label", `Bass, step ${index + 1}: ${note ? pretty(note) : "silent"}`);
      setText(key, note ? pretty(note) : "");
    });
    bassRow.mute.setAttribute("aria-pressed", String(!pattern.bassOn));
    bassRow.element.classList.toggle("muted", !pattern.bassOn);
    if (document.activeElement !== bpm) bpm.value = String(pattern.bpm);
    keyChoice.value = String(pattern.key);
    scale.value = pattern.scale;
    swing.value = String(pattern.swing);
    setText(swung, `${pattern.swing} %`);
    tune.checked = pattern.tune;
    add.hidden = pattern.lanes.length >= MOST_LANES;
  }

  // --- time ---

  function schedule() {
    const { currentTime } = audio.context;
    const until = currentTime + (document.hidden ? AHEAD_HIDDEN_S : AHEAD_S);
    if (next < currentTime - 0.2) next = currentTime + 0.05; // woken late: go on from now
    while (next < until) {
      const when = next + lateness(pattern, step);
      sound(step, when);
      coming.push({ step, when });
      step = (step + 1) % STEPS;
      next += stepLength(pattern);
    }
  }

  /** How loud the loudest kick of the loop is, in LUFS: the bass is as loud. */
  function kickLufs() {
    const { pads, selected } = store.get();
    const heard = pattern.lanes.filter(({ mute, steps }) => !mute && steps.some(Boolean));
    const known = (heard.length ? heard : pattern.lanes).flatMap(({ pad }) => pads[pad ?? selected].kick?.loudness_lufs ?? []);
    return (known.length ? Math.max(...known) : USUAL_LUFS) + 20 * Math.log10(KICK_LEVEL);
  }

  /** @param {number} index @param {number} when */
  function sound(index, when) {
    const { selected, pads } = store.get();
    for (const { pad, level } of hitsAt(pattern.lanes, index, selected)) {
      const { kick } = pads[pad];
      if (kick) audio.play(kick.id, level, when);
    }
    const degree = pattern.bass[index];
    if (!pattern.bassOn || degree === null) return;
    const hz = hertz(bassNotes(pattern.key, pattern.scale)[degree]);
    playBass({ hz, when, length: BASS_STEPS * stepLength(pattern), lufs: kickLufs() });
  }

  function light() {
    if (!timer) return;
    /** @type {number|null} */
    let now = null;
    while (coming.length && coming[0].when <= audio.context.currentTime) now = coming.shift()?.step ?? null;
    if (now !== null) {
      allKeys().forEach((keys) => keys.forEach((key, index) => key.classList.toggle("now", index === now)));
      hitsAt(pattern.lanes, now, store.get().selected).forEach(({ pad, level }) => flash(pad, level));
    }
    requestAnimationFrame(light);
  }
  const allKeys = () => [...laneRows.map(({ keys }) => keys), bassRow.keys];

  function toggle() {
    if (timer) {
      clearInterval(timer);
      timer = 0;
      coming.length = 0;
      allKeys().forEach((keys) => keys.forEach((key) => key.classList.remove("now")));
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
  const readBpm = () => {
    const value = Number(bpm.value);
    return bpm.value.trim() !== "" && value >= SLOWEST && value <= FASTEST ? value : null;
  };
  bpm.addEventListener("input", () => {
    const value = readBpm();
    if (value !== null) set({ bpm: value });
  });
  bpm.addEventListener("change", () => {
    if (readBpm() === null) message.fail(`BPM ${bpm.value || "of nothing"}: out of range; give ${SLOWEST} to ${FASTEST}`);
    else onTempo(pattern.bpm);
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
  swing.addEventListener("input", () => set({ swing: Number(swing.value) }));
  const onto = (/** @type {import("./store.js").State} */ { selected }) => setText(add, `Add pad ${selected + 1}`);
  store.subscribe(onto);
  onto(store.get());

  const numbers = Array.from({ length: STEPS }, (_, index) => el("span", { class: "step-number", "aria-hidden": "true" }, index % 4 === 0 ? index / 4 + 1 : "·"));
  panel.append(
    el("div", { class: "lane numbers" }, el("span"), el("div", { class: "steps" }, ...numbers)),
    lanes,
    bassRow.element,
    el(
      "div",
      { class: "row" },
      add,
      el("label", { class: "slide swing" }, el("span", {}, "Swing"), swing, swung),
      el("label", { class: "field line" }, el("span", {}, "Scale"), scale),
      button("Reset pattern", () => {
        const { lanes: rows, bass, swing: straight, bassOn } = usual(pattern.tune);
        set({ lanes: rows, bass, swing: straight, bassOn });
      }),
    ),
    el("p", { class: "quiet" }, "Press a bass step to change its note. In the loop kicks play 6 dB quieter, less still where several play at once, and the bass as loud as they. Pads and files are not changed."),
  );
  show();
  return { toggle, note, bpm: () => pattern.bpm, running: () => Boolean(timer) };
}
