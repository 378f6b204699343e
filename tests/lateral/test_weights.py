"""The table of weights: what steps come to, what terms count, and that only monitor mode weighs by it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graphhunt.errors import AnalysisError
from graphhunt.lateral.detector import Corroboration, LateralOptions, ScoreRules, detect, score_hops
from graphhunt.lateral.detector.detect import rules_for
from graphhunt.lateral.detector.modes import CASE, MONITOR
from graphhunt.lateral.detector.terms import LONGEST, terms_of
from graphhunt.lateral.detector.weights import Weights, shipped
from graphhunt.lateral.paths import LogonTable
from graphhunt.lateral.paths.table import DAY, HOUR

TABLE: dict[str, Any] = {
    "ordinary": 1.5,
    "caps": {"rarity": 4.0, "context": 9.0},
    "terms": {
        "logons_at_source": {"class": "rarity", "sign": -1, "edges": [0, 2], "nats": [3.0, 1.0, 0.0]},
        "logons_at_target": {"class": "rarity", "sign": -1, "edges": [0], "nats": [2.0, 0.0]},
        "failures": {"class": "context", "sign": 1, "edges": [0, 1], "nats": [0.0, 0.5, 2.5]},
    },
}


def small():
    """Account 0 goes from 0 to 1 on two days, then fails twice, and goes on from 1 to 2 within the hour."""
    return LogonTable.from_arrays(
        t=[9 * HOUR, DAY + 9 * HOUR, 2 * DAY + 9 * HOUR, 2 * DAY + 9 * HOUR + 1, 2 * DAY + 9 * HOUR + HOUR // 2],
        src=[0, 0, 1, 1, 1], dst=[1, 1, 2, 2, 2], acct=[0] * 5, ok=[1, 1, 0, 0, 1], logon_type=[3] * 5,
        hosts=list("abc"), accounts=["user"],
    )  # fmt: skip


def terms(table, window=30):
    return dict(terms_of(table, score_hops(table).known, window))


def test_terms_count_what_came_before():
    found = terms(small())
    assert found["logons_at_source"].tolist() == [0, 1, 0, 0, 0]
    assert found["logons_at_target"].tolist() == [0, 1, 0, 0, 0]
    assert found["failures"][4] == 2
    assert found["hours_of_rest"].tolist()[:2] == [LONGEST, 24.0]
    # From the second day's logon to the third day's at half past nine.
    assert found["hours_of_rest"][4] == 24.5
    assert found["hours_since_arrival"][4] == 24.5
    assert found["targets_today"][[0, 1, 4]].tolist() == [1, 1, 1]


def test_terms_forget_what_is_older_than_the_window():
    table = LogonTable.from_arrays([0, 20 * DAY, 40 * DAY], [0] * 3, [1] * 3, [0] * 3, hosts=["a", "b"], accounts=["u"])
    assert terms(table, window=30)["logons_at_source"].tolist() == [0, 1, 1]
    assert terms(table, window=10)["logons_at_source"].tolist() == [0, 0, 0]


def test_terms_do_not_hang_on_the_order_of_rows_of_one_moment():
    columns = {"src": [0, 0, 1], "dst": [1, 2, 2], "acct": [0, 0, 1]}
    turned = {name: values[::-1] for name, values in columns.items()}
    names = {"hosts": list("abc"), "accounts": list("uv")}
    one = terms(LogonTable.from_arrays([HOUR] * 3, **columns, **names))
    other = terms(LogonTable.from_arrays([HOUR] * 3, **turned, **names))
    assert one
    assert all(one[name].tolist() == other[name].tolist()[::-1] for name in one)


def test_a_hop_scores_what_its_classes_come_to_above_an_ordinary_one():
    scores = score_hops(small(), rules=ScoreRules(weights=Weights.parse(TABLE)))
    # First: new at source and target, capped at 4. Second: 1 + 0. Last: capped at 4, and 2.5 for two failures.
    assert scores.total[[0, 1, 4]] == pytest.approx([4.0 - 1.5, 0.0, 4.0 + 2.5 - 1.5], abs=2e-3)
    assert scores.told["failures"][4] == 2


def test_a_new_host_event_is_a_lead_however_usual_the_logon():
    table, weight = small(), np.array([0.0, 6.0, 0.0, 0.0, 0.0])
    support = Corroboration(weight, np.zeros(5), np.zeros(5))
    assert score_hops(table, support, ScoreRules(weights=Weights.parse(TABLE))).total[1] == pytest.approx(1.5, abs=2e-3)


def test_a_silenced_hop_scores_by_its_own_events_only():
    support = Corroboration(np.array([0.0, 6.0, 0.0, 0.0, 0.0]), np.zeros(5), np.zeros(5))
    rules = ScoreRules(weights=Weights.parse(TABLE))
    scores = score_hops(small(), support, rules, quiet=lambda _shape, hops, _habits: hops)
    assert scores.total == pytest.approx([0.0, 1.5, 0.0, 0.0, 0.0], abs=2e-3)


def test_a_class_can_be_left_out():
    rules = ScoreRules(weights=Weights.parse(TABLE), terms=frozenset({"causal", "context", "corroboration"}))
    # What an ordinary hop comes to without it is not known, so that nothing is taken off.
    assert score_hops(small(), rules=rules).total[4] == pytest.approx(2.5, abs=2e-3)


@pytest.mark.parametrize(
    "change",
    [
        {"nats": [0.0, 1.0, 2.0]},
        {"edges": [2, 0]},
        {"nats": [1.0, 0.0]},
        {"nats": [1.0, 0.0, -1.0]},
    ],
)
def test_steps_against_their_sign_are_refused(change):
    term = TABLE["terms"]["logons_at_source"] | change
    with pytest.raises(AnalysisError, match="logons_at_source"):
        Weights.parse(TABLE | {"terms": {"logons_at_source": term}})


def test_the_shipped_table_names_terms_and_caps_that_exist():
    weights, known = shipped(), terms(small())
    assert {step.name for step in weights.steps} <= set(known)
    assert {step.group for step in weights.steps} <= set(weights.caps)
    assert all(np.isfinite(values).all() for values in weights.classes(known.items()).values())


def test_only_monitor_mode_weighs():
    assert rules_for(ScoreRules(), MONITOR).weights is shipped()
    assert rules_for(ScoreRules(weights=shipped()), CASE).weights is None
    found = detect(small(), options=LateralOptions(mode=CASE))
    assert not found.scores.told
