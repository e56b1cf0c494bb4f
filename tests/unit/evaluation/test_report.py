"""The report: verdicts, notes, data, and the page, which is opened in a real browser."""

import dataclasses
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from kickitout.errors import InputError
from kickitout.evaluation import publish, sets
from kickitout.evaluation import report as reports
from kickitout.evaluation.data import to_json
from kickitout.evaluation.metrics import METRICS, Evaluation
from kickitout.evaluation.page import html as pages
from kickitout.evaluation.page import map as map_section
from kickitout.evaluation.page.top import answer
from kickitout.evaluation.report import BETTER, WITHIN, WORSE, Line, Report
from kickitout.evaluation.resampling import Estimate
from kickitout.library.synthesis import machine_of, synthesise_kick, synthesise_other
from testing.browser import open_browser

HOSTILE = "</button><script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;\x1b[31m\u202egpj.vaw\udc80 {}.wav"

SIZES = ((1280, 800), (390, 844))


def measured(name, seeds, make=lambda seed: synthesise_kick(seed)[0], file="{}-{}.wav"):
    kicks = np.stack([make(seed) for seed in seeds])
    files = [file.replace("{}", name, 1).replace("{}", str(seed)) for seed in seeds]
    return sets.from_arrays(kicks, name=name, files=files, kits=[machine_of(seed) for seed in seeds], workers=1)


@pytest.fixture(scope="module")
def kick_sets():
    """Built-in kicks: real, training, and generated of which half are other sounds and all have hostile names."""
    real, training = measured("real", range(24)), measured("folder/lib:train", range(100, 130))

    def mixed(seed):
        return synthesise_other(seed)[0] if seed % 2 else synthesise_kick(seed)[0]

    return measured(HOSTILE, range(200, 226), mixed, "{} {}"), real, training


@pytest.fixture(scope="module")
def report(kick_sets):
    report = reports.compare(*kick_sets)
    # The trees ask for more kicks than a quick test has: scores by hand.
    per_kick = {**report.evaluation.per_kick, "score": np.linspace(0.0, 1.0, len(report.generated))}
    return dataclasses.replace(report, evaluation=dataclasses.replace(report.evaluation, per_kick=per_kick))


def line(name, value, floor=None, *, width=0.1, real=None):
    def around(x):
        return Estimate(x, x - width, x + width, real)

    return Line(METRICS[name], around(value), None if floor is None else around(floor))


@pytest.fixture
def few_resamples(monkeypatch):
    """For what no interval decides."""
    whole = reports.evaluate
    monkeypatch.setattr(reports, "evaluate", lambda *kick_sets: whole(*kick_sets, resamples=20))


# --- verdicts


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (line("frechet", 1.0, 5.0), BETTER),
        (line("frechet", 5.1, 5.0), WITHIN),
        (line("frechet", 9.0, 5.0), WORSE),
        (line("precision", 0.9, 0.5), BETTER),
        (line("precision", 0.1, 0.5), WORSE),
        (line("precision", 0.31, 0.5), WITHIN),
        (line("diversity", 3.0, 40.0, real=42.0), WORSE),
        (line("diversity", 80.0, 40.0, real=42.0), WORSE),
        (line("diversity", 42.0, 30.0, real=42.0), BETTER),
        (line("frechet", 5.0), ""),
        (line("copies", 0.5, width=0.0, real=0.0), WORSE),
        (line("copies", 0.0, width=0.0, real=0.0), WITHIN),
        (line("near_copies", 0.0, width=0.0, real=0.05), WITHIN),
        (line("near_copies", 0.2, real=0.05), WORSE),
    ],
)
def test_a_verdict_compares_whole_intervals(one, verdict):
    assert one.verdict == verdict
    assert (one.excess > 0.0) == (verdict == WORSE and one.floor is not None)


def test_a_set_is_within_its_own_floor(kick_sets):
    _, real, training = kick_sets
    report = reports.compare(training, real, training)
    beside = [one for one in report.lines if one.floor is not None]
    assert len(beside) > 10
    assert {one.verdict for one in beside} == {WITHIN}
    assert report.floor_size == len(training)


def test_half_other_sounds_fall_short(report):
    verdicts = {one.metric.name: one.verdict for one in report.lines}
    assert verdicts["characteristics"] == WORSE
    assert report.tally[WORSE] >= 3
    assert sum(report.tally.values()) == sum(bool(one.verdict) and not one.is_part for one in report.lines)
    assert answer(report).startswith(f"These kicks fall short of real ones in {report.tally[WORSE]} of ")


# --- floors and notes


