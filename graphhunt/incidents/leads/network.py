"""Leads of network sensors: who went to whom, by which port, and who calls the outside; class N.

A sensor sees addresses and ports. It knows no account and no program, so that what a hop was is only consistent with a
technique. Where a machine's own records tell of the hop, those are believed and the sensor adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from graphhunt.incidents.lead import MINUTE, Entity, Lead
from graphhunt.incidents.leads.hops import told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.incidents.networks import Networks
    from graphhunt.incidents.tables import Tables

Row = dict[str, Any]


class Way(NamedTuple):
    """A way from machine to machine: its kind of lead, its ports (IANA), and the technique it is consistent with."""

    kind: str
    ports: tuple[int, ...]
    technique: str


WAYS = (
    Way("network_winrm", (5985, 5986), "T1021.006"),
    Way("network_smb", (445, 139), "T1021.002"),
    Way("network_rpc", (135,), "T1021.003"),
    Way("network_rdp", (3389,), "T1021.001"),
    Way("network_ssh", (22,), "T1021.004"),
)
"""Ways that sensors can tell apart."""

DYNAMIC = 49_152
"""Programs of Windows that serve calls from afar get ports from here on (RFC 6335, 6)."""

COPIED = 1_000_000
"""Bytes sent to a share from which on a file was brought."""

CALLS = 60
"""Connections to one outside address within the hour that a row of flows holds; a person's browser makes fewer."""

FEW = 3
"""Machines that may go to a machine by one way, or talk to an outside address, for it to be nobody's usual one."""

AFTER = 24 * 60 * MINUTE
"""How long after a hop its target begins to call the address that the hop's source had called, µs."""

_SENT = {"network_smb": "network_copy"}


def network_leads(tables: Tables, networks: Networks) -> Iterator[Lead]:
    """Give the leads of flows."""
    flows = tables.edges("FLOWED_TO", "remote_port", "bytes_out", "bytes_in").sort("start", "id")
    if flows.is_empty():
        return
    owners = owners_of(tables)
    if networks.flows_only:
        yield from _tickets(tables)
        yield from _calls(flows, networks, owners)
    hops = _hops(tables, networks, flows)
    for row in hops.iter_rows(named=True):
        yield _hop(row, owners)
    yield from _followed(flows, hops, networks, owners)


def owners_of(tables: Tables) -> dict[str, str]:
    """Give the machine of each address that one machine had."""
    had = tables.edges("HAD_IP").select("to_id", "from_id").unique("to_id", keep="none")
    return dict(had.iter_rows())


def _tickets(tables: Tables) -> Iterator[Lead]:
    """A sensor saw WinRM go from one machine to another, with the account's ticket for it."""
    for hop in tables.hops.filter(pl.col("technique") == "T1021.006").iter_rows(named=True):
        yield told("network_remote", hop)


def _hops(tables: Tables, networks: Networks, flows: pl.DataFrame) -> pl.DataFrame:
    """Flows by which a machine of the case went to another one that few go to so: with `kind` and `technique`."""
    answered = (pl.col("bytes_out").fill_null(0) > 0) & (pl.col("bytes_in").fill_null(0) > 0)
    inside = ~pl.col("to_id").is_in(list(networks.outside)) & ~pl.col("from_id").is_in(list(networks.outside))
    by_port = {port: way for way in WAYS for port in way.ports}
    ways = pl.DataFrame(
        [(port, way.kind, way.technique) for port, way in by_port.items()],
        schema={"remote_port": pl.Int64, "kind": pl.String, "technique": pl.String}, orient="row",
    )  # fmt: skip
    few = pl.col("from_id").n_unique().over("to_id", "kind") <= FEW
    quiet = ~pl.col("to_id").is_in(_servers(tables).implode())
    found = flows.filter(inside & answered & (pl.col("from_id") != pl.col("to_id"))).join(ways, on="remote_port")
    found = found.filter(few & quiet)
    served = flows.filter(pl.col("remote_port") >= DYNAMIC).select("from_id", "to_id", then="start", until="end")
    called = found.filter(pl.col("kind") == "network_rpc").join(served, on=["from_id", "to_id"])
    called = called.filter((pl.col("until") >= pl.col("start")) & (pl.col("then") <= pl.col("end") + MINUTE))
    real = (pl.col("kind") != "network_rpc") | pl.col("id").is_in(called.get_column("id").implode())
    return _unrecorded(tables, found.filter(real)).sort("start", "id")


