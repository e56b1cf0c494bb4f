// A reader of our own WAV files. `decodeAudioData` may resample; here a sample is what the file says.

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

/** How to read one sample at a byte, by format and bits. */
function reader(view, format, bits) {
  if (format === PCM && bits === 16) return (at) => view.getInt16(at, true) / 0x8000;
  if (format === PCM && bits === 24) {
    return (at) => (view.getUint8(at) | (view.getUint8(at + 1) << 8) | (view.getInt8(at + 2) << 16)) / 0x800000;
  }
  if (format === FLOAT && bits === 32) return (at) => view.getFloat32(at, true);
  throw new Error(`a WAV file of ${bits} bits in format ${format} cannot be played here`);
}

/** The chunks of a RIFF file: name -> [start, bytes] of the first of each name. */
function chunksOf(view) {
  const word = (at) => String.fromCharCode(...[0, 1, 2, 3].map((step) => view.getUint8(at + step)));
  if (view.byteLength < 12 || word(0) !== "RIFF" || word(8) !== "WAVE") throw new Error("this is no WAV file");
  const found = new Map();
  for (let at = 12; at + 8 <= view.byteLength; ) {
    const size = view.getUint32(at + 4, true);
    if (!found.has(word(at))) found.set(word(at), [at + 8, Math.min(size, view.byteLength - at - 8)]);
    at += 8 + size + (size % 2);
  }
  return found;
}

/**
 * The sound of a WAV file.
 * @param {ArrayBuffer} bytes
 * @returns {{rate: number, channels: Float32Array[]}} samples within [-1, 1]; 24 bits fit a Float32 exactly
 * @throws {Error} for what is no WAV file, or one of another kind than ours
 */
export function readWav(bytes) {
  const view = new DataView(bytes);
  const chunks = chunksOf(view);
  const [form] = chunks.get("fmt ") ?? [];
  const [start, size] = chunks.get("data") ?? [];
  if (form === undefined || start === undefined) throw new Error("this WAV file holds no sound");
  const told = view.getUint16(form, true);
  const format = told === EXTENSIBLE ? view.getUint16(form + 24, true) : told;
  const count = view.getUint16(form + 2, true);
  const rate = view.getUint32(form + 4, true);
  const bits = view.getUint16(form + 14, true);
  const sample = reader(view, format, bits);
  const step = bits / 8;
  const length = Math.floor(size / (count * step));
  const channels = Array.from({ length: count }, (_, channel) =>
    Float32Array.from({ length }, (_, index) => sample(start + (index * count + channel) * step)),
  );
  return { rate, channels };
}
