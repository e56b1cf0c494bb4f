// The keyboard: letters play pads, a few more do what the buttons do.

import { keep, recall } from "./memory.js";
import { CODES } from "./pads.js";

/** What a person writes into, or chooses from by letters. */
const WRITTEN = "input:not([type=range]):not([type=checkbox]), select, textarea";
const PRESSED = "button, a, summary, input, select";

/**
 * @param {{hit: (pad: number) => void, actions: Record<"undo"|"redo"|"?", () => void> & Record<string, () => unknown>,
 *   store: import("./store.js").Store, focusPad: (pad: number) => void}} tools actions by the letter of the key
 */
export function createKeys({ hit, actions, store, focusPad }) {
  let letters = recall("letters") !== false;

  /** @param {KeyboardEvent} event */
  function undoKeys(event) {
    const key = event.key.toLowerCase();
    if (key === "z") (event.shiftKey ? actions.redo : actions.undo)();
    else if (key === "y") actions.redo();
    else return;
    event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  function letterKeys(event) {
    const pad = CODES.indexOf(event.code);
    const action = actions[event.key.toLowerCase()];
    if (pad >= 0) hit(pad);
    else if (action) action();
    else return;
    event.preventDefault();
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.matches(WRITTEN)) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey) undoKeys(event);
    else if (event.altKey || event.ctrlKey || event.metaKey) return;
    else if ((event.key === " " || event.key === "Enter") && !target.closest(PRESSED)) {
      event.preventDefault();
      if (!event.repeat) hit(store.get().selected);
    } else if (event.key.startsWith("Arrow") && target === document.body) {
      event.preventDefault();
      focusPad(store.get().selected);
    } else if (event.key === "?") actions["?"]();
    else if (letters && !event.repeat) letterKeys(event);
  });

  return {
    letters: () => letters,
    /** @param {boolean} on */
    setLetters(on) {
      letters = on;
      keep("letters", on);
    },
  };
}
