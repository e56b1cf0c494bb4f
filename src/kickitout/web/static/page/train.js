// The tab of training: check a folder of kicks, train on it, watch the losses and the sheet, listen, stop, resume.

import { button, byId, el, setText } from "./dom.js";
import { chart } from "./chart.js";

const EVERY_MS = 2000;
const BUSY = new Set(["preparing", "training", "exporting", "stopping"]);
const PREPARING = "Preparing the folder …";
/** @type {Record<string, string|undefined>} */
const WORDS = {
  idle: "Nothing is being trained.",
  preparing: PREPARING,
  training: "Training …",
  exporting: "Exporting a model of the run, which takes a minute or two …",
  stopping: "Saving before it stops …",
  stopped: "Stopped; it can be resumed.",
  finished: "Finished; it can be trained for longer.",
  failed: "Failed.",
};

/** What is drawn: the kind of a row, its number, and what a person calls it. The first of each kind that is there. */
/** @type {[kind: string, key: string, name: string][]} */
const CURVES = [
  ["train", "loss/energy", "Loss"],
  ["train", "loss/generator", "Generator loss"],
  ["validation", "distance", "Distance to held-out kicks"],
];

/** @typedef {import("../engine/index.js").MetricsRow} MetricsRow */
/** @typedef {import("../engine/index.js").TrainingStatus} TrainingStatus */
/** @typedef {[name: string, value: number|null|undefined]} Row */

/** Points [seconds, value] of the curves that the rows hold, one of each kind. @param {MetricsRow[]} rows */
function curvesOf(rows) {
  const found = CURVES.flatMap(([kind, key, name]) => {
    /** @type {import("./chart.js").Curve["points"]} */
    const points = rows.flatMap((row) => {
      const value = row.kind === kind ? row[key] : null;
      return typeof value === "number" && Number.isFinite(value) ? [[row.seconds ?? row.samples ?? 0, value]] : [];
    });
    return points.length ? [{ kind, name, points }] : [];
  });
  return found.filter(({ kind }, index) => found.findIndex((one) => one.kind === kind) === index);
}

/**
 * What there are too few kicks for, in sentences: in place of a curve.
 * @param {MetricsRow[]} rows @returns {string[]}
 */
function remarksOf(rows) {
  const remarks = rows.findLast(({ kind }) => kind === "validation")?.remarks;
  return Array.isArray(remarks) ? remarks.map(String) : [];
}

/**
 * What `kick prepare` found, as rows of a table.
 * @param {import("../engine/index.js").LibraryReport} report @returns {Row[]}
 */
function reportRows({ run, library }) {
  /** @type {Row[]} */
  const rejected = Object.entries(run.rejected ?? {}).map(([reason, count]) => [`Left out: ${reason.replaceAll("_", " ")}`, count]);
  /** @type {Row[]} */
  const splits = (library.splits ?? []).filter(({ kicks }) => kicks > 0).map(({ split, kicks }) => [`For ${split}`, kicks]);
  /** @type {Row[]} */
  const rows = [
    ["Files found", run.found],
    ["Kicks in the library", library.kicks],
    ["In true stereo", library.true_stereo],
    ...splits,
    ...rejected,
  ];
  return rows.filter(([, value]) => value !== undefined && value !== null);
}

const rowOf = (/** @type {Row} */ [name, value]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, String(value)));

/**
 * @param {import("../engine/index.js").Training} train
 * @param {import("./message.js").Message} message
 * @param {(model: string) => Promise<void>} play plays another model
 */
