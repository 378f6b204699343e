"""A proved credential switch ranks above all statistics where there is no table of weights; only proofs are told."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from graphhunt.lateral.detector import LateralOptions
from graphhunt.lateral.detector.corroboration import COLUMNS, KINDS, SWITCHED, corroborate
from graphhunt.lateral.detector.detect import Scoring, detect, score_case
from graphhunt.lateral.detector.score import LIKE_OTHERS, SPOKEN
from graphhunt.lateral.detector.weights import shipped
from graphhunt.lateral.paths.table import DAY, LogonTable
from graphhunt.lateral.scores import Ranking, path_weights

HABITUAL = 20


def history() -> LogonTable:
    """Tell of 30 days on which account 0 goes from 0 to 1; on the last, 1 goes 0 -> 1 -> 2 and 2 goes 3 -> 4."""
    rows = [(day * DAY, 0, 1, 0) for day in range(30)]
    rows += [(30 * DAY + 1, 0, 1, 0), (30 * DAY + 2, 1, 2, 1), (30 * DAY + 3, 3, 4, 2)]
    t, src, dst, acct = (list(column) for column in zip(*rows, strict=True))
    return LogonTable.from_arrays(t, src, dst, acct, logon_type=[3] * len(rows))


def events(table: LogonTable, *found: tuple[str, int]) -> pl.DataFrame:
    rows = [
        {"t": int(table.t[row]), "host": int(table.dst[row]), "acct": int(table.acct[row]), "kind": kind, "row": row,
         "peer": int(table.src[row])}
        for kind, row in found
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=COLUMNS)


def test_nothing_else_together_weighs_as_much() -> None:
    strongest: dict[str, float] = {}
    for kind in KINDS:
        if kind.name != "credential_switch":
            strongest[kind.group] = max(strongest.get(kind.group, 0.0), kind.strength)
    # Surprises of a year (0.5 day in 366) in the signature, two and a half rarities and both neighbours, rotations.
    surprise = float(np.log(366 / 0.5))
    assert sum(strongest.values()) + 3.5 * surprise + 2 * np.sqrt(2 * surprise) + 3 < SWITCHED


def test_a_proved_switch_is_the_first_finding() -> None:
    table = history()
    loud = [(kind.name, len(table) - 1) for kind in KINDS if kind.name not in ("credential_switch", "outside_address")]
    quiet = len(table) - 3
    without = detect(table, corroborate(table, events(table, *loud)))
    assert table.host_name(without.findings[0].hops[-1].dst) == "H4"
    found = detect(table, corroborate(table, events(table, ("credential_switch", quiet), *loud)))
    first = found.findings[0]
    assert {hop.dst for hop in first.hops} >= {1}
    assert any("records prove that another account opened it" in reason for hop in first.hops for reason in hop.reasons)
    assert "P" in {hop.klass for hop in first.hops}


def test_a_switch_that_is_made_every_day_is_a_habit() -> None:
    table = history()
    daily = [("credential_switch", row) for row in range(len(table) - 2)]
    weight = corroborate(table, events(table, *daily)).switched
    assert weight[len(table) - 3] < 0.2 * SWITCHED
    assert corroborate(table, events(table, ("credential_switch", len(table) - 3))).switched[-3] == pytest.approx(
        SWITCHED
    )


def test_what_goes_by_shares_of_the_best_is_not_pushed_out() -> None:
    """A hop with a third of the best ordinary score stays part of paths when a switch stands far above both."""
    total, base = np.array([105.0, 12.0, 4.0, 0.5]), np.array([5.0, 12.0, 4.0, 0.5])
    ranking = Ranking(total, base, np.array([0, 3, 3, 4]), np.ones(4, dtype=bool), {}, [])
    nothing, every = np.zeros(4, dtype=bool), np.ones(4, dtype=bool)
    weights = path_weights(ranking, nothing, asked=every, floor=True)
    assert weights.tolist() == [5.0, 12.0, 4.0, 0.0]


def test_ranking_keeps_both_scores() -> None:
    scoring = scored("case")
    ranking = Ranking.from_arrays(Ranking.of(scoring).arrays())
    assert np.array_equal(ranking.total, scoring.classed.order)
    assert np.array_equal(ranking.base, scoring.scores.base)
    assert scoring.scores.total[-3] - ranking.base[-3] == pytest.approx(SWITCHED)


def test_in_monitor_mode_a_proved_switch_weighs_what_the_table_says() -> None:
    """Honest people change accounts too: there a switch stands on the scale of everything else, and is a lead."""
    switched, plain = scored("monitor").scores, scored("monitor", switch=False).scores
    caps = shipped().caps
    assert switched.total[-3] >= max(plain.total[-3], SPOKEN * LIKE_OTHERS)
    assert switched.total[-3] <= plain.total[-3] + caps["proof"] + SPOKEN * LIKE_OTHERS
    assert np.array_equal(switched.total, switched.base)


def scored(mode: str, *, switch: bool = True) -> Scoring:
    table = history()
    found = [("credential_switch", len(table) - 3)] if switch else []
    return score_case(table, corroborate(table, events(table, *found)), LateralOptions(mode=mode))
