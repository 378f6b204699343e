"""What a provider of threat intelligence says."""

from __future__ import annotations

from typing import ClassVar

from graphhunt.toolbox.entities.entity import Entity


class Threatintelligence(Entity, names="threatintelligence threat-intelligence"):
    """What a provider of threat intelligence says."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("ProviderName", "ThreatType", "ThreatName")

    ProviderName: str | None
    ThreatType: str | None
    ThreatName: str | None
    Confidence: str | None
    ReportLink: str | None
    ThreatDescription: str | None

    @property
    def description_str(self) -> str:
        """What it is, in a line."""
        return f"{self.ProviderName}: {self.ThreatName or self.ThreatType}"
