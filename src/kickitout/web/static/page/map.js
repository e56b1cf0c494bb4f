// The map: thousands of kicks, similar ones close together. Hovering plays, a click puts the kick on the selected pad.

import { mapColour } from "../engine/colours.js";
import { button, byId, contextOf, el, setText } from "./dom.js";
import { fitCanvas } from "./display.js";
import { decayWords } from "./notes.js";
import { grows, order, ranks } from "./order.js";
import { createSpot } from "./spot.js";

const REACH = 24;
const MARGIN = 14;
/** A point's seed and place come before its values. */
const FIRST_VALUE = 3;
/** Fields end in their unit, but for those that are quantiles. */
const UNITS = /_(hz|ms)$/;
/**
 * A place in one of these directions from a point: how far along, how far aside.
 * @type {Record<string, [number, number]|undefined>}
 */
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {{store: import("./store.js").Store, engine: import("../engine/index.js").Engine, audio: import("./audio.js").Player,
 *   making: import("./making.js").Making, message: import("./message.js").Message, longest: number,
 *   known: import("../engine/index.js").Facts}} tools
 */
export function createMap({ store, engine, audio, making, message, longest, known }) {
  const panel = byId("panel-map");
  const home = createSpot({ store, making }, "the kick of the map");
  const canvas = el("canvas", {
    class: "map",
    tabindex: 0,
    role: "application",
    "aria-label": "Map of kicks. Arrow keys go to the nearest kick in that direction and play it, Enter puts it on the selected pad",
  });
  const choice = el("select", { "aria-label": "Colour by" });
  const words = el("p", { class: "map-words", role: "status" }, "Loading the map …");
  const put = button("Put on pad", () => take(), { disabled: true });
  const low = el("span");
  const high = el("span");
  const scale = el("div", { class: "map-scale", "aria-hidden": "true" }, low, el("i"), high);
  panel.append(
    el("div", { class: "map-bar" }, el("label", { class: "field line" }, el("span", {}, "Colour"), choice), scale, put),
    canvas,
    words,
  );

  /** @type {import("../engine/index.js").MapPoint[]} */
  let points = [];
  /** @type {string[]} */
  let fields = [];
  /** @type {number[]} */
  let shares = [];
  /** @type {number|null} */
  let current = null;
  /** @type {number|null} */
  let wanted = null;
  let busy = false;
  /** @type {Promise<void>|null} */
  let loaded = null;
  /** Kicks that were played, by point and note. @type {Map<string, import("../engine/index.js").Kick>} */
  const kicks = new Map();
  /** @param {string} field @param {number} value */
  function inWords(field, value) {
    const unit = UNITS.exec(field)?.[1];
    if (unit === "ms") return decayWords({ decay_ms: value, duration_ms: longest });
    return unit === "hz" ? `${value.toFixed(0)} Hz` : value.toFixed(2);
  }
  /** What a field is called: as the control of its name. @param {string} field */
  function labelOf(field) {
    const name = field.replace(UNITS, "");
    return known.controls.find((one) => one.name === name)?.label ?? name.replaceAll("_", " ");
  }

  async function load() {
    try {
      const map = await engine.map();
      fields = map.fields;
      points = map.points;
      const offered = fields.slice(FIRST_VALUE);
      choice.replaceChildren(...offered.map((name) => el("option", { value: name }, labelOf(name))));
      // At first the colours are those of what is ordered most on this map.
      choice.value = offered.reduce((best, name) => (orderOf(name).share > orderOf(best).share ? name : best));
      colour();
    } catch (error) {
      loaded = null;
      setText(words, error instanceof Error ? error.message : String(error));
      message.fail(error);
    }
  }

  /** The values of a field; NaN where a kick has none. @param {string} field */
  function valuesOf(field) {
    const column = fields.indexOf(field);
    return points.map((point) => Number(point[column] ?? NaN));
  }

  /** How far a field is ordered on the map. @param {string} field */
  const orderOf = (field) => order(points.map(([, x]) => x), points.map(([, , y]) => y), valuesOf(field));

  function colour() {
    if (!fields.includes(choice.value)) return;
    const values = valuesOf(choice.value);
    shares = ranks(values);
    const growth = grows(orderOf(choice.value));
    const told = growth ? ` ${labelOf(choice.value)} ${growth}.` : "";
    setText(words, `${points.length.toLocaleString("en")} kicks; similar ones lie close together.${told} Hover or touch to hear one, click or use the button to put it on the pad.`);
    const sorted = values.filter(Number.isFinite).sort((one, other) => one - other);
    setText(low, sorted.length ? inWords(choice.value, sorted[0]) : "");
    setText(high, sorted.length ? inWords(choice.value, sorted[sorted.length - 1]) : "");
    draw();
  }

  /**
   * Where a point lies on the canvas, in CSS pixels.
   * @param {import("../engine/index.js").MapPoint} point @returns {[number, number]}
   */
  const spot = (point) => [
    MARGIN + point[1] * (canvas.clientWidth - 2 * MARGIN),
    MARGIN + point[2] * (canvas.clientHeight - 2 * MARGIN),
  ];

  function draw() {
    if (!canvas.clientWidth) return;
    fitCanvas(canvas);
    const context = contextOf(canvas);
    const pixels = canvas.width / canvas.clientWidth;
    context.setTransform(pixels, 0, 0, pixels, 0, 0);
    const room = Math.sqrt((canvas.clientWidth * canvas.clientHeight) / Math.max(1, points.length));
    const radius = Math.min(5, Math.max(1.5, 0.28 * room));
    context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    points.forEach((point, index) => {
      const [x, y] = spot(point);
      context.fillStyle = Number.isNaN(shares[index]) ? "#5a5a66" : mapColour(0.22 + 0.78 * shares[index]);
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
    });
    if (current === null) return;
    const [x, y] = spot(points[current]);
    context.strokeStyle = "#ffffff";
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, radius + 4, 0, 2 * Math.PI);
    context.stroke();
  }

  /** @param {number} x @param {number} y @returns {number|null} */
  function nearest(x, y, reach = Infinity) {
    /** @type {number|null} */
    let best = null;
    let least = reach ** 2;
    points.forEach((point, index) => {
      const [px, py] = spot(point);
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance < least) [best, least] = [index, distance];
    });
    return best;
  }

  /**
   * The nearest point in a direction: what lies aside counts double.
   * @param {number} from @param {[number, number]} way
   */
  function towards(from, [dx, dy]) {
    const [x, y] = spot(points[from]);
    /** @type {number|null} */
    let best = null;
    let least = Infinity;
    points.forEach((point, index) => {
      const [px, py] = spot(point);
      const along = (px - x) * dx + (py - y) * dy;
      const aside = Math.abs((px - x) * dy) + Math.abs((py - y) * dx);
      const distance = along + 2 * aside;
      if (along > 0.5 && aside <= 2 * along && distance < least) [best, least] = [index, distance];
    });
    return best;
  }

  /** @param {number|null} index */
  function visit(index) {
    if (index === null || index === current) return;
    current = index;
    put.disabled = false;
    wanted = index;
    draw();
    describe(points[index]);
    hear();
  }

  /** @param {import("../engine/index.js").MapPoint} point */
  function describe(point) {
    const values = fields.slice(FIRST_VALUE).flatMap((name, at) => {
      const value = point[at + FIRST_VALUE] ?? NaN;
      return Number.isFinite(value) ? [`${labelOf(name).toLowerCase()} ${inWords(name, value)}`] : [];
    });
    setText(words, `Seed ${point[0]}: ${values.join(", ")}`);
  }

  /**
   * The kick of a point as it is asked for, made once: what is heard is what is taken.
   * @param {number} index @param {ReturnType<typeof wishes>} asked
   */
  async function kickOf(index, asked) {
    const key = `${index} ${JSON.stringify(asked)}`;
    const kick = kicks.get(key) ?? (await engine.make({ seeds: [points[index][0]], ...asked })).kicks[0];
    kicks.set(key, kick);
    await audio.load(kick.id);
    return kick;
  }

  /** What is asked of a kick that is put on the next pad: in the key, at that pad's level. */
  function wishes(pad = home.next() ?? store.get().selected) {
    const note = making.noteFor(pad);
    const { level } = store.get().pads[pad].settings;
    return { ...(note ? { note } : {}), ...(level ? { level } : {}) };
  }

  /** Plays the point that was visited last; those flown over meanwhile are left out. */
  async function hear() {
    if (busy) return;
    busy = true;
    while (wanted !== null) {
      const index = wanted;
      wanted = null;
      try {
        const kick = await kickOf(index, wishes());
        if (wanted === null) audio.play(kick.id);
      } catch (error) {
        message.fail(error);
      }
    }
    busy = false;
  }

  async function take() {
    const point = current;
    const target = point === null ? null : await home.take();
    if (point === null || target === null) return;
    const asked = wishes(target);
    try {
      const kick = await kickOf(point, asked);
      making.placeSeed(target, kick, asked);
      home.put(target);
      message.say(`Seed ${kick.seed} is on pad ${target + 1}.`);
    } catch (error) {
      message.fail(error);
    }
  }

  const under = (/** @type {PointerEvent} */ event) => nearest(event.offsetX, event.offsetY, REACH);
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse") visit(under(event));
  });
  canvas.addEventListener("pointerdown", (event) => {
    const found = under(event);
    if (event.button !== 0 || found === null) return;
    // A finger cannot hover: its first touch plays, the button takes.
    const flown = event.pointerType === "mouse";
    visit(found);
    if (flown) take();
  });
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !points.length) return;
    const direction = DIRECTIONS[event.key];
    if (direction) visit(current === null ? nearest(canvas.clientWidth / 2, canvas.clientHeight / 2) : towards(current, direction));
    else if (event.key === "Enter") take();
    else if (event.key === " " && current !== null) {
      wanted = current;
      hear();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  choice.addEventListener("change", colour);
  new ResizeObserver(draw).observe(canvas);
  const onto = (/** @type {import("./store.js").State} */ state) => setText(put, `Put on pad ${(home.next() ?? state.selected) + 1}`);
  store.subscribe(onto);
  onto(store.get());

  return {
    /** The map is loaded when its tab is first looked at. */
    opened() {
      loaded ??= load();
      draw();
    },
    /** For tests: where a point lies in the canvas. */
    spotOf: (/** @type {number} */ index) => spot(points[index]),
    points: () => points,
  };
}