def test_without_training_kicks_there_is_no_floor_and_a_way_to_one(kick_sets, few_resamples):
    generated, real, _ = kick_sets
    report = reports.compare(generated, real)
    assert report.floor is None
    assert {one.verdict for one in report.lines} == {""}
    assert "no floor" in report.notes[0]
    assert "--train" in report.notes[0]
    assert "LIB:sibling" in report.notes[0]
    assert "Without a floor" in answer(report)
    assert "nobody looked for copies" in pages.render(report)


def test_training_kicks_that_judge_themselves_are_no_floor(kick_sets, few_resamples):
    generated, _, training = kick_sets
    report = reports.compare(generated, training, training)
    assert report.floor is None
    assert any("training kicks themselves" in note for note in report.notes)


def test_the_floor_has_as_many_kicks_as_are_judged(kick_sets, few_resamples):
    generated, real, training = kick_sets
    fewer = generated.select(range(20))
    report = reports.compare(fewer, real, training)
    assert report.floor_size == 20
    report = dataclasses.replace(report, floor_size=11)
    assert any("rests on 11 training kicks" in note for note in report.notes)


def test_what_could_not_be_read_or_flatters_is_said(report):
    generated = dataclasses.replace(
        report.generated,
        refused=tuple((f"{number}.wav", "unreadable") for number in range(5)),
        hashes=(report.real.hashes[0], *report.generated.hashes[1:]),
        samples=np.concatenate([np.zeros_like(report.generated.samples[:1]), report.generated.samples[1:]]),
    )
    notes = " ".join(dataclasses.replace(report, generated=generated).notes)
    assert "5 files of " in notes
    assert "0.wav (unreadable)" in notes
    assert "and 2 more" in notes
    assert "1 of the generated kicks are, sample by sample, among the real kicks" in notes
    assert "1 of the generated kicks are silent" in notes


# --- kicks worth hearing


def test_the_kicks_shown_are_the_extreme_ones(report):
    per_kick = report.evaluation.per_kick
    assert reports.most_obvious(report, 3) == [25, 24, 23]
    shown = reports.most_typical(report, 5)
    assert max(per_kick["typicality"][shown]) <= np.sort(per_kick["typicality"])[5]
    pairs = reports.nearest_pairs(report, 5)
    assert [pair.distance for pair in pairs] == sorted(per_kick["nearest_distance"])[:5]
    for pair in pairs:
        apart = np.linalg.norm(report.training.embeddings - report.generated.embeddings[pair.generated], axis=1)
        assert int(apart.argmin()) == pair.training


def test_a_report_without_scores_shows_none(report):
    bare = dataclasses.replace(report, evaluation=dataclasses.replace(report.evaluation, per_kick={}))
    assert reports.most_obvious(bare) == reports.most_typical(bare) == reports.nearest_pairs(bare) == []
    assert 'id="worst"' not in pages.render(bare)


def test_the_map_is_the_same_each_time_and_even(report):
    places = reports.lay_out(report, 20)
    assert places == reports.lay_out(report, 20)
    kinds = [place.kind for place in places]
    assert (kinds.count("generated"), kinds.count("real"), kinds.count("training")) == (20, 20, 20)
    assert all(math.isfinite(place.x) and math.isfinite(place.y) for place in places)


def test_the_map_survives_copies_and_few_kicks(report):
    few = dataclasses.replace(
        report, generated=report.generated.select([0]), real=report.real.select([0]), training=None
    )
    assert reports.lay_out(few) == []
    same = dataclasses.replace(report.generated, embeddings=np.ones_like(report.generated.embeddings))
    places = reports.lay_out(dataclasses.replace(report, generated=same, real=same, training=None))
    assert all(math.isfinite(place.x) and math.isfinite(place.y) for place in places)


def test_gate_failures_are_shares_by_rule(report):
    generated = dataclasses.replace(report.generated, faults=(("tail", "hum"),) + (("tail",),) + ((),) * 24)
    real = dataclasses.replace(report.real, faults=(("dc",),) * 12 + ((),) * 12)
    rows = reports.gate_failures(dataclasses.replace(report, generated=generated, real=real))
    assert rows == [("tail", 2 / 26, 0.0), ("hum", 1 / 26, 0.0), ("dc", 0.0, 0.5)]


# --- as data


def test_the_data_are_json_of_every_figure(report):
    data = to_json(report)
    again = json.loads(json.dumps(data, allow_nan=False, ensure_ascii=False).encode("utf-8"))
    assert again == data
    assert list(data["figures"]) == [one.metric.name for one in report.lines]
    for one in report.lines:
        row = data["figures"][one.metric.name]
        assert row["value"] == pytest.approx(one.figure.value, rel=1e-5, abs=1e-12)
        assert row["verdict"] == (one.verdict or None)
    assert data["missing"] == report.evaluation.missing
    assert len(data["nearest_to_training"]) == reports.PAIRS


