/**
 * The prior that latents are drawn from, a mixture of Gaussians: the twin of Python's `kickitout.model.prior`, as far
 * as kicks are drawn from it. Ours, so that a seed has the same latent here and there.
 */

import { cholesky, search, solve } from "./numbers.js";

/**
 * A Cholesky factor of a covariance that rounding may have made a little crooked.
 * @param {Float64Array} covariance row by row @param {number} n
 */
export function factorOf(covariance, n) {
  const even = new Float64Array(n * n);
  let trace = 0;
  for (let i = 0; i < n; i++) {
    trace += covariance[i * n + i];
    for (let j = 0; j < n; j++) even[i * n + j] = 0.5 * (covariance[i * n + j] + covariance[j * n + i]);
  }
  for (let lift = 1e-12 * Math.max(trace, 1e-12); ; lift *= 100) {
    const lifted = even.slice();
    for (let i = 0; i < n; i++) lifted[i * n + i] += lift;
    const found = cholesky(lifted, n);
    if (found) return found;
  }
}

export class Mixture {
  /**
   * @param {Float64Array} weights (k,) @param {Float64Array} means (k, size)
   * @param {Float64Array} factors (k, size, size), lower triangular @param {number} size numbers in a point
   */
  constructor(weights, means, factors, size) {
    this.weights = weights;
    this.means = means;
    this.factors = factors;
    this.size = size;
    this.count = weights.length;
  }

  /**
   * A prior as `kick export --to web` writes it: weights, means, and the lower triangles of the factors, float32.
   * @param {ArrayBuffer} data @param {number} count @param {number} size
   */
  static read(data, count, size) {
    const triangle = (size * (size + 1)) / 2;
    const numbers = new Float32Array(data);
    if (numbers.length !== count * (1 + size + triangle)) {
      throw new Error("the model's prior is damaged; export it again");
    }
    const whole = numbers.subarray(0, count).reduce((total, weight) => total + weight, 0);
    const factors = new Float64Array(count * size * size);
    let at = count + count * size;
    for (let k = 0; k < count; k++) {
      for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) factors[(k * size + i) * size + j] = numbers[at++];
    }
    const weights = Float64Array.from(numbers.subarray(0, count), (weight) => weight / whole);
    return new Mixture(weights, Float64Array.from(numbers.subarray(count, count + count * size)), factors, size);
  }

  /** Row i of the factor of component k. @param {number} k @param {number} i */
  row(k, i) {
    const from = (k * this.size + i) * this.size;
    return this.factors.subarray(from, from + i + 1);
  }

  /** An element of the covariance of component k. @param {number} k @param {number} i @param {number} j */
  covariance(k, i, j) {
    const a = this.row(k, i), b = this.row(k, j);
    let total = 0;
    for (let m = 0; m <= Math.min(i, j); m++) total += a[m] * b[m];
    return total;
  }

  /** The component that a number in [0, 1) chooses. @param {Float64Array} weights @param {number} choice */
  chosen(weights, choice) {
    const reached = [];
    let total = 0;
    for (const weight of weights) reached.push((total += weight));
    return Math.min(search(reached, choice * total, false), reached.length - 1);
  }

  /** The first `latents` numbers of a point. @param {number} choice @param {Float32Array} normals */
  point(choice, normals) {
    const k = this.chosen(this.weights, choice);
    return Float64Array.from(normals, (_, i) => {
      const row = this.row(k, i);
      let total = this.means[k * this.size + i];
      for (let j = 0; j <= i; j++) total += row[j] * normals[j];
      return total;
    });
  }

  /** Mean and covariance of all of it. */
  moments() {
    const n = this.size;
    const mean = new Float64Array(n);
    const covariance = new Float64Array(n * n);
    for (let k = 0; k < this.count; k++) for (let i = 0; i < n; i++) mean[i] += this.weights[k] * this.means[k * n + i];
    for (let k = 0; k < this.count; k++) {
      for (let i = 0; i < n; i++) {
        const apart = this.means[k * n + i] - mean[i];
        for (let j = 0; j <= i; j++) {
          const value = this.covariance(k, i, j) + apart * (this.means[k * n + j] - mean[j]);
          covariance[i * n + j] += this.weights[k] * value;
        }
      }
    }
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) covariance[j * n + i] = covariance[i * n + j];
    return { mean, covariance };
  }

  /**
   * The first numbers of a point drawn from those that have some of the others.
   * @param {Map<number, number>} values by index, none of them among the first
   * @param {number} choice @param {Float32Array} normals as many as numbers are wanted
   */
  pointGiven(values, choice, normals) {
    const known = [...values.keys()].sort((a, b) => a - b);
    const wanted = known.map((index) => /** @type {number} */ (values.get(index)));
    const n = this.size;
    const logs = new Float64Array(this.count);
    /** @type {Float64Array[]} */
    const withins = [];
    /** @type {number[][]} */
    const aparts = [];
    for (let k = 0; k < this.count; k++) {
      const within = Float64Array.from(known.flatMap((i) => known.map((j) => this.covariance(k, i, j))));
      const apart = known.map((index, place) => wanted[place] - this.means[k * n + index]);
      const factor = /** @type {Float64Array} */ (cholesky(within, known.length) ?? factorOf(within, known.length));
      let logSize = 0;
      for (let i = 0; i < known.length; i++) logSize += 2 * Math.log(factor[i * known.length + i]);
      const pull = solve(within, apart);
      const distance = apart.reduce((total, value, i) => total + value * pull[i], 0);
      logs[k] = Math.log(Math.max(this.weights[k], 1e-300)) - 0.5 * (distance + logSize);
      withins.push(within);
      aparts.push(apart);
    }
    const top = Math.max(...logs);
    const likely = logs.map((value) => Math.exp(value - top));
    const whole = likely.reduce((total, value) => total + value, 0);
    const k = this.chosen(likely.map((value) => value / whole), choice);
    const size = normals.length;
    const gains = Array.from({ length: size }, (_, i) =>
      solve(withins[k], known.map((index) => this.covariance(k, i, index))),
    );
    const left = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let value = this.covariance(k, i, j);
        known.forEach((index, place) => (value -= gains[i][place] * this.covariance(k, j, index)));
        left[i * size + j] = value;
      }
    }
    const factor = factorOf(left, size);
    return Float64Array.from(normals, (_, i) => {
      let total = this.means[k * n + i];
      known.forEach((_, place) => (total += gains[i][place] * aparts[k][place]));
      for (let j = 0; j <= i; j++) total += factor[i * size + j] * normals[j];
      return total;
    });
  }
}
