"""Work that is worth doing only as long as somebody waits for its answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

T = TypeVar("T")

_LOOK = 0.1
"""Seconds between two looks at whether the caller is still there."""


async def while_wanted(request: Request, work: Callable[[], T], stop: threading.Event) -> T:
    """Run work in a thread; set `stop` as soon as the caller has hung up.

    Args:
        request: Whose answer it is; its body has been read.
        work: What to do; it looks at `stop` and ends with any error when that is set.
        stop: Set when nobody waits any more.
    """
    running = asyncio.ensure_future(run_in_threadpool(work))
    try:
        while not (await asyncio.wait({running}, timeout=_LOOK))[0]:
            if await request.is_disconnected():
                stop.set()
        return await running
    finally:
        stop.set()
