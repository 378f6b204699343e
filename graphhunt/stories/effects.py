"""What processes did: connections, files, services and tasks, threads, registry, and the logons they opened."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.graph.weights import CHOSEN
from graphhunt.incidents.lead import Entity
from graphhunt.incidents.sentences import Words
from graphhunt.plain import counted
from graphhunt.stories import templates
from graphhunt.stories.writing import listed, proof
from graphhunt.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphhunt.stories.telling import Telling

_MOST = 12
"""Effects of one process that are listed."""

_PATHS = 1
"""Paths that stand with the number of files, where there are more than two."""

_KINDS = {
    "file": ("WROTE", "path"),
    "deleted": ("DELETED", "path"),
    "service": ("INSTALLED", None),
    "thread": ("INJECTED_INTO", None),
    "registry": ("SET_REGISTRY", None),
}
"""Effects that are told of all relationships of a type together, and the column that names what was touched."""


def effects_of(told: Telling, ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Give what some processes did, by process: `kind`, `sentence`, `count`, first and last time, and records."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for id_, effect in [*_connections(told, ids), *_hops(told, ids), *_others(told, ids)]:
        found[id_].append(effect)
    return {id_: effects[:_MOST] for id_, effects in found.items()}


def _effect(
    told: Telling, kind: str, template: str, known: Mapping[str, Any], row: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "kind": kind, "sentence": told.writer.say(f"did.{kind}", template, known, row["evidence"]),
        "count": row["count"], "start": iso(row["start"]), "end": iso(row["end"]), "evidence": proof(row["evidence"]),
    }  # fmt: skip


def _aggregated(frame: pl.DataFrame, *key: str) -> pl.DataFrame:
    return frame.sort("start", "id").group_by(*key, maintain_order=True).agg(
        pl.col("start").min(), pl.col("end").max(), count=pl.len(), evidence=pl.col("evidence").explode().drop_nulls(),
        to_ids=pl.col("to_id").unique(maintain_order=True).head(_MOST),
    )  # fmt: skip


def _connections(told: Telling, ids: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Connections by address and port, those outside first."""
    made = told.edges("CONNECTED", "remote_port", "direction")
    mine = made.filter(pl.col("from_id").is_in(ids) & (pl.col("direction").fill_null("outgoing") == "outgoing"))
    rows = _aggregated(mine, "from_id", "to_id", "remote_port").to_dicts()
    for row in sorted(rows, key=lambda row: told.where(row["to_id"])[0] != "outside"):
        template = templates.EFFECTS["connection" if row["remote_port"] is not None else "connection.bare"]
        known = {"address": Entity("IP", row["to_id"]), "port": Words(str(row["remote_port"]))}
        effect = _effect(told, "connection", template, known, row)
        yield row["from_id"], effect | {"outside": told.where(row["to_id"])[0] == "outside"}


def _hops(told: Telling, ids: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Logons on other machines that the process's connection carried."""
    made = told.edges("REMOTE_LOGON", "origin_process_id", "user_id", "certainty").filter(
        pl.col("origin_process_id").is_in(ids) & (pl.col("certainty") >= CHOSEN)
    )
    for row in _aggregated(made, "origin_process_id", "user_id", "to_id").iter_rows(named=True):
        known = {
            "account": Entity("User", row["user_id"]) if row["user_id"] else None,
            "machine": Entity("Machine", row["to_id"]),
        }
        yield row["origin_process_id"], _effect(told, "hop", templates.EFFECTS["hop"], known, row)


def _others(told: Telling, ids: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind, (table, column) in _KINDS.items():
        edges = told.edges(table, *([column] if column else []))
        mine = edges.filter(pl.col("from_id").is_in(ids))
        paths = (
            mine.group_by("from_id").agg(pl.col(column).drop_nulls().unique(maintain_order=True)) if column else None
        )
        named = dict(paths.iter_rows()) if paths is not None else {}
        for row in _aggregated(mine, "from_id", "to_label").iter_rows(named=True):
            touched = [Entity(row["to_label"], id_) for id_ in row["to_ids"]]
            known = {
                "files": Words(counted(row["count"], "file")), "values": Words(counted(row["count"], "value")),
                "paths": listed(named.get(row["from_id"], ()), _PATHS) or None, "touched": listed(touched),
            }  # fmt: skip
            yield row["from_id"], _effect(told, kind, templates.EFFECTS[kind], known, row)
