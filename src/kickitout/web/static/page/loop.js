// The loop: 16 steps of kick and bass, scheduled ahead on the audio clock.

import { bassNotes, playBass } from "./bass.js";
import { button, byId, el, setText } from "./dom.js";
import { keep, recall } from "./memory.js";
import { NAMES, hertz, nameOf, pretty } from "./notes.js";

const STEPS = 16;
const TICK_MS = 25;
const AHEAD_S = 0.12;
/** Hidden pages wake once a second at most. */
const AHEAD_HIDDEN_S = 1.6;
/** Kick and bass at once must not clip: the kick plays 6 dB down in the loop, and only there. */
const KICK_LEVEL = 0.5;

const usual = () => ({
  bpm: 124,
  key: 5,
  scale: "minor",
  kick: Array.from({ length: STEPS }, (_, step) => step % 4 === 0),
  bass: Array.from({ length: STEPS }, (_, step) => (step % 4 === 2 ? 0 : null)),
  bassOn: true,
  tune: false,
});

/** What was kept, where it is whole. */
function remembered() {
  const kept = recall("loop", null);
  const whole =
    kept && [kept.kick, kept.bass].every((row) => Array.isArray(row) && row.length === STEPS) && NAMES[kept.key] && kept.bpm > 0;
  return whole ? { ...usual(), ...kept } : usual();
}

/**
 * @param {{store: object, audio: object, making: object, onKey: (name: string|null) => void, flash: (pad: number, level: number) => void}} tools
 */
export function createLoop({ store, audio, onKey, flash }) {
  const panel = byId("panel-loop");
  const run = byId("loop-run");
  const bpm = byId("bpm");
  const keyChoice = byId("key");
  const tune = byId("tune");
  let pattern = remembered();
  let timer = 0;
  let step = 0;
  let next = 0;
  const coming = [];

  const kickKeys = Array.from({ length: STEPS }, (_, index) => stepButton(index, "kick"));
  const bassKeys = Array.from({ length: STEPS }, (_, index) => stepButton(index, "bass"));
  const scale = el("select", {}, el("option", { value: "minor" }, "minor"), el("option", { value: "major" }, "major"));
  const bassOn = el("input", { type: "checkbox" });

  function stepButton(index, row) {
    const key = button("", () => press(index, row), { class: `key step step-${row}` });
    key.addEventListener("keydown", (event) => {
      const keys = row === "kick" ? kickKeys : bassKeys;
      const across = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
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

  /** A kick goes on and off; a bass step goes through silence and the notes of the scale. */
  function press(index, row, by = 1) {
    const values = [...pattern[row]];
    if (row === "kick") values[index] = !values[index];
    else {
      const count = bassNotes(pattern.key, pattern.scale).length + 1;
      const place = ((values[index] === null ? 0 : values[index] + 1) + by + count) % count;
      values[index] = place === 0 ? null : place - 1;
    }
    set({ [row]: values });
  }

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
      const note = pattern.bass[index] === null ? null : nameOf(notes[pattern.bass[index]]);
      key.setAttribute("aria-pressed", String(note !== null));
      key.setAttribute("aria-label", `Bass, step ${index + 1}: ${note ? pretty(note) : "silent"}`);
      setText(key, note ? pretty(note) : "");
    });
    if (document.activeElement !== bpm) bpm.value = String(pattern.bpm);
    keyChoice.value = String(pattern.key);
    scale.value = pattern.scale;
    bassOn.checked = pattern.bassOn;
    tune.checked = pattern.tune === true;
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
    let now = null;
    while (coming.length && coming[0].when <= audio.context.currentTime) now = coming.shift();
    if (now) {
      [kickKeys, bassKeys].forEach((keys) => keys.forEach((key, index) => key.classList.toggle("now", index === now.step)));
      if (pattern.kick[now.step]) flash(store.get().selected, KICK_LEVEL);
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
    if (value >= 40 && value <= 240) set({ bpm: value });
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
  scale.addEventListener("change", () => set({ scale: scale.value }));
  bassOn.addEventListener("change", () => set({ bassOn: bassOn.checked }));

  const numbers = Array.from({ length: STEPS }, (_, index) => el("span", { class: "step-number", "aria-hidden": "true" }, index % 4 === 0 ? index / 4 + 1 : "·"));
  panel.append(
    el("div", { class: "steps" }, ...numbers),
    el("h2", {}, "Kick: the selected pad"),
    el("div", { class: "steps", role: "group", "aria-label": "Kick steps" }, ...kickKeys),
    el("h2", {}, "Bass: press a step for its note"),
    el("div", { class: "steps", role: "group", "aria-label": "Bass steps" }, ...bassKeys),
    el(
      "div",
      { class: "row" },
      el("label", { class: "field line" }, el("span", {}, "Scale"), scale),
      el("label", { class: "check" }, bassOn, el("span", {}, "Bass")),
      button("As at first", () => set({ kick: usual().kick, bass: usual().bass })),
    ),
    el("p", { class: "quiet" }, "In the loop the kick plays 6 dB down, to leave room for the bass. Pads and files stay as they are."),
  );
  show();
  return { toggle, note, running: () => Boolean(timer) };
}
