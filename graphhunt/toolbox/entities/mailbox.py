"""A mailbox."""

from __future__ import annotations

from typing import ClassVar

from graphhunt.toolbox.entities.entity import Entity


class Mailbox(Entity, names="mailbox"):
    """A mailbox."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("MailboxPrimaryAddress",)

    MailboxPrimaryAddress: str | None
    DisplayName: str | None
    Upn: str | None
    ExternalDirectoryObjectId: str | None
    RiskLevel: str | None
