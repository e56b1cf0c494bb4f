"""Draw the pictures of the producer's guide and write its table of controls: `python docs/draw_guide.py`.

Writes docs/images/guide-controls.png, guide-styles.png and guide-pack.png, and the table in docs/guide/kicks.md, all of
the shipped model.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

import kickitout
from kickitout.instrument.styles import STYLES
from kickitout.model.controls import OF_ONE
from kickitout.sound.sheet import draw_sheet, save_png

DOCS = Path(__file__).parent
IMAGES = DOCS / "images"
PAGE = DOCS / "guide" / "kicks.md"
BEGIN, END = "<!-- controls: written by docs/draw_guide.py -->\n", "<!-- end of the controls -->\n"

SEED = 8
"""The seed of the kick that the controls move."""

STYLE_SEEDS = range(3)

MEANINGS = {
    "pitch": "the pitch that is heard (see *Notes*)",
    "sweep": "how far the pitch falls",
    "sweep_time": "how long the fall takes",
    "decay": "from the peak of the body to 30 dB below",
    "click": "how loud the click is",
    "brightness": "how bright the first 50 ms are",
    "noise": "how much there is next to the pure tone: dirt, hiss, other tones",
    "drive": "saturation, from clean to hard-clipped: louder, denser, more overtones",
    "width": "how wide the stereo image is; most kicks are mono",
    "wild": "how much wilder the whole kick is than the seed's own",
}

LOW, HIGH = 15, 85
"""Percentiles of the training kicks that the picture of the controls asks for."""


def asked_of(card: kickitout.Card) -> dict[str, tuple[str, list[float]]]:
    """The unit of each control, and its values at the percentiles 0 to 100 of the training kicks, or even steps."""
    shares = [percent / 100 for percent in range(101)]
    found = {
        control.name: ("0 to 1", shares) if control.unit in OF_ONE else (control.unit, list(control.quantiles))
        for control in card.controls
    }
    return found | ({} if card.wildness is None else {"wild": ("0 to 1", shares)})


def table(card: kickitout.Card) -> str:
    """The controls as a Markdown table."""
    rows = ["| control | sets | unit | real kicks |", "|---|---|---|---|"]
    for name, (unit, values) in asked_of(card).items():
        real = "–" if unit == "0 to 1" else ", ".join(f"{values[percent]:.3g}" for percent in (10, 50, 90))
        rows.append(f"| `--{name.replace('_', '-')}` | {MEANINGS[name]} | {unit} | {real} |")
    return "\n".join(rows) + "\n"


def render_page(page: str, card: kickitout.Card) -> str:
    """The page with its table written anew."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + "\n" + table(card) + "\n" + END + rest.split(END)[1]


def moved(model: kickitout.Instrument) -> Iterator[tuple[str, kickitout.Kick]]:
    """Each control at a low and at a high value, then the kick itself."""
    card = model.bundle.card
    ranges = {control.name: (control.minimum, control.maximum) for control in card.controls}
    for control, (_, values) in asked_of(card).items():
        least, most = ranges.get(control, (0.0, 1.0))
        for name, percent in (("low", LOW), ("high", HIGH)):
            asked = min(max(values[percent], least), most)  # what is heard ends earlier than what kicks have
            yield f"{control.replace('_', ' ')} {name}: {asked:.3g}", model.kick(SEED, controls={control: asked})
    yield f"seed {SEED} itself", model.kick(SEED)


def main() -> None:
    """Draw all pictures and write the table."""
    model = kickitout.load()
    PAGE.write_text(render_page(PAGE.read_text(encoding="utf-8"), model.bundle.card), encoding="utf-8", newline="\n")
    controls = [(name, kick.audio) for name, kick in moved(model)]
    save_png(draw_sheet(controls, title="Controls").quantize(256), IMAGES / "guide-controls.png")
    styles = [
        (f"{style}, seed {seed}", kickitout.generate(1, seed=seed, style=style, model=model)[0].audio)
        for style in STYLES
        for seed in STYLE_SEEDS
    ]
    save_png(draw_sheet(styles, title="Styles", columns=len(STYLE_SEEDS)).quantize(256), IMAGES / "guide-styles.png")
    with TemporaryDirectory() as folder:
        kickitout.make_pack("Velvet", Path(folder) / "Velvet", n=16, notes=["F", "G"], seed=1)
        with Image.open(Path(folder) / "Velvet" / "sheet.png") as sheet:
            save_png(sheet.convert("RGB").quantize(256), IMAGES / "guide-pack.png")


if __name__ == "__main__":
    main()
