/**
 * Sketches changed in one thing at a time: the twin of Python's `kickitout.sound.sketch.edits`. Ours, so that a control
 * moves a kick here as there.
 */

import * as constants from "./constants.js";
import { BAND_CENTRES } from "./bands.js";
import { shiftBetween } from "./bend.js";
import { clamp, gainOf, largest } from "./numbers.js";

const { SAMPLE_RATE } = constants.kick;
const { HOP_LENGTH, N_FFT, N_FRAMES } = constants.spectrogram;
const { BODY_HOP, BODY_POINTS, FLOOR, FREQUENCIES_HZ } = constants.parts;
const { N_BANDS, ORIGIN } = constants.sketch;
const {
  CLICK_HZ, CLICK_SECONDS, DECAY_DB, DIRT_HZ, HEARD_SHARE, HELD_SECONDS, LEAST_FALL, LONGEST, PEAK_LEVEL, SETTLED_DB,
  SETTLED_OCTAVES, SETTLED_SHARE, SLOPE_SECONDS, TILT_HZ,
} = constants.edits;

/** @typedef {import("./sketch.js").Sketch} Sketch */
/** @typedef {import("./bend.js").Sweep} Sweep */

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
  return held({ ...sketch, frequency, shift: sketch.shift.map((hz) => hz * (wanted.pitch / found.pitch)) });
}

/**
 * A sketch whose sound's sweep, `found`, becomes `wanted`, at its own pitch.
 * @param {Sketch} sketch @param {Sweep} found @param {Sweep} wanted @returns {Sketch}
 */
export function swept(sketch, found, wanted) {
  const more = shiftBetween(found, wanted);
  return held({ ...sketch, shift: sketch.shift.map((hz, k) => hz + more[k]) });
}

/**
 * A sketch whose shift brings the body down to HEARD_SHARE of its middle and no further.
 * @param {Sketch} sketch @returns {Sketch}
 */
function held(sketch) {
  const lowest = HEARD_SHARE * middleHz(sketch);
  const shift = sketch.shift.map((hz, k) => Math.max(hz, -Math.max(sketch.frequency[k] - lowest, 0)));
  return { ...sketch, shift };
}

/**
 * A sketch whose body falls for good: from its peak on neither its level nor its pitch rises again.
 * @param {Sketch} sketch @returns {Sketch}
 */
