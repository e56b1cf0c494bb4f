"""The server: requests in, answers out. The work is done by `studio`, in turns kept by `desk`; `guard` stands before.

Every answer that is no success is {"error": one clear line}.
"""

import os
import re
import secrets
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import Field
from starlette.exceptions import HTTPException

from kickitout.errors import InputError, KickItOutError, MissingExtraError, OutputError
from kickitout.instrument.derive import AMOUNT
from kickitout.instrument.recipes import Whole
from kickitout.model.card import Part
from kickitout.model.wording import model_card
from kickitout.system.files import describe_os_error
from kickitout.system.interrupts import held_signals
from kickitout.system.workers import available_processors
from kickitout.web import facts, reveal
from kickitout.web.desk import BusyError, Desk
from kickitout.web.guard import Guard, disposition
from kickitout.web.pages import INDEX, Pages
from kickitout.web.stage import Stage
from kickitout.web.studio import Studio, UnknownKickError, sent
from kickitout.web.train import Training, trainable

HOST = "127.0.0.1"

USUAL_PORT = 25_425
"""Where we listen if it is free and nothing else is asked: what a browser keeps, it keeps by address and port."""

SAVED = Path("~/Kicks")
"""Where kicks are saved unless asked otherwise."""

TRAINING = "training"
"""The folder below for what is trained."""

MAPS = "maps"
"""The folder in there for maps of models that are not shipped."""

MAP_RETRY = 5
"""Seconds to wait before asking again for a map that is drawn."""

FOR_EVER = "private, max-age=31536000, immutable"

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class Make(Part):
    """What POST /api/kicks takes."""

    seeds: Annotated[list[Whole], Field(max_length=1000)] | None = None
    n: int | None = None
    controls: dict[str, float] | None = None
    note: Annotated[str, Field(max_length=100)] | None = None
    style: Annotated[str, Field(max_length=100)] | None = None
    length_ms: float | None = None


class Vary(Part):
    """What POST /api/kicks/ID/vary takes."""

    n: int = 8
    amount: float = AMOUNT
    keep: Annotated[list[str], Field(max_length=100)] = Field(default_factory=list)
    seed: Whole | None = None
    controls: dict[str, float] | None = None
    note: Annotated[str, Field(max_length=100)] | None = None


class Morph(Part):
    """What POST /api/morph takes."""

    corners: Annotated[list[Id], Field(min_length=4, max_length=4)]
    x: float
    y: float


class Remake(Part):
    """What POST /api/recipes takes."""

    recipes: Annotated[list[Any], Field(max_length=1000)]


class Pack(Part):
    """What POST /api/packs takes."""

    name: Annotated[str, Field(max_length=100)]
    ids: Annotated[list[Id], Field(max_length=1000)]


class Folder(Part):
    """What POST /api/train/report takes."""

    folder: Annotated[str, Field(max_length=4096)]


class Begin(Folder):
    """What POST /api/train/start takes."""

    preset: Annotated[str, Field(max_length=100)] | None = None
    minutes: float = 30.0
    start: Annotated[str, Field(max_length=100)] | None = None


class Play(Part):
    """What POST /api/model takes."""

    name: Annotated[str, Field(max_length=200)]


class Resume(Part):
    """What POST /api/train/resume may take."""

    minutes: float | None = None


def create_app(
    studio: Studio,
    *,
    token: str,
    port: int,
    desk: Desk | None = None,
    folder: Path = SAVED,
    show: Callable[[Path], bool] = reveal.show,
) -> Guard:
    """The application, guarded.

    Args:
        studio: what does the work at first; it is closed when the application ends.
        token: what lets a browser in.
        port: where the server listens.
        desk: the threads; None: one a processor.
        folder: where kicks are saved.
        show: shows a file in the file manager; whether it could.
    """
    desk = Desk(available_processors()) if desk is None else desk
    folder = folder.expanduser()
    training = Training(folder / TRAINING)
    stage = Stage(studio, training.models, folder / TRAINING / MAPS)
    # A data report takes minutes: it is not to hold up who plays.
    office = Desk(2, most=4)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()
        training.close()
        office.close()
        stage.close()

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    _answer_errors(app, stage)
    _add_pages(app, Pages())
    _add_models(app, stage, office)
    _add_kicks(app, stage, desk)
    _add_files(app, stage, desk, folder, show)
    _add_training(app, training, office)
    return Guard(app, token, port)


# Errors --------------------------------------------------------------------------------------------------------------


def _wrong(status: int, words: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": words}, status, {"cache-control": "no-store"} | (headers or {}))


_OPTION = re.compile(r"(?<![^\s(])--?([a-z])")
_GATE = "leave the gate out with --no-gate"


def for_page(words: str) -> str:
    """A message of the command line without its dashes: the page has no options, and its gate is that of `kick ui`."""
    parts = " ".join(words.split()).split(_GATE)
    return "start kick ui with --no-gate".join(_OPTION.sub(r"\1", part) for part in parts)


def _answer_errors(app: FastAPI, stage: Stage) -> None:
    def said(error: Exception) -> str:
        """One line without a path of the disk."""
        bundle = stage.studio.instrument.bundle
        return for_page(str(error).replace(str(bundle.path), bundle.card.name))

    @app.exception_handler(KickItOutError)
    async def ours(request: Request, error: KickItOutError) -> JSONResponse:
        if isinstance(error, BusyError):
            return _wrong(503, said(error), {"retry-after": str(error.retry_after)})
        if isinstance(error, UnknownKickError):
            return _wrong(404, said(error))
        if isinstance(error, MissingExtraError):
            return _wrong(501, str(error))
        return _wrong(422 if isinstance(error, InputError) else 500, said(error))

    @app.exception_handler(RequestValidationError)
    async def misread(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "body")
        words = f"{place}: {first['msg'].lower()}" if place else str(first["msg"]).lower()
        return _wrong(400 if first["type"] == "json_invalid" else 422, words)

    @app.exception_handler(RecursionError)
    async def too_deep(request: Request, error: RecursionError) -> JSONResponse:
        return _wrong(400, "what was sent goes too deep")

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        return _wrong(error.status_code, str(error.detail).lower())

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> JSONResponse:
        return _wrong(500, f"a bug in Kick It Out, {type(error).__name__}; the terminal of kick ui shows where")


# Answers -------------------------------------------------------------------------------------------------------------


def _json(data: Any) -> JSONResponse:
    return JSONResponse(data, headers={"cache-control": "no-store"})


def _add_pages(app: FastAPI, pages: Pages) -> None:
    def page(name: str, request: Request) -> Response:
        found = pages.find(name)
        if found is None:
            return _wrong(404, f"there is no {name}")
        headers = {"cache-control": "no-cache", "etag": found.etag}
        if request.headers.get("if-none-match") == found.etag:
            return Response(status_code=304, headers=headers)
        return Response(found.data, media_type=found.media_type, headers=headers)

    @app.get("/")
    async def index(request: Request) -> Response:
        return page(INDEX, request)

    @app.get("/static/{name:path}")
    async def static(name: str, request: Request) -> Response:
        return page(name, request)

    @app.get("/favicon.ico")
    async def icon() -> Response:
        return Response(status_code=204)


def _add_models(app: FastAPI, stage: Stage, office: Desk) -> None:
    def told() -> Response:
        return _json(facts.state_of(stage.studio.instrument, trainable=trainable()) | {"models": stage.models()})

    @app.get("/api/state")
    async def state() -> Response:
        return told()

    @app.post("/api/model")
    async def play(wish: Play) -> Response:
        await office.one(partial(stage.play, wish.name))
        return told()

    @app.get("/api/results")
    async def results() -> Response:
        card = stage.studio.instrument.bundle.card
        return _json({"figures": card.measured, "text": model_card(card)})

    @app.get("/api/map")
    async def drawn() -> Response:
        found = stage.maps.get()
        if found is None:
            raise BusyError(MAP_RETRY, "the map of this model is being drawn")
        return _json(found)


def _add_kicks(app: FastAPI, stage: Stage, desk: Desk) -> None:
    @app.post("/api/kicks")
    async def make(wish: Make) -> Response:
        made = await desk.run(stage.studio.make(**wish.model_dump()))
        return _json({"kicks": [sent(one) for one in made]})

    @app.get("/api/kicks/{name}.wav")
    async def wav(name: str) -> Response:
        studio = stage.studio
        held = studio.kick(name)
        data = studio.store.sound(name)
        if data is None:
            data = await desk.one(partial(studio.wav, name))
        headers = {
            "content-disposition": disposition(held.file),
            "cache-control": FOR_EVER,
            "etag": f'"{name}"',
        }
        return Response(data, media_type="audio/wav", headers=headers)

    @app.get("/api/kicks/{name}")
    async def kick(name: str) -> Response:
        return _json(sent(stage.studio.kick(name)))

    @app.post("/api/kicks/{name}/vary")
    async def vary(name: str, wish: Vary) -> Response:
        made = await desk.run(stage.studio.vary(name, **wish.model_dump()))
        return _json({"kicks": [sent(one) for one in made]})

    @app.post("/api/kicks/{name}/match")
    async def match(name: str) -> Response:
        found = await desk.one(partial(stage.studio.match, name))
        return _json({"kick": sent(found.held), "distance": found.distance, "usual": list(found.usual)})

    @app.post("/api/morph")
    async def morph(wish: Morph) -> Response:
        return _json({"kick": sent(await desk.one(partial(stage.studio.morph, **wish.model_dump())))})

    @app.post("/api/recipes")
    async def remake(wish: Remake) -> Response:
        found = await desk.run(stage.studio.remake(wish.recipes))
        return _json({"kicks": [None if one is None else sent(one) for one in found]})

    @app.post("/api/files")
    async def take_in(request: Request, name: str = "kick.wav") -> Response:
        data = await request.body()
        return _json({"kick": sent(await desk.one(partial(stage.studio.take_in, name, data)))})


def _add_files(app: FastAPI, stage: Stage, desk: Desk, folder: Path, show: Callable[[Path], bool]) -> None:
    @app.post("/api/packs")
    async def pack(wish: Pack) -> Response:
        data = await desk.one(partial(stage.studio.pack, wish.name, wish.ids))
        headers = {"content-disposition": disposition(f"{wish.name}.zip"), "cache-control": "no-store"}
        return Response(data, media_type="application/zip", headers=headers)

    @app.post("/api/kicks/{name}/reveal")
    async def shown(name: str) -> Response:
        studio = stage.studio

        def task() -> dict[str, Any]:
            path = reveal.save(folder, studio.kick(name).file, name, studio.wav(name))
            return {"path": str(path), "shown": show(path)}

        return _json(await desk.one(task))


def _add_training(app: FastAPI, training: Training, office: Desk) -> None:
    @app.get("/api/train")
    async def status() -> Response:
        return _json(await office.one(training.status))

    @app.post("/api/train/report")
    async def report(wish: Folder) -> Response:
        return _json(await office.one(partial(training.report, wish.folder)))

    @app.post("/api/train/start")
    async def start(wish: Begin) -> Response:
        return _json(await office.one(partial(training.start, **wish.model_dump())))

    @app.post("/api/train/stop")
    async def stop() -> Response:
        return _json(training.stop())

    @app.post("/api/train/resume")
    async def resume(wish: Resume | None = None) -> Response:
        return _json(await office.one(partial(training.resume, None if wish is None else wish.minutes)))

    @app.post("/api/train/export")
    async def export() -> Response:
        return _json(await office.one(training.export))

    @app.get("/api/train/sheet.png")
    async def sheet() -> Response:
        return _file(training.sheet(), "image/png")

    @app.get("/api/train/kicks/{name}.wav")
    async def listen(name: str) -> Response:
        return _file({path.stem: path for path in training.kicks()}.get(name), "audio/wav")

    def _file(path: Path | None, media_type: str) -> Response:
        if path is None or not path.is_file():
            return _wrong(404, "there is none yet; it comes with the first validation")
        return Response(path.read_bytes(), media_type=media_type, headers={"cache-control": "no-store"})


# The server ----------------------------------------------------------------------------------------------------------


def open_socket(port: int = 0) -> socket.socket:
    """A socket that listens on the loopback interface, and nowhere else.

    Args:
        port: 1 to 65535; 0: the usual one, or where that is taken any that is free.

    Raises:
        InputError: the port is out of range, or taken.
        OutputError: the machine does not give one.
    """
    if not 0 <= port <= 65535:
        raise InputError(f"--port {port} is out of range; give 1 to 65535, or leave it out")
    if port:
        try:
            return _listening(port)
        except OSError as error:
            raise InputError(f"--port {port} cannot be used ({describe_os_error(error)}); leave it out") from error
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
    """A server that ends as soon as it has begun where that was asked for before it heard of it."""

    def __init__(self, config: uvicorn.Config, stop_wanted: Callable[[], bool]) -> None:
        super().__init__(config)
        self._stop_wanted = stop_wanted

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.should_exit = self.should_exit or self._stop_wanted()
        await super().startup(sockets)


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
        # Ctrl-C may come as soon as the address is told, before the server hears it itself.
        held_signals(signal.SIGINT, signal.SIGTERM) as stop_wanted,
    ):
        port = int(listener.getsockname()[1])
        token = secrets.token_urlsafe(24)
        config = uvicorn.Config(
            create_app(studio, token=token, port=port, folder=folder),
            access_log=False,
            log_level="error",
            proxy_headers=False,
            server_header=False,
            http="h11",
            ws="none",
            timeout_graceful_shutdown=3,
        )
        threading.Thread(target=studio.warm_up, name="warm-up", daemon=True).start()
        ready(f"http://{HOST}:{port}/?token={token}")
        with suppress(KeyboardInterrupt):  # the second one
            _Server(config, stop_wanted).run(sockets=[listener])
