// Tabs by the usual pattern: arrow keys move, the panel follows.

import { byId } from "./dom.js";

/** Tabs that need the room of the screen's pictures. */
const TALL = new Set(["map", "train", "results"]);

/** @param {Record<string, () => unknown>} opened called when a tab opens, by its name */
export function createTabs(opened) {
  const strip = byId("tabs");
  /** @type {HTMLElement[]} */
  const tabs = [...strip.querySelectorAll("[role=tab]")].filter((tab) => tab instanceof HTMLElement);
  /** @param {Element} tab */
  const nameOf = (tab) => tab.id.replace("tab-", "");

  /** @param {string} name */
  function open(name) {
    for (const tab of tabs) {
      const chosen = nameOf(tab) === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      byId(`panel-${nameOf(tab)}`).hidden = !chosen;
    }
    byId("desk").classList.toggle("tall", TALL.has(name));
    opened[name]?.();
  }

  strip.addEventListener("click", (event) => {
    const tab = event.target instanceof Element ? event.target.closest("[role=tab]") : null;
    if (tab) open(nameOf(tab));
  });
  strip.addEventListener("keydown", (event) => {
    const shown = tabs.filter((tab) => !tab.hidden);
    const here = shown.findIndex((tab) => tab === document.activeElement);
    /** @type {Record<string, number|undefined>} */
    const targets = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: shown.length - 1 };
    const target = targets[event.key];
    if (target === undefined || here < 0) return;
    event.preventDefault();
    event.stopPropagation();
    const tab = shown[(target + shown.length) % shown.length];
    tab.focus();
    open(nameOf(tab));
  });

  return {
    open,
    /** Shows a tab that is hidden at first. @param {string} name */
    reveal(name) {
      byId(`tab-${name}`).hidden = false;
    },
  };
}
