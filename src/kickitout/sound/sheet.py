"""Pictures of kicks: a sheet of waveforms above spectrograms, with NumPy and Pillow alone.

Each kick is a card. Its waveform shows the left channel in blue and the right one in orange; where they overlap it is
white, so a mono kick is white and colour means stereo. Below, the louder of both channels over a logarithmic
frequency axis. All cards of a sheet share one time axis and one scale, so that they compare.
"""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kickitout.system.files import replacing

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

LOWEST_HZ, HIGHEST_HZ = 25.0, 20_000.0
"""The range of the frequency axis."""

QUIETEST_DB, LOUDEST_DB = -84.0, -3.0
"""The range of the colours, in dB relative to a sine at full scale."""

_WINDOWS = (
    (2048, 120.0),
    (1024, 360.0),
    (512, 1100.0),
    (256, 3300.0),
    (128, 10_000.0),
)  # samples at 44.1 kHz, best at Hz

_ANCHORS = ((0.0, 282.0, 0.035), (0.3, 300.0, 0.145), (0.55, 365.0, 0.185), (0.8, 420.0, 0.150), (1.0, 468.0, 0.075))
"""Of the colour map: place, hue in degrees, chroma."""

_SMOOTHING = 20
"""Colours to each side that the chroma is averaged over."""

_DARKEST, _LIGHTER = 0.17, 0.79
"""The lightness of the map's first colour in Oklab, and by how much the last is lighter."""

_TO_CONES = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
_TO_LINEAR = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)
"""From Oklab to the cube roots of the cones' answers, and from these answers to linear sRGB (Ottosson, 2020)."""

_SRGB = {"straight": 0.0031308, "slope": 12.92, "scale": 1.055, "power": 2.4, "offset": 0.055}
"""From linear to encoded sRGB: a straight line up to a value, then a power (IEC 61966-2-1)."""

_THINNEST = 1.2
"""Pixels: a line is at least so thick."""

_TICKS_HZ = ((50, "50"), (200, "200"), (1000, "1k"), (5000, "5k"))

# Sizes in pixels.
_PLOT_WIDTH, _WAVE_HEIGHT, _SPECTRUM_HEIGHT = 300, 64, 128
_INSET, _LABEL_HEIGHT, _WAVE_GAP = 10, 28, 8
_CARD_WIDTH = _PLOT_WIDTH + 2 * _INSET
_CARD_HEIGHT = _LABEL_HEIGHT + _WAVE_HEIGHT + _WAVE_GAP + _SPECTRUM_HEIGHT + _INSET
_GAP, _MARGIN, _AXIS_WIDTH, _AXIS_HEIGHT = 12, 24, 34, 20
_TITLE_HEIGHT, _LEGEND_HEIGHT = 46, 42
_BAR_WIDTH, _BESIDE_BAR = 110, 318  # of the colour bar, and what is beside it at the least

_Colour = tuple[int, int, int]
_PAGE: _Colour = (17, 17, 22)
_CARD: _Colour = (27, 27, 34)
_TEXT: _Colour = (236, 236, 240)
_QUIET_TEXT: _Colour = (150, 150, 164)
_LEFT: _Colour = (70, 150, 255)
_RIGHT: _Colour = (255, 140, 60)


