"""A session of an account on a machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity
from graphhunt.toolbox.entities.plain_form import Event, known


class HostLogonSession(Entity, names="hostlogonsession host-logon-session"):
    """A session of an account on a machine. Made of an event, it is the one that the event began or ran in."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("Host", "SessionId")
    nested: ClassVar[Mapping[str, str]] = {"Account": "account", "Host": "host"}

    Account: Any
    StartTimeUtc: Any
    EndTimeUtc: Any
    Host: Any
    SessionId: str | None

    def _read_event(self, event: Event, role: str) -> None:
        when = (known(event.get(name)) for name in ("TimeCreatedUtc", "TimeGenerated"))
        self.StartTimeUtc = self.EndTimeUtc = next((time for time in when if time is not None), None)
        ids = (known(event.get(name)) for name in ("TargetLogonId", "SubjectLogonId"))
        self.SessionId = next((str(one) for one in ids if one not in (None, "0x0")), None)

    @property
    def name_str(self) -> str:
        """The session's id on its machine."""
        return f"{getattr(self.Host, 'HostName', None)}: session: {self.SessionId}"
