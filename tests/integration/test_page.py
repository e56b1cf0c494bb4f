"""The page of `kick ui` in a browser: what it does (testing/player.py), how fast it is there, and how it looks.

To open it takes seconds, for it makes sixteen kicks and draws them. So `make test` goes one way through it, as people
do, and `make slow` tries each thing on a page of its own.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from kickitout.instrument import originals
from kickitout.instrument.instrument import load, load_for_recipe
from kickitout.instrument.recipes import Recipe
from kickitout.model.bundle import write_bundle
from kickitout.sound.sheet import LOUDEST_DB, QUIETEST_DB, colour_map, log_spectrogram
from kickitout.web.server import open_socket
from testing import player, short_search

TABS = ("sound", "vary", "morph", "map", "loop", "pack", "results")


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    """Where the server saves kicks, and has what it trains."""
    return tmp_path_factory.mktemp("kicks")


@contextmanager
def kick_ui(folder, port=None):
    """The address of a `kick ui` of its own."""
    words = [*short_search.KICK, "ui", "--no-browser", "-o", str(folder)]
    words += [] if port is None else ["--port", str(port)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@pytest.fixture(scope="module")
def address(saved) -> Iterator[str]:
    """The address of the `kick ui` of these tests."""
    with kick_ui(saved) as address:
        yield address


@pytest.mark.slow
def test_the_page_is_ready_soon(browser, tmp_path, capsys):
    """With the start of a server of its own."""
    begun = time.perf_counter()
    with kick_ui(tmp_path) as address:
        with player.opened(browser, address):
            from_nothing = time.perf_counter() - begun
        again = time.perf_counter()
        with player.opened(browser, address) as page:
            once_more, inside = time.perf_counter() - again, page.evaluate("kick.readyAt") / 1000
    with capsys.disabled():
        print(f"\n16 pads playable: {from_nothing:.2f} s after kick ui; again {once_more:.2f} s ({inside:.2f} in it)")
    assert from_nothing < 15.0  # two seconds on an idle machine; tests share theirs


CHECKS = [
    pytest.param(
        check, marks=[pytest.mark.slow] * (check not in player.LOOKS), id=check.__name__.removeprefix("check_")
    )
    for check in player.CHECKS
]


@pytest.mark.parametrize("check", CHECKS)
def test_the_page_does_it(request, check):
    check(request.getfixturevalue("shared" if check in player.LOOKS else "page"))


def test_one_visit_does_what_people_do_and_outlives_a_reload(page):
    for check in player.JOURNEY:
        check(page)
        player.begun_anew(page)
    before = player.pads(page)
    assert {pad["kick"]["verb"] for pad in before} == {"generate", "file", "match"}
    player.loaded_again(page)
    assert player.pads(page) == before
    assert_words_stand_out(page)


@pytest.mark.slow
def test_what_is_dropped_comes_into_the_key(page):
    page.locator("#key").select_option(label="A")
    page.get_by_label("Tune pads to key").check()
    player.settled(page)
    page.get_by_role("button", name="Lock pad 4", exact=True).click()

    def drop(pad, data, onto=None):
        page.evaluate("pad => kick.select(pad)", pad)
        before = player.ids(page)
        player.dropped(page, "mine.wav", data, onto)
        if onto is not None:
            page.get_by_role("button", name=f"Replace pad {onto + 1}").click()
        player.until(page, lambda: "mine.wav" in (page.locator("#message").text_content() or ""))
        player.until(page, lambda: player.ids(page)[pad] != before[pad])
        player.settled(page)
        return player.pads(page)[pad]

    before = player.pads(page)
    moved = drop(8, player.someones_kick())
    assert moved["settings"]["note"] == "A"
    assert moved["kick"]["note"].rstrip("0123456789") == "A"
    assert moved["origin"]["verb"] == "file"
    page.keyboard.press("Control+z")
    player.settled(page)
    assert player.pads(page) == before
    page.evaluate("kick.message.say('')")
    locked = drop(3, player.someones_kick(), onto=3)
    assert (locked["settings"]["note"], locked["kick"]["verb"]) == (None, "file")
    after = player.pads(page)
    player.loaded_again(page)
    assert player.pads(page) == after
    assert page.get_by_label("Tune pads to key").is_checked()


@pytest.mark.slow
def test_the_pads_outlive_the_server(browser, tmp_path):
    """All but what was made with a file that was dropped: one line says so."""
    with open_socket() as one:
        port = one.getsockname()[1]
    context = browser.new_context(viewport=player.DESKTOP)
    page = context.new_page()
    with kick_ui(tmp_path, port) as address:
        page.goto(address)
        page.wait_for_selector(player.READY)
        page.evaluate("kick.select(5)")
        player.dropped(page, "mine.wav", player.someones_kick())
        player.until(page, lambda: player.pads(page)[5]["kick"]["verb"] == "file")
        page.keyboard.press("k")
        page.get_by_role("slider", name="Decay").focus()
        page.keyboard.press("PageDown")
        player.settled(page)
        before = player.pads(page)
        player.loaded_again(page)
        assert player.pads(page) == before  # while the server runs, it knows the file
    with kick_ui(tmp_path, port) as address:
        page.goto(address)
        page.wait_for_selector(player.READY)
        after = player.pads(page)
        assert [place for place in range(16) if after[place] != before[place]] == [5]
        assert (after[5]["kick"]["verb"], after[5]["star"]) == ("generate", False)
        assert "1 of 16 kicks could not be restored" in page.locator("#message").text_content()
        assert page.evaluate("kick.selected()") == 5
    context.close()


@pytest.mark.slow
def test_what_is_kept_may_be_damaged(page):
    for kept in (
        '{"model": 5}',
        '[{"model": "MODEL", "pads": [5, {}, {"recipe": {"format": 1}, "settings": {"controls": 3}}]}]',
    ):
        page.evaluate(
            """async kept => {
                const {model} = await (await fetch("/api/state")).json();
                const text = kept.replace("MODEL", model.checksum);
                addEventListener("pagehide", () => localStorage.setItem("kick.pads", text));
            }""",
            kept,
        )
        player.loaded_again(page)
        assert len(set(player.ids(page))) == 16


def test_what_is_kept_stays_small(shared):
    letters = shared.evaluate(
        """async () => {
            const {followPads, recallPads, recall, keep} = await import("/static/page/memory.js");
            const recipe = letters => ({recipe: "x".repeat(letters)});
            const pads = [...Array(16).keys()].map(pad => ({kick: {id: String(pad), recipe: recipe(3000 * pad)}}));
            const before = recall("pads", []);
            followPads({get: () => ({pads, selected: 3}), subscribe: () => {}}, "other");
            const found = [localStorage.getItem("kick.pads").length, recallPads("other").pads.map(pad => pad !== null)];
            keep("pads", before);
            return found;
        }"""
    )
    assert letters[0] <= 95_000
    assert letters[1] == [True] * 8 + [False] * 8


def test_what_is_heard_is_what_the_server_sends(shared, address):
    for pad in range(0, 16, 5):
        answer = shared.context.request.get(f"{address.split('?')[0]}api/kicks/{player.ids(shared)[pad]}.wav")
        assert answer.ok
        assert np.array_equal(player.rendered(shared, pad), player.in_file(answer.body()))


@pytest.mark.slow
def test_from_a_knob_to_the_sound(page, capsys):
    """Five turns, each waited for."""
    knob = page.get_by_role("slider", name="Sweep", exact=True)
    knob.focus()
    for turn in range(5):
        page.keyboard.press("PageUp" if turn % 2 else "PageDown")
        player.until(page, lambda turn=turn: len(page.evaluate("kick.latencies")) > turn)
        page.wait_for_timeout(160)
    median = float(np.median(page.evaluate("kick.latencies")))
    with capsys.disabled():
        print(f"\nfrom a knob to the sound: {median:.0f} ms (median of 5)")
    assert median < 1000.0


@pytest.mark.slow
def test_knobs_turn_what_came_from_no_seed_and_its_recipe_makes_it_again(page, tmp_path):
    given = tmp_path / "mine.wav"
    given.write_bytes(player.someones_kick())
    player.dropped(page, "mine.wav", given.read_bytes())
    player.until(page, lambda: player.pads(page)[0]["kick"]["verb"] == "file")
    taken = player.pads(page)[0]["kick"]
    page.get_by_role("slider", name="Decay").focus()
    page.keyboard.press("Enter")
    page.keyboard.type(f"{0.6 * taken['decay_ms']:.0f}")
    page.keyboard.press("Enter")
    player.settled(page)
    moved = player.pads(page)[0]["kick"]
    assert moved["decay_ms"] == pytest.approx(0.6 * taken["decay_ms"], rel=0.1)
    assert moved["pitch_hz"] == pytest.approx(taken["pitch_hz"], rel=0.03)
    made = tmp_path / "moved.wav"
    made.write_bytes(bytes(page.evaluate("kick.file(0)")))
    recipe = Recipe.find(made)
    assert recipe is not None
    again = originals.replay(load_for_recipe(made, recipe), recipe, [given])
    assert again.encode() == made.read_bytes()
    page.keyboard.press("Delete")  # lets go
    player.settled(page)
    assert player.pads(page)[0]["kick"]["id"] == taken["id"]


def test_a_saved_kick_is_named(shared):
    shared.locator("#reveal").click()
    player.until(shared, lambda: "Saved" in (shared.locator("#message").text_content() or ""))


def test_the_results_and_the_card_are_there(shared):
    shared.get_by_role("tab", name="Results").click()
    shared.locator("#panel-results table").first.wait_for(state="visible")
    assert shared.locator("#panel-results h2").count() >= 1
    words = shared.locator("#panel-results").text_content()
    assert "Share of the generated kicks that lie among real ones" in words
    assert "Sweep time" in words
    for key in ("sibling/", "auc_trees", "sweep_time", "sweep_ms", "validation/"):
        assert key not in words


def test_a_card_cannot_bring_html_or_links_into_the_page(shared):
    card = (
        "---\nlicense: mit\n---\n# Mine <img src=x onerror='window.hit = 1'>\n\n<script>window.hit = 1</script>\n\n"
        "**bold** and `code` [here](javascript:alert(1)) ![picture](https://example.com/x.png) <b>raw</b>\n\n"
        "- one\n- two\n\n| a | b |\n|---|---|\n| 1 | <i>2</i> |\n\n```\n<p>\n```\n"
    )
    found = shared.evaluate(
        """async text => {
            const {markdown} = await import("/static/page/markdown.js");
            const place = document.createElement("div");
            place.append(...(await markdown(text)));
            document.body.append(place);
            const tags = [...new Set([...place.querySelectorAll("*")].map(one => one.localName))].sort();
            const attributes = [...place.querySelectorAll("*")].flatMap(one => one.getAttributeNames());
            const shown = place.textContent;
            place.remove();
            return {tags, attributes: [...new Set(attributes)].sort(), shown, hit: window.hit ?? null};
        }""",
        card,
    )
    assert " ".join(found["tags"]) == "code div h2 li p pre strong table tbody td th thead tr ul"
    assert found["attributes"] == ["class", "scope"]
    assert found["hit"] is None
    assert "license" not in found["shown"]
    for words in ("<script>window.hit = 1</script>", "onerror", "here", "picture", "<b>raw</b>", "<i>2</i>", "<p>"):
        assert words in found["shown"]


@pytest.mark.slow
def test_a_refused_file_is_told_in_the_servers_words(browser, address):
    context = browser.new_context(viewport=player.DESKTOP)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(player.READY)
    before = player.ids(page)
    player.dropped(page, "words.wav", b"no sound at all")
    player.until(page, lambda: page.locator("#message").get_attribute("data-kind") == "error")
    assert "words.wav" in (page.locator("#message").text_content() or "")
    assert player.ids(page) == before
    context.close()


@pytest.mark.slow  # the server's part is in tests of its own
def test_a_training_is_watched(browser, address):
    """The server's training has tests of its own; here it is said to run, and the page shows it."""
    context = browser.new_context(viewport=player.DESKTOP)
    page = context.new_page()
    asked = []
    curve = [{"kind": "train", "seconds": 30.0 * step, "loss/energy": 9.0 - 0.1 * step} for step in range(40)]
    few = "the distance needs 15 held-out kicks, there is 1: left out"
    curve.append({"kind": "validation", "seconds": 1200.0, "remarks": [few]})
    status = {
        "phase": "training",
        "error": None,
        "job": {"folder": "/kicks", "preset": None, "minutes": 30.0, "start": None},
        "presets": ["small"],
        "models": ["kickgan"],
        "metrics": curve,
        "sheet": None,
        "kicks": ["one", "two"],
        "model": "kicks",
        "bundle": None,
    }
    splits = [{"split": "train", "kicks": 9}, {"split": "validation", "kicks": 1}, {"split": "test", "kicks": 0}]
    report = {"run": {"found": 12, "rejected": {"too_long": 2}}, "library": {"kicks": 10, "splits": splits}}

    def state(route):
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"trainable": True})

    def training(route):
        asked.append((route.request.method, route.request.url.rsplit("/", 1)[-1], route.request.post_data_json))
        if route.request.url.endswith("/stop"):
            status["phase"] = "stopped"
        if route.request.url.endswith("/export"):
            status["bundle"] = "/Kicks/training/models/kicks"
        route.fulfill(json=report if route.request.url.endswith("/report") else status)

    page.route("**/api/state", state)
    page.route("**/api/train**", training)
    page.route("**/api/train/*", training)
    page.route("**/api/model", training)
    page.goto(address)
    page.wait_for_selector(player.READY)
    page.locator("#tab-train").click()
    panel = page.locator("#panel-train")
    player.until(page, lambda: "Training …" in (panel.text_content() or ""))
    player.until(page, lambda: panel.locator(".losses table, .losses canvas").count() > 0)
    assert panel.get_by_text(few).is_visible()
    assert panel.get_by_role("button", name="Play 2").is_visible()
    assert page.locator("#train-start").is_disabled()
    panel.get_by_role("button", name="Stop").click()
    player.until(page, lambda: "it can be resumed" in (panel.text_content() or ""))
    assert panel.get_by_role("button", name="Resume").is_enabled()
    page.locator("#train-folder").fill("/other")
    page.locator("#train-look").click()
    player.until(page, lambda: "too_long" in (panel.text_content() or "") or "too long" in (panel.text_content() or ""))
    assert panel.get_by_text("For validation").is_visible()
    assert panel.get_by_text("For test").count() == 0
    page.locator("#train-start").click()
    player.until(page, lambda: any(name == "start" for _, name, _ in asked))
    page.locator("#train-play").click()
    player.until(page, lambda: any(name == "model" for _, name, _ in asked))
    assert next(body for _, name, body in asked if name == "model") == {"name": "kicks"}
    page.wait_for_selector(player.READY)  # the page begins anew
    told = next(body for _, name, body in asked if name == "start")
    assert told == {"folder": "/other", "minutes": 30, "start": "kickgan"}
    context.close()


