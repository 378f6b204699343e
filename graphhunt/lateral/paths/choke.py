"""Choke points: which account or host to cut so that ways through the logons end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from graphhunt.lateral.paths.reach import Hosts, TimeRules, rows_between
from graphhunt.lateral.paths.table import DAY, Codes, Ints, LogonTable

_CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class ChokePoint:
    """One thing to cut.

    Attributes:
        kind: `host` or `account`.
        index: Its index in the table's dictionary.
        name: Its display name.
        share: Share of the logons on any way that use it.
        blocked: Share of reachable logons (without target) or of ways' logons (with one) that end when it is cut.
        cuts_all: Without it no way is left.
    """

    kind: Literal["host", "account"]
    index: int
    name: str
    share: float
    blocked: float
    cuts_all: bool


def choke_points(
    table: LogonTable,
    source: Hosts,
    target: Hosts | None = None,
    rules: TimeRules | None = None,
    *,
    limit: int = 20,
) -> list[ChokePoint]:
    """Rank hosts and accounts by how much of what `source` could reach ends when one of them is cut.

    Each candidate (the most used first) is really taken out and the reach computed again, so `blocked` is
    exact; only the choice of the candidates is a heuristic.

    Args:
        table: The logons.
        source: Where ways begin; never a candidate itself.
        target: Where they end, or None for anywhere.
        rules: Time rules; one day's dwell when not given.
        limit: Most choke points to list.
    """
    rules = rules or TimeRules(max_dwell_us=DAY)
    rows = rows_between(table, source, target, rules)
    part = table.take(rows)
    ends = {part.host(name) for side in (source, target) if side is not None for name in _each(side)}
    found = []
    for kind, index, uses in _candidates(part, ends):
        cut = part.dst == index if kind == "host" else part.acct == index
        left = len(rows_between(part.take(np.flatnonzero(~cut)), source, target, rules))
        name = part.host_name(index) if kind == "host" else part.account_name(index)
        found.append(ChokePoint(kind, index, name, uses / len(rows), 1 - left / len(rows), left == 0))
    found.sort(key=lambda each: (-each.blocked, -each.share, each.kind, each.name))
    return found[:limit]


def smallest_cut(
    table: LogonTable, source: Hosts, target: Hosts, rules: TimeRules | None = None, *, limit: int = 10
) -> list[ChokePoint]:
    """List hosts and accounts that together end every way from `source` to `target`.

    Greedy: each step takes the best choke point of what is left. Finding the provably smallest set of cuts
    in a graph with times is NP-hard, so the list may be longer than the best one. Empty when no cut works:
    a direct logon can only be cut by its account.
    """
    cuts: list[ChokePoint] = []
    part = table
    while len(cuts) < limit and len(rows_between(part, source, target, rules or TimeRules(max_dwell_us=DAY))):
        best = next(iter(choke_points(part, source, target, rules, limit=1)), None)
        if best is None:
            return []
        cuts.append(best)
        gone = part.dst == best.index if best.kind == "host" else part.acct == best.index
        part = part.take(np.flatnonzero(~gone))
    return cuts


def _each(hosts: Hosts) -> list[int | str]:
    return [hosts] if isinstance(hosts, int | str | np.integer) else list(hosts)


def _candidates(part: LogonTable, ends: set[int]) -> list[tuple[Literal["host", "account"], int, int]]:
    hosts = [("host", *pair) for pair in _used(part.dst) if pair[0] not in ends]
    accounts = [("account", *pair) for pair in _used(part.acct)]
    return [*hosts[:_CANDIDATES], *accounts[:_CANDIDATES]]  # type: ignore[list-item]


def _used(column: Codes | Ints) -> list[tuple[int, int]]:
    values, counts = np.unique(column[column >= 0], return_counts=True)
    order = np.lexsort((values, -counts))
    return [(int(values[i]), int(counts[i])) for i in order]
