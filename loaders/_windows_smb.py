r"""SMB server's and client's security channels: who was refused, at both ends.

A client's address is a socket address in hexadecimal, its name what the client calls itself (often `\\address`).
"""

from __future__ import annotations

from typing import Any

from graphhunt.model import Fact, Logon, OutgoingRemote, ShareAccess

from . import _values as v
from ._windows_event import Event, Handler


def _client(get: v.Get) -> dict[str, Any]:
    address = v.socket_address(get("ClientAddress"))
    return {"source_ip": address[0], "source_port": address[1] or None} if address else {}


def _name(value: object) -> str | None:
    """Give a machine's name without the backslashes before it."""
    return v.text((v.text(value) or "").lstrip("\\"))


def _failed_logon(event: Event) -> list[Fact]:
    """Read 551: a session wasn't granted, as the client couldn't prove who it is."""
    get = event.data.get
    user, domain = v.account(get("UserName"))
    name = _name(get("ClientName"))
    return [
        Logon(
            **event.base(),
            **_client(get),
            user=user,
            domain=domain,
            success=False,
            status=v.hexadecimal(get("TranslatedStatus") or get("Status")),
            workstation=None if v.is_address(name) else name,
        )
    ]


def _denied_share(event: Event) -> list[Fact]:
    """Read 1006: an account that is known had no right to a share."""
    get = event.data.get
    user, domain = v.account(get("UserName"))
    return [
        ShareAccess(
            **event.base(),
            **_client(get),
            user=user,
            domain=domain,
            share=v.text(get("ShareName")),
            access=v.hexadecimal(get("MappedAccess")),
            success=False,
            status=v.hexadecimal(get("TranslatedStatus") or get("Status")),
            client_name=_name(get("ClientName")),
        )
    ]


def _refused(event: Event) -> list[Fact]:
    """Read 31001: another machine refused the account that this one's client named to it."""
    get = event.data.get
    target = _name(get("ServerName"))
    user, domain = v.account(get("UserName"))
    return [
        OutgoingRemote(
            **event.base(),
            via="smb",
            target_name=target,
            target_ip=target if v.is_address(target) else None,
            user=event.user,
            domain=event.domain,
            sid=event.sid,
            logon_id=v.logon_id(get("TargetLogonId")),
            target_user=user,
            target_domain=domain,
            success=False,
            status=v.hexadecimal(get("Status")),
        )
    ]


HANDLERS: dict[tuple[str, int], Handler] = {
    ("SMBServer", 551): _failed_logon,
    ("SMBServer", 1006): _denied_share,
    ("SMBClient", 31001): _refused,
}
"""The events mapped here."""
