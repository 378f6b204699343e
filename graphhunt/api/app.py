"""The application: routes, guards and pages put together for one open hunt."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from graphhunt.accounts import Accounts
from graphhunt.api import problems, routes
from graphhunt.api.access import LOOPBACK_HOSTS, Access, Gate
from graphhunt.api.attention import Attentive
from graphhunt.api.bodies import Bodies
from graphhunt.api.crowd import Crowd
from graphhunt.api.entity_paths import RawEntityPaths
from graphhunt.api.headers import SafeHeaders
from graphhunt.api.service import Hunt
from graphhunt.case.casebook import Casebook
from graphhunt.case.jobs import Jobs, Uploads
from graphhunt.errors import GraphhuntError
from graphhunt.questions.pivots.names import Names
from graphhunt.web import Pages


def create_app(
    hunt: Hunt,
    *,
    token: str | None,
    api_tokens: Iterable[str] = (),
    hosts: Iterable[str] = LOOPBACK_HOSTS,
    folder: Path | None = None,
    pages: Pages | None = None,
) -> FastAPI:
    """Make the application that serves one hunt.

    Args:
        hunt: The open workspace; it stays the caller's to close.
        token: Token of the one-time link `/?token=…`; None for a server without one.
        api_tokens: Tokens for scripts (`Authorization: Bearer …`).
        hosts: Host names the server answers to.
        folder: Where cases, the states of jobs and accounts are kept; None keeps them in memory.
        pages: The browser workspace; found in the installed package when None.
    """
    app = FastAPI(
        title="graphhunt", version=_version(), openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None,
        lifespan=_lifespan,
    )  # fmt: skip
    app.state.hunt = hunt
    app.state.names = Names()
    app.state.crowd = Crowd()
    app.state.ending = lambda: False  # whoever runs the server says when it ends, so that no stream holds it up
    _open_books(app, hunt, folder)
    app.state.access = Access(token, api_tokens, app.state.accounts)
    app.state.pages = pages or Pages()
    problems.install(app)
    app.include_router(routes.router())
    app.mount("/", app.state.pages)
    _guard(app, hosts, hunt)
    return app


def _open_books(app: FastAPI, hunt: Hunt | None, folder: Path | None) -> None:
    """Open what people and jobs write beside the graph; the document of the interface is made without a hunt."""
    app.state.casebook = Casebook(folder / "casebook.db" if folder else None)
    app.state.accounts = Accounts(folder / "access.db" if folder else None)
    app.state.jobs = Jobs(folder / "jobs.db" if folder else None)
    limit = hunt.settings.upload_bytes if hunt else 0
    app.state.uploads = Uploads((hunt.folder if hunt else Path()) / "uploads", limit)


def _guard(app: FastAPI, hosts: Iterable[str], hunt: Hunt | None) -> None:
    """Put the middleware on, innermost first: headers go on every answer, the gate's refusals too."""
    bounds = {"most": hunt.settings.body_bytes, "patience": hunt.settings.body_timeout} if hunt else {}
    layers: list[tuple[Any, dict[str, Any]]] = [
        (Attentive, {}),
        (RawEntityPaths, {}),
        (Gate, {"access": app.state.access, "hosts": hosts}),
        (Bodies, bounds),
        (SafeHeaders, {}),
    ]
    for layer, options in layers:
        app.add_middleware(layer, **options)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    reading = asyncio.create_task(asyncio.to_thread(_read_names, app))
    yield
    await reading
    app.state.jobs.close()
    app.state.casebook.close()
    app.state.accounts.close()


def _read_names(app: FastAPI) -> None:
    """Read the names that search looks through before anybody asks: of millions that takes more than a second."""
    with contextlib.suppress(GraphhuntError):  # the first search says what is wrong
        if app.state.hunt is not None and app.state.hunt.snapshot.fingerprint is not None:
            app.state.names.take(app.state.hunt.snapshot)


def _version() -> str:
    try:
        return importlib.metadata.version("graphhunt")
    except importlib.metadata.PackageNotFoundError:
        return "0"
