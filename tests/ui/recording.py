"""What a page asks of the server and is answered, noted on one engine and asked again on the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOMS = "search entities graph edges timeline paths pivots query map evidence hunts:ask coverage schema"
GRAPH = re.compile(rf"/api/v1/({ROOMS.replace(' ', '|')})\b(?!.*/marks$)")
"""Addresses whose answers come from graph and records; the others' come from the case book, whatever the engine."""


LIMIT = re.compile(rb" LIMIT (\d+)")
"""How many rows a statement allows."""


WORDS = {"relation", "neighbour_kind", "outgoing", "order", "relations", "kinds"}
"""Parameters whose values are of a closed set, each of which asks in another way."""

EACH = 4
"""So many of the questions that are alike are asked again."""


class Exchange(NamedTuple):
    """One request, and its answer's status and body."""

    method: str
    target: str
    body: bytes
    status: int
    answer: bytes

    @property
    def key(self) -> tuple[str, str, bytes]:
        """What was asked."""
        return self.method, self.target, self.body


class Recorder:
    """An application that notes what is asked of another one, and answered."""

    def __init__(self, app: ASGIApp, heard: list[Exchange]) -> None:
        self.app, self.heard = app, heard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not GRAPH.match(scope["path"]):
            await self.app(scope, receive, send)
            return
        asked, answered, status = bytearray(), bytearray(), 0
        whole = gone = False

        async def hear() -> Message:
            nonlocal gone
            message = await receive()
            gone = gone or (message["type"] == "http.disconnect" and not whole)
            asked.extend(message.get("body", b""))
            return message

        async def say(message: Message) -> None:
            nonlocal status, whole
            status = message.get("status", status)
            answered.extend(message.get("body", b""))
            whole = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        await self.app(scope, hear, say)
        if gone:  # the page called it off
            return
        parts = [scope["raw_path"].decode("ascii"), scope["query_string"].decode("ascii")]
        target = "?".join(part for part in parts if part)
        self.heard.append(Exchange(scope["method"], target, bytes(asked), status, bytes(answered)))


def alike(exchange: Exchange) -> tuple[str, ...]:
    """Give what questions have in common that differ only in the entity they are about, or in the time."""
    path, _, query = exchange.target.partition("?")
    room, *rest = path.removeprefix("/api/v1/").split("/")
    if room not in {"entities", "graph", "timeline", "edges", "evidence", "paths"}:
        return (exchange.method, exchange.target, exchange.body.decode())
    named = parse_qsl(query, keep_blank_values=True)
    asked = sorted(f"{name}={value if name in WORDS else ''}" for name, value in named)
    told = sorted(json.loads(exchange.body)) if exchange.body else []
    kind = [*rest[:1], *rest[2:4]] if room == "entities" else []
    return (exchange.method, room, *kind, *asked, *told)


def differences(client: TestClient, heard: Iterable[Exchange]) -> tuple[int, list[str]]:
    """Ask again, each once, and say how much that was and what was answered differently.

    A server plans a statement anew for each entity, so that of questions alike a few are asked.
    """
    once = {exchange.key: exchange for exchange in heard}
    groups: dict[tuple[str, ...], list[Exchange]] = {}
    for exchange in once.values():
        groups.setdefault(alike(exchange), []).append(exchange)
    asked = [exchange for group in groups.values() for exchange in group[:: max(1, len(group) // EACH)][:EACH]]
    found = []
    for exchange in asked:
        headers = {"Content-Type": "application/json"}
        again = client.request(exchange.method, exchange.target, content=exchange.body, headers=headers)
        limit = LIMIT.search(exchange.body)
        most = int(limit[1]) if limit else None
        if (again.status_code, shown(again.content, most)) != (exchange.status, shown(exchange.answer, most)):
            before, now = exchange.answer[:2000], again.content[:2000]
            found.append(f"{exchange.key}\n{exchange.status} {before!r}\n{again.status_code} {now!r}")
    return len(asked), found


def shown(answer: bytes, most: int | None) -> Any:
    """Give an answer without what a statement leaves open.

    Args:
        answer: The body.
        most: How many rows the statement allows: where there were more, which of equals are among them is open.
    """
    try:
        told = json.loads(answer)
    except ValueError:
        return answer
    if isinstance(told, dict) and isinstance(told.get("rows"), list):
        rows = sorted(json.dumps(row, sort_keys=True) for row in told["rows"])
        told["rows"] = rows if most is None or len(rows) < most else len(rows)
    return told
