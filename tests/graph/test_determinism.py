"""The graph is a function of the set of facts: order, repetition and splitting don't matter."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from graphhunt.graph.graph import Graph, build
from graphhunt.model import Connection, Fact, Logoff, Logon, MachineState, ProcessEnd, ProcessStart, ServiceInstall

from .facts import SECOND, T0, frames

HOSTS = st.sampled_from(["WS1", "ws1.corp.local", "WS2", "DC1.corp.local"])
USERS = st.sampled_from(["ann", "bob", "WS1$"])
DOMAINS = st.sampled_from(["CORP", "corp.local", None])
SIDS = st.sampled_from(["S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002", None])
LOGONS = st.sampled_from(["0x1", "0x2", None])
IPS = st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.3", "::1", None])
TIMES = st.integers(0, 40).map(lambda n: T0 + n * SECOND)
GUIDS = st.sampled_from(["{a}", "{b}", None])
PIDS = st.sampled_from([4, 100, 200, None])
PATHS = st.sampled_from([r"C:\a\cmd.exe", r"C:\b\services.exe", None])

FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(Logon, time=TIMES, host=HOSTS, user=USERS, domain=DOMAINS, sid=SIDS, logon_id=LOGONS,
              logon_type=st.sampled_from([2, 3, 7, 9, 10]), source_ip=IPS, success=st.booleans(),
              workstation=st.sampled_from(["WS2", "KALI", None]), source_port=st.sampled_from([50000, None])),
    st.builds(Logoff, time=TIMES, host=HOSTS, user=USERS, domain=DOMAINS, sid=SIDS, logon_id=LOGONS),
    st.builds(ProcessStart, time=TIMES, host=HOSTS, guid=GUIDS, pid=PIDS, path=PATHS, user=USERS, domain=DOMAINS,
              logon_id=LOGONS, parent_guid=GUIDS, parent_pid=PIDS, parent_path=PATHS, command_line=PATHS),
    st.builds(ProcessEnd, time=TIMES, host=HOSTS, guid=GUIDS, pid=PIDS, path=PATHS),
    st.builds(Connection, time=TIMES, host=HOSTS, guid=GUIDS, pid=PIDS, path=PATHS, source_ip=IPS, destination_ip=IPS,
              source_port=st.sampled_from([50000, 5985]), destination_port=st.sampled_from([50000, 5985, 445]),
              direction=st.sampled_from(["inbound", "outbound", None]), initiated=st.sampled_from([True, False, None])),
    st.builds(ServiceInstall, time=TIMES, host=HOSTS, service=st.just("svc"), image=PATHS, user=USERS, domain=DOMAINS,
              logon_id=LOGONS),
    st.builds(MachineState, time=TIMES, host=HOSTS, state=st.just("boot")),
)  # fmt: skip


def same(one: Graph, other: Graph) -> None:
    assert one.nodes.keys() == other.nodes.keys()
    assert one.relationships.keys() == other.relationships.keys()
    for name, table in {**one.nodes, **one.relationships}.items():
        assert_frame_equal(table, {**other.nodes, **other.relationships}[name])


@settings(max_examples=25, deadline=None)
@given(st.lists(FACTS, max_size=40), st.integers(0, 2**32))
def test_order_and_repetition_change_nothing_of_a_whole_graph(facts: list[Fact], seed: int) -> None:
    graph = build(frames(facts))
    whole(graph)
    same(graph, build(frames([*facts, *facts[: len(facts) // 2]], shuffle=seed)))


def whole(graph: Graph) -> None:
    """Every end exists, ids are unique, and nothing ends before it starts."""
    ids = {label: table.get_column("id").to_list() for label, table in graph.nodes.items()}
    for found in ids.values():
        assert len(found) == len(set(found))
        assert None not in found
    for kind, table in graph.relationships.items():
        assert table.get_column("id").is_unique().all(), kind
        for end in ("from", "to"):
            for label, node in table.select(f"{end}_label", f"{end}_id").iter_rows():
                assert node in ids[label], (kind, label, node)
        assert (table.get_column("start") <= table.get_column("end")).all()
        assert (table.get_column("count") >= 1).all()


def test_no_facts_give_a_graph_of_one_client() -> None:
    graph = build(frames([]))
    assert list(graph.nodes) == ["Client"]
    assert graph.relationships == {}
