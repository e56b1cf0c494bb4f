"""What counts as a find.

An input may be taken, or refused with an error of ours whose message is one plain line. All else is a find: another
exception, a message of several lines, with control characters, with "a bug in Kick It Out" or a piece of a traceback,
text of that kind on the terminal, a hang, memory, a signal, an answer 500.
"""

import contextlib
import io
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from kickitout.cli.app import run as kick_command
from kickitout.errors import KickItOutError, printable

Result = TypeVar("Result")

SECONDS = 10.0
"""An input that takes longer hangs."""

MEMORY = 10**9
"""Bytes that an input may add to the resident memory of the processes that it runs in."""

LONGEST = 2000
"""Characters of a message. One line that is longer is not clear."""

NOT_FOR_USERS = ("Traceback (most recent call last)", "a bug in Kick It Out", 'File "', "Exception ignored in")
"""Pieces of text that no user is to see."""

WARNED = "Warning: "
"""Python's own warnings on the terminal."""


class FindError(Exception):
    """A target breaks a law of its own: `kind` is a word, the message says how."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind = kind


@dataclass(frozen=True)
class Find:
    """What an input did.

    Attributes:
        kind: "exception", "message", "terminal", "hang", "memory", "signal", "status" or a target's own word.
        words: one line.
        detail: the traceback, or what else there is to see.
        key: equal for finds that are likely the same fault.
    """

    kind: str
    words: str
    detail: str
    key: str


def _check_words(text: str) -> None:
    """Raise `FindError` for text that no user is to see."""
    for piece in NOT_FOR_USERS:
        if piece in text:
            raise FindError("message", f"it holds {piece!r}: {text[:300]!r}")
    if not text.strip():
        raise FindError("message", "it says nothing")


def check_message(text: str) -> None:
    """Raise `FindError` unless a line of a terminal, or of an answer of the page, is one plain line."""
    _check_words(text)
    if printable(text) != text or "\n" in text:
        raise FindError("message", f"it holds control characters: {text[:300]!r}")
    if len(text) > LONGEST:
        raise FindError("message", f"it has {len(text):,} characters: {text[:300]!r}")


def tried(call: Callable[..., Result], *arguments: object, **named: object) -> Result | None:
    """The call's result, or None where it refuses with an error of ours, whose message is checked."""
    try:
        return call(*arguments, **named)
    except KickItOutError as error:
        check_refusal(error)
        return None


def check_refusal(error: KickItOutError) -> None:
    """Raise `FindError`, with the place of the error, for a message that no user is to see.

    What came in with the input is made plain, and cut, where a message leaves us: the targets that run the command line
    and the page look at that.
    """
    try:
        _check_words(str(error))
    except FindError as find:
        raise find from error


def as_shown(text: str) -> str:
    """Text as our command line lets it out: letters that the terminal cannot have are escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def check_terminal(text: str) -> None:
    """Raise `FindError` for text on the terminal that no user is to see."""
    for line in text.splitlines():
        if WARNED in line or any(piece in line for piece in NOT_FOR_USERS):
            raise FindError("terminal", f"{line.strip()[:300]}\n{text.strip()[-3000:]}")


def find_of(error: BaseException) -> Find:
    """An exception that an input raised, as a find."""
    whole = "".join(traceback.format_exception(error))
    kind = error.kind if isinstance(error, FindError) else "exception"
    words = f"{type(error).__name__}: {error}".splitlines()[0][:300]
    cause = error.__cause__ if isinstance(error, FindError) and error.__cause__ else error
    frames = [(frame.filename, frame.name) for frame in traceback.extract_tb(cause.__traceback__)]
    place = _ours(frames)
    if isinstance(error, FindError) and cause is error:  # what a target says: its words up to the input's own
        words_of = words.partition(": ")[2]
        place = f"{place} {''.join(letter for letter in words_of.partition(': ')[0] if letter.isalpha())[:60]}"
    return Find(kind, words, whole[-6000:], f"{kind} {type(cause).__name__} {place}")


def place_in(dump: str) -> str:
    """The innermost place in our code that a dump of faulthandler names: "file function"; "" where there is none."""
    for line in dump.splitlines():
        if line.lstrip().startswith("File") and "/kickitout/" in line:
            path, _, rest = line.strip().removeprefix('File "').partition('"')
            return f"{Path(path).name} {rest.rpartition(' ')[2]}"
    return ""


def _ours(frames: Iterable[tuple[str, str]]) -> str:
    """The innermost frame of our own code, and the innermost of all."""
    frames = list(frames)
    ours = [frame for frame in frames if "/kickitout/" in frame[0]] or frames
    return " ".join(f"{Path(file).name}:{name}" for file, name in (*ours[-1:], *frames[-1:]))


def run_verb(words: list[str]) -> None:
    """Run a verb of the command line in this process: each line that it prints is a message, its exit code is ours."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = kick_command(words)
    for line in (*out.getvalue().splitlines(), *err.getvalue().splitlines()):
        check_message(as_shown(line) or "-")
    if code not in (0, 1, 2):
        raise FindError("exit", f"exit code {code} of {words[0]}")
