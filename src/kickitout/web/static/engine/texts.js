/** What a pack says of itself, in the words of Python's `kickitout.packs.texts`: README.txt, LICENSE.txt, pack.json. */

import { Real, json } from "./wav.js";

/** @typedef {import("./model.js").Manifest} Manifest */
/**
 * A kick as pack.json has it.
 * @typedef {{file: string, word: string, note: string | null, pitch_hz: number | null, seed: bigint, attempt: number,
 *   peak_dbfs: number, loudness_lufs: number, came_lufs: number, remarks: string[]}} Row
 */

/** Characters in a line. */
const WIDTH = 100;
const MANIFEST_FORMAT = 1;

/** A run of whitespace, or a word: hyphenated words end behind their hyphens. As Python's `textwrap` has it. */
const CHUNK =
  /\s+|\S+?(?:-(?:(?<=[\p{L}_]{2}-)|(?<=[\p{L}_]-[\p{L}\p{N}_!"'&.,?]-))(?=[\p{L}_]-?[\p{L}_])|(?=\s|$))/gu;

/** A paragraph in lines. @param {string} text */
export function fill(text) {
  const lines = [""];
  for (const [chunk] of text.matchAll(CHUNK)) {
    const line = lines.at(-1) ?? "";
    if (line.length + chunk.length <= WIDTH) {
      if (line || chunk.trim() || lines.length === 1) lines[lines.length - 1] += chunk;
    } else lines.push(chunk.trim());
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** Whose the kicks are. @param {string} name @param {Manifest} manifest @param {string[]} files whose sound is in them */
export function licence(name, { card, version, licence: answer }, files) {
  const paragraphs = [
    `Rights in the sample pack ${name}`,
    `All sounds in this pack were made with Kick It Out ${version} and the model ${card.name} ${card.version}. ` +
      "Kick It Out claims no right to them.",
    `Can I use them in music, and sell it? Can I sell the pack? ${answer.trim()}`,
    `The model's card (MODEL_CARD.md beside the model) counts the ${card.trained_on.kicks.toLocaleString("en")} kicks ` +
      "that it was trained on by licence and by source.",
    ...(files.length
      ? [
          `Some kicks in this pack hold sound of files that were dropped onto the page (${files.join(", ")}). Whose ` +
            "that sound is, Kick It Out does not know: sell them only if these files are yours to sell. To make these " +
            "kicks again, name their files too: kick generate --from FILE --original THEIRS.",
        ]
      : []),
  ];
  return `${paragraphs.map(fill).join("\n\n")}\n`;
}

/** What is in the pack, and how each kick is made again. @param {string} name @param {Manifest} manifest @param {Row[]} rows */
export function readme(name, { card, checksum, version }, rows) {
  const longest = Math.max(...rows.map(({ file }) => file.length));
  const lines = rows.map(({ file, seed, pitch_hz, loudness_lufs }) => {
    const pitch = pitch_hz === null ? "no pitch" : `${pitch_hz.toFixed(1)} Hz`;
    return `  ${file.padEnd(longest)}  ${String(seed).padStart(19)}  ${pitch.padStart(8)}  ${loudness_lufs.toFixed(1)} LUFS`;
  });
  return [
    name,
    "=".repeat(name.length),
    "",
    fill(
      `${rows.length} kick drums, 24-bit stereo WAV at 44,100 Hz, 500 ms each, made with Kick It Out ${version} and the ` +
        `model ${card.name} ${card.version} (${checksum.slice(0, 12)}). What you may do with them stands in LICENSE.txt, ` +
        "what they look like in sheet.png, what was measured of each in pack.json.",
    ),
    "",
    fill(
      "File names hold a word for the sound and the nearest note of the end pitch (C4 is middle C, and F1 is 43.7 Hz); " +
        "a kick without a note has no steady pitch. Each is as it was heard: nothing was done to its level.",
    ),
    "",
    // A browser's own sums differ in the last digits: docs/web-export.md says how far.
    "To make any of these files again, with the same version, to what is heard (-60 dB or less apart):",
    "",
    "  kick generate --from FILE -o again",
    "",
    "Kicks, in the order of the keys (seed, pitch, loudness):",
    "",
    ...lines,
    "",
  ].join("\n");
}

/** JSON with each part on a line of its own, as Python writes it with an indent of 1. @param {any} value */
function indented(value, before = "\n") {
  const inside = `${before} `;
  if (Array.isArray(value) && value.length) {
    return `[${value.map((part) => inside + indented(part, inside)).join(",")}${before}]`;
  }
  if (value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Real)) {
    const parts = Object.entries(value).map(([key, part]) => `${inside}${JSON.stringify(key)}: ${indented(part, inside)}`);
    return `{${parts.join(",")}${before}}`;
  }
  return json(value);
}

/** What the pack was made by; by this file it is known as ours. @param {string} name @param {Manifest} manifest */
export function packManifest(name, { card, checksum, version }, ids, /** @type {Row[]} */ rows, /** @type {string[]} */ files) {
  const real = (/** @type {number | null} */ value) => (value === null || !Number.isFinite(value) ? null : new Real(value));
  const data = {
    format: MANIFEST_FORMAT,
    kickitout: version,
    name,
    model: { name: card.name, version: card.version, checksum },
    asked: { ids },
    kicks: rows.map((row) => ({
      ...row,
      pitch_hz: real(row.pitch_hz),
      peak_dbfs: real(row.peak_dbfs),
      loudness_lufs: real(row.loudness_lufs),
      came_lufs: real(row.came_lufs),
    })),
    files: [...files].sort(),
  };
  return `${indented(data)}\n`;
}
