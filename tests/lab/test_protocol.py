"""The whole protocol on a small generated case: every promised name is there and nothing reads the labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from graphhunt.lab.evaluation import evaluate, synthetic_case
from graphhunt.lab.evaluation.baselines import BASELINES
from graphhunt.lab.evaluation.protocol import run_detector

SMALL = {"users": 120, "servers": 40, "admins": 6, "service_accounts": 4, "days": 16, "history_days": 10}


@pytest.fixture(scope="module")
def small():
    return synthetic_case(3, attacks=12, **SMALL)


@pytest.mark.slow
def test_every_metric_of_the_protocol_is_given(small):
    found = evaluate(small)
    for prefix in ("", "corroborated_", *(f"{name}_" for name in BASELINES)):
        for budget in (3, 5, 9, 20):
            assert 0 <= found[f"{prefix}detected_at_{budget}_per_day"] <= 1
        for name in ("rec_at_3", "rec_at_5", "rec_at_10", "ap", "auc", "precision_at_100", "recall_in_500"):
            assert 0 <= found[prefix + name] <= 1
    assert found["time_order_violations"] == 0
    assert found["explained"] == 1.0
    assert found["detected_at_20_per_day"] >= found["detected_at_9_per_day"]
    for term in ("causal", "rarity", "context"):
        assert f"without_{term}_detected_at_9_per_day" in found


def test_the_detector_does_not_see_labels(small):
    blind = replace(small, labels=np.full(len(small.table), -1))
    assert np.array_equal(run_detector(small).scores.total, run_detector(blind).scores.total)
