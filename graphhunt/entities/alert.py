"""Alerts of products and rules."""

from __future__ import annotations

from graphhunt import current
from graphhunt.entities.kinds import entered
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.pivoting import Pivoting
from graphhunt.entities.with_machines import WithMachines
from graphhunt.entities.with_users import WithUsers


@entered
class Alert(WithMachines, WithUsers, Pivoting):
    """One or several alerts: Defender 1116 and 1117, Suricata, Zeek notices, and whatever a loader calls a detection.

    Args:
        alerts: Ids, detection ids, rules or products.
        client_id: Tenants to look in; all when not given.
        period: The time asked about; what the setting `period` says when not given.
        hunt: The hunt to ask; the open one when not given, if only one is open.
    """

    label = "Alert"
    anchor = "alerts"

    def __init__(
        self,
        alerts: str | list[str],
        client_id: str | list[str] | None = None,
        period: TimePeriod | None = None,
        hunt: current.OpenHunt | None = None,
    ) -> None:
        super().__init__(alerts, client_id, period, hunt)
