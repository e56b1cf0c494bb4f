// colours.js and waveform.js beside Python's `kickitout.sound.sheet`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { COLOUR_MAP } from "../../src/kickitout/web/static/engine/colours.js";
import { sheet } from "../../src/kickitout/web/static/engine/constants.js";
import { spectrogram } from "../../src/kickitout/web/static/engine/spectrogram.js";
import { waveform } from "../../src/kickitout/web/static/engine/waveform.js";
import { kicks } from "./inputs.js";
import { digest, vectors } from "./vectors.js";

const wanted = vectors("sheet");
const { CARD, PLOT_WIDTH: width, TEXT, WAVE_HEIGHT: height } = sheet;
const span = kicks.wide[0].length;

test("the colours are the same to the byte", () => assert.equal(digest(COLOUR_MAP), wanted.map));

test("a waveform's picture is the same within a step of a colour", () => {
  const pixels = waveform(kicks.wide, { span, width, height, both: TEXT, ground: CARD });
  wanted.waveform.forEach((line, row) =>
    line.forEach((colour, column) =>
      colour.forEach((value, c) => {
        const found = pixels[4 * (7 * row * width + 31 * column) + c];
        assert.ok(Math.abs(found - value) <= 1, `${row} ${column}: ${found} is not ${value}`);
      }),
    ),
  );
});

test("a spectrogram of a low tone is bright below and dark above", () => {
  const pixels = spectrogram(kicks.plain[0], kicks.plain[1], { span, width: 20, height: 30, rate: 44100 });
  const light = (row) => pixels[4 * (row * 20 + 5)] + pixels[4 * (row * 20 + 5) + 1];
  assert.ok(light(26) > light(4) + 100);
});
