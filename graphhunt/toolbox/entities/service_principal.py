"""The account of an application in a directory."""

from __future__ import annotations

from typing import ClassVar

from graphhunt.toolbox.entities.entity import Entity


class ServicePrincipal(Entity, names="serviceprincipal service-principal"):
    """The account of an application in a directory."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("ServicePrincipalObjectId", "AppId", "ServicePrincipalName")

    ServicePrincipalName: str | None
    ServicePrincipalObjectId: str | None
    AppId: str | None
    AppOwnerTenantId: str | None
    TenantId: str | None
    ServicePrincipalType: str | None
