"""Stored queries as functions: the documented YAML, local files, rendering, and parameters that don't exist."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from graphhunt.errors import LoadError, UsageError
from graphhunt.toolbox import QueryProvider, SecurityAlert, query_drivers

LOCAL = """
metadata:
  version: 1
  description: Local Data Alert Queries
  data_environments: [LocalData]
  data_families: [SecurityAlert, WindowsSecurity]
  tags: ['alert']
defaults:
  metadata:
    data_source: 'security_alert'
sources:
  list_host_processes:
    description: List processes on host
    metadata:
      data_families: [WindowsSecurity]
    args:
      query: processes_on_host.pkl
  list_host_logons:
    description: List logons on host
    metadata:
      data_families: [DataFamily.WindowsSecurity]
    args:
      query: host_logons.csv
    parameters:
      start: {description: from, type: datetime, default: -10000}
      end: {description: to, type: datetime, default: 0}
  one_table:
    description: A table of a host
    args: {query: '{host}.csv'}
    parameters:
      host: {description: name, type: str}
"""
KQL = """
metadata:
  data_environments: [LogAnalytics]
  data_families: [SecurityAlert]
defaults:
  parameters:
    table: {description: Table name, type: str, default: SecurityAlert}
    start: {description: Query start time, type: datetime}
    end: {description: Query end time, type: datetime}
    add_query_items: {description: Additional query clauses, type: str, default: ''}
sources:
  by_host:
    description: Alerts of a host
    args:
      query: '
        {table}
        | where TimeGenerated >= datetime({start})
        | where Computer has "{host_name}" and Kind in ({kinds})
        | extend x = dynamic({{"a": 1}})
        {add_query_items}'
      uri: None
    parameters:
      host_name: {description: Host, type: str}
      kinds: {description: Kinds, type: list, default: [a, 'b''c', 3]}
