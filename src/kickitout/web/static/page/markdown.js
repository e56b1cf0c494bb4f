// Model cards are written in Markdown: marked reads it, and its tokens become elements here. No HTML is ever parsed: of
// what a card holds none comes into the page but as text. Links are shown by their words: the page leads nowhere else.

import { el } from "./dom.js";

/** @typedef {import("../vendor/marked/marked.js").Token} Token */
/** @typedef {import("../vendor/marked/marked.js").MarkedToken} MarkedToken */
/** @typedef {(Element|string)[]} Shown */

/** Headings of the page end at h1: those of a card begin one below. */
const HEADINGS = /** @type {const} */ (["h2", "h3", "h4", "h5", "h6", "h6"]);

/** @param {Token[]} tokens @returns {Shown} */
const all = (tokens) => tokens.flatMap((token) => shown(/** @type {MarkedToken} */ (token)));

/** @param {import("../vendor/marked/marked.js").Tokens.Table} table */
function tableOf({ header, rows }) {
  const head = el("tr", {}, ...header.map(({ tokens }) => el("th", { scope: "col" }, ...all(tokens))));
  const body = rows.map((row) => el("tr", {}, ...row.map(({ tokens }) => el("td", {}, ...all(tokens)))));
  return el("div", { class: "wide" }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...body)));
}

/** @param {MarkedToken} token @returns {Shown} */
function shown(token) {
  switch (token.type) {
    case "heading":
      return [el(HEADINGS[token.depth - 1], {}, ...all(token.tokens))];
    case "paragraph":
      return [el("p", {}, ...all(token.tokens))];
    case "list":
      return [el(token.ordered ? "ol" : "ul", {}, ...token.items.map(({ tokens }) => el("li", {}, ...all(tokens))))];
    case "table":
      return [tableOf(token)];
    case "code":
      return [el("pre", {}, token.text)];
    case "blockquote":
      return [el("blockquote", {}, ...all(token.tokens))];
    case "strong":
    case "em":
    case "del":
      return [el(token.type, {}, ...all(token.tokens))];
    case "codespan":
      return [el("code", {}, token.text)];
    case "link":
      return all(token.tokens);
    case "text":
      return token.tokens ? all(token.tokens) : [token.text];
    case "image":
    case "escape":
    case "html":
      return [token.text];
    case "br":
    case "hr":
      return [el(token.type)];
    default:
      return []; // spaces, link definitions, check boxes
  }
}

/**
 * A card as elements; as plain text where this copy of the page has no marked.
 * @param {string} text @returns {Promise<Shown>}
 */
export async function markdown(text) {
  const body = text.replace(/^---\n[\s\S]*?\n---\n/, "");
  const marked = await import("../vendor/marked/marked.js").catch(() => null);
  return marked ? all(marked.lexer(body)) : [el("pre", {}, body.trim())];
}
