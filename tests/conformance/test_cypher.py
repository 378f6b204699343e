"""Every shipped query, on both engines: same rows, honest mode, no plan that reads the whole graph without a reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from graphhunt import queries
from graphhunt.queries.tokens import tokens, top_level
from graphhunt.store import Store, guard, statements, transport
from graphhunt.store.transport import Statement
from tests.conformance import sample_graph
from tests.conftest import empty

QUERIES = [*queries.library(), *statements.data_statements(), *statements.schema_statements()]
MADE = sample_graph.statement_examples()
READS = [query for query in QUERIES if query.mode == "read"]
WRITES = [query for query in QUERIES if query.mode == "write"]
TYPES = {"read": {"r"}, "write": {"rw", "w"}, "schema": {"s"}}
SCANS = ("AllNodesScan", "DirectedAllRelationshipsScan", "UndirectedAllRelationshipsScan")
UNBOUNDED = re.compile(r"\[[^\]]*\*(?:\d+)?(?:\.\.)?\s*\]|\[[^\]]*\*\d+\.\.\s*\]|\)\s*\{\d*,\s*\}|\)\s*\+\s*\(")


@pytest.fixture(scope="module")
def engines(_embedded_session: Store, _neo4j_session: Store) -> Iterator[dict[str, Store]]:
    """Both engines with the sample graph."""
    both = {"arcadedb": _embedded_session, "neo4j": _neo4j_session}
    for store in both.values():
        sample_graph.fill(empty(store))
    yield both
    for store in both.values():
        empty(store)


def example(query: queries.Query) -> dict[str, Any]:
    return dict(query.header.example or MADE.get(query.name, {}))


def named(queries_: list[queries.Query]) -> list[Any]:
    return [pytest.param(query, id=query.name) for query in queries_]


def is_ordered(query: queries.Query) -> bool:
    found = list(tokens(query.text))
    return any(token.upper == "ORDER" for _, token in top_level(found))


def comparable(rows: list[dict[str, Any]], *, ordered: bool) -> list[str]:
    found = [json.dumps(row, sort_keys=True) for row in rows]
    return found if ordered else sorted(found)


@pytest.mark.parametrize("query", named(QUERIES))
def test_an_example_is_there_when_one_is_needed(query: queries.Query) -> None:
    query.bind(example(query))


@pytest.mark.neo4j
@pytest.mark.parametrize("query", named(READS))
def test_reads_give_the_same_on_both_engines(query: queries.Query, engines: dict[str, Store]) -> None:
    ours, theirs = (engines[name].read(query, **example(query)) for name in ("arcadedb", "neo4j"))
    for row in ours + theirs:
        assert list(row) == [column.name for column in query.returns]
    if "DifferentRows" not in query.header.allow:
        assert comparable(ours, ordered=is_ordered(query)) == comparable(theirs, ordered=is_ordered(query))
        assert ours or "NoRows" in query.header.allow, "the example must hit something in the sample graph"


@pytest.mark.neo4j
@pytest.mark.parametrize("query", named(WRITES))
def test_writes_leave_the_same_graph_on_both_engines(query: queries.Query, engines: dict[str, Store]) -> None:
    before, ours, theirs = contents(engines["neo4j"]), *(after(store, query) for store in engines.values())
    assert ours == theirs
    assert ours != before or "NoRows" in query.header.allow, "the example must change something in the sample graph"


def after(store: Store, query: queries.Query) -> tuple[list[str], list[str]]:
    """Give the graph as it is after a write, which is then taken back."""
    door = store._link.own()
    with door.driver.session(database=door.database) as session, session.begin_transaction() as transaction:
        transaction.run(query.for_engine(store.engine), query.bind(example(query))).consume()
        found = shown(transaction)
        transaction.rollback()
    return found


def contents(store: Store) -> tuple[list[str], list[str]]:
    door = store._link.own()
    with door.driver.session(database=door.database) as session, session.begin_transaction() as transaction:
        return shown(transaction)


def shown(transaction: Any) -> tuple[list[str], list[str]]:
    nodes = transaction.run("MATCH (n) RETURN labels(n) AS l, properties(n) AS p")
    found = sorted(json.dumps(record.values(), sort_keys=True) for record in nodes)
    ends = transaction.run("MATCH (a)-[r]->(b) RETURN a.id, type(r), b.id, properties(r)")
    return found, sorted(json.dumps(record.values(), sort_keys=True) for record in ends)


@pytest.mark.neo4j
@pytest.mark.parametrize("query", named(QUERIES))
def test_the_mode_is_what_the_server_says(query: queries.Query, engines: dict[str, Store]) -> None:
    summary = explain(engines["neo4j"], query)
    assert summary.query_type in TYPES[query.mode]


@pytest.mark.neo4j
@pytest.mark.parametrize("query", named(READS + WRITES))
def test_no_plan_reads_the_whole_graph(query: queries.Query, engines: dict[str, Store]) -> None:
    for operator in costly(explain(engines["neo4j"], query).plan):
        assert operator in query.header.allow, f"{operator} needs `// allow: {operator} because …`"
    body = " ".join(token.text for token in tokens(query.text))
    assert not UNBOUNDED.search(body) or "Unbounded" in query.header.allow


def costly(plan: Any) -> Iterator[str]:
    """Yield the operators that read everything, or multiply more than single rows."""
    name = plan["operatorType"].partition("@")[0]
    if name in SCANS or (name == "CartesianProduct" and not all(map(is_one_row, plan.get("children", ())))):
        yield name
    for child in plan.get("children", ()):
        yield from costly(child)


def is_one_row(plan: Any) -> bool:
    """Tell whether a plan's part finds one node by its id."""
    name = plan["operatorType"].partition("@")[0]
    return name.startswith("NodeUniqueIndexSeek") or (name == "Argument" and not plan.get("children", ()))


def explain(store: Store, query: queries.Query) -> Any:
    text = guard.explain_text(query.for_engine("neo4j"))
    return transport.plan_of(store._link.own(), Statement(text, query.bind(example(query)), query.name, read_only=True))


def test_reading_queries_pass_the_guard() -> None:
    """Nothing we ship for reading is refused to a person, except the tables of the server itself and whole exports."""
    for query in READS:
        if not query.name.startswith("admin/"):
            guard.check(query.text)
