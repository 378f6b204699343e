"""Clocks: how far those of the machines differ, from connections that both ends recorded.

A log in another zone and a kind of record whose time is astray were put right before (`corrected`); here it is how
far the machines' own clocks differ. The same 5-tuple recorded by one sensor on both machines happened at one moment,
and the median of a day's differences is that day's skew. A machine's records keep its own clock; whatever compares two
machines asks `onto`. Only equal sensors are compared: Sysmon times the connection, the Security log its writing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import NamedTuple

import polars as pl

from graphhunt.graph.clock_errors import PLAUSIBLE, at
from graphhunt.graph.happenings import DAY
from graphhunt.graph.ownership import Ownership

ENOUGH = 3
"""So many connections of a day tell the skew of that day."""

_TUPLE = ["local_ip", "local_port", "remote_ip", "remote_port", "protocol", "code"]


class _Link(NamedTuple):
    """Another machine that one is compared with; in order, the surest comes first, of equals the one that is behind.

    Attributes:
        few: Minus the number of matches.
        skew: The other's clock minus the machine's own over all days, µs.
        other: The other machine.
        pair: Whose skew it is, as (origin, target).
        sign: 1 if the machine is the origin, else -1.
    """

    few: int
    skew: int
    other: str
    pair: tuple[str, str]
    sign: int


class _Tree(NamedTuple):
    """Machines that links join: where they are followed from, against which the clocks are told, and the links."""

    start: str
    reference: str
    branches: list[tuple[str, _Link]]

    def offsets(self, skew: Callable[[_Link], int]) -> dict[str, int]:
        """Give each machine's clock against the reference, µs."""
        found = {self.start: 0}
        for machine, link in self.branches:
            found[link.other] = found[machine] + skew(link)
        return {machine: offset - found[self.reference] for machine, offset in found.items()}


class Clocks:
    """How far the machines' clocks differ: by pair and day, and each against a reference."""

    def __init__(self, owners: Ownership) -> None:
        self.owners = owners

    @cached_property
    def _seen(self) -> pl.DataFrame:
        """Connections that both ends recorded: origin, target, day and skew (target's clock minus origin's, µs)."""
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
        return chosen.select("target", "skew", origin="machine_id", day=pl.col("time") // DAY)

    @cached_property
    def pairs(self) -> pl.DataFrame:
        """Give (origin, target, skew µs, matches) over all days, for pairs with matches."""
        return _medians(self._seen, ["origin", "target"])

    @cached_property
    def _days(self) -> pl.DataFrame:
        """Give (origin, target, day, skew µs, matches) of the days with enough connections."""
        return _medians(self._seen, ["origin", "target", "day"]).filter(pl.col("matches") >= ENOUGH)

    @cached_property
    def told(self) -> pl.DataFrame:
        """Give `pairs` with `least` and `most`: between what the skew of single days lies, as far as they tell it.

        They are apart where a clock drifted or was set, which needs no second time that the records state.
        """
        days = self._days.group_by("origin", "target").agg(least=pl.col("skew").min(), most=pl.col("skew").max())
        frame = self.pairs.join(days, on=["origin", "target"], how="left", maintain_order="left")
        return frame.with_columns(pl.coalesce(name, "skew").alias(name) for name in ("least", "most"))

    @cached_property
    def _daily(self) -> dict[tuple[str, str], list[tuple[int, int]]]:
        """Give each pair's skew by day, of the days with enough connections; of all days as one where none has."""
        daily = self._days
        rest = self.pairs.join(daily, on=["origin", "target"], how="anti").with_columns(day=pl.lit(0, pl.Int64))
        found: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for part in (daily, rest):
            for origin, target, day, skew in part.select("origin", "target", "day", "skew").iter_rows():
                found.setdefault((origin, target), []).append((day, skew))
        return found

    @cached_property
    def _links(self) -> dict[str, list[_Link]]:
        """Give what each machine is compared with, the surest first."""
        links: dict[str, list[_Link]] = {}
        for origin, target, skew, matches in self.pairs.iter_rows():
            links.setdefault(origin, []).append(_Link(-matches, skew, target, (origin, target), 1))
            links.setdefault(target, []).append(_Link(-matches, -skew, origin, (origin, target), -1))
        return {machine: sorted(found) for machine, found in links.items()}

    @cached_property
    def _trees(self) -> list[_Tree]:
        """Give the groups of machines that links join.

        The reference of each is the machine with most matches, of several the one whose clock is behind.
        """
        links = self._links
        matches = {machine: sum(link.few for link in found) for machine, found in links.items()}
        trees: list[_Tree] = []
        known: set[str] = set()
        for start in sorted(links, key=lambda m: (matches[m], links[m][0].skew, m)):
            if start not in known:
                tree = _Tree(start, start, _branches(start, links))
                offsets = tree.offsets(lambda link: link.skew)
                known |= offsets.keys()
                reference = min((matches[machine], offset, machine) for machine, offset in offsets.items())[2]
                trees.append(tree._replace(reference=reference))
        return trees

    @cached_property
    def offsets(self) -> dict[str, int]:
        """Give each machine's clock against the reference over all days, µs; ahead is positive."""
        return {name: offset for tree in self._trees for name, offset in tree.offsets(lambda link: link.skew).items()}

    @cached_property
    def _table(self) -> pl.DataFrame:
        """Give (machine, day, offset µs) of every day that some pair's connections tell of."""
        days = sorted({day for found in self._daily.values() for day, _ in found})
        rows = [
            (machine, day, offset)
            for day in days
            for tree in self._trees
            for machine, offset in tree.offsets(partial(self._on, day)).items()
        ]
        schema = {"machine": pl.String, "day": pl.Int64, "offset": pl.Int64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _on(self, day: int, link: _Link) -> int:
        """Give the skew along a link on the nearest day that has one; of two, the earlier."""
        return link.sign * min(self._daily[link.pair], key=lambda row: (abs(row[0] - day), row[0]))[1]

    def onto(self, frame: pl.DataFrame, origin: str, target: str) -> pl.DataFrame:
        """Shift `time` from the origin machine's clock to the target machine's, as they stood that day."""
        asked = frame.with_columns(_day=pl.col("time") // DAY)
        own, other = (at(self._table, asked, {"machine": name}, "_day", "offset") for name in (origin, target))
        return frame.with_columns(time=pl.col("time") + (other - own).fill_null(0))


def _medians(seen: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    return (
        seen.group_by(by)
        .agg(skew=pl.col("skew").median().round(0).cast(pl.Int64), matches=pl.len())
        .sort(by)
    )  # fmt: skip


def _branches(start: str, links: dict[str, list[_Link]]) -> list[tuple[str, _Link]]:
    """Give the links by which all machines that one is linked with are compared with it, by the surest ones first."""
    seen, waiting, found = {start}, [start], []
    while waiting:
        machine = waiting.pop(0)
        for link in links[machine]:
            if link.other not in seen:
                seen.add(link.other)
                found.append((machine, link))
                waiting.append(link.other)
    return found
