"""The page's server: a socket on the loopback interface, and a run until Ctrl-C."""

import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import uvicorn

from kickitout.errors import InputError, OutputError
from kickitout.system.files import describe_os_error
from kickitout.system.interrupts import held_signals
from kickitout.web.app import SAVED, create_app
from kickitout.web.belongings import sweep
from kickitout.web.connections import (
    ACCEPTED_AT_ONCE,
    IDLE_SECONDS,
    Connection,
    make_room_for_files,
    widen_queue,
)
from kickitout.web.studio import Studio

HOST = "127.0.0.1"


USUAL_PORT = 25_425
"""The default port, if it is free: what a browser keeps, it keeps by address and port."""


def open_socket(port: int = 0) -> socket.socket:
    """A socket that listens on the loopback interface, and nowhere else.

    Args:
        port: 1 to 65535; 0: the usual one, or where that is taken any that is free.

    Raises:
        InputError: the port is out of range, or taken.
        OutputError: the machine does not give one.
    """
    if not 0 <= port <= 65535:
        raise InputError("port", port, "out of range; give 1 to 65535, or leave it out")
    if port:
        try:
            return _listening(port)
        except OSError as error:
            raise InputError(
                "port", port, "cannot be used ({why}); leave it out", why=describe_os_error(error)
            ) from error
    with suppress(OSError):
        return _listening(USUAL_PORT)
    try:
        return _listening(0)
    except OSError as error:
        raise OutputError(f"no port of {HOST} can be used ({describe_os_error(error)})") from error


def _listening(port: int) -> socket.socket:
    # Only of a socket that says it is TCP does asyncio send small parts at once: else each answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # Connections of a server that just ended do not hold its port. (On Windows this would share the port.)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


class _Server(uvicorn.Server):
    """A server that ends at once where a stop was requested before it handled signals itself."""

    def __init__(self, config: uvicorn.Config, stop_wanted: Callable[[], bool]) -> None:
        super().__init__(config)
        self._stop_wanted = stop_wanted

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.should_exit = self.should_exit or self._stop_wanted()
        await super().startup(sockets)
        for listener in sockets or ():
            widen_queue(listener)


def _get_ready(studio: Studio) -> None:
    """What is done while the browser starts."""
    studio.warm_up()
    sweep()


def launch(
    studio: Studio,
    *,
    port: int = 0,
    folder: Path = SAVED,
    ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve the page until Ctrl-C.

    Args:
        studio: what does the work.
        port: where; 0: see `open_socket`.
        folder: where kicks are saved.
        ready: called with the address as soon as it can be opened.

    Raises:
        InputError, OutputError: see `open_socket`.
    """
    with (
        closing(studio),
        open_socket(port) as listener,
        # Ctrl-C may come as soon as the address is shown, before the server handles it itself.
        held_signals(signal.SIGINT, signal.SIGTERM) as stop_wanted,
    ):
        make_room_for_files()
        port = int(listener.getsockname()[1])
        token = secrets.token_urlsafe(24)
        config = uvicorn.Config(
            create_app(studio, token=token, port=port, folder=folder),
            access_log=False,
            log_level="error",
            proxy_headers=False,
            server_header=False,
            http=Connection,
            ws="none",
            backlog=ACCEPTED_AT_ONCE,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=3,
        )
        threading.Thread(target=_get_ready, args=(studio,), name="warm-up", daemon=True).start()
        ready(f"http://{HOST}:{port}/?token={token}")
        with suppress(KeyboardInterrupt):  # the second one
            _Server(config, stop_wanted).run(sockets=[listener])
