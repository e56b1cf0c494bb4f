/** Families of kicks by what is asked of each, as Python's `kickitout.styles` has them. */

import { QUANTILE, valueOf } from "./controls.js";
import { clamp } from "./numbers.js";
import { uniform } from "./randomness.js";

/** Ranges of quantiles by control. @type {Record<string, Record<string, [number, number]>>} */
export const STYLES = {
  analog: { decay: [0.45, 0.9], click: [0.05, 0.4], brightness: [0.03, 0.35], drive: [0, 0.3], width: [0, 0.5] },
  cinematic: { pitch: [0.03, 0.35], decay: [0.75, 0.98], brightness: [0.1, 0.5], width: [0.8, 1] },
  beatbox: { sweep: [0.03, 0.35], decay: [0.02, 0.35], brightness: [0.6, 0.95], drive: [0.6, 0.97] },
  heavy: { decay: [0.4, 0.85], click: [0.6, 0.95], brightness: [0.55, 0.9], drive: [0.7, 1] },
  edm: { sweep: [0.6, 0.95], decay: [0.2, 0.6], click: [0.65, 0.97], drive: [0.05, 0.6] },
};

/**
 * What a style asks of the kick of a seed, as a person would give it.
 * @param {string} style @param {bigint} seed @param {any[]} offered the controls of the model's card
 * @returns {Record<string, number>}
 */
export function wishesOf(style, seed, offered) {
  if (!Object.hasOwn(STYLES, style)) {
    throw new Error(`style '${style}' is none; there are ${Object.keys(STYLES).join(", ")}`);
  }
  return Object.fromEntries(
    Object.entries(STYLES[style]).map(([name, [low, high]]) => {
      const control = offered.find((one) => one.name === name);
      if (!control) throw new Error(`style ${style} needs the control ${name}, which the model does not have`);
      let value = low + (high - low) * uniform(seed, `style ${name}`, 1)[0];
      if (control.unit !== QUANTILE) value = valueOf(value, QUANTILE, control.quantiles);
      return [name, clamp(value, control.minimum, control.maximum)];
    }),
  );
}
