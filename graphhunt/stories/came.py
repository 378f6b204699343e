"""Who came, and where they went on: logons folded by account, source and technique, each with its records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.stories.telling import Telling, within
from graphhunt.stories.writing import proof, table
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.questions.pivots import Window
    from graphhunt.stories.subject import Subject

BURST = 15 * 60 * 10**6
"""Logons of one account from one place by one technique that follow within this are one row, in µs."""

_SESSIONS = 50
_KEY = ("user_id", "machine_id", "source_id", "source_label", "technique", "remote")


class Came:
    """The logons of a story, folded.

    Args:
        telling: What stories are told from.
        one: Whom the story is about.
        window: The time that counts.
    """

    def __init__(self, telling: Telling, one: Subject, window: Window) -> None:
        self._telling = telling
        logons = within(telling.logons, window)
        self.everyone = logons.filter(_to(one))
        self.background = int(self.everyone["background"].sum())
        self.logons = self.everyone.filter(~pl.col("background"))
        onward = logons.filter(~pl.col("background") & (pl.col("source_id") == one.id))
        self.onward = onward if one.kind == "machine" else onward.clear()
        self.failed = within(_failed(telling, one), window)

    def came(self) -> dict[str, Any]:
        """Give who came, earliest first, with failed attempts."""
        rows = [*self._rows(self.logons), *(self._failure(row) for row in self.failed.iter_rows(named=True))]
        return table(sorted(rows, key=lambda row: row["start"]), background=self.background)

    def went(self) -> dict[str, Any]:
        """Give where accounts went on to from the machine."""
        return table(self._rows(self.onward))

    def _rows(self, logons: pl.DataFrame) -> list[dict[str, Any]]:
        return [self._row(row) for row in folded(logons).iter_rows(named=True)]

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        named = self._telling.writer.named
        return {
            "start": iso(row["start"]), "end": iso(row["end"]), "outcome": "in", "count": row["count"],
            "account": named("User", row["user_id"]), "machine": named("Machine", row["machine_id"]),
            "from": named(row["source_label"] or "IP", row["source_id"]), "remote": row["remote"],
            "technique": row["technique"], "technique_name": row["technique_name"],
            "logon_types": row["logon_types"], "packages": row["packages"], "privileged": row["privileged"],
            "ran": row["ran"], "sessions": [_session(each) for each in row["sessions"]],
            "evidence": proof(row["evidence"]),
        }  # fmt: skip

    def _failure(self, row: dict[str, Any]) -> dict[str, Any]:
        named = self._telling.writer.named
        source = named("Machine", row["source_machine_id"]) or named("IP", row["source_ip"])
        return {
            "start": iso(row["start"]), "end": iso(row["end"]), "outcome": "failed", "count": row["count"] or 1,
            "account": named("User", row["from_id"]), "machine": named("Machine", row["to_id"]), "from": source,
            "remote": row["logon_type"] in (3, 8, 10), "technique": None, "technique_name": None,
            "logon_types": [row["logon_type"]] if row["logon_type"] is not None else [], "packages": [],
            "privileged": False, "ran": [], "sessions": [], "evidence": proof(row["evidence"] or ()),
        }  # fmt: skip


def _to(one: Subject) -> pl.Expr:
    """Tell the logons that a story counts as those who came."""
    if one.kind == "machine":
        return pl.col("machine_id") == one.id
    if one.kind == "user":
        return pl.col("user_id") == one.id
    return (pl.col("source_id") == one.id) | (pl.col("source_ip") == one.id)


def _failed(telling: Telling, one: Subject) -> pl.DataFrame:
    failed = telling.edges("FAILED_LOGON", "logon_type", "source_ip", "source_machine_id")
    column = {"machine": "to_id", "user": "from_id", "ip": "source_ip"}[one.kind]
    return failed.filter(pl.col(column) == one.id)


def folded(logons: pl.DataFrame) -> pl.DataFrame:
    """Fold logons that follow each other by account, machine, source and technique; earliest first."""
    ordered = logons.sort("start", "logon_session_id", maintain_order=True)
    gap = pl.col("start") - pl.col("start").shift(1).over(_KEY)
    burst = (gap > BURST).fill_null(value=True).cum_sum().over(_KEY)
    session = pl.struct("logon_session_id", "logon_id", "logon_type", "start", "end")
    return ordered.with_columns(burst=burst).group_by(*_KEY, "burst", maintain_order=True).agg(
        pl.col("start").min(), pl.col("end").max(), pl.len().alias("count"),
        pl.col("technique_name").first(), privileged=pl.col("privileged").fill_null(value=False).any(),
        logon_types=pl.col("logon_type").drop_nulls().unique().sort(),
        packages=pl.col("auth_package").drop_nulls().unique(maintain_order=True),
        ran=pl.col("remote_process").drop_nulls().unique(maintain_order=True).head(5),
        sessions=session.head(_SESSIONS), evidence=pl.col("evidence").explode().drop_nulls(),
    ).sort("start", maintain_order=True)  # fmt: skip


def _session(row: dict[str, Any]) -> dict[str, Any]:
    """Give one of the logons of a row."""
    return {
        "id": row["logon_session_id"], "logon_id": row["logon_id"], "logon_type": row["logon_type"],
        "start": iso(row["start"]), "end": iso(row["end"]),
    }  # fmt: skip
