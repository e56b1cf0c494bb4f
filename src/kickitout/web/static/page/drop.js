// Files: dropped anywhere, or chosen.

import { byId } from "./dom.js";

/** @param {(files: File[]) => void} take */
export function createDrop(take) {
  const cover = byId("drop");
  const input = byId("file-input", HTMLInputElement);
  let depth = 0;

  /** Files from elsewhere, not a pad that is being dragged out. @param {DragEvent} event */
  const holdsFiles = ({ dataTransfer }) =>
    dataTransfer !== null && dataTransfer.types.includes("Files") && !dataTransfer.types.includes("application/x-kick");

  addEventListener("dragenter", (event) => {
    if (!holdsFiles(event)) return;
    depth += 1;
    cover.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (!holdsFiles(event)) return;
    depth = Math.max(0, depth - 1);
    cover.hidden = depth === 0;
  });
  addEventListener("dragover", (event) => {
    if (holdsFiles(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    depth = 0;
    cover.hidden = true;
    if (!holdsFiles(event)) return;
    event.preventDefault();
    take([...(event.dataTransfer?.files ?? [])]);
  });

  byId("open-file").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    take([...(input.files ?? [])]);
    input.value = "";
  });
}
