"""Draw docs/images/kicks-from-kicks.png: `python docs/draw_kicks_from_kicks.py`."""

from pathlib import Path
from tempfile import TemporaryDirectory

import kickitout
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound.kick import Kick
from kickitout.sound.sheet import draw_sheet, save_png

PICTURE = Path(__file__).parent / "images" / "kicks-from-kicks.png"
AMOUNTS = (0.0, 0.2, 0.4, 0.7)
STEPS = 8


def main() -> None:
    """A built-in kick and a kick of the model, varied, and what lies between them."""
    model = kickitout.load()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "built-in.wav"
        Kick(synthesise_kick(12)[0]).save(file)
        own = model.kick(3)
        ends: list[tuple[str, Path | Kick]] = [("built-in 12", file), ("seed 3", own)]
        cards = [
            (f"{name}, vary {amount:g}", kickitout.vary(end, 1, amount=amount, seed=1, model=model)[0].audio)
            for name, end in ends
            for amount in AMOUNTS
        ]
        between = kickitout.morph(file, own, STEPS, model=model)
    cards += [(f"morph, step {step} of {STEPS}", kick.audio) for step, kick in enumerate(between, 1)]
    save_png(draw_sheet(cards, title="Kicks from kicks"), PICTURE)


if __name__ == "__main__":
    main()
