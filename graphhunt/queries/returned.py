"""Which columns of an analyst's statement are times, so that they can be written as such."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.queries.columns import column_name, returned_items
from graphhunt.queries.tokens import Token, tokens
from graphhunt.schema import TIMES
from graphhunt.times import dated, iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NAMES = ("word", "quoted")


def dated_rows(cypher: str, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give rows with times as ISO 8601 text: those in nodes and relationships, and of columns known to be times.

    A number is a time only where the statement returns a time property of a variable (`RETURN p.start`): what is
    computed may be anything, whatever it is called.
    """
    times = returned_times(cypher)
    return [{name: _written(value, time=name in times) for name, value in row.items()} for row in rows]


def _written(value: Any, *, time: bool) -> Any:
    return iso(value) if time and isinstance(value, int) and not isinstance(value, bool) else dated(value, times=TIMES)


def returned_times(cypher: str) -> frozenset[str]:
    """Name the columns of a statement that are a time property of a variable in every one of its parts."""
    parts = [
        frozenset(column_name(item, cypher) for item in items if _is_time(item))
        for items in returned_items(list(tokens(cypher)))
    ]
    return frozenset.intersection(*parts) if parts else frozenset()


def _is_time(item: list[Token]) -> bool:
    """Tell whether an item is a time property of a variable, under its own name or another."""
    if len(item) not in (3, 5) or any(item[place].kind not in _NAMES for place in (0, 2, -1)):
        return False
    named = len(item) == 3 or item[3].upper == "AS"
    return named and item[1].text == "." and item[2].text.strip("`") in TIMES
