// The level of a pad's file: a true peak or a loudness, as `--level` of the command line has it.

import { finishing } from "../engine/constants.js";
import { atLevel } from "../engine/finishing.js";

const { PEAK_DBTP, PROCESSING } = finishing;
const UNIT = /\s*(?:dbtp|db|lufs)$/i;

/** What a level may be of: its name in a request, its words, and where it begins. */
export const KINDS = /** @type {const} */ ([["peak", "dBTP", PEAK_DBTP], ["lufs", "LUFS", -14]]);
/** Of a kick of which nothing else is asked. */
export const USUAL_LEVEL = `peak:${PEAK_DBTP}`;

/** The level of a kick, by its recipe. @param {import("../engine/index.js").PlainProcessing} [processing] */
export function levelOf({ peak_dbtp = PEAK_DBTP, loudness_lufs } = {}) {
  return typeof loudness_lufs === "number" ? `lufs:${loudness_lufs}` : `peak:${peak_dbtp}`;
}

/**
 * A level as it was typed. None is above 0, and not every keyboard has a minus: "14" means -14.
 * @param {string} kind @param {string} text
 * @returns {{level: string, error: null} | {level: null, error: unknown}}
 */
export function readLevel(kind, text) {
  const words = text.trim().replace(",", ".").replace("−", "-").replace(UNIT, "");
  const signed = /^[\d.]/.test(words) ? `-${words}` : words;
  const value = signed === "" ? NaN : Number(signed);
  const level = `${kind}:${Number.isFinite(value) ? value + 0 : text.trim()}`;
  try {
    atLevel(PROCESSING, level);
  } catch (error) {
    return { level: null, error };
  }
  return { level, error: null };
}
