// A knob: a round slider. Drag, wheel, arrow keys, or type a value; a double-click resets it.

import { el, setText, svg } from "./dom.js";
import { valueWords } from "./notes.js";
import { readTyped } from "./typed.js";

const SWEEP = 270;
const DRAG_PIXELS = 180;
const FINE = 0.2;
const RADIUS = 25;
/** How far a key turns a knob. @type {Record<string, number|undefined>} */
const SHARES = { ArrowUp: 0.01, ArrowRight: 0.01, ArrowDown: -0.01, ArrowLeft: -0.01, PageUp: 0.1, PageDown: -0.1 };
let turns = 0;

/**
 * Values to places on the dial, 0 to 1, and back: Hz and ms go by ratio.
 * @param {import("../engine/index.js").Control} control
 */
function scaleOf({ unit, low, high, step }) {
  const ratio = (unit === "Hz" || unit === "ms") && low > 0;
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const clamp = (/** @type {number} */ value) => Math.min(high, Math.max(low, value));
  const rounded = (/** @type {number} */ value) => clamp(Number((Math.round(value / step) * step).toFixed(digits)));
  return {
    place: (/** @type {number} */ value) => {
      const inside = clamp(value);
      return ratio ? Math.log(inside / low) / Math.log(high / low) : (inside - low) / (high - low);
    },
    value: (/** @type {number} */ place) => {
      const share = Math.min(1, Math.max(0, place));
      return rounded(ratio ? low * (high / low) ** share : low + share * (high - low));
    },
    rounded,
  };
}

/** A point on the dial. @param {number} place @param {number} radius */
function point(place, radius) {
  const angle = ((place * SWEEP - SWEEP / 2 - 90) * Math.PI) / 180;
  return [32 + radius * Math.cos(angle), 32 + radius * Math.sin(angle)];
}

/** @param {import("./dom.js").Attributes} attributes */
const arc = (attributes) => {
  const [x0, y0] = point(0, RADIUS + 4);
  const [x1, y1] = point(1, RADIUS + 4);
  const path = `M ${x0} ${y0} A ${RADIUS + 4} ${RADIUS + 4} 0 1 1 ${x1} ${y1}`;
  return svg("path", { d: path, fill: "none", pathLength: 1, ...attributes });
};

/**
 * @param {import("../engine/index.js").Control} control
 * @param {(value: number|null, gesture: string) => void} turn null: reset
 * @param {{tip: string, model: string, message: import("./message.js").Message}} words tip: what the control does
 */
