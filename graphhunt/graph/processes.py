"""Processes: one node per process instance, from every record that names one.

A ProcessGuid names an instance by itself. A pid names one only on its machine and at its time, so records with
a pid alone (4688, 5156, 4663) are joined to the instance that had the pid then; what never starts in the
logs becomes a stub.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.doubts import doubts
from graphhunt.graph.frames import ORDER, SECOND, basename, first, key
from graphhunt.graph.guids import guid_start
from graphhunt.graph.instances import Begun, Instances, resolution
from graphhunt.graph.once import only_ones, runs_once
from graphhunt.graph.pairing import SAME_START, same_starts
from graphhunt.schema import NODES, repeated_facts

if TYPE_CHECKING:
    from graphhunt.graph.case import Case


_ACTORS = (
    "process_end", "connection", "dns_query", "file_action", "registry_action", "process_access", "pipe_action",
    "detection",
)  # fmt: skip


class Processes:
    """All process instances of a case, and the look-ups from GUID or pid to them.

    Args:
        case: The facts.
        boots: machine_id and time of the machines' boots.
    """

    def __init__(self, case: Case, boots: pl.DataFrame) -> None:
        self.case = case
        self._boots = boots

    @cached_property
    def starts(self) -> pl.DataFrame:
        """The start records, each with the `process_id` of the instance it belongs to."""
        frame = self.case.facts("process_start").with_columns(base=basename("path"))
        by_guid = frame.filter(pl.col("guid").is_not_null()).with_columns(process_id=key("machine_id", "guid"))
        by_pid = frame.filter(pl.col("guid").is_null() & pl.col("pid").is_not_null())
        ends = self.case.facts("process_end").drop_nulls("guid").group_by("machine_id", "guid")
        ended = by_guid.join(ends.agg(ended=pl.col("time").max()), on=["machine_id", "guid"], how="left")
        joined = by_pid.join(same_starts(ended, by_pid), on=["event_id", "ordinal"], how="left", maintain_order="left")
        own = key("machine_id", "pid", "time")
        return pl.concat([by_guid, joined.with_columns(process_id=pl.coalesce("_same", own)).drop("_same")])

    @cached_property
    def mentions(self) -> pl.DataFrame:
        """Every record that names a process without being its start: GUID, pid, path, time."""
        columns = ["machine_id", "guid", "pid", "path", "time", "record", "event_id", "source", "user_id"]
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
            "record",
            "event_id",
            "source",
            (pl.col("user_id") if actor else pl.lit(None, pl.String)).alias("user_id"),
        )

    @cached_property
    def _guid_stubs(self) -> pl.DataFrame:
        """Instances known by GUID that no record starts; their start is read from the GUID."""
        seen = self.mentions.filter(pl.col("guid").is_not_null()).join(
            self.starts.select("machine_id", "guid"), on=["machine_id", "guid"], how="anti"
        )
        grouped = (
            seen.sort(*ORDER)
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
    def _instances(self) -> Instances:
        """Which instance had a pid when."""
        columns = ["machine_id", "pid", "base", "time", "process_id"]
        stubs = self._guid_stubs.with_columns(time=pl.coalesce("start", "first_seen"))
        begun = pl.concat([self.starts.select(columns), stubs.select(columns)])
        named = begun.drop_nulls("pid").select("process_id").unique()
        own = self.starts.select("machine_id", "base", pl.col("time").alias("start"), "user_id", "process_id")
        guessed = self._guid_stubs.select("machine_id", "base", "start", "user_id", "process_id")
        nameless = pl.concat([own, guessed]).join(named, on="process_id", how="anti")
        nameless = nameless.group_by("machine_id", "base", "process_id").agg(
            pl.col("start").min(), pl.col("user_id").drop_nulls().sort().first()
        )
        ends = self.case.facts("process_end").with_columns(base=basename("path"))
        return Instances(Begun(begun, nameless, ends, self._boots), self.mentions)

    def resolve(
        self,
        frame: pl.DataFrame,
        *,
        guid: str = "guid",
        pid: str = "pid",
        path: str = "path",
        into: str = "process_id",
        late: pl.Expr | None = None,
    ) -> pl.DataFrame:
        """Add column `into`: the instance a record names by GUID, by pid, program and time, or as the only one.

        A pid whose process isn't known to have lived then names a stub of its own.

        Args:
            frame: The records.
            guid: Column of the GUID.
            pid: Column of the pid.
            path: Column of the program.
            into: Column to add.
            late: How much later than the record its process may have begun, µs; by default what two sensors differ by.
        """
        if not frame.height:
            return frame.with_columns(pl.lit(None, pl.String).alias(into))
        named = {"guid": guid, "pid": pid, "path": path}
        asked = (
            frame.select("machine_id", "time", *[pl.col(of).alias(name) for name, of in named.items()])
            .with_columns(base=basename("path"), late=pl.lit(SAME_START) if late is None else late)
            .with_row_index("_row")
        )
        found = asked.join(self._instances.held(asked), on="_row", how="left", maintain_order="left")
        once = only_ones(asked, self._only_ones, self._boots)
        found = found.join(once, on="_row", how="left", maintain_order="left")
        known = pl.coalesce(key("machine_id", "guid"), "found", "once")
        return frame.with_columns(found.select(known).to_series().alias(into))

    @cached_property
    def _only_ones(self) -> pl.DataFrame:
        """When which process was seen of the programs that run once."""
        columns = ["machine_id", "base", "time", "process_id", "start"]
        begun = self.starts.filter(runs_once()).with_columns(start=pl.lit(value=True))
        asked = self.mentions.filter(runs_once()).with_row_index("_row").with_columns(late=pl.lit(SAME_START))
        told = asked.join(self._instances.held(asked), on="_row", how="left").with_columns(
            process_id=pl.coalesce(key("machine_id", "guid"), "found"), start=pl.lit(value=False)
        )
        return pl.concat([begun.select(columns), told.drop_nulls("process_id").select(columns)])

    @cached_property
    def _pid_stubs(self) -> pl.DataFrame:
        """Instances known by pid and program only."""
        mentions = self.resolve(self.mentions)
        known = pl.concat([self.starts.select("process_id"), self._guid_stubs.select("process_id")]).unique()
        seen = mentions.drop_nulls("process_id").join(known, on="process_id", how="anti")
        return (
            seen.sort(*ORDER)
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
        better = self.starts.sort(pl.col("guid").is_null(), *ORDER, maintain_order=True)
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
            .with_columns(stub=pl.lit(value=False), start_guessed=pl.lit(value=False), instance_how=pl.lit("start"))
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
            pl.lit("guid").alias("instance_how"),
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
            pl.when(pl.col("pid").is_null()).then(pl.lit("name")).otherwise(pl.lit("pid")).alias("instance_how"),
        )
        frame = self._with_pids(pl.concat([started, guids, pids], how="diagonal"))
        self.case.drawn.take(self._instances.ends.select(pl.col("event_id").explode()))
        frame = _clamped(frame.join(self._instances.ends.drop("event_id"), on="process_id", how="left"))
        return (
            frame.join(self.parents.select("process_id", "parent_how"), on="process_id", how="left")
            .with_columns(name=basename("path"))
            .rename({"process_id": "id"})
            .sort("id")
        )

    def _with_pids(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Give the instances whose pid other records told of that pid, and what those say."""
        told = self._instances.correlated.select(
            "process_id", pl.col("pid").alias("_pid"), pl.col("user_id").alias("_user"), pl.col("first").alias("_first")
        )
        frame = frame.join(told, on="process_id", how="left")
        how = pl.when(pl.col("_pid").is_not_null()).then(pl.lit("correlated")).otherwise("instance_how")
        return frame.with_columns(
            pid=pl.coalesce("pid", "_pid"),
            user_id=pl.coalesce("user_id", "_user"),
            first_seen=pl.min_horizontal("first_seen", "_first"),
            instance_how=how,
        ).drop("_pid", "_user", "_first")

    @cached_property
    def claimed_parents(self) -> pl.DataFrame:
        """The start records with `parent_id` and `parent_how` (guid, pid, name, stub): each names a parent."""
        names = {"guid": "parent_guid", "pid": "parent_pid", "path": "parent_path"}
        frame = self.resolve(self.starts, **names, into="parent_id", late=resolution("time"))
        frame = frame.filter(pl.col("parent_id").is_not_null() & (pl.col("parent_id") != pl.col("process_id")))
        begun = self.starts.group_by(pl.col("process_id").alias("parent_id")).agg(parent_start=_start())
        guessed = self._guid_stubs.select(pl.col("process_id").alias("parent_id"), pl.col("start").alias("guessed"))
        frame = frame.join(begun, on="parent_id", how="left").join(guessed, on="parent_id", how="left")
        how = (
            pl.when(pl.col("parent_guid").is_not_null())
            .then(pl.lit("guid"))
            .when(pl.coalesce("parent_start", "guessed").is_null())
            .then(pl.lit("stub"))
            .when(pl.col("parent_pid").is_null())
            .then(pl.lit("name"))
            .otherwise(pl.lit("pid"))
        )
        return frame.with_columns(parent_how=how, parent_start=pl.coalesce("parent_start", "guessed")).drop("guessed")

    @cached_property
    def parents(self) -> pl.DataFrame:
        """Per instance its parent: one that began before it, by GUID rather than by pid."""
        own = self.starts.group_by("process_id").agg(own_start=_start())
        frame = self.claimed_parents.join(own, on="process_id")
        frame = frame.filter((pl.col("parent_start") <= pl.col("own_start") + SECOND).fill_null(value=True))
        best = frame.sort(pl.col("parent_guid").is_null(), *ORDER, maintain_order=True)
        return best.group_by("process_id", maintain_order=True).agg(
            pl.col("parent_id").first(), pl.col("parent_how").first()
        )

    @cached_property
    def doubts(self) -> pl.DataFrame:
        """What the records say of processes that can't be: rows of `Graph.doubts`."""
        orphans = self.claimed_parents.join(self.parents, on=["process_id", "parent_id"], how="anti")
        own = self.starts.group_by("process_id").agg(own_start=_start())
        orphans = orphans.join(own, on="process_id").filter(pl.col("parent_start") > pl.col("own_start") + SECOND)
        early = orphans.group_by("process_id", "parent_id").agg(pl.col("time").min(), pl.col("event_id"))
        ahead = pl.format("its parent {} began after it: it has another parent, or none", "parent_id")
        ends = self._instances.ends.join(own, on="process_id").filter(pl.col("end") < pl.col("own_start"))
        clamped = pl.col("own_start") - pl.col("end") <= SECOND
        ended = (
            pl.when(clamped)
            .then(pl.lit("its end was recorded within a second before its start: it ends at its start"))
            .otherwise(pl.lit("its end was recorded before its start: its end is left out"))
        )
        return pl.concat(
            [
                doubts("child_before_parent", early, "process_id", ahead),
                doubts("end_before_start", ends.with_columns(time="end"), "process_id", ended),
            ]
        )


def _start() -> pl.Expr:
    """Aggregate start records to the start: a record with a GUID tells it to the fraction of a second."""
    return pl.coalesce(pl.col("time").filter(pl.col("guid").is_not_null()).min(), pl.col("time").min())


def _clamped(frame: pl.DataFrame) -> pl.DataFrame:
    """Let none end before it starts: within the clocks' resolution it ends at its start, else no end is known."""
    early = (pl.col("end") < pl.col("start")).fill_null(value=False)
    near = early & (pl.col("start") - pl.col("end") <= SECOND)
    return frame.with_columns(
        end=pl.when(near).then("start").when(~early).then("end"),
        end_how=pl.when(near).then(pl.lit("clamped")).when(~early).then("end_how"),
    )
