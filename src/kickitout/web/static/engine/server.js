/** The engine behind HTTP, where `kick ui` makes the kicks: it asks what Python's `kickitout.web.routes` answers. */

const PATIENCE_S = 20;
/** The map of a model that is not shipped is made while one waits. */
const MAP_PATIENCE_S = 180;

/** Waits so long. @param {number} seconds */
const wait = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));

/**
 * Sends a request; when the server is full, waits as long as it says and asks again, for `patience` seconds at most.
 * @param {string} path @param {RequestInit} options @param {number} patience
 * @returns {Promise<Response>} one that is fine
 * @throws {Error} with the one clear line
 */
async function ask(path, options = {}, patience = PATIENCE_S) {
  const until = performance.now() + 1000 * patience;
  for (;;) {
    let answer;
    try {
      answer = await fetch(path, { credentials: "same-origin", ...options });
    } catch {
      throw new Error("the server does not answer; is kick ui still running?");
    }
    if (answer.ok) return answer;
    const pause = Math.min(10, Math.max(0.2, Number(answer.headers.get("Retry-After")) || 1));
    if (answer.status !== 503 || performance.now() + 1000 * pause > until) throw new Error(await complaint(answer));
    await wait(pause);
  }
}

/** What the server says is wrong. @param {Response} answer */
async function complaint(answer) {
  const text = await answer.text();
  try {
    const told = JSON.parse(text).error;
    if (typeof told === "string") return told;
  } catch {
    // Plain words, not JSON.
  }
  return text.trim().split("\n")[0].slice(0, 300) || `the server answered ${answer.status}`;
}

const read = async (/** @type {string} */ path) => (await ask(path)).json();
const post = (/** @type {string} */ path, /** @type {unknown} */ body) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
const tell = async (/** @type {string} */ path, body = /** @type {unknown} */ ({})) => (await post(path, body)).json();

/** @type {import("./index.js").Training} */
const train = {
  status: () => read("api/train"),
  report: (folder) => tell("api/train/report", { folder }),
  start: (wish) => tell("api/train/start", wish),
  stop: () => tell("api/train/stop"),
  resume: () => tell("api/train/resume"),
  /** Makes a model of the run; `status` tells when it is there. */
  export: () => tell("api/train/export"),
  sheet: () => `api/train/sheet.png?${Date.now()}`,
  kick: (name) => `api/train/kicks/${encodeURIComponent(name)}.wav?${Date.now()}`,
};

/** Opens the engine; its methods return what the HTTP answers hold. @returns {Promise<import("./index.js").Engine>} */
export async function open() {
  const known = await read("api/state");
  return {
    state: async () => known,
    make: (wish) => tell("api/kicks", wish),
    vary: (id, wish) => tell(`api/kicks/${id}/vary`, wish),
    remake: (wish) => tell("api/recipes", wish),
    match: (id) => tell(`api/kicks/${id}/match`),
    morph: (wish) => tell("api/morph", wish),
    file: async (name, bytes) => {
      const path = `api/files?name=${encodeURIComponent(name)}`;
      const headers = { "Content-Type": "application/octet-stream" };
      return (await ask(path, { method: "POST", headers, body: bytes })).json();
    },
    map: async () => (await ask("api/map", {}, MAP_PATIENCE_S)).json(),
    pack: async (wish) => (await post("api/packs", wish)).blob(),
    wav: async (id) => (await ask(`api/kicks/${id}.wav`)).arrayBuffer(),
    url: (id) => `api/kicks/${id}.wav`,
    reveal: (id) => tell(`api/kicks/${id}/reveal`),
    /** Lets another model play: all kicks of this one are gone. */
    play: (name) => tell("api/model", { name }),
    results: () => read("api/results"),
    train: known.trainable ? train : null,
  };
}
