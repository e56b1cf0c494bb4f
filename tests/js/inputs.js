// What both engines are tried on: the same numbers as twins/inputs.py makes, which explains them.

import * as constants from "../../src/kickitout/web/static/engine/constants.js";
import { valueOf } from "../../src/kickitout/web/static/engine/controls.js";
import { Choice } from "../../src/kickitout/web/static/engine/choice.js";
import { Model } from "../../src/kickitout/web/static/engine/model.js";
import { Mixture } from "../../src/kickitout/web/static/engine/prior.js";
import { normal, uniform } from "../../src/kickitout/web/static/engine/randomness.js";

const { KICK_SAMPLES: N, SAMPLE_RATE } = constants.kick;
const { SKETCH_SHAPES } = constants.sketch;
const TURN = 6.283185307179586;
const PRE_ROLL = 44;

/** A sine whose frequency may change, by turning a pointer. */
class Tone {
  x = 1;
  y = 0;

  step(hz) {
    const value = this.y;
    const w = (TURN * hz) / SAMPLE_RATE;
    const c = 1 - (w * w) / 2 + (w * w * w * w) / 24;
    const s = w - (w * w * w) / 6 + (w * w * w * w * w) / 120;
    [this.x, this.y] = [this.x * c - this.y * s, this.x * s + this.y * c];
    return value;
  }
}

function kick(seed, hz, depth, decay, noise, width) {
  const draws = uniform(seed, "test kick", 2 * N);
  const tone = new Tone();
  let [level, sweep, click] = [0.8, depth, noise];
  const [left, right] = [new Float32Array(N), new Float32Array(N)];
  for (let i = PRE_ROLL; i < N; i++) {
    const body = level * tone.step(hz * (1 + sweep));
    const hiss = click * (draws[i] - 0.5);
    const side = width * (level + click) * (draws[N + i] - 0.5);
    left[i] = body + hiss + side;
    right[i] = body + hiss - side;
    level *= decay;
    sweep *= 0.9992;
    click *= 0.997;
  }
  return [left, right];
}

/** Kicks by name. */
export const kicks = {
  plain: kick(1, 50, 3, 0.9997, 0.3, 0),
  wide: kick(2, 42, 1.5, 0.9998, 0.6, 0.12),
  snappy: kick(3, 71, 2, 0.9993, 0.9, 0.03),
};

const each = (change) => kicks.plain.map((channel, c) => channel.map((value, i) => change(value, i, c)));
const f = Math.fround;

/** Sounds that do not pass the gate, by the rule that each is made for. */
export function faulty() {
  const hiss = Float32Array.from(uniform(4, "test hiss", N), (value) => value - 0.5);
  const tone = new Tone();
  const hum = Float32Array.from({ length: N }, () => 0.02 * tone.step(50));
  const whine = new Tone();
  const line = Float32Array.from({ length: N }, () => {
    let value = 0;
    for (let i = 0; i < 12; i++) value = whine.step(981.25);
    return value;
  });
  return {
    finite: each((value, i, c) => (i === 100 && c === 0 ? NaN : value)),
    sound: each((value) => value * f(0.00002)),
    offset: each((value) => value + f(0.06)),
    start: kicks.plain.map((channel) => channel.slice(200)),
    onset: kicks.plain.map((channel) => Float32Array.from({ length: N }, (_, i) => (i < 400 ? 0 : channel[i - 400]))),
    clipping: each((value) => Math.min(Math.max(value, f(-0.12)), f(0.12))),
    true_peak: each((value, i) => (i >= 400 && i < 600 ? 1.3 * [1, 1, -1, -1][i % 4] : value)),
    low_correlation: each((value, _, c) => (c ? -value : value)),
    end: each((value, i) => (i < 9000 ? value : 0)),
    tail: kicks.plain.map((channel) => channel.slice(0, 3000)),
    noise: each((value, i) => value + f(f(0.06) * hiss[i])),
    hum: each((value, i) => value + hum[i]),
    line: each((value, i) => value + f(f(0.01) * line[i])),
    frame_lines: each((value, i) => value + (i % 128 === 0 ? f(0.02) : 0)),
  };
}

// A model -------------------------------------------------------------------------------------------------------------

const LATENT = 3;
const NAMES = ["pitch", "decay", "click", "width"];

const table = (low, high) =>
  Array.from({ length: 101 }, (_, i) => low + (high - low) * (i / 100) * (0.5 + (0.5 * i) / 100));

