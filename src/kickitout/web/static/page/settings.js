// A pad's settings as plain data: changed, sent to the engine, and read from what others wrote.

import { lengthInBeats } from "../engine/lengths.js";
import { USUAL_LEVEL, levelOf } from "./level.js";
import { NOTHING } from "./store.js";

/** Lengths that are offered in beats. */
export const BEATS = ["1/4", "1/2", "3/4", "1", "3/2", "2", "4"];
/** One at which all of them are lengths. */
const ANY_BPM = 124;

/** The control that a note sets. */
export const PITCH = "pitch";

/** @typedef {import("./store.js").Settings} Settings */

/**
 * Settings with one control set, or reset.
 * @param {Settings} settings @param {string} name @param {number|null} value @returns {Settings}
 */
export function withControl(settings, name, value) {
  const controls = Object.fromEntries(Object.entries(settings.controls).filter(([other]) => other !== name));
  if (value !== null) controls[name] = value;
  return { ...settings, controls, note: name === PITCH && value !== null ? null : settings.note };
}

/**
 * Settings with a note, which is a pitch: it takes the pitch knob's place.
 * @param {Settings} settings @param {string|null} note @returns {Settings}
 */
export const withNote = (settings, note) => ({ ...(note ? withControl(settings, PITCH, null) : settings), note });

/** Settings with a length in ms. @param {Settings} settings @param {number|null} length_ms @returns {Settings} */
export const withLength = (settings, length_ms) => ({ ...settings, length_ms, bpm: null, beats: null });

/**
 * Settings with a length in beats, or without one.
 * @param {Settings} settings @param {number} bpm @param {string|null} beats @returns {Settings}
 */
export const withBeats = (settings, bpm, beats) => ({ ...settings, length_ms: null, bpm: beats ? bpm : null, beats });

/** What is requested of the engine. @param {Settings} settings */
export function requestOf(settings) {
  /** @type {import("../engine/index.js").KickRequest} */
  const request = {};
  if (Object.keys(settings.controls).length) request.controls = settings.controls;
  if (settings.note) request.note = settings.note;
  if (settings.style) request.style = settings.style;
  if (settings.length_ms !== null) request.length_ms = settings.length_ms;
  if (settings.bpm !== null && settings.beats !== null) Object.assign(request, { bpm: settings.bpm, beats: settings.beats });
  if (settings.level !== null) request.level = settings.level;
  return request;
}

/** @param {unknown} value */
const number = (value) => (typeof value === "number" && Number.isFinite(value) ? value : null);
/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : null);

/** An object's own values by name; none of anything else. @param {unknown} found @returns {Record<string, unknown>} */
export const partsOf = (found) => (typeof found === "object" && found !== null ? { ...found } : {});

/** Settings from anything that JSON may be. @param {unknown} found @returns {Settings} */
export function settingsOf(found) {
  const { controls, note, style, length_ms, bpm, beats, level } = partsOf(found);
  const numbers = Object.entries(partsOf(controls)).flatMap(([name, value]) => {
    const one = number(value);
    return one === null ? [] : [/** @type {const} */ ([name, one])];
  });
  const tempo = text(beats) === null ? null : number(bpm);
  return {
    controls: Object.fromEntries(numbers),
    note: text(note),
    style: text(style),
    length_ms: tempo === null ? number(length_ms) : null,
    bpm: tempo,
    beats: tempo === null ? null : text(beats),
    level: text(level),
  };
}

/**
 * What a recipe says was requested of the kick of a seed: notes and styles stand there as controls, and of a loop the
 * length, which is some beats of a tempo: that nearest to `bpm`.
 * @param {import("../engine/index.js").PlainRecipe} recipe @param {number} bpm @returns {Settings}
 */
export function settingsOfRecipe({ controls, processing = {} }, bpm) {
  const level = levelOf(processing);
  const length = processing.length_ms ?? null;
  const found = settingsOf({ ...NOTHING, controls, length_ms: length, level: level === USUAL_LEVEL ? null : level });
  if (!processing.loop || length === null) return found;
  const tempi = BEATS.map((beats) => ({ beats, bpm: (ANY_BPM / length) * Number(lengthInBeats({ bpm: ANY_BPM, beats })) }));
  const octaves = (/** @type {number} */ tempo) => Math.abs(Math.log2(tempo / bpm));
  const nearest = tempi.reduce((best, one) => (octaves(one.bpm) < octaves(best.bpm) ? one : best));
  return withBeats(found, nearest.bpm, nearest.beats);
}
