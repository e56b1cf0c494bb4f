"""A kick: its sound, its rate, and everything needed to make it again."""

import base64
import io
import json
import math
import struct
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.sound import audio as audio_files
from kickitout.sound import other_tags, wav_chunks, wav_marks
from kickitout.sound.marking import Marking, xmp_packet
from kickitout.sound.sheet import draw_sheet
from kickitout.system.files import open_regular, replacing

if TYPE_CHECKING:
    from PIL.Image import Image

SAMPLE_RATE = 44_100
"""Hz. Every kick inside Kick It Out has this rate; other rates occur only in files (`audio`)."""

KICK_SAMPLES = 22_050
"""Samples in 500 ms: the default length of a kick."""

RATES = range(8_000, 192_001)
"""Sample rates in Hz that a kick can be written at."""

NOT_PLAIN = "only WAV files are written without tags, not {kind}; leave {plain} or {format} out"

SOURCE_TAG = "DIGITALSOURCETYPE"
"""Of FLAC files: IPTC's address for where the sound comes from."""

RATE_RANGE = "out of range; give {low} to {high} Hz"


@cache
def _software() -> str:
    from importlib.metadata import version

    return f"Kick It Out {version('kickitout')}"


FULL_SCALE = 32_767
"""The largest sample of kicks stored in 16 bits, of either sign."""


