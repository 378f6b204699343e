"""An account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity
from graphhunt.toolbox.entities.graph_nodes import Field
from graphhunt.toolbox.entities.plain_form import Event, known

_COLUMNS = {
    "Name": ("UserName",),
    "NTDomain": ("DomainName", "UserDomain"),
    "Sid": ("UserSid",),
    "LogonId": ("LogonId",),
}
"""Properties, with the ends of the columns that say them after `Subject` or `Target`."""


class Account(Entity, names="account user"):
    """An account; a node `User` of the graph. Made of an event it is the `subject` or the `target`, by `role`."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("Sid", "AadUserId", "qualified_name")
    nested: ClassVar[Mapping[str, str]] = {"Host": "host"}
    label: ClassVar[str] = "User"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("sid", "Sid"), Field("name", "Name"), Field("domain", "NTDomain"),
    )  # fmt: skip

    Name: str | None
    NTDomain: str | None
    UPNSuffix: str | None
    Host: Any
    LogonId: str | None
    Sid: str | None
    AadTenantId: str | None
    AadUserId: str | None
    PUID: str | None
    IsDomainJoined: bool | None
    DisplayName: str | None
    ObjectGuid: str | None

    def _read_event(self, event: Event, role: str) -> None:
        super()._read_event(event, role)
        side = "Target" if role == "target" else "Subject"
        for name, ends in _COLUMNS.items():
            said = (known(event.get(f"{side}{end}")) for end in ends)
            value = next((value for value in said if value is not None), None)
            setattr(self, name, value if value is not None else self[name])

    def __getitem__(self, key: str) -> Any:
        """Give a property by name, `qualified_name` too; KeyError for a name that accounts don't have."""
        return self.qualified_name if key == "qualified_name" else super().__getitem__(key)

    @property
    def qualified_name(self) -> str:
        r"""Its name with what holds it: `DOMAIN\name`, `name@suffix` or `HOST\name`."""
        name = self.Name or ""
        if self.NTDomain:
            return f"{self.NTDomain}\\{name}"
        if self.UPNSuffix:
            return f"{name}@{self.UPNSuffix}"
        return f"{self.Host.HostName}\\{name}" if getattr(self.Host, "HostName", None) else name

    @property
    def name_str(self) -> str:
        """Its name, else its id."""
        return self.Name or self.Sid or self.AadUserId or "Account"

    @property
    def description_str(self) -> str:
        """Its qualified name."""
        return self.qualified_name or self.name_str


User = Account
"""The graph's name for an account."""
