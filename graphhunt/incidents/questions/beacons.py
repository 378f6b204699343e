"""`hunt beacons`: who calls an address as by a clock, by active span, with prevalence and program beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.beacons import beacons_of
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Question
from graphhunt.times import iso
from graphhunt.toolbox.beacons import LEAST_IN_SPAN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.questions.question import Case, Wishes

COLUMNS = (
    "source", "destination", "score", "level", "connections", "first", "last", "spans", "hosts", "prevalence",
    "programs", "reasons",
)  # fmt: skip
"""Columns of the rows."""


def _answer(case: Case, given: Mapping[str, Any], wishes: Wishes) -> dict[str, Any]:
    """List pairs of source and destination, best first; the reason where there is none."""
    found = beacons_of(case.workspace, given).filter(pl.col("score") >= given["min_score"])
    rows = [
        {column: row[column] for column in COLUMNS} | {"first": iso(row["first"]), "last": iso(row["last"])}
        for row in found[: wishes.limit].iter_rows(named=True)
    ]
    cut = wishes.limit is not None and found.height > wishes.limit
    answer = {"hunt": QUESTION.name, "columns": list(COLUMNS), "rows": rows, "truncated": cut}
    return answer if rows else answer | {"reason": _NONE}


_NONE = f"no machine called an address {LEAST_IN_SPAN} times or more in one active span, as evenly as asked"

QUESTION = Question(
    name="beacons",
    kind="hunt",
    title="Who calls an address as by a clock: scored by active span, with prevalence and program beside",
    answer=_answer,
    parameters=(
        Parameter("since", "datetime", help="connections from this time on"),
        Parameter("until", "datetime", help="connections before this time"),
        Parameter("machine", "str", help="only what this machine called (its id, or an address)"),
        Parameter("min_score", "float", 0.7, "lowest score to list, 0 to 1"),
    ),
    columns=COLUMNS,
    attack=("T1071.001",),
)
"""The hunt."""
