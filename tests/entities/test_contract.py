"""The two source documents, method by method, parameter by parameter and column by column, written out by hand."""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

import pytest

from graphhunt.entities import IP, Alert, Client, Domain, File, Histogram, HistogramResult, Machine, Process, User
from graphhunt.entities.values import listed
from graphhunt.errors import UsageError
from tests.entities.conftest import StoreHunt
from tests.entities.test_values import FakeHunt

TIME, DAY, TEXT, INT, FLAG = "datetime64[us, UTC]", "object", "str", "Int64", "boolean"

ACTION = {
    "DateTime": TIME, "Muid": TEXT, "LoggedUser": TEXT, "ChildFilename": TEXT, "ChildPath": TEXT, "ChildMd5": TEXT,
    "ChildPid": INT, "ParentFilename": TEXT, "ParentMd5": TEXT, "ParentPid": INT, "CommandLine": TEXT,
    "RemoteIp": TEXT, "Operation": TEXT,
}  # fmt: skip
ATTRIBUTES = {"RemoteSession": FLAG, "External": FLAG, "FreshUnknown": FLAG, "LanShared": FLAG}
TREE = {name: kind for name, kind in ACTION.items() if name != "ChildPath"}
COMMUNICATION = {
    "DateTime": TIME, "Date": DAY, "Muid": TEXT, "LoggedUser": TEXT, "ParentFilename": TEXT, "ParentPid": INT,
    "RemoteIp": TEXT, "RemotePort": INT, "LocalIp": TEXT, "LocalPort": INT, "Protocol": TEXT, "Direction": TEXT,
    "Ipv4Status": TEXT,
}  # fmt: skip
DETECTION = {
    "DateTime": TIME, "ClientId": TEXT, "Muid": TEXT, "LoggedUser": TEXT, "ChildMd5": TEXT, "ChildPath": TEXT,
    "ChildFilename": TEXT, "ParentMd5": TEXT, "ParentPath": TEXT, "ParentFilename": TEXT, "WinningTech": TEXT,
    "DetectionId": TEXT, "Action": TEXT,
}  # fmt: skip
BANDWIDTH = {"Date": DAY, "Outgoing": "float64", "Incoming": "float64"}
TIMETABLE = {"LoggedUser": TEXT, "Weekday": "int64", "Hour": "int64", "AvgActions": "float64", "StdActions": "float64"}


class Method(NamedTuple):
    """A method of the documents: its positional parameters in order, and the columns of its table."""

    name: str
    params: str
    columns: dict[str, str] | None = None


USER = [
    Method("get_bandwidth", "muid period", BANDWIDTH),
    Method("get_blocked", "muid file period histogram", DETECTION),
    Method("get_communications", "muid file period protocol port iptype direction ips top histogram", COMMUNICATION),
    Method("get_detections", "muid file period histogram", DETECTION),
    Method("get_executions", "file muid kind operation attributes command period histogram", ACTION | ATTRIBUTES),
    Method("get_files", "file muid kind operation attributes period histogram", ACTION | ATTRIBUTES),
    Method("get_machines", "period histogram", {"Muid": TEXT}),
    Method("get_registry", "file muid kind operation period histogram", ACTION),
    Method("get_timetable", "muid period", TIMETABLE),
]
PROCESS = [
    Method("get_bandwidth", "period", BANDWIDTH),
    Method("get_childs", ""),
    Method("get_commandlines", "period ntop"),
    Method("get_communications", "period protocol port iptype direction ips histogram", COMMUNICATION),
    Method("get_execution_tree", "period", TREE),
    Method("get_executions", "file kind operation command attributes period histogram", ACTION | ATTRIBUTES),
    Method("get_file", ""),
    Method("get_files", "file kind operation attributes period histogram", ACTION | ATTRIBUTES),
    Method("get_machine", "period"),
    Method("get_parent", ""),
    Method("get_registry", "file kind operation period histogram", ACTION),
    Method("get_user", "period"),
]
MACHINE = [
    Method("get_bandwidth", "file period", BANDWIDTH),
    Method("get_blocked", "users file period histogram", DETECTION),
    Method("get_detections", "users file period histogram", DETECTION),
    Method("get_communications", "users file period protocol port iptype direction ips top histogram", COMMUNICATION),
    Method("get_executions", "file users kind operation attributes command period histogram", ACTION | ATTRIBUTES),
    Method("get_files", "file users kind operation attributes period histogram", ACTION | ATTRIBUTES),
    Method("get_registry", "file users kind operation period histogram", ACTION),
    Method("get_timetable", "users period", TIMETABLE),
    Method("get_users", "period histogram"),
]
FILE = [Method(m.name, m.params, m.columns) for m in USER] + [Method("get_users", "period histogram")]
CLIENT = [
    Method("get_blocked", "file period histogram", DETECTION),
    Method("get_detections", "file period histogram", DETECTION),
    *(method for method in FILE if method.name not in ("get_blocked", "get_detections")),
]
DOCUMENTS = {User: USER, Process: PROCESS, Machine: MACHINE, File: FILE, Client: CLIENT}
EVERY = [
    pytest.param(kind, method, id=f"{kind.__name__}.{method.name}")
    for kind, methods in DOCUMENTS.items()
    for method in methods
]  # fmt: skip
KINDS = {"User": User, "Machine": Machine, "Process": Process, "File": File, "IP": IP, "Domain": Domain,
         "Alert": Alert, "Client": Client}  # fmt: skip


def one(kind: type, hunt: Any) -> Any:
    return kind.of([f"{kind.__name__.lower()}-1"], hunt=hunt)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("kind", "method"), EVERY)
