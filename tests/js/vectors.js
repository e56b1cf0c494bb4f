// The golden vectors that `python -m twins.write_vectors` wrote, and how near to them a number must be.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** What NumPy, in the same precision, sums in another order: the last digits of a double. */
export const DOUBLE = 1e-9;

/** What comes of single precision, or goes through it: both engines keep sketches and sounds so. */
export const SINGLE = 2e-6;

/** What fits measure of a sound, which go on until nothing moves: the descriptors' own tolerances are 1000 times as wide. */
export const MEASURED = 1e-5;

/** As `MEASURED`, of what a search found: what differs in the last digits comes to differ more. */
export const FOUND = 1e-4;

/** A linear resampler that is as steep as Python's, -80 dB. */
export const RESAMPLED = 1e-4;

/** @param {string} name */
export const vectors = (name) => JSON.parse(readFileSync(new URL(`./vectors/${name}.json`, import.meta.url), "utf-8"));

/** A number is as near to what is wanted as a share of it, or of a scale, allows. */
export function near(found, wanted, tolerance, scale = Math.abs(wanted), words = "") {
  const apart = Math.abs(found - wanted);
  const isNear = apart <= tolerance * Math.max(scale, 1e-300);
  assert.ok(isNear, `${words} ${found} is not ${wanted} within ${tolerance}`);
}

/** Numbers are near, measured by the largest of them. */
export function allNear(found, wanted, tolerance, words = "") {
  assert.equal(found.length, wanted.length, words);
  const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  wanted.forEach((value, i) => near(found[i], value, tolerance, scale, `${words} [${i}]`));
}

/** The same of values by name; the names are the same. */
export function allNamed(found, wanted, tolerance, words = "") {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(wanted).sort(), words);
  for (const [name, value] of Object.entries(wanted)) {
    near(found[name], value, tolerance, Math.max(Math.abs(value), 1e-3), `${words} ${name}`);
  }
}

/** Arrays behind each other are near to what was kept of one in Python. */
export function likeSample(found, { length, values, norm }, tolerance, words = "") {
  const flat = Array.isArray(found) ? found.flatMap((part) => Array.from(part)) : Array.from(found);
  assert.equal(flat.length, length, words);
  near(Math.sqrt(flat.reduce((total, value) => total + value ** 2, 0)), norm, tolerance, norm, `${words} norm`);
  const scale = flat.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  values.forEach((value, k) => {
    const at = values.length < length ? Math.floor((length * k) / values.length) : k;
    near(flat[at], value, tolerance, scale, `${words} [${at}]`);
  });
}

/** The SHA-256 of arrays' bytes, one behind the other. */
export function digest(...arrays) {
  const hash = createHash("sha256");
  for (const one of arrays) hash.update(new Uint8Array(one.buffer, one.byteOffset, one.byteLength));
  return hash.digest("hex");
}

/** The bytes of base64. */
export const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));