def draw_sheet(
    kicks: Sequence[tuple[str, NDArray[np.float32]]],
    *,
    title: str = "",
    columns: int = 4,
    sample_rate: int = 44_100,
) -> "Image":
    """Draw a sheet of kicks, row by row.

    Args:
        kicks: (label, audio) with audio of shape (2, n), within [-1, 1], of any length.
        title: a line at the top; none if empty.
        columns: cards in a row, at least 1; a sheet of fewer kicks is narrower.
        sample_rate: Hz, of all kicks.

    Returns:
        An RGB picture. The same kicks give the same bytes.

    Raises:
        ValueError: no kicks, fewer than one column, or audio that is not of shape (2, n).
    """
    from PIL import Image, ImageDraw

    if not kicks or columns < 1:
        raise ValueError(f"a sheet needs at least one kick and one column; got {len(kicks)} and {columns}")
    for label, audio in kicks:
        if audio.ndim != 2 or audio.shape[0] != 2:
            raise ValueError(f"a sheet's audio has the shape (2, n); {label!r} has {audio.shape}")
    columns = min(columns, len(kicks))
    page = _Page(columns, math.ceil(len(kicks) / columns), bool(title))
    span = max(1, *(audio.shape[1] for _, audio in kicks))
    canvas = np.empty((page.height, page.width, 3), dtype=np.uint8)
    canvas[:] = _PAGE
    for index, (_, audio) in enumerate(kicks):
        left, top = page.card(index)
        _paint_card(canvas[top : top + _CARD_HEIGHT, left : left + _CARD_WIDTH], audio, span, sample_rate)
    legend = page.legend_bar()
    canvas[legend[1] : legend[3], legend[0] : legend[2]] = _coloured(np.linspace(0.0, 1.0, legend[2] - legend[0]))

    image = Image.fromarray(canvas)
    draw = ImageDraw.Draw(image)
    if title:
        draw.text((_MARGIN, _MARGIN - 4), _fit(title, _font(20), page.width - 2 * _MARGIN), _TEXT, _font(20))
    times = _time_ticks(1000.0 * span / sample_rate)
    for index, (label, _) in enumerate(kicks):
        left, top = page.card(index)
        _write_card(draw, left, top, label, times, last_row=index + columns >= len(kicks))
        if index % columns == 0:
            _write_frequencies(draw, left, top)
    _write_legend(draw, page)
    return image


def save_png(image: "Image", path: Path) -> None:
    """Write a picture as PNG atomically, with the program's name in its text. Raises `OutputError`."""
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    text.add_text("Software", "Kick It Out")
    with replacing(path) as temporary, temporary.open("wb") as stream:
        image.save(stream, format="PNG", pnginfo=text)


@dataclass(frozen=True)
class _Page:
    """The layout of the page, in pixels."""

    columns: int
    rows: int
    titled: bool

    @property
    def top(self) -> int:
        return _MARGIN + (_TITLE_HEIGHT if self.titled else 0)

    @property
    def width(self) -> int:
        return 2 * _MARGIN + _AXIS_WIDTH + self.columns * (_CARD_WIDTH + _GAP) - _GAP

    @property
    def height(self) -> int:
        return self.top + self.rows * (_CARD_HEIGHT + _GAP) - _GAP + _AXIS_HEIGHT + _LEGEND_HEIGHT + _MARGIN // 2

    def card(self, index: int) -> tuple[int, int]:
        """Left and top of a card."""
        row, column = divmod(index, self.columns)
        left = _MARGIN + _AXIS_WIDTH + column * (_CARD_WIDTH + _GAP)
        return left, self.top + row * (_CARD_HEIGHT + _GAP)

    def legend_bar(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the legend's colour bar."""
        right = self.width - _MARGIN - 40
        bottom = self.height - _MARGIN
        return right - min(_BAR_WIDTH, self.width - _BESIDE_BAR), bottom - 10, right, bottom


# Colours -----------------------------------------------------------------------------------------------------------


@cache
def colour_map() -> NDArray[np.uint8]:
    """256 colours from dark blue over violet and orange to pale yellow, shape (256, 3), sRGB. Read-only.

    Perceptually even by construction: lightness rises in equal steps in Oklab (Ottosson, "A perceptual color
    space for image processing", 2020), while the hue turns and the chroma stays inside sRGB.
    """
    place = np.linspace(0.0, 1.0, 256)
    lightness = _DARKEST + _LIGHTER * place
    anchors = np.array(_ANCHORS)
    hue = np.radians(np.interp(place, anchors[:, 0], anchors[:, 1]))
    chroma = np.interp(place, anchors[:, 0], anchors[:, 2])
    width = 2 * _SMOOTHING + 1
    chroma = np.convolve(np.pad(chroma, _SMOOTHING, mode="edge"), np.full(width, 1 / width), mode="valid")
    colours = _oklab_to_srgb(np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=-1))
    colours.flags.writeable = False
    return colours


