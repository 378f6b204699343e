"""Sign-ins and audit records of Microsoft Entra ID (Azure AD).

Seen: diagnostic settings (`{"records": [{"category": "SignInLogs", "properties": {…}}]}`, also one a line),
rows of Log Analytics (`SigninLogs`, `AuditLogs`; JSON and CSV, whose columns may end in ` [UTC]`), answers of
Microsoft Graph (`{"value": [{"createdDateTime": …}]}`) and the portal's CSV of sign-ins (`Date (UTC)`).

Event time is `createdDateTime` of a sign-in and `activityDateTime` of an audit record; `time` and `TimeGenerated` are
when they were handed on, and stand in (guessed) where there is no other. No machine logs them: a sign-in is an
Authentication of the account in the realm `entra:<tenant>`, `entra:?` where the record states none (the portal's CSV).
The device's name is kept as the client's only where `trustType` says that it is joined. `TenantId` of Log Analytics is
the workspace's, not the directory's. An address is that of an egress.

Changes of accounts, groups, roles, credentials and consents are an AccountChange, other activities a CloudAction.

Known gaps: dates of the portal in a browser's own form; the portal's CSV of the audit log.

References:
    https://learn.microsoft.com/en-us/graph/api/resources/signin
    https://learn.microsoft.com/en-us/graph/api/resources/directoryaudit
    https://learn.microsoft.com/en-us/azure/azure-monitor/reference/tables/signinlogs
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

import orjson

from graphhunt.model import AccountChange, Authentication, CloudAction, Rejected
from graphhunt.sources.recognition import Columns, Keys, Signature

from . import _cloud as c
from . import _values as v
from ._entra_changes import change_of, outcome
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader

_SIGN_IN = ("CreatedDateTime", "UserPrincipalName", "AppDisplayName")
_AUDIT = ("ActivityDateTime", "TargetResources", "InitiatedBy")
_NOT_ENTRA = Rejected("neither a sign-in nor an audit record")
_PROTOCOLS = {"saml20": "saml", "wsfederation": "ws-federation", "ropc": "ropc", "devicecode": "device-code"}
_PORTAL_OUTCOMES = {"success": "success", "interrupted": "interrupted"}
_JOINED = ("joined", "azuread", "serverad")
_ROLE_NAMES = {"role": "Role.DisplayName", "group": "Group.DisplayName"}
_KEPT_CHANGES = 20


class EntraLoader(RecordLoader):
    """Reads sign-ins and audit records of Entra ID."""

    name = "entra"
    signatures: ClassVar[tuple[Signature, ...]] = (
        Keys("category", "operationName", "properties.createdDateTime"),
        Keys("category", "properties.activityDateTime", "properties.targetResources"),
        Keys("createdDateTime", "userPrincipalName", "appDisplayName", "ipAddress"),
        Keys("activityDateTime", "targetResources", "initiatedBy"),
        Keys(*_SIGN_IN),
        Keys(*_AUDIT),
        Columns(*_SIGN_IN),
        Columns("CreatedDateTime [UTC]", *_SIGN_IN[1:]),
        Columns(*_AUDIT),
        Columns("ActivityDateTime [UTC]", *_AUDIT[1:]),
        Columns("Date (UTC)", "Request ID", "Username", "IP address", "Status"),
    )

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a record is."""
        if isinstance(record, str):
            return _NOT_ENTRA
        if "Date (UTC)" in record:
            return _portal(record)
        fields = _Fields(record)
        if fields["activityDateTime"] is not None or fields["targetResources"] is not None:
            return _audit(fields)
        return _sign_in(fields)


@lru_cache
def _spellings(name: str) -> tuple[str, ...]:
    """Give what forms call a member of Graph's: Log Analytics begins with a capital, and may add the zone."""
    first = name[:1].upper() + name[1:]
    return name, first, f"{first} [UTC]"


class _Fields:
    """A record's members by their names in Graph, wherever the form that it has keeps them."""

    def __init__(self, record: dict[str, Any]) -> None:
        self._inner = c.part(record.get("properties"))
        self._outer = record

    def __getitem__(self, name: str) -> object:
        keys = _spellings(name)
        for where in (self._inner, self._outer):
            for key in keys:
                value = where.get(key)
                if value is not None and value != "":
                    return value
        return None

    def text(self, *names: str) -> str | None:
        """Give the first text of some members."""
        return next((found for name in names if (found := v.text(self[name]))), None)

    @property
    def realm(self) -> str:
        """The directory; Log Analytics calls it `AADTenantId`."""
        inner = self.text("aADTenantId", "resourceTenantId", "homeTenantId")
        tenant = v.text(self._outer.get("tenantId")) or inner
        return _realm(tenant)

    def when(self, name: str) -> dict[str, Any] | None:
        """Give a fact's times: the named member's, else when the record was handed on."""
        stated = {each: v.micros(self[each]) for each in (name, "time", "timeGenerated")}
        known = {each: time for each, time in stated.items() if time}
        chosen = next(iter(known), None)
        if chosen is None:
            return None
        # A time of these records is UTC, also where an export leaves that out.
        times = v.choice({each: time[0] for each, time in known.items()}, chosen)
        return {"time": known[chosen][0], "guessed_time": chosen != name, **times}


def _realm(tenant: str | None) -> str:
    return f"entra:{(tenant or '?').lower()}"


