"""Accounts."""

from __future__ import annotations

from graphhunt import current
from graphhunt.entities.actions import Acting
from graphhunt.entities.kinds import entered
from graphhunt.entities.managing import Managing
from graphhunt.entities.measured import Measured
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.pivoting import Pivoting
from graphhunt.entities.with_machines import WithMachines


@entered
class User(Acting, WithMachines, Managing, Measured, Pivoting):
    r"""One or several accounts.

    Args:
        users: Names in any spelling the logs use (`DOMAIN\name`, `name@domain`, `name`), SIDs or ids.
        client_id: Tenants to look in; all when not given.
        period: The time asked about; what the setting `period` says when not given.
        hunt: The hunt to ask; the open one when not given, if only one is open.
    """

    label = "User"
    anchor = "users"

    def __init__(
        self,
        users: str | list[str],
        client_id: str | list[str] | None = None,
        period: TimePeriod | None = None,
        hunt: current.OpenHunt | None = None,
    ) -> None:
        super().__init__(users, client_id, period, hunt)

    @property
    def name(self) -> str:
        """The name or names as they were given."""
        return ", ".join(self.names or self.ids)
