// What the browser keeps between visits: a few small choices, and nothing where it keeps nothing.

/** A kept choice, or `otherwise`. */
export function recall(name, otherwise) {
  try {
    const text = localStorage.getItem(`kick.${name}`);
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return otherwise;
  }
}

/** Keeps a choice. */
export function keep(name, value) {
  try {
    localStorage.setItem(`kick.${name}`, JSON.stringify(value));
  } catch {
    // Private windows may refuse; the choice then holds until the page is closed.
  }
}
