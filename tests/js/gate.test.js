// gate.js beside Python's gate: every rule on a sound that fails it, and on kicks that pass.

import assert from "node:assert/strict";
import { test } from "node:test";

import { gateRules } from "../../src/kickitout/web/static/engine/constants.js";
import { judge } from "../../src/kickitout/web/static/engine/gate.js";
import { faulty, kicks } from "./inputs.js";
import { MEASURED, near, vectors } from "./vectors.js";

const wanted = vectors("gate");

for (const [name, sound] of Object.entries({ ...faulty(), ...kicks })) {
  test(`the verdict on '${name}' is the same, in the same words`, () => {
    const { measured, faults } = judge(sound);
    const { measured: numbers, faults: rules, words } = wanted[name];
    assert.deepEqual(Object.keys(measured).sort(), Object.keys(numbers).sort());
    // In their own units, which go to hundreds of percent and decibels: one of these is the scale.
    for (const [rule, value] of Object.entries(numbers)) {
      near(measured[rule], value, MEASURED, Math.max(1, Math.abs(value)), rule);
    }
    assert.deepEqual(faults.map((fault) => fault.rule), rules);
    assert.deepEqual(faults.map((fault) => fault.words), words);
  });
}

test("every rule is failed by a sound, and kicks fail none", () => {
  const failed = new Set(Object.values(wanted).flatMap(({ faults }) => faults));
  assert.deepEqual([...failed].sort(), gateRules.RULES.map(({ name }) => name).sort());
  for (const name of Object.keys(kicks)) assert.deepEqual(wanted[name].faults, []);
});
