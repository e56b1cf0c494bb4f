// The player of the page: it sounds again after whatever has taken the sound away.

import { test } from "node:test";
import assert from "node:assert/strict";

/** A page's sound as far as waking goes, in a state. @param {string} state */
async function playerIn(state) {
  const asked = { times: 0 };
  /** @type {(() => void)[]} */
  const gestures = [];
  globalThis.AudioContext = /** @type {any} */ (
    class {
      state = state;
      resume() {
        asked.times += 1;
        return Promise.reject(new Error("not now"));
      }
    }
  );
  globalThis.addEventListener = /** @type {any} */ ((/** @type {string} */ _, /** @type {() => void} */ work) => gestures.push(work));
  const { createAudio } = await import("../../src/kickitout/web/static/page/audio.js");
  createAudio(
    () => Promise.reject(new Error("no sound is needed")),
    () => {},
    () => false,
  );
  return { asked, gestures };
}

for (const state of ["suspended", "interrupted", "a state that comes tomorrow"]) {
  test(`a gesture wakes a sound that is ${state}, and the next one asks again`, async () => {
    const { asked, gestures } = await playerIn(state);
    for (const gesture of gestures) gesture();
    await new Promise((resolve) => setImmediate(resolve)); // a refusal that nobody hears would end the test
    assert.ok(gestures.length > 1);
    assert.equal(asked.times, gestures.length);
  });
}

for (const state of ["running", "closed"]) {
  test(`a sound that is ${state} is left alone`, async () => {
    const { asked, gestures } = await playerIn(state);
    for (const gesture of gestures) gesture();
    assert.equal(asked.times, 0);
  });
}
