"""What the page must do wherever it is served: each check takes a page that is ready.

`CHECKS` are run against `kick ui` (test_page.py); a static export passes the same ones. They look at the page as a
person would, and through its door for tests, `window.kick`.
"""

import io
import math
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import soundfile as sf
import soxr
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

from kickitout.library.synthesis import synthesise_kick

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}

READY = "html[data-ready]"
"""Where all pads can be played. (`wait_for_function` would need what the page's policy forbids: eval.)"""


OPEN = "async () => { window.kicks = await (await import('./static/engine/browser.js')).open(); }"
"""Opens the engine of a page without a server, alone, as `window.kicks`."""

CALL = """async ([method, ...given]) => {
  const started = performance.now();
  const found = await window.kicks[method](...given);
  const ms = performance.now() - started;
  const made = [];
  for (const kick of found.kicks ?? [found.kick]) {
    const bytes = new Uint8Array(await window.kicks.wav(kick.id));
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    made.push([kick, btoa(text)]);
  }
  return [made, ms];
}"""
"""What `window.kicks`, an engine, makes: facts of kicks with their files, and how many ms it took."""

DROP = f"""async ([name, text]) => {{
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  return ({CALL})(["file", name, bytes.buffer]);
}}"""
"""The same of a file, in base64."""

FIRST_SEED = 40
"""The pads have the same kicks in every run."""


