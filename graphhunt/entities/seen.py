"""The questions about alerts; the same for every entity."""

from __future__ import annotations

from typing import Any

from graphhunt.entities.base import Entity, Only, Result, counted
from graphhunt.entities.histogram import Histogram
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.rows import Block, Detection


class Seen(Entity):
    """An entity that alerts concern."""

    def get_detections(
        self,
        muid: Any = None,
        file: Any = None,
        period: TimePeriod | None = None,
        histogram: Histogram | None = None,
        *,
        users: Any = None,
        limit: int | None = None,
    ) -> Result[Detection]:
        """Ask for alerts about the entity.

        The child is the file that an alert names, and its parent the process that held it; where an alert names
        no file, the child is the process and the parent what made it.

        Args:
            muid: Only on these machines.
            file: Only of these files found: names, paths, hashes or File objects.
            period: Only in this time; the entity's own period when not given.
            histogram: Count instead.
            users: Only of these accounts.
            limit: Rows at most, earliest first.

        Raises:
            UsageError: A value isn't valid.
        """
        return counted(
            self._limited(Detection, "detections", Only(muid, users, file, period, limit)), histogram
        )  # fmt: skip

    def get_blocked(
        self,
        muid: Any = None,
        file: Any = None,
        period: TimePeriod | None = None,
        histogram: Histogram | None = None,
        *,
        users: Any = None,
        limit: int | None = None,
    ) -> Result[Block]:
        """Ask for what a product stopped: alerts whose action says blocked, quarantined, removed and the like.

        Parameters as of `get_detections`.
        """
        return counted(self._limited(Block, "blocked", Only(muid, users, file, period, limit)), histogram)
