// Draws spectrograms in a thread of its own, so that a hit never waits for a picture.

import { spectrogram } from "../engine/spectrogram.js";

addEventListener("message", ({ data }) => {
  const pixels = spectrogram(data.left, data.right, data.view);
  postMessage({ number: data.number, pixels, view: data.view }, { transfer: [pixels.buffer] });
});
