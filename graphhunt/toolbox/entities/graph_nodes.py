"""Nodes of the graph as rows, and how properties of a node and of an entity become each other.

A row is `{"kind": label, "id": key, "properties": {…}}`, as `hunt.entity` gives it; times are integer microseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from graphhunt.errors import UsageError
from graphhunt.schema import NODES, TIMES
from graphhunt.times import micros

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HINT = "a row has kind, id and properties"


class Field(NamedTuple):
    """One property of a node and the property of an entity that says the same.

    Attributes:
        column: The node's property; `id` is its key.
        path: The entity's property, with dots into entities that it holds.
        read: Makes the entity's value of the node's.
        write: Makes the node's value of the entity's.
    """

    column: str
    path: str
    read: Callable[[Any], Any] = lambda value: value
    write: Callable[[Any], Any] = lambda value: value


def moment(time: Any) -> Any:
    """Give microseconds as an aware datetime; a number outside the years 1 to 9999 stays as it is."""
    try:
        return _EPOCH + timedelta(microseconds=time)
    except (OverflowError, TypeError):
        return time


def microseconds(value: Any) -> Any:
    """Give a datetime or ISO text as microseconds; what isn't a time stays as it is."""
    if isinstance(value, datetime) and value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    try:
        return micros(value)
    except UsageError:
        return value


def whole(value: Any) -> Any:
    """Give a number written as decimal or hexadecimal text; what isn't one stays as it is."""
    try:
        return int(value, 0) if isinstance(value, str) else int(value)
    except (ValueError, TypeError):
        return value


def row_of(node: Any) -> dict[str, Any]:
    """Give a node as a row: one already, a flat mapping with `label`, or a node of the `neo4j` driver or of py2neo.

    Raises:
        UsageError: It isn't a node, or of no known label.
    """
    labels = getattr(node, "labels", None)
    if labels is None and not isinstance(node, Mapping):
        raise UsageError(f"{str(node)[:80]!r} is no node of the graph", hint=_HINT)
    held = None if labels is not None else node.get("properties")
    if labels is not None:
        kind = next((str(label) for label in labels if str(label) in NODES), None)
    else:
        kind = node.get("kind") or node.get("label")
    if isinstance(held, Mapping):
        properties, extra = dict(held), node.get("other")
    else:
        flat = {str(name): value for name, value in dict(node).items()}
        properties, extra = {name: flat[name] for name in flat if name not in {"kind", "label"}}, None
    if kind not in NODES:
        raise UsageError(f"{str(kind or node)[:80]!r} is no node of the graph", hint=_HINT)
    key = properties.pop("id", None)
    key = node["id"] if isinstance(held, Mapping) and "id" in node else key
    row = {"kind": kind, "id": key, "properties": {name: _plain(name, value) for name, value in properties.items()}}
    row["properties"] = {name: value for name, value in row["properties"].items() if value is not None}
    return row | ({"other": dict(extra)} if extra else {})


def _plain(name: str, value: Any) -> Any:
    return microseconds(value) if name in TIMES and isinstance(value, str | datetime) else value
