"""Records beside the logon that tell where it came from: connections at either end, and Kerberos tickets."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import SECOND, with_address
from graphhunt.graph.weights import ORIGINS

if TYPE_CHECKING:
    from graphhunt.graph.case import Case
    from graphhunt.graph.clocks import Clocks

SILENT_PORTS = {3: (5985, 5986), 10: (3389,)}
"""Ports whose service hides the client's address from the logon record, by logon type."""

BEFORE, AFTER = 15 * SECOND, 3 * SECOND
"""A connection may precede the silent logon it carries by this much (kept alive), or follow it (rounded times)."""

JOINED = 60 * SECOND
"""A connection from the logon's address and port this near carried it, µs."""

TICKET_BEFORE, TICKET_AFTER = 10 * SECOND, 3 * SECOND
"""A ticket is asked for this long before the logon that uses it first; whole seconds may put it after, µs."""

_AGREE = 2 * SECOND
_NO_GUID = "{00000000-0000-0000-0000-000000000000}"


class Carried:
    """Claims of where sessions came from, by other records than their own.

    Args:
        case: Whose records.
        clocks: How far clocks differ.
        asked: The sessions: `Origins.asked`.
    """

    def __init__(self, case: Case, clocks: Clocks, asked: pl.DataFrame) -> None:
        self.case = case
        self.clocks = clocks
        self.asked = asked

    @cached_property
    def _outgoing(self) -> pl.DataFrame:
        """Outgoing connections with the machine that had the address they went to, in that machine's time."""
        frame = self.case.owners.connections.filter(
            (pl.col("direction") == "outgoing") & pl.col("allowed").fill_null(value=True)
        )
        frame = self.case.owners.resolve(frame, "remote_ip", "target").rename({"machine_id": "from_machine"})
        return self.clocks.onto(frame, "from_machine", "target")

    @property
    def joined(self) -> pl.DataFrame:
        """Claims by the source machine's own record of the connection: its address and port are the logon's."""
        asked = self.asked.filter(pl.col("source_port") > 0).select(
            "id", "machine_id", "start", ip="address", client_port="source_port"
        )
        out = self._outgoing.select(
            "from_machine", "target", "time", "event_id", ip="local_ip", client_port="local_port", port="remote_port"
        )
        pairs = asked.join(out, on=["ip", "client_port"]).filter(
            (pl.col("target").is_null() | (pl.col("target") == pl.col("machine_id")))
            & ((pl.col("time") - pl.col("start")).abs() <= JOINED)
            & (pl.col("from_machine") != pl.col("machine_id"))
        )
        alone = pairs.filter(pl.col("from_machine").n_unique().over("id") == 1)
        nearest = alone.with_columns(away=(pl.col("time") - pl.col("start")).abs()).sort(
            "id", "away", "port", "event_id"
        )
        return nearest.unique("id", keep="first", maintain_order=True).select(
            "id", "event_id", "port", "client_port", candidate="from_machine", label=pl.lit("Machine"),
            kind=pl.lit("port_join"), weight=pl.lit(ORIGINS["port_join"].weight),
        )  # fmt: skip

    @cached_property
    def _silent(self) -> pl.DataFrame:
        """Network sessions of people and services whose record states no source."""
        return self.asked.filter(
            pl.col("address").is_null()
            & pl.col("logon_type").is_in(list(SILENT_PORTS))
            & pl.col("user_kind").is_in(["person", "service"])
            & pl.col("logon_id").is_not_null()
        )

    def _candidates(self) -> pl.DataFrame:
        """Connections that may have carried a silent logon: seen at the target, or at the origin."""
        ports = [port for group in SILENT_PORTS.values() for port in group]
        columns = ["machine_id", "from_id", "label", "port", "time", "client_port", "user_id", "event_id"]
        frame = self.case.owners.connections.filter(pl.col("allowed").fill_null(value=True))
        inbound = frame.filter((pl.col("direction") == "incoming") & pl.col("local_port").is_in(ports))
        inbound = self.case.owners.resolve(inbound, "remote_ip", "leased").with_columns(
            from_id=pl.coalesce("leased", "remote_ip"), port=pl.col("local_port"), client_port=pl.col("remote_port"),
            label=pl.when(pl.col("leased").is_null()).then(pl.lit("IP")).otherwise(pl.lit("Machine")),
            user_id=pl.lit(None, pl.String),
        )  # fmt: skip
        outbound = self._outgoing.filter(pl.col("remote_port").is_in(ports)).with_columns(
            machine_id=pl.col("target"), from_id=pl.col("from_machine"), port=pl.col("remote_port"),
            client_port=pl.col("local_port"), label=pl.lit("Machine"),
        )  # fmt: skip
        both = pl.concat([inbound.select(columns), outbound.select(columns)])
        return both.drop_nulls(["from_id", "machine_id"]).filter(pl.col("from_id") != pl.col("machine_id"))

    @property
    def silent(self) -> pl.DataFrame:
        """Claims by the only connection that fits a logon whose record states no source."""
        asked = self._silent.select("id", "machine_id", "logon_type", "start", account="user_id")
        window = BEFORE + AFTER
        buckets = asked.with_columns(bucket=pl.col("start") // window)
        cells = self._candidates().with_columns(bucket=pl.col("time") // window)
        cells = pl.concat([cells.with_columns(pl.col("bucket") + step) for step in (-1, 0, 1)])
        ports = pl.DataFrame(
            [(kind, port) for kind, group in SILENT_PORTS.items() for port in group],
            schema={"logon_type": asked.schema["logon_type"], "port": cells.schema["port"]}, orient="row",
        )  # fmt: skip
        pairs = buckets.join(cells, on=["machine_id", "bucket"]).join(ports, on=["logon_type", "port"])
        ahead = pl.col("start") - pl.col("time")
        pairs = pairs.filter((ahead <= BEFORE) & (ahead >= -AFTER)).with_columns(
            distance=ahead.abs(), same=(pl.col("user_id") == pl.col("account")).fill_null(value=False)
        )
        return _agreed(pairs)

    @property
    def tickets(self) -> pl.DataFrame:
        """Claims by Kerberos tickets: one with the logon's own LogonGuid, or one asked for this machine just before."""
        tickets = self.case.facts("authentication").filter(
            (pl.col("protocol") == "kerberos-service") & pl.col("success")
        )
        tickets = with_address(tickets, "source_ip", "asked_from")
        tickets = self.case.owners.resolve(tickets, "asked_from", "leased").drop("machine_id")
        tickets = self.case.machines.named(tickets, "service", "service_machine", "domain").with_columns(
            candidate=pl.coalesce("leased", "asked_from"),
            label=pl.when(pl.col("leased").is_null()).then(pl.lit("IP")).otherwise(pl.lit("Machine")),
            guid=pl.col("logon_guid").str.to_lowercase(),
        )  # fmt: skip
        tickets = tickets.drop_nulls("candidate")
        return pl.concat([self._by_guid(tickets), self._asked_for(tickets)])

    def _by_guid(self, tickets: pl.DataFrame) -> pl.DataFrame:
        """Find the address that a ticket with the session's LogonGuid was given to; only if it is the only one."""
        asked = self.asked.filter(pl.col("address").is_null()).select(
            "id", "user_id", guid=pl.col("logon_guid").str.to_lowercase()
        )
        pairs = asked.filter(pl.col("guid") != _NO_GUID).join(
            tickets.select("guid", "user_id", "candidate", "label", "time", "event_id"), on=["guid", "user_id"]
        )
        return _only(pairs, "ticket_guid")

    def _asked_for(self, tickets: pl.DataFrame) -> pl.DataFrame:
        """Find the address that asked for a ticket to the machine of a silent logon just before it."""
        named = tickets.filter(pl.col("service").str.ends_with("$")).select(
            "user_id", "candidate", "label", "time", "event_id", machine_id="service_machine"
        )
        pairs = self._silent.select("id", "machine_id", "user_id", "start").join(named, on=["machine_id", "user_id"])
        ahead = pl.col("start") - pl.col("time")
        return _only(pairs.filter((ahead <= TICKET_BEFORE) & (ahead >= -TICKET_AFTER)), "ticket")


def _only(pairs: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Make claims of pairs where one candidate alone fits a session, by the earliest record."""
    alone = pairs.filter(pl.col("candidate").n_unique().over("id") == 1).sort("id", "time", "event_id")
    return alone.unique("id", keep="first", maintain_order=True).select(
        "id", "candidate", "label", "event_id", kind=pl.lit(kind), weight=pl.lit(ORIGINS[kind].weight)
    )


def _agreed(pairs: pl.DataFrame) -> pl.DataFrame:
    """Keep per session the nearest connection, unless one from another source fits about as well.

    A connection whose process ran as the session's account outweighs those that don't say.
    """
    best = pairs.filter(pl.col("same") | ~pl.col("same").any().over("id")).sort(
        "id", "distance", "from_id", "client_port", "event_id"
    )
    rivals = best.filter(pl.col("distance") <= pl.col("distance").min().over("id") + _AGREE)
    clear = rivals.filter(pl.col("from_id").n_unique().over("id") == 1)
    kind = pl.when("same").then(pl.lit("connection_account")).otherwise(pl.lit("connection"))
    weights = {name: ORIGINS[name].weight for name in ("connection", "connection_account")}
    # Both ends may have recorded the connection: both records prove it.
    first = clear.unique(["id", "event_id"], keep="first", maintain_order=True).with_columns(kind=kind)
    return first.select(
        "id", "label", "kind", "event_id", candidate="from_id",
        weight=pl.col("kind").replace_strict(weights, return_dtype=pl.Float64),
        port=pl.col("port").cast(pl.Int64), client_port=pl.col("client_port").cast(pl.Int64),
    )  # fmt: skip
