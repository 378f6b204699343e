"""No score is ever not-a-number, whatever the estate: tables of one day, one account, low rank, equal times."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphhunt.analyses import runs
from graphhunt.analyses.analysis import Analysis
from graphhunt.errors import AnalysisError
from graphhunt.lateral.detector import Corroboration, LateralOptions, corroborate, detect, score_hops
from graphhunt.lateral.detector.corroboration import COLUMNS
from graphhunt.lateral.detector.pmf import link_surprise
from graphhunt.lateral.paths import LogonTable, hop_rarity
from graphhunt.lateral.paths.table import DAY, HOUR
from graphhunt.questions.question import Written
from graphhunt.store import Store
from graphhunt.toolbox.finite import finite_columns
from tests.analyses import toy


def table_of(rows, hosts, accounts, **columns):
    t, src, dst, acct = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    names = {"hosts": [f"h{i}" for i in range(hosts)], "accounts": [f"u{i}" for i in range(accounts)]}
    given_types = columns.pop("logon_type", [3] * len(t))
    return LogonTable.from_arrays(t, src, dst, acct, logon_type=given_types, **names, **columns)


def daily(hosts, accounts, days):
    """The same logons every day: every account goes from its machine to the last ones, so that the rank is low."""
    return [
        (day * DAY + 9 * HOUR + acct, acct % (hosts - 1), hosts - 1, acct)
        for day in range(days) for acct in range(accounts)
    ]  # fmt: skip


@st.composite
def tables(draw):
    """Estates at the edge: few of everything, equal times, unknown sources, failures."""
    hosts, accounts = draw(st.integers(2, 8)), draw(st.integers(1, 8))
    days, size = draw(st.sampled_from((1, 2, 6, 7, 30, 60))), draw(st.integers(0, 60))
    step = draw(st.sampled_from((1, HOUR, DAY)))
    rows = [
        (
            draw(st.integers(0, days * DAY - 1)) // step * step, draw(st.integers(-1, hosts - 1)),
            draw(st.integers(0, hosts - 1)), draw(st.integers(-1, accounts - 1)),
        )
        for _ in range(size)
    ]  # fmt: skip
    rows += daily(hosts, accounts, days) if draw(st.booleans()) else []
    ok = [int(draw(st.integers(0, 4)) > 0) for _ in rows]
    return table_of(rows, hosts, accounts, ok=ok, logon_type=[draw(st.sampled_from((-1, 3, 10))) for _ in rows])


@settings(max_examples=150, deadline=None)
@given(tables(), st.sampled_from((None, 0.0, 0.5, 0.9, 2.0)))
def test_every_number_of_a_run_is_finite_and_none_is_empty_in_silence(table, share):
    since = None if share is None or not len(table) else int(table.t[0] + share * (table.t[-1] - table.t[0]))
    found = detect(table, options=LateralOptions(since=since))
    assert np.isfinite(found.scores.total).all()
    assert found.scope.hops == int((found.scores.hops & (table.t >= found.scope.since)).sum())
    rows = int((table.t >= found.scope.since).sum())
    assert found.scope.hops + sum(found.scope.left_out.values()) == rows
    for finding in found.findings:
        assert np.isfinite(finding.score)
        assert finding.p != finding.p or 0 < finding.p <= 1
    assert not np.isinf(found.properties()["lm_score"].to_numpy()).any()
    assert np.isfinite(hop_rarity(table).total).all()


@settings(max_examples=40, deadline=None)
@given(tables())
def test_the_link_model_is_finite_on_any_matrix(table):
    found = link_surprise(table, np.ones(len(table), dtype=bool))
    assert np.isfinite(found).all()
    assert (found >= 0).all()


@pytest.mark.parametrize("hosts", [2, 3, 5, 20])
@pytest.mark.parametrize("accounts", [1, 3, 10])
@pytest.mark.parametrize("days", [1, 5, 6, 7, 9, 30])
def test_a_service_installed_over_a_session_is_the_first_finding_of_any_small_estate(hosts, accounts, days):
    """The estate of the report: days that are all alike, then one logon over which a service is installed."""
    at = (days - 1) * DAY + 12 * HOUR
    rows = [*daily(hosts, accounts, days), (at, hosts - 1, 0, 0)]
    table = table_of(rows, hosts, accounts)
    row = int(np.flatnonzero(table.t == at)[0])
    event = pl.DataFrame([(at, 0, 0, "service_install", row, hosts - 1)], schema=COLUMNS, orient="row")
    for since in (None, (days - 1) * DAY):
        found = detect(table, corroborate(table, event), LateralOptions(since=since))
        first = found.findings[0]
        assert row in {r for hop in first.hops for r in hop.rows}
        assert any("T1569.002" in hop.techniques for hop in first.hops)
        # A service installation weighs 6 nats, and nothing like it came before.
        assert first.score >= 6


def test_a_case_without_history_is_scored_whole_and_a_long_large_one_keeps_two_weeks_back():
    short = detect(table_of(daily(40, 40, 20), 40, 40)).scope
    assert (short.mode, short.hops, short.earlier) == ("case", 800, 0)
    few = detect(table_of(daily(4, 5, 60), 4, 5)).scope
    assert (few.mode, few.hops, few.earlier) == ("case", 300, 0)
    large = detect(table_of(daily(40, 40, 25), 40, 40)).scope
    assert (large.mode, large.since, large.hops, large.earlier) == ("monitor", 14 * DAY, 440, 560)
    assert large.history_days == 14
    asked = detect(table_of(daily(4, 5, 60), 4, 5), options=LateralOptions(since=50 * DAY)).scope
    assert (asked.mode, asked.hops, asked.earlier) == ("case", 50, 250)


def test_a_method_that_could_not_be_used_is_named_with_its_reason():
    found = detect(table_of(daily(4, 5, 20), 4, 5), options=LateralOptions(since=10 * DAY))
    (text,) = found.scope.degraded
    assert "5 accounts" in text
    assert "10 days" in text
    large = detect(table_of(daily(40, 40, 25), 40, 40))
    assert large.scope.degraded == ()


def test_a_term_that_is_not_finite_is_left_out_and_named():
    table = table_of(daily(4, 5, 8), 4, 5)
    weight = np.full(len(table), np.nan)
    scores = score_hops(table, Corroboration(weight, np.zeros(len(table)), np.zeros(len(table))))
    assert np.isfinite(scores.total).all()
    assert scores.dropped == ("host events",)
    found = detect(table, Corroboration(weight, np.zeros(len(table)), np.zeros(len(table))))
    assert any("host events" in text for text in found.scope.degraded)


def test_written_numbers_are_finite_or_null_with_a_reason():
    frame = pl.DataFrame({"id": ["a", "b", "c"], "score": [1.0, float("inf"), None], "n": [1, 2, 3]})
    sound, notes = finite_columns(frame, ["score", "n"])
    assert sound["score"].to_list() == [1.0, None, None]
    assert notes == ["score could not be computed for 1 of 2: left empty there"]
    with pytest.raises(AnalysisError, match="no value of score"):
        finite_columns(frame.with_columns(score=pl.lit(float("nan"))), ["score"])


def test_an_analytic_that_fails_in_all_its_numbers_is_an_error_and_writes_nothing(
    embedded_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"p0": 1.0, "p1": float("nan")}

    def compute(_extract, _values):
        return {"Process": pl.DataFrame({"id": list(values), "toy_value": list(values.values())})}

    broken = Analysis("toy", "toy", "Gives numbers.", compute, (Written("Process", "toy_value", "a number"),))
    monkeypatch.setattr("graphhunt.analyses.registry.analyses", lambda: {"toy": broken})
    toy.fill(embedded_store)
    report = runs.analyze(embedded_store, "toy")
    assert report["notes"] == ["Process: toy_value could not be computed for 1 of 2: left empty there"]
    kept = runs.current_results(embedded_store, "toy", "Process")
    assert {row["id"]: row["toy_value"] for row in kept} == {"p0": 1.0, "p1": None}
    values["p0"] = float("-inf")
    with pytest.raises(AnalysisError):
        runs.analyze(embedded_store, "toy")
    assert runs.current_results(embedded_store, "toy", "Process") == kept
