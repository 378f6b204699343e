"""What contributions add up to, worked out in plain Python, however rows are cut into windows."""

from __future__ import annotations

import random
from typing import Any

import hypothesis.strategies as st
import polars as pl
from hypothesis import given, settings

from graphhunt.graph import folds
from graphhunt.graph.folds import AS_NUMBERED, Fold

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "event_id": st.sampled_from([f"e{n}" for n in range(9)]),
            "group": st.sampled_from(["a", "b", None]),
            "time": st.integers(0, 4),
            "record": st.sampled_from([1, 2, None]),
            "source": st.sampled_from(["x", "y"]),
            "text": st.sampled_from(["p", "q", "r", None]),
            "number": st.sampled_from([1, 2, 4, None]),
        }
    ),
    max_size=25,
)
SCHEMA = {
    "event_id": pl.String, "group": pl.String, "time": pl.Int64, "record": pl.Int64, "source": pl.String,
    "text": pl.String, "number": pl.Int64, "ordinal": pl.Int64,
}  # fmt: skip
FOLD = Fold(
    ("group",),
    {
        **{name: how for name, how in folds.proof().items() if name != "evidence"},
        "least": folds.least("text"),
        "total": folds.total("number"),
        "bits": folds.bits("number"),
        "union": folds.union("text"),
        "distinct": folds.distinct("text"),
        "single": folds.single("text"),
        "first": folds.first("text"),
        "first_known": folds.first_known("text"),
        "last_known": folds.last_known("text"),
        "first_few": folds.first_few("text", 2),
    },
    order=AS_NUMBERED,
)
CITED = Fold(("group",), {"evidence": folds.first_few("event_id", 3)})


def expected(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Work out one group."""
    ordered = sorted(rows, key=lambda row: (row["time"], row["record"] or 0, row["event_id"], row["ordinal"]))
    texts = [row["text"] for row in ordered]
    known = [text for text in texts if text is not None]
    numbers = [row["number"] for row in rows if row["number"] is not None]
    bits = 0
    for number in numbers:
        bits |= number
    return {
        "group": rows[0]["group"],
        "count": len({row["event_id"] for row in rows}),
        "source": ",".join(sorted({row["source"] for row in rows})),
        "start": min(row["time"] for row in rows),
        "end": max(row["time"] for row in rows),
        "least": min(known, default=None),
        "total": sum(numbers) if numbers else None,
        "bits": bits if numbers else None,
        "union": sorted(set(known)),
        "distinct": len(set(known)),
        "single": texts[0] if len(set(texts)) == 1 else None,
        "first": texts[0],
        "first_known": next(iter(known), None),
        "last_known": known[-1] if known else None,
        "first_few": list(dict.fromkeys(texts))[:2],
    }


def windows(rows: list[dict[str, Any]], seed: int) -> list[pl.DataFrame]:
    """Cut rows at random, those of a record together, and shuffle windows and rows."""
    draw = random.Random(seed)
    number = draw.randint(1, 5)
    of_record = {row["event_id"]: draw.randrange(number) for row in rows}
    parts: list[list[dict[str, Any]]] = [[] for _ in range(number)]
    for row in draw.sample(rows, len(rows)):
        parts[of_record[row["event_id"]]].append(row)
    return [pl.DataFrame(part, schema=SCHEMA, orient="row") for part in parts]


@settings(max_examples=150, deadline=None)
@given(ROWS, st.integers(0, 2**32))
def test_contributions_add_up_to_what_all_rows_give(rows: list[dict[str, Any]], seed: int) -> None:
    rows = [row | {"ordinal": n} for n, row in enumerate(rows)]
    groups = [[row for row in rows if row["group"] == group] for group in ("a", "b", None)]
    found = FOLD.shown([FOLD.given(part) for part in windows(rows, seed)]).sort("group", nulls_last=True)
    assert found.to_dicts() == [expected(group) for group in groups if group]


@settings(max_examples=150, deadline=None)
@given(ROWS, st.integers(0, 2**32))
def test_the_first_records_in_time_are_cited_once_each(rows: list[dict[str, Any]], seed: int) -> None:
    rows = [row | {"ordinal": n} for n, row in enumerate(rows)]
    found = CITED.shown([CITED.given(part) for part in windows(rows, seed)])
    for group, cited in found.iter_rows():
        ordered = sorted((row["time"], row["event_id"]) for row in rows if row["group"] == group)
        assert cited == list(dict.fromkeys(event for _, event in ordered))[:3]


@settings(max_examples=40, deadline=None)
@given(ROWS, st.integers(0, 2**32))
def test_sums_may_be_added_to_sums(rows: list[dict[str, Any]], seed: int) -> None:
    parts = [FOLD.given(part) for part in windows([row | {"ordinal": n} for n, row in enumerate(rows)], seed)]
    halves = [FOLD.added(half) for half in (parts[::2], parts[1::2]) if half]
    assert FOLD.shown(halves).sort("group").equals(FOLD.shown(parts).sort("group"))
