// Which engine the page plays: the server beside it, or the model in the browser (the static export).

/**
 * @typedef {object} Kick
 * @property {string} id first 16 hex digits of the SHA-256 of the WAV's bytes
 * @property {string} file
 * @property {number|string} seed digits where no number holds it
 * @property {"generate"|"vary"|"morph"|"match"|"file"} verb
 * @property {string|null} note
 * @property {number|null} cents
 * @property {number|null} pitch_hz
 * @property {number|null} decay_ms
 * @property {number|null} width_db null: mono
 * @property {number|null} loudness_lufs
 * @property {Record<string, number>} asked
 * @property {Record<string, number>} measured
 * @property {string[]} remarks
 * @property {number} duration_ms
 * @property {object} recipe all that makes the kick again: see `remake`
 *
 * @typedef {object} Control
 * @property {string} name
 * @property {"Hz"|"ms"|"octaves"|"quantile"} unit
 * @property {number} low
 * @property {number} high
 * @property {number} middle
 * @property {number} step
 * @property {string} label
 */

/** The engine that `<meta name="kick-engine">` names. */
export async function open() {
  const kind = document.querySelector('meta[name="kick-engine"]')?.getAttribute("content") ?? "server";
  const engine = await import(kind === "browser" ? "./browser.js" : "./server.js");
  return engine.open();
}
