// parts.js beside Python's `kickitout.sound.sketch.parts`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { takeApart } from "../../src/kickitout/web/static/engine/parts.js";
import { kicks } from "./inputs.js";
import { SINGLE, likeSample, near, vectors } from "./vectors.js";

for (const [name, wanted] of Object.entries(vectors("parts"))) {
  test(`'${name}' has the same parts`, () => {
    const sound = kicks[name].map((channel) => (name === "wide" ? channel.map((value) => -value) : channel));
    const found = takeApart(sound);
    likeSample(found.logAmplitude, wanted.log_amplitude, SINGLE, "log amplitude");
    likeSample(found.frequency, wanted.frequency, SINGLE, "frequency");
    likeSample(found.rest, wanted.rest, SINGLE, "rest");
    likeSample(found.side, wanted.side, SINGLE, "side");
    near(found.phase, wanted.phase, SINGLE, Math.PI, "phase");
    assert.deepEqual([found.polarity, found.sideSign], [wanted.polarity, wanted.side_sign]);
  });
}
