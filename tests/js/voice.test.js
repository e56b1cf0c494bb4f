// voice.js, steering.js and variations.js beside Python's `kickitout.model.voice`, `steering` and `variations`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { finishing, originals } from "../../src/kickitout/web/static/engine/constants.js";
import { takeApart } from "../../src/kickitout/web/static/engine/parts.js";
import { misses } from "../../src/kickitout/web/static/engine/steering.js";
import {
  between, betweenProcessing, check, takenIn, varied,
} from "../../src/kickitout/web/static/engine/variations.js";
import { Voice } from "../../src/kickitout/web/static/engine/voice.js";
import { kicks, model } from "./inputs.js";
import { DOUBLE, FOUND, SINGLE, allNamed, allNear, likeSample, vectors } from "./vectors.js";

const wanted = vectors("voice");
const { PROCESSING } = finishing;
const voice = new Voice(model());

test("the latents of seeds are the same, with and without something asked", () => {
  allNear(voice.latent(4n), wanted.latents[0], SINGLE);
  allNear(voice.latent(5n), wanted.latents[1], SINGLE);
  allNear(voice.latent(4n, voice.asked({ pitch: 48, click: 0.9 })), wanted.narrowed, SINGLE);
});

for (const { asked, latent, found, sketch, remarks } of wanted.said) {
  test(`a seed is steered the same to ${JSON.stringify(asked)}`, async () => {
    const values = voice.asked(asked);
    const one = await voice.say(4n, values, PROCESSING);
    allNear(one.latent, latent, SINGLE);
    allNamed(one.found, found, FOUND);
    for (const [name, sample] of Object.entries(sketch)) likeSample(one.sketch[name], sample, FOUND, name);
    assert.deepEqual(voice.remarks(values, one.found), remarks);
  });
}

for (const { targets, sketch } of wanted.bent) {
  test(`a sweep is the same with ${JSON.stringify(targets)}`, async () => {
    const one = await voice.say(4n, targets, PROCESSING);
    for (const [name, sample] of Object.entries(sketch)) likeSample(one.sketch[name], sample, FOUND, name);
  });
}

test("how far off something is is the same, and is said in the same words", () => {
  const values = { pitch: 51.3, decay: 222.2, click: -21, width: -33.3 };
  allNamed(misses(values, { pitch: 50, click: -19, width: -30, sweep: 1 }), wanted.misses, DOUBLE);
  assert.deepEqual(voice.remarks({ pitch: 50, click: -19, decay: 100 }, { pitch: 55.5, click: -30 }), wanted.remarks);
});

const origin = async (seed) => {
  const { latent, sketch, noise } = await voice.say(seed, {}, PROCESSING);
  return { latent, sketch, noise, own: sketch, taken: null };
};
const sounding = (one) => voice.sounding(one.sketch, one.noise, one.taken);

/** A kick that goes on with itself, softly. */
const twice = kicks.wide.map((channel) => Float64Array.from({ length: 44_100 }, (_, i) => channel[i % 22_050] / (i < 22_050 ? 1 : 4)));

test("variations are the same", async () => {
  const [first, taken] = [await origin(4n), await takenIn(voice, kicks.wide)];
  const whole = { ...originals.FAITHFUL };
  const found = {
    free: (await varied(voice, first, 8n, 0.4, [], {}, whole)).origin,
    kept: (await varied(voice, first, 8n, 0.4, ["decay"], {}, PROCESSING)).origin,
    taken: (await varied(voice, taken, 8n, 0.4, [], {}, whole)).origin,
    "goes on": (await varied(voice, await takenIn(voice, kicks.wide, twice), 8n, 0.4, [], {}, whole)).origin,
  };
  for (const [name, { latent, sound }] of Object.entries(wanted.varied)) {
    allNear(found[name].latent, latent, SINGLE, name);
    likeSample(sounding(found[name]), sound, FOUND, name);
  }
});

test("what lies between two kicks is the same", async () => {
  const [first, second, taken] = [await origin(4n), await origin(5n), await takenIn(voice, kicks.wide)];
  const goesOn = await takenIn(voice, kicks.wide, twice);
  const found = {
    own: await between(voice, first, second, 0.3),
    taken: await between(voice, first, taken, 0.3),
    "goes on": await between(voice, taken, goesOn, 0.3),
  };
  for (const [name, { latent, sound }] of Object.entries(wanted.between)) {
    allNear(found[name].latent, latent, SINGLE, name);
    likeSample(sounding(found[name]), sound, FOUND, name);
  }
  likeSample(voice.sounding(found.own.sketch, found.own.noise, null, 60_000), wanted.longer, FOUND);
  likeSample(voice.sounding(goesOn.sketch, goesOn.noise, goesOn.taken, 60_000), wanted.ended, FOUND);
});

test("post-processing between two is the same", () => {
  const short = { ...PROCESSING, length_ms: 200, silence_db: null };
  const found = betweenProcessing(PROCESSING, short, 0.25);
  const { dc_free, ...numbers } = wanted.processing;
  assert.equal(found.dc_free, dc_free);
  allNamed({ ...found, dc_free: 0 }, { ...numbers, dc_free: 0 }, DOUBLE);
});

test("a kick that is taken in has the same latent", async () => {
  allNear(await voice.encode(takeApart(kicks.wide)), wanted.encoded, SINGLE);
});

test("what the model cannot do is refused in the same words", () => {
  const tries = [
    () => voice.asked({ boom: 1 }),
    () => voice.asked({ pitch: 500 }),
    () => voice.asked({ click: -0.1 }),
    () => check(voice, 1.5, []),
    () => check(voice, 0.5, ["boom"]),
  ];
  tries.forEach((attempt, i) => assert.throws(attempt, { message: wanted.refused[i] }));
});
