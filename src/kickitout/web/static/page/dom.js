// Small words for making elements.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Attributes by name; true is an empty one, false and null none. Functions are listeners: `onclick` and the like.
 * @typedef {Record<string, string|number|boolean|null|undefined|((event: Event) => void)>} Attributes
 */

/**
 * The element with an id, which must be there and of a kind.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @param {new () => T} [kind]
 * @returns {T}
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof (kind ?? HTMLElement))) throw new Error(`the page has no ${kind?.name ?? "element"} #${id}`);
  return /** @type {T} */ (found);
}

/** What a canvas is drawn on with. @param {HTMLCanvasElement} canvas */
export function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser cannot draw; try another one");
  return context;
}

/** @param {Element} element @param {Attributes} attributes */
function dress(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** @param {(Node|string|number)[]} children @returns {(Node|string)[]} */
const written = (children) => children.map((child) => (typeof child === "number" ? String(child) : child));

/**
 * An HTML element.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} attributes
 * @param {...(Node|string|number)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  dress(element, attributes);
  element.append(...written(children));
  return element;
}

/**
 * An SVG element.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} attributes
 * @param {...(Node|string|number)} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  dress(element, attributes);
  element.append(...written(children));
  return element;
}

/**
 * A button with words.
 * @param {string} words
 * @param {(event: Event) => void} onclick
 * @param {Attributes} attributes
 */
export const button = (words, onclick, attributes = {}) =>
  el("button", { type: "button", class: "key", onclick, ...attributes }, words);

/**
 * Sets text only where it differs, so that nothing is announced twice.
 * @param {Element} element @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Saves a blob as a file. @param {Blob} blob @param {string} name */
export function download(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
