"""Rows of Defender XDR's alerts and of its sign-in tables, none of which is of one device."""

from __future__ import annotations

from typing import Any

from graphhunt.model import Authentication, Detection, Skipped

from . import _mde_row as row
from . import _values as v
from ._record import NO_TIME, Outcome

_ON_DEVICE = frozenset({"machine", "process", "file", "registrykey", "registryvalue"})
_ATTEMPT = Skipped("mde logon attempt")
_SUCCESS = "0"


def alert(get: row.Get) -> Outcome:
    """Read a row of AlertInfo or AlertEvidence: an alert concerns what the row's `EntityType` says, and no more."""
    base = row.base(get, "alert")
    if base is None:
        return NO_TIME
    kind = (v.text(get("EntityType")) or "").lower()
    if kind not in _ON_DEVICE:
        base["host"] = None
    elif base["host"] is None:
        base["host"] = v.text(get("DeviceId"))
    read = _ENTITIES.get(kind)
    severity = v.text(get("Severity"))
    return [
        Detection(
            **base,
            detection_id=v.text(get("AlertId")),
            rule=v.text(get("Title")),
            level=severity.lower() if severity else None,
            technique=row.techniques(get("AttackTechniques")),
            **(read(get) if read else {}),
        )
    ]


def _user(get: row.Get) -> dict[str, Any]:
    return {
        "user": v.text(get("AccountName")) or v.text(get("AccountUpn")),
        "domain": v.text(get("AccountDomain")),
        "sid": v.sid(get("AccountSid")),
    }


def _file(get: row.Get) -> dict[str, Any]:
    return {"target": row.path(get("FolderPath"), get("FileName")), "sha256": v.digest(get("SHA256"), 64)}


def _process(get: row.Get) -> dict[str, Any]:
    return {"pid": v.pid(get("ProcessId")), "path": row.path(get("FolderPath"), get("FileName"))}


def _address(get: row.Get) -> dict[str, Any]:
    return {"destination_ip": v.ip(get("RemoteIP")) or v.ip(get("LocalIP"))}


def _url(get: row.Get) -> dict[str, Any]:
    return {"target": v.text(get("RemoteUrl"))}


_ENTITIES = {
    "user": _user, "mailbox": _user, "file": _file, "process": _process, "ip": _address, "url": _url,
}  # fmt: skip


def sign_in(get: row.Get) -> Outcome:
    """Read a row of AADSignInEventsBeta, EntraIdSignInEvents or IdentityLogonEvents."""
    kind = v.text(get("ActionType"))
    base = row.base(get, "signin" if kind is None else "identity")
    if base is None:
        return NO_TIME
    if kind is not None:
        return _identity(base, get, kind)
    code = v.text(get("ErrorCode"))
    base["host"] = None  # the device is what the client states of itself
    return [
        Authentication(
            **base,
            user=v.text(get("AccountUpn")),
            protocol="Entra ID",
            service=v.text(get("ResourceDisplayName")) or v.text(get("Application")),
            workstation=v.text(get("DeviceName")),
            source_ip=v.ip(get("IPAddress")),
            success=code in (_SUCCESS, None),
            status=None if code == _SUCCESS else code,
        )
    ]


def _identity(base: dict[str, Any], get: row.Get, kind: str) -> Outcome:
    """Read what a domain controller's sensor saw: a check of an account, which is no session on a machine yet."""
    if kind not in ("LogonSuccess", "LogonFailed"):
        return _ATTEMPT
    base["host"] = v.text(get("DestinationDeviceName"))
    return [
        Authentication(
            **base,
            user=v.text(get("AccountName")) or v.text(get("AccountUpn")),
            domain=v.text(get("AccountDomain")),
            sid=v.sid(get("AccountSid")),
            protocol=v.text(get("Protocol")) or "",
            service=v.text(get("Application")),
            workstation=v.text(get("DeviceName")),
            source_ip=v.ip(get("IPAddress")),
            source_port=v.port(get("Port")),
            destination_ip=v.ip(get("DestinationIPAddress")),
            destination_port=v.port(get("DestinationPort")),
            success=kind == "LogonSuccess",
            status=v.text(get("FailureReason")),
        )
    ]
