// What the page decides without a browser: messages, free pads, typed values, the loop, its bass, the map's order, words.

import assert from "node:assert/strict";
import { test } from "node:test";

import { tips } from "../../src/kickitout/web/static/engine/constants.js";
import { rfft } from "../../src/kickitout/web/static/engine/fft.js";
import { bassNotes, bassSound, lufsOf, matchedGain } from "../../src/kickitout/web/static/page/bass.js";
import { tablesOf, withoutTables } from "../../src/kickitout/web/static/page/figures.js";
import { isFree, leastLoss, nextFree } from "../../src/kickitout/web/static/page/free.js";
import { levelOf, readLevel } from "../../src/kickitout/web/static/page/level.js";
import { lastsMs } from "../../src/kickitout/web/static/page/message.js";
import { hertz, valueWords } from "../../src/kickitout/web/static/page/notes.js";
import { grows, order } from "../../src/kickitout/web/static/page/order.js";
import { hitsAt, laneOf, lateness, readPattern, stepLength, usual } from "../../src/kickitout/web/static/page/pattern.js";
import { requestOf, settingsOf, settingsOfRecipe, withBeats, withLength } from "../../src/kickitout/web/static/page/settings.js";
import { createSpot } from "../../src/kickitout/web/static/page/spot.js";
import { NOTHING, createStore, emptyPad } from "../../src/kickitout/web/static/page/store.js";
import { readTyped } from "../../src/kickitout/web/static/page/typed.js";
import { model } from "./inputs.js";

const decay = { name: "decay", label: "Decay", unit: "ms", low: 74.6351, high: 1296.04, middle: 300, step: 1 };
const click = { name: "click", label: "Click", unit: "quantile", low: 0, high: 1, middle: 0.5, step: 0.01 };

test("messages stay as long as they take to read, errors longer", () => {
  assert.ok(lastsMs("x".repeat(300), "note") > 20_000);
  assert.ok(lastsMs("x", "note") >= 6000);
  assert.ok(lastsMs("words", "error") > lastsMs("words", "note"));
});

test("a kick that nobody told where to go takes a free pad, in order, or none", () => {
  const pads = Array.from({ length: 16 }, emptyPad);
  for (const state of ["chosen", "star", "lock"]) assert.ok(!isFree({ ...emptyPad(), [state]: true }));
  pads[4] = { ...emptyPad(), chosen: true };
  pads[5] = { ...emptyPad(), star: true };
  assert.equal(nextFree(pads, 4), 6);
  assert.equal(nextFree(pads.map((pad, index) => (index === 2 ? pad : { ...pad, lock: true })), 9), 2);
  const taken = pads.map((pad) => ({ ...pad, chosen: true }));
  assert.equal(nextFree(taken, 0), null);
  assert.equal(leastLoss(taken, 5), 6); // 5 is starred
  assert.equal(leastLoss(taken.map((pad) => ({ ...pad, star: true })), 5), 5);
});

test("a typed value is taken within its range, and refused with the range", () => {
  for (const [text, value] of [["300", 300], ["300 ms", 300], ["1296", 1296], ["1296.4", 1296.04], ["75,5", 75.5], ["", null]]) {
    assert.deepEqual(readTyped(text, decay, "kickgan"), { value, error: null }, text);
  }
  const refused = (text, control) => readTyped(text, control, "kickgan").error?.message;
  assert.equal(refused("5000", decay), "Decay 5000: out of range for the model kickgan; give 74.6351 to 1296.04 ms");
  assert.equal(refused("1.1", click), "Click 1.1: out of range for the model kickgan; give 0 to 1");
  assert.equal(refused("-1", click), "Click -1: out of range for the model kickgan; give 0 to 1");
  for (const text of ["abc", "1e9x", "--3", "0x10"]) assert.match(refused(text, decay), /^Decay .*: not a number; give/);
});

test("a width may be typed in the dB that its knob shows", () => {
  const width = { name: "width", label: "Width", unit: "side", low: 0, high: 1, middle: 0, step: 0.01 };
  assert.deepEqual(readTyped("0.5", width, "kickgan"), { value: 0.5, error: null });
  for (const share of [0.25, 0.5, 1]) {
    const { value } = readTyped(valueWords(share, "side"), width, "kickgan");
    assert.ok(Math.abs(value - share) < 0.005);
  }
  assert.match(readTyped("-1 dB", width, "kickgan").error.message, /^Width -1: out of range .* dB$/);
  assert.match(readTyped("2", width, "kickgan").error.message, /give 0 to 1$/);
});

