"""A group of a directory."""

from __future__ import annotations

from typing import ClassVar

from graphhunt.toolbox.entities.entity import Entity


class SecurityGroup(Entity, names="securitygroup security-group"):
    """A group of a directory."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("SID", "ObjectGuid", "DistinguishedName")

    DistinguishedName: str | None
    SID: str | None
    ObjectGuid: str | None
