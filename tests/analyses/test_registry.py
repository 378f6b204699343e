"""The list of analytics: every one is described, writes under its own prefix, and runs on a graph."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from graphhunt.analyses import registry
from graphhunt.analyses.analysis import TARGETS
from graphhunt.analyses.runs import analyze, current_results
from graphhunt.errors import LimitError, UsageError
from graphhunt.questions.registry import question_named
from graphhunt.schema import COMMON_NODE, COMMON_REL, NODES, RELATIONSHIPS
from graphhunt.store import Store
from graphhunt.store.statements import create_nodes, create_relationships

MINUTE = 60_000_000
BASE = 1_700_000_000_000_000


@pytest.mark.parametrize("name", list(registry.analyses()))
def test_every_analytic_is_described(name: str) -> None:
    analysis = registry.find_analysis(name)
    described = question_named(name, analysis.kind).describe()
    assert described["name"] == name
    assert described["title"] == analysis.summary.removesuffix(".") != analysis.summary
    assert analysis.properties
    for written in analysis.properties:
        assert written.target in TARGETS
        assert written.property.startswith(f"{analysis.prefix}_")
        assert written.meaning
    bounds = {"since", "until", "limit"} | ({"machine"} if analysis.kind == "analysis" else set())
    assert bounds <= {p["name"] for p in described["parameters"]}


def test_prefixes_are_told_apart() -> None:
    prefixes = [a.prefix for a in registry.analyses().values()]
    assert len(prefixes) == len(set(prefixes))


def test_no_analytic_writes_a_property_of_the_schema() -> None:
    """The `session_id` of the analytic that cuts sessions is no logon session: that one is `logon_session_id`."""
    names = {*COMMON_NODE, *COMMON_REL}
    names |= {name for kind in NODES.values() for name in kind.properties}
    names |= {name for kind in RELATIONSHIPS.values() for name in kind.properties}
    written = {written.property for analysis in registry.analyses().values() for written in analysis.properties}
    assert not written & names


def test_a_strangers_analytic_is_found_and_a_broken_one_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    own = replace(registry.find_analysis("sessions"), name="mine")
    points = [
        EntryPoint("mine", "tests.analyses.test_registry:STRANGER", registry.GROUP),
        EntryPoint("other-name", "tests.analyses.test_registry:STRANGER", registry.GROUP),
        EntryPoint("process_rarity", "tests.analyses.test_registry:STRANGER", registry.GROUP),
        EntryPoint("broken", "no.such.module:X", registry.GROUP),
        EntryPoint("wrong", "os:path", registry.GROUP),
    ]
    monkeypatch.setattr("tests.analyses.test_registry.STRANGER", own, raising=False)
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    registry.analyses.cache_clear()
    try:
        found = registry.analyses()
    finally:
        registry.analyses.cache_clear()
    assert found["mine"] is own
    assert not {"broken", "wrong", "other-name", "process_rarity"} & set(found)
    assert found["process-rarity"].name == "process-rarity"


def test_a_name_is_one_however_it_is_written() -> None:
    assert registry.find_analysis("Process_Rarity").name == "process-rarity"


STRANGER: Any = None


def test_parameters_are_checked() -> None:
    sessions = registry.find_analysis("sessions")
    assert sessions.bind({"max_gap": "5", "since": "2024-01-01T00:00:00Z"})["max_gap"] == 5.0
    assert sessions.bind({"since": "2024-01-01T00:00:00Z"})["since"] == 1_704_067_200_000_000
    with pytest.raises(UsageError, match="max_gap"):
        sessions.bind({"max_gap": "soon"})
    with pytest.raises(UsageError, match="there is no analytic"):
        registry.find_analysis("nope")


@pytest.fixture
def graph(store: Store) -> Store:
    """Two machines, two accounts, nine processes and six logons."""

    def node(label: str, given: list[dict[str, Any]]) -> None:
        rows = [{"id": g["id"], "props": {k: v for k, v in g.items() if k != "id"}} for g in given]
        store.write_rows(create_nodes(label), rows)

    def relationship(kind: str, ends: tuple[str, str], *given: tuple[str, str, dict[str, Any]]) -> None:
        rows = [{"start": a, "end": b, "id": f"{kind}{i}", "props": p} for i, (a, b, p) in enumerate(given)]
        store.write_rows(create_relationships(kind, *ends), rows)

    node("User", [{"id": f"u{i}", "kind": "person", "name": f"u{i}"} for i in range(2)])
    node("Machine", [{"id": f"m{i}", "name": f"m{i}"} for i in range(2)])
    node("IP", [{"id": "10.9.9.9"}])
    shared = {"name": "cmd.exe", "path": "c:\\windows\\cmd.exe"}
    node(
        "Process",
        [
            {"id": f"p{i}", "machine_id": f"m{i % 2}", "user_id": f"u{i % 2}", "start": BASE + i * 20 * MINUTE,
             "command_line": f"cmd /c dir {i}", "pid": i, **shared}
            for i in range(9)
        ],
    )  # fmt: skip
    relationship("SPAWNED", ("Process", "Process"), ("p0", "p2", {"start": BASE}))
    logon = {"logon_type": 3, "source_ip": "10.9.9.9", "auth_package": "NTLM"}
    times = [BASE + i * 10 * MINUTE for i in range(6)]
    pairs = [(f"u{i % 2}", f"m{i % 2}", {"start": t, "end": t, **logon}) for i, t in enumerate(times)]
    relationship("LOGGED_ON", ("User", "Machine"), *pairs)
    relationship("REMOTE_LOGON", ("Machine", "Machine"), ("m0", "m1", {"start": BASE}))
    relationship("CONNECTED", ("Process", "IP"), ("p0", "10.9.9.9", {"start": BASE, "count": 2}))
    return store


def test_sessions_are_written_to_processes_logons_and_connections(graph: Store) -> None:
    report = analyze(graph, "sessions", {"max_gap": 30})
    assert report["written"] == {"Process": 9, "LOGGED_ON": 6, "CONNECTED": 1}
    (connection,) = current_results(graph, "sessions", "CONNECTED")
    assert (connection["session_start"], connection["session_events"]) == (BASE, 1)
    logons = {r["id"]: r for r in current_results(graph, "sessions", "LOGGED_ON")}
    assert {r["session_events"] for r in logons.values()} == {3}
    assert (
        logons["LOGGED_ON0"]["session_id"] == logons["LOGGED_ON4"]["session_id"] != logons["LOGGED_ON1"]["session_id"]
    )
    assert (logons["LOGGED_ON0"]["session_start"], logons["LOGGED_ON0"]["session_end"]) == (BASE, BASE + 40 * MINUTE)
    assert logons["LOGGED_ON0"]["session_duration"] == 40 * MINUTE
    processes = current_results(graph, "sessions", "Process")
    assert {r["session_events"] for r in processes} == {1}
    table = graph.analyst(
        "MATCH (:User)-[l:LOGGED_ON]->(:Machine) RETURN l.session_id AS s, l.session_run AS r", {}, limit=50
    )
    assert len({tuple(row) for row in table.rows}) == 2


def test_sessions_go_by_the_columns_asked_for(graph: Store) -> None:
    analyze(graph, "sessions", {"by": "name", "max_gap": 20})
    assert {r["session_events"] for r in current_results(graph, "sessions", "Process")} == {9}
    assert current_results(graph, "sessions", "LOGGED_ON") == []
    analyze(graph, "sessions", {"by": "source, logon_type"})
    assert {r["session_events"] for r in current_results(graph, "sessions", "LOGGED_ON")} == {6}
    with pytest.raises(UsageError, match="told apart by 'colour'"):
        analyze(graph, "sessions", {"by": "colour"})


def test_clusters_rarity_and_measures_run_on_a_graph(graph: Store) -> None:
    assert analyze(graph, "clusters", {"anyway": True})["written"] == {"Process": 9}
    clusters = current_results(graph, "clusters", "Process")
    assert {(r["cluster_id"], r["cluster_size"], r["cluster_hosts"]) for r in clusters} == {(0, 9, 2)}
    assert {(r["cluster_first"], r["cluster_last"]) for r in clusters} == {(BASE, BASE + 160 * MINUTE)}
    assert {r["cluster_shape"] for r in clusters} == {"cmd /c dir <n>"}
    assert analyze(graph, "process-rarity", {"anyway": True})["written"] == {"Process": 9}
    assert analyze(graph, "measures")["written"] == {"Machine": 2}
    assert [r["measure_degree"] for r in current_results(graph, "measures", "Machine")] == [1, 1]


def test_outliers_bursts_and_logontracer_run_on_a_graph(graph: Store) -> None:
    assert analyze(graph, "outliers", {"anyway": True})["written"] == {"User": 2, "Machine": 2}
    assert all("not an alert" in r["anomaly_use"] for r in current_results(graph, "outliers", "User"))
    assert analyze(graph, "bursts")["written"] == {"User": 2}
    assert analyze(graph, "logontracer")["written"] == {"User": 2, "Machine": 0, "IP": 1}


def test_an_empty_graph_gives_empty_runs(store: Store) -> None:
    for name in ("sessions", "clusters", "process-rarity", "measures", "outliers", "bursts", "logontracer"):
        assert sum(analyze(store, name)["written"].values()) == 0


def test_bounds_are_kept_and_a_too_large_extract_is_an_error(graph: Store) -> None:
    own, first = {"machine": "m0", "anyway": True}, {"until": BASE + MINUTE, "anyway": True}
    assert analyze(graph, "process-rarity", own)["written"] == {"Process": 5}
    assert analyze(graph, "process-rarity", first)["written"] == {"Process": 1}
    with pytest.raises(LimitError, match="more than 3 processes"):
        analyze(graph, "process-rarity", {"limit": 3})
