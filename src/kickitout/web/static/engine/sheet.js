/**
 * A sheet of kicks, waveforms over spectrograms with one time axis and one scale: the twin of Python's
 * `kickitout.sound.sheet`, drawn with a browser's fonts.
 */

import * as constants from "./constants.js";
import { COLOUR_MAP } from "./colours.js";
import { spectrogram } from "./spectrogram.js";
import { waveform } from "./waveform.js";

const { WIDE_SHEET } = constants.packBuild;
const {
  AXIS_HEIGHT, AXIS_WIDTH, BAR_WIDTH, BESIDE_BAR, CARD, CARD_HEIGHT, CARD_WIDTH, GAP, HIGHEST_HZ, INSET, LABEL_HEIGHT,
  LEFT, LEGEND_HEIGHT, LOUDEST_DB, LOWEST_HZ, MARGIN, PAGE, PLOT_WIDTH, QUIETEST_DB, QUIET_TEXT, RIGHT, SPECTRUM_HEIGHT,
  TEXT, TICKS_HZ, TITLE_HEIGHT, WAVE_GAP, WAVE_HEIGHT,
} = constants.sheet;

/** @typedef {{label: string, channels: Float32Array[]}} Shown */
/** Left and top of a card, in pixels. @typedef {[number, number]} Place */

// Sizes in pixels.
const TOP = MARGIN + TITLE_HEIGHT;


const css = (/** @type {readonly number[]} */ [r, g, b]) => `rgb(${r} ${g} ${b})`;

/**
 * @param {OffscreenCanvasRenderingContext2D} context @param {string} words @param {number} x @param {number} y
 * @param {{size?: number, colour?: readonly number[], align?: CanvasTextAlign, baseline?: CanvasTextBaseline}} style
 */
function write(context, words, x, y, { size = 11, colour = QUIET_TEXT, align = "left", baseline = "middle" } = {}) {
  context.font = `${size}px sans-serif`;
  context.fillStyle = css(colour);
  context.textAlign = align;
  context.textBaseline = baseline;
  context.fillText(words, x, y);
}

/**
 * Words, their middle cut out where they are wider than a place.
 * @param {OffscreenCanvasRenderingContext2D} context @param {string} words @param {number} size @param {number} width
 */
function fitted(context, words, size, width) {
  context.font = `${size}px sans-serif`;
  let fitting = words;
  for (let kept = words.length - 1; kept > 2 && context.measureText(fitting).width > width; kept -= 1) {
    fitting = `${words.slice(0, Math.ceil(kept / 2))}…${words.slice(words.length - Math.floor(kept / 2))}`;
  }
  return fitting;
}

/**
 * Shares of the width and words for round times, at most six.
 * @param {number} duration ms @returns {[number, string][]}
 */
function timeTicks(duration) {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((one) => duration / one <= 6) ?? duration / 6;
  const count = Math.floor(duration / step + 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => [
    (i * step) / duration,
    `${Math.round(i * step)}${i === count ? " ms" : ""}`,
  ]);
}

/**
 * A kick's waveform over its spectrogram.
 * @param {OffscreenCanvasRenderingContext2D} context @param {Shown} kick @param {Place} place @param {number} span
 * @param {number} rate Hz
 */
function drawCard(context, kick, [left, top], span, rate) {
  const { channels } = kick;
  context.fillStyle = css(CARD);
  context.fillRect(left, top, CARD_WIDTH, CARD_HEIGHT);
  const x = left + INSET;
  const wave = { span, width: PLOT_WIDTH, height: WAVE_HEIGHT, both: TEXT, ground: CARD };
  context.putImageData(new ImageData(waveform(channels, wave), PLOT_WIDTH, WAVE_HEIGHT), x, top + LABEL_HEIGHT);
  const view = { span, width: PLOT_WIDTH, height: SPECTRUM_HEIGHT, rate };
  const picture = new ImageData(spectrogram(channels[0], channels[1], view), PLOT_WIDTH, SPECTRUM_HEIGHT);
  context.putImageData(picture, x, top + LABEL_HEIGHT + WAVE_HEIGHT + WAVE_GAP);
  const label = fitted(context, kick.label, 13, PLOT_WIDTH);
  write(context, label, x, top + LABEL_HEIGHT / 2 + 2, { size: 13, colour: TEXT });
}

/**
 * @param {OffscreenCanvasRenderingContext2D} context @param {Place} place @param {[number, string][]} ticks
 * @param {boolean} lastRow
 */
