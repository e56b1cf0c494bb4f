/** The engine's own thread: it loads the model and answers one request after the other, but for what takes long. */

import { Instrument } from "./studio.js";
import { Model } from "./model.js";

/** @type {Promise<Instrument> | null} */
let ready = null;

async function load() {
  const vendor = new URL("../vendor/onnxruntime-web/", import.meta.url);
  const ort = await import(new URL("ort.js", vendor).href);
  // One thread: more need a server that sends special headers.
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = { wasm: new URL("ort-wasm-simd-threaded.wasm", vendor).href };
  ort.env.logLevel = "error";
  const base = new URL("../../model/", import.meta.url);
  const instrument = new Instrument(await Model.load(ort, Model.reader(base)));
  // The page may be drawn while the graph loads; whoever asks for a kick is told what is wrong with it.
  instrument.warmUp().catch(() => {});
  return instrument;
}

/** What a request is answered with. Bytes are handed over, not copied, where they are nobody else's. */
async function answer(method, given) {
  ready ??= load();
  ready.catch(() => (ready = null));
  const instrument = await ready;
  if (method === "wav") return (await instrument.wav(given[0])).slice().buffer;
  if (method === "pack") return (await instrument.pack(given[0])).buffer;
  return instrument[method](...given);
}

/** What takes seconds, and lets others have their turn meanwhile. */
const SLOW = ["match"];

/** @type {Promise<unknown>} */
let turn = Promise.resolve();

self.addEventListener("message", ({ data: { number, method, given } }) => {
  async function serve() {
    try {
      const result = await answer(method, given);
      self.postMessage({ number, result }, { transfer: result instanceof ArrayBuffer ? [result] : [] });
    } catch (error) {
      self.postMessage({ number, error: error instanceof Error ? error.message : String(error) });
    }
  }
  const served = turn.then(serve);
  if (!SLOW.includes(method)) turn = served;
});
