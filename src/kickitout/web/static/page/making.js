// Everything that makes kicks: requests to the engine, and kicks and their sounds onto pads.

import { bodies } from "../engine/constants.js";
import { held, isFree, leastLoss, nextFree } from "./free.js";
import { lengthInBeats } from "../engine/lengths.js";
import { PITCH, settingsOfRecipe, requestOf, withNote } from "./settings.js";
import { NOTHING, PADS, emptyPad } from "./store.js";

/** @typedef {import("./store.js").Pad} Pad */
/** @typedef {import("./store.js").Settings} Settings */
/** @typedef {import("./memory.js").KeptPad} KeptPad */
/** @typedef {import("../engine/index.js").Kick} Kick */
/** @typedef {ReturnType<typeof createMaking>} Making */

const AT_ONCE = 4;
const HEARD_EVERY_MS = 140;

/** Arrays of at most `size`. @template T @param {T[]} list @param {number} size */
function parts(list, size) {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, part) => list.slice(size * part, size * (part + 1)));
}

/** What a kick that was put onto a pad comes with. */
const HERE = { star: false, chosen: true, pending: false };

/** "Pads 3 and 5". @param {number[]} indices */
function padsIn(indices) {
  const numbers = indices.map((index) => index + 1);
  const last = numbers.pop();
  return numbers.length ? `pads ${numbers.join(", ")} and ${last}` : `pad ${last}`;
}

/** A seed that nobody chose, short enough to be typed. */
const freshSeed = () => crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000_000;

/**
 * @param {{engine: import("../engine/index.js").Engine, store: import("./store.js").Store, audio: import("./audio.js").Player,
 *   message: import("./message.js").Message, hear: (pad: number, turned?: boolean) => void, keyNote: () => string|null,
 *   ask: (question: string, yes: string) => Promise<boolean>, tempo: () => number,
 *   known: import("../engine/index.js").Facts}} tools keyNote: what pads are tuned to, if anything
 */
