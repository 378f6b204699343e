"""What Linux' tools for accounts (useradd, usermod, userdel, groupadd, gpasswd, passwd) say in the authentication log.

They name what was changed; who did it only gpasswd says. A line about a shadow file tells of a change again.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from graphhunt.model import AccountChange, Fact

from . import _values as v


class _Form(NamedTuple):
    """What a line says.

    Attributes:
        pattern: The line; its groups are fields of the fact.
        action: What was done, and to what.
    """

    pattern: re.Pattern[str]
    action: str
    object_type: str


_FORMS = tuple(
    _Form(re.compile(r"\A" + pattern), *rest)
    for pattern, *rest in (
        (r"new user: name=(?P<target_user>[^,]+)(?P<changes>(?:, \w+=[^,]*)*)$", "create", "user"),
        (r"new group: name=(?P<group>[^,]+)(?P<changes>(?:, \w+=[^,]*)*)$", "create", "group"),
        (r"delete user '(?P<target_user>[^']+)'", "delete", "user"),
        (r"removed group '(?P<group>[^']+)' owned by", "delete", "group"),
        (r"group '(?P<group>[^']+)' removed$", "delete", "group"),
        (r"add '(?P<target_user>[^']+)' to group '(?P<group>[^']+)'$", "add-member", "group"),
        (r"delete '(?P<target_user>[^']+)' from group '(?P<group>[^']+)'$", "remove-member", "group"),
        (r"user (?P<target_user>\S+) added by (?P<user>\S+) to group (?P<group>\S+)$", "add-member", "group"),
        (r"user (?P<target_user>\S+) removed by (?P<user>\S+) from group (?P<group>\S+)$", "remove-member", "group"),
        (r"change user name '(?P<old_user>[^']+)' to '(?P<target_user>[^']+)'$", "rename", "user"),
        (r"change user '(?P<target_user>[^']+)' password$", "reset-password", "user"),
        (r"pam_unix\(\w+:chauthtok\): password changed for (?P<target_user>\S+)$", "change-password", "user"),
        (r"lock user '(?P<target_user>[^']+)' password$", "disable", "user"),
        (r"unlock user '(?P<target_user>[^']+)' password$", "enable", "user"),
        (r"change user '(?P<target_user>[^']+)' (?P<changes>[^'\n]+(?:'[^\n]*)?)$", "change", "user"),
    )
)
_LONGEST = 4096


def change(base: dict[str, Any], message: str) -> Fact | None:
    """Give the change that a line tells of; None if it tells of none."""
    if len(message) > _LONGEST:
        return None
    for form in _FORMS:
        found = form.pattern.match(message)
        if found:
            said: dict[str, Any] = {
                name: v.text(value) for name, value in found.groupdict().items() if name != "changes"
            }
            changes = [part.strip() for part in (found.groupdict().get("changes") or "").split(",") if part.strip()]
            stated = [part for part in changes if not part.startswith("from=")]
            return AccountChange(**base, **said, action=form.action, object_type=form.object_type, changes=stated)
    return None
