"""The source documents' calls as their readers type them: every method with every documented parameter and value.

Nothing here is taken from graphhunt's own lists: names, parameters and values are the documents' text. Each call is
made on the sample graph, on both engines, and looked at as the documents say: `.df`, a histogram, the default picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

import graphhunt as gh
from graphhunt import TH, current
from graphhunt.errors import UsageError
from tests.conformance.sample_graph import MINUTE, START
from tests.entities.conftest import StoreHunt
from tests.entities.test_contract import DOCUMENTS, EVERY, Method

PERIOD = TH.Core.period.TimePeriod(START, START + 60 * MINUTE)
ATTRIBUTES = ["ATTR_REMOTE", "ATTR_EXTERNAL", "ATTR_FRESHUNKNOWN", "ATTR_LANSHARED"]
KINDS = ["interpreter", "remoteaccess", "admintool", "hackingtool", "userallowed"]
OPERATIONS = {
    "get_executions": ["create", "kill", "thread", "load"],
    "get_files": ["create", "modify", "delete", "rename", "folder", "newcmp", "opencmp", "access", "script"],
    "get_registry": ["create", "modify", "access"],
}
PORTS = ["FTP", "SSH", "TELNET", "SMTP", "HTTP", "POP3", "HTTPS", "RDP"]


def given(method: str) -> dict[str, list[Any]]:
    """Give the values that the documents name for each parameter of a method."""
    return {
        "muid": ["machine-1", ["machine-1", "machine-2"]],
        "users": ["user-1", ["user-1", "user-2"]],
        "file": ["cmd.exe", ["cmd.exe", "explorer.exe"], TH.File(name="cmd.exe"), [TH.File(md5="0" * 32)]],
        "period": [PERIOD, TH.TimePeriod()],
        "protocol": ["ICMP", "IGMP", "RFCOMM", "TCP", "RDP", "UDP", "ICMPV6", "RM"],
        "port": [445, "445", np.int64(445), *PORTS, PORTS],
        "ports": [445, "445", np.int64(445), *PORTS, PORTS, ["HTTP", 445]],
        "iptype": ["Public", "Private"],
        "direction": ["Incoming", "Outgoing"],
        "ips": ["10.0.0.1", ["10.0.0.1", "8.8.8.8"]],
        "top": [2],
        "ntop": [1],
        "kind": [*KINDS, KINDS],
        "operation": [*OPERATIONS.get(method, []), OPERATIONS.get(method)],
        "attributes": [*ATTRIBUTES, ATTRIBUTES, "|".join(ATTRIBUTES)],
        "command": ["whoami", ["whoami", "ipconfig"]],
    }


@pytest.fixture
def opened(sample: StoreHunt, none_open: None) -> Iterator[StoreHunt]:
    """The sample graph as the only open hunt: the documents name none."""
    current.register(sample, "sample")
    yield sample
    current.forget(sample)


def made(kind: type) -> Any:
    """Make an entity as the documents do; a process comes from a question."""
    return {
        TH.User: lambda: TH.User(users="user-1", client_id="default"),
        TH.Machine: lambda: TH.Machine(muid="machine-1"),
        TH.File: lambda: TH.File(name="File 1"),
        TH.Client: lambda: TH.Client("all", period=PERIOD),
        TH.Process: lambda: TH.Machine(muid="machine-1").get_executions(operation="create").entities("Process"),
    }[kind]()


def table(found: Any) -> pd.DataFrame:
    """Look at what a method gave, in each of the ways there are; give the frame."""
    frame = found if isinstance(found, pd.DataFrame) else found.df
    assert isinstance(frame, pd.DataFrame)
    if hasattr(found, "print_dataframe"):
        assert found.print_dataframe()._repr_html_()
    return frame


@pytest.mark.parametrize(("kind", "method"), EVERY)
def test_every_documented_parameter_is_taken(
    kind: type, method: Method, opened: StoreHunt, request: pytest.FixtureRequest
) -> None:
    """Each parameter alone with each value, and all together.

    Neo4j plans a query anew for each set of parameters, which takes a second, and is asked for all together alone:
    what a value becomes is decided before the engine, and that each engine answers each parameter right is shown by
    the random graphs.
    """
    ask = getattr(made(kind), method.name)
    whole = table(ask())
    names = [name for name in method.params.split() if name != "histogram"]
    alone = [*names, *(["ports"] if "port" in names else [])]
    for name in [] if "neo4j" in request.node.callspec.id else alone:
        for value in given(method.name)[name]:
            if value is not None:
                found = table(ask(**{name: value}))
                assert list(found.columns) == list(whole.columns), (name, value)
                assert len(found) <= len(whole) or method.name == "get_timetable", (name, value)
    everything = table(ask(**{name: given(method.name)[name][0] for name in names}))
    assert list(everything.columns) == list(whole.columns)


@pytest.mark.parametrize(("kind", "method"), [each for each in EVERY if "histogram" in each.values[1].params])
def test_a_histogram_by_time_and_by_any_column_is_given(kind: type, method: Method, opened: StoreHunt) -> None:
    """Only machines and accounts add up to the table: the sample's processes run on several machines at once."""
    ask = getattr(made(kind), method.name)
    whole = table(ask())
    lists = {name for name in whole.columns if any(isinstance(cell, list) for cell in whole[name])}
    for by, bucket in [(None, "1h"), ("Muid", "15m"), *((by, None) for by in sorted(set(whole.columns) - lists))]:
        if by is None or by in whole.columns:
            counts = table(ask(histogram=TH.Core.histogram.Histogram(by=by, bucket=bucket)))
            assert list(counts.columns) == [*(["DateTime"] if bucket else []), *([by] if by else []), "Count"]
            assert len(counts) > 0 or whole.empty
            if "FirstSeen" in whole.columns:
                assert counts["Count"].sum() == len(whole), (by, bucket)


