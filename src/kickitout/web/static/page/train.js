// The tab of training: look at a folder of kicks, train on it, watch the losses and the sheet, listen, stop, go on.

import { button, byId, el, setText } from "./dom.js";
import { chart } from "./chart.js";

const EVERY_MS = 2000;
const BUSY = new Set(["preparing", "training", "exporting", "stopping"]);
const WORDS = {
  idle: "Nothing is being trained.",
  preparing: "The folder is being prepared …",
  training: "Training …",
  exporting: "A model is being made of the run; that takes a minute or two …",
  stopping: "It is saving, and then stops …",
  stopped: "Stopped; it can go on.",
  finished: "Finished; it can go on for longer.",
  failed: "It failed.",
};

/** What is drawn: the kind of a row, its number, and what a person calls it. The first of each kind that is there. */
const CURVES = [
  ["train", "loss/energy", "Loss"],
  ["train", "loss/generator", "Loss of the generator"],
  ["validation", "distance", "How far from kicks that it is not trained on"],
];

/** Points [seconds, value] of the curves that the rows hold, one of each kind. */
function curvesOf(rows) {
  const found = CURVES.flatMap(([kind, key, name]) => {
    const mine = rows.filter((row) => row.kind === kind && Number.isFinite(row[key]));
    return mine.length ? [{ kind, name, points: mine.map((row) => [row.seconds ?? row.samples, row[key]]) }] : [];
  });
  return found.filter(({ kind }, index) => found.findIndex((one) => one.kind === kind) === index);
}

/** What `kick prepare` found, as rows of a table. */
function reportRows({ run, library }) {
  const rejected = Object.entries(run.rejected ?? {}).map(([reason, count]) => [`Left out: ${reason.replaceAll("_", " ")}`, count]);
  const splits = (library.splits ?? []).map(({ split, kicks }) => [`For ${split}`, kicks]);
  return [
    ["Files found", run.found],
    ["Kicks in the library", library.kicks],
    ["In true stereo", library.true_stereo],
    ...splits,
    ...rejected,
  ].filter(([, value]) => value !== undefined && value !== null);
}

const rowOf = ([name, value]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, String(value)));

/**
 * @param {{status: Function, report: Function, start: Function, stop: Function, resume: Function, sheet: () => string,
 *   kick: (name: string) => string, export: Function}} train
 * @param {{fail: (error: unknown) => void}} message
 * @param {(model: string) => Promise<void>} play lets another model play
 */
export function createTrain(train, message, play) {
  const panel = byId("panel-train");
  const folder = el("input", { type: "text", id: "train-folder", placeholder: "/home/you/kicks", autocomplete: "off", spellcheck: "false" });
  const preset = el("select", {}, el("option", { value: "" }, "as the model"));
  const from = el("select", {}, el("option", { value: "" }, "nothing"));
  const minutes = el("input", { type: "number", min: 1, max: 100000, value: 30 });
  const look = button("Look at it", () => act(report), { id: "train-look" });
  const begin = button("Start", () => act(start), { class: "key main-key", id: "train-start" });
  const stop = button("Stop", () => act(() => train.stop()), { disabled: true });
  const resume = button("Go on", () => act(() => train.resume()), { disabled: true });
  const playIt = button("Play it", () => act(playModel), { disabled: true, id: "train-play" });
  const state = el("p", { role: "status", id: "train-state" });
  const found = el("div", { class: "wide" });
  const losses = el("div", { class: "losses" });
  const sheet = el("img", { class: "train-sheet", alt: "What the run makes by now: waveforms and spectrograms", hidden: true });
  const listen = el("div", { class: "row", role: "group", "aria-label": "What the run makes by now" });
  const player = new Audio();
  let polling = 0;
  /** A model was asked for, and is played as soon as it is made. */
  let playing = false;
  let shown = { sheet: null, kicks: "", rows: 0 };

  panel.append(
    el(
      "div",
      { class: "training" },
      el("p", { class: "quiet" }, "A model of your own, from a folder of kicks on this machine. Nothing leaves it."),
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
      el("div", { class: "seen" }, found, el("div", { class: "stack" }, losses, listen)),
      sheet,
    ),
  );

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
    setText(state, WORDS.preparing);
    try {
      const rows = reportRows(await train.report(folder.value.trim()));
      found.replaceChildren(el("table", {}, el("caption", {}, "What is in the folder"), el("tbody", {}, ...rows.map(rowOf))));
    } finally {
      look.disabled = false;
    }
  }

  function start() {
    const wish = { folder: folder.value.trim(), minutes: Number(minutes.value) };
    if (preset.value) wish.preset = preset.value;
    if (from.value) wish.start = from.value;
    return train.start(wish);
  }

  /** A model is made of the run, and comes onto the pads. */
  async function playModel() {
    await train.export();
    playing = true;
  }

  async function played(status) {
    playing = false;
    if (status.error) message.fail(status.error);
    else if (status.bundle) await play(status.model);
  }

  function choices(select, names) {
    if (select.options.length > 1 || !names) return;
    select.append(...names.map((name) => el("option", { value: name }, name)));
  }

  async function show(status) {
    const busy = BUSY.has(status.phase);
    setText(state, status.error ?? WORDS[status.phase] ?? status.phase);
    begin.disabled = busy;
    look.disabled = busy;
    stop.disabled = !["preparing", "training", "exporting"].includes(status.phase);
    resume.disabled = busy || !status.job;
    playIt.disabled = busy || !(status.metrics?.length || status.bundle);
    playIt.title = status.bundle ? `The last one lies in ${status.bundle}` : "Makes a model of the run, and lets it play";
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
          button(`Hear ${place + 1}`, () => {
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
