"""A setting of a mailbox, such as a rule that forwards."""

from __future__ import annotations

from typing import ClassVar

from graphhunt.toolbox.entities.entity import Entity


class MailboxConfiguration(Entity, names="mailboxconfiguration mailbox-configuration"):
    """A setting of a mailbox, such as a rule that forwards."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("ConfigId",)

    MailboxPrimaryAddress: str | None
    DisplayName: str | None
    Upn: str | None
    ConfigId: str | None
    ConfigType: str | None
    ExternalDirectoryObjectId: str | None
    RiskLevel: str | None