def test_what_is_no_number_is_null(report):
    figure = Estimate(math.nan, -math.inf, math.inf)
    evaluation = dataclasses.replace(report.evaluation, figures={"frechet": figure})
    odd = dataclasses.replace(report, evaluation=evaluation)
    row = json.loads(json.dumps(to_json(odd), allow_nan=False))["figures"]["frechet"]
    assert (row["value"], row["low"], row["high"]) == (None, None, None)
    assert "nan" not in re.sub(r"base64,[^\"]*", "", pages.render(odd)).lower().replace("nano", "")


def test_names_are_made_harmless():
    assert reports.clean("a\x00\x1b[31m\u202eb\udc80\n") == "a��[31m�b?�"
    assert reports.clean("Größe 大鼓 #1") == "Größe 大鼓 #1"


# --- as files


@pytest.mark.parametrize(
    ("place", "files"),
    [("out", ("out/report.html", "out/report.json")), ("a/draft.html", ("a/draft.html", "a/draft.json"))],
)
def test_a_report_goes_to_a_folder_or_a_file(report, tmp_path, monkeypatch, place, files):
    monkeypatch.setattr(pages, "render", lambda report: f"<!-- {reports.MARK} -->")  # the whole page: see below
    publish.check_place(tmp_path / place)
    written = publish.write(report, tmp_path / place)
    assert written == tuple(tmp_path / file for file in files)
    first = [path.read_bytes() for path in written]
    publish.check_place(tmp_path / place)  # our own may be replaced
    assert [path.read_bytes() for path in publish.write(report, tmp_path / place)] == first
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(written)


def test_what_is_somebody_elses_stays(tmp_path):
    (tmp_path / "report.json").write_text("{}")
    with pytest.raises(InputError, match=r"report\.json is already there and was not written by an evaluation"):
        publish.check_place(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="there is already a file of this name"):
        publish.check_place(tmp_path / "file")
    (tmp_path / "x.html").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        publish.check_place(tmp_path / "x.html")


# --- the page


def test_the_page_is_one_file_that_asks_for_nothing(report, written_page):
    html = written_page.read_text("utf-8")
    assert html == pages.render(report)
    assert len(html) < 12_000_000
    for reference in re.findall(r"(?:src|href|action|srcset|poster)\s*=\s*\"([^\"]*)\"", html):
        assert reference.startswith(("data:", "#"))
    assert "@import" not in html
    assert "url(" not in html


def test_sounds_stay_within_their_budget(report, monkeypatch):
    monkeypatch.setattr(map_section, "SOUND_BYTES", 0)
    few = pages.render(report).count("<audio")
    monkeypatch.setattr(map_section, "SOUND_BYTES", 10**9)
    assert (
        few
        < pages.render(report).count("<audio")
        == len(report.generated) + len(report.real) + len({pair.training for pair in reports.nearest_pairs(report)})
    )


@pytest.fixture(scope="module")
def written_page(report, tmp_path_factory):
    return publish.write(report, tmp_path_factory.mktemp("page"))[0]


@pytest.fixture(scope="module")
def browser():
    with open_browser() as browser:
        yield browser


