"""Bodies of requests are bounded before anything reads them: in bytes, in time and in nesting.

This stands in front of the gate that asks who is there, because a body costs memory whoever sends it. A body that is
announced too large is answered at once; one that comes in chunks is counted, and answered when it passes the limit.
"""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphhunt.api.problems import Problem, problem

STREAMED = frozenset({("POST", "/api/v1/uploads")})
"""Routes that write their body to disk as it comes; they have a limit of their own, after the question who asks."""

SMALL = {("POST", "/api/v1/session"): 16 * 2**10}
"""Most bytes of a body that anybody may send: the longest name and password, every character escaped, fit."""

BODY_BYTES = 2 * 2**20
"""Most bytes of any other body, where the settings don't say otherwise."""

MAX_DEPTH = 64
"""Lists and objects that may be open at once in a body: deeper nesting only serves to overflow a parser."""

SLOWEST = 4096
"""Bytes a second that prolong the time a body may take, so that a large upload over a slow line still arrives."""

HEAD_BYTES = 64 * 2**10
"""Most bytes of a request's first line and headers; the longest id of an entity, escaped, fits."""

_LINGER_SECONDS, _LINGER_BYTES = 2.0, 16 * 2**20
_GONE: Message = {"type": "http.disconnect"}
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_BRACKETS = b"[]{}"
_NO_BRACKETS = bytes(set(range(256)) - set(_BRACKETS))


class Bodies:
    """ASGI middleware that refuses bodies which are too large (413), too slow (408) or nested too deep (400).

    Args:
        app: The application behind it.
        most: Most bytes of a body, but for the routes of STREAMED and SMALL.
        patience: Seconds a body may take, and one more for every SLOWEST bytes of it.
    """

    def __init__(self, app: ASGIApp, most: int = BODY_BYTES, patience: float = 30.0) -> None:
        self.app = app
        self.most = most
        self.patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its body measured, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        key = (str(scope["method"]), str(scope["path"]))
        most = None if key in STREAMED else SMALL.get(key, self.most)
        body = _Body(scope, receive, send, most, self.patience)
        if not await body.announced_too_large():
            await self.app(scope, body.receive, body.send)


class _Body:
    """One request's body on its way in, and the answer on its way out.

    An answer that is given before the body was read ends the connection. What is still on its way is thrown away for
    a moment first: closing at once would make the caller's system drop the answer unread.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send, most: int | None, patience: float) -> None:
        headers = Headers(scope=scope)
        self._scope, self._receive, self._send = scope, receive, send
        self._most, self._patience = most, patience
        self._length = _number(headers.get("content-length"))
        self._whole = not self._length and "transfer-encoding" not in headers
        self._size, self._waited = 0, 0.0
        self._refused = self._started = False
        self._turn = asyncio.Lock()
        self._parts: list[bytes] = []
        scope["state"] = {**scope.get("state", {}), "body": self._parts}

    async def announced_too_large(self) -> bool:
        """Refuse a body whose announced length is over the limit; tell whether it was."""
        if self._most is None or self._length <= self._most:
            return False
        await self._refuse(self._too_large(self._most))
        return True

    async def receive(self) -> Message:
        """Give the next part; that the caller is gone once the body was refused."""
        if self._refused or (self._started and not self._whole):
            return _GONE
        if self._whole:
            return await self._receive()
        try:
            message = await self._next()
        except TimeoutError:
            await self._refuse(self._problem(408, "The body of the request did not arrive in time.", "slow"))
            return _GONE
        fault = self._fault(message)
        if fault is not None:
            await self._refuse(fault)
            return _GONE
        return message

    async def _next(self) -> Message:
        """Wait for the next part, as long as the body may still take."""
        begin = time.monotonic()
        try:
            async with asyncio.timeout(self._patience + self._size / SLOWEST - self._waited), self._turn:
                message = await self._receive()
        finally:
            self._waited += time.monotonic() - begin
        self._size += len(message.get("body", b""))
        self._whole = message["type"] == _GONE["type"] or not message.get("more_body", False)
        return message

    def _fault(self, message: Message) -> Problem | None:
        """Say what is wrong with the body so far; a streamed one is measured where it is written."""
        if self._most is None:
            return None
        if self._size > self._most:
            return self._too_large(self._most)
        self._parts.append(message.get("body", b""))
        if self._whole and _depth(self._parts) > MAX_DEPTH:
            detail = f"The body of a request may have {MAX_DEPTH} lists and objects inside each other."
            return self._problem(400, detail, "nesting")
        return None

    def _too_large(self, most: int) -> Problem:
        return self._problem(413, f"The body of this request may have {most:,} bytes.", "limit")

    def _problem(self, status: int, detail: str, kind: str) -> Problem:
        return problem(status, detail, kind=kind, instance=str(self._scope["path"]))

    async def _refuse(self, answer: Problem) -> None:
        """Answer in the application's place, unless it has begun its own answer."""
        self._parts.clear()
        self._refused = True
        if not self._started:
            self._started = True
            await answer(self._scope, self._receive, self._answer)

    async def send(self, message: Message) -> None:
        """Pass a part of the application's answer on, unless the body was refused."""
        if not self._refused:
            self._started = True
            await self._answer(message)

    async def _answer(self, message: Message) -> None:
        if self._whole:
            await self._send(message)
        elif message["type"] == "http.response.start":
            await self._send({**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]})
        elif message.get("more_body", False):
            await self._send(message)
        else:
            await self._send({**message, "more_body": True})
            await self._drain()
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _drain(self) -> None:
        """Throw away what the caller still sends, for a moment."""
        dropped = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_SECONDS):
                while dropped < _LINGER_BYTES:
                    async with self._turn:
                        message = await self._receive()
                    dropped += len(message.get("body", b""))
                    if message["type"] == _GONE["type"] or not message.get("more_body", False):
                        return


def _number(text: str | None) -> int:
    """Read a length; the server has refused one that is no number."""
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _depth(parts: list[bytes]) -> int:
    """Count how many lists and objects of a JSON text are open at once, at most."""
    if sum(part.count(b"[") + part.count(b"{") for part in parts) <= MAX_DEPTH:
        return 0
    deepest = depth = 0
    for bracket in _STRINGS.sub(b"", b"".join(parts)).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest
