/**
 * What a pack says of itself, README.txt, LICENSE.txt and pack.json: the twin of Python's `kickitout.packs.texts`, and
 * of `textwrap.fill`. Ours, so that a pack says the same here and there.
 */

import * as constants from "./constants.js";
import { filled } from "./format.js";
import { Real, json } from "./json.js";

const { MANIFEST_FORMAT } = constants.packPlace;
const { AGAIN, AS_HEARD, CONTENTS, FILE_NAMES, KICK, NO_PITCH, PITCH, RIGHTS, WIDTH } = constants.texts;
const { KICK_SAMPLES, SAMPLE_RATE } = constants.kick;
const { OF_FILES } = constants.packing;

/** @typedef {import("./model.js").Manifest} Manifest */
/**
 * A kick as pack.json has it.
 * @typedef {{file: string, word: string, note: string | null, pitch_hz: number | null, seed: bigint, attempt: number,
 *   true_peak_db: number, loudness_lufs: number, remarks: string[]}} Row
 */

/** A run of whitespace, or a word: hyphenated words end behind their hyphens. As Python's `textwrap` has it. */
const PIECE_OF_TEXT =
  /\s+|\S+?(?:-(?:(?<=[\p{L}_]{2}-)|(?<=[\p{L}_]-[\p{L}\p{N}_!"'&.,?]-))(?=[\p{L}_]-?[\p{L}_])|(?=\s|$))/gu;

/** A paragraph in lines. @param {string} text */
export function fill(text) {
  const lines = [""];
  for (const [chunk] of text.matchAll(PIECE_OF_TEXT)) {
    const line = lines.at(-1) ?? "";
    if (line.length + chunk.length <= WIDTH) {
      if (line || chunk.trim() || lines.length === 1) lines[lines.length - 1] += chunk;
    } else lines.push(chunk.trim());
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

/**
 * Whose the kicks are.
 * @param {string} name @param {Manifest} manifest @param {string[]} files whose sound is in them
 */
export function licence(name, { card, version, licence: answer }, files) {
  const { kicks } = card.trained_on;
  const facts = { name, version, model: card.name, model_version: card.version, answer: answer.trim(), kicks };
  const of = files.length ? [filled(OF_FILES, { names: files.join(", ") })] : [];
  return `${[...RIGHTS.map((paragraph) => filled(paragraph, facts)), ...of].map(fill).join("\n\n")}\n`;
}

/**
 * What is in the pack, and how each kick is made again.
 * @param {string} name @param {Manifest} manifest @param {Row[]} rows
 */
export function readme(name, { card, checksum, version }, rows) {
  const longest = Math.max(...rows.map(({ file }) => file.length));
  const lines = rows.map(({ file, seed, pitch_hz, loudness_lufs }) => {
    const pitch = pitch_hz === null ? NO_PITCH : filled(PITCH, { hz: pitch_hz });
    const [wide, digits] = [file.padEnd(longest), String(seed).padStart(19)];
    return filled(KICK, { file: wide, seed: digits, pitch: pitch.padStart(8), lufs: loudness_lufs });
  });
  const ms = (1000 * KICK_SAMPLES) / SAMPLE_RATE;
  const facts = { count: rows.length, bits: "24-bit", channels: "stereo", rate: SAMPLE_RATE, ms, version };
  const model = { model: card.name, model_version: card.version, checksum: checksum.slice(0, 12) };
  return [
    name,
    "=".repeat(name.length),
    "",
    fill(filled(CONTENTS, { ...facts, ...model })),
    "",
    fill(filled(FILE_NAMES, { level: AS_HEARD })),
    "",
    // A browser's own sums differ in the last digits: docs/web-export.md says how far.
    "To make any of these files again, with the same version, to what is heard (-60 dB or less apart):",
    "",
    ...AGAIN,
    ...lines,
    "",
  ].join("\n");
}

/**
 * JSON with each part on a line of its own, as Python writes it with an indent of 1.
 * @param {unknown} value @returns {string}
 */
function indented(value, before = "\n") {
  const inside = `${before} `;
  if (Array.isArray(value) && value.length) {
    return `[${value.map((part) => inside + indented(part, inside)).join(",")}${before}]`;
  }
  if (value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Real)) {
    const parts = Object.entries(value).map(
      ([key, part]) => `${inside}${JSON.stringify(key)}: ${indented(part, inside)}`,
    );
    return `{${parts.join(",")}${before}}`;
  }
  return json(value);
}

/**
 * What the pack was made by; by this file it is known as ours.
 * @param {string} name @param {Manifest} manifest
 * @param {string[]} ids @param {Row[]} rows @param {string[]} files
 */
export function packManifest(name, { card, checksum, version }, ids, rows, files) {
  const real = (/** @type {number | null} */ value) =>
    value === null || !Number.isFinite(value) ? null : new Real(value);
  const data = {
    format: MANIFEST_FORMAT,
    kickitout: version,
    name,
    model: { name: card.name, version: card.version, checksum },
    asked: { ids },
    kicks: rows.map((row) => ({
      ...row,
      pitch_hz: real(row.pitch_hz),
      true_peak_db: real(row.true_peak_db),
      loudness_lufs: real(row.loudness_lufs),
    })),
    files: [...files].sort(),
  };
  return `${indented(data)}\n`;
}
