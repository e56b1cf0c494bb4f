// recipes.js, remaking.js, wav.js, comments.js, reading.js and names.js beside Python's recipes, chunks and files.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { commentOf } from "../../src/kickitout/web/static/engine/comments.js";
import { ancestry, finishing, randomness } from "../../src/kickitout/web/static/engine/constants.js";
import { markingOf } from "../../src/kickitout/web/static/engine/marking.js";
import { plainName, stemFor } from "../../src/kickitout/web/static/engine/names.js";
import { readSound } from "../../src/kickitout/web/static/engine/reading.js";
import { markOf, plainRecipe, readRecipe, recipeIn, recipeText } from "../../src/kickitout/web/static/engine/recipes.js";
import { filesOf, holdsAtMost, isTooOld, isWellNamed, takenBy } from "../../src/kickitout/web/static/engine/remaking.js";
import { encodeWav } from "../../src/kickitout/web/static/engine/wav.js";
import { bytes, digest, vectors } from "./vectors.js";

const wanted = vectors("recipes");
const { PROCESSING: processing } = finishing;
const checksum = "0123456789abcdef".repeat(4);
const manifest = { card: { name: "test", version: "1.0" }, checksum, version: "1.2.3", rights: wanted.rights };

const bare = { seed: 7n, attempt: 0, controls: {}, derivation: null, processing };
const asked = { ...bare, controls: { pitch: 50, click: 0.1 + 0.2 }, attempt: 3 };
const file = { file: "ä.wav", content: "c".repeat(64) };
const recipes = {
  seed: { ...bare, seed: randomness.MAX_SEED },
  asked,
  varied: { ...bare, derivation: { verb: "vary", of: [asked], amount: 0.3, keep: ["decay"] } },
  morphed: { ...bare, derivation: { verb: "morph", of: [bare, file], amount: 1e-7, keep: null } },
  taken: { ...bare, seed: 0n, derivation: { verb: "vary", of: [file], amount: 0, keep: null } },
  mono: { ...bare, processing: { ...processing, mono: true } },
  "varied file": {
    ...bare,
    derivation: { verb: "vary", of: [{ file: "\u{1f941}<&.wav", content: "d" }], amount: 1, keep: null },
  },
  "morphed to its end": { ...bare, derivation: { verb: "morph", of: [bare, file], amount: 1, keep: null } },
  matched: { ...bare, derivation: { verb: "match", of: [file], amount: null, keep: null, latent: "AAAAAA==" } },
};

for (const [name, recipe] of Object.entries(recipes)) {
  test(`the recipe '${name}' is the same text, and is read again`, () => {
    const { text, taken, named, contents, mark } = wanted.told[name];
    assert.equal(markOf(recipe, manifest), mark);
    assert.equal(recipeText(recipe, manifest), text);
    assert.deepEqual(readRecipe(JSON.parse(JSON.stringify(plainRecipe(recipe, manifest))), manifest), recipe);
    assert.deepEqual([takenBy(recipe) !== null, isWellNamed(recipe)], [taken, named]);
    assert.deepEqual(filesOf(recipe).map(({ content }) => content), contents);
  });
}

test("damaged recipes, and those of other models, are none", () => {
  const whole = plainRecipe(recipes.varied, manifest);
  assert.ok(readRecipe(whole, manifest));
  const changed = (one) => ({ ...whole, ...one });
  const damaged = [
    null, [], "x", {},
    ...[{ format: 2 }, { more: 1 }, { seed: -1 }, { seed: 1.5 }, { attempt: 0 }, { controls: { pitch: "50" } }].map(changed),
    changed({ model: { ...whole.model, checksum: "other" } }),
    ...[{ fade_ms: -1 }, { silence_db: 1 }].map((one) => changed({ processing: { ...whole.processing, ...one } })),
    ...[{ amount: 2 }, { verb: "sing" }, { of: [] }, { of: [{ file: "a" }] }].map((one) =>
      changed({ derivation: { ...whole.derivation, ...one } }),
    ),
  ];
  for (const one of damaged) assert.equal(readRecipe(one, manifest), null, JSON.stringify(one));
});

/** A tree of morphs with so many leaves, as plain JSON. */
function tree(leaves) {
  if (leaves === 1) return plainRecipe(bare, manifest);
  const of = [tree(leaves >> 1), tree(leaves - (leaves >> 1))].map((recipe) => ({ recipe }));
  return { ...plainRecipe(recipes.morphed, manifest), derivation: { verb: "morph", of, amount: 0.5 } };
}

test("what recipes hold in all is counted before anything is made of them, at any depth", () => {
  const { MOST_ANCESTORS, MOST_TOGETHER } = ancestry;
  assert.ok(holdsAtMost([tree(64), tree(64)], 254));
  assert.ok(!holdsAtMost([tree(64), tree(64)], 253));
  assert.ok(!holdsAtMost(Array(64).fill(tree(64)), MOST_TOGETHER));
  assert.ok(!holdsAtMost([tree(4096)], MOST_TOGETHER));
  assert.ok(isTooOld([readRecipe(tree(MOST_ANCESTORS), manifest)]));
  let deep = null;
  for (let level = 0; level < 100_000; level++) deep = { recipe: deep };
  assert.ok(!holdsAtMost([deep], MOST_TOGETHER));
  assert.ok(holdsAtMost([null, 1, "recipe", [[["recipe"]]], {}], 5));
});

const ramp = [0, 1].map((c) => Float32Array.from({ length: 80 }, (_, i) => (c ? i : i - 40) / 128));

for (const [name, recipe] of Object.entries(recipes)) {
  test(`the WAV file of the recipe '${name}' is the same bytes`, () => {
    const [text, marking] = [recipeText(recipe, manifest), markingOf(recipe, manifest)];
    const { mono, loop } = recipe.processing;
    const length = loop ? 10336 : 80;
    const sound = ramp.map((channel) => Float32Array.from({ length }, (_, i) => channel[i] ?? 0));
    const data = encodeWav(sound, 44100, text, "Kick It Out 1.2.3", marking, mono ? 1 : 2, loop);
    assert.equal(createHash("sha256").update(data).digest("hex"), wanted.told[name].wav);
  });
}

test("files of all formats give their recipe", () => {
  for (const [kind, data] of Object.entries(wanted.comments)) {
    const view = new DataView(bytes(data).buffer);
    assert.match(commentOf(view), /^\{"format":1/, kind);
    assert.deepEqual(recipeIn(view, manifest), asked, kind);
  }
});

for (const { kind, data, hash } of wanted.files) {
  test(`${kind} is read to the bit`, () => {
    const { rate, channels } = readSound(bytes(data).buffer);
    assert.equal(rate, 8000);
    assert.equal(digest(...channels), hash);
  });
}

test("names of files are made fit the same", () => {
  for (const [name, plain] of Object.entries(wanted.names)) assert.equal(plainName(name), plain);
  for (const [name, stem] of Object.entries(wanted.stems)) assert.equal(stemFor(name), stem);
});
