"""Who acts in CloudTrail's events, and which calls of IAM change accounts.

References:
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from typing import Any, NamedTuple

from . import _cloud as c
from . import _values as v

_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
"""In place of a name that doesn't exist: it may be a password that was typed there."""


class Principal(NamedTuple):
    """An identity: `user` and `domain` of a fact, and its own realm."""

    fields: dict[str, Any]
    realm: str | None


NOBODY = Principal({"user": None, "domain": None}, None)
"""Nobody that is named."""


def _arn(arn: str | None) -> tuple[str | None, list[str]]:
    """Take an ARN apart: its account, and the parts of its resource."""
    parts = (arn or "").split(":", 5)
    return (v.text(parts[4]), parts[5].split("/")) if len(parts) == 6 and parts[0] == "arn" else (None, [])


def arn_account(arn: str | None) -> str | None:
    """Give the account in an ARN."""
    return _arn(arn)[0]


def role_of(arn: str | None) -> Principal | None:
    """Give the role that an ARN names, itself or as taken on; paths are left out, as STS leaves them out."""
    account, parts = _arn(arn)
    if account is None or len(parts) < 2 or parts[0] not in ("role", "assumed-role"):
        return None
    name = parts[1] if parts[0] == "assumed-role" else parts[-1]
    return _in(account, f"role/{name}")


def _in(account: str, name: str | None) -> Principal:
    realm = f"aws:{account}"
    return Principal(c.named(name, realm), realm)


def principal(identity: dict[str, Any], account: str) -> Principal:
    """Give who acted.

    Args:
        identity: The event's `userIdentity`.
        account: The account the event is of, for identities that name none.
    """
    kind, arn, name = (v.text(identity.get(key)) for key in ("type", "arn", "userName"))
    own = v.text(identity.get("accountId")) or arn_account(arn) or account
    if kind == "AssumedRole":
        issuer = c.dig(identity, "sessionContext", "sessionIssuer", "arn")
        return role_of(arn) or role_of(v.text(issuer)) or NOBODY
    if kind == "Root":
        return _in(own, "root")
    if kind in ("AWSService", "AWSAccount"):
        return NOBODY
    if kind == "FederatedUser":
        parts = _arn(arn)[1]
        return _in(own, "/".join(parts)) if parts else NOBODY
    if name == _HIDDEN:
        return NOBODY
    parts = _arn(arn)[1]
    return _in(own, name or (parts[-1] if len(parts) > 1 else None))


class _Change(NamedTuple):
    """What a call of IAM is: `action` and `object_type`, and which of its parameters name the account and the group."""

    action: str
    object_type: str
    target: str = "userName"
    group: str | None = None


_POLICIES = ("policyArn", "policyName")

CHANGES: dict[str, _Change] = {
    "CreateUser": _Change("create", "user"),
    "DeleteUser": _Change("delete", "user"),
    "UpdateUser": _Change("change", "user"),
    "CreateLoginProfile": _Change("add-credential", "user"),
    "UpdateLoginProfile": _Change("reset-password", "user"),
    "DeleteLoginProfile": _Change("remove-credential", "user"),
    "ChangePassword": _Change("change-password", "user"),
    "CreateAccessKey": _Change("add-credential", "user"),
    "DeleteAccessKey": _Change("remove-credential", "user"),
    "UpdateAccessKey": _Change("change", "user"),
    "UploadSSHPublicKey": _Change("add-credential", "user"),
    "UploadSigningCertificate": _Change("add-credential", "user"),
    "CreateServiceSpecificCredential": _Change("add-credential", "user"),
    "EnableMFADevice": _Change("add-credential", "user"),
    "DeactivateMFADevice": _Change("remove-credential", "user"),
    "AddUserToGroup": _Change("add-member", "group", group="groupName"),
    "RemoveUserFromGroup": _Change("remove-member", "group", group="groupName"),
    "CreateGroup": _Change("create", "group", group="groupName"),
    "DeleteGroup": _Change("delete", "group", group="groupName"),
    "AttachUserPolicy": _Change("add-role", "role", group="policyArn"),
    "PutUserPolicy": _Change("add-role", "role", group="policyName"),
    "DetachUserPolicy": _Change("remove-role", "role", group="policyArn"),
    "DeleteUserPolicy": _Change("remove-role", "role", group="policyName"),
    "AttachRolePolicy": _Change("add-role", "role", "roleName", "policyArn"),
    "PutRolePolicy": _Change("add-role", "role", "roleName", "policyName"),
    "DetachRolePolicy": _Change("remove-role", "role", "roleName", "policyArn"),
    "DeleteRolePolicy": _Change("remove-role", "role", "roleName", "policyName"),
    "AttachGroupPolicy": _Change("change", "group", group="groupName"),
    "PutGroupPolicy": _Change("change", "group", group="groupName"),
    "CreateRole": _Change("create", "user", "roleName"),
    "DeleteRole": _Change("delete", "user", "roleName"),
    "UpdateAssumeRolePolicy": _Change("change", "user", "roleName"),
}
"""Calls of IAM by name."""


def changed(name: str, asked: dict[str, Any], answered: dict[str, Any], who: Principal, realm: str) -> dict[str, Any]:
    """Give the fields of an AccountChange that say what was changed.

    Args:
        name: The call, one of `CHANGES`.
        asked: Its parameters.
        answered: What it gave back.
        who: Who called; calls about users mean the caller where they name none.
        realm: Where.
    """
    change = CHANGES[name]
    target = v.text(asked.get(change.target))
    if target is not None and change.target == "roleName":
        target = f"role/{target}"
    own = change.object_type == "user" and target is None and change.target == "userName"
    account = who.fields if own else c.named(target, realm)
    group = v.text(asked.get(change.group)) if change.group else None
    if group is not None and change.group == "policyArn":
        group = _arn(group)[1][-1] if _arn(group)[1] else group
    said = {"accessKeyId": c.dig(answered, "accessKey", "accessKeyId")}
    said |= {key: asked.get(key) for key in _POLICIES if change.object_type == "group"}
    return {
        "action": change.action,
        "object_type": change.object_type,
        **c.prefixed("target", account),
        "group": group,
        "group_domain": realm if group else None,
        "changes": [f"{key}={text}" for key, value in said.items() if (text := v.text(value))],
    }
