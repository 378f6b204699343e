"""Values of the parameters of stored queries: how they are read, and how they are written into a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from graphhunt.errors import UsageError
from graphhunt.questions.parameter import TYPES
from graphhunt.times import micros, span

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AGO = re.compile(r"-\s*(\d+\s*[smhdw])")


class Given(NamedTuple):
    """A value of a parameter, and whether the caller gave it: a default is part of the query."""

    value: Any
    own: bool


def _moment(value: Any) -> datetime:
    """Read a time: a datetime (UTC if it names no zone), ISO text, or what is that long ago (`-2d`, -2 for days)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return datetime.now(UTC) + timedelta(days=value)
    if isinstance(value, str) and (ago := _AGO.fullmatch(value.strip())):
        return datetime.now(UTC) - timedelta(microseconds=span(ago[1]))
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return _EPOCH + timedelta(microseconds=micros(str(value)) or 0)


def _list(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return list(value) if isinstance(value, Iterable) else [value]


_READERS: dict[str, Callable[[Any], Any]] = {
    "datetime": _moment, "list": _list, "int": TYPES["int"], "float": TYPES["float"], "bool": TYPES["bool"],
    "map": lambda value: value,
}  # fmt: skip


def read_value(kind: str, name: str, value: Any) -> Any:
    """Turn a value into a parameter's type.

    Raises:
        UsageError: It can't be.
    """
    if value is None:
        return None
    try:
        return _READERS.get(kind, str)(value)
    except UsageError as error:
        raise UsageError(f"{name}: {error.message}", hint=error.hint) from error
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise UsageError(f"{value!r} is not a value of {name} ({kind})") from error


def written(given: Given, quote: str) -> str:
    """Write a value into a text; inside quotes it can't end them.

    Args:
        given: The value.
        quote: The quotation mark inside of which it comes to stand; empty for none.
    """
    value = given.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, list):
        return ", ".join(str(one) if isinstance(one, int | float) else _quoted(str(one), "'") for one in value)
    text = "" if value is None else str(value)
    return _inside(text, quote) if quote and given.own else text


def _inside(text: str, quote: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(quote, "\\" + quote)
    return escaped.replace("\n", "\\n").replace("\r", "\\r")


def _quoted(text: str, quote: str) -> str:
    return f"{quote}{_inside(text, quote)}{quote}"
