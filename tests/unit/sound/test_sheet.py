"""Sheets: the same kicks are the same bytes, any sound and label will do, and what is drawn is what was heard."""

import io

import numpy as np
import pytest
from PIL import Image

from kickitout.errors import OutputError
from kickitout.sound import sheet
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE


def sine(frequency, n=KICK_SAMPLES):
    tone = np.sin(2 * np.pi * frequency * np.arange(n) / SAMPLE_RATE).astype(np.float32)
    return np.stack([tone, tone])


def wave_pixels(audio):
    return sheet._waveform_pixels(audio.astype(np.float64), audio.shape[1]).astype(int)


def png(image):
    stream = io.BytesIO()
    image.save(stream, format="PNG")
    return stream.getvalue()


def test_the_same_kicks_are_the_same_bytes():
    kicks = [("a", sine(50.0)), ("b", sine(500.0))]
    assert png(sheet.draw_sheet(kicks, title="T")) == png(sheet.draw_sheet(kicks, title="T"))
    assert png(sheet.draw_sheet(kicks)) != png(sheet.draw_sheet(kicks[::-1]))


@pytest.mark.parametrize(
    ("count", "columns", "across", "down"), [(1, 4, 1, 1), (4, 4, 4, 1), (5, 4, 4, 2), (9, 2, 2, 5)]
)
def test_the_page_grows_by_whole_cards(count, columns, across, down):
    short = np.zeros((2, 100), dtype=np.float32)
    one = sheet.draw_sheet([("", short)])
    page = sheet.draw_sheet([("", short)] * count, columns=columns)
    assert page.width - one.width == (across - 1) * (sheet._CARD_WIDTH + sheet._GAP)
    assert page.height - one.height == (down - 1) * (sheet._CARD_HEIGHT + sheet._GAP)


def test_a_hundred_kicks_fit():
    page = sheet.draw_sheet([(str(i), sine(60.0, 800)) for i in range(100)], columns=10)
    assert page.size > (3000, 2000)


@pytest.mark.parametrize("n", [0, 1, 7, 299, 300, 301, 22_050, 500_000])
def test_any_length_is_drawn(n):
    image = sheet.draw_sheet([("short", sine(100.0, n)), ("long", sine(100.0, 22_050))])
    assert image.mode == "RGB"


@pytest.mark.parametrize(
    "label", ["", "x" * 500, "Größe Café", "キック 日本", "🥁", "tab\tand\nnewline", "\x00\x1b", "a\u0301", "مرحبا"]
)
def test_any_label_is_drawn(label):
    kick = np.zeros((2, 64), dtype=np.float32)
    assert sheet.draw_sheet([(label, kick)], title=label).size >= sheet.draw_sheet([("", kick)]).size


def test_labels_fall_back_to_plain_characters_and_are_cut_in_the_middle():
    assert sheet._plain("Größe Café – 日") == "Gro?e Cafe - ?"
    fitted = sheet._fit("start " + "x" * 300 + " end", sheet._font(13), 200)
    assert fitted.startswith("start")
    assert fitted.endswith("end")
    assert "…" in fitted
    assert sheet._font(13).getlength(fitted) <= 200


def test_values_that_are_no_numbers_do_not_stop_it():
    audio = np.full((2, 1000), np.nan, dtype=np.float32)
    audio[:, 500:] = np.inf
    assert sheet.draw_sheet([("broken", audio)]).size > (0, 0)


def test_mono_is_white_and_stereo_has_colour():
    mono = wave_pixels(sine(200.0))
    text, card = np.array(sheet._TEXT), np.array(sheet._CARD)
    along = (mono - card) @ (text - card) / ((text - card) @ (text - card))
    assert np.abs(mono - (card + along[..., None] * (text - card))).max() <= 1
    left = sine(200.0)
    left[1] = 0
    off_centre = np.r_[0:28, 36:64]  # the silent channel is a line across the middle
    blue = wave_pixels(left)[off_centre]
    assert (blue[..., 2] > blue[..., 0] + 100).any()
    assert not (blue[..., 0] > blue[..., 2]).any()
    orange = wave_pixels(left[::-1])[off_centre]
    assert (orange[..., 0] > orange[..., 2] + 100).any()
    assert not (orange[..., 2] > orange[..., 0] + 10).any()


