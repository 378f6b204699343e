"""A device of the internet of things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity


class IoTDevice(Entity, names="iotdevice"):
    """A device of the internet of things."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("IoTHub", "DeviceId")
    nested: ClassVar[Mapping[str, str]] = {"IpAddress": "ipaddress"}

    IoTHub: str | None
    DeviceId: str | None
    DeviceName: str | None
    IoTSecurityAgentId: str | None
    DeviceType: str | None
    Source: str | None
    SourceRef: str | None
    Manufacturer: str | None
    Model: str | None
    OperatingSystem: str | None
    MacAddress: str | None
    Protocols: str | None
    SerialNumber: str | None
    IpAddress: Any

    @property
    def name_str(self) -> str:
        """Its name, else its id."""
        return self.DeviceName or self.DeviceId or "IoTDevice"
