"""Facts about changes of accounts, groups, policies and the directory, and about looking them up.

The account that did it is `user`, `domain`, `sid` and `logon_id`, as in all facts about what somebody did.
"""

from __future__ import annotations

import msgspec

from graphhunt.model.fact import Fact


class AccountChange(Fact, frozen=True, kw_only=True, tag="account_change"):
    """An account or a group was made, changed or deleted, or a group's members changed (4720-4767, 4781; clouds).

    Attributes:
        action: create, change, enable, disable, delete, rename, lock, unlock, change-password, reset-password,
            add-member or remove-member; in clouds also add-role, remove-role, add-credential, remove-credential and
            consent.
        object_type: user, computer or group; in clouds also role, application and realm.
        target_user: The account that was changed, or the member, with `target_domain` and `target_sid`; of a member
            only the SID is stated, and in a domain `target_dn`, its place in the directory.
        group: The group that was changed, with `group_domain` and `group_sid`.
        group_scope: local, global or universal.
        distribution: True for a group that gives no rights.
        old_user: The name before a rename; `target_user` is the new one.
        caller: The computer whose tries locked the account (4740).
        changes: What it is now, as `Attribute=value`; only what the record states.
        privileges: What the actor used for it.
        success: False where it was refused.
        realm: Where in the cloud it was done; see `graphhunt.model.cloud`. `source_ip` is the caller's address there.
    """

    action: str = ""
    object_type: str = ""
    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    target_user: str | None = None
    target_domain: str | None = None
    target_sid: str | None = None
    target_dn: str | None = None
    group: str | None = None
    group_domain: str | None = None
    group_sid: str | None = None
    group_scope: str | None = None
    distribution: bool | None = None
    old_user: str | None = None
    caller: str | None = None
    changes: list[str] = msgspec.field(default_factory=list)
    privileges: list[str] = msgspec.field(default_factory=list)
    success: bool = True
    realm: str | None = None
    source_ip: str | None = None


class Enumeration(Fact, frozen=True, kw_only=True, tag="enumeration"):
    """A process asked for the groups of a local account (4798) or the members of a local group (4799)."""

    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    target_user: str | None = None
    target_domain: str | None = None
    target_sid: str | None = None
    group: str | None = None
    group_domain: str | None = None
    group_sid: str | None = None
    pid: int | None = None
    path: str | None = None


class PolicyChange(Fact, frozen=True, kw_only=True, tag="policy_change"):
    """A setting that others rely on was changed (4670, 4704, 4705, 4717-4719, 4739, 4907, 4946-4948, 7040, firewall).

    Attributes:
        what: audit policy, user right, system access, domain policy, object auditing, object permissions, firewall rule
            or service start.
        operation: add, change or remove.
        target: What it applies to: a subcategory, an object, a rule, a service; `target_sid` where that is an account.
        changes: What it is now, in the record's words.
        pid: The process that did it, with `path`.
    """

    what: str = ""
    operation: str = ""
    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    target: str | None = None
    target_sid: str | None = None
    changes: list[str] = msgspec.field(default_factory=list)
    pid: int | None = None
    path: str | None = None


class DirectoryChange(Fact, frozen=True, kw_only=True, tag="directory_change"):
    """An object of the directory was changed (5136-5139, 5141).

    Attributes:
        operation: add or remove (a value of `attribute`), create, delete, undelete or move.
        object: Its distinguished name; after a move the new one, with `old_object`.
        operation_id: Equal in all records of one change: a value removed and one added are a value replaced.
    """

    operation: str = ""
    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    object: str | None = None
    old_object: str | None = None
    object_guid: str | None = None
    object_class: str | None = None
    attribute: str | None = None
    value: str | None = None
    operation_id: str | None = None


class DirectoryAccess(Fact, frozen=True, kw_only=True, tag="directory_access"):
    """An account used rights on an object of the directory (4662).

    Attributes:
        object: The object's GUID, `object_type` its class by name, or its GUID.
        rights: Extended rights and attributes by name where it is known, such as `DS-Replication-Get-Changes-All`.
        mask: The rights as bits.
        success: False where it was refused.
    """

    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    object: str | None = None
    object_type: str | None = None
    rights: list[str] = msgspec.field(default_factory=list)
    mask: int | None = None
    success: bool = True


class CertificateIssue(Fact, frozen=True, kw_only=True, tag="certificate_issue"):
    """A certificate was asked for, issued or denied (4886-4888); `user` and `domain` are who asked.

    `alternative_name` is whom the certificate names in the request's own words, which may be somebody else.
    """

    operation: str = ""
    user: str | None = None
    domain: str | None = None
    request: str | None = None
    template: str | None = None
    alternative_name: str | None = None
    subject: str | None = None
