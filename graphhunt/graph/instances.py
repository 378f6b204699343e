"""Instances: which process had a pid at a time, and when it ended.

Windows gives a pid again as soon as its process ended. An instance has its pid from its start until its end, the
next start of the pid on that machine, or the machine's next boot, whichever comes first.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import polars as pl

from graphhunt.graph.frames import SECOND, key
from graphhunt.graph.pairing import SAME_START

KEPT = SECOND
"""How long after its end records are still an instance's: they are written late, µs."""

BOOTING = 300 * SECOND
"""How long a boot takes to write its records: what starts in that time before one belongs to that boot, µs."""


def resolution(column: str) -> pl.Expr:
    """Give how much later than the time in `column` it may have been, µs: whole seconds had their fraction cut off."""
    return pl.when(pl.col(column) % SECOND == 0).then(SECOND - 1).otherwise(0)


class Begun(NamedTuple):
    """What is known of instances before pids are looked up.

    Attributes:
        starts: machine_id, pid, base, time, process_id: one row per record or guess of a start.
        nameless: machine_id, base, start, user_id, process_id of instances whose pid no record states.
        ends: machine_id, guid, pid, base, time, event_id: the records of ends.
        boots: machine_id, time.
    """

    starts: pl.DataFrame
    nameless: pl.DataFrame
    ends: pl.DataFrame
    boots: pl.DataFrame


