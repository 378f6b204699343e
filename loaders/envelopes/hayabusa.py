"""Hayabusa's timelines, CSV and JSON lines: events that rules named, with channels and fields abbreviated.

`AllFieldInfo` has the event's own field names; `Details` has the abbreviations of the tool's table of default details,
and `ExtraFieldInfo` the rest under their own names. The time has its offset. Levels below medium only name an event.

Known gaps: fields that its rules abbreviate in other ways.

References:
    https://github.com/Yamato-Security/hayabusa-rules/blob/main/config/default_details.txt
    https://github.com/Yamato-Security/hayabusa-rules/blob/main/config/channel_abbreviations.txt
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphhunt.model import Rejected, Skipped
from graphhunt.sources.recognition import Columns, Keys

from .. import _times
from .. import _values as v
from .._record import Hints, Payload
from . import _verdicts
from . import _windows_fields as w
from ._envelope import Envelope, Inner

_NEEDED = ("Timestamp", "RuleTitle", "Computer", "Channel", "EventID")
_BETWEEN = " ¦ "
_CHANNELS = {
    "app": "Application",
    "applocker": "Microsoft-Windows-AppLocker/EXE and DLL",
    "defender": "Microsoft-Windows-Windows Defender/Operational",
    "firewall": "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall",
    "openssh": "OpenSSH/Operational",
    "pwsh": "Microsoft-Windows-PowerShell/Operational",
    "pwshclassic": "Windows PowerShell",
    "pwshcore": "PowerShellCore/Operational",
    "rdp-cli": "Microsoft-Windows-TerminalServices-RDPClient/Operational",
    "rdp-corets": "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational",
    "rds-lsm": "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
    "rds-rcm": "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational",
    "sec": "Security",
    "smbclisec": "Microsoft-Windows-SmbClient/Security",
    "sys": "System",
    "sysmon": "Microsoft-Windows-Sysmon/Operational",
    "tasksch": "Microsoft-Windows-TaskScheduler/Operational",
    "winrm": "Microsoft-Windows-WinRM/Operational",
    "wmi": "Microsoft-Windows-WMI-Activity/Operational",
}
"""The channel of each abbreviation, those that facts are made of."""

_LOGON = {"TgtUser": "TargetUserName", "SrcComp": "WorkstationName", "SrcIP": "IpAddress", "Type": "LogonType"}
_SUBJECT = {"User": "SubjectUserName", "LID": "SubjectLogonId", "SID": "SubjectUserSid", "PID": "ProcessId"}
_CHANGED = {
    **_SUBJECT,
    "TgtUser": "TargetUserName",
    "TgtSID": "TargetSid",
    "SrcSID": "MemberSid",
    "TgtGrp": "TargetUserName",
}
_TICKET = {"TgtUser": "TargetUserName", "Svc": "ServiceName", "SrcIP": "IpAddress"}
_DESKTOP = {
    "SrcUser": "AccountName",
    "Domain": "AccountDomain",
    "SrcIP": "ClientAddress",
    "SrcComp": "ClientName",
    "LID": "LogonID",
}
_SHARE = {
    "SrcUser": "SubjectUserName",
    "SharePath": "ShareLocalPath",
    "SrcIP": "IpAddress",
    "LID": "SubjectLogonId",
    "Path": "RelativeTargetName",
}
_ACTOR = {"Proc": "Image", "PID": "ProcessId", "PGUID": "ProcessGuid", "LID": "LogonId", "Path": "TargetFilename"}
_STARTED = {
    **_ACTOR,
    "Cmd": "CommandLine",
    "Cmdline": "CommandLine",
    "ParentCmd": "ParentCommandLine",
    "ParentCmdline": "ParentCommandLine",
}
_ALIASES: dict[tuple[str, str], dict[str, str]] = {
    ("sec", "4624"): {**_LOGON, "LID": "TargetLogonId"},
    ("sec", "4625"): {**_LOGON, "AuthPkg": "AuthenticationPackageName", "Proc": "ProcessName"},
    ("sec", "4648"): {
        "TgtUser": "TargetUserName", "SrcUser": "SubjectUserName", "SrcIP": "IpAddress", "Proc": "ProcessName",
        "TgtSvr": "TargetInfo", "LID": "SubjectLogonId",
    },
    ("sec", "4672"): {"TgtUser": "SubjectUserName", "LID": "SubjectLogonId"},
    ("sec", "4688"): {**_SUBJECT, "PID": "NewProcessId", "Path": "NewProcessName", "Proc": "NewProcessName",
                      "CmdLine": "CommandLine", "Cmdline": "CommandLine"},
    ("sec", "4697"): {**_SUBJECT, "Svc": "ServiceName", "Path": "ServiceFileName", "SvcAcct": "ServiceAccount"},
    ("sec", "4698"): {**_SUBJECT, "Name": "TaskName", "Content": "TaskContent"},
    ("sec", "4699"): {**_SUBJECT, "Name": "TaskName"},
    ("sec", "4720"): _CHANGED,
    ("sec", "4728"): _CHANGED,
    ("sec", "4732"): _CHANGED,
    ("sec", "4738"): _CHANGED,
    ("sec", "4768"): _TICKET,
    ("sec", "4769"): _TICKET,
    ("sec", "4776"): {"TgtUser": "TargetUserName", "SrcComp": "Workstation"},
    ("sec", "4778"): _DESKTOP,
    ("sec", "4779"): _DESKTOP,
    ("sec", "5140"): _SHARE,
    ("sec", "5145"): _SHARE,
    ("sys", "7045"): {"Svc": "ServiceName", "Path": "ImagePath", "Acct": "AccountName"},
    ("sysmon", "1"): _STARTED,
    ("sysmon", "3"): {
        **_ACTOR, "Proto": "Protocol", "SrcIP": "SourceIp", "SrcPort": "SourcePort", "SrcHost": "SourceHostname",
        "TgtIP": "DestinationIp", "TgtPort": "DestinationPort", "TgtHost": "DestinationHostname",
    },
    ("sysmon", "5"): _ACTOR,
    ("sysmon", "8"): {
        "SrcProc": "SourceImage", "TgtProc": "TargetImage", "SrcPID": "SourceProcessId",
        "SrcPGUID": "SourceProcessGuid", "TgtPID": "TargetProcessId", "TgtPGUID": "TargetProcessGuid",
    },
    ("sysmon", "10"): {
        "SrcProc": "SourceImage", "TgtProc": "TargetImage", "SrcUser": "SourceUser", "TgtUser": "TargetUser",
        "Access": "GrantedAccess", "SrcPID": "SourceProcessId", "SrcPGUID": "SourceProcessGUID",
        "TgtPID": "TargetProcessId", "TgtPGUID": "TargetProcessGUID",
    },
    ("sysmon", "11"): _ACTOR,
    ("sysmon", "22"): {**_ACTOR, "Query": "QueryName", "Result": "QueryResults"},
    ("pwsh", "4103"): {},
    ("pwsh", "4104"): {"ScriptBlock": "ScriptBlockText"},
}  # fmt: skip
"""Field by abbreviation, for the events that facts are made of."""


class HayabusaEnvelope(Envelope):
    """Reads timelines of matches."""

    name = "hayabusa"
    signatures = (Columns(*_NEEDED), Keys(*_NEEDED))

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give the event of a match, with the alert from level medium on."""
        if not isinstance(record, dict):
            return w.NO_ID
        get = record.get
        short = (v.text(get("Channel")) or "").lower()
        event = w.event(
            w.Fields(
                get("EventID"),
                _CHANNELS.get(short, get("Channel")),
                None,
                _times.read(get("Timestamp")),
                get("Computer"),
                _data(record, short, v.text(get("EventID")) or ""),
                record=get("RecordID") or get("RecordId"),
            )
        )
        if isinstance(event, Rejected):
            return event
        rule = get("RuleID") or get("RuleFile")
        verdict = _verdicts.Verdict("hayabusa", rule, get("RuleTitle"), get("Level"), get("MitreTags"))
        return [Inner(event, hints, _verdicts.about(verdict, event))]


def _data(record: dict[str, Any], channel: str, number: str) -> dict[str, Any]:
    whole = record.get("AllFieldInfo")
    if whole:
        return whole if isinstance(whole, dict) else _split(whole)
    aliases = _ALIASES.get((channel, number), {})
    said = record.get("Details")
    details = said if isinstance(said, dict) else _split(said)
    rest = record.get("ExtraFieldInfo")
    data = {aliases.get(name, name): _plain(number, name, value) for name, value in details.items()}
    return {**data, **(rest if isinstance(rest, dict) else _split(rest))}


def _plain(number: str, name: str, value: Any) -> Any:
    """Take the explanation off a value: `3 - NETWORK`."""
    return (
        value.partition(" - ")[0] if name == "Type" and number in ("4624", "4625") and isinstance(value, str) else value
    )


def _split(text: object) -> dict[str, Any]:
    if not isinstance(text, str):
        return {}
    pairs = (part.partition(": ") for part in text.split(_BETWEEN))
    return {name.strip(): value for name, mark, value in pairs if mark}
