"""Answers as JSON, and errors as one clear line each."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from kickitout.errors import InputError, KickItOutError, MissingExtraError, shown
from kickitout.web.desk import BusyError
from kickitout.web.facts import page_name
from kickitout.web.session import UnknownKickError
from kickitout.web.stage import Stage

LONGEST = 600
"""Letters of an error; more come from what was sent, which may be long."""


def error_answer(status: int, words: str, headers: dict[str, str] | None = None, **parts: str | None) -> JSONResponse:
    """An error as JSON: {"error": one line, ...}, which no browser keeps."""
    content = {"error": words, **parts}
    told = {name: None if text is None else _plain(text) for name, text in content.items()}
    return JSONResponse(told, status, {"cache-control": "no-store"} | (headers or {}))


def _plain(words: str) -> str:
    """Words in which something stands that somebody sent: one line, of letters that can be written."""
    short = words if len(words) <= LONGEST else f"{words[: LONGEST - 3]}..."
    return "".join(letter if letter.isprintable() else "?" for letter in short)


def answer_errors(app: FastAPI, stage: Stage) -> None:
    """Have every exception of the application answered as `error_answer`; wrong input also with the thing's name
    (`what`) and what was given (`value`)."""

    def one_line(words: str) -> str:
        """Without a path of the disk."""
        bundle = stage.studio.instrument.bundle
        return " ".join(words.replace(str(bundle.path), bundle.card.name).split())

    @app.exception_handler(KickItOutError)
    async def ours(request: Request, error: KickItOutError) -> JSONResponse:
        if isinstance(error, BusyError):
            return error_answer(503, one_line(str(error)), {"retry-after": str(error.retry_after)})
        if isinstance(error, UnknownKickError):
            return error_answer(404, one_line(str(error)))
        if isinstance(error, MissingExtraError):
            return error_answer(501, str(error))
        if isinstance(error, InputError):
            value = None if error.value is None else one_line(shown(error.value))
            return error_answer(422, one_line(error.sentence(page_name)), what=error.what, value=value)
        return error_answer(422 if error.exit_code == 2 else 500, one_line(str(error)))

    @app.exception_handler(RequestValidationError)
    async def misread(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "body")
        words = f"{place}: {first['msg'].lower()}" if place else str(first["msg"]).lower()
        return error_answer(400 if first["type"] == "json_invalid" else 422, words)

    @app.exception_handler(RecursionError)
    async def too_deep(request: Request, error: RecursionError) -> JSONResponse:
        return error_answer(400, "what was sent goes too deep")

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        return error_answer(error.status_code, str(error.detail).lower())

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> JSONResponse:
        return error_answer(500, f"a bug in Kick It Out, {type(error).__name__}; the terminal of kick ui shows where")


def json_answer(data: Any) -> JSONResponse:
    """Data as JSON that no browser keeps."""
    return JSONResponse(data, headers={"cache-control": "no-store"})
