// Files: dropped on a pad or anywhere else, or chosen.

import { byId } from "./dom.js";

/** @param {(files: File[], onto: number|null) => void} take onto: the pad under the pointer, where there is one */
export function createDrop(take) {
  const cover = byId("drop");
  const grid = byId("pads");
  const input = byId("file-input", HTMLInputElement);
  let depth = 0;

  /** Files from elsewhere, not a pad that is being dragged out. @param {DragEvent} event */
  const holdsFiles = ({ dataTransfer }) =>
    dataTransfer !== null && dataTransfer.types.includes("Files") && !dataTransfer.types.includes("application/x-kick");

  /** The pad under the pointer. @param {DragEvent} event */
  function padUnder({ target }) {
    const slot = target instanceof Element ? target.closest(".slot") : null;
    return slot ? [...grid.children].indexOf(slot) : null;
  }

  /** @param {number|null} pad */
  function mark(pad) {
    [...grid.children].forEach((slot, index) => slot.classList.toggle("over", index === pad));
  }

  addEventListener("dragenter", (event) => {
    if (!holdsFiles(event)) return;
    depth += 1;
    cover.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (!holdsFiles(event)) return;
    depth = Math.max(0, depth - 1);
    cover.hidden = depth === 0;
    if (cover.hidden) mark(null);
  });
  addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    mark(padUnder(event));
  });
  addEventListener("drop", (event) => {
    depth = 0;
    cover.hidden = true;
    mark(null);
    if (!holdsFiles(event)) return;
    event.preventDefault();
    take([...(event.dataTransfer?.files ?? [])], padUnder(event));
  });

  byId("open-file").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    take([...(input.files ?? [])], null);
    input.value = "";
  });
}
