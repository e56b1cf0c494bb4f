// randomness.js and hashes.js beside Python's `kickitout.system.randomness` and `hashlib`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { blake2b, sha256 } from "../../src/kickitout/web/static/engine/hashes.js";
import {
  anotherSeed, attemptSeed, normal, plainSeed, rawBits, readSeed, uniform,
} from "../../src/kickitout/web/static/engine/randomness.js";
import { SINGLE, allNear, vectors } from "./vectors.js";

const { streams, hashes } = vectors("randomness");
const hex = (data) => Buffer.from(data).toString("hex");

test("raw bits, evenly spread numbers and seeds are the same to the bit", () => {
  for (const { seed, purpose, bits, uniform: spread, another, attempt } of streams) {
    const words = rawBits(seed, purpose, bits.length);
    const found = bits.map((_, i) => ((BigInt(words[2 * i + 1]) << 32n) | BigInt(words[2 * i])).toString());
    assert.deepEqual(found, bits);
    assert.deepEqual([...uniform(seed, purpose, spread.length)], spread.map(fromHex));
    assert.equal(String(anotherSeed(seed, purpose)), another);
    assert.equal(String(attemptSeed(seed, 2)), attempt);
    assert.equal(attemptSeed(seed, 0), BigInt(seed));
  }
});

/** What Python's `float.hex` wrote. */
function fromHex(text) {
  const [, whole, digits, power] = /^0x(\d)\.?([0-9a-f]*)p([+-]\d+)$/.exec(text);
  return (Number(whole) + parseInt(digits || "0", 16) / 16 ** digits.length) * 2 ** Number(power);
}

test("normal numbers are the same but for the last bit of a logarithm or sine", () => {
  for (const { seed, purpose, normal: wanted } of streams) allNear(normal(seed, purpose, wanted.length), wanted, SINGLE, purpose);
});

test("hashes are the same", () => {
  for (const { text, blake2b: short, sha256: long } of hashes) {
    const data = new TextEncoder().encode(text);
    assert.equal(hex(blake2b(data, 16)), short);
    assert.equal(sha256(data), long);
  }
});

test("seeds are read from numbers and digits, and told so that JSON holds them", () => {
  assert.equal(readSeed("9223372036854775807"), 2n ** 63n - 1n);
  assert.equal(plainSeed(7n), 7);
  assert.equal(plainSeed(2n ** 60n), String(2n ** 60n));
  for (const wrong of [-1, 1.5, "x", 2n ** 63n]) {
    const message = `Seed ${wrong}: out of range; seeds go from 0 to 9223372036854775807`;
    assert.throws(() => readSeed(wrong), { message });
  }
});