class Visited:
    """A page at an address, loaded again for each visit as if nobody had been there: a page of its own for each check
    would take twice as long to open.

    Args:
        browser: opens it, at the first visit.
        address: where it is.
        options: of the page's context.
    """

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.browser, self.address = browser, address
        self.options = {"viewport": DESKTOP, "accept_downloads": True} | options
        self.page: Page | None = None
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []

    @contextmanager
    def visit(self) -> Iterator[Page]:
        """The page when it is ready; at the end it has asked for nothing elsewhere, and has not complained."""
        try:
            page = self._again() if self.page else self._first()
            page.wait_for_selector(READY, timeout=120_000)
            yield page
            assert self.elsewhere == []
            assert self.complaints == []
        except BaseException:
            self.close()  # who knows what is left in it
            raise

    def close(self) -> None:
        """Closes the page; the next visit opens another."""
        if self.page is not None:
            self.page.context.close()
        self.page = None
        self.elsewhere.clear()
        self.complaints.clear()

    def _first(self) -> Page:
        page = self.page = self.browser.new_context(**self.options).new_page()
        origin = self.address.split("?")[0]
        page.on(
            "request", lambda request: None if _is_ours(request.url, origin) else self.elsewhere.append(request.url)
        )
        # Advice on reading canvases is for checks that read them, not for the page.
        page.on(
            "console",
            lambda told: (
                self.complaints.append(told.text)
                if told.type in ("error", "warning") and "willReadFrequently" not in told.text
                else None
            ),
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{self.address}#seed={FIRST_SEED}")
        return page

    def _again(self) -> Page:
        page = self.page
        assert page is not None
        # What the page keeps goes after it has kept what it leaves with.
        page.evaluate(
            """seed => {
                addEventListener("pagehide", () => { localStorage.clear(); sessionStorage.clear(); });
                history.replaceState(null, "", location.pathname + "#seed=" + seed);
            }""",
            FIRST_SEED,
        )
        page.mouse.move(0, 0)
        page.reload()
        return page


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """A page that is ready, and closed at the end; then it has asked for nothing elsewhere, and has not complained."""
    visited = Visited(browser, address, **options)
    with visited.visit() as page:
        yield page
    visited.close()


def _is_ours(url: str, origin: str) -> bool:
    return url.startswith((origin, "blob:" + origin.rstrip("/"), "data:"))


# What a page says ----------------------------------------------------------------------------------------------------


def pads(page: Page) -> list[dict[str, Any]]:
    """All pads, as the page's store has them."""
    found: list[dict[str, Any]] = page.evaluate("kick.pads()")
    return found


def ids(page: Page) -> list[str]:
    """The kicks on the pads."""
    return [pad["kick"]["id"] for pad in pads(page)]


def told(page: Page) -> str:
    """Its message."""
    return page.locator("#message").text_content() or ""


def hits(page: Page) -> list[dict[str, Any]]:
    """What was played so far."""
    found: list[dict[str, Any]] = page.evaluate("kick.hits")
    return found


def until(page: Page, told: Callable[[], bool], seconds: float = 20.0) -> None:
    """Waits for what a page comes to."""
    for _ in range(math.ceil(seconds / 0.05)):
        if told():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it did not come to that within {seconds:g} s: {page.locator('#message').text_content()}")


def settled(page: Page) -> None:
    """Waits until no pad waits for its kick."""
    until(page, lambda: not any(pad["pending"] for pad in pads(page)))


def loaded_again(page: Page) -> None:
    """Loads the page again, without the seeds in its address: it begins with what it keeps."""
    page.evaluate("history.replaceState(null, '', location.pathname)")
    page.reload()
    page.wait_for_selector(READY, timeout=120_000)


def begun_anew(page: Page) -> None:
    """The first pad, the first tab, nothing played, nothing said: as at the beginning, but for the kicks."""
    page.evaluate("kick.hits.length = 0; kick.message.say(''); document.activeElement.blur()")
    page.get_by_role("tab", name="Sound").click()
    page.evaluate("kick.select(0); document.activeElement.blur()")
    page.mouse.move(0, 0)


def rendered(page: Page, pad: int) -> NDArray[np.float32]:
    """What a full hit sounds like, through an OfflineAudioContext: float32 (2, n)."""
    found = page.evaluate("pad => kick.render(pad)", pad)
    return np.array([found["left"], found["right"]], dtype=np.float32)


def in_file(data: bytes) -> NDArray[np.float32]:
    """The samples of a file: float32 (2, n)."""
    samples, rate = sf.read(io.BytesIO(data), dtype="float32", always_2d=True)
    assert rate == 44_100
    return np.asarray(samples.T)


def dropped(page: Page, name: str, data: bytes | int, onto: int | None = None) -> None:
    """Lets a file go over a pad, or the page: its bytes, or so many zeros."""
    page.evaluate(
        """([name, bytes, pad]) => {
            const place = pad === null ? document.body : document.querySelectorAll(".pad")[pad];
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], name));
            for (const kind of ["dragenter", "dragover", "drop"]) {
                const told = {dataTransfer: transfer, bubbles: true, cancelable: true};
                place.dispatchEvent(new DragEvent(kind, told));
            }
        }""",
        [name, data if isinstance(data, int) else list(data), onto],
    )


def someones_kick(
    seed: int = 3, rate: int = 44_100, kind: str = "WAV", subtype: str = "PCM_24", channels: int = 2
) -> bytes:
    """A file that no model made: a kick of our own synthesis."""
    sound = 0.8 * synthesise_kick(seed)[0].T
    if channels == 1:
        sound = sound.mean(axis=1)
    stream = io.BytesIO()
    sf.write(stream, soxr.resample(sound, 44_100, rate), rate, subtype=subtype, format=kind)
    return stream.getvalue()


# The checks ----------------------------------------------------------------------------------------------------------


def check_all_pads_show_their_kicks(page: Page) -> None:
    assert len(set(ids(page))) == 16
    for place, pad in enumerate(pads(page)):
        words = page.locator(".pad").nth(place).text_content() or ""
        if pad["kick"]["decay_ms"] is not None:
            decay = math.floor(pad["kick"]["decay_ms"] + 0.5)
            assert (f"{decay} ms" if decay <= 500 else ">500 ms") in words
        if pad["kick"]["note"]:
            assert pad["kick"]["note"].replace("#", "♯") in words
    inked = """() => [...document.querySelectorAll(".pad-wave")].map(canvas => canvas.getContext("2d")
        .getImageData(0, 0, canvas.width, canvas.height).data.some(value => value > 0))"""
    until(page, lambda: all(page.evaluate(inked)))
    shown = """() => {const c = document.querySelector("#spectrum");
        return new Set(c.getContext("2d").getImageData(0, 0, c.width, c.height).data).size}"""
    until(page, lambda: page.evaluate(shown) > 40)


def check_what_is_heard_is_the_file(page: Page) -> None:
    for pad in (0, 5, 15):
        data = bytes(page.evaluate("pad => kick.file(pad)", pad))
        assert np.array_equal(rendered(page, pad), in_file(data))


def check_pointer_keys_and_midi_play(page: Page) -> None:
    page.locator(".pad").nth(2).click(position={"x": 20, "y": 60})
    for key in ("1", "r", "v"):
        page.keyboard.press(key)
    page.evaluate("kick.midi([0x90, 36, 127])")  # the lowest note is the pad at the bottom left
    page.evaluate("kick.midi([0x91, 51, 64])")
    page.evaluate("kick.midi([0x80, 51, 64])")
    page.evaluate("kick.midi([0x90, 51, 0])")
    found = hits(page)
    assert [hit["pad"] for hit in found] == [2, 0, 7, 15, 12, 3]
    assert [hit["gain"] for hit in found[:5]] == [1, 1, 1, 1, 1]
    assert found[5]["gain"] == (64 / 127) ** 2
    assert page.evaluate("kick.selected()") == 3


def check_a_knob_changes_the_kick(page: Page) -> None:
    before = pads(page)[0]["kick"]
    wished = 350.0 if (before["decay_ms"] or 999.0) < 240.0 else 130.0
    knob = page.get_by_role("slider", name="Decay")
    knob.focus()
    page.keyboard.press("Enter")
    page.keyboard.type(f"{wished:g}")
    page.keyboard.press("Enter")
    settled(page)
    after = pads(page)[0]["kick"]
    assert after["asked"]["decay"] == wished
    assert after["measured"]["decay"] == after["decay_ms"]
    assert abs(after["decay_ms"] - wished) < 0.25 * abs((before["decay_ms"] or 999.0) - wished)
    assert float(knob.get_attribute("aria-valuenow") or 0.0) == wished
    assert "set to" in (knob.get_attribute("aria-valuetext") or "")
    until(page, lambda: hits(page)[-1:] != [] and hits(page)[-1]["id"] == after["id"])
    until(page, lambda: len(page.evaluate("kick.latencies")) >= 1)

    # Let go, and the seed's own kick is back, to the bit.
    knob.dblclick()
    settled(page)
    assert pads(page)[0]["kick"]["id"] == before["id"]
    assert "not set" in (knob.get_attribute("aria-valuetext") or "")


def check_a_turn_is_one_step_of_undo(page: Page) -> None:
    first = ids(page)
    box = page.get_by_role("slider", name="Click").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(x, y + (10 if pads(page)[0]["kick"]["measured"]["click"] > 0.5 else -10) * step)
    page.mouse.up()
    settled(page)
    turned = ids(page)
    assert turned[0] != first[0]
    assert turned[1:] == first[1:]
    page.get_by_role("button", name="Undo").click()
    settled(page)
    assert ids(page) == first
    assert page.get_by_role("button", name="Undo").is_disabled()
    page.get_by_role("button", name="Redo").click()
    settled(page)
    assert ids(page) == turned


def check_shuffle_leaves_what_is_locked_or_starred(page: Page) -> None:
    before = ids(page)
    page.get_by_role("button", name="Lock pad 2", exact=True).click()
    page.get_by_role("button", name="Star pad 16").click()
    page.get_by_role("button", name="Shuffle").click()
    settled(page)
    after = ids(page)
    assert [place for place in range(16) if after[place] == before[place]] == [1, 15]
    for _ in range(3):
        page.keyboard.press("Control+z")
    settled(page)
    assert ids(page) == before
    assert not any(pad["star"] or pad["lock"] for pad in pads(page))


def check_variations_keep_what_is_kept(page: Page) -> None:
    source = next(place for place, pad in enumerate(pads(page)) if pad["kick"]["pitch_hz"] and pad["kick"]["decay_ms"])
    mine = (source + 1) % 16
    page.evaluate("pad => kick.select(pad)", mine)
    page.get_by_role("slider", name="Decay").press("PageDown")
    settled(page)
    page.evaluate("pad => kick.select(pad)", source)
    before = pads(page)
    page.get_by_role("tab", name="Vary").click()
    page.get_by_role("group", name="Keep").get_by_role("button", name="Pitch").click()
    page.locator("#vary").click()
    until(page, lambda: sum(pad["kick"]["verb"] == "vary" for pad in pads(page)) == 14, 60.0)
    after = pads(page)
    assert after[source] == before[source] | {"chosen": True}
    assert after[mine] == before[mine]
    until(page, lambda: f"Pad {mine + 1} stays: you chose or changed its kick" in told(page))
    pitches = [pad["kick"]["pitch_hz"] for pad in after if pad["kick"]["verb"] == "vary"]
    off = [abs(1200 * math.log2(pitch / before[source]["kick"]["pitch_hz"])) for pitch in pitches if pitch]
    assert np.median(off) < 10.0
    page.keyboard.press("Control+z")  # all of them are one step
    assert pads(page) == before


def check_morph_goes_between_its_corners(page: Page) -> None:
    corners = [rendered(page, pad) for pad in (0, 15)]
    page.evaluate("kick.select(5)")
    page.get_by_role("tab", name="Morph").click()
    square = page.get_by_role("slider", name="Morph")
    square.focus()
    for key, corner in (("Home", corners[0]), ("End", corners[1])):
        page.keyboard.press(key)
        until(page, lambda corner=corner: np.abs(rendered(page, 5) - corner).max() < 1e-4)  # type: ignore[misc]
    one = ids(page)[5]
    box = square.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.4 * box["width"], box["y"] + 0.6 * box["height"])
    until(page, lambda: ids(page)[5] != one)
    assert pads(page)[5]["kick"]["verb"] == "morph"
    assert "60 % down" in (square.get_attribute("aria-valuetext") or "")


