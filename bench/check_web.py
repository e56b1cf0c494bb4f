"""How far the page without a server is from the Python: `python -m bench.check_web PAGE --seeds 20`.

PAGE is a folder of `kick export MODEL --to web`. Its engine plays in headless Chromium, from a plain file server; the
same is asked of the model in Python. Told are, for each way of asking: the distance of the sounds in dB (the root mean
square of the difference over that of the Python's kick) as the worst and the median, the share within -60 dB, how often
the same attempt was taken, and the milliseconds of both. Steering looks for what is asked by trial: where two trials
are nearly as good, the last bits of a graph decide. How often that is so is told by `Python, perturbed`: the same,
with graphs whose outputs were changed by a millionth of themselves.
"""

import argparse
import base64
import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import soundfile
from playwright.sync_api import Page

from kickitout.instrument import matching
from kickitout.instrument.instrument import Instrument, load
from kickitout.instrument.styles import STYLES
from kickitout.model.bundle import Bundle
from kickitout.web.studio import Studio
from testing.browser import open_browser
from testing.player import CALL, DROP, OPEN, someones_kick

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
    asked |= {f"style {name}": {"style": name} for name in STYLES}
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


@dataclass(frozen=True)
class Bench:
    """Both sides: the page's engine, and the studio in Python, whole and shaken."""

    page: Page
    studio: Studio
    shaken: Studio
    seeds: int
    plain: int

    def call(self, *asked: object, script: str = CALL) -> tuple[list[Made], float]:
        """What the engine gives, and in how many milliseconds."""
        made, ms = self.page.evaluate(script, list(asked))
        return [(kick, base64.b64decode(data)) for kick, data in made], ms

    def kicks(self, wish: dict[str, Any], count: int) -> tuple[list[Made], float, list[Made], float]:
        """The kicks of seeds of both, with the milliseconds of one."""
        tasks = [task for one in range(count) for task in self.studio.make(seeds=[one], **wish)]
        wanted, python_ms = made_by(self.studio, tasks)
        answers = [self.call("make", {"seeds": [seed], **wish}) for seed in range(count)]
        found = [one for made, _ in answers for one in made]
        return found, float(np.median([ms for _, ms in answers])), wanted, python_ms

    def wishes(self) -> None:
        """Kicks of seeds, of which one thing after the other is asked."""
        for name, wish in ways(self.studio.instrument).items():
            found, ms, wanted, python_ms = self.kicks(wish, self.seeds if wish else self.plain)
            tell(name, found, wanted, ms, python_ms)
            if wish:
                tasks = [task for one in range(self.seeds) for task in self.shaken.make(seeds=[one], **wish)]
                beside, shaken_ms = made_by(self.shaken, tasks)
                tell(f"{name}: Python, perturbed", beside, wanted, 0.0, shaken_ms)

    def varied(self, name: str, sources: Sequence[tuple[str, str]], wish: dict[str, Any]) -> None:
        """Variations of kicks, each by its ids in both."""
        here, there, spent, python = [], [], [], []
        for one, other in sources:
            held, python_ms = made_by(self.studio, self.studio.vary(other, n=1, seed=5, **wish))
            made, ms = self.call("vary", one, {"n": 1, "seed": 5, **wish})
            here += made
            there += held
            spent.append(ms)
            python.append(python_ms)
        tell(name, here, there, float(np.median(spent)), float(np.median(python)))

    def morphed(self, name: str, squares: Sequence[Sequence[tuple[str, str]]]) -> None:
        """Places on squares between kicks, each by its ids in both."""
        here, there, spent, python = [], [], [], []
        for place, corners in enumerate(squares):
            x, y = 0.1 + 0.8 * place / len(squares), 0.5
            held, python_ms = made_by(self.studio, [partial(self.studio.morph, [other for _, other in corners], x, y)])
            made, ms = self.call("morph", {"corners": [one for one, _ in corners], "x": x, "y": y})
            here += made
            there += held
            spent.append(ms)
            python.append(python_ms)
        tell(name, here, there, float(np.median(spent)), float(np.median(python)))

    def derived(self) -> None:
        """What is made from kicks of the model."""
        found, _, wanted, _ = self.kicks({}, self.seeds + 8)
        pairs = [(one[0]["id"], other[0]["id"]) for one, other in zip(found, wanted, strict=True)]
        self.varied("vary, the pitch kept", pairs[: self.seeds], {"amount": 0.4, "keep": ["pitch"]})
        squares = [[pairs[place + step] for step in (0, 1, 3, 8)] for place in range(self.seeds)]
        self.morphed("morph on a square", squares)

    def knob(self) -> None:
        """A knob that is turned on one kick."""
        asked = [{"seeds": [3], "controls": {"click": 0.3 + 0.02 * step}} for step in range(20)]
        turned = [self.call("make", one)[1] for one in asked]
        print(f"\nA knob turned on one kick, to its sound: {np.median(turned):.0f} ms in the median")

    def files(self) -> None:
        """Files that are taken in, and what is made from them."""
        pairs: list[tuple[str, str]] = []
        same_bytes = []
        for name, (rate, kind, subtype, channels) in KINDS_OF_FILES.items():
            here, there, spent, python = [], [], [], []
            for seed in range(self.seeds):
                data = someones_kick(seed, rate, kind, subtype, channels)
                called = f"mine {seed}.{kind.lower()}"
                held, python_ms = made_by(self.studio, [partial(self.studio.take_in, called, data)])
                made, ms = self.call(called, base64.b64encode(data).decode(), script=DROP)
                here += made
                there += held
                spent.append(ms)
                python.append(python_ms)
            tell(name, here, there, float(np.median(spent)), float(np.median(python)))
            same = sum(one[1] == other[1] for one, other in zip(here, there, strict=True))
            same_bytes.append(f"{name}: {same} of {len(here)}")
            pairs = pairs or [(one[0]["id"], other[0]["id"]) for one, other in zip(here, there, strict=True)]
        self.varied("variation of a file", pairs, {"amount": 0.3})
        self.varied("variation of a file, the pitch kept", pairs, {"amount": 0.3, "keep": ["pitch"]})
        self.varied("a knob on a file's kick", pairs, {"amount": 0.0, "controls": {"decay": 220.0}})
        found, _, wanted, _ = self.kicks({}, 2)
        own = [(one[0]["id"], other[0]["id"]) for one, other in zip(found, wanted, strict=True)]
        squares = [[pairs[place], own[0], own[1], pairs[place - 1]] for place in range(len(pairs))]
        self.morphed("morph between files and kicks", squares)
        self.matches("match", pairs[:8])
        print(f"\nThe same bytes as Python's: {', '.join(same_bytes)}\n")

    def matches(self, name: str, sources: Sequence[tuple[str, str]]) -> None:
        """The nearest to kicks that were taken in, each by its ids in both."""
        here, there, beside, spent, python = [], [], [], [], []
        for one, other in sources:
            started = time.monotonic()
            wanted = self.studio.match(other)
            python.append(1000.0 * (time.monotonic() - started))
            made, ms = self.call("match", one)
            taken = self.studio.kick(other).taken
            assert taken is not None
            content, file = taken
            samples = self.studio.kick(other).samples[content]
            shaken = matching.match_samples(self.shaken.instrument, samples, file).kick
            here += made
            there.append((dict(wanted.held.facts), self.studio.wav(wanted.held.id)))
            beside.append((dict(wanted.held.facts), shaken.encode(bits="24")))
            spent.append(ms)
        tell(name, here, there, float(np.median(spent)), float(np.median(python)))
        tell(f"{name}: Python, perturbed", beside, there, 0.0, 0.0)


