"""What is wrong with the times of a log, by what other logs tell of the same happenings.

A *zone* error moves every kind of record of a log by one multiple of a quarter of an hour. A *drift* is one kind of
record whose time goes astray while the rest of the log holds. Both are found per day; a day that has too few pairs
follows the nearest that has enough, and where none has, all days are asked together.
"""

from __future__ import annotations

from functools import cached_property

import polars as pl

from graphhunt.graph.frames import SECOND

STEP = 900 * SECOND
"""Zones differ by multiples of this, µs."""

PLAUSIBLE = 300 * SECOND
"""What is left when a zone is taken away: more than this (Kerberos' own limit) is no clock of one domain, µs."""

ENOUGH, ALIKE = 5, 0.8
"""So many pairs must be there, and such a share of them agree."""

SPREAD = 30 * SECOND
"""What is left when the zone is taken away is mostly this close to its own median, µs: delays vary, zones don't."""

_KIND = 3
"""From so many pairs on, each kind of record must agree by itself."""

_KINDS = 2
"""So many kinds of record of either log must agree, if it has that many: one alone may be astray."""

ASTRAY = 30 * SECOND
"""A kind of record whose pairs are mostly further apart than this isn't believed, µs."""

_ZONE = {"who": pl.String, "day": pl.Int64, "steps": pl.Int64, "pairs": pl.Int64}
_DRIFT = ["who", "code", "day", "field", "away", "pairs"]


class Zones:
    """The logs whose times are of another zone than UTC.

    Args:
        pairs: What `happenings.pairs` gives.

    Attributes:
        table: who, day, steps (of `STEP`, how far ahead of UTC) and pairs, of every log that is off on some day.
    """

    def __init__(self, pairs: pl.DataFrame) -> None:
        apart = pl.col("time") - pl.col("other_time")
        steps = (apart / STEP).round().cast(pl.Int64)
        rest = apart - steps * STEP
        pairs = pairs.with_columns(steps=pl.when(rest.abs() <= PLAUSIBLE).then(steps), rest=rest)
        kinds = pairs.group_by("who", "code").len().filter(pl.col("len") >= _KIND).group_by("who").len("kinds")
        self._pairs = pairs.join(kinds, on="who", how="left").join(
            kinds.rename({"who": "other", "kinds": "other_kinds"}), on="other", how="left"
        )
        self.table = self._solved()

    @cached_property
    def _known(self) -> pl.DataFrame:
        """How far each two logs are apart: over all days, and on each day if they are apart at all."""
        whole = _verdicts(self._pairs, ["who", "other"]).with_columns(whole=pl.lit(value=True))
        odd = self._pairs.filter(pl.col("steps") != 0).select("who", "other").unique()
        apart = self._pairs.join(odd, on=["who", "other"], how="semi")
        daily = _verdicts(apart, ["who", "other", "day"]).with_columns(whole=pl.lit(value=False))
        return pl.concat([whole, daily.drop("day")])

    def _suspects(self) -> list[str]:
        """List the logs that differ from another, the most trustworthy first.

        These are they that agree with most other logs; of equals those whose times were written in UTC, and then those
        that are behind.
        """
        off = self._known.filter(pl.col("steps") != 0).select("who").unique()
        agreeing = self._known.filter((pl.col("steps") == 0) & pl.col("whole")).group_by("who").agg(partners=pl.len())
        traits = self._pairs.group_by("who").agg(
            stated=pl.col("stated").mean(), ahead=(pl.col("time") - pl.col("other_time")).median()
        )
        frame = off.join(agreeing, on="who", how="left").join(traits, on="who", how="left")
        ranked = frame.with_columns(pl.col("partners").fill_null(0)).sort(
            "partners", "stated", "ahead", "who", descending=[True, True, False, False]
        )
        return ranked.get_column("who").to_list()

    def _solved(self) -> pl.DataFrame:
        """Compare the suspects, one after another, with the logs that are known to be right or were put right."""
        waiting = self._suspects()
        table = pl.DataFrame(schema=_ZONE)
        if not waiting:
            return table
        concerned = self._pairs.filter(pl.col("who").is_in(waiting))
        parts = {str(who[0]): part for who, part in concerned.group_by("who")}
        trusted = set(concerned.get_column("other")) - set(waiting)
        while waiting:
            linked = [who for who in waiting if not trusted.isdisjoint(parts[who].get_column("other"))]
            who = (linked or waiting)[0]
            rows = parts[who].filter(pl.col("other").is_in(list(trusted)))
            others = at(table, rows, {"who": "other"}, "other_day", "steps").fill_null(0)
            table = pl.concat([table, _by_day(rows.with_columns(pl.col("steps") + others))])
            trusted.add(who)
            waiting.remove(who)
        off = table.filter(pl.col("steps") != 0).select("who").unique()
        return table.join(off, on="who", how="semi").sort("who", "day")

    def offset(self, frame: pl.DataFrame, who: str = "who", day: str = "day") -> pl.Series:
        """Give how far ahead of UTC the times of each row's log are, µs."""
        return at(self.table, frame, {"who": who}, day, "steps").fill_null(0) * STEP

    def drifts(self) -> pl.DataFrame:
        """Give the kinds of record whose time is astray, and the other time of theirs that isn't.

        Returns:
            who, code, day, field (the time to take; None on days that need none), away (how far off, median, µs) and
            pairs, of every kind that drifts on some day and has a better time.
        """
        rows = self._pairs.with_columns(
            moved=self.offset(self._pairs), right=pl.col("other_time") - self.offset(self._pairs, "other", "other_day")
        )
        rows = rows.with_columns(off=(pl.col("time") - pl.col("moved") - pl.col("right")).abs())
        judged = _enough(rows, ["who", "code"], pl.col("off").median().alias("away"))
        astray = judged.filter(pl.col("away") > ASTRAY).select("who", "code").unique()
        better = _better(rows.join(astray, on=["who", "code"], how="semi"))
        found = judged.join(better, on=["who", "code"]).with_columns(
            field=pl.when(pl.col("away") > ASTRAY).then("field")
        )
        return found.select(_DRIFT).cast({"who": pl.String, "code": pl.String}).sort("who", "code", "day")