@pytest.mark.slow
def test_a_model_that_was_trained_here_is_played(browser, address, saved):
    bundle = saved / "training" / "0123456789ab" / "models" / "of-mine"
    shipped = load("kickgan").bundle
    files = {name: (shipped.path / name).read_bytes() for name in shipped.card.files}
    write_bundle(bundle, shipped.card.model_copy(update={"name": "of-mine"}), files)
    try:
        with player.opened(browser, address) as page:
            choice = page.get_by_label("Model", exact=True)
            before = player.ids(page)
            for name in ("of-mine", "kickgan"):
                with page.expect_navigation():
                    choice.select_option(name)
                page.wait_for_selector(player.READY)
                assert choice.input_value() == name
                assert player.pads(page)[0]["kick"]["file"].startswith(f"{name}_kick")
            assert player.ids(page) == before
        with player.opened(browser, address, viewport=player.PHONE) as page:
            assert page.get_by_label("Model", exact=True).bounding_box()["width"] >= 80
            assert page.evaluate("document.documentElement.scrollWidth") == 390
    finally:
        shutil.rmtree(bundle)


# How it looks --------------------------------------------------------------------------------------------------------

CONTRAST = """() => {
    const parse = text => [...text.matchAll(/rgba?\\(([^)]+)\\)/g)].map(([, inside]) => {
        const [r, g, b, a = "1"] = inside.split(/[ ,/]+/).filter(Boolean);
        return [r, g, b, a].map(Number);
    });
    const light = colour => {
        const [r, g, b] = colour.map(value => value / 255)
            .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ratio = (one, other) => {
        const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
        return (high + 0.05) / (low + 0.05);
    };
    // What may lie behind an element: its own ground and gradients, or its parent's.
    const grounds = element => {
        for (let at = element; at; at = at.parentElement) {
            const style = getComputedStyle(at);
            const found = [...parse(style.backgroundImage), ...parse(style.backgroundColor)];
            const solid = found.filter(colour => colour[3] === 1);
            if (solid.length) return solid;
        }
        return [[255, 255, 255, 1]];
    };
    const poor = [];
    let seen = 0;
    for (const element of document.querySelectorAll("body *")) {
        const words = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
        if (!words || element.closest("[disabled], [aria-disabled=true], option, .hidden, noscript, svg")) continue;
        if (!element.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
        seen += 1;
        const style = getComputedStyle(element);
        const worst = Math.min(...grounds(element).map(ground => ratio(parse(style.color)[0], ground)));
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        const name = element.className || element.id || element.tagName;
        if (worst < (large ? 3 : 4.5)) poor.push(`${name}: ${worst.toFixed(2)}`);
    }
    return {seen, poor: [...new Set(poor)]};
}"""


