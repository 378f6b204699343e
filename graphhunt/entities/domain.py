"""DNS names."""

from __future__ import annotations

from graphhunt import current
from graphhunt.entities import values
from graphhunt.entities.kinds import entered
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.pivoting import Pivoting
from graphhunt.entities.with_machines import WithMachines
from graphhunt.ids import domain_name


@entered
class Domain(WithMachines, Pivoting):
    """One or several DNS names.

    Args:
        name: The names.
        period: The time asked about; what the setting `period` says when not given.
        hunt: The hunt to ask; the open one when not given, if only one is open.
    """

    label = "Domain"
    anchor = "domains"

    def __init__(
        self, name: str | list[str], period: TimePeriod | None = None, hunt: current.OpenHunt | None = None
    ) -> None:
        super().__init__([domain_name(one) for one in values.listed(name)], None, period, hunt)

    def _look_up(self) -> list[str]:
        return self.names
