// The gate and what somebody brought along: `passing` of studio.js beside `Instrument.passing` in Python.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Studio } from "../../src/kickitout/web/static/engine/studio.js";
import { faulty, kicks } from "./inputs.js";

const { plain } = kicks;
const { hum, start } = faulty();
const louder = hum.map((channel, c) => channel.map((value, i) => (i === 0 ? start[c][0] : value)));

/** @param {object[]} sounds one an attempt, the last again and again @param {string[]} broken by the original */
async function passing(sounds, broken, taken) {
  const studio = Object.assign(Object.create(Studio.prototype), {
    card: { name: "test" },
    whole: (/** @type {{sound: object}} */ { sound }) => sound,
    brokenBy: () => broken,
  });
  const make = async (/** @type {number} */ attempt) => {
    const sound = sounds[Math.min(attempt, sounds.length - 1)];
    return { origin: { sound }, recipe: { attempt } };
  };
  return studio.passing("seed", 5n, make, { origin: { taken: taken ? {} : null } });
}

test("what the original breaks is not held against what is made from it", async () => {
  const { recipe, last, passed } = await passing([louder, hum, plain], ["hum"], false);
  assert.equal(recipe.attempt, 1);
  assert.equal(passed, false);
  assert.match(last[0], /^gate: mains hum at .*does not pass in this either$/);
});

test("what passes is taken, and nothing is said", async () => {
  const { recipe, last, passed } = await passing([hum, plain], [], true);
  assert.deepEqual([recipe.attempt, passed, last], [1, true, undefined]);
});

test("of what somebody brought the nearest is kept, of the model's own none", async () => {
  const { recipe, last, passed } = await passing([louder, louder, hum], [], true);
  assert.deepEqual([recipe.attempt, passed], [2, false]);
  assert.match(last[0], /^gate: mains hum at .*none of 16 passes, and this one comes nearest$/);
  await assert.rejects(passing([hum], [], false), /none of 16 kicks of test passes the gate/);
});
