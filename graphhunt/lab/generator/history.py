"""Look-ups over past logons: what an intruder can learn about the network he is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphhunt.lab.generator.behaviour import Logons


class History:
    """Successful logons, indexed by destination, by account and by source, each in time order."""

    def __init__(self, logons: Logons) -> None:
        self.logons = logons.take(np.flatnonzero(logons.ok == 1))
        self._into = _Grouped(self.logons.dst, self.logons.t)
        self._by = _Grouped(self.logons.acct, self.logons.t)
        self._from = _Grouped(self.logons.src, self.logons.t)

    def accounts_on(self, machine: int, since: int, until: int) -> NDArray[np.int32]:
        """Return the accounts that logged on to ``machine`` within [since, until) (µs), each once."""
        return np.unique(self.logons.acct[self._into.rows(machine, since, until)])

    def reached_by(self, account: int, until: int) -> NDArray[np.int32]:
        """Return the machines ``account`` logged on to before ``until`` (µs), each once."""
        return np.unique(self.logons.dst[self._by.rows(account, 0, until)])

    def reached_from(self, machine: int, since: int, until: int) -> NDArray[np.int32]:
        """Return the destinations of logons out of ``machine`` within [since, until) (µs), by any account."""
        return np.unique(self.logons.dst[self._from.rows(machine, since, until)])

    def triples_from(self, machine: int, account: int, since: int, until: int) -> NDArray[np.int32]:
        """Return the destinations ``account`` itself used out of ``machine`` within [since, until) (µs)."""
        rows = self._from.rows(machine, since, until)
        return np.unique(self.logons.dst[rows[self.logons.acct[rows] == account]])

    def users_of(self, machines: NDArray[np.int32], until: int) -> NDArray[np.int32]:
        """Return the accounts that ever logged on to one of ``machines`` before ``until`` (µs)."""
        found = [self.accounts_on(machine, 0, until) for machine in machines.tolist()]
        return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int32)


class _Grouped:
    """Row numbers grouped by a key and sorted by time within it."""

    def __init__(self, key: NDArray[np.int32], t: NDArray[np.int64]) -> None:
        self._order = np.lexsort((t, key))
        self._times = t[self._order]
        self._bounds = np.searchsorted(key[self._order], np.arange(int(key.max(initial=0)) + 2))

    def rows(self, key: int, since: int, until: int) -> NDArray[np.int64]:
        if key + 1 >= len(self._bounds):
            return self._order[:0]
        low, high = int(self._bounds[key]), int(self._bounds[key + 1])
        times = self._times[low:high]
        return self._order[low + np.searchsorted(times, since) : low + np.searchsorted(times, until)]
