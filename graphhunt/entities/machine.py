"""Machines."""

from __future__ import annotations

from typing import Any

from graphhunt import current
from graphhunt.entities import values
from graphhunt.entities.actions import Acting
from graphhunt.entities.logons import LoggingOn, WithUsers
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.seen import Measured, Seen
from graphhunt.errors import UsageError


class Machine(Acting, LoggingOn, WithUsers, Seen, Measured):
    """One or several machines.

    Args:
        muid: Ids of machines; short host names, in lower case, within one tenant.
        name: Host names in any spelling the logs use.
        client_id: Tenants to look in; all when not given.
        period: The time asked about; all loaded time when not given.
        local_ip: Addresses; means the machines that had them in the period.
        hunt: The hunt to ask; the one opened last when not given.

    Raises:
        UsageError: Nothing names a machine, or an address isn't one.
    """

    label = "Machine"
    anchor = "machines"

    def __init__(
        self,
        muid: str | list[str] | None = None,
        name: str | list[str] | None = None,
        client_id: str | list[str] | None = None,
        period: TimePeriod | None = None,
        local_ip: Any = None,
        hunt: current.OpenHunt | None = None,
    ) -> None:
        if muid is None and name is None and local_ip is None:
            raise UsageError("a machine is named by muid, name or local_ip")
        super().__init__([*values.listed(muid), *values.listed(name)], client_id, period, hunt)
        self.local_ip = values.addresses(local_ip)

    def _look_up(self) -> list[str]:
        found = super()._look_up() if self.names else []
        if self.local_ip:
            found += self._found("machine_at", addresses=self.local_ip, **self._window(None))
        return list(dict.fromkeys(found))

    @property
    def name(self) -> str:
        """The name or names as they were given."""
        return ", ".join(self.names or self.ids)

    @property
    def muid(self) -> list[str]:
        """The ids of the machines."""
        return self.ids
