"""Measures of the order of rows, on rankings whose values can be counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from graphhunt.lab.evaluation import LabelledCase
from graphhunt.lab.evaluation.baselines import edgebank, pagerank, random_order
from graphhunt.lab.evaluation.exactness import path_metrics
from graphhunt.lab.evaluation.metrics import order_metrics, window_recall
from graphhunt.lateral.detector import Finding, Findings, FoundHop, detect
from graphhunt.lateral.paths import LogonTable
from graphhunt.lateral.paths.table import DAY, HOUR


def case(labels, days=1):
    """One logon per (account i, source i, destination 50 + i), spread over the days after day 10."""
    count = len(labels)
    t = [10 * DAY + (i * days // count) * DAY + i * 1000 for i in range(count)]
    names = {"hosts": [f"h{i}" for i in range(50 + count)], "accounts": [f"a{i}" for i in range(count)]}
    table = LogonTable.from_arrays(t, range(count), range(50, 50 + count), range(count), **names)
    return LabelledCase("hand-made", table, 10 * DAY, np.array(labels))


def test_average_precision_and_recall_in_the_first():
    labels = np.full(20, -1)
    labels[[0, 3]] = 0
    found = order_metrics(case(labels), -np.arange(20.0))
    assert found["ap"] == found["ap_connections"] == found["ap_events"] == pytest.approx((1 + 2 / 4) / 2)
    assert found["auc"] == pytest.approx(34 / 36)
    assert found["precision_at_100"] == pytest.approx(2 / 20)
    assert found["recall_in_500"] == 1.0


def test_window_recall_ranks_within_each_hour():
    t = [10 * DAY + i for i in range(5)] + [10 * DAY + HOUR + i for i in range(5)]
    table = LogonTable.from_arrays(t, [0] * 10, range(1, 11), [0] * 10)
    labels = np.array([-1, -1, -1, 0, -1, 0, -1, -1, -1, -1])
    made = LabelledCase("hours", table, 10 * DAY, labels)
    # In the first hour the bad one ranks 4th, in the second (lower scores throughout) it ranks 1st.
    score = np.array([9.0, 8, 7, 6, 5, 1, 0.9, 0.8, 0.7, 0.6])
    assert window_recall(made, score) == {"rec_at_3": 0.5, "rec_at_5": 1.0, "rec_at_10": 1.0}


def test_baselines_read_no_labels():
    made = case(np.full(30, -1))
    other = LabelledCase("labelled", made.table, made.since, np.zeros(30, dtype=int))
    for scorer in (random_order, edgebank, pagerank):
        assert np.array_equal(scorer(made), scorer(other))


def test_a_retold_attack_is_whole_with_more_in_the_chain_and_exact_without():
    # Two attacks of two hops and one of one; the chains hold one whole, one with a stranger, one in half.
    t = [10 * DAY + i * HOUR for i in range(7)]
    table = LogonTable.from_arrays(t, range(7), range(7, 14), range(7))
    made = LabelledCase("retold", table, 10 * DAY, np.array([0, 0, 1, 1, -1, 2, 2]))
    hop = FoundHop((), 0, 1, 0, 0, -1, "P", 0, 1.0, 1.0, float("nan"), False, (), ())
    finding = Finding("", 1, 1.0, float("nan"), False, (), ())
    chains = [(0, 1), (2, 3, 4), (5,)]
    findings = tuple(
        replace(finding, rank=n, hops=tuple(replace(hop, rows=(row,)) for row in rows)) for n, rows in enumerate(chains)
    )
    whole = detect(table)
    found = path_metrics(made, Findings(findings, (), (), whole.scores, None, (), whole.scope, {}, whole.calibration))
    assert found["hop_recall"] == pytest.approx(5 / 6)
    assert found["path_whole"] == pytest.approx(2 / 3)
    assert found["path_exact"] == pytest.approx(1 / 3)
    assert found["hop_purity"] == pytest.approx(5 / 6)
