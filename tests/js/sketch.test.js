// sketch.js, view.js and edits.js beside Python's `kickitout.sound.sketch.sketch` and `kickitout.sound.sketch.edits`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { anchored, heardHz, lowRest, lowWave, moved } from "../../src/kickitout/web/static/engine/anchor.js";
import { sweepOf } from "../../src/kickitout/web/static/engine/bend.js";
import { sketch, sketchAnchor, sketchTail } from "../../src/kickitout/web/static/engine/constants.js";
import * as edits from "../../src/kickitout/web/static/engine/edits.js";
import { takeApart } from "../../src/kickitout/web/static/engine/parts.js";
import { normal } from "../../src/kickitout/web/static/engine/randomness.js";
import { fullScale, render, renderLongest } from "../../src/kickitout/web/static/engine/sketch.js";
import { viewOf } from "../../src/kickitout/web/static/engine/view.js";
import { kicks, noise, sketchOf } from "./inputs.js";
import { FOUND, SINGLE, likeSample, vectors } from "./vectors.js";

const wanted = vectors("sketch");
const one = sketchOf(Float32Array.of(0.5, -0.25, 0.125));
const { air } = noise(7);
const { TAIL_SHAPE } = sketch;
const rest = lowRest(one, air);

test("a sketch sounds the same: Python takes its envelopes in single precision", () => {
  likeSample(render(one, air), wanted.rendered, FOUND);
  likeSample(render(edits.folded(one), air), wanted.mono, FOUND);
  likeSample(render(edits.saturated(one, 20), air), wanted.driven, FOUND);
});

test("a sketch whose mid is spread to the side, and that has grown, sounds the same", () => {
  const peak = fullScale(one, air);
  assert.ok(Math.abs(peak / wanted.full_scale - 1) < 1e-5);
  const wide = edits.spreadBy(edits.bounded(one, 0.6 * peak), 0.4);
  likeSample(render(wide, air), wanted.wide, FOUND);
  likeSample(renderLongest(wide, air, normal(7, "tail", TAIL_SHAPE[0] * TAIL_SHAPE[1])), wanted.wide_longest, FOUND);
});

test("a sketch is heard at the same frequency", () => {
  [heardHz(one), heardHz(one, rest)].forEach((hz, i) => assert.ok(Math.abs(hz / wanted.heard_hz[i] - 1) < 1e-5));
});

test("a sketch sounds on the same, and until it does it is the same sound", () => {
  const more = normal(7, "tail", TAIL_SHAPE[0] * TAIL_SHAPE[1]);
  const lasting = edits.lasting(one, 2.5);
  const longest = renderLongest(lasting, air, more);
  likeSample(longest, wanted.longest, FOUND);
  render(lasting, air).forEach((channel, c) =>
    assert.deepEqual(longest[c].subarray(0, sketchTail.JOIN), channel.subarray(0, sketchTail.JOIN)),
  );
});

test("an encoder looks at the same", () => {
  const found = viewOf(takeApart(kicks.wide));
  for (const [name, sample] of Object.entries(wanted.view)) likeSample(found[name], sample, FOUND, name);
});

/** @type {[Sweep, Sweep]} */
const SWEEPS = [{ pitch: 50, depth: 1.5, time: 60 }, { pitch: 44, depth: 2, time: 40 }];

test("a sketch has the same sweep and decay", () => {
  const found = sweepOf(lowWave(one, rest), sketchAnchor.STEP);
  for (const [name, value] of Object.entries(wanted.sweep)) assert.ok(Math.abs(found[name] / value - 1) < FOUND, name);
  assert.ok(Math.abs(edits.decayMs(one) / wanted.decay_ms - 1) < FOUND);
});

test("a sketch with another sweep sounds the same, and sounds on", () => {
  const bent = edits.swept(one, ...SWEEPS);
  likeSample(render(bent, air), wanted.bent, FOUND);
  const more = normal(7, "tail", TAIL_SHAPE[0] * TAIL_SHAPE[1]);
  likeSample(renderLongest(bent, air, more), wanted.bent_longest, FOUND);
});

const CHANGES = {
  resweep: () => edits.resweep(one, ...SWEEPS),
  steadied: () => edits.steadied(one),
  settled: () => edits.settled(one, edits.middleHz(one), 44),
  shorter: () => edits.lasting(one, 0.6),
  longer: () => edits.lasting(one, 1.7),
  decaying: () => edits.decaying(one, 150),
  leaning: () => edits.decaying({ ...one, log_amplitude: one.log_amplitude.map((_, k) => Math.min(200 - k, 0) / 16) }, 900),
  swept: () => edits.swept(one, ...SWEEPS),
  clicked: () => edits.clicked(one, 4),
  tilted: () => edits.tilted(one, 1.5),
  dirtied: () => edits.dirtied(one, -3),
  widened: () => edits.widened(one, 6),
  spread: () => edits.spreadBy(one, 0.25),
  bounded: () => edits.bounded(one, 0.5),
  pushed: () => edits.pushed(edits.bounded(one, 0.5), 4),
  saturated: () => edits.saturated(one, 9),
  folded: () => edits.folded(one),
  anchored: () => anchored(edits.saturated(one, 20), 0.9 * heardHz(one, rest), rest),
  moved: () => moved(edits.swept(one, ...SWEEPS), 44, rest),
};

for (const [name, changed] of Object.entries(CHANGES)) {
  test(`a sketch that is '${name}' has the same arrays`, () => {
    const found = changed();
    for (const [array, sample] of Object.entries(wanted.changed[name])) likeSample(found[array], sample, SINGLE, array);
  });
}
