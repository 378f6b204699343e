"""What sshd says about logons, in Linux logs and in Windows' OpenSSH channel, and what dropbear says of its own."""

from __future__ import annotations

import re
from typing import Any

from . import _values as v

_ATTEMPT = re.compile(
    # No text of several lines: else each `from` in one would be tried to the line's end.
    r"(?![^\n]*+\n)(?P<result>Accepted|Failed) (?P<method>[\w/-]+) for (?:invalid user |illegal user )?(?P<user>.*) "
    r"from (?P<client>[^\s%]+)(?:%[\w.-]+)? port (?P<port>\d{1,5})(?: ssh2?)?(?:: .*)?$"
)

_ACCEPTED = re.compile(r"(?P<method>Password|Pubkey|PAM password) auth succeeded for '(?P<user>.*)'(?: with [^']*)?$")
_REFUSED = re.compile(
    r"(?:Bad (?P<method>PAM password|password) attempt for|Login attempt for nonexistent user) ?'?(?P<user>.*?)'?$"
)
_EXIT = re.compile(r"Exit \((?P<user>[^()]{1,255})\)(?: from <[^>]{1,80}>)?: ")
_METHODS = {"pubkey": "publickey", "pam password": "password"}


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


def dropbear_attempt(message: str) -> dict[str, Any] | None:
    """Read what dropbear says of an authentication into a Logon's fields; None for any other message."""
    said, _, client = message.strip().rpartition(" from ")
    accepted = _ACCEPTED.match(said)
    found = accepted or _REFUSED.match(said)
    address, _, port = client.rpartition(":")
    if found is None or not v.is_address(address):
        return None
    method = (found["method"] or "").lower()
    return {
        "user": v.text(found["user"]),
        "success": bool(accepted),
        "auth_package": _METHODS.get(method, method) or None,
        "logon_process": "dropbear",
        "source_ip": v.ip(address.strip("[]").partition("%")[0]),
        "source_port": v.port(port),
    }


def dropbear_end(message: str) -> str | None:
    """Give the account whose session a message of dropbear says has ended; None for any other message."""
    found = _EXIT.match(message)
    return v.text(found["user"]) if found else None
