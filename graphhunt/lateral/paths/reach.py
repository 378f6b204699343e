"""What could be reached by when: reachability in time, forwards and backwards.

A logon from u at time t continues a way into u that arrived at a when `a < t + skew`, `t - a <= max_dwell`
and, with `within_session`, the session into u had not ended (its end plus the skew, where it is known).
Equal times do not continue each other unless a skew is allowed. These are walks: a host may be passed twice,
because a second visit renews the dwell limit. After Wu et al., PVLDB 2014, and Bentert et al., Applied
Network Science 2020, with the last arrival kept where the dwell is bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphhunt.lateral.paths import _kernels
from graphhunt.lateral.paths._jit import kernels
from graphhunt.lateral.paths._kernels import NEVER
from graphhunt.lateral.paths.table import Codes, Flags, Ints, LogonTable

Host = int | str
Hosts = Host | Iterable[Host]


@dataclass(frozen=True, slots=True)
class TimeRules:
    """How one logon may follow another.

    Attributes:
        since: Earliest logon, µs UTC; None for no bound.
        until: Latest logon, µs UTC; None for no bound.
        max_dwell_us: Longest stay on a host between arriving and leaving; None for no bound.
        skew_us: How far apart two hosts' clocks may be. 0 keeps strictly to the recorded order.
        within_session: Leave only while the session that arrived is open, where its end is known.
    """

    since: int | None = None
    until: int | None = None
    max_dwell_us: int | None = None
    skew_us: int = 0
    within_session: bool = False

    def limits(self, t: Ints, end: Ints) -> Ints:
        """Give the last moment at which each arrival can be used to go on."""
        last = np.full(len(t), NEVER - 1, dtype=np.int64)
        if self.max_dwell_us is not None:
            last = t + self.max_dwell_us
        if self.within_session:
            closed = end >= 0
            last[closed] = np.minimum(last[closed], end[closed] + self.skew_us)
        return last

    @property
    def dwell(self) -> int:
        """The dwell bound as a number that can be added to any time."""
        return NEVER // 4 if self.max_dwell_us is None else self.max_dwell_us


@dataclass(frozen=True, slots=True)
class Reached:
    """One host that could be reached: when at the earliest, in how many hops at the fewest, and by which row."""

    host: int
    arrival: int
    hops: int
    row: int


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """Hosts that could be reached from one host after a moment, earliest first.

    `way(host)` lists the rows of one way there: the fewest hops to the earliest arrival.
    """

    source: int
    at: int
    reached: tuple[Reached, ...]
    before: Ints

    def way(self, host: int) -> tuple[int, ...]:
        """List the table rows of a shortest way to the earliest arrival at a reached host."""
        row = next((each.row for each in self.reached if each.host == host), -1)
        way = []
        while row >= 0:
            way.append(row)
            row = int(self.before[row])
        return tuple(reversed(way))


def earliest_arrival(table: LogonTable, source: Hosts, rules: TimeRules | None = None, **options: Any) -> Ints:
    """Give, per host, the earliest time it could be reached from `source`; `NEVER` where it could not.

    Args:
        table: The logons.
        source: One host or several, by index, id or name.
        rules: Time rules; or give their fields as keyword arguments.
        options: Fields of `TimeRules`.

    Returns:
        µs UTC per host index. The source itself has `since`, or the time of the first logon.
    """
    rules = rules or TimeRules(**options)
    part, hops, _ = _window(table, rules)
    start = _marked(table, source)
    rows = np.flatnonzero(_forward(part, hops, start, rules))[::-1]
    arrival = np.full(len(table.hosts), NEVER, dtype=np.int64)
    # Rows in falling time order: the write that stays is the earliest.
    arrival[part.dst[rows]] = part.t[rows]
    arrival[start] = part.t[0] if rules.since is None and len(part) else (rules.since or 0)
    return arrival


def latest_departure(table: LogonTable, target: Hosts, rules: TimeRules | None = None, **options: Any) -> Ints:
    """Give, per host, the latest time one could leave it and still reach `target`; -1 where one could not.

    Args:
        table: The logons.
        target: One host or several, by index, id or name.
        rules: Time rules; or give their fields as keyword arguments.
        options: Fields of `TimeRules`.

    Returns:
        µs UTC per host index. The target itself has `until`, or the time of the last logon.
    """
    rules = rules or TimeRules(**options)
    part, hops, _ = _window(table, rules)
    goal = _marked(table, target)
    rows = np.flatnonzero(_backward(part, hops, goal, rules) & (hops >= 0))
    departure = np.full(len(table.hosts), -1, dtype=np.int64)
    departure[part.src[rows]] = part.t[rows]
    departure[goal] = part.t[-1] if rules.until is None and len(part) else (rules.until or 0)
    return departure


def reachable(table: LogonTable, source: Hosts, rules: TimeRules | None = None, **options: Any) -> Flags:
    """Mark the hosts that could be reached from `source`, itself included."""
    return np.asarray(earliest_arrival(table, source, rules, **options) < NEVER)


def blast_radius(
    table: LogonTable, source: Host, at: int, rules: TimeRules | None = None, **options: Any
) -> BlastRadius:
    """Tell what could be reached by when from a host that was in an attacker's hands from a moment on.

    Args:
        table: The logons.
        source: The host.
        at: From when on, µs UTC.
        rules: Time rules; their `since` is replaced by `at`.
        options: Fields of `TimeRules`, instead of `rules`.
    """
    given = rules or TimeRules(**options)
    rules = TimeRules(at, given.until, given.max_dwell_us, given.skew_us, given.within_session)
    part, hops, rows = _window(table, rules)
    start = _marked(table, source)
    level, before = kernels(_kernels, len(part)).spread(
        part.t, rules.limits(part.t, part.end), hops, part.dst, len(table.hosts),
        start[hops] & (hops >= 0), rules.skew_us,
    )  # fmt: skip
    found = _first_per_host(part, np.asarray(level), rows, table.host(source))
    return BlastRadius(table.host(source), at, tuple(found), _translate(np.asarray(before), rows, len(table)))


def rows_between(table: LogonTable, source: Hosts | None, target: Hosts | None, rules: TimeRules) -> Ints:
    """Give the rows that lie on some way, in time order, from `source` (or anywhere) to `target` (or anywhere)."""
    part, hops, rows = _window(table, rules)
    keep = part.usable()
    if source is not None:
        keep &= _forward(part, hops, _marked(table, source), rules)
    if target is not None:
        narrowed, kept = part.take(np.flatnonzero(keep)), np.flatnonzero(keep)
        onward = _backward(narrowed, narrowed.src, _marked(table, target), rules)
        keep = np.zeros(len(part), dtype=bool)
        keep[kept[onward]] = True
    return np.asarray(rows[keep])


def _window(table: LogonTable, rules: TimeRules) -> tuple[LogonTable, Codes, Ints]:
    """Cut the table to its time window; sources of rows that can't be hops become -1, which costs no copy."""
    part, rows = table, np.arange(len(table), dtype=np.int64)
    if rules.since is not None or rules.until is not None:
        part, rows = table.filter(since=rules.since, until=rules.until)
    return part, np.where(part.usable(), part.src, np.int32(-1)), rows


