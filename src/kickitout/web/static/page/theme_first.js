// Runs before the first paint, so that a chosen theme does not flash in the other one. No module: those wait.
(() => {
  try {
    const chosen = localStorage.getItem("kick.theme");
    if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
  } catch {
    // No storage: the system's theme it is.
  }
})();
