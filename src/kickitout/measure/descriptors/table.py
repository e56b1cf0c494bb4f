"""The table of descriptors, for people, reports and comparisons of sets; and the names of notes."""

import math
import re
from dataclasses import dataclass

from kickitout.errors import InputError


@dataclass(frozen=True)
class Descriptor:
    """One measured feature of a kick.

    Attributes:
        name: as in the result of `describe`.
        unit: "Hz", "ms", "dB", "LUFS", "octaves", or empty for a share, a correlation or a flag.
        words: what it is, for people.
        logarithmic: whether sets compare its logarithm: ratios matter, not differences. It is above 0 then.
        scale: a difference that matters to the ear or to a mix, in its unit; where it is logarithmic, in octaves.
        level: whether a gain changes it.
        flag: whether it only states how another was found; sets compare its share.
    """

    name: str
    unit: str
    words: str
    logarithmic: bool
    scale: float
    level: bool = False
    flag: bool = False


DESCRIPTORS: tuple[Descriptor, ...] = (
    Descriptor("pitch_hz", "Hz", "pitch", True, 1 / 12),
    Descriptor("end_pitch_hz", "Hz", "end pitch", True, 1 / 12),
    Descriptor("sweep_octaves", "octaves", "sweep depth", False, 0.25),
    Descriptor("sweep_ms", "ms", "sweep time", True, 0.5),
    Descriptor("onset_ms", "ms", "onset", False, 0.5),
    Descriptor("pre_echo_db", "dB", "pre-echo", False, 6.0),
    Descriptor("attack_ms", "ms", "attack", True, 0.5),
    Descriptor("decay_ms", "ms", "decay to -30 dB", True, 0.25),
    Descriptor("decay_extrapolated", "", "decay is extrapolated", False, 1.0, flag=True),
    Descriptor("length_ms", "ms", "length to -60 dB", True, 0.25),
    Descriptor("length_extrapolated", "", "length is extrapolated", False, 1.0, flag=True),
    Descriptor("click_db", "dB", "click", False, 3.0),
    Descriptor("brightness_hz", "Hz", "brightness, first 50 ms", True, 0.25),
    Descriptor("centroid_early_hz", "Hz", "centroid, 0 to 5 ms", True, 0.25),
    Descriptor("centroid_middle_hz", "Hz", "centroid, 5 to 50 ms", True, 0.25),
    Descriptor("centroid_late_hz", "Hz", "centroid, 50 to 200 ms", True, 0.25),
    Descriptor("noise", "", "noise: inharmonic and noise share", False, 0.05),
    Descriptor("crest_db", "dB", "crest", False, 1.0),
    Descriptor("width_db", "dB", "width", False, 3.0),
    Descriptor("width_low_db", "dB", "width below 150 Hz", False, 3.0),
    Descriptor("width_mid_db", "dB", "width, 150 to 2,000 Hz", False, 3.0),
    Descriptor("width_high_db", "dB", "width above 2,000 Hz", False, 3.0),
    Descriptor("low_correlation", "", "left and right below 150 Hz", False, 0.1),
    Descriptor("mono_loss_db", "dB", "lost below 150 Hz in mono", False, 0.5),
    Descriptor("dc", "", "offset", False, 0.003, level=True),
    Descriptor("tail_db", "dB", "last 10 ms", False, 6.0),
    Descriptor("true_peak_db", "dB", "true peak", False, 1.0, level=True),
    Descriptor("loudness_lufs", "LUFS", "loudness", False, 1.0, level=True),
    Descriptor("last_ms", "ms", "last sound", False, 25.0),
)
"""All descriptors in the order in which they are shown."""

DEFINITIONS = 2
"""The version of the definitions: what is stored beside sounds says by it what its names mean. In the first one
`pitch_hz` was the end pitch."""

NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")

NO_NOTE = "not a note; give a letter from A to G, with # or b, and an octave or none, as in F# or Eb1"

A4_HZ = 440.0


LOWEST_NOTE_HZ = 30.0
"""What is lower has a pitch for an analyser, but no melody is heard in it, and so it has no note (Pressnitzer,
Patterson and Krumbholz, "The lower limit of melodic pitch", JASA 109, 2001)."""


def heard_note(hz: float | None) -> tuple[str, float] | None:
    """The note at which a pitch is heard, as `note_of` has it; None without a pitch, and of one that is too low."""
    return None if hz is None or hz < LOWEST_NOTE_HZ else note_of(hz)


def note_of(hz: float) -> tuple[str, float]:
    """The nearest note of equal temperament (A4 = 440 Hz, C4 = middle C) and how far above it, -50..50 cents.

    46.25 Hz is ("F#1", 0.0). Raises ValueError for a frequency that is not above 0.
    """
    if not (hz > 0.0 and math.isfinite(hz)):
        raise ValueError(f"a note has a frequency above 0 Hz; got {hz}")
    place = 69.0 + 12.0 * math.log2(hz / A4_HZ)
    number = math.floor(place + 0.5)
    return f"{NOTES[number % 12]}{number // 12 - 1}", 100.0 * (place - number)


_NOTE = re.compile(r"([A-Ga-g])([#b♯♭]?)(-?[0-9])?")
_SIGNS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}


@dataclass(frozen=True)
class Note:
    """A named note, with or without an octave.

    Attributes:
        number: semitones above C, 0 to 11.
        octave: C4 is middle C; None if none was given.
    """

    number: int
    octave: int | None = None

    @classmethod
    def read(cls, text: str) -> "Note":
        """A note from its name: a letter, # or b, and an octave or none, as in F#, Eb1 or A-1.

        Raises:
            InputError: it is not the name of a note.
        """
        found = _NOTE.fullmatch(text.strip())
        if found is None:
            raise InputError("note", text.strip()[:40], NO_NOTE)
        letter, sign, octave = found.groups()
        number = NOTES.index(letter.upper()) + _SIGNS[sign]
        # B#1 is the C of the next octave, Cb1 the B of the one before.
        return cls(number % 12, None if octave is None else int(octave) + number // 12)

    def hz(self, near: float) -> float:
        """Its frequency; without an octave, that nearest to `near` Hz."""
        octave = self.octave
        if octave is None:
            octave = round((69.0 + 12.0 * math.log2(near / A4_HZ) - self.number) / 12.0) - 1
        return A4_HZ * math.exp2((self.number + 12 * (octave + 1) - 69) / 12.0)
