"""A DNS name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity
from graphhunt.toolbox.entities.graph_nodes import Field


class Dns(Entity, names="dns dnsresolve dns-resolve"):
    """A DNS name, and what it resolved to; a node `Domain` of the graph."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("DomainName",)
    nested: ClassVar[Mapping[str, str]] = {
        "IpAddresses": "ipaddress", "DnsServerIp": "ipaddress", "HostIpAddress": "ipaddress",
    }  # fmt: skip
    label: ClassVar[str] = "Domain"
    fields: ClassVar[tuple[Field, ...]] = (Field("name", "DomainName"),)

    DomainName: str | None
    IpAddresses: list[Any]
    DnsServerIp: Any
    HostIpAddress: Any