test("a level is read as it is typed, with or without a minus, and refused in words", () => {
  for (const [text, level] of [["-14", "lufs:-14"], ["14", "lufs:-14"], ["−14,5 LUFS", "lufs:-14.5"], ["0", "lufs:0"], [".3", "lufs:-0.3"]]) {
    assert.deepEqual(readLevel("lufs", text), { level, error: null }, text);
  }
  for (const [text, words] of [["61", /^Level peak:-61: out of range; give -60 to 0$/], ["+3", /out of range/], ["loud", /not a level/], ["", /not a level/]]) {
    assert.match(readLevel("peak", text).error.message, words);
  }
  assert.equal(levelOf({ peak_dbtp: -0.3, loudness_lufs: null }), "peak:-0.3");
  assert.equal(levelOf({ peak_dbtp: -1, loudness_lufs: -14 }), "lufs:-14");
});

test("a length is in ms or in beats, and a recipe gives back what was asked", () => {
  const looped = withBeats(withLength(NOTHING, 300), 124, "1/2");
  assert.deepEqual(requestOf({ ...looped, level: "lufs:-14" }), { bpm: 124, beats: "1/2", level: "lufs:-14" });
  assert.deepEqual(requestOf(withLength(looped, 300)), { length_ms: 300 });
  assert.deepEqual(settingsOf(looped), looped);
  assert.deepEqual(settingsOf({ beats: "1/2", length_ms: 90 }), withLength(NOTHING, 90)); // no tempo
  const recipe = (length_ms, loop) => ({ processing: { length_ms, loop, peak_dbtp: -1, loudness_lufs: null } });
  for (const [beats, bpm] of [["1/2", 100], ["3/4", 174], ["2", 90]]) {
    const length = (60_000 / bpm) * { "1/2": 0.5, "3/4": 0.75, 2: 2 }[beats];
    const found = settingsOfRecipe(recipe(length, true), bpm);
    assert.equal(found.beats, beats);
    assert.ok(Math.abs(found.bpm - bpm) < 1e-9);
    assert.deepEqual(settingsOfRecipe(recipe(length, false), bpm), withLength(NOTHING, length));
  }
});

test("a tool's kick takes the selected pad while that is free or its own, else the next free one", async () => {
  const store = createStore();
  const asked = [];
  const spot = createSpot({ store, making: { placeFor: async (...all) => asked.push(all) && null } }, "the morph", () => [0, 3]);
  const put = (index, seed) => {
    store.change({ [index]: { seed, chosen: true } });
    spot.put(index);
  };
  assert.equal(await spot.take(), 1); // 0 is one that it must not take
  assert.equal(store.get().selected, 1);
  put(1, 5);
  assert.equal(await spot.take(), 1);
  store.change({ 1: { settings: withLength(NOTHING, 100) } }); // its length was turned since
  assert.equal(await spot.take(), 2);
  put(2, 6);
  store.change({ 2: { star: true } });
  assert.equal(await spot.take(), 4);
  store.change(Object.fromEntries(Array.from({ length: 16 }, (_, index) => [index, { lock: true }])));
  assert.equal(await spot.take(), null);
  assert.deepEqual(asked, [[5, "the morph", [0, 3]]]);
});

test("each control of a model has a tip, a sentence", () => {
  for (const name of [...model().manifest.card.controls.map((one) => one.name), "wild", "length_ms", "beats", "level"]) {
    assert.match(tips.TIPS[name] ?? "", /^[A-Z].{20,}\.$/, name);
  }
});

test("swing moves every second step, up to half a step; straight moves none", () => {
  const length = stepLength({ bpm: 120 });
  assert.equal(length, 0.125);
  for (let step = 0; step < 16; step++) assert.equal(lateness({ bpm: 120, swing: 50 }, step), 0);
  assert.equal(lateness({ bpm: 120, swing: 66 }, 4), 0);
  assert.ok(Math.abs(lateness({ bpm: 120, swing: 75 }, 1) - length / 2) < 1e-12);
  assert.ok(Math.abs(lateness({ bpm: 120, swing: 200 / 3 }, 7) - length / 3) < 1e-12); // a triplet
});

