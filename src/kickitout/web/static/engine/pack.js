/** Chosen kicks as a pack: their files as they were heard, what they are, and whose. */

import { zip } from "./zip.js";

const MOST_KICKS = 256;
const NAME = /^[A-Za-z0-9]([A-Za-z0-9 _-]{0,38}[A-Za-z0-9])?$/;
const RESERVED = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/i;

/**
 * @param {string} name @param {{facts: Record<string, any>, data: Uint8Array}[]} kicks
 * @param {import("./model.js").Manifest} manifest @returns {Uint8Array}
 */
export function packed(name, kicks, manifest) {
  if (!NAME.test(name) || RESERVED.test(name)) {
    throw new Error(
      `name '${name.slice(0, 50)}' cannot be in the names of files everywhere; give 1 to 40 plain letters, digits, ` +
        "spaces, - and _, a letter or a digit first and last",
    );
  }
  if (kicks.length < 1 || kicks.length > MOST_KICKS) {
    throw new Error(`ids: ${kicks.length} kicks; a pack has 1 to ${MOST_KICKS}`);
  }
  const prefix = name.toLowerCase().replace(/[ _-]+/g, "_").replace(/^_+|_+$/g, "");
  const digits = String(kicks.length).length;
  const files = kicks.map(({ facts, data }, i) => {
    const note = facts.note === null ? [] : [facts.note.replace("#", "sharp")];
    return { name: `${[prefix, "kick", String(i + 1).padStart(digits, "0"), ...note].join("_")}.wav`, data, facts };
  });
  const text = (/** @type {string} */ words) => new TextEncoder().encode(words);
  return zip([
    ...files.map(({ name: file, data }) => ({ name: `${name}/${file}`, data })),
    { name: `${name}/README.txt`, data: text(readme(name, files, manifest)) },
    { name: `${name}/LICENSE.txt`, data: text(`Rights in the sample pack ${name}\n\n${manifest.licence}`) },
  ]);
}

function readme(name, files, { card, checksum, version }) {
  const longest = Math.max(...files.map((file) => file.name.length));
  const rows = files.map(({ name: file, facts }) => {
    const pitch = facts.pitch_hz === null ? "no pitch" : `${facts.pitch_hz.toFixed(1)} Hz`;
    const loud = facts.loudness_lufs === null ? "silent" : `${facts.loudness_lufs.toFixed(1)} LUFS`;
    return `  ${file.padEnd(longest)}  ${String(facts.seed).padStart(19)}  ${pitch.padStart(8)}  ${loud}`;
  });
  return [
    name,
    "=".repeat(name.length),
    "",
    `${files.length} kick drums, 24-bit stereo WAV at 44,100 Hz, made in a browser with Kick It Out ${version} and the`,
    `model ${card.name} ${card.version} (${checksum.slice(0, 12)}). What you may do with them stands in LICENSE.txt.`,
    "",
    "File names hold the nearest note of the end pitch (C4 is middle C, and F1 is 43.7 Hz); a kick without a note has no",
    "steady pitch. All are as they were heard: nothing was levelled.",
    "",
    "To make any of these files again, with the same version, to what is heard (-60 dB or less apart):",
    "",
    "  kick generate --from FILE -o again",
    "",
    "Kicks (seed, pitch, loudness):",
    "",
    ...rows,
    "",
  ].join("\n");
}
