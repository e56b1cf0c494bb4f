// words.js, texts.js and json.js beside Python's `packs.words`, `packs.texts`, `textwrap` and `json`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { realText } from "../../src/kickitout/web/static/engine/json.js";
import { notePart } from "../../src/kickitout/web/static/engine/names.js";
import { fill, licence, packManifest, readme } from "../../src/kickitout/web/static/engine/texts.js";
import { fileStems, word } from "../../src/kickitout/web/static/engine/words.js";
import { model } from "./inputs.js";
import { vectors } from "./vectors.js";

const wanted = vectors("texts");
const { manifest } = model();
const rows = wanted.rows.map((row) => ({ ...row, seed: BigInt(row.seed) }));

test("kicks have the same words, notes and names of files", () => {
  wanted.described.forEach((one, i) => {
    assert.deepEqual([word(one), notePart(one.pitch_hz ?? null)], [wanted.titles[i].word, wanted.titles[i].note]);
  });
  assert.deepEqual(fileStems("Night_ shift", [...wanted.titles, ...wanted.titles]), wanted.stems);
});

test("paragraphs break as in Python", () => {
  for (const [text, lines] of wanted.paragraphs) assert.equal(fill(text), lines);
});

test("floats are written as in Python", () => {
  for (const [value, text] of wanted.json) assert.equal(realText(value), /[e.]/.test(text) ? text : `${text}.0`);
});

test("a pack's licence and manifest are the same text", () => {
  assert.equal(licence("Night", manifest, []), wanted.licence);
  assert.match(licence("Night", manifest, ["a.wav"]), /files that were dropped onto the page \(a\.wav\)/);
  assert.equal(packManifest("Night", manifest, ["a", "b"], rows, ["b.wav", "a.wav"]), wanted.manifest);
});

test("a pack's README is the same but for how exactly a kick is made again", () => {
  const found = readme("Night", manifest, rows).split("\n").slice(0, -1);
  assert.equal(found.length, wanted.readme.length);
  const other = found.flatMap((line, i) => (line === wanted.readme[i] ? [] : [line]));
  const own = "To make any of these files again, with the same version, to what is heard (-60 dB or less apart):";
  assert.deepEqual(other, [own]);
});