"""
WHEN = {"start": datetime(2020, 1, 1, tzinfo=UTC), "end": datetime(2020, 1, 2, tzinfo=UTC)}


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    (tmp_path / "local.yaml").write_text(LOCAL, "utf-8")
    (tmp_path / "kql.yaml").write_text(KQL, "utf-8")
    return tmp_path


@pytest.fixture
def local(queries: Path, shared_data: Path) -> QueryProvider:
    return QueryProvider("LocalData", data_paths=[shared_data / "msticpy"], query_paths=[str(queries)])


def test_local_data_as_the_documents_type_it(local: QueryProvider) -> None:
    local.connect()
    assert local.connected
    assert local.list_queries() == [
        "SecurityAlert.one_table", "WindowsSecurity.list_host_logons", "WindowsSecurity.list_host_processes",
        "WindowsSecurity.one_table",
    ]  # fmt: skip
    processes = local.WindowsSecurity.list_host_processes()
    assert len(processes) == 363
    assert list(processes.columns[:4]) == ["TenantId", "Account", "EventID", "TimeGenerated"]
    assert processes["TimeGenerated"].dt.tz is not None
    alert = SecurityAlert({"SystemAlertId": "1", "Entities": [{"Type": "host", "HostName": "x"}]})
    assert len(local.WindowsSecurity.list_host_processes(alert)) == 363
    assert len(local.WindowsSecurity.list_host_logons()) == 14


def test_times_are_bound(local: QueryProvider, shared_data: Path) -> None:
    logons = pd.read_csv(shared_data / "msticpy" / "host_logons.csv")["TimeGenerated"].sort_values()
    times = SimpleNamespace(start=logons.iloc[3], end=logons.iloc[6])
    assert len(local.WindowsSecurity.list_host_logons(times)) == logons.between(times.start, times.end).sum()
    assert len(local.WindowsSecurity.list_host_logons(start="2019-01-16", end="2019-01-17")) == 0
    assert len(local.WindowsSecurity.list_host_logons(times, end=times.start)) == (logons == times.start).sum()


@pytest.mark.parametrize("call", [{"stat": "2020-01-01"}, {"host_name": "x"}])
def test_a_misnamed_parameter_is_an_error_that_lists_the_others(local: QueryProvider, call: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=r"has no parameter .* \(it takes start, end\)"):
        local.WindowsSecurity.list_host_logons(**call)
    with pytest.raises(UsageError, match="takes no parameters"):
        local.WindowsSecurity.list_host_processes(**call)
    with pytest.raises(UsageError, match="needs a value for 'host'"):
        local.SecurityAlert.one_table()
    with pytest.raises(UsageError, match="says no values"):
        local.WindowsSecurity.list_host_logons("prnt")
    with pytest.raises(UsageError, match="not a time"):
        local.WindowsSecurity.list_host_logons(start="yesterday")
    for missing in ("list_host_proceses", "anything"):
        with pytest.raises(AttributeError, match="list_host_processes"):
            getattr(local.WindowsSecurity, missing)
    with pytest.raises(AttributeError, match="WindowsSecurity"):
        _ = local.WindowSecurity


def test_a_value_never_leaves_the_folders(local: QueryProvider, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n", "utf-8")
    assert len(local.SecurityAlert.one_table(host="host_logons")) == 14
    for host in ("../secret", str(tmp_path / "secret"), "..", "nothing"):
        with pytest.raises(UsageError, match="no table"):
            local.SecurityAlert.one_table(host=host)
    inside = QueryProvider("LocalData", data_paths=tmp_path, query_paths=tmp_path / "local.yaml")
    (tmp_path / "processes_on_host.pkl").write_bytes(b"cos\nsystem\n(S'touch ran'\ntR.")
    with pytest.raises(UsageError, match="no table"):
        inside.WindowsSecurity.list_host_processes()
    assert inside.SecurityAlert.one_table(host="secret").to_dict("list") == {"a": [1]}


def test_other_environments_are_rendered_only(queries: Path) -> None:
    provider = QueryProvider("MSSentinel", query_paths=queries)
    assert provider.list_queries("HOST") == ["SecurityAlert.by_host"]
    text = provider.SecurityAlert.by_host("print", **WHEN, host_name='a" or true //\\', add_query_items="| take 3")
    assert text.split("|", 1)[0].strip() == "SecurityAlert"
    assert "datetime(2020-01-01T00:00:00.000000Z)" in text
    assert r'Computer has "a\" or true //\\" and' in text
    assert r"Kind in ('a', 'b\'c', 3)" in text
    assert 'dynamic({"a": 1})' in text
    assert text.rstrip().endswith("| take 3")
    with pytest.raises(UsageError, match="needs a value for 'start'"):
        provider.SecurityAlert.by_host("print", host_name="x")
    with pytest.raises(UsageError, match="rendered, not run"):
        provider.SecurityAlert.by_host(**WHEN, host_name="x")
    with pytest.raises(UsageError, match="rendered, not run"):
        provider.connect("loganalytics://…")
    assert QueryProvider("MDE", query_paths=queries).list_queries() == []


class Recording:
    """A driver as the documents describe it: it gets the rendered text."""

    connected = False

    def __init__(self) -> None:
        self.asked: list[str] = []

    def connect(self, connection_str: Any = None, **kwargs: Any) -> None:
        self.connected = True

    def query(self, query: str, query_source: Any = None, **params: Any) -> pd.DataFrame:
        self.asked.append(query)
        return pd.DataFrame({"n": [len(params)]})


def test_a_driver_of_ones_own(queries: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    driver: Any = Recording()
    provider = QueryProvider("LogAnalytics", driver=driver, query_paths=queries)
    assert provider.SecurityAlert.by_host(**WHEN, host_name="x")["n"].tolist() == [0]
    assert provider.connected
    assert '"x"' in driver.asked[0]
    assert provider.exec_query("T | take 1")["n"].tolist() == [0]
    monkeypatch.setitem(query_drivers._registered, "Mine", lambda **_: Recording())
    assert "Mine" in QueryProvider.list_data_environments()
    assert QueryProvider("mine").list_queries() == []
    with pytest.raises(UsageError, match="no data environment 'LocalDat'"):
        QueryProvider("LocalDat")


def test_looking_about(local: QueryProvider, capsys: pytest.CaptureFixture[str]) -> None:
    assert local.search("logons ON") == ["WindowsSecurity.list_host_logons"]
    assert local.get_query("list_host_logons") == "host_logons.csv"
    local.query_help("WindowsSecurity.list_host_logons")
    assert "start: datetime (default -10000) from" in capsys.readouterr().out
    assert "start: datetime" in local.WindowsSecurity.list_host_logons.__doc__
    assert {"WindowsSecurity", "list_queries"} <= set(dir(local))
    assert list(local.browse_queries().columns) == ["query", "description", "parameters"]
    assert "SubjectUserName" in local.schema["processes_on_host.csv"]
    with pytest.raises(UsageError, match=r"did you mean WindowsSecurity\.list_host_logons"):
        local.get_query("Windows.list_host_logon")
    local.add_custom_query("mine", "{name}.csv", "Own", "A table", [("name", "Its name", "str", "host_logons")])
    assert len(local.Own.mine()) == 14


@pytest.mark.parametrize(
    "text", ["", "a: [", "- 1", "metadata: {}\nsources: {a: {args: {}}}", "metadata: {}", "!!python/object:os.x {}"]
)
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text, "utf-8")
    with pytest.raises(LoadError, match=r"bad\.yaml"):
        QueryProvider("LocalData", query_paths=tmp_path)
