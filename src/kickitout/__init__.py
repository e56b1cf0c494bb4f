"""Kick It Out: the open kick drum machine.

    import kickitout

    for kick in kickitout.generate(4, seed=7):
        kick.save(f"kick_{kick.recipe['seed']}.wav")

The names below are imported when they are first used, so that `import kickitout` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kickitout.bundle import Bundle, Card
    from kickitout.derived import Matched
    from kickitout.errors import (
        AudioFileError,
        DamagedFileError,
        InputError,
        KickItOutError,
        MissingExtraError,
        OutputError,
        VersionError,
    )
    from kickitout.instrument import Instrument, load
    from kickitout.kick import Kick
    from kickitout.neighbours import similar
    from kickitout.packs import make_pack
    from kickitout.verbs import generate, match, morph, vary

    __version__: str

__all__ = [
    "AudioFileError",
    "Bundle",
    "Card",
    "DamagedFileError",
    "InputError",
    "Instrument",
    "Kick",
    "KickItOutError",
    "Matched",
    "MissingExtraError",
    "OutputError",
    "VersionError",
    "__version__",
    "generate",
    "load",
    "make_pack",
    "match",
    "morph",
    "similar",
    "vary",
]

_ROOMS = {
    "bundle": ("Bundle", "Card"),
    "errors": (
        "AudioFileError",
        "DamagedFileError",
        "InputError",
        "KickItOutError",
        "MissingExtraError",
        "OutputError",
        "VersionError",
    ),
    "derived": ("Matched",),
    "instrument": ("Instrument", "load"),
    "kick": ("Kick",),
    "neighbours": ("similar",),
    "packs": ("make_pack",),
    "verbs": ("generate", "match", "morph", "vary"),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("kickitout")
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f"kickitout.{room}"), name)
    raise AttributeError(f"module 'kickitout' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
