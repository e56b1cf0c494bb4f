// gate.js beside Python's excuses: what a wish may break, and the words for it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { excused, judge, sorted } from "../../src/kickitout/web/static/engine/gate.js";
import { faulty } from "./inputs.js";
import { vectors } from "./vectors.js";

test("what was asked for is excused, and said", () => {
  for (const [name, controls, counting, words] of vectors("excuses").cases) {
    const { faults } = judge(faulty()[name]);
    assert.deepEqual(sorted(faults, { controls })[0].map(({ rule }) => rule), counting);
    assert.deepEqual(excused({ controls }, sorted(faults, { controls })[1]), words);
  }
});
