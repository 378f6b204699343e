"""A Windows event in one form, whatever wrapped it, and the names of its channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from graphhunt.model import Fact, Skipped

from . import _values as v
from ._values import choice

CHANNELS = {
    "security": "Security",
    "system": "System",
    "microsoft-windows-sysmon/operational": "Sysmon",
    "linux-sysmon/operational": "Sysmon",
    "microsoft-windows-taskscheduler/operational": "TaskScheduler",
    "microsoft-windows-winrm/operational": "WinRM",
    "microsoft-windows-terminalservices-localsessionmanager/operational": "LocalSessionManager",
    "microsoft-windows-terminalservices-remoteconnectionmanager/operational": "RemoteConnectionManager",
    "microsoft-windows-terminalservices-rdpclient/operational": "RdpClient",
    "microsoft-windows-remotedesktopservices-rdpcorets/operational": "RdpCoreTS",
    "microsoft-windows-powershell/operational": "PowerShell",
    "powershellcore/operational": "PowerShell",
    "windows powershell": "WindowsPowerShell",
    "microsoft-windows-wmi-activity/operational": "WMI-Activity",
    "microsoft-windows-windows defender/operational": "Defender",
    "openssh/operational": "OpenSSH",
    "microsoft-windows-smbserver/security": "SMBServer",
    "microsoft-windows-smbclient/security": "SMBClient",
    "microsoft-windows-applocker/exe and dll": "AppLocker",
    "microsoft-windows-applocker/msi and script": "AppLocker",
    "microsoft-windows-windows firewall with advanced security/firewall": "Firewall",
    "application": "Application",
    "setup": "Setup",
    "directory service": "DirectoryService",
}
"""Short channel name by case-folded channel: collectors write one channel in several cases."""

_PROVIDERS = {
    "microsoft-windows-security-auditing": "Security",
    "microsoft-windows-sysmon": "Sysmon",
    "linux-sysmon": "Sysmon",
    "service control manager": "System",
    "microsoft-windows-taskscheduler": "TaskScheduler",
    "microsoft-windows-winrm": "WinRM",
    "microsoft-windows-terminalservices-localsessionmanager": "LocalSessionManager",
    "microsoft-windows-terminalservices-remoteconnectionmanager": "RemoteConnectionManager",
    "microsoft-windows-remotedesktopservices-rdpcorets": "RdpCoreTS",
    "microsoft-windows-powershell": "PowerShell",
    "powershell": "WindowsPowerShell",
    "microsoft-windows-wmi-activity": "WMI-Activity",
    "microsoft-windows-windows defender": "Defender",
    "openssh": "OpenSSH",
    "microsoft-windows-terminalservices-clientactivexcore": "RdpClient",
    "microsoft-windows-applocker": "AppLocker",
    "microsoft-windows-windows firewall with advanced security": "Firewall",
}

_FAILURE_NAME = "audit failure"
_FAILURE = 1 << 52
"""The bit of keywords that marks an audit of something refused."""
_MASK_MOST = 20


class Event(msgspec.Struct):
    """One Windows event.

    Attributes:
        channel: Short name from `CHANNELS`; empty for any other channel.
        id: The event id, without its qualifiers.
        time: When it was logged, µs since the epoch, UTC; None where the record has no usable time.
        host: The machine that logged it, never a collector.
        data: EventData or UserData by field name.
        provider: The event's provider in lower case.
        guessed: True when `time` is an arrival time or its zone isn't stated.
        message: The rendered message, where the source has one.
        sid: The account under which the event was logged (System/Security UserID), with `user` and `domain`.
        pid: The process that logged it (System/Execution), which is seldom the one it tells of.
        refused: True when its keywords call it an audit of failure.
        record: The number that the machine gave the record in its channel.
        times: Every time the record states of itself, by its own name, µs since the epoch.
        time_field: Which of them `time` is.
    """

    channel: str
    id: int
    time: int | None
    host: str | None
    data: dict[str, Any]
    provider: str = ""
    guessed: bool = False
    message: str | None = None
    sid: str | None = None
    user: str | None = None
    domain: str | None = None
    pid: int | None = None
    refused: bool = False
    record: str | None = None
    times: dict[str, int] = msgspec.field(default_factory=dict)
    time_field: str | None = None

    def base(self) -> dict[str, Any]:
        """Give what every fact of this event carries."""
        return {
            "time": self.time,
            "host": self.host,
            "code": f"{self.channel}/{self.id}",
            "guessed_time": self.guessed,
            "record_id": self.record,
            **choice(self.times, self.time_field),
        }


Handler: TypeAlias = Callable[[Event], "list[Fact] | Skipped"]
"""Turns one event into its facts."""


def is_refused(keywords: object) -> bool:
    """Tell whether keywords call an event an audit of failure: by their bit (signed or not), or by name."""
    if keywords.__class__ is int:
        return bool(keywords & _FAILURE)
    return any(map(_is_failure, keywords)) if isinstance(keywords, list) else _is_failure(keywords)


def _is_failure(keyword: object) -> bool:
    clean = v.text(keyword)
    if clean is None or len(clean) > _MASK_MOST:
        return False
    if clean.lower() == _FAILURE_NAME:
        return True
    try:
        return bool(int(clean, 16 if clean[:2] in ("0x", "0X") else 10) & _FAILURE)
    except ValueError:
        return False


def client_of(address: object) -> dict[str, Any]:
    """Read the address of a desktop's client, which is the word `LOCAL` for the machine's own console."""
    stated = v.text(address)
    if stated is None:
        return {}
    console = stated.upper() == "LOCAL"
    return {"console": console, "source_ip": None if console else v.ip(stated)}


def channel_of(channel: str | None, provider: str) -> str:
    """Name a channel shortly; without one the provider (in lower case) tells it. Empty when neither is known."""
    if channel is None:
        return _PROVIDERS.get(provider, "")
    return CHANNELS.get(channel.lower(), "")
