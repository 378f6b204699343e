"""The embedded engine's schema script makes what the schema's queries would make, one by one."""

from __future__ import annotations

from pathlib import Path

from graphhunt.schema import NODES, RELATIONSHIPS
from graphhunt.store import open_store
from graphhunt.store.embedded import stop_engine
from graphhunt.store.statements import schema_statements
from tests.conftest import raw, small_settings


def made(workspace: Path, *, at_once: bool) -> list[tuple[object, ...]]:
    """Give (name, what it is on, its properties, whether it is unique) of every index of a new database."""
    with open_store(workspace, "", small_settings()) as store:
        if at_once:
            assert store.ensure_schema() == len(schema_statements())
        else:
            for query in schema_statements():
                store.write(query)
        assert store.ensure_schema() == 0
        shown = "SHOW INDEXES YIELD name, owningConstraint, entityType, labelsOrTypes, properties"
        rows = raw(store, shown)
        labels = {str(row[0]) for row in raw(store, "CALL db.labels() YIELD label RETURN label")}
    stop_engine(workspace)
    assert set(NODES) <= labels
    return sorted((row[1] or row[0], row[2], tuple(row[3]), tuple(row[4])) for row in rows)  # type: ignore[arg-type]


def test_one_request_makes_what_single_queries_make(tmp_path: Path) -> None:
    at_once = made(tmp_path / "one", at_once=True)
    one_by_one = made(tmp_path / "two", at_once=False)
    assert at_once == one_by_one
    assert len(at_once) == len(schema_statements()) >= len(NODES) + len(RELATIONSHIPS)
