"""Shapes of the graph's tables."""

from __future__ import annotations

from typing import Any, Literal

from graphhunt.api.models import Shape, Total


class TableShape(Shape):
    """A table: a label's nodes or a type's relationships."""

    name: str
    of: Literal["node", "relationship"]
    rows: int
    columns: list[str]


class TablesAnswer(Shape):
    """Every table of the graph."""

    items: list[TableShape]


class TablePage(Shape):
    """A page of a table's rows, in the order of their ids."""

    items: list[dict[str, Any]]
    next_cursor: str | None
    total: Total
