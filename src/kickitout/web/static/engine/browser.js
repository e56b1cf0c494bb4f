/** The engine of a page without a server: the model plays in this browser, in a thread of its own. */

import { decoded } from "./decoding.js";
import { keep } from "./latest.js";

/** @typedef {import("./index.js").Engine} Engine */
/** @typedef {import("./index.js").Kick} Kick */
/** @typedef {import("./studio.js").Studio} Studio */
/**
 * What the worker is asked.
 * @typedef {"state" | "make" | "vary" | "match" | "morph" | "remake" | "map" | "pack" | "wav" | "reveal" | "results" |
 *   "file"} Method
 */

/** How many addresses of files are kept: a page shows 16 pads. */
const MOST_ADDRESSES = 256;

/** @param {Worker} worker */
function caller(worker) {
  /** @type {Map<number, {resolve: (value: unknown) => void, reject: (error: Error) => void}>} */
  const waiting = new Map();
  let last = 0;
  worker.addEventListener("message", ({ data: { number, result, error } }) => {
    const one = waiting.get(number);
    waiting.delete(number);
    if (error === undefined) one?.resolve(result);
    else one?.reject(new Error(error));
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    const why = event.message || "its files could not be loaded";
    const error = new Error(`the engine stopped (${why}); load the page again`);
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
  });
  /**
   * @template T
   * @param {Method} method @param {unknown[]} given
   * @returns {Promise<T>} what the instrument's method of that name returns
   */
  return (method, ...given) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve: (value) => resolve(/** @type {T} */ (value)), reject });
      worker.postMessage({ number: last, method, given });
    });
}

/** Opens the engine; its methods return what the HTTP answers of `kick ui` hold. @returns {Promise<Engine>} */
export async function open() {
  const call = caller(new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "kick engine" }));
  /** @type {import("./index.js").Facts} */
  const known = await call("state");

  /** Addresses of files by id, the latest last: a link needs one at once. @type {Map<string, string>} */
  const addresses = new Map();

  /** Give the file of a kick an address. @param {Kick} kick */
  async function remember({ id, file }) {
    if (addresses.has(id)) return;
    /** @type {ArrayBuffer} */
    const data = await call("wav", id);
    const address = URL.createObjectURL(new File([data], file, { type: "audio/wav" }));
    for (const [oldest, old] of addresses) {
      if (addresses.size < MOST_ADDRESSES) break;
      URL.revokeObjectURL(old);
      addresses.delete(oldest);
    }
    keep(addresses, id, address, MOST_ADDRESSES);
  }

  /**
   * An answer, given when the files of its kicks have addresses.
   * @template {{kick: Kick}} T
   * @param {Promise<T>} coming
   */
  async function withFile(coming) {
    const found = await coming;
    await remember(found.kick);
    return found;
  }

  /**
   * The same of several kicks.
   * @template {{kicks: (Kick | null)[]}} T
   * @param {Promise<T>} coming
   */
  async function withFiles(coming) {
    const found = await coming;
    for (const kick of found.kicks) if (kick) await remember(kick);
    return found;
  }

  return {
    state: async () => known,
    make: (wish) => withFiles(call("make", wish)),
    vary: (id, wish) => withFiles(call("vary", id, wish)),
    morph: (place) => withFile(call("morph", place)),
    match: (id) => withFile(call("match", id)),
    remake: (wish) => withFiles(call("remake", wish)),
    file: async (name, bytes) => {
      const data = new Uint8Array(bytes).slice().buffer;
      return withFile(call("file", name, data, await decoded(name, data)));
    },
    map: () => call("map"),
    results: () => call("results"),
    reveal: (id) => call("reveal", id),
    wav: (id) => call("wav", id),
    url: (id) => addresses.get(id) ?? "",
    pack: async (wish) => new Blob([await call("pack", wish)], { type: "application/zip" }),
    train: null,
  };
}
