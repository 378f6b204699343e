"""Where scoring begins: enough days with logons on both sides, whatever a clock that stands in another year adds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphhunt.lateral.detector import detect
from graphhunt.lateral.detector.modes import CASE, MONITOR, beginning
from graphhunt.lateral.paths import LogonTable
from graphhunt.lateral.paths.table import DAY, HOUR, SECOND

BEGIN = 19_800
"""Day number of the first day of the cases here, in March 2024."""

EARLY, LATE = (0, 11_400), (24_200, 24_300)
"""Days in 1970, 2001 and 2036."""


def case(active, strays=()):
    """Forty people go from desk to server on each active day; on the last but one, one of them uses others' accounts.

    Strays are days on which one person's logon is recorded besides.
    """
    rows = [
        ((BEGIN + day) * DAY + 8 * HOUR + person * SECOND, person, 40 + person % 4, person)
        for day in active for person in range(40)
    ]  # fmt: skip
    start = (BEGIN + active[-2]) * DAY + 11 * HOUR
    rows += [(start, 3, 44, 7), (start + 60 * SECOND, 44, 45, 8), (start + HOUR, 44, 46, 9)]
    rows += [(day * DAY + 9 * HOUR, 5, 41, 5) for day in strays]
    t, src, dst, acct = (list(column) for column in zip(*rows, strict=True))
    names = {"hosts": [f"h{i}" for i in range(47)], "accounts": [f"user{i}" for i in range(40)]}
    ids = [f"r{number}" for number in range(len(t))]
    return LogonTable.from_arrays(t, src, dst, acct, logon_type=[3] * len(t), ids=ids, **names)


def listed(table):
    """The chains of the case's own days: their logons and scores."""
    own = (table.t >= BEGIN * DAY) & (table.t < (BEGIN + 100) * DAY)
    return [
        (round(one.score, 2), sorted(table.row_id(row) for hop in one.hops for row in hop.rows))
        for one in detect(table).findings
        if all(own[row] for hop in one.hops for row in hop.rows)
    ]


@pytest.mark.parametrize("days", [10, 20, 30])
@pytest.mark.parametrize("strays", [LATE[:1], EARLY[:1], (EARLY[1], LATE[1])])
def test_a_stray_time_does_not_change_what_else_is_found(days, strays):
    alone = listed(case(range(days)))
    assert alone
    assert listed(case(range(days), strays)) == alone


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 60), st.sampled_from(EARLY), st.sampled_from(LATE), st.sampled_from([(1, 0), (0, 1), (1, 1)]))
def test_scoring_begins_where_it_would_without_stray_times(days, early, late, which):
    strays = [day for day, taken in zip((early, late), which, strict=True) if taken]
    without = beginning(case(range(days)), None)
    table = case(range(days), strays)
    found = beginning(table, None)
    assert found.mode == without.mode
    assert found.since == (without.since if without.mode == MONITOR else int(table.t[0]))


def test_days_are_counted_on_both_sides():
    every_third, clock_ahead = range(0, 60, 3), [24_200 + day for day in range(10)]
    for active, strays, first in (
        (range(20), (), None), (range(21), (), 14), (every_third, (), None), (range(0, 60, 2), (), 14),
        (range(10), clock_ahead, None), ([0, *range(20, 60)], (), 34), ([*range(10), *range(60, 80)], (), None),
    ):  # fmt: skip
        table = case(active, strays)
        expected = (int(table.t[0]), CASE) if first is None else ((BEGIN + first) * DAY, MONITOR)
        found = beginning(table, None)
        assert (found.since, found.mode) == expected, (active, strays)


def test_only_logons_that_can_be_hops_count():
    table = case(range(12))
    failed = case(range(40)).take(np.flatnonzero(case(range(40)).t >= (BEGIN + 12) * DAY))
    both = LogonTable.from_arrays(
        *(np.concatenate((getattr(table, name), getattr(failed, name))) for name in ("t", "src", "dst", "acct")),
        ok=[1] * len(table) + [0] * len(failed), hosts=table.hosts, accounts=table.accounts,
    )  # fmt: skip
    found = beginning(both, None)
    assert (found.since, found.mode) == (int(table.t[0]), CASE)
