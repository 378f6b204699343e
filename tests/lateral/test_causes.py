"""Causal login paths: hand-made stories, the two engines against each other, and no view of the future."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from graphhunt.lateral.detector import _causal, causal_paths, count_habits
from graphhunt.lateral.detector._causal import FRESH, NEW_ACCESS, NO_CAUSE, SWITCH
from graphhunt.lateral.paths import LogonTable, _jit
from graphhunt.lateral.paths.table import DAY, HOUR

WS, FS, DC = 0, 1, 2
ANNA, BEN, ADM = 0, 1, 2


def story(rows):
    """rows: (time, src, dst, acct[, end])."""
    t, src, dst, acct = (list(column) for column in zip(*(row[:4] for row in rows), strict=True))
    end = [row[4] if len(row) > 4 else -1 for row in rows]
    return LogonTable.from_arrays(
        t, src, dst, acct, end=end, logon_type=[2 if s == d else 3 for s, d in zip(src, dst, strict=True)],
        hosts=["WS", "FS", "DC"], accounts=["anna", "ben", "adm"],
    )  # fmt: skip


def causes_of(rows):
    table = story(rows)
    return causal_paths(table, count_habits(table))


def habit(days=10):
    """Anna works at WS and goes to FS every day."""
    return [row for day in range(days) for row in (
        (day * DAY + 8 * HOUR, WS, WS, ANNA, day * DAY + 17 * HOUR), (day * DAY + 9 * HOUR, WS, FS, ANNA),
    )]  # fmt: skip


def test_own_credential_continues_the_path():
    side = causes_of([(1, WS, FS, ANNA), (2, FS, DC, ANNA)]).inbound
    assert side.flags.tolist() == [FRESH | NO_CAUSE, 0]
    assert side.root.tolist() == [ANNA, ANNA]
    assert side.before.tolist() == [-1, 0]
    assert side.score.tolist() == [0, 0]


def test_one_possible_cause_is_clear_and_scores_by_the_formula():
    rows = [*habit(), (10 * DAY + 8 * HOUR, WS, WS, ANNA, -1), (10 * DAY + 9 * HOUR, WS, DC, ADM)]
    side = causes_of(rows).inbound
    assert side.flags[-1] == SWITCH | NEW_ACCESS
    assert side.root[-1] == ANNA
    assert side.causes[-1] == 1
    # Never switched in 10 days of history, adm never used from WS: S = -ln(0.5 / 11).
    assert side.score[-1] == pytest.approx(-log(0.5 / 11), rel=1e-6)


def test_several_possible_causes_are_unclear_and_credited_in_parts():
    day = [(d * DAY + h * HOUR, *rest) for d in range(3) for h, *rest in (
        (7, FS, WS, ANNA), (8, FS, WS, BEN), (9, WS, FS, ANNA), (9, DC, FS, BEN), (10, FS, DC, ADM),
    )]  # fmt: skip
    side = causes_of(day).inbound
    switches = [4, 9, 14]
    assert side.causes[switches].tolist() == [2, 2, 2]
    # Each of the two roots is credited half a day per day.
    assert side.known[switches].tolist() == [0.0, 0.5, 1.0]


def test_a_switch_to_a_machine_the_cause_had_reached_is_no_new_access():
    side = causes_of([(1, WS, FS, ANNA), (2, FS, DC, ANNA), (3, FS, DC, ADM)]).inbound
    assert side.flags[2] == SWITCH
    assert side.score[2] == 0


def test_a_closed_session_is_no_cause_but_the_outbound_side_remembers():
    causes = causes_of([(1, WS, FS, ANNA, 2), (3, FS, DC, ANNA), (4, FS, WS, ADM)])
    assert causes.inbound.flags[2] == FRESH | NO_CAUSE
    assert causes.outbound.flags[2] == SWITCH | NEW_ACCESS
    assert causes.outbound.root[2] == ANNA


def test_equal_times_do_not_cause_each_other():
    side = causes_of([(5, WS, FS, ANNA), (5, FS, DC, ADM)]).inbound
    assert side.flags[1] & NO_CAUSE


def test_failed_and_machine_logons_open_no_session():
    table = LogonTable.from_arrays(
        [1, 2, 3], [0, 0, 1], [1, 1, 2], [0, 1, 2], ok=[0, 1, 1], hosts=["WS", "FS", "DC"],
        accounts=["anna", "WS$", "adm"], account_kinds=["person", "machine", "person"],
    )  # fmt: skip
    side = causal_paths(table, count_habits(table)).inbound
    assert side.flags[2] & NO_CAUSE


def test_the_owner_of_a_machine_is_a_possible_cause():
    table = story([*habit(), (10 * DAY + 9 * HOUR, WS, DC, ADM)])
    habits = count_habits(table)
    assert habits.owner[-1] == ANNA
    assert causal_paths(table, habits).inbound.root[-1] == ANNA
    given = count_habits(table, owners={WS: BEN})
    assert causal_paths(table, given).inbound.root[-1] == BEN


def test_home_share_is_that_of_the_most_used_source():
    table = story([(0, WS, FS, ANNA), (DAY, WS, FS, ANNA), (DAY + 1, DC, FS, ANNA), (2 * DAY, WS, FS, ANNA)])
    assert count_habits(table).home.tolist() == pytest.approx([0, 1, 1, 2 / 3])


def random_table(rng, rows=400):
    hosts, accounts = 8, 6
    t = np.sort(rng.integers(0, 40 * DAY, rows))
    return LogonTable.from_arrays(
        t, rng.integers(-1, hosts, rows), rng.integers(0, hosts, rows), rng.integers(-1, accounts, rows),
        end=np.where(rng.random(rows) < 0.5, -1, t + rng.integers(0, DAY, rows)), ok=rng.random(rows) < 0.9,
        logon_type=rng.choice([2, 3, 10], rows), hosts=[f"h{i}" for i in range(hosts)],
        accounts=[f"a{i}" for i in range(accounts)],
    )  # fmt: skip


def test_compiled_and_plain_passes_agree(monkeypatch):
    pytest.importorskip("numba")
    rng = np.random.default_rng(11)
    for _ in range(20):
        table = random_table(rng)
        monkeypatch.setattr(_jit, "COMPILE_ABOVE", 10**9)
        habits = count_habits(table)
        plain = causal_paths(table, habits)
        monkeypatch.setattr(_jit, "COMPILE_ABOVE", -1)
        compiled = causal_paths(table, habits)
        for name in ("score", "root", "causes", "before", "known", "flags"):
            for side in ("inbound", "outbound"):
                one, two = getattr(getattr(plain, side), name), getattr(getattr(compiled, side), name)
                assert np.allclose(one, two, rtol=1e-6), (side, name)


def test_nothing_later_changes_what_was_said_before():
    rng = np.random.default_rng(12)
    table = random_table(rng)
    cut = 250
    part = table.take(np.arange(cut))
    whole, early = causal_paths(table, count_habits(table)), causal_paths(part, count_habits(part))
    for name in ("score", "root", "causes", "before", "known", "flags"):
        assert np.array_equal(getattr(whole.inbound, name)[:cut], getattr(early.inbound, name))


def test_a_machine_with_more_sessions_than_slots_keeps_the_longest():
    assert _causal.RING == 64
    rows = [(i + 1, 2, 1, i) for i in range(80)]
    table = LogonTable.from_arrays(*map(list, zip(*[*rows, (200, 1, 0, 99)], strict=True)),
                                   hosts=list("abc"), accounts=[str(i) for i in range(100)])  # fmt: skip
    assert causal_paths(table, count_habits(table)).inbound.causes[-1] == 64
