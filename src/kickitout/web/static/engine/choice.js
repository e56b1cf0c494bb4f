/**
 * Which latents are worth a kick: the twin of Python's `kickitout.model.choice`, which explains it. Ours, so that a seed
 * is the same kick here and there; sums are made in the same order.
 */

import * as constants from "./constants.js";

const { SLOPE } = constants.choice;

/** The shape of what `kick export --to web` writes. @typedef {{sizes: readonly number[]}} Shape */

export class Choice {
  /**
   * @param {Float64Array[]} weights of each layer, (in, out) row by row @param {Float64Array[]} biases of each layer
   * @param {number} likely the chance from which on taste itself may decide
   * @param {number} most the log odds from which on a latent is always taken
   * @param {number} width of the distribution of latents
   */
  constructor(weights, biases, likely, most, width) {
    this.weights = weights;
    this.biases = biases;
    this.likely = likely;
    this.most = most;
    this.width = width;
  }

  /**
   * A network as `kick export --to web` writes it: weights and biases layer by layer, then its limits, float32.
   * @param {ArrayBuffer} data @param {Shape} shape
   */
  static read(data, { sizes }) {
    const numbers = new Float32Array(data);
    const wanted = sizes.slice(1).reduce((total, size, layer) => total + (sizes[layer] + 1) * size, 3);
    if (numbers.length !== wanted) throw new Error("the model's choice is damaged; export it again");
    let at = 0;
    const next = (/** @type {number} */ count) => Float64Array.from(numbers.subarray(at, (at += count)));
    const [weights, biases] = [/** @type {Float64Array[]} */ ([]), /** @type {Float64Array[]} */ ([])];
    for (let layer = 1; layer < sizes.length; layer++) {
      weights.push(next(sizes[layer - 1] * sizes[layer]));
      biases.push(next(sizes[layer]));
    }
    const [likely, most, width] = next(3);
    return new Choice(weights, biases, likely, most, width);
  }

  /**
   * The logit of the chance that taste keeps the kick of a latent, and the log of its odds.
   * @param {ArrayLike<number>} latent
   */
  outputs(latent) {
    let values = Float64Array.from(latent);
    this.weights.forEach((matrix, layer) => {
      const inputs = layer ? values.map((value) => Math.max(value, SLOPE * value)) : values;
      const bias = this.biases[layer];
      values = new Float64Array(bias.length);
      for (let i = 0; i < inputs.length; i++) {
        for (let j = 0; j < values.length; j++) values[j] += matrix[i * values.length + j] * inputs[i];
      }
      for (let j = 0; j < values.length; j++) values[j] += bias[j];
    });
    return values;
  }

  /** The chance with which a latent is taken, 0 to 1. @param {ArrayLike<number>} latent */
  chance(latent) {
    const [keep, odds] = this.outputs(latent);
    const kept = 1 / (1 + Math.exp(-Math.max(keep, -500)));
    return Math.min(1, kept / this.likely) * Math.exp(Math.min(0, odds - this.most));
  }
}
