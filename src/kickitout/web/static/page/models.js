// Which model plays: a name, or a choice where some were trained here.

import { byId, el, setText } from "./dom.js";

/**
 * @param {{known: {model: {name: string, version: string, description?: string}, models?: string[]},
 *   play: (name: string) => Promise<void>, message: {fail: (error: unknown) => void}}} tools
 */
export function createModels({ known, play, message }) {
  const place = byId("model");
  const { name, version, description } = known.model;
  place.title = description ?? "";
  if ((known.models?.length ?? 1) < 2) {
    setText(place, `${name} ${version}`);
    return;
  }
  const choice = el("select", { "aria-label": "Model" }, ...known.models.map((one) => el("option", { value: one }, one)));
  choice.value = name;
  choice.addEventListener("change", async () => {
    choice.disabled = true;
    try {
      await play(choice.value);
    } catch (error) {
      choice.value = name;
      choice.disabled = false;
      message.fail(error);
    }
  });
  place.replaceChildren(choice);
}