def test_machines_of_an_account_are_counted_by_when_they_were_first_seen(opened: StoreHunt) -> None:
    """user-n has a session on machines n and n + 1 (and 3 on 1), which begin in the minutes after 22:13:20."""
    counts = gh.User("user-1", "default").get_machines(histogram=gh.Histogram(bucket="1h")).df
    seen = gh.User("user-1", "default").get_machines().df["FirstSeen"]
    assert counts["DateTime"].tolist() == [datetime(2023, 11, 14, 22, tzinfo=UTC)]
    assert counts["Count"].tolist() == [len(seen)] != [0]
    assert seen.dt.floor("1h").unique().tolist() == counts["DateTime"].tolist()


def test_a_row_without_a_time_is_counted_in_no_span() -> None:
    frame = pd.DataFrame({"Start": pd.to_datetime(pd.Series(["2023-11-14T22:10:00Z", None, "2023-11-14T22:50:00Z"]))})
    counts = gh.Histogram(bucket="1h").of(frame).df
    assert [(one, count) for one, count in zip(counts["DateTime"], counts["Count"], strict=True) if pd.notna(one)] == [
        (datetime(2023, 11, 14, 22, tzinfo=UTC), 2)
    ]
    assert counts["Count"].sum() == 3
    with pytest.raises(UsageError, match="no time"):
        gh.Histogram(bucket="1h").of(pd.DataFrame({"x": [1]}))


NUMBER: Any = np.int64(1002)  # as a cell of a table is
NAMED = {
    "User": (lambda: gh.User("user-1"), "UserId", "user-1"),
    "Machine": (lambda: gh.Machine(muid="machine-2"), "Muid", "machine-2"),
    "Process": (lambda: gh.Process("cmd.exe", None, "machine-1", NUMBER), "Id", "process-2"),
    "File": (lambda: gh.File(name="file-1"), "FileId", "file-1"),
    "Domain": (lambda: gh.Domain("domain-1"), "Domain", "domain-1"),
    "Alert": (lambda: gh.Alert("alert-1"), "AlertId", "alert-1"),
}


