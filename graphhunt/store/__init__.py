"""The store layer: one API over the embedded engine and Neo4j, both through the official driver."""

from __future__ import annotations

from graphhunt.store.analyst import Table
from graphhunt.store.store import Store, import_link, open_store
from graphhunt.store.transport import Summary

__all__ = ["Store", "Summary", "Table", "import_link", "open_store"]
