"""The unified audit log of Microsoft 365.

Seen: records of the Management Activity API as JSON (arrays, one a line) and the CSV of a Purview search, whose
column `AuditData` holds the same record as JSON; older exports call the columns `UserIds` and `Operations`.

Event time is `CreationTime` of the record, which is UTC without saying so; `CreationDate` of the CSV is a copy in the
browser's form and is never used where there is another. No machine logs them: `UserLoggedIn` and `UserLoginFailed` are
an Authentication in the realm `entra:<OrganizationId>`, administration of Entra ID an AccountChange, everything else a
CloudAction. `ClientIP` may be `[address]:port`, and is that of an egress, or of a service of Microsoft's.

Known gaps: a record says what was asked for, not always whether it came to anything.

References:
    https://learn.microsoft.com/en-us/office/office-365-management-api/office-365-management-activity-api-schema
"""

from __future__ import annotations

from typing import Any, ClassVar

from graphhunt.model import AccountChange, Authentication, CloudAction, Rejected
from graphhunt.sources.recognition import Columns, Keys, Signature

from . import _cloud as c
from . import _values as v
from ._entra_changes import change_of, outcome
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader

_NOT_AUDIT = Rejected("a row without AuditData that can be read")
_SIGN_INS = {"UserLoggedIn": True, "UserLoginFailed": False}
_FAILED = frozenset({"failed", "failure", "false", "error", "blocked"})
_ADDRESSES = ("ActorIpAddress", "ClientIP", "ClientIPAddress")
_TARGETS = ("ObjectId", "MailboxOwnerUPN", "SiteUrl", "ItemName", "TargetUserOrGroupName")
_GROUP_NAMES = {"role": "Role.DisplayName", "group": "Group.DisplayName"}


class M365Loader(RecordLoader):
    """Reads Microsoft 365's unified audit log."""

    name = "m365"
    signatures: ClassVar[tuple[Signature, ...]] = (
        Keys("RecordType", "Operation", "Workload", "CreationTime"),
        Columns("CreationDate", "AuditData"),
    )

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a record is."""
        if isinstance(record, str):
            return _NOT_AUDIT
        stated: object = None
        if "AuditData" in record:
            stated = record.get("CreationDate")
            record = c.part(record["AuditData"])
            if not record:
                return _NOT_AUDIT
        time = v.micros(record.get("CreationTime"))
        other = v.micros(stated.strip()) if isinstance(stated, str) else None
        when = time or other
        if when is None:
            return NO_TIME
        return _fact(record, {"time": when[0], "guessed_time": time is None})


def _fact(record: dict[str, Any], times: dict[str, Any]) -> Outcome:
    get = record.get
    realm = f"entra:{(v.text(get('OrganizationId')) or '?').lower()}"
    operation = v.text(get("Operation")) or ""
    workload = v.text(get("Workload"))
    came = (v.text(get("ResultStatus")) or "").lower()
    common = {
        **times,
        **c.named(v.text(get("UserId")), realm),
        "code": c.code("m365", workload),
        "record_id": v.text(get("Id")),
        "realm": realm,
        "source_ip": next((ip for name in _ADDRESSES if (ip := c.address(get(name))[0])), None),
        "success": came not in _FAILED,
    }
    if operation in _SIGN_INS:
        return [_sign_in(record, common, good=_SIGN_INS[operation])]
    change = change_of(operation) if workload == "AzureActiveDirectory" else None
    target = next((found for name in _TARGETS if (found := v.text(get(name)))), None)
    if change is None:
        agent = v.text(get("UserAgent")) or v.text(get("ClientInfoString"))
        return [CloudAction(**common, action=operation, service=workload, target=target, agent=agent)]
    modified = {v.text(each.get("Name")): v.text(each.get("NewValue")) for each in c.members(get("ModifiedProperties"))}
    group = modified.get(_GROUP_NAMES.get(change.object_type))
    return [
        AccountChange(
            **common,
            **c.prefixed("target", c.named(target, realm)),
            action=change.action,
            object_type=change.object_type,
            group=group,
            group_domain=realm if group else None,
        )
    ]


def _sign_in(record: dict[str, Any], common: dict[str, Any], *, good: bool) -> Authentication:
    get = record.get
    code = v.text(get("ErrorNumber"))
    came = outcome(code) if code else "success" if good and common["success"] else "failed"
    status = code if code not in (None, "0") else v.text(get("LogonError"))
    return Authentication(
        **{**common, "success": came == "success"},
        protocol="oidc",
        service=v.text(get("ApplicationName")) or v.text(get("ApplicationId")),
        status=status,
        outcome=came,
    )
