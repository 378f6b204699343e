"""What talked outside: addresses and ports, by whom, how often and when; inner ones are counted only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.lead import Entity
from graphhunt.stories.telling import Telling, within
from graphhunt.stories.writing import proof, table
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.questions.pivots import Window
    from graphhunt.stories.subject import Subject

_WHERE = ("outside", "unknown", "platform", "inner")
"""Kinds of addresses, in the order in which they are listed."""

_PROGRAMS = 5


class Talked:
    """The connections of a story, folded by address and port; of an address, by machine and port.

    Args:
        telling: What stories are told from.
        one: Whom the story is about.
        window: The time that counts.
    """

    def __init__(self, telling: Telling, one: Subject, window: Window) -> None:
        self._telling = telling
        self._one = one
        self._leading = {
            fact.id
            for told in telling.told
            for fact in told.lead.facts.values()
            if isinstance(fact, Entity) and fact.label == "IP"
        }
        self.calls = within(_calls(telling), window).filter(self._mine())

    def _mine(self) -> pl.Expr:
        column = {"machine": "machine_id", "user": "user_id", "ip": "to_id"}[self._one.kind]
        mine = pl.col(column) == self._one.id
        if self._one.kind == "machine":
            had = self._telling.leases.filter(pl.col("machine_id") == self._one.id).get_column("address")
            mine |= pl.col("sensed") & pl.col("source").is_in(had.unique().implode())
        elif self._one.kind == "ip":
            mine |= pl.col("source") == self._one.id
        return mine.fill_null(value=False)

    def talked(self) -> dict[str, Any]:
        """Give addresses outside, those nothing is known of, then the platform's; of leads first, then the rarest."""
        rows = [self._row(row) for row in self._folded().iter_rows(named=True)]
        kept = [row for row in rows if row["where"] != "inner" or self._one.kind == "ip"]
        kept.sort(key=lambda row: (_WHERE.index(row["where"]), not row["lead"], row["others"], row["start"] or ""))
        return table(kept, inner=len(rows) - len(kept))

    def _folded(self) -> pl.DataFrame:
        key = ["machine_id", "source", "to_id", "port", "incoming", "sensed"]
        if self._one.kind != "ip":
            key.remove("source")
        if self._one.kind != "user":
            key = [name for name in key if name != "machine_id" or self._one.kind == "ip"]
        others = self.everyone.group_by("to_id", "port", "incoming").agg(everyone=pl.col("from_id").n_unique())
        programs = pl.col("program").fill_null("?").value_counts(sort=True).head(_PROGRAMS)
        found = self.calls.sort("start", "id").group_by(key, maintain_order=True).agg(
            pl.col("start").min(), pl.col("end").max(), count=pl.col("count").fill_null(1).sum(),
            callers=pl.col("from_id").n_unique(), programs=programs,
            users=pl.col("user_id").drop_nulls().unique(maintain_order=True),
            blocked=pl.col("blocked").fill_null(value=False).all(), evidence=pl.col("evidence").explode().drop_nulls(),
        )  # fmt: skip
        return found.join(others, on=["to_id", "port", "incoming"], how="left", nulls_equal=True, maintain_order="left")

    @property
    def everyone(self) -> pl.DataFrame:
        """Every call of the case, by whom it was made."""
        return _calls(self._telling)

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        named = self._telling.writer.named
        where, reasons = self._telling.where(row["to_id"])
        return {
            "address": row["to_id"], "port": row["port"], "incoming": row["incoming"], "where": where,
            "lead": row["to_id"] in self._leading,
            "reasons": list(reasons),
            "machine": named("Machine", row.get("machine_id")), "source": row.get("source"),
            "programs": [{"name": each["program"], "count": each["count"]} for each in row["programs"]]
            if not row["sensed"] else [],
            "accounts": [named("User", id_) for id_ in row["users"]], "count": row["count"],
            "callers": row["callers"], "others": max(0, (row["everyone"] or 0) - row["callers"]),
            "sensed": row["sensed"], "blocked": row["blocked"], "start": iso(row["start"]), "end": iso(row["end"]),
            "evidence": proof(row["evidence"]),
        }  # fmt: skip


def _calls(telling: Telling) -> pl.DataFrame:
    """Give the calls of processes and the flows that sensors saw, with the machine and program where they are known."""
    made = telling.edges("CONNECTED", "remote_port", "local_port", "direction", "machine_id", "user_id", "blocked")
    incoming = pl.col("direction").fill_null("outgoing") == "incoming"
    programs = telling.processes.select(from_id="id", program="name", owner="user_id", place="machine_id")
    made = made.join(programs, on="from_id", how="left", maintain_order="left").with_columns(
        user_id=pl.coalesce("user_id", "owner"), machine_id=pl.coalesce("machine_id", "place"),
        sensed=pl.lit(value=False), source=pl.lit(None, pl.String), incoming=incoming,
        port=pl.when(incoming).then("local_port").otherwise("remote_port"),
    )  # fmt: skip
    flows = telling.edges("FLOWED_TO", "remote_port").with_columns(
        sensed=pl.lit(value=True), source=pl.col("from_id"), machine_id=pl.lit(None, pl.String),
        user_id=pl.lit(None, pl.String), blocked=pl.lit(None, pl.Boolean), program=pl.lit(None, pl.String),
        incoming=pl.lit(value=False), port="remote_port",
    )  # fmt: skip
    columns = (
        "id", "from_id", "to_id", "port", "incoming", "start", "end", "count", "evidence", "machine_id", "user_id",
        "blocked", "program", "sensed", "source",
    )  # fmt: skip
    return pl.concat([made.select(columns), flows.select(columns)])
