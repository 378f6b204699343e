"""Of too little data nothing is ranked, and the answer says so with the figures; what is enough is by counts alone."""

from __future__ import annotations

import polars as pl
import pytest

from graphhunt.analyses.least import DAY, few_days, few_starts
from graphhunt.analyses.runs import analyze, current_results
from graphhunt.store import Store
from tests.analyses.test_registry import graph

__all__ = ["graph"]


def starts(count: int, machines: int, days: int) -> pl.DataFrame:
    """Make starts that go round the machines and days."""
    rows = [(f"m{number % machines}", (number // machines % days) * DAY) for number in range(count)]
    return pl.DataFrame(rows, schema={"machine_id": pl.String, "start": pl.Int64}, orient="row")


@pytest.mark.parametrize(
    ("count", "machines", "days", "enough"),
    [(15, 5, 3, True), (15, 5, 2, False), (12, 4, 3, False), (2000, 1, 1, True), (1999, 1, 1, False), (0, 1, 1, False)],
)
def test_starts_that_can_be_compared(count: int, machines: int, days: int, *, enough: bool) -> None:
    assert (few_starts(starts(count, machines, days)) is None) == enough


@pytest.mark.parametrize(("entities", "days", "enough"), [(10, 7, True), (7, 7, False), (50, 6, False), (50, 7, True)])
def test_days_that_can_be_compared(entities: int, days: int, *, enough: bool) -> None:
    rows = [(f"a{entity}", day) for entity in range(entities) for day in range(days)]
    made = pl.DataFrame(rows, schema=["entity", "day"], orient="row")
    assert (few_days(made, "accounts") is None) == enough


def test_the_figures_are_said_and_nothing_is_ranked(graph: Store) -> None:
    """The graph has nine starts on two machines on both sides of midnight, and six logons of two accounts."""
    for name in ("process-rarity", "clusters"):
        report = analyze(graph, name)
        assert report["written"] == {"Process": 0}
        assert report["notes"] == [
            "Process: too little data: 9 starts on 2 machines and 2 days; it takes 5 machines and 3 days, or 2,000 "
            "starts (anyway=true computes it)"
        ]
        assert current_results(graph, name, "Process") == []
    report = analyze(graph, "outliers")
    assert report["written"] == {"User": 0, "Machine": 0}
    assert [note.partition(" data: ")[0] for note in report["notes"]] == ["User: too little", "Machine: too little"]
    assert all("day of records" in note and "it takes 50, on 7" in note for note in report["notes"])


def test_what_is_too_little_for_one_is_not_for_the_other(graph: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphhunt.analyses.outliers.few_days", lambda _, of: "few" if of == "machines" else None)
    report = analyze(graph, "outliers")
    assert report["written"] == {"User": 2, "Machine": 0}
    assert report["notes"] == ["Machine: too little data: few (anyway=true computes it)"]
