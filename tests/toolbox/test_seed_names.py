"""Alerts, entities, queries, widgets and displays, imported and called as the documents type them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

QUERIES = """
metadata: {data_environments: [LocalData], data_families: [WindowsSecurity]}
sources:
  list_host_logons:
    description: Logons on a host
    args: {query: '{hostname}_logons.csv'}
    parameters:
      hostname: {description: Name of the host, type: str}
      start: {description: Start, type: datetime}
      end: {description: End, type: datetime}
"""


def test_an_alert_gives_the_host_and_a_widget_the_times(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from graphhunt.toolbox.data_providers import QueryProvider
    from graphhunt.toolbox.entity_schema import Account, Host, IpAddress
    from graphhunt.toolbox.nbdisplay import display_alert, display_logon_data
    from graphhunt.toolbox.nbwidgets import QueryTime, SelectAlert
    from graphhunt.toolbox.security_alert import SecurityAlert
    from graphhunt.toolbox.security_event import SecurityEvent

    rows = [("2020-01-01 10:00", "ann", 2), ("2020-01-01 11:00", "bob", 3), ("2020-01-03 10:00", "eve", 10)]
    logons = pd.DataFrame(rows, columns=["TimeGenerated", "TargetUserName", "LogonType"])
    logons.assign(EventID=4624, Computer="WS5", IpAddress="10.0.0.7").to_csv(tmp_path / "WS5_logons.csv")
    (tmp_path / "queries.yaml").write_text(QUERIES, "utf-8")
    alerts = pd.DataFrame(
        [{"SystemAlertId": "1", "AlertName": "Odd logon", "StartTimeUtc": "2020-01-01 11:30",
          "CompromisedEntity": "WS5", "Entities": '[{"$id": "1", "Type": "host", "HostName": "WS5"}]'}]
    )  # fmt: skip

    qry = QueryProvider("LocalData", data_paths=[str(tmp_path)], query_paths=[str(tmp_path)])
    qry.connect()
    select = SelectAlert(alerts=alerts, action=display_alert)
    alert = SecurityAlert(select.selected_alert)
    query_times = QueryTime(origin_time=alert.origin_time, before=1, after=0, units="hour")
    found = qry.list_host_logons(query_times, alert)

    assert found["TargetUserName"].tolist() == ["bob"]
    assert qry.list_host_logons(alert)["TargetUserName"].tolist() == ["ann", "bob"]  # a day around the alert
    assert found.equals(qry.WindowsSecurity.list_host_logons(query_times, hostname="WS5"))
    event = SecurityEvent(found.iloc[0])
    assert [type(entity) for entity in event.entities][:2] == [Host, Account]
    assert IpAddress(Address="10.0.0.7") in event.entities
    display_logon_data(found, alert)
    assert "Logon type: 3(Network)" in capsys.readouterr().out
