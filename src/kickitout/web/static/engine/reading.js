/**
 * Sound files: WAV and AIFF with plain numbers are read here, the browser decodes others (decoding.js). The twin of
 * `read` in Python's `kickitout.sound.audio`. Ours, for a browser's decoder changes the rate and some samples. Only
 * what is wanted of a file is read, whatever it claims to hold.
 */

/**
 * How the numbers of a file lie in it: `frames` are those that are there.
 * @typedef {{rate: number, channels: number, frames: number, width: number, kind: "int" | "byte" | "float",
 *   little: boolean, offset: number}} Layout
 */

/**
 * A decoded sound, and how long its file says it is.
 * @typedef {{rate: number, seconds: number, channels: Float32Array<ArrayBuffer>[]}} Decoded
 */

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** How the kinds of WAV in WAVE_FORMAT_EXTENSIBLE end. */
const KIND_TAIL = [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113];

/** @param {DataView} view @param {number} at */
export const lettersAt = (view, at, count = 4) =>
  at + count <= view.byteLength
    ? String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, count))
    : "";

/**
 * The chunks of a RIFF or FORM file, or of a part of it: a last one that claims more than there is ends with it.
 * @param {DataView} view @param {boolean} little
 */
export function chunksOf(view, little, start = 12, end = view.byteLength) {
  const found = [];
  for (let at = start; at + 8 <= end; ) {
    const claimed = view.getUint32(at + 4, little);
    const size = Math.min(claimed, end - at - 8);
    found.push({ letters: lettersAt(view, at), offset: at + 8, size, claimed });
    at += 8 + claimed + (claimed % 2);
  }
  return found;
}

/**
 * Where the numbers of a file lie; null where it is none that is read here.
 * @param {DataView} view @returns {Layout | null}
 */
export function layoutOf(view) {
  const [form, kind] = [lettersAt(view, 0), lettersAt(view, 8)];
  if (form === "RIFF" && kind === "WAVE") return wavLayout(view);
  if (form === "FORM" && (kind === "AIFF" || kind === "AIFC")) return aiffLayout(view, kind === "AIFC");
  return null;
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
  // A file that was never closed tells no size; what follows its numbers is then taken for some, as everywhere.
  const size = data.claimed === 0 && view.getUint32(4, true) === 8 ? view.byteLength - data.offset : data.size;
  const number = tag === FLOAT ? "float" : width === 1 ? "byte" : "int";
  const frames = Math.floor(size / block);
  const rate = view.getUint32(at + 4, true);
  return { rate, channels, frames, width, kind: number, little: true, offset: data.offset };
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
  const layout = { rate: 0, channels, frames: 0, width, kind: "int", little: false, offset: 0, ...kind };
  if (layout.kind === "int" && width > 4) return null;
  // The rate is a float of 80 bits: an exponent of 16, and 64 of which the first is 1.
  const rate = view.getUint32(at + 10, false) * 2 ** ((view.getUint16(at + 8, false) & 0x7fff) - 16383 - 31);
  const offset = sound.offset + 8 + Math.min(view.getUint32(sound.offset, false), sound.size - 8);
  const there = Math.floor((sound.offset + sound.size - offset) / (layout.width * channels));
  const frames = Math.min(view.getUint32(at + 2, false), there);
  return { ...layout, rate: Math.round(rate), frames, offset };
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
  return { rate, seconds: frames / rate, channels };
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
