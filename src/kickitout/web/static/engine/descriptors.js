/**
 * The measured features of a kick that the page shows and the controls set, as Python's `kickitout.descriptors`
 * measures them; docs/descriptors.md defines them.
 */

import { inverse, irfft, rfft } from "./fft.js";
import {
  clamp, firstWhere, gradient, hanning, interpolateAll, largest, lastWhere, mean, peakOf, rint, rise, search, solve, sum,
  unwrap,
} from "./numbers.js";
import { SAMPLE_RATE } from "./parts.js";
import { LOWEST_HZ, decibels, distinctChannels, fftSize, findOnset, power, spectraOf, squares } from "./spectrum.js";

/** @typedef {import("./spectrum.js").Sound} Sound */

/**
 * The fundamental over time: its times, levels and phases, the time up to which it is believed, the first guess of its
 * pitch, and the low end that it was found in.
 * @typedef {{time: Float64Array, level: Float64Array, phase: Float64Array, end: number, guess: number,
 *   signal: Float64Array, rate: number}} Body
 */

const LAST_DB = -80;
const LEAST_PEAK = 1e-9;
const LEAST_MID = 0.1;

const NARROW_HZ = [5, 25, 150, 250];
const WIDE_HZ = [5, 20, 700, 1000];
const HIGHEST_HZ = [800, 1200];
const RATE_HZ = 5000;
const GUESS_SECONDS = 0.05;
const GUESS_DB = -30;
const GUESS_EVERY = 4;
const STEPS = 32;
const BODY_ROUNDS = 2;
const PITCHES_HZ = [20, 300];
const END_SECONDS = 0.03;
const SWEEP_TIMES = Array.from({ length: 36 }, (_, i) => 0.004 * (0.3 / 0.004) ** (i / 35));
const DEEPEST_OCTAVES = 5;
const FIT_SHALLOW = 3e-4;

const DECAY_DB = -30;
const PEAK_LEVEL = 0.9;
const SLOPE_SECONDS = 0.12;
const LEAST_SLOPE_SECONDS = 0.03;
const LONGEST_MS = 4000;

const END_DB = [-40, -30];
const RELEASE_DB = -10;
const RELEASE_SHARE = 0.35;
const END_CYCLES = 4;
const PITCH_SECONDS = [0.05, 0.2];
const LEAST_CYCLES = 1.5;
const LEAST_SHARE = 0.7;
const PITCH_ROUNDS = 5;
const SWEEP_DB = -30;
const OPENING_CYCLES = 0.3;
const SWEEP_ROUNDS = 6;
const SWEEP_SHALLOW = 5e-4;
const FIRM = 100;
const LEAST_OCTAVES = 0.1;

const CLICK_HZ = 1000;
const CLICK_SECONDS = 0.03;
const BRIGHTNESS_SECONDS = 0.05;
const SPANS = { brightness: [0, 0.05], early: [0, 0.005], middle: [0.005, 0.05], late: [0.05, 0.2] };
const LEAD_SECONDS = 0.001;
const FADE_SECONDS = 0.005;
const SILENT_DB = -80;
const DRIVE_DB = -40;
const FINE = 4;

const WIDTH_LIMIT_DB = 60;

/** A share of amplitude. @param {number} db */
const gainOf = (db) => 10 ** (db / 20);

/**
 * The features of a kick by the names of Python's descriptors; a name is absent where there is no answer.
 * @param {Sound} sound @param {{loudness?: boolean}} options loudness costs a transform that controls do not need
 * @returns {Record<string, number>}
 */
export function describe(sound, { loudness = true } = {}) {
  const raw = distinctChannels(sound);
  const peak = Math.max(...raw.map(peakOf));
  if (!Number.isFinite(peak)) throw new Error("a kick's samples are finite; got one that is not a number or infinite");
  if (peak < LEAST_PEAK) return {};
  const channels = raw.map((channel) => channel.map((value) => value / peak));
  const onset = findOnset(squares(channels), SAMPLE_RATE);
  const result = timbre(channels, onset);
  const { size, lines } = spectraOf(channels, SAMPLE_RATE);
  if (loudness) {
    const lufs = loudnessOf(lines, peak, size, channels[0].length, 3 - channels.length);
    if (lufs !== null) result.loudness_lufs = lufs;
  }
  const [left, right] = [channels[0], channels[channels.length - 1]];
  const mid = left.map((value, i) => 0.5 * (value + right[i]));
  const side = left.map((value, i) => 0.5 * (value - right[i]));
  result.width_db = clamp(decibels(power(side), power(mid)), -WIDTH_LIMIT_DB, WIDTH_LIMIT_DB);
  const turned = power(mid) < LEAST_MID * power(side);
  const [a, b] = [lines[0], lines[lines.length - 1]];
  const sign = turned ? -1 : 1;
  const middle = {
    re: a.re.map((value, k) => 0.5 * (value + sign * b.re[k])),
    im: a.im.map((value, k) => 0.5 * (value + sign * b.im[k])),
  };
  return { ...result, ...bodyFeatures(turned ? side : mid, middle, size, onset) };
}