def _oklab_to_srgb(oklab: NDArray[np.float64]) -> NDArray[np.uint8]:
    """(..., 3) in Oklab -> (..., 3) in 8-bit sRGB, clipped to the gamut."""
    linear = np.clip((oklab @ np.array(_TO_CONES).T) ** 3 @ np.array(_TO_LINEAR).T, 0.0, 1.0)
    curve = _SRGB["scale"] * linear ** (1.0 / _SRGB["power"]) - _SRGB["offset"]
    encoded = np.where(linear <= _SRGB["straight"], _SRGB["slope"] * linear, curve)
    return np.asarray(np.rint(255.0 * encoded), dtype=np.uint8)


def _coloured(unit: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """Numbers 0..1 -> colours of the map, shape (..., 3); numbers beyond are clipped."""
    return np.asarray(colour_map()[np.rint(255.0 * np.clip(unit, 0.0, 1.0)).astype(np.int64)])


# One card ----------------------------------------------------------------------------------------------------------


def _paint_card(canvas: NDArray[np.uint8], audio: NDArray[np.float32], span: int, sample_rate: int) -> None:
    """Paint waveform and spectrogram of (2, n) into a card's pixels."""
    canvas[:] = _CARD
    inside = slice(_INSET, _INSET + _PLOT_WIDTH)
    clean = np.nan_to_num(audio.astype(np.float64), posinf=1.0, neginf=-1.0)
    wave_top = _LABEL_HEIGHT
    canvas[wave_top : wave_top + _WAVE_HEIGHT, inside] = _waveform_pixels(clean, span)
    spectrum_top = wave_top + _WAVE_HEIGHT + _WAVE_GAP
    loudness = log_spectrogram(clean, span, _PLOT_WIDTH, _SPECTRUM_HEIGHT, sample_rate)
    unit = (loudness - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB)
    canvas[spectrum_top : spectrum_top + _SPECTRUM_HEIGHT, inside] = _coloured(unit)


def _waveform_pixels(audio: NDArray[np.float64], span: int) -> NDArray[np.uint8]:
    """The waveforms of (2, n) on the axis of `span` samples, shape (_WAVE_HEIGHT, _PLOT_WIDTH, 3)."""
    left, right = (_coverage(channel, span)[..., None] for channel in audio)
    both = np.minimum(left, right)
    card, text = np.array(_CARD, dtype=np.float64), np.array(_TEXT, dtype=np.float64)
    pixels = card + both * (text - card) + (left - both) * (_LEFT - card) + (right - both) * (_RIGHT - card)
    return np.asarray(np.rint(np.clip(pixels, 0, 255)), dtype=np.uint8)


def _coverage(channel: NDArray[np.float64], span: int) -> NDArray[np.float64]:
    """How much of each pixel the waveform covers, 0..1, shape (_WAVE_HEIGHT, _PLOT_WIDTH)."""
    starts = np.arange(_PLOT_WIDTH) * span // _PLOT_WIDTH
    used = np.flatnonzero(starts < channel.size)
    if used.size == 0:
        return np.zeros((_WAVE_HEIGHT, _PLOT_WIDTH))
    # Each column extends to the next one's first sample, so that they join.
    following = channel[np.append(starts[used][1:], channel.size - 1)]
    high = np.maximum(np.maximum.reduceat(channel, starts[used]), following)
    low = np.minimum(np.minimum.reduceat(channel, starts[used]), following)
    half = _WAVE_HEIGHT / 2
    top, bottom = half * (1.0 - np.clip(high, -1.0, 1.0)), half * (1.0 - np.clip(low, -1.0, 1.0))
    thin = np.maximum(0.0, _THINNEST - (bottom - top)) / 2.0
    rows = np.arange(_WAVE_HEIGHT, dtype=np.float64)[:, None]
    coverage = np.zeros((_WAVE_HEIGHT, _PLOT_WIDTH))
    coverage[:, used] = np.clip(np.minimum(rows + 1.0, bottom + thin) - np.maximum(rows, top - thin), 0.0, 1.0)
    return coverage


def log_spectrogram(
    audio: NDArray[np.float64], span: int, width: int, height: int, sample_rate: int
) -> NDArray[np.float64]:
    """A picture of sound over logarithmic frequency: (2, n) -> dB of shape (height, width), lows at the bottom.

    Long windows for low frequencies, where the ear separates tones, and short ones for high frequencies, where it
    separates times, blended in between. The louder channel counts. A sine at full scale reads 0 dB.

    Args:
        audio: shape (2, n).
        span: samples across the width; beyond the audio there is silence.
    """
    channels = (audio[:1] if np.array_equal(audio[0], audio[1]) else audio).astype(np.float32)
    centres = (np.arange(width) + 0.5) * span / width
    rows_hz = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** ((np.arange(height)[::-1] + 0.5) / height)
    octaves = np.log2(rows_hz)
    knots = np.log2([best for _, best in _WINDOWS])
    picture = np.zeros((height, width))
    for index, (length, _) in enumerate(_WINDOWS):
        weight = np.interp(octaves, knots, np.eye(len(_WINDOWS))[index])
        used = weight > 0.0
        if not used.any():
            continue
        n_window = max(2, 2 * round(length * sample_rate / 88_200))
        places = np.minimum(rows_hz[used] * 2 * n_window / sample_rate, n_window - 0.001)
        below = places.astype(np.int64)
        first = int(below.min())
        loudness = _loudness_columns(channels, centres, n_window, first, int(below.max()) + 2)
        part, below = (places - below)[:, None], below - first
        blended = (1 - part) * loudness[:, below].T + part * loudness[:, below + 1].T
        picture[used] += weight[used][:, None] * blended
    picture[rows_hz > sample_rate / 2] = -200.0
    return picture


def _loudness_columns(
    channels: NDArray[np.float32], centres: NDArray[np.float64], n_window: int, first: int, end: int
) -> NDArray[np.float32]:
    """dB of windows centred at the given samples, the loudest of (channels, n): shape (columns, end - first)."""
    starts = np.rint(centres).astype(np.int64)
    # Half a window of silence before, and enough after for the last window, which may lie beyond the audio.
    after = max(0, int(starts[-1]) + n_window - channels.shape[1])
    padded = np.pad(channels, ((0, 0), (n_window // 2, after)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_window, axis=1)[:, starts]
    # A window gives few of its bins: their sums, seven times as fast as a transform that has all of them.
    real, imaginary = np.split(frames @ _windowed_waves(n_window, first, end), 2, axis=-1)
    power = (real**2 + imaginary**2).max(axis=0)
    return np.asarray(10.0 * np.log10(np.maximum(power, 1e-20)), dtype=np.float32)


@lru_cache(32)
def _windowed_waves(n_window: int, first: int, end: int) -> NDArray[np.float32]:
    """Cosines, then sines, of bins of the discrete Fourier transform under a window: (n_window, 2 (end - first)).

    Bins are those of twice as many samples, half of them zeros: smooth over frequency. Read-only.
    """
    window = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(n_window) + 0.5) / n_window)
    turns = np.outer(np.arange(n_window), np.arange(first, end)) % (2 * n_window) / (2 * n_window)
    waves = np.concatenate([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)], axis=1)
    windowed = np.asarray((window * (2.0 / window.sum()))[:, None] * waves, dtype=np.float32)
    windowed.flags.writeable = False
    return windowed


# Words and axes ----------------------------------------------------------------------------------------------------


@cache
def _font(size: int) -> "FreeTypeFont | ImageFont":
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _plain(text: str) -> str:
    """`text` in the characters of Pillow's built-in font: accents are dropped, others become "?"."""
    parts = unicodedata.normalize("NFKD", text.translate({0x2013: "-", 0x2014: "-", 0x2018: "'", 0x2019: "'"}))
    base = (character for character in parts if not unicodedata.combining(character))
    return "".join(character if " " <= character <= "~" else "?" for character in base)


def _fit(text: str, font: "FreeTypeFont | ImageFont", width: int) -> str:
    """`text` in plain characters, its middle cut out where it is wider than `width` pixels."""
    plain = _plain(text)
    kept = len(plain)
    fitting = plain
    while kept > 2 and font.getlength(fitting) > width:
        kept -= 1
        fitting = plain[: (kept + 1) // 2] + "…" + plain[len(plain) - kept // 2 :]
    return fitting


def _time_ticks(duration_ms: float) -> list[tuple[float, str]]:
    """(share of the width, words) for round times, at most six."""
    step = next(
        (step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if duration_ms / step <= 6.0),
        10.0 ** math.ceil(math.log10(duration_ms / 6.0)),
    )
    count = math.floor(duration_ms / step + 1e-9)
    unit, scale = ("s", 1000.0) if step >= 1000 else ("ms", 1.0)
    words = [f"{index * step / scale:g}" for index in range(count + 1)]
    words[-1] += f" {unit}"
    return [(index * step / duration_ms, word) for index, word in enumerate(words)]


def _write_card(
    draw: "ImageDraw", left: int, top: int, label: str, times: list[tuple[float, str]], *, last_row: bool
) -> None:
    font = _font(13)
    draw.text((left + _INSET, top + 7), _fit(label, font, _PLOT_WIDTH), _TEXT, font)
    bottom = top + _CARD_HEIGHT
    for share, words in times:
        x = left + _INSET + min(_PLOT_WIDTH - 1, round(share * _PLOT_WIDTH))
        draw.line((x, bottom - _INSET + 1, x, bottom - _INSET + 4), _QUIET_TEXT)
        if last_row:
            anchor = "la" if share == 0.0 else "ra" if share > 0.95 else "ma"
            draw.text((x, bottom + 4), words, _QUIET_TEXT, _font(11), anchor=anchor)


def _write_frequencies(draw: "ImageDraw", left: int, top: int) -> None:
    bottom = top + _CARD_HEIGHT - _INSET
    for frequency, words in _TICKS_HZ:
        share = math.log(frequency / LOWEST_HZ) / math.log(HIGHEST_HZ / LOWEST_HZ)
        y = bottom - round(share * _SPECTRUM_HEIGHT)
        draw.line((left + _INSET - 4, y, left + _INSET - 1, y), _QUIET_TEXT)
        draw.text((left - 6, y), words, _QUIET_TEXT, _font(11), anchor="rm")
    draw.text((left - 6, bottom - _SPECTRUM_HEIGHT - 2), "Hz", _QUIET_TEXT, _font(11), anchor="rm")


def _write_legend(draw: "ImageDraw", page: _Page) -> None:
    font = _font(11)
    left, top, right, bottom = page.legend_bar()
    middle = (top + bottom) // 2
    draw.text((left - 8, middle), f"{QUIETEST_DB:.0f}", _QUIET_TEXT, font, anchor="rm")
    draw.text((right + 8, middle), f"{LOUDEST_DB:.0f} dB", _QUIET_TEXT, font, anchor="lm")
    x = _MARGIN + _AXIS_WIDTH + _INSET
    for colour, words in ((_TEXT, "both"), (_LEFT, "left"), (_RIGHT, "right")):
        draw.rectangle((x, middle - 4, x + 8, middle + 4), fill=colour)
        draw.text((x + 14, middle), words, _QUIET_TEXT, font, anchor="lm")
        x += 14 + round(font.getlength(words)) + 16
