/**
 * Sentences from Python's templates: the twin of `str.format`, as far as the templates in constants.js use it. Ours, so
 * that both engines say the same.
 */

/** `{name!r:.3g}`: a name (none: the place), whether quoted, and how a number is written. */
const FIELD = /\{(\w*)(!r)?(?::([^}]*))?\}/g;

/**
 * A template with its fields filled in.
 * @param {string} template @param {Record<string, unknown>} fields the field without a name is ""
 */
export function filled(template, fields) {
  /** @param {string} _ @param {string} name @param {string | undefined} quoted @param {string | undefined} form */
  const fill = (_, name, quoted, form) => {
    if (!(name in fields)) throw new Error(`the sentence '${template}' needs ${name || "a value"}`);
    const value = fields[name];
    if (quoted) return repr(String(value));
    return form === undefined ? String(value) : formatted(Number(value), form);
  };
  return template.replace(FIELD, fill);
}

/** A text in quotes, as Python shows it. @param {string} text */
export function repr(text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`);
  return quote + escaped.replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t") + quote;
}

/** A number in one of Python's forms: `,`, `.1f`, `,.0f`, `g`, `.3g`. @param {number} value @param {string} form */
function formatted(value, form) {
  const found = /^(,?)(?:\.(\d+))?([fg]?)$/.exec(form);
  if (!found) throw new Error(`numbers are not written as ':${form}' here`);
  const [, grouped, digits, kind] = found;
  if (kind === "g") return general(value, Number(digits ?? 6));
  const text = kind === "f" ? fixed(value, Number(digits ?? 6)) : String(value);
  return grouped ? text.replace(/\d(?=(\d{3})+(?!\d))(?<!\.\d*)/g, "$&,") : text;
}

/**
 * With so many digits after the point; what lies right between goes to the even one.
 * @param {number} value @param {number} digits
 */
export function fixed(value, digits) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
  const size = Math.abs(value);
  const scaled = size * 10 ** digits;
  // Only a number of few binary places lies right between; `toFixed` takes it up.
  const between = Number.isInteger(size * 2 ** (digits + 1)) && scaled % 1 === 0.5 && Math.floor(scaled) % 2 === 0;
  const text = (between ? Math.floor(scaled) / 10 ** digits : size).toFixed(digits);
  return value < 0 || Object.is(value, -0) ? `-${text}` : text;
}

/** With so many digits in all, and no zeros that say nothing. @param {number} value @param {number} digits */
export function general(value, digits) {
  if (!Number.isFinite(value)) return fixed(value, 0);
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa, exponent] = value.toExponential(Math.max(digits, 1) - 1).split("e");
  const power = Number(exponent);
  const bare = (/** @type {string} */ text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (power < -4 || power >= digits) {
    return `${bare(mantissa)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  return bare(fixed(value, Math.max(digits - 1 - power, 0)));
}
