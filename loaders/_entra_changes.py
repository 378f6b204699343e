"""What activities of Entra ID's audit log are changes of accounts, groups, roles and applications.

Names are those of the audit log; Microsoft 365's copies end in a full stop.

References:
    https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
"""

from __future__ import annotations

from typing import NamedTuple


class Change(NamedTuple):
    """What an activity is as a change: `action` and `object_type` of an AccountChange."""

    action: str
    object_type: str


_CHANGES = {
    "add user": Change("create", "user"),
    "invite external user": Change("create", "user"),
    "update user": Change("change", "user"),
    "delete user": Change("delete", "user"),
    "hard delete user": Change("delete", "user"),
    "restore user": Change("enable", "user"),
    "enable account": Change("enable", "user"),
    "disable account": Change("disable", "user"),
    "reset user password": Change("reset-password", "user"),
    "reset password (by admin)": Change("reset-password", "user"),
    "reset password (self-service)": Change("change-password", "user"),
    "change user password": Change("change-password", "user"),
    "change password (self-service)": Change("change-password", "user"),
    "user registered security info": Change("add-credential", "user"),
    "user deleted security info": Change("remove-credential", "user"),
    "admin registered security info": Change("add-credential", "user"),
    "admin deleted security info": Change("remove-credential", "user"),
    "add member to group": Change("add-member", "group"),
    "remove member from group": Change("remove-member", "group"),
    "add group": Change("create", "group"),
    "delete group": Change("delete", "group"),
    "add member to role": Change("add-member", "role"),
    "add eligible member to role": Change("add-member", "role"),
    "add scoped member to role": Change("add-member", "role"),
    "remove member from role": Change("remove-member", "role"),
    "remove eligible member from role": Change("remove-member", "role"),
    "add application": Change("create", "application"),
    "delete application": Change("delete", "application"),
    "add service principal": Change("create", "application"),
    "remove service principal": Change("delete", "application"),
    "add service principal credentials": Change("add-credential", "application"),
    "remove service principal credentials": Change("remove-credential", "application"),
    "update application – certificates and secrets management": Change("add-credential", "application"),
    "add owner to application": Change("add-role", "application"),
    "add owner to service principal": Change("add-role", "application"),
    "add app role assignment to service principal": Change("consent", "application"),
    "add app role assignment grant to user": Change("consent", "application"),
    "add delegated permission grant": Change("consent", "application"),
    "add oauth2permissiongrant": Change("consent", "application"),
    "consent to application": Change("consent", "application"),
}
_LONGEST = max(map(len, _CHANGES))


def change_of(activity: str | None) -> Change | None:
    """Give what an activity is as a change; None if it is none."""
    if activity is None or len(activity) > _LONGEST + 8:
        return None
    plain = activity.strip().rstrip(".").lower().replace(" - ", " – ").replace("–", " – ")
    return _CHANGES.get(" ".join(plain.split()))


_ACCEPTED = frozenset(
    {
        "50055", "50072", "50074", "50076", "50079", "50105", "50131", "50144", "50158", "53000", "53001", "53002",
        "53003", "53004", "53009", "65001", "500121", "530032", "530034",
    }
)  # fmt: skip
"""The password was good, but more was asked for, it had expired, or a policy or missing consent refused."""

_INTERRUPTED = frozenset(
    {
        "16000", "16001", "50058", "50059", "50097", "50125", "50127", "50129", "50140", "50143", "50199", "51006",
        "81010",
    }
)  # fmt: skip
"""Something else was asked first (stay signed in, choose an account, a device's proof); the sign-in may go on."""


def outcome(status: str | None) -> str:
    """Say what came of a sign-in by its error code.

    References:
        https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
    """
    if status in (None, "0"):
        return "success"
    if status in _ACCEPTED:
        return "password accepted"
    return "interrupted" if status in _INTERRUPTED else "failed"
