"""What a statement returns, read from its text: its columns, and the items they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphhunt.queries.tokens import Token, split_items, top_level

if TYPE_CHECKING:
    from collections.abc import Iterator

_AFTER_RETURN = frozenset({"ORDER", "SKIP", "OFFSET", "LIMIT", "UNION", "NEXT", ";"})


def columns_of(found: list[Token], text: str) -> list[str]:
    """Give the names of the columns that a statement returns, in order.

    Args:
        found: The tokens of the statement.
        text: The statement.
    """
    parts = list(returned_items(found))
    items = parts[-1] if parts else _yielded(found)
    return [column_name(item, text) for item in items if item[0].text != "*"]


def returned_items(found: list[Token]) -> Iterator[list[list[Token]]]:
    """Yield the items of each `RETURN` that gives rows to the caller; parts joined by UNION have one each."""
    begin: int | None = None
    for index, token in top_level(found):
        if index > 0 and (found[index - 1].upper == "AS" or found[index - 1].text == "."):
            continue  # a name, whatever keyword it is like
        if begin is not None and token.upper in _AFTER_RETURN:
            yield _items(found[begin:index])
            begin = None
        if token.kind == "word" and token.upper == "RETURN":
            begin = index + 1
    if begin is not None:
        yield _items(found[begin:])


def column_name(item: list[Token], text: str) -> str:
    """Give the name of the column of an item: what stands after AS, else the item as written."""
    if len(item) > 2 and item[-2].upper == "AS":
        return item[-1].text.strip("`")
    return text[item[0].start : item[-1].start] + item[-1].text


def _items(found: list[Token]) -> list[list[Token]]:
    return split_items(found[1:] if found and found[0].upper == "DISTINCT" else found)


def _yielded(found: list[Token]) -> list[list[Token]]:
    for index, token in top_level(found):
        if token.kind == "word" and token.upper == "YIELD":
            return split_items(found[index + 1 :])
    return []
