"""The application: routes put together. `studio` does the work, in turns kept by `desk`; `guard` stands before.

Every answer that is no success is {"error": one clear line}.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from kickitout.system.workers import available_processors
from kickitout.web import reveal
from kickitout.web.answers import answer_errors
from kickitout.web.desk import Desk
from kickitout.web.guard import Guard
from kickitout.web.pages import Pages
from kickitout.web.routes import add_files, add_kicks, add_models, add_pages, add_training
from kickitout.web.stage import Stage
from kickitout.web.studio import Studio
from kickitout.web.train import Training

SAVED = Path("~/Kicks")
"""Where kicks are saved unless asked otherwise."""

TRAINING = "training"
"""The folder below for what is trained."""

MAPS = "maps"
"""The folder in there for maps of models that are not shipped."""


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
    answer_errors(app, stage)
    add_pages(app, Pages())
    add_models(app, stage, office)
    add_kicks(app, stage, desk)
    add_files(app, stage, desk, folder, show)
    add_training(app, training, office)
    return Guard(app, token, port)
