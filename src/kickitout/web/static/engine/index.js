// Which engine the page plays: the server beside it, or the model in the browser (the static export).

/**
 * A recipe as plain data: all that makes a kick again. The page reads what was requested of a seed, and keeps the rest.
 * @typedef {{controls?: Record<string, number>, processing?: PlainProcessing}} PlainRecipe
 * @typedef {{length_ms?: number|null, loop?: boolean, peak_dbtp?: number, loudness_lufs?: number|null}} PlainProcessing
 *
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
 * @property {PlainRecipe} recipe see `remake`
 *
 * @typedef {object} Control
 * @property {string} name
 * @property {string} unit "Hz", "ms", "octaves" or "quantile"
 * @property {number} low
 * @property {number} high
 * @property {number} middle
 * @property {number} step
 * @property {string} label
 *
 * The model, and what may be requested of it.
 * @typedef {object} Facts
 * @property {{name: string, version: string, checksum: string, rights: string, description?: string}} model
 * @property {string[]} [models] what can be played instead
 * @property {Control[]} controls
 * @property {{name: string, description: string}[]} styles
 * @property {{low: number, high: number, usual: number}} length_ms usual: without a request
 * @property {boolean} has_encoder
 * @property {boolean} vary_controls
 * @property {boolean} [has_map]
 * @property {boolean} [can_reveal]
 * @property {boolean} trainable
 * @property {string} version
 *
 * What is requested of new kicks.
 * @typedef {{controls?: Record<string, number>, note?: string, style?: string, length_ms?: number, bpm?: number,
 *   beats?: string, level?: string, as_drawn?: boolean}} KickRequest
 *
 * A kick on the map: its seed, its place (0 to 1), and values by the map's fields.
 * @typedef {[seed: number, x: number, y: number, ...values: (number|null)[]]} MapPoint
 * @typedef {{fields: string[], points: MapPoint[]}} KickMap
 *
 * A row of a run's metrics, and what the server answers of a training.
 * @typedef {{kind?: string, seconds?: number, samples?: number, [name: string]: unknown}} MetricsRow
 * @typedef {object} TrainingStatus
 * @property {string} phase
 * @property {string|null} error
 * @property {{folder: string}|null} job
 * @property {string[]} [presets]
 * @property {string[]} [models]
 * @property {MetricsRow[]} [metrics]
 * @property {string|null} sheet
 * @property {string[]} [kicks]
 * @property {string|null} model
 * @property {string|null} bundle
 *
 * @typedef {object} LibraryReport
 * @property {{found?: number, rejected?: Record<string, number>}} run
 * @property {{kicks?: number, true_stereo?: number, splits?: {split: string, kicks: number}[]}} library
 *
 * @typedef {object} Training
 * @property {() => Promise<TrainingStatus>} status
 * @property {(folder: string) => Promise<LibraryReport>} report
 * @property {(request: {folder: string, minutes: number, preset?: string, start?: string}) => Promise<TrainingStatus>} start
 * @property {() => Promise<TrainingStatus>} stop
 * @property {() => Promise<TrainingStatus>} resume
 * @property {() => Promise<TrainingStatus>} export makes a model of the run; `status` tells when it is there
 * @property {() => string} sheet address of a picture
 * @property {(name: string) => string} kick address of a file
 *
 * @typedef {object} Engine
 * @property {() => Promise<Facts>} state
 * @property {(request: KickRequest & {seeds?: (number|string)[], n?: number}) => Promise<{kicks: Kick[]}>} make
 * @property {(id: string, request: KickRequest & {n: number, amount: number, keep: string[], seed: number}) => Promise<{kicks: Kick[]}>} vary
 * @property {(request: {recipes: unknown[]}) => Promise<{kicks: (Kick|null)[]}>} remake
 * @property {(id: string) => Promise<{kick: Kick, distance: number, usual: [number, number]}>} match
 * @property {(request: {corners: string[], x: number, y: number}) => Promise<{kick: Kick}>} morph
 * @property {(name: string, bytes: ArrayBuffer) => Promise<{kick: Kick}>} file
 * @property {() => Promise<KickMap>} map
 * @property {(request: {name: string, ids: string[]}) => Promise<Blob>} pack
 * @property {(id: string) => Promise<ArrayBuffer>} wav
 * @property {(id: string) => string} url
 * @property {(id: string) => Promise<{path: string}>} reveal
 * @property {(name: string) => Promise<unknown>} [play] lets another model play: all kicks of this one are gone
 * @property {() => Promise<{figures?: Record<string, unknown>|null, text?: string}>} results
 * @property {Training|null} train
 */

/** The engine that `<meta name="kick-engine">` names. @returns {Promise<Engine>} */
export async function open() {
  const kind = document.querySelector('meta[name="kick-engine"]')?.getAttribute("content") ?? "server";
  const engine = await import(kind === "browser" ? "./browser.js" : "./server.js");
  return engine.open();
}