def check_the_map_is_browsed_by_hovering_and_keys(page: Page) -> None:
    page.evaluate("kick.select(9)")
    page.get_by_role("tab", name="Map").click()
    until(page, lambda: page.evaluate("kick.map.points().length") >= 500)
    point = page.evaluate("kick.map.points()[40]")
    chart = page.get_by_role("application")
    box, spot = chart.bounding_box(), page.evaluate("kick.map.spotOf(40)")
    assert box is not None
    page.mouse.move(box["x"] + spot[0], box["y"] + spot[1])
    until(page, lambda: len(hits(page)) == 1)
    assert pads(page)[9]["kick"]["seed"] != point[0]  # hovering changes nothing
    page.mouse.click(box["x"] + spot[0], box["y"] + spot[1])
    until(page, lambda: pads(page)[9]["kick"]["seed"] == point[0])
    assert pads(page)[9]["kick"]["id"] == hits(page)[0]["id"]
    page.mouse.move(2, 2)
    chart.focus()
    heard = len(hits(page))
    page.keyboard.press("ArrowDown")
    until(page, lambda: len(hits(page)) > heard)
    page.keyboard.press("Enter")
    until(page, lambda: pads(page)[9]["kick"]["id"] == hits(page)[-1]["id"])
    assert pads(page)[9]["kick"]["seed"] != point[0]
    # It is coloured by what is ordered on it, and says in which direction.
    assert page.get_by_label("Colour by").evaluate("one => one.selectedOptions[0].label") == "Brightness"
    page.get_by_label("Colour by").select_option(label="Brightness")
    assert "Brightness grows to the right" in (page.locator(".map-words").text_content() or "")
    page.get_by_label("Colour by").select_option(label="Decay")
    assert "ms" in (page.locator(".map-scale").text_content() or "")


