/**
 * Sound files: WAV and AIFF with plain numbers are read here, the browser decodes others (decoding.js). The twin of
 * `read` in Python's `kickitout.sound.audio`. Ours, for a browser's decoder changes the rate and some samples. Only
 * what is wanted of a file is read, whatever it claims to hold.
 */

import * as constants from "./constants.js";
import { filled } from "./format.js";

const { KNOWN, SEARCHED, SOUND, UNKNOWN_SIZE } = constants.chunks;
const {
  CUT_SHORT, FAR_OVER, LEFT_OVER, MORE_THERE, NO_LENGTH, NOT_READ, OVER, REPAIRED, THERE, TO_THE_END, WRONG_SIZE,
} = constants.notes;
const { BEHIND, LOOKED_AT } = constants.tags;
const { OVER_SCALE } = constants.audio;

/**
 * How the numbers of a file lie in it: `frames` are those that are there, `notes` what is not as the file says.
 * @typedef {{rate: number, channels: number, frames: number, width: number, kind: "int" | "byte" | "float",
 *   little: boolean, offset: number, notes: Note[]}} Layout
 */

/**
 * A decoded sound, and how long its file says it is.
 * @typedef {{rate: number, seconds: number, channels: Float32Array<ArrayBuffer>[], notes?: Note[]}} Decoded
 */

const PCM = 1;
const FLOAT = 3;
const { EXTENSIBLE } = constants.riff;
/** How the kinds of WAV in WAVE_FORMAT_EXTENSIBLE end. */
const KIND_TAIL = [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113];

/** @param {DataView} view @param {number} at */
export const lettersAt = (view, at, count = 4) =>
  at + count <= view.byteLength
    ? String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, count))
    : "";

/** What is said of a file that is not as it says: a phrase, and words. @typedef {[string, string]} Note */

/** Letters as a number. @param {string} letters */
const codeOf = (letters) => [...letters].reduce((code, letter) => 256 * code + letter.charCodeAt(0), 0);

const KNOWN_CODES = new Set(KNOWN.map(codeOf));

/**
 * The chunks of a RIFF or FORM file, or of a part of it, whose sizes may be wrong and pad bytes missing: the twin of
 * `walk` in Python's `kickitout.sound.reading.chunks`.
 * @param {DataView} view @param {boolean} little
 */
export function chunksOf(view, little, start = 12, end = view.byteLength) {
  const found = [];
  const isKnown = (/** @type {number} */ at) => at + 8 <= end && KNOWN_CODES.has(view.getUint32(at));
  const couldBe = (/** @type {number} */ at) =>
    at === end ||
    (at + 8 <= end && at + 8 + view.getUint32(at + 4, little) <= end && /^[ -~]{4}$/.test(lettersAt(view, at)));
  /** @param {number} after @param {boolean} padded */
  const follower = (after, padded) => {
    const places = (padded ? [after + 1, after] : [after]).filter((at) => at <= end);
    return places.find(isKnown) ?? places.find(couldBe);
  };
  for (let at = start, sure = true; at + 8 <= end; ) {
    const letters = lettersAt(view, at);
    const claimed = view.getUint32(at + 4, little);
    const offset = at + 8;
    let next = follower(offset + claimed, claimed % 2 === 1);
    if (SOUND.includes(letters)) {
      const toEnd = offset + claimed > end || (claimed === 0 && next === undefined);
      found.push({ letters, offset, size: toEnd ? end - offset : claimed, claimed, sure });
      if (toEnd || next === undefined) break;
      sure = true;
    } else if (next !== undefined) {
      found.push({ letters, offset, size: claimed, claimed, sure });
      sure = next === offset + claimed + (claimed % 2) || next === end;
    } else {
      next = offset;
      while (next < Math.min(end, offset + SEARCHED) && !isKnown(next)) next++;
      if (next >= Math.min(end, offset + SEARCHED)) next = end;
      found.push({ letters, offset, size: next - offset, claimed, sure: false });
      sure = false;
    }
    at = next;
  }
  return found;
}

/** Where a file begins behind its ID3 tags, and the zeros after them. @param {DataView} view */
export function behindTags(view) {
  let at = 0;
  while (lettersAt(view, at, 3) === "ID3" && at + 10 <= view.byteLength) {
    const size = [6, 7, 8, 9].reduce((sum, place) => 128 * sum + (view.getUint8(at + place) & 127), 0);
    at += 10 + size + (view.getUint8(at + 5) & 16 ? 10 : 0);
  }
  if (at > 0) while (at < view.byteLength && view.getUint8(at) === 0) at++;
  return Math.min(at, view.byteLength);
}

