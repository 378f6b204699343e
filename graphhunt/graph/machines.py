"""Machines: every spelling of a host folded to one node."""

from __future__ import annotations

import polars as pl

from graphhunt import ids


class Machines:
    """The hosts that logged an event; FQDN, NetBIOS name and case are one machine.

    Only a host an event happened on is a machine: a collector, or a name an attacker put into a logon,
    doesn't become one here.
    """

    def __init__(self, frames: dict[str, pl.DataFrame], client_id: str = "default") -> None:
        self.client_id = client_id
        spellings = [
            frame.select("host", "time")
            .drop_nulls("host")
            .group_by("host")
            .agg(first_seen=pl.col("time").min(), last_seen=pl.col("time").max())
            for frame in frames.values()
        ]
        empty = pl.DataFrame(schema={"host": pl.String, "first_seen": pl.Int64, "last_seen": pl.Int64})
        seen = (
            pl.concat([empty, *spellings]).group_by("host").agg(pl.col("first_seen").min(), pl.col("last_seen").max())
        )
        folded = [(host, self._id(host)) for host in seen.get_column("host").sort()]
        self._ids = pl.DataFrame(folded, schema={"host": pl.String, "machine_id": pl.String}, orient="row")
        self.spellings = seen.join(self._ids, on="host").drop_nulls("machine_id").sort("host")
        self.known = frozenset(self._ids.get_column("machine_id").drop_nulls())

    def _id(self, host: str) -> str | None:
        short = ids.short_host(host)
        if not short:
            return None
        return short if self.client_id == "default" else f"{self.client_id}:{short}"

    def resolve(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add `machine_id` from `host`, and drop rows whose host is unknown."""
        joined = frame.join(self._ids, on="host", how="left", maintain_order="left")
        return joined.filter(pl.col("machine_id").is_not_null())

    def named(self, frame: pl.DataFrame, column: str, into: str) -> pl.DataFrame:
        """Add column `into`: the id that the machine named in `column` has or would have."""
        values = frame.get_column(column).drop_nulls().unique().sort()
        table = pl.DataFrame(
            {column: values, into: [self._id(value) for value in values]}, schema={column: pl.String, into: pl.String}
        )
        return frame.join(table, on=column, how="left", maintain_order="left")

    def nodes(self) -> pl.DataFrame:
        """Give one row per machine with its names and times."""
        short = (
            pl.when(pl.col("host").str.contains(r"^[0-9a-fA-F.:]+$"))
            .then(pl.col("host"))
            .otherwise(pl.col("host").str.split(".").list.first())
        )
        fqdn = pl.when(pl.col("host").str.contains(".", literal=True) & (short != pl.col("host"))).then(
            pl.col("host").str.to_lowercase()
        )
        return (
            self.spellings.with_columns(short=short, fqdn=fqdn)
            .group_by("machine_id")
            .agg(
                name=pl.col("short").min(),
                fqdn=pl.col("fqdn").drop_nulls().sort().first(),
                aliases=pl.col("host").unique().sort(),
                first_seen=pl.col("first_seen").min(),
                last_seen=pl.col("last_seen").max(),
            )
            .rename({"machine_id": "id"})
            .sort("id")
        )
