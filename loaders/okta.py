"""Okta's System Log.

Seen: answers of the System Log interface (arrays) and one event a line. Event time is `published`. The log names no
organisation: the realm is `okta`. `user.session.start` and the checks of `user.authentication.…` and of factors are an
Authentication in it; `user.authentication.sso` one in the application that is opened, `okta:<application>`. Changes of
accounts, groups, factors, roles and applications' members are an AccountChange, other acts a CloudAction; what only
evaluates a policy is skipped. `client.ipAddress` is that of an egress, and `client.device` the client's own word.

Known gaps: which organisation it is; events of agents and of the system without an actor are told as they stand.

References:
    https://developer.okta.com/docs/reference/api/system-log/
    https://developer.okta.com/docs/reference/api/event-types/
"""

from __future__ import annotations

from typing import Any, ClassVar

from graphhunt.model import AccountChange, Authentication, CloudAction, Rejected, Skipped
from graphhunt.sources.recognition import Keys, Signature

from . import _cloud as c
from . import _values as v
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader

REALM = "okta"
_NOT_AN_EVENT = Rejected("not an event of Okta's System Log")
_EVALUATED = Skipped("evaluation of a policy: what came of it is told by its own event")
_GOOD = frozenset({"SUCCESS", "ALLOW"})
_CHECKS = ("user.session.start", "user.authentication.", "user.mfa.okta_verify", "user.mfa.attempt")
_SSO = "user.authentication.sso"
_SECOND = frozenset({"user.authentication.auth_via_mfa", "user.authentication.verify", "user.mfa.okta_verify"})
_CHANGES = {
    "user.lifecycle.create": ("create", "user"),
    "user.lifecycle.activate": ("enable", "user"),
    "user.lifecycle.deactivate": ("disable", "user"),
    "user.lifecycle.suspend": ("disable", "user"),
    "user.lifecycle.unsuspend": ("enable", "user"),
    "user.lifecycle.delete.initiated": ("delete", "user"),
    "user.account.lock": ("lock", "user"),
    "user.account.unlock": ("unlock", "user"),
    "user.account.unlock_by_admin": ("unlock", "user"),
    "user.account.reset_password": ("reset-password", "user"),
    "user.account.update_password": ("change-password", "user"),
    "user.account.update_profile": ("change", "user"),
    "user.account.privilege.grant": ("add-role", "role"),
    "user.account.privilege.revoke": ("remove-role", "role"),
    "user.mfa.factor.activate": ("add-credential", "user"),
    "user.mfa.factor.deactivate": ("remove-credential", "user"),
    "user.mfa.factor.reset_all": ("remove-credential", "user"),
    "system.api_token.create": ("add-credential", "user"),
    "system.api_token.revoke": ("remove-credential", "user"),
    "group.lifecycle.create": ("create", "group"),
    "group.lifecycle.delete": ("delete", "group"),
    "group.user_membership.add": ("add-member", "group"),
    "group.user_membership.remove": ("remove-member", "group"),
    "group.privilege.grant": ("change", "group"),
    "group.privilege.revoke": ("change", "group"),
    "application.user_membership.add": ("add-role", "role"),
    "application.user_membership.remove": ("remove-role", "role"),
    "application.lifecycle.create": ("create", "application"),
    "application.lifecycle.delete": ("delete", "application"),
}
_MEANT = {"role": ("AppInstance", "ROLE"), "group": ("UserGroup",)}


class OktaLoader(RecordLoader):
    """Reads Okta's System Log."""

    name = "okta"
    signatures: ClassVar[tuple[Signature, ...]] = (Keys("eventType", "actor", "published", "outcome"),)

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a record is."""
        kind = None if isinstance(record, str) else v.text(record.get("eventType"))
        if isinstance(record, str) or kind is None:
            return _NOT_AN_EVENT
        time = v.micros(record.get("published"))
        if time is None:
            return NO_TIME
        if kind.startswith("policy.evaluate"):
            return _EVALUATED
        common = _common(record, kind, time)
        if kind.startswith(_CHECKS):
            return [_check(record, kind, common)]
        if kind in _CHANGES:
            return [_change(record, kind, common)]
        target = next((each for each in c.members(record.get("target"))), {})
        return [
            CloudAction(
                **common,
                action=kind,
                service="Okta",
                target=_name(target),
                agent=v.text(c.dig(record, "client", "userAgent", "rawUserAgent")),
                status=_status(record),
            )
        ]


def _common(record: dict[str, Any], kind: str, time: tuple[int, bool]) -> dict[str, Any]:
    actor = c.part(record.get("actor"))
    return {
        "time": time[0],
        "guessed_time": not time[1],
        "code": c.code("okta", kind),
        "record_id": v.text(record.get("uuid")),
        **c.named(_name(actor), REALM),
        "realm": REALM,
        "source_ip": c.address(c.dig(record, "client", "ipAddress"))[0],
        "success": v.text(c.dig(record, "outcome", "result")) in _GOOD,
    }


def _name(party: dict[str, Any]) -> str | None:
    """Give the name of an actor or a target: an account's is that by which it signs in."""
    name = v.text(party.get("alternateId"))
    return name if name and name != "unknown" else v.text(party.get("displayName"))


def _status(record: dict[str, Any]) -> str | None:
    result = v.text(c.dig(record, "outcome", "result"))
    return None if result in _GOOD else v.text(c.dig(record, "outcome", "reason")) or result


def _check(record: dict[str, Any], kind: str, common: dict[str, Any]) -> Authentication:
    application = _target(record, "AppInstance") if kind == _SSO else None
    good = common["success"]
    asked = v.text(c.dig(record, "outcome", "result")) == "CHALLENGE"
    return Authentication(
        **{**common, "realm": f"{REALM}:{application}" if application else REALM},
        protocol="saml" if kind == _SSO else "okta",
        service=application,
        status=_status(record),
        outcome="success" if good else "interrupted" if asked else "failed",
        mfa=good if kind in _SECOND else None,
        **(c.prefixed("subject", {"user": common["user"], "domain": common["domain"]}) if application else {}),
    )


def _target(record: dict[str, Any], *kinds: str) -> str | None:
    found = (each for each in c.members(record.get("target")) if v.text(each.get("type")) in kinds)
    each = next(found, None)
    if each is None:
        return None
    return v.text(each.get("displayName")) or v.text(each.get("alternateId"))


def _change(record: dict[str, Any], kind: str, common: dict[str, Any]) -> AccountChange:
    action, what = _CHANGES[kind]
    users = [each for each in c.members(record.get("target")) if v.text(each.get("type")) in ("User", "AppUser")]
    user = next((each for each in users if v.text(each.get("type")) == "User"), users[0] if users else {})
    group = _target(record, *_MEANT[what]) if what in _MEANT else None
    if what == "role" and group is None:
        group = v.text(c.dig(record, "debugContext", "debugData", "privilegeGranted"))
    name = _name(user)
    if what == "application":
        name = _target(record, "AppInstance")
    return AccountChange(
        **common,
        **c.prefixed("target", c.named(name, REALM)),
        action=action,
        object_type=what,
        group=group,
        group_domain=REALM if group else None,
    )
