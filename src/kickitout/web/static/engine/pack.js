/**
 * Chosen kicks as a pack, their files as they were heard, what they are, and whose: the twin of Python's
 * `kickitout.web.packing`.
 */

import * as constants from "./constants.js";
import { describe } from "./descriptors/measure.js";
import { truePeak } from "./descriptors/levels.js";
import { notePart } from "./names.js";
import { readSound } from "./reading.js";
import { markOf } from "./recipes.js";
import { refusal } from "./refusal.js";
import { filesOf } from "./remaking.js";
import { drawSheet } from "./sheet.js";
import { licence, packManifest, readme } from "./texts.js";
import { fileStems, word } from "./words.js";

const { SAMPLE_RATE } = constants.kick;
const { MANIFEST, NAME, NO_NAME, RESERVED } = constants.packPlace;
const { PACK_SIZE } = constants.packing;
const { LICENCE_FILE, README_FILE, SHEET_FILE } = constants.packBuild;
const { MOST_KICKS } = constants.packMake;

const NAME_FORM = new RegExp(`^(?:${NAME})$`);

/** @typedef {import("./descriptors/spectrum.js").Sound} Sound */
/**
 * A kick with its file.
 * @typedef {{facts: import("./facts.js").KickFacts, recipe: import("./recipes.js").Recipe, data: Uint8Array}} Chosen
 */

/** @param {string} name @param {number} count */
function check(name, count) {
  if (!NAME_FORM.test(name) || RESERVED.includes(name.toLowerCase())) {
    throw refusal("name", name.slice(0, 50), NO_NAME);
  }
  if (count < 1 || count > MOST_KICKS) throw refusal("ids", count, PACK_SIZE, { most: MOST_KICKS });
}

/**
 * A zip archive of files, without a clock: the same files give the same bytes.
 * @param {{name: string, data: Uint8Array}[]} files @returns {Promise<Uint8Array>}
 */
async function zipped(files) {
  const { zipSync } = await import("../vendor/fflate/fflate.js");
  const options = { mtime: new Date(1980, 0, 1), os: 3, attrs: (0o100644 << 16) >>> 0 };
  return zipSync(Object.fromEntries(files.map(({ name, data }) => [name, data])), options);
}

/** What is heard of a file, and measured of that. @param {Uint8Array} data */
function heard(data) {
  const [left, right = left] = readSound(data.slice().buffer).channels;
  const channels = [left, right];
  const peak = truePeak(channels.map((one) => Float64Array.from(one)));
  return { channels, described: describe(/** @type {Sound} */ (channels)), peak };
}

/**
 * The zip of a pack.
 * @param {string} name @param {Chosen[]} kicks @param {import("./model.js").Manifest} manifest
 * @returns {Promise<Uint8Array>}
 */
export async function packed(name, kicks, manifest) {
  check(name, kicks.length);
  const found = kicks.map(({ data }) => heard(data));
  const titles = found.map(({ described }, i) => ({
    word: word(described),
    seed: kicks[i].recipe.seed,
    note: notePart(described.pitch_hz ?? null),
    mark: markOf(kicks[i].recipe, manifest),
  }));
  const stems = fileStems(name, titles);
  const rows = kicks.map(({ facts }, i) => {
    return {
      file: `${stems[i]}.wav`,
      word: titles[i].word,
      note: titles[i].note,
      pitch_hz: found[i].described.pitch_hz ?? null,
      seed: titles[i].seed,
      attempt: facts.attempt,
      true_peak_db: 20 * Math.log10(Math.max(found[i].peak, 1e-10)),
      loudness_lufs: found[i].described.loudness_lufs ?? -Infinity,
      remarks: facts.remarks,
    };
  });
  const text = (/** @type {string} */ words) => new TextEncoder().encode(words);
  const ids = kicks.map(({ facts }) => facts.id);
  const names = [...rows.map(({ file }) => file), SHEET_FILE, README_FILE, LICENCE_FILE, MANIFEST];
  const given = [...new Set(kicks.flatMap(({ recipe }) => filesOf(recipe).map(({ file }) => file)))].sort();
  const shown = found.map(({ channels }, i) => ({ label: stems[i], channels }));
  const files = [
    ...rows.map(({ file }, i) => ({ name: file, data: kicks[i].data })),
    { name: SHEET_FILE, data: await drawSheet(`${name}, ${kicks.length} kicks`, shown, SAMPLE_RATE) },
    { name: README_FILE, data: text(readme(name, manifest, rows)) },
    { name: LICENCE_FILE, data: text(licence(name, manifest, given)) },
    { name: MANIFEST, data: text(packManifest(name, manifest, ids, rows, names)) },
  ];
  return zipped(files.map(({ name: file, data }) => ({ name: `${name}/${file}`, data })));
}
