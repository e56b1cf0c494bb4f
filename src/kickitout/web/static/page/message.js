// One clear line for what happened, and for what went wrong.

import { byId } from "./dom.js";

const LASTS_MS = 9000;

/** @typedef {ReturnType<typeof createMessage>} Message */

export function createMessage() {
  const line = byId("message");
  let clearing = 0;

  /** @param {string} text @param {"note"|"error"} kind */
  function show(text, kind) {
    clearTimeout(clearing);
    line.dataset.kind = kind;
    line.textContent = text;
    line.title = text;
    clearing = setTimeout(() => {
      line.textContent = "";
      line.title = "";
    }, LASTS_MS);
  }

  return {
    /** @param {string} text */
    say: (text) => show(text, "note"),
    /** @param {unknown} error */
    fail: (error) => show(error instanceof Error ? error.message : String(error), "error"),
  };
}
