/**
 * What the engine cannot read itself, the browser decodes, where Python has libsndfile: FLAC, OGG, MP3 and the like, on
 * the page's own thread, where alone decoders are. At the file's own rate, so that one resampler is used for all; and
 * never more than a file may last.
 */

import * as constants from "./constants.js";
import { filled } from "./format.js";
import { plainName } from "./names.js";
import { notTaken } from "./prepare.js";
import { behindTags, cutShort, lettersAt, layoutOf, partOf } from "./reading.js";
import { fileRefusal } from "./refusal.js";

const { FRAME_SAMPLES } = constants.mp3;
const { LONGEST_FILE_SECONDS, MORE_SECONDS, SECONDS_FOUND, TOO_LONG } = constants.reject;

/**
 * Half a minute of no coding that leaves something out has more: of a kind that is not looked into, more is no kick.
 */
const MOST_CODED_BYTES = 10_000_000;

const USUAL_RATE = 44100;
/** Rates that every browser decodes at. */
const DECODED_RATES = [8000, 96000];

/**
 * A sound that the browser decodes; null for a file that the engine reads itself.
 * @param {string} name @param {ArrayBuffer} data @returns {Promise<import("./reading.js").Decoded | null>}
 */
export async function decoded(name, data) {
  const whole = new DataView(data);
  if (layoutOf(whole)) return null;
  const start = behindTags(whole);
  // What of an MP3 file lies before its sound is its own.
  const view = ["fLaC", "OggS"].includes(lettersAt(whole, start)) ? partOf(whole, start) : whole;
  const file = plainName(name);
  const { rate, seconds, bytes, bits, exact } = outline(view);
  if (seconds > LONGEST_FILE_SECONDS) {
    const known = Number.isFinite(seconds);
    const long = filled(known ? SECONDS_FOUND : MORE_SECONDS, { seconds, most: LONGEST_FILE_SECONDS });
    throw notTaken(file, TOO_LONG, long);
  }
  const there = rate >= DECODED_RATES[0] && rate <= DECODED_RATES[1] ? rate : USUAL_RATE;
  let sound;
  try {
    sound = await new OfflineAudioContext(1, 1, there).decodeAudioData(bytes);
  } catch {
    throw fileRefusal(file, constants.audio.UNREADABLE, { words: "this browser cannot decode it" });
  }
  let channels = Array.from({ length: sound.numberOfChannels }, (_, c) => sound.getChannelData(c));
  if (bits === 16) channels = asWritten(channels);
  const claimed = exact && there === rate ? Math.round(seconds * rate) : 0;
  const notes = sound.length < claimed ? [cutShort(sound.length, claimed)] : [];
  return { rate: sound.sampleRate, seconds: Math.max(seconds, sound.duration), channels, notes };
}

/**
 * Numbers of 16 bits over 32768, as everywhere: some browsers divide those above zero by 32767.
 * @param {Float32Array<ArrayBuffer>[]} channels
 */
function asWritten(channels) {
  const off = (/** @type {number} */ value) => Math.abs(value - Math.round(value));
  if (!channels.every((channel) => channel.every((value) => value <= 0 || off(32767 * value) < 0.01))) return channels;
  return channels.map((channel) => channel.map((value) => (value > 0 ? Math.round(32767 * value) / 32768 : value)));
}

/** What a file says of itself: its rate, how long it is as far as it says so, and the bytes that are to be decoded. */
function outline(/** @type {DataView} */ view) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const whole = { rate: USUAL_RATE, seconds: 0, bits: 0, exact: false, bytes: new Uint8Array(bytes).buffer };
  if (lettersAt(view, 0) === "fLaC" && view.byteLength >= 42) {
    const rate = view.getUint32(18) >>> 12;
    const frames = (view.getUint8(21) & 15) * 2 ** 32 + view.getUint32(22);
    const bits = 1 + (((view.getUint8(20) & 1) << 4) | (view.getUint8(21) >> 4));
    return { ...whole, rate, seconds: frames / rate, bits, exact: true };
  }
  const mp3 = mp3Outline(view);
  if (mp3) return { ...whole, ...mp3 };
  if (view.byteLength > MOST_CODED_BYTES) return { ...whole, seconds: Infinity };
  return lettersAt(view, 0) === "OggS" ? { ...whole, ...oggOutline(view) } : whole;
}

/** Ogg's pages tell how many samples they end at. @param {DataView} view */
function oggOutline(view) {
  let rate = USUAL_RATE;
  let seconds = 0;
  for (let at = 0; at + 27 <= view.byteLength && lettersAt(view, at) === "OggS"; ) {
    const segments = view.getUint8(at + 26);
    const start = at + 27 + segments;
    if (start > view.byteLength) break;
    let size = 0;
    for (let i = 0; i < segments; i++) size += view.getUint8(at + 27 + i);
    if (at === 0) {
      const isVorbis = lettersAt(view, start, 7) === "\x01vorbis" && start + 16 <= view.byteLength;
      if (isVorbis) rate = view.getUint32(start + 12, true);
      else if (lettersAt(view, start, 8) === "OpusHead") rate = 48000;
    }
    const frames = view.getUint32(at + 6, true) + 2 ** 32 * view.getInt32(at + 10, true);
    if (frames > 0 && rate > 0) seconds = frames / rate;
    at = start + size;
    if (seconds > LONGEST_FILE_SECONDS) break;
  }
  return { rate, seconds };
}

const MP3_RATES = [44100, 48000, 32000];
const MP3_KBITS = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const MP3_LOW_KBITS = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/**
 * MP3's frames lie one behind the other, each with its length. A coder pads a second at most, and the first frame may
 * tell of the others: what seems longer than that is too long. Nothing of what is no MP3 file.
 * @param {DataView} view
 */
function mp3Outline(view) {
  let at = 0;
  if (lettersAt(view, 0, 3) === "ID3" && view.byteLength > 10) {
    at = 10 + [6, 7, 8, 9].reduce((size, place) => 128 * size + (view.getUint8(place) & 127), 0);
  } else if (!mp3Frame(view, 0)) return null;
  let rate = 0;
  let seconds = 0;
  while (at + 4 <= view.byteLength && seconds <= LONGEST_FILE_SECONDS + 1) {
    const frame = mp3Frame(view, at);
    rate ||= frame?.rate ?? 0;
    seconds += frame?.seconds ?? 0;
    at += frame?.size ?? 1; // padding, or tags
  }
  return { rate: rate || USUAL_RATE, seconds: seconds > LONGEST_FILE_SECONDS + 1 ? seconds : 0 };
}

/** A frame of MP3; null where there is none. @param {DataView} view @param {number} at */
function mp3Frame(view, at) {
  if (at + 4 > view.byteLength) return null;
  const head = view.getUint32(at);
  const [version, layer] = [(head >>> 19) & 3, (head >>> 17) & 3];
  const [kbits, step] = [(head >>> 12) & 15, (head >>> 10) & 3];
  if (head >>> 21 !== 0x7ff || version === 1 || layer !== 1 || kbits === 0 || kbits === 15 || step === 3) return null;
  const full = version === 3;
  const rate = MP3_RATES[step] / (full ? 1 : version === 2 ? 2 : 4);
  const bits = 1000 * (full ? MP3_KBITS : MP3_LOW_KBITS)[kbits];
  const samples = full ? FRAME_SAMPLES : FRAME_SAMPLES / 2;
  return { rate, seconds: samples / rate, size: Math.floor(((samples / 8) * bits) / rate) + ((head >>> 9) & 1) };
}
