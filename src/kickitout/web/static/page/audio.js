// Playing. A kick is a buffer of its file's samples; a hit starts it at once, through one gain that is 1 at full velocity.

import { kick } from "../engine/constants.js";
import { readSound } from "../engine/reading.js";

/** Hz */
export const RATE = kick.SAMPLE_RATE;
const MOST_SOUNDS = 400;
const CHOKE_S = 0.008;

/** Linear gain of a MIDI velocity: 1 at 127, 40 dB of range. @param {number} velocity */
export const gainOf = (velocity) => (Math.min(127, Math.max(0, velocity)) / 127) ** 2;

/**
 * @typedef {object} Sound
 * @property {AudioBuffer} buffer
 * @property {Float32Array<ArrayBuffer>[]} channels
 *
 * What sounds, until when, in seconds of the context's clock.
 * @typedef {{source: AudioBufferSourceNode, gain: GainNode, level: number, start: number, end: number, planned: boolean}} Voice
 * @typedef {ReturnType<typeof createAudio>} Player
 */

/**
 * @param {(id: string) => Promise<ArrayBuffer>} fetchWav
 * @param {(id: string, level: number) => void} played called at every start
 * @param {(id: string) => boolean} needed whether a sound must stay here: a pad that is hit cannot wait
 */
export function createAudio(fetchWav, played, needed) {
  const context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
  /** @type {Map<string, Sound>} by id, the one that was used last at the end */
  const sounds = new Map();
  /** @type {Map<string, Promise<Sound>>} */
  const loading = new Map();
  /** @type {Set<Voice>} */
  const sounding = new Set();

  /**
   * Browsers start sound on a person's first gesture, and a phone takes it away (a call, another app) in states of its
   * own: "interrupted" on iOS. Where the phone does not give it back yet, the next gesture asks again.
   */
  const wake = () => {
    if (context.state !== "running" && context.state !== "closed") context.resume().catch(() => {});
  };
  for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, wake, { capture: true, passive: true });

  /** @param {string} id @returns {Promise<Sound>} */
  async function fetched(id) {
    const { rate, channels } = readSound(await fetchWav(id));
    if (rate !== RATE) throw new Error(`a kick of ${rate} Hz cannot be played here; it is to have ${RATE}`);
    const buffer = new AudioBuffer({ numberOfChannels: channels.length, length: channels[0].length, sampleRate: rate });
    channels.forEach((samples, channel) => buffer.copyToChannel(samples, channel));
    return { buffer, channels };
  }

  /** @param {string} id @param {Sound} sound */
  function remember(id, sound) {
    sounds.delete(id);
    sounds.set(id, sound);
    if (sounds.size <= MOST_SOUNDS) return;
    const oldest = [...sounds.keys()].find((one) => one !== id && !needed(one));
    if (oldest) sounds.delete(oldest);
  }

  /**
   * Brings in a kick's sound, once.
   * @param {string} id
   * @returns {Promise<Sound>}
   */
  function load(id) {
    const known = sounds.get(id);
    if (known) {
      remember(id, known);
      return Promise.resolve(known);
    }
    const under = loading.get(id);
    if (under) return under;
    const coming = fetched(id).then((sound) => {
      remember(id, sound);
      return sound;
    });
    loading.set(id, coming);
    coming.catch(() => {}).finally(() => loading.delete(id));
    return coming;
  }

  /** Lets a voice end at a time. @param {Voice} voice @param {number} when */
  function fade(voice, when) {
    voice.end = when;
    voice.gain.gain.cancelScheduledValues(when);
    voice.gain.gain.setValueAtTime(voice.level, when);
    voice.gain.gain.linearRampToValueAtTime(0, when + CHOKE_S);
    voice.source.stop(when + CHOKE_S);
  }

  /**
   * A new hit ends those before it, and ends where the loop has a later one already: one drum has one skin, and two at
   * full level would clip. What the loop lets begin together sounds together.
   * @param {Voice} voice
   */
  function choke(voice) {
    for (const other of sounding) {
      if (voice.planned && other.planned && other.start === voice.start) continue;
      if (other.start <= voice.start && other.end > voice.start) fade(other, voice.start);
      else if (other.start > voice.start && other.start < voice.end) fade(voice, other.start);
    }
  }

  /**
   * Plays a sound that is here.
   * @param {string} id
   * @param {number} level linear gain; 1 plays the file's samples as they are
   * @param {number} when seconds of the context's clock; 0: now
   * @returns {boolean} whether it was here
   */
  function play(id, level = 1, when = 0) {
    const sound = sounds.get(id);
    if (!sound) return false;
    const start = Math.max(when, context.currentTime);
    const source = new AudioBufferSourceNode(context, { buffer: sound.buffer });
    const gain = new GainNode(context, { gain: level });
    source.connect(gain).connect(context.destination);
    const voice = { source, gain, level, start, end: Infinity, planned: when > 0 };
    source.onended = () => {
      sounding.delete(voice);
      gain.disconnect();
    };
    source.start(when);
    choke(voice);
    sounding.add(voice);
    played(id, level);
    return true;
  }

  /**
   * The same nodes, offline: what a full hit sounds like, sample by sample.
   * @param {string} id
   * @returns {Promise<Float32Array[]>} one array a channel
   */
  async function render(id, level = 1) {
    const { buffer } = await load(id);
    const offline = new OfflineAudioContext(buffer.numberOfChannels, buffer.length, RATE);
    const source = new AudioBufferSourceNode(offline, { buffer });
    source.connect(new GainNode(offline, { gain: level })).connect(offline.destination);
    source.start();
    const made = await offline.startRendering();
    return Array.from({ length: made.numberOfChannels }, (_, channel) => made.getChannelData(channel));
  }

  return { context, load, play, render, wake };
}