@dataclass(frozen=True, eq=False)
class Kick:
    """One kick drum.

    Attributes:
        audio: float32, shape (2, n): left and right, within [-1, 1].
        sample_rate: Hz.
        recipe: everything that makes the kick again (model name, version and checksum, seed, processing), plain
            JSON data; empty for audio that no model made.
        descriptors: measured features by name, with the unit in the name.
        remarks: sentences on requests that could not be met.
        drive_db: gain into the clip at its end; None where no model made it.
        marking: what its file says of where it comes from; None: nothing.
        whole: of a kick with a length, the sound before it was cut or ran on, which is the one to judge it by; else
            None.
    """

    audio: NDArray[np.float32]
    sample_rate: int = SAMPLE_RATE
    recipe: dict[str, Any] = field(default_factory=dict)
    descriptors: dict[str, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    drive_db: float | None = None
    marking: Marking | None = None
    whole: NDArray[np.float32] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.audio.ndim != 2 or self.audio.shape[0] != 2 or self.audio.dtype != np.float32:
            raise ValueError(f"a kick is float32 of shape (2, n); got {self.audio.dtype} of shape {self.audio.shape}")

    @property
    def duration_ms(self) -> float:
        """Length in milliseconds."""
        return 1000.0 * int(self.audio.shape[1]) / self.sample_rate

    @property
    def without_length(self) -> "Kick":
        """The kick as it was before it was cut or ran on, by which it is judged."""
        return self if self.whole is None else replace(self, audio=self.whole, whole=None)

    def picture(self) -> "Image":
        """Waveform and spectrogram, as on the sheets: a Pillow picture."""
        name = f"seed {self.recipe['seed']}" if "seed" in self.recipe else "a kick"
        return draw_sheet([(name, self.audio)], sample_rate=self.sample_rate)

    def _repr_html_(self) -> str:
        """The display in notebooks: a player and the picture."""
        png = io.BytesIO()
        self.picture().save(png, format="PNG")
        sound, image = (base64.b64encode(data).decode("ascii") for data in (self.encode(bits="16"), png.getvalue()))
        return (
            f'<audio controls src="data:audio/wav;base64,{sound}"></audio><br>'
            f'<img alt="waveform and spectrogram" src="data:image/png;base64,{image}">'
        )

    def encode(
        self,
        *,
        bits: str = "24",
        format: str = "wav",
        rate: int | None = None,
        root: float | None = None,
        rights: str | None = None,
        plain: bool | None = None,
    ) -> bytes:
        """The bytes of an audio file of this kick with its recipe inside. The same kick gives the same bytes.

        A kick that was folded to mono (see `Processing`) has one channel there.

        Args:
            bits: "16", "24" or "32f".
            format: "wav", "flac" or "aiff".
            rate: Hz, 8,000 to 192,000; None: the kick's own. The true peak is no higher at any rate.
            root: of a WAV file, its MIDI note for samplers, 0 to 127, with a fraction for the cents; None: that of the
                descriptor `pitch_hz`, or none.
            rights: of a WAV file, the text of its copyright tag; None: that of the marking, or no tag.
            plain: whether a WAV file holds the sound and nothing else: no recipe, no note, no marking.

        Raises:
            InputError: a value is unknown or out of range, or the format does not support the word length, or cannot be
                plain.
            ValueError: the root is outside 0 to 127, or the rights contain a null character.
        """
        audio_files.check_encoding(format, bits)
        rate = self.sample_rate if rate is None else rate
        if rate not in RATES:
            raise InputError("rate", rate, RATE_RANGE, low=RATES.start, high=RATES.stop - 1)
        if plain and format != "wav":
            raise InputError("plain", None, NOT_PLAIN, kind=format.upper())
        resampled = audio_files.resample(self.audio, self.sample_rate, rate)
        samples = _keep_peak(self.audio, self.sample_rate, resampled, rate)[: self.channels]
        if self.loops:
            samples = _of_length(samples, self._loop_frames(rate))
        if plain:
            return wav_chunks.build(wav_chunks.bare(wav_chunks.parse(audio_files.encode(samples, rate, bits=bits))))
        written: dict[str, Any] = {"format": format, "bits": bits, "rate": rate}
        if format == "wav":
            root = midi_note(self.descriptors.get("pitch_hz", math.nan)) if root is None else root
            written |= {name: value for name, value in (("root", root), ("rights", rights)) if value is not None}
        text = None
        if self.recipe:
            text = json.dumps({**self.recipe, "file": written}, ensure_ascii=False, separators=(",", ":"))
        data = audio_files.encode(samples, rate, bits=bits, format=format, comment=None if format == "wav" else text)
        if format != "wav":
            return data if self.marking is None else _with_tags(data, format, self.marking)
        frames = samples.shape[1] if self.loops else None
        return with_marks(_with_recipe(data, text, rate, root, rights, frames), self.marking, root)

    @property
    def loops(self) -> bool:
        """Whether its WAV file, of a length given in beats, tells samplers to play it over and over."""
        processing = self.recipe.get("processing")
        return isinstance(processing, dict) and processing.get("loop") is True

    def _loop_frames(self, rate: int) -> int:
        """The samples of its loop at a rate: the nearest to its length in beats, whatever the rate."""
        length_ms = self.recipe["processing"].get("length_ms")
        return round((self.duration_ms if length_ms is None else float(length_ms)) * rate / 1000.0)

    @property
    def channels(self) -> int:
        """The number of channels of its file, 1 of a kick that was folded to mono, else 2."""
        processing = self.recipe.get("processing")
        return 1 if isinstance(processing, dict) and processing.get("mono") is True else 2

    def save(
        self,
        path: str | Path,
        *,
        bits: str = "24",
        format: str | None = None,
        rate: int | None = None,
        root: float | None = None,
        rights: str | None = None,
        plain: bool | None = None,
    ) -> None:
        """Write the kick with its recipe, atomically.

        Args:
            path: the file; an existing one is replaced.
            bits: "16", "24" or "32f".
            format: "wav", "flac" or "aiff"; None: as the file's suffix says, else WAV.
            rate: Hz; None: the kick's own.
            root, rights, plain: as `encode`.

        Raises:
            InputError: as `encode`.
            OutputError: the file cannot be written.
        """
        path = Path(path)
        if format is None:
            format = {".flac": "flac", ".aiff": "aiff", ".aif": "aiff"}.get(path.suffix.lower(), "wav")
        data = self.encode(bits=bits, format=format, rate=rate, root=root, rights=rights, plain=plain)
        with replacing(path) as temporary:
            temporary.write_bytes(data)


def midi_note(hz: float) -> float | None:
    """The MIDI note of a pitch in Hz, with a fraction for the cents; None without a pitch, or outside 0 to 127."""
    note = 69.0 + 12.0 * math.log2(hz / 440.0) if hz > 0.0 else math.nan
    return note if 0.0 <= note <= 127.0 else None


def _of_length(samples: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """A sound, (c, n), of so many samples: cut, or with silence behind it."""
    missing = max(frames - samples.shape[1], 0)
    return np.pad(samples[:, :frames], ((0, 0), (0, missing)))


def _with_recipe(
    data: bytes, text: str | None, rate: int, root: float | None, rights: str | None, frames: int | None
) -> bytes:
    """A WAV file with its recipe, a copyright tag, and a note and a loop of so many samples, if there are any."""
    chunks = wav_chunks.parse(data)
    texts = {wav_chunks.COMMENT: text, wav_chunks.SOFTWARE: None if text is None else _software()}
    tags = {tag: words for tag, words in (texts | {wav_chunks.COPYRIGHT: rights}).items() if words is not None}
    if tags:
        chunks = wav_chunks.with_info(chunks, tags)
    if root is None and frames is None:
        return wav_chunks.build(chunks)
    note = wav_marks.NO_ROOT if root is None else root
    return wav_chunks.build(wav_chunks.with_sampler(chunks, note, rate, frames))


def with_marks(data: bytes, marking: Marking | None, root: float | None = None) -> bytes:
    """A WAV file of one hit that says so, with its MIDI note if it has one, and where it comes from if that is known.

    A copyright that the file has already stays as it is.
    """
    chunks = wav_chunks.parse(data)
    if marking is not None:
        texts = wav_chunks.info(chunks)
        told = {
            wav_chunks.SOFTWARE: _software(),
            wav_chunks.COPYRIGHT: marking.rights,
            wav_chunks.SUBJECT: marking.words,
        }
        chunks = wav_chunks.with_info(chunks, {tag: texts.get(tag, text) for tag, text in told.items()})
    if root is not None:
        chunks = wav_marks.with_instrument(chunks, root)
    chunks = wav_marks.with_acid(chunks, root)
    if marking is not None:
        chunks = wav_marks.with_broadcast(chunks, marking.text, _software(), _history(chunks))
        chunks = wav_marks.with_xmp(chunks, xmp_packet(marking, _software()))
    return wav_chunks.build(chunks)


def _history(chunks: list[wav_chunks.Chunk]) -> str:
    """How the sound of a WAV file is coded, in the words of `bext`."""
    described = next(chunk.data for chunk in chunks if chunk.id == "fmt ")
    _, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", described)
    kind = "mono" if channels == 1 else "stereo"
    return wav_marks.HISTORY.format(rate=rate, bits=bits, channels=kind, software=_software())


def _with_tags(data: bytes, format: str, marking: Marking) -> bytes:
    """A FLAC or AIFF file that says where it comes from."""
    if format == "aiff":
        return other_tags.with_aiff_chunks(data, f"{marking.words} {marking.rights}", xmp_packet(marking, _software()))
    tags = {"SUBJECT": marking.words, "COPYRIGHT": marking.rights, "ENCODED-BY": _software()}
    return other_tags.with_vorbis_comments(data, tags | ({} if marking.uri is None else {SOURCE_TAG: marking.uri}))


PEAK_TOLERANCE = 10.0 ** (0.05 / 20.0)
"""A true peak that is higher by less is the same: stems that sum to a kick do so at any rate."""


def _keep_peak(before: NDArray[np.float32], rate: int, after: NDArray[np.float32], other: int) -> NDArray[np.float32]:
    """A kick at another rate, softer where its true peak would be higher than before."""
    if before is after or rate == other:
        return after
    old, new = (
        float(np.abs(audio_files.resample(sound, hz, 4 * hz)).max(initial=0.0))
        for sound, hz in ((before, rate), (after, other))
    )
    return after if new <= old * PEAK_TOLERANCE else np.asarray(after * (old / new), dtype=np.float32)


MOST_LEVELS = 500
"""Braces and brackets within each other in a recipe. Each kick that a kick was made from adds four."""


def _depth(text: str) -> int:
    """How many braces and brackets a text opens at most before it closes them."""
    deepest = depth = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def read_recipe(path: Path) -> dict[str, Any] | None:
    """The recipe in an audio file, or None if it has none.

    Raises:
        AudioFileError: the file cannot be read as audio.
    """
    try:
        with open_regular(path) as stream:
            head = stream.read(12)
        is_wav = head[:4] == b"RIFF" and head[8:] == b"WAVE"
        text = wav_chunks.read_info(path).get(wav_chunks.COMMENT, "") if is_wav else audio_files.probe(path).comment
    except OSError:
        text = audio_files.probe(path).comment  # raises with a clear message
    try:
        recipe = json.loads(text)
        json.dumps(recipe, allow_nan=False)  # NaN, and 1e999, which is infinity here, are in no recipe of ours
    except (ValueError, RecursionError):
        return None
    if _depth(text) > MOST_LEVELS:  # who writes it again, deeper in the program, would fail
        return None
    return recipe if isinstance(recipe, dict) and "kickitout" in recipe else None
