"""What differs between two windows of time: relations, entities and programs that appeared, vanished or changed.

Works on the snapshot's tables, so that a window may hold millions of relationships. Relationships count by what
they join, not by their ids: `alpha` to `bravo` by REMOTE_LOGON is one relation, however many logons it had.
Process instances never come twice, so relations of processes are left out unless asked for; their programs
(machine and path) are compared instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import polars as pl

from graphhunt.attention import check_wanted
from graphhunt.errors import UsageError
from graphhunt.graph.snapshot import Snapshot
from graphhunt.questions.pivots.reading import Window
from graphhunt.schema import RELATIONSHIPS

MAX_LISTED = 2000
"""Most rows of one list."""

FACTOR, LEAST = 2.0, 3
"""A relation changed when its rate differs by this factor, and its number by at least so many."""

_TIES = ("relation", "start_id", "end_id", "kind", "id", "machine_id", "path")
_INSTANCES = frozenset({"Process", "Alert"})
_HOUR = 3_600_000_000


class Windows(NamedTuple):
    """The two windows that are compared; both have to be closed."""

    before: Window
    after: Window


def lasting_relations() -> list[str]:
    """List the relationship types whose ends can be seen again: accounts, machines, addresses, objects."""
    return [
        kind.type for kind in RELATIONSHIPS.values()
        if not any(label in _INSTANCES for pair in kind.endpoints for label in pair)
    ]  # fmt: skip


def difference(
    snapshot: Snapshot, windows: Windows, *, relations: Iterable[str] | None = None, limit: int = 200
) -> dict[str, Any]:
    """Compare two windows.

    Args:
        snapshot: The graph's tables.
        windows: The two windows; each needs both ends.
        relations: Relationship types to compare; those between lasting things if None.
        limit: Most rows of each list; `total` counts all.

    Returns:
        `edges`, `entities` and `programs`, each with lists `appeared`, `disappeared` and (edges only) `changed`,
        as `{items, total, truncated}`; `relations` that were compared.

    Raises:
        UsageError: A window is open or ends before it begins, or a relation does not exist.
    """
    for window in windows:
        if window.since is None or window.until is None or window.until <= window.since:
            raise UsageError("each of the two windows needs a beginning and a later end")
    names = list(relations or lasting_relations())
    if unknown := [name for name in names if name not in RELATIONSHIPS]:
        raise UsageError(f"there is no relation {unknown[0]!r}", hint="one of " + ", ".join(RELATIONSHIPS))
    size = max(1, min(limit, MAX_LISTED))
    edges = _edges(snapshot, windows, names)
    check_wanted()
    return {
        "edges": _three(edges, windows, size),
        "entities": _two(_entities(edges), size),
        "programs": _two(_programs(snapshot, windows), size),
        "relations": names,
    }


_EDGE = {
    "relation": pl.String, "start_kind": pl.String, "start_id": pl.String, "end_kind": pl.String,
    "end_id": pl.String, "before": pl.UInt32, "after": pl.UInt32, "first": pl.Int64, "last": pl.Int64,
}  # fmt: skip


def _edges(snapshot: Snapshot, windows: Windows, names: Sequence[str]) -> pl.DataFrame:
    """Count the relationships of each pair in both windows."""
    parts = []
    for name in names:
        check_wanted()  # a table of millions takes its time
        if (part := _counted(snapshot, windows, name)) is not None:
            parts.append(part.collect())
    return pl.concat(parts) if parts else pl.DataFrame(schema=_EDGE)


def _counted(snapshot: Snapshot, windows: Windows, name: str) -> pl.LazyFrame | None:
    table = snapshot.scan(name)
    if table is None:
        return None
    before, after = (_within(window) for window in windows)
    keys = [
        pl.lit(name).alias("relation"), pl.col("from_label").alias("start_kind"), pl.col("from_id").alias("start_id"),
        pl.col("to_label").alias("end_kind"), pl.col("to_id").alias("end_id"),
    ]  # fmt: skip
    return (
        table.filter(before | after)
        .select(*keys, "start", "end", is_before=before, is_after=after)
        .group_by("relation", "start_kind", "start_id", "end_kind", "end_id")
        .agg(before=pl.col("is_before").sum(), after=pl.col("is_after").sum(),
             first=pl.min("start"), last=pl.max("end"))
        .select(pl.col(column).cast(dtype) for column, dtype in _EDGE.items())
    )  # fmt: skip


def _within(window: Window) -> pl.Expr:
    return (pl.col("end") >= window.since) & (pl.col("start") < window.until)


def _entities(edges: pl.DataFrame) -> pl.DataFrame:
    """Count the relationships of each entity in both windows."""
    sides = [
        edges.select(pl.col(f"{side}_kind").alias("kind"), pl.col(f"{side}_id").alias("id"), "before", "after", "first",
                     "last")
        for side in ("start", "end")
    ]  # fmt: skip
    return (
        pl.concat(sides).group_by("kind", "id").agg(pl.sum("before"), pl.sum("after"), pl.min("first"), pl.max("last"))
    )


def _programs(snapshot: Snapshot, windows: Windows) -> pl.DataFrame:
    """Count the starts of each program on each machine in both windows."""
    table = snapshot.scan("Process")
    columns = ("machine_id", "path", "start")
    if table is None or not set(columns) <= set(table.collect_schema()):
        return pl.DataFrame(schema={"machine_id": pl.String, "path": pl.String, "before": pl.UInt32,
                                    "after": pl.UInt32, "first": pl.Int64, "last": pl.Int64})  # fmt: skip
    before, after = (pl.col("start").is_between(w.since, w.until, closed="left") for w in windows)
    return (
        table.select(*columns)
        .filter(pl.col("path").is_not_null() & (before | after))
        .with_columns(pl.col("path").str.to_lowercase(), is_before=before, is_after=after)
        .group_by("machine_id", "path")
        .agg(before=pl.col("is_before").sum(), after=pl.col("is_after").sum(),
             first=pl.min("start"), last=pl.max("start"))
        .collect()
    )  # fmt: skip


def _two(frame: pl.DataFrame, size: int) -> dict[str, Any]:
    new, gone = (pl.col("before") == 0) & (pl.col("after") > 0), (pl.col("after") == 0) & (pl.col("before") > 0)
    return {
        "appeared": _listed(frame.filter(new), "first", size),
        "disappeared": _listed(frame.filter(gone), "last", size, descending=True),
    }


def _three(edges: pl.DataFrame, windows: Windows, size: int) -> dict[str, Any]:
    hours = [((w.until or 0) - (w.since or 0)) / _HOUR for w in windows]
    rates = edges.filter((pl.col("before") > 0) & (pl.col("after") > 0)).with_columns(
        ratio=(pl.col("after") / hours[1]) / (pl.col("before") / hours[0])
    )
    apart = (pl.col("after").cast(pl.Int64) - pl.col("before").cast(pl.Int64)).abs() >= LEAST
    changed = rates.filter(apart & ((pl.col("ratio") >= FACTOR) | (pl.col("ratio") <= 1 / FACTOR)))
    changed = changed.with_columns(strength=pl.col("ratio").log().abs())
    found = _listed(changed, "strength", size, descending=True)
    for item in found["items"]:
        del item["strength"]
        item["ratio"] = round(item["ratio"], 3)
    return {**_two(edges, size), "changed": found}


def _listed(frame: pl.DataFrame, by: str, size: int, *, descending: bool = False) -> dict[str, Any]:
    ties = [name for name in _TIES if name in frame.columns]
    rows = frame.sort([by, *ties], descending=[descending, *[False] * len(ties)]).head(size)
    return {"items": [_shape(row) for row in rows.iter_rows(named=True)], "total": frame.height,
            "truncated": frame.height > size}  # fmt: skip


def _shape(row: dict[str, Any]) -> dict[str, Any]:
    if "start_kind" not in row:
        return row
    start = {"kind": row.pop("start_kind"), "id": row.pop("start_id")}
    end = {"kind": row.pop("end_kind"), "id": row.pop("end_id")}
    return {"start_ref": start, "end_ref": end, **row}
