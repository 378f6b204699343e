"""The question about the accounts around an entity."""

from __future__ import annotations

from typing import Any

from graphhunt.entities.base import Entity
from graphhunt.entities.histogram import Histogram
from graphhunt.entities.kinds import entity_class
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.rows import UserRow


class WithUsers(Entity):
    """An entity that accounts are seen with."""

    def get_users(self, period: TimePeriod | None = None, histogram: Histogram | None = None) -> Any:
        """Ask for the accounts seen with the entity in the period.

        Gives one `User` that stands for all of them, to go on asking with; its `df` has LoggedUser, UserId, Kind,
        FirstSeen and LastSeen. With a histogram, the counts.
        """
        rows = self._ask(UserRow, "users", lambda: self._window(period))
        if histogram is not None:
            return rows.histogram(histogram)
        return entity_class("User").of_rows(rows, period or self.period)

    get_user = get_users
