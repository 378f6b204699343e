"""Times in the shapes of the HTTP interface: ISO 8601 outside, integer microseconds inside; see `graphhunt.times`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from graphhunt.errors import UsageError
from graphhunt.times import dated, iso, micros

_JSON_TIME = {"type": "string", "format": "date-time", "examples": ["2020-10-19T04:21:15.000000Z"]}


def _read(value: str | float) -> int | None:
    try:
        return micros(value)
    except UsageError as error:
        raise ValueError(str(error)) from error


Time = Annotated[
    int,
    BeforeValidator(_read),
    PlainSerializer(iso, return_type=str),
    WithJsonSchema(_JSON_TIME, mode="serialization"),
]
"""A time in a response."""

TimeIn = Annotated[int, BeforeValidator(_read), WithJsonSchema(_JSON_TIME)]
"""A time in a request."""

Properties = Annotated[dict[str, Any], PlainSerializer(dated, return_type=dict[str, Any])]
"""Free properties of a node or relationship in a response."""
