"""Wazuh's alerts and archives: a Windows event in `data.win`, or the original line in `full_log`.

Names of fields begin with a small letter there, and empty ones are left out. A rule of level 3 or more is an alert
about the event. The manager is no machine, and the agent's own name is none either: it is chosen at its installation.

Known gaps: decoded fields of other logs than those of Windows.

References:
    https://documentation.wazuh.com/current/user-manual/manager/alert-management.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphhunt.model import Detection, Rejected, Skipped
from graphhunt.sources.recognition import Keys

from .. import _times
from .. import _values as v
from .._record import Hints, Payload
from .._windows_event import Event
from . import _windows_fields as w
from ._envelope import Envelope, Inner

_ALERT = 3
_NOTHING = Skipped("wazuh: neither an event nor a line")


class WazuhEnvelope(Envelope):
    """Reads what a Wazuh manager kept."""

    name = "wazuh"
    signatures = (Keys("agent.id", "manager.name", "decoder"), Keys("agent.id", "manager.name", "data"))

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give the event or line of an alert."""
        if not isinstance(record, dict):
            return _NOTHING
        win = w.mapping(w.mapping(record.get("data")).get("win"))
        if win:
            event = _event(win)
            if isinstance(event, Rejected):
                return event
            return [Inner(event, hints, _alert(record, event.time, event.host, event.record))]
        line = v.text(record.get("full_log"))
        if line is None:
            return _NOTHING
        time = _times.read(record.get("timestamp"))
        around = hints._replace(time=time[0] if time else None)
        return [Inner(line, around, _alert(record, time[0] if time else None, None, None))]


def _event(win: dict[str, Any]) -> Event | Rejected:
    system = w.mapping(win.get("system"))
    data = {name[:1].upper() + name[1:]: value for name, value in w.mapping(win.get("eventdata")).items()}
    return w.event(
        w.Fields(
            system.get("eventID"),
            system.get("channel"),
            system.get("providerName"),
            _times.read(system.get("systemTime")),
            system.get("computer"),
            data,
            record=system.get("eventRecordID"),
            keywords=system.get("keywords"),
            pid=system.get("processID"),
            message=system.get("message"),
        )
    )


def _alert(record: dict[str, Any], time: int | None, host: str | None, number: str | None) -> tuple[Detection, ...]:
    rule = w.mapping(record.get("rule"))
    level = v.number(rule.get("level"))
    if time is None or level is None or level < _ALERT:
        return ()
    name = v.text(rule.get("id"))
    techniques = w.mapping(rule.get("mitre")).get("id")
    return (
        Detection(
            time=time,
            host=host,
            code="wazuh/rule",
            record_id=v.text(record.get("id")),
            detection_id=f"{name}@{number}" if number else v.text(record.get("id")),
            rule=v.text(rule.get("description")),
            level=str(level),
            technique=[each for each in map(v.text, techniques) if each] if isinstance(techniques, list) else [],
        ),
    )
