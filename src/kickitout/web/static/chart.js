// Curves of a training: by uPlot where the package holds it, else as a table of numbers.

import { el } from "./dom.js";

const MOST_LINES = 12;
const COLOURS = ["#4696ff", "#ff8c3c"];

/** uPlot, loaded when a curve is first drawn; null where it is not there. */
let coming = null;
const uplot = () => {
  coming ??= import("./vendor/uplot/uPlot.esm.js").then(
    (module) => {
      const sheet = el("link", { rel: "stylesheet", href: new URL("./vendor/uplot/uPlot.min.css", import.meta.url).href });
      document.head.append(sheet);
      return module.default;
    },
    () => null,
  );
  return coming;
};

/** The curves on one axis of time: [times, values of each or null]. */
function joined(curves) {
  const times = [...new Set(curves.flatMap(({ points }) => points.map(([time]) => time)))].sort((one, other) => one - other);
  const columns = curves.map(({ points }) => {
    const values = new Map(points);
    return times.map((time) => values.get(time) ?? null);
  });
  return [times, ...columns];
}

function numbers(curves) {
  return curves.map(({ name, points }) => {
    const step = Math.max(1, Math.ceil(points.length / MOST_LINES));
    const lines = points.filter((_, index) => (points.length - 1 - index) % step === 0);
    return el(
      "table",
      {},
      el("caption", {}, name.replace("/", ", ").replaceAll("_", " ")),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Minutes"), el("th", { scope: "col" }, "Value"))),
      el(
        "tbody",
        {},
        ...lines.map(([time, value]) => el("tr", {}, el("td", {}, (time / 60).toFixed(1)), el("td", {}, value.toPrecision(4)))),
      ),
    );
  });
}

/**
 * Shows curves in an element.
 * @param {HTMLElement} place
 * @param {{name: string, points: [number, number][]}[]} curves by seconds
 */
export async function chart(place, curves) {
  const Plot = curves.length ? await uplot() : null;
  if (!Plot) {
    place.replaceChildren(el("div", { class: "row top" }, ...numbers(curves)));
    return;
  }
  const axis = { stroke: getComputedStyle(place).color, grid: { stroke: "rgb(128 128 128 / 25%)" } };
  const series = curves.map(({ name }, index) => ({ label: name, stroke: COLOURS[index % COLOURS.length], spanGaps: true }));
  const options = {
    width: place.clientWidth,
    height: 220,
    scales: { x: { time: false } },
    axes: [{ ...axis, values: (_, ticks) => ticks.map((tick) => `${+(tick / 60).toFixed(1)} min`) }, axis],
    series: [{ label: "Seconds" }, ...series],
  };
  place.replaceChildren();
  new Plot(options, joined(curves), place);
}