def check_a_dropped_file_is_taken_in_and_matched(page: Page) -> None:
    page.evaluate("kick.select(4)")
    data = someones_kick()
    dropped(page, "mine.wav", data)
    until(page, lambda: pads(page)[4]["kick"]["verb"] == "file")
    assert "mine" in pads(page)[4]["kick"]["file"]
    heard, given = rendered(page, 4), in_file(data)
    n = min(heard.shape[1], given.shape[1])
    gain = np.abs(heard).max() / np.abs(given[:, :n]).max()
    # Taken in, it begins where the file's kick begins, and is brought to its peak: the same sound.
    spectra = [np.abs(np.fft.rfft(one.sum(axis=0), 65_536)) for one in (heard[:, :n], gain * given[:, :n])]
    assert float(np.corrcoef(spectra)[0, 1]) > 0.99
    page.get_by_role("tab", name="Vary").click()
    page.locator("#match").click()
    until(page, lambda: pads(page)[5]["kick"]["verb"] == "match", 60.0)
    assert "closest" in (page.locator("#message").text_content() or "")


def check_a_file_of_our_own_is_the_very_kick(page: Page) -> None:
    for name in ("Decay", "Length"):
        page.get_by_role("slider", name=name).focus()
        page.keyboard.press("Enter")
        page.keyboard.type("300")
        page.keyboard.press("Enter")
        settled(page)
    own = pads(page)[0]
    assert own["kick"]["asked"] == {"decay": 300.0}
    page.evaluate("kick.select(6)")
    dropped(page, "from my folder.wav", bytes(page.evaluate("kick.file(0)")))
    until(page, lambda: ids(page)[6] == ids(page)[0])
    again = pads(page)[6]
    assert (again["seed"], again["settings"]) == (own["seed"], own["settings"])
    assert "recognised as a kick of this model" in (page.locator("#message").text_content() or "")
    # Its knobs turn it as they did.
    page.get_by_role("slider", name="Decay").dblclick()
    page.evaluate("kick.select(0)")
    page.get_by_role("slider", name="Decay").dblclick()
    settled(page)
    assert ids(page)[6] == ids(page)[0] != own["kick"]["id"]


def check_a_reload_keeps_the_pads(page: Page) -> None:
    page.evaluate("kick.select(3)")
    page.get_by_role("slider", name="Decay").focus()
    page.keyboard.press("PageUp")
    settled(page)
    page.get_by_role("button", name="Star pad 4", exact=True).click()
    page.get_by_role("button", name="Lock pad 9", exact=True).click()
    page.evaluate("kick.select(6)")
    page.get_by_role("tab", name="Morph").click()
    square = page.get_by_role("slider", name="Morph")
    square.focus()
    page.keyboard.press("ArrowRight")
    until(page, lambda: pads(page)[6]["kick"]["verb"] == "morph")
    before = pads(page)
    heard = [rendered(page, pad) for pad in (3, 6, 9)]
    loaded_again(page)
    assert pads(page) == before
    assert page.evaluate("kick.selected()") == 6
    assert all(np.array_equal(rendered(page, pad), one) for pad, one in zip((3, 6, 9), heard, strict=True))
    assert page.get_by_role("button", name="Undo").is_disabled()
    assert page.locator("#message").text_content() == ""
    page.get_by_role("button", name="Shuffle").click()
    settled(page)
    after = ids(page)
    assert [place for place in range(16) if after[place] == before[place]["kick"]["id"]] == [3, 6, 8]


