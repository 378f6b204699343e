"""Acts: what one account did in one go on one machine; remote logons, sessions and processes that matter.

An act's id is a hash of its kind, machine, session or process, and first record, so that the same records give it
whatever their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt import ids

if TYPE_CHECKING:
    from graphhunt.incidents.lead import Lead
    from graphhunt.incidents.tables import Tables

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Act:
    """One act.

    Attributes:
        id: Its id.
        kind: `hop`, `session`, `process`, `work` or `host`.
        vertex: What it is in the graph of causes.
        machine: Id of the machine it happened on, or the address where no machine is known.
        account: Id of the account; None if none is known.
        time: When it began, µs UTC.
        evidence: Event ids, earliest first.
        hop: The remote logon, where it is one.
        leads: What of it is evidence of intrusion.
    """

    id: str
    kind: str
    vertex: str
    machine: str
    account: str | None
    time: int
    evidence: tuple[str, ...]
    hop: Row | None = None
    leads: tuple[Lead, ...] = field(default=())

    @property
    def sensed(self) -> bool:
        """Whether network sensors alone tell of it."""
        if self.hop is not None:
            seen = self.hop["witnesses"] or []
            return bool(seen) and all(witness.endswith("_sensor") for witness in seen)
        return bool(self.leads) and all(lead.kind.startswith("network_") for lead in self.leads)


class Acts:
    """Makes acts of what leads and remote logons tell.

    Args:
        tables: The graph's tables.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @cached_property
    def hops(self) -> dict[str, list[Row]]:
        """Remote logons by vertex, earliest first; kept for the vertices that are asked for."""
        return {}

    def know(self, vertices: Iterable[str]) -> None:
        """Read the remote logons of some vertices."""
        wanted = sorted(set(vertices) - self.hops.keys())
        self.hops.update({one: [] for one in wanted})
        for row in self._tables.hops.filter(pl.col("vertex").is_in(wanted)).iter_rows(named=True):
            self.hops[row["vertex"]].append(row)

    @cached_property
    def _first(self) -> dict[str, str]:
        """First record of each process and session, by vertex."""
        processes = self._tables.processes.select("id", pl.col("evidence").list.first()).drop_nulls()
        sessions = self._tables.sessions.select("logon_session_id", pl.col("evidence").list.first()).drop_nulls()
        return {f"process|{id_}": first for id_, first in processes.iter_rows()} | {
            f"session|{id_}": first for id_, first in sessions.iter_rows()
        }

    def act(self, vertex: str, leads: list[Lead]) -> Act:
        """Make the act of a vertex: a remote logon where it is one, else what its leads tell.

        Args:
            vertex: What it is in the graph of causes; `know` was told of it.
            leads: Its leads, earliest first; at least one where it is no remote logon.
        """
        kind, _, owner = vertex.partition("|")
        hop = next(iter(self.hops.get(vertex, ())), None)
        proof = list(dict.fromkeys(event for lead in leads for event in lead.evidence))
        if hop is not None:
            kind, machine, account = "hop", hop["to_id"], hop["user_id"]
            time = hop["start"]
            proof = list(dict.fromkeys([*hop["evidence"], *proof]))
            first = hop["evidence"][0] if hop["evidence"] else proof[0]
        else:
            machine, account, time = leads[0].machine, leads[0].account, leads[0].time
            first = self._first.get(vertex) or proof[0]
        id_ = ids.digest("act", kind, machine, owner, first, size=12)
        return Act(id_, kind, vertex, machine, account, time, tuple(proof), hop, tuple(leads))
