// A synthesised bass, so that the kick is heard in a key. It is a sum of harmonics up to where small speakers begin:
// they are heard as the note that no telephone can play.

import { kick } from "../engine/constants.js";
import { loudnessOf } from "../engine/descriptors/loudness.js";
import { rfft } from "../engine/fft.js";

/** @typedef {keyof typeof SCALES} Scale */
export const SCALES = { minor: [0, 3, 5, 7, 10, 12], major: [0, 4, 5, 7, 9, 12] };
const LOWEST = 28; // E1
const RATE = kick.SAMPLE_RATE;
/** Harmonics above are left out. Hz */
const HIGHEST_HZ = 2500;
/** The amplitude of harmonic n is n to the power of minus this: a saw has 1. */
const TILT = 0.75;
/** How fast harmonic n falls: so many nepers a second for each step above the first. */
const DULLING = 0.35;
const [RISE_S, FALL_S] = [0.006, 0.03];
/** Kicks take half of full scale in the loop: the other half is the bass's. */
const MOST_PEAK = 0.5;
const MOST_KEPT = 64;

/**
 * MIDI notes of a scale whose root is a pitch class, the root in the octave from E1 on.
 * @param {number} root @param {Scale} scale
 */
export function bassNotes(root, scale) {
  const first = LOWEST + ((root - LOWEST) % 12 + 12) % 12;
  return SCALES[scale].map((step) => first + step);
}

/**
 * Phases at which harmonics do not peak together (M. Schroeder, "Synthesis of low-peak-factor signals", 1970, equation 11).
 * @param {number[]} sizes amplitudes
 */
function schroeder(sizes) {
  const whole = sizes.reduce((sum, size) => sum + size * size, 0);
  let [power, sum] = [0, 0];
  return sizes.map((size) => {
    const phase = -2 * Math.PI * sum;
    power += (size * size) / whole;
    sum += power;
    return phase;
  });
}

/**
 * A note: its harmonics, of which the higher fade sooner, with a peak of 1.
 * @param {number} hz @param {number} seconds
 */
export function bassSound(hz, seconds) {
  const sound = new Float32Array(Math.round(seconds * RATE));
  const sizes = Array.from({ length: Math.ceil(HIGHEST_HZ / hz) - 1 }, (_, above) => (above + 1) ** -TILT);
  schroeder(sizes).forEach((phase, above) => {
    // Turned step by step: a sine of each sample would take many times as long.
    const turn = (2 * Math.PI * (above + 1) * hz) / RATE;
    const fall = Math.exp((-DULLING * above) / RATE);
    const real = fall * Math.cos(turn);
    const imaginary = fall * Math.sin(turn);
    let x = sizes[above] * Math.cos(phase);
    let y = sizes[above] * Math.sin(phase);
    for (let at = 0; at < sound.length; at++) {
      sound[at] += y;
      const next = x * real - y * imaginary;
      y = x * imaginary + y * real;
      x = next;
    }
  });
  const [rise, fall] = [RISE_S * RATE, FALL_S * RATE];
  const shaped = sound.map((value, at) => value * Math.min(1, at / rise, (sound.length - 1 - at) / fall));
  const peak = shaped.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return shaped.map((value) => value / peak);
}

/** How loud a mono sound is on two speakers, in LUFS, as kicks are measured. @param {Float32Array} sound */
export function lufsOf(sound) {
  const size = 2 ** Math.ceil(Math.log2(sound.length + 0.05 * RATE));
  const padded = new Float64Array(size);
  padded.set(sound);
  return loudnessOf([rfft(padded)], 1, size, sound.length, 2);
}

/**
 * The gain at which a note is as loud as its kick, as far as both have room.
 * @param {number} note LUFS at a peak of 1 @param {number} wanted LUFS
 */
export const matchedGain = (note, wanted) => Math.min(MOST_PEAK, 10 ** ((wanted - note) / 20));

/** A bass that plays notes as loud as it is told. @param {BaseAudioContext} context */
export function createBass(context) {
  /** @type {Map<string, {buffer: AudioBuffer, lufs: number}>} */
  const notes = new Map();

  /** @param {number} hz @param {number} length seconds */
  function noteOf(hz, length) {
    const key = `${hz.toFixed(3)} ${length.toFixed(4)}`;
    const known = notes.get(key);
    if (known) return known;
    const sound = bassSound(hz, length);
    const buffer = new AudioBuffer({ numberOfChannels: 1, length: sound.length, sampleRate: RATE });
    buffer.copyToChannel(sound, 0);
    const made = { buffer, lufs: lufsOf(sound) ?? 0 };
    if (notes.size >= MOST_KEPT) notes.clear();
    notes.set(key, made);
    return made;
  }

  /**
   * Plays a note.
   * @param {{hz: number, when: number, length: number, lufs: number}} note seconds; how loud it is to be
   */
  return ({ hz, when, length, lufs }) => {
    const note = noteOf(hz, length);
    const source = new AudioBufferSourceNode(context, { buffer: note.buffer });
    source.connect(new GainNode(context, { gain: matchedGain(note.lufs, lufs) })).connect(context.destination);
    source.start(when);
  };
}
