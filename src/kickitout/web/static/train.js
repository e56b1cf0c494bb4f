// The tab of training: look at a folder of kicks, train on it, watch and listen.

import { button, byId, el, setText } from "./dom.js";

const EVERY_MS = 2000;

export function createTrain(train) {
  const panel = byId("panel-train");
  panel.append(el("p", {}, "…"));
  return { opened() {} };
}
