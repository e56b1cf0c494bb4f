"""Draw docs/images/drive-and-width.png: `python docs/draw_drive_and_width.py`."""

from pathlib import Path

import kickitout
from kickitout.sound.sheet import draw_sheet, save_png

PICTURE = Path(__file__).parent / "images" / "drive-and-width.png"
PLACES = (0.0, 0.5, 1.0)


def main() -> None:
    """A kick that is driven harder and harder, and the side of one that becomes wide."""
    model = kickitout.load()
    cards = [(f"seed 4, drive {place:g}", model.kick(4, controls={"drive": place}).audio) for place in PLACES]
    for place in PLACES:
        left, right = model.kick(1, controls={"width": place}).audio
        side = 0.5 * (left - right)
        cards.append((f"seed 1, width {place:g}: side", side[None].repeat(2, axis=0)))
    save_png(draw_sheet(cards, title="Drive and width", columns=3), PICTURE)


if __name__ == "__main__":
    main()
