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
    """Open the instrument in the browser: pads, knobs, variations, morphs, a map, packs.

    The page is served on this machine only, to those who have the printed address. Ctrl-C ends it.

    For example:

        kick ui
        kick ui --port 8765 --no-browser

    Parameters
    ----------
    port
        The port. If not given: 25425, or any free port if that one is taken.
    browser
        Open the browser; --no-browser only prints the address.
    model
        The model: a name that `kick models` lists, or the folder or zip of a bundle. If not given: the default model.
    gate
        Redraw kicks that fail the quality gate; --no-gate keeps them.
    folder
        The folder for kicks saved from the page. If not given: Kicks in your home folder.
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
        output.message("press Ctrl-C to stop")
        if browser:
            import threading
            import webbrowser

            # A browser in the terminal blocks its caller.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    launch(Studio(load(model, gate=gate)), port=port or 0, folder=folder or SAVED, ready=ready)
