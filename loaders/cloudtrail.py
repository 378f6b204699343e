"""AWS CloudTrail: what identities did in an account.

Seen: log files (`{"Records": […]}`, also gzipped), arrays and one event a line, of event versions 1.0x. Event time is
`eventTime`. Accounts are named in the realm `aws:<account>` that holds them: users by name, roles as `role/NAME`
whoever has taken them on; `recipientAccountId` is the realm in which something was done.

ConsoleLogin and the calls that take on a role are an Authentication; those also USED_CREDENTIALS of the caller, with
the id of the temporary key that was given, by which later calls under the role are known to be the caller's. Session
Manager's StartSession and EC2 Instance Connect are a Logon on the instance, which is less than certain: the control
plane says that it opened a session (`weak`) or put a key in place (`possible`), and only the instance's own records
that somebody came in. RunInstances tells the private address that an instance was given. Writes to IAM are an
AccountChange, everything else a CloudAction.

A call failed that has an `errorCode`, a sign-in whose `responseElements.ConsoleLogin` isn't Success.
`sourceIPAddress` may be the name of a service of AWS in place of an address.

Known gaps: digest and Insights files. What ran by SendCommand is told only as a CloudAction.

References:
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from graphhunt.model import (
    AccountChange,
    Authentication,
    CloudAction,
    ExplicitCredentials,
    Fact,
    Lease,
    Logon,
    Rejected,
)
from graphhunt.sources.recognition import Keys, Signature

from . import _cloud as c
from . import _values as v
from ._aws_identity import CHANGES, Principal, changed, principal, role_of
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader

_NOT_AN_EVENT = Rejected("not a CloudTrail event")
_OPENED = 0.5
"""How sure a session is that Session Manager says it opened: the instance hasn't confirmed it."""
_KEY_PLACED = 0.45
"""How sure one is whose key was put in place, or whose tunnel was allowed: nobody need have used it."""
_TARGETS = (
    "target", "instanceId", "bucketName", "userName", "roleName", "functionName", "secretId", "keyId", "groupId",
    "documentName", "policyArn", "name",
)  # fmt: skip


class _Event(NamedTuple):
    """An event, taken apart: `common` are the fields of all facts, `acting` those of acts in a realm."""

    record: dict[str, Any]
    who: Principal
    realm: str
    common: dict[str, Any]
    source: str | None
    status: str | None
    key: str | None

    @property
    def asked(self) -> dict[str, Any]:
        return c.part(self.record.get("requestParameters"))

    @property
    def answered(self) -> dict[str, Any]:
        return c.part(self.record.get("responseElements"))

    @property
    def good(self) -> bool:
        return self.status is None


