/**
 * A model as files beside the page, its card, its graphs in onnxruntime-web, its prior, and what was fitted: the twin
 * of Python's `kickitout.model.bundle`, reading what `kickitout.web.export` wrote.
 */

import * as constants from "./constants.js";
import { Choice } from "./choice.js";
import { Mixture } from "./prior.js";
import { placesOf } from "./resampling.js";

const { SAMPLE_RATE } = constants.kick;
const { CHOICE_FILE, EMBEDDING_FILE, MANIFEST_FILE, OTHERS_FILE, PRIOR_FILE, RESAMPLING } = constants.webExport;

/** @param {string} file */
const damaged = (file) => new Error(`the model's file ${file} is damaged; export the page again`);

/**
 * An input of the generator's graph: standard normal numbers of (seed, purpose).
 * @typedef {{name: string, shape: number[], kind: "latent" | "noise", purpose: string}} GraphInput
 *
 * A value that a person sets; `quantiles` are its descriptor's percentiles over the training kicks.
 * @typedef {{name: string, unit: string, minimum: number, maximum: number, quantiles: readonly number[]}} ModelControl
 *
 * What a model is; docs/bundle.md explains every field.
 * @typedef {object} Card
 * @property {string} name
 * @property {string} version
 * @property {string} description
 * @property {number} sample_rate Hz
 * @property {number} n_samples
 * @property {number} latent_size
 * @property {GraphInput[]} inputs
 * @property {Record<string, string>} graphs file names by role
 * @property {boolean} [steady] whether bodies are made to fall for good
 * @property {{kicks: number}} trained_on
 * @property {Record<string, number>} measured
 * @property {ModelControl[]} controls
 * @property {readonly number[] | null} wildness
 *
 * What is used of onnxruntime-web.
 * @typedef {{data: ArrayLike<number>}} Tensor
 * @typedef {{run: (feeds: Record<string, Tensor>) => Promise<Record<string, Tensor>>}} Session
 * @typedef {object} Runtime
 * @property {{create: (data: Uint8Array, options: object) => Promise<Session>}} InferenceSession
 * @property {new (type: "float32", data: Float32Array, shape: readonly number[]) => Tensor} Tensor
 */

/**
 * What `kick export --to web` writes as model/model.json.
 * @typedef {object} Manifest
 * @property {string} version of Kick It Out
 * @property {string} checksum of the bundle
 * @property {string} rights as one sentence
 * @property {string} licence the text that stands in packs
 * @property {Card} card
 * @property {Record<string, string[]>} inputs the names of each graph's inputs
 * @property {{count: number, size: number} | null} prior
 * @property {import("./choice.js").Shape | null} choice
 * @property {{features: number, size: number}} embedding
 * @property {number | null} others how many kicks tell what distance from a match is usual
 * @property {Record<string, [number, number]>} resampling the rates, in Hz, of which it is known what the
 *   resampler does, and the shape of what it does at the start
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
   * @param {Runtime} ort onnxruntime-web @param {(name: string) => Promise<ArrayBuffer>} read
   * @param {Choice | null} choice
   */
  constructor(manifest, prior, embedding, ort, read, choice = null) {
    this.manifest = manifest;
    this.card = manifest.card;
    this.prior = prior;
    this.choice = choice;
    this.embedding = embedding;
    this.ort = ort;
    this.read = read;
    /** @type {Map<string, Promise<Session>>} */
    this.sessions = new Map();
    /** @type {Promise<void>} */
    this.turn = Promise.resolve();
  }

  /** @param {Runtime} ort @param {(name: string) => Promise<ArrayBuffer>} read a file of the model by its name */
  static async load(ort, read) {
    const [text, fitted] = await Promise.all([read(MANIFEST_FILE), read(EMBEDDING_FILE)]);
    /** @type {Manifest} */
    const manifest = JSON.parse(new TextDecoder().decode(text));
    const { features, size } = manifest.embedding;
    const numbers = new Float32Array(fitted);
    if (numbers.length !== features * (2 + size)) throw damaged(EMBEDDING_FILE);
    const embedding = {
      mean: numbers.subarray(0, features),
      scale: numbers.subarray(features, 2 * features),
      matrix: numbers.subarray(2 * features),
    };
    const { choice, prior } = manifest;
    const mixture = prior ? Mixture.read(await read(PRIOR_FILE), prior.count, prior.size) : null;
    const chooses = choice ? Choice.read(await read(CHOICE_FILE), choice) : null;
    return new Model(manifest, mixture, embedding, ort, read, chooses);
  }

  /** @param {URL} base */
  static reader(base) {
    return (/** @type {string} */ name) => fetched(base, name);
  }

  /** The embeddings of kicks that have nothing to do with any. @returns {Promise<Float64Array[]>} */
  async others() {
    const numbers = new Float32Array(await this.read(OTHERS_FILE));
    const { size } = this.manifest.embedding;
    const count = this.manifest.others ?? 0;
    if (!count || numbers.length !== count * size) throw damaged(OTHERS_FILE);
    return Array.from({ length: count }, (_, i) => new Float64Array(numbers.subarray(i * size, (i + 1) * size)));
  }

  /**
   * What Python's resampler makes of one sample of this rate; null where that was not measured.
   * @param {number} rate Hz
   */
  async response(rate) {
    const shape = this.manifest.resampling[rate];
    if (!shape) return null;
    const numbers = new Float64Array(await this.read(`${RESAMPLING}/${rate}.f64`));
    const [rows, columns] = shape;
    const values = numbers.subarray(0, numbers.length - rows * columns);
    const opening = { rows, columns, gains: numbers.subarray(values.length) };
    return { per: placesOf(rate, SAMPLE_RATE), values, opening };
  }

  /** A graph, loaded once. @param {string} role */
  session(role) {
    const known = this.sessions.get(role);
    if (known) return known;
    const loaded = this.read(this.card.graphs[role]).then((data) =>
      this.ort.InferenceSession.create(new Uint8Array(data), {
        executionProviders: ["wasm"],
        graphOptimizationLevel: "all",
      }),
    );
    this.sessions.set(role, loaded);
    loaded.catch(() => this.sessions.delete(role));
    return loaded;
  }

  /**
   * The outputs of a graph by name.
   * @param {string} role @param {Record<string, Float32Array>} inputs
   * @param {{name: string, shape: readonly number[]}[]} shapes
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
    this.turn = new Promise((resolve) => (done = resolve));
    await before;
    try {
      const outputs = await session.run(feeds);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, tensor]) => [name, Float32Array.from(tensor.data)]),
      );
    } finally {
      done();
    }
  }
}
