"""Which acts are joined by causes: components of the graph of links, and its parts on one machine."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

LOCAL = ("lineage", "session", "remote work", "service", "same logon", "reconnect")
"""Kinds of links between vertices of one machine: what they join is one visit to it."""

STEPS_BACK = 8
"""Most remote logons that are followed back from a lead."""


class Joined(NamedTuple):
    """A link between two vertices, with everything that is said of it."""

    a: str
    b: str
    kind: str
    confidence: str
    reason: str
    evidence: tuple[str, ...]


class Causality:
    """The graph of links, as far as it is connected to leads.

    Args:
        links: Links with the columns of `graphhunt.incidents.links.COLUMNS`.
        vertices: Vertices of leads; also those that no link touches.
    """

    def __init__(self, links: pl.DataFrame, vertices: Iterable[str]) -> None:
        asked = pl.DataFrame({"name": sorted(set(vertices))}, schema={"name": pl.String})
        whole = components(links, asked["name"])
        found = asked.join(whole, on="name")
        self._component = dict(found.select("name", "part").iter_rows())
        near = links.join(whole.join(found.select("part").unique(), on="part").select(a="name"), on="a", how="semi")
        self.links = [
            Joined(row[0], row[1], row[2], row[3], row[4], tuple(row[5] or ()))
            for row in near.unique(["a", "b", "kind"], keep="first", maintain_order=True).iter_rows()
        ]
        self._visit = dict(components(near.filter(pl.col("kind").is_in(LOCAL)), asked["name"]).iter_rows())
        self._family = dict(components(near.filter(pl.col("kind") == "lineage"), asked["name"]).iter_rows())
        self.across = [link for link in self.links if link.kind not in LOCAL]

    def component(self, vertex: str) -> int:
        """Number the component that a lead's vertex is in."""
        return int(self._component[vertex])

    def visit(self, vertex: str) -> str:
        """Name the visit to a machine that a vertex belongs to, which may be the vertex alone."""
        return str(self._visit.get(vertex, vertex))

    def family(self, vertex: str) -> str:
        """Name the process tree that a vertex belongs to, which may be the vertex alone."""
        return str(self._family.get(vertex, vertex))

    @cached_property
    def members(self) -> dict[str, list[str]]:
        """Vertices of each visit of several."""
        found: dict[str, list[str]] = defaultdict(list)
        for vertex, visit in self._visit.items():
            found[str(visit)].append(vertex)
        return found


def components(links: pl.DataFrame, more: pl.Series) -> pl.DataFrame:
    """Number the component (`part`) of every vertex (`name`): those that links join, and more.

    Args:
        links: Links with the columns `a` and `b`.
        more: Vertices that links may not touch.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    names = pl.concat([links.get_column("a"), links.get_column("b"), more]).unique().sort()
    code = pl.DataFrame({"name": names}).with_row_index("code")
    ends = [
        links.select(name=end).join(code, on="name", how="left", maintain_order="left")["code"].to_numpy()
        for end in ("a", "b")
    ]
    matrix = coo_matrix((np.ones(links.height, dtype=np.int8), (ends[0], ends[1])), shape=(len(names), len(names)))
    _, labels = connected_components(matrix, directed=False)
    return pl.DataFrame({"name": names, "part": labels.astype(np.int64)})
