"""Alerts, logons and entities for notebooks: what is shown, and that data is never markup."""

from __future__ import annotations

import sys

import networkx as nx
import pandas as pd
import pytest

from graphhunt.errors import UsageError
from graphhunt.toolbox import SecurityAlert, SecurityEvent, nbdisplay
from graphhunt.toolbox.entities import Host, Process
from graphhunt.toolbox.notebook_html import Html

EVIL = "<script>alert('x')</script>"
ALERT = {
    "SystemAlertId": "a-1", "AlertDisplayName": EVIL, "StartTimeUtc": "2020-01-01", "CompromisedEntity": EVIL,
    "Entities": [{"Type": "host", "HostName": EVIL}],
}  # fmt: skip
LOGON = {
    "EventID": 4624, "TimeGenerated": "2019-01-15 05:15:02", "TargetUserName": "MSTICAdmin", "LogonType": 4,
    "TargetDomainName": "WIN1", "TargetUserSid": "S-1-5-21-996632719-2361334927-4038480536-500", "Status": None,
    "TargetLogonId": "0xfaac27", "SubjectUserName": "WIN1$", "IpAddress": "-", "WorkstationName": EVIL,
}  # fmt: skip


@pytest.mark.parametrize("show_entities", [False, True])
def test_alerts_are_shown_as_text(show_entities: bool) -> None:
    formatted = nbdisplay.format_alert(SecurityAlert(ALERT), show_entities=show_entities)
    assert isinstance(formatted, Html)
    assert "<script" not in formatted.data
    assert (formatted.data.count("&lt;script") > 4) is show_entities
    assert f"Alert: '{EVIL}'" in str(formatted)


def test_a_row_is_a_title_and_a_frame() -> None:
    found = nbdisplay.format_alert(pd.Series(ALERT))
    assert isinstance(found, tuple)
    title, frame = found
    assert "<script" not in title.data
    assert "a-1" in title.data
    assert frame.loc["AlertDisplayName", "value"] == EVIL
    assert "<script" not in frame.to_html()
    whole = nbdisplay.format_alert(ALERT, show_entities=True)
    assert isinstance(whole, Html)
    assert "Entities" in whole.data


def test_logons_say_what_their_numbers_mean() -> None:
    shown = nbdisplay.format_logon(LOGON)
    assert "<script" not in shown.data
    assert str(shown).splitlines() == [
        "Account Logon", "Account: MSTICAdmin", "Account Domain: WIN1", "Logon Time: 2019-01-15 05:15:02",
        "Logon type: 4(Batch)",
        "User Id/SID: S-1-5-21-996632719-2361334927-4038480536-500 (Administrator)", "Session id: 0xfaac27",
        "Subject (source) account: WIN1$", "Source IpAddress: -", f"Source Host: {EVIL}",
    ]  # fmt: skip
    for given in (pd.Series(LOGON), SecurityEvent(LOGON), pd.DataFrame([LOGON]), [LOGON]):
        assert nbdisplay.format_logon(given).data == shown.data
    assert nbdisplay.format_logon([LOGON, LOGON]).data.count("<table>") == 2
    assert "3(Network)" in nbdisplay.format_logon({"TargetUserName": "a", "LogonType": "3"}).data
    assert "99(Unknown)" in nbdisplay.format_logon({"TargetUserName": "a", "LogonType": 99}).data


def test_logons_of_linux_have_their_own_columns() -> None:
    linux = {"acct": "root", "addr": "10.0.0.1", "res": "success", "TargetUserName": None}
    expected = ["Account Logon", "Account: root", "Source IpAddress: 10.0.0.1", "Logon status: success"]
    assert str(nbdisplay.format_logon(linux, os_family="Linux")).splitlines() == expected
    alert = SecurityAlert({"Entities": [{"Type": "host", "HostName": "a", "OSFamily": "Linux"}]})
    assert str(nbdisplay.format_logon(linux, alert)).splitlines() == expected
    del linux["TargetUserName"]
    assert str(nbdisplay.format_logon(linux)).splitlines() == expected


def test_showing_needs_neither_a_notebook_nor_ipython(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    nbdisplay.display_alert(SecurityAlert(ALERT), show_entities=True)
    nbdisplay.display_logon_data(pd.DataFrame([LOGON]))
    with_ipython = capsys.readouterr().out
    assert f"Alert: '{EVIL}'" in with_ipython
    assert "Logon type: 4(Batch)" in with_ipython
    monkeypatch.setitem(sys.modules, "IPython.display", None)
    nbdisplay.display_alert(SecurityAlert(ALERT), show_entities=True)
    nbdisplay.display_logon_data(pd.DataFrame([LOGON]))
    assert capsys.readouterr().out.split() == with_ipython.split()


def test_entities_are_drawn() -> None:
    plot = nbdisplay.plot_entity_graph(Process(ProcessId="1", Host=Host(HostName=EVIL)))
    assert set(plot.data["nodes"]) == {"Process (1)", EVIL}
    assert plot.data["edges"] == [("Process (1)", EVIL, "Host")]
    assert "<script>alert" not in plot.page()
    alert = nbdisplay.draw_alert_entity_graph(
        SecurityAlert(ALERT), font_size=12, height=8, width=8, margin=0.3, scale=1
    )
    assert alert.data["edges"] == [("a-1", EVIL, "host")]
    graph = nx.Graph([("a", "b")])
    assert nbdisplay.plot_entity_graph(graph).canvas.svg() == nbdisplay.plot_entity_graph(graph).canvas.svg()
    assert nbdisplay.plot_entity_graph(nx.Graph()).data == {"nodes": {}, "edges": []}
    with pytest.raises(UsageError, match="no graph"):
        nbdisplay.plot_entity_graph("a")
