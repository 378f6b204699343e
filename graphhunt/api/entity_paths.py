"""Entity ids in paths: an id is one percent-encoded segment, even with slashes in it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Path
from starlette.types import ASGIApp, Receive, Scope, Send

from graphhunt.questions.pivots import Ref
from graphhunt.questions.pivots.reading import check_ref

PREFIXES = (b"/api/v1/entities/", b"/api/v1/stories/")
"""Paths whose segments are decoded by their routes."""


class RawEntityPaths:
    """ASGI middleware that routes entity paths before decoding them.

    Servers decode `%2F` before routing, so that the id `http://a/counts` would fall apart into segments.
    Below PREFIXES the path stays encoded, and the route's parameters are decoded one by one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the undecoded path in place of the decoded one, for such paths only."""
        raw = scope.get("raw_path") if scope["type"] == "http" else None
        if raw and raw.startswith(PREFIXES):
            scope = {**scope, "path": raw.split(b"?", 1)[0].decode("ascii", "replace")}
        await self.app(scope, receive, send)


def entity_ref(
    kind: Annotated[str, Path(description="Kind of entity, such as Machine")],
    entity_id: Annotated[str, Path(description="Its id, percent-encoded as one segment", max_length=6000)],
) -> Ref:
    """Read an entity's address from the path; a kind that does not exist is a usage error."""
    return check_ref(Ref(unquote(kind), unquote(entity_id)))


EntityRef = Annotated[Ref, Depends(entity_ref)]
"""An entity's address as a route's parameter."""
