"""Rows in parts: what a query gives becomes typed rows a thousand at a time and column by column.

A value at a time costs several times what the driver needs for a row; a column at a time costs about as much again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, repeat
from typing import Any, TypeVar

from graphhunt.entities.rows import Row, columns

R = TypeVar("R", bound=Row)
Part = dict[str, Sequence[Any]]
"""Some rows of one kind: the values of each field."""

SIZE = 1_000
"""Rows in a part: as many as the driver fetches at once."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parts(rows: Iterable[dict[str, Any]]) -> Iterator[Part]:
    """Lay rows that have the same fields in the same order out as columns, `SIZE` rows at a time."""
    left = iter(rows)
    while some := list(islice(left, SIZE)):
        yield dict(zip(some[0], zip(*(row.values() for row in some), strict=True), strict=True))


def typed(kind: type[R], part: Part) -> Iterator[R]:
    """Make typed rows of a part; times that are numbers yet become datetimes, and fields it lacks None.

    Raises:
        TypeError: The part has a field that the kind has not.
    """
    known = columns(kind)
    strange = part.keys() - {column.field for column in known}
    if strange:
        raise TypeError(f"{kind.__name__} has no field {min(strange)}")
    laid = [_values(part[field], form) if field in part else repeat(None) for _, field, form in known]
    return map(kind, *laid)


def moments(values: Sequence[Any]) -> Sequence[Any]:
    """Turn microseconds UTC into aware datetimes; what is none stays."""
    return [_EPOCH + timedelta(0, 0, value) if type(value) is int else value for value in values]


def _values(values: Sequence[Any], form: str) -> Sequence[Any]:
    return moments(values) if form == "datetime" else values
