// resampling.js beside soxr: of rates that were not measured, the stand-in comes as near as one hears.

import { test } from "node:test";

import { resample } from "../../src/kickitout/web/static/engine/resampling.js";
import { kicks } from "./inputs.js";
import { RESAMPLED, likeSample, vectors } from "./vectors.js";

/** Samples at the start that soxr makes otherwise. */
const OPENING = 500;

for (const [rate, sample] of Object.entries(vectors("resampling"))) {
  test(`from ${rate} Hz`, () => {
    const found = resample(kicks.wide, Number(rate), 44100).map((channel) => channel.subarray(OPENING));
    likeSample(found, sample, RESAMPLED);
  });
}