export function createKnob(control, turn, { tip, model, message }) {
  const scale = scaleOf(control);
  /** @type {number|null} */
  let chosen = null;
  /** @type {number|null} */
  let measured = null;
  let inactive = false;
  let gesture = "";

  const level = arc({ class: "knob-level", "stroke-dasharray": "0 2" });
  const ghost = svg("circle", { class: "knob-ghost", r: 2.6 });
  const hand = svg("line", { class: "knob-hand" });
  const picture = svg(
    "svg",
    { viewBox: "0 0 64 64", "aria-hidden": "true" },
    arc({ class: "knob-track" }),
    level,
    ghost,
    svg("circle", { class: "knob-cap", cx: 32, cy: 32, r: RADIUS - 4 }),
    hand,
  );
  const dial = el("div", {
    class: "knob-dial",
    role: "slider",
    tabindex: 0,
    "aria-label": control.label,
    "aria-description": tip,
    "aria-valuemin": control.low,
    "aria-valuemax": control.high,
  });
  dial.append(picture);
  const words = el("button", { type: "button", class: "knob-value", tabindex: -1, title: "Type a value" });
  const label = el("span", { class: "knob-label", "aria-hidden": "true", title: tip }, control.label);
  const element = el("div", { class: "knob" }, label, dial, words);

  const begin = (/** @type {string} */ kind) => {
    turns += 1;
    gesture = `${control.name} ${kind} ${turns}`;
  };
  const current = () => chosen ?? measured ?? control.middle;
  const set = (/** @type {number} */ value) => {
    if (!inactive && value !== chosen) turn(value, gesture);
  };
  const reset = () => {
    begin("reset");
    if (chosen !== null && !inactive) turn(null, gesture);
  };

  // --- by hand ---
  /** @type {{x: number, y: number, place: number, turned: boolean, touched: boolean}|null} */
  let from = null;
  dial.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || inactive) return;
    begin("drag");
    dial.setPointerCapture(event.pointerId);
    const touched = event.pointerType === "touch";
    from = { y: event.clientY, x: event.clientX, place: scale.place(current()), turned: false, touched };
  });
  dial.addEventListener("pointermove", (event) => {
    if (!from) return;
    const pixels = from.y - event.clientY + (event.clientX - from.x);
    const speed = event.shiftKey ? FINE : 1;
    from.place += (speed * pixels) / DRAG_PIXELS;
    from.place = Math.min(1, Math.max(0, from.place));
    from.y = event.clientY;
    from.x = event.clientX;
    if (pixels === 0) return;
    from.turned = true;
    set(scale.value(from.place));
  });
  const end = () => {
    from = null;
  };
  dial.addEventListener("pointerup", () => {
    // A finger cannot hover: a tap shows the tip.
    if (from?.touched && !from.turned) message.say(`${control.label}: ${tip} Drag up or down to turn it, tap twice to reset it.`);
    end();
  });
  dial.addEventListener("pointercancel", end);
  dial.addEventListener("dblclick", reset);

  let wheeled = 0;
  dial.addEventListener(
    "wheel",
    (event) => {
      if (inactive) return;
      event.preventDefault();
      if (event.timeStamp - wheeled > 600) begin("wheel");
      wheeled = event.timeStamp;
      const step = (event.shiftKey ? FINE : 1) * Math.sign(-event.deltaY || -event.deltaX) * 0.02;
      set(scale.value(scale.place(current()) + step));
    },
    { passive: false },
  );

  // --- by keys ---
  let pressed = 0;
  /** @param {number} value @param {KeyboardEvent} event */
  function moved(value, event) {
    event.preventDefault();
    event.stopPropagation();
    if (event.timeStamp - pressed > 800) begin("keys");
    pressed = event.timeStamp;
    set(value);
  }
  /** A place further on, by one step of the value at least. @param {number} share */
  function stepped(share) {
    const here = current();
    const there = scale.value(scale.place(here) + share);
    return there === scale.rounded(here) ? scale.rounded(here + Math.sign(share) * control.step) : there;
  }
  dial.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const share = SHARES[event.key];
    if (share !== undefined) moved(stepped(event.shiftKey ? share * FINE : share), event);
    else if (event.key === "Home") moved(control.low, event);
    else if (event.key === "End") moved(control.high, event);
    else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      reset();
    } else if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      type();
    }
  });

  // --- by typing ---
  function type() {
    if (inactive) return;
    const field = el("input", {
      type: "text",
      inputmode: "decimal",
      class: "knob-typed",
      "aria-label": `${control.label}, ${control.low} to ${control.high}`,
    });
    field.value = chosen === null ? "" : String(chosen);
    let done = false;
    const close = () => {
      done = true;
      field.replaceWith(words);
    };
    /** Takes what was typed; whether it could be taken. */
    const take = () => {
      const { value, error } = readTyped(field.value, control, model);
      if (error) {
        message.fail(error);
        field.setAttribute("aria-invalid", "true");
        return false;
      }
      close();
      begin("typed");
      if (value === null) reset();
      else set(scale.rounded(value));
      return true;
    };
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") close();
      else if (event.key !== "Enter" || !take()) return;
      dial.focus();
    });
    field.addEventListener("blur", () => {
      // What cannot be taken is told, and goes.
      if (!done && !take()) close();
    });
    words.replaceWith(field);
    field.focus();
    field.select();
  }
  words.addEventListener("click", type);

  return {
    element,
    /**
     * @param {number|null} wanted what was set
     * @param {number|null} found what the kick has
     * @param {boolean} stopped whether knobs cannot turn this kick
     */
    show(wanted, found, stopped) {
      [chosen, measured, inactive] = [wanted, found, stopped];
      const value = wanted ?? found;
      const place = value === null ? null : scale.place(value);
      element.classList.toggle("chosen", wanted !== null);
      element.classList.toggle("inactive", stopped);
      const [x0, y0] = point(place ?? 0, 8);
      const [x1, y1] = point(place ?? 0, RADIUS - 6);
      for (const [name, number] of Object.entries({ x1: x0, y1: y0, x2: x1, y2: y1 })) hand.setAttribute(name, String(number));
      hand.setAttribute("visibility", place === null ? "hidden" : "visible");
      level.setAttribute("stroke-dasharray", `${wanted === null ? 0 : place} 2`);
      const [gx, gy] = point(found === null ? 0 : scale.place(found), RADIUS + 4);
      ghost.setAttribute("cx", String(gx));
      ghost.setAttribute("cy", String(gy));
      ghost.setAttribute("visibility", found === null ? "hidden" : "visible");
      setText(words, value === null ? "–" : valueWords(value, control.unit));
      words.setAttribute("aria-label", `Type a value for ${control.label}`);
      dial.setAttribute("aria-valuenow", String(value ?? control.low));
      dial.setAttribute("aria-disabled", String(stopped));
      const state = [
        wanted === null ? "not set" : `set to ${valueWords(wanted, control.unit)}`,
        ...(found === null ? [] : [`measured ${valueWords(found, control.unit)}`]),
      ].join(", ");
      dial.setAttribute("aria-valuetext", state);
      dial.title = `${tip} Now ${state}. Double-click to reset.`;
    },
  };
}
