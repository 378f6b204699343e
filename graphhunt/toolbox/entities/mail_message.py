"""A mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity


class MailMessage(Entity, names="mailmessage mail-message"):
    """A mail."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("NetworkMessageId", "Recipient")
    nested: ClassVar[Mapping[str, str]] = {"Files": "file"}

    Recipient: str | None
    Files: list[Any]
    Urls: list[str]
    Threats: list[str]
    Sender: str | None
    P1Sender: str | None
    P1SenderDisplayName: str | None
    P1SenderDomain: str | None
    SenderIP: str | None
    P2Sender: str | None
    P2SenderDisplayName: str | None
    P2SenderDomain: str | None
    ReceivedDate: Any
    NetworkMessageId: str | None
    InternetMessageId: str | None
    Subject: str | None
    BodyFingerprintBin1: str | None
    BodyFingerprintBin2: str | None
    BodyFingerprintBin3: str | None
    BodyFingerprintBin4: str | None
    BodyFingerprintBin5: str | None
    AntispamDirection: str | None
    DeliveryAction: str | None
    DeliveryLocation: str | None
    Language: str | None
    ThreatDetectionMethods: str | None

    @property
    def name_str(self) -> str:
        """Its subject, else whom it was sent to."""
        return self.Subject or f"MailMessage to: {self.Recipient}"
