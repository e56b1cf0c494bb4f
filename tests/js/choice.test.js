// choice.js and choosing.js beside Python's `kickitout.model.choice` and `kickitout.instrument.choosing`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Choice } from "../../src/kickitout/web/static/engine/choice.js";
import { Chooser } from "../../src/kickitout/web/static/engine/choosing.js";
import { normal } from "../../src/kickitout/web/static/engine/randomness.js";
import { Voice } from "../../src/kickitout/web/static/engine/voice.js";
import { choice, model } from "./inputs.js";
import { DOUBLE, allNear, vectors } from "./vectors.js";

const wanted = vectors("choice");
const latents = [0, 1, 2, 3, 4, 5].map((seed) => normal(seed, "test choice", 3));

/** The first numbers of a seed's kicks that are taken. */
function taken(chooser, seed, count) {
  const numbers = chooser.taken(BigInt(seed));
  return Array.from({ length: count }, () => numbers.next().value);
}

test("a latent has the same chance", () => {
  latents.forEach((latent, i) => allNear(choice().outputs(latent), wanted.outputs[i], DOUBLE));
  allNear(latents.map((latent) => choice().chance(latent)), wanted.chances, DOUBLE);
});

test("the same of a seed's kicks are taken", () => {
  const chooser = new Chooser(new Voice(model(choice())));
  wanted.taken.forEach((numbers, seed) => assert.deepEqual(taken(chooser, seed, 12), numbers));
});

test("all are taken where nothing chooses, the model's own first; where something does, that is none of them", () => {
  const all = Array.from({ length: 110 }, (_, i) => i);
  assert.deepEqual(taken(new Chooser(new Voice(model())), 3, 110), all);
  assert.ok(!taken(new Chooser(new Voice(model(choice()))), 3, 20).includes(0));
});

test("a choice as a page has it is the same", () => {
  const { weights, biases, likely, most, width } = choice();
  const numbers = weights.flatMap((matrix, layer) => [...matrix, ...biases[layer]]);
  const data = Float32Array.from([...numbers, likely, most, width]);
  const read = Choice.read(data.buffer, { sizes: [3, 5, 2] });
  assert.equal(read.chance(latents[0]), choice().chance(latents[0]));
  assert.throws(() => Choice.read(data.buffer, { sizes: [3, 6, 2] }), /the model's choice is damaged/);
});
