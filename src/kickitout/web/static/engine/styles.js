/**
 * Families of kicks by what is asked of each: the twin of Python's `kickitout.instrument.styles`. Ours, so that seeds
 * keep their kicks.
 */

import * as constants from "./constants.js";
import { dialOf } from "./controls.js";
import { clamp } from "./numbers.js";
import { uniform } from "./randomness.js";
import { refusal } from "./refusal.js";

const { QUANTILE } = constants.controls;
const { CONTROL_MISSING, STYLES, UNKNOWN } = constants.styles;

/**
 * What a style asks of the kick of a seed, as a person would give it.
 * @param {string} style @param {bigint} seed
 * @param {import("./model.js").ModelControl[]} offered the controls of the model's card
 * @returns {Record<string, number>}
 */
export function wishesOf(style, seed, offered) {
  if (!Object.hasOwn(STYLES, style)) {
    throw refusal("style", style, UNKNOWN, { names: Object.keys(STYLES).join(", ") });
  }
  return Object.fromEntries(
    Object.entries(STYLES[style]).map(([name, [low, high]]) => {
      const control = offered.find((one) => one.name === name);
      if (!control) throw refusal("style", style, CONTROL_MISSING, { name });
      let value = low + (high - low) * uniform(seed, `style ${name}`, 1)[0];
      if (control.unit === QUANTILE) value = dialOf(value, control.quantiles);
      return [name, clamp(value, control.minimum, control.maximum)];
    }),
  );
}
