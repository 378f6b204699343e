"""The environment `Graphhunt`: questions, facts and Cypher asked of a hunt through `QueryProvider`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from graphhunt import current
from graphhunt.errors import AccessError, UsageError
from graphhunt.evidence import Workspace
from graphhunt.questions.question import Wishes
from graphhunt.questions.registry import question_named, questions
from graphhunt.store import Store
from graphhunt.toolbox import QueryProvider, SecurityEvent
from tests.conformance import sample_graph

CYPHER = """
metadata: {data_environments: [Graphhunt], data_families: [Own]}
sources:
  named:
    description: Machines of a name
    args: {query: 'MATCH (m:Machine) WHERE m.name = $name RETURN m.id AS id, {a: 1} AS map'}
    parameters:
      name: {description: Name, type: str}
  pasted:
    description: A value in the text
    args: {query: "MATCH (m:Machine) WHERE m.name = '{name}' RETURN m.id AS id"}
    parameters:
      name: {description: Name, type: str}
  ours:
    description: One of our questions
    args: {query: pivot/ask/machine/reached}
    parameters:
      id: {description: Machine, type: str}
"""


class Hunt:
    """As much of a hunt as the environment asks."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.wishes: list[Wishes] = []

    def ask(self, name: str, given: Mapping[str, Any], wishes: Wishes, *kinds: str) -> dict[str, Any]:
        self.wishes.append(wishes)
        case: Any = self
        return question_named(name, *kinds).ask(case, given, wishes)

    def query(self, cypher: str, params: Mapping[str, Any]) -> Any:
        return self.store.analyst(cypher, params)


@pytest.fixture
def hunt(embedded_store: Store) -> Hunt:
    sample_graph.fill(embedded_store)
    return Hunt(embedded_store)


@pytest.fixture
def provider(hunt: Hunt, tmp_path: Path) -> QueryProvider:
    (tmp_path / "own.yaml").write_text(CYPHER, "utf-8")
    found = QueryProvider("Graphhunt", query_paths=[tmp_path])
    found.connect(hunt=hunt)
    return found


def test_every_question_that_reads_is_a_function() -> None:
    listed = QueryProvider("Graphhunt").list_queries()
    assert len(listed) == len(set(listed))
    names = {question.name for question in questions("hunt", "entity", "paths")}
    found = {QueryProvider("Graphhunt").get_query(name) for name in listed}
    assert names <= found
    assert {"hunt.lateral_movement", "hunt.lsass_access", "pivot.ask.machine.reached", "paths.paths"} <= set(listed)


def test_questions_are_asked_with_bound_values(provider: QueryProvider, hunt: Hunt) -> None:
    frame = provider.pivot.ask.machine.reached(id="machine-1")
    expected = question_named("pivot/ask/machine/reached")
    assert list(frame.columns) == list(expected.columns)
    assert len(frame) == 2  # REMOTE_LOGON of the sample graph: machine 1 to itself and to machine 2
    assert hunt.wishes == [Wishes(write=False)]
    pd.testing.assert_frame_equal(provider.Own.ours(id="machine-1"), frame)
    with pytest.raises(UsageError, match="has no parameter 'machine'"):
        provider.pivot.ask.machine.reached(machine="machine-1")
    with pytest.raises(UsageError, match="needs a value for 'id'"):
        provider.pivot.ask.machine.reached()


def test_cypher_takes_values_beside_the_text(provider: QueryProvider) -> None:
    assert provider.Own.named(name="Machine 2")["id"].tolist() == ["machine-2"]
    attack = "x' OR true OR m.name = '"
    assert provider.Own.named(name=attack).empty
    with pytest.raises(UsageError, match=r"takes \$name, not \{name\}"):
        provider.Own.pasted(name=attack)
    assert provider.exec_query("MATCH (m:Machine) WHERE m.id = $id RETURN m.name AS n", id="machine-1")["n"][0]
    with pytest.raises(AccessError):
        provider.exec_query("MATCH (m:Machine) DETACH DELETE m")


def test_it_takes_an_open_hunt(hunt: Hunt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current, "_opened", [])
    with pytest.raises(UsageError, match="no hunt is open"):
        QueryProvider("Graphhunt").connect()
    with pytest.raises(UsageError, match="takes an open hunt"):
        QueryProvider("Graphhunt").connect("case")
    current.register(hunt, "here")
    provider = QueryProvider("Graphhunt")
    assert not provider.connected
    assert len(provider.pivot.ask.machine.reached(id="machine-1")) == 2
    assert provider.connected
    assert "Machine" in provider.schema_tables


@pytest.fixture(scope="module")
def facts(real_case: Callable[[str], Path]) -> QueryProvider:
    workspace = Workspace(real_case("mordor_theshire_2020"))
    return QueryProvider("Graphhunt", hunt=SimpleNamespace(workspace=workspace))


def test_facts_have_the_documented_columns(facts: QueryProvider) -> None:
    frame = facts.WindowsSecurity.list_host_processes(host_name="WORKSTATION5")
    assert list(frame.columns) == [
        "TimeGenerated", "Computer", "SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId",
        "NewProcessId", "NewProcessName", "ProcessId", "CommandLine", "ParentProcessName", "EventID", "EventId",
    ]  # fmt: skip
    assert set(frame["EventID"]) == {1, 4688}
    assert frame["TimeGenerated"].is_monotonic_increasing
    assert frame["NewProcessId"].dropna().str.startswith("0x").all()
    assert set(frame["Computer"].str.split(".").str[0].str.lower()) == {"workstation5"}
    event = SecurityEvent(frame[frame["EventID"] == 4688].iloc[0])
    assert event.primary_process is not None
    assert event.hostname is not None
    session = facts.WindowsSecurity.list_processes_in_session(event)
    assert set(session["SubjectLogonId"]) == {event.get_logon_id()}


def test_facts_are_filtered_by_bound_values(facts: QueryProvider) -> None:
    whole = facts.WindowsSecurity.list_host_logons(host_name="mordordc.theshire.local")
    half = whole["TimeGenerated"].iloc[len(whole) // 2]
    part = facts.WindowsSecurity.list_host_logons(host_name="MORDORDC", start=half, end=half)
    assert len(part) == (whole["TimeGenerated"] == half).sum()
    assert facts.WindowsSecurity.list_host_logons(host_name="' OR 1=1").empty
    found = facts.WindowsSecurity.list_matching_processes(process_name=r"\WHOAMI.exe")
    assert set(found["NewProcessName"].str.lower().str.endswith("\\whoami.exe")) == {True}
    assert facts.WindowsSecurity.list_matching_processes(process_name="whoami.*").empty
    address = facts.Network.list_connections_by_ip(ip_address="10.10.10.5")
    assert (address[["SourceIp", "DestinationIp"]] == "10.10.10.5").any(axis=1).all()
    assert not address.empty
    assert isinstance(facts.SecurityAlert.list_alerts(), pd.DataFrame)
