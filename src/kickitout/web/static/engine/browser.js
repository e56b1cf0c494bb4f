/** The engine of a page without a server: the model plays in this browser, in a thread of its own. */

import { decoded } from "./decoding.js";

/** What the worker is asked. */
const METHODS = ["state", "make", "vary", "match", "morph", "remake", "map", "pack", "wav", "reveal", "results"];

/** How many addresses of files are kept: a page shows 16 pads. */
const MOST_ADDRESSES = 256;

/** @param {Worker} worker */
function caller(worker) {
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
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
    const error = new Error(`the engine stopped (${event.message || "its files could not be loaded"}); load the page again`);
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
  });
  return (/** @type {string} */ method, /** @type {unknown[]} */ given) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      worker.postMessage({ number: last, method, given });
    });
}

/** Opens the engine; its methods return what the HTTP answers of `kick ui` hold. */
export async function open() {
  const call = caller(new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "kick engine" }));
  const engine = Object.fromEntries(METHODS.map((name) => [name, (/** @type {any[]} */ ...given) => call(name, given)]));
  const known = await engine.state();

  /** Addresses of files by id, the latest last: a link needs one at once. @type {Map<string, string>} */
  const addresses = new Map();

  async function remember(/** @type {({id: string, file: string} | null)[]} */ kicks) {
    for (const { id, file } of kicks.filter((one) => one !== null)) {
      if (addresses.has(id)) continue;
      const sound = new File([await call("wav", [id])], file, { type: "audio/wav" });
      addresses.set(id, URL.createObjectURL(sound));
      for (const [oldest, address] of addresses) {
        if (addresses.size <= MOST_ADDRESSES) break;
        URL.revokeObjectURL(address);
        addresses.delete(oldest);
      }
    }
  }

  /** An answer, given when the files of its kicks have addresses. */
  const told = (name) => async (/** @type {any[]} */ ...given) => {
    const found = await call(name, given);
    await remember(found.kicks ?? [found.kick]);
    return found;
  };

  return {
    ...engine,
    state: async () => known,
    make: told("make"),
    vary: told("vary"),
    morph: told("morph"),
    match: told("match"),
    remake: told("remake"),
    file: async (/** @type {string} */ name, /** @type {ArrayBuffer | ArrayLike<number>} */ bytes) => {
      const data = new Uint8Array(bytes).slice().buffer;
      return told("file")(name, data, await decoded(name, data));
    },
    url: (/** @type {string} */ id) => addresses.get(id) ?? "",
    pack: async (/** @type {unknown} */ wish) => new Blob([await call("pack", [wish])], { type: "application/zip" }),
    train: null,
  };
}