function card() {
  const ranges = { pitch: [30, 80], decay: [60, 500], click: [-45, -5], width: [-60, -8] };
  const controls = NAMES.map((name) => {
    const { unit } = constants.controls.KINDS.find((one) => one.name === name);
    const [minimum, maximum] = constants.controls.OF_ONE.includes(unit) ? [0, 1] : ranges[name];
    return { name, unit, minimum, maximum, quantiles: table(...ranges[name]) };
  });
  const gains = Array.from({ length: 101 }, (_, i) => Number(valueOf(i / 100, "gain", []).toPrecision(6)));
  controls.splice(3, 0, { name: "drive", unit: "gain", minimum: 0, maximum: 1, quantiles: gains });
  return {
    name: "test",
    version: "1.0",
    description: "a model for tests",
    sample_rate: SAMPLE_RATE,
    n_samples: N,
    latent_size: LATENT,
    inputs: [{ name: "latent", shape: [1, LATENT], kind: "latent", purpose: "latent" }],
    controls,
    graphs: { generator: "generator.onnx", encoder: "encoder.onnx" },
    wildness: table(3, 12),
    steady: true,
    trained_on: { kicks: 12345 },
    measured: {},
  };
}

export function prior() {
  const size = LATENT + NAMES.length;
  const factors = new Float64Array(2 * size * size);
  const means = new Float64Array(2 * size);
  for (let k = 0; k < 2; k++) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < i; j++) factors[(k * size + i) * size + j] = (((3 * i + 5 * j + k) % 7) - 3) / 10;
      factors[(k * size + i) * size + i] = 0.6 + 0.05 * i;
      means[k * size + i] = (((2 * i + 3 * k) % 5) - 2) / 8;
    }
  }
  return new Mixture(Float64Array.of(0.375, 0.625), means, factors, size);
}

/** What chooses among latents: two layers, of latents that are a quarter wider. */
export function choice() {
  const sizes = [LATENT, 5, 2];
  const layers = [0, 1].map((layer) => ({ layer, rows: sizes[layer], columns: sizes[layer + 1] }));
  const weights = layers.map(({ layer, rows, columns }) =>
    Float64Array.from({ length: rows * columns }, (_, at) => {
      const [i, j] = [Math.floor(at / columns), at % columns];
      return (((3 * i + 5 * j + layer) % 7) - 3) / 4;
    }),
  );
  const biases = layers.map(({ layer, columns }) =>
    Float64Array.from({ length: columns }, (_, j) => (((2 * j + layer) % 5) - 2) / 8),
  );
  return new Choice(weights, biases, 0.5, 0.25, 1.25);
}

/** The sketch that the test model says of a latent. */
export function sketchOf(latent) {
  const [a, b, c] = latent;
  const draws = uniform(5, "test snap", 256);
  const made = (name, value) => {
    const shape = SKETCH_SHAPES[name];
    return Float32Array.from({ length: shape.reduce((x, y) => x * y, 1) }, (_, i) => value(i, shape));
  };
  const half = (shape) => shape.slice(1).reduce((x, y) => x * y, 1);
  return {
    envelope: made("envelope", (i, shape) =>
      i < half(shape) ? -4 - 0.03 * (i % 176) + 0.3 * c : -6 - 0.03 * (i % 176) + 0.5 * c,
    ),
    noise_share: made("noise_share", () => 2),
    low: made("low", (i, shape) => (i < half(shape) ? 0.2 : 0)),
    click: made("click", () => 0.15),
    attack: made("attack", () => 0.1 * b),
    snap: made("snap", (i) => 0.1 * (draws[i] - 0.5)),
    log_amplitude: made("log_amplitude", (i) => -0.6 - 0.03 * i + 0.006 * a * i),
    frequency: made("frequency", (i) => (52 + 6 * b) * (1 + 3 / (1 + i))),
    phase: Float32Array.of(1, 0.5),
    wide: Float32Array.of(1),
    grain: made("grain", () => 0.05),
    drive: Float32Array.of(0.2),
    limited: Float32Array.of(0),
    spread: Float32Array.of(0),
    bound: Float32Array.of(0),
    shift: new Float32Array(345),
  };
}

/** The test model; its graph computes what `sketchOf` does. */
export function model(chooses = null) {
  const checksum = "0123456789abcdef".repeat(4);
  const manifest = { card: card(), version: "1.2.3", checksum, licence: "Yes, you can.\n" };
  const made = new Model(manifest, prior(), null, null, async () => new ArrayBuffer(0), chooses);
  made.run = async (role, inputs) => {
    if (role === "generator") return sketchOf(inputs.latent);
    const decay = f(inputs.log_amplitude[200] + 6);
    return { latent_mean: Float32Array.of(f(decay / 4), 0.25, -0.5) };
  };
  return made;
}

/** What a sketch sounds by. */
export const noise = (seed) => ({ air: normal(seed, "air", 3 * N) });
