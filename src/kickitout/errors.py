"""The errors that Kick It Out raises on purpose.

    KickItOutError                 exit code 1: something failed that is not the caller's doing
    ├── InputError                 exit code 2: the caller can mend it: an option, a file, a value
    │   └── AudioFileError         exit code 2: an audio file that cannot be used; carries a `reason` word
    ├── MissingExtraError          exit code 1: an optional part is not installed; names the install line
    ├── DamagedFileError           exit code 1: a checkpoint, bundle or library that is truncated or altered
    ├── VersionError               exit code 1: a file written by a newer Kick It Out
    └── OutputError                exit code 1: the machine refuses to write: read-only, full, vanished

Every message is one line that names the file or option, the value, and the mend.
"""


class KickItOutError(Exception):
    """Base of all errors raised on purpose; `exit_code` is what the command line ends with."""

    exit_code = 1


class InputError(KickItOutError):
    """The caller's input is wrong; the message says which, and how to mend it."""

    exit_code = 2


class AudioFileError(InputError):
    """An audio file that cannot be used.

    `reason` is one stable word or phrase for reports ("unreadable", "empty", "silent", ...).
    """

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class MissingExtraError(KickItOutError):
    """A verb needs an optional part that is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an optional part: pip install 'kickitout[{extra}]'")
        self.extra = extra


class DamagedFileError(KickItOutError):
    """A file of ours is truncated, altered, or does not match its checksum."""


class VersionError(KickItOutError):
    """A file of ours was written by a newer version than this one."""


class OutputError(KickItOutError):
    """The machine refuses to write."""
