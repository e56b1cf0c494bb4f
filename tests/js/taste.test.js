// taste.js beside Python's taste: the same values and the same number on faulty sounds and on kicks.

import assert from "node:assert/strict";
import { test } from "node:test";

import { tasteRules } from "../../src/kickitout/web/static/engine/constants.js";
import { taste } from "../../src/kickitout/web/static/engine/taste.js";
import { faulty, kicks } from "./inputs.js";
import { MEASURED, near, vectors } from "./vectors.js";

const wanted = vectors("taste");

for (const [name, sound] of Object.entries({ ...faulty(), ...kicks })) {
  if (name === "finite") continue;
  test(`taste says the same of '${name}'`, () => {
    const { measured, typical } = taste(sound);
    assert.deepEqual(Object.keys(measured).sort(), Object.keys(wanted[name].measured).sort());
    for (const [rule, value] of Object.entries(wanted[name].measured)) {
      near(measured[rule], value, MEASURED, Math.max(1, Math.abs(value)), rule);
    }
    near(typical, wanted[name].typical, MEASURED, 1, "typical");
  });
}

test("every rule is measured of a kick, and silence has none and is not typical", () => {
  const rules = tasteRules.RULES.map(({ name }) => name).sort();
  assert.deepEqual(Object.keys(taste(kicks.plain).measured).sort(), rules);
  const silence = taste([new Float32Array(22050), new Float32Array(22050)]);
  assert.deepEqual(silence, { measured: {}, typical: 0 });
});
