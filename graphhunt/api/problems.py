"""Errors as RFC 9457 problem details (`application/problem+json`), one shape for every failure."""

from __future__ import annotations

import logging
import math
import secrets
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from graphhunt.api.headers import HEADERS
from graphhunt.errors import (
    AccessError,
    BusyError,
    ConflictError,
    DamageError,
    GraphhuntError,
    LimitError,
    MissingError,
    QueryError,
    QueryTextError,
    StoreError,
    UsageError,
)
from graphhunt.times import dated

_LOG = logging.getLogger(__name__)

_KINDS: tuple[tuple[type[GraphhuntError], int, str], ...] = (
    (MissingError, 404, "missing"),
    (UsageError, 422, "usage"),
    (ConflictError, 412, "conflict"),
    (AccessError, 403, "access"),
    (BusyError, 429, "busy"),
    (LimitError, 413, "limit"),
    (QueryError, 400, "query"),
    (DamageError, 500, "damage"),
    (StoreError, 503, "store"),
    (GraphhuntError, 500, "graphhunt"),
)
"""Status and URN of each family of errors; the first that fits counts."""


class Problem(JSONResponse):
    """A response that says what went wrong."""

    media_type = "application/problem+json"


def problem(status: int, detail: str, *, kind: str = "http", instance: str = "", **more: Any) -> Problem:
    """Make a problem response.

    Args:
        status: HTTP status.
        detail: What happened, as a sentence for the user.
        kind: Last part of the URN that names the kind of problem.
        instance: Path of the request.
        more: Members of its own, such as `errors`, `hint` or `trace_id`.
    """
    phrase = HTTPStatus(status).phrase
    body = {
        "type": f"urn:graphhunt:problem:{kind}", "title": phrase, "status": status, "detail": detail,
        "instance": instance, **more,
    }  # fmt: skip
    return Problem(body, status_code=status)


def install(app: FastAPI) -> None:
    """Make the application answer every error with a problem."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(GraphhuntError, _known)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unknown)


async def _http(request: Request, error: Exception) -> Problem:
    assert isinstance(error, HTTPException)
    response = problem(error.status_code, str(error.detail), instance=request.url.path)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


async def _gone(request: Request, _error: Exception) -> Problem:
    """Answer a caller who hung up before the body was whole: nobody hears it, and it is no fault of ours."""
    return problem(400, "The request ended before its body did.", kind="gone", instance=request.url.path)


async def _invalid(request: Request, error: Exception) -> Problem:
    assert isinstance(error, RequestValidationError)
    errors = [{"in": ".".join(map(str, item["loc"])), "message": item["msg"]} for item in error.errors()]
    detail = "; ".join(f"{item['in']}: {item['message']}" for item in errors)
    return problem(422, detail, kind="validation", instance=request.url.path, errors=errors)


async def _known(request: Request, error: Exception) -> Problem:
    assert isinstance(error, GraphhuntError)
    status, kind = next((status, kind) for family, status, kind in _KINDS if isinstance(error, family))
    more: dict[str, Any] = {name: text for name in ("hint", "where") if (text := getattr(error, name))}
    if isinstance(error, ConflictError):
        status, more["current"] = _conflict(request), dated(error.current)
    if isinstance(error, QueryTextError):
        more |= {"at": error.at, "length": error.length}
    response = problem(status, error.message, kind=kind, instance=request.url.path, **more)
    if isinstance(error, BusyError):
        response.headers["Retry-After"] = str(max(1, math.ceil(error.wait)))
    return response


def _conflict(request: Request) -> int:
    """Give 412 for an edit based on a version, 409 for a thing that is there already."""
    return 412 if "if-match" in request.headers else 409


async def _unknown(request: Request, error: Exception) -> Problem:
    """Answer for a fault of ours: the log has the traceback, the user gets the id that finds it."""
    trace_id = secrets.token_hex(8)
    _LOG.error("unhandled error %s on %s", trace_id, request.url.path, exc_info=error)
    detail = "Something went wrong inside the server; its log has the details under the trace id."
    response = problem(500, detail, kind="internal", instance=request.url.path, trace_id=trace_id)
    # This handler stands outside all middleware, so the headers must come from here.
    response.headers.update(HEADERS)
    return response
