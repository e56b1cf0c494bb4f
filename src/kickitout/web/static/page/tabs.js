// Tabs by the usual pattern: arrow keys move, the panel follows.

import { byId } from "./dom.js";

/** Tabs that need the room of the screen's pictures. */
const TALL = new Set(["map", "train", "results"]);

/** @param {Record<string, () => void>} opened what is to be done when a tab opens, by its name */
export function createTabs(opened) {
  const strip = byId("tabs");
  const tabs = [...strip.querySelectorAll("[role=tab]")];
  const nameOf = (tab) => tab.id.replace("tab-", "");

  function open(name) {
    for (const tab of tabs) {
      const chosen = nameOf(tab) === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      byId(tab.getAttribute("aria-controls")).hidden = !chosen;
    }
    byId("desk").classList.toggle("tall", TALL.has(name));
    opened[name]?.();
  }

  strip.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) open(nameOf(tab));
  });
  strip.addEventListener("keydown", (event) => {
    const shown = tabs.filter((tab) => !tab.hidden);
    const here = shown.indexOf(document.activeElement);
    const target = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: shown.length - 1 }[event.key];
    if (target === undefined || here < 0) return;
    event.preventDefault();
    event.stopPropagation();
    const tab = shown[(target + shown.length) % shown.length];
    tab.focus();
    open(nameOf(tab));
  });

  return {
    open,
    reveal(name) {
      byId(`tab-${name}`).hidden = false;
    },
  };
}
