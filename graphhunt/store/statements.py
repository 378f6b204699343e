"""The statements that write the graph, made from the schema: one template for each thing that is done to a kind.

Labels and relationship types can't be parameters (the embedded engine drops `:$($label)` without an error), so each
kind has statements of its own. A template is filled with names of `graphhunt.schema` and with nothing else; values
are always parameters. This is the only place in graphhunt where Cypher is put together.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

from graphhunt.errors import QueryError
from graphhunt.queries import Column, Param, Query
from graphhunt.queries.query import Header
from graphhunt.schema import COMMON_NODE, COMMON_REL, NODES, RELATIONSHIPS, endpoint_pairs


class _Template(NamedTuple):
    """What is done to nodes or relationships of one kind; `<word>` stands for a name of the schema."""

    doc: str
    text: str
    mode: str = "write"
    params: tuple[tuple[str, str], ...] = (("rows", "rows"),)
    returns: tuple[Column, ...] = ()


_IDS = (("ids", "list[str]"),)

# A creating statement names every property: set with the creation, a record is written once, in two thirds of the time.
_CREATE_NODES = _Template(
    "Add <label> nodes known to be new: half the cost of a merge, and refused when one is there.",
    "UNWIND $rows AS row\nCREATE (n:<label> {<properties>})",
)
_MERGE_NODES = _Template(
    "Add <label> nodes or update those that are there; a null property is removed.",
    "UNWIND $rows AS row\nMERGE (n:<label> {id: row.id})\nSET n += row.props",
)
_DELETE_NODES = _Template(
    "Delete <label> nodes by id, with their relationships.",
    "UNWIND $ids AS id\nMATCH (n:<label> {id: id})\nDETACH DELETE n",
    params=_IDS,
)
_CREATE_RELATIONSHIPS = _Template(
    "Add <type> relationships from <start> to <end> known to be new; a row whose ends are missing adds nothing.",
    "UNWIND $rows AS row\nMATCH (a:<start> {id: row.start})\nMATCH (b:<end> {id: row.end})\n"
    "CREATE (a)-[r:<type> {<properties>}]->(b)",
)
# `WHERE r.id IN` between ends without a label is the one form for which the embedded engine uses the index.
_KNOWN_RELATIONSHIPS = _Template(
    "Which of these <type> relationships are there.",
    "MATCH (a)-[r:<type>]->(b)\nWHERE r.id IN $ids\nRETURN r.id AS id\nORDER BY id",
    mode="read",
    params=_IDS,
    returns=(Column("id", "str"),),
)
_UPDATE_RELATIONSHIPS = _Template(
    "Set properties of <type> relationships that are there; `props` holds a map for each id.",
    "MATCH (a)-[r:<type>]->(b)\nWHERE r.id IN $ids\nSET r += $props[r.id]",
    params=(*_IDS, ("props", "map")),
)
_DELETE_RELATIONSHIPS = _Template(
    "Delete <type> relationships by id.", "MATCH (a)-[r:<type>]->(b)\nWHERE r.id IN $ids\nDELETE r", params=_IDS
)
_UNIQUE_NODE = _Template(
    "No two <label> nodes share an id.",
    "CREATE CONSTRAINT <name> IF NOT EXISTS\nFOR (n:<label>) REQUIRE n.id IS UNIQUE",
    mode="schema",
    params=(),
)
_UNIQUE_RELATIONSHIP = _UNIQUE_NODE._replace(
    doc="No two <type> relationships share an id, and one is found by it.",
    text="CREATE CONSTRAINT <name> IF NOT EXISTS\nFOR ()-[r:<type>]-() REQUIRE r.id IS UNIQUE",
)
_INDEX = _UNIQUE_NODE._replace(
    doc="Find <label> nodes by <property>.",
    text="CREATE INDEX <name> IF NOT EXISTS\nFOR (n:<label>) ON (n.<property>)",
)


@functools.cache
def create_nodes(label: str) -> Query:
    """Give the statement that adds nodes known to be new; rows: `{id, props}`."""
    return _made(_CREATE_NODES, f"create_{label}", label=label, properties=_set(*COMMON_NODE, *_node(label)))


@functools.cache
def merge_nodes(label: str) -> Query:
    """Give the statement that adds or updates nodes; rows: `{id, props}`."""
    return _of_label(_MERGE_NODES, "merge", label)


@functools.cache
def delete_nodes(label: str) -> Query:
    """Give the statement that deletes nodes with their relationships; `ids`."""
    return _of_label(_DELETE_NODES, "delete", label)


@functools.cache
def create_relationships(kind: str, start: str, end: str) -> Query:
    """Give the statement that adds relationships known to be new; rows: `{start, end, id, props}`.

    Raises:
        QueryError: The schema has no such type between these labels.
    """
    if (kind, start, end) not in endpoint_pairs():
        raise QueryError(f"the schema has no {kind} from {start} to {end}")
    names = {"type": kind, "start": start, "end": end}
    properties = _set(*COMMON_REL, *RELATIONSHIPS[kind].properties)
    return _made(_CREATE_RELATIONSHIPS, f"create_{kind}_{start}_{end}", **names, properties=properties)


@functools.cache
def known_relationships(kind: str) -> Query:
    """Give the statement that tells which relationships are there; `ids`."""
    return _of_type(_KNOWN_RELATIONSHIPS, "known", kind)


@functools.cache
def update_relationships(kind: str) -> Query:
    """Give the statement that sets properties of relationships that are there; `ids`, `props` by id."""
    return _of_type(_UPDATE_RELATIONSHIPS, "update", kind)


@functools.cache
def delete_relationships(kind: str) -> Query:
    """Give the statement that deletes relationships; `ids`."""
    return _of_type(_DELETE_RELATIONSHIPS, "delete", kind)


@functools.cache
def schema_statements() -> tuple[Query, ...]:
    """Give every constraint and index in a steady order, constraints first; the last part of a name is the index's."""
    unique_nodes = (_schema(_UNIQUE_NODE, label, "id", label=label) for label in NODES)
    unique_relationships = (_schema(_UNIQUE_RELATIONSHIP, kind, "id", type=kind) for kind in RELATIONSHIPS)
    indexes = (
        _schema(_INDEX, label, prop, label=label, property=prop)
        for label, node in NODES.items()
        for prop in node.indexes
    )
    return (*unique_nodes, *unique_relationships, *indexes)


