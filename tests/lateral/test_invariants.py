"""What every run keeps to: finite numbers, a scope, a check lead that comes out, and evidence that no model hides."""

from __future__ import annotations

import warnings
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from graphhunt.errors import AnalysisError
from graphhunt.lateral.detector import LateralOptions, corroborate, detect
from graphhunt.lateral.detector import listing as listings
from graphhunt.lateral.detector.corroboration import COLUMNS, Corroboration
from graphhunt.lateral.detector.pmf import LinkModel, number_of_factors
from graphhunt.lateral.paths import LogonTable
from graphhunt.lateral.paths.table import DAY, HOUR
from graphhunt.lateral.scope import nothing_found, scope_json

KINDS = ("service_install", "remote_process", "credential_switch", "outside_address", "explicit_credentials")


def small(seed: int) -> tuple[LogonTable, pl.DataFrame]:
    """An estate of 1-40 hosts, 1-40 accounts and 1-60 days, one of several kinds of odd, with host events on rows."""
    draw = np.random.default_rng(seed)
    hosts, accounts, days = (int(draw.integers(1, most + 1)) for most in (40, 40, 60))
    size = int(draw.integers(1, 150))
    t = draw.integers(0, days * DAY, size)
    src, dst, acct = draw.integers(-1, hosts, size), draw.integers(0, hosts, size), draw.integers(-1, accounts, size)
    ok = (draw.random(size) > 0.1).astype(int)
    odd = seed % 7
    if odd == 1:
        src[:] = -1
    elif odd == 2:
        t[:] = 5 * DAY
    elif odd == 3:
        ok[:] = 0
    elif odd == 4:
        acct[:] = 0
    elif odd == 5:
        t = t[::-1] % DAY
    elif odd == 6:
        t[: size // 2] -= 40 * 365 * DAY
    table = LogonTable.from_arrays(
        t, src, dst, acct, ok=ok, logon_type=draw.choice([-1, 3, 10], size),
        hosts=[f"h{i}" for i in range(hosts)], accounts=[f"u{i}" for i in range(accounts)],
    )  # fmt: skip
    rows = np.flatnonzero(table.usable() & (table.src >= 0) & (table.acct >= 0))
    chosen = draw.choice(rows, min(3, len(rows)), replace=False) if len(rows) else rows
    events = [
        {"t": int(table.t[row]), "host": int(table.dst[row]), "acct": int(table.acct[row]), "row": int(row),
         "kind": KINDS[int(draw.integers(len(KINDS)))], "peer": int(table.src[row])}
        for row in chosen
    ]  # fmt: skip
    return table, pl.DataFrame(events, schema=COLUMNS)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["auto", "case", "monitor"]))
def test_any_table_gives_finite_numbers_and_a_scope(seed: int, mode: str) -> None:
    table, events = small(seed)
    found = detect(table, corroborate(table, events), LateralOptions(mode=mode))
    assert np.isfinite(found.scores.total).all()
    scope = scope_json(found.scope)
    assert scope["mode"] in ("case", "monitor")
    assert scope["mode"] == mode or mode == "auto"
    assert scope["mode_meaning"]
    assert scope["scored"]["hops"] + sum(scope["not_scored"].values()) == scope["scored"]["rows"]
    text = nothing_found(scope)
    assert text.startswith("no remote logon could be scored: " if not scope["scored"]["hops"] else "no chain of")
    if mode != "monitor":
        listed = {row for finding in found.findings for hop in finding.hops for row in hop.rows}
        hops = np.flatnonzero(found.scores.hops & (table.t >= found.scope.since))
        evident = set(events["row"].to_list()) & set(hops.tolist())
        # In case mode nothing that host events speak for is left out; in monitor mode it may be a habit.
        assert found.scope.mode != "case" or evident <= listed


def evident(table: LogonTable, events: pl.DataFrame, *, links: bool) -> set[int]:
    """The rows of findings of class P or E, in monitor mode, in which the link model takes part."""
    options = LateralOptions(mode="monitor", links=links)
    found = detect(table, corroborate(table, events), options).findings
    return {row for finding in found for hop in finding.hops if hop.klass in "PE" for row in hop.rows}


