/**
 * Sketches changed in one thing at a time: the twin of Python's `kickitout.sound.sketch.edits`. Ours, so that a control
 * moves a kick here as there.
 */

import * as constants from "./constants.js";
import { BAND_CENTRES, BELOW, SHARE } from "./bands.js";
import { clamp, gainOf, interpolateAll, largest } from "./numbers.js";

const { SAMPLE_RATE } = constants.kick;
const { HOP_LENGTH, N_BINS, N_FFT, N_FRAMES } = constants.spectrogram;
const { BODY_HOP, BODY_POINTS, FLOOR, FREQUENCIES_HZ } = constants.parts;
const { CLICK_FRAMES, LOW_BINS, N_BANDS, ORIGIN } = constants.sketch;
const {
  CLICK_HZ, CLICK_SECONDS, HELD_SECONDS, LEAST_ENERGY, LEAST_REST, NOISE_POWER, ROOM_HZ, ROOM_SECONDS, ROOM_SILENT,
  ROOM_TILT_DB, SETTLED_DB, SETTLED_OCTAVES, SETTLED_SHARE, SLOPE_SECONDS, TILT_HZ,
} = constants.edits;

/** @typedef {import("./sketch.js").Sketch} Sketch */
/**
 * End pitch in Hz, depth in octaves and time in ms of a sweep.
 * @typedef {{pitch: number, depth: number, time: number}} Sweep
 */

const POINT_SECONDS = Float64Array.from(
  { length: BODY_POINTS },
  (_, k) => Math.max(k * BODY_HOP - ORIGIN, 0) / SAMPLE_RATE,
);
const FRAME_SECONDS = Float64Array.from({ length: N_FRAMES }, (_, p) => (p * HOP_LENGTH - ORIGIN) / SAMPLE_RATE);
const MIDDLES_HZ = BAND_CENTRES.map((centre) => (centre * SAMPLE_RATE) / N_FFT);

const nepers = (/** @type {number} */ decibels) => (decibels * Math.LN10) / 20;

/**
 * A sketch whose sweep, measured as `found`, becomes `wanted`.
 * @param {Sketch} sketch @param {Sweep} found @param {Sweep} wanted @returns {Sketch}
 */
export function resweep(sketch, found, wanted) {
  const frequency = sketch.frequency.map((hz, k) => {
    const ms = 1000 * POINT_SECONDS[k];
    const octaves =
      Math.log2(wanted.pitch / found.pitch) +
      wanted.depth * 10 ** (-ms / wanted.time) -
      found.depth * 10 ** (-ms / found.time);
    return clamp(hz * 2 ** octaves, ...FREQUENCIES_HZ);
  });
  return { ...sketch, frequency };
}

/**
 * A sketch whose track has a middle and settles on another, both in Hz.
 * @param {Sketch} sketch @param {number} middle @param {number} wanted @returns {Sketch}
 */
export function settled(sketch, middle, wanted) {
  const level = levelsOf(sketch);
  const from = settlingPlace(level);
  const least = largest(level) * gainOf(SETTLED_DB);
  const octaves = Float64Array.from(sketch.frequency, (hz) => Math.log2(hz / middle));
  let quicker = 0;
  for (let k = from; k < BODY_POINTS; k++) {
    if (level[k] < least) continue;
    const excess = Math.log10(Math.max(Math.abs(octaves[k]), SETTLED_OCTAVES) / SETTLED_OCTAVES);
    quicker = Math.max(quicker, excess / Math.max(POINT_SECONDS[k], 1e-3));
  }
  const frequency = sketch.frequency.map((_, k) =>
    clamp(wanted * 2 ** (octaves[k] * 10 ** (-quicker * POINT_SECONDS[k])), ...FREQUENCIES_HZ),
  );
  return { ...sketch, frequency };
}

/** The mean frequency of a body, by energy, from where a tuned kick settles on. @param {Sketch} sketch */
export function middleHz(sketch) {
  const level = levelsOf(sketch);
  let whole = 0, octaves = 0;
  for (let k = settlingPlace(level); k < BODY_POINTS; k++) {
    whole += level[k] * level[k];
    octaves += level[k] * level[k] * Math.log2(sketch.frequency[k]);
  }
  return 2 ** (octaves / Math.max(whole, 1e-300));
}

/** The amplitude of a body at its points. @param {Sketch} sketch */
const levelsOf = (sketch) => Float64Array.from(sketch.log_amplitude, (one) => Math.max(Math.exp(one) - FLOOR, 0));

