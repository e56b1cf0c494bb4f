// The page: opens the engine, fills the pads, and gives each part what it needs.

import { open } from "../engine/index.js";
import { ask } from "./ask.js";
import { createAudio, gainOf } from "./audio.js";
import { createDisplay } from "./display.js";
import { byId } from "./dom.js";
import { createDrop } from "./drop.js";
import { createHelp } from "./help.js";
import { createKeys } from "./keys.js";
import { createLoop } from "./loop.js";
import { createMaking } from "./making.js";
import { createMap } from "./map.js";
import { followPads, recallPads } from "./memory.js";
import { createMessage } from "./message.js";
import { createMidi } from "./midi.js";
import { createModels } from "./models.js";
import { createMorph } from "./morph.js";
import { createPack } from "./pack.js";
import { MARKS, createPads } from "./pads.js";
import { createResults } from "./results.js";
import { createSound } from "./sound.js";
import { PADS, createStore } from "./store.js";
import { createTabs } from "./tabs.js";
import { createTheme } from "./theme.js";
import { createTrain } from "./train.js";
import { createVary } from "./vary.js";

const FULL = 127;
const MOST_HITS = 1000;
/** What a first visit says. */
const WELCOME = "Hit a pad to hear it, turn its knobs, star what you like; a pad is dragged out as its WAV file. Shuffle brings new kicks.";
const NARROW = matchMedia("(max-width: 900px)");

/** The pads' seeds where an address ends in one, as in "#seed=40"; else each is drawn. @param {string} hash */
function seedsOf(hash) {
  const found = /^#seed=(\d{1,15})$/.exec(hash);
  return found ? Array.from({ length: PADS }, (_, index) => Number(found[1]) + index) : undefined;
}

