/**
 * Numbers from a seed that never change: raw Philox-4x64 bits keyed by (seed, purpose), and our own transforms of them.
 * The twin of Python's `kickitout.system.randomness`, to the bit. Ours, for no library has NumPy's streams.
 */

import * as constants from "./constants.js";
import { blake2b } from "./hashes.js";
import { refusal } from "./refusal.js";

const { SEED_RANGE } = constants.instrument;
const { MAX_SEED } = constants.randomness;

/** @typedef {number | bigint | string} Seed */

/** A seed as a BigInt. @param {Seed} seed @returns {bigint} */
export function readSeed(seed) {
  let value = -1n;
  try {
    if (typeof seed !== "number" || Number.isSafeInteger(seed)) value = BigInt(seed);
  } catch {
    value = -1n;
  }
  if (value < 0n || value > MAX_SEED) {
    throw refusal("seed", seed, SEED_RANGE, { most: MAX_SEED });
  }
  return value;
}

/** A seed as JSON may hold it: a number where that is exact, else its digits. @param {bigint} seed */
export function plainSeed(seed) {
  return seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed.toString();
}

// Philox-4x64 (Salmon et al., 2011): multipliers and Weyl constants, as halves of 16 and of 32 bits.
const M0 = [0x6c93, 0xe14c, 0x470e, 0xd2e7];
const M1 = [0x1157, 0x9512, 0x8263, 0xca5a];
const W0 = [0x7f4a7c15, 0x9e3779b9];
const W1 = [0x84caa73b, 0xbb67ae85];

/** What a product leaves: four words of 32 bits, from the lowest. */
const product = new Uint32Array(4);

/**
 * `product` becomes the 128 bits of a constant (16-bit digits from the lowest) times (high, low).
 * Sums of at most four products of 16 bits and a carry are exact in a double.
 * @param {number[]} m @param {number} high @param {number} low
 */
function multiply(m, high, low) {
  const [m0, m1, m2, m3] = m;
  const x0 = low & 0xffff, x1 = low >>> 16, x2 = high & 0xffff, x3 = high >>> 16;
  const s0 = m0 * x0;
  const s1 = m0 * x1 + m1 * x0 + Math.floor(s0 / 65536);
  const s2 = m0 * x2 + m1 * x1 + m2 * x0 + Math.floor(s1 / 65536);
  const s3 = m0 * x3 + m1 * x2 + m2 * x1 + m3 * x0 + Math.floor(s2 / 65536);
  const s4 = m1 * x3 + m2 * x2 + m3 * x1 + Math.floor(s3 / 65536);
  const s5 = m2 * x3 + m3 * x2 + Math.floor(s4 / 65536);
  const s6 = m3 * x3 + Math.floor(s5 / 65536);
  product[0] = ((s1 % 65536) << 16) | (s0 % 65536);
  product[1] = ((s3 % 65536) << 16) | (s2 % 65536);
  product[2] = ((s5 % 65536) << 16) | (s4 % 65536);
  product[3] = s6;
}

/**
 * `count` raw 64-bit words of the stream of (seed, purpose), as pairs (low, high) of 32 bits.
 * @param {Seed} seed @param {string} purpose @param {number} count @returns {Uint32Array}
 */
export function rawBits(seed, purpose, count) {
  const digest = blake2b(new TextEncoder().encode(`${readSeed(seed)}\x1f${purpose}`), 16);
  const view = new DataView(digest.buffer, digest.byteOffset, 16);
  const key = [0, 4, 8, 12].map((at) => view.getUint32(at, true));
  const blocks = Math.ceil(count / 4);
  const words = new Uint32Array(8 * blocks);
  for (let block = 0; block < blocks; block++) {
    // NumPy counts up before it draws; no more than 2^32 blocks are ever asked for.
    let c0l = (block + 1) >>> 0, c0h = 0, c1l = 0, c1h = 0, c2l = 0, c2h = 0, c3l = 0, c3h = 0;
    let k0l = key[0], k0h = key[1], k1l = key[2], k1h = key[3];
    for (let round = 0; round < 10; round++) {
      multiply(M0, c0h, c0l);
      const lo0l = product[0], lo0h = product[1], hi0l = product[2], hi0h = product[3];
      multiply(M1, c2h, c2l);
      c0l = product[2] ^ c1l ^ k0l;
      c0h = product[3] ^ c1h ^ k0h;
      c1l = product[0];
      c1h = product[1];
      c2l = hi0l ^ c3l ^ k1l;
      c2h = hi0h ^ c3h ^ k1h;
      c3l = lo0l;
      c3h = lo0h;
      const low0 = (k0l >>> 0) + W0[0], low1 = (k1l >>> 0) + W1[0];
      k0h = ((k0h >>> 0) + W0[1] + (low0 > 0xffffffff ? 1 : 0)) >>> 0;
      k0l = low0 >>> 0;
      k1h = ((k1h >>> 0) + W1[1] + (low1 > 0xffffffff ? 1 : 0)) >>> 0;
      k1l = low1 >>> 0;
    }
    words.set([c0l, c0h, c1l, c1h, c2l, c2h, c3l, c3h], 8 * block);
  }
  return words.subarray(0, 2 * count);
}

/**
 * Numbers evenly spread over [0, 1): the upper 53 bits of each word.
 * @param {Seed} seed @param {string} purpose @param {number} count @returns {Float64Array}
 */
export function uniform(seed, purpose, count) {
  const words = rawBits(seed, purpose, count);
  const result = new Float64Array(count);
  for (let i = 0; i < count; i++) result[i] = (words[2 * i + 1] * 2097152 + (words[2 * i] >>> 11)) * 2 ** -53;
  return result;
}

/**
 * Standard normal numbers, by the Box-Muller transform.
 * @param {Seed} seed @param {string} purpose @param {number} count @returns {Float32Array}
 */
export function normal(seed, purpose, count) {
  const pairs = Math.ceil(count / 2);
  const u = uniform(seed, purpose, 2 * pairs);
  const result = new Float32Array(count);
  for (let i = 0; i < pairs; i++) {
    const radius = Math.sqrt(-2 * Math.log1p(-u[i]));
    const angle = 2 * Math.PI * u[pairs + i];
    result[i] = radius * Math.cos(angle);
    if (pairs + i < count) result[pairs + i] = radius * Math.sin(angle);
  }
  return result;
}

/** A seed that (seed, purpose) stands for. @param {Seed} seed @param {string} purpose @returns {bigint} */
export function anotherSeed(seed, purpose) {
  const [low, high] = rawBits(seed, purpose, 1);
  return ((BigInt(high) << 32n) | BigInt(low)) >> 1n;
}

/** The seed of a seed's attempt: the first, 0, is the seed's own. @param {Seed} seed @param {number} attempt */
export function attemptSeed(seed, attempt) {
  return attempt === 0 ? readSeed(seed) : anotherSeed(seed, `gate ${attempt}`);
}

/** A seed that nobody chose, short enough to be typed. @returns {bigint} */
export function freshSeed() {
  const [number] = crypto.getRandomValues(new Uint32Array(1));
  return BigInt(number) % 1000000000n;
}
