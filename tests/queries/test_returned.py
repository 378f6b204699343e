"""Which numbers of an analyst's answer are times: only what surely is one becomes text."""

from __future__ import annotations

from typing import Any

import pytest

from graphhunt.queries.columns import columns_of
from graphhunt.queries.returned import dated_rows, returned_times
from graphhunt.queries.tokens import tokens

MOMENT, TEXT = 1_600_585_067_000_000, "2020-09-20T06:57:47.000000Z"


@pytest.mark.parametrize(
    ("cypher", "columns"),
    [
        ("MATCH (p:Process) RETURN p.start", {"p.start"}),
        ("MATCH (p:Process) return DISTINCT p.start AS began, p.pid ORDER BY began", {"began"}),
        ("MATCH (p:Process) RETURN p.start AS `when it began` LIMIT 3;", {"when it began"}),
        ("MATCH (p:Process) RETURN max(p.start) AS start, count(*) AS end", set()),
        ("MATCH (p:Process) RETURN p.start / 1000 AS start", set()),
        ("MATCH (p:Process) RETURN p.pid AS start", set()),
        ("RETURN 5 AS start", set()),
        ("MATCH (p:Process) RETURN p.start AS t UNION MATCH (p:Process) RETURN p.pid AS t", set()),
        ("MATCH (p:Process) RETURN p.start AS t UNION ALL MATCH (p:Process) RETURN p.end AS t", {"t"}),
        ("MATCH (p) CALL { WITH p RETURN p.start AS inner } RETURN inner AS start, p.end", {"p.end"}),
        ("MATCH (p) WHERE p.name = 'RETURN p.start' RETURN p.name", set()),
        ("MATCH (p) RETURN p", set()),
        ("MATCH (p) RETURN `p`.start, p.`end`", {"`p`.start", "p.`end`"}),
        ("MATCH (f) RETURN f.size AS offset, f.start", {"f.start"}),
        ("WITH {time: 5, first: 1} AS s RETURN s.time, s.first", set()),
        ("MATCH (p) RETURN *", set()),
    ],
)  # fmt: skip
def test_only_a_time_property_of_a_variable_is_a_time(cypher: str, columns: set[str]) -> None:
    assert returned_times(cypher) == columns


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"start": MOMENT, "pid": 4, "name": "start"}, {"start": TEXT, "pid": 4, "name": "start"}),
        ([{"first_seen": MOMENT}, {"seen": MOMENT}], [{"first_seen": TEXT}, {"seen": MOMENT}]),
        ({"first": 7, "time": MOMENT}, {"first": 7, "time": MOMENT}),
        (MOMENT, MOMENT),
        (None, None),
        (True, True),
    ],
)
def test_times_inside_nodes_are_written_and_computed_numbers_stay(value: Any, written: Any) -> None:
    assert dated_rows("MATCH (start) RETURN start", [{"start": value}]) == [{"start": written}]


def test_a_time_no_calendar_has_keeps_its_digits() -> None:
    assert dated_rows("MATCH (p) RETURN p.end", [{"p.end": 1 << 62}]) == [{"p.end": str(1 << 62)}]


@pytest.mark.parametrize(
    ("cypher", "columns"),
    [
        ("MATCH (f) RETURN f.size AS limit, f.name ORDER BY limit", ["limit", "f.name"]),
        ("MATCH (f) RETURN DISTINCT f.name AS `a name` UNION MATCH (g) RETURN g.name AS `a name`;", ["a name"]),
        ("MATCH (f) RETURN *", []),
        ("CALL db.labels() YIELD label", ["label"]),
    ],
)
def test_columns_are_named_as_the_engine_names_them(cypher: str, columns: list[str]) -> None:
    assert columns_of(list(tokens(cypher)), cypher) == columns
