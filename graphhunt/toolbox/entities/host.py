"""A machine."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity
from graphhunt.toolbox.entities.entity_enums import OSFamily
from graphhunt.toolbox.entities.graph_nodes import Field
from graphhunt.toolbox.entities.plain_form import Event, known


class Host(Entity, names="host machine"):
    """A machine; a node `Machine` of the graph. Made of an event, it is the one that `Computer` names."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("fqdn", "AzureID", "OMSAgentID")
    enums: ClassVar[Mapping[str, type[Enum]]] = {"OSFamily": OSFamily}
    label: ClassVar[str] = "Machine"
    fields: ClassVar[tuple[Field, ...]] = (Field("name", "HostName"),)

    DnsDomain: str | None
    NTDomain: str | None
    HostName: str | None
    NetBiosName: str | None
    AzureID: str | None
    OMSAgentID: str | None
    OSFamily: Any
    OSVersion: str | None
    IsDomainJoined: bool | None
    DeviceName: str | None
    IPAddress: Any

    def _read_event(self, event: Event, role: str) -> None:
        super()._read_event(event, role)
        if computer := known(event.get("Computer")):
            self.HostName, _, domain = str(computer).partition(".")
            self.DnsDomain = domain or self.DnsDomain
            self.NetBiosName = self.HostName

    def __getitem__(self, key: str) -> Any:
        """Give a property by name, `fqdn` too; KeyError for a name that machines don't have."""
        return self.fqdn if key == "fqdn" else super().__getitem__(key)

    def put(self, key: Any, properties: Mapping[str, Any]) -> None:
        """Set the properties that a node's say; the domain is what its full name has behind its name."""
        super().put(key, properties)
        name, _, domain = str(properties.get("fqdn") or "").partition(".")
        if domain and (self.HostName is None or self.HostName.lower() == name.lower()):
            self.HostName, self.DnsDomain = self.HostName or name, domain

    def columns(self) -> dict[str, Any]:
        """Give the properties of a node that the machine's say."""
        return super().columns() | ({"fqdn": self.fqdn} if self.DnsDomain else {})

    @property
    def fqdn(self) -> str | None:
        """Its full name, with the DNS domain where that is known."""
        return f"{self.HostName}.{self.DnsDomain}" if self.HostName and self.DnsDomain else self.HostName

    @property
    def FullName(self) -> str | None:  # noqa: N802  the documents' name
        """Its full name, as `fqdn`."""
        return self.fqdn

    @property
    def computer(self) -> str | None:
        """Its name as events write it."""
        return self.fqdn or self.NetBiosName or self.DeviceName

    @property
    def name_str(self) -> str:
        """Its full name."""
        return self.computer or "Host"

    @property
    def description_str(self) -> str:
        """Its full name and the kind of its operating system."""
        family = getattr(self.OSFamily, "name", self.OSFamily)
        return f"{self.name_str} ({family})" if family else self.name_str


Machine = Host
"""The graph's name for a host."""
