"""Tenants: everything that was loaded for one."""

from __future__ import annotations

from typing import Any

from graphhunt import current
from graphhunt.entities.actions import Acting
from graphhunt.entities.base import Result
from graphhunt.entities.histogram import Histogram
from graphhunt.entities.kinds import entered
from graphhunt.entities.managing import Managing
from graphhunt.entities.measured import Measured
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.pivoting import Pivoting
from graphhunt.entities.rows import Block, Detection
from graphhunt.entities.with_machines import WithMachines
from graphhunt.entities.with_users import WithUsers


@entered
class Client(Acting, WithMachines, WithUsers, Managing, Measured, Pivoting):
    """One or several tenants, with all their machines.

    Args:
        client_id: Ids of tenants; `all` for every one.
        period: The time asked about; what the setting `period` says when not given.
        hunt: The hunt to ask; the open one when not given, if only one is open.
    """

    label = "Client"
    anchor = "clients"

    def __init__(
        self,
        client_id: str | list[str] = "all",
        period: TimePeriod | None = None,
        hunt: current.OpenHunt | None = None,
    ) -> None:
        super().__init__(client_id, None, period, hunt)

    def _look_up(self) -> list[str]:
        return self._found("client", names=None if "all" in self.names else self.names)

    def get_blocked(  # type: ignore[override]  # a tenant has no machine to narrow to first
        self, file: Any = None, period: TimePeriod | None = None, histogram: Histogram | None = None,
        *, muid: Any = None, users: Any = None, limit: int | None = None,
    ) -> Result[Block]:  # fmt: skip
        """Ask for what a product stopped anywhere at the tenant; see `User.get_blocked`."""
        return super().get_blocked(muid, file, period, histogram, users=users, limit=limit)

    def get_detections(  # type: ignore[override]  # a tenant has no machine to narrow to first
        self, file: Any = None, period: TimePeriod | None = None, histogram: Histogram | None = None,
        *, muid: Any = None, users: Any = None, limit: int | None = None,
    ) -> Result[Detection]:  # fmt: skip
        """Ask for alerts anywhere at the tenant; see `User.get_detections`."""
        return super().get_detections(muid, file, period, histogram, users=users, limit=limit)
