"""WinRM, Terminal Services, RDP and OpenSSH channels: who came in from where."""

from __future__ import annotations

from graphhunt.model import Connection, Fact, Logon, SessionChange, Skipped

from . import _ssh
from . import _values as v
from ._windows_event import Event, Handler

_SESSION_ACTIONS = {
    21: "connect", 22: "shell", 23: "logoff", 24: "disconnect", 25: "reconnect", 39: "disconnect", 40: "disconnect",
}  # fmt: skip
_USER, _DOMAIN = "User", "Domain"
_SESSION = "Session ID"
_ADDRESS = "Source Network Address"
_OTHER_SSH = Skipped("OpenSSH message that tells no authentication")


def _session(event: Event) -> list[Fact]:
    get, message = event.data.get, event.message
    user, domain = v.account(get("User") or v.find(_USER, message))
    session = v.text(get("SessionID") or get("Session") or get("TargetSession") or _session_of(message))
    source_ip = v.ip(get("Address") or v.find(_ADDRESS, message))
    return [
        SessionChange(
            **event.base(),
            action=_SESSION_ACTIONS[event.id],
            user=user,
            domain=domain,
            session=session,
            source_ip=source_ip,
        )
    ]


def _session_of(message: str | None) -> str | None:
    """Read the session from a line `Session ID: 2` or a sentence `Session 2 has been disconnected`."""
    stated = v.find(_SESSION, message)
    if stated is None and message is not None and message.startswith("Session "):
        number = message.split(" ", 2)[1]
        return number if number.isdecimal() else None
    return stated


def _authenticated(event: Event) -> list[Fact]:
    get, message = event.data.get, event.message
    user, domain = v.account(get("Param1") or v.find(_USER, message))
    domain = v.text(get("Param2") or v.find(_DOMAIN, message)) or domain
    source_ip = v.ip(get("Param3") or v.find(_ADDRESS, message))
    return [SessionChange(**event.base(), action="authenticated", user=user, domain=domain, source_ip=source_ip)]


def _listener(event: Event) -> list[Fact]:
    return [SessionChange(**event.base(), action="connect", session=v.text(event.data.get("listenerName")))]


def _rdp_accepted(event: Event) -> list[Fact]:
    """Read RdpCoreTS 131: the server accepted a connection from `10.0.2.16:52202` or `[fe80::1]:52202`."""
    client = v.text(event.data.get("ClientIP"))
    address = client.rpartition(":")[0].strip("[]") if client else None
    return [SessionChange(**event.base(), action="connect", source_ip=v.ip(address))]


def _rdp_client(event: Event) -> list[Fact]:
    """Read RdpClient 1024 and 1102: this machine's client (the process that logs it) connects to a server."""
    return [_outgoing(event, v.text(event.data.get("Value")))]


def _winrm_client(event: Event) -> list[Fact]:
    """Read WinRM 6: the process that logs it opens a session to `server/wsman?PSVersion=5.1`."""
    target = v.text(event.data.get("connection"))
    server = target.partition("://")[2] or target if target else None
    return [_outgoing(event, server.partition("/")[0] if server else None)]


def _outgoing(event: Event, server: str | None) -> Connection:
    return Connection(
        **event.base(),
        pid=event.pid,
        destination_ip=server if v.is_address(server) else None,
        destination_name=None if v.is_address(server) else server,
        protocol="tcp",
        initiated=True,
    )


def _winrm_shell(event: Event) -> list[Fact]:
    session = v.text(event.data.get("shellId"))
    return [
        SessionChange(
            **event.base(), action="shell", user=event.user, domain=event.domain, sid=event.sid, session=session
        )
    ]


def _winrm_authenticated(event: Event) -> list[Fact]:
    user, domain = v.account(event.data.get("username"))
    return [SessionChange(**event.base(), action="authenticated", user=user, domain=domain)]


def _openssh(event: Event) -> list[Fact] | Skipped:
    said = _ssh.attempt(v.text(event.data.get("payload")) or "")
    return [Logon(**event.base(), **said)] if said else _OTHER_SSH


HANDLERS: dict[tuple[str, int], Handler] = {
    **{("LocalSessionManager", number): _session for number in _SESSION_ACTIONS},
    ("RemoteConnectionManager", 1149): _authenticated,
    ("RemoteConnectionManager", 261): _listener,
    ("RdpCoreTS", 131): _rdp_accepted,
    ("RdpClient", 1024): _rdp_client,
    ("RdpClient", 1102): _rdp_client,
    ("WinRM", 6): _winrm_client,
    ("WinRM", 91): _winrm_shell,
    ("WinRM", 169): _winrm_authenticated,
    ("OpenSSH", 4): _openssh,
}
"""The events mapped here."""
