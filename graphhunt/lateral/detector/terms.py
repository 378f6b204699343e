"""The terms that the table of weights is about: what can be looked up of each hop, one number a term.

All of it comes from the days of the window before a hop's own and from what came before it on its day, but for the
targets of its unit and for departures: a day is scored when it is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphhunt.lateral.detector.context import Context
from graphhunt.lateral.detector.corroboration import Corroboration
from graphhunt.lateral.detector.habits import INTERACTIVE, Habits
from graphhunt.lateral.detector.signature import home_novelty
from graphhunt.lateral.paths.rarity import Rarity
from graphhunt.lateral.paths.table import DAY, HOUR, Flags, Floats, Ints, LogonTable

LONGEST = 168.0
"""Hours after which it no longer matters how long ago something was."""

AT_HOME = 0.5
"""Share of an account's days from one machine from which on it keeps a person's hours, not a service's."""

_DESKTOP = 10
_LATELY = 24.0
_SLOTS, _SMOOTH = 48, 0.5

Named = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What a score has counted already, which terms are made of."""

    habits: Habits
    hops: Flags
    rarity: Rarity
    signature: Floats
    kind: Floats
    context: Context
    corroboration: Corroboration


@dataclass(frozen=True, slots=True)
class Moments:
    """The times of a table's rows as ranks, so that a key and a time fit into one number."""

    times: Ints
    place: Ints
    t: Ints

    @classmethod
    def of(cls, t: Ints) -> Moments:
        """Rank the times."""
        times, place = np.unique(t, return_inverse=True)
        return cls(times, place.ravel().astype(np.int64), t)

    def before(self, past: Ints, asked: Ints, since: Ints) -> Ints:
        """Count the earlier rows with the key that each row asks for.

        Args:
            past: Key per row, negative for rows that are not counted.
            asked: Key that each row asks for.
            since: From when on rows count, µs UTC.
        """
        size = len(self.times) + 1
        known = np.sort((past * size + self.place)[past >= 0])
        begin = np.searchsorted(self.times, since)
        low = np.searchsorted(known, asked * size + np.minimum(begin, self.place))
        return np.asarray(np.searchsorted(known, asked * size + self.place) - low, dtype=np.int64)

    def hours_since(self, past: Ints, asked: Ints) -> Floats:
        """Give the hours since the latest earlier row with the key that each row asks for, at most `LONGEST`."""
        size = len(self.times) + 1
        known = np.sort((past * size + self.place)[past >= 0])
        if not len(known):
            return np.full(len(asked), LONGEST)
        at = np.searchsorted(known, asked * size + self.place) - 1
        last = known[np.maximum(at, 0)]
        same = (at >= 0) & (last // size == asked)
        gone = (self.t - self.times[np.minimum(last % size, len(self.times) - 1)]) / HOUR
        return np.where(same, np.minimum(gone, LONGEST), LONGEST)


def terms_of(table: LogonTable, known: Known, window_days: int) -> Iterator[tuple[str, Floats]]:
    """Give every term by name with its number per row, one after the other; 0 for rows that are no hops.

    Args:
        table: The logons.
        known: What has been counted of them.
        window_days: Days of history that count.
    """
    if not len(table):
        return
    for part in (_counted(known), _rows(table, known, window_days), _lately(table, known)):
        for name, values in part:
            yield name, np.where(known.hops, values, 0.0).astype(np.float64)
    yield "off_hours", np.where(known.hops, off_hours(table, known, window_days), 0.0)


def _counted(known: Known) -> Iterator[Named]:
    habits, around, support = known.habits, known.context, known.corroboration
    by_target, by_route, by_source = (term.surprise for term in known.rarity.terms)
    yield from (
        ("target_for_account", by_target), ("target_for_source", by_route), ("account_for_source", by_source),
        ("days_of_target", habits.dst), ("days_of_account", habits.acct), ("type_surprise", known.kind),
        ("switch", known.signature), ("home_share", habits.home), ("home_new", home_novelty(habits)),
        ("heat_in", around.arrived), ("heat_out", around.departed), ("rotations", around.rotations),
        ("host_events", support.weight), ("source_events", support.nearby),
    )  # fmt: skip


def _rows(table: LogonTable, known: Known, window_days: int) -> Iterator[Named]:
    """Count logons where `_counted` counts days: on a day with many the first one stands out."""
    moments, hops = Moments.of(table.t), known.hops
    at_source, at_target = _pairs(table)
    since = (known.habits.day - window_days) * DAY
    yield "logons_at_source", moments.before(np.where(hops, at_source, -1), at_source, since)
    yield "logons_at_target", moments.before(np.where(hops, at_target, -1), at_target, since)
    yield "logons_today", moments.before(np.where(hops, at_source, -1), at_source, table.t - DAY)
    yield "targets_today", _targets(table, known)


def _lately(table: LogonTable, known: Known) -> Iterator[Named]:
    moments, hops, seated = Moments.of(table.t), known.hops, _seated(table)
    source, target, account = (column.astype(np.int64) for column in (table.src, table.dst, table.acct))
    at_source, at_target = _pairs(table)
    failed = np.where((table.ok == 0) & (account >= 0), account, -1)
    yield "failures", moments.before(failed, account, table.t - HOUR)
    # Long rest speaks against a logon, and haste does as well: one number each, so that each has one direction.
    rest = moments.hours_since(np.where(hops, account, -1), account)
    yield "hours_of_rest", rest
    yield "haste", rest
    arrived = moments.hours_since(np.where(hops & ~seated, at_target, -1), at_source)
    yield "hours_since_own_arrival", arrived
    yield "own_arrival_of_late", arrived
    yield "hours_since_own_screen", moments.hours_since(np.where(seated, at_target, -1), at_source)
    arrived = moments.hours_since(np.where(hops & (source != target), target, -1), source)
    yield "hours_since_arrival", arrived
    at_screen = moments.hours_since(np.where(seated, target, -1), source)
    new = (known.habits.acct_dst == 0) | (known.habits.src_dst == 0)
    yield "relay", (arrived <= _LATELY) & (at_screen > _LATELY) & new


def _seated(table: LogonTable) -> Flags:
    """Mark the logons of somebody at a machine's screen, also by remote desktop."""
    by_screen = (table.src == table.dst) | (table.logon_type == _DESKTOP)
    by_screen |= (table.src < 0) & np.isin(table.logon_type, INTERACTIVE)
    return np.asarray((table.ok == 1) & (table.acct >= 0) & by_screen)


def _pairs(table: LogonTable) -> tuple[Ints, Ints]:
    """Give one number per account and source, and one per account and target."""
    size = len(table.hosts) + 1
    account = table.acct.astype(np.int64) + 1
    return account * size + table.src + 1, account * size + table.dst + 1


def _targets(table: LogonTable, known: Known) -> Ints:
    """Count the targets of each row's unit on its day."""
    day = known.habits.day - known.habits.day.min(initial=0)
    unit = _pairs(table)[0] * (int(day.max(initial=0)) + 1) + day
    units, number = np.unique(unit, return_inverse=True)
    number = number.ravel().astype(np.int64)
    pairs = np.unique((number * (len(table.hosts) + 1) + table.dst)[known.hops])
    return np.bincount(pairs // (len(table.hosts) + 1), minlength=len(units))[number]


def off_hours(table: LogonTable, known: Known, window_days: int) -> Floats:
    """Give the surprise of a hop's hour in the week among those of its kind on earlier days, 0 for usual ones."""
    day = known.habits.day - known.habits.day.min(initial=0)
    # The first of January 1970 was a Thursday.
    weekend = (table.t // DAY + 3) % 7 >= 5
    slot = (weekend * 24 + table.t // HOUR % 24).astype(np.int64)
    days, place = np.unique(day, return_inverse=True)
    kind, place = (known.habits.home >= AT_HOME).astype(np.int64), place.ravel()
    counts = np.zeros((2, len(days) + 1, _SLOTS))
    np.add.at(counts, (kind[known.hops], place[known.hops] + 1, slot[known.hops]), 1.0)
    whole = np.cumsum(counts, axis=1)
    begin = np.searchsorted(days, days - window_days)
    seen = whole[:, :-1] - whole[:, begin]
    share = (_smoothed(seen) + _SMOOTH) / (seen.sum(axis=2, keepdims=True) + _SMOOTH * _SLOTS)
    return np.asarray(np.maximum(0.0, -np.log(share * _SLOTS))[kind, place, slot])


def _smoothed(seen: Floats) -> Floats:
    """Spread every hour's count over its neighbours, working days and weekends apart."""
    week = seen.reshape(*seen.shape[:2], 2, 24)
    around = np.roll(week, -1, axis=3) + week + np.roll(week, 1, axis=3)
    return np.asarray(around / 3.0).reshape(seen.shape)
