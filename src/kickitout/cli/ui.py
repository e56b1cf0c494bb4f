"""`kick ui`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from kickitout.cli.output import Output
from kickitout.cli.values import Whole


def ui(
    *,
    port: Whole | None = None,
    browser: bool = True,
    model: str | None = None,
    gate: bool = True,
    folder: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    output: Output = Output(),  # noqa: B008
) -> None:
    """Open the page in the browser: pads, knobs, variations, morphs, a map, packs.

    It is served on this machine alone, to who has the address that is printed. Ctrl-C ends it.

    For example:

        kick ui
        kick ui --port 8765 --no-browser

    Parameters
    ----------
    port
        Where it listens; if not given 25425, or where that is taken any port that is free.
    browser
        Open the browser; --no-browser only prints the address.
    model
        A name that `kick models` lists, or the folder or zip of a bundle.
    gate
        Draw a kick again that does not pass the quality gate; --no-gate gives the first.
    folder
        Where kicks are saved from the page; Kicks in your home if not given.
    """
    from kickitout.errors import InputError

    if port is not None and not 1 <= port <= 65535:
        raise InputError("port", port, "out of range; give 1 to 65535, or leave it out")

    from kickitout.instrument.instrument import load
    from kickitout.web.app import SAVED
    from kickitout.web.server import launch
    from kickitout.web.studio import Studio

    def ready(address: str) -> None:
        output.result(address, {"address": address})
        output.message("Ctrl-C ends it")
        if browser:
            import threading
            import webbrowser

            # A browser in the terminal holds up who opens it.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    launch(Studio(load(model, gate=gate)), port=port or 0, folder=folder or SAVED, ready=ready)
