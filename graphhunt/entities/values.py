"""The values that the methods' parameters may have, and how they are read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from graphhunt import ids
from graphhunt.errors import UsageError

PORTS = {
    "FTP": 21, "SSH": 22, "TELNET": 23, "SMTP": 25, "HTTP": 80, "POP3": 110, "HTTPS": 443, "RDP": 3389,
}  # fmt: skip
"""Services that can be named instead of a port (IANA service name registry)."""

PROTOCOLS = ("ICMP", "IGMP", "RFCOMM", "TCP", "RDP", "UDP", "ICMPV6", "RM")
"""Protocols of communications. RDP is not one of the network layer: it means port 3389."""

IP_TYPES = ("Public", "Private")
DIRECTIONS = ("Incoming", "Outgoing")
EXECUTION_OPERATIONS = ("create", "kill", "thread", "load")
FILE_OPERATIONS = ("create", "modify", "delete", "rename", "folder", "newcmp", "opencmp", "access", "script")
REGISTRY_OPERATIONS = ("create", "modify", "access")
ATTRIBUTES = ("ATTR_REMOTE", "ATTR_EXTERNAL", "ATTR_FRESHUNKNOWN", "ATTR_LANSHARED")
ALLOWED = "userallowed"
"""The kind that stands for an act, not for a program: somebody let run what a product had stopped."""


def listed(value: Any) -> list[Any]:
    """Give one value or several as a list without repeats; None as an empty one.

    An entity, or a node of a graph library, is one value although it can be iterated over.
    """
    if value is None:
        return []
    if isinstance(value, str | bytes) or not isinstance(value, Iterable) or hasattr(value, "keys"):
        return [value]
    return [value] if hasattr(value, "anchor") else list(dict.fromkeys(value))


def chosen(name: str, value: Any, valid: Iterable[str]) -> list[str] | None:
    """Give the values asked for in their official spelling; None when nothing is asked for.

    Args:
        name: The parameter, for the error.
        value: One value or a list; case doesn't matter.
        valid: The official spellings.

    Raises:
        UsageError: A value isn't one of the valid ones; the error lists them.
    """
    if value is None:
        return None
    known = {item.casefold(): item for item in valid}
    for item in listed(value):
        if not isinstance(item, str) or item.casefold() not in known:
            raise UsageError(f"{item!r} is not a value of {name}", hint="one of " + ", ".join(known.values()))
    return [known[item.casefold()] for item in listed(value)]


def attributes(value: Any) -> list[str] | None:
    """Give attributes asked for, also those joined as `ATTR_REMOTE|ATTR_LANSHARED`; None when none are asked for.

    Raises:
        UsageError: A value isn't an attribute; the error lists them.
    """
    if value is None:
        return None
    parts = [text for item in listed(value) for text in (item.split("|") if isinstance(item, str) else [item])]
    return chosen("attributes", [text.strip() if isinstance(text, str) else text for text in parts], ATTRIBUTES)


def either(name: str, value: Any, other_name: str, other: Any) -> Any:
    """Give the value of a parameter that has two names.

    Raises:
        UsageError: Both are given.
    """
    if value is not None and other is not None:
        raise UsageError(f"{name} and {other_name} are the same parameter", hint="give one of them")
    return other if value is None else value


def ports(value: Any) -> list[int] | None:
    """Give port numbers of numbers and service names; None when none are asked for.

    Raises:
        UsageError: A value is neither a port nor a known name.
    """
    if value is None:
        return None
    return [_port(item) for item in listed(value)]


def _port(item: Any) -> int:
    text = str(item).strip().upper()
    if text in PORTS:
        return PORTS[text]
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise UsageError(f"{item!r} is not a value of port", hint="a number up to 65535 or one of " + ", ".join(PORTS))
    return int(text)


def addresses(value: Any) -> list[str] | None:
    """Give addresses in their canonical form; None when none are asked for.

    Raises:
        UsageError: A value isn't an address.
    """
    if value is None:
        return None
    found = []
    for item in listed(value):
        text = getattr(item, "address", item)
        address = ids.address(str(text))
        if address is None:
            raise UsageError(f"{item!r} is not an address", hint="such as 10.10.10.5 or fe80::1")
        found.append(address)
    return found


def rows_at_most(value: int | None) -> int | None:
    """Give a number of rows back; None for all.

    Raises:
        UsageError: It is negative or no number.
    """
    if value is not None and (not isinstance(value, int) or value < 0):
        raise UsageError(f"{value!r} is not a number of rows")
    return value


@cache
def program_kinds() -> Mapping[str, tuple[str, ...]]:
    """Give the names of programs by kind, from the maintained file `program_kinds.json`."""
    text = resources.files("graphhunt.entities").joinpath("program_kinds.json").read_text("utf-8")
    return {kind: tuple(entry["programs"]) for kind, entry in json.loads(text)["kinds"].items()}


def programs(kind: Any) -> list[str] | None:
    """Give the programs that `kind` (one or several) stands for, without those of `userallowed`; None for any.

    Raises:
        UsageError: There is no such kind.
    """
    kinds = chosen("kind", kind, [*program_kinds(), ALLOWED])
    if kinds is None:
        return None
    return sorted({name for item in kinds if item != ALLOWED for name in program_kinds()[item]})


def wants_allowed(kind: Any) -> bool:
    """Tell whether `kind` asks for what a user allowed."""
    return ALLOWED in (chosen("kind", kind, [*program_kinds(), ALLOWED]) or ())


def ability(hunt: object, name: str) -> Any:
    """Give a method of the hunt that goes beyond reading its graph, such as `paths` and `evidence`.

    Raises:
        UsageError: The hunt is a bare database.
    """
    found = getattr(hunt, name, None)
    if found is None:
        raise UsageError(f"this hunt can't give {name}: it has a graph and nothing else", hint="open a workspace")
    return found
