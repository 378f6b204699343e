"""A mail that somebody reported."""

from __future__ import annotations

from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity


class SubmissionMail(Entity, names="submissionmail submission-mail"):
    """A mail that somebody reported."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("SubmissionId", "NetworkMessageId", "Recipient")

    SubmissionId: str | None
    Submitter: str | None
    NetworkMessageId: str | None
    Recipient: str | None
    Sender: str | None
    SenderIp: str | None
    Subject: str | None
    ReportType: str | None
    SubmissionDate: Any
    Timestamp: Any
