// Everything that makes kicks: it asks the engine, brings in the sound, and puts both onto pads.

import { askOfRecipe, wishOf, withNote } from "./ask.js";
import { NOTHING, PADS, emptyPad } from "./store.js";

const AT_ONCE = 4;
const HEARD_EVERY_MS = 140;
const LARGEST_FILE = 10_000_000;

/** Arrays of at most `size`. */
function parts(list, size) {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, part) => list.slice(size * part, size * (part + 1)));
}

/** A seed that nobody chose, short enough to be typed. */
const freshSeed = () => crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000_000;

/**
 * @param {{engine: object, store: object, audio: object, message: object, hear: (pad: number) => void,
 *   keyNote: () => string|null, known: {vary_controls?: boolean}}} tools keyNote: what pads are tuned to, if anything
 */
export function createMaking({ engine, store, audio, message, hear, keyNote, known }) {
  const working = new Set();
  const latencies = [];
  let turnedAt = 0;
  let heardAt = 0;
  let hearing = 0;

  /** Puts a kick onto a pad when its sound is here, unless something else was asked of the pad since. */
  async function arrive(index, ask, kick, more = {}) {
    await audio.load(kick.id);
    if (store.get().pads[index].ask !== ask) return;
    store.fill({ [index]: { kick, pending: false, ...more } });
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

  /** The note in which a new kick is asked for: while pads are tuned to the key they stay so, but for locked ones. */
  const noteFor = (index) => (store.get().pads[index].lock ? null : keyNote());

  /** What is asked of a new kick on a pad that is not locked, in the key where there is one. */
  const inKey = (ask) => (keyNote() ? withNote(ask, keyNote()) : { ...ask });

  /** New seeds for all pads that are not held; what is asked of each stays. */
  async function shuffle(seeds = Array.from({ length: PADS }, freshSeed)) {
    const free = unlocked();
    if (!free.length) {
      message.say("All pads are locked or starred: free some for new kicks.");
      return;
    }
    const fresh = (index) => ({
      seed: seeds[index],
      ask: inKey(store.get().pads[index].ask),
      origin: null,
      star: false,
      pending: true,
    });
    store.change(Object.fromEntries(free.map((index) => [index, fresh(index)])));
    await make(free);
  }

  const unlocked = () => store.get().pads.flatMap((pad, index) => (held(pad) ? [] : [index]));

  /** A pad with a kick that was made from others; `note`: in which it was asked for. */
  const derived = (kick, note = null) => ({ kick, ask: { ...NOTHING, note }, seed: null, origin: kick, star: false, pending: false });

  /** A pad with the kick of a seed. */
  const seeded = (kick, ask) => ({ kick, ask, seed: kick.seed, origin: null, star: false, pending: false });

  /** Puts a kick onto a pad that was made without regard to the key: it is moved there, where that is wanted. */
  async function put(index, pad, gesture = null) {
    const note = takesWishes(pad) ? noteFor(index) : null;
    const moved = note ? { ask: withNote(pad.ask, note), pending: true } : {};
    store.change({ [index]: { ...pad, ...moved } }, gesture);
    if (note) await make([index]);
  }

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
    const note = known.vary_controls ? keyNote() : null;
    // In the key they cannot keep another pitch.
    const asked = note ? { amount, keep: keep.filter((name) => name !== "pitch"), note } : { amount, keep };
    try {
      for (const [part, group] of parts(targets, AT_ONCE).entries()) {
        const { kicks } = await engine.vary(source.id, { n: group.length, seed: seed + AT_ONCE * part, ...asked });
        await Promise.all(kicks.map((kick) => audio.load(kick.id)));
        // A pad that was starred or locked meanwhile keeps its kick.
        const made = group.map((index, place) => [index, derived(kicks[place], note)]);
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
      await put(target, derived(found.kick));
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
        await audio.load(kick.id);
        // A file of this model's own is the very kick, with its seed and what was asked of it.
        const own = kick.verb === "generate" && kick.recipe;
        await put(target, own ? seeded(kick, askOfRecipe(kick.recipe)) : derived(kick));
        message.say(`${file.name} is on pad ${target + 1}${kick.verb === "file" ? "" : ", as it was made here"}.`);
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
    await put(index, derived(kick), gesture);
  }

  /** Puts a kick of a seed onto a pad; `note`: in which it was asked for. */
  function placeSeed(index, kick, note = null) {
    store.change({ [index]: seeded(kick, { ...NOTHING, note }) });
  }

  /**
   * Brings back the pads of the last visit; where a kick cannot be made again, a new one comes, and one line says so.
   * @param {{selected: number, pads: (import("./memory.js").KeptPad|null)[]}} kept
   */
  async function restore({ selected, pads: kept }) {
    const there = kept.flatMap((pad, index) => (pad ? [index] : []));
    // What is known at once is shown at once.
    const shown = ({ ask, seed, star, lock }) => ({ ask, seed, star, lock, pending: true });
    store.fill(Object.fromEntries(there.map((index) => [index, shown(kept[index])])));
    store.set({ selected });
    there.forEach((index) => working.add(index));
    const found = await Promise.all([
      renew(kept.flatMap((pad, index) => (pad ? [] : [index]))),
      ...parts(there, AT_ONCE).map((group) => bringBack(group, kept)),
    ]);
    const lost = found.flat().sort((one, other) => one - other);
    if (!lost.length) return;
    const names = lost.map((index) => index + 1).join(", ");
    message.say(`${lost.length} of ${PADS} kicks could not be brought back: new ones on ${lost.length === 1 ? "pad" : "pads"} ${names}.`);
  }

  /** Brings back the kicks of some pads. @returns {Promise<number[]>} those that have new ones instead */
  async function bringBack(group, kept) {
    const asks = group.map((index) => store.get().pads[index].ask);
    const origins = group.filter((index) => kept[index].origin);
    const recipes = [...group.map((index) => kept[index].recipe), ...origins.map((index) => kept[index].origin)];
    let gone = group;
    try {
      const { kicks } = await engine.remake({ recipes });
      gone = group.filter((_, place) => !kicks[place]);
      const arriving = group.map((index, place) => {
        const kick = kicks[place];
        if (!kick) return null;
        const other = origins.includes(index) ? kicks[group.length + origins.indexOf(index)] : null;
        const origin = kept[index].seed === null ? other ?? kick : null;
        return arrive(index, asks[place], kick, { origin, pending: kept[index].pending });
      });
      await Promise.all(arriving);
    } catch (error) {
      message.fail(error);
    }
    group.forEach((index) => working.delete(index));
    // Of what else was asked meanwhile nothing is lost.
    const lost = gone.filter((index) => store.get().pads[index].ask === asks[group.indexOf(index)]);
    await Promise.all([renew(lost), make(group)]);
    return lost;
  }

  /** New kicks on pads that lost theirs, with all that belonged to it. */
  async function renew(indices) {
    const fresh = () => ({ ...emptyPad(), ask: inKey(NOTHING), seed: freshSeed(), pending: true });
    store.fill(Object.fromEntries(indices.map((index) => [index, fresh()])));
    await make(indices);
    return indices;
  }

  /** After undo and redo: brings in what is not here, the sounds of old kicks too. */
  function catchUp() {
    const { pads } = store.get();
    pads.forEach((pad) => pad.kick && audio.load(pad.kick.id).catch(message.fail));
    make(pads.flatMap((pad, index) => (pad.pending ? [index] : [])));
  }

  return { shuffle, restore, askOf, vary, match, takeIn, place, placeSeed, noteFor, catchUp, takesWishes, latencies };
}
