// numbers.js and fft.js beside NumPy and `statistics.NormalDist`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { irfft, rfft } from "../../src/kickitout/web/static/engine/fft.js";
import * as numbers from "../../src/kickitout/web/static/engine/numbers.js";
import { uniform } from "../../src/kickitout/web/static/engine/randomness.js";
import { DOUBLE, allNear, likeSample, vectors } from "./vectors.js";

const wanted = vectors("numbers");
const PHASE = Float64Array.of(0, 3, -3, -0.5, 2.9, -2.9, 3);
const MATRIX = Float64Array.of(4, 1, 0.5, 1, 3, -0.25, 0.5, -0.25, 2);

test("transforms are NumPy's, and are turned back", () => {
  for (const [size, sample] of Object.entries(wanted.rfft)) {
    const n = Number(size);
    const x = uniform(n, "test fft", n).map((value) => value - 0.5);
    const { re, im } = rfft(x);
    likeSample(Array.from(re, (value, k) => [value, im[k]]), sample, DOUBLE, size);
    allNear(irfft(re, im, n), [...x], DOUBLE, size);
  }
});

test("interpolation, solutions, factors, phases and slopes are NumPy's", () => {
  const [knots, heights] = [[0, 1, 4, 9], [2, -1, 3, 0.5]];
  allNear(numbers.interpolateAll(wanted.places, knots, heights), wanted.interpolated, DOUBLE);
  allNear(wanted.places.map((x) => numbers.interpolate(x, knots, heights)), wanted.interpolated, DOUBLE);
  allNear(numbers.solve(MATRIX, [1, 2, 3]), wanted.solved, DOUBLE);
  allNear(numbers.cholesky(MATRIX, 3), wanted.factor.flat(), DOUBLE);
  assert.equal(numbers.cholesky(Float64Array.of(1, 2, 2, 1), 2), null);
  allNear(numbers.unwrap(PHASE.slice()), wanted.unwrapped, DOUBLE);
  allNear(numbers.gradient(PHASE), wanted.gradient, DOUBLE);
  allNear(numbers.hanning(7), wanted.hanning, DOUBLE);
});

test("halves are rounded to the even one", () => {
  assert.deepEqual([-1.5, -0.5, 0.5, 1.5, 2.5, 2.4999].map((x) => numbers.rint(x) + 0), wanted.rounded);
});

test("shares and quantiles of normal numbers are Python's", () => {
  allNear([1e-6, 0.005, 0.2, 0.5, 0.9, 0.9999].map(numbers.normalQuantile), wanted.quantiles, DOUBLE);
  allNear([-5, -1.5, -0.1, 0, 0.7, 3.5].map(numbers.normalShare), wanted.shares, DOUBLE);
});