def at(table: pl.DataFrame, frame: pl.DataFrame, names: dict[str, str], day: str, value: str) -> pl.Series:
    """Look a value up in a table of days: that of the nearest day, of two the earlier; null where there is none.

    Args:
        table: The columns `names`, `day` and the value.
        frame: Whose rows ask.
        names: The frame's column by the table's, for those that must be equal.
        day: The frame's column of the day.
        value: The table's column to give.
    """
    if not table.height:
        return pl.repeat(None, frame.height, dtype=table.schema[value], eager=True)
    # Asked a little before the day, so that no two days are equally near.
    own = {name: pl.col(own).cast(pl.String) for name, own in names.items()}
    asked = frame.select(at=pl.col(day) * 4 - 1, **own)
    asked = asked.with_row_index("_row").sort("at")
    known = table.select(value, *names, at=pl.col("day") * 4).sort("at", *names)
    found = asked.join_asof(known, on="at", by=list(names), strategy="nearest", check_sortedness=False)
    return found.sort("_row").get_column(value)


def _verdicts(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Give the steps on which the pairs of each group agree, and how many do; groups that don't are left out.

    Each kind of record that has more than a few pairs must agree by itself, and of both logs more than one kind must
    if there are more: a kind that drifts is no zone.
    """
    counted = rows.drop_nulls("steps").group_by(*by, "steps").agg(n=pl.len())
    ranked = counted.sort(pl.col("n").cast(pl.Int64) * -1, pl.col("steps").abs(), "steps")
    likely = ranked.unique(by, keep="first", maintain_order=True).select(*by, likely="steps")
    asked = rows.join(likely, on=by).with_columns(alike=(pl.col("steps") == pl.col("likely")).fill_null(value=False))
    rest = pl.col("rest").filter("alike")
    groups = asked.group_by(by).agg(
        pl.col("likely").first().alias("steps"), pl.len().cast(pl.Int64).alias("n"),
        pl.col("alike").sum().cast(pl.Int64).alias("pairs"), spread=(rest - rest.median()).abs().median(),
    )  # fmt: skip
    enough = (pl.col("n") >= ENOUGH) & (pl.col("pairs") >= ALIKE * pl.col("n"))
    groups = groups.filter(enough & (pl.col("spread") <= SPREAD))
    for code, kinds in (("code", "kinds"), ("other_code", "other_kinds")):
        groups = groups.join(_even(asked, by, code, kinds), on=by, how="semi")
    return groups.select(*by, "steps", "pairs")


def _even(asked: pl.DataFrame, by: list[str], code: str, kinds: str) -> pl.DataFrame:
    """Give the groups whose kinds of record of one side agree, each by itself."""
    each = asked.group_by(*by, code).agg(pl.len().alias("n"), pl.col("alike").mean(), pl.col(kinds).max())
    agree = pl.col("alike") >= ALIKE
    found = each.group_by(by).agg(
        wrong=(~agree & (pl.col("n") >= _KIND)).any(), agreeing=agree.sum(), kinds=pl.col(kinds).max().fill_null(1)
    )
    return found.filter(~pl.col("wrong") & (pl.col("agreeing") >= pl.min_horizontal("kinds", pl.lit(_KINDS))))


def _by_day(rows: pl.DataFrame) -> pl.DataFrame:
    """Give the verdicts of a log's days; of all its days as one where none has enough pairs."""
    daily = _verdicts(rows, ["who", "day"])
    if not daily.height:
        daily = _verdicts(rows, ["who"]).with_columns(day=pl.lit(rows.get_column("day").min(), pl.Int64))
    return daily.select(*_ZONE).cast({"who": pl.String})


def _enough(rows: pl.DataFrame, by: list[str], judged: pl.Expr) -> pl.DataFrame:
    """Judge the rows of each group by day where a day has enough of them, else those of all days."""
    pairs = pl.len().cast(pl.Int64).alias("pairs")
    daily = rows.group_by(*by, "day").agg(judged, pairs).filter(pl.col("pairs") >= ENOUGH)
    rest = rows.join(daily, on=by, how="anti").group_by(by).agg(judged, pl.col("day").min(), pairs)
    return pl.concat([daily, rest.filter(pl.col("pairs") >= ENOUGH).select(daily.columns)])


def _better(rows: pl.DataFrame) -> pl.DataFrame:
    """Give (who, code, field): the time of the records whose pairs are nearest, if they are near at all."""
    told = rows.explode("times").drop_nulls("times").with_columns(
        field=pl.col("times").struct.field("key"), value=pl.col("times").struct.field("value")
    )  # fmt: skip
    near = (pl.col("value") - pl.col("moved") - pl.col("right")).abs()
    best = told.group_by("who", "code", "field").agg(near=near.median(), n=pl.len())
    best = best.filter((pl.col("near") <= ASTRAY) & (pl.col("n") >= ENOUGH)).sort("near", "field")
    return best.unique(["who", "code"], keep="first", maintain_order=True).select("who", "code", "field")
