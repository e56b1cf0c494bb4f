// Curves of a training run: by uPlot where the package holds it, else as a table of numbers.

import { el } from "./dom.js";

const MOST_LINES = 12;
const COLOURS = ["#4696ff", "#ff8c3c"];
const HEIGHT = 190;

/**
 * @typedef {typeof import("../vendor/uplot/uPlot.esm.js")} Plotter
 * @typedef {{name: string, points: [seconds: number, value: number][]}} Curve
 */

/** uPlot, loaded when a curve is first drawn; null where it is not there. @type {Promise<Plotter|null>|null} */
let coming = null;
const uplot = () => {
  coming ??= import("../vendor/uplot/uPlot.esm.js").then(
    (module) => {
      const sheet = el("link", { rel: "stylesheet", href: new URL("../vendor/uplot/uPlot.min.css", import.meta.url).href });
      document.head.append(sheet);
      return module.default;
    },
    () => null,
  );
  return coming;
};

/** Tables in place of pictures. @param {Curve[]} curves */
function numbers(curves) {
  return curves.map(({ name, points }) => {
    const step = Math.max(1, Math.ceil(points.length / MOST_LINES));
    const lines = points.filter((_, index) => (points.length - 1 - index) % step === 0);
    return el(
      "table",
      {},
      el("caption", {}, name),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Minutes"), el("th", { scope: "col" }, "Value"))),
      el(
        "tbody",
        {},
        ...lines.map(([time, value]) => el("tr", {}, el("td", {}, (time / 60).toFixed(1)), el("td", {}, value.toPrecision(4)))),
      ),
    );
  });
}

/** What shows at present, so that it follows its place's width. @type {WeakMap<Element, InstanceType<Plotter>[]>} */
const drawn = new WeakMap();
const watcher = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    for (const plot of drawn.get(target) ?? []) plot.setSize({ width: contentRect.width, height: HEIGHT });
  }
});

/**
 * The values' own range, with room above and below.
 * @param {unknown} _ @param {number} low @param {number} high @returns {[number, number]}
 */
const around = (_, low, high) => {
  const room = 0.1 * (high - low || Math.abs(high) || 1);
  return [low - room, high + room];
};

/**
 * A curve as a picture in a place.
 * @param {Plotter} Plot @param {HTMLElement} place @param {Curve} curve @param {string} colour
 */
function plotted(Plot, place, { name, points }, colour) {
  const axis = { stroke: getComputedStyle(place).color, grid: { stroke: "rgb(128 128 128 / 25%)" } };
  const options = {
    title: name,
    width: place.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    scales: { x: { time: false }, y: { range: around } },
    axes: [{ ...axis, values: (/** @type {unknown} */ _, /** @type {number[]} */ ticks) => ticks.map((tick) => `${+(tick / 60).toFixed(1)} min`) }, axis],
    series: [{ label: "Seconds" }, { label: name, stroke: colour, width: 2 }],
  };
  return new Plot(options, [points.map(([time]) => time), points.map(([, value]) => value)], place);
}

/**
 * Shows curves in an element, one below the other, each on its own scale.
 * @param {HTMLElement} place
 * @param {Curve[]} curves
 */
export async function chart(place, curves) {
  const Plot = curves.length ? await uplot() : null;
  place.replaceChildren();
  if (!Plot) {
    place.append(el("div", { class: "row top" }, ...numbers(curves)));
    return;
  }
  drawn.set(place, curves.map((curve, index) => plotted(Plot, place, curve, COLOURS[index % COLOURS.length])));
  watcher.observe(place);
}
