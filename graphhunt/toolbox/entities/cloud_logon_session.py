"""A session of an account in a cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity


class CloudLogonSession(Entity, names="cloudlogonsession cloud-logon-session"):
    """A session of an account in a cloud."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("SessionId",)
    nested: ClassVar[Mapping[str, str]] = {"Account": "account"}

    SessionId: str | None
    UserAgent: str | None
    Account: Any
