"""How far the page without a server is from the Python: `python bench/check_web.py PAGE --seeds 20`.

PAGE is a folder of `kick export MODEL --to web`. Its engine plays in headless Chromium, from a plain file server; the
same is asked of the model in Python. Told are, for each way of asking: the distance of the sounds in dB (the root mean
square of the difference over that of the Python's kick) as the worst and the median, the share within -60 dB, how often
the same attempt was taken, and the milliseconds of both. Steering looks for what is asked by trial: where two trials
are nearly as good, the last bits of a graph decide. How often that is so is told by `Python beside itself`: the same,
with graphs whose outputs were changed by a millionth of themselves.
"""

import argparse
import base64
import io
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import soundfile

from kickitout.bundle import Bundle
from kickitout.instrument import Instrument, load
from kickitout.web.studio import Studio
from tests.browser import open_browser
from tests.player import CALL

OPEN = "async () => { window.kicks = await (await import('./static/engine/browser.js')).open(); }"

Made = tuple[dict[str, Any], bytes]


class Quiet(SimpleHTTPRequestHandler):
    """A plain file server that says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Shaken(Bundle):
    """A model whose graphs' outputs are changed by a millionth of themselves, as another machine's might be."""

    def run(self, role: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """As `Bundle.run`."""
        outputs = super().run(role, inputs)
        draws = np.random.default_rng(0)
        return {
            name: (one * (1.0 + 1e-6 * draws.standard_normal(one.shape))).astype(np.float32)
            for name, one in outputs.items()
        }


def decibels(data: bytes, reference: bytes) -> float:
    """The difference of two files' sounds over the second."""
    one, other = (soundfile.read(io.BytesIO(each), dtype="float64")[0] for each in (data, reference))
    apart = float(np.sqrt(np.mean((one - other) ** 2)))
    return 20.0 * float(np.log10(max(apart, 1e-12) / np.sqrt(np.mean(other**2))))


def ways(instrument: Instrument) -> dict[str, dict[str, Any]]:
    """What is asked, by a name for it."""
    asked: dict[str, dict[str, Any]] = {"plain": {}}
    for one in instrument.bundle.card.controls:
        value = one.minimum + 0.62 * (one.maximum - one.minimum) if one.unit == "quantile" else one.quantiles[70]
        asked[one.name] = {"controls": {one.name: round(value, 3)}}
    asked["wild"] = {"controls": {"wild": 0.7}}
    asked["note"] = {"note": "F#"}
    asked["style"] = {"style": "heavy"}
    asked["style and note"] = {"style": "edm", "note": "F1"}
    asked["length"] = {"length_ms": 200.0}
    return asked


def tell(name: str, found: Sequence[Made], wanted: Sequence[Made], ms: float, python_ms: float) -> None:
    """One line of the table."""
    apart = np.array([decibels(one[1], other[1]) for one, other in zip(found, wanted, strict=True)])
    same = sum(one[0]["attempt"] == other[0]["attempt"] for one, other in zip(found, wanted, strict=True))
    print(
        f"| {name} | {len(apart)} | {apart.max():.0f} | {np.median(apart):.0f} | {np.mean(apart <= -60.0):.3f} | "
        f"{same} | {f'{ms:.0f}' if ms else ''} | {f'{python_ms:.0f}' if python_ms else ''} |",
        flush=True,
    )


def made_by(studio: Studio, tasks: Sequence[Callable[[], Any]]) -> tuple[list[Made], float]:
    """What tasks of a studio give, and the milliseconds of one."""
    started = time.monotonic()
    held = [task() for task in tasks]
    ms = 1000.0 * (time.monotonic() - started) / len(held)
    return [(dict(one.facts), studio.wav(one.id)) for one in held], ms


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description="How far the page without a server is from the Python.")
    parser.add_argument("page", type=Path)
    parser.add_argument("--model", default="kickgan")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--plain", type=int, default=200, help="seeds of which nothing is asked")
    given = parser.parse_args()
    instrument = load(given.model)
    studio = Studio(instrument)
    shaken = Studio(Instrument(Shaken.open(instrument.bundle.path)))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(given.page)))
    Thread(target=server.serve_forever, daemon=True).start()
    with open_browser() as browser:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/LICENSE.txt")
        page.evaluate(OPEN)

        def call(*asked: object) -> tuple[list[Made], float]:
            made, ms = page.evaluate(CALL, list(asked))
            return [(kick, base64.b64decode(data)) for kick, data in made], ms

        call("make", {"seeds": [10**6]})  # the graph is loaded
        print("| asked | n | worst dB | median dB | within -60 dB | same attempt | ms | ms Python |")
        print("|---|---|---|---|---|---|---|---|")
        kept: list[tuple[list[Made], list[Made]]] = []
        for name, wish in ways(instrument).items():
            seeds = list(range(given.seeds if wish else given.plain))
            wanted, python_ms = made_by(studio, [task for one in seeds for task in studio.make(seeds=[one], **wish)])
            answers = [call("make", {"seeds": [seed], **wish}) for seed in seeds]
            found = [one for made, _ in answers for one in made]
            tell(name, found, wanted, float(np.median([ms for _, ms in answers])), python_ms)
            if wish:
                beside, shaken_ms = made_by(
                    shaken, [task for one in seeds for task in shaken.make(seeds=[one], **wish)]
                )
                tell(f"{name}: Python beside itself", beside, wanted, 0.0, shaken_ms)
            kept.append((found, wanted))
        found, wanted = kept[0]
        here, there, spent = [], [], []
        for one, other in zip(found[: given.seeds], wanted, strict=False):
            held, _ = made_by(studio, studio.vary(other[0]["id"], n=1, amount=0.4, keep=["pitch"], seed=5))
            made, ms = call("vary", one[0]["id"], {"n": 1, "amount": 0.4, "keep": ["pitch"], "seed": 5})
            here += made
            there += held
            spent.append(ms)
        tell("vary, the pitch kept", here, there, float(np.median(spent)), 0.0)
        here, there, spent = [], [], []
        for place in range(given.seeds):
            corners = [(place + step) % len(found) for step in (0, 1, 3, 8)]
            x, y = 0.1 + 0.8 * place / given.seeds, 0.5
            held, _ = made_by(studio, [partial(studio.morph, [wanted[one][0]["id"] for one in corners], x, y)])
            made, ms = call("morph", {"corners": [found[one][0]["id"] for one in corners], "x": x, "y": y})
            here += made
            there += held
            spent.append(ms)
        tell("morph on a square", here, there, float(np.median(spent)), 0.0)
        turned = [call("make", {"seeds": [3], "controls": {"click": 0.3 + 0.02 * step}})[1] for step in range(20)]
        print(f"\nA knob turned on one kick, to its sound: {np.median(turned):.0f} ms in the median")
    server.shutdown()


if __name__ == "__main__":
    main()
