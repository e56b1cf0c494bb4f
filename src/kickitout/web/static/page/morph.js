// The morph square: four kicks in its corners, and what lies between them onto the selected pad.

import { button, byId, el, setText } from "./dom.js";
import { pretty } from "./notes.js";
import { createSpot } from "./spot.js";

const USUAL_PADS = [0, 3, 12, 15];
const PLACES = ["top left", "top right", "bottom left", "bottom right"];
const STEP = 0.05;
/** @type {Record<string, [number, number]|undefined>} */
const STEPS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
/** @type {Record<string, [number, number]|undefined>} */
const ENDS = { Home: [0, 0], End: [1, 1] };

/**
 * A pad's kick as it was when it was taken.
 * @typedef {{pad: number, kick: import("../engine/index.js").Kick|null}} Corner
 */

/**
 * @param {{store: import("./store.js").Store, engine: import("../engine/index.js").Engine, making: import("./making.js").Making,
 *   hear: (pad: number) => void, message: import("./message.js").Message}} tools
 */
export function createMorph({ store, engine, making, hear, message }) {
  const panel = byId("panel-morph");
  /** @type {Corner[]|null} */
  let corners = null;
  let place = { x: 0.5, y: 0.5 };
  /** @type {{x: number, y: number, name: string}|null} */
  let wanted = null;
  let busy = false;
  let gesture = 0;

  /** Not onto its corners: they would be lost. */
  const spot = createSpot({ store, making }, "the morph", () => (corners ?? []).flatMap(({ pad, kick }) => (kick && store.get().pads[pad].kick?.id === kick.id ? [pad] : [])));

  const dot = el("span", { class: "square-dot", "aria-hidden": "true" });
  const square = el("div", {
    class: "square",
    role: "slider",
    tabindex: 0,
    "aria-label": "Morph between four kicks; arrow keys move",
    "aria-valuemin": 0,
    "aria-valuemax": 100,
  }, dot);
  const takers = PLACES.map((words, corner) =>
    button("–", () => take(corner), { class: `key corner corner-${corner}`, title: `Use the selected pad as the ${words} corner` }),
  );
  const onto = el("p", { class: "quiet" });

  function fillCorners() {
    const { pads } = store.get();
    corners ??= USUAL_PADS.map((pad) => ({ pad, kick: pads[pad].kick }));
    show();
    return corners;
  }

  /** @param {number} corner */
  function take(corner) {
    const all = fillCorners();
    const { pads, selected } = store.get();
    if (!pads[selected].kick) return;
    all[corner] = { pad: selected, kick: pads[selected].kick };
    show();
  }

  function show() {
    dot.style.left = `${100 * place.x}%`;
    dot.style.top = `${100 * place.y}%`;
    square.setAttribute("aria-valuenow", String(Math.round(100 * place.x)));
    square.setAttribute("aria-valuetext", `${Math.round(100 * place.x)} % to the right, ${Math.round(100 * place.y)} % down`);
    takers.forEach((taker, corner) => {
      const { pad = 0, kick = null } = corners?.[corner] ?? {};
      setText(taker, kick ? `Pad ${pad + 1}${kick.note ? `, ${pretty(kick.note)}` : ""}` : "Set");
      taker.setAttribute("aria-label", `Corner ${PLACES[corner]}: ${taker.textContent}; press to use the selected pad`);
    });
    const next = spot.next();
    const goes = next === null ? "No pad is free for the result." : `The result goes on pad ${next + 1}.`;
    setText(onto, `${goes} Press a corner to use the selected pad there.`);
  }

  /** @param {number} x @param {number} y */
  function go(x, y) {
    place = { x: Math.min(1, Math.max(0, x)), y: Math.min(1, Math.max(0, y)) };
    fillCorners();
    wanted = { ...place, name: `morph ${gesture}` };
    work();
  }

  /** Makes the place that was wanted last; those between are left out. */
  async function work() {
    if (busy) return;
    busy = true;
    while (wanted) {
      const { x, y, name } = wanted;
      wanted = null;
      try {
        const all = fillCorners();
        const ids = all.flatMap(({ kick }) => (kick ? [kick.id] : []));
        if (ids.length < all.length) throw new Error("the pads are still empty; wait for their kicks");
        const target = await spot.take();
        if (target === null) {
          message.say("The morph was left out; all pads are as they were.");
          break;
        }
        const { kick } = await engine.morph({ corners: ids, x, y });
        await making.place(target, kick, name);
        spot.put(target);
        hear(target);
      } catch (error) {
        message.fail(error);
      }
    }
    wanted = null;
    busy = false;
    show();
  }

  const pointed = (/** @type {PointerEvent} */ event) => {
    const box = square.getBoundingClientRect();
    go((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  square.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    square.setPointerCapture(event.pointerId);
    gesture += 1;
    pointed(event);
  });
  square.addEventListener("pointermove", (event) => {
    if (square.hasPointerCapture(event.pointerId)) pointed(event);
  });
  let pressed = 0;
  square.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const corner = ENDS[event.key];
    if ((!step && !corner) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.timeStamp - pressed > 800) gesture += 1;
    pressed = event.timeStamp;
    if (corner) go(...corner);
    else if (step) go(place.x + step[0], place.y + step[1]);
  });

  panel.append(
    el("div", { class: "morph" }, takers[0], takers[1], square, takers[2], takers[3]),
    el(
      "div",
      { class: "block" },
      el("h2", {}, "Morph"),
      onto,
      el(
        "div",
        { class: "row" },
        button("Use corner pads", () => {
          corners = null;
          fillCorners();
        }),
      ),
    ),
  );
  store.subscribe(show);
  show();
  return { opened: fillCorners };
}