class CloudTrailLoader(RecordLoader):
    """Reads CloudTrail's events."""

    name = "cloudtrail"
    signatures: ClassVar[tuple[Signature, ...]] = (Keys("eventVersion", "userIdentity", "eventSource", "eventName"),)

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a record is."""
        name = None if isinstance(record, str) else v.text(record.get("eventName"))
        if isinstance(record, str) or name is None:
            return _NOT_AN_EVENT
        time = v.micros(record.get("eventTime"))
        if time is None:
            return NO_TIME
        event = _event(record, name, time)
        special = _SPECIAL.get((v.text(record.get("eventSource")), name))
        return special(event) if special else [_action(event)]


def _event(record: dict[str, Any], name: str, time: tuple[int, bool]) -> _Event:
    identity = c.part(record.get("userIdentity"))
    account = v.text(record.get("recipientAccountId")) or v.text(identity.get("accountId")) or "?"
    common = {
        "time": time[0],
        "guessed_time": not time[1],
        "code": c.code("cloudtrail", name),
        "record_id": v.text(record.get("eventID")),
    }
    return _Event(
        record,
        principal(identity, account),
        f"aws:{account}",
        common,
        c.address(record.get("sourceIPAddress"))[0],
        v.text(record.get("errorCode")),
        v.text(identity.get("accessKeyId")),
    )


def _action(event: _Event) -> CloudAction:
    get = event.record.get
    resources = c.members(get("resources"))
    named = next((found for name in _TARGETS if (found := v.text(event.asked.get(name)))), None)
    return CloudAction(
        **event.common,
        **event.who.fields,
        realm=event.realm,
        action=v.text(get("eventName")) or "",
        service=v.text(get("eventSource")),
        target=named or (v.text(resources[0].get("ARN")) if resources else None),
        source_ip=event.source,
        agent=v.text(get("userAgent")),
        access_key=event.key,
        success=event.good,
        status=event.status,
    )


def _console(event: _Event) -> list[Fact]:
    said = v.text(event.answered.get("ConsoleLogin"))
    good = event.good and said == "Success"
    asked = v.text(c.dig(event.record, "additionalEventData", "MFAUsed"))
    return [
        Authentication(
            **event.common,
            **event.who.fields,
            realm=event.realm,
            protocol="console",
            service="AWS console",
            source_ip=event.source,
            success=good,
            status=None if good else event.status or v.text(event.record.get("errorMessage")),
            outcome="success" if good else "failed",
            mfa=None if asked is None else asked == "Yes" and good,
        )
    ]


def _role(event: _Event) -> list[Fact]:
    """Tell of a role that was taken on: the key that the caller was given, and that the role is in its account."""
    taken = v.text(c.dig(event.answered, "assumedRoleUser", "arn")) or v.text(event.asked.get("roleArn"))
    role = role_of(taken)
    if role is None:
        return [_action(event)]
    key = v.text(c.dig(event.answered, "credentials", "accessKeyId"))
    by = c.prefixed("subject", event.who.fields)
    shared = {**event.common, **role.fields, **by, "realm": role.realm, "access_key": key, "source_ip": event.source}
    checked = Authentication(
        **shared,
        protocol="sts",
        success=event.good,
        status=event.status,
        outcome="success" if event.good else "failed",
        service=v.text(event.record.get("eventName")),
    )
    if not event.good or event.who.fields["user"] is None:
        return [checked]
    return [ExplicitCredentials(**shared, target_server=role.realm), checked]


def _session(event: _Event) -> list[Fact]:
    """Tell of a session that Session Manager opened on an instance."""
    host = v.text(event.asked.get("target"))
    opened = event.good and host is not None and host.startswith(("i-", "mi-"))
    sure = _OPENED if v.text(event.answered.get("sessionId")) else _KEY_PLACED
    return [_logon(event, host, "SSM session", sure), _action(event)] if opened else [_action(event)]


def _key(event: _Event) -> list[Fact]:
    """Tell of a key that was put on an instance for a minute, or of a tunnel to it."""
    host = v.text(event.asked.get("instanceId"))
    if not event.good or host is None:
        return [_action(event)]
    return [_logon(event, host, "EC2 Instance Connect", _KEY_PLACED), _action(event)]


def _logon(event: _Event, host: str | None, how: str, sure: float) -> Logon:
    return Logon(
        **event.common,
        **event.who.fields,
        host=host,
        realm=event.realm if event.who.realm is None else event.who.realm,
        logon_process=how,
        source_ip=event.source,
        access_key=event.key,
        certainty=sure,
    )


def _started(event: _Event) -> list[Fact]:
    """Tell which private address each new instance was given."""
    leases: list[Fact] = [
        Lease(**event.common, host=v.text(each.get("instanceId")), ip=v.ip(each.get("privateIpAddress")))
        for each in c.members(c.dig(event.answered, "instancesSet", "items"))
        if v.text(each.get("instanceId")) and v.is_address(v.text(each.get("privateIpAddress")))
    ]
    return [*leases, _action(event)]


def _change(event: _Event) -> list[Fact]:
    found = changed(event.record["eventName"], event.asked, event.answered, event.who, event.realm)
    return [
        AccountChange(
            **event.common,
            **event.who.fields,
            **found,
            realm=event.realm,
            source_ip=event.source,
            success=event.good,
        )
    ]


_SPECIAL: dict[tuple[str | None, str], Callable[[_Event], list[Fact]]] = {
    ("signin.amazonaws.com", "ConsoleLogin"): _console,
    **{
        ("sts.amazonaws.com", name): _role for name in ("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")
    },
    ("ssm.amazonaws.com", "StartSession"): _session,
    **{
        ("ec2-instance-connect.amazonaws.com", name): _key
        for name in ("SendSSHPublicKey", "SendSerialConsoleSSHPublicKey", "OpenTunnel")
    },
    ("ec2.amazonaws.com", "RunInstances"): _started,
    **{("iam.amazonaws.com", name): _change for name in CHANGES},
}
