"""The statements made from the schema: none missing, each kind's own names, and nothing else gets into their text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graphhunt.errors import QueryError
from graphhunt.queries import Query
from graphhunt.schema import COMMON_REL, NODES, RELATIONSHIPS, endpoint_pairs
from graphhunt.store import statements

HOSTILE = "User) DETACH DELETE n //"


def test_every_label_and_type_can_be_written_and_removed() -> None:
    names = [query.name for query in statements.data_statements()]
    assert len(set(names)) == len(names) == 3 * len(NODES) + 3 * len(RELATIONSHIPS) + len(endpoint_pairs())
    for label in NODES:
        for make in (statements.create_nodes, statements.merge_nodes, statements.delete_nodes):
            assert f"(n:{label} " in make(label).text
    for kind, start, end in endpoint_pairs():
        text = statements.create_relationships(kind, start, end).text
        assert f"(a:{start} " in text
        assert f"(b:{end} " in text
        assert f"[r:{kind} " in text
        for name in (*COMMON_REL[1:], *RELATIONSHIPS[kind].properties):
            assert f" {name}: row.props.{name}" in text
    for kind in RELATIONSHIPS:
        for make in (statements.known_relationships, statements.update_relationships, statements.delete_relationships):
            assert f"[r:{kind}]" in make(kind).text


def test_no_word_of_a_template_is_left() -> None:
    for query in (*statements.data_statements(), *statements.schema_statements()):
        assert "<" not in query.text + query.header.doc


def test_every_id_is_unique_by_constraint() -> None:
    made = " ".join(query.text for query in statements.schema_statements())
    for name in [*NODES, *RELATIONSHIPS]:
        assert f"CONSTRAINT {name.lower()}_id IF NOT EXISTS" in made


@pytest.mark.parametrize(
    "make",
    [
        statements.create_nodes,
        statements.merge_nodes,
        statements.delete_nodes,
        statements.known_relationships,
        statements.update_relationships,
        statements.delete_relationships,
        lambda name: statements.create_relationships("RAN", "Machine", name),
        lambda name: statements.create_relationships(name, "Machine", "Process"),
    ],
)
def test_a_name_that_the_schema_lacks_is_refused(make: Callable[[str], Query]) -> None:
    with pytest.raises(QueryError, match="the schema has no"):
        make(HOSTILE)
