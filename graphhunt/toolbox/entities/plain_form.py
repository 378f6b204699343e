"""Entities as plain values, as JSON has them, and values of rows without the many forms of nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Protocol

import pandas as pd


class Event(Protocol):
    """An event to read columns of: a dictionary, or a row of a frame."""

    def get(self, key: str, /) -> Any:
        """Give a column; None if there is none."""
        ...

    def __contains__(self, key: object, /) -> bool: ...

    def __getitem__(self, key: Any, /) -> Any: ...


def known(value: Any) -> Any:
    """Give a value of a row; None for NaN, NaT, NA and empty text."""
    if value is pd.NA:
        return None
    if isinstance(value, float | datetime) and value != value:
        return None
    return None if isinstance(value, str) and not value else value


def plain(value: Any, above: tuple[tuple[int, dict[str, Any]], ...] = ()) -> Any:
    """Give a value as JSON can hold it.

    Args:
        value: An entity, or anything that one holds. Times become ISO 8601 text, members of enumerations their name.
        above: The entities that hold this one, by identity, with their plain forms: one that holds itself is named
            by `$ref` instead, and has `$id`.
    """
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if hasattr(value, "properties") and hasattr(value, "schema"):
        return _entity(value, above)
    if isinstance(value, Mapping):
        return {str(key): plain(item, above) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item, above) for item in value]
    return plain(value.item(), above) if hasattr(value, "item") else str(value)


def _entity(entity: Any, above: tuple[tuple[int, dict[str, Any]], ...]) -> dict[str, Any]:
    for depth, (identity, holder) in enumerate(above):
        if identity == id(entity):
            return {"$ref": holder.setdefault("$id", str(depth + 1))}
    form: dict[str, Any] = {}
    for name, held in entity.properties.items():
        form[name] = plain(held, (*above, (id(entity), form)))
    return form
