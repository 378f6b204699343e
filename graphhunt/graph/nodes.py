"""Node tables that are found through the relationships: machines, addresses, times and search texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt import ids
from graphhunt.graph.frames import mapped
from graphhunt.schema import RELATIONSHIPS

if TYPE_CHECKING:
    from graphhunt.graph.case import Case

_SEARCHED = {
    "User": ("name", "domain", "sid", "aliases"),
    "Machine": ("name", "fqdn", "aliases"),
    "Process": ("name", "path", "command_line", "md5", "sha256", "guid"),
    "File": ("names", "paths", "md5", "sha1", "sha256"),
    "RegistryKey": ("path",),
    "Service": ("name", "image"),
    "ScheduledTask": ("name", "command"),
    "Alert": ("name", "rule", "product"),
}
"""Columns whose text a search by label looks through, beside the id."""

SEARCH_LENGTH = 2000
"""Characters of search text kept; longer command lines are found by their beginning."""


def machines(case: Case, remote: pl.DataFrame, offsets: dict[str, int], directory: pl.DataFrame) -> pl.DataFrame:
    """Give the Machine nodes: hosts that logged, and stubs for those that a logon or a directory names only."""
    known = case.machines.nodes().with_columns(stub=pl.lit(value=False))
    named = [
        remote.filter(pl.col("from_label") == "Machine").select("start", "end", id="from_id"),
        remote.select("start", "end", id="to_id"),
        case.owners.runs.select("start", "end", id="machine_id"),
    ]
    stubs = (
        pl.concat(named)
        .filter(~pl.col("id").is_in(list(case.machines.known)))
        .group_by("id")
        .agg(first_seen=pl.col("start").min(), last_seen=pl.col("end").max())
        .with_columns(
            name=_short_name().str.to_uppercase(),
            stub=pl.lit(value=True),
            aliases=pl.concat_list(_full_name()),
        )
    )
    own = case.owners.runs.group_by(pl.col("machine_id").alias("id")).agg(ips=pl.col("ip").unique().sort())
    clocks = pl.DataFrame(sorted(offsets.items()), schema={"id": pl.String, "clock_offset": pl.Int64}, orient="row")
    off = case.corrected.table.filter(pl.col("what") == "zone").group_by(id="machine_id")
    zones = off.agg(zone_offset=pl.col("offset").sort_by(pl.col("offset").abs(), "offset").last())
    frame = pl.concat([known, stubs], how="diagonal")
    frame = pl.concat([frame, _listed(directory.join(frame, on="id", how="anti"))], how="diagonal")
    for extra in (own, clocks, zones, _roles(case), directory.select("id", "object_id")):
        frame = frame.join(extra, on="id", how="left")
    return frame


def _full_name() -> pl.Expr:
    """Give the name in a machine's id, without tenant; the suffix stands behind it again where the id has one."""
    return pl.col("id").str.split(":").list.last().str.replace("@", ".", literal=True)


def _short_name() -> pl.Expr:
    return pl.col("id").str.split(":").list.last().str.split("@").list.first()


def _listed(directory: pl.DataFrame) -> pl.DataFrame:
    """Give stubs for computers that only a directory names."""
    full = pl.col("name").str.to_lowercase()
    return directory.select(
        "id",
        name=pl.col("name").str.split(".").list.first().str.to_uppercase(),
        fqdn=pl.when(full.str.contains(".", literal=True)).then(full),
        aliases=pl.concat_list("name"),
        stub=pl.lit(value=True),
    )


def _roles(case: Case) -> pl.DataFrame:
    """Tell the domain controllers: they alone issue Kerberos tickets."""
    tickets = case.facts("authentication").filter(pl.col("protocol").is_in(["kerberos-tgt", "kerberos-service"]))
    return tickets.select(pl.col("machine_id").alias("id")).unique().with_columns(role=pl.lit("domain controller"))


def ips(relationships: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Give the IP nodes: every address that a relationship ends at or a logon came from."""
    parts = [pl.DataFrame(schema={"id": pl.String})]
    for kind, table in relationships.items():
        if not any("IP" in pair for pair in RELATIONSHIPS[kind].endpoints):
            continue
        parts.extend(
            table.filter(pl.col(f"{end}_label") == "IP").select(pl.col(f"{end}_id").alias("id"))
            for end in ("from", "to")
        )
    frame = pl.concat(parts).unique()
    version = pl.when(pl.col("id").str.contains(":", literal=True)).then(6).otherwise(4)
    return mapped(frame, "id", "scope", ids.scope).with_columns(version=version.cast(pl.Int64))


def seen(relationships: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Give for every entity when its relationships first and last show it."""
    parts = [pl.DataFrame(schema={"id": pl.String, "start": pl.Int64, "end": pl.Int64})]
    for table in relationships.values():
        parts.extend(table.select(pl.col(f"{side}_id").alias("id"), "start", "end") for side in ("from", "to"))
    return pl.concat(parts).group_by("id").agg(_first_seen=pl.col("start").min(), _last_seen=pl.col("end").max())


def with_search(label: str, table: pl.DataFrame) -> pl.DataFrame:
    """Add `search`: the node's names in lower case, one after another."""
    columns = [c for c in ("id", *_SEARCHED.get(label, ("name",))) if c in table.columns]
    texts = [
        (pl.col(c).list.join(" ") if table.schema[c] == pl.List(pl.String) else pl.col(c)).fill_null("")
        for c in columns
    ]
    joined = pl.concat_str(texts, separator=" ").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    return table.with_columns(search=joined.str.slice(0, SEARCH_LENGTH))
