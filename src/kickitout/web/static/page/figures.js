// A model's measurements in words: tables of what people can read, from the keys of its card.

import { metrics } from "../engine/constants.js";
import { valueWords } from "./notes.js";

/** The kicks that a model's are held against, by the name of their split. @type {Record<string, string|undefined>} */
const SETS = { sibling: "Same kits, other kicks", test: "Other kits", unseen: "Other sources" };
/** @type {Record<string, string|undefined>} */
const SPREADS = {
  generated: "Spread of the model's kicks",
  real: "Spread of the training kicks",
  ratio: "The model's spread as a share of that",
};

/**
 * @typedef {{caption: string, head: string[], rows: string[][]}} Table rows: the first cell is what the row is about
 */

const THOUSANDTHS = "1e-3";

/** A number of three digits. @param {number} value */
const short = (value) => String(Number(value.toPrecision(3)));

/** @param {number} value @param {string} unit */
function inUnit(value, unit) {
  if (unit === "share") return `${short(100 * value)} %`;
  return ["AUC", "", THOUSANDTHS].includes(unit) ? short(value) : `${short(value)} ${unit}`;
}

/** @param {string} words */
const capital = (words) => words[0].toUpperCase() + words.slice(1);

/** @param {Record<string, unknown>} figures @param {string} key */
function numberOf(figures, key) {
  const value = figures[key];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** @param {Record<string, unknown>} figures @returns {Table|null} */
function besideReal(figures) {
  const sets = Object.keys(SETS).filter((set) => Object.keys(metrics.WORDS).some((name) => numberOf(figures, `${set}/${name}`) !== null));
  const rows = Object.entries(metrics.WORDS).flatMap(([name, { words, unit }]) => {
    const values = sets.map((set) => numberOf(figures, `${set}/${name}`));
    if (values.every((value) => value === null)) return [];
    const what = capital(words) + (unit === THOUSANDTHS ? ", in thousandths" : "");
    return [[what, ...values.map((value) => (value === null ? "–" : inUnit(value, unit)))]];
  });
  const head = ["The model's kicks beside real ones of", ...sets.map((set) => SETS[set] ?? set)];
  return rows.length ? { caption: "Beside real kicks that it was not trained on", head, rows } : null;
}

/** @param {Record<string, unknown>} figures @returns {Table|null} */
function spreads(figures) {
  const rows = Object.entries(SPREADS).flatMap(([name, words]) => {
    const value = numberOf(figures, `spread/${name}`);
    return value === null || !words ? [] : [[words, name === "ratio" ? inUnit(value, "share") : short(value)]];
  });
  return rows.length ? { caption: "How much kicks differ", head: ["", "Value"], rows } : null;
}

/**
 * @param {Record<string, unknown>} figures @param {import("../engine/index.js").Control[]} controls
 * @param {Readonly<Record<string, string>>} tips @returns {Table|null}
 */
function knobs(figures, controls, tips) {
  const decided = controls.map(({ name }) => numberOf(figures, `controls/${name}`));
  const some = decided.some((share) => share !== null);
  const rows = controls.map(({ name, label, unit, low, high }, at) => {
    const share = decided[at];
    const range = `${valueWords(low, unit)} to ${valueWords(high, unit)}`;
    return [label, range, tips[name] ?? "", ...(some ? [share === null ? "–" : inUnit(share, "share")] : [])];
  });
  const head = ["Control", "Range", "What it does", ...(some ? ["Decided before the noise is drawn"] : [])];
  return rows.length ? { caption: "Controls", head, rows } : null;
}

/**
 * What a model's card measures, as tables; the losses of its training, which say nothing to others, are left out.
 * @param {Record<string, unknown>} figures @param {import("../engine/index.js").Control[]} controls
 * @param {Readonly<Record<string, string>>} tips
 * @returns {Table[]}
 */
export const tablesOf = (figures, controls, tips) =>
  [besideReal(figures), spreads(figures), knobs(figures, controls, tips)].filter((table) => table !== null);

/** A model's card without the sections that the tables say in words. @param {string} text Markdown */
export const withoutTables = (text) => text.replace(/^## (?:Measured|Controls)\n[\s\S]*?(?=^## |$(?![\s\S]))/gm, "");
