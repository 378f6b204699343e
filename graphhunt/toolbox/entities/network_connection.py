"""A connection between two addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity


class NetworkConnection(Entity, names="networkconnection network-connection"):
    """A connection between two addresses."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = (
        "SourceAddress",
        "SourcePort",
        "DestinationAddress",
        "DestinationPort",
        "Protocol",
    )
    nested: ClassVar[Mapping[str, str]] = {"SourceAddress": "ipaddress", "DestinationAddress": "ipaddress"}

    SourceAddress: Any
    SourcePort: int | None
    DestinationAddress: Any
    DestinationPort: int | None
    Protocol: str | None

    @property
    def name_str(self) -> str:
        """Both ends, with the protocol."""
        ends = [
            f"{address.name_str if isinstance(address, Entity) else address}:{port}" for address, port in self._ends()
        ]
        return f"{ends[0]} [{self.Protocol}]-> {ends[1]}"

    def _ends(self) -> tuple[tuple[Any, int | None], tuple[Any, int | None]]:
        return (self.SourceAddress, self.SourcePort), (self.DestinationAddress, self.DestinationPort)
