"""Facts whose times are right: logs in another zone and kinds of record that drift are corrected, and it is said so.

What the machines' own clocks differ by is left as it is: `clocks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import polars as pl

from graphhunt.graph.clock_errors import STEP, Zones, at
from graphhunt.graph.happenings import DAY, Place, log_of, log_parts, pairs

CORRECTIONS = {
    "machine_id": pl.String, "channel": pl.String, "loader": pl.String, "code": pl.String, "what": pl.String,
    "offset": pl.Int64, "field": pl.String, "start": pl.Int64, "end": pl.Int64, "pairs": pl.Int64,
}  # fmt: skip
"""Columns of `Corrected.table`."""


class Corrected:
    """Facts whose times are right, as far as other logs tell.

    Args:
        frames: The facts as they were read, by kind.
        place: Tells their machines.
    """

    def __init__(self, frames: Mapping[str, pl.DataFrame], place: Place) -> None:
        self._place = place
        self._zones = Zones(pairs(frames, place))
        self._drifts = self._zones.drifts()

    @property
    def any(self) -> bool:
        """Whether any log's times are put right."""
        return bool(self._zones.table.height or self._drifts.height)

    def right(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Give facts of one kind with their `time` put right; the other times stay as the record states them."""
        asked = self._place(frame).with_columns(
            who=log_of(), day=pl.col("time") // DAY, _code=pl.col("code").fill_null("")
        )
        moved = self._zones.offset(asked)
        names = {"who": "who", "code": "_code"}
        asked = asked.with_columns(_field=at(self._drifts, asked, names, "day", "field"))
        time = pl.col("time")
        for field in self._drifts.get_column("field").drop_nulls().unique().sort():
            stated = pl.element().filter(pl.element().struct.field("key") == field).struct.field("value")
            other = pl.col("times").list.eval(stated).list.first()
            time = pl.when(pl.col("_field") == field).then(pl.coalesce(other, "time")).otherwise(time)
        return asked.with_columns(time=time - moved).select(frame.columns)

    @cached_property
    def table(self) -> pl.DataFrame:
        """What was put right, one row per log (`zone`) or kind of record (`drift`) and error.

        `offset` is how far ahead the times were, µs: of a drift how far off, the widest median of a day. `field` is
        the time that was taken instead. `pairs` counts the pairs of records that prove it; `start` and `end` span the
        days that have them.
        """
        zones = self._zones.table.filter(pl.col("steps") != 0).with_columns(
            offset=pl.col("steps") * STEP, code=pl.lit(None, pl.String), field=pl.lit(None, pl.String),
            what=pl.lit("zone"),
        )  # fmt: skip
        zones = zones.group_by("who", "code", "what", "field", "offset").agg(_span())
        drifts = self._drifts.drop_nulls("field").group_by("who", "code", "field").agg(
            *_span(), offset=pl.col("away").max().round().cast(pl.Int64), what=pl.lit("drift").first()
        )  # fmt: skip
        found = pl.concat([frame.with_columns(log_parts()).select(*CORRECTIONS) for frame in (zones, drifts)])
        return found.sort("machine_id", "channel", "loader", "start", "code", "offset", nulls_last=True)


def _span() -> list[pl.Expr]:
    return [_day_start(pl.col("day").min(), "start"), _day_start(pl.col("day").max() + 1, "end"), pl.col("pairs").sum()]


def _day_start(day: pl.Expr, name: str) -> pl.Expr:
    """Give when a day began, µs."""
    return (day * DAY).alias(name)
