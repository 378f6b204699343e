"""Happenings that two logs tell of: their records' times are of one moment, whatever clocks and zones wrote them.

These are connections, starts and ends of processes, and logons over a connection that another record tells of. A log
is (machine, channel, loader). What a log tells of twice within a day is left out: a port or pid that is used again
would pair records of two moments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from graphhunt import ids
from graphhunt.graph.frames import HOUR, SECOND, basename, mapped, with_address

DAY = 24 * HOUR

FAR = 14 * HOUR + 300 * SECOND
"""Logs are at most a zone apart (UTC+14 is the widest), µs."""

UTC_FIELDS = ("UtcTime", "SystemTime")
"""Times that Windows itself writes in UTC: no reader had to guess their zone."""

COMPARED = ("process_start", "process_end", "connection", "flow", "logon")
"""Kinds of facts that may tell of what another log tells of, too."""

_ONE = 10 * SECOND
"""Records of a log that follow each other this closely tell of one happening, µs."""

_SEP = "\x1f"
_ENDS = ("source", "destination")
_TELLING = ["who", "code", "key", "time", "times", "stated"]

Place = Callable[[pl.DataFrame], pl.DataFrame]
"""Adds `machine_id` to facts, by their host."""


def log_of() -> pl.Expr:
    """Name the log of a placed fact: machine, channel and loader."""
    machine, channel = pl.col("machine_id").fill_null(""), pl.col("code").str.split("/").list.first().fill_null("")
    return pl.concat_str(machine, channel, "source", separator=_SEP)


def log_parts() -> list[pl.Expr]:
    """Give `machine_id`, `channel` and `loader` of a log named in `who`."""
    parts = pl.col("who").str.split(_SEP).list
    return [parts.get(place).alias(name) for place, name in enumerate(("machine_id", "channel", "loader"))]


def pairs(frames: Mapping[str, pl.DataFrame], place: Place) -> pl.DataFrame:
    """Pair the records of two logs that tell of one happening, each pair seen from both of its logs.

    Args:
        frames: Facts by kind.
        place: Tells their machines.

    Returns:
        who, code, day, time, times and stated (whether the time was written in UTC) of a record, and `other`,
        `other_code`, `other_day` and `other_time` of the one that tells of the same. A day is one since 1970, by the
        record's time.
    """
    talks = _talks(frames, place)
    processes = [_processes(frames, kind, place) for kind in ("process_start", "process_end")]
    logons = _logons(frames, place)
    ends = _lone(_ends(talks).join(logons, on="key", how="semi"))
    alike = _lone(pl.concat([_tuples(talks), *processes]))
    found = pl.concat([_paired(alike, alike), _paired(logons, ends), _paired(ends, logons)])
    logs = pl.Enum(pl.concat([found.get_column("who"), found.get_column("other")]).unique().sort())
    codes = pl.Enum(pl.concat([found.get_column("code"), found.get_column("other_code")]).unique().sort())
    return found.with_columns(pl.col("who", "other").cast(logs), pl.col("code", "other_code").cast(codes))


def _told(frames: Mapping[str, pl.DataFrame], kind: str, place: Place, *columns: str) -> pl.DataFrame:
    """Give the facts of a kind with their log and whether their time was written in UTC."""
    frame = place(frames[kind].drop_nulls(list(columns)))
    stated = pl.col("time_field").is_in(list(UTC_FIELDS)).fill_null(value=False)
    return frame.with_columns(pl.col("code").fill_null(""), who=log_of(), stated=stated)


def _processes(frames: Mapping[str, pl.DataFrame], kind: str, place: Place) -> pl.DataFrame:
    frame = _told(frames, kind, place, "pid", "path").drop_nulls("machine_id")
    key = pl.concat_str(pl.lit(kind), "machine_id", "pid", basename("path"), separator="|")
    return frame.with_columns(key=key).select(_TELLING)


def _talks(frames: Mapping[str, pl.DataFrame], place: Place) -> pl.DataFrame:
    """Give the connections and flows between addresses that aren't those of one host or one link alone."""
    wanted = ["who", "code", "time", "times", "stated"]
    ends = [f"{end}_{part}" for end in _ENDS for part in ("ip", "port")]
    parts = [
        _told(frames, kind, place, *ends).select(*wanted, *ends) for kind in ("connection", "flow")
    ]  # fmt: skip
    frame = pl.concat(parts)
    for end in _ENDS:
        frame = _routed(frame, f"{end}_ip").with_columns(pl.concat_str("ip", f"{end}_port", separator="|").alias(end))
    return frame


def _routed(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Add the address in a column as `ip`, and drop the rows where it means nothing to other hosts."""
    frame = with_address(frame.drop("ip", "scope", strict=False), column, "ip").drop_nulls("ip")
    return mapped(frame, "ip", "scope", ids.scope).filter(pl.col("scope").is_in(["private", "public"]))


def _tuples(talks: pl.DataFrame) -> pl.DataFrame:
    """Key connections by both of their ends, whichever is written first."""
    low, high = pl.min_horizontal(*_ENDS), pl.max_horizontal(*_ENDS)
    return talks.with_columns(key=pl.concat_str(low, high, separator="|")).select(_TELLING)


def _ends(talks: pl.DataFrame) -> pl.DataFrame:
    """Key connections by each of their ends."""
    return pl.concat([talks.with_columns(key=end).select(_TELLING) for end in _ENDS])


def _logons(frames: Mapping[str, pl.DataFrame], place: Place) -> pl.DataFrame:
    """Key logons by the client's end of their connection."""
    frame = _told(frames, "logon", place, "source_ip", "source_port").filter(pl.col("source_port") > 0)
    key = pl.concat_str("ip", "source_port", separator="|")
    return _lone(_routed(frame, "source_ip").with_columns(key=key).select(_TELLING))


def _lone(told: pl.DataFrame) -> pl.DataFrame:
    """Keep what a log tells of once, however many records of that moment do so."""
    numbered = pl.col("who", "key").cast(pl.Categorical).to_physical().name.prefix("_")
    frame = told.with_columns(numbered).sort("_who", "_key", "time", "code")
    frame = frame.filter((_gap() > _ONE).fill_null(value=True))
    before, after = _gap(), _gap().shift(-1)
    return frame.filter((pl.min_horizontal(before, after) > 2 * FAR).fill_null(value=True)).select(told.columns)


def _gap() -> pl.Expr:
    """Give how long before a record its log tells of the same, µs; the records are sorted and numbered so."""
    same = (pl.col("_who") == pl.col("_who").shift()) & (pl.col("_key") == pl.col("_key").shift())
    return pl.when(same).then(pl.col("time") - pl.col("time").shift())


def _paired(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Join records of different logs that tell of the same within what zones differ by."""
    others = right.select("key", other="who", other_code="code", other_time="time", slot=pl.col("time") // FAR)
    others = pl.concat([others.with_columns(pl.col("slot") + step) for step in (-1, 0, 1)])
    frame = left.with_columns(slot=pl.col("time") // FAR).join(others, on=["key", "slot"])
    near = (pl.col("time") - pl.col("other_time")).abs() <= FAR
    return frame.filter((pl.col("who") != pl.col("other")) & near).select(
        "who", "code", "time", "times", "stated", "other", "other_code", "other_time",
        day=pl.col("time") // DAY, other_day=pl.col("other_time") // DAY,
    )  # fmt: skip
