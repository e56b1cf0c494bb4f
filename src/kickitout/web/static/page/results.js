// The tab of results: the model's measurements, and its card.

import { partsOf } from "./settings.js";
import { byId, el } from "./dom.js";
import { markdown } from "./markdown.js";

/** @param {unknown} value */
const number = (value) => (typeof value === "number" ? value.toPrecision(4).replace(/\.?0+$/, "") : String(value ?? ""));

/** A figure in words: a number, or an object that holds one with its interval. @param {unknown} figure */
function worded(figure) {
  if (figure === null || typeof figure !== "object") return number(figure);
  const { value, low, high, floor, verdict } = partsOf(figure);
  const interval = low === undefined || low === null ? "" : ` (${number(low)} to ${number(high)})`;
  const least = partsOf(floor).value;
  return `${number(value)}${interval}${least === undefined ? "" : `; floor ${number(least)}`}${verdict ? `; ${verdict}` : ""}`;
}

/** @param {import("../engine/index.js").Engine} engine */
export function createResults(engine) {
  const panel = byId("panel-results");
  /** @type {ReturnType<typeof engine.results>|null} */
  let coming = null;
  let drawn = false;
  const load = () => (coming ??= engine.results());

  async function draw() {
    if (drawn) return;
    drawn = true;
    const { figures = {}, text = "" } = await load();
    const rows = Object.entries(figures ?? {}).map(([name, figure]) =>
      el("tr", {}, el("th", { scope: "row" }, name.replaceAll("_", " ")), el("td", {}, worded(figure))),
    );
    const table = el("table", { class: "figures" }, el("caption", {}, "Measurements of this model"), el("tbody", {}, ...rows));
    panel.append(el("div", { class: "reading", tabindex: 0 }, ...(await markdown(text)), ...(rows.length ? [table] : [])));
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
