"""Logon sessions: one per (machine, boot, LogonId), from logon to logoff.

LogonIds are unique on a machine until it boots (Microsoft, event 4624, "Logon ID"); a boot, or another
account appearing under the same id, begins a new session.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import HOUR, SECOND, evidence, first, hashed, with_address
from graphhunt.graph.shape import drawn
from graphhunt.graph.weights import LOGON
from graphhunt.graph.witnessed import Witnessed
from graphhunt.schema import RELATIONSHIPS, repeated_facts

if TYPE_CHECKING:
    from graphhunt.graph.case import Case

SLACK = 2 * SECOND
"""Records of one logon may be written this much before it, µs."""

_MEMBERS = ("logoff", "privileges", "process_start", "share_access", "service_install", "task_action", "session_change")
_OWN_FIELDS = (
    "user_id", "address", "source_port", "outbound_domain", "process_path", "logon_guid", "subject_logon_id",
)  # fmt: skip
"""Fields of logons that rules look at, beside those that LOGGED_ON repeats."""
_KEY = ["machine_id", "boot", "logon_id", "turn"]
_LONE = ("user_id", "machine_id", "start", "address", "source_port", "logon_process")
"""What tells logons without a LogonId apart; records that agree in all of it tell of one logon."""


class Sessions:
    """All logon sessions of a case, and the look-up from (machine, LogonId, time) to them."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def boots(self) -> pl.DataFrame:
        """When each machine booted."""
        frame = self.case.facts("machine_state").filter(pl.col("state") == "boot")
        return frame.select("machine_id", "time", pl.col("time").alias("boot")).unique().sort("time", "machine_id")

    @cached_property
    def _logons(self) -> pl.DataFrame:
        frame = self.case.facts("logon").filter("success")
        return with_address(frame, "source_ip", "address")

    @cached_property
    def _turns(self) -> pl.DataFrame:
        """When a LogonId passes to another account within one boot (a boot that left no record)."""
        frame = self._boot(self._logons.drop_nulls("logon_id")).sort(
            "machine_id", "boot", "logon_id", "time", "event_id"
        )
        group = ["machine_id", "boot", "logon_id"]
        before = pl.col("user_id").shift().over(group)
        changed = frame.filter(before.is_not_null() & pl.col("user_id").is_not_null() & (before != pl.col("user_id")))
        return (
            changed.select(*group, "time", pl.col("time").alias("turn")).unique().sort("time", "machine_id", "logon_id")
        )

    def _boot(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add `boot`: when the machine had last booted, 0 if unknown."""
        asked = frame.sort("time", maintain_order=True)
        found = asked.join_asof(self.boots, on="time", by="machine_id", strategy="backward", check_sortedness=False)
        return found.with_columns(pl.col("boot").fill_null(0))

    def keyed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the parts of the session key to records that carry a `logon_id`."""
        frame = self._boot(frame)
        probe = frame.with_columns(_time=pl.col("time"), time=pl.col("time") + SLACK).sort("time", maintain_order=True)
        found = probe.join_asof(
            self._turns, on="time", by=["machine_id", "boot", "logon_id"], strategy="backward", check_sortedness=False
        )
        return found.with_columns(pl.col("turn").fill_null(0), time=pl.col("_time")).drop("_time")

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row per session, those never seen beginning included (`confidence` inferred)."""
        other = self._members.join(self.begun, on=_KEY, how="anti")
        inferred = (
            other.sort("time", "event_id")
            .group_by(_KEY, maintain_order=True)
            .agg(first("user_id"), *evidence(), start=pl.col("time").min())
            .with_columns(confidence=pl.lit("inferred"), start_how=pl.lit("first act"), certainty=pl.lit(LOGON))
            .drop_nulls("user_id")
            .with_columns(id=hashed("LOGGED_ON", "user_id", "machine_id", "logon_id", "start"))
        )
        frame = pl.concat([self._with_witnesses(self.begun), inferred], how="diagonal")
        frame = frame.join(self._extent, on=_KEY, how="left").join(self._privileged, on=_KEY, how="left")
        frame = pl.concat([frame, self.witnessed.table.drop("row")], how="diagonal")
        start = pl.col("start")
        return frame.with_columns(
            open=pl.col("logoff").is_null(),
            privileged=pl.col("privileged").fill_null(value=False),
            end=pl.max_horizontal(start, pl.coalesce("logoff", "last")),
        ).sort("start", "id")

    @cached_property
    def witnessed(self) -> Witnessed:
        """What other records than logons tell of sessions."""
        return Witnessed(self.case, self.begun, self.keyed)

    def _with_witnesses(self, begun: pl.DataFrame) -> pl.DataFrame:
        """Add `witnesses`: the kinds of other records that tell of a recorded logon."""
        told = self.witnessed.sources.select("id", pl.col("kinds").alias("kind")).explode(
            "kind", empty_as_null=True, keep_nulls=False
        )
        kinds = told.group_by("id").agg(_told=pl.col("kind").unique().sort())
        frame = begun.join(kinds, on="id", how="left", maintain_order="left")
        own = pl.concat_list(pl.lit("logon"))
        told_by = pl.concat_list(own, pl.col("_told").fill_null(pl.lit([], pl.List(pl.String))))
        return frame.with_columns(witnesses=told_by).drop("_told")

    @cached_property
    def begun(self) -> pl.DataFrame:
        """Sessions whose logon was recorded; logons without a LogonId are sessions of their own."""
        frame = self.keyed(self._logons).drop_nulls("user_id")
        alone = frame.with_columns(start="time").with_columns(
            lone=pl.when(pl.col("logon_id").is_null()).then(hashed("LOGGED_ON", *_LONE))
        )
        grouped = alone.drop("start").sort("time", "event_id").group_by([*_KEY, "lone"], maintain_order=True)
        fields = dict.fromkeys((*_OWN_FIELDS, *repeated_facts(RELATIONSHIPS["LOGGED_ON"]).values()))
        begun = grouped.agg(
            *[first(c) for c in fields], *evidence(), start=pl.col("time").min(), stated=pl.col("certainty").max()
        )
        return begun.with_columns(
            id=pl.coalesce("lone", hashed("LOGGED_ON", "user_id", "machine_id", "logon_id", "start")),
            confidence=pl.lit("observed"), start_how=pl.lit("logon"),
            certainty=pl.coalesce("stated", pl.lit(LOGON)),
        ).drop("stated")  # fmt: skip

    @cached_property
    def _members(self) -> pl.DataFrame:
        """Every other record that carries a LogonId, keyed to its session."""
        columns = ["machine_id", "logon_id", "user_id", "time", "event_id", "source"]
        parts = [
            self.case.facts(kind).select(*columns, pl.lit(kind).alias("kind")).drop_nulls("logon_id")
            for kind in _MEMBERS
        ]
        return self.keyed(pl.concat(parts))

    @cached_property
    def _extent(self) -> pl.DataFrame:
        """When each session was last active, and when it was logged off."""
        return self._members.group_by(_KEY).agg(
            last=pl.col("time").max(), logoff=pl.col("time").filter(pl.col("kind") == "logoff").max()
        )

    @cached_property
    def _privileged(self) -> pl.DataFrame:
        rows = self._members.filter(pl.col("kind") == "privileges")
        return rows.select(_KEY).unique().with_columns(privileged=pl.lit(value=True))

    def attach(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add `session_id` to records that carry a `logon_id`; null where no session is known."""
        keyed = self.keyed(frame)
        return keyed.join(
            self.table.drop_nulls("logon_id").select(*_KEY, pl.col("id").alias("session_id")), on=_KEY, how="left"
        )

    def failed(self) -> pl.DataFrame:
        """FAILED_LOGON rows: attempts per account, machine, source, type, reason and hour."""
        frame = with_address(self.case.facts("logon").filter(~pl.col("success")), "source_ip", "address")
        frame = self.case.owners.resolve(frame, "address", "source_machine_id").drop_nulls("user_id")
        parts = ["user_id", "machine_id", "address", "workstation", "logon_type", "status", "hour"]
        grouped = (
            frame.with_columns(hour=pl.col("time") // HOUR)
            .group_by(parts)
            .agg(
                *evidence(),
                pl.col("source_machine_id").drop_nulls().sort().first(),
                start=pl.col("time").min(),
                end=pl.col("time").max(),
            )
        )
        made = grouped.with_columns(
            id=hashed("FAILED_LOGON", *parts),
            from_id=pl.col("user_id"),
            to_id=pl.col("machine_id"),
            source_ip=pl.col("address"),
            source_name=pl.col("workstation"),
            confidence=pl.lit("observed"),
        )
        return drawn("FAILED_LOGON", made)
