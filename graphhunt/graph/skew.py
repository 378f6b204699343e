"""Clock skew: how far the machines' clocks differ, from connections that both ends recorded.

The same 5-tuple recorded by one sensor on both machines happened at one moment; the median of the
differences is the skew. Only equal sensors are compared: Sysmon times the connection, the Security log its
writing.
"""

from __future__ import annotations

from functools import cached_property

import polars as pl

from graphhunt.graph.frames import SECOND
from graphhunt.graph.ownership import Ownership

PLAUSIBLE = 300 * SECOND
"""Differences above this (Kerberos' own limit) are a re-used port, not a clock."""

_TUPLE = ["local_ip", "local_port", "remote_ip", "remote_port", "protocol", "code"]


class Skew:
    """Pairwise clock differences and per-machine offsets."""

    def __init__(self, owners: Ownership) -> None:
        self.owners = owners

    @cached_property
    def pairs(self) -> pl.DataFrame:
        """Give (origin, target, skew µs: target's clock minus origin's, matches), for pairs with matches."""
        frame = self.owners.connections.drop_nulls(["local_ip", "local_port", "remote_ip", "remote_port"])
        columns = ["machine_id", "time", *_TUPLE]
        out = frame.filter(pl.col("direction") == "outgoing").select(columns)
        arrived = frame.filter(pl.col("direction") == "incoming").select(
            pl.col("machine_id").alias("target"),
            pl.col("time").alias("seen"),
            pl.col("remote_ip").alias("local_ip"),
            pl.col("remote_port").alias("local_port"),
            pl.col("local_ip").alias("remote_ip"),
            pl.col("local_port").alias("remote_port"),
            "protocol",
            "code",
        )
        both = out.join(arrived, on=_TUPLE).filter(pl.col("machine_id") != pl.col("target"))
        both = both.with_columns(skew=pl.col("seen") - pl.col("time")).filter(pl.col("skew").abs() <= PLAUSIBLE)
        precise = both.filter(pl.col("code").str.starts_with("Sysmon"))
        chosen = pl.concat([precise, both.join(precise, on=["machine_id", "target"], how="anti")])
        return (
            chosen.group_by(pl.col("machine_id").alias("origin"), "target")
            .agg(skew=pl.col("skew").median().round(0).cast(pl.Int64), matches=pl.len())
            .sort("origin", "target")
        )

    @cached_property
    def offsets(self) -> dict[str, int]:
        """Give each machine's clock against the reference, µs; ahead is positive.

        The reference is the machine with most matches, of several the one whose clock is behind.
        """
        links: dict[str, list[tuple[int, str, int]]] = {}
        for origin, target, skew, matches in self.pairs.iter_rows():
            links.setdefault(origin, []).append((matches, target, skew))
            links.setdefault(target, []).append((matches, origin, -skew))
        matches = {machine: sum(n for n, _, _ in found) for machine, found in links.items()}
        offsets: dict[str, int] = {}
        for start in sorted(links, key=lambda m: (-matches[m], sorted(links[m], key=_surest)[0][2], m)):
            if start not in offsets:
                found = _spread(start, links)
                reference = min((-matches[machine], offset) for machine, offset in found.items())[1]
                offsets |= {machine: offset - reference for machine, offset in found.items()}
        return offsets

    def onto(self, frame: pl.DataFrame, origin: str, target: str) -> pl.DataFrame:
        """Shift `time` from the origin machine's clock to the target machine's."""
        table = pl.DataFrame(
            sorted(self.offsets.items()), schema={"_machine": pl.String, "_offset": pl.Int64}, orient="row"
        )
        for column, into in ((origin, "_from"), (target, "_to")):
            frame = frame.join(
                table.rename({"_machine": column, "_offset": into}), on=column, how="left", maintain_order="left"
            )
        shift = (pl.col("_to") - pl.col("_from")).fill_null(0)
        return frame.with_columns(time=pl.col("time") + shift).drop("_from", "_to")


def _surest(link: tuple[int, str, int]) -> tuple[int, int, str]:
    """Order a machine's links: most matches first, of equals the one whose other clock is behind."""
    matches, other, skew = link
    return -matches, skew, other


def _spread(start: str, links: dict[str, list[tuple[int, str, int]]]) -> dict[str, int]:
    """Give the offsets of all machines that one is linked with against its own, by the surest links."""
    offsets, waiting = {start: 0}, [start]
    while waiting:
        machine = waiting.pop(0)
        for _, other, skew in sorted(links[machine], key=_surest):
            if other not in offsets:
                offsets[other] = offsets[machine] + skew
                waiting.append(other)
    return offsets
