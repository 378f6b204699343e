"""Alerts and events: entities with references resolved, parameters for queries, HTML, and names that don't exist."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from graphhunt.toolbox import SecurityAlert, SecurityEvent
from graphhunt.toolbox.entities import Account, File, Host, IpAddress, Malware
from graphhunt.toolbox.security_base import kql_text

ENTITIES = [
    {"$id": "4", "Type": "process", "ProcessId": "0xc88", "CommandLine": "mimikatz.exe", "Host": {"$ref": "5"},
     "ImageFile": {"$id": "6", "Type": "file", "Directory": "c:\\w\\fonts", "Name": "mimikatz.exe"},
     "Account": {"$ref": "7"}},
    {"$id": "5", "Type": "host", "HostName": "TESTHOST", "DnsDomain": "dom.cont.example", "OSFamily": "Windows"},
    {"$id": "7", "Type": "account", "Name": "TESTHOST$", "NTDomain": "DOM", "Sid": "S-1-5-18", "Host": {"$ref": "5"}},
    {"$id": "8", "Type": "host-logon-session", "SessionId": "0x3e7", "Host": {"$ref": "5"}, "Account": {"$ref": "7"}},
    {"$id": "9", "Type": "malware", "Name": "Mimikatz", "Files": [{"$ref": "6"}, {"$ref": "99"}]},
    {"$id": "10", "Type": "gremlin", "Name": "unknown kind"},
]  # fmt: skip
ALERT = {
    "StartTimeUtc": "2018-09-27 16:59:16", "AlertDisplayName": "Suspicious <b>Account</b> Creation",
    "CompromisedEntity": "TESTHOST", "SystemAlertId": "2518642332435550951_b0", "Severity": "Medium",
    "TenantId": "72f988bf", "ProviderAlertId": None, "Entities": json.dumps(ENTITIES),
    "ExtendedProperties": json.dumps({"IpAddress": "10.0.0.9", "attempts": 3}),
}  # fmt: skip


@pytest.mark.parametrize("row", [ALERT, pd.Series(ALERT), {**ALERT, "Entities": ENTITIES}], ids=["dict", "row", "list"])
def test_an_alert_has_its_entities_with_references_resolved(row: Any) -> None:
    alert = SecurityAlert(row)
    assert [entity.Type for entity in alert.entities] == [
        "process", "host", "account", "hostlogonsession", "malware", "gremlin", "ipaddress",
    ]  # fmt: skip
    assert alert.primary_host == Host(HostName="TESTHOST", DnsDomain="dom.cont.example", OSFamily="Windows")
    process, host = alert.primary_process, alert.primary_host
    assert process is not None
    assert process.Host is host
    assert process.Account is alert.primary_account
    assert process.Account.Host is host
    malware = alert.get_entities_of_type("malware")[0]
    assert isinstance(malware, Malware)
    assert malware.Files == [process.ImageFile, {"$ref": "99"}]
    assert alert.get_entities_of_type("ip") == [IpAddress(Address="10.0.0.9")]
    assert list(alert.get_all_entities()["EntityType"])[:2] == ["process", "host"]


def test_the_parameters_of_queries() -> None:
    params = SecurityAlert(ALERT).query_params
    when = pd.Timestamp("2018-09-27 16:59:16", tz="UTC")
    assert params == {
        "hostname": "TESTHOST", "host_name": "TESTHOST.dom.cont.example", "host_name_short": "TESTHOST",
        "host_filter_eq": "Computer =~ 'TESTHOST.dom.cont.example'",
        "host_filter_neq": "Computer !~ 'TESTHOST.dom.cont.example'", "subscription_filter": "true",
        "account_name": "TESTHOST$", "process_name": "c:\\w\\fonts\\mimikatz.exe", "process_id": "0xc88",
        "logon_session_id": "0x3e7", "path_separator": "\\", "data_family": "WindowsSecurity",
        "data_environment": "LogAnalytics", "start": when - pd.Timedelta("1D"), "end": when + pd.Timedelta("1D"),
        "system_alert_id": "2518642332435550951_b0",
    }  # fmt: skip
    empty = SecurityAlert({}).query_params
    assert (empty["hostname"], empty["start"], empty["system_alert_id"]) == (None, None, None)


def test_columns_are_attributes_and_misspelt_names_are_not() -> None:
    alert = SecurityAlert(pd.Series(ALERT))
    assert (alert.Severity, alert["Severity"], alert.ids["TenantId"]) == ("Medium", "Medium", "72f988bf")
    assert "ProviderAlertId" not in alert.ids
    for name in ("Severty", "primary_hots", "Entites"):
        with pytest.raises(AttributeError, match=name):
            getattr(alert, name)
        with pytest.raises(AttributeError, match=name):
            getattr(SecurityEvent({"EventID": 1}), name)


def test_html_shows_data_as_text() -> None:
    html = SecurityAlert(ALERT | {"CompromisedEntity": "<img src=x onerror=alert(1)>"}).to_html(show_entities=True)
    assert "<img" not in html
    assert "<b>Account" not in html
    assert "Suspicious &lt;b&gt;Account" in html
    assert "mimikatz.exe" in html
    assert SecurityAlert().to_html() == "Alert has no data."


def test_values_cannot_leave_a_filter() -> None:
    alert = SecurityAlert({"Entities": [{"Type": "host", "HostName": "a' or true or '\\"}]})
    assert alert.host_filter() == r"Computer =~ 'a\' or true or \'\\'"
    assert kql_text("a\nb") == r"'a\nb'"


@pytest.mark.parametrize("broken", ["", "[", "{}", "null", '[1, "x", null]', "[" * 100_000, None, float("nan")])
def test_damaged_entities_are_none(broken: Any) -> None:
    alert = SecurityAlert({"SystemAlertId": "1", "Entities": broken, "ExtendedProperties": broken})
    assert alert.entities == []
    assert alert.query_params["system_alert_id"] == "1"


def test_an_alert_of_the_graph() -> None:
    node = {
        "kind": "Alert", "id": "a1", "properties": {"name": "Mimikatz", "rule": "HackTool", "level": "high",
        "product": "Defender", "technique": ["T1003"], "first_seen": 1_600_000_000_000_000, "client_id": "default"},
    }  # fmt: skip
    alert = SecurityAlert(node)
    assert (alert.SystemAlertId, alert.AlertName, alert.Severity) == ("a1", "Mimikatz", "high")
    assert (alert.ProviderName, alert.Techniques, alert.client_id) == ("Defender", ["T1003"], "default")
    assert alert.query_params["start"] == pd.Timestamp("2020-09-12 12:26:40", tz="UTC")
    assert SecurityAlert({"label": "Alert", "id": "a1", "name": "x"}).AlertDisplayName == "x"


@pytest.fixture(scope="module")
def msticpy_data(shared_data: Path) -> Path:
    return shared_data / "msticpy"


def test_process_starts_of_the_documents(msticpy_data: Path) -> None:
    event = SecurityEvent(src_row=pd.read_csv(msticpy_data / "processes_on_host.csv").iloc[1])
    assert [entity.Type for entity in event.entities] == [
        "host", "process", "account", "hostlogonsession", "file", "process", "file",
    ]  # fmt: skip
    params = event.query_params
    assert (params["hostname"], params["account_name"]) == ("MSTICAlertsWin1", "MSTICAlertsWin1$")
    assert (params["process_name"], params["process_id"]) == ("C:\\Windows\\System32\\conhost.exe", "0x1790")
    assert (params["logon_session_id"], params["data_family"]) == ("0x3e7", "WindowsSecurity")
    process = event.primary_process
    assert process is not None
    assert (process.ParentProcess.ProcessName, process.ParentProcess.ProcessId) == ("ASMHost.exe", "0x1610")
    assert event.NewProcessId == "0x1790"


def test_logons_of_the_documents(msticpy_data: Path) -> None:
    event = SecurityEvent(pd.read_csv(msticpy_data / "host_logons.csv").iloc[0])
    account = event.primary_account
    assert account is not None
    assert (account.qualified_name, account.Host.HostName) == ("MSTICAlertsWin1\\MSTICAdmin", "MSTICAlertsWin1")
    assert event.get_logon_id() == event.get_logon_id(account) == "0xfaac27"
    assert [entity.Type for entity in event.entities] == ["host", "account", "account", "hostlogonsession"]
    other = SecurityEvent({"EventID": 4624, "Computer": "a", "TargetUserName": "b", "IpAddress": "::1"})
    assert other.get_entities_of_type("ip") == [IpAddress(Address="::1")]
    assert other.get_logon_id(Account(Name="nobody")) is None


def test_linux_is_told_by_its_entities() -> None:
    alert = SecurityAlert({"Entities": [File(FullPath="/bin/sh").properties | {"Type": "file"}]})
    assert (alert.data_family, alert.path_separator) == ("LinuxSecurity", "/")
