// Both engines are tried on the same numbers.

import assert from "node:assert/strict";
import { test } from "node:test";

import { faulty, kicks, prior, sketchOf } from "./inputs.js";
import { digest, vectors } from "./vectors.js";

const wanted = vectors("inputs");

test("sounds are the same to the bit", () => {
  for (const [name, sound] of Object.entries(kicks)) assert.equal(digest(...sound), wanted.kicks[name], name);
  for (const [name, sound] of Object.entries(faulty())) {
    if (name !== "finite") assert.equal(digest(...sound), wanted.faulty[name], name);
  }
});

test("sketches and the prior are the same to the bit", () => {
  const sketch = sketchOf(Float32Array.of(0.5, -0.25, 0.125));
  for (const [name, values] of Object.entries(sketch)) assert.equal(digest(values), wanted.sketch[name], name);
  assert.equal(digest(prior().factors), wanted.prior);
});
