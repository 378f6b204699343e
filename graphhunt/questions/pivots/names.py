"""Names of all entities in memory, for search as you type over graphs too large to be read through each time.

Gives what `pivots.search` gives. The database has no index for a piece of a text on both engines; the snapshot's
`search` texts, each distinct one once, are read through in a tenth of a second per million.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

import numpy as np
import polars as pl

from graphhunt.questions.pivots.reading import Reader, run
from graphhunt.questions.pivots.search import KINDS, MAX_TEXT, kind_named, ranked, split_prefix


class Tables(Protocol):
    """The graph's tables, as `graphhunt.graph.snapshot.Snapshot` gives them."""

    @property
    def fingerprint(self) -> str | None:
        """Identity of the graph."""
        ...

    def scan(self, name: str) -> pl.LazyFrame | None:
        """Scan the table of a label."""
        ...


class _Kind(NamedTuple):
    """The entities of a kind by id, and for each the number of its text."""

    ids: pl.Series
    codes: np.ndarray[Any, np.dtype[np.uint32]]
    texts: pl.Series


class Names:
    """The names of one graph; read anew when the graph has changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: str | None = None
        self._kinds: dict[str, _Kind] = {}

    def take(self, tables: Tables) -> dict[str, _Kind]:
        """Read the names of a graph, unless they are here already."""
        with self._lock:
            fingerprint = tables.fingerprint
            if fingerprint is None or fingerprint != self._of:
                self._kinds = {kind: found for kind in KINDS if (found := _read(tables, kind)) is not None}
                self._of = fingerprint
            return self._kinds

    def search(
        self, store: Reader, tables: Tables, text: str, kinds: Iterable[str] | None = None, limit: int = 20
    ) -> list[dict[str, Any]]:
        """Find entities by a piece of any of their names, as `pivots.search` does.

        Raises:
            UsageError: if a kind does not exist.
        """
        prefix, rest = split_prefix(text[:MAX_TEXT])
        wanted = {prefix} if prefix else {kind_named(kind) for kind in kinds or KINDS}
        known, lower = self.take(tables), rest.lower()
        found = {kind: _hits(known[kind], lower, limit + 1) for kind in KINDS if rest and kind in wanted & known.keys()}
        refs = [{"kind": kind, "id": key} for kind, hits in found.items() for key in hits]
        nodes = {(row["node"]["_label"], row["node"]["id"]): row["node"] for row in run(store, "entities", refs=refs)}
        groups = []
        for kind, hits in found.items():
            rows = [{"node": nodes[kind, key], "rank": rank} for key, rank in hits.items() if (kind, key) in nodes]
            if rows:
                groups.append(ranked(kind, rows, lower, limit))
        return groups


def _read(tables: Tables, kind: str) -> _Kind | None:
    table = tables.scan(kind)
    if table is None:
        return None
    rows = table.select("id", "search").sort("id").collect()
    texts = rows["search"].unique().drop_nulls()
    numbered = pl.DataFrame({"search": texts, "code": np.arange(len(texts), dtype=np.uint32)})
    codes = rows.join(numbered, on="search", how="left", maintain_order="left")["code"].fill_null(len(texts))
    return _Kind(rows["id"], codes.to_numpy(), texts)


def _hits(kind: _Kind, text: str, limit: int) -> dict[str, int]:
    """Give the best ids with their ranks: 0 for a whole text, 1 for its beginning, 2 for a part."""
    numbers = kind.texts.str.contains(text, literal=True).arg_true().to_numpy()
    ranks = np.full(len(kind.texts) + 1, 3, dtype=np.int8)
    if not len(numbers):
        return {}
    matched = kind.texts.gather(numbers)
    ranks[numbers] = np.where(matched == text, 0, np.where(matched.str.starts_with(text), 1, 2))
    of_rows = ranks[kind.codes]
    hits: dict[str, int] = {}
    for rank in range(3):
        for row in np.flatnonzero(of_rows == rank)[: limit - len(hits)]:
            hits[str(kind.ids[int(row)])] = rank
    return hits
