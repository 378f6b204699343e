"""Calibration, refinement, suppression and corroboration with hand-calculated values."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from graphhunt.lateral.detector import corroborate
from graphhunt.lateral.detector.calibrate import benjamini_hochberg, calibrate
from graphhunt.lateral.detector.corroboration import COLUMNS
from graphhunt.lateral.detector.refine import refine
from graphhunt.lateral.detector.suppress import Lists, apply, automation, listed
from graphhunt.lateral.paths import LogonTable
from graphhunt.lateral.paths.table import DAY, HOUR, SECOND


def test_conformal_p_is_the_rank_among_the_baseline():
    score = np.array([1.0, 2.0, 3.0, 4.0, 2.5, 9.0])
    rows = np.arange(6)
    found = calibrate(score, rows, rows < 4, rows >= 4, least=1)
    assert found.p[4] == pytest.approx((1 + 2) / 5)
    assert found.p[5] == pytest.approx(1 / 5) == pytest.approx(found.smallest_p)
    assert np.isnan(found.p[:4]).all()
    assert (found.baseline, found.tested) == (4, 2)
    assert not found.significant.any()


def test_a_connection_counts_once_by_its_best_row():
    score = np.array([1.0, 5.0, 7.0, 0.0])
    sides = np.array([1, 1, 0, 0], bool)
    found = calibrate(score, np.array([0, 0, 1, 1]), sides, ~sides, least=1)
    assert (found.baseline, found.tested) == (1, 1)
    assert found.p[3] == found.p[2] == 0.5


def test_without_a_baseline_there_is_no_p():
    found = calibrate(np.ones(2), np.arange(2), np.zeros(2, bool), np.ones(2, bool))
    assert np.isnan(found.p).all()
    assert not found.significant.any()


def test_benjamini_hochberg_is_the_step_up_rule():
    # The textbook example of Benjamini and Hochberg (1995), table 1: four of fifteen at 5 %.
    p = np.array([0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
                  0.6528, 0.7590, 1.0])  # fmt: skip
    assert benjamini_hochberg(p, 0.05).tolist() == [True] * 4 + [False] * 11


def test_refinement_lowers_the_isolated_and_keeps_the_clustered():
    # Edges of one day: a -> b 9 alone on both ends but for a -> c 2; d -> e 8 and d -> f 7 support each other.
    table = LogonTable.from_arrays([0, 1, 2, 3, 4], [0, 0, 3, 3, 6], [1, 2, 4, 5, 1], [0] * 5)
    score = np.array([9.0, 2.0, 8.0, 7.0, 1.0])
    found = refine(table, score, table.t // DAY, np.ones(5, bool))
    assert found.tolist() == [2.0, 2.0, 8.0, 7.0, 1.0]


def scans(days, machines):
    t = [d * DAY + i * SECOND for d in range(days) for i in range(machines)]
    return LogonTable.from_arrays(t, [99] * len(t), [i for _ in range(days) for i in range(machines)], [0] * len(t),
                                  hosts=[f"h{i}" for i in range(100)], accounts=["scan"])  # fmt: skip


def test_automation_needs_many_machines_on_most_of_at_least_five_earlier_days():
    table = scans(8, 25)
    marked = automation(table, table.usable(), table.t // DAY)
    assert sorted(set((table.t[marked] // DAY).tolist())) == [5, 6, 7]
    few = scans(8, 19)
    assert not automation(few, few.usable(), few.t // DAY).any()


def test_suppression_is_named_with_its_counts():
    table = scans(2, 3)
    masks = listed(table, Lists(scanners=["H99"], help_desk=["nobody"]))
    given = {name: (mask, f"named in the {name} list") for name, mask in masks.items()}
    score, report = apply(given, np.arange(6.0), np.ones(6, bool))
    assert not score.any()
    assert [(one.name, one.rows, one.highest_score) for one in report] == [("scanners", 5, 5.0)]


def events(*rows):
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def test_what_an_account_does_daily_is_no_evidence_and_the_new_is():
    days = 10
    t = [d * DAY + HOUR for d in range(days)] + [days * DAY + HOUR, days * DAY + 2 * HOUR]
    table = LogonTable.from_arrays(t, [0] * (days + 1) + [2], [1] * (days + 2), [0] * (days + 1) + [1])
    rows = [(t[i], 1, -1, "remote_process", i, -1) for i in range(days + 2)]
    found = corroborate(table, events(*rows))
    assert found.weight[days] < 0.2
    assert found.weight[days + 1] == pytest.approx(6.0)
    # With under six days of history nothing is called a habit.
    assert found.weight[3] == pytest.approx(6.0)


def test_explicit_credentials_join_by_source_account_target_and_minute():
    table = LogonTable.from_arrays([100 * SECOND, 300 * SECOND], [0, 0], [1, 1], [3, 3], hosts="ab", accounts="wxyz")
    found = corroborate(table, events((110 * SECOND, 0, 3, "explicit_credentials", -1, 1)))
    assert found.rows["explicit_credentials"].tolist() == [0]
    assert found.weight.tolist() == [4.0, 0.0]


def test_lsass_speaks_for_hops_of_the_day_after_and_only_beside_other_evidence():
    table = LogonTable.from_arrays([HOUR, 3 * HOUR, 40 * HOUR], [0, 0, 0], [1, 1, 1], [0, 0, 0])
    found = corroborate(table, events((2 * HOUR, 0, -1, "lsass_access", -1, -1)))
    assert found.nearby.tolist() == [0.0, 4.0, 0.0]
    assert found.weight.tolist() == [0.0, 0.0, 0.0]


def test_sessions_opened_together_share_evidence_and_internet_sources_are_evidence():
    table = LogonTable.from_arrays(
        [HOUR, HOUR + SECOND, 2 * HOUR, 3 * HOUR], [0, 0, 0, 3], [1, 2, 2, 0], [0] * 4,
        hosts=["ws", "a", "b", "8.8.8.8"], accounts=["x"],
    )  # fmt: skip
    found = corroborate(table, events((HOUR, 1, 0, "service_install", 0, -1)))
    assert found.weight.tolist() == [6.0, 3.0, 0.0, 6.0]
