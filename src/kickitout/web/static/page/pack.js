// The tab of packs: the starred kicks as a folder of files, zipped.

import { packPlace } from "../engine/constants.js";
import { refusal } from "../engine/refusal.js";
import { byId, download, el, setText } from "./dom.js";
import { decayWords, pretty } from "./notes.js";

const NAME = new RegExp(`^${packPlace.NAME}$`);

/**
 * @param {{store: import("./store.js").Store, engine: import("../engine/index.js").Engine, message: import("./message.js").Message}} tools
 */
export function createPack({ store, engine, message }) {
  const panel = byId("panel-pack");
  const name = el("input", { type: "text", value: "My kicks", id: "pack-name", autocomplete: "off", spellcheck: "false" });
  const make = el("button", { type: "submit", class: "key main-key", id: "pack-make" }, "Export");
  const list = el("ol", { class: "pack-list" });
  const count = el("p", { class: "quiet" });

  const starred = () => store.get().pads.flatMap((pad, index) => (pad.star && pad.kick ? [{ pad: index, kick: pad.kick }] : []));

  /** @param {Event} event */
  async function work(event) {
    event.preventDefault();
    const wanted = name.value.trim();
    if (!NAME.test(wanted)) {
      message.fail(refusal("name", wanted, packPlace.NO_NAME));
      name.focus();
      return;
    }
    make.disabled = true;
    try {
      const ids = [...new Set(starred().map(({ kick }) => kick.id))];
      download(await engine.pack({ name: wanted, ids }), `${wanted}.zip`);
      message.say(`${wanted}.zip holds ${ids.length} ${ids.length === 1 ? "kick" : "kicks"}.`);
    } catch (error) {
      message.fail(error);
    }
    show();
  }

  function show() {
    const chosen = starred();
    make.disabled = chosen.length === 0;
    setText(count, chosen.length ? `${chosen.length} starred:` : "Star kicks on the pads (the star, or K) to add them here.");
    list.replaceChildren(
      ...chosen.map(({ pad, kick }) =>
        el("li", {}, `Pad ${pad + 1}: ${kick.note ? pretty(kick.note) : "no pitch"}, ${decayWords(kick)}, ${kick.file}`),
      ),
    );
  }

  panel.append(
    el("h2", {}, "Pack of starred kicks"),
    el("form", { class: "row", onsubmit: work }, el("label", { class: "field line" }, el("span", {}, "Name"), name), make),
    el("p", { class: "quiet" }, "A zip of WAV files with their recipes, a licence, a README and an overview picture. The files hold exactly the samples that you hear."),
    count,
    list,
  );
  store.subscribe((state, before) => {
    if (state.pads !== before.pads) show();
  });
  show();
}
