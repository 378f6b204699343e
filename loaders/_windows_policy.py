"""Changes of what is audited, who may do what, what the firewall lets through, and how services start.

References:
    https://learn.microsoft.com/en-us/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing/event-4719
"""

from __future__ import annotations

from graphhunt.model import Fact, PolicyChange, Skipped

from . import _values as v
from ._windows_event import Event, Handler
from ._windows_security import subject

_AUDIT_WORDS = {
    "%%8448": "success removed", "%%8449": "success added", "%%8450": "failure removed", "%%8451": "failure added",
}  # fmt: skip
_OPERATIONS = {
    4704: "add", 4705: "remove", 4717: "add", 4718: "remove", 4946: "add", 4947: "change", 4948: "remove",
    2004: "add", 2005: "change", 2006: "remove", 2033: "remove",
}  # fmt: skip
_OBJECTS = {4670: "object permissions", 4907: "object auditing"}
_DOMAIN_POLICY = (
    "MinPasswordAge", "MaxPasswordAge", "ForceLogoff", "LockoutThreshold", "LockoutObservationWindow",
    "LockoutDuration", "PasswordProperties", "MinPasswordLength", "PasswordHistoryLength", "MachineAccountQuota",
    "MixedDomainMode", "DomainBehaviorVersion", "OemInformation",
)  # fmt: skip
_RULE = ("ApplicationPath", "ServiceName", "Direction", "Protocol", "LocalPorts", "RemotePorts", "Action")
_SERVICES = "service control manager"
_OTHER_PROVIDER = Skipped("unmapped: another provider's event in System")


def _stated(get: v.Get, *names: str) -> list[str]:
    values = ((name, v.text(get(name))) for name in names)
    return [f"{name}={' '.join(value.split())}" for name, value in values if value]


def _audit_policy(event: Event) -> list[Fact]:
    get = event.data.get
    words = (v.text(get("AuditPolicyChanges")) or "").replace(",", " ").split()
    return [
        PolicyChange(
            **event.base(),
            **subject(get),
            what="audit policy",
            operation="change",
            target=v.guid(get("SubcategoryGuid")) or v.text(get("SubcategoryId")),
            changes=[_AUDIT_WORDS.get(word, word) for word in words],
        )
    ]


def _right(event: Event) -> list[Fact]:
    """Read 4704 and 4705 (rights such as SeDebugPrivilege), 4717 and 4718 (ways to log on)."""
    get = event.data.get
    names = v.text(get("PrivilegeList") or get("AccessGranted") or get("AccessRemoved")) or ""
    return [
        PolicyChange(
            **event.base(),
            **subject(get),
            what="user right" if event.id in (4704, 4705) else "system access",
            operation=_OPERATIONS[event.id],
            target_sid=v.sid(get("TargetSid")),
            changes=names.split(),
        )
    ]


def _domain_policy(event: Event) -> list[Fact]:
    get = event.data.get
    return [
        PolicyChange(
            **event.base(),
            **subject(get),
            what="domain policy",
            operation="change",
            target=v.text(get("DomainName")),
            target_sid=v.sid(get("DomainSid")),
            changes=_stated(get, *_DOMAIN_POLICY),
        )
    ]


def _object(event: Event) -> list[Fact]:
    get = event.data.get
    return [
        PolicyChange(
            **event.base(),
            **subject(get),
            what=_OBJECTS[event.id],
            operation="change",
            target=v.text(get("ObjectName")),
            changes=_stated(get, "ObjectType", "OldSd", "NewSd"),
            pid=v.pid(get("ProcessId")),
            path=v.text(get("ProcessName")),
        )
    ]


def _rule(event: Event) -> list[Fact]:
    """Read a firewall rule: from Security without its maker, from the firewall's own channel with it."""
    get = event.data.get
    return [
        PolicyChange(
            **event.base(),
            what="firewall rule",
            operation=_OPERATIONS[event.id],
            sid=v.sid(get("ModifyingUser")),
            target=v.text(get("RuleName")) or v.text(get("RuleId")),
            changes=_stated(get, *_RULE),
            path=v.text(get("ModifyingApplication")),
        )
    ]


def _service_start(event: Event) -> list[Fact] | Skipped:
    """Read 7040: display name, how the service started, how it starts now, name."""
    if event.provider not in ("", _SERVICES):
        return _OTHER_PROVIDER
    get = event.data.get
    return [
        PolicyChange(
            **event.base(),
            what="service start",
            operation="change",
            user=event.user,
            domain=event.domain,
            sid=event.sid,
            target=v.text(get("param4")) or v.text(get("param1")),
            changes=[word for word in (v.text(get("param2")), v.text(get("param3"))) if word],
        )
    ]


HANDLERS: dict[tuple[str, int], Handler] = {
    ("Security", 4719): _audit_policy,
    ("Security", 4739): _domain_policy,
    **{("Security", number): _right for number in (4704, 4705, 4717, 4718)},
    **{("Security", number): _object for number in _OBJECTS},
    **{("Security", number): _rule for number in (4946, 4947, 4948)},
    **{("Firewall", number): _rule for number in (2004, 2005, 2006, 2033)},
    ("System", 7040): _service_start,
}
"""The events mapped here."""