/** The first point at which a tuned kick has settled. @param {Float64Array} level */
function settlingPlace(level) {
  const energy = new Float64Array(level.length);
  let whole = 0;
  for (let k = 0; k < level.length; k++) energy[k] = whole += level[k] * level[k];
  const place = energy.findIndex((value) => value >= SETTLED_SHARE * whole);
  // What lies at the onset or before it has the same time.
  return POINT_SECONDS.indexOf(POINT_SECONDS[place]);
}

/**
 * A sketch that lasts `ratio` times as long, from its first 30 ms on.
 * @param {Sketch} sketch @param {number} ratio @returns {Sketch}
 */
export function lasting(sketch, ratio) {
  return {
    ...sketch,
    log_amplitude: stretched(sketch.log_amplitude, POINT_SECONDS, ratio, true),
    envelope: stretched(sketch.envelope, FRAME_SECONDS, ratio, true),
    noise_share: stretched(sketch.noise_share, FRAME_SECONDS, ratio, false),
  };
}

/**
 * Tracks, one behind the other, read at other times; behind their ends they fall on as before, or are held.
 * @param {Float32Array} tracks @param {Float64Array} seconds of their points @param {number} ratio
 * @param {boolean} falls
 */
function stretched(tracks, seconds, ratio, falls) {
  const n = seconds.length;
  const last = seconds[n - 1];
  const step = last - seconds[n - 2];
  const back = Math.round(SLOPE_SECONDS / step);
  const result = new Float32Array(tracks.length);
  for (let i = 0; i < n; i++) {
    const at = seconds[i] > HELD_SECONDS ? HELD_SECONDS + (seconds[i] - HELD_SECONDS) / ratio : seconds[i];
    let k = 0;
    while (k < n - 2 && seconds[k + 1] <= at) k++;
    const share = seconds[k + 1] > seconds[k] ? clamp((at - seconds[k]) / (seconds[k + 1] - seconds[k]), 0, 1) : 0;
    const beyond = Math.max(at - last, 0);
    for (let from = 0; from < tracks.length; from += n) {
      let value = tracks[from + k] + share * (tracks[from + k + 1] - tracks[from + k]);
      if (falls) {
        const slope = Math.min((tracks[from + n - 1] - tracks[from + n - 1 - back]) / (back * step), 0);
        value += slope * beyond;
      }
      result[from + i] = value;
    }
  }
  return result;
}

/**
 * A sketch whose envelope is moved: by nepers that depend on channel, band and frame.
 * @param {Sketch} sketch @param {(channel: number, band: number, frame: number) => number} gain @returns {Sketch}
 */
function moved(sketch, gain) {
  const envelope = sketch.envelope.slice();
  for (let c = 0; c < 2; c++) {
    for (let j = 0; j < N_BANDS; j++) {
      for (let p = 0; p < N_FRAMES; p++) envelope[(c * N_BANDS + j) * N_FRAMES + p] += gain(c, j, p);
    }
  }
  return { ...sketch, envelope };
}

/** A sketch with a click so much louder. @param {Sketch} sketch @param {number} decibels @returns {Sketch} */
export function clicked(sketch, decibels) {
  const [start, end] = CLICK_SECONDS;
  const gain = nepers(decibels);
  const early = FRAME_SECONDS.map((t) => clamp((end - t) / (end - start), 0, 1));
  const result = moved(sketch, (_, j, p) => (MIDDLES_HZ[j] > CLICK_HZ ? gain * early[p] : 0));
  return { ...result, snap: sketch.snap.map((value) => value * Math.exp(gain)) };
}

/**
 * A sketch that is brighter: from 150 Hz on louder by so many decibels with each octave.
 * @param {Sketch} sketch @param {number} decibelsAnOctave
 */
export function tilted(sketch, decibelsAnOctave) {
  const gain = MIDDLES_HZ.map((hz) => Math.log2(Math.max(hz, TILT_HZ) / TILT_HZ) * nepers(decibelsAnOctave));
  return moved(sketch, (_, j) => gain[j]);
}

/** A sketch with so much more beside its body. @param {Sketch} sketch @param {number} decibels */
export function dirtied(sketch, decibels) {
  const [start, end] = CLICK_SECONDS;
  const gain = nepers(decibels);
  const late = FRAME_SECONDS.map((t) => clamp((t - start) / (end - start), 0, 1));
  return moved(sketch, (_, j, p) => (MIDDLES_HZ[j] > CLICK_HZ ? gain * late[p] : gain));
}

/**
 * A sketch that is driven into its soft clip by a gain, 0 or more, instead of its own, and bounded there.
 * @param {Sketch} sketch @param {number} decibels @returns {Sketch}
 */
export const saturated = (sketch, decibels) => ({
  ...sketch,
  drive: Float32Array.of(nepers(decibels)),
  limited: Float32Array.of(1),
});

