/**
 * The model's kick that is nearest to another: the twin of `matched` in Python's `kickitout.instrument.variations`, and
 * of how `kickitout.instrument.matching` writes its latent. Ours, so that a match is the same kick.
 */

import * as constants from "./constants.js";
import { takeApart } from "./parts.js";
import { distance, embed } from "./embedding.js";
import { unlevelled } from "./finishing.js";
import { quantile } from "./prepare.js";
import { normal } from "./randomness.js";
import { refusal } from "./refusal.js";

const { MATCH_CHILDREN, MATCH_GENERATIONS, MATCH_STEP } = constants.variations;

/** @typedef {import("./voice.js").Voice} Voice */
/** @typedef {import("./descriptors/spectrum.js").Sound} Sound */

/** Lets other requests of the page have their turn: a match takes seconds. */
function pause() {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(null);
  });
}

/**
 * The nearest kick, how far it is, and how far others are: the 5th percentile and the median of them.
 * @param {Voice} voice @param {Sound} sound in a library's form @param {bigint} seed
 * @param {import("./finishing.js").Processing} processing
 */
export async function matched(voice, sound, seed, processing) {
  const fitted = voice.model.embedding;
  const target = embed(unlevelled(sound, processing), fitted);
  const noise = voice.noise(seed);
  const factor = voice.latentFactor();
  const size = voice.card.latent_size;

  async function at(/** @type {Float64Array} */ latent) {
    const sketch = await voice.sketchOf(latent, noise);
    const made = embed(unlevelled(voice.stereo(sketch, noise), processing), fitted);
    return { latent, sketch, distance: distance(made, target) };
  }

  let best = await at(new Float64Array(await voice.encode(takeApart(sound))));
  let step = MATCH_STEP;
  for (let generation = 0; generation < MATCH_GENERATIONS; generation++) {
    const draws = normal(seed, `match ${generation}`, (MATCH_CHILDREN / 2) * size);
    const middle = best;
    for (const sign of [1, -1]) {
      for (let row = 0; row < MATCH_CHILDREN / 2; row++) {
        const child = middle.latent.map((value, i) => {
          let moved = 0;
          for (let j = 0; j <= i; j++) moved += factor[i * size + j] * draws[row * size + j];
          return value + step * sign * moved;
        });
        await pause();
        const found = await at(child);
        if (found.distance < best.distance) best = found;
      }
    }
    step *= best === middle ? 0.8 : 1.2;
  }
  const apart = (await voice.model.others()).map((other) => distance(other, target)).sort((a, b) => a - b);
  const usual = [0.05, 0.5].map((share) => quantile(Float64Array.from(apart), share));
  const latent = Float32Array.from(best.latent);
  return { latent, sketch: best.sketch, noise, distance: best.distance, usual };
}

/** A latent as a recipe holds it: float32, little-endian, base64. @param {Float32Array} latent */
export function packedLatent(latent) {
  const view = new DataView(new ArrayBuffer(4 * latent.length));
  latent.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return btoa(String.fromCharCode(...new Uint8Array(view.buffer)));
}

/** @param {string} text @param {number} size */
export function unpackedLatent(text, size) {
  const damaged = refusal("recipe", null, constants.originals.LATENT_DAMAGED, { size });
  let bytes;
  try {
    bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    throw damaged;
  }
  if (bytes.length !== 4 * size) throw damaged;
  const view = new DataView(bytes.buffer);
  const latent = Float32Array.from({ length: size }, (_, i) => view.getFloat32(4 * i, true));
  if (!latent.every(Number.isFinite)) throw damaged;
  return latent;
}
