"""Hardware samplers: how a file is to be written so that a device takes it as it is, and how long its name may be.

`docs/formats.md` says where each number comes from, and which ones nobody could show us.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import PurePath

from kickitout.errors import InputError

MARK_LETTERS = 4
"""Letters of a name that stand for the rest of it where nothing else tells it from another."""

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Device:
    """What a sampler takes.

    Attributes:
        title: its name and its maker's.
        rate: Hz.
        bits: as of `Encoding`.
        channels: 1, or 2 where it plays both.
        longest_name: characters of a file's name without its ending; None: no limit is known.
    """

    title: str
    rate: int
    bits: str
    channels: int
    longest_name: int | None


DEVICES: Mapping[str, Device] = {
    "digitakt": Device("Elektron Digitakt", 48_000, "16", 1, 32),
    "octatrack": Device("Elektron Octatrack", 44_100, "24", 2, None),
    "sp404": Device("Roland SP-404MKII", 48_000, "16", 2, None),
    "m8": Device("Dirtywave M8", 44_100, "16", 1, 60),
    "mpc": Device("Akai MPC", 44_100, "16", 2, 16),
}
"""The profiles by name."""


def device(name: str) -> Device:
    """The device of a profile. Raises `InputError` for an unknown one."""
    if name not in DEVICES:
        raise InputError("profile", name, "unknown; choose {known}", known=", ".join(DEVICES))
    return DEVICES[name]


def shortener(longest: int | None) -> Callable[[str], str]:
    """Gives file names of at most so many characters without their endings, one after the other, no two the same.

    The same names in the same order are shortened the same. What tells kicks apart stands at the end of their names, so
    these lose the word "kick", then the end of their first word. Where that is not enough, or gives a name that was
    given before, four letters stand for all but the last word, so that numbered names keep their order.
    """
    taken: set[str] = set()

    def shorter(name: str) -> str:
        path = PurePath(name)
        stem = path.stem
        if longest is not None and (len(stem) > longest or stem.lower() in taken):
            stem = next(one for one in _shorter(stem, longest) if len(one) <= longest and one.lower() not in taken)
        taken.add(stem.lower())
        return str(path.with_name(stem + path.suffix))

    return shorter


def _shorter(stem: str, longest: int) -> Iterator[str]:
    """Shorter names, the best first, without end."""
    words = [word for word in stem.split("_") if word != "kick"]
    if len(words) > 1:
        over = max(len("_".join(words)) - longest, 0)
        yield "_".join([words[0][: max(len(words[0]) - over, 1)], *words[1:]])
    head, _, last = stem.rpartition("_")
    for number in count():
        yield _marked(head, f"{number}", longest - len(last) - 1) + f"_{last}"
        yield _marked(stem, f"{number}", longest)


def _marked(text: str, salt: str, longest: int) -> str:
    """As much of a text as there is room for, and letters that depend on all of it; too long where there is no room."""
    digest = hashlib.blake2b(f"{text}\x1f{salt}".encode(), digest_size=MARK_LETTERS).digest()
    mark = "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest)
    kept = text[: max(longest - MARK_LETTERS - 1, 0)].rstrip("_")
    return f"{kept}_{mark}" if kept else mark
