"""The question about the machines around an entity."""

from __future__ import annotations

from typing import Any

from graphhunt.entities.base import Entity
from graphhunt.entities.histogram import Histogram
from graphhunt.entities.kinds import entity_class
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.rows import MachineRow


class WithMachines(Entity):
    """An entity found on machines."""

    def get_machines(self, period: TimePeriod | None = None, histogram: Histogram | None = None) -> Any:
        """Ask for the machines where the entity was seen in the period.

        Gives one `Machine` that stands for all of them, to go on asking with; its `df` has Muid, Name, FirstSeen
        and LastSeen. With a histogram, the counts.
        """
        rows = self._ask(MachineRow, "machines", lambda: self._window(period))
        if histogram is not None:
            return rows.histogram(histogram)
        return entity_class("Machine").of_rows(rows, period or self.period)

    get_machine = get_machines
