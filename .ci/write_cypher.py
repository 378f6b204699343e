"""Writes the query files under `cypher/load` and `cypher/schema` from `graphhunt/schema.py`.

Labels and relationship types can't be parameters on the embedded engine (it drops `:$($label)` without an error), so
each has its own file. Run it after a change of the schema; a test compares the files with what this would write.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

from graphhunt.schema import COMMON_NODE, COMMON_REL, NODES, RELATIONSHIPS, endpoint_pairs

ROOT = Path(__file__).parent.parent / "cypher"


def _properties(*names: str) -> str:
    """Name every property: set with the creation, a record is written once, which takes a third of the time."""
    # A space that a line may not break at keeps each name with its value.
    pairs = ", ".join(f"{name}:\N{NO-BREAK SPACE}row.props.{name}" for name in names if name != "id")
    lines = [line.replace("\N{NO-BREAK SPACE}", " ") for line in textwrap.wrap(pairs, 116)]
    return "{{\n  id: row.id,\n  {}\n}}".format("\n  ".join(lines))


def node_files() -> dict[str, str]:
    """Give the load queries of every label."""
    out = {}
    for label in NODES:
        low = label.lower()
        example = f'{{"rows": [{{"id": "{low}-1", "props": {{"name": "renamed"}}}}]}}'
        out[f"load/merge_{low}"] = f"""// load/merge_{low}
// Add {label} nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {example}
UNWIND $rows AS row
MERGE (n:{label} {{id: row.id}})
SET n += row.props
"""
        out[f"load/create_{low}"] = f"""// load/create_{low}
// Add {label} nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {example.replace("-1", "-new")}
UNWIND $rows AS row
CREATE (n:{label} {_properties(*COMMON_NODE, *NODES[label].properties)})
"""
        out[f"load/delete_{low}"] = f"""// load/delete_{low}
// Delete {label} nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {{"ids": ["{low}-1"]}}
UNWIND $ids AS id
MATCH (n:{label} {{id: id}})
DETACH DELETE n
"""
    return out


def create_files() -> dict[str, str]:
    """Give the queries that add relationships, one for each pair of labels a type may join."""
    out = {}
    for kind, start, end in endpoint_pairs():
        name = f"load/create_{kind}_{start}_{end}".lower()
        row = f'{{"start": "{start.lower()}-1", "end": "{end.lower()}-3", "id": "new", "props": {{"count": 1}}}}'
        out[name] = f"""// {name}
// Add {kind} relationships from {start} to {end} known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {{"rows": [{row}]}}
UNWIND $rows AS row
MATCH (a:{start} {{id: row.start}})
MATCH (b:{end} {{id: row.end}})
CREATE (a)-[r:{kind} {_properties(*COMMON_REL, *RELATIONSHIPS[kind].properties)}]->(b)
"""
    return out


def relationship_files() -> dict[str, str]:
    """Give the queries that look up, change and delete relationships of each type by id.

    `WHERE r.id IN` between unlabelled nodes is the one form for which the embedded engine uses the index.
    """
    out = {}
    for kind, rel in RELATIONSHIPS.items():
        low = kind.lower()
        one = "{}-{}-1-{}-2".format(low, *(label.lower() for label in rel.endpoints[0]))
        head = f"MATCH (a)-[r:{kind}]->(b)\nWHERE r.id IN $ids\n"
        out[f"load/known_{low}"] = f"""// load/known_{low}
// Which of these {kind} relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {{"ids": ["{one}", "missing"]}}
{head}RETURN r.id AS id
ORDER BY id
"""
        out[f"load/update_{low}"] = f"""// load/update_{low}
// Set properties of {kind} relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {{"ids": ["{one}"], "props": {{"{one}": {{"count": 7}}}}}}
{head}SET r += $props[r.id]
"""
        out[f"load/delete_{low}"] = f"""// load/delete_{low}
// Delete {kind} relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {{"ids": ["{one}"]}}
{head}DELETE r
"""
    return out


def schema_files() -> dict[str, str]:
    """Give the constraints and indexes."""
    out = {}
    for label, node in NODES.items():
        low = label.lower()
        out[f"schema/{low}_id"] = _schema(
            f"{low}_id",
            f"No two {label} nodes share an id.",
            f"CREATE CONSTRAINT {low}_id IF NOT EXISTS\nFOR (n:{label}) REQUIRE n.id IS UNIQUE",
        )
        for prop in node.indexes:
            out[f"schema/{low}_{prop}"] = _schema(
                f"{low}_{prop}",
                f"Find {label} nodes by {prop}.",
                f"CREATE INDEX {low}_{prop} IF NOT EXISTS\nFOR (n:{label}) ON (n.{prop})",
            )
    for kind in RELATIONSHIPS:
        low = kind.lower()
        out[f"schema/{low}_id"] = _schema(
            f"{low}_id",
            f"No two {kind} relationships share an id, and one is found by it.",
            f"CREATE CONSTRAINT {low}_id IF NOT EXISTS\nFOR ()-[r:{kind}]-() REQUIRE r.id IS UNIQUE",
        )
    return out


def _schema(name: str, doc: str, text: str) -> str:
    return f"// schema/{name}\n// {doc}\n// mode: schema\n// params: none\n// returns: none\n{text}\n"


def all_files() -> dict[str, str]:
    """Give every written file: name without suffix, and text."""
    return {**node_files(), **create_files(), **relationship_files(), **schema_files()}


def main() -> None:
    """Write the files and remove those that no longer belong to the schema."""
    wanted = all_files()
    for folder in ("load", "schema"):
        for old in (ROOT / folder).glob("*.cypher"):
            if f"{folder}/{old.stem}" not in wanted:
                old.unlink()
    for name, text in wanted.items():
        path = ROOT / f"{name}.cypher"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
