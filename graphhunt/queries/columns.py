"""The columns of a statement, read from its text."""

from __future__ import annotations

from graphhunt.queries.tokens import Token, split_items, top_level

_AFTER_RETURN = frozenset({"ORDER", "SKIP", "OFFSET", "LIMIT", "UNION"})


def columns_of(found: list[Token], text: str) -> list[str]:
    """Give the names of the columns that a statement returns, in order.

    Args:
        found: The tokens of the statement.
        text: The statement.
    """
    start = None
    for index, token in top_level(found):
        if token.kind == "word" and token.upper == "RETURN":
            start = index + 1
    if start is None:
        return _yielded(found, text)
    items = found[start:]
    if items and items[0].upper == "DISTINCT":
        items = items[1:]
    for index, token in top_level(items):
        if token.kind == "word" and token.upper in _AFTER_RETURN:
            items = items[:index]
            break
    return [_column_name(item, text) for item in split_items(items) if item[0].text != "*"]


def _yielded(found: list[Token], text: str) -> list[str]:
    for index, token in top_level(found):
        if token.kind == "word" and token.upper == "YIELD":
            return [_column_name(item, text) for item in split_items(found[index + 1 :])]
    return []


def _column_name(item: list[Token], text: str) -> str:
    if len(item) > 2 and item[-2].upper == "AS":
        return item[-1].text.strip("`")
    return text[item[0].start : item[-1].start] + item[-1].text
