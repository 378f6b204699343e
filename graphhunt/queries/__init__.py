"""The query library: every `.cypher` file becomes a checked, typed, documented function.

One file holds one query; its header states what it does, its parameters and its columns. A query is a file, its
values are parameters; only `store/statements.py` makes statements, of the schema's names.
"""

from __future__ import annotations

from graphhunt.queries.library import Library, Namespace, library, load_query
from graphhunt.queries.query import Column, Param, Query

__all__ = [
    "Column",
    "Library",
    "Namespace",
    "Param",
    "Query",
    "library",
    "load_query",
]