def test_parameters_stand_in_the_documents_order(kind: type, method: Method) -> None:
    signature = inspect.signature(getattr(kind, method.name))
    found = [name for name, param in signature.parameters.items() if param.kind is param.POSITIONAL_OR_KEYWORD]
    assert found[1 : 1 + len(method.params.split())] == method.params.split()
    assert all(param.default is None for name, param in signature.parameters.items() if name in method.params.split())


@pytest.mark.parametrize(("kind", "method"), [each for each in EVERY if each.values[1].columns])
def test_tables_have_the_documents_columns_first(kind: type, method: Method) -> None:
    found = getattr(one(kind, FakeHunt()), method.name)()
    frame = getattr(found, "df", found)
    assert method.columns
    assert list(frame.columns)[: len(method.columns)] == list(method.columns)
    assert {name: str(frame[name].dtype) for name in method.columns} == method.columns


@pytest.mark.parametrize(("kind", "method"), [each for each in EVERY if "histogram" in each.values[1].params])
def test_a_histogram_is_given_where_asked_for(kind: type, method: Method) -> None:
    found = getattr(one(kind, FakeHunt()), method.name)(histogram=Histogram(by="Muid" if method.columns else "Kind"))
    assert isinstance(found, HistogramResult)


def test_properties_and_names_of_the_documents(sample: StoreHunt) -> None:
    process = one(Process, sample)
    assert (process.name, process.pid, process.md5) == ("explorer.exe", 1001, None)
    assert process.get_time.isoformat() == "2023-11-14T22:14:20+00:00"
    assert process.get_childs().ids == process.get_children().ids
    assert User("user-1", "default", hunt=sample).name == "user-1"
    assert process.get_machine().ids == process.get_machines().ids
    assert process.get_user().ids == process.get_users().ids
    assert list(process.get_commandlines(ntop=1).columns) == ["CommandLine", "Executions", "FirstSeen", "LastSeen"]
    made = list(inspect.signature(Process).parameters)
    assert made[:8] == ["filename", "md5", "muid", "pid", "logged_user", "client_id", "period", "time"]
    assert list(inspect.signature(User).parameters)[:3] == ["users", "client_id", "period"]
    table = process.get_execution_tree().df
    again = Process.from_table_df(table, "executions", "default", None, hunt=sample)
    assert set(again.ids) == set(table["ProcessId"])
    with pytest.raises(UsageError, match="executions, communications, files, registry, parents"):
        Process.from_table_df(table, "nonsense", "default", None, hunt=sample)


@pytest.mark.parametrize("kind", KINDS.values())
def test_every_kind_has_every_way_on(kind: type, sample: StoreHunt) -> None:
    entity = one(kind, sample)
    if kind is Client:
        sample.store.inner.put_nodes("Client", [{"id": "default", "props": {"name": "default"}}])
        entity = Client(hunt=sample)
    counts = {
        name: len(getattr(entity, name)())
        for name in ("get_logons", "get_sessions", "get_remote_logons", "neighbours", "timeline", "alerts",
                     "get_detections", "get_blocked", "graph")
    }  # fmt: skip
    assert all(counts[name] for name in ("get_logons", "neighbours", "timeline", "alerts", "graph")), counts
    assert counts["get_sessions"] == counts["get_logons"]
    assert entity.neighbours().df["Name"].notna().all()
    with pytest.raises(UsageError, match="a graph and nothing else"):
        len(entity.paths_from())
    with pytest.raises(UsageError, match="a graph and nothing else"):
        len(entity.evidence())
    with pytest.raises(UsageError, match="LOGGED_ON"):
        entity.neighbours(relation="nonsense")
    with pytest.raises(UsageError, match="Machine"):
        entity.neighbours(kind="nonsense")


@pytest.mark.parametrize("name", ["get_executions", "get_files", "get_registry", "get_communications", "get_logons",
                                  "get_detections", "get_blocked"])  # fmt: skip
def test_a_machine_can_be_limited_to_accounts_and_an_account_to_machines(name: str, sample: StoreHunt) -> None:
    """Process n of the sample runs on machine n; executed by users by n -> n and n -> n + 1."""
    machine, user = Machine("machine-1", hunt=sample), User("user-1", hunt=sample)
    assert len(getattr(machine, name)(users=["user-1", "user-2", "user-3"])) == len(getattr(machine, name)())
    assert len(getattr(machine, name)(users="nobody")) == 0
    assert len(getattr(machine, name)(users=user)) <= len(getattr(machine, name)())
    machines = ["machine-1", "machine-2", "machine-3"]
    assert len(getattr(user, name)(muid=machines)) == len(getattr(user, name)())
    assert len(getattr(user, name)(muid=Machine("nowhere", hunt=sample))) == 0


def test_today_is_the_default_where_the_setting_says_so(sample: StoreHunt) -> None:
    """The sample lies in 2023: a live feed's questions mean today, and find nothing."""
    machine = Machine("machine-1", hunt=sample)
    assert len(machine.get_executions())
    sample.settings = type("Live", (), {"period": "today"})()  # type: ignore[attr-defined]
    live = Machine("machine-1", hunt=sample)
    assert (live.period.window[1] or 0) - (live.period.window[0] or 0) == 86_400_000_000
    assert len(live.get_executions()) == 0
    sample.settings = type("Wrong", (), {"period": "tomorrow"})()  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match="all, today"):
        live.get_executions()


def test_an_entity_is_one_value_and_a_list_several() -> None:
    entity = one(User, FakeHunt())
    assert listed(entity) == [entity]
    assert listed(["a", "b", "a"]) == ["a", "b"]
