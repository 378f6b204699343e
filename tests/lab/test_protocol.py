"""The whole protocol on a small generated case: every promised name is there and nothing reads the labels."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from graphhunt.lab.evaluation import evaluate, synthetic_case
from graphhunt.lab.evaluation.audit import examine
from graphhunt.lab.evaluation.audit_features import features_of
from graphhunt.lab.evaluation.baselines import BASELINES
from graphhunt.lab.evaluation.bench import run_detector
from graphhunt.lab.evaluation.tree import case_features, case_score, training_of, tree_score

SMALL = {"users": 120, "servers": 40, "admins": 6, "service_accounts": 4, "days": 16, "history_days": 10}


OTHERS = {"random", "edgebank", "rarity_sum", "rarity_chained", "link_model", "pagerank", "isolation_forest",
          "tree"}  # fmt: skip
SHARES = (
    "coverage", "purity", "cause_accuracy_inferred", "technique_accuracy", "ap", "auc", "rec_at_10", "hop_recall",
)  # fmt: skip
CALIBRATED = ("fdr_realised_at_5", "benign_p_below_05", "benign_p_below_01", "benign_p_below_001")


@pytest.fixture(scope="module")
def small():
    return synthetic_case(3, attacks=12, **SMALL)


@pytest.mark.slow
def test_every_metric_of_the_protocol_is_given_once_on_logons_and_once_with_host_events(small):
    twin, learn = synthetic_case(3, attacks=0, **SMALL), [synthetic_case(75, attacks=12, **SMALL)]
    found = evaluate(small, twin, learn=learn, ablations=True)
    for section in (found["logons"], found["host_events"]):
        assert section["baselines"].keys() == OTHERS
        assert {
            "without_causal",
            "without_rarity",
            "without_context",
            "without_weights_of_routine",
            "without_folding",
            "sum_instead_of_max",
            "without_what_followed",
            "with_class_bonuses",
        } <= section["ablations"].keys()
        methods = [section, *section["baselines"].values(), *section["ablations"].values()]
        for kind, method in itertools.product(("incident", "lead"), methods):
            shares = [method[f"{kind}_recall_at_{budget}"] for budget in (3, 5, 9, 20)]
            assert shares == sorted(shares)
            assert all(0 <= share <= 1 for share in shares)
        assert all(0 <= section[name] <= 1 for name in SHARES)
        # A small set has too few new connections for p-values.
        assert all(np.isnan(section[name]) for name in CALIBRATED)
        assert section["units_to_first_true"] >= 1
        assert section["fragments"] >= 1
        assert section["time_order_violations"] == 0
        assert section["explained"] == 1.0
        low, high = section["intervals"]["incident_recall_at_9"]
        assert low <= section["incident_recall_at_9"] <= high
        assert sum(whole for _, whole in section["cells"].values()) == len(section["outcomes"])
    assert "without_weights_of_proof" not in found["logons"]["ablations"]
    assert {"without_corroboration", "without_weights_of_proof"} <= found["host_events"]["ablations"].keys()
    assert not found["logons"]["joins"]
    assert list(found["host_events"]["joins"]) == ["0%", "30%", "60%", "100%"]
    assert all(0 <= each["coverage"] <= 1 for each in found["host_events"]["joins"].values())
    verdicts = [sum(counts.values()) for counts in found["logons"]["techniques"].values()]
    assert sum(verdicts) == sum(found["logons"][f"technique_{name}"] for name in ("right", "wrong", "missing")) > 0
    # Connections are joined to logons only where host records are looked at; what they prove is so.
    assert found["logons"]["cause_proved"] == 0
    assert found["host_events"]["cause_proved"] > 0
    assert found["host_events"]["cause_accuracy_proved"] == 1.0
    assert 0 < found["attacks"] <= 12
    assert found["days"] == 6


def test_without_a_twin_the_other_rows_are_the_benign_days(small):
    found = evaluate(small, baselines={"random": BASELINES["random"]})
    assert found["logons"]["baselines"].keys() == {"random"}
    assert found["logons"]["incident_recall_at_20"] > found["logons"]["baselines"]["random"]["incident_recall_at_20"]


def test_the_reference_tree_learns_what_gives_attacks_away(small):
    training = training_of([synthetic_case(75, attacks=12, **SMALL)])
    score = case_score(training, small)
    bad = small.labels[small.tested] >= 0
    assert case_features(small.logons_alone()).shape == (len(small.table), 26)
    assert case_features(small).shape == (len(small.table), 28)
    assert roc_auc_score(bad, score[small.tested]) > 0.8


def test_the_tree_of_the_evaluation_is_that_of_the_audit(small):
    made = small.made
    examined = examine(made)
    training = (examined.values, examined.bad)
    alone = small.logons_alone()
    assert np.array_equal(examined.rows, np.flatnonzero(alone.tested))
    assert np.array_equal(case_score(training, alone)[examined.rows], tree_score(training, examined.values))


def test_the_tree_knows_the_sources_that_records_tell(small):
    hidden = np.flatnonzero(small.table.src < 0)
    desk = int(np.flatnonzero(small.made.machine_role == 0)[0])
    told = replace(small, source=np.where(small.table.src < 0, desk, small.table.src).astype(np.int32))
    column = list(features_of(small.made)).index("source is a desk")
    alone, seen = (case_features(each)[hidden, column] for each in (told.logons_alone(), told.with_hosts()))
    assert not alone.any()
    assert seen.all()


def test_the_detector_does_not_see_labels(small):
    blind = replace(small, labels=np.full(len(small.table), -1))
    assert np.array_equal(run_detector(small).order, run_detector(blind).order)