export function steadied(sketch) {
  const peak = sketch.log_amplitude.indexOf(largest(sketch.log_amplitude));
  const falling = (/** @type {Float32Array} */ track) => {
    const result = track.slice();
    let toCome = -Infinity;
    const highest = new Float64Array(track.length);
    for (let k = track.length - 1; k >= peak; k--) highest[k] = toCome = Math.max(toCome, track[k]);
    let lowest = Infinity;
    for (let k = peak; k < track.length; k++) {
      lowest = Math.min(lowest, track[k]);
      result[k] = 0.5 * (highest[k] + lowest);
    }
    return result;
  };
  return { ...sketch, log_amplitude: falling(sketch.log_amplitude), frequency: falling(sketch.frequency) };
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
  return held({ ...sketch, frequency, shift: sketch.shift.map((hz) => hz * (wanted / middle)) });
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

/** The time in seconds at which a tuned kick has settled. @param {Sketch} sketch */
export const settlingSeconds = (sketch) => POINT_SECONDS[settlingPlace(levelsOf(sketch))];

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

/** The time in ms from the peak of a body's amplitude to 30 dB below. @param {Sketch} sketch */
export const decayMs = (sketch) => 1000 * (fallen(sketch) - peakSeconds(sketch));

/**
 * A sketch that lasts so much longer or shorter that its body decays in so many milliseconds.
 * @param {Sketch} sketch @param {number} milliseconds @returns {Sketch}
 */
export function decaying(sketch, milliseconds) {
  const peak = peakSeconds(sketch);
  const start = Math.max(peak, HELD_SECONDS);
  const whole = 0.001 * milliseconds - Math.max(HELD_SECONDS - peak, 0);
  const longer = lasting(sketch, clamp(whole / Math.max(fallen(sketch) - start, 1e-3), 1 / LONGEST, LONGEST));
  return leaned(longer, peakSeconds(longer) + 0.001 * milliseconds);
}

/**
 * A sketch whose body has fallen by 30 dB after `end` seconds, where its track is over by then: it falls faster from
 * its loudest point on, evenly.
 * @param {Sketch} sketch @param {number} end @returns {Sketch}
 */
function leaned(sketch, end) {
  const track = sketch.log_amplitude;
  const last = POINT_SECONDS[BODY_POINTS - 1];
  const left = end - last;
  if (left <= 0) return sketch;
  const high = largest(track);
  const top = Math.max(POINT_SECONDS[track.indexOf(high)], HELD_SECONDS);
  const lacking = high + nepers(DECAY_DB) - track[BODY_POINTS - 1];
  const own = (lacking - lastSlope(track) * left) / (end - top);
  const least = (lacking - LEAST_FALL * left) / Math.max(last - top, SLOPE_SECONDS);
  const slope = Math.min(Math.max(own, least), 0);
  return { ...sketch, log_amplitude: track.map((value, k) => value + slope * Math.max(POINT_SECONDS[k] - top, 0)) };
}

/** The slope of a body's track at its end, natural log a second. @param {Float32Array} track */
function lastSlope(track) {
  const end = BODY_POINTS - 1;
  const step = POINT_SECONDS[end] - POINT_SECONDS[end - 1];
  const back = Math.round(SLOPE_SECONDS / step);
  return (track[end] - track[end - back]) / (back * step);
}

/** When a body has reached its peak. @param {Sketch} sketch */
function peakSeconds(sketch) {
  const level = levelsOf(sketch);
  const least = PEAK_LEVEL * largest(level);
  return POINT_SECONDS[level.findIndex((value) => value >= least)];
}

/** When a body has fallen by DECAY_DB for good. @param {Sketch} sketch */
function fallen({ log_amplitude: track }) {
  const aim = largest(track) + nepers(DECAY_DB);
  const end = BODY_POINTS - 1;
  let last = end;
  while (track[last] < aim) last--;
  if (last < end) {
    const share = (track[last] - aim) / (track[last] - track[last + 1]);
    return POINT_SECONDS[last] + share * (POINT_SECONDS[last + 1] - POINT_SECONDS[last]);
  }
  return POINT_SECONDS[end] + (aim - track[end]) / Math.min(lastSlope(track), LEAST_FALL);
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
  const above = MIDDLES_HZ.map((hz) => clamp((hz - DIRT_HZ[0]) / (DIRT_HZ[1] - DIRT_HZ[0]), 0, 1));
  return moved(sketch, (_, j, p) => gain * (MIDDLES_HZ[j] > CLICK_HZ ? late[p] : above[j]));
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
 * A sketch whose mid is spread to the side as well, by a ratio of amplitudes.
 * @param {Sketch} sketch @param {number} ratio @returns {Sketch}
 */
export const spreadBy = (sketch, ratio) => ({ ...sketch, spread: Float32Array.of(ratio) });

/** A sketch whose own drive is that at a peak. @param {Sketch} sketch @param {number} peak @returns {Sketch} */
export const bounded = (sketch, peak) => ({ ...sketch, bound: Float32Array.of(1 / peak) });

/**
 * A bounded sketch that is driven by so many decibels more or less.
 * @param {Sketch} sketch @param {number} decibels @returns {Sketch}
 */
export const pushed = (sketch, decibels) => ({
  ...sketch,
  bound: Float32Array.of(sketch.bound[0] * Math.exp(nepers(decibels))),
});

/** A sketch with a side that is so much louder. @param {Sketch} sketch @param {number} decibels @returns {Sketch} */
export function widened(sketch, decibels) {
  const gain = nepers(decibels);
  return { ...moved(sketch, (c) => (c ? gain : 0)), wide: Float32Array.of(1) };
}

/** A sketch without a side. @param {Sketch} sketch @returns {Sketch} */
export const folded = (sketch) => ({ ...sketch, wide: Float32Array.of(-1), spread: Float32Array.of(0) });
