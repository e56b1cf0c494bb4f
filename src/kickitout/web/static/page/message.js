// What happened, and what went wrong: whole sentences, which stay as long as they take to read.

import { button, byId } from "./dom.js";

const LEAST_MS = 6000;
const MS_A_LETTER = 70;
/** Who made a mistake looks away to mend it. */
const ERRORS_LAST = 2;

/** Who is offered something thinks about it. */
const OFFERS_LAST = 2;

/** @typedef {ReturnType<typeof createMessage>} Message */
/** What a message offers to do. @typedef {{label: string, act: () => void}} Offer */

/** How long a text stays, in ms. @param {string} text @param {"note"|"error"} kind */
export const lastsMs = (text, kind) => (LEAST_MS + MS_A_LETTER * text.length) * (kind === "error" ? ERRORS_LAST : 1);

export function createMessage() {
  const line = byId("message");
  let clearing = 0;

  const clear = () => {
    line.textContent = "";
  };

  /** @param {string} text @param {"note"|"error"} kind @param {Offer|null} offer */
  function show(text, kind, offer = null) {
    clearTimeout(clearing);
    line.dataset.kind = kind;
    line.textContent = text;
    if (offer) line.append(" ", button(offer.label, take(offer), { class: "key offer" }));
    clearing = setTimeout(clear, lastsMs(text, kind) * (offer ? OFFERS_LAST : 1));
  }
  const take = (/** @type {Offer} */ { act }) => (/** @type {Event} */ event) => {
    event.stopPropagation(); // what it does may say something
    clear();
    act();
  };
  line.addEventListener("click", clear);

  return {
    /** @param {string} text @param {Offer|null} offer */
    say: (text, offer = null) => show(text, "note", offer),
    /** @param {unknown} error */
    fail: (error) => show(error instanceof Error ? error.message : String(error), "error"),
  };
}