export function createMaking({ engine, store, audio, message, hear, keyNote, ask, tempo, known }) {
  /** Pads whose kick is being made. @type {Set<number>} */
  const working = new Set();
  /** From a turn to its sound, in milliseconds, for tests. @type {number[]} */
  const latencies = [];
  let turnedAt = 0;
  let heardAt = 0;
  let hearing = 0;

  /**
   * Puts a kick onto a pad when its sound is here, unless its settings have changed since.
   * @param {number} index @param {Settings} settings @param {Kick} kick @param {Partial<Pad>} more
   */
  async function arrive(index, settings, kick, more = {}) {
    await audio.load(kick.id);
    if (store.get().pads[index].settings !== settings) return;
    store.fill({ [index]: { kick, pending: false, ...more } });
  }

  /**
   * The kicks of pads with the same settings: pads of a seed together, others one by one.
   * @param {Settings} settings @param {number[]} pads
   */
  async function makeAlike(settings, pads) {
    const now = store.get().pads; // their settings may change before the kicks are here
    const seeded = pads.flatMap((index) => {
      const { seed } = now[index];
      return seed === null ? [] : [{ index, seed }];
    });
    if (seeded.length) {
      const { kicks } = await engine.make({ ...requestOf(settings), seeds: seeded.map(({ seed }) => seed) });
      await Promise.all(seeded.map(({ index }, at) => arrive(index, now[index].settings, kicks[at])));
    }
    for (const index of pads) {
      const pad = now[index];
      if (pad.seed !== null || pad.origin === null) continue;
      const request = requestOf(settings);
      if (!Object.keys(request).length) {
        await arrive(index, pad.settings, pad.origin);
        continue;
      }
      const { kicks } = await engine.vary(pad.origin.id, { n: 1, amount: 0, keep: [], seed: 0, ...request });
      await arrive(index, pad.settings, kicks[0]);
    }
  }

  /**
   * Gives up on pads whose kick cannot be made: they keep the one they have.
   * @param {number[]} pads @param {Settings[]} before @param {unknown} error
   */
  function giveUp(pads, before, error) {
    const left = pads.filter((index, at) => store.get().pads[index].settings === before[at]);
    store.fill(Object.fromEntries(left.map((index) => [index, { pending: false }])));
    if (left.length) message.fail(error);
  }

  /**
   * Makes the kicks of pads until each has its settings; a pad whose settings change meanwhile is made again.
   * @param {number[]} indices @returns {Promise<void>}
   */
  async function make(indices) {
    const free = indices.filter((index) => !working.has(index) && store.get().pads[index].pending);
    if (!free.length) return;
    free.forEach((index) => working.add(index));
    /** @type {Map<string, number[]>} */
    const alike = new Map();
    for (const index of free) {
      const key = JSON.stringify(store.get().pads[index].settings);
      alike.set(key, [...(alike.get(key) ?? []), index]);
    }
    const groups = [...alike.values()].flatMap((group) => parts(group, free.length > AT_ONCE ? AT_ONCE : free.length));
    await Promise.all(groups.map(makeGroup));
    await make(indices);
  }

  /** @param {number[]} group */
  async function makeGroup(group) {
    const before = group.map((index) => store.get().pads[index].settings);
    try {
      await makeAlike(before[0], group);
    } catch (error) {
      giveUp(group, before, error);
    }
    group.forEach((index) => working.delete(index));
    auditioned(group);
  }

  /** Lets the selected pad be heard after a turn, not more often than one can follow. @param {number[]} group */
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
    hear(selected, true);
  }

  /** Which pads the knobs change: the selected one, or all that do not stay. @param {(pad: Pad) => boolean} stays */
  const reached = (stays = held) => {
    const { scope, selected, pads } = store.get();
    if (scope === "pad") return [selected];
    return pads.flatMap((pad, index) => (stays(pad) || !takesSettings(pad) ? [] : [index]));
  };

  /** Whether knobs can turn a pad's kick. @param {Pick<Pad, "seed"|"origin">} pad */
  const takesSettings = (pad) => pad.seed !== null || (pad.origin !== null && known.vary_controls);

  /**
   * Changes the settings of pads. A kick that was turned by itself is the person's own; of all at once none is.
   * @param {(settings: Settings) => Settings} changed
   * @param {string|null} gesture changes of one gesture are one step of undo
   */
  function change(changed, gesture = null) {
    const turned = turn(changed, gesture, reached(), store.get().scope === "pad" ? { chosen: true } : {});
    if (!turned) message.say("The knobs of this model change kicks made from a seed, and this one was not.");
  }

  /** Brings pads to a level; of all, starred ones too: they sound as they did. @param {string} level */
  const setLevel = (level) => turn((settings) => ({ ...settings, level }), null, reached(({ lock }) => lock), {});

  /** Pads whose length is in beats follow the tempo; locked ones stay. @param {number} bpm */
  function retime(bpm) {
    const { pads } = store.get();
    const timed = pads.flatMap(({ settings, lock }, index) => (settings.beats && settings.bpm !== bpm && !lock ? [index] : []));
    const able = timed.filter((index) => fits(bpm, pads[index].settings.beats));
    if (able.length) turn((settings) => ({ ...settings, bpm }), null, able, {});
    if (able.length < timed.length) message.say(`At ${bpm} BPM ${padsIn(timed.filter((index) => !able.includes(index)))} would be too long or too short; the length stays.`);
  }

  /** @param {number} bpm @param {string|null} beats */
  function fits(bpm, beats) {
    try {
      return lengthInBeats({ bpm, beats }) !== null;
    } catch {
      return false;
    }
  }

  /** Tunes pads to a note, or lets go of it: nobody's choice of these kicks. @param {string|null} name @param {number[]} indices */
  const tune = (name, indices) => turn((settings) => withNote(settings, name), null, indices, {});

  /**
   * @param {(settings: Settings) => Settings} changed @param {string|null} gesture @param {number[]} indices
   * @param {Partial<Pad>} more @returns {boolean} whether any of them takes settings
   */
  function turn(changed, gesture, indices, more) {
    const { pads } = store.get();
    const able = indices.filter((index) => takesSettings(pads[index]));
    if (!able.length) return false;
    const turned = (/** @type {number} */ index) => ({ settings: changed(pads[index].settings), pending: true, ...more });
    store.change(Object.fromEntries(able.map((index) => [index, turned(index)])), gesture);
    turnedAt = performance.now();
    make(able);
    return true;
  }

  /**
   * The note of a new kick: while pads are tuned to the key they stay so, but for locked ones.
   * @param {number} index
   */
  const noteFor = (index) => (store.get().pads[index].lock ? null : keyNote());

  /**
   * The settings of a new kick on a pad that is not locked, in the key where there is one.
   * @param {Settings} settings
   */
  const inKey = (settings) => (keyNote() ? withNote(settings, keyNote()) : { ...settings });

  /**
   * Pads for many new kicks: the free ones. Where none is, the person says whether chosen kicks may go.
   * @param {string} what comes @param {number[]} never pads that must stay
   * @returns {Promise<{room: number[], stay: number[]}|null>} stay: chosen ones that could have gone, too
   */
  async function roomFor(what, never = []) {
    const { pads } = store.get();
    const open = pads.flatMap((pad, index) => (held(pad) || never.includes(index) ? [] : [index]));
    const room = open.filter((index) => isFree(pads[index]));
    if (room.length) return { room, stay: open.filter((index) => !room.includes(index)) };
    if (!open.length) {
      message.say("All pads are locked or starred: unlock or unstar some first.");
      return null;
    }
    const where = padsIn(open);
    const agreed = await ask(`No pad is free for ${what}. Replace the kicks on ${where}, which you chose or changed?`, `Replace ${open.length}`);
    return agreed ? { room: open, stay: [] } : null;
  }

  /** What stayed where many kicks came, and how they go on there. @param {number[]} stay @param {() => void} act */
  function toldOf(stay, act) {
    if (!stay.length) return null;
    const one = stay.length === 1;
    return {
      words: `${padsIn(stay).replace(/^p/, "P")} ${one ? "stays" : "stay"}: you chose or changed ${one ? "its kick" : "these kicks"}.`,
      offer: { label: one ? "Replace it, too" : "Replace them, too", act },
    };
  }

  /** New seeds for all free pads; their settings stay. */
  async function shuffle(seeds = Array.from({ length: PADS }, freshSeed)) {
    const found = await roomFor("new kicks");
    if (!found) return;
    const told = toldOf(found.stay, () => draw(found.stay, seeds));
    if (told) message.say(told.words, told.offer);
    await draw(found.room, seeds);
  }

  /** New seeds for pads that are not held meanwhile. @param {number[]} pads @param {number[]} seeds of all pads */
  async function draw(pads, seeds) {
    const indices = pads.filter((index) => !held(store.get().pads[index]));
    const fresh = (/** @type {number} */ index) => ({
      seed: seeds[index],
      settings: inKey(store.get().pads[index].settings),
      origin: null,
      star: false,
      chosen: false,
      pending: true,
    });
    store.change(Object.fromEntries(indices.map((index) => [index, fresh(index)])));
    await make(indices);
  }

  /**
   * A pad with a kick that was made from others; `note`: the requested one.
   * @param {Kick} kick @param {string|null} note
   */
  const derived = (kick, note = null) => ({ ...HERE, kick, settings: { ...NOTHING, note }, seed: null, origin: kick });

  /** A pad with the kick of a seed. @param {Kick} kick @param {Settings} settings */
  const seeded = (kick, settings) => ({ ...HERE, kick, settings, seed: kick.seed, origin: null });

  /**
   * Puts a kick onto a pad that was made without regard to the key and the pad's level: it is moved there, where that
   * is wanted.
   * @param {number} index @param {ReturnType<typeof derived>|ReturnType<typeof seeded>} pad @param {string|null} gesture
   */
  async function put(index, pad, gesture = null) {
    const { level: own } = store.get().pads[index].settings;
    const able = takesSettings(pad);
    const note = able ? noteFor(index) : null;
    const tuned = note ? withNote(pad.settings, note) : pad.settings;
    const settings = able && own !== null ? { ...tuned, level: own } : tuned;
    const pending = settings !== pad.settings;
    store.change({ [index]: { ...pad, settings, pending } }, gesture);
    if (pending) await make([index]);
  }

  /**
   * Variations of the selected pad's kick, onto the free pads: its own stays from then on.
   * @param {number} amount @param {string[]} keep
   */
  async function vary(amount, keep) {
    const { selected, pads } = store.get();
    const source = pads[selected].kick;
    if (!source) return;
    const found = await roomFor("variations", [selected]);
    if (!found) return;
    const seed = freshSeed();
    const gesture = `vary ${performance.now()}`;
    store.change({ [selected]: { chosen: true } }, gesture);
    if (!(await spread(source, found.room, { amount, keep, seed }, gesture))) return;
    const more = () => spread(source, found.stay, { amount, keep, seed: seed + PADS }, `${gesture} more`);
    const told = toldOf(found.stay, more) ?? { words: "Undo brings back what was there.", offer: null };
    message.say(`${found.room.length} variations of pad ${selected + 1}. ${told.words}`, told.offer);
  }

  /**
   * Variations of a kick onto pads, as they come; whether all came.
   * @param {Kick} source @param {number[]} targets @param {{amount: number, keep: string[], seed: number}} wish
   * @param {string} gesture
   */
  async function spread(source, targets, { amount, keep, seed }, gesture) {
    const note = known.vary_controls ? keyNote() : null;
    // In the key they cannot keep another pitch.
    const request = note ? { amount, keep: keep.filter((name) => name !== PITCH), note } : { amount, keep };
    try {
      for (const [part, group] of parts(targets, AT_ONCE).entries()) {
        const { kicks } = await engine.vary(source.id, { n: group.length, seed: seed + AT_ONCE * part, ...request });
        await Promise.all(kicks.map((kick) => audio.load(kick.id)));
        // A pad that was starred or locked meanwhile keeps its kick.
        const all = group.map((index, at) => ({ index, pad: { ...derived(kicks[at], note), chosen: false } }));
        const made = all.filter(({ index }) => !held(store.get().pads[index]));
        store.change(Object.fromEntries(made.map(({ index, pad }) => [index, pad])), gesture);
      }
      return true;
    } catch (error) {
      message.fail(error);
      return false;
    }
  }

  /**
   * A free pad from one on for what comes as `what`; where there is none, the person says whether it takes another's place.
   * @param {number} first @param {string} what @param {number[]} never pads that must stay
   * @returns {Promise<number|null>} null: it takes nobody's place
   */
  async function placeFor(first, what, never = []) {
    const pads = store.get().pads.map((pad, index) => (never.includes(index) ? { ...pad, lock: true } : pad));
    const found = nextFree(pads, first);
    return found ?? (await replacing(leastLoss(pads, first), `No pad is free for ${what}: their kicks were chosen, changed, starred or locked.`));
  }

  /**
   * Asks whether a pad's kick may go. @param {number} index @param {string} why
   * @returns {Promise<number|null>} the pad, or null
   */
  async function replacing(index, why) {
    const { kick, star, lock } = store.get().pads[index];
    const state = lock ? "locked" : star ? "starred" : null;
    const told = kick ? ` Replace ${kick.file}${state ? `, which is ${state}` : ""}?` : "";
    return (await ask(`${why}${told}`, `Replace pad ${index + 1}`)) ? index : null;
  }

  /** The model's nearest to the selected kick, onto the next free pad. */
  async function match() {
    const { selected, pads } = store.get();
    const source = pads[selected].kick;
    if (!source) return null;
    message.say("Looking for the model's closest kick …");
    try {
      const found = await engine.match(source.id);
      await audio.load(found.kick.id);
      const target = await placeFor(selected + 1, "the match", [selected]);
      if (target === null) {
        message.say("The match was left out; all pads are as they were.");
        return null;
      }
      await put(target, derived(found.kick));
      message.say(
        `Pad ${target + 1} is the model's closest kick to pad ${selected + 1}: distance ${found.distance.toFixed(1)} ` +
          `(a typical kick: ${found.usual[1].toFixed(1)}; the closest 5 %: below ${found.usual[0].toFixed(1)}).`,
      );
      return found;
    } catch (error) {
      message.fail(error);
      return null;
    }
  }

  /**
   * The pad for a file: the one that it was dropped on, after a question where its kick was chosen; else a free one,
   * the selected pad first.
   * @param {string} name @param {number|null} onto
   */
  async function padFor(name, onto) {
    if (onto === null) return placeFor(store.get().selected, name);
    return isFree(store.get().pads[onto]) ? onto : replacing(onto, `${name} was dropped on pad ${onto + 1}.`);
  }

  /**
   * Takes in files: one that was dropped on a pad goes there, others onto free pads.
   * @param {File[]} files @param {number|null} onto the pad that the first was dropped on
   */
  async function takeIn(files, onto = null) {
    /** @type {number|null} */
    let first = null;
    for (const [place, file] of files.entries()) {
      try {
        if (file.size > bodies.MOST_BYTES) {
          throw new Error(`${file.name} is larger than ${bodies.MOST_BYTES / 1e6} MB; a kick is smaller`);
        }
        const { kick } = await engine.file(file.name, await file.arrayBuffer());
        await audio.load(kick.id);
        const target = await padFor(file.name, place === 0 ? onto : null);
        if (target === null) {
          message.say(`${file.name} was left out; all pads are as they were.`);
          break;
        }
        // A file of this model's own is the very kick, with its seed and settings.
        const own = kick.verb === "generate" && kick.recipe;
        await put(target, own ? seeded(kick, settingsOfRecipe(kick.recipe, tempo())) : derived(kick));
        message.say(`${file.name} is on pad ${target + 1}${kick.verb === "file" ? "" : ", recognised as a kick of this model"}.`);
        first ??= target;
      } catch (error) {
        message.fail(error);
      }
    }
    if (first !== null) hear(first);
  }

  /**
   * Puts a kick that was made from others onto a pad.
   * @param {number} index @param {Kick} kick @param {string|null} gesture
   */
  async function place(index, kick, gesture = null) {
    await audio.load(kick.id);
    await put(index, derived(kick), gesture);
  }

  /** Puts a kick of a seed onto a pad. @param {number} index @param {Kick} kick @param {Partial<Settings>} asked of it */
  function placeSeed(index, kick, asked) {
    store.change({ [index]: seeded(kick, { ...NOTHING, ...asked }) });
  }

  /**
   * Brings back the pads of the last visit; where a kick cannot be made again, a new one comes, and one line says so.
   * @param {{selected: number, pads: (KeptPad|null)[]}} visit
   */
  async function restore({ selected, pads }) {
    const there = pads.flatMap((kept, index) => (kept ? [{ index, kept }] : []));
    // What is known at once is shown at once.
    const shown = (/** @type {KeptPad} */ { settings, seed, star, lock, chosen }) => ({ settings, seed, star, lock, chosen, pending: true });
    store.fill(Object.fromEntries(there.map(({ index, kept }) => [index, shown(kept)])));
    store.set({ selected });
    there.forEach(({ index }) => working.add(index));
    const found = await Promise.all([
      renew(pads.flatMap((kept, index) => (kept ? [] : [index]))),
      ...parts(there, AT_ONCE).map((group) => bringBack(group)),
    ]);
    const lost = found.flat().sort((one, other) => one - other);
    if (!lost.length) return;
    const names = lost.map((index) => index + 1).join(", ");
    message.say(`${lost.length} of ${PADS} kicks could not be restored: new ones on ${lost.length === 1 ? "pad" : "pads"} ${names}.`);
  }

  /**
   * Brings back the kicks of some pads.
   * @param {{index: number, kept: KeptPad}[]} group
   * @returns {Promise<number[]>} those that have new ones instead
   */
  async function bringBack(group) {
    const before = group.map(({ index }) => store.get().pads[index].settings);
    const origins = group.filter(({ kept }) => kept.origin);
    const recipes = [...group.map(({ kept }) => kept.recipe), ...origins.map(({ kept }) => kept.origin)];
    let gone = group;
    try {
      const { kicks } = await engine.remake({ recipes });
      gone = group.filter((_, at) => !kicks[at]);
      const arriving = group.map((one, at) => {
        const kick = kicks[at];
        if (!kick) return null;
        const other = origins.includes(one) ? kicks[group.length + origins.indexOf(one)] : null;
        const origin = one.kept.seed === null ? other ?? kick : null;
        return arrive(one.index, before[at], kick, { origin, pending: one.kept.pending });
      });
      await Promise.all(arriving);
    } catch (error) {
      message.fail(error);
    }
    group.forEach(({ index }) => working.delete(index));
    // A pad whose settings changed meanwhile keeps them.
    const lost = gone.flatMap((one) => (store.get().pads[one.index].settings === before[group.indexOf(one)] ? [one.index] : []));
    await Promise.all([renew(lost), make(group.map(({ index }) => index))]);
    return lost;
  }

  /** New kicks on pads that lost theirs, with all that belonged to it. @param {number[]} indices */
  async function renew(indices) {
    const fresh = () => ({ ...emptyPad(), settings: inKey(NOTHING), seed: freshSeed(), pending: true });
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

  return { shuffle, restore, change, setLevel, tune, retime, vary, match, takeIn, placeFor, place, placeSeed, noteFor, catchUp, takesSettings, latencies };
}
