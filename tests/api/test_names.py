"""Names in memory against a slow search written here, over made-up tables and a database that is a dictionary."""

from __future__ import annotations

from typing import Any, ClassVar

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from graphhunt.api.app import create_app
from graphhunt.hunt import Hunt
from graphhunt.questions.pivots.names import Names
from tests.api.conftest import ADDRESS

LETTERS = st.text("aAb.*[\\é ", max_size=5)


class Tables:
    """Machines and users with a text each."""

    def __init__(self, texts: list[str | None]) -> None:
        self.fingerprint: str | None = "1"
        self.rows = {f"id{number:03}": text for number, text in enumerate(texts)}

    def scan(self, name: str) -> pl.LazyFrame | None:
        """Scan the machines; there are no others."""
        if name != "Machine":
            return None
        return pl.LazyFrame(
            {"id": list(reversed(self.rows)), "search": list(reversed(self.rows.values()))},
            schema={"id": pl.String, "search": pl.String},
        )


class Database:
    """Answers for the entities it is asked for; the last one is not in it."""

    missing: ClassVar[set[str]] = {"id007"}

    def read(self, query: Any, /, **given: Any) -> list[dict[str, Any]]:
        """Give the asked nodes in any order."""
        assert query.name == "pivot/entities"
        keys = [ref["id"] for ref in given["refs"] if ref["id"] not in self.missing]
        return [{"node": {"_label": "Machine", "id": key, "name": f"name {key}"}} for key in reversed(keys)]


def slow(tables: Tables, text: str, limit: int) -> list[tuple[str, int]]:
    """Rank every text by hand: 0 whole, 1 beginning, 2 part; then by id."""
    hits = [
        (0 if search == text else 1 if search.startswith(text) else 2, key)
        for key, search in tables.rows.items()
        if search is not None and text in search
    ]
    return [(key, rank) for rank, key in sorted(hits)[: limit + 1]]


@settings(deadline=None, max_examples=150)
@given(texts=st.lists(st.none() | LETTERS.map(str.lower), max_size=12), text=LETTERS, limit=st.integers(1, 5))
def test_the_same_as_looking_at_each(texts: list[str | None], text: str, limit: int) -> None:
    tables = Tables(texts)
    groups = Names().search(Database(), tables, f"machine:{text}", limit=limit)
    wanted = text.strip().lower()
    best = slow(tables, wanted, limit) if wanted else []
    there = [(key, rank) for key, rank in best if key not in Database.missing]
    if not there:
        assert groups == []
        return
    (group,) = groups
    assert group["kind"] == "Machine"
    assert [(item["id"], item["rank"]) for item in group["items"]] == there[:limit]
    assert group["more"] == (len(there) > limit)


def test_names_are_read_anew_when_the_graph_has_changed() -> None:
    names, tables = Names(), Tables(["one"])
    assert names.take(tables)["Machine"].ids.to_list() == ["id000"]
    tables.rows["id001"] = "two"
    assert names.take(tables)["Machine"].ids.to_list() == ["id000"]
    tables.fingerprint = "2"
    assert names.take(tables)["Machine"].ids.to_list() == ["id000", "id001"]


def test_a_server_reads_the_names_before_anybody_asks(hunt: Hunt, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(hunt, token=None)
    with TestClient(app, base_url=ADDRESS):
        pass
    monkeypatch.setattr(
        "graphhunt.questions.pivots.names._read", lambda tables, kind: pytest.fail("they are there already")
    )
    assert {"Machine", "User", "Process"} <= app.state.names.take(hunt.snapshot).keys()
