"""What sshd says about logons, in Linux logs and in Windows' OpenSSH channel."""

from __future__ import annotations

import re
from typing import Any

from . import _values as v

_ATTEMPT = re.compile(
    # No text of several lines: else each `from` in one would be tried to the line's end.
    r"(?![^\n]*+\n)(?P<result>Accepted|Failed) (?P<method>[\w/-]+) for (?:invalid user |illegal user )?(?P<user>.*) "
    r"from (?P<client>[^\s%]+)(?:%[\w.-]+)? port (?P<port>\d{1,5})(?: ssh2?)?(?:: .*)?$"
)


def attempt(message: str) -> dict[str, Any] | None:
    """Read an accepted or failed authentication into a Logon's fields; None for any other message.

    The user name is the client's own text: the address is taken from the end of the message, so that a
    name such as `x from 10.0.0.1 port 22` can't forge it. In its place may stand a name that the server found for the
    client, or UNKNOWN.
    """
    match = _ATTEMPT.match(message.strip())
    if match is None:
        return None
    user, domain = v.account(match["user"])
    client = match["client"]
    address = v.is_address(client)
    named = not address and client != "UNKNOWN"
    return {
        "user": user,
        "domain": domain,
        "success": match["result"] == "Accepted",
        "auth_package": match["method"],
        "logon_process": "sshd",
        "source_ip": v.ip(client) if address else None,
        "source_name": v.text(client) if named else None,
        "source_port": v.port(match["port"]),
    }
