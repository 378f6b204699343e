"""WMI subscriptions in their real layout: one that runs a command is a lead, Windows' own is none."""

from __future__ import annotations

from pathlib import Path

from graphhunt.incidents.find import incidents_of
from graphhunt.incidents.sentences import plain
from tests.lateral.case import snapshot

SYSMON = """<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>
<Provider Name="Microsoft-Windows-Sysmon" Guid="{{5770385F-C22A-43E0-BF4C-06F5698FFBD9}}"/><EventID>21</EventID>
<Version>3</Version><TimeCreated SystemTime="2026-03-02T09:00:{second}.000000Z"/><EventRecordID>{second}</EventRecordID>
<Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>srv1.corp.example</Computer>
<Security UserID="S-1-5-18"/></System><EventData><Data Name="RuleName"></Data>
<Data Name="EventType">WmiBindingEvent</Data><Data Name="UtcTime">2026-03-02 09:00:{second}.000</Data>
<Data Name="Operation">Created</Data><Data Name="User">CORP\\ann</Data>
<Data Name="Consumer">"\\\\.\\ROOT\\subscription:{consumer}.Name=\\"Up\\""</Data>
<Data Name="Filter">"\\\\.\\ROOT\\subscription:__EventFilter.Name=\\"Up\\""</Data></EventData></Event>
"""


def test_a_binding_that_runs_something(tmp_path: Path) -> None:
    """Windows binds its own event filter to a consumer that writes to the event log, on every machine."""
    consumers = ("CommandLineEventConsumer", "NTEventLogEventConsumer", "ActiveScriptEventConsumer")
    events = [SYSMON.format(second=10 + 20 * number, consumer=each) for number, each in enumerate(consumers)]
    (tmp_path / "log.xml").write_text("".join(events), "utf-8")
    found = incidents_of(snapshot(tmp_path / "case", tmp_path / "log.xml")).incidents
    leads = [lead for each in found for lead in each.leads]
    assert [(lead.kind, lead.machine) for lead in leads] == [("subscription", "srv1")] * 2
    text = [plain(sentence) for each in found for step in each.story(1)["steps"] for sentence in step["sentences"]]
    assert [consumer in " ".join(text) for consumer in consumers] == [True, False, True]
    assert all(each.startswith("A WMI subscription on srv1 was bound to a consumer that runs") for each in text)
