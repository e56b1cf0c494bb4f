// embedding.js beside Python's `kickitout.measure.embedding`.

import { test } from "node:test";

import { distance, embed, features } from "../../src/kickitout/web/static/engine/embedding.js";
import { kicks } from "./inputs.js";
import { DOUBLE, FOUND, allNear, near, vectors } from "./vectors.js";

test("features are the same: Python takes spectra in single precision", () => {
  for (const [name, wanted] of Object.entries(vectors("embedding"))) {
    allNear(features(kicks[name]), wanted, FOUND, name);
  }
});

test("a vector is the features, standardised, clipped and turned", () => {
  const found = features(kicks.plain);
  const fitted = {
    mean: Float32Array.from(found, (value) => value - 100),
    scale: new Float32Array(found.length).fill(2),
    matrix: Float32Array.from({ length: 2 * found.length }, (_, i) => (i < 4 ? i + 1 : 0)),
  };
  const vector = embed(kicks.plain, fitted);
  allNear(vector, [6 * (1 + 3), 6 * (2 + 4)], DOUBLE);
  near(distance(vector, new Float64Array(2)), Math.hypot(24, 36), DOUBLE);
});
