"""WinRM, Terminal Services, RDP and OpenSSH channels: who came in from where."""

from __future__ import annotations

from graphhunt.model import Connection, Fact, Logon, OutgoingRemote, SessionChange, Skipped

from . import _ssh
from . import _values as v
from ._windows_event import Event, Handler, client_of

_SESSION_ACTIONS = {
    21: "connect", 22: "shell", 23: "logoff", 24: "disconnect", 25: "reconnect", 39: "disconnect", 40: "disconnect",
}  # fmt: skip
_WINRM_ACTIONS = {168: "attempt", 169: "authenticated"}
_USER, _DOMAIN = "User", "Domain"
_SESSION = "Session ID"
_ADDRESS = "Source Network Address"
_OTHER_SSH = Skipped("OpenSSH message that tells no authentication")


def _session(event: Event) -> list[Fact]:
    get, message = event.data.get, event.message
    user, domain = v.account(get("User") or v.find(_USER, message))
    session = v.text(get("SessionID") or get("Session") or get("TargetSession") or _session_of(message))
    return [
        SessionChange(
            **event.base(),
            **client_of(get("Address") or v.find(_ADDRESS, message)),
            action=_SESSION_ACTIONS[event.id],
            user=user,
            domain=domain,
            session=session,
            other_session=v.text(get("Source")) if event.id == 39 else None,
            status=v.text(get("Reason")),
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
    client = client_of(get("Param3") or v.find(_ADDRESS, message))
    return [SessionChange(**event.base(), **client, action="authenticated", user=user, domain=domain)]


def _listener(event: Event) -> list[Fact]:
    """Read 261: somebody came to a listener; who and from where isn't said."""
    return [SessionChange(**event.base(), action="attempt", session=v.text(event.data.get("listenerName")))]


def _rdp_accepted(event: Event) -> list[Fact]:
    """Read RdpCoreTS 131: the server accepted a connection from `10.0.2.16:52202` or `[fe80::1]:52202`.

    Nobody has proved yet who they are: an attempt.
    """
    address, _, port = (v.text(event.data.get("ClientIP")) or "").rpartition(":")
    source_ip, source_port = v.ip(address.strip("[]")), v.port(port)
    return [SessionChange(**event.base(), action="attempt", source_ip=source_ip, source_port=source_port)]


def _rdp_failed(event: Event) -> list[Fact]:
    """Read RdpCoreTS 140: user name or password of a client at this address were wrong."""
    return [SessionChange(**event.base(), action="failed", source_ip=v.ip(event.data.get("IPString")))]


def _rdp_client(event: Event) -> list[Fact]:
    """Read RdpClient 1024 and 1102: this machine's client (the process that logs it) connects to a server."""
    return _outgoing(event, "rdp", v.text(event.data.get("Value")))


def _winrm_client(event: Event) -> list[Fact]:
    """Read WinRM 6: the process that logs it opens a session to `server/wsman?PSVersion=5.1`."""
    target = v.text(event.data.get("connection"))
    server = target.partition("://")[2] or target if target else None
    return _outgoing(event, "winrm", server.partition("/")[0] if server else None)


def _outgoing(event: Event, via: str, server: str | None) -> list[Fact]:
    """Give the connection that the record tells of, and the attempt to get to another machine."""
    address = server if v.is_address(server) else None
    connection = Connection(
        **event.base(),
        pid=event.pid,
        destination_ip=address,
        destination_name=None if address else server,
        protocol="tcp",
        initiated=True,
    )
    attempt = OutgoingRemote(
        **event.base(),
        via=via,
        target_name=server,
        target_ip=address,
        user=event.user,
        domain=event.domain,
        sid=event.sid,
        pid=event.pid,
    )
    return [connection, attempt]


def _winrm_shell(event: Event) -> list[Fact]:
    session = v.text(event.data.get("shellId"))
    return [
        SessionChange(
            **event.base(), action="shell", user=event.user, domain=event.domain, sid=event.sid, session=session
        )
    ]


def _winrm_authenticated(event: Event) -> list[Fact]:
    """Read WinRM 168 (a user is being authenticated) and 169 (is authenticated), at the server."""
    user, domain = v.account(event.data.get("username"))
    return [
        SessionChange(
            **event.base(),
            action=_WINRM_ACTIONS[event.id],
            user=user,
            domain=domain,
            auth_package=v.text(event.data.get("authenticationMechanism")),
        )
    ]


def _openssh(event: Event) -> list[Fact] | Skipped:
    said = _ssh.attempt(v.text(event.data.get("payload")) or "")
    return [Logon(**event.base(), **said)] if said else _OTHER_SSH


HANDLERS: dict[tuple[str, int], Handler] = {
    **{("LocalSessionManager", number): _session for number in _SESSION_ACTIONS},
    ("RemoteConnectionManager", 1149): _authenticated,
    ("RemoteConnectionManager", 261): _listener,
    ("RdpCoreTS", 131): _rdp_accepted,
    ("RdpCoreTS", 140): _rdp_failed,
    ("RdpClient", 1024): _rdp_client,
    ("RdpClient", 1102): _rdp_client,
    ("WinRM", 6): _winrm_client,
    ("WinRM", 91): _winrm_shell,
    ("WinRM", 168): _winrm_authenticated,
    ("WinRM", 169): _winrm_authenticated,
    ("OpenSSH", 4): _openssh,
}
"""The events mapped here."""