def _marked(table: LogonTable, hosts: Hosts) -> Flags:
    names: Sequence[Host] = [hosts] if isinstance(hosts, int | str | np.integer) else list(hosts)
    mark = np.zeros(len(table.hosts), dtype=bool)
    mark[[table.host(name) for name in names]] = True
    return mark


def _forward(part: LogonTable, hops: Codes, start: Flags, rules: TimeRules) -> Flags:
    run, limit = kernels(_kernels, len(part)), rules.limits(part.t, part.end)
    if rules.skew_us == 0:
        return np.asarray(run.scan_forward(part.t, limit, hops, part.dst, start))
    roots = start[hops] & (hops >= 0)
    level, _ = run.spread(part.t, limit, hops, part.dst, len(start), roots, rules.skew_us)
    return np.asarray(level) > 0


def _backward(part: LogonTable, hops: Codes, goal: Flags, rules: TimeRules) -> Flags:
    run, limit = kernels(_kernels, len(part)), rules.limits(part.t, part.end)
    if rules.skew_us == 0:
        return np.asarray(run.scan_backward(part.t, limit, hops, part.dst, goal))
    # A row that can't be a hop must not be a predecessor either: it gets no destination.
    into = np.where(part.usable(), part.dst, np.int32(-1))
    ends = goal[into] & (into >= 0)
    level = run.converge(part.t, limit, hops, into, len(goal), ends, rules.skew_us, rules.dwell)
    return np.asarray(level) > 0


def _first_per_host(part: LogonTable, level: Codes, rows: Ints, source: int) -> list[Reached]:
    found = np.flatnonzero(level)
    fewest = np.full(len(part.hosts), np.iinfo(np.int32).max, dtype=np.int64)
    np.minimum.at(fewest, part.dst[found], level[found])
    hosts, first = np.unique(part.dst[found], return_index=True)
    at = found[first]
    order = np.lexsort((hosts, part.t[at]))
    return [
        Reached(int(hosts[i]), int(part.t[at[i]]), int(fewest[hosts[i]]), int(rows[at[i]]))
        for i in order
        if hosts[i] != source
    ]


def _translate(before: Ints, rows: Ints, size: int) -> Ints:
    whole = np.full(size, -1, dtype=np.int64)
    whole[rows] = np.where(before >= 0, rows[before], -1)
    return whole