def data_statements() -> list[Query]:
    """Give every statement that writes, looks up or removes nodes and relationships."""
    of_label = [make(label) for make in (create_nodes, merge_nodes, delete_nodes) for label in NODES]
    by_id = (known_relationships, update_relationships, delete_relationships)
    of_type = [make(kind) for make in by_id for kind in RELATIONSHIPS]
    return [*of_label, *of_type, *(create_relationships(*ends) for ends in endpoint_pairs())]


def _of_label(template: _Template, verb: str, label: str) -> Query:
    _node(label)
    return _made(template, f"{verb}_{label}", label=label)


def _of_type(template: _Template, verb: str, kind: str) -> Query:
    if kind not in RELATIONSHIPS:
        raise QueryError(f"the schema has no relationship type {kind}")
    return _made(template, f"{verb}_{kind}", type=kind)


def _schema(template: _Template, kind: str, prop: str, **names: str) -> Query:
    return _made(template, f"{kind}_{prop}", name=f"{kind}_{prop}".lower(), **names)


def _node(label: str) -> tuple[str, ...]:
    if label not in NODES:
        raise QueryError(f"the schema has no label {label}")
    return NODES[label].properties


def _set(*names: str) -> str:
    return ", ".join(["id: row.id", *(f"{name}: row.props.{name}" for name in names if name != "id")])


def _made(template: _Template, statement: str, **names: str) -> Query:
    text, doc = template.text, template.doc
    for word, name in names.items():
        text, doc = text.replace(f"<{word}>", name), doc.replace(f"<{word}>", name)
    path = f"{'schema' if template.mode == 'schema' else 'load'}/{statement.lower()}"
    params = tuple(Param(name, kind, optional=False, default=None, has_default=False) for name, kind in template.params)
    return Query(Header(path, doc, template.mode, params, template.returns), text, path)
