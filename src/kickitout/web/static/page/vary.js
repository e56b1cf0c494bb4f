// The tab of variations: how far, what stays, the model's nearest, and A beside B.

import { button, byId, el, setText } from "./dom.js";
import { decibels } from "./notes.js";

const USUAL = 0.3;

/** How far A and B are turned down so that both are as loud as the quieter one, in dB. */
export function levelled(one, other) {
  const quieter = Math.min(one, other);
  return [quieter - one, quieter - other];
}

/**
 * @param {{store: object, making: object, audio: object, known: object, message: object}} tools
 */
export function createVary({ store, making, audio, known, message }) {
  const panel = byId("panel-vary");
  const keep = new Set();
  const amount = el("input", { type: "range", min: 0, max: 1, step: 0.01, value: USUAL, id: "amount" });
  const told = el("output", { for: "amount" }, USUAL.toFixed(2));
  amount.addEventListener("input", () => setText(told, Number(amount.value).toFixed(2)));

  const chips = known.controls
    .filter(({ name }) => name !== "wild")
    .map(({ name, label }) => {
      const chip = button(label, () => {
        if (!keep.delete(name)) keep.add(name);
        chip.setAttribute("aria-pressed", String(keep.has(name)));
      }, { class: "toggle", "aria-pressed": "false" });
      return chip;
    });

  const slots = { a: null, b: null };
  const compare = {};
  let heard = "b";
  for (const side of ["a", "b"]) {
    const letter = side.toUpperCase();
    compare[side] = {
      take: button(`Take ${letter}`, () => take(side), { title: `The selected pad becomes ${letter}` }),
      hear: button(`Hear ${letter}`, () => hear(side), { disabled: true, "aria-pressed": "false" }),
      words: el("span", { class: "quiet" }, "–"),
    };
  }

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

  async function hear(side) {
    if (!slots[side]) return;
    heard = side;
    const gain = gains()[side === "a" ? 0 : 1];
    await audio.load(slots[side].kick.id);
    audio.play(slots[side].kick.id, 10 ** (gain / 20));
    for (const other of ["a", "b"]) compare[other].hear.setAttribute("aria-pressed", String(other === side));
  }

  function show() {
    for (const [place, side] of ["a", "b"].entries()) {
      const slot = slots[side];
      compare[side].hear.disabled = !slot;
      const gain = gains()[place];
      const matched = slots.a && slots.b ? `: ${gain === 0 ? "as it is" : `${decibels(gain)} dB`}` : "";
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
        el("label", { class: "slide" }, el("span", {}, "How far"), amount, told),
        el("p", { class: "quiet" }, "What stays as it is:"),
        el("div", { class: "chips", role: "group", "aria-label": "What stays" }, ...chips),
        el("div", { class: "row" }, button("Vary", () => making.vary(Number(amount.value), [...keep]), { class: "key main-key", id: "vary" })),
        el("p", { class: "quiet" }, "Onto all other pads that are neither locked nor starred."),
      ),
      el(
        "div",
        { class: "stack" },
        el(
          "section",
          { class: "block", "aria-label": "Match" },
          el("h2", {}, "Match"),
          el("p", { class: "quiet" }, "The model's own kick that is nearest to the selected one. Drop a file first to match it."),
          el("div", { class: "row" }, button("Match", () => making.match(), { id: "match", disabled: !known.has_encoder })),
        ),
        el(
          "section",
          { class: "block", "aria-label": "A beside B" },
          el("h2", {}, "A beside B"),
          el("p", { class: "quiet" }, "Level-matched: the louder one is turned down. Only here; files and pads stay as they are."),
          ...["a", "b"].map((side) =>
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
      if (!slots.a || !slots.b) message.say("Take A and B first, on the tab Vary.");
      else hear(heard === "a" ? "b" : "a");
    },
  };
}
