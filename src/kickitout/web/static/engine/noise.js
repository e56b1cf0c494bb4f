/**
 * The random part of a sound: the twin of Python's `kickitout.model.noise`. Ours, so that it agrees with Python.
 */

import * as constants from "./constants.js";

const { TAIL } = constants.noise;

/** Random numbers by the names of the graph's inputs, `air` and `tail`. @typedef {Record<string, Float32Array>} Noise */

/**
 * Noise with a tail, which is drawn when it is first asked for: most kicks have none.
 * @param {Noise} noise @param {() => Float32Array} draw @returns {Noise}
 */
export function withTail(noise, draw) {
  const found = { ...noise };
  const get = () => {
    const value = draw();
    Object.defineProperty(found, TAIL, { value });
    return value;
  };
  return Object.defineProperty(found, TAIL, { get, configurable: true, enumerable: false });
}

/** Noise between two. @param {Noise} one @param {Noise} other @param {number} place */
export function mixed(one, other, place) {
  const [cos, sin] = [Math.cos(0.5 * Math.PI * place), Math.sin(0.5 * Math.PI * place)];
  const mix = (/** @type {string} */ name) => one[name].map((value, i) => cos * value + sin * other[name][i]);
  return withTail(Object.fromEntries(Object.keys(one).map((name) => [name, mix(name)])), () => mix(TAIL));
}
