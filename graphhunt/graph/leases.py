"""Leases: which machine had which address when, and which end of a connection is the machine itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import polars as pl

from graphhunt import ids
from graphhunt.graph.frames import SECOND, evidence, hashed, mapped, with_address

if TYPE_CHECKING:
    from graphhunt.graph.machines import Machines

EPHEMERAL = 49152
"""First port of the dynamic range (RFC 6335, 6); a lower one is a service's."""

LEASE_GAP = 7 * 86_400 * SECOND
"""How far from its nearest sighting an address still means the machine, µs."""

NAMED_GAP = 3600 * SECOND
"""How far from a logon that names address and machine the one still means the other, µs."""

TO_AND_FRO = 3600 * SECOND
"""An address that leaves a machine and is back within this belongs to several at once, µs."""

_UNSHARED = ("private", "public", "link-local")
_SIGHTING = ["machine_id", "ip", "time", "event_id", "source"]


class Resolved(Protocol):
    """The part of a case that leases are read from."""

    @property
    def machines(self) -> Machines:
        """The machines that logged."""

    def kinds(self) -> list[str]:
        """List the kinds of which the case has facts."""

    def raw(self, kind: str) -> pl.DataFrame:
        """Give the facts of a kind in one fixed order."""

    def facts(self, kind: str) -> pl.DataFrame:
        """Give the facts of a kind that name a machine, with `machine_id`."""


def sided(case: Resolved) -> pl.DataFrame:
    """Give the connections with their ends told apart: `local_*`, `remote_*` and `direction`.

    Sysmon's and the filtering platform's source is the machine itself for outgoing connections; for incoming
    ones it depends on their version, so names, known own addresses and port ranges decide, in this order.
    """
    frame = case.facts("connection")
    for end in ("source", "destination"):
        frame = with_address(frame, f"{end}_ip", f"{end}_address")
        frame = case.machines.named(frame, f"{end}_name", f"{end}_machine")
    outgoing = (pl.col("direction") == "outbound") | pl.col("initiated").fill_null(value=False)
    frame = frame.with_columns(outgoing=outgoing.fill_null(value=False))
    own = (
        frame.filter("outgoing")
        .select("machine_id", "source_address")
        .drop_nulls()
        .unique()
        .rename({"source_address": "own"})
        .with_columns(is_own=True)
    )
    for end in ("source", "destination"):
        frame = frame.join(
            own.rename({"own": f"{end}_address", "is_own": f"{end}_own"}),
            on=["machine_id", f"{end}_address"],
            how="left",
            maintain_order="left",
        )
    return _choose_side(frame)


def _choose_side(frame: pl.DataFrame) -> pl.DataFrame:
    """Pick the local end by name, then own address, then port."""
    src_name = pl.col("source_machine").eq(pl.col("machine_id")).fill_null(value=False)
    dst_name = pl.col("destination_machine").eq(pl.col("machine_id")).fill_null(value=False)
    src_own = pl.col("source_own").fill_null(value=False)
    dst_own = pl.col("destination_own").fill_null(value=False)
    src_service = (pl.col("source_port") < EPHEMERAL) & (pl.col("destination_port") >= EPHEMERAL)
    local_source = (
        pl.when(pl.col("outgoing"))
        .then(pl.lit(value=True))
        .when(src_name != dst_name)
        .then(src_name)
        .when(src_own != dst_own)
        .then(src_own)
        .otherwise(src_service.fill_null(value=False))
    )
    frame = frame.with_columns(local_source=local_source)
    pick = pl.col("local_source")
    return frame.with_columns(
        local_ip=pl.when(pick).then("source_address").otherwise("destination_address"),
        local_port=pl.when(pick).then("source_port").otherwise("destination_port"),
        remote_ip=pl.when(pick).then("destination_address").otherwise("source_address"),
        remote_port=pl.when(pick).then("destination_port").otherwise("source_port"),
        remote_name=pl.when(pick).then("destination_name").otherwise("source_name"),
        direction=pl.when("outgoing").then(pl.lit("outgoing")).otherwise(pl.lit("incoming")),
    )


