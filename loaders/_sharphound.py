"""What SharpHound's objects say: who is member of what, in session where, and what he may do to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from graphhunt.model import DirectoryObject, Fact, PossibleRight

from . import _values as v

KINDS = {
    "users": "User", "computers": "Computer", "groups": "Group", "domains": "Domain", "gpos": "GPO", "ous": "OU",
    "containers": "Container", "aiacas": "AIACA", "rootcas": "RootCA", "enterprisecas": "EnterpriseCA",
    "ntauthstores": "NTAuthStore", "certtemplates": "CertTemplate", "issuancepolicies": "IssuancePolicy",
}  # fmt: skip
"""Kind of object by the type a file states."""

LOCAL_RIGHTS = {"544": "AdminTo", "555": "CanRDP", "562": "ExecuteDCOM", "580": "CanPSRemote"}
"""What members of a machine's local group may do, by the last part of the group's SID."""

_OLD_LISTS = {
    "LocalAdmins": "AdminTo", "RemoteDesktopUsers": "CanRDP", "DcomUsers": "ExecuteDCOM",
    "PSRemoteUsers": "CanPSRemote",
}  # fmt: skip
_ACCOUNT = re.compile(r"S-1-5-21-[\d-]+")
_LONGEST = 512


class Stated(NamedTuple):
    """When a file was written, in microseconds, whether that is a guess, and the code of its records."""

    time: int
    guessed: bool
    code: str


class End(NamedTuple):
    """One end of a right: an object's id and kind."""

    id: str
    type: str


def object_id(value: object) -> str | None:
    """Give an object's id in the one spelling used: upper case."""
    found = v.text(value)
    return found.upper()[:_LONGEST] if found else None


def facts(item: dict[str, Any], kind: str, stated: Stated) -> list[Fact]:
    """Give the object itself and every right that its record states; empty if it has no id."""
    own = object_id(item.get("ObjectIdentifier"))
    if own is None:
        return []
    me = End(own, kind)
    found: list[Fact] = [_object(item, me, stated)]
    for reader in (_memberships, _sessions, _local_groups, _delegations, _policies, _entries):
        found.extend(_right(name, start, end, stated) for name, start, end in reader(item, me))
    return found


def kind_of(item: dict[str, Any]) -> str:
    """Guess an object's kind from its members, for a file that states none."""
    signs = (
        ("Computer", ("Sessions", "LocalGroups", "LocalAdmins")), ("User", ("SPNTargets",)), ("Group", ("Members",)),
        ("Domain", ("Trusts",)), ("OU", ("GPOChanges",)), ("Container", ("ChildObjects",)),
    )  # fmt: skip
    return next((kind for kind, names in signs if any(name in item for name in names)), "Base")


def _object(item: dict[str, Any], me: End, stated: Stated) -> DirectoryObject:
    given = item.get("Properties")
    properties: dict[str, Any] = given if isinstance(given, dict) else {}
    name = v.text(properties.get("name"))
    account = me.type == "User" and _ACCOUNT.fullmatch(me.id) is not None
    plain = v.text(properties.get("samaccountname")) or (name.partition("@")[0].lower() if name else None)
    return DirectoryObject(
        time=stated.time, guessed_time=stated.guessed, code=stated.code, object_id=me.id, type=me.type, name=name,
        user=plain if account else None, domain=v.text(properties.get("domain")) if account else None,
        sid=me.id if account else None, enabled=_flag(properties.get("enabled")),
    )  # fmt: skip


def _right(name: str, start: End, end: End, stated: Stated) -> PossibleRight:
    return PossibleRight(
        time=stated.time, guessed_time=stated.guessed, code=stated.code, right=name,
        start_id=start.id, start_type=start.type, end_id=end.id, end_type=end.type,
    )  # fmt: skip


_Rights = Iterator[tuple[str, End, End]]


def _memberships(item: dict[str, Any], me: End) -> _Rights:
    primary = object_id(item.get("PrimaryGroupSID"))
    if primary:
        yield "MemberOf", me, End(primary, "Group")
    for member in _principals(item.get("Members")):
        yield "MemberOf", member, me


def _sessions(item: dict[str, Any], me: End) -> _Rights:
    for name in ("Sessions", "PrivilegedSessions", "RegistrySessions"):
        for row in _results(item.get(name)):
            user, machine = object_id(row.get("UserSID")), object_id(row.get("ComputerSID"))
            if user:
                yield "HasSession", End(machine or me.id, "Computer"), End(user, "User")


def _local_groups(item: dict[str, Any], me: End) -> _Rights:
    for group in _objects(item.get("LocalGroups")):
        right = LOCAL_RIGHTS.get((object_id(group.get("ObjectIdentifier")) or "").rpartition("-")[2])
        for member in _principals(group.get("Results")) if right else ():
            yield str(right), member, me
    for name, right in _OLD_LISTS.items():
        for member in _principals(_results(item.get(name))):
            yield right, member, me


def _delegations(item: dict[str, Any], me: End) -> _Rights:
    for target in _principals(item.get("AllowedToDelegate")):
        yield "AllowedToDelegate", me, target
    for former in _principals(item.get("HasSIDHistory")):
        yield "HasSIDHistory", me, former
    for actor in _principals(item.get("AllowedToAct")):
        yield "AllowedToAct", actor, me
    for reader in _principals(item.get("DumpSMSAPassword")):
        yield "DumpSMSAPassword", me, reader
    for service in _objects(item.get("SPNTargets")):
        machine, name = object_id(service.get("ComputerSID")), v.text(service.get("Service"))
        if machine and name:
            yield name, me, End(machine, "Computer")


def _policies(item: dict[str, Any], me: End) -> _Rights:
    """Give what group policies grant on the machines of a domain or unit, and what the object contains."""
    changes = item.get("GPOChanges")
    if isinstance(changes, dict):
        machines = list(_principals(changes.get("AffectedComputers")))
        for name, right in _OLD_LISTS.items():
            for member in _principals(changes.get(name)):
                yield from ((right, member, machine) for machine in machines)
    for child in _principals(item.get("ChildObjects")):
        yield "Contains", me, child


def _entries(item: dict[str, Any], me: End) -> _Rights:
    """Give the entries of the object's access list."""
    for entry in _objects(item.get("Aces")):
        principal, right = object_id(entry.get("PrincipalSID")), v.text(entry.get("RightName"))
        if principal and right:
            yield right[:_LONGEST], End(principal, v.text(entry.get("PrincipalType")) or "Base"), me


def _objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (row for row in value if isinstance(row, dict))


def _results(value: object) -> list[dict[str, Any]]:
    """Give the rows of a list that stands alone or beside whether it was collected."""
    return list(_objects(value.get("Results") if isinstance(value, dict) else value))


def _principals(value: object) -> Iterator[End]:
    for row in _objects(value):
        found = object_id(row.get("ObjectIdentifier"))
        if found:
            yield End(found, v.text(row.get("ObjectType")) or "Base")


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