def check_nothing_is_overwritten_unasked(page: Page) -> None:
    question = page.locator("#ask")
    for pad, key in ((1, "k"), (2, "l")):
        page.evaluate("pad => kick.select(pad)", pad)
        page.keyboard.press(key)
    page.evaluate("kick.select(3)")
    page.get_by_role("slider", name="Decay").press("PageDown")
    settled(page)
    page.evaluate("kick.select(0)")
    before = ids(page)
    page.get_by_role("tab", name="Vary").click()
    page.locator("#match").click()
    until(page, lambda: pads(page)[4]["kick"]["verb"] == "match", 60.0)
    assert [place for place in range(16) if ids(page)[place] != before[place]] == [4]

    # A file that falls on a pad of the person's own asks first; anywhere else it takes a free one.
    data = someones_kick()
    dropped(page, "mine.wav", data, onto=4)
    question.wait_for(state="visible")
    page.keyboard.press("Escape")
    until(page, lambda: "left out" in (page.locator("#message").text_content() or ""))
    assert [place for place in range(16) if ids(page)[place] != before[place]] == [4]
    page.evaluate("kick.select(1)")
    dropped(page, "mine.wav", data)
    until(page, lambda: pads(page)[5]["kick"]["verb"] == "file")
    dropped(page, "mine.wav", data, onto=1)
    page.get_by_role("button", name="Replace pad 2").click()
    until(page, lambda: pads(page)[1]["kick"]["verb"] == "file")
    assert [place for place in range(16) if ids(page)[place] != before[place]] == [1, 4, 5]

    # New kicks come onto the free pads; onto the others when the person says so; and undo brings all of them back.
    before = ids(page)
    page.keyboard.press("n")
    until(page, lambda: "Pads 2, 4, 5 and 6 stay" in told(page))
    settled(page)
    assert [place for place in range(16) if ids(page)[place] == before[place]] == [1, 2, 3, 4, 5]
    page.get_by_role("button", name="Replace them, too").click()
    settled(page)
    assert [place for place in range(16) if ids(page)[place] == before[place]] == [2]
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert ids(page) == before

    # With no pad free all of them ask: new kicks, a match, a morph.
    for pad in range(6, 16):
        page.evaluate("pad => kick.select(pad)", pad)
        page.keyboard.press("k")
    page.evaluate("kick.select(0)")
    page.keyboard.press("k")
    before = ids(page)
    page.keyboard.press("n")
    question.wait_for(state="visible")
    assert "on pads 2, 4, 5 and 6, which you chose or changed?" in (question.text_content() or "")
    page.get_by_role("button", name="Cancel").click()
    page.locator("#match").click()
    question.wait_for(state="visible", timeout=60_000)
    assert "No pad is free" in (question.text_content() or "")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("tab", name="Morph").click()
    page.get_by_role("slider", name="Morph").press("ArrowRight")
    question.wait_for(state="visible")
    assert "No pad is free for the morph" in (question.text_content() or "")
    page.get_by_role("button", name="Cancel").click()
    until(page, lambda: "The morph was left out" in told(page))
    assert ids(page) == before


def check_a_knob_says_what_it_does_and_what_it_cannot(page: Page) -> None:
    before = ids(page)
    for name in ("Pitch", "Decay", "Click", "Width", "Length"):
        knob = page.get_by_role("slider", name=name, exact=True)
        tip = knob.get_attribute("aria-description") or ""
        assert len(tip) > 20
        assert tip in (knob.get_attribute("title") or "")
    for typed, words in (("5000", "Decay 5000: out of range"), ("soft", "Decay soft: not a number")):
        page.get_by_role("slider", name="Decay").focus()
        page.keyboard.press("Enter")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        assert words in (page.locator("#message").text_content() or "")
        assert page.locator(".knob-typed").get_attribute("aria-invalid") == "true"
        page.keyboard.press("Escape")
    page.locator("#bpm").fill("999")
    page.locator("#bpm").press("Tab")
    assert "BPM 999: out of range" in (page.locator("#message").text_content() or "")
    assert page.locator("#bpm").input_value() == "124"
    assert ids(page) == before
    # A long message is read whole.
    page.evaluate("kick.message.fail('a_long_name_of_a_file'.repeat(20))")
    assert page.locator("#message").evaluate("one => one.scrollWidth <= one.clientWidth + 1")
    assert page.locator("#message").evaluate("one => one.scrollHeight <= one.clientHeight + 1")


def check_what_is_no_kick_is_one_clear_line(page: Page) -> None:
    before = ids(page)
    dropped(page, "huge.wav", 10 * 2**20 + 1)
    until(page, lambda: "10 MB" in (page.locator("#message").text_content() or ""))
    assert page.locator("#message").get_attribute("data-kind") == "error"
    assert ids(page) == before


