"""Which sessions were open on a machine at a time, counted without pairing every session with every question."""

from __future__ import annotations

import polars as pl

from graphhunt.graph.frames import HOUR, SECOND
from graphhunt.graph.wellknown import SYSTEM_LOGONS

HELD = 24 * HOUR
"""How long a session without a recorded end is taken to last, µs."""

SLACK = 2 * SECOND
"""Whole seconds may put a session's beginning this long after what it did, µs."""

_ROOT = ["machine_id", "user_id", "source"]


class OpenSessions:
    """The sessions of people and services that may lead on from a machine.

    Sessions of one account from one place are one *root*, however many they are.

    Args:
        sessions: Rows of `Sessions.table`.
        kinds: Kind of each account (`user_id`, `user_kind`).
        sources: Where the remote ones came from (`session`, `source`).
    """

    def __init__(self, sessions: pl.DataFrame, kinds: pl.DataFrame, sources: pl.DataFrame) -> None:
        until = pl.when("open").then(pl.max_horizontal("end", pl.col("start") + HELD)).otherwise("end")
        # Nothing tells when a session had begun that shows by its acts alone.
        earlier = pl.when(pl.col("start_how") == "first act").then(HELD).otherwise(SLACK)
        frame = sessions.filter(~pl.col("logon_id").is_in(SYSTEM_LOGONS).fill_null(value=False)).select(
            "machine_id", "user_id", "record", session="id", began=pl.col("start") - earlier, until=until + SLACK
        )
        frame = frame.drop_nulls("user_id")
        frame = frame.join(kinds, on="user_id").filter(pl.col("user_kind").is_in(["person", "service"]))
        frame = frame.join(sources.unique("session"), on="session", how="left")
        self.sessions = frame.with_columns(pl.col("source").fill_null("")).sort("began", "record", "session")

    def roots(self, asked: pl.DataFrame, by: list[str]) -> pl.Series:
        """Count the roots that had a session open: per row of `asked`, by machine or by machine and account."""
        spans = self._spans()
        opened = _counted(asked, spans.select(*by, at="began").sort("at"), by)
        closed = _counted(asked.with_columns(pl.col("time") - 1), spans.select(*by, at="until").sort("at"), by)
        return (opened - closed).alias("roots")

    def latest(self, asked: pl.DataFrame, by: list[str]) -> pl.DataFrame:
        """Give the session that had begun last before each row and was still open: `row`, `session`, `account`."""
        held = self.sessions.select(*by, "session", "until", account="user_id", time="began")
        if "user_id" not in by:
            held = held.drop("account").with_columns(account=self.sessions.get_column("user_id"))
        probe = asked.select("row", *by, "time").drop_nulls(by).sort("time", "row")
        found = probe.with_columns(asked="time").join_asof(held, on="time", by=by, check_sortedness=False)
        return found.filter(pl.col("until") >= pl.col("asked")).select("row", "session", "account")

    def _spans(self) -> pl.DataFrame:
        """Join the sessions of each root that overlap to spans, so that a root counts once at any time."""
        frame = self.sessions.sort(*_ROOT, "began", "session")
        before = pl.col("until").cum_max().shift().over(_ROOT)
        fresh = (before.is_null() | (pl.col("began") > before)).cum_sum()
        return frame.group_by(*_ROOT, run=fresh).agg(pl.col("began").min(), pl.col("until").max())


def _counted(asked: pl.DataFrame, marks: pl.DataFrame, by: list[str]) -> pl.Series:
    """Count the marks at or before the time of each row of `asked`."""
    marks = marks.with_columns(n=pl.int_range(1, pl.len() + 1).over(by)).rename({"at": "time"})
    probe = asked.select("row", *by, "time").sort("time", "row")
    found = probe.join_asof(marks, on="time", by=by, check_sortedness=False).sort("row")
    return found.get_column("n").fill_null(0).cast(pl.Int64)
