"""An alert."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity
from graphhunt.toolbox.entities.graph_nodes import Field, microseconds, moment


class Alert(Entity, names="alert alerts"):
    """An alert of a product or rule; a node `Alert` of the graph."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("SystemAlertId", "DisplayName")
    nested: ClassVar[Mapping[str, str]] = {"Entities": ""}
    label: ClassVar[str] = "Alert"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("id", "SystemAlertId"), Field("name", "DisplayName"), Field("level", "Severity"),
        Field("rule", "AlertType"),
        Field("product", "ProviderName"), Field("first_seen", "StartTimeUtc", moment, microseconds),
        Field("last_seen", "EndTimeUtc", moment, microseconds),
    )  # fmt: skip

    DisplayName: str | None
    CompromisedEntity: str | None
    Count: int | None
    StartTimeUtc: Any
    EndTimeUtc: Any
    Severity: str | None
    SystemAlertId: str | None
    SystemAlertIds: list[str]
    AlertType: str | None
    VendorName: str | None
    ProviderName: str | None
    Entities: list[Any]

    @property
    def name_str(self) -> str:
        """Its title."""
        return self.DisplayName or self.AlertType or "Alert"

    @property
    def description_str(self) -> str:
        """Its title, when it was and what it concerns."""
        return f"{self.name_str} ({self.StartTimeUtc}) {self.CompromisedEntity or ''}".strip()
