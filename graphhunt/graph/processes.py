"""Processes: one node per process instance, from every record that names one.

A ProcessGuid names an instance by itself. A pid names one only on its machine and at its time, so records with
a pid alone (4688, 5156, 4663) are joined to the instance that had the pid then; what never starts in the
logs becomes a stub.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import SECOND, basename, evidence, first, hashed, key
from graphhunt.graph.guids import guid_start
from graphhunt.graph.pairing import SAME_START, same_starts
from graphhunt.schema import NODES, repeated_facts

if TYPE_CHECKING:
    from graphhunt.graph.case import Case


_ACTORS = (
    "process_end", "connection", "dns_query", "file_action", "registry_action", "process_access", "pipe_action",
    "detection",
)  # fmt: skip


class Processes:
    """All process instances of a case, and the look-ups from GUID or pid to them."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def starts(self) -> pl.DataFrame:
        """The start records, each with the `process_id` of the instance it belongs to."""
        frame = self.case.facts("process_start").with_columns(base=basename("path"))
        by_guid = frame.filter(pl.col("guid").is_not_null()).with_columns(process_id=key("machine_id", "guid"))
        by_pid = frame.filter(pl.col("guid").is_null() & pl.col("pid").is_not_null())
        joined = by_pid.join(
            same_starts(by_guid, by_pid), on=["event_id", "ordinal"], how="left", maintain_order="left"
        )
        own = key("machine_id", "pid", "time")
        return pl.concat([by_guid, joined.with_columns(process_id=pl.coalesce("_same", own)).drop("_same")])

    @cached_property
    def _mentions(self) -> pl.DataFrame:
        """Every record that names a process without being its start: GUID, pid, path, time."""
        columns = ["machine_id", "guid", "pid", "path", "time", "event_id", "source", "user_id"]
        parts = [self._mention(kind, "guid", "pid", "path") for kind in _ACTORS]
        parts.append(self._mention("process_access", "target_guid", "target_pid", "target_path"))
        parts.append(self._mention("explicit_credentials", None, "process_pid", "process_path"))
        parts.append(self._mention("process_start", "parent_guid", "parent_pid", "parent_path"))
        return pl.concat([part.select(columns) for part in parts]).with_columns(base=basename("path"))

    def _mention(self, kind: str, guid: str | None, pid: str, path: str) -> pl.DataFrame:
        frame = self.case.facts(kind)
        actor = guid == "guid" and "user_id" in frame.columns
        return frame.select(
            "machine_id",
            (pl.col(guid) if guid else pl.lit(None, pl.String)).alias("guid"),
            pl.col(pid).alias("pid"),
            pl.col(path).alias("path"),
            "time",
            "event_id",
            "source",
            (pl.col("user_id") if actor else pl.lit(None, pl.String)).alias("user_id"),
        )

    @cached_property
    def _guid_stubs(self) -> pl.DataFrame:
        """Instances known by GUID that no record starts; their start is read from the GUID."""
        seen = self._mentions.filter(pl.col("guid").is_not_null()).join(
            self.starts.select("machine_id", "guid"), on=["machine_id", "guid"], how="anti"
        )
        grouped = (
            seen.sort("time", "event_id")
            .group_by("machine_id", "guid", maintain_order=True)
            .agg(
                first("pid"),
                first("path"),
                first("user_id"),
                first_seen=pl.col("time").min(),
                last_seen=pl.col("time").max(),
            )
        )
        started = guid_start(grouped, "guid")
        return started.with_columns(
            process_id=key("machine_id", "guid"),
            base=basename("path"),
            start=pl.when(pl.col("start") <= pl.col("first_seen") + 60 * SECOND).then("start"),
        )

    @cached_property
    def _by_pid(self) -> pl.DataFrame:
        """For every instance with a pid: when it began, so that a pid can be looked up at a time."""
        started = self.starts.select("machine_id", "pid", "base", "time", "process_id")
        stubs = self._guid_stubs.select(
            "machine_id", "pid", "base", pl.coalesce("start", "first_seen").alias("time"), "process_id"
        )
        both = pl.concat([started, stubs]).drop_nulls(["pid", "base"])
        return both.unique().sort("time", "process_id")

    def resolve(
        self, frame: pl.DataFrame, *, guid: str = "guid", pid: str = "pid", path: str = "path", into: str = "process_id"
    ) -> pl.DataFrame:
        """Add column `into`: the instance a record names by GUID, or by pid, program and time.

        A pid whose process isn't known to have begun before then names a stub of its own.
        """
        asked = (
            frame.select(
                "machine_id", "time", pl.col(guid).alias("guid"), pl.col(pid).alias("pid"), pl.col(path).alias("path")
            )
            .with_columns(base=basename("path"))
            .with_row_index("_row")
        )
        near = pl.concat([self._held(asked, named=True), self._held(asked, named=False)])
        found = asked.join(near, on="_row", how="left", maintain_order="left")
        return frame.with_columns(
            found.select(pl.coalesce(key("machine_id", "guid"), "_pid_match")).to_series().alias(into)
        )

    def _held(self, asked: pl.DataFrame, *, named: bool) -> pl.DataFrame:
        """Give (_row, _pid_match) of the records that name a process by pid, with or without its program.

        Without the program a pid that nothing is known of names no process.
        """
        program = pl.col("base").is_not_null() if named else pl.col("base").is_null()
        probes = asked.filter(pl.col("guid").is_null() & pl.col("pid").is_not_null() & program)
        probes = probes.with_columns(probe=pl.col("time") + SAME_START).sort("probe", "_row")
        keys = ["machine_id", "pid", "base"] if named else ["machine_id", "pid"]
        held = self._by_pid.select(*keys, pl.col("time").alias("probe"), "process_id")
        near = probes.join_asof(held, on="probe", by=keys, strategy="backward", check_sortedness=False)
        stub = key("machine_id", "pid", "base")
        return near.select("_row", pl.coalesce("process_id", stub).alias("_pid_match"))

    @cached_property
    def _pid_stubs(self) -> pl.DataFrame:
        """Instances known by pid and program only."""
        mentions = self.resolve(self._mentions)
        known = pl.concat([self.starts.select("process_id"), self._guid_stubs.select("process_id")]).unique()
        seen = mentions.drop_nulls("process_id").join(known, on="process_id", how="anti")
        return (
            seen.sort("time", "event_id")
            .group_by("process_id", maintain_order=True)
            .agg(
                pl.col("machine_id").first(),
                first("pid"),
                first("path"),
                first("user_id"),
                first_seen=pl.col("time").min(),
                last_seen=pl.col("time").max(),
            )
        )

    @cached_property
    def nodes(self) -> pl.DataFrame:
        """One row per instance: the best of what its start records say, or the stub."""
        better = self.starts.sort(pl.col("guid").is_null(), "time", "event_id", maintain_order=True)
        started = (
            better.group_by("process_id", maintain_order=True)
            .agg(
                pl.col("machine_id").first(),
                first("guid"),
                first("pid"),
                first("path"),
                *[first(field).alias(name) for name, field in repeated_facts(NODES["Process"]).items()],
                start=pl.col("time").first(),
                first_seen=pl.col("time").min(),
            )
            .with_columns(stub=pl.lit(value=False), start_guessed=pl.lit(value=False))
        )
        guids = self._guid_stubs.select(
            "process_id",
            "machine_id",
            "guid",
            "pid",
            "path",
            "user_id",
            "start",
            "first_seen",
            pl.lit(value=True).alias("stub"),
            pl.col("start").is_not_null().alias("start_guessed"),
        )
        pids = self._pid_stubs.select(
            "process_id",
            "machine_id",
            "pid",
            "path",
            "user_id",
            "first_seen",
            pl.lit(value=True).alias("stub"),
            pl.lit(value=False).alias("start_guessed"),
        )
        frame = pl.concat([started, guids, pids], how="diagonal").join(self._ends, on="process_id", how="left")
        return (
            frame.join(self._activity, on="process_id", how="left")
            .with_columns(name=basename("path"), last_seen=pl.max_horizontal("first_seen", "last_activity", "end"))
            .drop("last_activity")
            .rename({"process_id": "id"})
            .sort("id")
        )

    @cached_property
    def _ends(self) -> pl.DataFrame:
        ends = self.resolve(self.case.facts("process_end")).drop_nulls("process_id")
        return ends.group_by("process_id").agg(end=pl.col("time").min())

    @cached_property
    def _activity(self) -> pl.DataFrame:
        mentions = self.resolve(self._mentions).drop_nulls("process_id")
        return mentions.group_by("process_id").agg(last_activity=pl.col("time").max())

    @cached_property
    def spawned(self) -> pl.DataFrame:
        """SPAWNED rows: parent to child."""
        frame = self.resolve(self.starts, guid="parent_guid", pid="parent_pid", path="parent_path", into="parent_id")
        frame = frame.filter(pl.col("parent_id").is_not_null() & (pl.col("parent_id") != pl.col("process_id")))
        best = frame.sort(pl.col("parent_guid").is_null(), "time", "event_id", maintain_order=True)
        chosen = best.group_by("process_id", maintain_order=True).agg(pl.col("parent_id").first())
        return _edge("SPAWNED", frame.drop("parent_id").join(chosen, on="process_id"), "parent_id", "process_id")

    @cached_property
    def ran(self) -> pl.DataFrame:
        """RAN rows: machine to every instance on it."""
        frame = self._sighted()
        extra = self.nodes.select(pl.col("id").alias("process_id"), "logon_id")
        return _edge("RAN", frame, "machine_id", "process_id").join(
            extra, left_on="to_id", right_on="process_id", how="left"
        )

    @cached_property
    def executed(self) -> pl.DataFrame:
        """EXECUTED rows: the account an instance ran as."""
        owner = self.nodes.select(pl.col("id").alias("process_id"), pl.col("user_id").alias("owner"), "logon_id")
        frame = self._sighted().join(owner.drop("logon_id"), on="process_id").drop_nulls("owner")
        return _edge("EXECUTED", frame, "owner", "process_id").join(
            owner.select("process_id", "logon_id"), left_on="to_id", right_on="process_id", how="left"
        )

    def _sighted(self) -> pl.DataFrame:
        """The records that prove an instance: its starts, or for a stub its mentions."""
        columns = ["machine_id", "process_id", "time", "event_id", "source"]
        known = self.starts.select("process_id").unique()
        mentions = self.resolve(self._mentions).drop_nulls("process_id").join(known, on="process_id", how="anti")
        return pl.concat([self.starts.select(columns), mentions.select(columns)])


def _edge(kind: str, frame: pl.DataFrame, start: str, end: str) -> pl.DataFrame:
    """Fold rows to one relationship per pair."""
    grouped = frame.group_by(pl.col(start).alias("from_id"), pl.col(end).alias("to_id")).agg(
        *evidence(), start=pl.col("time").min(), end=pl.col("time").max()
    )
    return grouped.with_columns(hashed(kind, "from_id", "to_id").alias("id"), confidence=pl.lit("observed"))