def _servers(tables: Tables) -> pl.Series:
    """Addresses of domain controllers, which everybody goes to."""
    own = tables.machines.filter(pl.col("role").is_not_null()).select(from_id="id")
    return tables.edges("HAD_IP").join(own, on="from_id", how="semi").get_column("to_id")


def _unrecorded(tables: Tables, flows: pl.DataFrame) -> pl.DataFrame:
    """Leave out the flows of remote logons that more than sensors tell of."""
    sensed = pl.col("witnesses").list.eval(pl.element().str.ends_with("_sensor")).list.all()
    had = tables.edges("HAD_IP").select(machine="from_id", address="to_id")
    hops = tables.hops.filter(~sensed).join(had, left_on="to_id", right_on="machine", how="inner")
    known = hops.select(to_id="address", from_id="source_ip", began="start").drop_nulls()
    pairs = flows.select("id", "from_id", "to_id", "start", "end").join(known, on=["from_id", "to_id"])
    near = pairs.filter(pl.col("began").is_between(pl.col("start") - MINUTE, pl.col("end") + MINUTE))
    return flows.join(near, on="id", how="anti")


def _hop(row: Row, owners: Mapping[str, str]) -> Lead:
    """Make the lead of a hop; a share to which much was sent had a file brought."""
    kind = str(row["kind"])
    kind = _SENT.get(kind, kind) if row["bytes_out"] >= COPIED else kind
    return _flow(kind, row, row["to_id"], owners, technique=row["technique"])


def _calls(flows: pl.DataFrame, networks: Networks, owners: Mapping[str, str]) -> Iterator[Lead]:
    """An address called an outside one very often, which few call."""
    outside = pl.col("to_id").is_in(list(networks.outside)) & (pl.col("bytes_in").fill_null(0) > 0)
    few = pl.col("from_id").n_unique().over("to_id") <= FEW
    for row in flows.filter(outside & (pl.col("count") >= CALLS) & few).iter_rows(named=True):
        yield _flow("network_calls", row, row["from_id"], owners)


def _followed(flows: pl.DataFrame, hops: pl.DataFrame, networks: Networks, owners: Mapping[str, str]) -> Iterator[Lead]:
    """After a hop its target began to call an outside address that its source had called, and hardly anybody else."""
    calls = flows.filter(pl.col("to_id").is_in(list(networks.outside)) & (pl.col("bytes_in").fill_null(0) > 0))
    rare = calls.filter(pl.col("from_id").n_unique().over("to_id") <= FEW)
    first = rare.unique(["from_id", "to_id"], keep="first", maintain_order=True)
    before = first.select(from_id="from_id", outside="to_id", called="start")
    after = first.select(to_id="from_id", outside="to_id", began="start", seen="id", proof="evidence", calls="count")
    went = hops.unique(["from_id", "to_id"], keep="first", maintain_order=True)
    found = went.join(before, on="from_id").join(after, on=["to_id", "outside"]).filter(
        (pl.col("called") < pl.col("began")) & (pl.col("start") < pl.col("began"))
        & (pl.col("began") - pl.col("start") <= AFTER)
    )  # fmt: skip
    for row in found.sort("began", "seen", "id").iter_rows(named=True):
        known = {"id": row["seen"], "start": row["began"], "count": row["calls"], "bytes_out": None,
                 "evidence": [*row["evidence"][:1], *row["proof"]]}  # fmt: skip
        lead = _flow("network_followed", {**row, **known}, row["to_id"], owners)
        yield lead._replace(facts={**lead.facts, "outside": Entity("IP", row["outside"])})


def _flow(kind: str, row: Row, place: str, owners: Mapping[str, str], **facts: Any) -> Lead:
    """Make a lead of a flow that tells of one of its ends."""
    known = {
        "from": Entity("IP", row["from_id"]), "address": Entity("IP", row["to_id"]), "port": str(row["remote_port"]),
        "count": row["count"], "bytes": row["bytes_out"], **facts,
    }  # fmt: skip
    source = owners.get(row["from_id"], row["from_id"])
    return Lead(kind, f"host|{place}", row["start"], owners.get(place, place), None, tuple(row["evidence"]), known,
                relationships=(row["id"],), source=source)  # fmt: skip
