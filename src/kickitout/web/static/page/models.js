// Which model plays: a name, or a choice where some were trained here.

import { byId, el, setText } from "./dom.js";

/**
 * @param {{known: import("../engine/index.js").Facts, play: (name: string) => Promise<void>,
 *   message: import("./message.js").Message}} tools
 */
export function createModels({ known, play, message }) {
  const place = byId("model");
  const { name, version, description } = known.model;
  place.title = description ?? "";
  const models = known.models ?? [];
  if (models.length < 2) {
    setText(place, `${name} ${version}`);
    return;
  }
  const choice = el("select", { "aria-label": "Model" }, ...models.map((one) => el("option", { value: one }, one)));
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
