"""The table of verbs, and what a verb's errors become for the shell."""

import errno
import os
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from kickitout.errors import KickItOutError
from kickitout.files import describe_os_error

# Verbs are named by import path and carry their summary here: `kick --help` imports none of them, and one verb
# imports nothing of the others.
VERBS = (
    ("generate", "kickitout.cli.generate:generate", "Make kicks."),
    ("inspect", "kickitout.cli.inspect:inspect", "Measure audio files and say whether they are kicks."),
    ("prepare", "kickitout.cli.prepare:prepare", "Turn folders of samples into a library to train on."),
    ("collect", "kickitout.cli.collect:collect", "Fetch the public kicks of a manifest from their origins."),
    ("train", "kickitout.cli.train:train", "Train a network on a library."),
    ("export", "kickitout.cli.export:export", "Turn a training run into a bundle that plays without torch."),
    ("figures", "kickitout.cli.figures:figures", "Draw the figures of the paper and the documentation."),
    ("models", "kickitout.cli.models:models", "List the models at hand."),
    ("doctor", "kickitout.cli.doctor:doctor", "Say what is installed and whether it works."),
)


def version() -> str:
    """The installed version of Kick It Out."""
    from importlib.metadata import version as installed

    return installed("kickitout")


def build_app() -> App:
    """The command line as a cyclopts application."""
    app = App(name="kick", help="Kick It Out: the open kick drum machine.", version=version)
    for name, path, summary in VERBS:
        app.command(path, name=name, help=summary)
    return app


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())


def _fail(message: str, code: int) -> int:
    print(f"kick: {message}", file=sys.stderr, flush=True)
    return code


def run(arguments: Sequence[str] | None = None) -> int:
    """Parse and run; return the exit code: 0 done, 1 failed, 2 wrong input, 130 interrupted."""
    app = build_app()
    tokens = None if arguments is None else list(arguments)
    try:
        result = app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return _fail(f"{_one_line(error)} (kick --help lists what there is)", 2)
    except KickItOutError as error:
        return _fail(_one_line(error), error.exit_code)
    except KeyboardInterrupt:
        return _fail("stopped", 130)
    except BrokenPipeError:
        # The reader (head, less) has gone: that is its right. Keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        return _fail("not enough memory; ask for fewer or smaller things at once", 1)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        hint = "; free some space or choose another place" if error.errno == errno.ENOSPC else ""
        return _fail(f"{place}{describe_os_error(error)}{hint}", 1)
    return result if isinstance(result, int) else 0
