"""Given values become a parameter's type in one way, from text as from values, and what can't is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from graphhunt.errors import UsageError
from graphhunt.questions.parameter import TYPES, Parameter, bind

MOMENT = 1_600_585_067_000_000


@pytest.mark.parametrize(
    ("kind", "given", "read"),
    [
        ("str", "12e3", "12e3"), ("str", 4624, "4624"), ("str", "a,b", "a,b"),
        ("int", "5", 5), ("int", -3, -3), ("int", np.int64(7), 7), ("int", 5.0, 5),
        ("float", "0.5", 0.5), ("float", 2, 2.0),
        ("bool", "Yes", True), ("bool", "0", False), ("bool", False, False),
        ("datetime", "2020-09-20T06:57:47Z", MOMENT), ("datetime", "2020-09-20 06:57:47", MOMENT),
        ("datetime", "2020-09-20T08:57:47+02:00", MOMENT), ("datetime", str(MOMENT), MOMENT),
        ("datetime", MOMENT, MOMENT),
        ("datetime", datetime(2020, 9, 20, 6, 57, 47, tzinfo=UTC), MOMENT),
        ("datetime", "20200920", MOMENT - (6 * 3600 + 57 * 60 + 47) * 10**6),
        ("duration", "90s", 90_000_000),
        ("duration", "0", 0), ("duration", "9999999999999w", 1 << 62),
        ("duration", "1.5h", 5_400_000_000),
        ("duration", timedelta(days=1), 86_400_000_000),
        ("list[str]", "a, b\nc", ["a", "b", "c"]), ("list[str]", '["a,b", "c"]', ["a,b", "c"]),
        ("list[str]", ("a", "b"), ["a", "b"]), ("list[str]", "one", ["one"]), ("list[int]", "1,2", [1, 2]),
        ("list[int]", 7, [7]), ("list[float]", [1, "2.5"], [1.0, 2.5]),
        ("map", '{"a": 1}', {"a": 1}), ("map", {"a": 1}, {"a": 1}),
    ],
)  # fmt: skip
def test_a_value_is_read_from_text_and_as_itself(kind: str, given: Any, read: Any) -> None:
    assert bind("it", [Parameter("p", kind)], {"p": given}) == {"p": read}


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("str", True), ("str", ["a"]), ("str", {"a": 1}), ("int", "5.5"), ("int", "many"), ("int", True),
        ("int", 1 << 63), ("int", 1.5), ("int", float("inf")), ("float", 10**400),
        ("float", "nan"), ("float", "1e999"), ("float", "x"), ("bool", "maybe"),
        ("bool", 2), ("datetime", "soon"), ("datetime", True), ("datetime", 1.5), ("datetime", float("inf")),
        ("list[str]", "[" * 100_000), ("duration", True),
        ("datetime", datetime(2020, 1, 1)), ("datetime", ["2020-01-01"]),  # noqa: DTZ001
        ("duration", "soon"), ("duration", "5"), ("list[int]", "1,x"), ("list[str]", {"a": 1}), ("list[str]", "[1"),
        ("map", "[1]"), ("map", "{"), ("map", 5),
    ],
)  # fmt: skip
def test_what_is_no_value_of_the_type_is_refused_by_name(kind: str, given: Any) -> None:
    with pytest.raises(UsageError, match=r"\bthe_name\b"):
        bind("it", [Parameter("the_name", kind)], {"the_name": given})


def test_defaults_bounds_and_choices() -> None:
    parameters = (
        Parameter("dwell", "duration", "24h"),
        Parameter("k", "int", 20, least=1),
        Parameter("edges", "str", "observed", choices=("observed", "possible")),
        Parameter("machine", "str", required=True),
        Parameter("since", "datetime"),
    )
    bound = bind("it", parameters, {"machine": "A", "since": None})
    assert bound == {"dwell": 86_400_000_000, "k": 20, "edges": "observed", "machine": "A", "since": None}
    for given, said in (
        ({"machine": "A", "k": 0}, "k is at least 1, not 0"),
        ({"machine": "A", "edges": "dreamt"}, "edges is one of observed, possible, not 'dreamt'"),
        ({}, "it needs a value for 'machine'"),
        ({"machine": ""}, "it needs a value for 'machine'"),
        ({"machine": "A", "speed": 3}, "it has no parameter 'speed'"),
    ):
        with pytest.raises(UsageError) as refused:
            bind("it", parameters, given)
        assert refused.value.message == said
    with pytest.raises(UsageError, match="it takes none"):
        bind("it", (), {"x": 1})


def test_every_type_has_a_case_above() -> None:
    assert set(TYPES) == {
        "str", "int", "float", "bool", "datetime", "duration", "list[str]", "list[int]", "list[float]", "map",
    }  # fmt: skip
