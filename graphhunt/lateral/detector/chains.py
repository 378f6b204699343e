"""Groups ranked hops into chains: edges are ranked, chains are displayed.

Hops are taken by falling score. A hop joins the chain of a higher-ranked one when it is the same account from
the same source on the same day, leaves the same source within a day, leaves a machine the other arrived at
within a day before, or arrives at a machine the other left within a day after. It must also lie within a day
of the chain's strongest hop and have at least half of its score, so that a busy server does not string
unrelated days and habits together. Otherwise it begins a chain of its own. So one intrusion is one finding,
and the number of findings is the number of things to look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from graphhunt.lateral.paths.table import DAY, Flags, Floats, Ints, LogonTable

JOIN_SHARE = 0.5
"""Least score of a joining hop, as a share of the chain's highest."""


@dataclass(slots=True)
class Chain:
    """Hops that belong together; `rows[0]` is the highest-ranked one and gives the chain its rank, time and score."""

    number: int
    at: int
    score: float
    rows: list[int] = field(default_factory=list)


@dataclass(slots=True)
class ChainBuilder:
    """Assigns rows to chains in the order they are given."""

    table: LogonTable
    window_us: int = DAY
    chains: list[Chain] = field(default_factory=list)
    _unit: dict[tuple[int, int, int], int] = field(default_factory=dict)
    _left: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    _arrived: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def add(self, row: int, score: float) -> Chain:
        """Put a row into the oldest chain it is linked to, or begin a chain."""
        table = self.table
        u, v, t = int(table.src[row]), int(table.dst[row]), int(table.t[row])
        unit = (int(table.acct[row]), u, t // DAY)
        chain = next((each for each in self._linked(unit, u, v, t) if self._fits(each, t, score)), None)
        if chain is None:
            chain = Chain(len(self.chains), t, score)
            self.chains.append(chain)
        self._unit.setdefault(unit, chain.number)
        self._left.setdefault(u, []).append((t, chain.number))
        self._arrived.setdefault(v, []).append((t, chain.number))
        chain.rows.append(row)
        return chain

    def _fits(self, chain: Chain, t: int, score: float) -> bool:
        return abs(t - chain.at) <= self.window_us and score >= JOIN_SHARE * chain.score

    def _linked(self, unit: tuple[int, int, int], u: int, v: int, t: int) -> list[Chain]:
        window = self.window_us
        found = {number for at, number in self._left.get(u, ()) if abs(at - t) <= window}
        found |= {number for at, number in self._arrived.get(u, ()) if 0 < t - at <= window}
        found |= {number for at, number in self._left.get(v, ()) if 0 < at - t <= window}
        if unit in self._unit:
            found.add(self._unit[unit])
        return [self.chains[number] for number in sorted(found)]


def ranked_rows(score: Floats, rows: Flags, floor: float = 0.0) -> Ints:
    """List the marked rows with a score above the floor, highest first; ties in time order."""
    kept = np.flatnonzero(rows & (score > floor))
    return kept[np.argsort(-score[kept], kind="stable")]


def walk_chains(
    table: LogonTable, score: Floats, rows: Flags, floor: float = 0.0, *, base: Floats | None = None
) -> Iterator[tuple[int, Chain, bool]]:
    """Yield (row, its chain, whether it began the chain) by falling score.

    Args:
        table: The logons.
        score: What orders them.
        rows: Which to take.
        floor: Scores up to this are left out.
        base: What a hop's share of its chain's score is measured by; the score where not given.
    """
    measured = score if base is None else base
    builder = ChainBuilder(table)
    for row in ranked_rows(score, rows, floor).tolist():
        known = len(builder.chains)
        chain = builder.add(row, float(measured[row]))
        yield row, chain, len(builder.chains) > known
