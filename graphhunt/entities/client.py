"""Tenants: everything that was loaded for one."""

from __future__ import annotations

from graphhunt import current
from graphhunt.entities.actions import Acting
from graphhunt.entities.logons import WithMachines, WithUsers
from graphhunt.entities.measured import Measured
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.pivoting import Pivoting


class Client(Acting, WithMachines, WithUsers, Measured, Pivoting):
    """One or several tenants, with all their machines.

    Args:
        client_id: Ids of tenants; `all` for every one.
        period: The time asked about; what the setting `period` says when not given.
        hunt: The hunt to ask; the one opened last when not given.
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
