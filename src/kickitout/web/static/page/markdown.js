// Model cards are written in Markdown; this much of it becomes elements: headings, paragraphs, lists, tables, code.

import { el } from "./dom.js";

/** Bold, code and links within a line; links are shown by their words, since the page leads nowhere else. */
function inline(text) {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`|!?\[[^\]]*\]\([^)]*\))/).map((part) => {
    if (part.startsWith("**")) return el("strong", {}, part.slice(2, -2));
    if (part.startsWith("`")) return el("code", {}, part.slice(1, -1));
    const link = /^!?\[([^\]]*)\]/.exec(part);
    return link ? link[1] : part;
  });
}

function table(lines) {
  const cells = (line) => line.replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  const [head, , ...body] = lines;
  const row = (line, tag) => el("tr", {}, ...cells(line).map((cell) => el(tag, {}, ...inline(cell))));
  return el("div", { class: "wide" }, el("table", {}, el("thead", {}, row(head, "th")), el("tbody", {}, ...body.map((line) => row(line, "td")))));
}

function block(lines) {
  const heading = /^(#{1,6})\s+(.*)$/.exec(lines[0]);
  if (heading) return el(`h${Math.min(6, heading[1].length + 1)}`, {}, ...inline(heading[2]));
  if (lines[0].startsWith("|") && lines.length > 1) return table(lines);
  if (/^[-*] /.test(lines[0])) {
    const items = [];
    for (const line of lines) {
      if (/^[-*] /.test(line)) items.push(line.slice(2));
      else items[items.length - 1] += ` ${line.trim()}`;
    }
    return el("ul", {}, ...items.map((item) => el("li", {}, ...inline(item))));
  }
  return el("p", {}, ...inline(lines.join(" ")));
}

/**
 * @param {string} text
 * @returns {Element[]}
 */
export function markdown(text) {
  const body = text.replace(/^---\n[\s\S]*?\n---\n/, "");
  const found = [];
  for (const [place, part] of body.split(/^```.*$/m).entries()) {
    if (place % 2) {
      found.push(el("pre", {}, part.trim()));
      continue;
    }
    for (const paragraph of part.split(/\n\s*\n|(?<=^#.*)\n/m)) {
      const lines = paragraph.split("\n").filter((line) => line.trim());
      if (lines.length) found.push(block(lines));
    }
  }
  return found;
}
