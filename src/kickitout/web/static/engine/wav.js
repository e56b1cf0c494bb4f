/**
 * 24-bit WAV files with the recipe inside: the twin of `Kick.encode` in Python's `kickitout.sound.kick`, and of
 * `kickitout.sound.wav_chunks` and `kickitout.sound.wav_marks`. Ours, for the files are the same bytes.
 */

import * as constants from "./constants.js";
import { filled } from "./format.js";
import { markingText, xmpPacket } from "./marking.js";
import { rint } from "./numbers.js";

const { ACID_CONSTANT, BEXT_VERSION, CUT, DESCRIPTION_BYTES, HISTORY, METER, NO_ROOT, ONE_SHOT, ORIGINATOR_BYTES } =
  constants.wavMarks;

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

/** A text in ASCII. @param {string} text */
const plainAscii = (text) => ascii(Array.from(text, (letter) => (letter > "\x7f" ? "?" : letter)).join(""));

/** A text in ASCII, cut to a size and filled up with zeros. @param {string} text @param {number} size */
function field(text, size) {
  const data = plainAscii(text);
  const result = new Uint8Array(size);
  result.set(data.length <= size ? data : joined(data.subarray(0, size - CUT.length), ascii(CUT)));
  return result;
}

/** What calls the sound one hit without a root note. */
function acid() {
  const view = new DataView(new ArrayBuffer(24));
  view.setUint32(0, ONE_SHOT, true);
  view.setUint16(4, NO_ROOT, true);
  view.setUint16(6, ACID_CONSTANT, true);
  view.setUint16(16, METER, true);
  view.setUint16(18, METER, true);
  return chunk("acid", new Uint8Array(view.buffer));
}

/**
 * What tells samplers to play all of a sound over and over: `smpl`, with middle C for the note that is not known.
 * @param {number} frames @param {number} rate Hz
 */
function looped(frames, rate) {
  const view = new DataView(new ArrayBuffer(60));
  const fields = [0, 0, rint(1e9 / rate), NO_ROOT, 0, 0, 0, 1, 0, 0, 0, 0, frames - 1, 0, 0];
  fields.forEach((value, i) => view.setUint32(4 * i, value, true));
  return chunk("smpl", new Uint8Array(view.buffer));
}

/**
 * What the sound is and what it came from, for archives, with no date.
 * @param {string} description @param {string} originator @param {string} history
 */
function broadcast(description, originator, history) {
  const head = new Uint8Array(602);
  head.set(field(description, DESCRIPTION_BYTES));
  head.set(field(originator, ORIGINATOR_BYTES), DESCRIPTION_BYTES);
  new DataView(head.buffer).setUint16(346, BEXT_VERSION, true);
  return chunk("bext", joined(head, plainAscii(history)));
}

/**
 * The bytes of a 24-bit WAV file.
 * @param {Sound} sound @param {number} rate Hz @param {string} recipe JSON @param {string} software
 * @param {import("./marking.js").Marking} marking @param {1 | 2} channels 1 of a sound that was folded to mono
 * @param {boolean} loop whether samplers are told to play it over and over
 */
export function encodeWav(sound, rate, recipe, software, marking, channels = 2, loop = false) {
  const n = sound[0].length;
  const frame = 3 * channels;
  const data = new Uint8Array(frame * n);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < channels; c++) {
      const value = Math.min(Math.max(rint(sound[c][i] * 8388608), -8388608), 8388607);
      const at = frame * i + 3 * c;
      data[at] = value & 255;
      data[at + 1] = (value >> 8) & 255;
      data[at + 2] = (value >> 16) & 255;
    }
  }
  const format = new DataView(new ArrayBuffer(16));
  format.setUint16(0, 1, true);
  format.setUint16(2, channels, true);
  format.setUint32(4, rate, true);
  format.setUint32(8, frame * rate, true);
  format.setUint16(12, frame, true);
  format.setUint16(14, 24, true);
  const texts = { ICMT: recipe, ISFT: software, ICOP: marking.rights, ISBJ: marking.words };
  const coded = { rate, bits: 24, channels: channels === 1 ? "mono" : "stereo", software };
  const body = joined(
    ascii("WAVE"),
    chunk("fmt ", new Uint8Array(format.buffer)),
    chunk("data", data),
    chunk("LIST", joined(ascii("INFO"), ...Object.entries(texts).map(([letters, text]) => told(letters, text)))),
    ...(loop ? [looped(n, rate)] : []),
    acid(),
    broadcast(markingText(marking), software, filled(HISTORY, coded)),
    chunk("_PMX", new TextEncoder().encode(xmpPacket(marking, software))),
  );
  return chunk("RIFF", body);
}
