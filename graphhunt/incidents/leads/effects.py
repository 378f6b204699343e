"""Leads of what processes did: calls to the outside, credentials taken, files that came over the network and ran."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.graph.claims import ACTS
from graphhunt.incidents.files import Arrivals
from graphhunt.incidents.lead import Entity, Lead
from graphhunt.incidents.leads.commands import of_process
from graphhunt.incidents.programs import INTERPRETERS

if TYPE_CHECKING:
    from graphhunt.incidents.networks import Networks
    from graphhunt.incidents.tables import Tables

_SYSTEM = "S-1-5-18"
OWN_SHARE = 0.25
"""Part of its weight that an opening of lsass keeps where a program of the system, no interpreter, did it."""

_DUMP = r"(?i)(?:^|\\)lsass[^\\]*\.(?:dmp|zip|bin|tmp)$"


def effect_leads(tables: Tables, networks: Networks, arrivals: Arrivals) -> Iterator[Lead]:
    """Give the leads of what processes did."""
    yield from _calls(tables, networks)
    yield from _opened(tables)
    yield from _dumps(tables)
    yield from _arrived(tables, arrivals)


def _calls(tables: Tables, networks: Networks) -> Iterator[Lead]:
    """An interpreter talked to an outside address."""
    calls = networks.calls.filter(pl.col("program").is_in(INTERPRETERS) & pl.col("to_id").is_in(list(networks.outside)))
    for row in _with_process(tables, calls, "from_id"):
        target = Entity("IP", row["to_id"])
        found = of_process("outside_call", row, row["proof"], row["time"], address=target, port=str(row["remote_port"]),
                           why=networks.outside[row["to_id"]])  # fmt: skip
        yield found._replace(relationships=(row["edge"],))


def _opened(tables: Tables) -> Iterator[Lead]:
    """Lsass was opened with rights that give its secrets away."""
    found = tables.edges("ACCESSED", "granted", "grade", "claim").filter(pl.col("grade") >= ACTS)
    lsass = tables.processes.filter(pl.col("name") == "lsass.exe").select(to_id="id")
    for row in _with_process(tables, found.join(lsass, on="to_id", how="semi"), "from_id"):
        own = (row["user_id"] in (None, _SYSTEM)) and row["name"] not in INTERPRETERS
        lead = of_process("lsass_read", row, row["proof"], row["time"], mask=row["granted"], says=row["claim"])
        yield lead._replace(share=row["grade"] * (OWN_SHARE if own else 1.0), relationships=(row["edge"],))


def _dumps(tables: Tables) -> Iterator[Lead]:
    """A file was written that is called as memory dumps of lsass are."""
    found = tables.edges("WROTE", "path").filter(pl.col("path").str.contains(_DUMP))
    for row in _with_process(tables, found.rename({"path": "file"}), "from_id"):
        lead = of_process(
            "lsass_dump", row, row["proof"], row["time"], file=Entity("File", row["to_id"]), path=row["file"]
        )
        yield lead._replace(relationships=(row["edge"],))


def _arrived(tables: Tables, arrivals: Arrivals) -> Iterator[Lead]:
    """A file that came over the network was run, named on a command line or loaded."""
    for row in _with_process(tables, arrivals.used.filter("remote"), "process_id"):
        kind = "library_over_smb" if row["how"] == "loaded" else "file_over_smb"
        proof, gap = [*row["written"][:10], *row["proof"][:10]], row["time"] - row["wrote"]
        yield of_process(
            kind,
            row,
            proof,
            row["time"],
            path=row["file"],
            file=Entity("File", row["file_id"]),
            how=row["how"],
            gap=gap,
        )


def _with_process(tables: Tables, found: pl.DataFrame, column: str) -> Iterator[dict[str, Any]]:
    """Give rows with the process that did it; time and records of the act as `time` and `proof`, its id as `edge`."""
    given = found.rename({
        name: other for name, other in (("start", "time"), ("evidence", "proof"), ("id", "edge"))
        if name in found.columns
    })  # fmt: skip
    given = given.drop([name for name in ("machine_id", "user_id") if name in given.columns])
    rows = given.join(tables.processes, left_on=column, right_on="id", how="inner").filter(
        pl.col("proof").list.len() > 0
    )
    for row in rows.sort("time", column).iter_rows(named=True):
        yield {**row, "id": row[column]}
