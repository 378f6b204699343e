"""Addresses."""

from __future__ import annotations

from typing import Any

from graphhunt import current
from graphhunt.entities import values
from graphhunt.entities.kinds import entered
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.pivoting import Pivoting
from graphhunt.entities.talking import Talking
from graphhunt.entities.with_machines import WithMachines


@entered
class IP(Talking, WithMachines, Pivoting):
    """One or several addresses.

    Args:
        address: Addresses in any notation.
        period: The time asked about; what the setting `period` says when not given.
        hunt: The hunt to ask; the open one when not given, if only one is open.

    Raises:
        UsageError: One isn't an address.
    """

    label = "IP"
    anchor = "addresses"

    def __init__(self, address: Any, period: TimePeriod | None = None, hunt: current.OpenHunt | None = None) -> None:
        super().__init__(values.addresses(address), None, period, hunt)

    def _look_up(self) -> list[str]:
        return self.names