def test_the_waveform_reaches_as_far_as_the_sound():
    audio = np.zeros((2, 3000), dtype=np.float32)
    audio[:, 1000:2000] = 1.0
    coverage = sheet._coverage(audio[0].astype(np.float64), 3000)
    assert coverage.shape == (64, 300)
    # Silence is one thin line across the middle; full scale lies at the top.
    np.testing.assert_allclose(coverage.sum(axis=0)[[50, 250]], 1.2)
    assert coverage[0, 150] == pytest.approx(0.6)
    assert coverage[32, 150] == 0.0


def test_shorter_sounds_end_earlier():
    coverage = sheet._coverage(np.ones(1000), 2000)
    assert coverage[:, :150].any(axis=0).all()
    assert not coverage[:, 151:].any()


@pytest.mark.parametrize("frequency", [40.0, 110.0, 440.0, 1000.0, 6000.0, 15_000.0])
def test_a_full_scale_sine_reads_about_zero_decibels_in_its_row(frequency):
    picture = sheet.log_spectrogram(sine(frequency).astype(np.float64), KICK_SAMPLES, 50, 128, SAMPLE_RATE)
    column = picture[:, 25]
    octaves = np.log2(sheet.HIGHEST_HZ / sheet.LOWEST_HZ)
    expected_row = 127.5 - 128 * np.log2(frequency / sheet.LOWEST_HZ) / octaves
    assert np.argmax(column) == pytest.approx(expected_row, abs=2.5)
    assert column.max() == pytest.approx(0.0, abs=3.0)  # a row may lie beside the line


def test_nothing_lies_above_half_the_sample_rate():
    audio = np.random.default_rng(0).standard_normal((2, 8000)) * 0.1
    picture = sheet.log_spectrogram(audio, 8000, 20, 128, 8000)
    rows_hz = sheet.LOWEST_HZ * (sheet.HIGHEST_HZ / sheet.LOWEST_HZ) ** ((np.arange(128)[::-1] + 0.5) / 128)
    assert (picture[rows_hz > 4000] == -200.0).all()
    assert (picture[(rows_hz > 500) & (rows_hz < 3900)] > -100.0).all()


def test_the_colour_map_is_even_to_the_eye():
    colours = sheet.colour_map() / 255.0
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    lightness = np.where(luminance > 0.008856, 116 * np.cbrt(luminance) - 16, 903.3 * luminance)  # CIE L*
    assert (np.diff(lightness[::4]) > 0).all()
    assert lightness[0] < 8
    assert lightness[-1] > 92
    # No stretch of the map is twice as steep as its mean.
    assert np.diff(lightness[::16]).max() < 2 * np.diff(lightness[::16]).mean()


def test_saving_is_whole_or_not_at_all(tmp_path):
    image = sheet.draw_sheet([("a", sine(50.0, 500))])
    sheet.save_png(image, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as read:
        assert read.size == image.size
    with pytest.raises(OutputError, match="missing"):
        sheet.save_png(image, tmp_path / "missing" / "sheet.png")
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]


@pytest.mark.parametrize(("kicks", "columns"), [([], 4), ([("a", np.zeros((2, 9), np.float32))], 0)])
def test_a_sheet_of_nothing_is_refused(kicks, columns):
    with pytest.raises(ValueError, match="at least one"):
        sheet.draw_sheet(kicks, columns=columns)


def test_mono_arrays_are_refused():
    with pytest.raises(ValueError, match="'a' has"):
        sheet.draw_sheet([("a", np.zeros(9, np.float32))])


@pytest.mark.parametrize(
    ("duration_ms", "words"),
    [(500.0, ["0", "100", "200", "300", "400", "500 ms"]), (12_000.0, ["0", "2", "4", "6", "8", "10", "12 s"])],
)
def test_times_are_round(duration_ms, words):
    assert [word for _, word in sheet._time_ticks(duration_ms)] == words


@pytest.mark.parametrize("duration_ms", [0.02, 0.5, 3.0, 77.0, 999.0, 61_000.0, 3_600_000.0])
def test_there_are_never_many_times(duration_ms):
    ticks = sheet._time_ticks(duration_ms)
    assert 1 <= len(ticks) <= 7
    assert all(0.0 <= share <= 1.0 + 1e-9 for share, _ in ticks)
