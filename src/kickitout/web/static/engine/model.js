/** A model as files beside the page: its card, its graphs in onnxruntime-web, its prior, and what was fitted. */

import * as constants from "./constants.js";
import { Mixture } from "./prior.js";
import { placesOf } from "./resampling.js";

const { SAMPLE_RATE } = constants.kick;

/**
 * What `kick export --to web` writes as model/model.json.
 * @typedef {object} Manifest
 * @property {string} version of Kick It Out
 * @property {string} checksum of the bundle
 * @property {string} rights as one sentence
 * @property {string} licence the text that stands in packs
 * @property {Record<string, any>} card
 * @property {Record<string, string[]>} inputs the names of each graph's inputs
 * @property {{count: number, size: number} | null} prior
 * @property {{features: number, size: number}} embedding
 * @property {number | null} others how many kicks tell what distance from a match is usual
 * @property {Record<string, [number, number]>} resampling the rates, in Hz, of which it is known what the resampler does,
 *   and the shape of what it does at the start
 * @property {boolean} map
 * @property {string} model_card MODEL_CARD.md
 */

/** A file of the model. @param {URL} base @param {string} name @returns {Promise<ArrayBuffer>} */
async function fetched(base, name) {
  let answer;
  try {
    answer = await fetch(new URL(name, base));
  } catch {
    throw new Error(`the model's file ${name} cannot be fetched; is the server still there?`);
  }
  if (!answer.ok) throw new Error(`the model's file ${name} is not there (${answer.status}); export the page again`);
  return answer.arrayBuffer();
}

export class Model {
  /**
   * @param {Manifest} manifest @param {Mixture | null} prior @param {import("./embedding.js").Constants} embedding
   * @param {any} ort onnxruntime-web @param {(name: string) => Promise<ArrayBuffer>} read
   */
  constructor(manifest, prior, embedding, ort, read) {
    this.manifest = manifest;
    this.card = manifest.card;
    this.prior = prior;
    this.embedding = embedding;
    this.ort = ort;
    this.read = read;
    /** @type {Map<string, Promise<any>>} */
    this.sessions = new Map();
    /** @type {Promise<any>} */
    this.turn = Promise.resolve();
  }

  /** @param {any} ort @param {(name: string) => Promise<ArrayBuffer>} read a file of the model by its name */
  static async load(ort, read) {
    const [text, fitted] = await Promise.all([read("model.json"), read("embedding.f32")]);
    /** @type {Manifest} */
    const manifest = JSON.parse(new TextDecoder().decode(text));
    const { features, size } = manifest.embedding;
    const numbers = new Float32Array(fitted);
    if (numbers.length !== features * (2 + size)) throw new Error("embedding.f32 is damaged; export the page again");
    const embedding = {
      mean: numbers.subarray(0, features),
      scale: numbers.subarray(features, 2 * features),
      matrix: numbers.subarray(2 * features),
    };
    const { prior } = manifest;
    const mixture = prior ? Mixture.read(await read("prior.f32"), prior.count, prior.size) : null;
    return new Model(manifest, mixture, embedding, ort, read);
  }

  /** @param {URL} base */
  static reader(base) {
    return (/** @type {string} */ name) => fetched(base, name);
  }

  /** The embeddings of kicks that have nothing to do with any. @returns {Promise<Float64Array[]>} */
  async others() {
    const numbers = new Float32Array(await this.read("others.f32"));
    const { size } = this.manifest.embedding;
    const count = this.manifest.others ?? 0;
    if (!count || numbers.length !== count * size) throw new Error("others.f32 is damaged; export the page again");
    return Array.from({ length: count }, (_, i) => new Float64Array(numbers.subarray(i * size, (i + 1) * size)));
  }

  /**
   * What Python's resampler makes of one sample of this rate; null where that was not measured.
   * @param {number} rate Hz
   */
  async response(rate) {
    const shape = this.manifest.resampling[rate];
    if (!shape) return null;
    const numbers = new Float64Array(await this.read(`resampling/${rate}.f64`));
    const [rows, columns] = shape;
    const values = numbers.subarray(0, numbers.length - rows * columns);
    return { per: placesOf(rate, SAMPLE_RATE), values, opening: { rows, columns, gains: numbers.subarray(values.length) } };
  }

  /** A graph, loaded once. @param {string} role */
  session(role) {
    if (!this.sessions.has(role)) {
      const loaded = this.read(this.card.graphs[role]).then((data) =>
        this.ort.InferenceSession.create(new Uint8Array(data), {
          executionProviders: ["wasm"],
          graphOptimizationLevel: "all",
        }),
      );
      this.sessions.set(role, loaded);
      loaded.catch(() => this.sessions.delete(role));
    }
    return this.sessions.get(role);
  }

  /**
   * The outputs of a graph by name.
   * @param {string} role @param {Record<string, Float32Array>} inputs @param {{name: string, shape: number[]}[]} shapes
   * @returns {Promise<Record<string, Float32Array>>}
   */
  async run(role, inputs, shapes) {
    const session = await this.session(role);
    const feeds = Object.fromEntries(
      shapes.map(({ name, shape }) => [name, new this.ort.Tensor("float32", inputs[name], shape)]),
    );
    // One at a time: a session is not to be entered twice.
    const before = this.turn;
    let done = () => {};
    this.turn = new Promise((resolve) => (done = () => resolve(undefined)));
    await before;
    try {
      const outputs = await session.run(feeds);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, tensor]) => [name, Float32Array.from(/** @type {any} */ (tensor).data)]),
      );
    } finally {
      done();
    }
  }
}