PARTS = ("wishes", "derived", "knob", "files")
"""What can be measured by itself."""

KINDS_OF_FILES = {
    "a file of 44.1 kHz": (44_100, "WAV", "PCM_24", 2),
    "48 kHz": (48_000, "WAV", "PCM_24", 2),
    "48 kHz, FLAC of 16 bits": (48_000, "FLAC", "PCM_16", 2),
    "96 kHz, mono": (96_000, "WAV", "FLOAT", 1),
    "22.05 kHz": (22_050, "WAV", "PCM_16", 2),
    "192 kHz": (192_000, "WAV", "PCM_24", 2),
    "OGG": (44_100, "OGG", "VORBIS", 2),
    "MP3": (44_100, "MP3", "MPEG_LAYER_III", 2),
}
"""Rate, format, word and channels of files, by what their row is called."""


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description="How far the page without a server is from the Python.")
    parser.add_argument("page", type=Path)
    parser.add_argument("--model", default="kickgan")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--plain", type=int, default=200, help="seeds of which nothing is asked")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="what is measured")
    given = parser.parse_args()
    instrument = load(given.model)
    shaken = Studio(Instrument(Shaken.open(instrument.bundle.path)))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(given.page)))
    Thread(target=server.serve_forever, daemon=True).start()
    with open_browser() as browser:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/LICENSE.txt")
        page.evaluate(OPEN)
        bench = Bench(page, Studio(instrument), shaken, given.seeds, given.plain)
        bench.call("make", {"seeds": [10**6]})  # the graph is loaded
        print("| request | n | worst dB | median dB | within -60 dB | same attempt | ms | ms Python |")
        print("|---|---|---|---|---|---|---|---|")
        for part in given.parts:
            getattr(bench, part)()
    server.shutdown()


if __name__ == "__main__":
    main()
