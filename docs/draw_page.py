"""Draw docs/images/page-*.png, the page of `kick ui` in headless Chromium: `python -m docs.draw_page`.

The pads have the seeds 40 to 55; of the first, a decay and a click are asked.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page

from testing import player
from testing.browser import open_browser

IMAGES = Path(__file__).parent / "images"
STARRED, LOCKED = (3, 8, 10), 6
ASKED = {"Decay": "260", "Click": "0.8"}


@contextmanager
def served() -> Iterator[str]:
    """The address of a `kick ui`."""
    with TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "kickitout", "ui", "--no-browser", "-o", folder]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            process.wait(20)


def ask(page: Page) -> None:
    """Turn knobs, star and lock pads."""
    for name, value in ASKED.items():
        page.get_by_role("slider", name=name).focus()
        page.keyboard.press("Enter")
        page.keyboard.type(value)
        page.keyboard.press("Enter")
    page.evaluate("document.activeElement.blur()")
    for pad, key in [(pad, "k") for pad in STARRED] + [(LOCKED, "l")]:
        page.evaluate("pad => kick.select(pad)", pad - 1)
        page.keyboard.press(key)
    page.evaluate("kick.select(0)")
    player.settled(page)
    page.mouse.move(2, 2)
    page.wait_for_timeout(4_000)  # pictures come from a worker


def look_at_map(page: Page) -> None:
    """Visit a place on the map, in its first colours."""
    page.get_by_role("tab", name="Map").click()
    player.until(page, lambda: page.evaluate("kick.map.points().length") > 0)
    box, spot = page.get_by_role("application").bounding_box(), page.evaluate("kick.map.spotOf(40)")
    assert box is not None
    page.mouse.move(box["x"] + spot[0], box["y"] + spot[1])
    player.until(page, lambda: len(player.hits(page)) > 0)
    page.wait_for_timeout(500)


def main() -> None:
    """The page on a desk and on a phone, and its map."""
    with served() as address, open_browser() as browser:
        for name, look in (("desktop", player.DESKTOP), ("phone", player.PHONE)):
            with player.opened(browser, address, viewport=look, color_scheme="dark") as page:
                ask(page)
                page.screenshot(path=IMAGES / f"page-{name}.png")
        with player.opened(browser, address, color_scheme="dark") as page:
            look_at_map(page)
            page.screenshot(path=IMAGES / "page-map.png")


if __name__ == "__main__":
    main()