class Leases:
    """Sightings of addresses on machines, folded to intervals, and the look-up from address and time."""

    def __init__(self, case: Resolved) -> None:
        self.case = case
        self.connections = sided(case)
        self.sightings = self._sightings()
        self._named = self._named_logons()
        shared = pl.col("ip").is_in(self._shared())
        named = pl.col("machine_id").alias("_machine")
        self._nearest = (
            self.sightings.filter(~shared).select("ip", "time", named).unique().sort("time", "ip", "_machine")
        )

    @staticmethod
    def _runs(sightings: pl.DataFrame) -> pl.DataFrame:
        """Number the uninterrupted times a machine had an address."""
        changed = (pl.col("ip") != pl.col("ip").shift()) | (pl.col("machine_id") != pl.col("machine_id").shift())
        return sightings.with_columns(run=changed.fill_null(value=True).cum_sum())

    def _shared(self) -> list[str]:
        """List the addresses that pass to and fro between machines: behind one NAT, or of equal virtual networks.

        Such an address names no machine.
        """
        runs = self._runs(self.sightings).group_by("ip", "run", "machine_id").agg(
            first=pl.col("time").min(), last=pl.col("time").max()
        )  # fmt: skip
        runs = runs.sort("ip", "run")
        back = (pl.col("machine_id") == pl.col("machine_id").shift(2)) & (pl.col("ip") == pl.col("ip").shift(2))
        soon = pl.col("first") - pl.col("last").shift(2) <= TO_AND_FRO
        return runs.filter(back & soon).get_column("ip").unique().sort().to_list()

    def _sightings(self) -> pl.DataFrame:
        parts = [
            self.connections.rename({"local_ip": "ip"}).select(_SIGHTING),
            with_address(self.case.facts("lease").rename({"ip": "_ip"}), "_ip", "ip").select(_SIGHTING),
            self._machine_account_logons().select(_SIGHTING),
        ]
        frame = pl.concat(parts).drop_nulls("ip")
        return (
            mapped(frame, "ip", "scope", ids.scope)
            .filter(pl.col("scope").is_in(_UNSHARED))
            .sort("ip", "time", "machine_id", "event_id")
        )

    def _machine_account_logons(self) -> pl.DataFrame:
        """Give sightings from logons of a known machine's own account: `WS5$` comes from WS5's address."""
        logons = with_address(self.case.facts("logon"), "source_ip", "ip")
        logons = logons.filter(pl.col("user").str.ends_with("$") & pl.col("success") & (pl.col("logon_type") == 3))
        logons = self.case.machines.named(logons.drop("machine_id"), "user", "machine_id")
        return logons.filter(pl.col("machine_id").is_in(list(self.case.machines.known)))

    def _named_by_address(self) -> pl.DataFrame:
        """Give sightings of machines that a sensor knows by nothing but their address.

        They are kept apart from the others: another log may know the same machine by name, and an address that
        seems to be of two machines names none.
        """
        hosts = mapped(self.case.machines.spellings.select("host", "machine_id"), "host", "ip", ids.address)
        hosts = hosts.drop_nulls("ip")
        kinds = self.case.kinds() if hosts.height else []
        parts = [self.case.raw(kind).join(hosts, on="host").select(_SIGHTING) for kind in kinds]
        seen = pl.concat([self.sightings.clear().select(_SIGHTING), *parts]).drop_nulls("time").unique()
        told = self.sightings.select("machine_id", "ip").unique()
        return seen.join(told, on=["machine_id", "ip"], how="anti").sort("ip", "time", "machine_id", "event_id")

    def _named_logons(self) -> pl.DataFrame:
        """Give (ip, time, machine) of network logons that state both an address and a known machine's name.

        The name is the client's own word, so it is used only where nothing else tells whose the address is.
        """
        logons = with_address(self.case.facts("logon"), "source_ip", "ip").rename({"machine_id": "target_id"})
        logons = self.case.machines.named(logons, "workstation", "_machine").filter(
            (pl.col("logon_type") == 3)
            & pl.col("_machine").is_in(list(self.case.machines.known))
            & (pl.col("_machine") != pl.col("target_id"))
        )
        return logons.select("ip", "time", "_machine").drop_nulls().unique().sort("time", "ip", "_machine")

    def resolve(self, frame: pl.DataFrame, column: str, into: str) -> pl.DataFrame:
        """Add column `into`: the machine that had the address in `column` at `time`, null if none did.

        The nearest sighting decides; one further away than `LEASE_GAP` proves nothing.
        """
        return self._looked_up(frame, column, into, self._nearest, LEASE_GAP)

    def resolve_named(self, frame: pl.DataFrame, column: str, into: str) -> pl.DataFrame:
        """Add column `into`: the machine that logons from the address in `column` named around `time`."""
        return self._looked_up(frame, column, into, self._named, NAMED_GAP)

    @staticmethod
    def _looked_up(frame: pl.DataFrame, column: str, into: str, known: pl.DataFrame, gap: int) -> pl.DataFrame:
        asked = frame.select(pl.col(column).alias("ip"), "time").with_row_index("_row")
        wanted = asked.drop_nulls("ip").sort("time", "_row")
        found = wanted.join_asof(known, on="time", by="ip", strategy="nearest", tolerance=gap, check_sortedness=False)
        machines = asked.join(found.select("_row", "_machine"), on="_row", how="left", maintain_order="left")
        return frame.with_columns(machines.get_column("_machine").alias(into))

    def relationships(self) -> pl.DataFrame:
        """Give HAD_IP: one row per uninterrupted time a machine had an address."""
        seen = [self.sightings.select(_SIGHTING), self._named_by_address()]
        runs = pl.concat([self._runs(part) for part in seen])
        grouped = runs.group_by("machine_id", "ip", "run").agg(
            *evidence(), start=pl.col("time").min(), end=pl.col("time").max()
        )
        return grouped.select(
            hashed("HAD_IP", "machine_id", "ip", "start").alias("id"),
            pl.col("machine_id").alias("from_id"),
            pl.col("ip").alias("to_id"),
            "start",
            "end",
            "count",
            "evidence",
            "source",
            pl.lit("observed").alias("confidence"),
        )
