/** 24-bit WAV files with the recipe inside, byte for byte as Python's `Kick.encode` writes them. */

import { rint } from "./numbers.js";

/** @typedef {import("./descriptors/spectrum.js").Sound} Sound */

/** A number that JSON is to show as Python shows a float: 5.0, not 5. */
export class Real {
  /** @param {number} value */
  constructor(value) {
    this.value = value;
  }
}

/** A float as Python's repr writes it. @param {number} value */
export function realText(value) {
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return `${Object.is(value, -0) ? "-0" : value}.0`;
  const [digits, exponent] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  if (power >= 0) return String(value);
  const plain = digits.replace("-", "").replace(".", "");
  return `${value < 0 ? "-" : ""}0.${"0".repeat(-power - 1)}${plain}`;
}

/** JSON without spaces, with Python's floats (`Real`) and whole numbers of any size (bigint). */
export function json(value) {
  if (value instanceof Real) return realText(value.value);
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return `[${value.map(json).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const parts = Object.entries(value).filter(([, part]) => part !== undefined);
    return `{${parts.map(([name, part]) => `${JSON.stringify(name)}:${json(part)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

const ascii = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** A chunk: four letters, a size, its bytes, and a zero after an odd number of these. */
function chunk(letters, data) {
  const result = new Uint8Array(8 + data.length + (data.length % 2));
  result.set(ascii(letters));
  new DataView(result.buffer).setUint32(4, data.length, true);
  result.set(data, 8);
  return result;
}

function joined(...parts) {
  const result = new Uint8Array(parts.reduce((all, part) => all + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** A text as LIST/INFO holds it. */
const told = (letters, text) => chunk(letters, joined(new TextEncoder().encode(text), new Uint8Array(1)));

/**
 * The bytes of a 24-bit WAV file.
 * @param {Sound} sound @param {number} rate Hz @param {string} recipe JSON @param {string} software
 * @param {string | null} rights what its copyright tag says
 * @returns {Uint8Array}
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
