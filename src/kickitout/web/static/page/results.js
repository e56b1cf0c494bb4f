// The tab of results: the model's card, and its measurements in words.

import { tips } from "../engine/constants.js";
import { byId, el } from "./dom.js";
import { tablesOf, withoutTables } from "./figures.js";
import { markdown } from "./markdown.js";

/** @param {import("./figures.js").Table} table */
function drawn({ caption, head, rows }) {
  const cells = (/** @type {string[]} */ [first, ...others]) => el("tr", {}, el("th", { scope: "row" }, first), ...others.map((cell) => el("td", {}, cell)));
  const top = el("tr", {}, ...head.map((words) => (words ? el("th", { scope: "col" }, words) : el("td"))));
  return [el("h2", {}, caption), el("div", { class: "wide" }, el("table", { class: "figures" }, el("thead", {}, top), el("tbody", {}, ...rows.map(cells))))];
}

/** @param {import("../engine/index.js").Engine} engine @param {import("../engine/index.js").Facts} known */
export function createResults(engine, known) {
  const panel = byId("panel-results");
  /** @type {ReturnType<typeof engine.results>|null} */
  let coming = null;
  let shown = false;
  const load = () => (coming ??= engine.results());

  async function draw() {
    if (shown) return;
    shown = true;
    const { figures, text = "" } = await load();
    const tables = tablesOf(figures ?? {}, known.controls, tips.TIPS).flatMap(drawn);
    panel.append(el("div", { class: "reading", tabindex: 0 }, ...(await markdown(withoutTables(text))), ...tables));
  }

  return {
    /** Whether there are any. */
    there: () =>
      load().then(
        (found) => Boolean(found?.text || Object.keys(found?.figures ?? {}).length),
        () => false,
      ),
    opened: draw,
  };
}
