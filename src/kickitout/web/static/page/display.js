// The screen: waveform, spectrogram and figures of the selected kick.

import { RATE } from "./audio.js";
import { sheet } from "../engine/constants.js";
import { byId, contextOf, el, setText } from "./dom.js";
import { cents, decayWords, decibels, pretty } from "./notes.js";
import { waveform } from "../engine/waveform.js";

/** How a kick was made, where it did not come from a seed. @type {Record<string, string|undefined>} */
const MADE = { vary: "variation", morph: "morph", match: "match", file: "file" };

/**
 * Draws a waveform into a canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array[]} channels
 * @param {number} span samples that the width stands for
 * @param {{both?: readonly number[], ground?: readonly number[]|null}} colours no ground: transparent
 */
export function drawWave(canvas, channels, span, { both = sheet.TEXT, ground = sheet.PAGE } = {}) {
  const { width, height } = canvas;
  if (!width || !height) return;
  const pixels = waveform(channels, { span, width, height, both, ground });
  contextOf(canvas).putImageData(new ImageData(pixels, width, height), 0, 0);
}

/** Gives a canvas as many pixels as it covers on the screen; whether that changed. @param {HTMLCanvasElement} canvas */
export function fitCanvas(canvas, most = 2) {
  const scale = Math.min(most, devicePixelRatio || 1);
  const width = Math.round(canvas.clientWidth * scale);
  const height = Math.round(canvas.clientHeight * scale);
  if (canvas.width === width && canvas.height === height) return false;
  canvas.width = width;
  canvas.height = height;
  return true;
}

/**
 * What a spectrogram is drawn of.
 * @typedef {{number: number, view: Parameters<typeof import("../engine/spectrogram.js").spectrogram>[2], left: Float32Array, right: Float32Array}} Painting
 */

/** Spectrograms from the worker, the newest only. @param {HTMLCanvasElement} canvas */
function createPainter(canvas) {
  const worker = new Worker(new URL("./spectrum_worker.js", import.meta.url), { type: "module" });
  let number = 0;
  let busy = false;
  /** @type {Painting|null} */
  let waiting = null;

  function send() {
    if (busy || !waiting) return;
    busy = true;
    worker.postMessage(waiting);
    waiting = null;
  }
  worker.addEventListener("message", ({ data }) => {
    busy = false;
    if (data.number === number && canvas.width && canvas.height) {
      const { width, height } = data.view;
      const picture = el("canvas", { width, height });
      contextOf(picture).putImageData(new ImageData(data.pixels, width, height), 0, 0);
      const context = contextOf(canvas);
      context.imageSmoothingQuality = "high";
      context.drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.dataset.shown = String(data.number);
    }
    send();
  });
  return (/** @type {Float32Array[]} */ channels, /** @type {number} */ span) => {
    number += 1;
    const view = { span, width: Math.min(420, canvas.clientWidth), height: Math.min(200, canvas.clientHeight), rate: RATE };
    if (!view.width || !view.height) return;
    waiting = { number, view, left: channels[0], right: channels[1] ?? channels[0] };
    send();
  };
}

/**
 * @param {import("./audio.js").Player} audio
 * @param {{url: (id: string) => string, longest: number, message: import("./message.js").Message, reveal: (id: string) => Promise<{path: string}>}} tools
 */
export function createDisplay(audio, { url, longest, message, reveal }) {
  const wave = byId("wave", HTMLCanvasElement);
  const spectrum = byId("spectrum", HTMLCanvasElement);
  const paint = createPainter(spectrum);
  const chip = byId("r-file", HTMLAnchorElement);
  /** @type {import("../engine/index.js").Kick|null} */
  let shown = null;

  /** How many samples the width stands for: those of a usual kick, or of a longer one. @param {number} samples */
  function spanOf(samples) {
    const ms = Math.max(longest, (1000 * samples) / RATE);
    const times = [0, 0.2, 0.4, 0.6, 0.8].map((share) => el("span", {}, `${Math.round(share * ms)}${share === 0 ? " ms" : ""}`));
    byId("times").replaceChildren(...times);
    return Math.round((ms * RATE) / 1000);
  }
  spanOf(0);

  async function draw() {
    const kick = shown;
    if (!kick) return;
    try {
      const { channels } = await audio.load(kick.id);
      if (shown !== kick) return;
      fitCanvas(wave);
      fitCanvas(spectrum, 1);
      const span = spanOf(channels[0].length);
      drawWave(wave, channels, span);
      paint(channels, span);
    } catch (error) {
      message.fail(error);
    }
  }
  new ResizeObserver(() => {
    if (wave.clientHeight && (fitCanvas(wave) || fitCanvas(spectrum, 1))) draw();
  }).observe(byId("spectrum"));

  chip.addEventListener("dragstart", (event) => offer(event, shown, url));
  byId("reveal").addEventListener("click", async () => {
    if (!shown) return;
    try {
      message.say(`Saved: ${(await reveal(shown.id)).path}`);
    } catch (error) {
      message.fail(error);
    }
  });

  return {
    /** @param {import("../engine/index.js").Kick|null} kick */
    show(kick) {
      if (kick === shown || !kick) return;
      shown = kick;
      setText(byId("r-note"), kick.note ? pretty(kick.note) : "–");
      setText(byId("r-cents"), kick.note ? cents(kick.cents) : "no pitch");
      setText(byId("r-pitch"), kick.pitch_hz ? `${kick.pitch_hz.toFixed(1)} Hz` : "–");
      setText(byId("r-decay"), decayWords(kick));
      setText(byId("r-width"), kick.width_db === null ? "mono" : `${decibels(kick.width_db)} dB`);
      setText(byId("r-loud"), kick.loudness_lufs === null ? "–" : `${decibels(kick.loudness_lufs)} LUFS`);
      setText(byId("r-made"), MADE[kick.verb] ?? `seed ${kick.seed}`);
      setText(byId("r-name"), kick.file);
      setText(byId("r-remarks"), kick.remarks.join("; "));
      chip.href = url(kick.id);
      chip.download = kick.file;
      wave.setAttribute("aria-label", `Waveform of ${kick.file}`);
      spectrum.setAttribute("aria-label", `Spectrogram of ${kick.file}`);
      draw();
    },
  };
}

/**
 * Offers a kick's file to what it is dragged onto: browsers that know DownloadURL write the very bytes.
 * @param {DragEvent} event @param {import("../engine/index.js").Kick|null} kick @param {(id: string) => string} url
 */
export function offer(event, kick, url) {
  if (!kick || !event.dataTransfer) return;
  const address = new URL(url(kick.id), document.baseURI).href;
  event.dataTransfer.effectAllowed = "copy";
  event.dataTransfer.setData("DownloadURL", `audio/wav:${kick.file}:${address}`);
  event.dataTransfer.setData("text/uri-list", address);
  event.dataTransfer.setData("application/x-kick", kick.id);
}
