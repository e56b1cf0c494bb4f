// The tab of variations: how far, what is kept, the model's closest kick, and A against B.

import { button, byId, el, setText } from "./dom.js";
import { controls, varying } from "../engine/constants.js";
import { decibels } from "./notes.js";

const USUAL = varying.AMOUNT;
/** @typedef {"a"|"b"} Side */
const SIDES = /** @type {const} */ (["a", "b"]);

/**
 * How far A and B are turned down so that both are as loud as the quieter one, in dB.
 * @param {number} one @param {number} other LUFS
 */
export function levelled(one, other) {
  const quieter = Math.min(one, other);
  return [quieter - one, quieter - other];
}

/**
 * @param {{store: import("./store.js").Store, making: import("./making.js").Making, audio: import("./audio.js").Player,
 *   known: import("../engine/index.js").Facts, message: import("./message.js").Message}} tools
 */
export function createVary({ store, making, audio, known, message }) {
  const panel = byId("panel-vary");
  /** Controls whose value is kept. @type {Set<string>} */
  const keep = new Set();
  const amount = el("input", { type: "range", min: 0, max: 1, step: 0.01, value: USUAL, id: "amount" });
  const shown = el("output", { for: "amount" }, USUAL.toFixed(2));
  amount.addEventListener("input", () => setText(shown, Number(amount.value).toFixed(2)));

  const chips = known.controls
    .filter(({ name }) => name !== controls.WILD)
    .map(({ name, label }) => {
      const chip = button(label, () => {
        if (!keep.delete(name)) keep.add(name);
        chip.setAttribute("aria-pressed", String(keep.has(name)));
      }, { class: "toggle", "aria-pressed": "false" });
      return chip;
    });

  /** @type {Record<Side, {kick: import("../engine/index.js").Kick, pad: number}|null>} */
  const slots = { a: null, b: null };
  /** @type {Side} */
  let heard = "b";
  const compare = { a: row("a"), b: row("b") };

  /** @param {Side} side */
  function row(side) {
    const letter = side.toUpperCase();
    return {
      take: button(`Set ${letter}`, () => take(side), { title: `Use the selected pad as ${letter}` }),
      hear: button(`Play ${letter}`, () => hear(side), { disabled: true, "aria-pressed": "false" }),
      words: el("span", { class: "quiet" }, "–"),
    };
  }

  /** @param {Side} side */
  function take(side) {
    const { pads, selected } = store.get();
    if (!pads[selected].kick) return;
    slots[side] = { kick: pads[selected].kick, pad: selected };
    show();
  }

  /** The gains in dB of both, as loud as the quieter one. */
  function gains() {
    const [one, other] = [slots.a, slots.b].map((slot) => slot?.kick.loudness_lufs ?? null);
    return one === null || other === null ? [0, 0] : levelled(one, other);
  }

  /** @param {Side} side */
  async function hear(side) {
    const slot = slots[side];
    if (!slot) return;
    heard = side;
    const gain = gains()[side === "a" ? 0 : 1];
    await audio.load(slot.kick.id);
    audio.play(slot.kick.id, 10 ** (gain / 20));
    for (const other of SIDES) compare[other].hear.setAttribute("aria-pressed", String(other === side));
  }

  function show() {
    for (const [place, side] of SIDES.entries()) {
      const slot = slots[side];
      compare[side].hear.disabled = !slot;
      const gain = gains()[place];
      const matched = slots.a && slots.b ? `: ${gain === 0 ? "unchanged" : `${decibels(gain)} dB`}` : "";
      setText(compare[side].words, slot ? `Pad ${slot.pad + 1}${matched}` : "–");
      compare[side].words.title = slot?.kick.file ?? "";
    }
  }

  panel.append(
    el(
      "div",
      { class: "columns" },
      el(
        "section",
        { class: "block", "aria-label": "Variations" },
        el("h2", {}, "Vary the selected kick"),
        el("label", { class: "slide" }, el("span", {}, "Amount"), amount, shown),
        el("p", { class: "quiet" }, "Keep:"),
        el("div", { class: "chips", role: "group", "aria-label": "Keep" }, ...chips),
        el("div", { class: "row" }, button("Vary", () => making.vary(Number(amount.value), [...keep]), { class: "key main-key", id: "vary" })),
        el("p", { class: "quiet" }, "Variations go on free pads: what you chose, changed, starred or locked stays."),
      ),
      el(
        "div",
        { class: "stack" },
        el(
          "section",
          { class: "block", "aria-label": "Match" },
          el("h2", {}, "Match"),
          el("p", { class: "quiet" }, "Finds the model's kick closest to the selected one. To match a file, drop it on the page first."),
          el("div", { class: "row" }, button("Match", () => making.match(), { id: "match", disabled: !known.has_encoder })),
        ),
        el(
          "section",
          { class: "block", "aria-label": "Compare A and B" },
          el("h2", {}, "Compare A and B"),
          el("p", { class: "quiet" }, "Level-matched: the louder one is turned down, for this comparison only."),
          ...SIDES.map((side) =>
            el("div", { class: "row" }, compare[side].take, compare[side].hear, compare[side].words),
          ),
        ),
      ),
    ),
  );

  return {
    /** More like this: variations at the usual amount, with nothing kept. */
    more: () => making.vary(USUAL, []),
    /** Plays the other one of A and B. */
    toggle() {
      if (!slots.a || !slots.b) message.say("Set A and B first, on the Vary tab.");
      else hear(heard === "a" ? "b" : "a");
    },
  };
}