test("rows play their pads, each once, together as loud as one; muted rows are silent", () => {
  const [one, other] = [laneOf(null), laneOf(3)].map((lane) => ({ ...lane, steps: lane.steps.map((_, step) => step === 4) }));
  assert.deepEqual(hitsAt([one, other], 0, 0), []);
  assert.deepEqual(hitsAt([one, other], 4, 0), [{ pad: 0, level: 0.25 }, { pad: 3, level: 0.25 }]);
  assert.deepEqual(hitsAt([one, other], 4, 3), [{ pad: 3, level: 0.5 }]);
  assert.deepEqual(hitsAt([{ ...one, mute: true }, other], 4, 0), [{ pad: 3, level: 0.5 }]);
});

test("a pattern comes back as it was kept; from nonsense, and from before there were rows, a whole one comes", () => {
  const made = { ...usual(true), swing: 62, bassOn: false, lanes: [laneOf(null), { ...laneOf(7), mute: true }] };
  assert.deepEqual(readPattern(JSON.parse(JSON.stringify(made)), false), made);
  for (const found of [null, 5, [], { lanes: [{ pad: 99, steps: [] }] }, { swing: 400, bpm: "fast", key: -1 }]) {
    assert.deepEqual(readPattern(found, true), usual(true));
  }
  const kick = Array.from({ length: 16 }, (_, step) => step === 3);
  const old = readPattern({ kick, tune: false }, true);
  assert.deepEqual([old.lanes, old.tune], [[{ pad: null, steps: kick, mute: false }], false]);
});

test("small speakers render the bass: an eighth of its power lies above 200 Hz, in every key", () => {
  for (const hz of bassNotes(4, "minor").concat(bassNotes(3, "minor")).map(hertz)) {
    const sound = bassSound(hz, 0.2);
    const { re, im } = rfft(Float64Array.from({ length: 16384 }, (_, at) => sound[at] ?? 0));
    const power = (low) => re.reduce((sum, value, k) => (k * (44100 / 16384) < low ? sum : sum + value * value + im[k] * im[k]), 0);
    assert.ok(power(200) > power(0) / 8, `${hz}`);
    assert.equal(sound.reduce((most, value) => Math.max(most, Math.abs(value)), 0), 1);
  }
});

test("a bass note is as loud as its kick, as long as both have room", () => {
  const sound = bassSound(hertz(33), 0.2);
  for (const wanted of [-24, -20, -17]) {
    const gain = matchedGain(lufsOf(sound), wanted);
    assert.ok(Math.abs(lufsOf(sound.map((value) => gain * value)) - wanted) < 0.01);
  }
  assert.equal(matchedGain(lufsOf(sound), 0), 0.5);
});

test("a value is ordered where it grows in one direction, whatever its scale; noise and gaps are not", () => {
  const x = Array.from({ length: 400 }, (_, at) => ((at * 37) % 400) / 400);
  const y = Array.from({ length: 400 }, (_, at) => ((at * 91) % 399) / 400);
  const right = order(x, y, x.map((value) => Math.exp(9 * value)));
  assert.ok(right.share > 0.999);
  assert.equal(grows(right), "grows to the right");
  assert.equal(grows(order(x, y, x.map((value, at) => -value - y[at]))), "grows to the upper left");
  const round = order(x, y, x.map((value, at) => (value - 0.5) ** 2 + (y[at] - 0.5) ** 2));
  assert.ok(round.share < 0.2);
  assert.equal(grows(round), "");
  assert.equal(order(x, y, x.map(() => NaN)).share, 0);
  assert.ok(order(x, y, y.map((value, at) => (at % 3 ? value : NaN))).share > 0.99);
});

test("results are words: no key of a card is left", () => {
  const figures = { "sibling/precision": 0.862, "unseen/precision": 0.8, "test/lines": 0.78, "validation/long_sizes": 0.98, "spread/ratio": 0.975, "controls/decay": 0.75 };
  const tables = tablesOf(figures, [decay, click], tips.TIPS);
  assert.deepEqual(tables[0].rows, [
    ["Share of the generated kicks that lie among real ones", "86.2 %", "–", "80 %"],
    ["The narrow line that stands highest above the real average spectrum", "–", "0.78 dB", "–"],
  ]);
  assert.deepEqual(tables[2].rows.map((row) => [row[0], row.at(-1)]), [["Decay", "75 %"], ["Click", "–"]]);
  assert.ok(!JSON.stringify(tables).includes("_"));
  const card = "# A\n\n## Measured\n\n| a | 1 |\n\n## Controls\n\n| b |\n\n## Limits\n\n- none\n";
  assert.equal(withoutTables(card), "# A\n\n## Limits\n\n- none\n");
  assert.equal(withoutTables("# A\n\n## Measured\n\n| a | 1 |\n"), "# A\n\n");
});
