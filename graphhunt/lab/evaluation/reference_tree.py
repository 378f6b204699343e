"""The reference tree: boosted trees on simple features, trained with labels on other cases.

It is no detector: it may see labels, so it says what simple rules could find at most (a ceiling), and what of the
generator's attacks gives them away (a shortcut). Every feature is a count or a time that an analyst could look up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lateral.detector.corroboration import corroborate
from graphhunt.lateral.detector.habits import count_habits
from graphhunt.lateral.paths.rarity import earlier_days
from graphhunt.lateral.paths.table import DAY, HOUR, SECOND, Flags, Floats, Ints, LogonTable

FEATURES = (
    "days of account", "days of source", "days of destination", "days of account from source",
    "days of account to destination", "days from source to destination", "account new on source",
    "account new on destination", "destination new for source", "all three new together", "home share of account",
    "account owns source", "source has an owner", "hour", "weekend", "logon type", "destinations of unit that day",
    "accounts from source that day", "accounts of destination before", "accounts of source before",
    "minutes since a logon into source", "minutes since this account came into source",
    "minutes since the account's last logon", "minutes since a logon out of source",
    "source entered by network logons only that day", "account failed within the hour",
)  # fmt: skip
"""Names of the features, in the order of their columns."""

HOST_FEATURES = ("weight of host events", "weight of what happened on source before")
"""Features that host events add."""

ROUNDS = 150
_LONG = 30 * DAY


def features(case: LabelledCase) -> Floats:
    """Give the features of every row of a case, one column each in the order of `FEATURES`.

    Args:
        case: The labelled case; its labels are not read. Where it has host events, `HOST_FEATURES` follow.
    """
    table, habits = case.table, count_habits(case.table)
    day = table.t // DAY
    hop = table.usable() & (table.src >= 0) & (table.acct >= 0)
    source, target, account = (column.astype(np.int64) for column in (table.src, table.dst, table.acct))
    size = max(len(table.hosts), len(table.accounts)) + 1
    unit = (account + 1) * size + source + 1
    triple = earlier_days(np.where(hop, unit * size + target, -1), habits.day, 30)
    into = _since(table, np.where(hop, target, -1), np.where(hop, source, -1))
    columns = [
        habits.acct, habits.src, habits.dst, habits.acct_src, habits.acct_dst, habits.src_dst,
        habits.acct_src == 0, habits.acct_dst == 0, habits.src_dst == 0, triple == 0, habits.home,
        habits.owner == table.acct, habits.owner >= 0, table.t // HOUR % 24, (day + 3) % 7 >= 5, table.logon_type,
        _distinct(unit * 100_000 + day % 100_000, target, hop),
        _distinct(source * 100_000 + day % 100_000, account, hop),
        _visitors(case, target), _visitors(case, source), into,
        _since(table, np.where(hop, account * size + target, -1), np.where(hop, account * size + source, -1)),
        _since(table, np.where(hop, account, -1), np.where(hop, account, -1)),
        _since(table, np.where(hop, source, -1), np.where(hop, source, -1)),
        _network_only(table, hop, into), _failed(table, account),
    ]  # fmt: skip
    if case.events is not None:
        support = corroborate(table, case.events)
        columns += [support.weight, support.nearby]
    return np.column_stack(columns).astype(np.float32).astype(np.float64)


def train(cases: Sequence[LabelledCase]) -> HistGradientBoostingClassifier:
    """Fit the tree on the ranked rows of labelled cases, which must be others than it is asked about."""
    parts = [(features(case)[case.tested], case.labels[case.tested] >= 0) for case in cases]
    known = np.concatenate([columns for columns, _ in parts])
    tree = HistGradientBoostingClassifier(max_iter=ROUNDS, random_state=0, early_stopping=False)
    # Threads that wait for each other on shared cores take many times longer than one.
    with threadpool_limits(1):
        return tree.fit(known, np.concatenate([bad for _, bad in parts]))


def tree_score(tree: HistGradientBoostingClassifier, case: LabelledCase) -> Floats:
    """Give the tree's log-odds for every ranked row of a case; the least for all others."""
    score = np.full(len(case.table), -np.inf)
    rows = case.tested
    with threadpool_limits(1):
        score[rows] = tree.decision_function(features(case)[rows])
    return np.where(np.isfinite(score), score, np.min(score[rows], initial=0.0) - 1.0)


def _since(table: LogonTable, event: Ints, asked: Ints) -> Floats:
    """Give the minutes from the latest earlier row with the key that a row asks for, thirty days if there is none."""
    known = np.flatnonzero(event >= 0)
    span = int(table.t[-1] - table.t[0]) + 2 if len(table) else 1
    begin = int(table.t[0]) if len(table) else 0
    # Numbering the keys keeps key x span within 64 bits.
    keys, number = np.unique(np.concatenate((event, asked)), return_inverse=True)
    of_event, of_asked = number[: len(event)].astype(np.int64), number[len(event) :].astype(np.int64)
    held = len(keys) * span < 2**62
    scale = 1 if held else SECOND
    wide = span // scale + 2
    at = (table.t - begin) // scale
    places = np.sort(of_event[known] * wide + at[known])
    place = np.searchsorted(places, of_asked * wide + at, side="left") - 1
    found = (place >= 0) & (asked >= 0)
    value = places[np.maximum(place, 0)] if len(places) else np.zeros(len(at), dtype=np.int64)
    same = found & (value // wide == of_asked)
    return np.where(same, (at - value % wide) * scale, _LONG) / (60 * SECOND)


def _distinct(group: Ints, member: Ints, rows: Flags) -> Ints:
    """Count the distinct members of each row's group among the marked rows."""
    keys, place = np.unique(group, return_inverse=True)
    pairs = np.unique(np.column_stack((place.ravel()[rows], member[rows])), axis=0)
    return np.bincount(pairs[:, 0], minlength=len(keys))[place.ravel()]


def _visitors(case: LabelledCase, host: Ints) -> Ints:
    """Count the accounts that came to a machine from elsewhere in the history."""
    table = case.table
    past = np.flatnonzero((table.t < case.since) & table.usable() & (table.acct >= 0))
    pairs = np.unique(np.column_stack((table.dst[past], table.acct[past])), axis=0)
    return np.bincount(pairs[:, 0], minlength=len(table.hosts) + 1)[host]


def _network_only(table: LogonTable, hop: Flags, into: Floats) -> Flags:
    """Mark rows whose source was entered within a day, but by nobody at its screen."""
    desk = np.where(np.isin(table.logon_type, (2, 7, 10, 11)) & (table.ok == 1), table.dst.astype(np.int64), -1)
    seen = _since(table, desk, np.where(hop, table.src.astype(np.int64), -1))
    return (into <= DAY / (60 * SECOND)) & (seen > DAY / (60 * SECOND))


def _failed(table: LogonTable, account: Ints) -> Flags:
    """Mark rows whose account failed to log on somewhere within the hour before."""
    failed = np.where(table.ok == 0, account, -1)
    return np.asarray(_since(table, failed, account) <= HOUR / (60 * SECOND))
