// A question that waits for its answer.

import { button, byId, el } from "./dom.js";

/**
 * Asks, and waits. Escape and a click beside it mean no.
 * @param {string} question @param {string} yes what the key says that agrees
 * @returns {Promise<boolean>}
 */
export function ask(question, yes) {
  const dialog = byId("ask", HTMLDialogElement);
  if (dialog.open) return Promise.resolve(false);
  const close = (/** @type {string} */ answer) => () => dialog.close(answer);
  const agree = button(yes, close("yes"), { class: "key main-key" });
  dialog.replaceChildren(
    el("p", { id: "ask-words" }, question),
    el("div", { class: "row end" }, button("Cancel", close("")), agree),
  );
  dialog.returnValue = "";
  dialog.onclick = (event) => event.target === dialog && dialog.close("");
  dialog.showModal();
  agree.focus();
  return new Promise((answered) => {
    dialog.addEventListener("close", () => answered(dialog.returnValue === "yes"), { once: true });
  });
}