def check_starred_kicks_become_a_pack(page: Page) -> None:
    page.get_by_role("tab", name="Pack").click()
    assert page.locator("#pack-make").is_disabled()
    for pad in (1, 7):
        page.get_by_role("button", name=f"Star pad {pad + 1}", exact=True).click()
    page.locator("#pack-name").fill("../bad")
    page.locator("#pack-make").click()
    assert "Name ../bad: not a file name that works everywhere" in (page.locator("#message").text_content() or "")
    page.locator("#pack-name").fill("Two kicks")
    with page.expect_download() as coming:
        page.locator("#pack-make").click()
    assert coming.value.suggested_filename == "Two kicks.zip"
    with zipfile.ZipFile(coming.value.path()) as pack:
        sounds = [in_file(pack.read(name)) for name in pack.namelist() if name.endswith(".wav")]
    wanted = [rendered(page, pad) for pad in (1, 7)]
    assert len(sounds) == 2
    for want in wanted:
        assert any(np.array_equal(want, sound) for sound in sounds)


def check_keys_alone_do_it_all(page: Page) -> None:
    page.keyboard.press("ArrowRight")  # from nowhere: to the selected pad
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("kick.selected()") == 5
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert [hit["pad"] for hit in hits(page)] == [5, 5]
    page.keyboard.press("k")
    page.keyboard.press("l")
    assert (pads(page)[5]["star"], pads(page)[5]["lock"]) == (True, True)
    page.keyboard.press("u")
    page.keyboard.press("u")
    assert (pads(page)[5]["star"], pads(page)[5]["lock"]) == (False, False)
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("1")
    assert len(hits(page)) == 2  # not behind the dialog
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()

    # The tab key comes to everything that can be pressed, and shows where it is.
    page.evaluate("document.activeElement.blur()")
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                """() => {const e = document.activeElement, s = getComputedStyle(e);
                return [e.id || e.getAttribute("aria-label") || e.textContent.trim(), s.outlineStyle, e.tagName]}"""
            )
        )
        if seen[-1][2] == "BODY":
            break
    names = [name for name, _, tag in seen if tag != "BODY"]
    idle = set(page.eval_on_selector_all("button:disabled", "all => all.map(one => one.id)"))
    for wanted in (
        "shuffle",
        "more",
        "open-file",
        "loop-run",
        "bpm",
        "key",
        "tune",
        "r-file",
        "reveal",
        "tab-sound",
        "Decay",
    ):
        assert (wanted in names) != (wanted in idle)
    assert all(outline != "none" for _, outline, tag in seen if tag != "BODY")

    page.get_by_role("tab", name="Sound").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#panel-vary").is_visible()
    page.locator("#bpm").focus()
    page.keyboard.press("1")
    assert len(hits(page)) == 2  # a field's own keys play nothing


def check_the_loop_plays_in_a_key(page: Page) -> None:
    page.locator("#key").select_option(label="G")
    page.get_by_label("Tune pads to key").check()
    settled(page)
    tuned = [pad["kick"]["note"] for pad in pads(page) if pad["kick"]["note"]]
    assert sum(note.rstrip("0123456789-") == "G" for note in tuned) >= 14
    page.get_by_role("tab", name="Loop").click()
    page.locator("#bpm").fill("200")
    first = page.get_by_role("button", name="Selected pad, step 2", exact=True)
    first.click()
    assert first.get_attribute("aria-pressed") == "true"
    bass = page.get_by_role("button", name="Bass, step 1:")
    bass.press("ArrowUp")
    assert "G1" in (bass.get_attribute("aria-label") or "")
    heard = len(hits(page))
    page.keyboard.press("o")
    until(page, lambda: len(hits(page)) >= heard + 5)
    assert {hit["gain"] for hit in hits(page)[heard:]} == {0.5}
    # Another pad has a row of its own; what is muted is not heard; what plays together shares the room.
    page.evaluate("kick.select(5)")
    page.get_by_role("button", name="Add pad 6").click()
    page.evaluate("kick.select(0)")
    page.get_by_role("button", name="Pad 6, step 1", exact=True).click()
    heard = len(hits(page))
    until(page, lambda: {0, 5} <= {hit["pad"] for hit in hits(page)[heard:] if hit["gain"] == 0.25})
    page.get_by_role("button", name="Mute selected pad").click()
    page.wait_for_timeout(200)
    heard = len(hits(page))
    until(page, lambda: len(hits(page)) > heard)
    assert {(hit["pad"], hit["gain"]) for hit in hits(page)[heard:]} == {(5, 0.5)}
    page.get_by_label("Swing").fill("66")
    loaded_again(page)
    page.get_by_role("tab", name="Loop").click()
    assert page.get_by_label("Swing").input_value() == "66"
    assert page.get_by_role("button", name="Mute selected pad").get_attribute("aria-pressed") == "true"
    assert page.get_by_role("button", name="Pad 6, step 1", exact=True).get_attribute("aria-pressed") == "true"
    page.keyboard.press("o")
    page.keyboard.press("o")
    page.wait_for_timeout(150)
    heard = len(hits(page))
    page.wait_for_timeout(400)
    assert len(hits(page)) == heard
    page.get_by_label("Tune pads to key").uncheck()
    settled(page)
    assert not any(pad["settings"]["note"] for pad in pads(page))


