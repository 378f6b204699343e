"""Where remote sessions came from: REMOTE_LOGON, the edge of attack paths.

A logon's address names the source machine at its time. Where Windows writes none (WinRM and other services
behind http.sys, event 4624 with `IpAddress` "-"), the matching inbound connection does, or the Kerberos
ticket asked for just before; such sources are marked `correlated`. A source is never guessed to be the
machine itself.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt import ids
from graphhunt.graph.frames import SECOND, mapped, text, with_address

if TYPE_CHECKING:
    from graphhunt.graph.case import Case
    from graphhunt.graph.sessions import Sessions
    from graphhunt.graph.skew import Skew

LOCAL_TYPES = (0, 4, 5, 9, 11)
"""Logon types that never come from another machine: system, batch, service, new credentials, cached."""

SILENT_PORTS = {3: (5985, 5986), 10: (3389,)}
"""Ports whose service hides the client's address from the logon record, by logon type."""

BEFORE, AFTER = 15 * SECOND, 3 * SECOND
"""A connection may precede the logon it carries by this much (kept alive), or follow it (rounded times)."""

TICKET = 5 * SECOND
"""How far a Kerberos service ticket may be from the logon it was asked for, µs."""

_AGREE = 2 * SECOND


class Sources:
    """The source of every session that came from elsewhere."""

    def __init__(self, case: Case, sessions: Sessions, skew: Skew) -> None:
        self.case = case
        self.sessions = sessions
        self.skew = skew

    @cached_property
    def _asked(self) -> pl.DataFrame:
        """Sessions whose logon was recorded, with what their record says of the source."""
        kinds = self.case.accounts.nodes().select(pl.col("id").alias("user_id"), pl.col("kind").alias("user_kind"))
        frame = self.sessions.table.filter(
            (pl.col("confidence") == "observed") & ~pl.col("logon_type").fill_null(3).is_in(list(LOCAL_TYPES))
        ).join(kinds, on="user_id", how="left")
        frame = self.case.machines.named(frame.with_columns(text("workstation")), "workstation", "named_id")
        frame = self.case.leases.resolve(frame.with_columns(time=pl.col("start")), "address", "leased_id")
        frame = self.case.leases.resolve_named(frame, "address", "claimed_id")
        return mapped(frame, "address", "scope", ids.scope)

    @cached_property
    def _stated(self) -> pl.DataFrame:
        """Sources that the logon record itself states: by a lease, by a name, or as a bare address."""
        own = pl.col("machine_id")
        here = (pl.col("leased_id") == own) | pl.col("scope").is_in(["loopback", "unspecified", "link-local"])
        network = pl.col("logon_type").fill_null(3) == 3
        named = pl.when(network & (pl.col("named_id") != own)).then("named_id")
        claimed = pl.coalesce(
            pl.when(named.is_in(list(self.case.machines.known))).then(named),
            pl.when(network & (pl.col("claimed_id") != own)).then("claimed_id"),
            pl.when(pl.col("address").is_null()).then(named),
        )
        frame = self._asked.with_columns(claimed=claimed).filter(
            ~(here.fill_null(value=False) & (pl.col("leased_id").is_null() | (pl.col("leased_id") == own)))
        )
        machine = pl.coalesce("leased_id", "claimed")
        certain = pl.col("leased_id").is_not_null() | pl.col("claimed").is_null() | pl.col("address").is_null()
        frame = frame.with_columns(
            from_id=pl.coalesce(machine, "address"),
            from_label=pl.when(machine.is_null()).then(pl.lit("IP")).otherwise(pl.lit("Machine")),
            how=pl.when(certain).then(pl.lit("observed")).otherwise(pl.lit("correlated")),
        )
        return frame.filter(pl.col("from_id").is_not_null() & (pl.col("from_id") != own))

    @cached_property
    def _silent(self) -> pl.DataFrame:
        """Sessions of people and services whose record states no source but which are network logons."""
        nameless = pl.col("named_id").is_null() | (pl.col("named_id") == pl.col("machine_id"))
        return self._asked.filter(
            pl.col("address").is_null()
            & nameless
            & pl.col("logon_type").is_in(list(SILENT_PORTS))
            & pl.col("user_kind").is_in(["person", "service"])
            & pl.col("logon_id").is_not_null()
        )

    def _candidates(self) -> pl.DataFrame:
        """Connections that may have carried a silent logon: seen at the target, or at the origin."""
        ports = [port for group in SILENT_PORTS.values() for port in group]
        frame = self.case.leases.connections.filter(pl.col("allowed").fill_null(value=True))
        columns = ["machine_id", "from_id", "from_label", "port", "time", "client_port", "user_id", "event_id"]
        inbound = frame.filter((pl.col("direction") == "incoming") & pl.col("local_port").is_in(ports))
        inbound = self.case.leases.resolve(inbound, "remote_ip", "leased").with_columns(
            from_id=pl.coalesce("leased", "remote_ip"),
            port=pl.col("local_port"),
            client_port=pl.col("remote_port"),
            from_label=pl.when(pl.col("leased").is_null()).then(pl.lit("IP")).otherwise(pl.lit("Machine")),
            user_id=pl.lit(None, pl.String),
        )
        outbound = frame.filter((pl.col("direction") == "outgoing") & pl.col("remote_port").is_in(ports))
        outbound = self.case.leases.resolve(outbound, "remote_ip", "target").rename({"machine_id": "from_id"})
        outbound = self.skew.onto(outbound, "from_id", "target").with_columns(
            machine_id=pl.col("target"),
            port=pl.col("remote_port"),
            client_port=pl.col("local_port"),
            from_label=pl.lit("Machine"),
        )
        both = pl.concat([inbound.select(columns), outbound.select(columns)])
        return both.filter(pl.col("from_id").is_not_null() & (pl.col("from_id") != pl.col("machine_id"))).drop_nulls(
            "machine_id"
        )

    @cached_property
    def _carried(self) -> pl.DataFrame:
        """Silent sessions with the connection that carried them, where only one source fits."""
        asked = self._silent.select("id", "machine_id", "logon_type", "start", pl.col("user_id").alias("account"))
        window = BEFORE + AFTER
        buckets = asked.with_columns(bucket=pl.col("start") // window)
        cells = self._candidates().with_columns(bucket=pl.col("time") // window)
        cells = pl.concat([cells.with_columns(pl.col("bucket") + step) for step in (-1, 0, 1)])
        ports = pl.DataFrame(
            [(kind, port) for kind, group in SILENT_PORTS.items() for port in group],
            schema={"logon_type": asked.schema["logon_type"], "port": cells.schema["port"]},
            orient="row",
        )
        pairs = buckets.join(cells, on=["machine_id", "bucket"]).join(ports, on=["logon_type", "port"])
        ahead = pl.col("start") - pl.col("time")
        pairs = pairs.filter((ahead <= BEFORE) & (ahead >= -AFTER)).with_columns(
            distance=ahead.abs(), same=(pl.col("user_id") == pl.col("account")).fill_null(value=False)
        )
        return _agreed(pairs)

    @cached_property
    def _ticketed(self) -> pl.DataFrame:
        """Silent sessions with the address that asked for a Kerberos ticket to the machine just then."""
        tickets = self.case.facts("authentication").filter(
            (pl.col("protocol") == "kerberos-service") & pl.col("success") & pl.col("service").str.ends_with("$")
        )
        tickets = with_address(tickets, "source_ip", "asked_from")
        tickets = self.case.leases.resolve(tickets, "asked_from", "leased")
        tickets = (
            self.case.machines.named(tickets.drop("machine_id"), "service", "machine_id")
            .with_columns(
                from_id=pl.coalesce("leased", "asked_from"),
                client_port=pl.lit(None, pl.Int64),
                port=pl.lit(None, pl.Int64),
                from_label=pl.when(pl.col("leased").is_null()).then(pl.lit("IP")).otherwise(pl.lit("Machine")),
            )
            .drop_nulls(["from_id", "machine_id"])
        )
        asked = self._silent.join(self._carried.select("id"), on="id", how="anti")
        pairs = (
            asked.select("id", "machine_id", "user_id", "start")
            .join(
                tickets.select(
                    "machine_id", "user_id", "from_id", "from_label", "port", "client_port", "time", "event_id"
                ),
                on=["machine_id", "user_id"],
            )
            .filter(pl.col("from_id") != pl.col("machine_id"))
        )
        pairs = pairs.with_columns(distance=(pl.col("start") - pl.col("time")).abs(), same=pl.lit(value=True))
        return _agreed(pairs.filter(pl.col("distance") <= TICKET))

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row per remote session: its columns, `from_id`, `from_label`, `how`, `service_port`, `proof`."""
        found = pl.concat([self._carried, self._ticketed])
        silent = (
            self._silent.join(found, on="id")
            .with_columns(how=pl.lit("correlated"), source_port=pl.coalesce("source_port", "client_port"))
            .rename({"port": "service_port"})
        )
        stated = self._stated.with_columns(proof=pl.lit([], pl.List(pl.String)))
        return pl.concat([stated, silent.drop("client_port")], how="diagonal").sort("start", "id")


def _agreed(pairs: pl.DataFrame) -> pl.DataFrame:
    """Keep per session the nearest candidate, unless another source fits about as well.

    A candidate whose process ran as the session's account outweighs those that don't say.
    """
    best = pairs.filter(pl.col("same") | ~pl.col("same").any().over("id")).sort("id", "distance", "from_id", "event_id")
    rivals = best.filter(pl.col("distance") <= pl.col("distance").min().over("id") + _AGREE)
    clear = rivals.filter(pl.col("from_id").n_unique().over("id") == 1)
    grouped = clear.group_by("id", maintain_order=True).agg(
        pl.col("from_id", "from_label", "port", "client_port").first(),
        proof=pl.col("event_id").unique(maintain_order=True).head(4),
    )
    return grouped.select(
        "id", "from_id", "from_label", pl.col("port").cast(pl.Int64), pl.col("client_port").cast(pl.Int64), "proof"
    )
