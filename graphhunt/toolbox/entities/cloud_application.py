"""An application in a cloud."""

from __future__ import annotations

from typing import ClassVar

from graphhunt.toolbox.entities.entity import Entity


class CloudApplication(Entity, names="cloudapplication cloud-application"):
    """An application in a cloud."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("AppId", "Name")

    Name: str | None
    AppId: str | None
    InstanceName: str | None