def check_new_kicks_are_in_the_key_too(page: Page) -> None:
    page.get_by_role("button", name="Lock pad 2", exact=True).click()
    page.locator("#key").select_option(label="G")
    page.get_by_label("Tune pads to key").check()
    settled(page)
    tuned = ids(page)

    def asked() -> list[str | None]:
        return [pad["settings"]["note"] for pad in pads(page)]

    def in_key() -> int:
        return sum((pad["kick"]["note"] or "").rstrip("0123456789-") == "G" for pad in pads(page))

    all_but_the_locked = ["G", None, *["G"] * 14]
    assert asked() == all_but_the_locked
    page.evaluate("kick.shuffle(Array.from({length: 16}, (_, pad) => 200 + pad))")
    settled(page)
    assert asked() == all_but_the_locked
    assert in_key() >= 12
    page.keyboard.press("Control+z")
    settled(page)
    assert ids(page) == tuned
    page.keyboard.press("m")
    until(page, lambda: sum(pad["kick"]["verb"] == "vary" for pad in pads(page)) == 14, 60.0)
    assert asked() == all_but_the_locked
    assert in_key() >= 12
    page.keyboard.press("Control+z")
    settled(page)
    assert ids(page) == tuned
    page.evaluate("kick.select(4)")
    page.get_by_role("tab", name="Map").click()
    until(page, lambda: page.evaluate("kick.map.points().length") >= 500)
    chart = page.get_by_role("application")
    box, spot = chart.bounding_box(), page.evaluate("kick.map.spotOf(40)")
    assert box is not None
    page.mouse.click(box["x"] + spot[0], box["y"] + spot[1])
    until(page, lambda: pads(page)[4]["kick"]["seed"] == page.evaluate("kick.map.points()[40][0]"))
    taken = pads(page)[4]
    assert (taken["settings"]["note"], taken["kick"]["id"]) == ("G", hits(page)[-1]["id"])
    page.get_by_role("tab", name="Morph").click()
    page.get_by_role("slider", name="Morph").press("ArrowRight")
    # The map's kick is the person's own: what lies between four takes the next pad.
    until(page, lambda: pads(page)[5]["origin"] is not None and pads(page)[5]["kick"]["verb"] == "vary")
    assert pads(page)[4] == taken
    between = pads(page)[5]
    assert (between["origin"]["verb"], between["settings"]["note"]) == ("morph", "G")
    assert between["kick"]["note"].rstrip("0123456789-") == "G"
    page.get_by_label("Tune pads to key").uncheck()
    settled(page)
    page.evaluate("kick.shuffle(Array.from({length: 16}, (_, pad) => 300 + pad))")
    settled(page)
    assert asked() == [None] * 16


def check_a_beside_b_is_level_matched(page: Page) -> None:
    to_level(page, "lufs", "22")
    page.wait_for_timeout(200)  # what was turned is heard
    heard = len(hits(page))
    page.get_by_role("tab", name="Vary").click()
    loud = [pads(page)[pad]["kick"]["loudness_lufs"] for pad in (0, 1)]
    for pad, side in ((0, "A"), (1, "B")):
        page.evaluate("pad => kick.select(pad)", pad)
        page.get_by_role("button", name=f"Set {side}", exact=True).click()
    for side in "AB":
        page.get_by_role("button", name=f"Play {side}", exact=True).click()
    gains = [hit["gain"] for hit in hits(page)[heard:]]
    assert max(gains) == 1.0
    assert abs(loud[0] + 22.0) < 0.1
    assert abs(20 * math.log10(gains[0] / gains[1]) - (loud[1] - loud[0])) < 0.01
    assert "Level-matched" in (page.locator("#panel-vary").text_content() or "")


def to_level(page: Page, kind: str, value: str) -> None:
    """Asks for a level, as a person types it."""
    if page.locator("#level-kind").input_value() != kind:
        page.locator("#level-kind").select_option(kind)
        settled(page)
    page.locator("#level").fill(value)
    page.locator("#level").press("Enter")
    settled(page)


