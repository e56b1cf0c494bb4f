// Web MIDI: notes 36 to 51 hit the pads as they lie on a controller, from bottom left, with their velocity.

import { byId } from "./dom.js";

const FIRST_NOTE = 36;
const COLUMNS = 4;
const ROWS = 4;

/** The pad of a MIDI note; notes beyond the pads wrap around. @param {number} note */
export function padOf(note) {
  const place = (((note - FIRST_NOTE) % 16) + 16) % 16;
  return (ROWS - 1 - Math.floor(place / COLUMNS)) * COLUMNS + (place % COLUMNS);
}

/**
 * @param {{hit: (pad: number, velocity: number) => void, message: import("./message.js").Message}} tools
 */
export function createMidi({ hit, message }) {
  const key = byId("midi");

  /** @param {Iterable<number>} data one MIDI message */
  function receive([status, note, velocity]) {
    if ((status & 0xf0) === 0x90 && velocity > 0) hit(padOf(note), velocity);
  }

  /** @param {MIDIAccess} access */
  function listen(access) {
    const inputs = [...access.inputs.values()];
    for (const input of inputs) input.onmidimessage = ({ data }) => data && receive(data);
    key.classList.toggle("on", inputs.length > 0);
    key.setAttribute("aria-pressed", String(inputs.length > 0));
    const names = inputs.map((input) => input.name).join(", ");
    message.say(inputs.length ? `MIDI: ${names}. Notes 36 to 51 play the pads.` : "MIDI is on, but no device is connected.");
  }

  key.addEventListener("click", async () => {
    if (!navigator.requestMIDIAccess) {
      message.say("This browser does not support MIDI; Chrome, Edge and Firefox do.");
      return;
    }
    try {
      const access = await navigator.requestMIDIAccess();
      listen(access);
      access.onstatechange = () => listen(access);
    } catch {
      message.fail("MIDI access was denied; allow it in the browser's settings for this page.");
    }
  });

  return { receive };
}