/**
 * A sketch whose side has a room as well, of an energy over that of the body; the side of a mono one is left out.
 * @param {Sketch} sketch @param {number} decibels @returns {Sketch}
 */
export function roomy(sketch, decibels) {
  const size = N_BANDS * N_FRAMES;
  const room = roomOf(sketch).map((value) => value + Math.fround(nepers(decibels)));
  const [envelope, noiseShare] = [sketch.envelope.slice(), sketch.noise_share.slice()];
  const share = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const [own, added] = [2 * sketch.envelope[size + i], 2 * room[i]];
    // Powers, as the two are apart.
    const both =
      sketch.wide[0] > 0 ? Math.max(own, added) + Math.log1p(Math.exp(-Math.abs(own - added))) : added;
    const kept = sketch.wide[0] > 0 ? Math.exp(own - both) : 0;
    const loud = 1 / (1 + Math.exp(-Math.max(sketch.noise_share[size + i], -80)));
    const whole = Math.sqrt(kept * loud ** 2 + 1 - kept);
    share[i] = kept;
    envelope[size + i] = 0.5 * both;
    noiseShare[size + i] = Math.log(whole / Math.max(1 - whole, LEAST_REST));
  }
  const keptAt = (/** @type {number} */ bin, /** @type {number} */ frame) => {
    const at = BELOW[bin] * N_FRAMES + frame;
    return Math.sqrt(share[at] + SHARE[bin] * (share[at + N_FRAMES] - share[at]));
  };
  const [low, click] = [sketch.low.slice(), sketch.click.slice()];
  for (let part = 0; part < 2; part++) {
    for (let k = 0; k < N_BINS; k++) {
      for (let p = 0; p < N_FRAMES; p++) {
        // Real and imaginary part, then rest and side.
        if (k < LOW_BINS) low[((2 * part + 1) * LOW_BINS + k) * N_FRAMES + p] *= keptAt(k, p);
        if (p < CLICK_FRAMES) click[((2 * part + 1) * N_BINS + k) * CLICK_FRAMES + p] *= keptAt(k, p);
      }
    }
  }
  return { ...sketch, envelope, noise_share: noiseShare, low, click, wide: Float32Array.of(1) };
}

/** The envelope of a room with the energy of the sketch's body. @param {Sketch} sketch @returns {Float64Array} */
function roomOf(sketch) {
  const amplitude = Float64Array.from(sketch.log_amplitude, (value) => Math.max(Math.exp(value) - FLOOR, 0));
  const energy = 0.5 * BODY_HOP * amplitude.reduce((total, value) => total + value * value, 0);
  const after = FRAME_SECONDS.map((t) => t - ROOM_SECONDS);
  const body = interpolateAll(after, POINT_SECONDS, amplitude.map((value) => Math.log(value + FLOOR)));
  const [first, full, last] = ROOM_HZ;
  const room = new Float64Array(N_BANDS * N_FRAMES);
  for (let j = 0; j < N_BANDS; j++) {
    const opened = MIDDLES_HZ[j] <= last ? clamp((MIDDLES_HZ[j] - first) / (full - first), 0, 1) : 0;
    const shape = nepers(ROOM_TILT_DB) * Math.max(Math.log2(MIDDLES_HZ[j] / full), 0) - ROOM_SILENT * (1 - opened);
    for (let p = 0; p < N_FRAMES; p++) room[j * N_FRAMES + p] = shape + (after[p] < 0 ? -ROOM_SILENT : body[p]);
  }
  let made = 0;
  for (let k = 0; k < N_BINS; k++) {
    for (let p = 0; p < N_FRAMES; p++) {
      const lower = Math.fround(room[BELOW[k] * N_FRAMES + p]);
      const upper = Math.fround(room[(BELOW[k] + 1) * N_FRAMES + p]);
      made += Math.exp(2 * (lower + SHARE[k] * (upper - lower)));
    }
  }
  made *= (HOP_LENGTH * NOISE_POWER) / N_BINS;
  const gain = 0.5 * Math.log(Math.max(energy, LEAST_ENERGY) / made);
  return room.map((value) => value + gain);
}

/** A sketch with a side that is so much louder. @param {Sketch} sketch @param {number} decibels @returns {Sketch} */
export function widened(sketch, decibels) {
  const gain = nepers(decibels);
  return { ...moved(sketch, (c) => (c ? gain : 0)), wide: Float32Array.of(1) };
}

/** A sketch without a side. @param {Sketch} sketch @returns {Sketch} */
export const folded = (sketch) => ({ ...sketch, wide: Float32Array.of(-1) });
