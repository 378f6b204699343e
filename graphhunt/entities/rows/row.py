"""What all rows have in common: columns in order, each of a kind."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, NamedTuple

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Column(NamedTuple):
    """A column of a table: its name, the field it shows, and its kind (`datetime`, `date`, `int`, …)."""

    name: str
    field: str
    kind: str


@dataclass(slots=True)
class Row:
    """One row of a result; `entity_fields` says which fields name entities to go on with."""

    entity_fields: ClassVar[dict[str, str]] = {}


_COLUMNS: dict[str, tuple[Column, ...]] = {}
"""The columns of each kind worked out so far, by its name: mypy takes classes of rows for unhashable."""


def columns(kind: type[Row]) -> tuple[Column, ...]:
    """List the columns of a kind of row, in order."""
    name = kind.__name__
    if name not in _COLUMNS:
        _COLUMNS[name] = tuple(Column(_title(field.name), field.name, _kind(field.type)) for field in fields(kind))
    return _COLUMNS[name]


def _title(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _kind(annotation: Any) -> str:
    return str(annotation).split(" |", 1)[0].split("[", 1)[0]


def moment(value: int | None) -> datetime | None:
    """Turn microseconds UTC into an aware datetime."""
    return None if value is None else _EPOCH + timedelta(0, 0, value)
