"""No simple rule tells a generated set's intruders from its honest people; where one does, it is named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from graphhunt.lab.evaluation.audit import (
    Examined,
    Limits,
    Report,
    alone_recall,
    audit,
    behind,
    examine,
    levelled,
    simple_rules,
)
from graphhunt.lab.evaluation.audit_features import features_of
from graphhunt.lab.evaluation.audit_rules import strongest_rule
from graphhunt.lab.evaluation.audit_shortcuts import PAST_SHORTCUTS
from graphhunt.lab.generator import EvalSet, GeneratorConfig, Hardening, set_of
from graphhunt.lateral.paths.table import HOUR


def _made(seed: int, hardening: Hardening) -> EvalSet:
    config = GeneratorConfig(
        seed=seed, hosts=410, users=300, servers=100, admins=10, service_accounts=8, days=20, utc_offset_minutes=0,
        logons_per_user_day=3.6, hardening=hardening,
    )  # fmt: skip
    return set_of(config, history_days=12, attacks=36)


@pytest.fixture(scope="module")
def examined() -> list[Examined]:
    return [examine(_made(seed, Hardening())) for seed in (75, 76, 77)]


@pytest.fixture(scope="module")
def report(examined: list[Examined]) -> Report:
    return audit(examined[:2], examined[2])


def test_there_is_no_shortcut(report: Report) -> None:
    assert not report.failures, "\n\n".join(map(str, report.failures))


def test_rows_and_units_are_audited_with_every_feature(report: Report, examined: list[Examined]) -> None:
    assert len(examined[0].names) == 26
    for level in ("rows", "units"):
        for name in examined[0].names:
            assert f"lift, {level}, {name}" in report.figures
            assert f"tree without, {level}, {name}" in report.figures
        for name in PAST_SHORTCUTS:
            assert f"past, {level}, {name}" in report.figures
    assert all(np.isfinite(value) for value in report.figures.values())


def test_past_shortcuts_come_back_without_the_hardening() -> None:
    report = simple_rules(examine(_made(77, Hardening.none())), Limits())
    found = {failure.what for failure in report.failures}
    assert "the feature 'net-only onward'" in found
    assert any("goes on by network logon only from a machine" in what for what in found)
    named = next(failure for failure in report.failures if "net-only onward" in failure.what)
    lines = str(named).splitlines()
    assert [line for line in lines if not line.startswith("  ")][1:] == ["intruders:", "honest:"]
    assert sum(line.startswith("  t=") for line in lines) == 20


def test_a_detector_that_the_tree_leaves_behind_is_told(examined: list[Examined]) -> None:
    tested = examined[2]
    blind = np.zeros(len(tested.rows))
    perfect = tested.bad.astype(np.float64)
    assert alone_recall(tested, perfect, 3) == 1.0
    assert alone_recall(tested, blind, 3) == 0.0
    report = Report()
    behind(report, tested, (perfect, perfect), Limits())
    assert not report.failures
    behind(report, tested, (perfect, blind), Limits())
    assert len(report.failures) == 2


def test_units_take_their_highest_row(examined: list[Examined]) -> None:
    tested = examined[0]
    score = np.arange(len(tested.rows), dtype=np.float64)
    best, bad = levelled(tested, score, "units")
    for unit in (0, len(best) // 2, len(best) - 1):
        members = np.flatnonzero(tested.unit == unit)
        assert best[unit] == members.max()
        assert bad[unit] == tested.bad[members].any()


def test_the_rule_found_is_the_one_laid_out() -> None:
    rng = np.random.default_rng(0)
    values = rng.random((4_000, 5)).round(3)
    bad = (values[:, 1] > 0.9) & (values[:, 3] < 0.2)
    rule = strongest_rule(values, bad, 0.5)
    hits = rule.hits(values)
    assert bad[hits].mean() > 0.95
    assert hits[bad].mean() >= 0.5
    assert "'b' >" in rule.words(("a", "b", "c", "d", "e"))


def test_features_only_look_back(labelled: EvalSet) -> None:
    half = labelled.logons.height // 2
    cut = replace(labelled, logons=labelled.logons.head(half), labels=labelled.labels[:half])
    whole, part = features_of(labelled), features_of(cut)
    assert all(np.array_equal(whole[name][:half], part[name]) for name in part)


def test_counts_and_times_agree_with_a_plain_count(labelled: EvalSet) -> None:
    features = features_of(labelled)
    logons = labelled.logons
    columns = {name: logons[name].to_list() for name in ("t", "src", "dst", "acct", "ok")}
    for row in range(2_000, 20_000, 1_500):
        t, src, acct = columns["t"][row], columns["src"][row], columns["acct"][row]
        past = [at for at in range(row) if columns["ok"][at] == 1]
        before = sum(columns["acct"][at] == acct and columns["src"][at] == src for at in past)
        assert features["account at source before"][row] == pytest.approx(np.log1p(before))
        came = [
            columns["t"][at]
            for at in past
            if columns["dst"][at] == src and columns["src"][at] != src and columns["t"][at] < t
        ]
        since = min((t - max(came)) / HOUR, 1_000.0) if came else 1_000.0
        assert features["any arrival at source"][row] == pytest.approx(since)
