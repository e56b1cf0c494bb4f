// transfer.js beside Python's `kickitout.sound.sketch.transfer`.

import { test } from "node:test";

import { bounded, spreadBy } from "../../src/kickitout/web/static/engine/edits.js";
import { takeApart } from "../../src/kickitout/web/static/engine/parts.js";
import { asItIs, betweenMoved, moved, rendered } from "../../src/kickitout/web/static/engine/transfer.js";
import { kicks, noise, sketchOf } from "./inputs.js";
import { FOUND, likeSample, vectors } from "./vectors.js";

const wanted = vectors("transfer");
const [one, other] = [sketchOf(Float32Array.of(0.5, -0.25, 0.125)), sketchOf(Float32Array.of(-1, 0.5, 0.75))];
const { air } = noise(7);
const parts = { plain: takeApart(kicks.plain), wide: takeApart(kicks.wide) };
const ends = Object.fromEntries(Object.entries(parts).map(([name, own]) => [name, moved(own, one, other, air)]));

for (const [name, sample] of Object.entries(wanted.moved)) {
  test(`'${name}' changes as the sketch does`, () => {
    likeSample(rendered(asItIs(parts[name])), sample.as_it_is, FOUND, "as it is");
    likeSample(ends[name].logAmplitude, sample.log_amplitude, FOUND, "log amplitude");
    likeSample(ends[name].frequency, sample.frequency, FOUND, "frequency");
    likeSample(rendered(ends[name]), sample.rendered, FOUND, "sound");
  });
}

test("a kick that is made wider is as wide", () => {
  const wide = spreadBy(bounded(other, 0.5), 0.4);
  likeSample(rendered(moved(parts.plain, one, wide, air)), wanted.widened, FOUND);
});

test("between two lies the same", () => {
  likeSample(rendered(betweenMoved(ends.plain, ends.wide, 0.3)), wanted.between, FOUND);
});
