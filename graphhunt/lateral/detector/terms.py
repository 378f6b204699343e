"""The terms that the table of weights is about: what can be looked up of each hop, one number a term.

All of it comes from the days of the window before a hop's own and from what came before it on its day, but for the
targets of its unit and for departures: a day is scored when it is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphhunt.lateral.detector import _moments
from graphhunt.lateral.detector.context import Context
from graphhunt.lateral.detector.corroboration import Corroboration, novelty
from graphhunt.lateral.detector.habits import INTERACTIVE, Habits
from graphhunt.lateral.detector.signature import home_novelty
from graphhunt.lateral.paths._jit import kernels
from graphhunt.lateral.paths.rarity import Rarity
from graphhunt.lateral.paths.table import DAY, HOUR, Flags, Floats, Ints, LogonTable

LONGEST = 168.0
"""Hours after which it no longer matters how long ago something was."""

AT_HOME = 0.5
"""Share of an account's days from one machine from which on it keeps a person's hours, not a service's."""

EVENTS = {
    "proved_switch": "credential_switch", "proved_relay": "relayed", "remote_process": "remote_process",
    "service_install": "service_install", "task_install": "task_install",
    "explicit_credentials": "explicit_credentials", "local_switch": "local_switch",
}  # fmt: skip
"""Terms that are the novelty of one kind of host event, 0 where there is none, with the kind's name."""

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
    """What came before each row of a table, looked up by numbered keys.

    Attributes:
        t: Time per row, µs UTC, never falling.
        at_source: Number of each row's account and source.
        at_target: Number of its account and target; equal where both are the same account and machine.
        pairs: How many numbers there are.
        run: The loops.
    """

    t: Ints
    at_source: Ints
    at_target: Ints
    pairs: int
    run: Any

    @classmethod
    def of(cls, table: LogonTable) -> Moments:
        """Number the pairs of accounts and machines of a table."""
        run, size = kernels(_moments, len(table)), len(table.hosts) + 1
        account = table.acct.astype(np.int64) + 1
        at_source, at_target = run.numbered(account * size + table.src + 1, account * size + table.dst + 1)
        return cls(table.t, at_source, at_target, 1 + int(max(at_source.max(), at_target.max())), run)

    def before(self, past: Ints, asked: Ints, since: Ints) -> Ints:
        """Count the earlier rows with the key that each row asks for.

        Args:
            past: Key per row, negative for rows that are not counted.
            asked: Key that each row asks for.
            since: From when on rows count, µs UTC, never falling.
        """
        keys = 1 + int(max(past.max(), asked.max()))
        return np.asarray(self.run.seen_before(self.t, past, asked, since, max(0, keys)), dtype=np.int64)

    def hours_since(self, past: Ints, asked: Ints) -> Floats:
        """Give the hours since the latest earlier row with the key that each row asks for, at most `LONGEST`."""
        keys = 1 + int(max(past.max(), asked.max()))
        gone = np.asarray(self.run.last_before(self.t, past, asked, max(0, keys)), dtype=np.int64)
        return np.where(gone >= 0, np.minimum(gone / HOUR, LONGEST), LONGEST)


def terms_of(table: LogonTable, known: Known, window_days: int) -> Iterator[tuple[str, Floats]]:
    """Give every term by name with its number per row, one after the other; 0 for rows that are no hops.

    Args:
        table: The logons.
        known: What has been counted of them.
        window_days: Days of history that count.
    """
    if not len(table):
        return
    moments = Moments.of(table)
    parts = (_counted(known), _rows(table, known, moments, window_days), _lately(table, known, moments))
    for part in parts:
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
    for name, kind in EVENTS.items():
        found = np.zeros(len(known.hops))
        if kind in support.rows:
            found[support.rows[kind]] = novelty(*support.days[kind])
        yield name, found


def _rows(table: LogonTable, known: Known, moments: Moments, window_days: int) -> Iterator[Named]:
    """Count logons where `_counted` counts days: on a day with many the first one stands out."""
    at_source, at_target = (np.where(known.hops, pair, -1) for pair in (moments.at_source, moments.at_target))
    since = (known.habits.day - window_days) * DAY
    yield "logons_at_source", moments.before(at_source, moments.at_source, since)
    yield "logons_at_target", moments.before(at_target, moments.at_target, since)
    yield "logons_today", moments.before(at_source, moments.at_source, table.t - DAY)
    yield "targets_today", _targets(table, known, moments)


def _lately(table: LogonTable, known: Known, moments: Moments) -> Iterator[Named]:
    hops, seated = known.hops, _seated(table)
    source, target, account = (column.astype(np.int64) for column in (table.src, table.dst, table.acct))
    failed = np.where(table.ok == 0, account, -1)
    yield "failures", moments.before(failed, account, table.t - HOUR)
    # Long rest speaks against a logon, and haste does as well: one number each, so that each has one direction.
    rest = moments.hours_since(np.where(hops, account, -1), account)
    yield "hours_of_rest", rest
    yield "haste", rest
    arrived = moments.hours_since(np.where(hops & ~seated, moments.at_target, -1), moments.at_source)
    yield "hours_since_own_arrival", arrived
    yield "own_arrival_of_late", arrived
    yield "hours_since_own_screen", moments.hours_since(np.where(seated, moments.at_target, -1), moments.at_source)
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


def _targets(table: LogonTable, known: Known, moments: Moments) -> Ints:
    """Count the targets of each row's unit on its day."""
    day = known.habits.day - known.habits.day.min(initial=0)
    unit = moments.at_source * (int(day.max(initial=0)) + 1) + day
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