@pytest.fixture
def opened(browser, written_page):
    """The page in the browser, and a list that fills with whatever it should not do."""
    complaints = []
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.on("console", lambda message: complaints.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on(
        "request",
        lambda request: request.url.startswith(("file:", "data:", "blob:")) or complaints.append(request.url[:200]),
    )
    page.goto(written_page.as_uri())
    yield page, complaints
    page.close()
    assert complaints == []


def test_the_page_opens_from_disk_with_nothing_missing(opened):
    page, _ = opened
    for place in ("figures", "listen", "worst", "typical", "copies", "map", "descriptors", "gate"):
        assert page.locator(f"#{place} h2").is_visible(), place
    broken = page.evaluate(
        "Promise.all([...document.images].map(i => i.decode().then(() => null, () => i.src.slice(0, 80))))"
        ".then(all => all.filter(Boolean))"
    )
    assert broken == []
    assert page.evaluate("document.images.length") > 50


def test_every_sound_decodes(opened):
    page, _ = opened
    lengths = page.evaluate(
        """Promise.all([...document.querySelectorAll("audio")].map(audio => new Promise(done => {
             audio.onloadedmetadata = () => done(audio.duration);
             audio.onerror = () => done(-1);
             audio.preload = "auto";
             audio.load();
           })))"""
    )
    assert len(lengths) > 40
    assert all(abs(length - 0.5) < 1e-3 for length in lengths)


def test_hostile_names_are_only_names(opened, report):
    page, _ = opened
    assert page.evaluate("document.scripts.length") == 2
    assert page.locator("img[onerror], [onclick]").count() == 0
    assert "alert(1)</script>" in page.locator("h1").inner_text()
    names = set(page.locator("#random-generated .name").all_inner_texts())
    assert len(names) == reports.SHOWN
    assert not re.search("[\u202e\x1b\ud800-\udfff]", page.content())


def until(page, expression):
    """Wait until a JavaScript expression holds. (Playwright's own way of waiting is forbidden by the page's policy.)"""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(25)
    pytest.fail(f"never: {expression}")


def test_a_click_plays_a_kick_and_escape_stops_it(opened):
    page, _ = opened
    page.evaluate("for (const a of document.querySelectorAll('audio')) a.loop = true")
    card = page.locator("#random-generated .kick").first
    identity = card.get_attribute("data-sound")
    card.click()
    until(page, f"document.getElementById('{identity}').currentTime > 0")
    assert "playing" in card.get_attribute("class")
    page.keyboard.press("Escape")
    assert page.evaluate(f"document.getElementById('{identity}').paused")
    assert "playing" not in card.get_attribute("class")
    page.locator("#random-real .kick").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("[...document.querySelectorAll('audio')].filter(a => !a.paused).length") == 1


def test_a_group_plays_in_turn(opened):
    page, _ = opened
    button = page.locator('[data-group="pair-1"]')
    sounds = page.evaluate("[...document.querySelectorAll('#pair-1 .kick')].map(k => k.dataset.sound)")
    assert len(sounds) == 2
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    for sound in sounds:
        until(page, f"document.querySelector('#pair-1 [data-sound=\"{sound}\"].playing')")
    until(page, "document.querySelector('[data-group=\"pair-1\"]').getAttribute('aria-pressed') == 'false'")


def test_the_map_names_and_plays_points_by_pointer_and_keyboard(opened):
    page, _ = opened
    data = json.loads(page.locator("#map-data").text_content())
    x, y, kind = next(point for point in data if point[4])[:3]
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    page.locator(".map").scroll_into_view_if_needed()
    at = page.evaluate(
        "([x, y]) => { const p = new DOMPoint(x, y).matrixTransform(document.querySelector('.map').getScreenCTM());"
        " return [p.x, p.y]; }",
        [x, y],
    )
    page.mouse.move(*at)
    words = page.locator("#map-words")
    assert words.inner_text().startswith(f"{kind}: ")
    page.mouse.click(*at)
    assert page.evaluate("[...document.querySelectorAll('audio')].some(a => !a.paused || a.ended)")
    page.locator(".map").focus()
    before = words.inner_text()
    for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("ArrowRight")
    assert words.inner_text() != before or len(data) == 1
    page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        (SIZES[0], "light"),
        pytest.param(SIZES[0], "dark", marks=pytest.mark.slow),
        pytest.param(SIZES[1], "light", marks=pytest.mark.slow),
        (SIZES[1], "dark"),
    ],
)
def test_the_page_fits_and_is_readable(browser, written_page, size, scheme):
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page.goto(written_page.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.locator(".answer").bounding_box()["y"] < size[1] / 2
    poor = page.evaluate(CONTRAST)
    assert poor == []
    shifts = page.evaluate(
        "new Promise(done => { let sum = 0; new PerformanceObserver(list => { for (const e of list.getEntries())"
        " sum += e.value; }).observe({type: 'layout-shift', buffered: true}); setTimeout(() => done(sum), 200); })"
    )
    assert shifts < 0.01
    page.close()


CONTRAST = r"""(() => {
  const linear = v => v <= 10.3 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4;
  const light = c => { const [r, g, b] = c.map(linear);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const rgba = text => text.match(/[\d.]+/g).map(Number);
  const behind = e => { for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0.99) return c.slice(0, 3); } return [255, 255, 255]; };
  const poor = new Set();
  for (const e of document.querySelectorAll("body *")) {
    if (e.closest("script, audio, noscript") || !e.checkVisibility()) continue;
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const style = getComputedStyle(e);
    const svg = e.namespaceURI.endsWith("svg");
    const [a, b] = [light(rgba(svg ? style.fill : style.color).slice(0, 3)), light(behind(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.add(`${e.tagName}.${e.getAttribute("class")}`);
  }
  return [...poor];
})()"""
"""Elements with text whose contrast is below 4.5, WCAG 2.2's AA for text of any size."""


def test_the_assets_lie_in_the_package():
    folder = Path(pages.__file__).parent
    assert {"page.css", "page.js"} <= {path.name for path in folder.iterdir()}


def test_an_evaluation_by_hand_is_enough_for_a_page(report):
    bare = Evaluation(
        generated="a", real="b", training=None, n_generated=26, n_real=24, n_training=0,
        figures={"gate": Estimate(0.5, 0.4, 0.6, 0.9)}, missing={"frechet": "needs 97 real kicks, there are 24"},
        per_kick={},
    )  # fmt: skip
    html = pages.render(Report(report.generated, report.real, None, bare, None))
    assert "needs 97 real kicks, there are 24" in html
    assert "50.0 %" in html
