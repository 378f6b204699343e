"""Work is worth doing only as long as somebody waits for its answer."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphhunt.attention import Attention, waited_for

_GONE: Message = {"type": "http.disconnect"}


class Attentive:
    """ASGI middleware that notices when a caller hangs up, so that what is done for them ends.

    The work of a request, in the threads it runs in too, finds the caller through `graphhunt.attention`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and listen to its connection meanwhile."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        line = _Line(receive, send)
        listening = asyncio.create_task(line.listen())
        try:
            with waited_for(line.caller):
                await self.app(scope, line.receive, line.send)
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening


class _Line:
    """The connection of one request; a part of its body is taken only when the part before was read."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self.caller = Attention()
        self._receive = receive
        self._send = send
        self._parts: asyncio.Queue[Message] = asyncio.Queue(1)
        self._gone = self._answered = False

    async def listen(self) -> None:
        """Read the connection to its end."""
        while not self._gone:
            message = await self._receive()
            if message["type"] == _GONE["type"]:
                self._gone = True
                if not self._answered:
                    self.caller.lose()
            await self._parts.put(message)

    async def receive(self) -> Message:
        """Give the next message; that the caller is gone is said as often as it is asked."""
        return _GONE if self._gone and self._parts.empty() else await self._parts.get()

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on."""
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self._answered = True
        await self._send(message)
