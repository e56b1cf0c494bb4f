"""The routes of the page by subject: models, kicks, files, training; what each takes as JSON."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from pydantic import Field

from kickitout.instrument.recipes import Whole
from kickitout.instrument.varying import AMOUNT
from kickitout.model.card import Part
from kickitout.model.wording import model_card
from kickitout.web import facts, reveal
from kickitout.web.answers import error_answer, json_answer
from kickitout.web.desk import BusyError, Desk
from kickitout.web.guard import disposition
from kickitout.web.pages import INDEX, Pages
from kickitout.web.stage import Stage
from kickitout.web.studio import sent
from kickitout.web.train import Training, trainable

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
    bpm: float | None = None
    beats: Annotated[str, Field(max_length=100)] | float | None = None
    level: Annotated[str, Field(max_length=100)] | None = None
    as_drawn: bool = False


class Vary(Part):
    """What POST /api/kicks/ID/vary takes."""

    n: int = 8
    amount: float = AMOUNT
    keep: Annotated[list[str], Field(max_length=100)] = Field(default_factory=list)
    seed: Whole | None = None
    controls: dict[str, float] | None = None
    note: Annotated[str, Field(max_length=100)] | None = None
    style: Annotated[str, Field(max_length=100)] | None = None
    length_ms: float | None = None
    bpm: float | None = None
    beats: Annotated[str, Field(max_length=100)] | float | None = None
    level: Annotated[str, Field(max_length=100)] | None = None


class Morph(Part):
    """What POST /api/morph takes."""

    corners: Annotated[list[Id], Field(min_length=4, max_length=4)]
    x: float
    y: float
    level: Annotated[str, Field(max_length=100)] | None = None


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


def add_pages(app: FastAPI, pages: Pages) -> None:
    """The page and its static files."""

    def page(name: str, request: Request) -> Response:
        found = pages.find(name)
        if found is None:
            return error_answer(404, f"there is no {name}")
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


def add_models(app: FastAPI, stage: Stage, office: Desk) -> None:
    """The models: which is played, its figures, its map."""

    def state_answer() -> Response:
        return json_answer(facts.state_of(stage.studio.instrument, trainable=trainable()) | {"models": stage.models()})

    @app.get("/api/state")
    async def state() -> Response:
        return state_answer()

    @app.post("/api/model")
    async def play(body: Play) -> Response:
        await office.one(partial(stage.play, body.name))
        return state_answer()

    @app.get("/api/results")
    async def results() -> Response:
        card = stage.studio.instrument.bundle.card
        return json_answer({"figures": card.measured, "text": model_card(card)})

    @app.get("/api/map")
    async def drawn() -> Response:
        found = stage.maps.get()
        if found is None:
            raise BusyError(MAP_RETRY, "the map of this model is being drawn")
        return json_answer(found)


def add_kicks(app: FastAPI, stage: Stage, desk: Desk) -> None:
    """Kicks: made, varied, matched, morphed, made again, taken in."""

    @app.post("/api/kicks")
    async def make(body: Make) -> Response:
        made = await desk.run(stage.studio.make(**body.model_dump()))
        return json_answer({"kicks": [sent(one) for one in made]})

    @app.get("/api/kicks/{name}.wav")
    async def wav(name: str) -> Response:
        studio = stage.studio
        held = studio.kick(name)
        data = studio.session.store.sound(name)
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
        return json_answer(sent(stage.studio.kick(name)))

    @app.post("/api/kicks/{name}/vary")
    async def vary(name: str, body: Vary) -> Response:
        made = await desk.run(stage.studio.vary(name, **body.model_dump()))
        return json_answer({"kicks": [sent(one) for one in made]})

    @app.post("/api/kicks/{name}/match")
    async def match(name: str) -> Response:
        found = await desk.one(partial(stage.studio.match, name))
        return json_answer({"kick": sent(found.held), "distance": found.distance, "usual": list(found.usual)})

    @app.post("/api/morph")
    async def morph(body: Morph) -> Response:
        return json_answer({"kick": sent(await desk.one(partial(stage.studio.morph, **body.model_dump())))})

    @app.post("/api/recipes")
    async def remake(body: Remake) -> Response:
        found = await desk.run(stage.studio.replay(body.recipes))
        return json_answer({"kicks": [None if one is None else sent(one) for one in found]})

    @app.post("/api/files")
    async def take_in(request: Request, name: str = "kick.wav") -> Response:
        data = await request.body()
        return json_answer({"kick": sent(await desk.one(partial(stage.studio.take_in, name, data)))})


def add_files(app: FastAPI, stage: Stage, desk: Desk, folder: Path, show: Callable[[Path], bool]) -> None:
    """Packs, and kicks shown in the file manager."""

    @app.post("/api/packs")
    async def pack(body: Pack) -> Response:
        data = await desk.one(partial(stage.studio.pack, body.name, body.ids))
        headers = {"content-disposition": disposition(f"{body.name}.zip"), "cache-control": "no-store"}
        return Response(data, media_type="application/zip", headers=headers)

    @app.post("/api/kicks/{name}/reveal")
    async def shown(name: str) -> Response:
        studio = stage.studio

        def task() -> dict[str, Any]:
            path = reveal.save(folder, studio.kick(name).file, name, studio.wav(name))
            return {"path": str(path), "shown": show(path)}

        return json_answer(await desk.one(task))


def add_training(app: FastAPI, training: Training, office: Desk) -> None:
    """Training: started, stopped, resumed, exported, listened to."""

    @app.get("/api/train")
    async def status() -> Response:
        return json_answer(await office.one(training.status))

    @app.post("/api/train/report")
    async def report(body: Folder) -> Response:
        return json_answer(await office.one(partial(training.report, body.folder)))

    @app.post("/api/train/start")
    async def start(body: Begin) -> Response:
        return json_answer(await office.one(partial(training.start, **body.model_dump())))

    @app.post("/api/train/stop")
    async def stop() -> Response:
        return json_answer(training.stop())

    @app.post("/api/train/resume")
    async def resume(body: Resume | None = None) -> Response:
        return json_answer(await office.one(partial(training.resume, None if body is None else body.minutes)))

    @app.post("/api/train/export")
    async def export() -> Response:
        return json_answer(await office.one(training.export))

    @app.get("/api/train/sheet.png")
    async def sheet() -> Response:
        return _file(training.sheet(), "image/png")

    @app.get("/api/train/kicks/{name}.wav")
    async def listen(name: str) -> Response:
        return _file({path.stem: path for path in training.kicks()}.get(name), "audio/wav")

    def _file(path: Path | None, media_type: str) -> Response:
        if path is None or not path.is_file():
            return error_answer(404, "there is none yet; it comes with the first validation")
        return Response(path.read_bytes(), media_type=media_type, headers={"cache-control": "no-store"})
