"""A resource of Azure."""

from __future__ import annotations

from typing import ClassVar

from graphhunt.toolbox.entities.entity import Entity


class AzureResource(Entity, names="azureresource azure-resource"):
    """A resource of Azure."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("ResourceId",)

    ResourceId: str | None
    SubscriptionId: str | None
    ResourceIdParts: dict[str, str]
