"""Calibration, refinement, suppression and corroboration with hand-calculated values."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from graphhunt.lateral.detector import corroborate
from graphhunt.lateral.detector.calibrate import Units, at_least, benjamini_hochberg, calibrate, differ, drift, share_of
from graphhunt.lateral.detector.corroboration import COLUMNS
from graphhunt.lateral.detector.refine import refine
from graphhunt.lateral.detector.suppress import Lists, apply, automation, listed
from graphhunt.lateral.paths import LogonTable
from graphhunt.lateral.paths.table import DAY, HOUR, SECOND


def units(day: list[int], score: list[float], kind: list[int] | None = None) -> Units:
    """Units with one row each."""
    kinds = np.zeros(len(day), dtype=np.int64) if kind is None else np.array(kind)
    return Units(np.array(day), np.array(score), kinds, np.arange(len(day)))


def test_conformal_p_is_the_rank_among_the_days_before() -> None:
    found = calibrate(units([20, 21, 22, 23, 24, 24], [1.0, 2.0, 3.0, 4.0, 2.5, 9.0]), np.array([24]), 0, least=1)
    assert found.p[4:].tolist() == pytest.approx([(1 + 2) / 5, 1 / 5])
    assert np.isnan(found.p[:4]).all()
    assert (found.null, found.tested) == ((4, 4), 2)


def test_only_days_with_a_whole_window_of_history_are_compared() -> None:
    """The case begins on day 10: what is before day 24 has less than 14 days behind it; day 40 is 16 before 56."""
    found = calibrate(units([23, 24, 30, 56, 40, 41, 56], [9.0] * 7), np.array([30, 56]), 10, least=1)
    assert found.p[2] == pytest.approx((1 + 1) / 2)
    assert found.p[6] == pytest.approx((1 + 1) / 2)
    assert np.isnan(found.p[:2]).all()


def test_a_unit_counts_once_by_its_strongest_row() -> None:
    key, day = np.array([1, 1, 2, 1]), np.array([3, 3, 3, 4])
    found = Units.of(key, day, np.array([1.0, 5.0, 7.0, 2.0]), np.array([0, 1, 0, 0]), np.array([1, 1, 1, 0], bool))
    assert found.score.tolist() == [5.0, 7.0]
    assert found.kind.tolist() == [1, 0]
    assert found.of_row.tolist() == [0, 0, 1, -1]


def test_without_enough_before_there_is_no_p() -> None:
    found = calibrate(units([20] * 999 + [21], [1.0] * 1000), np.array([21]), 0)
    assert np.isnan(found.p).all()
    assert not found.significant.any()
    assert found.words().startswith("No p-values: the days before hold at most 999 units")


def test_significance_takes_a_null_in_which_ten_could_pass() -> None:
    """1/(N+1) <= 0.05 / 15 * 10 / tested: with 999 before, 33 a day are few enough and 34 are not."""
    for number, expected in ((33, True), (34, False)):
        day, score = [20] * 999 + [21] * number, [1.0] * 999 + [9.0] * number
        found = calibrate(units(day, score), np.array([21]), 0, least=1)
        assert bool(found.significant.any()) is expected


def test_days_share_the_false_discovery_rate() -> None:
    """Of 1,000 before, a unit alone on its day has p = 1/1000: below 0.05, above 0.05/15 where 20 are tested."""
    assert [share_of(0.06, number) for number in (0, 1, 14, 100)] == pytest.approx([0.004, 0.008, 0.06, 0.06])
    day, score = [20] * 999 + [21] * 20, [1.0] * 999 + [9.0] + [0.5] * 19
    assert not calibrate(units(day, score), np.array([21]), 0, least=1).significant.any()
    alone = calibrate(units(day[:1000], score[:1000]), np.array([21]), 0, least=1)
    assert alone.significant.tolist() == [False] * 999 + [True]


def test_an_intrusion_is_no_drift() -> None:
    """Two in a hundred units that nothing came up to are an intrusion's; they don't move the tail of the others."""
    uniform = (np.arange(1000) + 0.5) / 1000
    attacked = np.where(np.arange(1000) % 50 == 0, 0.0001, uniform)
    assert drift(np.repeat(np.arange(30, 38), 1000), np.tile(attacked, 8)) is None


def test_units_of_a_kind_have_a_p_of_their_own() -> None:
    day, kind = [20] * 9 + [21], [0] * 8 + [1, 1]
    found = calibrate(units(day, [1.0] * 8 + [9.0, 5.0], kind), np.array([21]), 0, least=1)
    assert found.p[9] == pytest.approx((1 + 1) / 10)
    assert found.kind_p[9] == pytest.approx((1 + 1) / 2)
    assert not differ(0.2, 0.5)
    assert differ(0.01, 0.05)
    assert not differ(float("nan"), 0.05)


def test_drift_is_told_from_chance() -> None:
    """Of 1,000 uniform p-values 50 are small: that is chance; 100 are not (binomial tail below 1e-9)."""
    uniform = (np.arange(1000) + 0.5) / 1000
    day = np.repeat(np.arange(30, 38), 1000)
    assert drift(day, np.tile(uniform, 8)) is None
    late = np.concatenate((np.tile(uniform, 7), uniform * 0.25))
    assert drift(day, late) == 37
    # Six days are not the seven that it takes.
    assert drift(day[:6000], np.tile(uniform * 0.5, 6)) is None
    assert drift(day[:7000], np.tile(uniform * 0.5, 7)) == 36
    # P(X >= 3) of 5 with 1/2 is one half; of 4 hits in 4, one sixteenth.
    assert at_least(3, 5, 0.5) == pytest.approx(0.5)
    assert at_least(4, 4, 0.5) == pytest.approx(1 / 16)


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
