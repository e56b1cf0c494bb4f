"""What is said of a file that was read, though it is not as it says it is."""

from dataclasses import dataclass

CUT_SHORT = "cut short"
"""Less sound is there than the file claims, or it has no end."""

NO_LENGTH = "no length in its header"
"""A program wrote it into a pipe, or was stopped: it was read to its end."""

REPAIRED = "header repaired"
"""Sizes or places in the file were wrong; the sound is whole."""

LEFT_OVER = "bytes left over"
"""Bytes after the sound that are neither sound nor a tag."""

DAMAGED = "damaged inside"
"""Part of the sound cannot be decoded, or is not what was encoded."""

CHAINED = "chained"
"""Several streams one behind the other: all were read."""

OVER = "far over full scale"
"""Floats that are no sound pressure between -1 and 1: often integers that were not scaled."""

ONE_SIDED = "one channel silent"
INVERTED = "one channel inverted"
LATE = "one channel late"
"""Faults of two channels: see `kickitout.measure.channels`."""

UNLIKE = "unlike a kick"
"""It lacks something that makes a kick: see `kickitout.measure.descriptors.characteristics`."""

LONG = "longer than a kick"
"""It sounds for longer than what is taken of it: see `kickitout.library.one_shot`."""


@dataclass(frozen=True)
class Note:
    """One remark on a file: a stable phrase of this module, to be counted, and what was found, in words."""

    kind: str
    words: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}"


THERE = "{there:,} of {claimed:,} {unit} are there"
TO_THE_END = "read to the end of the file, {there:,} {unit}"
WRONG_SIZE = "a chunk before the sound has a wrong size or place"
MORE_THERE = "its header claims {claimed:,} frames, {there:,} are there"
NOT_READ = "{rest:,} bytes behind the sound are not read"
FAR_OVER = "its peak lies {db:.0f} dB over full scale"


def cut_short(there: int, claimed: int, unit: str = "frames") -> Note:
    """The note that a file holds less than it claims."""
    return Note(CUT_SHORT, THERE.format(there=there, claimed=claimed, unit=unit))


def no_length(there: int, unit: str = "frames") -> Note:
    """The note that a file does not say how much it holds."""
    return Note(NO_LENGTH, TO_THE_END.format(there=there, unit=unit))