/** A part of a file. @param {DataView} view @param {number} start */
export const partOf = (view, start) => new DataView(view.buffer, view.byteOffset + start, view.byteLength - start);

/**
 * Where the numbers of a file lie; null where it is none that is read here.
 * @param {DataView} whole @returns {Layout | null}
 */
export function layoutOf(whole) {
  const start = behindTags(whole);
  const view = partOf(whole, start);
  const [form, kind] = [lettersAt(view, 0), lettersAt(view, 8)];
  let layout = null;
  if (["RIFF", "RF64", "BW64"].includes(form) && kind === "WAVE") layout = wavLayout(view);
  if (form === "FORM" && (kind === "AIFF" || kind === "AIFC")) layout = aiffLayout(view, kind === "AIFC");
  return layout && { ...layout, offset: layout.offset + start };
}

/** @param {number} claimed */
const saysNothing = (claimed) => claimed === 0 || claimed >= UNKNOWN_SIZE;

/** @param {number} there @param {number} claimed @returns {Note} */
export const cutShort = (there, claimed) => [CUT_SHORT, filled(THERE, { there, claimed, unit: "frames" })];

/** @param {number} there @returns {Note} */
const noLength = (there) => [NO_LENGTH, filled(TO_THE_END, { there, unit: "frames" })];

/**
 * What is said of what lies behind the last chunk, and of those before the sound.
 * @param {DataView} view @param {number} end @param {{sure: boolean}[]} before @returns {Note[]}
 */
function around(view, end, before) {
  const rest = view.byteLength - end;
  const zeros = rest >= 16 ? new Uint8Array(view.buffer, view.byteOffset + end, Math.min(rest, LOOKED_AT)) : [];
  const begin = zeros.findIndex((/** @type {number} */ value) => value !== 0);
  const isTag = BEHIND.some((tag) => begin >= 0 && lettersAt(view, end + begin, tag.length) === tag);
  /** @type {Note[]} */
  const notes = begin < 0 || isTag ? [] : [[LEFT_OVER, filled(NOT_READ, { rest })]];
  return before.every(({ sure }) => sure) ? notes : [...notes, [REPAIRED, WRONG_SIZE]];
}

/** @param {DataView} view @returns {Layout | null} */
function wavLayout(view) {
  const chunks = chunksOf(view, true);
  const format = chunks.find((one) => one.letters === "fmt " && one.size >= 16);
  const data = chunks.find((one) => one.letters === "data");
  if (!format || !data) return null;
  const at = format.offset;
  let tag = view.getUint16(at, true);
  if (tag === EXTENSIBLE && format.size >= 40) {
    if (KIND_TAIL.some((value, i) => view.getUint8(at + 26 + i) !== value)) return null;
    tag = view.getUint16(at + 24, true);
  }
  const channels = view.getUint16(at + 2, true);
  const block = view.getUint16(at + 12, true);
  const width = block / channels;
  const known = tag === PCM ? [1, 2, 3, 4] : tag === FLOAT ? [4, 8] : [];
  if (!known.includes(width)) return null;
  const long = chunks.find((one) => one.letters === "ds64" && one.size >= 16);
  const claimed = long && data.claimed === 2 ** 32 - 1 ? Number(view.getBigUint64(long.offset + 8, true)) : data.claimed;
  const size = claimed !== data.claimed && claimed ? Math.min(claimed, view.byteLength - data.offset) : data.size;
  const number = tag === FLOAT ? "float" : width === 1 ? "byte" : "int";
  const frames = Math.floor(size / block);
  const rate = view.getUint32(at + 4, true);
  /** @type {Note[]} */
  const notes = claimed === size ? [] : saysNothing(claimed) ? [noLength(frames)]
    : claimed > size ? [cutShort(frames, Math.floor(claimed / block))] : [];
  const last = chunks[chunks.length - 1];
  const end = Math.max(data.offset + size + (size % 2), last === data ? 0 : last.offset + last.size + (last.size % 2));
  const before = chunks.slice(0, chunks.indexOf(data) + 1);
  notes.push(...around(view, end, format.offset < data.offset ? before : [{ sure: false }]));
  return { rate, channels, frames, width, kind: number, little: true, offset: data.offset, notes };
}

/** What AIFF-C calls plain numbers: how these are written, where that is not as everywhere in AIFF. */
/** @type {Record<string, Partial<Layout>>} */
const AIFF_KINDS = {
  NONE: {}, "twos": {}, "sowt": { little: true }, "raw ": { kind: "byte" },
  "fl32": { kind: "float", width: 4 }, "FL32": { kind: "float", width: 4 },
  "fl64": { kind: "float", width: 8 }, "FL64": { kind: "float", width: 8 },
};