def test_the_link_model_hides_no_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    """On 200 small estates, on which the model is made to run though they are too small for it."""
    monkeypatch.setattr(import_module("graphhunt.lateral.detector.detect"), "too_small", lambda *_: None)
    monkeypatch.setattr(import_module("graphhunt.lateral.detector.pmf"), "_ITERATIONS", 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for seed in range(200):
            table, events = small(seed)
            assert evident(table, events, links=False) <= evident(table, events, links=True), seed


def office(days: int = 40) -> LogonTable:
    """Forty people go from their desks to four servers every day."""
    rows = [
        (day * DAY + 8 * HOUR + person, person, 40 + (person + i) % 4, person)
        for day in range(days) for person in range(40) for i in range(2)
    ]  # fmt: skip
    t, src, dst, acct = (list(column) for column in zip(*rows, strict=True))
    return LogonTable.from_arrays(t, src, dst, acct, logon_type=[3] * len(t))


@pytest.mark.parametrize(("blocks", "factors"), [(1, 1), (4, 1), (10, 2), (50, 10), (200, 20)])
def test_the_model_has_fewer_factors_than_its_matrix_has_rank(blocks: int, factors: int) -> None:
    """Rows of one block are alike, so that there are as many different rows, columns and ranks as blocks."""
    block = np.zeros((400, 300))
    block[np.arange(400), np.arange(400) % blocks] = 1.0
    assert number_of_factors(sp.csr_matrix(block)) == factors


def test_rank_is_what_bounds_the_factors_where_rows_depend_on_each_other() -> None:
    """Every sum of two of five rows: ten different rows and more columns than that, but a rank of five."""
    rows = np.kron(np.eye(5), np.ones(20)).astype(bool)
    sums = [rows[i] | rows[j] for i in range(5) for j in range(i)] + list(rows) + [~row for row in rows]
    spread = np.array(sums, dtype=float) * 1.0
    wide = np.hstack([spread, np.tril(np.ones((20, 20)))[:, :4]])
    assert np.linalg.matrix_rank(wide) <= 9
    assert number_of_factors(sp.csr_matrix(wide)) <= min(4, np.linalg.matrix_rank(wide) - 1)


def test_what_libraries_warn_of_is_named(monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder) -> None:
    whole = LinkModel._view

    def warning(self: LinkModel, *given: Any) -> Any:
        warnings.warn("the model is unsure", RuntimeWarning, stacklevel=1)
        return whole(self, *given)

    monkeypatch.setattr(LinkModel, "_view", warning)
    found = detect(office())
    assert found.scope.degraded == ("link model: its library warned: the model is unsure",)
    assert not recwarn.list


def test_proved_switches_that_are_not_numbers_are_left_out_and_named() -> None:
    table = office(8)
    nothing, broken = np.zeros(len(table)), np.full(len(table), np.nan)
    found = detect(table, Corroboration(nothing, nothing, broken))
    assert any("proved switches" in text for text in found.scope.degraded)
    assert np.isfinite(found.scores.total).all()


@pytest.mark.parametrize("fault", ["nothing is listable", "the order is lost"])
def test_a_run_that_would_lose_its_leads_fails_instead_of_finding_nothing(
    monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    if fault == "nothing is listable":
        monkeypatch.setattr(listings.Listing, "listable", lambda _self, code, _order: np.zeros(len(code), dtype=bool))
    else:
        monkeypatch.setattr(listings, "order_of", lambda *_: np.array([np.nan]))
    with pytest.raises(AnalysisError, match="scoring failed: the check lead was not found"):
        detect(office(8))


def test_the_check_lead_is_never_listed_and_changes_nothing() -> None:
    for table in (office(8), office()):
        found = detect(table)
        rows = {row for finding in found.findings for hop in finding.hops for row in hop.rows}
        assert all(0 <= row < len(table) for row in rows)
        assert found.scope.hops + found.scope.earlier == len(table)
        assert not found.findings


def test_p_values_take_a_baseline_that_can_carry_them() -> None:
    """Of 40 people none goes anywhere new in the baseline: no p-value, no word of significance."""
    row = (39 * DAY + 11 * HOUR, 3, 41, 7)
    table = office()
    names = ("t", "src", "dst", "acct")
    t, src, dst, acct = (np.append(getattr(table, name), value) for name, value in zip(names, row, strict=True))
    found = detect(LogonTable.from_arrays(t, src, dst, acct, logon_type=[3] * len(t)))
    assert found.scope.mode == "monitor"
    assert all(np.isnan(finding.p) and not finding.significant for finding in found.findings)
    assert any("No p-values" in note for note in found.notes)


def test_the_same_rows_in_another_order_give_the_same_findings() -> None:
    table, events = small(7)
    order = np.random.default_rng(1).permutation(len(table))
    ids = np.array([f"r{i}" for i in range(len(table))])
    one = replace(table, ids=pl.Series("id", ids))
    other = LogonTable.from_arrays(
        table.t[order], table.src[order], table.dst[order], table.acct[order], ok=table.ok[order],
        logon_type=table.logon_type[order], hosts=table.hosts, accounts=table.accounts, ids=ids[order],
    )  # fmt: skip
    place = {str(name): row for row, name in enumerate(other.ids)} if other.ids is not None else {}
    moved = events.with_columns(row=pl.col("row").map_elements(lambda row: place[f"r{row}"], return_dtype=pl.Int64))
    first, second = (detect(t, corroborate(t, e)).properties() for t, e in ((one, events), (other, moved)))
    assert len(first)
    assert first.sort("id").equals(second.sort("id"))


def test_benign_days_have_no_more_small_p_values_than_they_should() -> None:
    """Ninety people who visit machines at random, day after day alike; then one who is somewhere with a new service."""
    draw = np.random.default_rng(3)
    rows = [
        (day * DAY + 9 * HOUR + int(draw.integers(HOUR)), person, 90 + int(abs(draw.normal(0, 12))) % 60, person)
        for day in range(45) for person in range(90) for _ in range(3)
    ]  # fmt: skip
    rows.append((44 * DAY + 20 * HOUR, 5, 149, 6))
    t, src, dst, acct = (list(column) for column in zip(*rows, strict=True))
    table = LogonTable.from_arrays(t, src, dst, acct, logon_type=[3] * len(t))
    row = len(table) - 1
    event = pl.DataFrame([(int(table.t[row]), 149, 6, "service_install", row, 5)], schema=COLUMNS, orient="row")
    found = detect(table, corroborate(table, event), LateralOptions(since=30 * DAY, links=False))
    assert found.scope.mode == "monitor"
    assert found.calibration is not None
    # The null of a day are the 15 days before it, 90 units each.
    assert found.calibration.null == (15 * 90, 15 * 90)
    assert found.calibration.tested == 15 * 90 + 1
    p = found.calibration.p[found.scores.hops & (table.t >= 30 * DAY)]
    # Where nothing is unusual many units are equal, which makes p-values larger, never smaller.
    assert float((p <= 0.05).mean()) < 0.06
    assert found.calibration.p[row] == pytest.approx(1 / (15 * 90 + 1))
    assert found.findings[0].hops[-1].rows[-1] == row
