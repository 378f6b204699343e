"""An address."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity
from graphhunt.toolbox.entities.graph_nodes import Field
from graphhunt.toolbox.entities.plain_form import Event, known


class IpAddress(Entity, names="ipaddress ip"):
    """An address; a node `IP` of the graph. Made of an event, it is the one that `IpAddress` names."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("Address",)
    nested: ClassVar[Mapping[str, str]] = {"Location": "geolocation", "ThreatIntelligence": "threatintelligence"}
    label: ClassVar[str] = "IP"
    fields: ClassVar[tuple[Field, ...]] = (Field("id", "Address"),)

    Address: str | None
    Location: Any
    ThreatIntelligence: list[Any]

    def _read_event(self, event: Event, role: str) -> None:
        super()._read_event(event, role)
        found = known(event.get("IpAddress"))
        self.Address = self.Address if found in (None, "-") else str(found)

    @property
    def ip_address(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
        """The address as Python has it; None if it isn't one."""
        try:
            return ipaddress.ip_address(str(self.Address).strip())
        except ValueError:
            return None


Ip = IpAddress
"""The short name of an address."""
