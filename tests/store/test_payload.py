"""The lines of a whole graph say exactly what its tables say, whatever the texts hold."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphhunt.errors import StoreError
from graphhunt.store.payload import payload
from graphhunt.store.store import Store
from tests.conftest import raw

HOSTILE = st.sampled_from(
    ['","name":null,"', '{"a":null}', "\\", '\\",\\"x\\":null', ",", '",', "\x00\x1f\u2028", "\U0001f600", "null", ""]
)
TEXT = st.none() | HOSTILE | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ROW = st.fixed_dictionaries(
    {
        "name": TEXT,
        "first_seen": st.none() | st.integers(-(2**63), 2**63 - 1),
        "open": st.none() | st.booleans(),
        "score": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "aliases": st.none() | st.lists(TEXT.filter(lambda one: one is not None), max_size=3),
    }
)
TYPES: dict[str, Any] = {
    "id": pl.String, "name": pl.String, "first_seen": pl.Int64, "open": pl.Boolean, "score": pl.Float64,
    "aliases": pl.List(pl.String),
}  # fmt: skip


def table(rows: list[dict[str, object]], prefix: str) -> pl.DataFrame:
    return pl.DataFrame([{"id": f"{prefix}{n}", **row} for n, row in enumerate(rows)], schema=TYPES)


def ends(frame: pl.DataFrame, pairs: list[tuple[str, str, str, str]]) -> pl.DataFrame:
    names = ("from_id", "from_label", "to_id", "to_label")
    return frame.with_columns(pl.Series(name, [pair[n] for pair in pairs]) for n, name in enumerate(names))


def without_null(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if value is not None}


@given(users=st.lists(ROW, min_size=1, max_size=5), machines=st.lists(ROW, min_size=1, max_size=5), logon=ROW)
def test_each_row_is_one_line_without_its_nulls(
    users: list[dict[str, object]], machines: list[dict[str, object]], logon: dict[str, object]
) -> None:
    nodes = {"User": table(users, "u"), "Machine": table(machines, "m")}
    last = (f"u{len(users) - 1}", "User", f"m{len(machines) - 1}", "Machine")
    counted: list[int] = []
    pieces = payload(nodes, {"LOGGED_ON": ends(table([logon], "r"), [last])}, counted.append)
    lines = [json.loads(line) for line in b"".join(pieces).split(b"\n") if line]
    expected = [
        *({"@type": "v", "@class": "User", "id": f"u{n}", **without_null(row)} for n, row in enumerate(users)),
        *({"@type": "v", "@class": "Machine", "id": f"m{n}", **without_null(row)} for n, row in enumerate(machines)),
        {
            "@type": "e", "@class": "LOGGED_ON", "@from": str(len(users) - 1),
            "@to": str(len(users) + len(machines) - 1), "id": "r0", **without_null(logon),
        },
    ]  # fmt: skip
    assert lines == expected
    assert counted[-1] == len(expected)


def test_an_end_that_is_no_node_is_an_error() -> None:
    nodes = {"User": table([{}], "u"), "Machine": table([{}], "m")}
    stray = ends(table([{}], "r"), [("u0", "User", "u0", "Machine")])
    with pytest.raises(StoreError, match="1 relationships have no start or no end in the graph in LOGGED_ON"):
        list(payload(nodes, {"LOGGED_ON": stray}, lambda done: None))


def test_what_is_filled_is_read_back_as_it_was(embedded_store: Store) -> None:
    rows: list[dict[str, object]] = [
        {
            "name": '","x":null,"\\',
            "first_seen": 2**53 + 1,
            "open": True,
            "score": 0.1,
            "aliases": ["a,", '"b"', "\x00"],
        },
        {"name": None, "first_seen": -1, "open": None, "score": 1.0, "aliases": []},
    ]
    nodes = {"User": table(rows, "u"), "Machine": table(rows, "m")}
    logons = ends(table(rows, "r"), [("u0", "User", "m1", "Machine"), ("u1", "User", "m1", "Machine")])
    embedded_store.fill(nodes, {"LOGGED_ON": logons})
    read = raw(
        embedded_store,
        "MATCH (u:User)-[r:LOGGED_ON]->(m:Machine) RETURN properties(u), properties(r), properties(m) ORDER BY u.id",
    )
    expected = [
        [
            {"id": f"u{n}", **without_null(row)},
            {"id": f"r{n}", **without_null(row)},
            {"id": "m1", **without_null(rows[1])},
        ]
        for n, row in enumerate(rows)
    ]
    assert read == expected
    # The other direction and the indexes know them as well.
    assert raw(embedded_store, "MATCH (m:Machine {id: 'm1'})<-[r:LOGGED_ON]-(u) RETURN count(r)") == [[2]]
    assert raw(embedded_store, "MATCH (u:User {name: $name}) RETURN u.id", name=rows[0]["name"]) == [["u0"]]
    # What is there already is refused, and can be changed the usual way.
    embedded_store.put_nodes("User", [{"id": "u1", "props": {"name": "late"}}], new=True)
    assert raw(embedded_store, "MATCH (u:User {name: 'late'}) RETURN u.id") == [["u1"]]
