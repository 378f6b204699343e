"""AppLocker: which programs, libraries, scripts and installers were let run, and which weren't.

Its hashes are those of signatures (Authenticode), not of the files' bytes, so that they can't name a file here.

References:
    https://learn.microsoft.com/en-us/windows/security/application-security/application-control/app-control-for-business/applocker/using-event-viewer-with-applocker
"""

from __future__ import annotations

from graphhunt.model import Detection, Fact, FileAction

from . import _values as v
from ._windows_event import Event, Handler

_ACTIONS = {8003: "audited", 8004: "blocked", 8006: "audited", 8007: "blocked"}


def _allowed(event: Event) -> list[Fact]:
    get = event.data.get
    return [
        FileAction(
            **event.base(),
            pid=v.pid(get("TargetProcessId")),
            sid=v.sid(get("TargetUser")),
            logon_id=v.logon_id(get("TargetLogonId")),
            operation="allow",
            target=_file(event),
        )
    ]


def _detected(event: Event) -> list[Fact]:
    get = event.data.get
    policy = v.text(get("PolicyName"))
    return [
        Detection(
            **event.base(),
            rule=f"AppLocker {policy}" if policy else "AppLocker",
            action=_ACTIONS[event.id],
            sid=v.sid(get("TargetUser")),
            logon_id=v.logon_id(get("TargetLogonId")),
            pid=v.pid(get("TargetProcessId")),
            target=_file(event),
        )
    ]


def _file(event: Event) -> str | None:
    """Name the file: new versions give its full path beside the one with a variable such as `%OSDRIVE%`."""
    return v.text(event.data.get("FullFilePath")) or v.text(event.data.get("FilePath"))


HANDLERS: dict[tuple[str, int], Handler] = {
    ("AppLocker", 8002): _allowed,
    ("AppLocker", 8005): _allowed,
    **{("AppLocker", number): _detected for number in _ACTIONS},
}
"""The events mapped here."""
