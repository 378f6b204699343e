"""Invariants: what must be true of every graph before it is committed; what isn't is mended or told as a doubt."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from graphhunt.graph.doubts import collected, doubts
from graphhunt.graph.frames import SECOND
from graphhunt.graph.instances import KEPT, resolution
from graphhunt.schema import NODES, RELATIONSHIPS

_ONE = {"SPAWNED": "parent", "EXECUTED": "account", "RAN": "machine"}
"""Of these relationships a process has one at most, and what that is."""

_NO_ACTS = ("IMAGE", "EXECUTED")
"""Relationships that tell of a process what it is, not what it did."""

_SESSIONS = ("LOGGED_ON", "REMOTE_LOGON")
"""Relationships that are sessions themselves; others that name one are acts in it."""

_LATE = 2 * SECOND
"""How much later than its first act a session's logon may be recorded, µs."""

_ROOM = KEPT
"""How far outside its actor's life an act may be recorded, µs."""

Tables = dict[str, pl.DataFrame]


class Kept(NamedTuple):
    """Tables that keep the invariants, and what had to be mended for it or can't be."""

    nodes: Tables
    relationships: Tables
    doubts: pl.DataFrame


def kept(nodes: Tables, relationships: Tables, events: pl.DataFrame) -> Kept:
    """Give the tables with every violation mended by its rule, or listed.

    Args:
        nodes: Node tables by label.
        relationships: Relationship tables by type.
        events: `event_id` of every fact.
    """
    found: list[pl.DataFrame] = []
    nodes = {label: _node_kept(label, table, found) for label, table in nodes.items()}
    mended = {}
    for kind, table in relationships.items():
        rows = _not_to_itself(table, found) if kind == "REMOTE_LOGON" else table
        rows = _with_ends(kind, rows, nodes, found)
        rows = _proved(kind, rows, events, found)
        rows = _in_order(_sound(kind, rows, found), found)
        mended[kind] = _only_one(kind, rows, found) if kind in _ONE else rows
    if "LOGGED_ON" in mended:
        mended["LOGGED_ON"] = _before_acts(mended, found)
    if "Process" in nodes:
        found += [_outside_life(k, t, nodes["Process"]) for k, t in mended.items() if k not in _NO_ACTS]
    return Kept(nodes, {kind: table for kind, table in mended.items() if table.height}, collected(found))


def _told(kind: str, rows: pl.DataFrame, text: pl.Expr, *, repaired: bool = True) -> pl.DataFrame:
    """Make doubts of relationships, or of nodes, which cite no records."""
    edge = "evidence" in rows.columns
    records = pl.col("evidence") if edge else pl.lit([], pl.List(pl.String))
    named = rows.with_columns(time="start" if edge else "first_seen", event_id=records)
    return doubts(kind, named, "id", text, repaired=repaired)


def _node_kept(label: str, table: pl.DataFrame, found: list[pl.DataFrame]) -> pl.DataFrame:
    return _seen_in_order(label, _sound(label, table, found), found)


def _sound(kind: str, table: pl.DataFrame, found: list[pl.DataFrame]) -> pl.DataFrame:
    """Let every number be finite, and every share one from 0 to 1; what isn't is unknown."""
    shares = {column.name for column in (NODES.get(kind) or RELATIONSHIPS[kind]).columns if column.type == "share"}
    for column in [name for name, dtype in table.schema.items() if dtype.is_float()]:
        share = column in shares
        good = pl.col(column).is_finite() & (pl.col(column).is_between(0, 1) if share else pl.lit(value=True))
        rows = table.filter(~good)
        if rows.height:
            wanted = "number from 0 to 1" if share else "finite number"
            text = pl.format(f"{kind}: {column} is {{}}, no {wanted}: it is unknown", column)
            found.append(_told("number_out_of_range", rows, text))
            table = table.with_columns(pl.when(good).then(column))
    return table


def _before_acts(tables: Tables, found: list[pl.DataFrame]) -> pl.DataFrame:
    """Give LOGGED_ON with no session beginning after its first act: it began with that at the latest."""
    table = tables["LOGGED_ON"]
    acts = [
        rows.select(id="logon_session_id", first="start", proof="evidence")
        for kind, rows in tables.items()
        if kind not in _SESSIONS and "logon_session_id" in rows.columns
    ]
    if not acts:
        return table
    firsts = pl.concat(acts).drop_nulls(["id", "first"]).sort("first", "proof").unique("id", keep="first")
    rows = table.join(firsts, on="id", how="left", maintain_order="left")
    late = (pl.col("start") > pl.col("first") + _LATE).fill_null(value=False)
    wrong = rows.filter(late).with_columns(evidence="proof")
    text = pl.lit("its logon was recorded after its first act: it begins with that")
    found.append(_told("session_after_its_acts", wrong, text))
    begun = pl.when(late).then("first").otherwise("start")
    how = pl.when(late).then(pl.lit("first act")).otherwise("start_how")
    return rows.with_columns(start=begun, start_how=how).drop("first", "proof")


def _seen_in_order(label: str, table: pl.DataFrame, found: list[pl.DataFrame]) -> pl.DataFrame:
    """Let no node be last seen before it was first seen."""
    wrong = (pl.col("last_seen") < pl.col("first_seen")).fill_null(value=False)
    rows = table.filter(wrong)
    if rows.is_empty():
        return table
    text = pl.lit(f"{label}: last seen before it was first seen; both times are the first")
    found.append(_told("last_seen_before_first_seen", rows, text))
    return table.with_columns(last_seen=pl.max_horizontal("first_seen", "last_seen"))


