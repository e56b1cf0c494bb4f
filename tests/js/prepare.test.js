// prepare.js beside Python's `library.normalise` and `library.prepare.read_kick`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { contentHash, headOf, prepared } from "../../src/kickitout/web/static/engine/prepare.js";
import { faulty, kicks } from "./inputs.js";
import { vectors } from "./vectors.js";

const wanted = vectors("prepare");
const { plain, snappy } = kicks;
const taken = (channels, rate = 44100) =>
  prepared({ rate, seconds: channels[0].length / rate, channels }, "a.wav", async () => null);
const take = async (channels) => (await taken(channels)).samples;

test("a kick has the same hash, wherever it begins", async () => {
  for (const [name, sound] of Object.entries(kicks)) {
    assert.equal(contentHash(await take(sound)), wanted.hashes[name], name);
  }
  const late = plain.map((channel) =>
    Float32Array.from({ length: 3000 + channel.length }, (_, i) => (i < 3000 ? 0.01 : 0.5 * channel[i - 3000])),
  );
  assert.equal(contentHash(await take(late)), wanted.hashes.late);
  assert.equal(contentHash(await take(plain.map((channel) => padded(channel, 5)))), wanted.hashes.followed);
});

const added = (sound, start) => sound.map((channel) => channel.map((_, i) => (i >= start ? channel[i - start] : 0)));
const sum = (...sounds) =>
  sounds[0].map((channel, c) => channel.map((_, i) => sounds.reduce((all, one) => all + one[c][i], 0)));
const repeated = (channel, times) =>
  Float32Array.from({ length: times * channel.length }, (_, i) => channel[i % channel.length]);

/** @param {Float32Array} channel @param {number} seconds of silence behind it */
function padded(channel, seconds) {
  const longer = new Float32Array(channel.length + seconds * 44100);
  longer.set(channel);
  return longer;
}

const REFUSED = {
  endless: [plain.map((channel) => padded(channel, 30)), 44100],
  three: [[...plain, plain[0]], 44100],
  rate: [plain, 1000],
  long: [plain.map((channel) => repeated(channel, 9)), 44100],
  nan: [faulty().finite, 44100],
  silent: [[new Float32Array(4000), new Float32Array(4000)], 44100],
  loop: [sum(snappy, added(snappy, 6000), added(snappy, 12000)), 44100],
  short: [[0, 1].map(() => Float32Array.from({ length: 3000 }, (_, i) => (i === 500 ? 0.5 : 0))), 44100],
};

test("what is unlike a kick is taken with the same remark", async () => {
  const tone = faulty().hum.map((channel, c) => channel.map((value, i) => value - plain[c][i]));
  const long = tone.map((channel) => repeated(channel, 3));
  const longer = tone.map((channel) => repeated(channel, 5));
  assert.equal(contentHash(headOf(await take(long))), wanted.heads);
  for (const [name, sound] of Object.entries({ tone, long, longer, plain })) {
    const { samples, notes } = await taken(sound);
    assert.deepEqual(notes, wanted.noted[name].notes, name);
    assert.equal(contentHash(samples), wanted.noted[name].hash, name);
  }
});

for (const [name, [channels, rate]] of Object.entries(REFUSED)) {
  test(`'${name}' is not taken, for the same reason`, async () => {
    await assert.rejects(taken(channels, rate), { message: wanted.refused[name] });
  });
}
