"""The load and schema queries are what the schema says, and none is missing or left over."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from graphhunt import queries
from graphhunt.schema import NODES, RELATIONSHIPS, endpoint_pairs

ROOT = Path(__file__).parents[2]


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_cypher", ROOT / ".ci" / "write_cypher.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_files_are_those_of_the_schema() -> None:
    wanted = script().all_files()
    there = {
        f"{folder}/{path.stem}": path.read_text(encoding="utf-8")
        for folder in ("load", "schema")
        for path in (ROOT / "cypher" / folder).glob("*.cypher")
    }
    assert there == wanted


def test_every_label_and_type_can_be_written_and_removed() -> None:
    for label in NODES:
        assert f":{label} " in queries.create_nodes(label).text
        assert f":{label} " in queries.merge_nodes(label).text
        assert f":{label} " in queries.delete_nodes(label).text
    for kind, start, end in endpoint_pairs():
        text = queries.create_relationships(kind, start, end).text
        assert f"(a:{start} " in text
        assert f"(b:{end} " in text
        assert f":{kind} " in text
    for kind in RELATIONSHIPS:
        for query in (queries.known_relationships, queries.update_relationships, queries.delete_relationships):
            assert f"[r:{kind}]" in query(kind).text


def test_every_id_is_unique_by_constraint() -> None:
    made = " ".join(query.text for query in queries.schema_queries())
    for name in [*NODES, *RELATIONSHIPS]:
        assert f"CONSTRAINT {name.lower()}_id IF NOT EXISTS" in made