def check_files_have_the_level_and_the_beats_that_are_asked(page: Page) -> None:
    plain = pads(page)[0]["kick"]
    to_level(page, "peak", "-6 dBTP")
    quiet = pads(page)[0]["kick"]
    assert abs(plain["loudness_lufs"] - quiet["loudness_lufs"] - 5.0) < 0.05
    to_level(page, "peak", "99")
    assert "Level peak:-99: out of range; give -60 to 0" in told(page)
    assert page.locator("#level").input_value() == "−6"
    assert not pads(page)[0]["chosen"]  # it sounds as it did

    page.locator("#beats").select_option("1/2")
    settled(page)
    beat = pads(page)[0]["kick"]
    assert abs(beat["duration_ms"] - 60_000 / 124 / 2) < 0.05
    assert beat["recipe"]["processing"]["loop"]
    assert beat["recipe"]["processing"]["peak_dbtp"] == -6.0
    # It follows the tempo; what would be too long is refused.
    page.locator("#bpm").fill("100")
    page.locator("#bpm").press("Tab")
    settled(page)
    assert pads(page)[0]["kick"]["duration_ms"] == 300.0
    page.locator("#beats").select_option("4")
    assert "Beats 4: at 100 beats a minute that is 2400 ms" in told(page)
    assert page.locator("#beats").input_value() == "1/2"

    # Its file, dropped, is the same pad again; of anybody's file the level and the length are set as well.
    own = pads(page)[0]
    page.evaluate("kick.select(7)")
    dropped(page, "loop.wav", bytes(page.evaluate("kick.file(0)")))
    until(page, lambda: ids(page)[7] == own["kick"]["id"])
    again = pads(page)[7]["settings"]
    assert (again["beats"], again["level"]) == ("1/2", "peak:-6")
    page.evaluate("kick.select(8)")
    dropped(page, "mine.wav", someones_kick())
    until(page, lambda: pads(page)[8]["kick"]["verb"] == "file")
    page.locator("#beats").select_option("1/2")
    to_level(page, "lufs", "30")
    theirs = pads(page)[8]["kick"]
    assert theirs["duration_ms"] == 300.0
    assert abs(theirs["loudness_lufs"] + 30.0) < 0.05
    page.get_by_role("button", name="Reset all").click()
    settled(page)
    assert pads(page)[8]["kick"]["verb"] == "file"


def check_a_pad_is_dragged_out_as_its_file(page: Page) -> None:
    kick = pads(page)[3]["kick"]
    offered = page.evaluate(
        """() => [".slot:nth-child(4) .pad", "#r-file"].map(where => {
            const transfer = new DataTransfer();
            const told = {dataTransfer: transfer, bubbles: true};
            document.querySelector(where).dispatchEvent(new DragEvent("dragstart", told));
            return transfer.getData("DownloadURL");
        })"""
    )
    assert offered[0].startswith(f"audio/wav:{kick['file']}:")
    assert offered[1].startswith(f"audio/wav:{pads(page)[0]['kick']['file']}:")
    with page.expect_download() as coming:
        page.locator("#r-file").click()
    assert coming.value.suggested_filename == pads(page)[0]["kick"]["file"]
    assert coming.value.path().read_bytes() == bytes(page.evaluate("kick.file(0)"))


CHECKS: tuple[Callable[[Page], None], ...] = (
    check_all_pads_show_their_kicks,
    check_what_is_heard_is_the_file,
    check_pointer_keys_and_midi_play,
    check_a_knob_changes_the_kick,
    check_a_turn_is_one_step_of_undo,
    check_shuffle_leaves_what_is_locked_or_starred,
    check_variations_keep_what_is_kept,
    check_morph_goes_between_its_corners,
    check_the_map_is_browsed_by_hovering_and_keys,
    check_a_dropped_file_is_taken_in_and_matched,
    check_a_file_of_our_own_is_the_very_kick,
    check_a_reload_keeps_the_pads,
    check_what_is_no_kick_is_one_clear_line,
    check_nothing_is_overwritten_unasked,
    check_a_knob_says_what_it_does_and_what_it_cannot,
    check_starred_kicks_become_a_pack,
    check_keys_alone_do_it_all,
    check_the_loop_plays_in_a_key,
    check_new_kicks_are_in_the_key_too,
    check_a_beside_b_is_level_matched,
    check_files_have_the_level_and_the_beats_that_are_asked,
    check_a_pad_is_dragged_out_as_its_file,
)
"""All that a page does, in whatever place."""

LOOKS: tuple[Callable[[Page], None], ...] = (
    check_all_pads_show_their_kicks,
    check_what_is_heard_is_the_file,
    check_what_is_no_kick_is_one_clear_line,
    check_a_pad_is_dragged_out_as_its_file,
)
"""Those that leave the pads as they are: one page serves them all."""

JOURNEY: tuple[Callable[[Page], None], ...] = (
    check_shuffle_leaves_what_is_locked_or_starred,
    check_a_turn_is_one_step_of_undo,
    check_pointer_keys_and_midi_play,
    check_a_knob_changes_the_kick,
    check_a_knob_says_what_it_does_and_what_it_cannot,
    check_keys_alone_do_it_all,
    check_a_dropped_file_is_taken_in_and_matched,
    check_starred_kicks_become_a_pack,
    check_the_map_is_browsed_by_hovering_and_keys,
)
"""What people do in one visit. In this order each finds what it needs: the first two want pads as they come and nothing
to undo. To open a page takes as long as several of them."""
