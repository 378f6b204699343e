"""Security channel of domain controllers and certificate authorities: what was changed, read and issued.

References:
    https://learn.microsoft.com/en-us/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing/event-4662
    https://learn.microsoft.com/en-us/windows/win32/adschema/extended-rights
"""

from __future__ import annotations

import re

from graphhunt.model import CertificateIssue, DirectoryAccess, DirectoryChange, Fact

from . import _values as v
from ._windows_event import Event, Handler
from ._windows_security import subject

_CHANGES = {5137: "create", 5138: "undelete", 5139: "move", 5141: "delete"}
_VALUES = {"%%14674": "add", "%%14675": "remove"}
_ISSUES = {4886: "request", 4887: "issue", 4888: "deny"}
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PROPERTIES_MOST = 64 * 1024
_NAMES = {
    "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2": "DS-Replication-Get-Changes",
    "1131f6ab-9c07-11d1-f79f-00c04fc2dcd2": "DS-Replication-Synchronize",
    "1131f6ac-9c07-11d1-f79f-00c04fc2dcd2": "DS-Replication-Manage-Topology",
    "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2": "DS-Replication-Get-Changes-All",
    "89e95b76-444d-4c62-991a-0facbeda640c": "DS-Replication-Get-Changes-In-Filtered-Set",
    "9923a32a-3607-11d2-b9be-0000f87a36b2": "DS-Install-Replica",
    "00299570-246d-11d0-a768-00aa006e0529": "User-Force-Change-Password",
    "19195a5b-6da0-11d0-afd3-00c04fd930c9": "domainDNS",
    "bf967aba-0de6-11d0-a285-00aa003049e2": "user",
    "bf967a86-0de6-11d0-a285-00aa003049e2": "computer",
    "bf967a9c-0de6-11d0-a285-00aa003049e2": "group",
}
"""Extended rights and classes of the directory by their GUID."""


def _change(event: Event) -> list[Fact]:
    get = event.data.get
    operation = _CHANGES.get(event.id) or _VALUES.get(str(get("OperationType")), "change")
    return [
        DirectoryChange(
            **event.base(),
            **subject(get),
            operation=operation,
            object=v.text(get("NewObjectDN")) or v.text(get("ObjectDN")),
            old_object=v.text(get("OldObjectDN")),
            object_guid=v.guid(get("ObjectGUID")),
            object_class=v.text(get("ObjectClass")),
            attribute=v.text(get("AttributeLDAPDisplayName")),
            value=v.text(get("AttributeValue")),
            operation_id=v.guid(get("OpCorrelationID")),
        )
    ]


def _access(event: Event) -> list[Fact]:
    get = event.data.get
    kind = _plain(get("ObjectType"))
    asked = _GUID.findall((v.text(get("Properties")) or "")[:_PROPERTIES_MOST].lower())
    # The object's own class closes the list.
    rights = [_NAMES.get(guid, guid) for guid in dict.fromkeys(asked) if guid != kind]
    return [
        DirectoryAccess(
            **event.base(),
            **subject(get),
            object=_plain(get("ObjectName")),
            object_type=_NAMES.get(kind, kind) if kind else None,
            rights=rights,
            mask=v.number(get("AccessMask")),
            success=not event.refused,
        )
    ]


def _plain(value: object) -> str | None:
    """Give a GUID written `%{…}` without what is around it; another name as it is."""
    clean = v.text(value)
    found = _GUID.fullmatch(clean.lower().strip("%{}")) if clean else None
    return found[0] if found else clean


def _certificate(event: Event) -> list[Fact]:
    get = event.data.get
    user, domain = v.account(get("Requester"))
    attributes = v.text(get("Attributes"))
    named = v.find("SAN", attributes)
    return [
        CertificateIssue(
            **event.base(),
            operation=_ISSUES[event.id],
            user=user,
            domain=domain,
            request=v.text(get("RequestId")),
            template=v.find("CertificateTemplate", attributes),
            alternative_name=named.removeprefix("upn=") if named else None,
            subject=v.text(get("Subject")),
        )
    ]


_BY_ID: dict[int, Handler] = {
    5136: _change,
    **dict.fromkeys(_CHANGES, _change),
    4662: _access,
    **dict.fromkeys(_ISSUES, _certificate),
}

HANDLERS: dict[tuple[str, int], Handler] = {("Security", number): handler for number, handler in _BY_ID.items()}
"""The events mapped here."""
