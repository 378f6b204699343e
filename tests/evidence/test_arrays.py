"""Columns made from buffers are those that Arrow itself makes of the same values."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphhunt.evidence.arrays import column

PLAIN: list[tuple[pa.DataType, st.SearchStrategy[Any]]] = [
    (pa.string(), st.text(st.characters(exclude_categories=["Cs"]))),
    (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    (pa.float64(), st.floats(allow_nan=False) | st.integers(-(2**53), 2**53)),
    (pa.bool_(), st.booleans()),
]
COLUMNS = PLAIN + [(pa.list_(kind), st.lists(values | st.none(), max_size=4)) for kind, values in PLAIN]


@st.composite
def columns(draw: st.DrawFn) -> tuple[list[Any], pa.DataType]:
    kind, values = draw(st.sampled_from(COLUMNS))
    return draw(st.lists(values | st.none(), max_size=40)), kind


@given(columns())
def test_a_column_is_what_arrow_makes_of_it(drawn: tuple[list[Any], pa.DataType]) -> None:
    values, kind = drawn
    made = column(values, kind)
    made.validate(full=True)
    assert made.equals(pa.array(values, kind))
    assert made.to_pylist() == values


@given(st.lists(st.dictionaries(PLAIN[0][1], PLAIN[1][1], max_size=4) | st.none(), max_size=40))
def test_a_column_of_mappings_is_what_arrow_makes_of_their_pairs(values: list[dict[str, int] | None]) -> None:
    kind = pa.map_(pa.string(), pa.int64())
    pairs = [None if value is None else list(value.items()) for value in values]
    made = column(values, kind)
    made.validate(full=True)
    assert made.equals(pa.array(pairs, kind))
    assert made.to_pylist() == pairs


@pytest.mark.parametrize(
    ("values", "kind", "error"),
    [
        (["a", 1], pa.string(), TypeError),
        ([b"a"], pa.string(), TypeError),
        (["\ud800"], pa.string(), UnicodeEncodeError),
        ([1, "2"], pa.int64(), TypeError),
        ([1, True], pa.int64(), TypeError),
        ([1, 1.5], pa.int64(), TypeError),
        ([2**63], pa.int64(), OverflowError),
        ([1.0, "x"], pa.float64(), TypeError),
        ([True, 1], pa.bool_(), TypeError),
        (["ab"], pa.list_(pa.string()), TypeError),
        (["ab"], pa.map_(pa.string(), pa.int64()), TypeError),
        ([["a", 1]], pa.list_(pa.string()), TypeError),
        ([{"a": 1}], pa.list_(pa.string()), TypeError),
    ],
    ids=repr,
)
def test_a_value_of_another_type_is_refused(values: list[Any], kind: pa.DataType, error: type[Exception]) -> None:
    with pytest.raises(error):
        column(values, kind)


def test_a_whole_number_written_with_a_fraction_of_nothing_is_taken() -> None:
    assert column([1.0, None, -3], pa.int64()).to_pylist() == [1, None, -3]
