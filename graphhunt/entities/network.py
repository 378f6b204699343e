"""Addresses and DNS names."""

from __future__ import annotations

from typing import Any

from graphhunt import current
from graphhunt.entities import values
from graphhunt.entities.actions import STATUSES, shown_connection
from graphhunt.entities.base import Result, counted
from graphhunt.entities.histogram import Histogram
from graphhunt.entities.logons import WithMachines
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.rows import Connection, RemoteLogon
from graphhunt.entities.seen import Seen
from graphhunt.ids import domain_name


class IP(WithMachines, Seen):
    """One or several addresses.

    Args:
        address: Addresses in any notation.
        period: The time asked about; all loaded time when not given.
        hunt: The hunt to ask; the one opened last when not given.

    Raises:
        UsageError: One isn't an address.
    """

    label = "IP"
    anchor = "addresses"

    def __init__(self, address: Any, period: TimePeriod | None = None, hunt: current.OpenHunt | None = None) -> None:
        super().__init__(values.addresses(address), None, period, hunt)

    def _look_up(self) -> list[str]:
        return self.names

    def get_communications(
        self, period: TimePeriod | None = None, histogram: Histogram | None = None, *, top: int | None = None
    ) -> Result[Connection]:
        """Ask for the connections of all processes with the address."""
        given = {"limit": values.rows_at_most(top), **self._window(period)}
        rows = self._ask(Connection, "communications", lambda: given, lambda row: shown_connection(row, STATUSES))
        return counted(rows, histogram)

    def get_remote_logons(
        self, period: TimePeriod | None = None, histogram: Histogram | None = None, *, limit: int | None = None
    ) -> Result[RemoteLogon]:
        """Ask for the logons that came from the address, where it belongs to no known machine."""
        given = {"limit": values.rows_at_most(limit), **self._window(period)}
        return counted(self._ask(RemoteLogon, "remote_logons", lambda: given), histogram)


class Domain(WithMachines):
    """One or several DNS names.

    Args:
        name: The names.
        period: The time asked about; all loaded time when not given.
        hunt: The hunt to ask; the one opened last when not given.
    """

    label = "Domain"
    anchor = "domains"

    def __init__(
        self, name: str | list[str], period: TimePeriod | None = None, hunt: current.OpenHunt | None = None
    ) -> None:
        super().__init__([domain_name(one) for one in values.listed(name)], None, period, hunt)

    def _look_up(self) -> list[str]:
        return self.names
