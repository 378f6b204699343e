"""Records of sensors that know a machine by its address alone: whose they are, where something else tells.

A network sensor's records name no host, so they are of the address. Where the logs of a machine, a lease or a name on
the network tell whose the address was at that time, they are records of that machine; else the address stays one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt import ids
from graphhunt.graph.frames import mapped
from graphhunt.graph.ownership import Ownership
from graphhunt.graph.weights import CHOSEN

if TYPE_CHECKING:
    from graphhunt.graph.machines import Machines
    from graphhunt.graph.resolved import Resolved


class _ByName:
    """A case without the machines that are known by address alone: what they say of themselves proves nothing."""

    def __init__(self, case: Resolved, machines: Machines, addresses: list[str]) -> None:
        self.machines = machines
        self._case = case
        self._addresses = addresses

    def kinds(self) -> list[str]:
        return self._case.kinds()

    def raw(self, kind: str) -> pl.DataFrame:
        return self._case.raw(kind)

    def facts(self, kind: str) -> pl.DataFrame:
        named = pl.col("host").is_in(self._addresses).not_()
        return self.machines.resolve(self._case.raw(kind).filter(named))


def with_sensed(case: Resolved, machines: Machines) -> Machines:
    """Give the machines with the records of sensors placed on those whose address they name.

    Args:
        case: The facts; its own machines are not asked.
        machines: The machines by the names that their records state.
    """
    alone = pl.col("machine_id").map_elements(machines.is_address, return_dtype=pl.Boolean)
    hosts = machines.spellings.filter(alone).select("host").unique()
    hosts = mapped(hosts, "host", "ip", ids.address).drop_nulls("ip")
    addresses = hosts.get_column("host").sort().to_list()
    if not addresses:
        return machines
    mine = pl.col("host").is_in(addresses)
    parts = [case.raw(kind).filter(mine).select("event_id", "host", "time") for kind in case.kinds()]
    records = pl.concat(parts).unique(["event_id", "host"]).join(hosts, on="host").sort("host", "time", "event_id")
    owners = Ownership(_ByName(case, machines, addresses)).owners(records.get_column("ip"), records.get_column("time"))
    sure = (pl.col("weight") >= CHOSEN) & ~pl.col("said")
    told = records.with_columns(owners.select(machine_id=pl.when(sure).then("machine_id")))
    return machines.holding(told.select("event_id", "host", "time", "machine_id"))
