"""The types a query's header may name, and how a caller's value becomes one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from graphhunt.errors import QueryError
from graphhunt.times import micros

PYTHON_TYPES: dict[str, Any] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "datetime": int | datetime,
    "list[str]": list[str],
    "list[int]": list[int],
    "list[float]": list[float],
    "map": dict[str, Any],
    "rows": list[dict[str, Any]],
    "any": object,
}
"""Parameter types by the name a header gives them, with what Python callers may pass."""

COLUMN_TYPES = frozenset(PYTHON_TYPES) | {
    "node",
    "relationship",
    "path",
    "list[node]",
    "list[relationship]",
    "list[map]",
    "list[any]",
}
"""Types a column may have."""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    if not -(2**63) <= value < 2**63:
        raise ValueError("doesn't fit in 64 bits")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _time(value: Any) -> int | None:
    return micros(value) if isinstance(value, datetime) else _whole(value)


def _map(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError
    return dict(value)


def _many(one: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    def convert_all(value: Any) -> list[Any]:
        if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
            raise TypeError
        return [one(item) for item in value]

    return convert_all


def _rows(value: Any) -> list[Any]:
    # Rows come in millions and are made by graphhunt itself: looking into each would double the cost of a load.
    if not isinstance(value, list):
        raise TypeError
    return value


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "str": _text,
    "int": _whole,
    "float": _number,
    "bool": _truth,
    "datetime": _time,
    "list[str]": _many(_text),
    "list[int]": _many(_whole),
    "list[float]": _many(_number),
    "map": _map,
    "rows": _rows,
    "any": lambda value: value,
}


def convert(kind: str, value: Any, where: str) -> Any:
    """Turn a caller's value into what is sent to the database.

    Args:
        kind: Type name as in a header, without `?`.
        value: The value, not `None`. Times may be an int of microseconds or an aware `datetime`.
        where: Query and parameter, for the error text.

    Raises:
        QueryError: The value doesn't have that type.
    """
    try:
        return _CONVERTERS[kind](value)
    except (TypeError, ValueError) as error:
        reason = f": {error}" if str(error) else ""
        raise QueryError(f"a value must be {kind}, not {type(value).__name__}{reason}", where=where) from error
