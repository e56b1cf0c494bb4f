// controls.js and styles.js beside Python's `kickitout.model.controls` and `kickitout.instrument.styles`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { controls as constants } from "../../src/kickitout/web/static/engine/constants.js";
import { measure, quantileOf, score, shownOf, valueOf } from "../../src/kickitout/web/static/engine/controls.js";
import { wishesOf } from "../../src/kickitout/web/static/engine/styles.js";
import { kicks, model } from "./inputs.js";
import { DOUBLE, MEASURED, allNamed, allNear, near, vectors } from "./vectors.js";

const wanted = vectors("controls");
const { controls } = model().card;
const table = controls[0].quantiles;
const VALUES = [20, 30, 41.7, 60, 80, 99];

test("scores, values and quantiles are the same, and of what many share the middle", () => {
  allNear(VALUES.map((value) => score(value, table)), wanted.scores, DOUBLE);
  allNear(VALUES.map((value) => quantileOf(value, table)), wanted.quantiles, DOUBLE);
  const values = constants.OF_ONE.flatMap((unit) => [0, 0.33, 1].map((share) => valueOf(share, unit, table)));
  allNear(values, wanted.values, DOUBLE);
  const shown = constants.OF_ONE.flatMap((unit) => [-30, -11, 7, 55].map((value) => shownOf(value, unit, table)));
  allNear(shown, wanted.shown, DOUBLE);
  near(score(1, [...new Array(40).fill(1), ...table.slice(40)]), wanted.shared[0], DOUBLE);
});

test("what is measured of kicks is the same, in the same order", () => {
  for (const [name, values] of Object.entries(wanted.measured)) {
    const found = measure(kicks[name]);
    constants.KINDS.forEach((kind, i) => {
      if (values[i] === null) assert.ok(!(kind.name in found), kind.name);
      else near(found[kind.name], values[i], MEASURED, Math.max(1, Math.abs(values[i])), kind.name);
    });
  }
});

const others = ["sweep", "sweep_time", "brightness", "noise"].map((name) => ({ ...controls[2], name }));

test("styles ask the same of a seed, and name what is missing", () => {
  for (const [style, asked] of Object.entries(wanted.styles)) {
    allNamed(wishesOf(style, 9n, [...controls, ...others]), asked, DOUBLE, style);
  }
  assert.throws(() => wishesOf("polka", 9n, controls), { message: wanted.refused[0] });
  const lacking = controls.filter(({ name }) => name !== "width");
  assert.throws(() => wishesOf("cinematic", 9n, [...lacking, ...others]), { message: wanted.refused[1] });
});
