"""Kick It Out: the open kick drum machine.

    import kickitout

    for kick in kickitout.generate(4, seed=7):
        kick.save(f"kick_{kick.recipe['seed']}.wav")

The names below are imported when they are first used, so that `import kickitout` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kickitout.errors import (
        AudioFileError,
        DamagedFileError,
        InputError,
        KickItOutError,
        MissingExtraError,
        OutputError,
        VersionError,
    )
    from kickitout.instrument.instrument import Instrument, load
    from kickitout.instrument.matching import Matched
    from kickitout.instrument.verbs import generate, match, morph, vary
    from kickitout.library.neighbours import similar
    from kickitout.model.bundle import Bundle
    from kickitout.model.card import Card
    from kickitout.packs import make_pack
    from kickitout.sound.kick import Kick

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

_HOMES = {
    "errors": (
        "AudioFileError",
        "DamagedFileError",
        "InputError",
        "KickItOutError",
        "MissingExtraError",
        "OutputError",
        "VersionError",
    ),
    "instrument.matching": ("Matched",),
    "instrument.instrument": ("Instrument", "load"),
    "instrument.verbs": ("generate", "match", "morph", "vary"),
    "library.neighbours": ("similar",),
    "model.bundle": ("Bundle", "Card"),
    "packs": ("make_pack",),
    "sound.kick": ("Kick",),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("kickitout")
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"kickitout.{module}"), name)
    raise AttributeError(f"module 'kickitout' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
