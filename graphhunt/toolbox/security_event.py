"""Security events: `SecurityEvent` under msticpy's name."""

from __future__ import annotations

from typing import Any

from graphhunt.toolbox.entities import Account, Entity, Host, HostLogonSession, IpAddress, Process
from graphhunt.toolbox.entities.plain_form import known
from graphhunt.toolbox.security_base import SecurityBase

_STARTS = {"4688"}
_LOGONS = {"4624", "4625"}


class SecurityEvent(SecurityBase):
    """An event of the Windows Security log: its columns as attributes, and its entities.

    Args:
        src_row: The event: a dictionary or a row of a frame.
    """

    def __init__(self, src_row: Any = None) -> None:
        super().__init__(src_row)
        self._entities = _entities(self._source)


def _entities(event: dict[str, Any]) -> list[Entity]:
    """Give the machine, and what starts of processes and logons tell of beside."""
    number = str(known(event.get("EventID")) or "").removesuffix(".0")
    if not number:
        return []
    host = Host(src_event=event)
    if number in _STARTS:
        return [host, *_of_start(event, host)]
    return [host, *_of_logon(event, host)] if number in _LOGONS else [host]


def _of_start(event: dict[str, Any], host: Host) -> list[Entity]:
    process = Process(src_event=event)
    process.Host = process.Account.Host = host
    session = HostLogonSession(src_event=event, Host=host, Account=process.Account)
    parent = process.ParentProcess
    found = [process, process.Account, session, process.ImageFile, parent, parent and parent.ImageFile]
    return [entity for entity in found if entity]


def _of_logon(event: dict[str, Any], host: Host) -> list[Entity]:
    accounts = [Account(src_event=event, role=role, Host=host) for role in ("target", "subject")]
    session = HostLogonSession(src_event=event, Host=host, Account=accounts[0])
    address = IpAddress(src_event=event)
    return [*(account for account in accounts if account.Name), session, *([address] if address.Address else [])]
