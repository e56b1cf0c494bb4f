// descriptors/ beside Python's `kickitout.measure.descriptors`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { lacking, laterHits } from "../../src/kickitout/web/static/engine/descriptors/characteristics.js";
import { describe } from "../../src/kickitout/web/static/engine/descriptors/measure.js";
import { noteHz, noteOf } from "../../src/kickitout/web/static/engine/descriptors/table.js";
import { faulty, kicks } from "./inputs.js";
import { DOUBLE, MEASURED, allNamed, near, vectors } from "./vectors.js";

const wanted = vectors("descriptors");

test("kicks measure the same", () => {
  for (const [name, found] of Object.entries(wanted.kicks)) allNamed(describe(kicks[name]), found, MEASURED, name);
});

test("silence has no features, and what is no number is an error", () => {
  assert.deepEqual(describe([new Float32Array(22050), new Float32Array(22050)]), {});
  assert.throws(() => describe(faulty().finite), /finite/);
});

test("what a sound lacks to be a kick is said in the same words", () => {
  for (const [name, sound] of Object.entries(kicks)) assert.deepEqual(lacking(sound), wanted.reasons[name], name);
  const { hum } = faulty();
  const tone = hum.map((channel, c) => channel.map((value, i) => value - kicks.plain[c][i]));
  assert.deepEqual(lacking(tone), wanted.reasons.hum);
});

test("hits are counted the same", () => {
  const loop = kicks.snappy.map((channel) =>
    channel
      .map((value, i) => value + (i >= 6000 ? channel[i - 6000] : 0))
      .map((value, i) => value + (i >= 12000 ? channel[i - 12000] : 0)),
  );
  const double = (sound) => sound.map((channel) => new Float64Array(channel));
  assert.equal(laterHits(double(kicks.plain), 44100), wanted.hits.one);
  assert.equal(laterHits(double(loop), 44100), wanted.hits.many);
  const waves = kicks.plain.map((channel) => channel.map((value, i) => value + Math.cos((10 * Math.PI * i) / 44100)));
  assert.equal(laterHits(double(waves), 44100), wanted.hits.waves);
});

test("notes have the same pitches, there and back", () => {
  for (const [note, hz] of Object.entries(wanted.notes)) near(noteHz(note, 55), hz, DOUBLE, hz, note);
  assert.deepEqual([46.25, 440, 65.4].map((hz) => noteOf(hz)[0]), ["F#1", "A4", "C2"]);
  for (const [note, message] of Object.entries(wanted.refused)) assert.throws(() => noteHz(note, 55), { message });
});
