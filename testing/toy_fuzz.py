"""A target of `fuzz` that does what its input says: to see that the harness notices."""

import os
import signal
import sys
import time
import warnings

from fuzz.rules import check_message
from fuzz.targets import Target
from kickitout.errors import InputError

KINDS = {
    b"fine": None,
    b"refused": None,
    b"crash": "signal",
    b"leaves": "signal",
    b"hangs": "hang",
    b"busy": "hang",
    b"grows": "memory",
    b"grew": "memory",
    b"exception": "exception",
    b"bug": "message",
    b"says nothing": "message",
    b"two lines": "message",
    b"control": "message",
    b"warns": "terminal",
    b"prints": "terminal",
}
"""Inputs, and what each is as a find."""


class Toy(Target):
    """See the module."""

    def seeds(self):
        """What is in order."""
        return [b"fine", b"refused"]

    def mutate(self, dice, seeds):
        """Mostly what is in order."""
        return dice.choice([*seeds * 20, b"exception", b"crash"])

    def run(self, data, place):
        """Do it."""
        messages = {
            b"refused": "unreadable; give another",
            b"bug": "a bug in Kick It Out, KeyError",
        }
        if data in messages:
            raise InputError("toy", "toy", messages[data])
        if data == b"says nothing":
            raise SilentError("toy", None, "")
        if data == b"two lines":
            check_message("one\ntwo")
        if data == b"control":
            check_message("\x1b[31mred")
        if data == b"crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        elif data == b"leaves":
            os._exit(3)
        elif data == b"hangs":
            time.sleep(60)
        elif data == b"busy":
            while True:
                pass
        elif data == b"grows":
            self.held = b"x" * 300_000_000
            time.sleep(5)
        elif data == b"grew":
            len(b"x" * 300_000_000)
        elif data == b"warns":
            warnings.warn("odd", RuntimeWarning, stacklevel=1)
        elif data == b"prints":
            print("Traceback (most recent call last):", file=sys.stderr)
        elif data == b"exception":
            raise KeyError("toy")


class SilentError(InputError):
    def __str__(self):
        return ""
