// The list of keyboard shortcuts.

import { button, byId, el } from "./dom.js";

const KEYS = [
  ["1\u00a02\u00a03\u00a04, Q\u00a0W\u00a0E\u00a0R, A\u00a0S\u00a0D\u00a0F, Z\u00a0X\u00a0C\u00a0V", "play the pads"],
  ["Arrow keys", "go from pad to pad"],
  ["Space, Enter", "play the selected pad"],
  ["K, L", "star it, lock it"],
  ["N", "shuffle: new kicks on all free pads"],
  ["M", "more like this: variations of the selected kick on all free pads"],
  ["B", "switch between A and B, level-matched"],
  ["O", "start or stop the loop"],
  ["Ctrl+Z, Ctrl+Shift+Z", "undo, redo (also U and Y)"],
  ["On a knob: arrows, Page Up, Page Down, Home, End", "turn it (with Shift: fine steps)"],
  ["On a knob: Enter, Delete", "type a value, reset it"],
  ["On a knob: drag or wheel, double-click", "turn it, reset it"],
  ["On the map: arrows, Enter", "go to the nearest kick in that direction, put it on the pad"],
  ["MIDI notes 36 to 51", "play the pads from bottom left, velocity-sensitive"],
  ["?", "show this list"],
];

/** @param {{letters: () => boolean, setLetters: (on: boolean) => void}} keys */
export function createHelp(keys) {
  const dialog = byId("help", HTMLDialogElement);
  const letters = el("input", { type: "checkbox" });
  letters.checked = keys.letters();
  letters.addEventListener("change", () => keys.setLetters(letters.checked));
  dialog.append(
    el("h2", { id: "help-title" }, "Keyboard shortcuts"),
    el("dl", { class: "keys" }, ...KEYS.map(([key, words]) => el("div", {}, el("dt", {}, key), el("dd", {}, words)))),
    el("p", {}, "The dot on a knob's rim shows the value measured in the kick; the arc shows the value you set. What you hear is, sample for sample, the file that you drag out or download."),
    el("label", { class: "check" }, letters, el("span", {}, "Letter and number keys are shortcuts")),
    el("div", { class: "row end" }, button("Close", () => dialog.close(), { class: "key main-key" })),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  const open = () => dialog.showModal();
  byId("help-open").addEventListener("click", open);
  return { open };
}
