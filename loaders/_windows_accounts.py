"""Security channel: accounts and groups made, changed and deleted, members, and who looked them up.

References:
    https://learn.microsoft.com/en-us/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing/audit-user-account-management
"""

from __future__ import annotations

from typing import Any

from graphhunt.model import AccountChange, Enumeration, Fact

from . import _values as v
from ._windows_event import Event, Handler
from ._windows_security import subject

_ACCOUNT_ACTIONS = {
    4720: ("create", "user"), 4722: ("enable", "user"), 4723: ("change-password", "user"),
    4724: ("reset-password", "user"), 4725: ("disable", "user"), 4726: ("delete", "user"), 4738: ("change", "user"),
    4741: ("create", "computer"), 4742: ("change", "computer"), 4743: ("delete", "computer"), 4767: ("unlock", "user"),
}  # fmt: skip
_ACTS = ("create", "change", "add-member", "remove-member", "delete")
_GROUPS = {
    # First id, scope, whether it gives no rights; the five acts follow one another.
    4744: ("local", True), 4749: ("global", True), 4754: ("universal", False), 4759: ("universal", True),
}  # fmt: skip
_GROUP_ACTIONS = {
    4727: ("create", "global", False), 4728: ("add-member", "global", False), 4729: ("remove-member", "global", False),
    4730: ("delete", "global", False), 4731: ("create", "local", False), 4732: ("add-member", "local", False),
    4733: ("remove-member", "local", False), 4734: ("delete", "local", False), 4735: ("change", "local", False),
    4737: ("change", "global", False), 4764: ("change", None, None),
    **{
        first + step: (action, *kind) for first, kind in _GROUPS.items() for step, action in enumerate(_ACTS)
    },
}  # fmt: skip
"""What was done to a group, its scope, and whether it is one for mail only."""
_ATTRIBUTES = (
    "SamAccountName", "DisplayName", "UserPrincipalName", "HomeDirectory", "HomePath", "ScriptPath", "ProfilePath",
    "UserWorkstations", "PasswordLastSet", "AccountExpires", "PrimaryGroupId", "AllowedToDelegateTo", "OldUacValue",
    "NewUacValue", "UserAccountControl", "UserParameters", "SidHistory", "LogonHours", "DnsHostName",
    "ServicePrincipalNames", "GroupTypeChange",
)  # fmt: skip


def _target(get: v.Get) -> dict[str, Any]:
    return {
        "target_user": v.text(get("TargetUserName")),
        "target_domain": v.text(get("TargetDomainName")),
        "target_sid": v.sid(get("TargetSid")),
    }


def _group(get: v.Get) -> dict[str, Any]:
    return {
        "group": v.text(get("TargetUserName")),
        "group_domain": v.text(get("TargetDomainName")),
        "group_sid": v.sid(get("TargetSid")),
    }


def _actor(event: Event) -> dict[str, Any]:
    privileges = v.text(event.data.get("PrivilegeList"))
    used = privileges.split() if privileges else []
    return {**event.base(), **subject(event.data.get), "privileges": used, "success": not event.refused}


def _changes(get: v.Get) -> list[str]:
    stated = ((name, v.text(get(name))) for name in _ATTRIBUTES)
    return [f"{name}={' '.join(value.split())}" for name, value in stated if value]


def _account(event: Event) -> list[Fact]:
    get = event.data.get
    action, kind = _ACCOUNT_ACTIONS[event.id]
    return [AccountChange(**_actor(event), **_target(get), action=action, object_type=kind, changes=_changes(get))]


def _locked(event: Event) -> list[Fact]:
    """Read 4740, whose domain is the computer from which the wrong passwords came."""
    get = event.data.get
    target = {**_target(get), "target_domain": None}
    caller = v.text(get("TargetDomainName"))
    return [AccountChange(**_actor(event), **target, action="lock", object_type="user", caller=caller)]


def _renamed(event: Event) -> list[Fact]:
    get = event.data.get
    target = {**_target(get), "target_user": v.text(get("NewTargetUserName"))}
    old = v.text(get("OldTargetUserName"))
    kind = "computer" if old and old.endswith("$") else "user"
    return [AccountChange(**_actor(event), **target, action="rename", object_type=kind, old_user=old)]


def _sid_history(event: Event) -> list[Fact]:
    """Read 4765, and 4766 where it failed: an account got the rights of another one's SID."""
    get = event.data.get
    taken = v.sid(get("SourceSid"))
    actor = {**_actor(event), "success": event.id == 4765}
    changes = [f"SidHistory={taken}"] if taken else []
    return [AccountChange(**actor, **_target(get), action="change", object_type="user", changes=changes)]


def _group_change(event: Event) -> list[Fact]:
    get = event.data.get
    action, scope, distribution = _GROUP_ACTIONS[event.id]
    return [
        AccountChange(
            **_actor(event),
            **_group(get),
            action=action,
            object_type="group",
            group_scope=scope,
            distribution=distribution,
            target_sid=v.sid(get("MemberSid")),
            target_dn=v.text(get("MemberName")),
            changes=_changes(get) if action in ("create", "change") else [],
        )
    ]


def _looked_up(event: Event) -> list[Fact]:
    get = event.data.get
    of = _target(get) if event.id == 4798 else _group(get)
    pid, path = v.pid(get("CallerProcessId")), v.text(get("CallerProcessName"))
    return [Enumeration(**event.base(), **subject(get), **of, pid=pid, path=path)]


_BY_ID: dict[int, Handler] = {
    **dict.fromkeys(_ACCOUNT_ACTIONS, _account),
    **dict.fromkeys(_GROUP_ACTIONS, _group_change),
    4740: _locked,
    4765: _sid_history,
    4766: _sid_history,
    4781: _renamed,
    4798: _looked_up,
    4799: _looked_up,
}

HANDLERS: dict[tuple[str, int], Handler] = {("Security", number): handler for number, handler in _BY_ID.items()}
"""The events mapped here."""
