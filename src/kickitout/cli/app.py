"""The table of verbs, and how their errors become messages and exit codes."""

import difflib
import errno
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from cyclopts import App, CycloptsError, Parameter, UnknownCommandError, UnusedCliTokensError

from kickitout.cli.options import naming
from kickitout.errors import InputError, KickItOutError, printable, shortened
from kickitout.system.files import describe_os_error
from kickitout.system.terminal import stop_writing

# Verbs are named by import path and carry their summary here: `kick --help` imports none of them, and one verb
# imports nothing of the others.
VERBS = (
    ("generate", "kickitout.cli.generate:generate", "Make kicks."),
    ("vary", "kickitout.cli.vary:vary", "Make variations of a kick."),
    ("morph", "kickitout.cli.vary:morph", "Morph one kick into another in equal steps."),
    ("match", "kickitout.cli.vary:match", "Find the kick of the model that is nearest to a given kick."),
    ("similar", "kickitout.cli.similar:similar", "List the kicks in a folder that are nearest to a given kick."),
    ("pack", "kickitout.cli.pack:pack", "Make a sample pack: distinct, named, levelled kicks with sampler presets."),
    ("ui", "kickitout.cli.ui:ui", "Open the instrument in the browser."),
    ("inspect", "kickitout.cli.inspect:inspect", "Measure audio files and check whether they are kicks."),
    ("prepare", "kickitout.cli.prepare:prepare", "Prepare folders of samples as a library for training."),
    ("collect", "kickitout.cli.collect:collect", "Download the public kicks that a manifest lists."),
    ("train", "kickitout.cli.train:train", "Train a network on a library."),
    ("export", "kickitout.cli.export:export", "Export a training run as a bundle that plays without torch."),
    ("evaluate", "kickitout.cli.evaluate:evaluate", "Evaluate kicks against real ones."),
    ("figures", "kickitout.cli.figures:figures", "Draw the figures of the paper and the documentation."),
    ("experiment", "kickitout.cli.experiment:experiment", "Run an experiment of the paper."),
    ("models", "kickitout.cli.models:models", "List the installed models."),
    ("doctor", "kickitout.cli.doctor:doctor", "Check what is installed and whether it works."),
)


def version() -> str:
    """The installed version of Kick It Out."""
    from importlib.metadata import version as installed

    return installed("kickitout")


def build_app(verb: str = "") -> App:
    """The command line as a cyclopts application; `verb` is the one to run, whose own docstring is its help."""
    app = App(
        name="kick",
        help="Kick It Out: the open kick drum machine.",
        version=version,
        suppress_keyboard_interrupt=False,  # the verbs report what is finished
        # Nobody types the options that empty a list; and a folder named "[old]" is no JSON.
        default_parameter=Parameter(negative_iterable=(), json_list=False, json_dict=False),
    )
    for name, path, summary in VERBS:
        if name == verb:
            app.command(path, name=name)
        else:
            app.command(path, name=name, help=summary)
    return app


def _one_line(text: str) -> str:
    return shortened(" ".join(text.split()))


def _fail(message: str, code: int) -> int:
    with suppress(OSError, ValueError):  # nobody is there to be told
        print(printable(f"kick: {_one_line(message)}"), file=sys.stderr, flush=True)
    return code


def _flushed(code: int) -> int:
    """The exit code after what was printed has reached its place, or has not."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        stop_writing()
    except OSError as error:
        stop_writing()
        return _fail(_of_system(error), 1)
    return code


def _of_system(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename else ""
    hint = "; free some space or choose another place" if error.errno == errno.ENOSPC else ""
    return f"{place}{describe_os_error(error)}{hint}"


def _misread(error: CycloptsError, tokens: Sequence[str]) -> str:
    """The fault in the arguments, and the command that shows their help."""
    names = [name for name, _, _ in VERBS]
    verb = tokens[0] if tokens and tokens[0] in names else None
    if isinstance(error, UnknownCommandError) and verb is None:
        # cyclopts would import every verb to find a close one.
        word = tokens[0] if tokens else ""
        if word.startswith("-"):
            return f"there is no option {word} (kick --help lists what there is)"
        close = [name for name in names if word and name.startswith(word)] or difflib.get_close_matches(
            word, names, n=1
        )
        guess = f"; did you mean {close[0]}?" if close else ""
        return f"there is no verb {word!r}{guess} (kick --help lists them)"
    if isinstance(error, UnusedCliTokensError):
        words = " ".join(error.unused_tokens or ())
        text = f"{words!r} is too much: kick {verb} takes no such argument"
    else:
        text = str(error).rstrip(".")
    return f"{text} (see kick {verb} --help)" if verb else f"{text} (see kick --help)"


def _let_any_text_out() -> None:
    """Print file names even if the terminal cannot show all of their characters."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def run(arguments: Sequence[str] | None = None) -> int:
    """Parse and run; return the exit code: 0 done, 1 failed, 2 wrong input, 130 interrupted."""
    _let_any_text_out()
    return _flushed(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    app = build_app(tokens[0] if tokens else "")
    try:
        result = app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return _fail(_misread(error, tokens), 2)
    except InputError as error:
        return _fail(error.sentence(naming(app, tokens[0])), error.exit_code)
    except KickItOutError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt as error:
        return _fail(str(error) or "stopped", 130)
    except BrokenPipeError:
        stop_writing()
        return 0
    except MemoryError:
        return _fail("not enough memory; ask for fewer or smaller things at once", 1)
    except OSError as error:
        return _fail(_of_system(error), 1)
    except Exception as error:
        if os.environ.get("KICK_DEBUG"):
            raise
        return _fail(
            f"a bug in Kick It Out, {type(error).__name__}: {error} (please report it; KICK_DEBUG=1 shows where)",
            1,
        )
    return result if isinstance(result, int) else 0
