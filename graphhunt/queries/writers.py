"""Finds the load query for a label or relationship type; labels can't be parameters on the embedded engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphhunt.queries.library import library

if TYPE_CHECKING:
    from graphhunt.queries.query import Query


def create_nodes(label: str) -> Query:
    """Query that adds nodes known to be new; rows: `{id, props}`."""
    return library()[f"load/create_{label.lower()}"]


def merge_nodes(label: str) -> Query:
    """Query that adds or updates nodes; rows: `{id, props}`."""
    return library()[f"load/merge_{label.lower()}"]


def delete_nodes(label: str) -> Query:
    """Query that deletes nodes with their relationships; `ids`."""
    return library()[f"load/delete_{label.lower()}"]


def create_relationships(kind: str, start: str, end: str) -> Query:
    """Query that adds relationships known to be new; rows: `{start, end, id, props}`."""
    return library()[f"load/create_{kind.lower()}_{start.lower()}_{end.lower()}"]


def known_relationships(kind: str) -> Query:
    """Query that tells which relationships are there; `ids`."""
    return library()[f"load/known_{kind.lower()}"]


def update_relationships(kind: str) -> Query:
    """Query that sets properties of relationships that are there; `ids`, `props` by id."""
    return library()[f"load/update_{kind.lower()}"]


def delete_relationships(kind: str) -> Query:
    """Query that deletes relationships; `ids`."""
    return library()[f"load/delete_{kind.lower()}"]


def schema_queries() -> list[Query]:
    """Every constraint and index, constraints first, in a steady order."""
    found = [library()[name] for name in library().names("schema/")]
    return sorted(found, key=lambda query: (not query.name.endswith("_id"), query.name))
