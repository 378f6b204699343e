"""Which columns of an analyst's statement are times, so that they can be written as such."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.queries.tokens import Token, split_items, tokens, top_level
from graphhunt.schema import TIMES
from graphhunt.times import dated, iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_NAMES = ("word", "quoted")
_ENDS = frozenset({"ORDER", "SKIP", "OFFSET", "LIMIT", "UNION", "NEXT"})


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
    parts = [_times(cypher, part) for part in _returned(list(tokens(cypher)))]
    return frozenset.intersection(*parts) if parts else frozenset()


def _returned(found: list[Token]) -> Iterator[list[Token]]:
    """Yield the items of each `RETURN` that gives rows to the caller."""
    begin: int | None = None
    for index, token in top_level(found):
        named = index > 0 and (found[index - 1].upper == "AS" or found[index - 1].text == ".")
        word = "" if named else token.upper if token.kind == "word" else token.text
        if begin is not None and (word in _ENDS or word == ";"):
            yield found[begin:index]
            begin = None
        if word == "RETURN":
            begin = index + 1
    if begin is not None:
        yield found[begin:]


def _times(cypher: str, items: list[Token]) -> frozenset[str]:
    if items and items[0].upper == "DISTINCT":
        items = items[1:]
    return frozenset(name for item in split_items(items) if (name := _time_column(cypher, item)) is not None)


def _time_column(cypher: str, item: list[Token]) -> str | None:
    """Give the column's name of an item that is a time property of a variable; None of any other."""
    if len(item) not in (3, 5) or any(item[place].kind not in _NAMES for place in (0, 2, -1)):
        return None
    if item[1].text != "." or item[2].text.strip("`") not in TIMES or (len(item) == 5 and item[3].upper != "AS"):
        return None
    last = item[-1]
    return last.text.strip("`") if len(item) == 5 else cypher[item[0].start : last.start + len(last.text)]
