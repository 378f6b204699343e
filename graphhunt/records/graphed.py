"""What the graph knows of records: which are drawn, whose session each belongs to, leads and techniques."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from graphhunt.errors import GraphhuntError
from graphhunt.graph.wellknown import SYSTEM_LOGONS
from graphhunt.ids import short_host
from graphhunt.incidents.asked import options
from graphhunt.incidents.find import incidents_of
from graphhunt.records.index import Coded, coded

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.records.index import Records

_INHERITED = 16
"""Generations of processes that belong to the session that started the first of them from afar."""

_SLACK = 2_000_000
"""µs by which the record of a process's start may come before the start itself."""


class Graphed:
    """The graph's side of all records.

    Args:
        records: The records.
        snapshot: The graph's tables.
        workspace: The workspace's folder, whose casebook has links by hand.
    """

    def __init__(self, records: Records, snapshot: Snapshot, workspace: Path) -> None:
        self._records = records
        self._snapshot = snapshot
        self._workspace = workspace

    @cached_property
    def drawn(self) -> npt.NDArray[np.bool_]:
        """Which records are in the graph."""
        undrawn = self._table("Undrawn", "event_id")
        table = self._records.table.select("event_id", "outcome")
        left = pl.col("event_id").is_in(undrawn.get_column("event_id").implode())
        drawn = table.select((pl.col("outcome") == "loaded") & ~left).to_series()
        return drawn.to_numpy() if self._snapshot.fingerprint else np.zeros(len(drawn), dtype=np.bool_)

    @cached_property
    def leads(self) -> dict[int, list[str]]:
        """The kinds of leads that rest on records, by the records' numbers; none where they can't be told."""
        found: dict[str, set[str]] = {}
        try:
            incidents = incidents_of(self._snapshot, options({}, self._workspace)).incidents
        except GraphhuntError:
            return {}
        for incident in incidents:
            for lead in incident.leads:
                for event_id in lead.evidence:
                    found.setdefault(event_id, set()).add(lead.kind)
        numbers = self._records.numbers(list(found))
        return {number: sorted(found[event_id]) for event_id, number in numbers.items()}

    @cached_property
    def lead_mask(self) -> npt.NDArray[np.bool_]:
        """Which records leads rest on."""
        mask = np.zeros(self._records.count, dtype=np.bool_)
        mask[list(self.leads)] = True
        return mask

    def with_technique(self, technique: str) -> list[int]:
        """Give the numbers of the records of remote logons by a technique, or of its kinds where it has any."""
        hops = self._table("REMOTE_LOGON", "evidence", "technique", "credential_technique")
        fits = [
            (pl.col(name) == technique) | pl.col(name).str.starts_with(f"{technique}.")
            for name in ("technique", "credential_technique")
        ]
        found = hops.filter(pl.any_horizontal(fits).fill_null(value=False)).explode("evidence").get_column("evidence")
        return list(self._records.numbers(found.drop_nulls().to_list()).values())

    @cached_property
    def sessions(self) -> Coded:
        """The logon session of each record: of its own words, of its process, or of who started its process."""
        return coded(self._attributed.get_column("logon"))

    @cached_property
    def accounts(self) -> Coded:
        """The account of each record: the owner of its session, else whom it names."""
        return coded(self._attributed.get_column("account"))

    @cached_property
    def _attributed(self) -> pl.DataFrame:
        """Give `logon` and `account` of every record."""
        rows = self._records.table.select("event_id", "host", "time", "logon", "account", "guid", "pid", "service")
        rows = rows.with_row_index("number").with_columns(machine=self._machine_ids())
        rows = rows.join(self._of_processes(rows), on="number", how="left", maintain_order="left")
        rows = rows.join(self._of_services(rows), on="number", how="left", maintain_order="left")
        system = pl.col("logon").is_in(SYSTEM_LOGONS).fill_null(value=False)
        own = pl.when(~system).then("logon")
        logon = pl.coalesce("from_afar", "installed", own, "of_process", "logon")
        rows = rows.with_columns(logon=logon)
        rows = rows.join(self._owners(), on=["machine", "logon"], how="left", maintain_order="left")
        owner = pl.when(~pl.col("logon").is_in(SYSTEM_LOGONS)).then("owner")
        account = pl.col("account").str.split("\\").list.last()
        return rows.select("logon", account=pl.coalesce(owner, account))

    def _machine_ids(self) -> pl.Expr:
        """Give the graph's machine of each record's host."""
        machines = self._table("Machine", "id", "name", "fqdn", "aliases")
        known: dict[str, str] = {}
        for id_, name, fqdn, aliases in machines.iter_rows():
            for said in (*(aliases or ()), fqdn, name):
                if said:
                    known.setdefault(str(said).lower(), id_)
        hosts = self._records.host.texts
        told = {
            host: known.get(host.lower()) or known.get(short_host(host).lower()) or short_host(host) for host in hosts
        }
        return pl.col("host").replace_strict(told, default=None, return_dtype=pl.String)

    def _of_processes(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give the session of each record's process: its own, and that which started it from another machine."""
        processes = self._processes()
        by_id = rows.join(self._ran(), on="event_id").select("number", "process")
        guids = processes.drop_nulls("guid").select("machine", "guid", process="id").unique(["machine", "guid"])
        by_guid = rows.join(guids, on=["machine", "guid"]).select("number", "process")
        by_pid = self._by_pid(rows, processes)
        found = pl.concat([by_id, by_guid, by_pid]).unique("number", keep="first", maintain_order=True)
        logons = processes.select(process="id", of_process="logon_id", from_afar="from_afar")
        return found.join(logons, on="process").select("number", "of_process", "from_afar")

    def _ran(self) -> pl.DataFrame:
        ran = self._table("RAN", "to_id", "evidence").explode("evidence")
        return ran.drop_nulls().select(event_id="evidence", process="to_id").unique("event_id", keep="first")

    @staticmethod
    def _by_pid(rows: pl.DataFrame, processes: pl.DataFrame) -> pl.DataFrame:
        """Find the process that had a number on a machine at the time of a record."""
        asked = rows.filter(pl.col("guid").is_null()).drop_nulls(["machine", "pid", "time"])
        asked = asked.select("number", "machine", "pid", at=pl.col("time") + _SLACK).sort("at")
        known = (
            processes.drop_nulls(["pid", "start"]).select("machine", "pid", "start", "end", process="id").sort("start")
        )
        found = asked.join_asof(
            known, left_on="at", right_on="start", by=["machine", "pid"], strategy="backward", check_sortedness=False
        )
        ended = pl.col("end") + 2 * _SLACK < pl.col("at")
        return found.drop_nulls("process").filter(~ended.fill_null(value=False)).select("number", "process")

    def _processes(self) -> pl.DataFrame:
        """Give the processes with the logon id of the session that started them, or an ancestor, from afar."""
        found = self._table(
            "Process", "id", "machine_id", "guid", "pid", "start", "end", "logon_id", "remote_session_id"
        ).rename({"machine_id": "machine"})
        logons = self._table("LOGGED_ON", "logon_session_id", "logon_id").drop_nulls().unique("logon_session_id")
        far = found.join(
            logons.rename({"logon_id": "from_afar"}),
            left_on="remote_session_id",
            right_on="logon_session_id",
            how="left",
        )
        children = self._table("SPAWNED", "from_id", "to_id").rename({"from_id": "parent", "to_id": "id"})
        known = far.drop_nulls("from_afar").select("id", "from_afar")
        newest = known
        own = found.filter(~pl.col("logon_id").is_in(SYSTEM_LOGONS)).select("id")
        for _ in range(_INHERITED):
            newest = children.join(newest, left_on="parent", right_on="id").select("id", "from_afar")
            newest = newest.join(known, on="id", how="anti").join(own, on="id", how="anti").unique("id", keep="first")
            if newest.is_empty():
                break
            known = pl.concat([known, newest])
        return found.join(known, on="id", how="left")

    def _of_services(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give the session that installed the service of a record that tells of an installation."""
        made = self._table("INSTALLED", "to_id", "logon_id").drop_nulls().unique("to_id", keep="first")
        key = pl.concat_str("machine", pl.col("service").str.to_lowercase(), separator="|")
        told = rows.filter(self._records.table.select(pl.col("code").is_in(_INSTALLING)).to_series())
        asked = told.drop_nulls(["machine", "service"]).select("number", key=key)
        found = asked.join(made, left_on="key", right_on="to_id").unique("number", keep="first")
        return found.select("number", installed="logon_id")

    def _owners(self) -> pl.DataFrame:
        sessions = self._table("LOGGED_ON", "from_id", "to_id", "logon_id").drop_nulls()
        names = self._table("User", "id", "name").rename({"id": "from_id", "name": "owner"})
        owned = sessions.join(names, on="from_id").unique(["to_id", "logon_id"], keep="first")
        return owned.select("owner", machine="to_id", logon="logon_id")

    def _table(self, name: str, *columns: str) -> pl.DataFrame:
        found = self._snapshot.scan(name)
        kinds = {"evidence": pl.List(pl.String), "aliases": pl.List(pl.String)}
        kinds |= dict.fromkeys(("pid", "start", "end"), pl.Int64)  # type: ignore[arg-type]
        if found is None:
            return pl.DataFrame(schema={column: kinds.get(column, pl.String()) for column in columns})
        return found.select(columns).collect()


_INSTALLING = ("Security/4697", "System/7045")
