"""The errors that Kick It Out raises on purpose.

    KickItOutError                 exit code 1: something failed that is not the caller's doing
    ├── InputError                 exit code 2: the caller can correct it: a parameter, a file, a value
    │   └── AudioFileError         exit code 2: an audio file that cannot be used; carries a `reason` word
    ├── MissingExtraError          exit code 2: an optional part is not installed; names the install line
    ├── DamagedFileError           exit code 1: a checkpoint, bundle or library that is truncated or altered
    ├── VersionError               exit code 1: a file written by a newer Kick It Out
    └── OutputError                exit code 1: the machine refuses to write: read-only, full, vanished

Every message is one line that names the thing, its value, and the remedy. An `InputError` keeps the three apart, so
that Python callers read of a parameter (`seed -1: ...`), users of the command line of an option (`--seed -1: ...`), and
those of the page of a knob (`Seed -1: ...`): each interface hands `InputError.sentence` its own way to name things.
"""

import json
import reprlib
import string
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Naming = Callable[[str, str], str]
"""How an interface calls a thing: (its Python name, the value to give it or "") -> words."""

_SWITCHES = {"on": "True", "off": "False"}

_LONGEST = 200
"""Characters of a text that a message repeats."""

_NESTED = (list, tuple, dict, set)

LONGEST_MESSAGE = 1000
"""Characters of a message. Those of ours have 300 at most; names of files and values add to that."""

_KEPT = frozenset("\n\u200c\u200d")
"""Ends of lines, and the joiners within words and emoji."""


def printable(text: str) -> str:
    """A text for a terminal: invisible characters are written as JSON has them, `\\u001b` for the one that begins a
    command. So nothing that came in with a file moves a cursor. A JSON text stays the same JSON."""
    if text.isprintable():
        return text
    return "".join(one if one in _KEPT or _is_seen(one) else json.dumps(one)[1:-1] for one in text)


def _is_seen(character: str) -> bool:
    # All spaces but the usual one count as invisible in Python; other widths are common in file names.
    return character.isprintable() or unicodedata.category(character) == "Zs"


def shortened(text: str) -> str:
    """A message that can be read: of what is far too long, the beginning and the end."""
    most = LONGEST_MESSAGE
    return text if len(text) <= most else f"{text[: most // 2]} ... {text[-most // 4 :]}"


class KickItOutError(Exception):
    """Base of all errors raised on purpose; `exit_code` is what the command line ends with."""

    exit_code = 1

    def __str__(self) -> str:
        return shortened(printable(super().__str__()))

    def __reduce__(self) -> tuple[Any, ...]:
        # Constructors that take other arguments than the message are not called again by a copy in another process.
        return type(self).__new__, (type(self), *self.args), self.__dict__


def python_name(thing: str, value: str) -> str:
    """A thing as a Python caller knows it: the parameter's name, `gate=False` for ("gate", "off")."""
    return f"{thing}={_SWITCHES.get(value, value)}" if value else thing


def shown(value: object) -> str:
    """A value as messages show it: numbers short, text in quotes only where its ends could not be seen."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str):
        text = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 3]}..."
        return text if text.isprintable() and text.split() == [text] else repr(text)
    if isinstance(value, (list, tuple)):
        return ", ".join(reprlib.repr(one) if isinstance(one, _NESTED) else shown(one) for one in value) or "none"
    if isinstance(value, _NESTED) or (isinstance(value, int) and abs(value) >= 10**_LONGEST):
        return reprlib.repr(value) if isinstance(value, _NESTED) else "a number of very many digits"
    return str(value)


class _Remedy(string.Formatter):
    """Fills in a remedy: `{name}` is the fact of that name, or where there is none the thing of that name."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        if key not in kwargs:
            return _Thing(str(key), self._naming)
        fact = kwargs[str(key)]
        return fact.sentence(self._naming) if isinstance(fact, InputError) else fact


class _Thing:
    def __init__(self, name: str, naming: Naming) -> None:
        self._name, self._naming = name, naming

    def __format__(self, value: str) -> str:
        return self._naming(self._name, value)


class InputError(KickItOutError):
    """The caller's input is wrong: what it is, its value, and how to correct it.

    Args:
        what: the thing by its Python name: a parameter ("seed", "length_ms"), a setting's key ("training.device"), or
            a noun ("file", "library").
        value: what was given; None: it is missing, or there is no one value.
        remedy: what is wrong and what to do, a template of `str.format`. A field that is among `facts` is filled in
            with it (another `InputError`: its sentence); any other is a thing's Python name, which each interface
            words in its own way: `{seed}` is "seed", or "--seed"; `{gate:off}` is "gate=False", or "--no-gate".
        facts: what the remedy is filled in with.
    """

    exit_code = 2

    def __init__(self, what: str, value: object, remedy: str, /, **facts: object) -> None:
        super().__init__(what, value, remedy)
        self.what = what
        self.value = value
        self.remedy = remedy
        self.facts = facts

    def __str__(self) -> str:
        return self.sentence(python_name)

    def sentence(self, naming: Naming) -> str:
        """The message in one line, with things called as `naming` calls them."""
        name = naming(self.what, "")
        head = name if self.value is None else f"{name} {shown(self.value)}"
        return shortened(printable(f"{head}: {self.problem(naming)}").replace("\n", " "))

    def problem(self, naming: Naming = python_name) -> str:
        """The remedy filled in: the message without the thing and its value."""
        return _Remedy(naming).vformat(self.remedy, (), self.facts)


class AudioFileError(InputError):
    """An audio file that cannot be used.

    `reason` is one stable word or phrase for reports ("unreadable", "empty", "silent", ...).
    """

    def __init__(self, file: object, remedy: str, /, *, reason: str, **facts: object) -> None:
        super().__init__("file", file, remedy, **facts)
        self.reason = reason


class MissingExtraError(KickItOutError):
    """A verb needs an optional part that is not installed."""

    exit_code = 2

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an optional part: pip install 'kickitout[{extra}]'")
        self.extra = extra


class DamagedFileError(KickItOutError):
    """A file of ours is truncated, altered, or does not match its checksum."""


class VersionError(KickItOutError):
    """A file of ours was written by a newer version than this one."""


class OutputError(KickItOutError):
    """The machine refuses to write."""
