/** The engine's own thread: it loads the model and answers one request after the other, but for what takes long. */

import * as constants from "./constants.js";
import { Model } from "./model.js";
import { Studio } from "./studio.js";

const { MODEL, VENDORED } = constants.webExport;

/** The package of what plays the model. */
const PLAYER = "onnxruntime-web";
const [SCRIPT, WASM] = VENDORED[PLAYER];

/** @type {Promise<Studio> | null} */
let ready = null;

async function load() {
  const vendor = new URL(`../vendor/${PLAYER}/`, import.meta.url);
  const ort = await import(new URL(SCRIPT, vendor).href);
  // One thread: more need a server that sends special headers.
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = { wasm: new URL(WASM, vendor).href };
  ort.env.logLevel = "error";
  const base = new URL(`../../${MODEL}/`, import.meta.url);
  const studio = new Studio(await Model.load(ort, Model.reader(base)));
  // The page may be drawn while the graph loads; whoever asks for a kick is told what is wrong with it.
  studio.warmUp().catch(() => {});
  return studio;
}

/** What may be asked, by its name. @typedef {import("./browser.js").Method} Method */
/**
 * The methods of the instrument as they are called from another thread.
 * @typedef {Record<string, (...given: unknown[]) => unknown>} Callable
 */

/**
 * What a request is answered with. Bytes are handed over, not copied, where they are nobody else's.
 * @param {Method} method @param {unknown[]} given @returns {Promise<unknown>}
 */
async function answer(method, given) {
  ready ??= load();
  ready.catch(() => (ready = null));
  const studio = await ready;
  const found = await /** @type {Callable} */ (/** @type {unknown} */ (studio))[method](...given);
  if (!(found instanceof Uint8Array)) return found;
  // The instrument keeps the files of kicks.
  return method === "wav" ? found.slice().buffer : found.buffer;
}

/** What takes seconds, and lets others have their turn meanwhile. @type {Method[]} */
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