@pytest.mark.slow
@pytest.mark.parametrize("size", [player.DESKTOP, player.PHONE], ids=["desktop", "phone"])
def test_all_words_stand_out(browser, address, size):
    with player.opened(browser, address, viewport=size) as page:
        page.keyboard.press("k")  # a star, an item in the pack
        page.get_by_role("slider", name="Decay").focus()
        page.keyboard.press("PageUp")
        player.settled(page)
        assert_words_stand_out(page)


def assert_words_stand_out(page):
    """In both schemes, in every tab, in messages and in the help."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        for kind in ("note", "error"):
            page.evaluate("([kind, words]) => kick.message[kind === 'error' ? 'fail' : 'say'](words)", [kind, "Words"])
            for tab in TABS:
                page.locator(f"#tab-{tab}").click()
                found = page.evaluate(CONTRAST)
                assert found["seen"] > 40
                assert found["poor"] == [], (scheme, tab)
        page.locator("#help-open").click()
        assert page.evaluate(CONTRAST)["poor"] == []
        page.keyboard.press("Escape")


def test_the_spectrogram_is_that_of_the_sheets(shared):
    pixels = shared.evaluate(
        """async () => {
            const {spectrogram} = await import("/static/engine/spectrogram.js");
            const {left, right} = await kick.render(0);
            const view = {span: 22050, width: 120, height: 64, rate: 44100};
            return [...spectrogram(Float32Array.from(left), Float32Array.from(right), view)];
        }"""
    )
    drawn = np.array(pixels, dtype=float).reshape(64, 120, 4)[..., :3]
    audio = player.rendered(shared, 0).astype(np.float64)
    decibels = log_spectrogram(audio, 22_050, 120, 64, 44_100)
    shares = np.clip((decibels - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB), 0.0, 1.0)
    wanted = colour_map()[np.rint(255 * shares).astype(int)].astype(float)
    assert np.abs(drawn - wanted).max() <= 6.0
    assert np.abs(drawn - wanted).mean() < 0.1


@pytest.mark.slow
def test_the_switch_outlives_a_reload(page):
    def ground():
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    before = ground()
    page.locator("#theme").click()
    after = ground()
    assert after != before
    page.reload()
    page.wait_for_selector(player.READY)
    assert ground() == after


TARGETS = """() => [...document.querySelectorAll("button, select, input, a[href], [role=slider]")]
    .filter(one => one.checkVisibility({opacityProperty: true, visibilityProperty: true}) && !one.closest(".hidden"))
    .map(one => (one.type === "checkbox" ? one.closest("label") : one))
    .map(one => [one.id || one.className, one.getBoundingClientRect()])
    .filter(([, box]) => Math.min(box.width, box.height) < 44).map(([name]) => name)"""


def test_a_phone_has_pads_and_knobs_together(browser, address):
    """Whatever a finger presses is 44 pixels wide and high, and a tap tells what a knob does."""
    with player.opened(browser, address, viewport=player.PHONE, has_touch=True) as page:

        def seen(place):
            box = place.bounding_box()
            return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= player.PHONE["height"]

        assert all(seen(one) for one in page.locator(".pad").all())
        assert all(seen(one) for one in page.locator(".knob-dial").all())
        page.evaluate("scrollTo(0, 400)")
        page.wait_for_timeout(100)
        assert all(seen(one) for one in page.locator(".pad").all())
        page.evaluate("scrollTo(0, 0)")
        for tab in TABS:
            page.locator(f"#tab-{tab}").click()
            page.wait_for_timeout(100)
            assert page.evaluate(TARGETS) == [], tab
            assert page.evaluate("document.documentElement.scrollWidth") == player.PHONE["width"], tab
        page.locator("#tab-loop").click()
        assert all(seen(page.locator(one)) for one in ("#loop-run", ".step >> nth=0"))
        page.locator("#tab-sound").click()
        page.get_by_role("slider", name="Decay").tap()
        message = page.locator("#message")
        assert "How long the body rings" in message.text_content()
        page.evaluate("kick.message.fail('A sentence that is longer than a line of a phone. '.repeat(5))")
        assert seen(message)
        assert message.evaluate("one => one.scrollHeight <= one.clientHeight + 1")
        message.tap()
        assert message.text_content() == ""
        page.evaluate("kick.message.say('Some stay.', {label: 'Replace them', act: () => window.replaced = true})")
        assert page.evaluate(TARGETS) == []
        page.get_by_role("button", name="Replace them").tap()
        assert page.evaluate("window.replaced")
        assert message.text_content() == ""
        page.locator("#star").tap()
        assert player.pads(page)[0]["star"]


@pytest.mark.slow  # a page of its own
def test_pads_begin_in_the_key(browser, address):
    """Unless the address names their seeds: then they are those of the command line."""
    context = browser.new_context(viewport=player.DESKTOP)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(player.READY)
    assert page.get_by_label("Tune pads to key").is_checked()
    assert {pad["settings"]["note"] for pad in player.pads(page)} == {"F"}
    assert "Hit a pad to hear it" in player.told(page)  # a first visit
    page.get_by_label("Tune pads to key").uncheck()
    player.settled(page)
    player.loaded_again(page)
    assert not page.get_by_label("Tune pads to key").is_checked()
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("size", [player.DESKTOP, player.PHONE], ids=["desktop", "phone"])
def test_nothing_moves_while_it_loads(browser, address, size):
    context = browser.new_context(viewport=size)
    context.add_init_script(
        """window.moved = 0;
        new PerformanceObserver(list => {for (const entry of list.getEntries()) window.moved += entry.value})
            .observe({type: "layout-shift", buffered: true});"""
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(player.READY)
    page.wait_for_timeout(600)
    page.evaluate("kick.select(6)")  # other figures, the same places
    page.wait_for_timeout(200)
    assert page.evaluate("window.moved") < 0.001
    context.close()


APART = """() => {
    const boxes = ["#wave", "#spectrum", ".hertz", "#times", ".file"].map(where => {
        const {left, right, top, bottom} = document.querySelector(where).getBoundingClientRect();
        return {where, left, right, top, bottom};
    });
    const on = (one, other) => one.left < other.right - 0.5 && other.left < one.right - 0.5
        && one.top < other.bottom - 0.5 && other.top < one.bottom - 0.5;
    return boxes.flatMap((one, place) => boxes.slice(place + 1).filter(other => on(one, other))
        .map(other => `${one.where} on ${other.where}`));
}"""


def test_nothing_on_the_screen_covers_anything(shared):
    assert_nothing_is_covered(shared)


@pytest.mark.slow
def test_nothing_on_a_phone_covers_anything(browser, address):
    with player.opened(browser, address, viewport=player.PHONE) as page:
        assert_nothing_is_covered(page)


def assert_nothing_is_covered(page):
    page.locator("#tab-sound").click()
    assert page.evaluate(APART) == []
    heights = page.evaluate("['#wave', '#spectrum'].map(one => document.querySelector(one).clientHeight)")
    assert min(heights) >= 30


OVERHANG = """where => {
    const panel = document.querySelector(where);
    return [panel.scrollHeight - panel.clientHeight, panel.scrollWidth - panel.clientWidth];
}"""


def test_the_playing_view_fits_without_scrolling(shared):
    sizes = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    for tab in TABS:
        shared.locator(f"#tab-{tab}").click()
        width, height = shared.evaluate(sizes)
        assert (width, height) == (1280, 800)
        if tab in ("sound", "vary", "morph", "loop", "map"):
            inside = shared.evaluate(OVERHANG, f"#panel-{tab}")
            assert max(inside) <= 0, tab


@pytest.mark.slow
def test_a_phone_scrolls_down_only_and_has_room_for_thumbs(browser, address):
    with player.opened(browser, address, viewport=player.PHONE, has_touch=True, is_mobile=True) as page:
        for tab in TABS:
            page.locator(f"#tab-{tab}").click()
            assert page.evaluate("document.documentElement.scrollWidth") == 390, tab
        pads = [page.locator(".pad").nth(place).bounding_box() for place in range(16)]
        assert min(min(box["width"], box["height"]) for box in pads) >= 44
        assert max(box["y"] + box["height"] for box in pads) < 844  # all at hand at first
        page.locator(".pad").nth(10).tap(position={"x": 30, "y": 24})
        assert [hit["pad"] for hit in player.hits(page)] == [10]
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, select, input:not(.check *), a, .check, [role=slider]")]
                .filter(e => e.checkVisibility() && !e.classList.contains("hidden"))
                .map(e => [e.id || e.className, e.getBoundingClientRect()])
                .filter(([, box]) => box.width && (box.width < 24 || box.height < 18)).map(([name]) => name)"""
        )
        assert small == []
