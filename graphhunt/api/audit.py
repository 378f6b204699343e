"""What the audit log tells of a request: what was asked for and what was to change, without secrets."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Scope

MASK = "********"
"""Stands in place of a secret."""

_SECRET = ("password", "secret", "token")
_NAMED = {
    "signIn": ("name", "password"),
    "addUser": ("name", "password", "roles"),
    "editUser": ("password", "roles", "disabled"),
}
"""Of these operations only these members are told: a password that was sent under a wrong name is one all the same."""


def detail(scope: Scope, operation: str) -> str:
    """Give the query string and the body of a request as one JSON text; empty if it has neither."""
    told: dict[str, Any] = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    text = b"".join(scope["state"].get("body", ()))
    if text:
        told |= _members(text)
    if operation in _NAMED:
        told = {name: told[name] for name in _NAMED[operation] if name in told}
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
