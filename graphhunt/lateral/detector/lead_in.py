"""Completes a chain with the logons that led to it, which may look like habits.

An intruder's first steps are made with the credential he came by, where its owner always goes: no score can
tell them. But a switched credential must have come from somewhere, so a hop that nothing in its chain explains
gets the latest logon that can explain it, within the day before:

* the latest logon into its source, or
* the latest logon out of its source, by another account, to a machine where the hop's account had been in the
  week before: there its credential could be taken.

A hop that continues a session gets the logon that opened it. What is added says so, counts for neither score
nor significance, and is at most two steps away from a hop that does.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from graphhunt.lateral.detector._causal import FRESH, NO_CAUSE, SWITCH
from graphhunt.lateral.detector.causes import Side
from graphhunt.lateral.paths import _kernels
from graphhunt.lateral.paths._jit import kernels
from graphhunt.lateral.paths.table import DAY, Codes, Flags, Ints, LogonTable

EXPOSED = 7 * DAY
"""How long a logon leaves a credential to be taken."""

DEPTH = 2
"""Most steps added before a hop."""


@dataclass(slots=True)
class LeadIns:
    """Finds what led to hops.

    Attributes:
        table: The logons.
        hops: Rows that are hops.
        side: Their causes by sessions into the source.
        window_us: How long before a hop its explanation may be.
    """

    table: LogonTable
    hops: Flags
    side: Side
    window_us: int = DAY
    _into: _Groups = field(init=False)
    _from: _Groups = field(init=False)
    _by: _Groups = field(init=False)

    def __post_init__(self) -> None:
        table, hosts = self.table, len(self.table.hosts)
        known = (table.ok == 1) & (table.acct >= 0)
        self._into = _Groups.of(np.where(self.hops, table.dst, -1), hosts)
        self._from = _Groups.of(np.where(self.hops, table.src, -1), hosts)
        self._by = _Groups.of(np.where(known, table.acct, -1), len(table.accounts))

    def of(self, rows: list[int]) -> list[int]:
        """List the rows that led to a chain, given the rows of its hops."""
        have, added = set(rows), []
        waiting = [(row, 0) for row in sorted(rows)]
        for row, depth in waiting:
            if depth == DEPTH or self._explained(row, have):
                continue
            before = self._before(row)
            if before >= 0 and before not in have:
                have.add(before)
                added.append(before)
                waiting.append((before, depth + 1))
        return sorted(added)

    def _explained(self, row: int, have: set[int]) -> bool:
        table, since = self.table, self.table.t[row] - self.window_us
        return any(table.dst[one] == table.src[row] and since <= table.t[one] < table.t[row] for one in have)

    def _before(self, row: int) -> int:
        flags = int(self.side.flags[row])
        if flags & (SWITCH | NO_CAUSE):
            return max(self._arrival(row), self._theft(row))
        opened = -1 if flags & FRESH else int(self.side.before[row])
        recent = opened >= 0 and self.table.t[row] - self.table.t[opened] <= self.window_us
        return opened if recent and self.hops[opened] else -1

    def _arrival(self, row: int) -> int:
        """Give the latest logon into the source; one from where the hop goes back to explains nothing."""
        rows = self._earlier(self._into, int(self.table.src[row]), row, self.window_us)
        rows = rows[self.table.src[rows] != self.table.dst[row]]
        return int(rows[-1]) if len(rows) else -1

    def _theft(self, row: int) -> int:
        """Give the latest logon, from the same source by another account, to where this account had been."""
        table = self.table
        been = table.dst[self._earlier(self._by, int(table.acct[row]), row, EXPOSED)]
        rows = self._earlier(self._from, int(table.src[row]), row, self.window_us)
        rows = rows[(table.acct[rows] != table.acct[row]) & np.isin(table.dst[rows], been)]
        return int(rows[-1]) if len(rows) else -1

    def _earlier(self, groups: _Groups, key: int, row: int, span_us: int) -> Ints:
        rows = groups.rows_of(key)
        times = self.table.t[rows]
        low, high = np.searchsorted(times, (self.table.t[row] - span_us, self.table.t[row]))
        return rows[int(low) : int(high)]


@dataclass(frozen=True, slots=True)
class _Groups:
    """Row numbers by a key, in time order."""

    offsets: Ints
    rows: Ints

    @classmethod
    def of(cls, keys: Codes, count: int) -> _Groups:
        offsets, rows = kernels(_kernels, len(keys)).group_rows(keys, count)
        return cls(np.asarray(offsets, dtype=np.int64), np.asarray(rows, dtype=np.int64))

    def rows_of(self, key: int) -> Ints:
        return self.rows[self.offsets[key] : self.offsets[key + 1]]
