"""How Neo4j means to answer the widest questions: from the ids given, whatever it believes of the graph's size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from graphhunt import queries
from graphhunt.store import Store
from tests.conformance import sample_graph
from tests.conftest import empty

pytestmark = pytest.mark.neo4j

WIDEST = (
    "executions", "files", "registry", "communications", "timetable", "logons",
    *(f"histogram/{name}" for name in ("executions", "files", "registry", "communications", "logons", "remote_logons")),
)  # fmt: skip
SCANS = ("AllNodesScan", "CartesianProduct", "NodeByLabelScan", "RelationshipTypeScan", "RelationshipTypesScan")

STARTS = (
    "m:Machine", "other:Machine", "->(p)", "->(m)", "i:IP", "k:RegistryKey", "f:File", "p:Process", "child:Process",
    "child:File",
)  # fmt: skip
"""What a scan may be of."""


def operators(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every operator of a plan with what it works on."""
    yield plan["operatorType"].split("@")[0], str(plan["args"].get("Details", ""))
    for child in plan.get("children", ()):
        yield from operators(child)


@pytest.fixture(scope="module", params=["empty", "filled"])
def graph(request: pytest.FixtureRequest, _neo4j_session: Store) -> Iterator[Store]:
    """Neo4j with nothing in it, and with the sample graph; statements are only explained there."""
    store = empty(_neo4j_session)
    if request.param == "filled":
        sample_graph.fill(store)
    yield store
    empty(store)


@pytest.mark.parametrize("name", WIDEST)
def test_only_a_tenant_is_looked_for_in_the_whole_graph(graph: Store, name: str) -> None:
    """A small graph misleads a planner most: every scan looks free there, and the plan is kept while the graph grows.

    Scans are right in the branches that take tenants, whose machines are no one node's neighbours; a histogram of
    what a tenant's processes did begins at its objects, which are fewer, and looks whether there is another tenant.
    So every scan is either a branch's for tenants or stands in the text as a pattern of one node.
    """
    query = queries.library()[f"entity/{name}"]
    door = graph._link.own()
    with door.driver.session(database=door.database) as session:
        given = query.bind(query.header.example or {})
        plan = session.run("EXPLAIN " + query.for_engine(graph.engine), given).consume().plan
    assert plan is not None
    scans = [(kind, on) for kind, on in operators(dict(plan)) if kind.endswith(SCANS)]
    scans = [scan for scan in scans if scan[0] not in query.header.allow]
    tenants = len(re.findall(r"UNWIND \$clients|THEN \$clients|MATCH \(\w+:\w+\)\n", query.text))
    assert len(scans) <= tenants, scans
    assert all(any(start in on for start in STARTS) for _, on in scans), scans
