/**
 * The colours of the project's sheets, a map whose lightness rises in equal steps of Oklab, and those of waveforms: the
 * twin of `colour_map` in Python's `kickitout.sound.sheet`. Ours, so that pictures look the same.
 */

import * as constants from "./constants.js";

const { ANCHORS, DARKEST, LIGHTER, SMOOTHING, SRGB, TO_CONES, TO_LINEAR } = constants.sheet;

/** The ground of a screen, and what is drawn on it where both channels agree. */
export const { PAGE: SCREEN, TEXT: BOTH } = constants.sheet;


/** A column of ANCHORS at a place, in between in a straight line. @param {number} place @param {number} column */
function anchored(place, column) {
  const next = Math.max(1, ANCHORS.findIndex(([at]) => at >= place));
  const [before, after] = [ANCHORS[next - 1], ANCHORS[next]];
  const share = (place - before[0]) / (after[0] - before[0]);
  return before[column] + share * (after[column] - before[column]);
}

/** Oklab to 8-bit sRGB. @param {number[]} oklab lightness, a, b */
function srgb(oklab) {
  /** @param {number[]} row @param {number[]} x */
  const times = (row, x) => row[0] * x[0] + row[1] * x[1] + row[2] * x[2];
  const cones = TO_CONES.map((row) => times(row, oklab) ** 3);
  return TO_LINEAR.map((row) => {
    const value = times(row, cones);
    const light = Math.min(1, Math.max(0, value));
    const encoded = light <= SRGB.straight ? SRGB.slope * light : SRGB.scale * light ** (1 / SRGB.power) - SRGB.offset;
    return Math.round(255 * encoded);
  });
}

function makeMap() {
  const chroma = Array.from({ length: 256 }, (_, index) => anchored(index / 255, 2));
  const at = (/** @type {number} */ index) => chroma[Math.min(255, Math.max(0, index))];
  const map = new Uint8Array(256 * 3);
  for (let index = 0; index < 256; index += 1) {
    let sum = 0;
    for (let step = -SMOOTHING; step <= SMOOTHING; step += 1) sum += at(index + step);
    const size = sum / (2 * SMOOTHING + 1);
    const hue = (anchored(index / 255, 1) * Math.PI) / 180;
    map.set(srgb([DARKEST + (LIGHTER * index) / 255, size * Math.cos(hue), size * Math.sin(hue)]), 3 * index);
  }
  return map;
}

/** 256 colours, three bytes each, from dark blue over violet and orange to pale yellow. */
export const COLOUR_MAP = makeMap();

/** A colour of the map as CSS writes it, for 0 to 1. @param {number} share */
export function mapColour(share) {
  const index = 3 * Math.round(255 * Math.min(1, Math.max(0, share)));
  return `rgb(${COLOUR_MAP[index]} ${COLOUR_MAP[index + 1]} ${COLOUR_MAP[index + 2]})`;
}
