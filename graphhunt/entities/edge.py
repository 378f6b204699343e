"""Relationships of a part of the graph, and how its nodes are named."""

from __future__ import annotations

from typing import Any, NamedTuple

Key = tuple[str, str]
"""A node's label and id."""


class Edge(NamedTuple):
    """A relationship: its type, id, both ends as (label, id), and its properties."""

    type: str
    id: str
    start: Key
    end: Key
    properties: dict[str, Any]
