// prior.js beside Python's `kickitout.model.prior`.

import { test } from "node:test";

import { normal } from "../../src/kickitout/web/static/engine/randomness.js";
import { prior } from "./inputs.js";
import { SINGLE, DOUBLE, allNear, vectors } from "./vectors.js";

const wanted = vectors("prior");
const mixture = prior();
const normals = normal(3, "test prior", 3);

test("points are the same: their normal numbers are in single precision", () => {
  [0.1, 0.9].forEach((choice, i) => {
    allNear(mixture.point(choice, normals), wanted.points[i], SINGLE);
    allNear(mixture.pointGiven(new Map([[3, 0.5], [5, -1]]), choice, normals), wanted.given[i], SINGLE);
  });
});

test("mean and covariance of all of it are the same", () => {
  const { mean, covariance } = mixture.moments();
  allNear(mean, wanted.mean, DOUBLE);
  allNear(covariance, wanted.covariance.flat(), DOUBLE);
});
