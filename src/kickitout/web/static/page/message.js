// What happened, and what went wrong: whole sentences, which stay as long as they take to read.

import { byId } from "./dom.js";

const LEAST_MS = 6000;
const MS_A_LETTER = 70;
/** Who made a mistake looks away to mend it. */
const ERRORS_LAST = 2;

/** @typedef {ReturnType<typeof createMessage>} Message */

/** How long a text stays, in ms. @param {string} text @param {"note"|"error"} kind */
export const lastsMs = (text, kind) => (LEAST_MS + MS_A_LETTER * text.length) * (kind === "error" ? ERRORS_LAST : 1);

export function createMessage() {
  const line = byId("message");
  let clearing = 0;

  const clear = () => {
    line.textContent = "";
  };

  /** @param {string} text @param {"note"|"error"} kind */
  function show(text, kind) {
    clearTimeout(clearing);
    line.dataset.kind = kind;
    line.textContent = text;
    clearing = setTimeout(clear, lastsMs(text, kind));
  }
  line.addEventListener("click", clear);

  return {
    /** @param {string} text */
    say: (text) => show(text, "note"),
    /** @param {unknown} error */
    fail: (error) => show(error instanceof Error ? error.message : String(error), "error"),
  };
}
