"""Puts what a tool kept of a Windows event back into an event."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from graphhunt.model import Rejected

from .. import _times
from .. import _values as v
from .._windows_event import Event, channel_of, is_refused
from .._windows_flat import event_id

NO_ID = Rejected("no Windows event id")


class Fields(NamedTuple):
    """What tools keep of an event; what they don't is None.

    Attributes:
        number: The event id.
        channel: The channel's full name, or the short one.
        provider: The provider's name.
        time: When it was logged, and whether its zone is known.
        computer: The machine that logged it.
        data: Its data by name.
        record: Its number in its channel.
        keywords: Its keywords, as a mask or by name.
        pid: The process that logged it.
        user_sid: The account it was logged under.
        message: Its rendered message.
    """

    number: object
    channel: object
    provider: object
    time: _times.Time | None
    computer: object
    data: dict[str, Any]
    record: object = None
    keywords: object = None
    pid: object = None
    user_sid: object = None
    message: object = None


def event(fields: Fields) -> Event | Rejected:
    """Make an event of what stands in a tool's own fields; rejected if none is its id."""
    code = event_id(fields.number)
    if code is None:
        return NO_ID
    provider, time = (v.text(fields.provider) or "").lower(), fields.time
    return Event(
        channel_of(v.text(fields.channel), provider),
        code,
        time[0] if time else None,
        v.text(fields.computer),
        fields.data,
        provider,
        guessed=time is not None and not time[1],
        message=v.text(fields.message),
        sid=v.sid(fields.user_sid),
        pid=v.pid(fields.pid),
        refused=is_refused(fields.keywords),
        record=v.text(fields.record),
        times={"TimeCreated": time[0]} if time else {},
        time_field="TimeCreated",
    )


def utc(value: object) -> _times.Time | None:
    """Read a time that its tool writes in UTC without saying so."""
    time = _times.read(value)
    return (time[0], True) if time else None


def named_values(listed: object) -> dict[str, Any]:
    """Read `[{"@Name": …, "#text": …}]`, the form of data in JSON made of XML; one alone needs no list."""
    found: dict[str, Any] = {}
    unnamed: list[Any] = []
    for each in listed if isinstance(listed, list) else [listed]:
        name = each.get("@Name") if isinstance(each, dict) else None
        value = each.get("#text") if isinstance(each, dict) else each
        if isinstance(name, str):
            found[name] = value
        elif value is not None:
            unnamed.append(value)
    return {**found, "Data": unnamed} if unnamed else found


def mapping(value: object) -> dict[str, Any]:
    """Give an object, also one that is written as JSON text; an empty one for anything else."""
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return {}
    return value if isinstance(value, dict) else {}
