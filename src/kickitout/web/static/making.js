// Everything that makes kicks: it asks the engine, brings in the sound, and puts both onto pads.

import { NOTHING, PADS } from "./store.js";

const AT_ONCE = 4;
const HEARD_EVERY_MS = 140;
const LARGEST_FILE = 10_000_000;

/** The wish that the engine takes. */
function wishOf(ask) {
  const wish = {};
  if (Object.keys(ask.controls).length) wish.controls = ask.controls;
  if (ask.note) wish.note = ask.note;
  if (ask.style) wish.style = ask.style;
  if (ask.length_ms !== null) wish.length_ms = ask.length_ms;
  return wish;
}

/** Arrays of at most `size`. */
function parts(list, size) {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, part) => list.slice(size * part, size * (part + 1)));
}

/** A seed that nobody chose, short enough to be typed. */
const freshSeed = () => crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000_000;

/**
 * @param {{engine: object, store: object, audio: object, message: object, hear: (pad: number) => void,
 *   known: {vary_controls?: boolean}}} tools
 */
export function createMaking({ engine, store, audio, message, hear, known }) {
  const working = new Set();
  const latencies = [];
  let turnedAt = 0;
  let heardAt = 0;
  let hearing = 0;

  /** Puts a kick onto a pad when its sound is here, unless something else was asked of the pad since. */
  async function arrive(index, ask, kick) {
    await audio.load(kick.id);
    if (store.get().pads[index].ask !== ask) return false;
    store.fill({ [index]: { kick, pending: false } });
    return true;
  }

  /** The kicks of pads that are all asked for the same: pads of a seed together, others one by one. */
  async function makeAlike(ask, pads) {
    const now = store.get().pads; // as they are asked; they may be asked for something else before the kicks are here
    const seeded = pads.filter((index) => now[index].seed !== null);
    const seeds = seeded.map((index) => now[index].seed);
    if (seeds.length) {
      const { kicks } = await engine.make({ ...wishOf(ask), seeds });
      await Promise.all(seeded.map((index, place) => arrive(index, now[index].ask, kicks[place])));
    }
    for (const index of pads.filter((one) => !seeded.includes(one))) {
      const pad = now[index];
      const { controls, note } = wishOf(ask);
      if (!controls && !note) {
        await arrive(index, pad.ask, pad.origin);
        continue;
      }
      const wish = { n: 1, amount: 0, keep: [], seed: 0, controls: controls ?? {}, ...(note ? { note } : {}) };
      const { kicks } = await engine.vary(pad.origin.id, wish);
      await arrive(index, pad.ask, kicks[0]);
    }
  }

  /** Gives up on pads whose kick cannot be had: they keep the one they have. */
  function giveUp(pads, asks, error) {
    const left = pads.filter((index, place) => store.get().pads[index].ask === asks[place]);
    store.fill(Object.fromEntries(left.map((index) => [index, { pending: false }])));
    if (left.length) message.fail(error);
  }

  /** Makes what is asked of pads until all have it; a pad that is turned on meanwhile is made again, newest wish only. */
  async function make(indices) {
    const free = indices.filter((index) => !working.has(index) && store.get().pads[index].pending);
    if (!free.length) return;
    free.forEach((index) => working.add(index));
    const alike = new Map();
    for (const index of free) {
      const key = JSON.stringify(store.get().pads[index].ask);
      alike.set(key, [...(alike.get(key) ?? []), index]);
    }
    const groups = [...alike.values()].flatMap((group) => parts(group, free.length > AT_ONCE ? AT_ONCE : free.length));
    await Promise.all(groups.map(makeGroup));
    await make(indices);
  }

  async function makeGroup(group) {
    const asks = group.map((index) => store.get().pads[index].ask);
    try {
      await makeAlike(asks[0], group);
    } catch (error) {
      giveUp(group, asks, error);
    }
    group.forEach((index) => working.delete(index));
    auditioned(group);
  }

  /** Lets the selected pad be heard after a turn, not more often than one can follow. */
  function auditioned(group) {
    const { selected } = store.get();
    if (!turnedAt || !group.includes(selected)) return;
    const pause = heardAt + HEARD_EVERY_MS - performance.now();
    clearTimeout(hearing);
    if (pause > 0) {
      hearing = setTimeout(() => auditioned([store.get().selected]), pause);
      return;
    }
    heardAt = performance.now();
    latencies.push(heardAt - turnedAt);
    turnedAt = 0;
    hear(selected);
  }

  /** Whether a pad is left alone by what fills many: locked, or starred for the pack. */
  const held = (pad) => pad.lock || pad.star;

  /** Which pads a wish goes to: the selected one, or all that are not held. */
  const reached = () => {
    const { scope, selected, pads } = store.get();
    if (scope === "pad") return [selected];
    return pads.flatMap((pad, index) => (held(pad) || !takesWishes(pad) ? [] : [index]));
  };

  /** Whether knobs can turn a pad's kick. */
  const takesWishes = (pad) => pad.seed !== null || (pad.origin !== null && Boolean(known.vary_controls));

  /**
   * Asks something else of pads.
   * @param {(ask: import("./store.js").Ask) => import("./store.js").Ask} change
   * @param {string|null} gesture changes of one gesture are one step of undo
   */
  function askOf(change, gesture = null, indices = reached()) {
    const { pads } = store.get();
    const free = indices.filter((index) => takesWishes(pads[index]));
    if (!free.length) {
      message.say("The knobs turn kicks that came from a seed, and this one did not.");
      return;
    }
    store.change(Object.fromEntries(free.map((index) => [index, { ask: change(pads[index].ask), pending: true }])), gesture);
    turnedAt = performance.now();
    make(free);
  }

  /** New seeds for all pads that are not held; what is asked of each stays. */
  async function shuffle(seeds = Array.from({ length: PADS }, freshSeed)) {
    const free = unlocked();
    if (!free.length) {
      message.say("All pads are locked or starred: free some for new kicks.");
      return;
    }
    const fresh = (index) => ({
      seed: seeds[index],
      ask: { ...store.get().pads[index].ask },
      origin: null,
      star: false,
      pending: true,
    });
    store.change(Object.fromEntries(free.map((index) => [index, fresh(index)])));
    await make(free);
  }

  const unlocked = () => store.get().pads.flatMap((pad, index) => (held(pad) ? [] : [index]));

  /** Puts kicks that were made from others onto pads. */
  const derived = (kick) => ({ kick, ask: { ...NOTHING }, seed: null, origin: kick, star: false, pending: false });

  /** Variations of the selected pad's kick, onto all other pads that are not held. */
  async function vary(amount, keep) {
    const { selected, pads } = store.get();
    const source = pads[selected].kick;
    const targets = unlocked().filter((index) => index !== selected);
    if (!source || !targets.length) {
      message.say("Every other pad is locked or starred: free some for the variations.");
      return;
    }
    const gesture = `vary ${performance.now()}`;
    const seed = freshSeed();
    try {
      for (const [part, group] of parts(targets, AT_ONCE).entries()) {
        const { kicks } = await engine.vary(source.id, { n: group.length, amount, keep, seed: seed + AT_ONCE * part });
        await Promise.all(kicks.map((kick) => audio.load(kick.id)));
        // A pad that was starred or locked meanwhile keeps its kick.
        const made = group.map((index, place) => [index, derived(kicks[place])]);
        store.change(Object.fromEntries(made.filter(([index]) => !held(store.get().pads[index]))), gesture);
      }
      message.say(`${targets.length} variations of pad ${selected + 1}.`);
    } catch (error) {
      message.fail(error);
    }
  }

  /** The model's nearest to the selected kick, onto the next pad that is not held. */
  async function match() {
    const { selected, pads } = store.get();
    const source = pads[selected].kick;
    const target = nextFree(selected);
    if (!source || target === null) {
      message.say("Every other pad is locked or starred: free one for the match.");
      return null;
    }
    message.say("Looking for the model's nearest kick …");
    try {
      const found = await engine.match(source.id);
      await audio.load(found.kick.id);
      store.change({ [target]: derived(found.kick) });
      message.say(
        `Pad ${target + 1} is the model's nearest to pad ${selected + 1}: ${found.distance.toFixed(1)} away; ` +
          `others are ${found.usual[1].toFixed(1)} away, 5 in 100 nearer than ${found.usual[0].toFixed(1)}.`,
      );
      return found;
    } catch (error) {
      message.fail(error);
      return null;
    }
  }

  function nextFree(from) {
    const order = Array.from({ length: PADS - 1 }, (_, step) => (from + 1 + step) % PADS);
    return order.find((index) => !held(store.get().pads[index])) ?? null;
  }

  /** Takes in files, the first onto the selected pad, others onto the next ones that are not held. */
  async function takeIn(files) {
    let target = store.get().selected;
    for (const file of files) {
      try {
        if (file.size > LARGEST_FILE) throw new Error(`${file.name} has more than 10 MB; a kick has less`);
        const { kick } = await engine.file(file.name, await file.arrayBuffer());
        await place(target, kick);
        message.say(`${file.name} is on pad ${target + 1}.`);
        target = nextFree(target) ?? target;
      } catch (error) {
        message.fail(error);
      }
    }
    hear(store.get().selected);
  }

  /** Puts a kick that was made from others onto a pad. */
  async function place(index, kick, gesture = null) {
    await audio.load(kick.id);
    store.change({ [index]: derived(kick) }, gesture);
  }

  /** Puts a kick of a seed onto a pad. */
  function placeSeed(index, kick) {
    store.change({ [index]: { kick, ask: { ...NOTHING }, seed: kick.seed, origin: null, star: false, pending: false } });
  }

  /** After undo and redo: brings in what is not here, the sounds of old kicks too. */
  function catchUp() {
    const { pads } = store.get();
    pads.forEach((pad) => pad.kick && audio.load(pad.kick.id).catch(message.fail));
    make(pads.flatMap((pad, index) => (pad.pending ? [index] : [])));
  }

  return { shuffle, askOf, vary, match, takeIn, place, placeSeed, catchUp, takesWishes, latencies };
}
