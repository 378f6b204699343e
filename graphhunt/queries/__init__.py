"""The query library: every `.cypher` file becomes a checked, typed, documented function.

One file holds one query; its header states what it does, its parameters and its columns. Nothing in graphhunt
builds Cypher from strings: a query is a file, its values are parameters.
"""

from __future__ import annotations

from graphhunt.queries.library import Library, Namespace, library, load_query
from graphhunt.queries.query import Column, Param, Query
from graphhunt.queries.writers import (
    create_nodes,
    create_relationships,
    delete_nodes,
    delete_relationships,
    known_relationships,
    merge_nodes,
    schema_queries,
    update_relationships,
)

__all__ = [
    "Column",
    "Library",
    "Namespace",
    "Param",
    "Query",
    "create_nodes",
    "create_relationships",
    "delete_nodes",
    "delete_relationships",
    "known_relationships",
    "library",
    "load_query",
    "merge_nodes",
    "schema_queries",
    "update_relationships",
]