// Timbre --------------------------------------------------------------------------------------------------------------

/** The energy spectrum of a stretch after the onset; null where the sound has ended. */
function stretch(channels, onset, start, end) {
  const fade = Math.max(1, rint(Math.min(FADE_SECONDS, (end - start) / 3) * SAMPLE_RATE));
  const opening = start === 0;
  const first = opening
    ? onset - rint(LEAD_SECONDS * SAMPLE_RATE)
    : onset + rint(start * SAMPLE_RATE) - Math.floor(fade / 2);
  const last = onset + rint(end * SAMPLE_RATE) + fade - Math.floor(fade / 2);
  const length = last - first;
  const begin = Math.max(0, first);
  const count = Math.min(last, channels[0].length) - begin;
  if (count < 2) return null;
  const size = fftSize(length);
  const energy = new Float64Array(size / 2 + 1);
  for (const channel of channels) {
    const part = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const place = begin + i - first;
      let gain = 1;
      if (place >= length - fade) gain = 0.5 + 0.5 * Math.cos((Math.PI * (place - length + fade + 0.5)) / fade);
      if (!opening && place < fade) gain *= 0.5 + 0.5 * Math.cos((Math.PI * (fade - 1 - place + 0.5)) / fade);
      part[i] = channel[begin + i] * gain;
    }
    const { re, im } = rfft(part, size);
    for (let k = 0; k < energy.length; k++) energy[k] += re[k] * re[k] + im[k] * im[k];
  }
  return { energy, step: SAMPLE_RATE / size, meanPower: sum(energy) / length };
}

function timbre(channels, onset) {
  /** @type {Record<string, number>} */
  const result = {};
  const found = Object.fromEntries(Object.entries(SPANS).map(([name, span]) => [name, stretch(channels, onset, ...span)]));
  const loudest = Math.max(0, ...Object.values(found).map((part) => (part ? part.meanPower : 0)));
  const opening = found.brightness;
  if (opening && opening.meanPower > loudest * 10 ** (SILENT_DB / 10)) {
    const first = Math.ceil(LOWEST_HZ / opening.step);
    let whole = 0;
    let weighted = 0;
    for (let k = first; k < opening.energy.length; k++) {
      whole += opening.energy[k];
      weighted += opening.energy[k] * k * opening.step;
    }
    if (whole > 0) result.brightness_hz = weighted / whole;
  }
  const start = stretch(channels, onset, 0, CLICK_SECONDS);
  if (start) {
    const first = Math.ceil(CLICK_HZ / start.step);
    result.click_db = decibels(sum(start.energy, first), sum(start.energy));
  }
  return result;
}

// Loudness ------------------------------------------------------------------------------------------------------------

/** @type {Map<number, {re: Float64Array, im: Float64Array}>} */
const responses = new Map();

