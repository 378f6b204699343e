"""What the audit log tells of a request: what was asked for and what was to change, without secrets.

Who has not signed in can write little into it: of a sign-in no more than a name, and of those refused for too many
tries one line a minute for each address.
"""

from __future__ import annotations

import json
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Scope

from graphhunt.accounts.tries import network

MASK = "********"
"""Stands in place of a secret."""

_SECRET = ("password", "secret", "token")
_NAMED = {
    "signIn": ("name", "password"),
    "addUser": ("name", "password", "roles"),
    "editUser": ("password", "roles", "disabled"),
}
"""Of these operations only these members are told: a password that was sent under a wrong name is one all the same."""

_MAX_NAME = 64
_PAUSE = 60.0
_KEPT = 10_000


class SignIns:
    """Which sign-ins the log tells of; for one event loop.

    Args:
        clock: Gives seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._refused: OrderedDict[str, tuple[float, int]] = OrderedDict()  # by address: last told when, and since then

    def noted(self, operation: str, status: int, address: str) -> dict[str, int] | None:
        """Give what the log adds to a request, such as how many of an address were refused; None if it says nothing."""
        if operation != "signIn" or status not in (422, 429):
            return {}
        return self._counted(network(address)) if status == 429 else None

    def _counted(self, place: str) -> dict[str, int] | None:
        now = self._clock()
        last, count = self._refused.pop(place, (-math.inf, 0))
        due = now - last >= _PAUSE
        self._refused[place] = (now, 0) if due else (last, count + 1)
        while len(self._refused) > _KEPT:
            self._refused.popitem(last=False)
        return {"refused": count + 1} if due else None


def detail(scope: Scope, operation: str, more: Mapping[str, Any] | None = None) -> str:
    """Give the query string and the body of a request, and more, as one JSON text; empty if there is none of it."""
    told: dict[str, Any] = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    text = b"".join(scope["state"].get("body", ()))
    if text:
        told |= _members(text)
    if operation in _NAMED:
        told = {name: told[name] for name in _NAMED[operation] if name in told}
    if operation == "signIn" and "name" in told:
        told["name"] = str(told["name"])[:_MAX_NAME]
    told |= more or {}
    return json.dumps(_masked(told), ensure_ascii=False) if told else ""


def _members(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {"body": f"{len(text):,} bytes that are no JSON object"}


def _masked(value: Any) -> Any:
    """Give a value with every secret inside it hidden; bodies are nested only so deep."""
    if isinstance(value, dict):
        return {
            name: MASK if any(word in name.lower() for word in _SECRET) else _masked(inner)
            for name, inner in value.items()
        }
    return [_masked(inner) for inner in value] if isinstance(value, list) else value
