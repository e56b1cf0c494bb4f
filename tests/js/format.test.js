// format.js beside Python's `str.format`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { filled } from "../../src/kickitout/web/static/engine/format.js";
import { vectors } from "./vectors.js";

test("sentences are Python's to the letter", () => {
  for (const [template, fields, sentence] of vectors("format").filled) assert.equal(filled(template, fields), sentence);
});

test("a field that is missing and a form that is not known are errors", () => {
  assert.throws(() => filled("{name}", {}), /needs name/);
  assert.throws(() => filled("{x:>8}", { x: 1 }), /not written/);
});
