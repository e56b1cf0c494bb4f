// The tab of knobs: the settings of the selected pad, or of all.

import { tips } from "../engine/constants.js";
import { KINDS, USUAL_LEVEL, levelOf, readLevel } from "./level.js";
import { BEATS, PITCH, withBeats, withControl, withLength, withNote } from "./settings.js";
import { button, byId, el, setText } from "./dom.js";
import { lengthInBeats } from "../engine/lengths.js";
import { createKnob } from "./knobs.js";
import { NAMES, notesBetween, pretty } from "./notes.js";
import { NOTHING } from "./store.js";

const SCOPES = /** @type {const} */ ([["pad", "This pad"], ["all", "All pads"]]);

/** A field with its words above. @param {string} words @param {HTMLElement} input */
const field = (words, input) => el("label", { class: "field" }, el("span", {}, words), input);

/**
 * A choice of notes.
 * @param {import("../engine/index.js").Control|undefined} pitch its range, where the model has one
 */
function noteChoice(pitch) {
  const option = (/** @type {string} */ name) => el("option", { value: name }, pretty(name));
  const exact = pitch ? notesBetween(pitch.low, pitch.high).map(({ name }) => option(name)) : [];
  return el(
    "select",
    {},
    el("option", { value: "" }, "any"),
    el("optgroup", { label: "Usual octave" }, ...NAMES.map(option)),
    el("optgroup", { label: "Exact octave" }, ...exact),
  );
}

/**
 * @param {{store: import("./store.js").Store, making: import("./making.js").Making, known: import("../engine/index.js").Facts,
 *   message: import("./message.js").Message, bpm: () => number}} tools bpm: of the loop
 */
export function createSound({ store, making, known, message, bpm }) {
  const panel = byId("panel-sound");
  const words = (/** @type {string} */ name) => ({ tip: tips.TIPS[name] ?? "", model: known.model.name, message });
  const knobs = known.controls.map((control) => {
    const { name } = control;
    const turn = (/** @type {number|null} */ value, /** @type {string} */ gesture) =>
      making.change((settings) => withControl(settings, name, value), gesture);
    return { control, knob: createKnob(control, turn, words(name)) };
  });
  const length = {
    name: "length_ms",
    label: "Length",
    unit: "ms",
    low: known.length_ms.low,
    high: known.length_ms.high,
    middle: known.length_ms.usual,
    step: 1,
  };
  const cut = createKnob(
    length,
    (value, gesture) => making.change((settings) => withLength(settings, value), gesture),
    words(length.name),
  );
  const beats = beatsChoice();
  const level = levelChoice();

  /** The length in beats, beside the knobs: a choice, and what it comes to. */
  function beatsChoice() {
    const choice = el(
      "select",
      { id: "beats", "aria-label": "Length in beats", title: tips.TIPS.beats },
      el("option", { value: "" }, "–"),
      ...BEATS.map((one) => el("option", { value: one }, one)),
    );
    const told = el("span", { class: "quiet beats-words" });
    choice.addEventListener("change", () => {
      const tempo = bpm();
      try {
        if (choice.value) lengthInBeats({ bpm: tempo, beats: choice.value });
        making.change((settings) => withBeats(settings, tempo, choice.value || null));
      } catch (error) {
        message.fail(error);
        show(store.get());
      }
    });
    const label = el("span", { class: "knob-label", "aria-hidden": "true", title: tips.TIPS.beats }, "Beats");
    return { choice, told, element: el("div", { class: "knob beats" }, label, choice, told) };
  }

  /** The level: of what, and a number. */
  function levelChoice() {
    const kind = el("select", { id: "level-kind", "aria-label": "Level of what" }, ...KINDS.map(([name, label]) => el("option", { value: name }, label)));
    const value = el("input", { type: "text", id: "level", inputmode: "decimal", "aria-label": "Level", autocomplete: "off" });
    const set = (/** @type {string} */ text) => {
      const read = readLevel(kind.value, text);
      if (read.level === null) message.fail(read.error);
      else making.setLevel(read.level);
      show(store.get());
    };
    kind.addEventListener("change", () => set(String(KINDS.find(([name]) => name === kind.value)?.[2])));
    value.addEventListener("change", () => set(value.value));
    const element = el("div", { class: "field level", role: "group", title: tips.TIPS.level }, el("span", {}, "Level"), el("div", { class: "pair" }, kind, value));
    return { kind, value, element };
  }

  const note = noteChoice(known.controls.find(({ name }) => name === PITCH));
  note.addEventListener("change", () => making.change((settings) => withNote(settings, note.value || null)));
  const style = el(
    "select",
    {},
    el("option", { value: "" }, "any"),
    ...known.styles.map(({ name, description }) => el("option", { value: name, title: description }, name)),
  );
  style.addEventListener("change", () => making.change((settings) => ({ ...settings, style: style.value || null })));

  const scopes = SCOPES.map(([scope, name]) =>
    button(name, () => store.set({ scope }), { class: "half", "aria-pressed": "false" }),
  );
  const reset = button("Reset all", () => making.change(() => ({ ...NOTHING })));

  panel.append(
    el("div", { class: "knobs" }, ...knobs.map(({ knob }) => knob.element), cut.element, beats.element),
    el(
      "div",
      { class: "settings" },
      field("Note", note),
      field("Style", style),
      level.element,
      el("div", { class: "field", role: "group", "aria-label": "Knobs change" }, el("span", {}, "Knobs change"), el("div", { class: "halves" }, ...scopes)),
      reset,
    ),
  );

  /** @param {import("./store.js").State} state */
  function show(state) {
    const pad = state.pads[state.selected];
    const { settings, kick } = pad;
    const stopped = kick !== null && !making.takesSettings(pad);
    for (const { control, knob } of knobs) {
      knob.show(settings.controls[control.name] ?? null, kick?.measured[control.name] ?? null, stopped);
    }
    cut.show(settings.length_ms, kick ? Math.min(kick.duration_ms, length.high) : null, stopped);
    beats.choice.value = settings.beats ?? "";
    beats.choice.disabled = stopped;
    setText(beats.told, settings.beats && settings.bpm ? `loop at ${Number(settings.bpm.toFixed(2))}` : "no loop");
    const [kind, value] = (settings.level ?? (kick ? levelOf(kick.recipe.processing) : USUAL_LEVEL)).split(":");
    level.kind.value = kind;
    level.value.value = value.replace("-", "−");
    level.kind.disabled = stopped;
    level.value.disabled = stopped;
    note.value = settings.note ?? "";
    style.value = settings.style ?? "";
    note.disabled = stopped;
    style.disabled = stopped;
    reset.disabled = stopped;
    scopes.forEach((one, index) => one.setAttribute("aria-pressed", String(state.scope === SCOPES[index][0])));
  }
  store.subscribe(show);
  show(store.get());
}
