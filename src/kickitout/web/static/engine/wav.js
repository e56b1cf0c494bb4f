/**
 * 24-bit WAV files with the recipe inside: the twin of `Kick.encode` in Python's `kickitout.sound.kick`, and of
 * `kickitout.sound.wav_chunks`. Ours, for the files are the same bytes.
 */

import { rint } from "./numbers.js";

/** @typedef {import("./descriptors/spectrum.js").Sound} Sound */

const ascii = (/** @type {string} */ text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/**
 * A chunk: four letters, a size, its bytes, and a zero after an odd number of these.
 * @param {string} letters @param {Uint8Array} data
 */
function chunk(letters, data) {
  const result = new Uint8Array(8 + data.length + (data.length % 2));
  result.set(ascii(letters));
  new DataView(result.buffer).setUint32(4, data.length, true);
  result.set(data, 8);
  return result;
}

/** @param {Uint8Array[]} parts */
function joined(...parts) {
  const result = new Uint8Array(parts.reduce((all, part) => all + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** A text as LIST/INFO holds it. @param {string} letters @param {string} text */
const told = (letters, text) => chunk(letters, joined(new TextEncoder().encode(text), new Uint8Array(1)));

/**
 * The bytes of a 24-bit WAV file.
 * @param {Sound} sound @param {number} rate Hz @param {string} recipe JSON @param {string} software
 * @param {string | null} rights what its copyright tag says
 */
export function encodeWav(sound, rate, recipe, software, rights = null) {
  const n = sound[0].length;
  const data = new Uint8Array(6 * n);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < 2; c++) {
      const value = Math.min(Math.max(rint(sound[c][i] * 8388608), -8388608), 8388607);
      const at = 6 * i + 3 * c;
      data[at] = value & 255;
      data[at + 1] = (value >> 8) & 255;
      data[at + 2] = (value >> 16) & 255;
    }
  }
  const format = new DataView(new ArrayBuffer(16));
  format.setUint16(0, 1, true);
  format.setUint16(2, 2, true);
  format.setUint32(4, rate, true);
  format.setUint32(8, 6 * rate, true);
  format.setUint16(12, 6, true);
  format.setUint16(14, 24, true);
  const texts = [told("ICMT", recipe), told("ISFT", software), ...(rights === null ? [] : [told("ICOP", rights)])];
  const body = joined(
    ascii("WAVE"),
    chunk("fmt ", new Uint8Array(format.buffer)),
    chunk("data", data),
    chunk("LIST", joined(ascii("INFO"), ...texts)),
  );
  return chunk("RIFF", body);
}
