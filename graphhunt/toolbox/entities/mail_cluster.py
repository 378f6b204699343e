"""Mails that belong together."""

from __future__ import annotations

from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity


class MailCluster(Entity, names="mailcluster mail-cluster"):
    """Mails that belong together."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("Query", "Source")

    NetworkMessageIds: list[str]
    CountByDeliveryStatus: dict[str, int]
    CountByThreatType: dict[str, int]
    CountByProtectionStatus: dict[str, int]
    Threats: list[str]
    Query: str | None
    QueryTime: Any
    MailCount: int | None
    IsVolumeAnomaly: bool | None
    Source: str | None
    ClusterSourceIdentifier: str | None
    ClusterSourceType: str | None
    ClusterQueryStartTime: Any
    ClusterQueryEndTime: Any
    ClusterGroup: str | None