/** @param {import("./message.js").Message} message */
async function start(message) {
  const engine = await open();
  const known = await engine.state();
  const store = createStore();
  /** @type {{pad: number, id: string, gain: number}[]} */
  const hits = [];
  const onPads = (/** @type {string} */ id) => store.get().pads.some(({ kick }) => kick?.id === id);
  const audio = createAudio((id) => engine.wav(id), noted, onPads);
  const url = (/** @type {string} */ id) => engine.url(id);
  const longest = known.length_ms.usual;

  /** Keeps what was played, for tests. @param {string} id @param {number} gain */
  function noted(id, gain) {
    hits.push({ pad: store.get().pads.findIndex(({ kick }) => kick?.id === id), id, gain });
    hits.splice(0, hits.length - MOST_HITS);
  }

  /** Plays a pad at once, and shows it. @param {number} index */
  function hit(index, velocity = FULL) {
    audio.wake();
    const { kick } = store.get().pads[index];
    const gain = gainOf(velocity);
    if (kick && audio.play(kick.id, gain)) pads.flash(index, gain);
    if (store.get().selected !== index) store.set({ selected: index });
  }
  /** Plays what was just made, unless the loop plays it already. */
  const hear = (/** @type {number} */ index, turned = false) => {
    if (!loop.running()) hit(index);
    // A phone has the screen's remarks out of sight.
    const remarks = store.get().pads[index].kick?.remarks ?? [];
    if (turned && remarks.length && NARROW.matches) message.say(`Pad ${index + 1}: ${remarks.join("; ")}`);
  };

  // The pads get the seeds of the address, as they are; else what was left there; else new kicks, in the key.
  const seeds = seedsOf(location.hash);
  const kept = seeds ? null : recallPads(known.model.checksum);
  const pads = createPads({ store, audio, hit, url, longest });
  const loop = createLoop({ store, audio, onKey: tunePads, onTempo: (bpm) => making.retime(bpm), flash: pads.flash, message, tuned: !seeds && !kept });
  const making = createMaking({ engine, store, audio, message, hear, keyNote: loop.note, tempo: loop.bpm, ask, known });
  const filled = kept ? making.restore(kept) : making.shuffle(seeds);
  const display = createDisplay(audio, { url, longest, message, reveal: (id) => engine.reveal(id) });
  createSound({ store, making, known, message, bpm: loop.bpm });
  const vary = createVary({ store, making, audio, known, message });
  const morph = createMorph({ store, engine, making, hear, message });
  const map = createMap({ store, engine, audio, making, message, longest, known });
  createPack({ store, engine, message });
  const results = createResults(engine, known);
  const train = engine.train ? createTrain(engine.train, message, play) : null;
  const tabs = createTabs({ morph: morph.opened, map: map.opened, train: () => train?.opened(), results: () => results.opened() });
  const midi = createMidi({ hit, message });
  createDrop(making.takeIn);
  byId("open-file", HTMLButtonElement).disabled = !known.has_encoder;
  byId("reveal", HTMLButtonElement).disabled = known.can_reveal === false;

  /** Plays another model: the page begins anew with it. @param {string} name */
  async function play(name) {
    if (!engine.play) throw new Error("this page has one model");
    await engine.play(name);
    location.reload();
  }

  /** All pads that knobs can turn get a note, or lose it; locked ones stay. @param {string|null} name */
  function tunePads(name) {
    const { pads: all } = store.get();
    const unlocked = all.flatMap((pad, index) => (pad.lock || !making.takesSettings(pad) ? [] : [index]));
    making.tune(name, unlocked);
  }

  /** @param {() => boolean} step @param {string} words */
  function travel(step, words) {
    if (!step()) message.say(`There is nothing to ${words}.`);
    else making.catchUp();
  }
  const toggle = (/** @type {"star"|"lock"} */ kind) => {
    const { pads: all, selected } = store.get();
    store.change({ [selected]: { [kind]: !all[selected][kind] } });
  };
  const undo = () => travel(store.undo, "undo");
  const redo = () => travel(store.redo, "redo");
  const actions = {
    undo,
    redo,
    u: undo,
    y: redo,
    n: () => making.shuffle(),
    m: vary.more,
    b: vary.toggle,
    o: loop.toggle,
    k: () => toggle("star"),
    l: () => toggle("lock"),
    "?": () => help.open(),
  };
  const keys = createKeys({ hit, actions, store, focusPad: pads.focus });
  const help = createHelp(keys);
  for (const [id, action] of Object.entries({ undo, redo, shuffle: actions.n, more: actions.m, star: actions.k, lock: actions.l })) {
    byId(id).addEventListener("click", action);
  }
  const undoKey = byId("undo", HTMLButtonElement);
  const redoKey = byId("redo", HTMLButtonElement);

  /** @param {import("./store.js").State} state */
  function show(state) {
    undoKey.disabled = !store.canUndo();
    redoKey.disabled = !store.canRedo();
    for (const kind of MARKS) byId(kind).setAttribute("aria-pressed", String(state.pads[state.selected][kind]));
    display.show(state.pads[state.selected].kick);
  }
  store.subscribe(show);
  show(store.get());
  createModels({ known, play, message });
  filled
    .then(() => results.there())
    .then((there) => {
      // One after the other, so that no tab moves.
      if (there) tabs.reveal("results");
      if (train) tabs.reveal("train");
    });
  await filled;
  store.forget();
  if (!seeds && !kept) message.say(WELCOME);
  followPads(store, known.model.checksum);

  /** The kick of a pad, which must have one. @param {number} index */
  function kickOn(index) {
    const { kick } = store.get().pads[index];
    if (!kick) throw new Error(`pad ${index + 1} is empty`);
    return kick;
  }

  return {
    pads: () => store.get().pads,
    select: (/** @type {number} */ index) => store.set({ selected: index }),
    selected: () => store.get().selected,
    hits,
    shuffle: making.shuffle,
    midi: midi.receive,
    latencies: making.latencies,
    map,
    message,
    /** The bytes of a pad's file. */
    file: async (/** @type {number} */ index) => [...new Uint8Array(await engine.wav(kickOn(index).id))],
    /** What a full hit of a pad sounds like, sample by sample, through an OfflineAudioContext. @param {number} index */
    async render(index) {
      const { id } = kickOn(index);
      const [left, right] = await audio.render(id);
      return { id, left: [...left], right: [...(right ?? left)] };
    },
  };
}

createTheme();
const message = createMessage();
/** The door for tests, `window.kick`: `await kick.ready`, then pads can be looked at and rendered. */
const door = {
  ready: start(message).then((parts) => {
    Object.assign(door, parts, { readyAt: performance.now() });
    document.documentElement.dataset.ready = "";
    return true;
  }),
};
Object.assign(window, { kick: door });
door.ready.catch(message.fail);
