// The list of keys.

import { button, byId, el } from "./dom.js";

const KEYS = [
  ["1 2 3 4, Q W E R, A S D F, Z X C V", "play the pads"],
  ["Arrow keys", "go from pad to pad"],
  ["Space, Enter", "play the selected pad"],
  ["K, L", "star it, lock it"],
  ["N", "shuffle: new kicks on all pads that are neither locked nor starred"],
  ["M", "more like this"],
  ["B", "the other one of A and B, level-matched"],
  ["O", "the loop on and off"],
  ["Ctrl+Z, Ctrl+Shift+Z", "undo, redo (also U and Y)"],
  ["On a knob: arrows, Page up and down, Home, End", "turn (with Shift: finely)"],
  ["On a knob: Enter, Delete", "type a value, let go"],
  ["On a knob: drag, wheel, double click", "turn, let go"],
  ["On the map: arrows, Enter", "go to the nearest kick that way, take it"],
  ["MIDI notes 36 to 51", "play the pads from bottom left, with velocity"],
  ["?", "this list"],
];

/** @param {{letters: () => boolean, setLetters: (on: boolean) => void}} keys */
export function createHelp(keys) {
  const dialog = byId("help");
  const letters = el("input", { type: "checkbox" });
  letters.checked = keys.letters();
  letters.addEventListener("change", () => keys.setLetters(letters.checked));
  dialog.append(
    el("h2", { id: "help-title" }, "Keys"),
    el("dl", { class: "keys" }, ...KEYS.map(([key, words]) => el("div", {}, el("dt", {}, key), el("dd", {}, words)))),
    el("p", {}, "A circle on a knob's rim shows what the kick has; the arc shows what you asked for. What you hear is, sample by sample, the file that you drag out or download."),
    el("label", { class: "check" }, letters, el("span", {}, "Letters and numbers are keys")),
    el("div", { class: "row end" }, button("Close", () => dialog.close(), { class: "key main-key" })),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  const open = () => dialog.showModal();
  byId("help-open").addEventListener("click", open);
  return { open };
}