class Instances:
    """The look-up from a pid and a time to the instance that had it.

    Args:
        begun: What is known of instances.
        mentions: machine_id, guid, pid, base, time, user_id: the records that name processes.
    """

    def __init__(self, begun: Begun, mentions: pl.DataFrame) -> None:
        self._begun = begun
        self._mentions = mentions

    @cached_property
    def _boots(self) -> pl.DataFrame:
        """The boots; the records that one boot writes count once."""
        boots = self._begun.boots.select("machine_id", "time").unique().sort("machine_id", "time")
        fresh = pl.col("time") - pl.col("time").shift().over("machine_id") > BOOTING
        return boots.filter(fresh.fill_null(value=True)).sort("time", "machine_id")

    @cached_property
    def _spans(self) -> pl.DataFrame:
        """Per instance and pid: machine_id, pid, base, process_id, start, and until when the pid was its own."""
        start = self._begun.starts.drop_nulls("pid").group_by("machine_id", "pid", "base", "process_id")
        spans = start.agg(start=pl.col("time").min()).sort("machine_id", "pid", "start", "process_id", "base")
        begins = spans.group_by("machine_id", "pid", "process_id").agg(pl.col("start").min())
        begins = begins.sort("machine_id", "pid", "start", "process_id")
        taken = begins.with_columns(taken=pl.col("start").shift(-1).over("machine_id", "pid")).drop("start")
        booted = self._boots.select("machine_id", pl.col("time").alias("booted"))
        spans = spans.join(taken, on=["machine_id", "pid", "process_id"]).with_columns(after=pl.col("start") + BOOTING)
        spans = spans.sort("after", "process_id", "base", "pid").join_asof(
            booted, left_on="after", right_on="booted", by="machine_id", strategy="forward", check_sortedness=False
        )
        return spans.with_columns(until=pl.min_horizontal("taken", "booted")).drop("after", "taken", "booted")

    @cached_property
    def ends(self) -> pl.DataFrame:
        """Per instance with an end: process_id, end (µs, as recorded), end_how (guid or pid) and event_id (a list)."""
        loose = self._begun.ends.with_row_index("_row").with_columns(late=pl.lit(SAME_START))
        found = self.held(loose).join(loose, on="_row").select("time", "event_id", process_id="found").drop_nulls()
        known = self._spans.select("process_id").unique()
        rest = found.join(pl.concat([known, self._ends.select("process_id")]), on="process_id", how="anti")
        stubs = rest.group_by("process_id").agg(pl.col("time").min().alias("end"), "event_id", end_how=pl.lit("pid"))
        return pl.concat([self._ends, stubs])

    @cached_property
    def _ends(self) -> pl.DataFrame:
        """The ends of instances of which more is known than a pid."""
        by_guid = self._begun.ends.filter(pl.col("guid").is_not_null()).with_columns(
            process_id=key("machine_id", "guid")
        )
        sure = by_guid.group_by("process_id").agg(_surest_time().alias("end"), "event_id", end_how=pl.lit("guid"))
        loose = self._begun.ends.filter(pl.col("guid").is_null() & pl.col("pid").is_not_null())
        loose = loose.with_columns(at=pl.col("time") + resolution("time"))
        found = pl.concat([self._before(loose, "at", named=named) for named in (True, False)])
        found = found.filter(pl.col("until").is_null() | (pl.col("time") <= pl.col("until")))
        known = found.join(sure.drop("event_id"), on="process_id", how="left").with_columns(
            first=pl.coalesce("end", pl.col("time").min().over("process_id"))
        )
        same = known.filter((pl.col("time") - pl.col("first")).abs() <= SAME_START)
        other = same.filter(pl.col("end").is_null()).group_by("process_id")
        return pl.concat([sure, other.agg(_surest_time().alias("end"), "event_id", end_how=pl.lit("pid"))])

    def _before(self, frame: pl.DataFrame, at: str, *, named: bool) -> pl.DataFrame:
        """Add the span of the latest instance that began at or before `at`; rows that have none are left out."""
        program = pl.col("base").is_not_null() if named else pl.col("base").is_null()
        keys, spans = self._keyed(named=named)
        rows = frame.filter(program).sort(at)
        spans = spans.with_columns(pl.col("start").alias("_start"))
        near = rows.join_asof(spans, left_on=at, right_on="_start", by=keys, check_sortedness=False)
        return near.drop_nulls("process_id")

    def _keyed(self, *, named: bool) -> tuple[list[str], pl.DataFrame]:
        keys = ["machine_id", "pid", "base"] if named else ["machine_id", "pid"]
        spans = self._spans if not named else self._spans.drop_nulls("base")
        return keys, spans.select(*keys, "process_id", "start", "until").sort("start", "process_id")

    def held(self, asked: pl.DataFrame) -> pl.DataFrame:
        """Give (_row, found) of the records in `asked` that name a process by a pid, but by no GUID.

        Args:
            asked: _row, machine_id, guid, pid, base, time, late: how much later than the record its process may
                have begun, µs, if nobody else had the pid.
        """
        raw = self._held(asked)
        if not raw.height:
            return raw
        same = self.correlated.select(pl.col("stub_id").alias("found"), pl.col("process_id").alias("_same"))
        joined = raw.join(same, on="found", how="left")
        return joined.select("_row", found=pl.coalesce("_same", "found"))

    def _held(self, asked: pl.DataFrame) -> pl.DataFrame:
        probes = asked.filter(pl.col("guid").is_null() & pl.col("pid").is_not_null())
        if not probes.height:
            return probes.select("_row", found=pl.lit(None, pl.String))
        found = pl.concat([self._holders(probes, named=named) for named in (True, False)])
        return (
            self._stubs(probes).join(found, on="_row", how="left").select("_row", found=pl.coalesce("found", "stub_id"))
        )

    def _holders(self, probes: pl.DataFrame, *, named: bool) -> pl.DataFrame:
        """Find the instance that had the pid then; else the one that got it soon after."""
        before = self._before(probes, "time", named=named).join(
            self._ends.select("process_id", "end"), on="process_id", how="left"
        )
        over = pl.col("end") + KEPT + resolution("end")
        mine = (pl.col("until").is_null() | (pl.col("time") < pl.col("until"))) & (
            pl.col("end").is_null() | (pl.col("time") <= over)
        )
        had = before.filter(mine).select("_row", pl.col("process_id").alias("found"))
        program = pl.col("base").is_not_null() if named else pl.col("base").is_null()
        rest = probes.filter(program).join(had, on="_row", how="anti").sort("time")
        keys, spans = self._keyed(named=named)
        soon = rest.join_asof(
            spans.with_columns(pl.col("start").alias("_start")),
            left_on="time", right_on="_start", by=keys, strategy="forward", check_sortedness=False,
        )  # fmt: skip
        soon = soon.filter(pl.col("start") - pl.col("time") <= pl.col("late"))
        return pl.concat([had, soon.select("_row", pl.col("process_id").alias("found"))])

    def _stubs(self, probes: pl.DataFrame) -> pl.DataFrame:
        """Add `stub_id`: what stands for a process of that pid and program of which nothing else is known.

        Its pid was used by another process, or on another boot, before the time in the id, µs. Without the program
        a pid names nobody.
        """
        began = self._spans.select("machine_id", "pid", pl.col("start").alias("edge")).unique().sort("edge")
        boots = self._boots.select("machine_id", pl.col("time").alias("boot"))
        rows = probes.sort("time")
        rows = rows.join_asof(
            began, left_on="time", right_on="edge", by=["machine_id", "pid"], check_sortedness=False
        ).join_asof(boots, left_on="time", right_on="boot", by="machine_id", check_sortedness=False)
        since = pl.max_horizontal("edge", "boot").cast(pl.String)
        first = key("machine_id", "pid", "base")
        stub = pl.when(since.is_null()).then(first).otherwise(pl.concat_str(first, since, separator="|"))
        return rows.select("_row", "machine_id", "pid", "base", stub.alias("stub_id"))

    @cached_property
    def correlated(self) -> pl.DataFrame:
        """Give (stub_id, process_id, pid, user_id, first) of processes known by a pid alone and by a GUID alone.

        Each has to be the other's only candidate on its machine: the same program, living all the time the other
        was seen, and not of another account.
        """
        asked = self._mentions.with_row_index("_row").with_columns(late=pl.lit(SAME_START))
        found = self._held(asked).drop_nulls("found").join(asked, on="_row")
        known = self._spans.select(pl.col("process_id").alias("found")).unique()
        stubs = (
            found.join(known, on="found", how="anti")
            .group_by(pl.col("found").alias("stub_id"), "machine_id", "pid", "base")
            .agg(
                first=pl.col("time").min(),
                last=pl.col("time").max(),
                user_id=pl.col("user_id").drop_nulls().sort().first(),
            )
        )
        return _only_pairs(stubs, self._lives())

    def _lives(self) -> pl.DataFrame:
        """Give the instances without a pid, and between which times they may have lived."""
        booted = self._boots.select("machine_id", pl.col("time").alias("booted"))
        lives = self._begun.nameless.drop_nulls(["base", "start"]).join(
            self._ends.select("process_id", "end"), on="process_id", how="left"
        )
        lives = lives.with_columns(after=pl.col("start") + BOOTING).sort("after", "process_id")
        lives = lives.join_asof(
            booted, left_on="after", right_on="booted", by="machine_id", strategy="forward", check_sortedness=False
        )
        return lives.with_columns(until=pl.min_horizontal(pl.col("end") + KEPT, "booted"))


def _surest_time() -> pl.Expr:
    """Aggregate to the earliest time that isn't cut to the second, else to the earliest."""
    exact = pl.col("time").filter(pl.col("time") % SECOND != 0).min()
    return pl.coalesce(exact, pl.col("time").min())


def _only_pairs(stubs: pl.DataFrame, lives: pl.DataFrame) -> pl.DataFrame:
    lives = lives.select("machine_id", "base", "process_id", "start", "until", pl.col("user_id").alias("owner"))
    pairs = stubs.join(lives, on=["machine_id", "base"]).filter(
        (pl.col("start") <= pl.col("first") + resolution("first"))
        & (pl.col("until").is_null() | (pl.col("last") <= pl.col("until")))
        & (pl.col("owner").eq(pl.col("user_id")).fill_null(value=True))
    )
    only = (pl.len().over("stub_id") == 1) & (pl.len().over("process_id") == 1)
    return pairs.filter(only).select("stub_id", "process_id", "pid", "user_id", "first")
