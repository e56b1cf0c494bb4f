"use strict";
// Players, and the map. Without this script the page still shows all that it measured.
(() => {
  const volume = document.getElementById("volume");
  let sounding = null, turn = null;

  const marked = (id, on) => {
    for (const one of document.querySelectorAll(`.kick[data-sound="${id}"]`)) one.classList.toggle("playing", on);
  };
  const stop = () => {
    if (!sounding) return;
    sounding.pause();
    sounding.currentTime = 0;
    marked(sounding.id, false);
    sounding = null;
  };
  const play = (id) => {
    stop();
    const audio = document.getElementById(id);
    if (!audio) return null;
    audio.volume = Number(volume.value) / 100;
    sounding = audio;
    marked(id, true);
    audio.onended = () => { marked(id, false); if (sounding === audio) sounding = null; };
    audio.play().catch(() => { marked(id, false); });
    return audio;
  };
  const endTurn = () => {
    if (!turn) return;
    clearTimeout(turn.timer);
    turn.button.setAttribute("aria-pressed", "false");
    turn = null;
  };

  volume.addEventListener("input", () => { if (sounding) sounding.volume = Number(volume.value) / 100; });
  document.addEventListener("click", (event) => {
    const kick = event.target.closest(".kick");
    if (kick) { endTurn(); play(kick.dataset.sound); return; }
    const button = event.target.closest(".play-all");
    if (!button) return;
    const again = turn && turn.button === button;
    endTurn();
    stop();
    if (again) return;
    const ids = [...document.getElementById(button.dataset.group).querySelectorAll(".kick")].map((one) => one.dataset.sound);
    turn = { button, timer: 0 };
    button.setAttribute("aria-pressed", "true");
    const next = () => {
      if (!ids.length) { endTurn(); return; }
      play(ids.shift());
      turn.timer = setTimeout(next, 650);
    };
    next();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { endTurn(); stop(); }
  });

  const map = document.querySelector(".map");
  const source = document.getElementById("map-data");
  if (!map || !source) return;
  const points = JSON.parse(source.textContent);
  const here = map.querySelector(".here");
  const words = document.getElementById("map-words");
  let current = -1;
  const show = (index) => {
    if (index < 0 || index === current) return;
    current = index;
    const point = points[index];
    here.setAttribute("cx", point[0]);
    here.setAttribute("cy", point[1]);
    words.textContent = `${point[2]}: ${point[3]}` + (point[4] ? "" : " (no sound in this page)");
  };
  const nearest = (event, within) => {
    const matrix = map.getScreenCTM();
    if (!matrix) return -1;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    let best = -1, least = within * within;
    points.forEach((point, index) => {
      const distance = (point[0] - at.x) ** 2 + (point[1] - at.y) ** 2;
      if (distance < least) { least = distance; best = index; }
    });
    return best;
  };
  map.addEventListener("pointermove", (event) => show(nearest(event, 14)));
  map.addEventListener("click", (event) => {
    const index = nearest(event, 20);
    if (index < 0) return;
    show(index);
    endTurn();
    if (points[index][4]) play(points[index][4]);
  });
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  map.addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === " ") && current >= 0) {
      event.preventDefault();
      endTurn();
      if (points[current][4]) play(points[current][4]);
      return;
    }
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const from = current < 0 ? [map.viewBox.baseVal.width / 2, map.viewBox.baseVal.height / 2] : points[current];
    // The nearest that lies mainly in the arrow's direction.
    let best = -1, least = Infinity;
    points.forEach((point, index) => {
      const dx = point[0] - from[0], dy = point[1] - from[1];
      const along = dx * step[0] + dy * step[1], across = Math.abs(dx * step[1]) + Math.abs(dy * step[0]);
      if (index !== current && along > 0.5 && across <= along && along + across < least) { least = along + across; best = index; }
    });
    show(best);
  });
})();
