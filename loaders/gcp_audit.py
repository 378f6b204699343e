"""Cloud Audit Logs of Google Cloud.

Seen: LogEntry objects as Cloud Logging exports them (one a line, arrays, `gcloud logging read --format json`) and as
its interface gives them (`{"entries": […]}`). Event time is `timestamp`; `receiveTimestamp` is arrival. The realm is
`gcp:<project>`, or the folder or organisation that the log is of. Accounts are addresses of mail; those that end in
`gserviceaccount.com` are services.

SetIamPolicy is one AccountChange for each role that was given or taken (`policyDelta`); a tunnel that Identity-Aware
Proxy allowed to an instance is a Logon there which is only possible: the instance's own records tell whether anybody
came in. Everything else is a CloudAction, among them `setMetadata`, by which keys for SSH are put in place.
`callerIp` may be a word such as `private` in place of an address.

Known gaps: sign-ins (they are in the logs of Workspace); a policy that states no delta says nothing of what changed.

References:
    https://cloud.google.com/logging/docs/reference/audit/auditlog/rest/Shared.Types/AuditLog
    https://cloud.google.com/iam/docs/audit-logging
"""

from __future__ import annotations

from typing import Any, ClassVar

from graphhunt.model import AccountChange, CloudAction, Fact, Logon, Rejected
from graphhunt.sources.recognition import Keys, Signature

from . import _cloud as c
from . import _values as v
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader

_NOT_AN_ENTRY = Rejected("not an entry of an audit log")
_ALLOWED = 0.45
"""How sure a logon is of which only the tunnel is known."""
_DELTAS = {"ADD": "add-role", "REMOVE": "remove-role"}
_ROOTS = {"projects": "gcp:", "folders": "gcp:folders/", "organizations": "gcp:organizations/"}
_MEMBER_KINDS = ("user:", "serviceAccount:", "group:", "domain:")


class GcpAuditLoader(RecordLoader):
    """Reads Google Cloud's audit logs."""

    name = "gcp_audit"
    signatures: ClassVar[tuple[Signature, ...]] = (Keys("protoPayload.methodName", "logName", "timestamp"),)

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a record is."""
        if isinstance(record, str):
            return _NOT_AN_ENTRY
        payload = c.part(record.get("protoPayload"))
        method = v.text(payload.get("methodName"))
        if method is None:
            return _NOT_AN_ENTRY
        time = v.micros(record.get("timestamp"))
        if time is None:
            return NO_TIME
        return _facts(record, payload, method, time)


def _facts(record: dict[str, Any], payload: dict[str, Any], method: str, time: tuple[int, bool]) -> list[Fact]:
    realm = _realm(record)
    code = v.number(c.dig(payload, "status", "code"))
    common = {
        "time": time[0],
        "guessed_time": not time[1],
        "code": c.code("gcp", method),
        "record_id": v.text(record.get("insertId")),
        **c.named(_principal(payload), realm),
        "realm": realm,
        "source_ip": c.address(c.dig(payload, "requestMetadata", "callerIp"))[0],
    }
    good = not code
    resource = v.text(payload.get("resourceName")) or ""
    deltas = c.members(c.dig(payload, "serviceData", "policyDelta", "bindingDeltas"))
    deltas = deltas or c.members(c.dig(payload, "metadata", "datasetChange", "bindingDeltas"))
    changes: list[Fact] = [found for each in deltas if (found := _change(each, common, realm, good=good))]
    if changes:
        return changes
    action = CloudAction(
        **common,
        action=method,
        service=v.text(payload.get("serviceName")),
        target=resource.rpartition("/")[2] or None,
        agent=v.text(c.dig(payload, "requestMetadata", "callerSuppliedUserAgent")),
        success=good,
        status=None if good else v.text(c.dig(payload, "status", "message")) or str(code),
    )
    machine = _tunnelled(resource, method) if good else None
    return [_logon(common, machine), action] if machine else [action]


def _realm(record: dict[str, Any]) -> str:
    """Give the project that an entry is of, else the folder or organisation."""
    project = v.text(c.dig(record, "resource", "labels", "project_id"))
    if project:
        return f"gcp:{project}"
    root, _, rest = (v.text(record.get("logName")) or "").partition("/")
    return _ROOTS.get(root, "gcp:") + (rest.partition("/")[0] or "?")


def _principal(payload: dict[str, Any]) -> str | None:
    """Give who called: an address of mail, else the subject that a federation names."""
    who = c.part(payload.get("authenticationInfo"))
    return v.text(who.get("principalEmail")) or v.text(who.get("principalSubject"))


def _change(delta: dict[str, Any], common: dict[str, Any], realm: str, *, good: bool) -> AccountChange | None:
    action, role, member = _DELTAS.get(str(delta.get("action"))), v.text(delta.get("role")), v.text(delta.get("member"))
    if action is None or role is None or member is None:
        return None
    kind = next((each for each in _MEMBER_KINDS if member.startswith(each)), "")
    return AccountChange(
        **common,
        **c.prefixed("target", c.named(member.removeprefix(kind), realm)),
        action=action,
        object_type="role",
        group=role,
        group_domain=realm,
        changes=[] if kind in ("user:", "serviceAccount:") else [f"member={member}"],
        success=good,
    )


def _tunnelled(resource: str, method: str) -> str | None:
    """Give the instance that a tunnel leads to: `projects/N/iap_tunnel/zones/ZONE/instances/NAME`."""
    parts = resource.split("/")
    if method != "AuthorizeUser" or "iap_tunnel" not in parts or len(parts) < 2 or parts[-2] != "instances":
        return None
    return v.text(parts[-1])


def _logon(common: dict[str, Any], machine: str) -> Logon:
    return Logon(**common, host=machine, logon_process="IAP tunnel", certainty=_ALLOWED)