def _not_to_itself(table: pl.DataFrame, found: list[pl.DataFrame]) -> pl.DataFrame:
    """Drop the remote logons of a machine to itself."""
    own = (pl.col("from_label") == "Machine") & (pl.col("from_id") == pl.col("to_id"))
    text = pl.format("a logon to {} said to come from there: it is no remote logon", "to_id")
    found.append(_told("remote_logon_to_itself", table.filter(own), text))
    return table.filter(~own)


def _with_ends(kind: str, table: pl.DataFrame, nodes: Tables, found: list[pl.DataFrame]) -> pl.DataFrame:
    """Drop the relationships to or from nodes that aren't in the graph."""
    ids = [t.select("id", pl.lit(label).alias("label")) for label, t in nodes.items()]
    known = pl.concat(ids) if ids else pl.DataFrame(schema={"id": pl.String, "label": pl.String})
    for end in ("from", "to"):
        lost = table.join(known, left_on=[f"{end}_id", f"{end}_label"], right_on=["id", "label"], how="anti")
        if lost.height:
            text = pl.format(f"{kind} {end} {{}}, which isn't in the graph: left out", f"{end}_id")
            found.append(_told("end_missing", lost, text))
            table = table.join(lost.select("id"), on="id", how="anti", maintain_order="left")
    return table


def _proved(kind: str, table: pl.DataFrame, events: pl.DataFrame, found: list[pl.DataFrame]) -> pl.DataFrame:
    """Cite only records that exist, and drop the relationships that none proves."""
    cited = table.select("id", event_id="evidence").explode("event_id")
    unknown = cited.join(events, on="event_id", how="anti").select("id")
    bare = table.filter((pl.col("evidence").list.len() == 0).fill_null(value=True)).select("id")
    strange = pl.concat([unknown, bare]).unique()
    wrong = table.join(strange, on="id", how="semi")
    if wrong.is_empty():
        return table
    stored = cited.join(events, on="event_id", how="semi", maintain_order="left")
    stored = stored.group_by("id", maintain_order=True).agg("event_id")
    text = pl.lit(f"{kind} that no stored record proves: left out")
    found.append(_told("no_evidence", wrong.join(stored, on="id", how="anti"), text))
    text = pl.lit(f"{kind} cites records that aren't stored: they aren't cited any more")
    found.append(_told("unknown_evidence", wrong.join(stored, on="id", how="semi"), text))
    lost = strange.join(stored, on="id", how="anti")
    table = table.join(lost, on="id", how="anti", maintain_order="left")
    table = table.join(stored, on="id", how="left", maintain_order="left")
    return table.with_columns(evidence=pl.coalesce("event_id", "evidence")).drop("event_id")


def _in_order(table: pl.DataFrame, found: list[pl.DataFrame]) -> pl.DataFrame:
    """Let no relationship end before it starts; by less than a second it ends at its start, else no end is known."""
    early = (pl.col("end") < pl.col("start")).fill_null(value=False)
    rows = table.filter(early)
    if rows.is_empty():
        return table
    near = pl.col("start") - pl.col("end") <= SECOND
    text = (
        pl.when(near)
        .then(pl.lit("its end was recorded within a second before its start: it ends at its start"))
        .otherwise(pl.lit("its end was recorded before its start: its end is left out"))
    )
    found.append(_told("end_before_start", rows, text))
    return table.with_columns(end=pl.when(early & near).then("start").when(~early).then("end"))


def _only_one(kind: str, table: pl.DataFrame, found: list[pl.DataFrame]) -> pl.DataFrame:
    """Keep of several parents, accounts or machines of one process the one that most records tell of."""
    order = table.sort(["to_id", "count", "start", "id"], descending=[False, True, False, False])
    best = order.unique("to_id", keep="first", maintain_order=True).select("id")
    others = table.join(best, on="id", how="anti")
    if others.is_empty():
        return table
    text = pl.format(
        f"{{}} has another {_ONE[kind]}, of which more records tell, than {{}}: left out", "to_id", "from_id"
    )
    found.append(_told(f"several_{_ONE[kind]}s", others, text))
    return table.join(best, on="id", how="semi", maintain_order="left")


def _outside_life(kind: str, table: pl.DataFrame, processes: pl.DataFrame) -> pl.DataFrame:
    """List what a process did before it began or after it ended, as records with its GUID say."""
    life = processes.select(pl.col("id").alias("from_id"), pl.col("start").alias("born"), pl.col("end").alias("died"))
    acts = table.filter(pl.col("from_label") == "Process").join(life, on="from_id")
    before = (pl.col("start") + resolution("start") + _ROOM < pl.col("born")).fill_null(value=False)
    after = (pl.col("end") > pl.col("died") + resolution("died") + _ROOM).fill_null(value=False)
    when = pl.when(before).then(pl.lit("began")).otherwise(pl.lit("ended"))
    where = pl.when(before).then(pl.lit("before")).otherwise(pl.lit("after"))
    text = pl.format(f"{kind} by {{}}, {{}} it {{}}: told as recorded", "from_id", where, when)
    return _told("act_outside_life", acts.filter(before | after), text, repaired=False)
