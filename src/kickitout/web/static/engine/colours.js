// The colours of the project's sheets: a map whose lightness rises in equal steps of Oklab, and those of the waveforms.

/** Place, hue in degrees, chroma. */

import * as constants from "./constants.js";

const { LEFT, RIGHT } = constants.sheet;
const ANCHORS = [
  [0, 282, 0.035],
  [0.3, 300, 0.145],
  [0.55, 365, 0.185],
  [0.8, 420, 0.15],
  [1, 468, 0.075],
];
const SMOOTH = 20;

/** A column of ANCHORS at a place, in between in a straight line. */
function anchored(place, column) {
  const next = Math.max(1, ANCHORS.findIndex(([at]) => at >= place));
  const [before, after] = [ANCHORS[next - 1], ANCHORS[next]];
  const share = (place - before[0]) / (after[0] - before[0]);
  return before[column] + share * (after[column] - before[column]);
}

/** Oklab to 8-bit sRGB. */
function srgb(lightness, a, b) {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((value) => {
    const light = Math.min(1, Math.max(0, value));
    return Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
  });
}

function makeMap() {
  const chroma = Array.from({ length: 256 }, (_, index) => anchored(index / 255, 2));
  const at = (index) => chroma[Math.min(255, Math.max(0, index))];
  const map = new Uint8Array(256 * 3);
  for (let index = 0; index < 256; index += 1) {
    let sum = 0;
    for (let step = -SMOOTH; step <= SMOOTH; step += 1) sum += at(index + step);
    const size = sum / (2 * SMOOTH + 1);
    const hue = (anchored(index / 255, 1) * Math.PI) / 180;
    map.set(srgb(0.17 + (0.79 * index) / 255, size * Math.cos(hue), size * Math.sin(hue)), 3 * index);
  }
  return map;
}

/** 256 colours, three bytes each, from dark blue over violet and orange to pale yellow. */
export const COLOUR_MAP = makeMap();

/** A colour of the map as CSS writes it, for 0 to 1. */
export function mapColour(share) {
  const index = 3 * Math.round(255 * Math.min(1, Math.max(0, share)));
  return `rgb(${COLOUR_MAP[index]} ${COLOUR_MAP[index + 1]} ${COLOUR_MAP[index + 2]})`;
}