/** @param {DataView} view @param {boolean} compressed @returns {Layout | null} */
function aiffLayout(view, compressed) {
  const chunks = chunksOf(view, false);
  const common = chunks.find((one) => one.letters === "COMM" && one.size >= (compressed ? 22 : 18));
  const sound = chunks.find((one) => one.letters === "SSND" && one.size >= 8);
  if (!common || !sound) return null;
  const at = common.offset;
  const kind = AIFF_KINDS[compressed ? lettersAt(view, at + 18) : "NONE"];
  const channels = view.getUint16(at, false);
  const width = Math.ceil(view.getUint16(at + 6, false) / 8);
  if (!kind || !channels || !(width >= 1 && width <= 8)) return null;
  /** @type {Layout} */
  const layout = { rate: 0, channels, frames: 0, width, kind: "int", little: false, offset: 0, notes: [], ...kind };
  if (layout.kind === "int" && width > 4) return null;
  // The rate is a float of 80 bits: an exponent of 16, and 64 of which the first is 1.
  const rate = view.getUint32(at + 10, false) * 2 ** ((view.getUint16(at + 8, false) & 0x7fff) - 16383 - 31);
  const offset = sound.offset + 8 + Math.min(view.getUint32(sound.offset, false), sound.size - 8);
  const frames = Math.floor((sound.offset + sound.size - offset) / (layout.width * channels));
  const claimed = view.getUint32(at + 2, false);
  /** @type {Note[]} */
  const notes = [];
  if (claimed > frames && !saysNothing(claimed)) notes.push(cutShort(frames, claimed));
  else if (saysNothing(sound.claimed) || saysNothing(claimed)) notes.push(...(frames ? [noLength(frames)] : []));
  else if (claimed < frames) notes.push([REPAIRED, filled(MORE_THERE, { claimed, there: frames })]);
  const last = chunks[chunks.length - 1];
  const before = chunks.slice(0, chunks.indexOf(sound) + 1);
  notes.push(...around(view, last.offset + last.size + (last.size % 2), before));
  return { ...layout, rate: Math.round(rate), frames, offset, notes };
}

/** How one number is read, full scale being 1. @param {DataView} view @param {Layout} layout */
function reader(view, { kind, width, little }) {
  if (kind === "float") {
    return width === 4
      ? (/** @type {number} */ at) => view.getFloat32(at, little)
      : (/** @type {number} */ at) => view.getFloat64(at, little);
  }
  if (kind === "byte") return (/** @type {number} */ at) => (view.getUint8(at) - 128) / 128;
  if (width === 1) return (/** @type {number} */ at) => view.getInt8(at) / 128;
  if (width === 2) return (/** @type {number} */ at) => view.getInt16(at, little) / 32768;
  if (width === 4) return (/** @type {number} */ at) => Math.fround(view.getInt32(at, little)) / 2 ** 31;
  return little
    ? (/** @type {number} */ at) => (view.getUint16(at, true) + 65536 * view.getInt8(at + 2)) / 8388608
    : (/** @type {number} */ at) => (view.getUint16(at + 1, false) + 65536 * view.getInt8(at)) / 8388608;
}

/**
 * The first seconds of a file that is read here.
 * @param {DataView} view @param {Layout} layout @param {number} seconds @returns {Decoded}
 */
function decode(view, layout, seconds) {
  const { rate, frames, width, offset } = layout;
  const count = Math.min(frames, Math.ceil(seconds * rate));
  const read = reader(view, layout);
  const step = width * layout.channels;
  const channels = Array.from({ length: layout.channels }, (_, c) => {
    const channel = new Float32Array(count);
    for (let i = 0, at = offset + c * width; i < count; i++, at += step) channel[i] = read(at);
    return channel;
  });
  const peak = channels.reduce((most, one) => one.reduce((high, value) => Math.max(high, Math.abs(value)), most), 0);
  /** @type {Note[]} */
  const over = OVER_SCALE < peak && peak < Infinity ? [[OVER, filled(FAR_OVER, { db: 20 * Math.log10(peak) })]] : [];
  return { rate, seconds: frames / rate, channels, notes: [...layout.notes, ...over] };
}

/**
 * The first seconds of a WAV or AIFF file; null of any other.
 * @param {DataView} view @param {number} seconds @returns {Decoded | null}
 */
export function soundIn(view, seconds) {
  const layout = layoutOf(view);
  return layout && decode(view, layout, seconds);
}

/**
 * The whole sound of a WAV or AIFF file that is read here.
 * @param {ArrayBuffer} bytes @returns {Decoded}
 */
export function readSound(bytes) {
  const sound = soundIn(new DataView(bytes), Infinity);
  if (!sound) throw new Error("this is no WAV file that can be played here");
  return sound;
}