function drawTimes(context, [left, top], ticks, lastRow) {
  const bottom = top + CARD_HEIGHT;
  for (const [share, words] of ticks) {
    const x = left + INSET + Math.min(PLOT_WIDTH - 1, Math.round(share * PLOT_WIDTH));
    context.fillStyle = css(QUIET_TEXT);
    context.fillRect(x, bottom - INSET + 1, 1, 4);
    const align = share === 0 ? "left" : share > 0.95 ? "right" : "center";
    if (lastRow) write(context, words, x, bottom + 6, { align, baseline: "top" });
  }
}

/** @param {OffscreenCanvasRenderingContext2D} context @param {Place} place */
function drawFrequencies(context, [left, top]) {
  const bottom = top + CARD_HEIGHT - INSET;
  for (const [hz, words] of TICKS_HZ) {
    const share = Math.log(Number(hz) / LOWEST_HZ) / Math.log(HIGHEST_HZ / LOWEST_HZ);
    const y = bottom - Math.round(share * SPECTRUM_HEIGHT);
    context.fillStyle = css(QUIET_TEXT);
    context.fillRect(left + INSET - 4, y, 4, 1);
    write(context, String(words), left - 6, y, { align: "right" });
  }
  write(context, "Hz", left - 6, bottom - SPECTRUM_HEIGHT - 2, { align: "right" });
}

/** @param {OffscreenCanvasRenderingContext2D} context @param {number} width @param {number} height */
function drawLegend(context, width, height) {
  const [right, bottom] = [width - MARGIN - 40, height - MARGIN];
  const [left, top, middle] = [right - Math.min(BAR_WIDTH, width - BESIDE_BAR), bottom - 10, bottom - 5];
  for (let x = left; x < right; x += 1) {
    const colour = 3 * Math.round((255 * (x - left)) / (right - left - 1));
    context.fillStyle = css([...COLOUR_MAP.subarray(colour, colour + 3)]);
    context.fillRect(x, top, 1, bottom - top);
  }
  write(context, String(QUIETEST_DB), left - 8, middle, { align: "right" });
  write(context, `${LOUDEST_DB} dB`, right + 8, middle);
  let x = MARGIN + AXIS_WIDTH + INSET;
  /** @type {[readonly number[], string][]} */
  const channels = [[TEXT, "both"], [LEFT, "left"], [RIGHT, "right"]];
  for (const [colour, words] of channels) {
    context.fillStyle = css(colour);
    context.fillRect(x, middle - 4, 9, 9);
    write(context, words, x + 14, middle);
    x += 14 + Math.round(context.measureText(words).width) + 16;
  }
}

/**
 * The sheet as a PNG.
 * @param {string} title @param {Shown[]} kicks @param {number} rate Hz @returns {Promise<Uint8Array>}
 */
export async function drawSheet(title, kicks, rate) {
  const columns = Math.min(kicks.length >= WIDE_SHEET ? 8 : 4, kicks.length);
  const rows = Math.ceil(kicks.length / columns);
  const width = 2 * MARGIN + AXIS_WIDTH + columns * (CARD_WIDTH + GAP) - GAP;
  const height = TOP + rows * (CARD_HEIGHT + GAP) - GAP + AXIS_HEIGHT + LEGEND_HEIGHT + MARGIN / 2;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser cannot draw the pack's sheet; try another, or load the page again");
  context.fillStyle = css(PAGE);
  context.fillRect(0, 0, width, height);
  const heading = fitted(context, title, 20, width - 2 * MARGIN);
  write(context, heading, MARGIN, MARGIN, { size: 20, colour: TEXT, baseline: "top" });
  const span = Math.max(...kicks.map(({ channels }) => channels[0].length));
  const ticks = timeTicks((1000 * span) / rate);
  kicks.forEach((kick, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    /** @type {[number, number]} */
    const place = [MARGIN + AXIS_WIDTH + column * (CARD_WIDTH + GAP), TOP + row * (CARD_HEIGHT + GAP)];
    drawCard(context, kick, place, span, rate);
    drawTimes(context, place, ticks, index + columns >= kicks.length);
    if (column === 0) drawFrequencies(context, place);
  });
  drawLegend(context, width, height);
  const blob = await canvas.convertToBlob({ type: "image/png" });
  return new Uint8Array(await blob.arrayBuffer());
}
