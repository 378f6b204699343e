"""An incident of a security operations centre."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity
from graphhunt.toolbox.entities.plain_form import Event, known

_COLUMNS = {
    "TimeGenerated": "properties.createdTimeUtc", "DisplayName": "properties.title",
    "Severity": "properties.severity", "Status": "properties.status",
    "Classification": "properties.classification", "Labels": "properties.labels",
    "StartTime": "properties.firstActivityTimeUtc", "EndTime": "properties.lastActivityTimeUtc",
}  # fmt: skip
_OWNER = {
    "Name": "properties.owner.assignedTo", "Email": "properties.owner.email",
    "UPN": "properties.owner.userPrincipalName", "ID": "properties.owner.objectId",
}  # fmt: skip


class Incident(Entity, names="incident"):
    """An incident; made of an event, of a row as Sentinel's interface gives it, flattened with dots."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("IncidentID",)
    nested: ClassVar[Mapping[str, str]] = {"Alerts": "alert", "Entities": ""}

    DisplayName: str | None
    IncidentID: str | None
    Severity: str | None
    Status: str | None
    Owner: dict[str, Any]
    Classification: str | None
    Labels: list[Any]
    Alerts: list[Any]
    Entities: list[Any]

    def _read_event(self, event: Event, role: str) -> None:
        super()._read_event(event, role)
        for name, column in _COLUMNS.items():
            if column in event:
                setattr(self, name, known(event[column]) if name != "Labels" else list(event[column] or []))
        if known(event.get("id")):
            self.IncidentID = str(event["id"]).rpartition("/")[2]
        self.Owner = {name: event[column] for name, column in _OWNER.items() if known(event.get(column))} or self.Owner

    @property
    def name_str(self) -> str:
        """Its title."""
        return self.DisplayName or self.IncidentID or "Incident"
