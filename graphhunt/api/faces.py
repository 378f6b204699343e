"""Times at the HTTP face: ISO 8601, UTC, microseconds and `Z` outside; integer microseconds inside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
TIME_NAMES = frozenset({
    "first_seen", "last_seen", "start", "end", "first", "last", "time", "created", "changed", "written", "first_used",
    "last_used",
})  # fmt: skip
"""Names of properties that are times."""

_JSON_TIME = {"type": "string", "format": "date-time", "examples": ["2020-10-19T04:21:15.000000Z"]}
_WIDEST = 1 << 62


def to_iso(microseconds: int | None) -> str | None:
    """Write microseconds since the epoch as ISO 8601 with `Z`; None stays None.

    A number outside the years 1 to 9999 (a damaged record) is given as its digits.
    """
    if microseconds is None:
        return None
    try:
        moment = _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return str(microseconds)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def from_iso(text: str | float) -> int:
    """Read an ISO 8601 time with a zone, or integer microseconds, as microseconds since the epoch.

    Raises:
        ValueError: if the text is no such time or has no zone.
    """
    if isinstance(text, int | float) or text.lstrip("-").isdigit():
        return max(-_WIDEST, min(int(text), _WIDEST))
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        raise ValueError("a time needs a zone: write 2020-10-19T04:21:15Z")
    return (moment - _EPOCH) // _MICROSECOND


def face(value: Any, name: str = "") -> Any:
    """Give a value with its times written out: those of properties known to be times, at any depth."""
    if isinstance(value, Mapping):
        return {str(key): face(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [face(item, name) for item in value]
    if name in TIME_NAMES and isinstance(value, int) and not isinstance(value, bool):
        return to_iso(value)
    return value


Time = Annotated[
    int,
    BeforeValidator(from_iso),
    PlainSerializer(to_iso, return_type=str),
    WithJsonSchema(_JSON_TIME, mode="serialization"),
]
"""A time in a response."""

TimeIn = Annotated[int, BeforeValidator(from_iso), WithJsonSchema(_JSON_TIME)]
"""A time in a request."""

Properties = Annotated[dict[str, Any], PlainSerializer(face, return_type=dict[str, Any])]
"""Free properties of a node or relationship in a response."""
