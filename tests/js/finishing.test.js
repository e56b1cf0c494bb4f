// finishing.js beside Python's `kickitout.instrument.finishing`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { finishing } from "../../src/kickitout/web/static/engine/constants.js";
import { atLevel, finish, levelRemarks } from "../../src/kickitout/web/static/engine/finishing.js";
import { lasting, lengthInBeats } from "../../src/kickitout/web/static/engine/lengths.js";
import { faulty, kicks } from "./inputs.js";
import { SINGLE, likeSample, vectors } from "./vectors.js";

const wanted = vectors("finishing");
const { PROCESSING } = finishing;

for (const { kick, processing, sound } of wanted.made) {
  test(`'${kick}' is finished the same with ${JSON.stringify(processing)}`, () => {
    likeSample(finish(kicks[kick], { ...PROCESSING, ...processing }), sound, SINGLE);
  });
}

for (const [name, sound] of Object.entries(wanted.longer)) {
  test(`'${name}' is finished the same where it sounds on`, () => {
    const twice = kicks[name].map((channel) => Float32Array.of(...channel, ...channel.map((value) => 0.25 * value)));
    likeSample(finish(twice, { ...PROCESSING, length_ms: 800 }, kicks[name]), sound, SINGLE);
  });
}
test("a level is read, refused and missed in the same words", () => {
  for (const [level, processing] of wanted.levels) assert.deepEqual(atLevel(PROCESSING, level), processing);
  for (const [level, words] of wanted.refused) {
    assert.throws(() => atLevel(PROCESSING, level), { message: words }, level);
  }
  assert.deepEqual(levelRemarks(atLevel(PROCESSING, "lufs:-5"), -14.21), wanted.missed);
  assert.deepEqual(levelRemarks(atLevel(PROCESSING, "lufs:-14.2"), -14.21), []);
});

test("a length in beats is read and refused in the same words", () => {
  for (const [length, ms] of wanted.lengths) assert.equal(lengthInBeats(length), ms);
  for (const [length, words] of wanted.refused_lengths) assert.throws(() => lengthInBeats(length), { message: words });
  assert.deepEqual(lasting(PROCESSING, { bpm: 128, beats: "1/2" }, 500), wanted.looped);
  assert.deepEqual(lasting(PROCESSING, { length_ms: 500 }, 500), PROCESSING);
  assert.throws(() => lasting(PROCESSING, { length_ms: 20 }, 500), /out of range; give 30 to 2000 ms/);
});

test("an offset is taken off, and silence stays silence", () => {
  likeSample(finish(faulty().offset, PROCESSING), wanted.offset, SINGLE);
  likeSample(finish([new Float32Array(22050), new Float32Array(22050)], PROCESSING), wanted.silence, SINGLE);
});
