// A plain synthesised bass, so that the kick is heard in a key.

const LEVEL = 0.26;
/** @typedef {keyof typeof SCALES} Scale */
export const SCALES = { minor: [0, 3, 5, 7, 10, 12], major: [0, 4, 5, 7, 9, 12] };
const LOWEST = 28; // E1

/**
 * MIDI notes of a scale whose root is a pitch class, the root in the octave from E1 on.
 * @param {number} root @param {Scale} scale
 */
export function bassNotes(root, scale) {
  const first = LOWEST + ((root - LOWEST) % 12 + 12) % 12;
  return SCALES[scale].map((step) => first + step);
}

/**
 * Plays a note: a saw and a sine an octave below their harmonics, through a filter that closes.
 * @param {BaseAudioContext} context
 * @param {AudioNode} out
 * @param {{hz: number, when: number, length: number}} note seconds
 */
export function playBass(context, out, { hz, when, length }) {
  const gain = new GainNode(context, { gain: 0 });
  const filter = new BiquadFilterNode(context, { type: "lowpass", frequency: hz * 10, Q: 1 });
  const end = when + length;
  filter.frequency.setValueAtTime(hz * 10, when);
  filter.frequency.exponentialRampToValueAtTime(hz * 2.5, end);
  gain.gain.setValueAtTime(0, when);
  gain.gain.linearRampToValueAtTime(LEVEL, when + 0.006);
  gain.gain.setValueAtTime(LEVEL, Math.max(when + 0.006, end - 0.03));
  gain.gain.linearRampToValueAtTime(0, end);
  for (const [type, share] of /** @type {const} */ ([["sawtooth", 0.45], ["sine", 0.55]])) {
    const voice = new OscillatorNode(context, { type, frequency: hz });
    voice.connect(new GainNode(context, { gain: share })).connect(filter);
    voice.start(when);
    voice.stop(end);
  }
  filter.connect(gain).connect(out);
}
