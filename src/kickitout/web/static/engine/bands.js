/**
 * Bands of a sketch, and values in them at the lines of a spectrum: the twin of a part of Python's
 * `kickitout.sound.sketch.bands`. Ours, so that it agrees with Python.
 */

import * as constants from "./constants.js";
import { interpolateAll } from "./numbers.js";

const { N_BINS } = constants.spectrogram;
const { BAND_EDGES, N_BANDS } = constants.sketch;

/** The middles of the bands, in bins. */
export const BAND_CENTRES = BAND_EDGES.slice(0, -1).map((edge, i) => 0.5 * (edge + BAND_EDGES[i + 1] - 1));

/** For each bin the band whose centre is the next below, and how far it lies to the next above. */
export const [BELOW, SHARE] = (() => {
  const bins = Array.from({ length: N_BINS }, (_, k) => k);
  const places = interpolateAll(bins, BAND_CENTRES, BAND_CENTRES.map((_, i) => i));
  const below = Int32Array.from(places, (place) => Math.min(Math.floor(place), N_BANDS - 2));
  return [below, Float32Array.from(places, (place, k) => place - below[k])];
})();
