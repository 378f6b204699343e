"""When machines booted: by records of it, by their System process, and by LogonIds that begin anew.

A boot that no record tells of shows in what follows it. The process System (pid 4) begins with the machine, and a
Sysmon ProcessGuid says when. LogonIds only grow until the machine boots (Microsoft, event 4624, "Logon ID"), so that
a logon with a lower one than was given out well before stands after a boot.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import SECOND, basename
from graphhunt.graph.guids import guid_start

if TYPE_CHECKING:
    from graphhunt.graph.case import Case

ONE_BOOT = 300 * SECOND
"""Records of a boot follow each other within this, µs."""

APART = 600 * SECOND
"""Logons are recorded in another order than their LogonIds were given out only within this, µs."""

MOST = 32
"""So many boots are looked for between two that are known; a machine with more gives out other numbers."""

WELL_KNOWN = ("0x3e3", "0x3e4", "0x3e5", "0x3e6", "0x3e7")
"""LogonIds of Windows' own accounts, the same after every boot: IUSR, network and local service, anonymous, SYSTEM."""

_KERNEL = 4
_SYSTEM = (
    ("guid", "pid", "path"),
    ("parent_guid", "parent_pid", "parent_path"),
    ("target_guid", "target_pid", "target_path"),
)


class Boots:
    """The boots of every machine of a case."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row per boot: machine and time, the latter as `boot` too; the first of what tells of it."""
        known = _folded(pl.concat([self._recorded(), self._by_system()]))
        found = _folded(pl.concat([known, self._by_logons(known)]))
        return found.with_columns(boot="time").sort("time", "machine_id")

    def _recorded(self) -> pl.DataFrame:
        return self.case.facts("machine_state").filter(pl.col("state") == "boot").select("machine_id", "time")

    def _by_system(self) -> pl.DataFrame:
        """Give the time at which the System process began, as its GUID says, unless that lies after its records."""
        parts = [
            self.case.facts(kind)
            .filter((pl.col(pid) == _KERNEL) & (basename(path) == "system"))
            .select("machine_id", "time", guid=guid)
            for kind in self.case.kinds()
            for guid, pid, path in _SYSTEM
            if {guid, pid, path} <= set(self.case.raw(kind).columns)
        ]
        nothing = pl.DataFrame(schema={"machine_id": pl.String, "time": pl.Int64, "guid": pl.String})
        seen = pl.concat([nothing, *parts]).drop_nulls("guid").group_by("machine_id", "guid").agg(pl.col("time").min())
        began = guid_start(seen, "guid").filter(pl.col("start") <= pl.col("time"))
        return began.select("machine_id", time="start").unique()

    def _by_logons(self, known: pl.DataFrame) -> pl.DataFrame:
        """Give the first logon with a lower LogonId than one given out well before, after each boot anew."""
        rows = self._numbers().sort("time").join_asof(
            known.with_columns(era="time").sort("time"), on="time", by="machine_id", check_sortedness=False
        ).with_columns(pl.col("era").fill_null(0))  # fmt: skip
        found = [known.clear()]
        for _ in range(MOST):
            first = _first_lower(rows)
            if first.is_empty():
                break
            found.append(first.select("machine_id", time="again"))
            rows = rows.join(first, on=["machine_id", "era"]).filter(pl.col("time") >= pl.col("again")).drop("again")
        return pl.concat(found)

    def _numbers(self) -> pl.DataFrame:
        """Give the LogonIds that machines gave out, as numbers; only 4624 states them at that moment."""
        logons = self.case.facts("logon").filter(
            pl.col("success") & pl.col("code").str.ends_with("/4624") & ~pl.col("logon_id").is_in(list(WELL_KNOWN))
        )
        number = pl.col("logon_id").str.strip_prefix("0x").str.to_integer(base=16, strict=False, dtype=pl.UInt64)
        return logons.select("machine_id", "time", number=number).drop_nulls("number")


def _folded(boots: pl.DataFrame) -> pl.DataFrame:
    """Keep the first of records that follow each other as those of one boot do."""
    frame = boots.sort("machine_id", "time")
    begins = (pl.col("time").diff().over("machine_id") > ONE_BOOT).fill_null(value=True)
    return frame.filter(begins)


def _first_lower(rows: pl.DataFrame) -> pl.DataFrame:
    """Give (machine, era, again): when each era's LogonIds first fall below one that is older than `APART`."""
    by = ["machine_id", "era"]
    grown = rows.sort(*by, "time", "number").select(*by, "time", highest=pl.col("number").cum_max().over(by))
    asked = rows.with_columns(_time=pl.col("time"), time=pl.col("time") - APART).sort("time")
    seen = asked.join_asof(grown.sort("time", "highest"), on="time", by=by, check_sortedness=False)
    lower = seen.filter(pl.col("number") < pl.col("highest"))
    return lower.group_by(by).agg(again=pl.col("_time").min())
