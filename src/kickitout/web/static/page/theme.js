// Dark or light: the system's choice until a person makes one.

import { byId } from "./dom.js";

export function createTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const key = byId("theme");
  const shown = () => document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
  const tell = () => {
    key.title = shown() === "dark" ? "Light theme" : "Dark theme";
  };
  key.addEventListener("click", () => {
    const theme = shown() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("kick.theme", theme); // as it is: theme_first.js reads it before any module
    } catch {
      // It holds until the page is closed.
    }
    tell();
  });
  dark.addEventListener("change", tell);
  tell();
}