@pytest.mark.parametrize("kind", NAMED)
def test_an_entity_made_by_hand_has_a_table(kind: str, opened: StoreHunt) -> None:
    make, column, value = NAMED[kind]
    entity = make()
    assert entity.df[column].tolist() == [value]
    assert entity.to_df().equals(entity.df)
    assert entity.print_dataframe()._repr_html_()
    assert value in str(entity.print_dataframe())
    assert entity.ids == [value]


def test_an_address_and_a_tenant_have_a_table(opened: StoreHunt) -> None:
    opened.store.inner.put_nodes("IP", [{"id": "8.8.8.8", "props": {"version": 4, "scope": "public"}}])
    opened.store.inner.put_nodes("Client", [{"id": "default", "props": {"name": "default"}}])
    assert gh.IP("8.8.8.8").df[["Ip", "Scope"]].to_numpy().tolist() == [["8.8.8.8", "public"]]
    assert sorted(gh.Client("default").df["Muid"]) == ["machine-1", "machine-2", "machine-3"]
    assert gh.IP("192.0.2.1").df.empty


def test_a_process_leads_to_its_file_user_machine_parent_and_children(opened: StoreHunt) -> None:
    process = gh.Process(filename="cmd.exe", md5=None, muid="machine-1", pid=1002)
    image = process.get_file().df
    assert image["FileId"].tolist() == process.get_file().ids == ["file-3"]
    assert image["Sha256"].tolist() == [f"{3:064x}"]
    assert table(process.get_machine())["Muid"].tolist() == ["machine-1"]
    assert table(process.get_user())["UserId"].tolist() == ["user-1"]
    assert table(process.get_parent())["Id"].tolist() == ["process-1"]
    assert table(process.get_childs())["Id"].tolist() == ["process-3"]
    assert (process.name, process.pid, process.md5) == ("cmd.exe", 1002, None)
    tree = process.get_execution_tree(period=PERIOD)
    assert set(tree.df["Operation"].dropna()) <= {"create"}


def test_processes_made_of_a_table_have_a_table(opened: StoreHunt) -> None:
    executions = gh.Machine(muid="machine-1").get_executions(operation="create").df
    again = TH.Process.from_table_df(executions, "executions", "default", PERIOD)
    assert sorted(again.df["Id"]) == sorted(set(executions["ProcessId"]))
    assert set(again.get_executions().df.columns) >= {"DateTime", "CommandLine"}


def test_port_and_ports_are_one_parameter(opened: StoreHunt) -> None:
    machine = gh.Machine(muid="machine-1")
    ports: list[Any] = [445, "HTTPS", ["RDP", 22]]
    for port in ports:
        assert machine.get_communications(port=port).params == machine.get_communications(ports=port).params
    with pytest.raises(UsageError, match="same parameter"):
        machine.get_communications(port=1, ports=2)
    with pytest.raises(UsageError, match="not a value of port"):
        machine.get_communications(ports="nonsense")


def test_what_the_documents_call_a_list_of_instances_holds_them(opened: StoreHunt) -> None:
    machine = gh.Machine(muid="machine-1")
    for ask, kind in (
        (machine.get_blocked, gh.Block), (machine.get_detections, gh.Detect),
        (machine.get_communications, gh.Connection), (machine.get_registry, gh.Registry),
    ):  # fmt: skip
        rows = ask()
        assert isinstance(rows, gh.THCollection)
        assert len(rows)
        assert all(isinstance(row, kind) for row in rows)


def test_documents_and_tests_speak_of_the_same_classes() -> None:
    assert set(DOCUMENTS) == {gh.User, gh.Process, gh.Machine, gh.File, gh.Client}
    assert TH.Core.period.TimePeriod is gh.TimePeriod
    assert TH.Core.histogram.Histogram is gh.Histogram
    assert TH.Core.THCollection.THCollection is gh.THCollection is TH.THCollection
