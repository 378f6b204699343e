"""The records that rules drew: cited by a node or relationship, or counted in one."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl


class Drawn:
    """The records that rules drew, collected while a graph is made."""

    def __init__(self) -> None:
        self._parts: list[pl.Series] = []

    def take(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Take note that the records of these rows are drawn; gives the rows as they are."""
        self._parts.append(frame.get_column("event_id").drop_nulls().unique())
        return frame

    def events(self, relationships: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """Give the ids of all records that are drawn: those taken, and those that relationships cite."""
        cited = [table.get_column("evidence").explode().drop_nulls() for table in relationships.values()]
        parts = [pl.Series("event_id", [], pl.String), *self._parts, *(part.alias("event_id") for part in cited)]
        return pl.DataFrame({"event_id": pl.concat(parts).unique()})
