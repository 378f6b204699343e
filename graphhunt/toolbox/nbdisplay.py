"""Alerts, logons and entities shown in notebooks, under msticpy's names; everything from data is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from graphhunt.svg import escape
from graphhunt.toolbox.entities.plain_form import known
from graphhunt.toolbox.entity_drawing import draw_alert_entity_graph, plot_entity_graph
from graphhunt.toolbox.notebook_html import Html, show
from graphhunt.toolbox.security_alert import SecurityAlert
from graphhunt.toolbox.security_base import SecurityBase

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "display_alert", "display_logon_data", "draw_alert_entity_graph", "format_alert", "format_logon",
    "plot_entity_graph",
]  # fmt: skip

LOGON_TYPES = {
    0: "System", 2: "Interactive", 3: "Network", 4: "Batch", 5: "Service", 7: "Unlock", 8: "NetworkCleartext",
    9: "NewCredentials", 10: "RemoteInteractive", 11: "CachedInteractive", 12: "CachedRemoteInteractive",
    13: "CachedUnlock",
}  # fmt: skip
"""What the numbers of `LogonType` mean."""

_WELL_KNOWN = {
    "S-1-0-0": "Null SID", "S-1-5-7": "Anonymous", "S-1-5-18": "LOCAL_SYSTEM", "S-1-5-19": "LOCAL_SERVICE",
    "S-1-5-20": "NETWORK_SERVICE",
}  # fmt: skip
_RELATIVE = {"500": "Administrator", "501": "Guest", "502": "KRBTGT"}

_WINDOWS = (
    ("Account", ("TargetUserName",)), ("Account Domain", ("TargetDomainName", "TargetUserDomain")),
    ("Logon Time", ("TimeGenerated", "TimeCreatedUtc")), ("Logon type", ("LogonType",)),
    ("User Id/SID", ("TargetUserSid",)), ("Session id", ("TargetLogonId",)),
    ("Subject (source) account", ("SubjectUserName",)), ("Subject domain", ("SubjectDomainName", "SubjectUserDomain")),
    ("Logon process", ("LogonProcessName",)), ("Authentication", ("AuthenticationPackageName",)),
    ("Source IpAddress", ("IpAddress",)), ("Source Host", ("WorkstationName",)), ("Logon status", ("Status",)),
)  # fmt: skip
_LINUX = (
    ("Account", ("acct", "TargetUserName")), ("Logon Time", ("TimeGenerated", "TimeStamp")),
    ("User Id", ("auid", "uid")),
    ("Session id", ("ses",)), ("Program", ("exe",)), ("Terminal", ("terminal",)), ("Source IpAddress", ("addr",)),
    ("Source Host", ("hostname",)), ("Logon status", ("res", "success")),
)  # fmt: skip


def display_alert(alert: Any, show_entities: bool = False) -> None:
    """Show an alert.

    Args:
        alert: A `SecurityAlert`, a row of a frame or a dictionary; a list or frame shows each.
        show_entities: Show its entities too.
    """
    for one in _each(alert):
        found = format_alert(one, show_entities)
        for part in found if isinstance(found, tuple) else (found,):
            show(part)


def format_alert(alert: Any, show_entities: bool = False) -> Html | tuple[Html, pd.DataFrame]:
    """Give an alert as HTML.

    Args:
        alert: A `SecurityAlert`, a row of a frame or a dictionary.
        show_entities: Show its entities too.

    Returns:
        The HTML of a `SecurityAlert`; of a row its title and the row itself as a frame of one column.
    """
    if isinstance(alert, SecurityBase):
        return Html(alert.to_html(show_entities))
    import pandas as pd

    read = SecurityAlert(alert)
    if show_entities:
        return Html(read.to_html(show_entities=True))
    title = read.to_html().partition("<table>")[0]
    return Html(title), pd.DataFrame({"value": pd.Series(dict(read.properties), dtype=object)})


def display_logon_data(logon_event: Any, alert: SecurityAlert | None = None, os_family: Any = None) -> None:
    """Show logons; see `format_logon`."""
    show(format_logon(logon_event, alert, os_family))


def format_logon(logon_event: Any, alert: SecurityAlert | None = None, os_family: Any = None) -> Html:
    """Give logons as HTML, a table for each.

    Args:
        logon_event: A `SecurityEvent`, a row of a frame or a dictionary with the columns of event 4624 or of a Linux
            logon; a list or frame of several.
        alert: The alert that it is looked at for: its kind of operating system counts.
        os_family: `Windows` or `Linux`; as the alert, else the columns say when not given.
    """
    tables = [_logon(row, alert, os_family) for row in _each(logon_event)]
    return Html("<h3>Account Logon</h3>" + "".join(tables))


def _each(given: Any) -> Iterable[Any]:
    """Give the things of a list or frame, or the one thing."""
    if hasattr(given, "iterrows"):
        return given.to_dict("records")  # type: ignore[no-any-return]
    return given if isinstance(given, list | tuple) else [given]


def _logon(row: Any, alert: SecurityAlert | None, os_family: Any) -> str:
    event: Mapping[str, Any] = row.properties if isinstance(row, SecurityBase) else dict(row)
    family = str(getattr(os_family, "name", os_family) or (alert.os_family if alert is not None else "")).lower()
    is_linux = family == "linux" or (not family and "TargetUserName" not in event and "acct" in event)
    rows = []
    for title, columns in _LINUX if is_linux else _WINDOWS:
        said = (known(event.get(column)) for column in columns)
        value = next((value for value in said if value is not None), None)
        if value is not None:
            rows.append(f"<tr><td><b>{escape(title)}:</b></td><td>{escape(_told(title, value))}</td></tr>")
    return f"<table>{''.join(rows)}</table>"


def _told(title: str, value: Any) -> str:
    """Give a value with what it means, where numbers and ids mean something."""
    if title == "Logon type":
        number = int(float(value)) if str(value).removesuffix(".0").isdecimal() else -1
        return f"{number}({LOGON_TYPES.get(number, 'Unknown')})" if number >= 0 else str(value)
    if title == "User Id/SID":
        sid = str(value)
        meaning = _WELL_KNOWN.get(sid) or (
            _RELATIVE.get(sid.rpartition("-")[2]) if sid.startswith("S-1-5-21-") else None
        )
        return f"{sid} ({meaning})" if meaning else sid
    return str(value)
