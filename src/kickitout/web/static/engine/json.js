/**
 * JSON as Python writes it: the twin of `json.dumps` and `repr`. Ours, for JavaScript's own knows neither 5.0 nor whole
 * numbers of 64 bits.
 */

/** A number that JSON is to show as Python shows a float: 5.0, not 5. */
export class Real {
  /** @param {number} value */
  constructor(value) {
    this.value = value;
  }
}

/** A float as Python's repr writes it. @param {number} value */
export function realText(value) {
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return `${Object.is(value, -0) ? "-0" : value}.0`;
  const [digits, exponent] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  if (power >= 0) return String(value);
  const plain = digits.replace("-", "").replace(".", "");
  return `${value < 0 ? "-" : ""}0.${"0".repeat(-power - 1)}${plain}`;
}

/**
 * JSON without spaces, with Python's floats (`Real`) and whole numbers of any size (bigint); undefined parts are left
 * out.
 * @param {unknown} value @returns {string}
 */
export function json(value) {
  if (value instanceof Real) return realText(value.value);
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return `[${value.map(json).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const parts = Object.entries(value).filter(([, part]) => part !== undefined);
    return `{${parts.map(([name, part]) => `${JSON.stringify(name)}:${json(part)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}