def _sign_in(fields: _Fields) -> Outcome:
    times = fields.when("createdDateTime")
    if times is None:
        return NO_TIME
    realm = fields.realm
    code = v.text(c.dig(fields["status"], "errorCode")) or fields.text("resultType")
    came = outcome(code)
    upn = fields.text("userPrincipalName")
    account = c.named(upn or fields.text("servicePrincipalName", "appDisplayName"), realm)
    device = c.part(fields["deviceDetail"])
    protocol = (fields.text("authenticationProtocol") or "").lower()
    return [
        Authentication(
            **times,
            **account,
            code=c.code("entra", fields.text("category") or "SignInLogs"),
            record_id=fields.text("id"),
            sid=v.sid(fields["onPremisesSecurityIdentifier"]),
            realm=realm,
            protocol=_PROTOCOLS.get(protocol, "oidc"),
            service=fields.text("appDisplayName", "appId") if upn else fields.text("resourceDisplayName"),
            workstation=_joined(device),
            source_ip=c.address(fields["ipAddress"] or fields["iPAddress"] or fields["callerIpAddress"])[0],
            success=came == "success",
            status=None if code == "0" else code,
            outcome=came,
            mfa=_mfa(fields.text("authenticationRequirement"), came),
        )
    ]


def _joined(device: dict[str, Any]) -> str | None:
    """Give the name of a device that the directory itself has joined: other names are the client's own."""
    trust = (v.text(device.get("trustType")) or "").lower()
    return v.text(device.get("displayName")) if trust.endswith(_JOINED) else None


def _mfa(requirement: str | None, came: str) -> bool | None:
    if requirement is None:
        return None
    return requirement == "multiFactorAuthentication" and came == "success"


def _portal(row: dict[str, Any]) -> Outcome:
    time = v.micros(row.get("Date (UTC)"))
    if time is None:
        return NO_TIME
    code = v.text(row.get("Sign-in error code"))
    said = (v.text(row.get("Status")) or "").lower()
    came = outcome(code) if code else _PORTAL_OUTCOMES.get(said, "failed")
    realm = _realm(v.text(row.get("Home tenant ID") or row.get("Resource tenant ID")))
    return [
        Authentication(
            time=time[0],
            **c.named(v.text(row.get("Username")), realm),
            code="entra/SignInLogs",
            record_id=v.text(row.get("Request ID")),
            realm=realm,
            protocol="oidc",
            service=v.text(row.get("Application")),
            source_ip=c.address(row.get("IP address"))[0],
            success=came == "success",
            status=None if code == "0" else code,
            outcome=came,
            mfa=_mfa(v.text(row.get("Authentication requirement")), came),
        )
    ]


def _audit(fields: _Fields) -> Outcome:
    times = fields.when("activityDateTime")
    if times is None:
        return NO_TIME
    realm = fields.realm
    activity = fields.text("activityDisplayName", "operationName")
    actor, source = _actor(c.part(fields["initiatedBy"]), realm)
    said = fields.text("result")
    common = {
        **times,
        **actor,
        "code": "entra/AuditLogs",
        "record_id": fields.text("id"),
        "realm": realm,
        "source_ip": source,
        "success": said is None or said.lower() == "success",
    }
    targets = c.members(fields["targetResources"])
    change = change_of(activity)
    if change is None:
        on = _shown(targets[0]) if targets else None
        return [CloudAction(**common, action=activity or "", service=fields.text("loggedByService"), target=on)]
    modified = _modified(targets)
    group = None
    if change.object_type in _ROLE_NAMES:
        own = next((each for each in targets if _is(each, change.object_type)), {})
        group = modified.get(_ROLE_NAMES[change.object_type]) or v.text(own.get("displayName"))
    wanted = "user" if change.object_type in ("user", *_ROLE_NAMES) else "serviceprincipal"
    target = next((each for each in targets if _is(each, wanted)), targets[0] if targets else {})
    name = _shown(target)
    changes = [f"{key}={value}" for key, value in modified.items() if key not in _ROLE_NAMES.values()]
    return [
        AccountChange(
            **common,
            **c.prefixed("target", c.named(name if group is None or _is(target, "user") else None, realm)),
            action=change.action,
            object_type=change.object_type,
            group=group,
            group_domain=realm if group else None,
            changes=changes[:_KEPT_CHANGES],
        )
    ]


def _actor(initiator: dict[str, Any], realm: str) -> tuple[dict[str, Any], str | None]:
    """Give who did it, a person or an application, and from where."""
    user, app = c.part(initiator.get("user")), c.part(initiator.get("app"))
    name = v.text(user.get("userPrincipalName")) or v.text(app.get("displayName")) or v.text(user.get("displayName"))
    return c.named(name, realm), c.address(user.get("ipAddress") or app.get("ipAddress"))[0]


def _shown(target: dict[str, Any]) -> str | None:
    return v.text(target.get("userPrincipalName")) or v.text(target.get("displayName"))


def _is(target: dict[str, Any], kind: str) -> bool:
    return (v.text(target.get("type")) or "").lower() == kind


def _modified(targets: list[dict[str, Any]]) -> dict[str, str]:
    """Give the new values of the properties that were changed; they are kept as JSON in text."""
    found: dict[str, str] = {}
    for target in targets:
        for each in c.members(target.get("modifiedProperties")):
            name, value = v.text(each.get("displayName")), _unquoted(v.text(each.get("newValue")))
            if name and value:
                found.setdefault(name, value)
    return found


def _unquoted(value: str | None) -> str | None:
    if value is None or value[:1] != '"':
        return value
    try:
        return v.text(orjson.loads(value))
    except orjson.JSONDecodeError:
        return value
