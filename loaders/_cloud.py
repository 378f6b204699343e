"""Read what records of cloud providers have in common: members of members, accounts, addresses, JSON kept as text."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from . import _values as v

_MOST_MEMBERS = 200
"""Members of a list that are looked at: an attacker may write lists of any length."""
_CODE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_LONGEST_CODE = 100


def code(product: str, name: str | None) -> str:
    """Give a fact's code: the product's own word for what happened, unless that is no word."""
    good = name is not None and len(name) <= _LONGEST_CODE and name != "" and _CODE.issuperset(name)
    return f"{product}/{name if good else 'other'}"


def part(value: object) -> dict[str, Any]:
    """Give an object, also one that is kept as text; an empty one for anything else."""
    if value.__class__ is str and value[:1] == "{":
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return {}
    return value if isinstance(value, dict) else {}


def dig(value: object, *path: str) -> object:
    """Follow a path of keys; None where it ends."""
    for key in path:
        value = part(value).get(key)
    return value


def members(value: object) -> list[dict[str, Any]]:
    """List the objects of a list, also of one that is kept as text."""
    if value.__class__ is str and value[:1] == "[":
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return []
    return [each for each in value[:_MOST_MEMBERS] if isinstance(each, dict)] if isinstance(value, list) else []


def named(user: str | None, realm: str | None) -> dict[str, Any]:
    """Give `user` and `domain` of an account: a UPN or address of mail stands for itself, another name in a realm."""
    return {"user": user, "domain": None if user is None or "@" in user else realm}


def prefixed(prefix: str, account: dict[str, Any]) -> dict[str, Any]:
    """Give an account's fields in another role, such as `target_user` and `target_domain`."""
    return {f"{prefix}_{name}": value for name, value in account.items()}


def address(value: object) -> tuple[str | None, int | None]:
    """Read `address`, `address:port` or `[address]:port`; (None, None) for the name of a service in its place."""
    clean = v.text(value)
    return _address(clean) if clean and len(clean) <= 64 else (None, None)


@lru_cache(maxsize=16384)
def _address(clean: str) -> tuple[str | None, int | None]:
    if clean[:1] == "[":
        host, _, port = clean[1:].partition("]")
        port = port.removeprefix(":")
    elif clean.count(":") == 1:
        host, _, port = clean.partition(":")
    else:
        host, port = clean, ""
    return (v.ip(host), v.port(port)) if v.is_address(host) else (None, None)
