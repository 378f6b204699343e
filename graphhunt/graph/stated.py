"""What clients say of themselves: a logon that states an address and a machine's name.

Whoever logs on chooses the name, so by itself it is never more than a possibility; with a Kerberos logon of that
machine's own account from the address it is weak evidence. A name stated from many addresses says little, and a
machine that was seen with another address at that time speaks against it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import HOUR, with_address
from graphhunt.graph.weights import ELSEWHERE, ORIGINS, SIGHTINGS, chosen, combined

if TYPE_CHECKING:
    from graphhunt.graph.resolved import Resolved

COMMON = 3
"""A name stated from so many addresses in one day is a default name, not a machine's."""

_DAY = 24
"""Hours within which a machine account's logon supports what is stated."""

_SUPPORTS = ("machine_kerberos", "machine_ntlm")
_HOURLY = ["ip", "hour"]


class Stated:
    """Whose an address is by what logons from it state, hour by hour.

    Args:
        case: Whose logons.
        seen: Sightings of addresses, of which the machine accounts' support.
        runs: Intervals of addresses known by sightings, which may speak against.
    """

    def __init__(self, case: Resolved, seen: pl.DataFrame, runs: pl.DataFrame) -> None:
        self.case = case
        self.seen = seen
        self.runs = runs

    @cached_property
    def logons(self) -> pl.DataFrame:
        """Give (ip, hour, candidate, common and the record) of network logons that state address and a known name."""
        logons = with_address(self.case.facts("logon"), "source_ip", "ip").rename({"machine_id": "target_id"})
        logons = self.case.machines.named(logons, "workstation", "candidate").filter(
            (pl.col("logon_type") == 3)
            & pl.col("success")
            & pl.col("candidate").is_in(list(self.case.machines.known))
            & (pl.col("candidate") != pl.col("target_id"))
        )
        logons = logons.drop_nulls("ip").with_columns(hour=pl.col("time") // HOUR, day=pl.col("time") // (24 * HOUR))
        common = pl.col("ip").n_unique().over("candidate", "day") >= COMMON
        return logons.select("ip", "hour", "candidate", "time", "event_id", "source", common=common)

    @cached_property
    def table(self) -> pl.DataFrame:
        """The chosen machine per address and hour: (ip, hour, candidate, certainty, kinds, lead)."""
        kind = pl.when("common").then(pl.lit("common_name")).otherwise(pl.lit("stated_name"))
        weights = {name: ORIGINS[name].weight for name in ("common_name", "stated_name")}
        said = self.logons.select(*_HOURLY, "candidate", kind=kind).unique()
        said = pl.concat([said.with_columns(pl.col("hour") + step) for step in (-1, 0, 1)]).unique()
        said = said.with_columns(
            weight=pl.col("kind").replace_strict(weights, return_dtype=pl.Float64), naming=pl.lit(value=True)
        )
        claims = pl.concat([said, self._supports(said)])
        claims = claims.with_columns(contrary=pl.when(self._elsewhere(claims)).then(ELSEWHERE).otherwise(0.0))
        return chosen(combined(claims, _HOURLY), _HOURLY)

    def _supports(self, said: pl.DataFrame) -> pl.DataFrame:
        """Give the logons of the stated machine's own account from the address within a day."""
        accounts = self.seen.filter(pl.col("kind").is_in(list(_SUPPORTS))).select(
            "ip", "kind", candidate="machine_id", near=pl.col("time") // HOUR
        )
        pairs = said.select(*_HOURLY, "candidate").unique().join(accounts.unique(), on=["ip", "candidate"])
        close = pairs.filter((pl.col("hour") - pl.col("near")).abs() <= _DAY)
        weights = {kind: SIGHTINGS[kind].weight for kind in _SUPPORTS}
        return close.select(
            *_HOURLY, "candidate", "kind",
            weight=pl.col("kind").replace_strict(weights, return_dtype=pl.Float64), naming=pl.lit(value=False),
        ).unique()  # fmt: skip

    def _elsewhere(self, claims: pl.DataFrame) -> pl.Series:
        """Tell which claims' machines were seen with another address of that version in that hour."""
        runs = self.runs.filter(~pl.col("shared")).select(
            "machine_id", other="ip", first=pl.col("start") // HOUR, last=pl.col("end") // HOUR
        )
        pairs = claims.select(*_HOURLY, "candidate").unique().join(runs, left_on="candidate", right_on="machine_id")
        version = pl.col("ip").str.contains(":", literal=True) == pl.col("other").str.contains(":", literal=True)
        at_once = pl.col("hour").is_between(pl.col("first") - 1, pl.col("last") + 1)
        found = pairs.filter((pl.col("other") != pl.col("ip")) & version & at_once)
        marked = claims.join(
            found.select(*_HOURLY, "candidate").unique().with_columns(elsewhere=pl.lit(value=True)),
            on=[*_HOURLY, "candidate"], how="left", maintain_order="left",
        )  # fmt: skip
        return marked.get_column("elsewhere").fill_null(value=False)

    def resolve(self, asked: pl.DataFrame) -> pl.DataFrame:
        """Give (_row, machine_id, weight) of asked (`_row`, `ip`, `time`) that the statements of their hour answer."""
        hours = asked.with_columns(hour=pl.col("time") // HOUR)
        found = hours.join(self.table, on=_HOURLY)
        return found.select("_row", machine_id="candidate", weight="certainty")

    @cached_property
    def drawn(self) -> pl.DataFrame:
        """The logons that state an address which is known by statements alone."""
        owned = self.runs.select("ip", candidate="machine_id").unique()
        found = self.logons.join(self.table, on=[*_HOURLY, "candidate"])
        return found.join(owned, on=["ip", "candidate"], how="anti")