export function createTrain(train, message, play) {
  const panel = byId("panel-train");
  const folder = el("input", { type: "text", id: "train-folder", placeholder: "/home/you/kicks", autocomplete: "off", spellcheck: "false" });
  const preset = el("select", {}, el("option", { value: "" }, "the model's"));
  const from = el("select", {}, el("option", { value: "" }, "nothing"));
  const minutes = el("input", { type: "number", min: 1, max: 100000, value: 30 });
  const look = button("Check folder", () => act(report), { id: "train-look" });
  const begin = button("Start", () => act(start), { class: "key main-key", id: "train-start" });
  const stop = button("Stop", () => act(() => train.stop()), { disabled: true });
  const resume = button("Resume", () => act(() => train.resume()), { disabled: true });
  const playIt = button("Play the model", () => act(playModel), { disabled: true, id: "train-play" });
  const state = el("p", { role: "status", id: "train-state" });
  const found = el("div", { class: "wide" });
  const losses = el("div", { class: "losses" });
  const remarks = el("div", { class: "quiet", id: "train-remarks" });
  const sheet = el("img", { class: "train-sheet", alt: "What the run makes so far: waveforms and spectrograms", hidden: true });
  const listen = el("div", { class: "row", role: "group", "aria-label": "What the run makes so far" });
  const player = new Audio();
  let polling = 0;
  /** A model was requested, and is played as soon as it is exported. */
  let playing = false;
  const shown = { sheet: "", kicks: "", rows: 0 };

  panel.append(
    el(
      "div",
      { class: "training" },
      el("p", { class: "quiet" }, "Train a model of your own on a folder of kicks. Everything stays on this machine."),
      el("div", { class: "row" }, el("label", { class: "field line" }, el("span", {}, "Folder"), folder), look),
      el(
        "div",
        { class: "row" },
        el("label", { class: "field line" }, el("span", {}, "Start from"), from),
        el("label", { class: "field line" }, el("span", {}, "Preset"), preset),
        el("label", { class: "field line" }, el("span", {}, "Minutes"), minutes),
      ),
      el("div", { class: "row" }, begin, stop, resume, playIt),
      state,
      el("div", { class: "seen" }, found, el("div", { class: "stack" }, losses, remarks, listen)),
      sheet,
    ),
  );

  /** @param {() => unknown} work */
  async function act(work) {
    try {
      await work();
    } catch (error) {
      message.fail(error);
      setText(state, error instanceof Error ? error.message : String(error));
      return;
    }
    poll();
  }

  async function report() {
    look.disabled = true;
    setText(state, PREPARING);
    try {
      const rows = reportRows(await train.report(folder.value.trim()));
      found.replaceChildren(el("table", {}, el("caption", {}, "Contents of the folder"), el("tbody", {}, ...rows.map(rowOf))));
    } finally {
      look.disabled = false;
    }
  }

  function start() {
    /** @type {Parameters<typeof train.start>[0]} */
    const request = { folder: folder.value.trim(), minutes: Number(minutes.value) };
    if (preset.value) request.preset = preset.value;
    if (from.value) request.start = from.value;
    return train.start(request);
  }

  /** Exports a model of the run, which then comes onto the pads. */
  async function playModel() {
    await train.export();
    playing = true;
  }

  /** @param {TrainingStatus} status */
  async function played(status) {
    playing = false;
    if (status.error) message.fail(status.error);
    else if (status.bundle && status.model) await play(status.model);
  }

  /** @param {HTMLSelectElement} select @param {string[]|undefined} names */
  function choices(select, names) {
    if (select.options.length > 1 || !names) return;
    select.append(...names.map((name) => el("option", { value: name }, name)));
  }

  /** @param {TrainingStatus} status */
  async function show(status) {
    const busy = BUSY.has(status.phase);
    setText(state, status.error ?? WORDS[status.phase] ?? status.phase);
    begin.disabled = busy;
    look.disabled = busy;
    stop.disabled = !["preparing", "training", "exporting"].includes(status.phase);
    resume.disabled = busy || !status.job;
    playIt.disabled = busy || !(status.metrics?.length || status.bundle);
    playIt.title = status.bundle ? `The last one is in ${status.bundle}` : "Exports a model of the run and plays it";
    if (playing && !busy) await played(status);
    choices(preset, status.presets);
    if (from.options.length === 1 && status.models?.length) {
      choices(from, status.models);
      from.value = status.models[0];
    }
    if (status.job && !folder.value) folder.value = status.job.folder;
    const rows = status.metrics ?? [];
    if (rows.length !== shown.rows) {
      shown.rows = rows.length;
      remarks.replaceChildren(...remarksOf(rows).map((words) => el("p", {}, words)));
      await chart(losses, curvesOf(rows));
    }
    if (status.sheet && status.sheet !== shown.sheet) {
      shown.sheet = status.sheet;
      sheet.src = train.sheet();
      sheet.hidden = false;
    }
    const kicks = status.kicks ?? [];
    if (kicks.join() !== shown.kicks) {
      shown.kicks = kicks.join();
      listen.replaceChildren(
        ...kicks.map((name, place) =>
          button(`Play ${place + 1}`, () => {
            player.src = train.kick(name);
            player.play().catch(message.fail);
          }),
        ),
      );
    }
    return busy;
  }

  async function poll() {
    clearTimeout(polling);
    if (panel.hidden) return;
    try {
      await show(await train.status());
    } catch (error) {
      setText(state, error instanceof Error ? error.message : String(error));
    }
    polling = setTimeout(poll, EVERY_MS);
  }

  return { opened: poll };
}