/** The response of BS.1770's two filters on the lines of a transform. @param {number} size */
function response(size) {
  const known = responses.get(size);
  if (known) return known;
  let k = Math.tan((Math.PI * 1681.974450955533) / SAMPLE_RATE);
  let q = 0.7071752369554196;
  const high = 10 ** (3.999843853973347 / 20);
  const band = high ** 0.4996667741545416;
  let a0 = 1 + k / q + k * k;
  const shelf = [
    [(high + (band * k) / q + k * k) / a0, (2 * (k * k - high)) / a0, (high - (band * k) / q + k * k) / a0],
    [1, (2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0],
  ];
  k = Math.tan((Math.PI * 38.13547087602444) / SAMPLE_RATE);
  q = 0.5003270373238773;
  a0 = 1 + k / q + k * k;
  const highPass = [[1, -2, 1], [1, (2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0]];
  const made = { re: new Float64Array(size / 2 + 1).fill(1), im: new Float64Array(size / 2 + 1) };
  for (let line = 0; line <= size / 2; line++) {
    const angle = (-2 * Math.PI * line) / size;
    const at = (c) => [
      c[0] + c[1] * Math.cos(angle) + c[2] * Math.cos(2 * angle),
      c[1] * Math.sin(angle) + c[2] * Math.sin(2 * angle),
    ];
    for (const [b, a] of [shelf, highPass]) {
      const [br, bi] = at(b);
      const [ar, ai] = at(a);
      const size2 = ar * ar + ai * ai;
      const [r, i] = [(br * ar + bi * ai) / size2, (bi * ar - br * ai) / size2];
      const before = made.re[line];
      made.re[line] = before * r - made.im[line] * i;
      made.im[line] = before * i + made.im[line] * r;
    }
  }
  responses.set(size, made);
  return made;
}

/** Integrated loudness in LUFS of spectra times a gain; null where no block is above the gate. */
function loudnessOf(lines, gain, size, n, copies) {
  const filter = response(size);
  const energy = new Float64Array(n + 1);
  for (const { re, im } of lines) {
    const r = re.map((value, k) => gain * (value * filter.re[k] - im[k] * filter.im[k]));
    const i = im.map((value, k) => gain * (re[k] * filter.im[k] + value * filter.re[k]));
    const weighted = irfft(r, i, size);
    for (let at = 0; at < n; at++) energy[at + 1] += weighted[at] * weighted[at];
  }
  for (let at = 0; at < n; at++) energy[at + 1] = energy[at] + copies * energy[at + 1];
  const length = 0.4 * SAMPLE_RATE;
  const count = 1 + Math.max(0, rint((n - length) / (0.1 * SAMPLE_RATE)));
  let blocks = Array.from({ length: count }, (_, i) => {
    const from = Math.min(Math.trunc(i * 0.1 * SAMPLE_RATE), n);
    const to = Math.min(Math.trunc((i * 0.1 + 0.4) * SAMPLE_RATE), n);
    return (energy[to] - energy[from]) / length;
  });
  const lufs = (square) => -0.691 + 10 * Math.log10(square);
  for (const gate of [-70, null]) {
    const limit = gate ?? lufs(mean(blocks)) - 10;
    blocks = blocks.filter((block) => block > 10 ** ((limit + 0.691) / 10));
    if (!blocks.length) return null;
  }
  return lufs(mean(blocks));
}

// Body ----------------------------------------------------------------------------------------------------------------

/** @returns {Record<string, number>} */
function bodyFeatures(channel, middle, size, onset) {
  const body = findBody(middle, size, channel.length, onset);
  if (body === null || largest(body.level) < gainOf(LAST_DB)) return {};
  /** @type {Record<string, number>} */
  const result = {};
  const fall = fallMs(body, DECAY_DB);
  if (fall !== null) result.decay_ms = fall;
  const pitch = endPitch(body);
  if (pitch === null) return result;
  result.pitch_hz = pitch;
  const swept = sweep(body, pitch);
  if (swept !== null) {
    result.sweep_octaves = swept[0];
    if (swept[0] >= LEAST_OCTAVES) result.sweep_ms = swept[1];
  }
  const share = drive(channel.subarray(onset), body);
  if (share !== null) result.drive = share;
  return result;
}

/** The body in a spectrum of `size` of a channel of n samples; null for less than 20 ms. @returns {Body | null} */
function findBody(spectrum, size, n, onset) {
  const factor = 2 ** Math.max(0, Math.floor(Math.log2(SAMPLE_RATE / RATE_HZ)));
  const rate = SAMPLE_RATE / factor;
  const small = Math.floor(size / factor);
  const first = Math.ceil(onset / factor);
  const last = Math.ceil(n / factor);
  if (last - first < 0.02 * rate) return null;
  const half = small / 2;
  const band = (edges) => {
    const re = new Float64Array(small);
    const im = new Float64Array(small);
    for (let k = 0; k < half; k++) {
      const hz = (k * SAMPLE_RATE) / size;
      const gain = 2 * rise(hz, edges[0], edges[1]) * (1 - rise(hz, edges[2], edges[3]));
      re[k] = gain * spectrum.re[k];
      im[k] = gain * spectrum.im[k];
    }
    inverse(re, im);
    const cut = (values) => values.slice(first, last).map((value) => value / factor);
    return { re: cut(re), im: cut(im) };
  };
  const narrow = band(NARROW_HZ);
  const wide = band(WIDE_HZ);
  const lowRe = new Float64Array(half + 1);
  const lowIm = new Float64Array(half + 1);
  for (let k = 0; k < half; k++) {
    const gain = 1 - rise((k * SAMPLE_RATE) / size, HIGHEST_HZ[0], HIGHEST_HZ[1]);
    lowRe[k] = gain * spectrum.re[k];
    lowIm[k] = gain * spectrum.im[k];
  }
  const signal = irfft(lowRe, lowIm, small).slice(first, last).map((value) => value / factor);
  const whole = (n - onset) / SAMPLE_RATE;
  let level = narrow.re.map((value, i) => Math.hypot(value, narrow.im[i]));
  const guess = guessPitch(narrow, level, rate);
  if (guess === null) {
    const time = level.map((_, i) => i / rate);
    return { time, level, phase: new Float64Array(0), end: whole - END_SECONDS, guess: 0, signal, rate };
  }
  let { time, phase } = guessPhase(wide, guess, rate);
  for (let round = 0; round < BODY_ROUNDS; round++) ({ time, phase, level } = follow(time, phase, signal, rate));
  const offset = first / rate - onset / SAMPLE_RATE;
  const end = whole - Math.max(END_SECONDS, 1 / guess);
  return { time: time.map((value) => value + offset), level, phase, end, guess, signal, rate };
}

/** The mean frequency before the low band has fallen by 30 dB; null where that is no kick's. */
function guessPitch(narrow, level, rate) {
  const top = largest(level);
  if (top <= 0) return null;
  let last = lastWhere(level, (value) => value >= top * gainOf(GUESS_DB));
  last = Math.max(8, Math.min(last, level.length - rint(END_SECONDS * rate)));
  let from = Math.max(level.indexOf(top), last - rint(GUESS_SECONDS * rate));
  if (last - from < 8) from = 0;
  const phase = new Float64Array(last - from);
  for (let i = 0; i < phase.length; i++) phase[i] = Math.atan2(narrow.im[from + i], narrow.re[from + i]);
  unwrap(phase);
  const time = phase.map((_, i) => i / rate);
  const hz = line(time, phase, hanning(phase.length))[0] / (2 * Math.PI);
  return hz >= PITCHES_HZ[0] / 2 && hz <= PITCHES_HZ[1] ? hz : null;
}

/** Slope and height of the straight line through points, by weighted least squares. */
function line(x, y, weight) {
  let whole = 0, middle = 0, height = 0;
  for (let i = 0; i < x.length; i++) {
    whole += weight[i];
    middle += weight[i] * x[i];
    height += weight[i] * y[i];
  }
  middle /= whole;
  height /= whole;
  let variance = 0, shared = 0;
  for (let i = 0; i < x.length; i++) {
    const apart = x[i] - middle;
    variance += weight[i] * apart * apart;
    shared += weight[i] * apart * (y[i] - height);
  }
  const slope = variance > 0 ? shared / variance : 0;
  return [slope, height - slope * middle];
}

/** Depth and time (s) of the sweep nearest to octaves above an end. */
function fitOctaves(time, octaves, weight) {
  const n = time.length;
  const shapes = SWEEP_TIMES.map((period) => time.map((t) => 10 ** (-t / period)));
  let depth = 0;
  let best = 0;
  let counted = weight;
  for (let round = 0; round < 3; round++) {
    const total = Math.max(sum(counted), 1e-300);
    let most = -Infinity;
    for (let p = 0; p < shapes.length; p++) {
      let square = FIT_SHALLOW;
      let common = 0;
      for (let i = 0; i < n; i++) {
        const share = counted[i] / total;
        square += shapes[p][i] * shapes[p][i] * share;
        common += shapes[p][i] * share * octaves[i];
      }
      const here = clamp(common / square, 0, DEEPEST_OCTAVES);
      const gain = 2 * here * common - here * here * square;
      if (gain > most) {
        most = gain;
        best = p;
        depth = here;
      }
    }
    const nearest = shapes[best];
    counted = weight.map((value, i) => value / (1 + ((octaves[i] - depth * nearest[i]) / 0.3) ** 2));
  }
  return [depth, SWEEP_TIMES[best]];
}

/** Every fourth of numbers from one on. */
const everyFourth = (values, from = 0) => {
  const result = new Float64Array(Math.max(0, Math.ceil((values.length - from) / GUESS_EVERY)));
  for (let i = 0; i < result.length; i++) result[i] = values[from + GUESS_EVERY * i];
  return result;
};

/** The phase of a sweep down to a pitch fitted to the frequency of the wide band, and its times. */
function guessPhase(wide, pitch, rate) {
  const n = wide.re.length;
  const stepRe = new Float64Array(n - 1);
  const stepIm = new Float64Array(n - 1);
  for (let i = 0; i + 1 < n; i++) {
    stepRe[i] = wide.re[i + 1] * wide.re[i] + wide.im[i + 1] * wide.im[i];
    stepIm[i] = wide.im[i + 1] * wide.re[i] - wide.re[i + 1] * wide.im[i];
  }
  const window = hanning(15);
  const smooth = (values) =>
    values.map((_, i) => {
      let total = 0;
      for (let j = 0; j < 15; j++) {
        const at = i + 7 - j;
        if (at >= 0 && at < values.length) total += values[at] * window[j];
      }
      return total;
    });
  const re = smooth(stepRe);
  const im = smooth(stepIm);
  const time = Float64Array.from({ length: n }, (_, i) => i / rate);
  const octaves = re.map((value, i) => {
    const hz = Math.atan2(im[i], value) * (rate / (2 * Math.PI));
    return Math.log2(Math.max(hz, 0.25 * pitch) / pitch);
  });
  const size = re.map((value, i) => Math.hypot(value, im[i]) + 1e-300);
  const [depth, period] = fitOctaves(everyFourth(time, 1), everyFourth(octaves), everyFourth(size));
  const track = time.map((t) => Math.min(pitch * 2 ** (depth * 10 ** (-t / period)), 0.4 * rate));
  const phase = new Float64Array(n);
  let total = 0;
  for (let i = 1; i < n; i++) {
    total += 0.5 * (track[i] + track[i - 1]);
    phase[i] = (total * 2 * Math.PI) / rate;
  }
  return { time, phase };
}

/** Phases as cycles since the first that never go back. */
function cyclesOf(phase, count = phase.length) {
  const result = new Float64Array(count);
  let most = -Infinity;
  for (let i = 0; i < count; i++) {
    most = Math.max(most, phase[i] - phase[0]);
    result[i] = most / (2 * Math.PI);
  }
  return result;
}

/** A signal of a rate read at times. */
function readAt(times, signal, rate) {
  return times.map((t) => {
    const place = t * rate;
    if (place <= 0) return signal[0];
    if (place >= signal.length - 1) return signal[signal.length - 1];
    const below = Math.floor(place);
    return signal[below] + (place - below) * (signal[below + 1] - signal[below]);
  });
}

/** The fundamental at equal steps of a guessed phase. */
function follow(time, phase, signal, rate) {
  const cycles = cyclesOf(phase);
  const count = Math.max(2, Math.floor(cycles[cycles.length - 1] * STEPS));
  const grid = Float64Array.from({ length: count }, (_, i) => i / STEPS);
  const at = interpolateAll(grid, cycles, time);
  const sound = readAt(at, signal, rate);
  const sumRe = new Float64Array(count + 1);
  const sumIm = new Float64Array(count + 1);
  const turnedRe = new Float64Array(count);
  const turnedIm = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const angle = 2 * Math.PI * (grid[i] % 1);
    turnedRe[i] = 2 * sound[i] * Math.cos(angle);
    turnedIm[i] = -2 * sound[i] * Math.sin(angle);
    sumRe[i + 1] = sumRe[i] + turnedRe[i];
    sumIm[i + 1] = sumIm[i] + turnedIm[i];
  }
  const level = new Float64Array(count);
  const angles = new Float64Array(count);
  const reach = STEPS / 2;
  for (let i = 0; i < count; i++) {
    // A cycle around each step, its first and last counting half; nothing beyond the ends.
    const from = Math.max(i - reach, 0), to = Math.min(i + reach, count - 1);
    let re = sumRe[to + 1] - sumRe[from], im = sumIm[to + 1] - sumIm[from];
    if (i - reach >= 0) {
      re -= 0.5 * turnedRe[i - reach];
      im -= 0.5 * turnedIm[i - reach];
    }
    if (i + reach < count) {
      re -= 0.5 * turnedRe[i + reach];
      im -= 0.5 * turnedIm[i + reach];
    }
    re /= STEPS;
    im /= STEPS;
    level[i] = Math.hypot(re, im);
    angles[i] = Math.atan2(im, re);
  }
  unwrap(angles);
  return { time: at, phase: angles.map((value, i) => 2 * Math.PI * grid[i] + value), level };
}

/** Where the body has reached its peak. @param {Body} body */
function peakPlace(body) {
  const limit = PEAK_LEVEL * largest(body.level);
  return firstWhere(body.level, (value) => value >= limit);
}

/** The last place where a body is at least so many decibels against its top. @param {Body} body */
function lastAbove(body, db) {
  const limit = largest(body.level) * gainOf(db);
  return lastWhere(body.level, (value) => value >= limit);
}

/** From the body's peak to where it stays so many decibels under it, in ms; null where that cannot be said. */
function fallMs(body, db) {
  const top = largest(body.level);
  if (top <= 0) return null;
  const begin = body.time[peakPlace(body)];
  const last = lastAbove(body, db);
  if (body.time[last] <= body.end) return 1000 * (body.time[last] - begin);
  const from = Math.max(begin, body.end - SLOPE_SECONDS);
  const time = [];
  const heights = [];
  for (let i = 0; i < body.time.length; i++) {
    if (body.time[i] < from || body.time[i] > body.end) continue;
    time.push(body.time[i]);
    heights.push(20 * Math.log10(Math.max(body.level[i] / top, 1e-6)));
  }
  if (time.length < 8 || time[time.length - 1] - time[0] < LEAST_SLOPE_SECONDS) return null;
  const [slope, height] = line(time, heights, time.map(() => 1));
  if (slope >= 0) return null;
  const ms = 1000 * (Math.max((db - height) / slope, body.end) - begin);
  return ms <= LONGEST_MS ? ms : null;
}

// Pitch and sweep -----------------------------------------------------------------------------------------------------

/** The pitch at which a body ends; null where it ends in no steady tone. @param {Body} body */
function endPitch(body) {
  if (!body.guess) return null;
  for (const db of isReleased(body) ? [RELEASE_DB, ...END_DB] : END_DB) {
    const [hz, share] = pitchBefore(body, db);
    if (hz >= PITCHES_HZ[0] && hz <= PITCHES_HZ[1] && share >= LEAST_SHARE) return hz;
  }
  return null;
}

/** Whether a body is held and then let go. @param {Body} body */
function isReleased(body) {
  const begin = body.time[peakPlace(body)];
  const held = body.time[lastAbove(body, RELEASE_DB)];
  const gone = body.time[lastAbove(body, END_DB[0])];
  return gone <= body.end && gone - held < RELEASE_SHARE * (held - begin);
}

/** The pitch before the body falls below a level, and the share of the low end there that it explains. */
function pitchBefore(body, db) {
  const top = largest(body.level);
  const end = Math.min(body.time[lastAbove(body, db)], body.end);
  const length = clamp(END_CYCLES / body.guess, ...PITCH_SECONDS);
  const start = Math.max(body.time[peakPlace(body)], end - length);
  const offset = body.time[0];
  const from = Math.max(0, Math.ceil((start - offset) * body.rate));
  const to = Math.min(Math.trunc((end - offset) * body.rate) + 1, body.signal.length);
  const count = Math.max(0, to - from);
  const half = (0.5 * count) / body.rate;
  if (2 * half * body.guess < LEAST_CYCLES) return [0, 0];
  const centre = from + (count - 1) / 2;
  const time = Float64Array.from({ length: count }, (_, i) => (from + i - centre) / body.rate);
  const window = hanning(count);
  const at = Float64Array.from({ length: count }, (_, i) => (from + i) / body.rate + offset);
  const phase = interpolateAll(at, body.time, body.phase);
  const level = interpolateAll(at, body.time, body.level.map((value) => Math.max(value, 1e-9 * top))).map(Math.log);
  const turning = line(time, phase, window)[0];
  const falling = line(time, level, window)[0];
  const sound = body.signal.subarray(from, to);
  const [found, share] = fitTone(sound, time, half, window, turning, falling, bendOf(time, phase, window));
  return [found / (2 * Math.PI), share];
}

/** Half the second derivative of a phase; never a rise of the pitch. */
function bendOf(time, phase, window) {
  const [slope, height] = line(time, phase, window);
  const square = time.map((t) => t * t);
  const [lean, middle] = line(time, square, window);
  let shared = 0, own = 0;
  for (let i = 0; i < time.length; i++) {
    const left = square[i] - lean * time[i] - middle;
    shared += window[i] * left * (phase[i] - slope * time[i] - height);
    own += window[i] * left * left;
  }
  return Math.min(0, shared / own);
}

/** Radians per second in the middle of a stretch, and the share of its energy that the fitted tones explain. */
function fitTone(sound, time, half, window, firstTurning, firstFalling, bend) {
  const n = time.length;
  let turning = firstTurning;
  let falling = firstFalling;
  let share = 0;
  const shapes = Array.from({ length: 9 }, () => new Float64Array(n));
  shapes[8].fill(1);
  const weight = new Float64Array(n);
  for (let round = 0; round < PITCH_ROUNDS; round++) {
    for (let i = 0; i < n; i++) {
      const t = time[i];
      const level = Math.exp(clamp(falling * t, -20, 20));
      const angle = turning * t + bend * t * t;
      const c1 = level * Math.cos(angle), s1 = level * Math.sin(angle);
      shapes[0][i] = c1;
      shapes[1][i] = -s1;
      shapes[2][i] = (t / half) * c1;
      shapes[3][i] = -(t / half) * s1;
      shapes[4][i] = level * Math.cos(2 * angle);
      shapes[5][i] = -level * Math.sin(2 * angle);
      shapes[6][i] = level * Math.cos(3 * angle);
      shapes[7][i] = -level * Math.sin(3 * angle);
      weight[i] = window[i] / level;
    }
    const { matrix, right } = normalEquations(shapes, weight, sound);
    let trace = 0;
    for (let i = 0; i < 9; i++) trace += matrix[10 * i];
    for (let i = 0; i < 9; i++) matrix[10 * i] += 1e-10 * trace + 1e-300;
    const fitted = solve(matrix, right);
    let whole = 0, left = 0;
    for (let i = 0; i < n; i++) {
      let made = 0;
      for (let j = 0; j < 9; j++) made += fitted[j] * shapes[j][i];
      whole += weight[i] * sound[i] * sound[i];
      left += weight[i] * (sound[i] - made) ** 2;
    }
    const size = fitted[0] ** 2 + fitted[1] ** 2;
    if (!(whole > 0) || size === 0) return [turning, 0];
    share = 1 - left / whole;
    let stepRe = (fitted[2] * fitted[0] + fitted[3] * fitted[1]) / size / half;
    let stepIm = (fitted[3] * fitted[0] - fitted[2] * fitted[1]) / size / half;
    const length = Math.hypot(stepRe, stepIm);
    const part = length ? Math.min(1, (0.5 * Math.abs(turning)) / length) : 1;
    stepRe *= part;
    stepIm *= part;
    turning += stepIm;
    falling += stepRe;
  }
  return [turning, share];
}

/** Weighted sums of products of shapes with each other and with what they are to give. */
function normalEquations(shapes, weight, wanted) {
  const count = shapes.length;
  const matrix = new Float64Array(count * count);
  const right = new Float64Array(count);
  for (let a = 0; a < count; a++) {
    const own = shapes[a];
    for (let b = 0; b <= a; b++) {
      const other = shapes[b];
      let total = 0;
      for (let i = 0; i < weight.length; i++) total += own[i] * weight[i] * other[i];
      matrix[a * count + b] = matrix[b * count + a] = total;
    }
    for (let i = 0; i < weight.length; i++) right[a] += own[i] * weight[i] * wanted[i];
  }
  return { matrix, right };
}

/** Depth in octaves and time in ms of the sweep down to a pitch; null where the body is too short. */
function sweep(body, pitch) {
  const top = largest(body.level);
  const last = Math.min(lastAbove(body, SWEEP_DB) + 1, search(body.time, body.end));
  if (last < 16) return null;
  const time = body.time.slice(0, last).map((t) => Math.max(t, 0));
  const phase = body.phase.slice(0, last);
  const spacing = gradient(body.time.subarray(0, last)).map((value) => Math.max(value, 1e-9));
  const weight = spacing.map(
    (value, i) =>
      Math.min(i / STEPS / OPENING_CYCLES, 1) ** 2 * Math.min(body.level[i] / top, 0.5) * value + 1e-12,
  );
  const turning = gradient(phase);
  const octaves = turning.map((value, i) =>
    Math.log2(Math.max(value / spacing[i] / (2 * Math.PI), 0.3 * pitch) / pitch),
  );
  const [depth, period] = fitOctaves(everyFourth(time), everyFourth(octaves), everyFourth(weight));
  const whole = sum(weight);
  return fitPhase(time, phase, weight.map((value) => value / whole), pitch, depth, period);
}

/** Depth in octaves and time in ms of the sweep whose summed frequency is nearest to a phase. */
function fitPhase(time, phase, weight, pitch, firstDepth, firstPeriod) {
  const n = time.length;
  let depth = firstDepth;
  let period = firstPeriod;
  let end = pitch;
  const sums = Array.from({ length: 4 }, () => new Float64Array(n));
  const rows = Array.from({ length: 4 }, () => new Float64Array(n));
  const ones = new Float64Array(n).fill(1);
  for (let round = 0; round < SWEEP_ROUNDS; round++) {
    for (let i = 0; i < n; i++) {
      const left = 10 ** (-time[i] / period);
      const track = 2 ** (depth * left);
      const byDepth = Math.LN2 * end * track * left;
      rows[0][i] = end * track;
      rows[1][i] = byDepth;
      rows[2][i] = byDepth * ((depth * Math.LN10) / period) * time[i];
      rows[3][i] = track;
    }
    for (let r = 0; r < 4; r++) {
      let total = 0;
      for (let i = 1; i < n; i++) {
        total += 0.5 * (rows[r][i] + rows[r][i - 1]) * (time[i] - time[i - 1]);
        sums[r][i] = total * 2 * Math.PI;
      }
    }
    const left = phase.map((value, i) => value - sums[0][i]);
    let counted = weight;
    if (round > 1) {
      let middle = 0;
      for (let i = 0; i < n; i++) middle += weight[i] * left[i];
      let square = 0;
      for (let i = 0; i < n; i++) square += weight[i] * (left[i] - middle) ** 2;
      const usual = Math.sqrt(square) + 1e-3;
      counted = weight.map((value, i) => value / (1 + ((left[i] - middle) / (1.5 * usual)) ** 2));
    }
    const { matrix, right } = normalEquations([ones, sums[1], sums[2], sums[3]], counted, left);
    [1e-12, SWEEP_SHALLOW, SWEEP_SHALLOW, FIRM / pitch ** 2].forEach((value, i) => (matrix[5 * i] += value));
    right[1] -= SWEEP_SHALLOW * depth;
    right[3] -= (FIRM / pitch ** 2) * (end - pitch);
    const [, deeper, longer, higher] = solve(matrix, right);
    end += clamp(higher, -0.2 * end, 0.2 * end);
    depth = clamp(depth + clamp(deeper, -0.7, 0.7), 0, DEEPEST_OCTAVES);
    period = clamp(period * Math.exp(clamp(longer, -0.5, 0.5)), 0.003, 0.4);
  }
  return [depth, 1000 * period];
}

/** The share of a sound's energy that does not repeat with each cycle. */
function drive(sound, body) {
  const top = largest(body.level);
  const last = Math.min(lastAbove(body, DRIVE_DB) + 1, search(body.time, body.end));
  if (last <= 2 * STEPS) return null;
  const cycles = cyclesOf(body.phase, last);
  const turn = STEPS * FINE;
  const count = Math.trunc(cycles[last - 1] * STEPS) * FINE;
  if (count < 2 * turn) return null;
  const grid = Float64Array.from({ length: count }, (_, i) => i / turn);
  const time = interpolateAll(grid, cycles, body.time.subarray(0, last));
  const heard = readAt(time, sound, SAMPLE_RATE);
  const level = interpolateAll(grid, cycles, body.level.subarray(0, last));
  const pace = gradient(time);
  let whole = 0, apart = 0;
  for (let i = 0; i + turn < count; i++) {
    const here = heard[i];
    const later = heard[i + turn] * (level[i] / Math.max(level[i + turn], 1e-9 * top));
    const weight = pace[i] * Math.min(1, level[i + turn] / Math.max(level[i], 1e-9 * top));
    whole += weight * (here * here + later * later);
    apart += weight * (here - later) ** 2;
  }
  return whole > 0 ? Math.min(1, apart / whole) : null;
}

// Notes ---------------------------------------------------------------------------------------------------------------

const NOTES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/** The nearest note of equal temperament, and how far above it in cents. @returns {[string, number]} */
export function noteOf(hz) {
  const place = 69 + 12 * Math.log2(hz / 440);
  const number = Math.floor(place + 0.5);
  return [`${NOTES[((number % 12) + 12) % 12]}${Math.floor(number / 12) - 1}`, 100 * (place - number)];
}

/** The pitch of a note that somebody named; without an octave in the one nearest to `near` Hz. */
export function noteHz(text, near) {
  const found = /^([A-Ga-g])([#b♯♭]?)(-?[0-9])?$/.exec(text.trim());
  if (!found) {
    throw new Error(
      `'${text.trim().slice(0, 40)}' is no note; give a letter from A to G, with # or b, and an octave or none, as in F# or Eb1`,
    );
  }
  const [, letter, sign, octave] = found;
  const shift = { "": 0, "#": 1, "♯": 1, b: -1, "♭": -1 }[sign] ?? 0;
  const raw = NOTES.indexOf(letter.toUpperCase()) + shift;
  const number = ((raw % 12) + 12) % 12;
  const height = octave === undefined
    ? rint((69 + 12 * Math.log2(near / 440) - number) / 12) - 1
    : Number(octave) + Math.floor(raw / 12);
  return 440 * 2 ** ((number + 12 * (height + 1) - 69) / 12);
}
